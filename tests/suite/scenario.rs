//! Every scenario in every version: bodies that the schemas and the linter have nothing to say about.

use crate::support::needs::shared_text;
use std::collections::HashMap;
use std::sync::LazyLock;

use armbody::arm::versions::published;
use armbody::arm::{
    ApiVersion, BlankStyle, BodyValue, Identity, IdentityBlock, Method, Request, ResourceType, apply,
};
use armbody::container::{Kind, calls};
use armbody::lint::{self, Given, Severity};
use armbody::notation::{self, Form, Layout, Templates, request};
use armbody::scenario::{Image, Scenario, ScenarioError, Spec, find_scenario, scenarios};
use armbody::schema::Schemas;
use armbody::text::Source;
use rayon::prelude::*;
use serde_json::{Value, json};

const MACHINES: [ResourceType; 2] = [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet];

/// Every request that the catalogue has: scenario, what was asked, request.
static REQUESTS: LazyLock<Vec<(&'static Scenario, Spec, Request)>> = LazyLock::new(every_request);

fn every_request() -> Vec<(&'static Scenario, Spec, Request)> {
    let templates = &Templates::embedded();
    let mut made = Vec::new();
    for scenario in scenarios().iter().filter(|scenario| scenario.method().is_some()) {
        for machine in MACHINES {
            let own = scenario.method().unwrap();
            let put = (own == Method::Patch).then_some(Method::Put);
            for method in [own].into_iter().chain(put) {
                for row in published(scenario.resource_type(machine)) {
                    for image in [Image::Windows, Image::Linux] {
                        let spec = Spec {
                            machine,
                            method: Some(method),
                            api_version: Some(row.version),
                            image,
                            ..Spec::default()
                        };
                        // Only what creates a machine has an image of its own.
                        if image == Image::Linux && own != Method::Put {
                            continue;
                        }
                        let first = scenario.first_version(machine, method).unwrap();
                        match scenario.request(&spec, templates) {
                            Ok(request) => {
                                assert!(row.version >= first, "{} {}", scenario.name, row.version);
                                made.push((scenario, spec, request));
                            }
                            Err(ScenarioError::Plan { error, .. }) => {
                                assert!(row.version < first, "{} {}", scenario.name, row.version);
                                assert_eq!(error.first_version, Some(first), "{}", scenario.name);
                            }
                            Err(error) => panic!("{} {}: {error}", scenario.name, row.version),
                        }
                    }
                }
            }
        }
    }
    made
}

fn json_of(request: &Request) -> Option<Value> {
    let text = request.body.as_ref()?.to_text(false).spell(BlankStyle::Angle);
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_body_is_valid_for_its_schema() {
    let schemas = Schemas::embedded();
    let mut validators: HashMap<(String, ApiVersion, Method), jsonschema::Validator> = HashMap::new();
    let mut checked = 0;
    for (scenario, spec, request) in REQUESTS.iter() {
        let Some(body) = json_of(request) else { continue };
        let version = request.target.api_version;
        let name = request.target.resource_type.as_str();
        let validator = validators.entry((name.to_owned(), version, request.method)).or_insert_with(|| {
            let schema = schemas.standalone(name, request.method, version).unwrap().unwrap();
            jsonschema::draft202012::new(&schema).unwrap()
        });
        let errors: Vec<String> =
            validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{} {version} {:?}: {errors:?}\n{body}", scenario.name, spec.image);
        checked += 1;
    }
    assert!(checked > 1_000, "{checked}");
}

/// The forms that are calls, their files and their fences.
const CALLS: [(Form, Kind, &str); 4] = [
    (Form::Curl, Kind::Shell, "bash"),
    (Form::Az, Kind::Shell, "azurecli"),
    (Form::Http, Kind::Http, "http"),
    (Form::PowerShell, Kind::PowerShell, "azurepowershell"),
];

#[test]
fn every_text_lints_clean_and_is_read_back() {
    let templates = Templates::embedded();
    REQUESTS.par_iter().enumerate().for_each(|(at, (scenario, spec, made))| {
        // In a method that is not the scenario's own, and on Linux, one style after the other will do.
        let own = scenario.method() == Some(made.method) && spec.image == Image::Windows;
        for (_, style) in BlankStyle::ALL.into_iter().enumerate().filter(|(one, _)| own || *one == at % 3) {
            for (form, file, fence) in CALLS {
                let layout = Layout { blanks: style, pretty: at % 2 == 1, ..Layout::new(&templates) };
                let call = notation::write(form, made, &layout).unwrap();
                let fenced = format!("# {}\n\n```{fence}\n{call}\n```\n", scenario.says(spec.machine));
                for (text, kind) in [(call, file), (fenced, Kind::Markdown)] {
                    let source = Source::new("text", text.as_str());
                    let read: Vec<Request> =
                        calls(&source, kind).iter().map(|call| request(call).unwrap()).collect();
                    assert_eq!(read, std::slice::from_ref(made), "{text}");
                    // A placeholder belongs in a document; in a file, only a variable does.
                    let filled = kind == Kind::Markdown
                        || style == BlankStyle::Shell
                        || (form == Form::Http && style == BlankStyle::Braces);
                    assert_clean(&source, kind, Given::default(), filled);
                }
            }
        }
        if made.body.is_some() {
            let given = Given {
                resource_type: made.target.resource_type.known(),
                method: Some(made.method),
                api_version: Some(made.target.api_version),
            };
            for pretty in [false, true] {
                let layout = Layout { pretty, ..Layout::new(&templates) };
                let body = notation::write(Form::Json, made, &layout).unwrap();
                assert_clean(&Source::new("body.json", body), Kind::Json, given, false);
            }
        }
    });
}

/// Nothing but the note that a PATCH takes identities away, and where not all is filled in, the note that says so.
fn assert_clean(source: &Source, kind: Kind, given: Given, filled: bool) {
    let options = {
        let mut options = lint::Options::default();
        options.given = given;
        options
    };
    let mut findings = lint::check(source, kind, &options);
    findings.retain(|finding| {
        let meant =
            finding.rule.name == "identity-drops" || (finding.rule.name == "placeholder-left" && !filled);
        !(meant && finding.severity == Severity::Note)
    });
    let said: Vec<_> = findings.iter().map(|finding| (finding.rule.name, &finding.message)).collect();
    assert!(said.is_empty(), "{said:?}\n{}", source.text());
}

#[test]
fn every_change_leads_to_its_state() {
    for (scenario, spec, request) in REQUESTS.iter() {
        let ids = scenario.ids(spec).unwrap();
        let Some((before, after)) = scenario.states(&ids) else { continue };
        let block = block_of(request.body.as_ref().and_then(|body| body.member("identity")).unwrap());
        let applied = apply(&before, Some(&block), spec.machine, request.target.api_version, request.method);
        assert_eq!(applied, Ok(after), "{} {}", scenario.name, request.target.api_version);
    }
}

/// The block that a body has, read without the code that wrote it.
fn block_of(value: &BodyValue) -> IdentityBlock {
    use armbody::arm::{BlockIds, IdChange, IdentityTypeReading, parse_identity_type};
    let json: Value = serde_json::from_str(&value.to_text(false).spell(BlankStyle::Angle)).unwrap();
    let IdentityTypeReading::Exact(identity_type) = parse_identity_type(json["type"].as_str().unwrap())
    else {
        panic!("{json}")
    };
    let ids = match (&json["identityIds"], &json["userAssignedIdentities"]) {
        (Value::Array(ids), Value::Null) => {
            BlockIds::List(ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect())
        }
        (Value::Null, Value::Object(map)) => {
            let change = |value: &Value| if value.is_null() { IdChange::Remove } else { IdChange::Assign };
            BlockIds::Map(map.iter().map(|(id, value)| (id.clone(), change(value))).collect())
        }
        _ => BlockIds::Absent,
    };
    IdentityBlock { identity_type, ids }
}

const IDENTITIES: &str = "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/\
                          Microsoft.ManagedIdentity/userAssignedIdentities/";

fn id(name: &str) -> String {
    format!("{IDENTITIES}{name}")
}

fn rendered(name: &str, version: &str, vm: &str) -> (String, Value) {
    let mut spec = Spec { api_version: Some(version.parse().unwrap()), ..Spec::default() };
    spec.names.set(armbody::arm::NameKind::VirtualMachine, vm).unwrap();
    let request = find_scenario(name).unwrap().request(&spec, &Templates::embedded()).unwrap();
    let url = request.target.url().spell(BlankStyle::Angle);
    (format!("{} {url}", request.method), json_of(&request).unwrap())
}

/// A Windows machine as a reader of a tutorial would create it, with an identity.
fn machine(identity: &Value) -> Value {
    json!({
        "location": "westus",
        "name": "myVM",
        "identity": identity,
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2_v2"},
            "storageProfile": {
                "imageReference": {
                    "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer",
                    "sku": "2016-Datacenter", "version": "latest"
                },
                "osDisk": {
                    "name": "TestVM3osdisk", "createOption": "FromImage", "caching": "ReadWrite",
                    "managedDisk": {"storageAccountType": "Standard_LRS"}
                },
                "dataDisks": [
                    {"lun": 0, "createOption": "Empty", "diskSizeGB": 1023},
                    {"lun": 1, "createOption": "Empty", "diskSizeGB": 1023}
                ]
            },
            "osProfile": {
                "adminUsername": "azureuser", "adminPassword": "<ADMIN PASSWORD>", "computerName": "myVM"
            },
            "networkProfile": {"networkInterfaces": [{
                "id": "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/\
                       Microsoft.Network/networkInterfaces/myNic",
                "properties": {"primary": true}
            }]}
        }
    })
}

/// The ten requests of a how-to about identities, in the two forms that user-assigned ones have.
#[test]
fn the_how_to_s_requests_come_out_as_meant() {
    let both = "SystemAssigned, UserAssigned";
    let list = |kind: &str, names: &[&str]| json!({"type": kind, "identityIds": names.iter().map(|name| id(name)).collect::<Vec<_>>()});
    let map = |kind: &str, entries: &[(&str, Value)]| {
        let entries: serde_json::Map<String, Value> =
            entries.iter().map(|(name, value)| (id(name), value.clone())).collect();
        json!({"type": kind, "userAssignedIdentities": entries})
    };
    let system = json!({"type": "SystemAssigned"});
    let none = json!({"type": "None"});
    let (assign, remove) = (json!({}), Value::Null);
    let expected = [
        ("create-system-assigned", "myVM", system.clone(), system.clone()),
        ("enable-system-assigned", "myVM", system.clone(), system.clone()),
        (
            "enable-system-assigned-keep",
            "TestVM",
            list(both, &["ID1", "ID2"]),
            map(both, &[("ID1", assign.clone()), ("ID2", assign.clone())]),
        ),
        ("disable-system-assigned", "myVM", none.clone(), none.clone()),
        (
            "create-user-assigned",
            "myVM",
            list("UserAssigned", &["ID1"]),
            map("UserAssigned", &[("ID1", assign.clone())]),
        ),
        (
            "assign-user-assigned",
            "myVM",
            list("UserAssigned", &["ID1"]),
            map("UserAssigned", &[("ID1", assign.clone())]),
        ),
        (
            "add-user-assigned-keep",
            "TestVM",
            list(both, &["ID1", "ID2"]),
            map(both, &[("ID2", assign.clone())]),
        ),
        ("remove-user-assigned-keep", "myVM", list(both, &["ID1"]), map(both, &[("ID2", remove)])),
        ("remove-all-user-assigned", "TestVM", system.clone(), system),
        ("remove-all", "myVM", none.clone(), none),
    ];
    for (name, vm, with_list, with_map) in expected {
        for (version, identity) in [("2017-12-01", with_list), ("2018-06-01", with_map)] {
            let (call, body) = rendered(name, version, vm);
            let creates = name.starts_with("create");
            let method = if creates { "PUT" } else { "PATCH" };
            assert_eq!(
                call,
                format!(
                    "{method} https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/\
                     myResourceGroup/providers/Microsoft.Compute/virtualMachines/{vm}?api-version={version}"
                )
            );
            let wanted = if creates { machine(&identity) } else { json!({"identity": identity}) };
            assert_eq!(body, wanted, "{name} {version}");
        }
    }
}

#[test]
fn several_identities_are_shared_out_by_the_scenario() {
    let names = ["A-1", "B-2", "C-3"];
    let spec = Spec { identities: names.map(str::to_owned).to_vec(), ..Spec::default() };
    let states = |name: &str| {
        let scenario = find_scenario(name).unwrap();
        scenario.states(&scenario.ids(&spec).unwrap()).unwrap()
    };
    let (first_two, all) = ([id("A-1"), id("B-2")], names.map(id));
    assert_eq!(
        states("add-user-assigned-keep"),
        (Identity::new(true, first_two.clone()), Identity::new(true, all.clone()))
    );
    assert_eq!(
        states("remove-user-assigned-keep"),
        (Identity::new(true, all.clone()), Identity::new(true, first_two))
    );
    assert_eq!(states("create-both").1, Identity::new(true, all));
}

#[test]
fn no_secret_and_no_subscription_is_literal() {
    for (scenario, _, made) in REQUESTS.iter() {
        let templates = Templates::embedded();
        let text = notation::write(Form::Curl, made, &Layout::new(&templates)).unwrap();
        assert!(!armbody::arm::is_real_guid(&text) && !text.contains("assword\":\"m"), "{}", scenario.name);
        for part in text.split(['/', '"', '\'', ' ']) {
            assert!(!armbody::arm::looks_like_guid(part), "{part}");
        }
        if let Some(at) = text.find("adminPassword") {
            assert!(text[at..].starts_with(r#"adminPassword":"<ADMIN PASSWORD>""#), "{}", scenario.name);
        }
        assert!(text.contains("Bearer <ACCESS TOKEN>") && text.contains("/subscriptions/<SUBSCRIPTION ID>/"));
    }
}

/// A how-to whose calls are all rendered has nothing wrong with it.
#[test]
#[ignore = "needs the shared cases"]
fn the_article_with_rendered_calls_lints_clean() {
    let article = shared_text("seed/how-to-configure-vm-identity-rest.md");
    let templates = Templates::embedded();
    let source = Source::new("article.md", article.as_str());
    let calls = calls(&source, Kind::Markdown);
    let writes: Vec<_> = calls.iter().filter(|call| call.body.text().is_some()).collect();
    let scenarios = [
        "create-system-assigned",
        "enable-system-assigned",
        "enable-system-assigned-keep",
        "disable-system-assigned",
        "create-user-assigned",
        "assign-user-assigned",
        "add-user-assigned-keep",
        "remove-user-assigned-keep",
        "remove-all-user-assigned",
        "remove-all",
    ];
    assert_eq!(writes.len(), scenarios.len());
    for version in ["2017-12-01", "2018-06-01", "2024-07-01"] {
        let mut text = String::new();
        let mut done = 0;
        for (call, name) in writes.iter().zip(scenarios) {
            let spec = Spec { api_version: Some(version.parse().unwrap()), ..Spec::default() };
            let request = find_scenario(name).unwrap().request(&spec, &templates).unwrap();
            text.push_str(&article[done..call.span.range().start]);
            text.push_str(&notation::write(Form::Curl, &request, &Layout::new(&templates)).unwrap());
            done = call.span.range().end;
        }
        text.push_str(&article[done..]);
        assert_clean(&Source::new("article.md", text), Kind::Markdown, Given::default(), true);
    }
}
