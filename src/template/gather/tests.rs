use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Gathered, Sent, gather};
use crate::json::{Dialect, Tree};
use crate::template::{self, Options};

const S: &str = "/subscriptions/11111111-1111-4111-8111-111111111111";

fn put(id: &str, body: Value) -> Sent {
    Sent { id: id.to_owned(), api_version: "2023-01-01".to_owned(), body }
}

/// What a deployment of the template sends: ids in lower case, versions and bodies; and which comes after which.
fn sent_again(gathered: &Gathered) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
    let text = gathered.template.as_ref().expect("a template").to_string();
    let tree = Tree::parse(&text, Dialect::STRICT);
    let mut options = Options::default();
    options.target = gathered.scope.parse().unwrap_or_else(|error| panic!("{error}"));
    options.location = Some("westus".to_owned());
    let root = tree.root().expect("a value");
    let expansion = template::expand(template::Value::from_node(root, 0), &options);
    assert!(expansion.refusals.is_empty(), "{:?}\n{text}", expansion.refusals);
    assert!(expansion.left_out.is_empty(), "{:?}", expansion.left_out);
    let id = |at: usize| expansion.requests[at].id.as_str().expect("an id").to_ascii_lowercase();
    let all = expansion.requests.iter().map(|it| {
        let version = it.api_version.as_str().expect("a version");
        row(it.id.as_str().expect("an id"), version, &it.body.to_json())
    });
    let after = expansion.requests.iter().enumerate().flat_map(|(at, it)| {
        let id = &id;
        it.after.iter().map(move |before| (id(*before as usize), id(at)))
    });
    (all.collect(), after.collect())
}

fn row(id: &str, version: &str, body: &Value) -> String {
    json!([id.to_ascii_lowercase(), version, body]).to_string()
}

fn rows(all: &[Sent]) -> BTreeSet<String> {
    all.iter().map(|it| row(&it.id, &it.api_version, &it.body)).collect()
}

fn no_secret(_: &str) -> bool {
    false
}

#[test]
fn a_page_of_calls_is_one_template() {
    let group = format!("{S}/resourceGroups/g");
    let nic = format!("{group}/providers/Microsoft.Network/networkInterfaces/n");
    let vm = format!("{group}/providers/Microsoft.Compute/virtualMachines/v");
    let all = [
        put(
            &format!("{group}/providers/Microsoft.Network/virtualNetworks/net"),
            json!({"location": "westus", "properties": {}}),
        ),
        put(
            &format!("{group}/providers/Microsoft.Network/virtualNetworks/net/subnets/a"),
            json!({"properties": {"addressPrefix": "10.0.0.0/24"}}),
        ),
        put(
            &nic,
            json!({"properties": {"subnet": {"id": format!("{group}/providers/Microsoft.Network/virtualNetworks/net/subnets/a")}, "x": "[not an expression]"}}),
        ),
        put(
            &vm,
            json!({"location": "westus", "identity": {"userAssignedIdentities": {format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"): {}}}, "properties": {"nic": nic}}),
        ),
        put(
            &format!("{vm}/providers/Microsoft.Insights/diagnosticSettings/d"),
            json!({"properties": {"logs": []}}),
        ),
    ];
    let gathered = gather(&all, &no_secret);
    assert_eq!((gathered.scope.as_str(), gathered.left_out.len()), (group.as_str(), 0));
    let template = gathered.template.as_ref().expect("a template");
    let resources = template["resources"].as_array().expect("resources");
    assert_eq!(
        resources[1]["dependsOn"],
        json!(["[resourceId('Microsoft.Network/virtualNetworks', 'net')]"])
    );
    assert_eq!(resources[1]["name"], "net/a");
    assert_eq!(resources[3]["properties"]["nic"], "[resourceId('Microsoft.Network/networkInterfaces', 'n')]");
    assert_eq!(resources[4]["scope"], "Microsoft.Compute/virtualMachines/v");
    let (again, after) = sent_again(&gathered);
    assert_eq!(again, rows(&all));
    assert!(after.contains(&(nic.to_lowercase(), vm.to_lowercase())), "{after:?}");
}

#[test]
fn other_scopes_are_nested_deployments() {
    let group = format!("{S}/resourceGroups/g");
    let all = [
        put(&group, json!({"location": "westus"})),
        put(
            &format!("{group}/providers/Microsoft.Storage/storageAccounts/s"),
            json!({"location": "westus", "kind": "StorageV2"}),
        ),
        put(
            &format!("{S}/providers/Microsoft.Authorization/roleAssignments/r"),
            json!({"properties": {"scope": format!("{group}/providers/Microsoft.Storage/storageAccounts/s")}}),
        ),
        put(
            &format!("{S}/resourceGroups/h/providers/Microsoft.Storage/storageAccounts/t"),
            json!({"location": "westus"}),
        ),
        put(
            "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/u",
            json!({"location": "westus"}),
        ),
    ];
    let gathered = gather(&all, &no_secret);
    assert_eq!((gathered.scope.as_str(), gathered.left_out.len()), (S, 0), "{:?}", gathered.left_out);
    let (again, after) = sent_again(&gathered);
    assert_eq!(again, rows(&all));
    let store = format!("{group}/providers/Microsoft.Storage/storageAccounts/s").to_lowercase();
    assert!(after.contains(&(group.to_lowercase(), store.clone())), "{after:?}");
    assert!(
        after.contains(&(
            store,
            format!("{S}/providers/Microsoft.Authorization/roleAssignments/r").to_lowercase()
        )),
        "{after:?}"
    );
}

#[test]
fn secrets_and_placeholders_are_parameters() {
    let id = "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/<VM NAME>";
    let all = [put(
        id,
        json!({"properties": {"adminPassword": "S3cr3t-Xy!", "again": "S3cr3t-Xy!", "token": "<YOUR TOKEN>"}}),
    )];
    let gathered = gather(&all, &|text| text == "S3cr3t-Xy!");
    let template = gathered.template.expect("a template");
    assert!(!template.to_string().contains("S3cr3t"), "{template}");
    assert_eq!(
        template["parameters"],
        json!({"vmName": {"type": "string"}, "adminPassword": {"type": "securestring"}, "token": {"type": "securestring"}})
    );
    assert_eq!(template["resources"][0]["name"], "[parameters('vmName')]");
    assert_eq!(template["resources"][0]["properties"]["again"], "[parameters('adminPassword')]");
}

/// As many names to try as there are secrets, however many want the same name.
#[test]
fn many_secrets_of_one_name_are_parameters_of_their_own() {
    let all: Vec<Sent> = (0..300)
        .map(|at| {
            let id = format!("{S}/resourceGroups/g/providers/A.B/c/n{at}");
            put(&id, json!({"properties": {"password": format!("s3cret-{at}")}}))
        })
        .collect();
    let before = crate::text::steps().unwrap_or_default();
    let gathered = gather(&all, &|text: &str| text.starts_with("s3cret-"));
    let tried = crate::text::steps().unwrap_or_default() - before;
    assert!(tried < 10 * 300, "{tried}");
    let template = gathered.template.expect("a template");
    let parameters = template["parameters"].as_object().expect("parameters");
    assert_eq!(parameters.len(), all.len());
    assert!(parameters.values().all(|it| it["type"] == "securestring"));
    assert_eq!(template["resources"][299]["properties"]["password"], "[parameters('password300')]");
}

#[test]
fn what_cannot_be_said_is_left_out_in_words() {
    let id = format!("{S}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/s");
    let why = |id: &str, body: Value| {
        let gathered = gather(&[put(id, body)], &no_secret);
        assert!(gathered.template.is_none());
        gathered.left_out[0].1.clone()
    };
    assert!(why(&id, json!([])).contains("not an object"));
    assert!(why(&id, json!({"dependsOn": []})).contains("`dependsOn`"));
    assert!(why(&id, json!({"id": "/other"})).contains("`id`"));
    assert!(why(&id, json!({"more": 1})).contains("`more`"));
    assert!(why(&id, json!({"properties": {"copy": []}})).contains("loop"));
    assert!(why(&id, json!({"name": "other"})).contains("not that of its URL"));
    assert!(
        why(&format!("{S}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts"), json!({}))
            .contains("URL")
    );
    assert!(why("/subscriptions", json!({})).contains("URL"));
    assert!(
        why("/x/providers/Microsoft.Storage/storageAccounts/s", json!({})).contains("names no subscription")
    );
    assert!(
        why(&format!("{S}/resourceGroups/g/providers/Microsoft.Resources/deployments/d"), json!({}))
            .contains("deployment")
    );
    let twice = gather(
        &[
            put(&id, json!({"kind": "1"})),
            put(&id.to_uppercase(), json!({"kind": "2", "name": "s", "tags": null})),
        ],
        &no_secret,
    );
    assert_eq!(twice.left_out.len(), 1);
    assert_eq!(twice.notes.len(), 2);
    assert_eq!(twice.template.expect("a template")["resources"][0]["kind"], "2");
}

/// Names, types and scopes of a resource.
fn id() -> impl Strategy<Value = String> {
    let scope = prop::sample::select(vec![
        format!("{S}/resourceGroups/g"),
        format!("{S}/resourceGroups/g"),
        format!("{S}/resourceGroups/g2"),
        S.to_owned(),
        "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/g".to_owned(),
        "/providers/Microsoft.Management/managementGroups/m".to_owned(),
        String::new(),
    ]);
    let kind = prop::sample::select(vec![vec!["a"], vec!["b"], vec!["a", "c"], vec!["a", "c", "d"]]);
    let name = prop::sample::select(vec!["x", "y", "z-1", "it's", "q (1)", "[w]"]);
    let extension =
        prop::option::of((prop::sample::select(vec!["e", "f"]), prop::sample::select(vec!["l", "k"])));
    (scope, kind, prop::collection::vec(name, 3), extension).prop_map(|(scope, kind, names, extension)| {
        let mut id = format!("{scope}/providers/Contoso.Test");
        for (kind, name) in kind.iter().zip(&names) {
            id.push_str(&format!("/{kind}/{name}"));
        }
        if let Some((kind, name)) = extension {
            id.push_str(&format!("/providers/Contoso.More/{kind}/{name}"));
        }
        id
    })
}

fn value(ids: Vec<String>) -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        prop::sample::select(ids),
        prop::sample::select(vec![
            "",
            "a",
            "[a]",
            "[[b]",
            "[",
            "it's",
            "[parameters('x')]",
            "é😀",
            "/",
            "/providers/x"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        text.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..3).prop_map(|members| {
                let mut seen = BTreeSet::new();
                let members = members.into_iter().filter(|(name, _)| seen.insert(name.to_lowercase()));
                Value::Object(members.collect())
            }),
        ]
    })
}

fn requests() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(id(), 1..7).prop_flat_map(|ids| {
        let body = prop::collection::vec(value(ids.clone()), ids.len());
        (Just(ids), body).prop_map(|(ids, bodies)| {
            let mut seen = BTreeSet::new();
            let all = ids.iter().zip(bodies).filter(|(id, _)| seen.insert(id.to_lowercase()));
            all.map(|(id, body)| put(id, json!({ "location": "westus", "properties": body }))).collect()
        })
    })
}

proptest! {
    /// A deployment of the template sends the requests again, and none before what it refers to.
    #[test]
    fn a_deployment_of_the_template_sends_the_requests(mut all in requests()) {
        for sent in &mut all {
            if sent.body["properties"].is_null() {
                sent.body.as_object_mut().expect("an object").remove("properties");
            }
        }
        let gathered = gather(&all, &no_secret);
        prop_assert!(gathered.left_out.is_empty(), "{:?}", gathered.left_out);
        let (again, after) = sent_again(&gathered);
        prop_assert_eq!(again, rows(&all));
        for (at, sent) in all.iter().enumerate() {
            for earlier in &all[..at] {
                let id = earlier.id.to_lowercase();
                let own = sent.id.to_lowercase();
                if own.starts_with(&format!("{id}/")) {
                    let reaches = |from: &str| after.iter().any(|(a, b)| a == from && *b == own);
                    // By way of another that stands between.
                    let between = all[..at].iter().any(|it| it.id.len() > earlier.id.len() && own.starts_with(&format!("{}/", it.id.to_lowercase())));
                    prop_assert!(reaches(&id) || between, "{} waits for {}", own, id);
                }
            }
        }
    }
}
