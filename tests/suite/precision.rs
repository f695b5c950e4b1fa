//! Findings that readers of other people's files judged wrong or overstated, each kind in documents of its own: what
//! is said once, what is a note, what is not said, and what a fix leaves alone.

use armbody::container::Kind;
use armbody::lint::{Finding, Options, Severity, check, examine, fix, inventory};
use armbody::report::{Checked, Format, Mask, Report, unified};
use armbody::text::Source;
use serde_json::{Value, json};

const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

fn findings(text: &str, kind: Kind) -> Vec<Finding> {
    check(&Source::new("x", text.to_owned()), kind, &Options::default())
}

fn loud(text: &str, kind: Kind) -> Vec<(&'static str, Severity)> {
    let found = findings(text, kind).into_iter().filter(|it| it.severity > Severity::Note);
    found.map(|it| (it.rule.name, it.severity)).collect()
}

fn fixed(text: &str, kind: Kind) -> String {
    fix(Source::new("x", text.to_owned()), kind, &Options::default(), false).source.text().to_owned()
}

/// A template with these members.
fn template(members: &Value) -> String {
    let mut all = json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []});
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::to_string_pretty(&all).unwrap()
}

#[test]
fn a_name_that_is_nowhere_is_told_once_and_mended_everywhere() {
    for (what, member) in [("parameters", "undefined-parameter"), ("variables", "undefined-variable")] {
        let expression = format!("[concat({what}('nmae'), {what}('Nmae'), 'x')]");
        let text = template(&json!({
            what: {"name": if what == "variables" { json!("a") } else { json!({"type": "string"}) }},
            "outputs": {
                "a": {"type": "string", "value": expression},
                "b": {"type": "string", "value": format!("[{what}('nmae')]")},
                "c": {"type": "string", "value": format!("[{what}('other')]")},
                "d": {"type": "string", "value": format!("[if(true(), 'x', {what}('other'))]")},
            }
        }));
        let told: Vec<Finding> =
            findings(&text, Kind::Json).into_iter().filter(|it| it.rule.name == member).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].help.as_ref().unwrap().contains("2 more places"), "{told:?}");
        assert!(told[1].help.as_ref().unwrap().contains("one more place"), "{told:?}");
        assert_eq!(told[1].severity, Severity::Error);
        let mended = fixed(&text, Kind::Json);
        assert!(!mended.to_lowercase().contains("nmae"), "{mended}");
        assert_eq!(mended.matches(&format!("{what}('name')")).count(), 3, "{mended}");
    }
}

#[test]
fn a_number_is_put_in_quotes_only_where_that_is_a_value() {
    let sku = |capacity: &str| {
        template(&json!({"resources": [{
            "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2024-05-01", "name": "a",
            "location": "westus", "properties": {"networkProfile": {"outboundType": "@"}}
        }]}))
        .replace("\"@\"", capacity)
    };
    for value in ["0", "1", "true"] {
        let text = sku(value);
        let found = findings(&text, Kind::Json);
        let own: Vec<&Finding> = found.iter().filter(|it| it.rule.name == "wrong-type").collect();
        assert!(own.iter().all(|it| it.fix.is_none()), "{value}: {own:?}");
        assert_eq!(fixed(&text, Kind::Json), text, "{value}");
    }
}

const READ: &str = "https://management.azure.com/subscriptions/$sub/resourceGroups";

#[test]
fn a_table_is_the_query_of_a_request_that_reads() {
    for script in [
        format!(
            "$p = @{{ Uri = \"{READ}\"; Method = 'Get'; Headers = $h; ContentType = 'application/x-www-form-urlencoded'; Body = @{{ 'api-version' = '2021-04-01' }} }}\nInvoke-RestMethod @p\n"
        ),
        format!(
            "Invoke-RestMethod -Method Get -Uri \"{READ}\" -Headers $h -Body @{{ 'api-version' = '2021-04-01'; '$top' = 5 }}\n"
        ),
        format!(
            "$query = @{{ 'api-version' = '2021-04-01' }}\nInvoke-RestMethod \"{READ}\" -Headers $h -Body $query\n"
        ),
        format!(
            "function Read($query) {{ Invoke-RestMethod -Uri \"{READ}?api-version=2021-04-01\" -Headers $h -Body $query }}\n"
        ),
    ] {
        assert_eq!(loud(&script, Kind::PowerShell), [], "{script}");
    }
    // The version that the table says is looked at.
    let script = format!(
        "Invoke-RestMethod -Method Get -Uri \"{READ}\" -Headers $h -Body @{{ 'api-version' = '2021-4-1' }}\n"
    );
    assert_eq!(loud(&script, Kind::PowerShell), [("api-version-unknown", Severity::Error)]);
    // A text is a body all the same.
    let script = format!(
        "Invoke-RestMethod -Method Get -Uri \"{READ}?api-version=2021-04-01\" -Headers $h -ContentType 'application/json' -Body '{{}}'\n"
    );
    assert_eq!(loud(&script, Kind::PowerShell), [("body-with-get", Severity::Error)]);
}

#[test]
fn a_blank_is_no_secret() {
    let of = |default: &str| {
        let text = template(&json!({"parameters": {"p": {"type": "securestring", "defaultValue": default}}}));
        let found = findings(&text, Kind::Json);
        found.into_iter().find(|it| it.rule.name == "secure-default").map(|it| it.severity)
    };
    assert_eq!(of("geheim-9x"), Some(Severity::Warning));
    for blank in [" ", "NOT_SPECIFIED", "none", "GEN-PASSWORD", "<password>"] {
        assert_eq!(of(blank), Some(Severity::Note), "{blank}");
    }
    assert_eq!(of(""), None);
    // Nor is a switch.
    let object = |default: Value| {
        let text = template(&json!({"parameters": {"p": {"type": "secureObject", "defaultValue": default}}}));
        findings(&text, Kind::Json).iter().any(|it| it.rule.name == "secure-default")
    };
    assert!(!object(json!({"enabled": false})));
    assert!(object(json!({"enabled": false, "password": "geheim-9x"})));
}

#[test]
fn nothing_is_sent_where_it_stands_already() {
    let text = template(&json!({"resources": [{
        "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "a", "location": "westus",
        "properties": {"storageProfile": {"osDisk": {"osDisk": {"createOption": "FromImage"}, "createOption": "FromImage"}}}
    }]}));
    let found = findings(&text, Kind::Json);
    let own = found.iter().find(|it| it.rule.name == "unknown-property").unwrap();
    assert_eq!(own.help, None, "{own:?}");
}

#[test]
fn lines_that_do_not_go_on_are_told_of_any_command_once_and_mended_together() {
    let call = "az identity create -g g -n i\n";
    for (wrong, right, rule) in [
        (
            "az role assignment create --assignee \"$ID\"\n  --role Reader\n  --scope \"$S\"\n",
            "az role assignment create --assignee \"$ID\" \\\n  --role Reader \\\n  --scope \"$S\"\n",
            "continuation-missing",
        ),
        (
            "az keyvault set-policy -n k \\ \n  --object-id \"$ID\" \\ \n  --secret-permissions get\n",
            "az keyvault set-policy -n k \\\n  --object-id \"$ID\" \\\n  --secret-permissions get\n",
            "blank-after-continuation",
        ),
        (
            "az vm identity assign -g g\n  -n v\n  --identities \"$ID\"\n",
            "az vm identity assign -g g \\\n  -n v \\\n  --identities \"$ID\"\n",
            "continuation-missing",
        ),
    ] {
        let text = format!("{call}{wrong}");
        assert_eq!(loud(&text, Kind::Shell), [(rule, Severity::Error)], "{text}");
        assert_eq!(fixed(&text, Kind::Shell), format!("{call}{right}"));
    }
    // It is no request of the inventory.
    let source = Source::new(
        "x",
        "az identity list\naz role assignment create --assignee x\n  --role Reader\n".to_owned(),
    );
    let calls = armbody::container::calls(&source, Kind::Shell);
    assert_eq!(calls.iter().flat_map(|call| inventory(&source, call)).count(), 1);
}

#[test]
fn the_lines_of_an_array_are_its_words() {
    for text in [
        "cmd=(\n  az vm image list\n  -p \"$p\"\n  -f \"$f\"\n)\n\"${cmd[@]}\"\naz identity list\n",
        "f() {\n\tlocal cmd=(az rest\n\t\t-m get\n\t\t-u \"https://management.azure.com/subscriptions/$s/resourceGroups?api-version=2021-04-01\"\n\t)\n\t\"${cmd[@]}\"\n}\n",
        "args=(\n  -m get\n  -u /subscriptions/$s?api-version=2022-12-01\n)\naz rest \"${args[@]}\"\n",
    ] {
        assert_eq!(loud(text, Kind::Shell), [], "{text}");
    }
}

#[test]
fn all_prompts_of_a_block_go_or_none() {
    let block = |prompt: &str| {
        format!(
            "# T\n\n```bash\n{prompt}az login\n{prompt}az identity list -g g\n{prompt}az identity show -g g -n i\n```\n"
        )
    };
    let text = block("$ ");
    let found = findings(&text, Kind::Markdown);
    assert_eq!(found.iter().filter(|it| it.rule.name == "prompt-copied").count(), 1, "{found:?}");
    assert_eq!(fixed(&text, Kind::Markdown), block(""));
}

#[test]
fn variables_side_by_side_are_put_in() {
    for url in ["$HOST$ID", "${HOST}${ID}", "\"$HOST${ID}\"", "\"$HOST$ID\"", "$HOST\"$ID\""] {
        let text = format!(
            "HOST=https://management.azure.com\nID='/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-7-01'\naz rest -m get -u {url}\n"
        );
        assert_eq!(loud(&text, Kind::Shell), [("api-version-unknown", Severity::Error)], "{text}");
    }
}

fn nested(parameters: &Value, inner: &Value) -> Value {
    json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
        "properties": {
            "mode": "Incremental", "expressionEvaluationOptions": {"scope": "Inner"}, "parameters": parameters,
            "template": inner
        }
    })
}

fn inner(parameters: &Value, value: &str) -> Value {
    json!({
        "$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": [],
        "outputs": {"o": {"type": "string", "value": value}}
    })
}

#[test]
fn what_only_a_deployment_gives_is_not_missing() {
    let own = inner(&json!({"a": {"type": "string"}}), "[parameters('a')]");
    for given in [
        nested(&json!("[parameters('given')]"), &own),
        json!({
            "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
            "properties": "[parameters('given')]"
        }),
    ] {
        let text = template(&json!({"parameters": {"given": {"type": "object"}}, "resources": [given]}));
        assert_eq!(loud(&text, Kind::Json), [], "{text}");
    }
    let text = template(&json!({"resources": [nested(&json!({}), &own)]}));
    assert_eq!(loud(&text, Kind::Json), [("missing-parameter-value", Severity::Error)]);
}

/// A default that says nothing is there to be given.
#[test]
fn what_hangs_on_an_empty_default_is_a_note() {
    let of = |parameters: Value, name: &str| {
        let text = template(&json!({
            "parameters": parameters,
            "resources": [{"type": "Microsoft.Web/serverfarms", "apiVersion": "2022-03-01", "name": name,
                "location": "westus", "sku": {"name": "B1"}}]
        }));
        loud(&text, Kind::Json)
    };
    let string = |default: &str| json!({"n": {"type": "string", "defaultValue": default}, "given": {"type": "string"}});
    assert_eq!(of(string(""), "[parameters('n')]"), []);
    assert_eq!(of(string(""), "[split(parameters('n'), '/')[2]]"), []);
    assert_eq!(of(string("a/b"), "[parameters('n')]"), [("name-segments", Severity::Warning)]);
    assert_eq!(
        of(string("a/b"), "[split(parameters('n'), '/')[2]]"),
        [("undefined-member", Severity::Warning)]
    );
    let object = json!({"n": {"type": "object", "defaultValue": {"id": ""}}});
    assert_eq!(of(object, "[split(parameters('n').id, '/')[8]]"), []);
}

#[test]
fn resources_of_one_name_may_have_conditions() {
    let resource = |condition: Option<&str>| {
        let mut one = json!({"type": "Microsoft.Web/serverfarms", "apiVersion": "2022-03-01", "name": "n",
            "location": "westus", "sku": {"name": "B1"}});
        if let Some(condition) = condition {
            one["condition"] = json!(condition);
        }
        one
    };
    let of = |conditions: [Option<&str>; 2]| {
        let text = template(&json!({
            "parameters": {"kind": {"type": "string"}}, "resources": conditions.map(resource)
        }));
        loud(&text, Kind::Json)
    };
    assert_eq!(of([None, None]), [("duplicate-resource", Severity::Error)]);
    assert_eq!(
        of([Some("[equals(parameters('kind'), 'a')]"), Some("[not(equals(parameters('kind'), 'a'))]")]),
        []
    );
}

#[test]
fn a_parameter_whose_parts_are_secure_keeps_them() {
    let of = |declared: Value, given: &str| {
        let own = inner(&json!({"p": declared}), "x");
        let text = template(&json!({
            "parameters": {"s": {"type": "securestring"}, "o": {"type": "secureObject"}},
            "resources": [nested(&json!({"p": {"value": given}}), &own)]
        }));
        let found = findings(&text, Kind::Json);
        found.into_iter().find(|it| it.rule.name == "secure-to-deployment").map(|it| it.severity)
    };
    let list = "[createArray(createObject('name', 'n', 'value', parameters('s')))]";
    assert_eq!(of(json!({"type": "array"}), list), Some(Severity::Warning));
    assert_eq!(of(json!({"type": "array", "items": {"$ref": "#/definitions/secret"}}), list), None);
    let item = json!({"type": "object", "properties": {"value": {"type": "securestring"}}});
    assert_eq!(of(json!({"type": "array", "items": item}), list), None);
    assert_eq!(of(json!({"type": "object"}), "[parameters('o')]"), Some(Severity::Warning));
    assert_eq!(of(json!({"type": "string"}), "[parameters('o').name]"), Some(Severity::Note));
    assert_eq!(
        of(json!({"type": "string"}), "[coalesce(tryGet(parameters('o'), 'name'), 'x')]"),
        Some(Severity::Note)
    );
}

#[test]
fn an_identity_that_an_expression_may_leave_out_is_none() {
    let of = |identity: Value| {
        let text = template(&json!({
            "parameters": {"identity": {"type": "object", "defaultValue": {}}},
            "resources": [{"type": "Microsoft.Web/hostingEnvironments", "apiVersion": "2022-03-01", "name": "n",
                "location": "westus", "identity": identity, "properties": {"virtualNetwork": {"id": "x"}}}]
        }));
        loud(&text, Kind::Json)
    };
    assert_eq!(of(json!({"type": "SystemAssigned"})), [("identity-not-in-type", Severity::Warning)]);
    assert_eq!(of(json!("[if(empty(parameters('identity')), null(), parameters('identity'))]")), []);
    assert_eq!(of(Value::Null), []);
}

/// Everything that a report and a diff show of a template whose `value` stands where a secret does.
fn shown(name: &str, value: &str) -> String {
    let text = template(&json!({
        "variables": {"n": "store7"},
        "parameters": {"key": {"type": "securestring"}},
        "resources": [{
            "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "v", "location": "westus",
            "identity": {"type": "systemAssigned"},
            "properties": {"osProfile": {name: value}, "diagnosticsProfile": {"bootDiagnostics": {
                "enabled": "true", "storageUri": "https://store7.blob.core.windows.net/"}}}
        }]
    }));
    let before = Source::new("x.json", text.clone());
    let options = Options::default();
    let found = examine(&before, Kind::Json, &options);
    let mask = Mask::new(&before, found.secrets);
    let fixed = fix(Source::new("x.json", text), Kind::Json, &options, false);
    let after = Mask::after(&fixed.source, examine(&fixed.source, Kind::Json, &options).secrets, &mask);
    let mut all = String::from(unified((&before, &mask), (&fixed.source, &after)));
    for (_, format) in Format::NAMES {
        let file = Checked { source: &before, findings: &found.findings, mask: &mask };
        all.push_str(&String::from(Report::new(format, false).render(file)));
    }
    all
}

/// What stands around a secret is shown, and so are the edits that have nothing of it.
#[test]
fn what_lets_nobody_in_is_shown() {
    let script = format!("{}-geheim-9x", "print 'step'; ".repeat(75_000));
    for value in [
        "[concat('https://', variables('n'), '.blob.core.windows.net/', parameters('key'))]",
        "[concat('DefaultEndpointsProtocol=https;AccountName=', variables('n'), ';AccountKey=', parameters('key'))]",
        "[format('{0};key={1}', variables('n'), parameters('key'))]",
        "[reference(resourceId('Microsoft.Storage/storageAccounts', variables('n')), '2023-01-01').key]",
        &script,
    ] {
        let all = shown("adminPassword", value);
        assert!(
            all.contains("\"SystemAssigned\"") && all.contains("+            \"enabled\": true"),
            "{value:.80}"
        );
        assert!(all.contains("https://store7.blob.core.windows.net/"), "{value:.80}");
        assert!(!all.contains("geheim-9x") && !all.contains("print 'step'"), "{value:.80}");
    }
    for value in
        ["geheim-9x", "[concat('geheim-9x', uniqueString('a'))]", "https://geheim-9x:y@h.example.com"]
    {
        let all = shown("adminPassword", value);
        assert!(all.contains("SystemAssigned") && !all.contains("geheim-9x"), "{value}");
    }
}

/// What telemetry deployments and exported views have, and ARM has taken for years.
#[test]
fn a_template_of_another_name_an_empty_map_and_an_id_are_taken() {
    let deployment = |schema: &str, resources: Value| {
        template(&json!({"resources": [{
            "type": "Microsoft.Resources/deployments", "apiVersion": "2023-07-01", "name": "telemetry",
            "properties": {"mode": "Incremental", "template": {
                "$schema": schema, "contentVersion": "1.0.0.0", "resources": resources
            }}
        }]}))
    };
    let of = |name: &str, resources: Value| {
        let schema = format!("https://schema.management.azure.com/schemas/{name}");
        loud(&deployment(&schema, resources), Kind::Json)
    };
    assert_eq!(of("2019-04-01/deploymentParameters.json#", json!({})), []);
    assert_eq!(of("2014-04-01-preview/Network.json", json!([])), []);
    assert_eq!(
        of("2019-04-02/deploymentTemplate.json#", json!([])),
        [("template-structure", Severity::Error)]
    );
    let named = json!({"a": {"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2023-09-01", "name": "a",
        "location": "westus"}});
    assert_eq!(of("2019-04-01/deploymentTemplate.json#", named), [("language-version", Severity::Error)]);
    let view = |name: &str| {
        template(&json!({"resources": [{
            "type": "Microsoft.OperationsManagement/solutions", "apiVersion": "2015-11-01-preview", "name": "a(b)",
            "location": "westus", name: "[resourceId('Microsoft.OperationsManagement/solutions', 'a(b)')]",
            "properties": {"workspaceResourceId": "[resourceId('Microsoft.OperationalInsights/workspaces', 'b')]"},
            "plan": {"name": "a(b)", "publisher": "Microsoft", "product": "OMSGallery/a", "promotionCode": ""}
        }]}))
    };
    assert_eq!(loud(&view("id"), Kind::Json), []);
    assert_eq!(loud(&view("ids"), Kind::Json), [("unknown-template-member", Severity::Error)]);
}

/// A default that is empty and too short is there to be given; one that is not empty was meant.
#[test]
fn an_empty_default_that_is_too_short_is_a_note() {
    let of = |default: Value, kind: &str| {
        let parameter = json!({"type": kind, "minLength": 3, "defaultValue": default});
        loud(
            &template(
                &json!({"parameters": {"n": parameter}, "outputs": {"o": {"type": kind, "value": "[parameters('n')]"}}}),
            ),
            Kind::Json,
        )
    };
    assert_eq!(of(json!(""), "string"), []);
    assert_eq!(of(json!("ab"), "string"), [("value-out-of-bounds", Severity::Error)]);
    let given = template(&json!({"resources": [{
        "type": "Microsoft.Resources/deployments", "apiVersion": "2023-07-01", "name": "d",
        "properties": {
            "mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "parameters": {"n": {"value": ""}},
            "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0",
                "parameters": {"n": {"type": "string", "minLength": 3}}, "resources": [],
                "outputs": {"o": {"type": "string", "value": "[parameters('n')]"}}}
        }
    }]}));
    assert_eq!(loud(&given, Kind::Json), [("value-out-of-bounds", Severity::Error)]);
}

/// A sentence says when a secret is due; a passphrase is one.
#[test]
fn a_sentence_is_no_secret() {
    let of = |default: &str| {
        loud(
            &template(&json!({"parameters": {"key": {"type": "securestring", "defaultValue": default}}})),
            Kind::Json,
        )
    };
    let told = [("secure-default", Severity::Warning)];
    for text in [
        "not used if the mode is off",
        "Enter the key of your server here",
        "must be set when shared is true",
    ] {
        assert_eq!(of(text), [], "{text}");
    }
    for text in ["correct horse battery staple", "only 4 the Brave of u5", "hunter2", "the key"] {
        assert_eq!(of(text), told, "{text}");
    }
}

#[test]
fn a_command_shows_a_parameter_once() {
    let command = "[concat('run.sh ', parameters('login').user, ' ', parameters('login').word, ' ', parameters('key'))]";
    let text = template(&json!({
        "parameters": {"login": {"type": "secureObject"}, "key": {"type": "securestring"}},
        "resources": [{
            "type": "Microsoft.Compute/virtualMachines/extensions", "apiVersion": "2023-09-01", "name": "a/b",
            "location": "westus", "properties": {
                "publisher": "Microsoft.Azure.Extensions", "type": "CustomScript", "typeHandlerVersion": "2.1",
                "settings": {"commandToExecute": command}
            }
        }]
    }));
    let told = [("secret-in-command", Severity::Warning); 2];
    assert_eq!(loud(&text, Kind::Json), told);
}

fn fenced(language: &str, text: &str) -> String {
    format!("Some words.\n\n```{language}\n{text}\n```\n")
}

/// What was left out may open the object that the next member belongs into.
#[test]
fn behind_an_ellipsis_an_unknown_member_is_a_note() {
    let of = |before: &str| {
        let text = format!(
            "{{\n  \"type\": \"Microsoft.Compute/virtualMachineScaleSets\",\n  \"apiVersion\": \"2023-09-01\",\n  \
             \"properties\": {{\n    {before}\n    \"osProfile\": {{ \"adminUsername\": \"a\" }}\n  }}\n}}"
        );
        let text = fenced("json", &text);
        let fixed = fixed(&text, Kind::Markdown);
        (loud(&text, Kind::Markdown), fixed == text)
    };
    assert_eq!(of("..."), (vec![], true));
    let told = [("unknown-property", Severity::Error)];
    assert_eq!(of("\"overprovision\": true,").0, told);
    // Within another member it says nothing of this one.
    assert_eq!(of("\"upgradePolicy\": { ... },").0, told);
}

/// The outline of a format is not a body.
#[test]
fn placeholders_that_stand_for_members_are_no_mistakes() {
    let of = |resource: &str| {
        let text = format!(
            "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"resources\": [ {{ \
             \"type\": \"Microsoft.Network/publicIPAddresses\", \"apiVersion\": \"2023-09-01\", \"name\": \"a\", \
             \"location\": \"westus\", \"tags\": {{ {resource} }} }} ]\n}}"
        );
        loud(&fenced("json", &text), Kind::Markdown)
    };
    assert_eq!(of("\"<tags-of-the-resource>\", \"owner\": "), []);
    assert_eq!(of("\"<tag-name>\": \"a\", \"<tag-name>\": \"b\""), []);
    assert_eq!(of("\"owner\", \"dept\": \"b\""), [("name-without-value", Severity::Error)]);
    assert_eq!(of("\"owner\": , \"dept\": \"b\""), [("name-without-value", Severity::Error)]);
    assert_eq!(of("\"owner\": \"a\", \"owner\": \"b\""), [("duplicate-name", Severity::Warning)]);
}

const MACHINE: &str = "https://management.azure.com/subscriptions/$SUB/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2023-09-01";

#[test]
fn a_body_of_words_in_braces_says_what_belongs_there() {
    let of = |body: &str| {
        let call = format!(
            "curl -X PUT \"{MACHINE}\" -H \"Authorization: Bearer $T\" -H \"Content-Type: application/json\" -d \"{body}\""
        );
        loud(&fenced("bash", &call), Kind::Markdown)
    };
    assert_eq!(of("{the machine and its disks}"), []);
    assert_eq!(of("{location: westus}").len(), 2);
}

/// `$id = # yours` is to be filled in, and what follows is not its value.
#[test]
fn a_comment_is_no_value() {
    let url = MACHINE.replace("/g/", "/$group/");
    let text = fenced(
        "powershell",
        &format!(
            "$SUB = # your subscription\n$group =  #the group\n$t = Get-Token\nInvoke-AzRestMethod -Method GET -Uri \"{url}\""
        ),
    );
    assert_eq!(loud(&text, Kind::Markdown), []);
}

/// A variable before a letter is shown so that it stays one.
#[test]
fn what_is_not_known_is_joined_in_braces() {
    let rest = MACHINE.split_once(".com/").unwrap().1.replace("$SUB", "{1}");
    for (join, url) in [
        ("([string]::Format('{0}REST', $endpoint, $sub))", "${endpoint}"),
        ("('{0}REST' -f $endpoint, $sub)", "${endpoint}"),
        ("($endpoint + 'REST')", "${endpoint}"),
    ] {
        let text = format!("Invoke-AzRestMethod -Method GET -Uri {}\n", join.replace("REST", &rest));
        assert_eq!(loud(&text, Kind::PowerShell), [], "{text}");
        let source = Source::new("x.ps1", text);
        let calls = armbody::container::calls(&source, Kind::PowerShell);
        let shown = calls.first().and_then(|call| call.url.as_ref()).unwrap().text();
        assert!(shown.starts_with(&format!("{url}subscriptions/")), "{shown}");
    }
}

/// Nothing says which shell it is, and PowerShell reads it.
#[test]
fn an_escape_of_powershell_is_no_quote_where_no_shell_is_said() {
    let call = "armclient get /subscriptions/{id}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/$name`?api-version=2023-09-01";
    assert_eq!(loud(&fenced("", call), Kind::Markdown), []);
    assert_eq!(loud(&fenced("bash", call), Kind::Markdown), [("unterminated-quote", Severity::Error)]);
}

/// One slip is told once.
#[test]
fn a_text_that_is_cut_off_and_brackets_in_the_wrong_order_are_one_mistake() {
    let of = |rest: &str| {
        let text =
            format!("{{\"$schema\": \"{SCHEMA}\", \"contentVersion\": \"1.0.0.0\", \"resources\": [{rest}");
        (
            loud(&text, Kind::Json),
            fix(Source::new("x", text), Kind::Json, &Options::default(), true).source.text().to_owned(),
        )
    };
    let (told, fixed) = of("], \"metadata\": {\"note\": \"the te");
    assert_eq!(told, [("unclosed-bracket", Severity::Error)]);
    assert!(fixed.ends_with("{\"note\": \"the te\"}}"), "{fixed}");
    let (told, fixed) = of("}]");
    assert_eq!(told, [("extra-bracket", Severity::Error)]);
    assert!(fixed.ends_with("[]}"), "{fixed}");
}

/// A JSON Schema of templates is none.
#[test]
fn a_schema_of_templates_is_no_template() {
    let text = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "$schema": {"type": "string"}, "contentVersion": {"type": "string", "pattern": "^[0-9.]+$"},
            "parameters": {"type": "object", "additionalProperties": {"$ref": "#/definitions/parameter"}},
            "resources": {"type": "array", "items": {"oneOf": []}}, "outputs": {"type": "object"}
        }
    });
    assert_eq!(loud(&text.to_string(), Kind::Json), []);
}

#[test]
fn a_default_that_asks_for_a_value_says_nothing() {
    let of = |default: &str| {
        loud(
            &template(&json!({
                "parameters": {"id": {"type": "string", "defaultValue": default}},
                "resources": [{
                    "type": "Microsoft.Resources/deployments", "apiVersion": "2023-07-01", "name": "d",
                    "subscriptionId": "[parameters('id')]", "location": "westus",
                    "properties": {"mode": "Incremental", "template": {
                        "$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []
                    }}
                }]
            })),
            Kind::Json,
        )
    };
    assert_eq!(of("Replace this with an id"), []);
    assert_eq!(of("please fill in"), []);
    assert_eq!(of("the first one"), [("wrong-argument-kind", Severity::Error)]);
    let chosen = |default: &str| {
        let parameter =
            json!({"type": "string", "allowedValues": ["westus", "eastus"], "defaultValue": default});
        loud(&template(&json!({"parameters": {"place": parameter}})), Kind::Json)
    };
    assert_eq!(chosen(""), []);
    assert_eq!(chosen("west"), [("default-not-allowed", Severity::Error)]);
}

#[test]
fn a_list_of_packages_and_a_user_s_name_are_no_secrets() {
    let of = |value: &str| {
        loud(
            &template(&json!({"outputs": {"o": {"type": "string", "value": format!("[{value}]")}}})),
            Kind::Json,
        )
    };
    let id = "resourceId('Microsoft.ContainerRegistry/registries', 'a(b)')";
    let told = [("secure-output", Severity::Warning)];
    assert_eq!(of(&format!("listCredentials({id}, '2023-07-01').username")), []);
    assert_eq!(of(&format!("listCredentials({id}, '2023-07-01').passwords[0].value")), told);
    assert_eq!(of(&format!("string(listCredentials({id}, '2023-07-01'))")), told);
    assert_eq!(of("listPackage('/x', '2023-07-01').uri"), []);
    for function in
        ["listKeys", "listAccountSas", "listQueryKeys", "listCallbackUrl", "listConnectionStrings"]
    {
        assert_eq!(of(&format!("{function}('/x', '2023-07-01').a")), told, "{function}");
    }
}

/// What is said aloud of a template in a document whose resources are these.
fn loud_with(resources: &str) -> Vec<(&'static str, Severity)> {
    let text = format!(
        "{{\n\"$schema\": \"{SCHEMA}\",\n\"contentVersion\": \"1.0.0.0\",\n\"resources\": [{resources}]\n}}"
    );
    loud(&fenced("json", &text), Kind::Markdown)
}

/// The version may be among what was left out.
#[test]
fn a_resource_with_an_ellipsis_may_have_its_version() {
    let of = |rest: &str| {
        let resource =
            format!("{{\n  \"type\": \"Microsoft.Compute/availabilitySets\",\n  \"name\": \"a\"{rest}\n}}");
        loud_with(&format!("\n{resource}\n"))
    };
    assert_eq!(of(",\n  ..."), []);
    assert_eq!(of(",\n  \"location\": \"westus\""), [("api-version-missing", Severity::Error)]);
}

#[test]
fn a_missing_slash_behind_subscriptions_is_put_in() {
    let text = "### get\nGET https://management.azure.com/subscriptions{{sub}}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2023-09-01\nAuthorization: Bearer {{token}}\n";
    assert_eq!(loud(text, Kind::Http), [("url-invalid", Severity::Error)]);
    assert!(
        fixed(text, Kind::Http).contains("/subscriptions/{{sub}}/resourceGroups/"),
        "{}",
        fixed(text, Kind::Http)
    );
}

/// A reference shows a format: kinds stand where values do.
#[test]
fn names_of_kinds_are_no_values() {
    let machine = |computer: &str, agent: Value, identity: &str| {
        json!({
            "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2023-09-01", "name": "string",
            "location": "string", "identity": {"type": identity},
            "properties": {
                "osProfile": {"computerName": computer, "adminUsername": computer,
                    "windowsConfiguration": {"provisionVMAgent": agent}},
                "storageProfile": {"osDisk": {"createOption": computer, "diskSizeGB": "int"}}
            }
        })
        .to_string()
    };
    assert_eq!(loud(&machine("string", json!("bool"), "string"), Kind::Json), []);
    // One is a slip.
    let text = machine("a", json!("bool"), "SystemAssigned");
    assert!(
        loud(&text, Kind::Json).contains(&("wrong-type", Severity::Error)),
        "{:?}",
        loud(&text, Kind::Json)
    );
}

#[test]
fn a_name_that_stands_three_times_is_told_once() {
    let text = template(&json!({"resources": [{
        "type": "Microsoft.Compute/availabilitySets", "apiVersion": "2023-09-01", "name": "a", "location": "westus",
        "tags": {"a": "1", "b": "2"}
    }]}));
    let text = text.replace("\"a\": \"1\"", "\"a\": \"1\", \"a\": \"2\", \"a\": \"3\"");
    let text = text.replace("\"b\": \"2\"", "\"b\": \"1\", \"b\": \"2\"");
    assert_eq!(loud(&text, Kind::Json), [("duplicate-name", Severity::Warning); 2]);
    assert!(findings(&text, Kind::Json)[0].message.contains("3 times"));
}

#[test]
fn a_text_without_a_member_is_no_secret() {
    let parameter = json!({"type": "secureObject", "defaultValue": "{}"});
    assert_eq!(
        loud(&template(&json!({"parameters": {"all": parameter}})), Kind::Json),
        [("default-value-kind", Severity::Error)]
    );
}

/// Whoever asks for the kind of a token knows it.
#[test]
fn a_token_whose_kind_is_asked_for_is_known() {
    let url = MACHINE.replace("$SUB", "$sub");
    let of = |between: &str| {
        let text = format!(
            "$token = (Get-AzAccessToken).Token\n{between}\n$h = @{{ Authorization = \"Bearer $token\" }}\nInvoke-RestMethod -Method Get -Uri \"{url}\" -Headers $h\n"
        );
        loud(&text, Kind::PowerShell)
    };
    assert_eq!(of(""), [("token-is-securestring", Severity::Warning)]);
    assert_eq!(of("if ($token -is [System.Security.SecureString]) { $token = [Text]::Of($token) }"), []);
    assert_eq!(of("if ($sub -is [string]) { $other = 1 }"), [("token-is-securestring", Severity::Warning)]);
}

/// Defaults of each other: one of them is there to be given.
#[test]
fn a_ring_of_defaults_is_a_note() {
    let text = template(&json!({
        "parameters": {
            "standard": {"type": "object", "defaultValue": {"name": "[concat(parameters('id'), '-a')]"}},
            "id": {"type": "string", "defaultValue": "[parameters('standard').id]"}
        },
        "outputs": {"o": {"type": "string", "value": "[parameters('id')]"}}
    }));
    assert_eq!(loud(&text, Kind::Json), []);
    let text = template(&json!({
        "variables": {"a": "[variables('b')]", "b": "[variables('a')]"},
        "outputs": {"o": {"type": "string", "value": "[variables('a')]"}}
    }));
    assert!(
        loud(&text, Kind::Json).contains(&("circular-dependency", Severity::Error)),
        "{:?}",
        loud(&text, Kind::Json)
    );
}

#[test]
fn what_lets_nobody_in_is_no_secret_default() {
    let of = |kind: &str, default: Value| {
        loud(&template(&json!({"parameters": {"p": {"type": kind, "defaultValue": default}}})), Kind::Json)
    };
    let told = [("secure-default", Severity::Warning)];
    for text in
        ["https://files.contoso.com/a/b.zip", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB a@b", "url=;key=;"]
    {
        assert_eq!(of("securestring", json!(text)), [], "{text}");
    }
    for text in
        ["https://a.blob.core.windows.net/b?sv=1&sig=x9K2", "url=x;key=q7Zk2pLm", "https://a:b7x@c.net/d"]
    {
        assert_eq!(of("securestring", json!(text)), told, "{text}");
    }
    assert_eq!(of("secureObject", json!({"small": {"plan": {"name": "S1", "count": 1}}})), []);
    assert_eq!(of("secureObject", json!({"small": {"password": "q7Zk2pLm"}})), told);
}

#[test]
fn an_ellipsis_may_have_words_within_brackets() {
    let of = |words: &str| loud_with(words);
    assert_eq!(of("...the nested one..."), []);
    assert_eq!(of("the nested one"), [("unquoted-value", Severity::Error)]);
}

/// Blanks within a command are none of the URL that its output begins.
#[test]
fn a_command_in_a_url_keeps_its_blanks() {
    let call =
        "az rest --method get --url \"$(az vm show -g g -n v --query id -o tsv)?api-version=2023-09-01\"";
    assert_eq!(loud(&fenced("bash", call), Kind::Markdown), []);
    let script = "az vmss identity assign --identities $(az identity show -g g -n i --query id -o tsv) --ids $(az vmss list -g g --query \"[0].id\" -o tsv)\n";
    assert_eq!(loud(script, Kind::PowerShell), []);
}

/// A line that shows how to write a command.
#[test]
fn a_bar_between_placeholders_is_no_pipe() {
    let of = |rest: &str| {
        loud(
            &fenced(
                "bash",
                &format!("az deployment group create -g <group> --template-uri <uri> --parameters {rest}"),
            ),
            Kind::Markdown,
        )
    };
    assert_eq!(of("<file>|<name=value>"), []);
}
