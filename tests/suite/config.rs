//! `armbody.toml` as the command line finds and obeys it.

use std::fs;

use crate::support::cli::{CLEAN, SPLIT, armbody, armbody_with_input, expect, folder, found};

const ONLY: [&str; 2] = ["--select", "identity-type-split"];

#[test]
fn the_nearest_configuration_above_a_file_holds() {
    let folder = folder(&[
        ("armbody.toml", "[lint]\nignore = [\"identity-type-split\"]\n"),
        ("a/split.json", SPLIT),
        ("b/armbody.toml", ""),
        ("b/c/split.json", SPLIT),
    ]);
    let at = folder.path();
    let split = |args: &[&str]| {
        let found = found(at, args);
        found.into_iter().filter(|row| row.ends_with(":identity-type-split")).collect::<Vec<_>>()
    };
    assert_eq!(split(&[]), ["b/c/split.json:identity-type-split"]);
    assert_eq!(split(&["a/split.json"]), [""; 0]);
    assert_eq!(split(&["--no-config"]).len(), 2);
    assert_eq!(split(&["--config", "b/armbody.toml"]).len(), 2);
    assert_eq!(split(&["--select", "identity-type-split"]).len(), 2, "the command line counts more");
    expect(&armbody(at, &["lint", "--config", "b/armbody.toml", "--no-config"]), 2);
}

#[test]
fn what_is_excluded_is_excluded_by_any_road() {
    let folder = folder(&[
        ("armbody.toml", "[lint]\nexclude = [\"archive/\", \"*.old.json\", \"docs/**/x\"]\n"),
        ("archive/split.json", SPLIT),
        ("a/archive/split.json", SPLIT),
        ("a/b.old.json", SPLIT),
        ("docs/y/x/split.json", SPLIT),
        ("split.json", SPLIT),
    ]);
    let at = folder.path();
    assert_eq!(found(at, &ONLY), ["split.json:identity-type-split"]);
    for path in ["archive/split.json", "./a/../archive/split.json", "a/b.old.json", "archive", "docs/y"] {
        assert_eq!(found(at, &[ONLY[0], ONLY[1], path]), [""; 0], "{path}");
    }
    let absolute = at.join("archive/split.json");
    assert_eq!(found(at, &[ONLY[0], ONLY[1], absolute.to_str().unwrap()]), [""; 0]);
    assert_eq!(found(&at.join("a"), &ONLY), [""; 0], "a folder below");
    for name in ["a.old.json", "archive/x.json"] {
        let output = armbody_with_input(at, &["lint", "-", "--stdin-filename", name], SPLIT);
        expect(&output, 0);
        let output = armbody_with_input(at, &["lint", "-", "--fix", "--stdin-filename", name], SPLIT);
        assert_eq!(expect(&output, 0).0, SPLIT, "what is left out goes through");
    }
    expect(&armbody_with_input(at, &["lint", "-", "--stdin-filename", "x.json"], SPLIT), 1);
    assert_eq!(found(at, &["--no-config", ONLY[0], ONLY[1]]).len(), 5);
}

#[test]
fn severities_and_ignores_by_file() {
    let folder = folder(&[
        (
            "armbody.toml",
            "[lint]\nseverity = { identity-type-split = \"warning\" }\n\
             per-file-ignores = { \"old/**\" = [\"identity-type-split\"], \"place.json#/identity/type\" = [\"identity-type-split\"], \"none.json#/tags\" = [\"identity-type-split\"] }\n",
        ),
        ("old/split.json", SPLIT),
        ("place.json", SPLIT),
        ("none.json", SPLIT),
        ("split.json", SPLIT),
    ]);
    let at = folder.path();
    let found = found(at, &["--select", "identity-type-split,useless-suppression"]);
    assert_eq!(
        found,
        ["none.json:useless-suppression", "none.json:identity-type-split", "split.json:identity-type-split"]
    );
    expect(&armbody(at, &["lint", "split.json"]), 0);
    expect(&armbody(at, &["lint", "split.json", "--severity", "identity-type-split=error"]), 1);
    expect(&armbody(at, &["lint", "--fix", "old", "place.json"]), 0);
    assert_eq!(
        fs::read_to_string(at.join("old/split.json")).unwrap(),
        SPLIT,
        "what is ignored is not mended"
    );
    assert_eq!(fs::read_to_string(at.join("place.json")).unwrap(), SPLIT);
}

#[test]
fn a_target_says_what_a_bare_body_is() {
    let body = r#"{"identity":{"type":"UserAssigned","identityIds":["/subscriptions/<S>/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1"]}}"#;
    let folder = folder(&[
        (
            "armbody.toml",
            "[[target]]\nfiles = \"bodies/*.json\"\ntype = \"vm\"\nmethod = \"PATCH\"\napi-version = \"2018-06-01\"\n\
             [[target]]\nfiles = \"bodies/old-*.json\"\napi-version = \"2017-12-01\"\n",
        ),
        ("bodies/new.json", body),
        ("bodies/old-one.json", body),
    ]);
    let at = folder.path();
    let rule = ["--select", "identity-ids-wrong-property"];
    assert_eq!(found(at, &rule), ["bodies/new.json:identity-ids-wrong-property"]);
    let given = found(at, &[rule[0], rule[1], "--api-version", "2017-12-01"]);
    assert_eq!(given, [""; 0], "the command line counts more");
    let (out, _) = expect(&armbody(at, &["lint", "--format", "json", "--exit-zero", "bodies/new.json"]), 0);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0]["request"]["method"], "PATCH");
    assert_eq!(rows[0]["request"]["api_version"], "2018-06-01");
}

#[test]
fn a_configuration_that_is_wrong_is_one_line_and_two() {
    for (text, says) in [
        ("[lint]\nexclud = []\n", "armbody.toml:2:1: there is no key `exclud` here; did you mean `exclude`?"),
        ("[lint]\nignore = [\"extra-coma\"]\n", "did you mean `extra-comma`?"),
        ("[lint]\nexclude = [\"a[\"]\n", "armbody.toml:2:12: `a[` is not a pattern"),
        ("[lint\n", "armbody.toml:1:"),
        ("[[target]]\ntype = \"vm\"\n", "missing field `files`"),
        ("[schemas]\nfolders = [\"missing\"]\n", "missing"),
    ] {
        let folder =
            folder(&[("armbody.toml", text), ("a.json", CLEAN), ("b/c.json", CLEAN), ("b/d.md", "x")]);
        for args in [&["lint"][..], &["lint", "--format", "json"], &["lint", "--config", "armbody.toml"]] {
            let (_, err) = expect(&armbody(folder.path(), args), 2);
            assert!(err.contains(says), "{args:?}: {err}");
            let told = err.lines().filter(|line| line.starts_with("armbody: ")).count();
            assert_eq!(told, 1, "{args:?}: {err}");
        }
        expect(&armbody(folder.path(), &["lint", "--no-config"]), 0);
    }
    let folder = folder(&[("a.json", CLEAN)]);
    let (_, err) = expect(&armbody(folder.path(), &["lint", "--config", "no.toml"]), 2);
    assert!(err.contains("no.toml") && err.lines().count() == 1, "{err}");
    fs::create_dir(folder.path().join("armbody.toml")).unwrap();
    expect(&armbody(folder.path(), &["lint"]), 0);
}

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/armbody.schema.json");
    let schema = armbody::config::json_schema();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("ARMBODY_WRITE").is_some() {
        fs::write(path, &text).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == text, "armbody.schema.json is not current: run this test with ARMBODY_WRITE=1");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let example = serde_json::json!({
        "lint": { "exclude": ["a/"], "ignore": ["extra-comma"], "severity": { "extra-comma": "warning" },
                  "per-file-ignores": { "a.json#/identity": ["extra-comma"] } },
        "target": [{ "files": "a/*.json", "type": "vm", "method": "PATCH", "api-version": "2024-07-01" }],
        "render": { "placeholders": "angle", "api-version": "2024-07-01", "templates": "t/" },
        "schemas": { "folders": ["s"] }
    });
    assert!(validator.is_valid(&example));
    for wrong in [
        serde_json::json!({ "lnt": {} }),
        serde_json::json!({ "lint": { "ignore": ["extra-coma"] } }),
        serde_json::json!({ "target": [{ "type": "vm" }] }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}
