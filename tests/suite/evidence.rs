//! What is known of a request decides how loud a rule may be: each row of the policy in documents of its own.

use armbody::container::{Kind, calls};
use armbody::lint::{Options, Severity, check, find_rule, fix, inventory};
use armbody::text::Source;

const VM: &str = "https://management.azure.com/subscriptions/<ID>/resourceGroups/g/providers/Microsoft.Compute/\
                  virtualMachines/v?api-version=";

fn found(text: &str, kind: Kind) -> Vec<(&'static str, Severity)> {
    let source = Source::new("x", text.to_owned());
    check(&source, kind, &Options::default()).iter().map(|it| (it.rule.name, it.severity)).collect()
}

fn severity(text: &str, kind: Kind, rule: &str) -> Option<Severity> {
    found(text, kind).into_iter().find(|(name, _)| *name == rule).map(|(_, severity)| severity)
}

fn loudest(text: &str, kind: Kind) -> Option<Severity> {
    found(text, kind).into_iter().map(|(_, severity)| severity).max()
}

fn is_unchanged(text: &str, kind: Kind) -> bool {
    fix(Source::new("x", text.to_owned()), kind, &Options::default(), false).source.text() == text
}

fn listed(text: &str, kind: Kind) -> Vec<String> {
    let source = Source::new("x", text.to_owned());
    calls(&source, kind)
        .iter()
        .filter(|call| call.is_arm())
        .flat_map(|call| inventory(&source, call))
        .map(|it| it.target.type_name.map_or_else(|| "-".to_owned(), |name| name.as_str().to_owned()))
        .collect()
}

#[test]
fn another_service_is_nobody_s_business() {
    let token =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoiYiJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for text in [
        format!("curl -X PUT 'https://api.example.com/subscriptions/7' -d '{{bad' -H 'Authorization: Bearer {token}'\n"),
        "curl -X POST \"https://$NS.servicebus.windows.net/topic/subscriptions/all/messages\" -d '{a:1}'\n".to_owned(),
        "curl \"$MSI_ENDPOINT/?resource=https://management.azure.com/&api-version=2017-09-01\" -H Secret:$S\n"
            .to_owned(),
        "az rest --method put --url https://graph.microsoft.com/v1.0/groups --body '{a:1}'\n".to_owned(),
        "curl https://management.core.windows.net/1/services/hostedservices?api-version=2014-09-01\n".to_owned(),
    ] {
        assert_eq!(found(&text, Kind::Shell), [], "{text}");
        assert!(listed(&text, Kind::Shell).is_empty(), "{text}");
    }
    let http =
        format!("PUT /v1/users/7 HTTP/1.1\nHost: id.example.net\nAuthorization: Bearer {token}\n\n{{bad\n");
    assert_eq!(found(&http, Kind::Http), []);
    // Its own hosts are, wherever they are written.
    for text in [
        "curl https://westeurope.management.azure.com/subscriptions/1/resourceGroups?api-version=2021-04-01\n",
        "curl https://management.local.azurestack.external/subscriptions/1/resourceGroups?api-version=2019-05-10\n",
        "curl http://localhost:8080/subscriptions/1/resourceGroups?api-version=2021-04-01\n",
        "curl https://managment.azure.com/subscriptions/1/resourceGroups?api-version=2021-04-01\n",
        "az rest -u /subscriptions/1/resourceGroups?api-version=2021-04-01\n",
        "curl \"$ARM/subscriptions/1/resourceGroups?api-version=2021-04-01\"\n",
    ] {
        assert_eq!(listed(text, Kind::Shell).len(), 1, "{text}");
    }
    let http =
        "GET /subscriptions/1/resourceGroups/g?api-version=2021-04-01 HTTP/1.1\nHost: management.azure.com\n";
    assert_eq!(listed(http, Kind::Http).len(), 1);
}

#[test]
fn a_guessed_type_is_no_ground_for_an_error() {
    for text in [
        r#"{"location":"w","kind":"StorageV2","sku":{"name":"Standard_LRS"},"identity":{"type":"SystemAssigned"}}"#,
        r#"{"location":"w","colour":"blue","identity":{"type":"SystemAssigned"}}"#,
        r#"{"kind":"functionapp","identity":{"type":"SystemAssigned"},"properties":{"networkProfile":{"x":1}}}"#,
    ] {
        assert_eq!(found(text, Kind::Json).iter().filter(|it| it.0 == "type-guessed").count(), 1, "{text}");
        assert!(loudest(text, Kind::Json) <= Some(Severity::Note), "{text}");
    }
    // Members that only one type has decide it.
    let decided = r#"{"location":"w","properties":{"hardwareProfile":{"vmSize":"Standard_B1s"},"colour":1}}"#;
    assert_eq!(severity(decided, Kind::Json, "unknown-property"), Some(Severity::Error));
    // What is wrong whatever it is for stays wrong.
    let split = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
    assert_eq!(severity(split, Kind::Json, "identity-type-split"), Some(Severity::Error));
}

#[test]
fn the_configuration_stands_above_every_cap_but_that_of_a_guess() {
    let mut options = Options::default();
    options.severity.push((find_rule("ellipsis").unwrap(), Severity::Error));
    options.severity.push((find_rule("type-guessed").unwrap(), Severity::Error));
    let text = "Microsoft.Compute/virtualMachines\n\n```json\n{\"identity\":{\"type\":\"SystemAssigned\"}, ...}\n```\n";
    let source = Source::new("x.md", text.to_owned());
    let of = |source: &Source, kind, rule: &str| {
        check(source, kind, &options).iter().find(|it| it.rule.name == rule).map(|it| it.severity)
    };
    assert_eq!(of(&source, Kind::Markdown, "ellipsis"), Some(Severity::Error));
    let guess = r#"{"location":"w","kind":"x","identity":{"type":"SystemAssigned"}}"#;
    let source = Source::new("x.json", guess.to_owned());
    assert_eq!(of(&source, Kind::Json, "type-guessed"), Some(Severity::Note));
}

#[test]
fn the_linter_and_the_inventory_are_of_one_mind() {
    let set = "# Configure identities on a virtual machine scale set\n\n```json\n{\"name\":\"[variables('s')]\",\
               \"apiVersion\":\"2018-06-01\",\"location\":\"w\",\"identity\":{\"type\":\"userAssigned\"}}\n```\n";
    assert_eq!(listed(set, Kind::Markdown), ["Microsoft.Compute/virtualMachineScaleSets"]);
    let machine = set.replace(" scale set", "");
    assert_eq!(listed(&machine, Kind::Markdown), ["Microsoft.Compute/virtualMachines"]);
    let urls = format!("{VM}2018-06-01\n\n```json\n{{\"identity\":{{\"type\":\"SystemAssigned\"}}}}\n```\n");
    let urls = urls.replace("virtualMachines", "virtualMachineScaleSets");
    assert_eq!(listed(&urls, Kind::Markdown), ["Microsoft.Compute/virtualMachineScaleSets"]);
}

#[test]
fn a_malformed_version_is_named_and_the_nearest_serves() {
    for version in ["2024-7-01", "2024-07-1", "2024", "20240701", "2024-07"] {
        let text = format!(
            "curl -X PATCH '{VM}{version}' -H 'Authorization: Bearer <TOKEN>' -H 'Content-Type: application/json' \
             -d '{{\"identity\":{{\"type\":\"UserAssigned\",\"identityIds\":[]}}}}'\n"
        );
        let text = format!("```bash\n{text}```\n");
        assert_eq!(severity(&text, Kind::Markdown, "api-version-unknown"), Some(Severity::Error), "{text}");
        if version.starts_with("2024-") {
            let ids = severity(&text, Kind::Markdown, "identity-ids-wrong-property");
            assert_eq!(ids, Some(Severity::Warning), "{text}");
        }
    }
    let template = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2021-7-1",
        "name":"v","location":"w","properties":{"colour":1}}]}"#;
    assert_eq!(severity(template, Kind::Json, "api-version-unknown"), Some(Severity::Error));
    assert_eq!(severity(template, Kind::Json, "unknown-property"), Some(Severity::Warning));
}

#[test]
fn null_is_absence_where_nothing_is_required() {
    let body =
        |inner: &str| format!(r#"{{"type":"Microsoft.Compute/virtualMachines","location":"w",{inner}}}"#);
    for inner in [
        r#""tags":null,"zones":null,"plan":null"#,
        r#""properties":{"licenseType":null,"osProfile":{"secrets":null},"availabilitySet":null}"#,
        r#""properties":{"storageProfile":{"osDisk":{"createOption":"FromImage","caching":null,"diskSizeGB":null}}}"#,
    ] {
        assert_eq!(loudest(&body(inner), Kind::Json), None, "{inner}");
    }
    let required = body(r#""properties":{"storageProfile":{"osDisk":{"createOption":null}}}"#);
    assert_eq!(severity(&required, Kind::Json, "missing-property"), Some(Severity::Error));
    let element = body(r#""zones":[null]"#);
    assert_eq!(severity(&element, Kind::Json, "wrong-type"), Some(Severity::Error));
}

#[test]
fn quotes_around_a_scalar_are_a_warning_with_a_fix() {
    for (inner, right) in [
        (r#""properties":{"storageProfile":{"osDisk":{"createOption":"Empty","diskSizeGB":"64"}}}"#, "64"),
        (r#""properties":{"osProfile":{"allowExtensionOperations":"false"}}"#, "false"),
        (r#""properties":{"hardwareProfile":{"vmSizeProperties":{"vCPUsAvailable":"2"}}}"#, "2"),
    ] {
        let text = format!(r#"{{"type":"Microsoft.Compute/virtualMachines","location":"w",{inner}}}"#);
        assert_eq!(severity(&text, Kind::Json, "wrong-type"), Some(Severity::Warning), "{text}");
        let source = Source::new("x.json", text.clone());
        let mended = fix(source, Kind::Json, &Options::default(), false).source;
        assert!(mended.text().contains(&format!(":{right}}}")), "{}", mended.text());
    }
}

#[test]
fn a_value_of_another_version_is_no_slip() {
    let disk = |version: &str, value: &str| {
        format!(
            r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[
            {{"type":"Microsoft.Compute/virtualMachines","apiVersion":"{version}","name":"v","location":"w","properties":{{
            "storageProfile":{{"osDisk":{{"createOption":"FromImage","managedDisk":{{"storageAccountType":"{value}"}}}}}}}}}}]}}"#
        )
    };
    let later = disk("2016-04-30-preview", "UltraSSD_LRS");
    assert_eq!(severity(&later, Kind::Json, "value-not-in-version"), Some(Severity::Error));
    assert!(is_unchanged(&later, Kind::Json));
    // Where the list is open, ARM may take it.
    let open = disk("2019-07-01", "PremiumV2_LRS");
    assert_eq!(severity(&open, Kind::Json, "value-not-in-version"), Some(Severity::Note));
    // A value of no version is a slip.
    let slip = disk("2016-04-30-preview", "Standrd_LRS");
    assert_eq!(severity(&slip, Kind::Json, "invalid-value"), Some(Severity::Error));
    assert_eq!(loudest(&disk("2019-07-01", "UltraSSD_LRS"), Kind::Json), None);
}

#[test]
fn the_edge_of_an_excerpt_is_not_judged() {
    let block = |text: &str| format!("Microsoft.Compute/virtualMachines\n\n```json\n{text}\n```\n");
    for text in [
        "{\n  \"type\": \"Microsoft.Compute/virtualMachines\",\n  \"apiVersion\": \"2018-06-01\",\n  \"name\": \"v\"\n},",
        "\"identity\": {\n  \"type\": \"SystemAssigned\"\n},",
        "\"properties\": {\n  \"hardwareProfile\": {\n    \"vmSize\": \"Standard_B1s\"\n  },",
        "{\n  \"location\": \"w\",\n  \"identity\": { \"type\": \"SystemAssigned\" },\n  \"properties\": {\n    ...",
        "{\n  \"identity\": { \"type\": \"SystemAssigned\" },\n  \"properties\": {\n      ......<truncated>\n  }",
        "\"outputs\": {\n  \"id\": { \"type\": \"string\" }\n},\n{\n  \"type\": \"Microsoft.Compute/virtualMachines\",\n  \
         \"apiVersion\": \"2018-06-01\", \"name\": \"v\",\n  \"identity\": { \"type\": \"SystemAssigned\" }\n}",
        "{ \"identity\": { \"type\": \"SystemAssigned\" } }\n{ \"identity\": { \"type\": \"None\" } }",
    ] {
        let text = block(text);
        assert!(
            loudest(&text, Kind::Markdown) <= Some(Severity::Note),
            "{text}\n{:?}",
            found(&text, Kind::Markdown)
        );
        assert!(is_unchanged(&text, Kind::Markdown), "{text}");
    }
    // What stands whole inside is judged, and a body that is only broken is not an excerpt.
    for (text, rule) in [
        ("\"identity\": {\n  \"type\": \"SystemAssigned\",\"UserAssigned\"\n},", "identity-type-split"),
        (
            "\"properties\": {\n  \"hardwareProfile\": {\n    \"vmSize\": \"a\" \"b\": 1\n  },",
            "missing-comma",
        ),
        ("{\n  \"identity\": { \"type\": \"SystemAssigned\"\n}", "unclosed-bracket"),
        ("{ \"identity\": { \"type\": \"SystemAssigned\", }, \"location\": \"w\" }", "extra-comma"),
    ] {
        let text = block(text);
        assert_eq!(severity(&text, Kind::Markdown, rule), Some(Severity::Error), "{text}");
    }
    // A file is whole, and so is what a call sends.
    let file = "{\"type\":\"Microsoft.Compute/virtualMachines\",\"location\":\"w\"},";
    assert_eq!(
        severity(file, Kind::Json, "extra-comma").or(severity(file, Kind::Json, "text-after-body")),
        Some(Severity::Error)
    );
    let call = format!(
        "```bash\ncurl -X PATCH '{VM}2018-06-01' -d '{{\"identity\":{{\"type\":\"SystemAssigned\"}}'\n```\n"
    );
    assert_eq!(severity(&call, Kind::Markdown, "unclosed-bracket"), Some(Severity::Error));
}

#[test]
fn a_block_of_another_language_is_not_fixed() {
    let body = "{ 'identity': { 'type': 'SystemAssigned', }, \"properties\": { \"hardwareProfile\": { \"vmSize\": \"x\" } } }";
    for language in ["python", "text", "yaml", "js"] {
        let text = format!("Microsoft.Compute/virtualMachines\n\n```{language}\n{body}\n```\n");
        assert!(loudest(&text, Kind::Markdown) <= Some(Severity::Note), "{text}");
        assert!(is_unchanged(&text, Kind::Markdown), "{text}");
    }
    let diff = "```diff\n {\n-  \"identity\": {\"type\": \"None\"},\n+  \"identity\": {\"type\": \"SystemAssigned\"},\n }\n```\n";
    assert_eq!(found(diff, Kind::Markdown), []);
    let json = format!("Microsoft.Compute/virtualMachines\n\n```json\n{body}\n```\n");
    assert_eq!(severity(&json, Kind::Markdown, "wrong-quotes"), Some(Severity::Error));
}

#[test]
fn az_reads_what_python_writes() {
    let az = |body: &str| format!("az rest -m patch -u '{VM}2024-07-01' --body {body}\n");
    let constant = az(r#"'{"properties":{"osProfile":{"allowExtensionOperations":True}}}'"#);
    assert_eq!(severity(&constant, Kind::Shell, "unquoted-value"), Some(Severity::Warning));
    let quotes = az(r#""{'identity':{'type':'SystemAssigned'}}""#);
    assert_eq!(found(&quotes, Kind::Shell).iter().filter(|it| it.0 == "wrong-quotes").count(), 1);
    assert_eq!(severity(&quotes, Kind::Shell, "wrong-quotes"), Some(Severity::Warning));
    let none = az(r#"'{"identity":{"type":None}}'"#);
    assert_eq!(severity(&none, Kind::Shell, "unquoted-value"), Some(Severity::Error));
    let curl = "curl -X PATCH 'https://management.azure.com/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/\
                virtualMachines/v?api-version=2024-07-01' -d \"{'identity':{'type':'SystemAssigned'}}\"\n";
    assert_eq!(severity(curl, Kind::Shell, "wrong-quotes"), Some(Severity::Error));
}

#[test]
fn the_body_of_another_request_behind_a_call_is_not_judged_as_the_call_s() {
    let page =
        |body: &str| format!("```http\nPUT {VM}2024-07-01\n```\n\nRequest body:\n\n```json\n{body}\n```\n");
    for body in [
        r#"{"properties":{"roleDefinitionId":"/x","principalId":"y"}}"#,
        r#"{"location":"w","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}}"#,
        r#"{"type":"Microsoft.Storage/storageAccounts","location":"w","properties":{"accessTier":"Hot"}}"#,
    ] {
        assert!(loudest(&page(body), Kind::Markdown) <= Some(Severity::Note), "{body}");
    }
    let own = page(r#"{"location":"w","properties":{"hardwareProfile":{"vmSize":"x"},"colour":1}}"#);
    assert_eq!(severity(&own, Kind::Markdown, "unknown-property"), Some(Severity::Error));
}

#[test]
fn an_identity_alone_is_a_body_where_its_words_are_a_managed_identity_s() {
    for block in [
        "{\"identity\":{\"type\"：\"SystemAssigned\"}}",
        "{\"identity\"：{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{}}}",
        "{\"identity\":{\"type\":\"SystemAssigned, UserAssigned\"，\"identityIds\":[]}}",
        "{\"tags\":{}，\"identity\":{\"identityIds\":[\"<ID1>\"]}}",
    ] {
        let text = format!("# Guide\n\nSend this:\n\n```json\n{block}\n```\n");
        assert!(loudest(&text, Kind::Markdown) == Some(Severity::Error), "{text}");
        let source = Source::new("x.md", text.clone());
        let fixed = fix(source, Kind::Markdown, &Options::default(), false);
        assert!(!fixed.source.text().contains(['：', '，']), "{text}");
        assert_eq!(fixed.source.text().matches(':').count(), text.replace('：', ":").matches(':').count());
    }
    // Other formats have members of that name.
    for block in [
        "{\"identity\":{\"type\"：\"saml\"}}",
        "{\"identity\":{\"clientId\":\"x\",}}",
        "{\"identity\":\"me\",}",
        "{\"identityProvider\":{\"type\":\"x\",}}",
    ] {
        assert_eq!(found(&format!("# Guide\n\n```json\n{block}\n```\n"), Kind::Markdown), [], "{block}");
    }
}

#[test]
fn what_a_document_leaves_open_is_no_mistake() {
    let template = |inner: &str| {
        format!(
            "```json\n{{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/\
             deploymentTemplate.json#\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"resources\": [\n{inner}\n  ]\n}}\n```\n"
        )
    };
    for inner in [
        "    ... rest of the template ...",
        "    ...remaining resources...",
        "    ... (the network and its parts)",
        "    … and so on",
        "    { \"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"yyyy-mm-dd\", \"name\": \"x\" }",
        "    { \"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"<API version>\", \"name\": \"x\" }",
        "    { \"type\": \"Microsoft.Web/sites\", \"apiVersion\": \"20XX-XX-XX-preview\", \"name\": \"x\" }",
        "    { \"type\": \"Microsoft.Web/sites\", \"apiVersion\": \"2024-04-01\", \"name\": \"x\", \"properties\": {\n\
         \"a\": <list of things, e.g.: \"b\",\n \"c\": <the first, default: \"d\">\n } }",
    ] {
        let text = template(inner);
        let said: Vec<_> = found(&text, Kind::Markdown)
            .into_iter()
            .filter(|(name, _)| *name != "missing-property")
            .collect();
        assert!(said.iter().all(|(_, severity)| *severity == Severity::Note), "{text}: {said:?}");
    }
    for version in ["yyyy-mm-dd-preview", "YYYY-MM-DD", "20xx-xx-xx", "2024-XX-01", "{version}", "<date>"] {
        let text = format!("```bash\naz rest --method get --url '{VM}{version}'\n```\n");
        assert_eq!(loudest(&text, Kind::Markdown), None, "{text}");
    }
    for version in ["yyyy", "mm-dd-2024", "version"] {
        let text = format!("```bash\naz rest --method get --url '{VM}{version}'\n```\n");
        assert_eq!(severity(&text, Kind::Markdown, "api-version-unknown"), Some(Severity::Error), "{text}");
    }
}

#[test]
fn a_url_that_a_member_of_an_answer_has_is_not_judged() {
    for url in [
        "$r.Headers.Location",
        "$response.Headers['Azure-AsyncOperation'][0]",
        "$result.properties.nextLink",
        "$($r.Headers.Location)",
    ] {
        let text = format!(
            "$r = Invoke-AzRestMethod -Path $p -Method POST\n$s = Invoke-AzRestMethod -Method GET -Uri {url}\n"
        );
        assert!(loudest(&text, Kind::PowerShell) <= Some(Severity::Note), "{text}");
    }
}

#[test]
fn quotes_in_a_url_are_one_slip() {
    for url in [
        "https://management.azure.com/\"subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v\
         ?api-version=2024-07-01\"",
        "https://management.azure.com/subscriptions/1/resourceGroups/“g”/providers/Microsoft.Compute/virtualMachines/v\
         ?api-version=2024-07-01",
        "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=“2024-07-01”",
    ] {
        let text = format!("```http\nGET {url}\n```\n");
        assert_eq!(found(&text, Kind::Markdown), [("url-invalid", Severity::Error)], "{text}");
        let fixed = fix(Source::new("x", text.clone()), Kind::Markdown, &Options::default(), false);
        assert!(!fixed.source.text().contains(['"', '“', '”']), "{text}");
        assert_eq!(listed(fixed.source.text(), Kind::Markdown), ["Microsoft.Compute/virtualMachines"]);
    }
    let filter = "GET /subscriptions/1/resources?api-version=2021-04-01&$filter=name%20eq%20\"x\"";
    assert_eq!(loudest(&format!("```http\n{filter}\n```\n"), Kind::Markdown), None);
}

#[test]
fn the_default_of_a_parameter_is_not_the_last_word() {
    let call = "$p = @{ Uri = \"https://management.azure.com/subscriptions/$s/resourceGroups?api-version=2021-04-01\"\n\
                Method = $method; ContentType = $type; Body = $body }\nInvoke-RestMethod @p\n";
    let asked = "$method = 'get', $type = 'text/xml', $body = '{\"a\":1}'";
    let said = [("content-type-wrong", Severity::Error), ("body-with-get", Severity::Error)];
    let loud = |text: &str| {
        let mut found = found(text, Kind::PowerShell);
        found.retain(|(_, severity)| *severity > Severity::Note);
        found.sort_unstable();
        found
    };
    let mut both = said.to_vec();
    both.sort_unstable();
    assert_eq!(loud(&format!("param({asked})\n{call}")), []);
    assert_eq!(loud(&format!("function Send {{ param({asked})\n{call} }}\n")), []);
    assert_eq!(loud(&format!("function Send ({asked}) {{ {call} }}\nSend -body '{{}}'\n")), both);
    assert_eq!(loud(&format!("{}\n{call}", asked.replace(", $", "; $"))), both);
}
