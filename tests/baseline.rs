//! Known findings, through the command line.

mod cli_support;

use std::fs;

use cli_support::{CLEAN, SPLIT, armbody, armbody_with_input, expect, folder};

#[test]
fn what_is_written_down_is_not_told_again() {
    let folder = folder(&[("docs/a.json", SPLIT), ("b.json", SPLIT), ("c.json", CLEAN)]);
    let at = folder.path();
    let (out, err) = expect(&armbody(at, &["lint", "--write-baseline", "known.baseline"]), 0);
    assert_eq!(out, "");
    assert!(err.contains("findings written to known.baseline"), "{err}");
    let kept = fs::read_to_string(at.join("known.baseline")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(value["version"], 1);
    assert!(value["findings"]["docs/a.json"][0]["rule"].is_string(), "{kept}");

    let with = |args: &[&str]| {
        let mut all = vec!["lint", "--baseline", "known.baseline"];
        all.extend(args);
        armbody(at, &all)
    };
    let (out, err) = expect(&with(&[]), 0);
    assert_eq!(
        (out.as_str(), err.as_str()),
        (
            "",
            "nothing wrong in 2 files (2 not looked at: 1 of no known kind, 1 .json without a request; 2 findings in \
             the baseline)\n"
        )
    );
    expect(&with(&["./docs/../docs/a.json"]), 0);
    let output = armbody(&at.join("docs"), &["lint", "--baseline", "../known.baseline", "a.json"]);
    expect(&output, 0);
    // Lines and white space move, the findings are the same.
    fs::write(at.join("b.json"), format!("\n\n\n  {SPLIT}\n")).unwrap();
    expect(&with(&[]), 0);
    // A second mistake that looks the same is new, and so is another.
    fs::write(at.join("b.json"), format!("{SPLIT}\n{SPLIT}\n")).unwrap();
    expect(&with(&[]), 1);
    fs::write(at.join("b.json"), SPLIT.replace("SystemAssigned", "None")).unwrap();
    expect(&with(&[]), 1);
    // What is mended is told to be gone.
    fs::write(at.join("b.json"), CLEAN).unwrap();
    let (_, err) = expect(&with(&[]), 0);
    assert!(err.contains("of the baseline no longer found"), "{err}");
    let (_, err) = expect(&with(&["docs"]), 0);
    assert_eq!(
        err, "nothing wrong in 1 file (1 finding in the baseline)\n",
        "files that are not looked at are not gone"
    );
    fs::remove_file(at.join("b.json")).unwrap();
    let (_, err) = expect(&with(&["docs"]), 0);
    assert!(err.contains("of the baseline no longer found"), "{err}");
    // What is known is left alone.
    expect(&with(&["--fix"]), 0);
    assert_eq!(fs::read_to_string(at.join("docs/a.json")).unwrap(), SPLIT);
    // Written again from the same state, it is the same.
    expect(&armbody(at, &["lint", "--write-baseline", "again.baseline", "--baseline", "known.baseline"]), 0);
    let (mut value, again): (serde_json::Value, serde_json::Value) =
        (value, serde_json::from_str(&fs::read_to_string(at.join("again.baseline")).unwrap()).unwrap());
    value["findings"].as_object_mut().unwrap().remove("b.json");
    assert_eq!(value, again);
}

#[test]
fn a_baseline_of_standard_input() {
    let folder = folder(&[]);
    let at = folder.path();
    expect(&armbody_with_input(at, &["lint", "-", "--write-baseline", "b"], SPLIT), 0);
    expect(&armbody_with_input(at, &["lint", "-", "--baseline", "b"], SPLIT), 0);
    expect(&armbody_with_input(at, &["lint", "-"], SPLIT), 1);
}

#[test]
fn no_secret_leaves_a_trace() {
    let body = |secret: &str| {
        format!(
            r#"{{"identity":{{"type":"SystemAssigned","UserAssigned"}},"properties":{{"osProfile":{{"adminPassword":"{secret}"}}}}}}"#
        )
    };
    let written = |secret: &str| {
        let folder = folder(&[("a.json", &body(secret))]);
        expect(
            &armbody(
                folder.path(),
                &[
                    "lint",
                    "--type",
                    "vm",
                    "--method",
                    "PATCH",
                    "--ignore",
                    "weak-password",
                    "--write-baseline",
                    "b",
                ],
            ),
            0,
        );
        fs::read_to_string(folder.path().join("b")).unwrap()
    };
    assert_eq!(written("Gehe1mnis!x"), written("0ther-Secret"));
}

#[test]
fn what_is_no_baseline_is_one_line_and_two() {
    for (text, says) in [
        ("nonsense", "b.json: no baseline"),
        ("{\"version\":2,\"findings\":{}}", "a baseline of version 2"),
        ("{\"version\":1}", "b.json: no baseline: missing field `findings`"),
        ("{\"version\":1,\"findings\":{\"a\":[{\"rule\":\"x\",\"content\":\"zz\"}]}}", "`zz` is not a hash"),
    ] {
        let folder = folder(&[("b.json", text), ("c.md", "x")]);
        let (out, err) = expect(&armbody(folder.path(), &["lint", "--baseline", "b.json"]), 2);
        assert!(err.contains(says) && err.lines().count() == 1 && out.is_empty(), "{err}");
    }
    let folder = folder(&[("c.md", "x")]);
    let (_, err) = expect(&armbody(folder.path(), &["lint", "--baseline", "no.json"]), 2);
    assert!(err.contains("no.json") && err.lines().count() == 1, "{err}");
    let (_, err) = expect(&armbody(folder.path(), &["lint", "--write-baseline", "no/such/folder"]), 2);
    assert!(err.contains("no/such/folder") && err.lines().count() == 1, "{err}");
}
