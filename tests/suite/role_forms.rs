//! `plan --role` in the forms in which one text makes both requests, and what is written for hostile names: read by
//! grammars that are not ours, and compared with the request itself.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::cli::{armbody, expect, folder};
use crate::support::needs::python;
use serde_json::{Value, json};

const GROUP: &str = "/subscriptions/s-1/resourceGroups/g-1";

/// Names as nobody would choose them; a resource's answer may have any.
const HOSTILE: [&str; 12] = [
    "it's",
    "a\u{2019}b\u{201c}c\u{201d}d\u{2018}e\u{201b}f\u{201a}",
    "$(Get-Date)`$HOME${x}",
    "'''${y}'''",
    "a\"b;#c",
    "@'x'@",
    "a\\b",
    "%{z}$${w}$",
    "<#x#>",
    "a&b|c",
    "(1){b}[c]",
    "$env:PRINCIPAL_ID",
];

fn answer(name: &str) -> String {
    json!({
        "id": format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}"),
        "name": name, "type": "Microsoft.Compute/virtualMachines", "location": "westus",
        "identity": {"type": "SystemAssigned"},
        "properties": {"provisioningState": "Succeeded", "vmId": "v"},
    })
    .to_string()
}

/// What the grammars cannot read of each text.
fn unread(cases: &[(&str, String)]) -> Vec<Option<String>> {
    let python = python("tree_sitter_bicep, tree_sitter_powershell");
    let cases: Vec<Value> =
        cases.iter().map(|(language, text)| json!({"language": language, "text": text})).collect();
    let mut child = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/scripts/grammar_errors.py"))
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(json!(cases).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs tree_sitter_bicep and tree_sitter_powershell"]
fn what_is_written_for_hostile_names_is_what_the_grammars_read() {
    let mut cases = Vec::new();
    let mut refused = 0;
    for name in HOSTILE {
        let here = folder(&[("one.json", &answer(name))]);
        let storage = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}");
        for scope in [GROUP, &storage] {
            for (language, form, shell) in [
                ("bicep", "bicep", None),
                ("powershell", "script", Some("powershell")),
                ("powershell", "az", Some("powershell")),
                ("powershell", "curl", Some("powershell")),
                ("powershell", "powershell", None),
            ] {
                for style in ["angle", "shell", "braces"] {
                    let mut args = vec!["plan", "--current", "one.json", "--add", "new", "--system", "on"];
                    args.extend(["--as", form, "--placeholders", style]);
                    args.extend(["--role", "Contributor", "--scope", scope, "-o", "out"]);
                    if let Some(shell) = shell {
                        args.extend(["--shell", shell]);
                    }
                    let output = armbody(here.path(), &args);
                    if output.status.code() == Some(2) {
                        let said = String::from_utf8_lossy(&output.stderr).into_owned();
                        assert!(said.starts_with("armbody: ") && said.lines().count() == 1, "{said}");
                        refused += 1;
                        continue;
                    }
                    expect(&output, 0);
                    let extension = if language == "bicep" { "bicep" } else { "ps1" };
                    let text = std::fs::read_to_string(here.path().join(format!("out/plan.{extension}")));
                    cases.push((language, text.unwrap()));
                }
            }
        }
    }
    println!("{} texts, {refused} refused", cases.len());
    assert!(cases.len() > 100);
    for (_, text) in cases.iter().filter(|(language, _)| *language == "powershell") {
        // To PowerShell, a typographic quote is a quote.
        let code = text.lines().filter(|line| !line.starts_with('#'));
        for line in code {
            let doubled = line.replace("\u{2019}\u{2019}", "").replace("\u{2018}\u{2018}", "");
            let doubled = doubled.replace("\u{201b}\u{201b}", "");
            assert!(!doubled.contains(['\u{2018}', '\u{2019}', '\u{201b}']), "{line}");
        }
    }
    for ((_, text), broken) in cases.iter().zip(unread(&cases)) {
        assert_eq!(broken, None, "{text}");
    }
}

/// The assignment that a form makes is the one of the request: its name, role, scope, and whose it is.
#[test]
fn every_form_assigns_the_role_that_the_request_assigns() {
    let here = folder(&[("one.json", &answer("web-1"))]);
    let storage = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/data1");
    for scope in [GROUP, storage.as_str()] {
        let plan = |more: &[&str]| {
            let mut args = vec!["plan", "--current", "one.json", "--add", "new", "--system", "on"];
            args.extend(["--role", "Contributor", "--scope", scope]);
            args.extend(more);
            expect(&armbody(here.path(), &args), 0).0
        };
        let calls = plan(&["--as", "http"]);
        let names: Vec<&str> = calls
            .lines()
            .filter(|line| line.starts_with("PUT "))
            .map(|line| line.split("/roleAssignments/").nth(1).unwrap().split('?').next().unwrap())
            .collect();
        assert_eq!(names.len(), 2, "{calls}");
        let role = "b24988ac-6180-42a0-ab88-20f7382dd24c";
        for (form, more) in [
            ("bicep", &[][..]),
            ("template", &["--method", "PUT"]),
            ("az-vm", &[]),
            ("script", &[]),
            ("script", &["--shell", "powershell"]),
        ] {
            let mut args = vec!["--as", form];
            args.extend(more);
            let text = plan(&args);
            for name in &names {
                assert!(text.contains(name), "{form}: {text}");
            }
            assert!(text.contains(role), "{form}: {text}");
            assert!(text.contains("ServicePrincipal"), "{form}: {text}");
            if form == "template" {
                let template: Value = serde_json::from_str(&text).unwrap();
                let resources = template["resources"].as_array().unwrap();
                assert_eq!(resources.len(), 3);
                let scoped = resources[1].get("scope").is_some();
                assert_eq!(scoped, scope != GROUP, "{text}");
                let principals: Vec<&str> = resources[1..]
                    .iter()
                    .map(|it| it["properties"]["principalId"].as_str().unwrap())
                    .collect();
                assert!(principals[0].ends_with("'Full').identity.principalId]"), "{text}");
                assert!(
                    principals[1].contains("userAssignedIdentities")
                        && principals[1].ends_with(").principalId]")
                );
            }
        }
    }
    let elsewhere = "/subscriptions/s-2";
    for (form, more) in [("bicep", &[][..]), ("template", &["--method", "PUT"]), ("terraform", &[])] {
        let mut args = vec!["plan", "--current", "one.json", "--add", "new", "--as", form];
        args.extend(["--role", "Contributor", "--scope", elsewhere]);
        args.extend(more);
        let (_, said) = expect(&armbody(here.path(), &args), 2);
        assert!(said.contains("`--as script` writes the call") && said.lines().count() == 1, "{said}");
    }
}
