//! Formats held to what those who read them publish: schemas of reviewdog and GitLab, the rules of Microsoft's SARIF
//! Multitool for GitHub and for GitHub Advanced Security for Azure DevOps.

use std::fs;
use std::path::Path;
use std::process::Command;

use armbody::report::Format;
use serde_json::{Value, json};

use super::formats::{files, write};
use crate::support::cli::{CLEAN, SPLIT, command, curl, expect, folder};
use crate::support::needs::client;

#[track_caller]
fn follows(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// An object with these members and no others.
fn exactly(required: &[&str], members: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": members })
}

/// Reviewdog's `proto/rdf/reviewdog.proto` and `proto/rdf/jsonschema/DiagnosticResult.json`, with what their comments
/// say (lines and columns from 1, what is required, severities by name) as rules, and without members that it ignores.
fn reviewdog() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let number = json!({ "type": "integer", "minimum": 1, "maximum": i32::MAX });
    let severity = json!({ "enum": ["ERROR", "WARNING", "INFO"] });
    let position = exactly(&["line"], &json!({ "line": number, "column": number }));
    let range = exactly(&["start"], &json!({ "start": position, "end": position }));
    let source =
        exactly(&["name"], &json!({ "name": text, "url": { "type": "string", "pattern": "^https://" } }));
    let location = exactly(&["path"], &json!({ "path": text, "range": range }));
    let diagnostic = exactly(
        &["message", "location"],
        &json!({
            "message": text,
            "location": location,
            "severity": severity,
            "source": source,
            "code": exactly(&["value"], &json!({ "value": text, "url": { "type": "string", "pattern": "^https://" } })),
            "suggestions": { "type": "array", "items": exactly(&["range", "text"], &json!({ "range": range, "text": { "type": "string" } })) },
            "original_output": text,
            "related_locations": { "type": "array", "items": exactly(&["location"], &json!({ "message": text, "location": location })) },
        }),
    );
    exactly(
        &["diagnostics"],
        &json!({ "diagnostics": { "type": "array", "items": diagnostic }, "source": source, "severity": severity }),
    )
}

/// GitLab's `app/validators/json_schemas/codeclimate.json`, with what its documentation of Code Quality reports says of
/// each member.
fn gitlab() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let number = json!({ "type": "integer", "minimum": 1 });
    let at = exactly(&["line"], &json!({ "line": number, "column": number }));
    let lines = exactly(&["begin"], &json!({ "begin": number, "end": number }));
    let positions = exactly(&["begin"], &json!({ "begin": at, "end": at }));
    let location = json!({
        "type": "object",
        "required": ["path"],
        "additionalProperties": false,
        // One of them has to be there, both may.
        "anyOf": [{ "required": ["lines"] }, { "required": ["positions"] }],
        // Relative to the repository, and not with `./`.
        "properties": { "path": { "type": "string", "pattern": r"^(?!\.?/)" }, "lines": lines, "positions": positions },
    });
    let issue = exactly(
        &["description", "check_name", "fingerprint", "severity", "location"],
        &json!({
            "description": text,
            "check_name": text,
            "fingerprint": text,
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": location,
        }),
    );
    json!({ "type": "array", "items": issue })
}

/// The documents of the examples, and files that a format has trouble with: clean, broken, with hostile names.
fn reports(format: Format, name: &str) -> Vec<Value> {
    let texts =
        [write(format, &[], &[]), write(format, &files(), &[]), write(format, &files(), &["a problem"])];
    let at = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = command(at, &["lint", "--no-config", "--exit-zero", "--format", name, "examples"]);
    let examples = { examples }.output().unwrap();
    let all = texts.into_iter().chain([expect(&examples, 0).0]);
    all.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

#[test]
fn reviewdog_s_schema_holds() {
    let all = reports(Format::RdJson, "rdjson");
    for report in &all {
        follows(&reviewdog(), report);
    }
    // Each diagnostic alone is a line of `rdjsonl`, without the report's source.
    let count = |report: &Value| report["diagnostics"].as_array().unwrap().len();
    assert!(count(&all[0]) == 0 && count(&all[1]) > 8 && count(&all[3]) > 10);
}

#[test]
fn gitlab_s_schema_holds() {
    let all = reports(Format::GitLab, "gitlab");
    for report in &all {
        follows(&gitlab(), report);
    }
    assert!(all[3].as_array().unwrap().len() > 10);
}

#[test]
fn the_schemas_refuse_what_readers_refuse() {
    let range = json!({ "start": { "line": 1, "column": 1 } });
    let with = |more: Value| {
        let mut diagnostic = json!({ "message": "m", "location": { "path": "a", "range": range } });
        diagnostic.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "diagnostics": [diagnostic] })
    };
    let validator = jsonschema::validator_for(&reviewdog()).unwrap();
    assert!(validator.is_valid(&with(json!({}))));
    for wrong in [
        json!({ "severity": "error" }),
        json!({ "location": { "range": range } }),
        json!({ "location": { "path": "a", "range": { "start": { "line": 0 } } } }),
        json!({ "suggestions": [{ "text": "x" }] }),
    ] {
        assert!(!validator.is_valid(&with(wrong.clone())), "{wrong}");
    }
    let validator = jsonschema::validator_for(&gitlab()).unwrap();
    let issue = |severity: &str, location: Value| json!([{ "description": "d", "check_name": "c", "fingerprint": "f", "severity": severity, "location": location }]);
    assert!(validator.is_valid(&issue("minor", json!({ "path": "a", "lines": { "begin": 1 } }))));
    for wrong in [
        issue("error", json!({ "path": "a", "lines": { "begin": 1 } })),
        issue("minor", json!({ "path": "a" })),
        issue("minor", json!({ "path": "./a", "lines": { "begin": 1 } })),
        issue("minor", json!({ "path": "a", "lines": { "begin": "1" } })),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

/// What an agent of Azure Pipelines sets.
const AGENT: [(&str, &str); 9] = [
    ("TF_BUILD", "True"),
    ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/"),
    ("SYSTEM_TEAMPROJECTID", "11111111-2222-3333-4444-555555555555"),
    ("SYSTEM_DEFINITIONID", "7"),
    ("BUILD_DEFINITIONNAME", "check the documents"),
    ("SYSTEM_PHASEID", "66666666-2222-3333-4444-555555555555"),
    ("SYSTEM_PHASENAME", "Job"),
    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
    ("BUILD_BUILDID", "42"),
];

/// Microsoft's validator finds no error: neither in SARIF itself nor in what GitHub's code scanning and Advanced Security
/// for Azure DevOps ask for.
#[test]
#[ignore = "needs Microsoft's SARIF Multitool"]
fn the_multitool_finds_no_error() {
    // The launcher hands its arguments to a shell, which takes the `;` in them for its own.
    let tool = client("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
    let article = format!("# é𝒳\n\n```bash\n{}\n```\n", curl());
    let at = folder(&[
        ("split.json", SPLIT),
        ("clean.json", CLEAN),
        ("docs/a b.md", &article),
        ("docs/crlf.md", &format!("\u{feff}{}", article.replace('\n', "\r\n"))),
        ("known.json", SPLIT),
        ("out/keep", ""),
    ]);
    let at = at.path();
    expect(&command(at, &["lint", "--write-baseline", "b", "known.json"]).output().unwrap(), 0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let report = |here: &Path, name: &str, args: &[&str]| {
        let out = at.join("out").join(name);
        let file = format!("sarif={}", out.display());
        let mut all = vec!["lint", "--exit-zero", "--quiet", "--output-file", &file];
        all.extend(args);
        let mut command = command(here, &all);
        command.envs(AGENT).env_remove("ARMBODY_CATEGORY");
        expect(&command.output().unwrap(), 0);
        out
    };
    let reports = [
        report(at, "none.sarif", &["clean.json"]),
        report(at, "all.sarif", &["."]),
        report(at, "baseline.sarif", &["--baseline", "b", "."]),
        report(root, "examples.sarif", &["--no-config", "examples"]),
    ];
    fs::write(at.join("out/hostile.sarif"), write(Format::Sarif, &files(), &[])).unwrap();
    let validate = |kinds: &str, file: &Path| {
        let said = at.join("said.sarif");
        let mut validator = Command::new(&tool);
        validator.arg("validate").arg(file).args(["--rule-kind", kinds, "--level", "Error;Warning"]);
        validator.args(["--log", "ForceOverwrite", "--output"]).arg(&said).current_dir(at);
        let output = validator.output().unwrap();
        let log = fs::read_to_string(&said)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)));
        let log: Value = serde_json::from_str(log.trim_start_matches('\u{feff}')).unwrap();
        let results = log["runs"][0]["results"].as_array().cloned().unwrap_or_default();
        let found = results.iter().map(|result| {
            let level = result["level"].as_str().unwrap_or("warning");
            format!("{level} {}: {}", result["ruleId"].as_str().unwrap(), result["message"])
        });
        found.collect::<Vec<String>>()
    };
    for file in &reports {
        assert_eq!(validate("Sarif;Ghas;GHAzDO", file), [""; 0], "{}", file.display());
    }
    // Outside of Azure Pipelines nobody knows the build.
    let found = validate("Sarif;Ghas", &at.join("out/hostile.sarif"));
    assert!(!found.iter().any(|it| it.starts_with("error")), "{found:#?}");
    // It does find what is wrong.
    let broken = fs::read_to_string(&reports[1]).unwrap().replace("\"ruleId\"", "\"ruled\"");
    fs::write(at.join("out/broken.sarif"), broken).unwrap();
    assert!(validate("Sarif;Ghas", &at.join("out/broken.sarif")).iter().any(|it| it.starts_with("error")));
}
