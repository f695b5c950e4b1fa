use serde_json::{Value, json};

use crate::container::{Kind, calls};
use crate::lint::{Options, check, inventory};
use crate::text::Source;

/// Method, URL, and the body or why it is not known, of each request in a shell text.
fn listed(text: &str) -> Vec<(String, String, Result<Option<Value>, String>)> {
    of_source(&Source::new("x.sh", text.to_owned()), Kind::Shell)
}

fn of_source(source: &Source, kind: Kind) -> Vec<(String, String, Result<Option<Value>, String>)> {
    calls(source, kind)
        .iter()
        .map(|call| {
            let listed = inventory(source, call).swap_remove(0);
            let method = listed.target.method.map(|method| method.to_string()).unwrap_or_default();
            let url = call.url.as_ref().map(|url| url.text().to_owned()).unwrap_or_default();
            (method, url, listed.reason.map_or(Ok(listed.value), Err))
        })
        .collect()
}

fn rules(text: &str) -> Vec<&'static str> {
    let source = Source::new("x.sh", text.to_owned());
    check(&source, Kind::Shell, &Options::default()).iter().map(|finding| finding.rule.name).collect()
}

const GROUP: &str = "/subscriptions/{subscriptionId}/resourceGroups/rg/providers/";

fn one(text: &str) -> (String, String, Result<Option<Value>, String>) {
    let mut all = listed(text);
    assert_eq!(all.len(), 1, "{text}\n{all:?}");
    let (method, url, body) = all.remove(0);
    (method, url.replacen(GROUP, "", 1), body)
}

#[test]
fn commands_about_machines_are_requests() {
    let vm = "Microsoft.Compute/virtualMachines/vm";
    let vmss = "Microsoft.Compute/virtualMachineScaleSets/vm";
    for (text, method, url) in [
        ("az vm identity show -g rg -n vm", "GET", format!("{vm}?api-version=2026-04-01")),
        ("az vm identity assign -g rg -n vm", "PATCH", format!("{vm}?api-version=2024-11-01")),
        ("az vmss identity remove -g rg -n vm", "PATCH", format!("{vmss}?api-version=2024-11-01")),
        ("az vm identity show --resource-group rg --name vm", "GET", format!("{vm}?api-version=2026-04-01")),
        ("az vm delete --yes --resource-g rg --name=vm", "DELETE", format!("{vm}?api-version=2024-11-01")),
        ("az vm start -grg -nvm --no-wait", "POST", format!("{vm}/start")),
        ("az vmss stop -g rg -n vm", "POST", format!("{vmss}/powerOff")),
        (
            "az vm create -g rg -n vm --image x",
            "PUT",
            "Microsoft.Resources/deployments/vm_deploy_{random}?api-version=2024-11-01".to_owned(),
        ),
        (
            "az identity show -g rg -n vm",
            "GET",
            "Microsoft.ManagedIdentity/userAssignedIdentities/vm?api-version=2025-05-31-preview".to_owned(),
        ),
        (
            "az identity federated-credential list -g rg --identity-name vm",
            "GET",
            "Microsoft.ManagedIdentity/userAssignedIdentities/vm/federatedIdentityCredentials\
             ?api-version=2025-01-31-preview"
                .to_owned(),
        ),
    ] {
        let (found, at, _) = one(text);
        assert_eq!((found.as_str(), &at), (method, &url), "{text}");
    }
    let (_, url, _) = one("az vm identity show -g rg -n vm --subscription S");
    assert_eq!(url, format!("/subscriptions/S/resourceGroups/rg/providers/{vm}?api-version=2026-04-01"));
    let (_, url, _) = one("az vm identity show -g rg -n '[-x' --subscription S");
    assert!(url.contains("/virtualMachines/[-x?"), "{url}");
    let ids =
        listed("az vm delete --ids /subscriptions/S/resourceGroups/a/providers/x $ID \"$(cat ids)\" @-");
    let urls: Vec<&str> = ids.iter().map(|(_, url, _)| url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "/subscriptions/S/resourceGroups/a/providers/x?api-version=2024-11-01",
            "$ID?api-version=2024-11-01",
            "$(cat ids)?api-version=2024-11-01",
            ""
        ]
    );
}

#[test]
fn what_is_only_spoken_of_is_no_request() {
    for text in [
        "az vm identity assign --help",
        "az vm identity assign --ids\n                      [--name]",
        "az vm identity assign [--ids] [--name]",
        "az vm show -g rg -n vm --query id -o tsv",
        "az vm list -g rg",
        "az vm image list -g rg -n vm",
        "az vm extension set -g rg --vm-name vm -n x",
        "az group create -g rg -l westus",
        "az resource list -g rg",
        "az deployment group create",
        "az identity",
    ] {
        assert_eq!(listed(text), [], "{text}");
    }
    let source = Source::new("x.md", "Use `az vm list` or `az deployment sub list`.\n".to_owned());
    assert_eq!(of_source(&source, Kind::Markdown), []);
}

#[test]
fn a_body_is_known_as_far_as_the_command_says_it() {
    let id = format!("{GROUP}Microsoft.ManagedIdentity/userAssignedIdentities/ID1");
    let reason = |text: &str| one(text).2.unwrap_err();
    assert!(reason("az vm identity assign -g rg -n vm").ends_with("it adds the system-assigned identity"));
    let added = format!("az vm identity assign -g rg -n vm --identities [System] ID1 {id}");
    assert!(reason(&added).ends_with("it adds the system-assigned identity, ID1, ID1"));
    assert!(reason("az vm identity remove -g rg -n vm --identities ID1").ends_with("it takes ID1 away"));
    for (text, body) in [
        (
            "az identity create -g rg -n i -l westus --tags a=b c",
            json!({"location": "westus", "tags": {"a": "b", "c": ""}}),
        ),
        (
            "az identity federated-credential create -g rg --identity-name i -n f --issuer https://x --subject \"a\\\"b\" --audiences d e",
            json!({"properties": {"issuer": "https://x", "subject": "a\"b", "audiences": ["d", "e"]}}),
        ),
        ("az vmss update-instances -g rg -n s --instance-ids 0 '*'", json!({"instanceIds": ["0", "*"]})),
        (
            "az resource patch -g rg -n s --resource-type A.B/c -p '{\"a\": 1}' --api-version 2024-01-01",
            json!({"properties": {"a": 1}}),
        ),
        (
            "P='{\"a\": 1}'\naz resource patch -g rg -n s --resource-type A.B/c --properties \"$P\"",
            json!({"properties": {"a": 1}}),
        ),
        (
            "echo '{\"a\": 1}' > p.json\naz resource patch -g rg -n s --resource-type A.B/c --properties @p.json",
            json!({"properties": {"a": 1}}),
        ),
        (
            "az resource create -g rg -n s --resource-type A.B/c --is-full-object --properties '{\"location\":\"x\"}'",
            json!({"location": "x"}),
        ),
        (
            "az resource invoke-action --action a --ids /subscriptions/S --request-body '{\"a\": [1]}'",
            json!({"a": [1]}),
        ),
    ] {
        assert_eq!(one(text).2, Ok(Some(body)), "{text}");
    }
    for (text, why) in [
        ("az identity create -g rg -n i", "az takes the location from the resource group"),
        (
            "az resource create -g rg -n s --resource-type A.B/c -p '{}'",
            "az adds the location of the resource group",
        ),
        (
            "az resource patch -g rg -n s --resource-type A.B/c -p @p.json",
            "a part of it is in the file p.json",
        ),
        (
            "az resource update --ids /subscriptions/S --set a.b=1 c[0].d=2 --remove e",
            "az reads the resource and sends all of it; it changes a.b, c[0].d, e",
        ),
        ("az deployment group create -g rg -f m.bicep -p a=b", "the template is in m.bicep"),
        (
            "az deployment group create -g rg -f m.bicep -p '{\"a\":{\"value\":1}}'",
            "the template is in m.bicep",
        ),
    ] {
        assert_eq!(one(text).2.unwrap_err(), why, "{text}");
    }
}

#[test]
fn the_url_is_put_together_of_names() {
    for (text, url) in [
        ("-g rg -n a --resource-type Microsoft.Web/sites", "Microsoft.Web/sites/a"),
        ("-g rg -n a --namespace Microsoft.Web --resource-type sites", "Microsoft.Web/sites/a"),
        (
            "-g rg -n s --resource-type subnets --namespace Microsoft.Network --parent virtualNetworks/v",
            "Microsoft.Network/virtualNetworks/v/subnets/s",
        ),
        (
            "-g rg -n v/s --resource-type Microsoft.Network/virtualNetworks/subnets",
            "Microsoft.Network/virtualNetworks/v/subnets/s",
        ),
        ("-n a --resource-type A.B/c", "/subscriptions/{subscriptionId}/providers/A.B/c/a"),
        ("-g rg -n a --resource-type A.B/c --api-version 2024-01-01", "A.B/c/a?api-version=2024-01-01"),
    ] {
        assert_eq!(one(&format!("az resource show {text}")).1, url, "{text}");
    }
    for (text, url) in [
        ("group create -g rg -f dir/main.bicep", format!("{GROUP}Microsoft.Resources/deployments/main")),
        ("group create -g rg -f main.bicep -n d", format!("{GROUP}Microsoft.Resources/deployments/d")),
        (
            "sub create -l westus -u https://x/y.json",
            "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments/{deploymentName}"
                .to_owned(),
        ),
        (
            "mg create -m g -l westus -f a.json",
            "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Resources/deployments/a"
                .to_owned(),
        ),
        ("tenant create -l westus -f a.json", "/providers/Microsoft.Resources/deployments/a".to_owned()),
    ] {
        let (method, found, _) = listed(&format!("az deployment {text}")).remove(0);
        assert_eq!((method.as_str(), found), ("PUT", format!("{url}?api-version=2025-04-01")), "{text}");
        let (method, found, _) = listed(&format!("az deployment {} -w", text.replace("-w", ""))).remove(0);
        assert_eq!(
            (method.as_str(), found),
            ("POST", format!("{url}/whatIf?api-version=2025-04-01")),
            "{text}"
        );
    }
}

#[test]
fn rules_speak_of_what_the_text_says_and_of_nothing_else() {
    let id =
        "/subscriptions/$SUB/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    for text in [
        format!("az vm identity assign -g rg -n vm --identities {id}"),
        format!("az vm identity remove -g \"my rg\" -n 'vm 1' --identities {id} [system]"),
        "az vm create -g rg -n vm --image x --assign-identity".to_owned(),
        format!("az vmss create -g rg -n s --image x --assign-identity {id}"),
        "az vmss create -g rg -n s --image x --assign-identity \"$ID\"".to_owned(),
        "az vmss create -g rg -n s --image x --orchestration-mode Uniform --assign-identity".to_owned(),
        "az vmss create -g rg -n s --image x".to_owned(),
        "az identity create -g rg -n i".to_owned(),
        "az resource show -g rg -n s --resource-type Microsoft.Compute/virtualMachines".to_owned(),
        "az resource update -g rg -n s --resource-type Microsoft.Compute/virtualMachines --set identity.type=UserAssigned"
            .to_owned(),
        "az resource create -g rg -n s --resource-type Microsoft.Web/sites -p '{\"serverFarmId\":\"x\"}'".to_owned(),
        "az deployment group create -g rg -f m.bicep -p '{\"a\":{\"value\":1}}' -p b='{\"c\":1}'".to_owned(),
    ] {
        assert_eq!(rules(&text), [""; 0], "{text}");
    }
    for (text, found) in [
        (format!("az vm identity assign -g rg -n vm --identities {}", &id[1..]), "identity-id-invalid"),
        (format!("az vm create -n vm --assign-identity {}", id.replace("Managed", "Manged")), "identity-id-invalid"),
        ("az vmss create -g rg -n s --image x --assign-identity".to_owned(), "identity-not-for-flexible"),
        (format!("az vmss create -n s --orchestration-mode flexible --assign-identity [system] {id}"), "identity-not-for-flexible"),
        (
            "az resource update --ids /subscriptions/$SUB/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/v \
             --set identity.type=System"
                .to_owned(),
            "identity-type-invalid",
        ),
        (
            "az resource patch --ids /subscriptions/$SUB/resourceGroups/rg/providers/Microsoft.Compute/virtualMachine/v \
             -p '{}' --api-version 2024-07-01"
                .to_owned(),
            "url-invalid",
        ),
        (
            "az resource patch -g rg -n v --resource-type Microsoft.Compute/virtualMachines --is-full-object \
             -p '{\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}'"
                .to_owned(),
            "identity-type-split",
        ),
        ("az resource create -g rg -n v --resource-type Microsoft.Web/sites -p '{\"a\":{}'".to_owned(), "unclosed-bracket"),
        ("az deployment group create -g rg -f m.bicep -p '{\"a\":{\"value\":1}'".to_owned(), "unclosed-bracket"),
        ("az deployment group create -g rg -f m.bicep -p {\"a\":{\"value\":1}}".to_owned(), "quotes-eaten"),
    ] {
        assert_eq!(rules(&text), [found], "{text}");
    }
}
