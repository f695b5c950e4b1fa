//! Calls in scripts, pipelines, request files and documents: what is found, where, and how a change is written.

use std::path::Path;

use armbody::container::{Kind, calls};
use armbody::notation::{Call, Payload};
use armbody::text::{Source, Span, apply_edits};

fn data(name: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    Source::read(&path, 1 << 20).unwrap()
}

/// `line notation METHOD last-part-of-url body`
fn line(source: &Source, call: &Call<'_>) -> String {
    let at = source.position(call.span.start).line;
    let url = call.url.as_ref().map_or("-", |url| url.text());
    let path = url.split('?').next().unwrap_or("").rsplit('/').next().unwrap_or("");
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let body = match &call.body {
        Payload::None => "-".to_owned(),
        Payload::Text(body) => body.text().split_whitespace().collect::<Vec<_>>().join(" "),
        Payload::File(name) => format!("@{}", name.text()),
        Payload::Unknown(value) => format!("?{}", value.text()),
    };
    let method = call.sent_method().map_or("-", armbody::arm::Method::as_str);
    format!("{at} {} {method} {path} {query} {body}", call.notation.as_str())
}

fn lines(source: &Source) -> Vec<String> {
    let kind = Kind::of(Path::new(source.name())).unwrap();
    calls(source, kind).iter().map(|call| line(source, call)).collect()
}

/// The same text with Windows' line ends.
fn crlf(source: &Source) -> Source {
    source.with_bytes(source.text().replace('\n', "\r\n").into_bytes())
}

const V: &str = "api-version=2023-07-01";

#[test]
fn a_shell_script() {
    let source = data("scripts/identities.sh");
    let wanted = [
        format!("13 curl PATCH vm {V} {{\"identity\": {{\"type\": \"SystemAssigned\"}}}}"),
        format!(
            "19 curl PATCH vm {V} {{\"identity\": {{\"type\": \"UserAssigned\", \"userAssignedIdentities\": {{\"$IDENTITY_ID\": {{}}}}}}}}"
        ),
        format!("28 az PATCH vm {V} {{ \"identity\": {{\"type\": \"None\"}} }}"),
        format!("34 az PATCH vm {V} {{\"identity\": {{\"type\": \"SystemAssigned, UserAssigned\"}}}}"),
        format!("40 az PATCH vm {V} {{\"identity\": {{\"type\": \"SystemAssigned\"}}}}"),
        format!("42 armclient PATCH vm {V} @other.json"),
        format!("45 az GET $vm {V} -"),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);
}

#[test]
fn a_powershell_script() {
    let source = data("scripts/Identities.ps1");
    let wanted = [
        format!("20 powershell PATCH vm {V} {{ \"identity\": {{ \"type\": \"SystemAssigned\" }} }}"),
        format!(
            "34 powershell PATCH vm {V} {{\"identity\": {{\"type\": \"UserAssigned\", \"userAssignedIdentities\": {{\"$identityId\": {{}}}}}}}}"
        ),
        // A hashtable, and `ConvertTo-Json` behind it.
        format!("38 powershell PATCH vm {V} {{\"identity\":{{\"type\":\"None\"}}}}"),
        format!("41 powershell GET vm {V} -"),
        format!("46 az PATCH vm {V} {{\"identity\": {{\"type\": \"None\"}}}}"),
        format!("48 armclient PATCH vm {V} {{'identity': {{'type': 'None'}}}}"),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);
    let found = calls(&source, Kind::PowerShell);
    let headers: Vec<&str> = found[1].headers.iter().map(armbody::text::Fragment::text).collect();
    assert_eq!(headers, ["Authorization: Bearer $token", "Content-Type: application/json"]);
}

#[test]
fn pipelines_and_workflows() {
    let source = data("workflows/github.yml");
    let wanted = [
        format!("13 curl PATCH vm {V} {{ \"identity\": {{\"type\": \"SystemAssigned\"}} }}"),
        format!("21 az PATCH vm {V} {{\"identity\": {{\"type\": \"None\"}}}}"),
        format!("24 az GET vm {V} -"),
        format!("31 powershell PATCH vm {V} {{\"identity\": {{\"type\": \"UserAssigned\"}}}}"),
        format!("32 armclient GET vm {V} -"),
        "35 curl GET subscriptions api-version=2020-01-01 -".to_owned(),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);

    let source = data("workflows/azure-pipelines.yml");
    let wanted = [
        format!("9 curl DELETE vm {V} -"),
        format!("13 az PATCH vm {V} {{\"identity\": {{\"type\": \"SystemAssigned\"}}}}"),
        "15 powershell PUT id api-version=2023-01-31 {\"location\": \"westus\"}".to_owned(),
        format!("24 az PATCH vm {V} {{\"identity\": {{\"type\": \"None\"}}}}"),
        format!("30 powershell GET vm {V} -"),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);
}

/// A paragraph that begins with a request is one whose fence was forgotten; talk of a program is none.
#[test]
fn commands_without_a_fence() {
    let url = format!(
        "https://management.azure.com/subscriptions/<ID>/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?{V}"
    );
    let text = format!(
        "# Patch\n\ncurl -X PATCH '{url}' -d '{{\"identity\":1}}'\n\n1. Do it:\n\n   $ az rest --method patch \\\n     --url \"{url}\" \\\n     \
         --body '{{\"identity\":2}}'\n\nuser@host:~$ curl '{url}' -H `date`\n\ncurl is a tool that asks {url} and others.\n"
    );
    let source = Source::new("runbook.txt", text);
    let wanted = [
        format!("3 curl PATCH vm {V} {{\"identity\":1}}"),
        format!("7 az PATCH vm {V} {{\"identity\":2}}"),
        format!("11 curl GET vm {V} -"),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);
}

#[test]
fn lists_of_scripts() {
    let source = data("workflows/gitlab.yml");
    let wanted = [
        format!("18 curl PATCH vm {V} {{\"identity\":{{\"type\":\"SystemAssigned\",}}}}"),
        // What the item before it wrote into the file.
        "27 az PUT id api-version=2023-01-31 {\"loaction\": \"westus\"}".to_owned(),
        "28 az DELETE id api-version=2023-01-31 -".to_owned(),
        format!("29 az PATCH vm {V} {{\"identity\": {{\"type\": \"SystemAssignd\"}}}}"),
        format!("37 az PATCH vm {V} {{\"identity\":{{\"type\":\"None\",}}}}"),
        format!("45 az PATCH vm {V} {{\"identity\":{{\"type\":\"None\",}}}}"),
    ];
    assert_eq!(lines(&source), wanted);
    assert_eq!(lines(&crlf(&source)), wanted);
}

/// A change of every body, in every file, reads back as what it was meant to be; nothing else changes.
#[test]
fn changes_are_written_as_the_text_around_them_demands() {
    let files = [
        "scripts/identities.sh",
        "scripts/Identities.ps1",
        "workflows/github.yml",
        "workflows/azure-pipelines.yml",
    ];
    for name in files {
        for source in [data(name), crlf(&data(name))] {
            let kind = Kind::of(Path::new(name)).unwrap();
            let found = calls(&source, kind);
            let mut changed = 0;
            for (index, call) in found.iter().enumerate() {
                let Some(body) = call.body.text() else { continue };
                let at = body.text().find("type").or_else(|| body.text().find("location")).unwrap();
                for insert in ["it's \"$x\" `y` \\", "a\n  b"] {
                    // A folded text cannot hold a line break of its own.
                    if insert.contains('\n') && name.ends_with("github.yml") && index == 1 {
                        continue;
                    }
                    let Some(edits) = body.edit(Span::new(at, at + 4), insert) else {
                        // The file has a hashtable there, which JSON cannot be written into.
                        assert!(name == "scripts/Identities.ps1" && index == 2, "{name} {index}");
                        continue;
                    };
                    let edited = source.with_bytes(apply_edits(source.text(), &edits).unwrap().into_bytes());
                    let again = calls(&edited, kind);
                    let mut wanted = body.text().to_owned();
                    wanted.replace_range(at..at + 4, insert);
                    let text =
                        again.get(index).and_then(|call| call.body.text()).map(armbody::text::Fragment::text);
                    assert_eq!(text, Some(wanted.as_str()), "{name}, call {index}\n{}", edited.text());
                    assert_eq!(again.len(), found.len());
                    changed += 1;
                }
            }
            assert!(changed > 3);
        }
    }
}

fn markdown(text: &str) -> Vec<String> {
    let source = Source::new("x.md", text);
    let found = lines(&source);
    assert_eq!(lines(&crlf(&source)), found, "{text}");
    found
}

const PUT: &str = "PUT https://management.azure.com/subscriptions/{id}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/vm?api-version=2023-07-01";

#[test]
fn the_body_of_an_http_block_may_stand_in_the_next_fence() {
    let attached = [
        "# A\n\n```http\nPUT\n```\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n```\nPUT\n```\n\n| Header | Value |\n|--|--|\n| a | b |\n\n**Request body**\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n1. Do:\n\n   ```HTTP\n   PUT\n   ```\n\n   In the request body, include:\n\n   ```json\n   {\"a\": 1}\n   ```\n\n   The response is:\n\n   ```json\n   {\"b\": 1}\n   ```\n",
        "## A\n\n    PUT\n\n### Request body\n\n    {\"a\": 1}\n\n### Response\n\n    {\"b\": 1}\n",
        "# A\n\n`PUT`\n\nwith this body:\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\nPUT\n\nBody:\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n```http\nPUT\nContent-Type: application/json\n\n{\"a\": 1}\n```\n\n```json\n{\"b\": 1}\n```\n",
    ];
    for case in attached {
        let found = markdown(&case.replace("PUT", PUT));
        assert_eq!(found.len(), 1, "{case}");
        assert!(found[0].ends_with("{\"a\": 1}"), "{case}: {found:?}");
    }
    let alone = [
        "# A\n\n```http\nPUT\n```\n\nThe response:\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n```http\nPUT\n```\n\n## Sample response\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n```http\nPUT\n```\n\n```json\n{\"properties\": {\"provisioningState\": \"Succeeded\"}}\n```\n",
        "# A\n\n```http\nPUT\n```\n\n# B\n\n```json\n{\"a\": 1}\n```\n",
        "# A\n\n```http\nPUT\n```\n\n```output\n{\"a\": 1}\n```\n",
        "# A\n\n`PUT`\n\nSome text.\n\n```json\n{\"a\": 1}\n```\n",
    ];
    for case in alone {
        let found = markdown(&case.replace("PUT", PUT));
        assert_eq!(found.len(), 1, "{case}");
        assert!(found[0].ends_with(" -"), "{case}: {found:?}");
    }
    let get =
        "# A\n\n```http\nPUT\n```\n\n```json\n{\"a\": 1}\n```\n".replace("PUT", &PUT.replace("PUT", "GET"));
    assert!(markdown(&get)[0].ends_with(" -"));
}

#[test]
fn a_file_of_a_call_may_stand_in_a_fence() {
    let call = "```bash\naz rest --method put --url /subscriptions/x?api-version=1 --body @body.json\n```\n";
    let fence = "Create `body.json`:\n\n```json\n{\"a\": 1}\n```\n";
    for text in [format!("{call}\n{fence}"), format!("{fence}\n{call}")] {
        let found = markdown(&text);
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("{\"a\": 1}"), "{found:?}");
    }
    assert!(markdown(&format!("{call}\nText\n\n```json\n{{\"a\": 1}}\n```\n"))[0].ends_with("@body.json"));
}

#[test]
fn variables_are_kept_from_block_to_block() {
    let text = "```powershell\n$body = @'\n{\"a\": 1}\n'@\n```\n\nThen:\n\n```powershell\nInvoke-AzRestMethod -Path /subscriptions/x -Method PUT -Payload $body\n```\n\n```bash\nbody='{\"b\": 1}'\n```\n\n```bash\ncurl -X PUT https://h -d \"$body\"\n```\n";
    assert_eq!(markdown(text), ["10 powershell PUT x  {\"a\": 1}", "18 curl PUT h  {\"b\": 1}"]);
}

#[test]
fn json_alone_is_a_body_if_it_is_a_machines() {
    let machines = "See `Microsoft.Compute/virtualMachines`, api-version=2023-07-01.\n\n";
    let bodies = [
        "```json\n{\"identity\": {\"type\": \"SystemAssigned\"}}\n```\n",
        "```JSON\n\"identity\": {\n  \"type\": \"SystemAssigned\"\n},\n```\n",
        "    {\n      \"properties\": {\"hardwareProfile\": {\"vmSize\": \"x\"}}\n    }\n",
    ];
    for case in bodies {
        let found = markdown(&format!("{machines}{case}"));
        assert_eq!(found.len(), 1, "{case}");
        assert!(found[0].contains(" json "), "{case}: {found:?}");
    }
    let others = [
        "```json\n{\"identity\": {\"type\": \"SystemAssigned\", \"principalId\": \"x\"}}\n```\n",
        "```json\n{\"$schema\": \"x\", \"identity\": {}}\n```\n",
        "```json\n{\"apiVersion\": \"2023-07-01\", \"identity\": {}}\n```\n",
        "The response is:\n\n```json\n{\"identity\": {\"type\": \"SystemAssigned\"}}\n```\n",
        "```json\n{\"a\": 1}\n```\n",
    ];
    for case in others {
        assert_eq!(markdown(&format!("{machines}{case}")), [""; 0], "{case}");
    }
    // Without a machine around it an identity is told by its own words.
    assert_eq!(markdown(bodies[0]).len(), 1);
    assert_eq!(markdown("```json\n{\"identity\": {\"type\": \"saml\"}}\n```\n"), [""; 0]);
}

#[test]
fn options_of_az_and_armclient() {
    let cases = [
        ("az rest --method=PUT --uri='/s?a=1' --body='{}'", "az PUT s a=1 {}"),
        (
            "az rest -u https://management.azure.com/s --uri-parameters api-version=1 b=2",
            "az GET s api-version=1&b=2 -",
        ),
        ("az rest --url /s --url-parameters '{\"api-version\": \"1\"}'", "az GET s api-version=1 -"),
        ("az rest --meth put --url /s --bod @b.json -o json", "az PUT s  @b.json"),
        ("az rest –-method put –-url /s –-body \"{'a': 'b'}\"", "az PUT s  {'a': 'b'}"),
        ("echo '{}' | az rest --method put --url /s --body @-", "az PUT s  {}"),
        ("az rest --method put --url /s --body \"{\\\"a\\\": 1}\"", "az PUT s  {\"a\": 1}"),
        ("armclient put /subscriptions/{Sub Id}/s?a=1 \"{'a': 1}\"", "armclient PUT s a=1 {'a': 1}"),
        ("ARMClient.exe GET <resource-id>?a=1", "armclient GET <resource-id> a=1 -"),
    ];
    for (text, wanted) in cases {
        assert_eq!(markdown(&format!("```bash\n{text}\n```\n")), [format!("2 {wanted}")], "{text}");
    }
    for text in [
        "az rest --help",
        "az rest",
        "az resource list -g x",
        "armclient login",
        "az rest --url <url> [--body]",
    ] {
        assert_eq!(markdown(&format!("```bash\n{text}\n```\n")), [""; 0], "{text}");
    }
    let source =
        Source::new("x.sh", "az rest --url /s --headers \"Content-Type=application/json\" A=b --body '{}'");
    let found = calls(&source, Kind::Shell);
    let headers: Vec<&str> = found[0].headers.iter().map(armbody::text::Fragment::text).collect();
    assert_eq!(headers, ["Content-Type: application/json", "A: b"]);
    let source = Source::new("x.sh", "az rest --url /s --headers '{\"Content-Type\": \"text/plain\"}'");
    assert_eq!(calls(&source, Kind::Shell)[0].headers[0].text(), "Content-Type: text/plain");
}
