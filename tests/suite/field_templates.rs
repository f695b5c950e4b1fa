//! Kinds of mistakes, and of what is none, that were met in templates, bodies and pages: each in several words.
//!
//! A row is a text with what has to be found in it, `severity rule@line`, and what `--fix` makes of it. Nothing else
//! may be found above a note.

use std::path::Path;

use armbody::container::{self, Kind};
use armbody::lint::{Given, Options, Severity, check, fix, inventory};
use armbody::text::Source;

const HEAD: &str = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","#;
const ID: &str = "/subscriptions/{{sub}}/resourceGroups/rg1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";

/// A template of one resource, in line 2.
fn template(resource: &str) -> String {
    format!(
        "{HEAD}\"parameters\":{{\"n\":{{\"type\":\"string\"}},\"g\":{{\"type\":\"string\"}}}},\"resources\":[\n{resource}\n]}}"
    )
}

/// A virtual machine of a template with some members.
fn machine(members: &str) -> String {
    template(&format!(
        r#"{{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"x","location":"w",{members}}}"#
    ))
}

/// A request of a file, whose body stands in line 5.
fn request(method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} https://management.azure.com/subscriptions/{{{{sub}}}}/resourceGroups/rg1/providers/{path}\n\
         Content-Type: application/json\nAuthorization: Bearer {{{{token}}}}\n\n{body}\n"
    )
}

fn vm(method: &str, body: &str) -> String {
    request(method, "Microsoft.Compute/virtualMachines/vm1?api-version=2024-07-01", body)
}

fn set(method: &str, body: &str) -> String {
    request(method, "Microsoft.Compute/virtualMachineScaleSets/s1?api-version=2024-07-01", body)
}

fn kind(name: &str) -> Kind {
    Kind::of(Path::new(name)).unwrap()
}

/// Errors and warnings, and notes of the rules that are named.
fn found(name: &str, text: &str, notes: &[&str]) -> Vec<String> {
    let source = Source::new(name, text);
    let mut found: Vec<String> = check(&source, kind(name), &Options::default())
        .iter()
        .filter(|finding| finding.severity > Severity::Note || notes.contains(&finding.rule.name))
        .map(|finding| {
            let line = source.position(finding.span.start).line;
            format!("{} {}@{line}", finding.severity, finding.rule.name)
        })
        .collect();
    found.sort();
    found
}

fn assert_found(name: &str, text: &str, wanted: &[&str]) {
    assert_eq!(found(name, text, &[]), wanted, "{text}");
}

fn fixed(name: &str, text: &str) -> String {
    fix(Source::new(name, text), kind(name), &Options::default(), false).source.text().to_owned()
}

/// Type and method of each request, `existing` where it is only referred to.
fn requests(name: &str, text: &str) -> Vec<String> {
    let source = Source::new(name, text);
    let calls = container::calls(&source, kind(name));
    calls
        .iter()
        .filter(|call| call.is_arm())
        .flat_map(|call| inventory(&source, call))
        .map(|it| {
            let method = it.target.method.map_or("-", armbody::arm::Method::as_str);
            let name = it.target.type_name.map_or("-".to_owned(), |name| name.as_str().to_owned());
            let action = it.target.action.map(|action| format!(" {action}")).unwrap_or_default();
            format!("{method} {name}{action}{}", if it.is_existing { " existing" } else { "" })
        })
        .collect()
}

#[test]
fn equal_names_are_a_warning() {
    for members in [
        r#""tags":{"a":"b"},"Tags":{"a":"b"}"#,
        r#""properties":{"licenseType":"None","licenseType":"None"}"#,
        r#""zones":["1"],"zones":["1"]"#,
    ] {
        assert_found("t.json", &machine(members), &["warning duplicate-name@2"]);
    }
}

#[test]
fn any_white_space_may_stand_in_an_expression() {
    for space in ['\u{a0}', '\u{2003}', '\u{3000}', '\u{202f}', '\u{85}', '\t'] {
        let text = machine(&format!(
            r#""tags":{{"a":"[concat({space}parameters('n'){space},{space}'x'){space}]"}}"#
        ));
        assert_found("t.json", &text, &[]);
    }
    // What is not white space has no meaning there.
    let text = machine("\"tags\":{\"a\":\"[concat(parameters('n'),\u{200b}'x')]\"}");
    assert_found("t.json", &text, &["error expression-invalid@2"]);
}

#[test]
fn what_bicep_writes_today_is_known() {
    for members in [
        r#""@options":{"onlyIfNotExists":[]}"#,
        r#""@options":{"waitUntil":["x","1","PT1M"]}"#,
        r#""tags":{"a":"[join(distinct(createArray('a','a')),',')]"}"#,
        r#""tags":{"a":"[if(like(parameters('n'),'a*'),coalesce(),'b')]"}"#,
        r#""tags":{"a":"[string(groupBy(createArray('a'),lambda('x',lambdaVariables('x')),lambda('x',1)))]"}"#,
        r#""tags":{"a":"[string(tryIndexFromEnd(createArray(createObject('b',createObject('c','x'))),1,'b','c'))]"}"#,
    ] {
        assert_found("t.json", &machine(members), &[]);
    }
    assert_found(
        "t.json",
        &machine(r#""tags":{"a":"[distict(createArray('a'))]"}"#),
        &["error undefined-function@2"],
    );
    assert_found("t.json", &machine(r#""tags":{"a":"[like('a')]"}"#), &["error wrong-argument-count@2"]);
}

#[test]
fn a_reference_of_dsc_is_no_password() {
    for value in ["PrivateSettingsRef:AdminPassword", "privatesettingsref:p", "PRIVATESETTINGSREF:X"] {
        let members = format!(
            r#""resources":[{{"type":"extensions","apiVersion":"2024-07-01","name":"d","location":"w","properties":{{"publisher":"Microsoft.Powershell","type":"DSC","settings":{{"Credential":{{"userName":"u","password":"{value}"}}}}}}}}]"#
        );
        assert_found("t.json", &machine(&members), &[]);
    }
}

#[test]
fn computed_ids_are_looked_into() {
    let block = |id: &str| {
        machine(&format!(r#""identity":{{"type":"UserAssigned","userAssignedIdentities":{{"{id}":{{}}}}}}"#))
    };
    for (id, right) in [
        (
            "[resourceId(parameters('g'),'Microsoft.ManagedIdentity/userAssignedIdentites',parameters('n'))]",
            Some("'Microsoft.ManagedIdentity/userAssignedIdentities'"),
        ),
        (
            "[concat('/subscriptions/',subscription().subscriptionId,'/resourceGroups/',parameters('g'),'/provider/Microsoft.ManagedIdentity/userAssignedIdentities/',parameters('n'))]",
            Some("'/providers/Microsoft.ManagedIdentity/"),
        ),
        (
            "[format('{0}',resourceId('Microsoft.ManagedIdentiy/userAssignedIdentities',parameters('n')))]",
            Some("'Microsoft.ManagedIdentity/"),
        ),
        ("[resourceId('Microsoft.Storage/storageAccounts',parameters('n'))]", None),
        (
            "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities',parameters('n')),'2023-01-31').principalId]",
            None,
        ),
        ("[reference(parameters('n'),'2023-01-31','Full').properties.clientId]", None),
    ] {
        let text = block(id);
        assert_found("t.json", &text, &["error identity-id-invalid@2"]);
        let after = fixed("t.json", &text);
        match right {
            Some(right) => {
                assert!(after.contains(right), "{after}");
                assert_found("t.json", &after, &[]);
            }
            None => assert_eq!(after, text),
        }
    }
    for id in [
        "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities/',parameters('n'))]",
        "[parameters('n')]",
        "[concat(parameters('n'),'/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x')]",
    ] {
        assert_found("t.json", &block(id), &[]);
    }
    // What a deployment answers may be an id; it is only not known when the block is read.
    let answer = block("[reference(parameters('n')).outputs.id.value]");
    assert_found("t.json", &answer, &["error function-not-allowed-here@2"]);
    // The template of a policy escapes its expressions.
    let policy = block("[[resourceId('Microsoft.ManagedIdentiy/userAssignedIdentities',parameters('n'))]");
    assert_found("t.json", &policy, &["error identity-id-invalid@2"]);
}

#[test]
fn the_template_of_a_policy_may_call_what_policies_have() {
    let template = |call: &str| {
        format!(
            "{{\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\
             \"contentVersion\":\"1.0.0.0\",\"variables\":{{\"v\":\"[{call}]\"}},\"resources\":[]}}"
        )
    };
    let policy = |call: &str| {
        let template = template(call);
        format!(
            "{{\"properties\":{{\"policyRule\":{{\"then\":{{\"details\":{{\"deployment\":{{\"properties\":{{\
             \"template\":{template}}}}}}}}}}}}}}}"
        )
    };
    for call in [
        "field('location')",
        "concat('a', field('tags.owner'))",
        "policy().assignmentId",
        "requestContext().apiVersion",
        "current('x')",
        "ipRangeContains('10.0.0.0/8', '10.1.0.0/16')",
        "addDays('2024-01-01T00:00:00Z', 5)",
    ] {
        assert_found("t.json", &policy(call), &[]);
        assert_found("t.json", &template(call), &["error undefined-function@1"]);
    }
    assert_found("t.json", &policy("fields('location')"), &["error undefined-function@1"]);
}

#[test]
fn a_type_is_a_string_that_is_there() {
    for (value, rule) in [
        ("null", "identity-type-missing"),
        ("1", "identity-type-invalid"),
        ("true", "identity-type-invalid"),
        ("{}", "identity-type-invalid"),
        ("[]", "identity-type-invalid"),
        ("[\"UserAssigned\"]", "identity-type-split"),
    ] {
        let body = format!(r#"{{"identity":{{"type":{value}}}}}"#);
        assert_found("a.http", &vm("PATCH", &body), &[&format!("error {rule}@5")]);
        assert_found("a.http", &set("PATCH", &body), &[&format!("error {rule}@5")]);
    }
    let array = vm("PATCH", r#"{"identity":{"type":["SystemAssigned"]}}"#);
    assert!(fixed("a.http", &array).contains(r#""type":"SystemAssigned"}"#));
}

#[test]
fn a_flexible_set_takes_user_assigned_identities_only() {
    let body = |kind: &str, ids: &str, mode: &str| {
        format!(
            r#"{{"location":"w","identity":{{"type":"{kind}"{ids}}},"sku":{{"name":"Standard_B2ms","capacity":2}},"properties":{{"orchestrationMode":"{mode}","platformFaultDomainCount":1}}}}"#
        )
    };
    let ids = format!(r#","userAssignedIdentities":{{"{ID}":{{}}}}"#);
    let error = ["error identity-not-for-flexible@5"];
    assert_found("a.http", &set("PUT", &body("SystemAssigned", "", "Flexible")), &error);
    assert_found("a.http", &set("PUT", &body("SystemAssigned, UserAssigned", &ids, "Flexible")), &error);
    assert_found("a.http", &set("PUT", &body("UserAssigned", &ids, "Flexible")), &[]);
    assert_found("a.http", &set("PUT", &body("None", "", "Flexible")), &[]);
    assert_found("a.http", &set("PUT", &body("SystemAssigned", "", "Uniform")), &[]);
    let resource = body("SystemAssigned", "", "Flexible").replacen(
        '{',
        r#"{"type":"Microsoft.Compute/virtualMachineScaleSets","apiVersion":"2024-07-01","name":"s","#,
        1,
    );
    assert_found("t.json", &template(&resource), &["error identity-not-for-flexible@2"]);
}

#[test]
fn empty_ids_beside_another_type_go() {
    for (kind, ids) in [
        ("SystemAssigned", r#""userAssignedIdentities":{}"#),
        ("None", r#""userAssignedIdentities": { }"#),
        ("SystemAssigned", r#""userAssignedIdentities":[]"#),
    ] {
        let text = vm("PATCH", &format!(r#"{{"identity":{{{ids},"type":"{kind}"}}}}"#));
        assert_found("a.http", &text, &["error identity-ids-unexpected@5"]);
        let after = fixed("a.http", &text);
        assert!(after.contains(&format!(r#"{{"identity":{{"type":"{kind}"}}}}"#)), "{after}");
    }
    // With ids nobody knows which half is meant.
    let text = vm(
        "PATCH",
        &format!(r#"{{"identity":{{"type":"SystemAssigned","userAssignedIdentities":{{"{ID}":{{}}}}}}}}"#),
    );
    assert_eq!(fixed("a.http", &text), text);
}

#[test]
fn other_tools_have_other_names_for_the_ids() {
    for name in
        ["identity_ids", "user_assigned_identities", "userAssignedIdentityIds", "userAssignedResourceIds"]
    {
        let text = vm("PATCH", &format!(r#"{{"identity":{{"type":"UserAssigned","{name}":["{ID}"]}}}}"#));
        assert_found("a.http", &text, &["error identity-ids-wrong-property@5"]);
        let after = fixed("a.http", &text);
        assert!(after.contains(&format!(r#""userAssignedIdentities":{{"{ID}":{{}}}}"#)), "{after}");
    }
}

#[test]
fn a_property_copy_makes_an_array() {
    let copy = |name: &str| {
        machine(&format!(
            r#""identity":{{"type":"UserAssigned","copy":[{{"name":"{name}","count":2,"input":"[parameters('n')]"}}]}}"#
        ))
    };
    assert_found("t.json", &copy("userAssignedIdentities"), &["error identity-ids-shape@2"]);
    assert_found("t.json", &copy("UserAssignedIdentities"), &["error identity-ids-shape@2"]);
    let disks = r#""properties":{"storageProfile":{"copy":[{"name":"dataDisks","count":2,"input":{"lun":"[copyIndex('dataDisks')]","createOption":"Empty","diskSizeGB":10}}]}}"#;
    assert_found("t.json", &machine(disks), &[]);
}

#[test]
fn a_doubled_block_becomes_one() {
    for (inner, outer) in [
        (r#"{"principalId":"1","tenantId":"2","type":"SystemAssigned"}"#, r#"{"type":"SystemAssigned"}"#),
        (r#"{"type":"SystemAssigned","principalId":"1"}"#, r#"{"type":"SystemAssigned"}"#),
        (
            r#"{"type":"SystemAssigned, UserAssigned","tenantId":"2","userAssignedIdentities":{"ID":{}},"principalId":"1"}"#,
            r#"{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"ID":{}}}"#,
        ),
    ] {
        let (inner, outer) =
            (inner.replace("\"ID\"", &format!("\"{ID}\"")), outer.replace("\"ID\"", &format!("\"{ID}\"")));
        let after = fixed("a.http", &vm("PATCH", &format!(r#"{{"identity":{{"identity":{inner}}}}}"#)));
        assert!(after.contains(&format!(r#"{{"identity":{outer}}}"#)), "{after}");
    }
}

#[test]
fn an_empty_principal_says_nothing() {
    for value in [r#""""#, "null", r#"" ""#] {
        let body = format!(
            r#"{{"location":"w","identity":{{"type":"SystemAssigned","principalId":{value},"tenantId":{value}}}}}"#
        );
        assert_found("a.http", &vm("PUT", &body), &[]);
    }
    let body = r#"{"location":"w","identity":{"type":"SystemAssigned","principalId":"1"}}"#;
    assert_found("a.http", &vm("PUT", body), &["error read-only-property@5"]);
    assert_found(
        "a.http",
        &vm("PATCH", &body.replace(r#""location":"w","#, "")),
        &["warning read-only-property@5"],
    );
}

#[test]
fn an_identity_has_none() {
    let text = request(
        "PUT",
        "Microsoft.ManagedIdentity/userAssignedIdentities/a?api-version=2023-01-31",
        r#"{"location":"w","identity":{"type":"SystemAssigned"}}"#,
    );
    assert_found("a.http", &text, &["error identity-not-in-type@5"]);
    let resource = r#"{"type":"Microsoft.ManagedIdentity/userAssignedIdentities","apiVersion":"2023-01-31","name":"a","location":"w","identity":{}}"#;
    assert_found("t.json", &template(resource), &["error identity-not-in-type@2"]);
}

#[test]
fn the_spelling_of_azures_command_line_is_a_note() {
    let block = |kind: &str| {
        vm(
            "PATCH",
            &format!(r#"{{"identity":{{"type":"{kind}","userAssignedIdentities":{{"{ID}":{{}}}}}}}}"#),
        )
    };
    let spelling = |text: &str| found("a.http", text, &["identity-type-spelling"]);
    assert_eq!(spelling(&block("SystemAssigned,UserAssigned")), ["note identity-type-spelling@5"]);
    assert_eq!(spelling(&block("UserAssigned, SystemAssigned")), ["warning identity-type-spelling@5"]);
    assert_eq!(spelling(&block("userAssigned")), ["warning identity-type-spelling@5"]);
}

#[test]
fn every_resource_of_every_template_is_listed() {
    let other = r#"{"type":"Microsoft.Network/virtualNetworks","apiVersion":"2023-05-01","name":"v","location":"w","resources":[
        {"type":"subnets","apiVersion":"2023-05-01","name":"s","properties":{}}]}"#;
    assert_eq!(
        requests("t.json", &template(other)),
        ["PUT Microsoft.Network/virtualNetworks", "PUT Microsoft.Network/virtualNetworks/subnets"]
    );
    let symbolic = format!(
        "{HEAD}\"languageVersion\":\"2.0\",\"resources\":{{\"k\":{{\"existing\":true,\"type\":\"Microsoft.KeyVault/vaults\",\"apiVersion\":\"2023-07-01\",\"name\":\"k\"}},\
         \"d\":{{\"type\":\"Microsoft.Resources/deployments\",\"apiVersion\":\"2022-09-01\",\"name\":\"d\",\"properties\":{{\"mode\":\"Incremental\",\"template\":{{\"resources\":[{other}]}}}}}}}}}}"
    );
    assert_eq!(
        requests("t.json", &symbolic),
        [
            "GET Microsoft.KeyVault/vaults existing",
            "PUT Microsoft.Resources/deployments",
            "PUT Microsoft.Network/virtualNetworks",
            "PUT Microsoft.Network/virtualNetworks/subnets",
        ]
    );
    let page = format!("Add this to the template:\n\n```json\n{other}\n```\n");
    assert_eq!(requests("a.md", &page).len(), 2);
    // Objects of other services have versions and types, too.
    for text in [
        r#"{"apiVersion":"v1","kind":"Pod","resources":[{"type":"x"}]}"#,
        r#"{"apiVersion":"apps/v1","type":"kubernetes.io/tls","data":{}}"#,
        r#"{"contentVersion":"1.0.0.0","$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#","parameters":{}}"#,
    ] {
        assert_eq!(requests("a.json", text), [""; 0], "{text}");
        assert_eq!(requests("a.md", &format!("```json\n{text}\n```\n")), [""; 0], "{text}");
    }
}

#[test]
fn a_deployment_s_body_is_listed_with_what_it_deploys() {
    let inner = template(
        r#"{"type":"Microsoft.Storage/storageAccounts","apiVersion":"2023-05-01","name":"s","location":"w"}"#,
    );
    let text = request(
        "PUT",
        "Microsoft.Resources/deployments/d?api-version=2022-09-01",
        &format!(r#"{{"properties":{{"mode":"Incremental","template":{inner}}}}}"#),
    );
    let wanted = ["PUT Microsoft.Resources/deployments", "PUT Microsoft.Storage/storageAccounts"];
    assert_eq!(requests("a.http", &text), wanted);
    let page = format!(
        "# Deploy\n\n```http\n{}```\n\nThe request body:\n\n```json\n{{\"properties\":{{\"template\":{inner}}}}}\n```\n",
        text.lines().next().unwrap().to_owned() + "\n"
    );
    assert_eq!(requests("a.md", &page), wanted);
}

#[test]
fn actions_are_no_types() {
    for (line, wanted) in [
        ("POST {}/Microsoft.Web/sites/s/restart?api-version=2023-12-01", "POST Microsoft.Web/sites restart"),
        (
            "POST {}/Microsoft.Storage/storageAccounts/a/listKeys/?api-version=2023-01-01",
            "POST Microsoft.Storage/storageAccounts listKeys",
        ),
        (
            "POST {}/Microsoft.Network/applicationGateways/g/stop?api-version=2023-09-01",
            "POST Microsoft.Network/applicationGateways stop",
        ),
        (
            "GET {}/Microsoft.Compute/virtualMachines/v/instanceView?api-version=2024-07-01",
            "GET Microsoft.Compute/virtualMachines instanceView",
        ),
        (
            "GET {}/Microsoft.Compute/virtualMachines/v/extensions?api-version=2024-07-01",
            "GET Microsoft.Compute/virtualMachines/extensions",
        ),
        (
            "POST {}/Microsoft.Contoso/things/t/doSomething?api-version=2024-07-01",
            "POST Microsoft.Contoso/things doSomething",
        ),
        (
            "LIST {}/Microsoft.Compute/virtualMachines?api-version=2024-07-01",
            "- Microsoft.Compute/virtualMachines",
        ),
    ] {
        let group = "https://management.azure.com/subscriptions/{id}/resourceGroups/rg/providers";
        assert_eq!(requests("a.http", &line.replace("{}", group)), [wanted], "{line}");
    }
}

#[test]
fn a_page_says_a_request_in_its_own_words() {
    let path = "/subscriptions/{id}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2024-07-01";
    let url = format!("https://management.azure.com{path}");
    let vm = ["PATCH Microsoft.Compute/virtualMachines"];
    for page in [
        format!("```\nPATCH on '{path}'\n\n{{\"tags\":{{}}}}\n```\n"),
        format!("```\nPATCH on \"{url}\"\n```\n"),
        format!("`PATCH on '{path}'`\n"),
        format!("Send a PATCH request to:\n\n```\n{url}\n```\n"),
        format!("Use **PATCH** with this URL.\n\n```text\n{path}\n```\n"),
    ] {
        assert_eq!(requests("a.md", &page), vm, "{page}");
    }
    for page in [
        format!("Open this:\n\n```\n{url}\n```\n"),
        format!("Use PUT or PATCH:\n\n```\n{url}\n```\n"),
        "PATCH on the road: `PATCH on 'Monday'`\n".to_owned(),
    ] {
        assert_eq!(requests("a.md", &page), [""; 0], "{page}");
    }
    let body = format!(
        "Send a PATCH request to:\n\n```\n{url}\n```\n\nThe request body:\n\n```json\n{{\"identity\":{{\"type\":\"SystemAsigned\"}}}}\n```\n"
    );
    assert_eq!(found("a.md", &body, &[]), ["error identity-type-invalid@10"]);
}

#[test]
fn splatted_parameters_are_no_url() {
    let text = "$p = @{\n  ResourceGroupName = \"MY GROUP\"\n  ResourceProviderName = \"Microsoft.Web\"\n  ResourceType = \"sites\"\n  Name = \"MY SITE\"\n  ApiVersion = \"2023-12-01\"\n  Method = \"GET\"\n}\nInvoke-AzRestMethod @p\n";
    assert_eq!(requests("a.ps1", text), ["GET Microsoft.Web/sites"]);
    assert_found("a.ps1", text, &[]);
}

#[test]
fn bodies_by_name_say_what_they_are_for() {
    let options = {
        let mut options = Options::default();
        options.given = Given { method: Some(armbody::arm::Method::Patch), ..Given::default() };
        options.type_name = armbody::arm::ResourceTypeName::parse("Microsoft.Compute/virtualMachines");
        options
    };
    let source = Source::new("a.json", r#"{"identity":{"type":null}}"#);
    let found: Vec<&str> = check(&source, Kind::Json, &options)
        .iter()
        .filter(|it| it.severity > Severity::Note)
        .map(|it| it.rule.name)
        .collect();
    assert_eq!(found, ["identity-type-missing"]);
}

/// Whether a secret is empty, or which one it is, is not the secret.
#[test]
fn what_is_only_looked_at_is_not_shown() {
    let of = |value: &str| {
        let text = format!(
            "{HEAD}\"parameters\":{{\"key\":{{\"type\":\"securestring\"}}}},\"resources\":[],\n\"outputs\":{{\"x\":{{\"type\":\"string\",\"value\":\"{value}\"}}}}}}"
        );
        found("x.json", &text, &[])
    };
    let shown = ["warning secure-output@2"];
    assert_eq!(of("[parameters('key')]"), shown);
    assert_eq!(of("[concat('a', parameters('key'))]"), shown);
    assert_eq!(of("[if(true(), parameters('key'), '')]"), shown);
    assert_eq!(of("[coalesce(parameters('key'), '')]"), shown);
    for value in [
        "[if(empty(parameters('key')), 'a', 'b')]",
        "[string(equals(parameters('key'), 'x'))]",
        "[string(length(parameters('key')))]",
        "[if(and(true(), not(contains(parameters('key'), 'x'))), 'a', 'b')]",
    ] {
        assert_eq!(of(value), [""; 0], "{value}");
    }
}
