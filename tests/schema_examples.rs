//! The official request bodies against the schemas, with a validator that knows nothing of this project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use armbody::schema::{Cache, Schemas};
use jsonschema::Validator;
use serde_json::Value;

struct Body {
    file: String,
    resource_type: String,
    version: String,
    method: String,
    value: Value,
}

fn bodies() -> Vec<Body> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let examples = shared.join("specs/examples");
    let Ok(index) = std::fs::read_to_string(examples.join("index.tsv")) else {
        eprintln!("skipped: {} is not there", examples.display());
        return Vec::new();
    };
    let body = |line: &str| {
        let [file, resource_type, version, method, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let text = std::fs::read_to_string(examples.join(file)).expect("listed in the index");
        Body {
            file: file.to_owned(),
            resource_type: resource_type.to_owned(),
            version: version.to_owned(),
            method: method.to_owned(),
            value: serde_json::from_str(&text).expect("it is JSON"),
        }
    };
    index.lines().skip(1).map(body).collect()
}

#[derive(Default)]
struct Validators {
    schemas: Schemas,
    cache: Cache<Validator>,
}

impl Validators {
    fn faults(&self, body: &Body, version: &str) -> Vec<String> {
        let validator = self.cache.get(&body.resource_type, &body.method, version, || {
            let schema = self.schemas.standalone(&body.resource_type, &body.method, version);
            let schema = schema.expect("it opens").expect("it is there");
            jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{version}: {e}"));
            jsonschema::validator_for(&schema).expect("it compiles")
        });
        validator.iter_errors(&body.value).map(|e| format!("{} {e}", e.instance_path())).collect()
    }
}

#[test]
fn every_example_is_valid_under_its_own_version() {
    let validators = Validators::default();
    let bodies = bodies();
    for body in &bodies {
        let faults = validators.faults(body, &body.version);
        assert!(faults.is_empty(), "{}: {faults:#?}", body.file);
    }
    eprintln!("{} bodies", bodies.len());
}

/// What later versions have taken away or closed, by the first version that refuses it.
#[test]
fn later_versions_refuse_only_what_was_removed() {
    let validators = Validators::default();
    let mut refused: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut checked = 0;
    for body in &bodies() {
        let later = validators.schemas.versions(&body.resource_type);
        for entry in later.filter(|e| e.version > body.version && e.has_method(&body.method)) {
            checked += 1;
            for fault in validators.faults(body, &entry.version) {
                let key = format!("{} {} {fault}", body.resource_type, body.method);
                refused.entry(key).or_default().insert(entry.version.clone());
            }
        }
    }
    for (fault, versions) in &refused {
        eprintln!("{fault}: {versions:?}");
    }
    eprintln!("{checked} checks");
}

#[test]
fn every_schema_compiles_and_is_valid_for_its_dialect() {
    let schemas = Schemas::embedded();
    for entry in schemas.entries() {
        for method in &entry.methods {
            let schema = schemas.standalone(&entry.resource_type, method, &entry.version);
            let schema = schema.expect("it opens").expect("it is there");
            jsonschema::draft202012::meta::validate(&schema)
                .unwrap_or_else(|e| panic!("{}: {e}", entry.version));
            let validator = jsonschema::validator_for(&schema).expect("it compiles");
            assert!(!validator.is_valid(&serde_json::json!({"nosuchproperty": 1})));
            assert!(!validator.is_valid(&serde_json::json!("osProfile")));
        }
    }
}
