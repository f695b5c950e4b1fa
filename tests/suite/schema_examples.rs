//! The official request bodies against the schemas, with a validator that knows nothing of this project.

use crate::support::needs::shared;
use crate::support::specs::bodies::{Body, official};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use armbody::arm::{ApiVersion, Method};
use armbody::schema::{Cache, Schemas, Step};
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

/// The official bodies, which have to be there.
fn bodies() -> Vec<Body> {
    shared("specs/examples");
    official()
}

#[derive(Default)]
struct Validators {
    schemas: Schemas,
    cache: Cache<Validator>,
}

impl Validators {
    fn validator(&self, resource_type: &str, method: Method, version: ApiVersion) -> Arc<Validator> {
        self.cache.get(resource_type, method, version, || {
            let schema = self.schemas.standalone(resource_type, method, version);
            let schema = schema.expect("it opens").expect("it is there");
            jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{version}: {e}"));
            jsonschema::validator_for(&schema).expect("it compiles")
        })
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn every_example_is_valid_under_its_own_version() {
    let validators = Validators::default();
    let bodies = bodies();
    for body in &bodies {
        let validator = validators.validator(&body.resource_type, body.method, body.version);
        let faults: Vec<String> =
            validator.iter_errors(&body.value).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", body.name);
    }
    eprintln!("{} bodies", bodies.len());
}

fn is_index(name: &str) -> bool {
    name.parse::<usize>().is_ok()
}

#[test]
#[ignore = "needs the shared cases"]
fn later_versions_refuse_only_what_was_removed() {
    let validators = Validators::default();
    let mut refused: BTreeMap<String, BTreeSet<ApiVersion>> = BTreeMap::new();
    let mut checked = 0;
    for body in &bodies() {
        for entry in validators.schemas.versions(&body.resource_type) {
            if entry.version <= body.version || !entry.methods.contains(&body.method) {
                continue;
            }
            checked += 1;
            let validator = validators.validator(&body.resource_type, body.method, entry.version);
            for error in validator.iter_errors(&body.value) {
                let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() else {
                    panic!("{} under {}: {error}", body.name, entry.version);
                };
                let pointer = error.instance_path().to_string();
                for name in unexpected {
                    let names: Vec<&str> = pointer.split('/').skip(1).chain([name.as_str()]).collect();
                    let step = |name| if is_index(name) { Step::Element } else { Step::Name(name) };
                    let steps: Vec<Step<'_>> = names.into_iter().map(step).collect();
                    let history = validators.schemas.history(&body.resource_type, body.method, &steps);
                    assert!(
                        history.iter().any(|range| range.contains(body.version))
                            && history.iter().all(|range| !range.contains(entry.version)),
                        "{} under {}: {pointer}/{name} {history:?}",
                        body.name,
                        entry.version
                    );
                    let key = format!("{} {} {pointer}/{name}", body.resource_type, body.method);
                    refused.entry(key).or_default().insert(entry.version);
                }
            }
        }
    }
    for (removed, versions) in &refused {
        eprintln!("{removed}: refused from {} on", versions.first().expect("one at least"));
    }
    eprintln!("{checked} checks");
}

#[test]
fn every_schema_compiles_and_is_valid_for_its_dialect() {
    let validators = Validators::default();
    for entry in validators.schemas.entries() {
        for method in &entry.methods {
            let validator = validators.validator(&entry.resource_type, *method, entry.version);
            assert!(!validator.is_valid(&json!({"nosuchproperty": 1})));
            assert!(!validator.is_valid(&json!("osProfile")));
        }
    }
}

/// The values of a map may be null in a PATCH body, which removes them, and only there.
#[test]
fn null_removes_in_patch_only() {
    let validators = Validators::default();
    let vm = "Microsoft.Compute/virtualMachines";
    let version = "2018-06-01".parse().expect("a version");
    let body = |value: Value| {
        json!({
            "location": "westus",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/s": value}},
        })
    };
    let put = validators.validator(vm, Method::Put, version);
    assert!(put.is_valid(&body(json!({}))));
    let faults: Vec<_> = put.iter_errors(&body(Value::Null)).map(|e| e.instance_path().to_string()).collect();
    assert_eq!(faults, ["/identity/userAssignedIdentities/~1subscriptions~1s"]);
    let patch = validators.validator(vm, Method::Patch, version);
    let body = |value: Value| {
        let mut body = body(value);
        body.as_object_mut().expect("an object").remove("location");
        body
    };
    assert!(patch.is_valid(&body(json!({}))));
    assert!(patch.is_valid(&body(Value::Null)));
    let faults: Vec<_> =
        patch.iter_errors(&body(json!({"x": 1}))).map(|e| e.instance_path().to_string()).collect();
    assert_eq!(faults, ["/identity/userAssignedIdentities/~1subscriptions~1s"]);
}
