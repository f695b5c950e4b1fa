//! What rules find in the values that a template's expressions make.

use armbody::container::Kind;
use armbody::lint::{Finding, Options, Severity, check, fix};
use armbody::text::Source;

/// A template with a machine of this `identity` and these members beside the resources.
fn template(identity: &str, around: &str) -> String {
    format!(
        r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  {around}
  "resources": [
    {{
      "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "web", "location": "westus",
      "identity": {identity},
      "properties": {{}}
    }}
  ]
}}"#
    )
}

fn found(text: &str) -> Vec<(Finding, String)> {
    let source = Source::new("template.json", text);
    let is_asked = |it: &Finding| !it.rule.name.starts_with("unused");
    let findings = check(&source, Kind::Json, &Options::default()).into_iter().filter(is_asked);
    findings.map(|it| (it.clone(), text[it.span.range()].to_owned())).collect()
}

/// The one finding: its rule, severity, and the characters that it points at.
fn only(text: &str) -> (&'static str, Severity, String) {
    let found = found(text);
    let [(finding, place)] = found.as_slice() else { panic!("{found:#?}\n{text}") };
    (finding.rule.name, finding.severity, place.clone())
}

#[test]
fn a_type_that_a_variable_says_is_judged_where_it_is_written() {
    let text = template(r#"{"type": "[variables('kind')]"}"#, r#""variables": {"kind": "SystemAsigned"},"#);
    assert_eq!(only(&text), ("identity-type-invalid", Severity::Error, r#""SystemAsigned""#.to_owned()));
    let fixed = fix(Source::new("template.json", text.as_str()), Kind::Json, &Options::default(), false);
    assert_eq!(fixed.source.text(), text.replace("SystemAsigned", "SystemAssigned"));
}

#[test]
fn a_variable_that_is_used_elsewhere_is_not_fixed() {
    let around = r#""variables": {"kind": "SystemAsigned"},
  "outputs": {"kind": {"type": "string", "value": "[variables('kind')]"}},"#;
    let text = template(r#"{"type": "[variables('kind')]"}"#, around);
    let found = found(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].0.fix, None);
}

#[test]
fn a_default_is_one_value_among_many() {
    let around = r#""parameters": {"kind": {"type": "string", "defaultValue": "SystemAsigned"}},"#;
    let text = template(r#"{"type": "[parameters('kind')]"}"#, around);
    assert_eq!(only(&text), ("identity-type-invalid", Severity::Warning, r#""SystemAsigned""#.to_owned()));
    // Whatever it is, both ways are wrong.
    let around = r#""parameters": {"both": {"type": "bool", "defaultValue": true}},"#;
    let identity = r#"{"type": "[concat('System', 'Asigned')]", "x": "[parameters('both')]"}"#;
    let found = found(&template(identity, around));
    assert!(found.iter().any(|(it, place)| {
        it.rule.name == "identity-type-invalid"
            && it.severity == Severity::Error
            && place == r#""[concat('System', 'Asigned')]""#
    }));
}

#[test]
fn what_is_computed_whole_is_read() {
    let identity = r#""[variables('identity')]""#;
    let around = r#""variables": {"identity": {"type": "SystemAssigned", "userAssignedIdentities": {
      "[concat('/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/g/providers/', variables('kind'), '/x')]": {}
    }}, "kind": "Microsoft.ManagedIdentity/userAssignedIdentities"},"#;
    let text = template(identity, around);
    assert_eq!(only(&text).0, "identity-ids-unexpected");
}

#[test]
fn an_id_of_format_is_judged_as_what_it_becomes() {
    let identity = r#"{"type": "UserAssigned", "userAssignedIdentities": {
      "[format('/subscriptions/{0}/resourceGroups/g/providers/Microsoft.ManagedIdentity/{1}/x', variables('s'), 'identities')]": {}
    }}"#;
    let around = r#""variables": {"s": "11111111-1111-4111-8111-111111111111"},"#;
    let (rule, severity, place) = only(&template(identity, around));
    assert_eq!((rule, severity), ("identity-id-invalid", Severity::Error));
    // The literal that is to blame within it.
    assert_eq!(place, "identities");
}

#[test]
fn a_version_that_is_computed_is_looked_up() {
    let text = template(r#"{"type": "SystemAssigned"}"#, r#""variables": {"year": "2024"},"#)
        .replace(r#""2024-07-01""#, r#""[concat(variables('year'), '-07-02')]""#);
    assert_eq!(only(&text).0, "api-version-unknown");
}

#[test]
fn turns_of_a_loop_are_one_finding() {
    let text = template(r#"{"type": "[toLower('NOBODY')]"}"#, "").replace(
        r#""name": "web""#,
        r#""name": "[concat('web', copyIndex())]", "copy": {"name": "all", "count": 40}"#,
    );
    assert_eq!(only(&text).0, "identity-type-invalid");
}

#[test]
fn a_literal_is_told_once() {
    let text = template(r#"{"type": "Nobody", "x": "[concat('a', 'b')]"}"#, "");
    let found = found(&text);
    let count = found.iter().filter(|(it, _)| it.rule.name == "identity-type-invalid").count();
    assert_eq!(count, 1, "{found:#?}");
}

#[test]
fn what_a_condition_leaves_out_with_the_defaults_is_looked_at() {
    let around = r#""parameters": {"deploy": {"type": "bool", "defaultValue": false}},"#;
    let text = template(r#"{"type": "[toLower('NOBODY')]"}"#, around)
        .replace(r#""name": "web""#, r#""name": "web", "condition": "[parameters('deploy')]""#);
    assert_eq!(only(&text).0, "identity-type-invalid");
}

#[test]
fn nested_templates_are_looked_into() {
    let inner = template(r#"{"type": "[variables('kind')]"}"#, r#""variables": {"kind": "Nobody"},"#);
    for scope in ["Inner", "Outer"] {
        let variables = if scope == "Inner" { "" } else { r#""variables": {"kind": "Nobody"},"# };
        let inner = if scope == "Inner" {
            inner.clone()
        } else {
            inner.replace(r#""variables": {"kind": "Nobody"},"#, "")
        };
        let text = format!(
            r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  {variables}
  "resources": [{{
    "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
    "properties": {{"mode": "Incremental", "expressionEvaluationOptions": {{"scope": "{scope}"}}, "template": {inner}}}
  }}]
}}"#
        );
        assert_eq!(
            only(&text),
            ("identity-type-invalid", Severity::Error, r#""Nobody""#.to_owned()),
            "{scope}"
        );
    }
}
