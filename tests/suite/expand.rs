//! `armbody expand` as the command line has it, and what its manual page shows.

use crate::support::cli::{armbody, expect, folder};
use serde_json::Value;

/// A template of these resources.
fn template(resources: &str) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [{resources}]}}"#
    )
}

const SCOPE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g";

#[test]
fn the_manual_shows_what_is_printed() {
    trycmd::TestCases::new().case("docs/expand.md");
}

#[test]
fn requests_are_an_array_in_the_order_in_which_they_are_sent() {
    let text = template(
        r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "second", "dependsOn": ["first"]},
           {"type": "A.B/c", "apiVersion": "2020-01-01", "name": "first", "tags": {"n": "[add(1, 1)]"}}"#,
    );
    let at = folder(&[("t.json", &text)]);
    let (out, err) = expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE, "--as", "json"]), 0);
    assert_eq!(err, "");
    let rows: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0]["url"], format!("{SCOPE}/providers/A.B/c/first?api-version=2020-01-01"));
    assert_eq!(rows[0]["body"]["tags"]["n"], 2);
    assert_eq!(rows[1]["after"][0], format!("{SCOPE}/providers/A.B/c/first"));
}

/// A name that only begins as a secret does is no reason to show the secret.
#[test]
fn a_secret_that_begins_a_name_is_not_shown() {
    let text = template(
        r#"{"type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "Contoso-2031-a",
            "location": "westeurope", "properties": {"osProfile": {"adminPassword": "Contoso-2031"}}}"#,
    );
    let at = folder(&[("t.json", &text)]);
    for form in ["table", "json", "curl"] {
        let (out, _) = expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE, "--as", form]), 0);
        assert!(!out.contains("Contoso-2031"), "{out}");
    }
}

#[test]
fn calls_are_written_in_the_notations_of_render() {
    let text =
        template(r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "x", "location": "westeurope"}"#);
    let at = folder(&[("t.json", &text)]);
    let (out, _) = expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE, "--as", "curl"]), 0);
    assert!(out.starts_with("curl ") && out.contains("/providers/A.B/c/x?api-version=2020-01-01"), "{out}");
    expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE, "--as", "http", "-o", "out"]), 0);
    assert!(at.path().join("out/1-c.http").exists());
}

#[test]
fn what_is_refused_makes_the_exit_status_1_and_no_request() {
    let text = template(r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "[parameters('nmae')]"}"#);
    let at = folder(&[("t.json", &text)]);
    let (out, err) = expect(&armbody(at.path(), &["expand", "t.json", "--as", "json"]), 1);
    assert_eq!(out, "");
    assert!(err.contains("'nmae' is not found"), "{err}");
    let lint = ["expand", "t.json", "--lint", "--format", "json"];
    let (out, _) = expect(&armbody(at.path(), &lint), 1);
    let findings: Value = serde_json::from_str(&out).unwrap();
    let errors = findings.as_array().unwrap().iter().filter(|it| it["severity"] == "error");
    assert_eq!(errors.map(|it| &it["rule"]).collect::<Vec<_>>(), ["undefined-parameter"]);
}

#[test]
fn secrets_that_are_given_are_not_printed() {
    let text = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {"p": {"type": "securestring"}},
        "resources": [{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "x",
            "properties": {"secret": "[concat('a', parameters('p'))]"}}]}"#;
    let at = folder(&[("t.json", text)]);
    let (out, _) =
        expect(&armbody(at.path(), &["expand", "t.json", "--set", "p=hunter2-hunter2", "--as", "json"]), 0);
    assert!(out.contains("[concat('a', parameters('p'))]") && !out.contains("hunter2"), "{out}");
}

#[test]
fn values_of_a_file_are_checked_where_they_stand() {
    let text = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {"n": {"type": "int", "maxValue": 3}}, "resources": []}"#;
    let file = r#"{"parameters": {"n": {"value": 4}, "m": {"value": 1}}}"#;
    let at = folder(&[("t.json", text), ("p.json", file)]);
    let (_, err) = expect(&armbody(at.path(), &["expand", "t.json", "--parameters", "p.json"]), 1);
    assert!(
        err.contains("p.json") && err.contains("less than or equal to '3'") && err.contains("'m'"),
        "{err}"
    );
}

/// Templates that ask for more than anybody waits for end, and say so.
#[test]
fn hostile_templates_stop_at_the_budget() {
    let loops = template(
        r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "[concat('a', copyIndex())]",
            "copy": {"name": "l", "count": 800}, "properties": {"copy": [{"name": "p", "count": 800,
            "input": "[map(range(0, 1000), lambda('x', add(lambdaVariables('x'), copyIndex('p'))))]"}]}}"#,
    );
    let deep = template(&format!(
        r#"{{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "a", "properties": {{"v": "[{}{}{}]"}}}}"#,
        "if(equals(resourceGroup().location, 'a'), ".repeat(1500),
        "true()",
        ", false())".repeat(1500)
    ));
    let mut variables = String::from(r#""a0": "x""#);
    for at in 1..60 {
        let entry = format!(r#", "a{at}": "[createArray(variables('a{0}'), variables('a{0}'))]""#, at - 1);
        variables.push_str(&entry);
    }
    let wide =
        template("").replace("\"resources\"", &format!("\"variables\": {{{variables}}}, \"resources\""));
    for (name, text) in [("loops", loops), ("deep", deep), ("wide", wide)] {
        let at = folder(&[("t.json", text.as_str())]);
        let (_, err) = expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE]), 1);
        assert!(err.contains("was not evaluated to its end"), "{name}: {err}");
    }
    let count = template(
        r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "a", "copy": {"name": "l", "count": 1000000000}}"#,
    );
    let at = folder(&[("t.json", count.as_str())]);
    let (_, err) = expect(&armbody(at.path(), &["expand", "t.json"]), 1);
    assert!(err.contains("invalid copy count"), "{err}");
}
