//! Secrets planted wherever people leave them, and every way in which the program says something of the text around
//! them: none is shown. Each kind of what is masked is then left out in turn, and its plants are seen: the test would
//! notice if a kind were no longer masked.

use std::collections::BTreeSet;

use crate::support::cli::{armbody, armbody_with_input, folder};
use crate::support::thorough::is_thorough;
use armbody::container::Kind;
use armbody::lint::{Finding, Options, Secret, SecretKind, examine, fix, secrets_of};
use armbody::lsp::{Message, Server};
use armbody::report::{Checked, Format, Mask, Report, findings_in_a_line, unified};
use armbody::text::{DEFAULT_MAX_SIZE, Source};
use serde_json::{Value, json};

/// A secret in a text, and the kind that it is masked as.
struct Plant {
    kind: SecretKind,
    file: &'static str,
    text: String,
    secret: String,
}

const URL: &str = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/rg/providers/\
                   Microsoft.Compute/virtualMachines/myVM?api-version=2024-07-01";
/// A password as people choose them.
const WORD: &str = "Vx7q-Lw93-hzRt";
/// One that every way of quoting has to escape.
const ODD: &str = "q7\"V'x\\L$w9&%z";

/// A call with a mistake that a safe fix fixes, and a second one below it: what stands between is context of both.
fn call(options: &str, body: &str) -> String {
    format!(
        "curl -X PATCH '{URL}' -H 'Authorization: Bearer <ACCESS TOKEN>' -H 'Content-Type: application/json' {options} -d '{body}'\n"
    )
}

const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;

fn beside(line: &str) -> String {
    format!("{line}\n{}", call("", SPLIT))
}

fn with_option(option: &str) -> String {
    call(option, SPLIT)
}

fn body(members: &str) -> String {
    format!(r#"{{"location":"westus","identity":{{"type":"SystemAssigned","UserAssigned"}},{members}}}"#)
}

fn with_profile(members: &str) -> String {
    body(&format!(r#""properties":{{"osProfile":{{{members}}}}}"#))
}

fn template(parameters: &str, variables: &str, members: &str) -> String {
    format!(
        r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0",
"parameters":{{{parameters}}},
"variables":{{{variables}}},
"resources":[{{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"v","location":"westus",
"identity":{{"type":"SystemAssigned","UserAssigned"}},
"properties":{{"osProfile":{{{members}}}}}}}]}}"#
    )
}

fn token() -> String {
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJlLWV4YW1wbGU".to_owned()
}

fn account_key() -> String {
    format!("{}==", &"qL7w+Vx9/Rt3hZ".repeat(7)[..86])
}

fn client_secret() -> String {
    format!("Vx78Q~{}", &"hz-Rt9.Lw_".repeat(4)[..34])
}

fn yaml(lines: &str) -> String {
    format!("jobs:\n  x:\n    env:\n{lines}    steps:\n      - run: |\n          {}", call("", SPLIT))
}

fn http(head: &str, headers: &str) -> String {
    format!(
        "{head}PATCH {}\nAuthorization: Bearer {{{{token}}}}\nContent-Type: application/json\n{headers}\n{}\n",
        URL.replace("https", "http"),
        body(r#""tags":{}"#)
    )
}

fn powershell(before: &str, headers: &str) -> String {
    format!(
        "{before}\nInvoke-RestMethod -Method Patch -Uri '{}' -Headers @{{ {headers} }} -ContentType 'application/json' -Body '{SPLIT}'\n",
        URL.replace("<SUBSCRIPTION ID>", "$sub")
    )
}

fn plants() -> Vec<Plant> {
    use SecretKind as K;
    let mut all = Vec::new();
    let mut add = |kind, file, secret: &str, text: String| {
        assert!(text.contains("@@"), "{text}");
        all.push(Plant { kind, file, text: text.replace("@@", secret), secret: secret.to_owned() });
    };
    let json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();

    // Headers.
    for header in [
        "Authorization: Bearer @@",
        "authorization: SharedKey account:@@",
        "Authorization: Basic @@",
        "x-functions-key: @@",
        "Ocp-Apim-Subscription-Key: @@",
        "api-key: @@",
        "Cookie: session=@@; theme=dark",
        "x-ms-query-key: @@",
        "x-ms-authorization-auxiliary: Bearer @@",
        "X-Auth-Token: @@",
    ] {
        add(K::Header, "a.sh", WORD, with_option(&format!("-H '{header}'")));
        add(K::Header, "a.http", WORD, http("", header));
    }
    add(K::Header, "a.sh", WORD, with_option("-H \"x-functions-key: @@\""));
    add(K::Header, "a.sh", WORD, with_option("--header='api-key:@@'"));
    add(K::Header, "a.ps1", WORD, powershell("", "Authorization = 'Bearer @@'"));
    add(K::Header, "a.ps1", WORD, powershell("", "'x-functions-key' = \"@@\""));
    add(
        K::Header,
        "a.ps1",
        WORD,
        powershell("$headers = @{}\n$headers['Authorization'] = \"Bearer @@\"", ""),
    );
    add(K::Header, "a.md", WORD, format!("# T\n\n```bash\n{}```\n", with_option("-H 'api-key: @@'")));

    // Options of their own.
    for option in [
        "-u 'me:@@'",
        "-u me:@@",
        "-ume:@@",
        "--user 'me:@@'",
        "-b 'session=@@'",
        "--cookie 'session=@@'",
        "--proxy-user me:@@",
        "-U me:@@",
        "--pass @@",
        "--proxy-pass '@@'",
        "--cert client.pem:@@",
        "-E client.pem:@@",
        "--oauth2-bearer @@",
    ] {
        add(K::Option, "a.sh", WORD, with_option(option));
    }
    add(K::Option, "a.sh", WORD, beside("az vm create --name v --admin-password @@"));
    add(K::Option, "a.sh", WORD, beside("az login --service-principal -u $APP -p @@ --tenant $T"));
    add(K::Option, "a.sh", WORD, beside("az login --client-secret '@@'"));
    add(K::Option, "a.ps1", WORD, powershell("$p = ConvertTo-SecureString '@@' -AsPlainText -Force", ""));
    add(K::Option, "a.ps1", WORD, powershell("$p = ConvertTo-SecureString -String \"@@\" -AsPlainText", ""));

    // URLs.
    add(K::Url, "a.sh", WORD, with_option("").replace("https://", "https://me:@@@"));
    add(K::Url, "a.sh", WORD, beside("git clone https://me:@@@github.com/a/b"));
    add(K::Url, "a.sh", WORD, with_option("--proxy http://me:@@@proxy:8080"));
    for parameter in ["sig", "code", "access_token", "client_secret", "subscription-key"] {
        add(K::Parameter, "a.sh", WORD, with_option("").replace("07-01'", &format!("07-01&{parameter}=@@'")));
        add(
            K::Parameter,
            "a.http",
            WORD,
            http("", "").replace("07-01\n", &format!("07-01&{parameter}=@@\n")),
        );
    }
    add(
        K::Parameter,
        "a.sh",
        WORD,
        beside(
            "curl https://login.microsoftonline.com/t/oauth2/token -d 'grant_type=x&client_secret=@@&scope=y'",
        ),
    );
    add(
        K::Parameter,
        "a.sh",
        WORD,
        beside("curl https://login.microsoftonline.com/t/oauth2/token --data-urlencode 'code=@@'"),
    );
    add(
        K::Parameter,
        "a.sh",
        "Vx7q%2FLw93%2BhzRt%3D",
        beside("SAS='sv=2024-01-01&se=2026-01-01&sig=@@&sp=r'"),
    );

    // Properties, of any type and in any notation.
    for (secret, value) in [
        (WORD.to_owned(), "\"@@\""),
        (json(ODD), "\"@@\""),
        ("8812345678901".to_owned(), "@@"),
        (WORD.to_owned(), "[\"@@\"]"),
        (WORD.to_owned(), "{\"a\":{\"b\":[\"@@\"]}}"),
    ] {
        add(K::Property, "a.json", &secret, with_profile(&format!("\"adminPassword\":{value}")));
        add(
            K::Property,
            "a.md",
            &secret,
            format!("# T\n\n```json\n{}\n```\n", with_profile(&format!("\"adminPassword\":{value}"))),
        );
    }
    let shell = ODD.replace('\'', "'\\''");
    add(K::Property, "a.sh", &json(&shell), call("", &with_profile(r#""adminPassword":"@@""#)));
    let double = call("", &with_profile(r#""adminPassword":"@@""#).replace('"', "\\\""));
    add(K::Property, "a.sh", WORD, double.replace("-d '", "-d \"").replace("}'\n", "}\"\n"));
    add(K::Property, "a.sh", WORD, beside("export ADMIN_PASSWORD='@@'"));
    add(K::Property, "a.sh", WORD, beside("CLIENT_SECRET=@@"));
    add(K::Property, "a.yml", WORD, yaml("      ADMIN_PASSWORD: @@\n"));
    add(K::Property, "a.yml", WORD, yaml("      CLIENT_SECRET: \"@@\"\n"));
    add(K::Property, "a.http", WORD, http("@clientSecret = @@\n\n", ""));
    add(K::Property, "a.ps1", WORD, powershell("$adminPassword = '@@'", ""));
    add(K::Property, "a.ps1", WORD, powershell("$env:ADMIN_PASSWORD = \"@@\"", ""));
    add(K::Property, "a.ps1", WORD, powershell("$body = @{ adminPassword = '@@'; a = 1 }", ""));
    add(
        K::CustomData,
        "a.sh",
        WORD,
        call("", &body(r#""properties":{"protectedSettings":{"commandToExecute":"run @@ now"}}"#)),
    );
    add(K::Property, "a.json", WORD, template("", "", r#""adminPassword":"@@""#));
    add(
        K::Property,
        "a.json",
        WORD,
        template("", "", r#""adminPassword":"[concat('@@', parameters('x'))]""#),
    );

    add(
        K::Property,
        "a.json",
        WORD,
        template("", "\"x\":[{\"name\":\"DB_PASSWORD\",\"value\":\"@@\"}]", r#""computerName":"c""#),
    );
    add(K::Property, "a.yml", WORD, yaml("      - name: DB_PASSWORD\n        value: @@\n"));
    add(K::Property, "a.sh", WORD, beside("export SEARCH_KEY=@@"));
    add(K::Property, "a.sh", WORD, beside("az deployment group create -f t.json -p adminPassword=@@"));
    add(K::Property, "a.json", "Vx7q-Lw93\",\"hz-Rt84-xq", with_profile(r#""adminPassword":"@@""#));
    add(K::Header, "a.sh", WORD, with_option("-H \"api-key: \"'@@'"));
    add(K::Header, "a.ps1", WORD, powershell("", "Authorization = 'Bearer ' + '@@'"));

    // A name with a slip, and a comma where none belongs.
    for name in ["adminPasword", "adminPassowrd", "adminPasswordd", "administratorLoginPasswrd"] {
        add(K::Misspelt, "a.json", WORD, with_profile(&format!("\"{name}\":\"@@\"")));
    }
    add(K::Misspelt, "a.json", WORD, with_profile(r#""adminPassword","@@","computerName":"c""#));
    add(K::Misspelt, "a.json", WORD, with_profile(r#""adminPass","word":"@@""#));
    add(K::Misspelt, "a.sh", WORD, call("", &with_profile(r#""adminPasword":"@@""#)));

    // What ends up in such a place.
    add(K::Variable, "a.sh", WORD, beside("X='@@'").replace("<ACCESS TOKEN>'", "'\"$X\""));
    add(
        K::Variable,
        "a.sh",
        WORD,
        beside("export X=@@")
            .replace("'Authorization: Bearer <ACCESS TOKEN>'", "\"Authorization: Bearer ${X}\""),
    );
    add(
        K::Variable,
        "a.sh",
        WORD,
        beside("A='@@'\nB=$A")
            .replace("'Authorization: Bearer <ACCESS TOKEN>'", "\"Authorization: Bearer $B\""),
    );
    add(K::Variable, "a.sh", WORD, beside("P=@@") + "curl -u \"me:$P\" https://example.org\n");
    add(
        K::Variable,
        "a.yml",
        WORD,
        yaml("      X: @@\n")
            .replace("'Authorization: Bearer <ACCESS TOKEN>'", "\"Authorization: Bearer $X\""),
    );
    add(K::Variable, "a.yml", WORD, yaml("      X: @@\n").replace("<ACCESS TOKEN>", "${{ env.X }}"));
    add(
        K::Variable,
        "a.http",
        WORD,
        http("@token = @@\n\n", "").replace("@token", "@it").replace("{{token}}", "{{it}}"),
    );
    add(K::Variable, "a.ps1", WORD, powershell("$it = '@@'", "Authorization = \"Bearer $it\""));
    add(K::Variable, "a.ps1", WORD, powershell("$it = \"@@\"", "Authorization = 'Bearer ' + $it"));
    add(K::Variable, "a.ps1", WORD, powershell("$it = @'\n@@\n'@", "'api-key' = $it"));
    add(K::Variable, "a.json", WORD, template("", "\"it\":\"@@\"", r#""adminPassword":"[variables('it')]""#));
    add(
        K::Variable,
        "a.json",
        WORD,
        template(
            r#""it":{"type":"string","defaultValue":"@@"}"#,
            "",
            r#""adminPassword":"[parameters('it')]""#,
        ),
    );
    add(
        K::Variable,
        "a.json",
        WORD,
        template(
            r#""it":{"type":"securestring","defaultValue":"[variables('of')]"}"#,
            "\"of\":\"@@\"",
            r#""computerName":"c""#,
        ),
    );

    let from = |before: &str| {
        beside(before).replace("'Authorization: Bearer <ACCESS TOKEN>'", "\"Authorization: Bearer $X\"")
    };
    for before in [
        "read -r X <<< '@@'",
        "X=$(echo '@@')",
        "X=$(cat <<EOF\n@@\nEOF\n)",
        "X=${X:-@@}",
        "local y=@@\nX=\"$y\"",
    ] {
        add(K::Variable, "a.sh", WORD, from(before));
    }
    add(K::Variable, "a.ps1", WORD, powershell("Set-Variable -Name it -Value '@@'", "'api-key' = $it"));
    add(
        K::Variable,
        "a.yml",
        WORD,
        yaml("      - name: it\n        value: @@\n").replace("<ACCESS TOKEN>", "$(it)"),
    );
    add(K::Header, "a.ps1", WORD, powershell("$headers.Add('Authorization', 'Bearer @@')", ""));
    add(K::Header, "a.ps1", WORD, powershell("$headers.Add(\"x-functions-key\", \"@@\")", ""));
    add(K::Header, "a.ps1", WORD, powershell("$h = 'Authorization: Bearer {0}' -f '@@'", ""));
    add(K::Header, "a.sh", WORD, with_option("-H 'Authorization Bearer @@'"));
    add(K::Option, "a.ps1", WORD, powershell("$p = '@@' | ConvertTo-SecureString -AsPlainText -Force", ""));
    add(K::Option, "a.sh", WORD, beside("az functionapp keys set -n f --key-value @@"));
    add(K::Option, "a.sh", WORD, beside("sshpass -p '@@' ssh me@host"));
    add(K::Option, "a.sh", WORD, beside("az keyvault secret set --vault-name v -n x --value @@"));
    add(K::Misspelt, "a.sh", WORD, call("", &with_profile(r#""adminPassword;"@@""#)));

    // Secure parameters.
    for kind in ["securestring", "secureString"] {
        let parameter = format!(r#""it":{{"type":"{kind}","defaultValue":"@@"}}"#);
        add(K::SecureParameter, "a.json", WORD, template(&parameter, "", r#""computerName":"c""#));
    }
    add(
        K::SecureParameter,
        "a.json",
        WORD,
        template(r#""it":{"defaultValue":{"a":["@@"]},"type":"secureObject"}"#, "", r#""computerName":"c""#),
    );
    add(
        K::Property,
        "a.json",
        WORD,
        format!("{}\n", template(r#""adminPassword":{"value":"@@"}"#, "", r#""computerName":"c""#)),
    );

    // What a machine runs.
    add(K::CustomData, "a.json", WORD, template("", "", r#""customData":"[base64('echo @@')]""#));
    add(K::CustomData, "a.json", "IyEvYmluL3NoClZ4N3EtTHc5My1oelJ0", with_profile(r#""customData":"@@""#));
    add(
        K::CustomData,
        "a.sh",
        WORD,
        beside("az vm create --name v --custom-data 'echo @@'").replace("--custom", "--user"),
    );

    // Connection strings.
    for text in [
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=@@;EndpointSuffix=core.windows.net",
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=r;SharedAccessKey=@@",
        "Server=tcp:a;User ID=u;Password=@@;Encrypt=True",
        "Server=tcp:a;Uid=u;Pwd=@@;",
    ] {
        add(K::ConnectionString, "a.sh", WORD, beside(&format!("./run \"{text}\"")));
    }

    // By form alone.
    add(K::WebToken, "a.sh", &token(), beside("./run @@"));
    add(K::WebToken, "a.md", &token(), format!("# T\n\n```bash\n{}```\n", beside("./run '@@'")));
    add(K::AccountKey, "a.sh", &account_key(), beside("./run '@@'"));
    add(K::AccountKey, "a.ps1", &account_key(), powershell("./run '@@'", ""));
    add(K::ClientSecret, "a.sh", &client_secret(), beside("./run '@@'"));
    add(K::ClientSecret, "a.yml", &client_secret(), yaml("      X: @@\n"));
    add(
        K::PrivateKey,
        "a.sh",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        beside("./run '-----BEGIN PRIVATE KEY-----\n@@\n-----END PRIVATE KEY-----'"),
    );
    add(
        K::PrivateKey,
        "a.json",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        body(r#""tags":{"x":"-----BEGIN RSA PRIVATE KEY-----\n@@\n-----END RSA PRIVATE KEY-----"}"#),
    );
    add(
        K::Subscription,
        "a.sh",
        "7d41e0b9-52c6-4a8f-9e13-c08b6f27d5a4",
        with_option("").replace("<SUBSCRIPTION ID>", "@@"),
    );
    all
}

/// True if a text shows a secret, whole or in one of its writings, or a telling part of it.
fn shows(text: &str, secret: &str) -> bool {
    let escaped = serde_json::to_string(secret).unwrap();
    let again = serde_json::to_string(&escaped).unwrap();
    let whole = [secret, escaped.trim_matches('"'), again.trim_matches('"')];
    // Parts of it, where they could not be something else.
    let plain: Vec<char> = secret.chars().collect();
    let part = |from: usize, to: usize| plain[from..to].iter().collect::<String>();
    let parts =
        if plain.len() >= 12 { vec![part(0, 8), part(plain.len() - 8, plain.len())] } else { Vec::new() };
    whole.iter().any(|writing| text.contains(writing))
        || parts.iter().any(|part| text.contains(part.as_str()))
}

/// What hides the secrets of a text that was another before.
type Masks<'m> = &'m dyn Fn(&Source, Vec<Secret>, &Mask) -> Mask;

/// Everything that the library says of a text.
fn reports(plant: &Plant, mask: Masks<'_>) -> Vec<(String, String)> {
    let kind = Kind::of(plant.file.as_ref()).expect("a kind");
    let options = Options::default();
    let mut all = Vec::new();
    let read = || Source::new(plant.file, plant.text.clone());
    let before = read();
    let found = examine(&before, kind, &options);
    let old = mask(&before, secrets_of(&before, kind, &options), &Mask::default());
    for unsafe_too in [false, true] {
        let fixed = fix(read(), kind, &options, unsafe_too);
        let left = examine(&fixed.source, kind, &options);
        let new = mask(&fixed.source, secrets_of(&fixed.source, kind, &options), &old);
        let diff = unified((&before, &old), (&fixed.source, &new));
        all.push((format!("diff, unsafe: {unsafe_too}"), String::from(diff)));
        report(&fixed.source, &left.findings, &new, &mut all);
    }
    report(&before, &found.findings, &old, &mut all);
    all
}

fn report(source: &Source, findings: &[Finding], mask: &Mask, all: &mut Vec<(String, String)>) {
    let file = Checked { source, findings, mask };
    for (name, format) in Format::NAMES {
        for styled in [false, true].into_iter().take(if format.is_for_reading() { 2 } else { 1 }) {
            let text = Report::new(format, styled).render(file);
            all.push((format!("{name}, styled: {styled}"), String::from(text)));
        }
    }
    all.push(("stream".to_owned(), String::from(findings_in_a_line(file))));
}

#[test]
fn nothing_that_is_planted_is_shown() {
    let plants = plants();
    assert!(plants.len() >= 100, "{}", plants.len());
    let (mut shown, mut silent) = (Vec::new(), Vec::new());
    for (number, plant) in plants.iter().enumerate() {
        let seen =
            |mask: Masks<'_>| reports(plant, mask).into_iter().find(|(_, text)| shows(text, &plant.secret));
        if let Some((name, text)) = seen(&Mask::after) {
            shown.push(format!(
                "{number} ({:?}): {name} shows `{}` of\n{}\n{text}",
                plant.kind, plant.secret, plant.text
            ));
        }
        // A plant that no report would show in any case proves nothing.
        if seen(&|_, _, _| Mask::default()).is_none() {
            silent.push(format!("{number}:\n{}", plant.text));
        }
    }
    assert!(shown.is_empty(), "{} of {}:\n{}", shown.len(), plants.len(), shown.join("\n----\n"));
    assert!(silent.is_empty(), "nothing is said of\n{}", silent.join("\n----\n"));
}

/// Without one kind its plants are shown.
#[test]
fn each_kind_is_what_hides_its_plants() {
    let plants = plants();
    for kind in SecretKind::ALL {
        let without = |source: &Source, mut secrets: Vec<Secret>, before: &Mask| {
            secrets.retain(|secret| secret.kind != kind);
            Mask::after(source, secrets, before)
        };
        let own: Vec<&Plant> = plants.iter().filter(|plant| plant.kind == kind).collect();
        let seen = own
            .iter()
            .filter(|plant| reports(plant, &without).iter().any(|(_, text)| shows(text, &plant.secret)));
        let seen = seen.count();
        assert!(seen > 0, "{kind:?}: none of {} plants needs it", own.len());
    }
}

/// A server with one open text, whose columns are bytes.
struct Editor {
    server: Server,
    sent: Vec<Message>,
}

impl Editor {
    fn new(file: &str, text: &str) -> Self {
        let mut editor = Self { server: Server::new(Vec::new(), DEFAULT_MAX_SIZE), sent: Vec::new() };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8"] },
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": { "publishDiagnostics": { "relatedInformation": true } },
        });
        editor.tell(&json!({ "id": 1, "method": "initialize", "params": { "capabilities": capabilities } }));
        let document = json!({ "uri": uri(file), "languageId": "", "version": 1, "text": text });
        editor.tell(&json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }));
        while editor.server.is_behind() {
            editor.server.check_one(&mut editor.sent);
        }
        editor
    }

    fn tell(&mut self, message: &Value) {
        let message = serde_json::from_value(message.clone()).expect("a message");
        self.server.receive(message, &mut self.sent);
    }

    fn ask(&mut self, method: &str, mut params: Value, file: &str) {
        params["textDocument"] = json!({ "uri": uri(file) });
        self.tell(&json!({ "id": 2, "method": method, "params": params }));
    }

    /// What it has sent.
    fn said(&self) -> Vec<Value> {
        self.sent.iter().map(|it| serde_json::to_value(it).expect("JSON")).collect()
    }
}

fn uri(file: &str) -> String {
    format!("file:///{file}")
}

/// The line and the byte in it.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let starts = before.rfind(['\n', '\r']).map_or(0, |it| it + 1);
    let lines = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    json!({ "line": lines, "character": at - starts })
}

/// What an editor shows: everything but the edits, which are applied to the text and must be as they are.
#[test]
fn nothing_that_is_planted_is_shown_by_the_language_server() {
    let mut shown = BTreeSet::new();
    for (number, plant) in plants().iter().enumerate() {
        let mut editor = Editor::new(plant.file, &plant.text);
        let whole =
            json!({ "start": position(&plant.text, 0), "end": position(&plant.text, plant.text.len()) });
        editor.ask(
            "textDocument/codeAction",
            json!({ "range": whole, "context": { "diagnostics": [] } }),
            plant.file,
        );
        let step = if is_thorough() { 3 } else { 24 };
        for (at, _) in plant.text.char_indices().step_by(step) {
            for method in ["textDocument/hover", "textDocument/completion"] {
                editor.ask(method, json!({ "position": position(&plant.text, at) }), plant.file);
            }
        }
        let mut said = editor.said();
        assert!(said.iter().all(|it| it.get("error").is_none()), "{said:?}");
        for action in said.iter_mut().filter_map(|it| it.get_mut("result")?.as_array_mut()).flatten() {
            action.as_object_mut().map(|it| it.remove("edit"));
        }
        let said: Vec<String> = said.iter().map(Value::to_string).collect();
        if let Some(text) = said.iter().find(|text| shows(text, &plant.secret)) {
            shown.insert(format!("{number} ({:?}): {text}\n{}", plant.kind, plant.text));
        }
    }
    assert!(
        shown.is_empty(),
        "{} shown:\n{}",
        shown.len(),
        shown.into_iter().collect::<Vec<_>>().join("\n----\n")
    );
}

/// Every command, on all plants at once.
#[test]
fn nothing_that_is_planted_is_shown_by_a_command() {
    let plants = plants();
    let files: Vec<(String, &Plant)> = plants
        .iter()
        .enumerate()
        .map(|(number, plant)| (format!("{number}.{}", plant.file.rsplit('.').next().unwrap()), plant))
        .collect();
    let borrowed: Vec<(&str, &str)> =
        files.iter().map(|(name, plant)| (name.as_str(), plant.text.as_str())).collect();
    let at = folder(&borrowed);
    let config = "[lint]\ninclude = [\"**/*.yml\"]\n";
    std::fs::write(at.path().join("armbody.toml"), config).unwrap();
    let check = |what: &str, output: &std::process::Output, subscriptions: bool| {
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            for (name, plant) in &files {
                let is_named = subscriptions && plant.kind == SecretKind::Subscription;
                assert!(
                    is_named || !shows(&text, &plant.secret),
                    "{what} shows `{}` of {name}",
                    plant.secret
                );
            }
        }
    };
    for (format, _) in Format::NAMES {
        for args in [&["lint", "--format", format][..], &["lint", "--format", format, "--statistics"]] {
            check(&args.join(" "), &armbody(at.path(), args), false);
        }
    }
    for args in [
        &["lint", "--diff"][..],
        &["lint", "--diff", "--unsafe-fixes"],
        &["lint", "--write-baseline", "known.json"],
        &["lint", "--max-size", "10"],
        &["sync", "--diff"],
        &["sync", "--check"],
    ] {
        check(&args.join(" "), &armbody(at.path(), args), false);
    }
    for args in [&["requests"][..], &["requests", "--format", "json"]] {
        check(&args.join(" "), &armbody(at.path(), args), true);
    }
    let mut records = String::new();
    for (name, text) in &borrowed {
        let record = serde_json::json!({ "path": name, "text": text }).to_string();
        records.push_str(&record);
        records.push('\n');
        // One that breaks off.
        records.push_str(&record[..record.floor_char_boundary(record.len() / 2)]);
        records.push('\n');
    }
    let args = ["lint", "--stream", "--statistics"];
    check("stream", &armbody_with_input(at.path(), &args, &records), false);
    for (name, plant) in &files {
        // As whatever it is not: a machine, a template, a configuration, a baseline, a command's argument.
        for args in [
            &["plan", "--current", name, "--system", "on"][..],
            &["render", "enable-system-assigned", "--templates", name],
            &["lint", "--config", name, "."],
            &["lint", "--baseline", name, "."],
            &["schema", "show", "--api-version", name],
        ] {
            if *name == files[0].0 || plant.file == "a.json" {
                check(&args.join(" "), &armbody(at.path(), args), false);
            }
        }
    }
    // What a template makes of them: the values of all its expressions, as every form writes them.
    let mut templates = 0;
    for (name, plant) in files.iter().filter(|(_, plant)| plant.text.contains("deploymentTemplate.json")) {
        templates += 1;
        for form in ["table", "json", "curl", "az", "http", "powershell"] {
            check(
                &format!("expand {name}"),
                &armbody(at.path(), &["expand", name, "--as", form]),
                plant.kind == SecretKind::Subscription,
            );
        }
        for args in
            [&["--outputs"][..], &["--nested", "--as", "json"], &["--lint"], &["--lint", "--format", "json"]]
        {
            check(
                &format!("expand {name} {args:?}"),
                &armbody(at.path(), &[&["expand", name], args].concat()),
                false,
            );
        }
    }
    assert!(templates >= 5, "{templates}");
    let secure = template(
        &format!(r#""s":{{"type":"securestring","defaultValue":"{WORD}"}},"o":{{"type":"secureObject"}},"p":{{"type":"string"}}"#),
        r#""v":"[concat('a', parameters('s'))]","b":"[base64(parameters('s'))]""#,
        r#""computerName":"[variables('v')]","adminPassword":"[parameters('p')]","customData":"[variables('b')]","adminUsername":"[string(parameters('o'))]""#,
    )
    .replace(r#""SystemAssigned","UserAssigned""#, r#""SystemAssigned""#)
    .replacen("\"resources\"", r#""outputs":{"x":{"type":"string","value":"[toUpper(parameters('s'))]"},"y":{"type":"object","value":"[parameters('o')]"}},"resources""#, 1);
    std::fs::write(at.path().join("secure.json"), secure).unwrap();
    let given = format!(r#"{{"parameters":{{"o":{{"value":{{"k":"{WORD}"}}}},"p":{{"value":"{WORD}"}}}}}}"#);
    std::fs::write(at.path().join("given.json"), given).unwrap();
    let (object, plain) = (format!(r#"o={{"k":"{WORD}"}}"#), format!("p={WORD}"));
    for form in ["table", "json", "curl", "az", "http", "powershell"] {
        let before = ["expand", "secure.json", "--as", form];
        for args in [
            &["-p", "given.json"][..],
            &["--set", &object, "--set", &plain],
            &["-p", "given.json", "--outputs"],
        ] {
            let output = armbody(at.path(), &[&before, args].concat());
            let text = String::from_utf8_lossy(&output.stdout).to_uppercase();
            assert!(output.status.success(), "{output:?}");
            for part in [WORD.to_uppercase(), "VNG3CS1M".to_owned()] {
                assert!(!text.contains(&part), "expand --as {form} {args:?} shows {part}:\n{text}");
            }
        }
    }
    let machine = format!(r#"{{"adminPassword":"{WORD}","identity":{{"type":"{WORD}"}},"properties":{{}}}}"#);
    let args = ["plan", "--current", "-", "--system", "on"];
    check("plan", &armbody_with_input(at.path(), &args, &machine), false);
    // Last, for it changes the files.
    check("--fix", &armbody(at.path(), &["lint", "--fix"]), false);
    check("--unsafe-fixes", &armbody(at.path(), &["lint", "--unsafe-fixes", "--format", "json"]), false);
}
