//! What a call is made of elsewhere: files that a script writes, scripts and templates within JSON, ids in variables,
//! texts that the shell leaves as they are.

use armbody::container::Kind;
use armbody::lint::{Options, Severity, check, fix};
use armbody::text::Source;

const VM: &str = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";

fn found(text: &str, kind: Kind) -> Vec<(&'static str, Severity)> {
    let source = Source::new("x", text.to_owned());
    let mut found: Vec<_> =
        check(&source, kind, &Options::default()).iter().map(|it| (it.rule.name, it.severity)).collect();
    found.retain(|(name, _)| {
        !matches!(*name, "identity-drops" | "authorization-missing" | "placeholder-left")
    });
    found
}

fn fixed(text: &str, kind: Kind) -> String {
    fix(Source::new("x", text.to_owned()), kind, &Options::default(), false).source.text().to_owned()
}

const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
const MENDED: &str = r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#;

#[test]
fn files_that_powershell_writes_are_read() {
    for write in [
        format!("'{SPLIT}' > body.json"),
        format!("Write-Output '{SPLIT}' > ./body.json"),
        format!("$body = '{SPLIT}'\n$body >body.json"),
        format!("echo '{SPLIT}' 1> body.json"),
        format!("@'\n{SPLIT}\n'@ | Out-File body.json"),
    ] {
        let text = format!("{write}\naz rest --method patch --url '{VM}' --body '@body.json'\n");
        let names: Vec<_> = found(&text, Kind::PowerShell).into_iter().map(|it| it.0).collect();
        assert!(names.contains(&"identity-type-split"), "{text}: {names:?}");
        assert!(fixed(&text, Kind::PowerShell).contains(MENDED), "{text}");
    }
    for write in
        [format!("'{SPLIT}' 2> body.json"), format!("'{SPLIT}' >> body.json"), format!("'{SPLIT}' > b.json")]
    {
        let text = format!("{write}\naz rest --method patch --url '{VM}' --body '@body.json'\n");
        assert_eq!(found(&text, Kind::PowerShell), [], "{text}");
    }
}

#[test]
fn a_cmdlet_reads_no_file() {
    for (cmdlet, wrong, right) in [
        (
            "Invoke-RestMethod -ContentType application/json -Headers $h -Uri",
            "-Body body.json",
            "-Body (Get-Content -Raw body.json)",
        ),
        ("Invoke-AzRestMethod -Uri", "-Payload 'b/auth.json'", "-Payload (Get-Content -Raw 'b/auth.json')"),
        ("Invoke-AzRestMethod -Uri", "-Payload \"./vm.json\"", "-Payload (Get-Content -Raw \"./vm.json\")"),
    ] {
        let text = format!("{cmdlet} '{VM}' -Method PATCH {wrong}\n");
        assert_eq!(found(&text, Kind::PowerShell), [("file-without-at", Severity::Error)], "{text}");
        let after = fixed(&text, Kind::PowerShell);
        assert!(after.contains(right), "{after}");
        assert_eq!(found(&after, Kind::PowerShell), [], "{after}");
    }
    let text = format!(
        "Invoke-RestMethod -Uri '{VM}' -Method PATCH -ContentType application/json -Headers $h -InFile body.json\n"
    );
    assert_eq!(found(&text, Kind::PowerShell), []);
}

#[test]
fn letters_need_a_charset() {
    let call = |rest: &str| format!("Invoke-RestMethod -Uri '{VM}' -Method PATCH -Headers $h {rest}\n");
    let body = "-Body '{\"tags\":{\"a\":\"Zürich\"}}'";
    for (content_type, right) in [
        ("-ContentType application/json", "-ContentType 'application/json; charset=utf-8'"),
        ("-ContentType 'application/json'", "-ContentType 'application/json; charset=utf-8'"),
        ("-ContentType \"application/json\"", "-ContentType \"application/json; charset=utf-8\""),
    ] {
        let text = call(&format!("{content_type} {body}"));
        assert_eq!(found(&text, Kind::PowerShell), [("charset-missing", Severity::Note)], "{text}");
        let after = fixed(&text, Kind::PowerShell);
        assert!(after.contains(right), "{after}");
        assert_eq!(found(&after, Kind::PowerShell), [], "{after}");
    }
    for rest in [
        format!("-ContentType 'application/json; charset=utf-8' {body}"),
        "-ContentType application/json -Body '{\"tags\":{\"a\":\"Zurich\"}}'".to_owned(),
        "-ContentType application/json -Body ([Text.Encoding]::UTF8.GetBytes('{\"tags\":{\"a\":\"Zürich\"}}'))".to_owned(),
    ] {
        assert_eq!(found(&call(&rest), Kind::PowerShell), [], "{rest}");
    }
}

#[test]
fn a_quoted_end_word_keeps_variables() {
    let text = |end: &str, before: &str| {
        format!(
            "{before}curl -X PATCH \"{VM}\" -H \"Authorization: Bearer $T\" -H 'Content-Type: application/json' -d @- <<{end}\n\
             {{\"tags\":{{\"vm\":\"$NAME\"}}}}\nEOF\n"
        )
    };
    for end in ["'EOF'", "\"EOF\"", "\\EOF"] {
        let said = found(&text(end, "NAME=myVM\n"), Kind::Shell);
        assert_eq!(said, [("variable-not-expanded", Severity::Warning)], "{end}");
    }
    assert_eq!(found(&text("EOF", "NAME=myVM\n"), Kind::Shell), []);
    let schema = text("'EOF'", "").replace("$NAME", "$schema");
    assert_eq!(found(&schema, Kind::Shell), []);
}

#[test]
fn scripts_of_templates_make_calls() {
    let template = |kind: &str, script: &str| {
        let script = serde_json::Value::from(script);
        format!(
            "{{\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\
             \"contentVersion\":\"1.0.0.0\",\"resources\":[\n{{\"type\":\"Microsoft.Resources/deploymentScripts\",\
             \"apiVersion\":\"2023-08-01\",\"name\":\"s\",\"location\":\"westus\",\"kind\":\"{kind}\",\"properties\":{{\
             \"retentionInterval\":\"P1D\",\"scriptContent\":{script}}}}}]}}"
        )
    };
    let bash = format!("az rest --method patch --url \"{VM}\" --body '{SPLIT}'\necho done\n");
    let powershell = format!("Invoke-AzRestMethod -Method PATCH -Uri '{VM}' -Payload '{SPLIT}'\n");
    for (kind, script) in [("AzureCLI", &bash), ("AzurePowerShell", &powershell)] {
        let text = template(kind, script);
        for (text, kind) in
            [(text.clone(), Kind::Json), (format!("# Deploy\n\n```json\n{text}\n```\n"), Kind::Markdown)]
        {
            let loud = |text: &str| {
                let mut found = found(text, kind);
                found.retain(|(_, severity)| *severity > Severity::Note);
                found
            };
            assert_eq!(loud(&text), [("identity-type-split", Severity::Error)], "{text}");
            let after = fixed(&text, kind);
            let meant = serde_json::Value::from(MENDED).to_string();
            assert!(after.contains(meant.trim_matches('"')), "{after}");
            assert_eq!(loud(&after), [], "{after}");
        }
    }
    let computed = template("AzureCLI", "[concat('az rest --url ', resourceGroup().location)]");
    assert!(found(&computed, Kind::Json).iter().all(|(_, severity)| *severity == Severity::Note));
}

#[test]
fn the_template_in_a_body_is_judged() {
    let resource = |inner: &str| {
        format!(
            "{{\"type\":\"Microsoft.Compute/virtualMachines\",\"apiVersion\":\"2024-07-01\",\"name\":\"v\",\
             \"location\":\"w\",{inner}}}"
        )
    };
    let put = |inner: &str| {
        format!(
            "PUT https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d\
             ?api-version=2021-04-01\nAuthorization: Bearer <t>\nContent-Type: application/json\n\n\
             {{\"properties\":{{\"mode\":\"Incremental\",\"template\":{{\"$schema\":\"https://schema.management.azure.com/\
             schemas/2019-04-01/deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",\"resources\":[{}]}}}}}}\n",
            resource(inner)
        )
    };
    assert_eq!(found(&put("\"identity\":{\"type\":\"SystemAssigned\"}"), Kind::Http), []);
    for (inner, rule) in [
        ("\"identity\":{\"type\":\"UserAssigned\"}", "identity-ids-missing"),
        ("\"identity\":{\"type\":\"System\"}", "identity-type-invalid"),
        ("\"tags\":{\"a\":\"[concat('x']\"}", "expression-invalid"),
    ] {
        let said = found(&put(inner), Kind::Http);
        assert_eq!(said, [(rule, Severity::Error)], "{inner}");
    }
}

#[test]
fn ids_in_variables_are_looked_at() {
    let wrong =
        "/subscriptions/s/resourceGroups/g/providers/Micrososft.ManagedIdentity/userAssignedIdentities/i";
    let right = wrong.replace("Micrososft", "Microsoft");
    let body = |name: &str| {
        format!(
            "\"{{\\\"identity\\\":{{\\\"type\\\":\\\"UserAssigned\\\",\\\"userAssignedIdentities\\\":{{\\\"{name}\\\":{{}}}}}}}}\""
        )
    };
    for name in ["$ID", "${ID}"] {
        let text = |id: &str| format!("ID={id}\naz rest --method patch --url '{VM}' --body {}\n", body(name));
        assert_eq!(found(&text(wrong), Kind::Shell), [("identity-id-invalid", Severity::Error)], "{name}");
        assert_eq!(fixed(&text(wrong), Kind::Shell), text(&right));
        assert_eq!(found(&text(&right), Kind::Shell), []);
    }
    let quoted = format!(
        "ID='{wrong}'\naz rest --method patch --url '{VM}' --body '{{\"identity\":{{\"type\":\"UserAssigned\",\
         \"userAssignedIdentities\":{{\"'$ID'\":{{}}}}}}}}'\n"
    );
    assert_eq!(found(&quoted, Kind::Shell), [("identity-id-invalid", Severity::Error)]);
    let asked = format!(
        "ID=$(az identity show -n i -g g --query id -o tsv)\naz rest --method patch --url '{VM}' --body {}\n",
        body("$ID")
    );
    assert!(found(&asked, Kind::Shell).iter().all(|(_, severity)| *severity == Severity::Note));
}

#[test]
fn a_null_in_a_patch_is_no_removal() {
    let call = |method: &str, body: &str| {
        format!("{method} {VM}\nAuthorization: Bearer <t>\nContent-Type: application/json\n\n{body}\n")
    };
    let null = "{\"properties\":{\"licenseType\":null,\"osProfile\":{\"secrets\":null}}}";
    assert_eq!(found(&call("PATCH", null), Kind::Http), [("null-removes-nothing", Severity::Note)]);
    let ids = "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"/subscriptions/s/resourceGroups/g/\
               providers/Microsoft.ManagedIdentity/userAssignedIdentities/i\":null}}}";
    assert_eq!(found(&call("PATCH", ids), Kind::Http), []);
    let put = "{\"location\":\"w\",\"properties\":{\"licenseType\":null}}";
    assert_eq!(found(&call("PUT", put), Kind::Http), []);
}
