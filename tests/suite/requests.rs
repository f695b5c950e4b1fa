//! `armbody requests`, and the files that calls send, as the command line has them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn armbody(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_armbody"))
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const URL: &str = "https://management.azure.com/subscriptions/{id}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2023-07-01";

#[test]
fn one_line_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let document = format!(
        "# É\n\n`é` `curl -X PATCH '{URL}' -d '{{\"identity\": {{}}}}'`\n\n```http\nGET https://management.azure.com/subscriptions/x/providers/Microsoft.Web/sites?api-version={{v}}\n```\n\n```bash\ncurl https://example.com\naz rest --method put --url \"$URL\" --body '{{\"a\": [\n```\n"
    );
    fs::write(folder.path().join("a.md"), &document).unwrap();
    fs::write(folder.path().join("b.json"), "{\"a\": 1}").unwrap();
    fs::write(
        folder.path().join("c.json"),
        "{\"location\": \"x\", \"properties\": {\"hardwareProfile\": {}}}",
    )
    .unwrap();
    fs::write(
        folder.path().join("d.json"),
        "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", \"contentVersion\": \"1.0.0.0\",\n\"resources\": [\n{\"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"2023-07-01\", \"name\": \"a\"},\n{\"type\": \"Microsoft.Web/sites\", \"apiVersion\": \"[parameters('v')]\", \"name\": \"b\"}]}",
    )
    .unwrap();
    let output = armbody(folder.path(), &["requests"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        stdout(&output),
        "a.md:3: curl PATCH Microsoft.Compute/virtualMachines 2023-07-01\n\
         a.md:6: http GET Microsoft.Web/sites -\n\
         a.md:11: az PUT - -\n\
         c.json:1: json PUT Microsoft.Compute/virtualMachines -\n\
         d.json:3: template PUT Microsoft.Compute/virtualMachines 2023-07-01\n\
         d.json:4: template PUT Microsoft.Web/sites -\n"
    );

    let output = armbody(folder.path(), &["requests", "--format", "json", "a.md"]);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let first = &rows[0];
    assert_eq!(first["path"], "a.md");
    assert_eq!((first["line"].as_u64(), first["column"].as_u64()), (Some(3), Some(6)));
    assert_eq!(first["notation"], "curl");
    assert_eq!(first["method"], "PATCH");
    assert_eq!(first["type"], "Microsoft.Compute/virtualMachines");
    assert_eq!(first["api_version"], "2023-07-01");
    assert_eq!(first["url"], URL);
    assert_eq!(first["truncated"], false);
    let place = |end: &str| first["body"][end]["offset"].as_u64().unwrap() as usize;
    assert_eq!(&document[place("start")..place("end")], "{\"identity\": {}}");
    assert_eq!(rows[1]["api_version"], serde_json::Value::Null);
    assert_eq!(rows[1]["body"], serde_json::Value::Null);
    assert_eq!(rows[2]["truncated"], true);

    assert_eq!(first["body"]["value"], serde_json::json!({ "identity": {} }));
    assert_eq!((&first["known"], &first["existing"]), (&true.into(), &false.into()));
    assert_eq!((&first["action"], &first["reason"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(rows[1]["known"], false);
    let reason = rows[2]["reason"].as_str().unwrap();
    assert!(reason.contains("unterminated-quote") || reason.contains("not JSON at line 11"), "{reason}");
    assert_eq!(rows[2]["body"]["value"], serde_json::Value::Null);

    fs::write(folder.path().join("none.md"), "nothing\n").unwrap();
    assert_eq!(stdout(&armbody(folder.path(), &["requests", "--format", "json", "none.md"])), "[]\n");
    assert_eq!(armbody(folder.path(), &["requests", "no-such-file.md"]).status.code(), Some(2));
}

/// Findings of a body in a file of its own are made in that file, once, for the call that sends it.
#[test]
fn files_that_calls_send() {
    let folder = tempfile::tempdir().unwrap();
    let docs = folder.path().join("docs");
    fs::create_dir(&docs).unwrap();
    let call = format!("```bash\naz rest --method patch --url '{URL}' --body @./patch.json\n```\n");
    fs::write(docs.join("a.md"), &call).unwrap();
    fs::write(docs.join("b.md"), &call).unwrap();
    // Without the call nobody could say what this is.
    fs::write(docs.join("patch.json"), "{\"tags\": {\"a\": 1,}}").unwrap();
    for args in [&["lint", "docs/a.md"][..], &["lint", "docs"], &["lint", "docs/patch.json", "docs/b.md"]] {
        let output = armbody(folder.path(), &[args, &["--format", "concise"]].concat());
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert_eq!(text.matches("extra-comma").count(), 1, "{args:?}: {text}");
        assert!(text.contains("docs/patch.json:1:") || text.contains("docs\\patch.json:1:"), "{text}");
    }
    // Alone it is not known for what it is, and is left alone.
    assert_eq!(armbody(folder.path(), &["lint", "docs/patch.json"]).status.code(), Some(0));
    // A document changes no file that nobody named.
    armbody(folder.path(), &["lint", "--fix", "docs/a.md"]);
    assert!(fs::read_to_string(docs.join("patch.json")).unwrap().contains("1,}"));
    armbody(folder.path(), &["lint", "--fix", "docs"]);
    assert_eq!(fs::read_to_string(docs.join("patch.json")).unwrap(), "{\"tags\": {\"a\": 1}}");
}

/// What lies outside of the document's folder is not read, whatever the call names.
#[test]
fn nothing_outside_of_the_folder_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let docs = folder.path().join("docs");
    fs::create_dir(&docs).unwrap();
    fs::write(folder.path().join("out.json"), "{,}").unwrap();
    let absolute = folder.path().join("out.json");
    let mut names =
        vec!["../out.json".to_owned(), absolute.to_string_lossy().into_owned(), "no.json".to_owned()];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&absolute, docs.join("link.json")).unwrap();
        std::os::unix::fs::symlink(folder.path(), docs.join("up")).unwrap();
        names.extend(["link.json".to_owned(), "up/out.json".to_owned()]);
    }
    for name in names {
        let call = format!("```bash\naz rest --method patch --url '{URL}' --body '@{name}'\n```\n");
        fs::write(docs.join("a.md"), call).unwrap();
        let output = armbody(folder.path(), &["lint", "docs/a.md", "--format", "concise"]);
        assert!(!stdout(&output).contains("out.json:"), "{name}: {}", stdout(&output));
        assert!(!stdout(&output).contains("error"), "{name}: {}", stdout(&output));
    }
}

/// What an inventory says of each request, in the words of the contract.
#[test]
fn actions_existing_resources_and_bodies_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "LIST {URL}\n\n###\nPOST {}\nAuthorization: Bearer {{{{t}}}}\n\n{{\"commandId\": \"x\"}}\n\n###\nPUT {URL}\n\n< body.json\n",
        URL.replace('?', "/runCommand?")
    );
    fs::write(folder.path().join("a.http"), text).unwrap();
    let template = "{\"contentVersion\": \"1.0.0.0\", \"languageVersion\": \"2.0\", \"resources\": {\n\
        \"old\": {\"existing\": true, \"type\": \"Microsoft.KeyVault/vaults\", \"apiVersion\": \"2023-07-01\", \"name\": \"k\"},\n\
        \"any\": {\"type\": \"[parameters('t')]\", \"apiVersion\": \"2023-07-01\", \"name\": \"k\", \"dependsOn\": [],\n\
        \"properties\": {\"adminPassword\": \"Sesame-4711-open\", \"n\": 1}}}}";
    fs::write(folder.path().join("b.json"), template).unwrap();
    assert_eq!(
        stdout(&armbody(folder.path(), &["requests"])),
        "a.http:1: http LIST Microsoft.Compute/virtualMachines 2023-07-01\n\
         a.http:4: http POST Microsoft.Compute/virtualMachines 2023-07-01\n\
         a.http:10: http PUT Microsoft.Compute/virtualMachines 2023-07-01\n\
         b.json:2: template GET Microsoft.KeyVault/vaults 2023-07-01\n\
         b.json:3: template PUT - 2023-07-01\n"
    );
    let output = armbody(folder.path(), &["requests", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows[1]["action"], "runCommand");
    assert_eq!(rows[1]["body"]["value"], serde_json::json!({ "commandId": "x" }));
    assert_eq!(rows[2]["body"], serde_json::Value::Null);
    assert_eq!(rows[2]["reason"], "it is in the file body.json");
    assert_eq!((&rows[3]["existing"], &rows[4]["existing"]), (&true.into(), &false.into()));
    // The value is what is sent, without what is secret.
    assert_eq!(
        rows[4]["body"]["value"],
        serde_json::json!({ "properties": { "adminPassword": "***", "n": 1 } })
    );
    let names = [
        "path",
        "line",
        "column",
        "notation",
        "method",
        "type",
        "api_version",
        "url",
        "action",
        "existing",
        "known",
        "body",
        "reason",
        "truncated",
    ];
    for row in rows.as_array().unwrap() {
        let row = row.as_object().unwrap();
        assert_eq!(row.len(), names.len());
        assert!(names.iter().all(|name| row.contains_key(*name)), "{row:?}");
    }
}

/// A page's calls as one template, which expands to the calls again; what is left out is told, each call once.
#[test]
fn a_page_is_one_template() {
    let group =
        "https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/g";
    let nic = format!(
        "{}/providers/Microsoft.Network/networkInterfaces/n",
        &group["https://management.azure.com".len()..]
    );
    let page = format!(
        "# É\n\n```bash\ncurl -X PUT '{group}/providers/Microsoft.Network/networkInterfaces/n?api-version=2023-09-01' -d '{{\"location\": \"westus\", \"properties\": {{}}}}'\ncurl '{group}?api-version=2021-04-01'\ncurl -X DELETE '{group}/providers/Microsoft.Web/sites/s?api-version=2022-03-01'\ncurl -X POST '{group}/providers/Microsoft.Compute/virtualMachines/v/start?api-version=2024-07-01'\n```\n\n```http\nPUT {group}/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01\n\n{{\"location\": \"westus\", \"properties\": {{\"osProfile\": {{\"adminPassword\": \"S3cr3t-Xy!9\"}}, \"networkProfile\": {{\"networkInterfaces\": [{{\"id\": \"{nic}\"}}]}}}}}}\n```\n"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.md"), page).unwrap();
    let output = armbody(folder.path(), &["requests", "a.md", "--as", "template"]);
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    for (line, start) in lines.iter().zip(["a.md:5: GET", "a.md:6: DELETE", "a.md:7: POST"]) {
        assert!(line.starts_with(&format!("armbody: {start}")) && line.contains("left out: it "), "{line}");
    }
    let text = stdout(&output);
    assert!(!text.contains("S3cr3t"), "{text}");
    fs::write(folder.path().join("t.json"), &text).unwrap();
    let scope = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/g";
    let output = armbody(
        folder.path(),
        &["expand", "t.json", "--scope", scope, "--set", "adminPassword=x", "--as", "json"],
    );
    let all: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[0]["url"], format!("{nic}?api-version=2023-09-01"));
    assert_eq!(all[1]["body"]["properties"]["networkProfile"]["networkInterfaces"][0]["id"], nic);
    assert_eq!(all[1]["after"][0], nic);

    fs::write(
        folder.path().join("b.md"),
        "```bash\naz rest --method get --url '/subscriptions?api-version=2022-12-01'\n```\n",
    )
    .unwrap();
    let output = armbody(folder.path(), &["requests", "b.md", "--as", "template"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
}
