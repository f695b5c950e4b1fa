//! Markers that keep findings quiet, through the command line and for every kind of file.

use std::fs;

use crate::support::cli::{SPLIT, URL, armbody, command, curl, expect, folder, found};

const RULES: [&str; 2] = ["--select", "identity-type-split,useless-suppression,unknown-rule-in-suppression"];

#[test]
fn each_kind_of_file_has_its_marker() {
    let mark = "armbody-ignore identity-type-split: shown on purpose";
    let curl = curl();
    let template = format!(
        "{{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"resources\": [\n    // {mark}\n    {{ \"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"2018-06-01\", \"name\": \"v\", \"location\": \"westus\",\n      \"identity\": {{ \"type\": \"SystemAssigned\", \"UserAssigned\" }}, \"properties\": {{}} }}\n  ]\n}}\n"
    );
    let files = [
        ("a.md", format!("# T\n\n<!-- {mark} -->\n```bash\n{curl}\n```\n")),
        ("b.sh", format!("# {mark}\n{curl}\n")),
        ("c.json", template),
        ("d.http", format!("# {mark}\nPATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n")),
        ("e.ps1", format!("# {mark}\nInvoke-AzRestMethod -Method PATCH -Uri '{URL}' -Payload '{SPLIT}'\n")),
        ("f.yml", format!("steps:\n- script: |\n    # {mark}\n    {curl}\n")),
    ];
    for (name, text) in files {
        let without: String = text
            .lines()
            .filter(|line| !line.contains(mark))
            .fold(String::new(), |all, line| all + line + "\n");
        let folder = folder(&[(name, &text), (&format!("plain-{name}"), &without)]);
        let at = folder.path();
        let plain = found(at, &[RULES[0], RULES[1], &format!("plain-{name}")]);
        assert!(!plain.is_empty(), "{name} without the marker");
        assert_eq!(found(at, &[RULES[0], RULES[1], name]), [""; 0], "{name}");
        expect(&armbody(at, &["lint", "--fix", "--select", "identity-type-split", name]), 0);
        assert_eq!(
            fs::read_to_string(at.join(name)).unwrap(),
            text,
            "{name}: what is suppressed is not mended"
        );
        // The same marker above something else is told.
        let useless = text.replace(SPLIT, r#"{"tags":{}}"#).replace(", \"UserAssigned\" }", " }");
        fs::write(at.join(name), useless).unwrap();
        assert_eq!(found(at, &[RULES[0], RULES[1], name]), [format!("{name}:useless-suppression")]);
    }
}

#[test]
fn notes_of_markers_never_fail_a_run() {
    let folder = folder(&[(
        "a.md",
        "<!-- armbody-ignore identity-type-split: x -->\nText.\n\n<!-- armbody-ignore identity-type-splt: x -->\n",
    )]);
    let (out, _) = expect(&armbody(folder.path(), &["lint", "--fail-on", "warning"]), 0);
    assert!(
        out.contains("useless-suppression") && out.contains("did you mean `identity-type-split`?"),
        "{out}"
    );
    expect(&armbody(folder.path(), &["lint", "--fix"]), 0);
    let text = fs::read_to_string(folder.path().join("a.md")).unwrap();
    assert_eq!(text, "Text.\n\n<!-- armbody-ignore identity-type-splt: x -->\n");
}

#[test]
fn a_marker_ends_with_its_last_day() {
    let text = format!("# armbody-ignore identity-type-split until 2027-01-31: shown\n{}\n", curl());
    let folder = folder(&[("a.sh", &text)]);
    let run = |seconds: &str, args: &[&str], status| {
        let mut all = vec!["lint", "--format", "concise", "--min-severity", "warning"];
        all.extend(args);
        let mut command = command(folder.path(), &all);
        expect(&command.env("SOURCE_DATE_EPOCH", seconds).output().unwrap(), status)
    };
    // The last second of the day, and the one after it.
    let (out, _) = run("1801439999", &[], 0);
    assert_eq!(out, "");
    let (out, _) = run("1801440000", &[], 1);
    assert!(
        out.contains("a.sh:1:38: warning expired-suppression: the marker held until 2027-01-31"),
        "{out}"
    );
    assert!(out.contains("error identity-type-split"), "{out}");
    run("1801440000", &["--ignore", "identity-type-split", "--fail-on", "warning"], 1);
    let (_, err) = run("yesterday", &[], 2);
    assert!(err.contains("SOURCE_DATE_EPOCH takes seconds since 1970-01-01"), "{err}");
}
