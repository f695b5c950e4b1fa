//! Every identity scenario on every type that the pack describes with an `identity` block, in each of its versions:
//! rendered, read back, linted, and applied to the state before. What a type may not take as PATCH is planned from an
//! answer, as a PUT of the whole resource.
//!
//! One version in five; all of them where `ARMBODY_WHOLE` is set.

use crate::support::thorough::is_thorough;
use std::collections::BTreeMap;

use armbody::arm::{
    BlankStyle, BlockIds, BodyValue, Cloud, IdChange, Identity, IdentityBlock, IdentityForm, Method,
    NameKind, Request, ResourceTypeName, Scopes, published_identity_type,
};
use armbody::container::{Kind, calls};
use armbody::lint::{self, Severity};
use armbody::notation::{self, Form, IdentityChange, Layout, Templates, request};
use armbody::scenario::{
    Current, OtherResource, Place, Planner, Scenario, ScenarioError, Spec, SystemWish, Wishes, scenarios,
};
use armbody::schema::Contracts;
use armbody::schema::types::{InVersion, Pack};
use armbody::text::Source;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// The forms that are calls, and the files that they stand in.
const CALLS: [(Form, Kind); 4] = [
    (Form::Curl, Kind::Shell),
    (Form::Az, Kind::Shell),
    (Form::Http, Kind::Http),
    (Form::PowerShell, Kind::PowerShell),
];

/// A subscription that the planned resources are in.
const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

#[derive(Default)]
struct Counts {
    rendered: usize,
    planned: usize,
    cannot: usize,
    forms: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Counts {
    fn and(mut self, other: Self) -> Self {
        self.rendered += other.rendered;
        self.planned += other.planned;
        self.cannot += other.cannot;
        for (form, count) in other.forms {
            *self.forms.entry(form).or_default() += count;
        }
        self.wrong.extend(other.wrong);
        self
    }
}

#[test]
fn every_scenario_of_every_type_ends_in_the_wanted_state() {
    let types = Pack::embedded().types().filter(|it| {
        // The instances of a scale set have the identities of the set, and machines are known better.
        let name = ResourceTypeName::parse(it.name()).unwrap();
        name.known().is_none() && !it.name().ends_with("virtualMachineScaleSets/virtualMachines")
    });
    let versions = types.flat_map(armbody::schema::types::Described::versions);
    let versions: Vec<InVersion<'_>> = versions.filter(|it| it.identity().is_some()).collect();
    assert!(versions.len() > 3_000, "{}", versions.len());
    let step = match std::env::var_os("ARMBODY_WHOLE") {
        Some(_) => 1,
        None if is_thorough() => 5,
        None => 25,
    };
    let chosen: Vec<InVersion<'_>> = versions.into_iter().step_by(step).collect();
    let counts = chosen
        .par_iter()
        .enumerate()
        .map(|(at, version)| of_version(*version, at))
        .reduce(Counts::default, Counts::and);
    println!(
        "{} versions of types: {} requests rendered, {} planned from an answer, {} that the version cannot; {:?}",
        chosen.len(),
        counts.rendered,
        counts.planned,
        counts.cannot,
        counts.forms
    );
    let shown: Vec<&String> = counts.wrong.iter().take(25).collect();
    assert!(counts.wrong.is_empty(), "{} wrong: {shown:#?}", counts.wrong.len());
    assert!(counts.rendered > 15_000 / step && counts.planned > 5_000 / step);
}

fn of_version(described: InVersion<'_>, at: usize) -> Counts {
    let templates = Templates::embedded();
    let name = ResourceTypeName::parse(described.described().name()).unwrap();
    let version = described.version();
    let contract = Contracts::of(&name).unwrap().contract(version);
    let mut counts = Counts::default();
    for (index, scenario) in scenarios().iter().filter(|it| it.is_about_machines()).enumerate() {
        let other = OtherResource::new(&name, None, scope_of(described).as_deref()).unwrap();
        let mut spec = Spec { api_version: Some(version), other: Some(other), ..Spec::default() };
        spec.names.set(NameKind::Subscription, SUBSCRIPTION).unwrap();
        let states = scenario.states(&scenario.ids(&spec).unwrap());
        let made = match scenario.request(&spec, &templates) {
            Ok(request) => {
                counts.rendered += 1;
                request
            }
            Err(ScenarioError::Plan { .. }) => {
                counts.cannot += 1;
                continue;
            }
            Err(ScenarioError::NeedsCurrent(..)) => {
                let (before, after) = states.as_ref().unwrap();
                match planned(described, before, after) {
                    Ok(Some(request)) => {
                        counts.planned += 1;
                        request
                    }
                    Ok(None) => {
                        counts.cannot += 1;
                        continue;
                    }
                    Err(why) => {
                        counts.wrong.push(format!("{name} {version} {}: {why}", scenario.name));
                        continue;
                    }
                }
            }
            Err(error) => {
                counts.wrong.push(format!("{name} {version} {}: {error}", scenario.name));
                continue;
            }
        };
        let mut wrong = |why: String| counts.wrong.push(format!("{name} {version} {}: {why}", scenario.name));
        if let Some((before, after)) = &states {
            let block = made.body.as_ref().and_then(|body| body.member("identity")).map(block_of);
            let Some(Some(block)) = block else {
                wrong("no block".to_owned());
                continue;
            };
            let applied = contract.apply(before, Some(&block), made.method);
            if applied.as_ref() != Ok(after) {
                wrong(format!("ends in {applied:?}, not in {after:?}"));
            }
        }
        for why in texts(&made, scenario, states.as_ref(), &templates, at + index, &mut counts.forms) {
            counts.wrong.push(format!("{name} {version} {}: {why}", scenario.name));
        }
    }
    counts
}

/// The id of something that a resource of a type can belong to, for a type that lives nowhere else.
fn scope_of(described: InVersion<'_>) -> Option<String> {
    let lives = lives(described);
    let elsewhere = [Scopes::RESOURCE_GROUP, Scopes::SUBSCRIPTION, Scopes::TENANT];
    match () {
        () if elsewhere.iter().any(|level| lives.meets(*level)) => None,
        () if lives.meets(Scopes::MANAGEMENT_GROUP) => {
            Some("/providers/Microsoft.Management/managementGroups/mg1".to_owned())
        }
        () => Some(format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/store1"
        )),
    }
}

fn lives(described: InVersion<'_>) -> Scopes {
    if described.writable().is_empty() { described.readable() } else { described.writable() }
}

/// The request for a resource that is there, planned from what a GET returns of it.
fn planned(described: InVersion<'_>, before: &Identity, after: &Identity) -> Result<Option<Request>, String> {
    let name = described.described().name();
    let types = name.split('/').skip(1);
    let path = types.fold(String::new(), |path, kind| path + "/" + kind + "/one");
    let namespace = name.split('/').next().unwrap();
    let scope = scope_of(described).unwrap_or_else(|| {
        let lives = lives(described);
        let group = if lives.meets(Scopes::RESOURCE_GROUP) { "/resourceGroups/g" } else { "" };
        let below = lives.meets(Scopes::RESOURCE_GROUP) || lives.meets(Scopes::SUBSCRIPTION);
        if below { format!("/subscriptions/{SUBSCRIPTION}{group}") } else { String::new() }
    });
    let mut answer = Map::new();
    answer.insert("id".to_owned(), json!(format!("{scope}/providers/{namespace}{path}")));
    answer.insert("name".to_owned(), json!("one"));
    answer.insert("type".to_owned(), json!(name));
    if described.takes_location() {
        answer.insert("location".to_owned(), json!("westus"));
    }
    answer.extend(described.least_body());
    answer.insert("systemData".to_owned(), json!({ "createdBy": "somebody" }));
    answer.insert("identity".to_owned(), identity_of(before));
    let current = Current::read(&Value::Object(answer).to_string()).map_err(|error| error.to_string())?;
    let wishes = Wishes {
        system: if after.system_assigned { SystemWish::On } else { SystemWish::Off },
        only: after.user_assigned.iter().map(|id| id.as_str().to_owned()).collect(),
        remove: if after.user_assigned.is_empty() {
            before.user_assigned.iter().map(|id| id.as_str().to_owned()).collect()
        } else {
            Vec::new()
        },
        ..Wishes::default()
    };
    let planner = Planner {
        wishes: &wishes,
        given: Place::default(),
        machine: None,
        method: None,
        api_version: Some(described.version()),
        usual_version: None,
        cloud: Cloud::Public,
        minimal: false,
        undo: false,
    };
    match planner.plan(&current) {
        Ok(change) => {
            let request = change.request().ok_or("nothing to do")?;
            if request.method != Method::Put {
                return Err(format!("planned a {}", request.method));
            }
            Ok(Some(request))
        }
        Err(armbody::scenario::ChangeError::Plan { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn identity_of(identity: &Identity) -> Value {
    let mut block = json!({ "type": identity.identity_type().to_string() });
    if !identity.user_assigned.is_empty() {
        let ids = identity.user_assigned.iter().map(|id| (id.as_str().to_owned(), json!({})));
        block["userAssignedIdentities"] = Value::Object(ids.collect());
    }
    block
}

/// What is wrong with the texts of a request: one form of call after the other, the body alone, and declarations.
fn texts(
    made: &Request,
    scenario: &Scenario,
    states: Option<&(Identity, Identity)>,
    templates: &Templates,
    at: usize,
    forms: &mut BTreeMap<&'static str, usize>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let layout = Layout { pretty: at % 2 == 1, ..Layout::new(templates) };
    let (form, kind) = CALLS[at % CALLS.len()];
    *forms.entry(form.as_str()).or_default() += 1;
    match notation::write(form, made, &layout) {
        Ok(text) => {
            let source = Source::new("text", text.as_str());
            let read: Vec<_> = calls(&source, kind).iter().map(request).collect();
            if read.len() != 1 || read[0].as_ref() != Ok(made) {
                wrong.push(format!("read back as {read:?}, not {made:?}"));
            }
            wrong.extend(findings(&source, kind));
        }
        Err(error) => wrong.push(error.to_string()),
    }
    let change = states.map(|(before, after)| IdentityChange { before, after });
    for form in [Form::Template, Form::Bicep, Form::Terraform] {
        let written = match change {
            Some(change) if scenario.method() == Some(Method::Patch) => {
                notation::write_change(form, made, change, &layout)
            }
            _ => notation::write(form, made, &layout),
        };
        match written {
            Ok(text) => {
                *forms.entry(form.as_str()).or_default() += 1;
                if form == Form::Template {
                    wrong.extend(findings(&Source::new("azuredeploy.json", text.as_str()), Kind::Json));
                }
            }
            Err(notation::WriteError::NotDeployed(_) | notation::WriteError::NoEquivalent { .. }) => {}
            Err(error) => wrong.push(error.to_string()),
        }
    }
    wrong
}

/// What the linter says of a text, but for what has to be filled in and what a PATCH takes away.
fn findings(source: &Source, kind: Kind) -> Vec<String> {
    const MEANT: [&str; 4] =
        ["identity-drops", "placeholder-left", "preview-superseded", "literal-subscription-id"];
    let findings = lint::check(source, kind, &lint::Options::default());
    let meant = |rule: &str| MEANT.contains(&rule);
    let findings = findings.into_iter().filter(|it| !(meant(it.rule.name) && it.severity == Severity::Note));
    findings.map(|it| format!("{} {}: {}", it.severity, it.rule.name, it.message)).collect()
}

/// The block that a body has, read without the code that wrote it.
fn block_of(value: &BodyValue) -> Option<IdentityBlock> {
    let json: Value = serde_json::from_str(&value.to_text(false).spell(BlankStyle::Angle)).ok()?;
    let identity_type = published_identity_type(json["type"].as_str()?)?;
    let ids = match &json["userAssignedIdentities"] {
        Value::Object(map) => {
            let change = |value: &Value| if value.is_null() { IdChange::Remove } else { IdChange::Assign };
            BlockIds::Map(map.iter().map(|(id, value)| (id.clone(), change(value))).collect())
        }
        _ => BlockIds::Absent,
    };
    Some(IdentityBlock { identity_type, ids })
}

/// The value for both kinds is spelt as the type and version has it.
#[test]
fn the_joined_value_is_spelt_as_the_version_has_it() {
    let mut spelt: BTreeMap<String, usize> = BTreeMap::new();
    for described in Pack::embedded().types().flat_map(armbody::schema::types::Described::versions) {
        let Some(facts) = described.identity() else { continue };
        let contract = described.identity_contract();
        if contract.form == IdentityForm::None {
            continue;
        }
        let both = armbody::arm::IdentityType::SystemAssignedUserAssigned;
        if contract.takes(both) && !facts.values.is_empty() {
            let own = contract.spelling(both);
            assert!(facts.values.contains(&own), "{} {}", described.described().name(), described.version());
            *spelt.entry(own.to_owned()).or_default() += 1;
        }
    }
    println!("{spelt:?}");
    assert!(spelt.len() >= 4 && spelt["SystemAssigned,UserAssigned"] > 1_000);
}
