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

/// What ARM's clients read, they read here: a byte order mark, comments, a name that stands twice, single quotes.
#[test]
fn a_template_is_read_as_the_clients_of_arm_read_it() {
    let text = template(
        r#"/* a */ {"type": "A.B/c", "apiVersion": "2020-01-01", "name": 'x', "tags": {"a": "1", "A": "2"},} // b
        "#,
    );
    let given = "\u{feff}{\"parameters\": {}} // none";
    let at = folder(&[("t.json", &format!("\u{feff}{text}")), ("p.json", given)]);
    let (out, _) = expect(&armbody(at.path(), &["expand", "t.json", "-p", "p.json", "--as", "json"]), 0);
    let rows: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0]["body"]["tags"], serde_json::json!({"A": "2"}));
    // What is refused behind the mark is pointed at.
    let wrong = template(r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "[variables('x')]"}"#);
    let at = folder(&[("t.json", &format!("\u{feff}{wrong}"))]);
    let (out, _) = expect(&armbody(at.path(), &["expand", "t.json", "--lint", "--format", "json"]), 1);
    let findings: Value = serde_json::from_str(&out).unwrap();
    let error = findings.as_array().unwrap().iter().find(|it| it["severity"] == "error").unwrap();
    let offset = usize::try_from(error["start"]["offset"].as_u64().unwrap()).unwrap();
    assert!(format!("\u{feff}{wrong}")[offset..].starts_with("x')]"), "{out}");
}

/// With `--lint` the rules judge the bodies that the given values make, and point at the template.
#[test]
fn the_bodies_that_given_values_make_are_judged() {
    let text = template(
        r#"{"type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "a", "location": "westeurope",
            "identity": {"type": "[parameters('kind')]"}, "properties": {}}"#,
    );
    let text = text.replace(
        "\"resources\"",
        r#""parameters": {"kind": {"type": "string", "defaultValue": "SystemAssigned"}}, "resources""#,
    );
    let at = folder(&[("t.json", &text)]);
    let lint = |kind: &str, status| -> Vec<String> {
        let set = format!("kind={kind}");
        let arguments = ["expand", "t.json", "--scope", SCOPE, "--set", &set, "--lint", "--format", "json"];
        let (out, _) = expect(&armbody(at.path(), &arguments), status);
        let findings: Value = serde_json::from_str(&out).unwrap();
        let errors = findings.as_array().unwrap().iter().filter(|it| it["severity"] == "error");
        errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(lint("None", 0), Vec::<String>::new());
    assert_eq!(lint("Nothing", 1), ["identity-type-invalid"]);
}

/// Linked templates are followed to files below the template's folder, and to no others.
#[test]
fn linked_templates_are_read_from_the_folder_and_below() {
    let link = |name: &str, path: &str| {
        format!(
            r#"{{"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "{name}",
                "properties": {{"mode": "Incremental", "templateLink": {{"relativePath": "{path}"}}}}}}"#
        )
    };
    let thing = |name: &str| {
        template(&format!(r#"{{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "{name}"}}"#))
    };
    let main = template(
        &[link("a", "nested/a.json"), link("b", "../out.json"), link("c", ".hidden/c.json")].join(","),
    );
    let inner = template(&[link("again", "a.json"), link("out", "../x.json")].join(","));
    let at = folder(&[
        ("in/main.json", main.as_str()),
        ("in/nested/a.json", &inner.replace("\"a.json\"", "\"b.json\"")),
        ("in/nested/b.json", &thing("b")),
        ("in/x.json", &thing("x")),
        ("in/.hidden/c.json", &thing("c")),
        ("out.json", &thing("out")),
    ]);
    let (out, _) = expect(&armbody(at.path(), &["expand", "in/main.json", "--scope", SCOPE]), 0);
    let sent: Vec<&str> = out.lines().take_while(|it| !it.is_empty()).collect();
    assert_eq!(sent.len(), 2, "{out}");
    assert!(
        out.contains("b  2020-01-01  in a > again") && out.contains("x  2020-01-01  in a > out"),
        "{out}"
    );
    assert!(out.contains("not fetched: ../out.json") && out.contains("not fetched: .hidden/c.json"), "{out}");
    // One that links to itself ends.
    let ring = template(&link("a", "main.json"));
    let at = folder(&[("main.json", ring.as_str())]);
    let (_, err) = expect(&armbody(at.path(), &["expand", "main.json", "--scope", SCOPE]), 1);
    assert!(err.contains("nested too deeply"), "{err}");
}

/// A loop whose count is not given stands once, and standard error says so.
#[test]
fn a_loop_without_a_count_is_told() {
    let text = template(
        r#"{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "[concat('x', copyIndex())]",
            "copy": {"name": "many", "count": "[parameters('n')]"}}"#,
    );
    let text = text.replace("\"resources\"", r#""parameters": {"n": {"type": "int"}}, "resources""#);
    let at = folder(&[("t.json", &text)]);
    let (out, err) = expect(&armbody(at.path(), &["expand", "t.json", "--scope", SCOPE]), 0);
    assert!(out.contains("[concat('x', copyIndex('many'))]") && out.contains("loop many"), "{out}");
    assert!(err.contains("the loop `many` stands once"), "{err}");
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
