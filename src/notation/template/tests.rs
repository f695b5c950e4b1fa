use super::*;
use crate::json::Dialect;

/// The resources of a text, as `type version`.
fn found(text: &str) -> Vec<String> {
    let tree = Tree::parse(text, Dialect::STRICT);
    assert_eq!(tree.mistakes(), [], "{text}");
    read(&tree)
        .resources
        .iter()
        .map(|resource| {
            let name = resource.type_name.as_ref().map_or("?", |name| name.as_str());
            match &resource.version {
                Version::Named { text, .. } => format!("{name} {text}"),
                Version::Missing => format!("{name} missing"),
                Version::Open => format!("{name} open"),
            }
        })
        .collect()
}

/// A template with these members beside its version.
fn template(members: &str) -> String {
    format!(r#"{{ "contentVersion": "1.0.0.0", {members} }}"#)
}

const VM: &str = "Microsoft.Compute/virtualMachines";

#[test]
fn templates_are_known_by_schema_in_any_spelling_or_by_shape() {
    let resources = r#""resources": [{ "type": "B/c", "apiVersion": "2020-01-01" }]"#;
    for first in [
        r#""$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#""#,
        r#""$schema": "http://schema.management.azure.com/schemas/2015-01-01-preview/DeploymentTemplate.json""#,
        r#""$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#""#,
        r#""$schema": "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#""#,
        r#""$schema": "https://example.org/managementGroupDeploymentTemplate.json#""#,
        r#""contentVersion": "1.0.0.0""#,
    ] {
        assert_eq!(found(&format!("{{ {first}, {resources} }}")), ["B/c 2020-01-01"], "{first}");
    }
    for first in [
        r#""$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "contentVersion": "1""#,
        r#""$schema": "https://example.org/other.json""#,
        r#""name": "no template""#,
    ] {
        assert_eq!(found(&format!("{{ {first}, {resources} }}")), [""; 0], "{first}");
    }
}

#[test]
fn resources_are_found_by_list_by_name_and_as_children() {
    let text = template(
        r#""resources": [
            { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2020-01-01", "resources": [
                { "type": "subnets", "apiVersion": "2020-02-01" },
                { "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2020-03-01" } ] } ]"#,
    );
    assert_eq!(
        found(&text),
        [
            "Microsoft.Network/virtualNetworks 2020-01-01",
            "Microsoft.Network/virtualNetworks/subnets 2020-02-01",
            "Microsoft.Compute/virtualMachines 2020-03-01",
        ]
    );
    let text = template(
        r#""languageVersion": "2.0", "resources": {
            "old": { "existing": true, "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2020-01-01" },
            "vm": { "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2020-02-01" } }"#,
    );
    let all =
        ["Microsoft.Compute/virtualMachines 2020-01-01", "Microsoft.Compute/virtualMachines 2020-02-01"];
    assert_eq!(found(&text), all);
}

#[test]
fn templates_within_templates_policies_and_blueprints_are_found() {
    let inner = template(r#""resources": [{ "type": "A.B/c", "apiVersion": "2020-01-01" }]"#);
    for text in [
        template(&format!(
            r#""resources": [{{ "type": "Microsoft.Resources/deployments", "apiVersion": "2019-01-01",
                "properties": {{ "template": {inner} }} }}]"#
        )),
        format!(
            r#"{{ "properties": {{ "policyRule": {{ "if": {{ "field": "type", "equals": "{VM}" }},
                "then": {{ "details": {{ "type": "{VM}", "deployment": {{ "properties": {{ "template": {inner} }} }} }} }} }} }} }}"#
        ),
        format!(r#"{{ "kind": "template", "properties": {{ "template": {inner}, "parameters": {{}} }} }}"#),
    ] {
        let found = found(&text);
        assert_eq!(found.last().map(String::as_str), Some("A.B/c 2020-01-01"), "{text}");
        assert!(found.len() <= 2 && !found.iter().any(|it| it.starts_with(VM)), "{found:?}");
    }
}

#[test]
fn versions_are_followed_through_variables_and_defaults() {
    let with = |version: &str| {
        template(&format!(
            r#""parameters": {{ "p": {{ "type": "string", "defaultValue": "2020-01-01" }}, "bare": {{ "type": "string" }} }},
            "variables": {{ "v": "2020-02-01", "Chain": "[variables('v')]", "of": "[parameters('P')]",
                "round": "[variables('round')]", "computed": "[concat('2020', '-03-01')]", "o": {{ "v": "2020-04-01" }} }},
            "resources": [{{ "type": "A.B/c"{version} }}]"#
        ))
    };
    for (version, wanted) in [
        (r#", "apiVersion": "2020-05-01""#, "2020-05-01"),
        (r#", "apiVersion": "[variables('v')]""#, "2020-02-01"),
        (r#", "apiVersion": "[VARIABLES('chain')]""#, "2020-02-01"),
        (r#", "apiVersion": "[variables('of')]""#, "2020-01-01"),
        (r#", "ApiVersion": "[parameters('p')]""#, "2020-01-01"),
        (r#", "apiVersion": "['2020-06-01']""#, "2020-06-01"),
        (r#", "apiVersion": "[parameters('bare')]""#, "open"),
        (r#", "apiVersion": "[variables('round')]""#, "open"),
        (r#", "apiVersion": "[variables('computed')]""#, "open"),
        (r#", "apiVersion": "[variables('nothing')]""#, "open"),
        (r#", "apiVersion": "[variables('o').v]""#, "open"),
        (r#", "apiVersion": "[providers('Microsoft.Compute','virtualMachines').apiVersions[0]]""#, "open"),
        (r#", "apiVersion": 2020"#, "open"),
        ("", "missing"),
    ] {
        assert_eq!(found(&with(version)), [format!("A.B/c {wanted}")], "{version}");
    }
    let profile = template(r#""apiProfile": "2019-03-01-hybrid", "resources": [{ "type": "A.B/c" }]"#);
    assert_eq!(found(&profile), ["A.B/c open"]);
}

#[test]
fn names_belong_to_the_template_that_evaluates_them() {
    let nested = |options: &str, given: &str| {
        template(&format!(
            r#""variables": {{ "v": "2020-01-01" }}, "resources": [{{ "type": "Microsoft.Resources/deployments",
                "apiVersion": "2019-01-01", "properties": {{ {options} "parameters": {{ {given} }},
                "template": {{ "contentVersion": "1.0.0.0",
                    "variables": {{ "v": "2020-02-01" }}, "parameters": {{ "p": {{ "defaultValue": "2020-03-01" }} }},
                    "resources": [
                        {{ "type": "A.B/v", "apiVersion": "[variables('v')]" }},
                        {{ "type": "A.B/p", "apiVersion": "[parameters('p')]" }} ] }} }} }}]"#
        ))
    };
    let inner = r#""expressionEvaluationOptions": { "scope": "inner" },"#;
    let deployment = "Microsoft.Resources/deployments 2019-01-01";
    assert_eq!(found(&nested("", "")), [deployment, "A.B/v 2020-01-01", "A.B/p open"]);
    assert_eq!(found(&nested(inner, "")), [deployment, "A.B/v 2020-02-01", "A.B/p 2020-03-01"]);
    let given = r#""p": { "value": "[variables('v')]" }"#;
    assert_eq!(found(&nested(inner, given)), [deployment, "A.B/v 2020-02-01", "A.B/p 2020-01-01"]);
    // With symbolic names the inner scope is what is meant where nothing is said.
    let symbolic = |options: &str| {
        let text = nested(options, "").replacen('{', r#"{ "languageVersion": "2.0","#, 1);
        text.replacen("\"resources\": [", "\"resources\": { \"n\": ", 1).replacen("}]", "}}", 1)
    };
    assert_eq!(found(&symbolic("")), [deployment, "A.B/v 2020-02-01", "A.B/p 2020-03-01"]);
    assert_eq!(found(&symbolic(inner)), found(&symbolic("")));
}

#[test]
fn a_resource_alone_is_a_snippet_and_a_body_is_none() {
    let snippet = |members: &str| {
        let text = format!("{{ {members} }}");
        let tree = Tree::parse(&text, Dialect::STRICT);
        let template = read(&tree);
        (template.is_snippet, template.resources.len(), template.roots.len())
    };
    let vm = format!(r#""type": "{VM}""#);
    assert_eq!(
        snippet(&format!(r#"{vm}, "apiVersion": "2018-06-01", "name": "[variables('vmName')]""#)),
        (true, 1, 1)
    );
    assert_eq!(snippet(&format!(r#""resources": [{{ {vm}, "apiVersion": "2018-06-01" }}]"#)), (true, 1, 1));
    assert_eq!(snippet(&format!(r#"{vm}, "location": "westus""#)), (false, 0, 0));
    assert_eq!(snippet(r#""type": "A.B/c", "apiVersion": "2018-06-01""#), (true, 1, 0));
    assert_eq!(snippet(r#""type": "A.B/c", "apiVersion": "[variables('v')]""#), (true, 1, 0));
    assert_eq!(snippet(r#""type": "A.B/c", "apiVersion": "v1""#), (false, 0, 0));
    assert_eq!(snippet(r#""type": "apps/deployment", "apiVersion": "2018-06-01""#), (false, 0, 0));
}

#[test]
fn words_are_looked_for_in_any_case() {
    assert!(may_hold_resources(r#"{"ContentVersion":"1","resources":[{"type":"A.B/c"}]}"#));
    assert!(may_hold_resources(r#"{"\u0063ontentVersion":"1","resources":[{"type":"A.B/c"}]}"#));
    assert!(may_hold_resources(r"{APIVERSION:'2018-06-01',type:'A.B/c'}"));
    assert!(!may_hold_resources(r#"{"type":"Microsoft.Compute/virtualMachines","location":"westus"}"#));
    let large = format!(r#"{{{}"contentVERSION":"1","resources":[]}}"#, " ".repeat(1 << 17));
    assert!(may_hold_resources(&large));
    assert!(!may_hold_resources(&" ".repeat(1 << 17)));
    assert!(seems_to_hold_resources(
        r#"{"contentVersion":"1","resources":[{"type":"Microsoft.Compute/virtualMachines","#
    ));
    assert!(!seems_to_hold_resources(r#"{"contentVersion":"1","#));
}

#[test]
fn what_is_referred_to_and_what_goes_elsewhere_is_told() {
    let text = r#"{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "languageVersion": "2.1-experimental", "contentVersion": "1.0.0.0",
        "extensions": { "az": { "name": "AzureResourceManager" }, "k8s": { "name": "Kubernetes", "version": "1.0.0" } },
        "resources": {
            "kv": { "existing": true, "extension": "az", "type": "Microsoft.KeyVault/vaults", "apiVersion": "2019-09-01", "name": "k" },
            "pod": { "extension": "k8s", "type": "core/Pod@v1", "properties": {} },
            "group": { "import": "microsoftGraph", "type": "Microsoft.Graph/groups@v1.0", "properties": {} },
            "inner": { "type": "microsoft.resources/DEPLOYMENTS", "apiVersion": "2022-09-01", "name": "d",
                "properties": { "template": { "resources": [
                    { "type": "A.B/c", "apiVersion": "2020-01-01", "name": "n", "condition": true, "location": "w",
                      "resources": [ { "type": "d", "apiVersion": "2020-01-01", "name": "m" } ] } ] } } } } }"#;
    let tree = Tree::parse(text, Dialect::STRICT);
    let resources = read(&tree).resources;
    let told: Vec<_> =
        resources.iter().map(|it| (it.type_name.as_ref().unwrap().as_str(), it.is_existing)).collect();
    assert_eq!(
        told,
        [
            ("Microsoft.KeyVault/vaults", true),
            ("microsoft.resources/DEPLOYMENTS", false),
            ("A.B/c", false),
            ("A.B/c/d", false),
        ]
    );
    assert_eq!(resources[2].body(), serde_json::json!({ "location": "w" }));
}

#[test]
fn an_extension_is_of_the_namespace_that_its_name_says() {
    let types = |name: &str, resource_type: &str| {
        let text = format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "resources": [{{"type": "{resource_type}", "apiVersion": "2020-01-01", "name": "{name}"}}]}}"#
        );
        let tree = Tree::parse(&text, Dialect::STRICT);
        read(&tree).resources.first().and_then(|it| it.type_name.as_ref().map(ToString::to_string))
    };
    let vault = "Microsoft.KeyVault/vaults/providers/diagnosticSettings";
    let name = "[concat(parameters('vault'), '/Microsoft.Insights/', parameters('setting'))]";
    assert_eq!(types(name, vault).as_deref(), Some("Microsoft.Insights/diagnosticSettings"));
    assert_eq!(
        types("v/Microsoft.Insights/s", vault).as_deref(),
        Some("Microsoft.Insights/diagnosticSettings")
    );
    assert_eq!(types("[variables('name')]", vault).as_deref(), Some(vault));
    let blobs = "Microsoft.Storage/storageAccounts/blobServices/providers/locks";
    let name = "[format('{0}/default/Microsoft.Authorization/{1}', parameters('account'), 'lock')]";
    assert_eq!(types(name, blobs).as_deref(), Some("Microsoft.Authorization/locks"));
}
