//! Files of parameters beside their templates: each is checked with the other.

use crate::support::cli::{armbody, expect, folder};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "name": {"type": "string", "maxLength": 5},
    "kind": {"type": "string", "allowedValues": ["a", "b"], "defaultValue": "a"},
    "count": {"type": "int", "defaultValue": 1},
    "password": {"type": "securestring", "minLength": 12, "defaultValue": "[newGuid()]"}
  },
  "resources": [
    {"type": "A.B/c", "apiVersion": "2020-01-01", "name": "[parameters('name')]",
     "properties": {"kind": "[parameters('kind')]", "count": "[div(10, parameters('count'))]", "password": "[parameters('password')]"}}
  ]
}"#;

fn parameters(values: &Value) -> String {
    let mut entries = serde_json::Map::new();
    for (name, value) in values.as_object().unwrap() {
        entries.insert(name.clone(), json!({"value": value}));
    }
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0", "parameters": entries
    })
    .to_string()
}

/// The rules of what is found in `file`, beside the template.
fn found(name: &str, values: &Value, file: &str) -> Vec<(String, String)> {
    let text = parameters(values);
    let at = folder(&[("main.json", TEMPLATE), (name, &text)]);
    let out = armbody(at.path(), &["lint", "--no-config", "--exit-zero", "--format", "json", file]);
    let (out, _) = expect(&out, 0);
    let findings: Value = serde_json::from_str(&out).unwrap();
    let word = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    findings.as_array().unwrap().iter().map(|it| (word(it, "rule"), word(it, "severity"))).collect()
}

#[test]
fn a_value_is_checked_with_the_template_that_it_is_for() {
    for (values, rule, severity) in [
        (json!({"name": "abc"}), None, ""),
        (json!({"name": "abcdef"}), Some("value-out-of-bounds"), "error"),
        (json!({"name": "abc", "kind": "c"}), Some("default-not-allowed"), "error"),
        (json!({"name": "abc", "other": 1}), Some("parameter-file"), "error"),
        (json!({"name": 1}), Some("parameter-file"), "error"),
        (json!({"kind": "b"}), Some("missing-parameter-value"), "error"),
        // Whoever deploys fills these in.
        (json!({"name": "GEN-UNIQUE-13"}), None, ""),
        (json!({"name": "<your name>"}), None, ""),
    ] {
        for name in ["main.parameters.json", "main.parameters.prod.json", "main.prod.parameters.json"] {
            let wanted: Vec<_> = rule.iter().map(|it| ((*it).to_owned(), severity.to_owned())).collect();
            assert_eq!(found(name, &values, name), wanted, "{name}: {values}");
        }
    }
}

#[test]
fn a_template_is_checked_with_the_values_beside_it() {
    let of_template = |values: &Value| -> Vec<_> {
        found("main.parameters.json", values, "main.json").into_iter().filter(|it| it.1 != "note").collect()
    };
    assert_eq!(of_template(&json!({"name": "abc"})), []);
    // What is put in later says nothing.
    assert_eq!(of_template(&json!({"name": "abc", "count": "#count#"})), []);
    assert_eq!(of_template(&json!({"name": "abc", "count": "changeme"})), []);
    let divided = of_template(&json!({"name": "abc", "count": 0}));
    assert_eq!(divided, [("wrong-argument-kind".to_owned(), "error".to_owned())]);
    let unnamed = of_template(&json!({"name": "a/b"}));
    assert_eq!(unnamed, [("name-segments".to_owned(), "error".to_owned())]);
    let empty = of_template(&json!({"name": ""}));
    assert_eq!(empty, [("name-segments".to_owned(), "error".to_owned())]);
}

#[test]
fn a_secret_that_is_refused_is_not_shown() {
    let text = parameters(&json!({"name": "abc", "password": "Geheim1"}));
    let at = folder(&[("main.json", TEMPLATE), ("main.parameters.json", &text)]);
    for format in ["text", "json", "concise", "sarif"] {
        let run = ["lint", "--no-config", "--exit-zero", "--format", format, "main.parameters.json"];
        let (out, err) = expect(&armbody(at.path(), &run), 0);
        assert!(out.contains("value-out-of-bounds"), "{out}");
        assert!(!out.contains("Geheim1") && !err.contains("Geheim1"), "{format}: {out}");
    }
    let run = ["expand", "main.json", "--parameters", "main.parameters.json"];
    let (out, err) = expect(&armbody(at.path(), &run), 1);
    assert!(err.contains("value-out-of-bounds"), "{err}");
    assert!(!out.contains("Geheim1") && !err.contains("Geheim1"), "{err}");
}

#[test]
fn a_secret_that_is_not_among_the_allowed_is_not_shown() {
    let template = TEMPLATE.replace(r#""minLength": 12"#, r#""allowedValues": ["one", "two"]"#);
    let text = parameters(&json!({"name": "abc", "password": "Geheim1"}));
    let at = folder(&[("main.json", &template), ("main.parameters.json", &text)]);
    let mut runs = vec![vec!["expand", "main.json", "--parameters", "main.parameters.json"]];
    runs.push(vec!["lint", "--no-config", "main.parameters.json"]);
    runs.push(vec!["lint", "--no-config", "--format", "json", "main.parameters.json"]);
    for run in runs {
        let (out, err) = expect(&armbody(at.path(), &run), 1);
        let all = format!("{out}{err}");
        assert!(all.contains("default-not-allowed") && !all.contains("Geheim1"), "{run:?}: {all}");
    }
}
