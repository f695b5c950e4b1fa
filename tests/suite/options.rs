//! Every option of `plan` and `render` that is offered: in some form it has an effect, and where it is refused, a line
//! says so.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::cli::{armbody, folder};

const FORMS: [&str; 10] =
    ["json", "curl", "az", "http", "powershell", "template", "az-vm", "bicep", "terraform", "script"];
const GROUP: &str = "/subscriptions/s/resourceGroups/g";

const ONE: &str = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1",
    "name":"web-1","location":"westus","identity":{"type":"UserAssigned","userAssignedIdentities":
    {"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1":{}}},
    "properties":{"provisioningState":"Succeeded","vmId":"v"}}"#;

/// An option, arguments without it, and the same with it.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const PLAN: &[Case] = &[
    (
        "--current",
        &["--current", "one.json", "--system", "on"],
        &["--current", "other.json", "--system", "on"],
    ),
    ("--system", &["--current", "one.json"], &["--current", "one.json", "--system", "on"]),
    ("--add", &["--current", "one.json"], &["--current", "one.json", "--add", "new"]),
    ("--remove", &["--current", "one.json"], &["--current", "one.json", "--remove", "ID1"]),
    ("--only", &["--current", "one.json"], &["--current", "one.json", "--only", "new"]),
    ("--none", &["--current", "one.json"], &["--current", "one.json", "--none"]),
    (
        "--ignore-missing",
        &["--current", "one.json", "--add", "new", "--remove", "xyz"],
        &["--current", "one.json", "--add", "new", "--remove", "xyz", "--ignore-missing"],
    ),
    (
        "--minimal",
        &["--current", "one.json", "--system", "on"],
        &["--current", "one.json", "--system", "on", "--minimal"],
    ),
    ("--undo", &["--current", "one.json", "--none"], &["--current", "one.json", "--none", "--undo"]),
    (
        "--role",
        &["--current", "one.json", "--add", "new"],
        &["--current", "one.json", "--add", "new", "--role", "Contributor", "--scope", GROUP],
    ),
    (
        "--scope",
        &["--current", "one.json", "--add", "new", "--role", "Contributor", "--scope", GROUP],
        &["--current", "one.json", "--add", "new", "--role", "Contributor", "--scope", "/subscriptions/s"],
    ),
    ("--check", &["--current", "one.json", "--none"], &["--current", "one.json", "--none", "--check"]),
    (
        "--show",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--show", "states"],
    ),
    (
        "--format",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--format", "json"],
    ),
    (
        "--type",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--type", "vmss"],
    ),
    (
        "--method",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--method", "PUT"],
    ),
    (
        "--api-version",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--api-version", "2018-06-01"],
    ),
    (
        "--placeholders",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--placeholders", "braces"],
    ),
    ("--pretty", &["--current", "one.json", "--none"], &["--current", "one.json", "--none", "--pretty"]),
    (
        "--multiline",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--multiline"],
    ),
    (
        "--shell",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--shell", "powershell"],
    ),
    (
        "--body-file",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--body-file"],
    ),
    ("--output", &["--current", "one.json", "--none"], &["--current", "one.json", "--none", "-o", "out"]),
    (
        "--templates",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--templates", "mine"],
    ),
    (
        "--config",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--config", "braces.toml"],
    ),
    (
        "--no-config",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--no-config"],
    ),
    (
        "--max-size",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--max-size", "20"],
    ),
    (
        "--cloud",
        &["--current", "one.json", "--none"],
        &["--current", "one.json", "--none", "--cloud", "usgov"],
    ),
    (
        "--subscription",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--subscription", "0b1f6471-1bf0-4dda-aec3-cb9272f09590"],
    ),
    (
        "--resource-group",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "-g", "group-2"],
    ),
    ("--vm", &["--current", "bare.json", "--none"], &["--current", "bare.json", "--none", "--vm", "vm-2"]),
    (
        "--vmss",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--vmss", "set-2"],
    ),
    (
        "--name",
        &["--current", "bare.json", "--none"],
        &["--current", "bare.json", "--none", "--name", "vm-2"],
    ),
    (
        "--location",
        &["--current", "bare.json", "--none", "--method", "PUT"],
        &["--current", "bare.json", "--none", "--method", "PUT", "--location", "northeurope"],
    ),
];

const RENDER: &[Case] = &[
    ("--list", &["list"], &["--list"]),
    ("--all", &["list"], &["--all", "-o", "out"]),
    ("--type", &["create-both"], &["create-both", "--type", "vmss"]),
    ("--method", &["remove-all"], &["remove-all", "--method", "PUT"]),
    ("--api-version", &["create-both"], &["create-both", "--api-version", "2018-06-01"]),
    ("--placeholders", &["create-both"], &["create-both", "--placeholders", "braces"]),
    ("--pretty", &["create-both"], &["create-both", "--pretty"]),
    ("--multiline", &["create-both"], &["create-both", "--multiline"]),
    ("--shell", &["create-both"], &["create-both", "--shell", "powershell"]),
    ("--body-file", &["create-both"], &["create-both", "--body-file"]),
    ("--output", &["create-both"], &["create-both", "-o", "out"]),
    ("--templates", &["create-both"], &["create-both", "--templates", "mine"]),
    ("--config", &["create-both"], &["create-both", "--config", "braces.toml"]),
    ("--no-config", &["create-both"], &["create-both", "--no-config"]),
    (
        "--max-size",
        &["create-both", "--config", "braces.toml"],
        &["create-both", "--config", "braces.toml", "--max-size", "5"],
    ),
    ("--cloud", &["create-both"], &["create-both", "--cloud", "usgov"]),
    (
        "--subscription",
        &["create-both"],
        &["create-both", "--subscription", "0b1f6471-1bf0-4dda-aec3-cb9272f09590"],
    ),
    ("--resource-group", &["create-both"], &["create-both", "-g", "group-2"]),
    ("--vm", &["create-both"], &["create-both", "--vm", "vm-2"]),
    ("--vmss", &["create-both"], &["create-both", "--vmss", "set-2"]),
    ("--name", &["create-both"], &["create-both", "--name", "vm-2"]),
    (
        "--scope",
        &["create-system-assigned", "--type", "Microsoft.Authorization/policyAssignments", "--name", "p"],
        &[
            "create-system-assigned",
            "--type",
            "Microsoft.Authorization/policyAssignments",
            "--name",
            "p",
            "--scope",
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590",
        ],
    ),
    ("--location", &["create-both"], &["create-both", "--location", "northeurope"]),
    ("--nic", &["create-both"], &["create-both", "--nic", "nic-2"]),
    ("--identity", &["create-both"], &["create-both", "--identity", "new"]),
    ("--image", &["create-both"], &["create-both", "--image", "linux"]),
];

/// What a command did: its status, what it printed, and the files that it wrote.
type Deed = (Option<i32>, String, String, BTreeMap<String, String>);

fn run(command: &str, args: &[&str], form: &str) -> Deed {
    let bare = r#"{"type":"SystemAssigned"}"#;
    let here = folder(&[
        ("one.json", ONE),
        ("other.json", &ONE.replace("web-1", "web-2")),
        ("bare.json", bare),
        ("armbody.toml", "[render]\nplaceholders = \"shell\"\n"),
        ("braces.toml", "[render]\nplaceholders = \"braces\"\n"),
        ("mine/notations/curl.sh.j2", "mine {{ url }}"),
    ]);
    let mut all = vec![command, "--as", form];
    all.extend(args);
    let output = armbody(here.path(), &all);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut files = BTreeMap::new();
    if let Ok(entries) = std::fs::read_dir(Path::new(here.path()).join("out")) {
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    (output.status.code(), text(&output.stdout), text(&output.stderr), files)
}

/// The options that `--help` offers; colour and help are everybody's.
fn offered(command: &str) -> Vec<String> {
    let here = folder(&[]);
    let help = String::from_utf8(armbody(here.path(), &[command, "--help"]).stdout).unwrap();
    let mut found = Vec::new();
    for line in help.lines() {
        let line = line.trim_start();
        if line.starts_with('-')
            && let Some(at) = line.find("--")
        {
            let name: String =
                line[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            if !["--color", "--help"].contains(&name.as_str()) {
                found.push(name);
            }
        }
    }
    found
}

fn check(command: &str, cases: &[Case]) {
    let offered = offered(command);
    assert!(offered.len() > 20, "{offered:?}");
    let tried: Vec<&str> = cases.iter().map(|(option, ..)| *option).collect();
    // What is everybody's way of writing is tried by every case.
    let missing: Vec<&String> =
        offered.iter().filter(|it| !tried.contains(&it.as_str()) && *it != "--as").collect();
    assert!(missing.is_empty(), "{command}: not tried: {missing:?}");
    let (mut effects, mut idle, mut refused) = (0, 0, 0);
    for (option, without, with) in cases {
        let mut has_effect = false;
        for form in FORMS {
            let (before, after) = (run(command, without, form), run(command, with, form));
            let (status, out, err, _) = &after;
            let is_refused = *status == Some(2);
            assert!(!err.contains("panicked") && status.is_some(), "{command} {with:?} --as {form}: {err}");
            if is_refused {
                assert!(
                    out.is_empty() && err.starts_with("armbody: "),
                    "{command} {with:?} --as {form}: {err}"
                );
                assert_eq!(err.lines().count(), 1, "{command} {with:?} --as {form}: {err}");
            }
            let differs = before != after;
            // Too small a limit is an effect that shows as a refusal.
            has_effect |= differs && (!is_refused || *option == "--max-size");
            match (is_refused, differs) {
                (true, _) => refused += 1,
                (false, true) => effects += 1,
                (false, false) => idle += 1,
            }
        }
        // What is written without `--as` takes every option that is not about a call.
        let plain = run(command, with, "json");
        let is_of_calls = ["--shell", "--body-file", "--multiline", "--max-size", "--list"].contains(option);
        assert!(is_of_calls || plain.0 != Some(2), "{command} {with:?}: {}", plain.2);
        assert!(has_effect, "{command} {option} has an effect in no form, or is always refused");
    }
    println!("{command}: {effects} with an effect, {idle} without one in the form, {refused} refused");
}

#[test]
fn no_option_of_plan_is_without_effect_or_always_refused() {
    check("plan", PLAN);
}

#[test]
fn no_option_of_render_is_without_effect_or_always_refused() {
    check("render", RENDER);
}

/// Each form is one that `plan` and `render` write, for some change and some scenario.
#[test]
fn no_form_is_always_refused() {
    for form in FORMS {
        let deeds = [
            run("plan", &["--current", "one.json", "--none"], form),
            run("plan", &["--current", "one.json", "--none", "--method", "PUT"], form),
        ];
        assert!(deeds.iter().any(|(status, ..)| *status == Some(0)), "plan --as {form}: {deeds:?}");
        let scenarios = ["create-both", "remove-all", "list", "add-user-assigned-keep"];
        assert!(scenarios.iter().any(|name| run("render", &[name], form).0 == Some(0)), "render --as {form}");
    }
}
