//! What cannot be imported or added is told in one line that names the file and the place in it.

use std::fs;
use std::path::Path;

use armbody::arm::Method;
use armbody::schema::Schemas;
use armbody::schema::import::import;
use armbody::text::DEFAULT_MAX_SIZE;
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "specification/x/resource-manager/Contoso.Test/stable/2020-01-01/x.json";

fn write(dir: &TempDir, path: &str, text: &str) {
    let path = dir.path().join(path);
    fs::create_dir_all(path.parent().expect("it is below")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// A specification of `Contoso.Test/things` with these definitions; `Thing` is the body of PUT and PATCH.
fn specification(definitions: &Value) -> Value {
    let operation = json!({"parameters": [
        {"in": "path", "name": "name", "type": "string", "required": true},
        {"in": "body", "name": "thing", "schema": {"$ref": "#/definitions/Thing"}},
    ]});
    json!({
        "swagger": "2.0",
        "info": {"version": "2020-01-01"},
        "paths": {
            "/subscriptions/{s}/resourceGroups/{g}/providers/Contoso.Test/things/{name}":
                {"put": operation, "patch": operation},
        },
        "definitions": definitions,
    })
}

fn tree(definitions: &Value) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    write(&dir, FILE, &specification(definitions).to_string());
    dir
}

fn errors(dir: &TempDir) -> Vec<String> {
    let errors = import(dir.path(), &["Contoso.Test/things"]).expect_err("it is bad");
    let root = dir.path().display().to_string();
    errors
        .iter()
        .map(|error| {
            let line = error.to_string();
            assert!(!line.contains('\n'), "{line}");
            line.replace(&root, "DIR").replace(FILE, "FILE")
        })
        .collect()
}

fn imported(definitions: &Value) -> Value {
    let dir = tree(definitions);
    let made = import(dir.path(), &["Contoso.Test/things"]).expect("it is good");
    serde_json::from_str(&made.files["Contoso.Test/2020-01-01.json"]).expect("it is JSON")
}

#[test]
fn a_reference_that_leads_nowhere() {
    let dir = tree(&json!({"Thing": {"properties": {"a": {"$ref": "#/definitions/Gone"}}}}));
    assert_eq!(
        errors(&dir)[0],
        r##"DIR/FILE#/definitions/Thing/properties/a/$ref: the $ref "#/definitions/Gone" leads nowhere"##
    );
    for reference in [
        "../gone.json#/definitions/A",
        "/etc/hosts#/a",
        "../../../../../../../etc/hosts#/a",
        "https://x/y#/a",
    ] {
        let dir = tree(&json!({"Thing": {"properties": {"a": {"$ref": reference}}}}));
        assert!(errors(&dir)[0].ends_with("leads nowhere"), "{reference}");
    }
}

#[test]
fn a_definition_that_is_itself() {
    let dir = tree(&json!({
        "Thing": {"allOf": [{"$ref": "#/definitions/Base"}], "properties": {}},
        "Base": {"allOf": [{"$ref": "#/definitions/Thing"}], "properties": {}},
    }));
    assert_eq!(
        errors(&dir),
        ["DIR/FILE#/definitions/Thing: the definition leads back to itself through allOf"]
    );
    let dir = tree(&json!({
        "Thing": {"properties": {"a": {"$ref": "#/definitions/A"}}},
        "A": {"$ref": "#/definitions/B"},
        "B": {"$ref": "#/definitions/A"},
    }));
    assert_eq!(errors(&dir), ["DIR/FILE#/definitions/A: the definition leads back to itself through $ref"]);
}

#[test]
fn a_file_that_is_no_description() {
    let cases = [
        ("[]", "DIR/FILE: not an OpenAPI 2.0 (Swagger) file: it has no \"swagger\""),
        (r#"{"openapi": "3.0.0"}"#, "DIR/FILE#/openapi: not an OpenAPI 2.0 (Swagger) file: found \"3.0.0\""),
        (r#"{"swagger": "2.0","#, "DIR/FILE: not JSON: EOF while parsing a value at line 1 column 18"),
    ];
    for (text, expected) in cases {
        let dir = tempfile::tempdir().expect("a folder");
        write(&dir, FILE, text);
        assert_eq!(errors(&dir)[0], expected);
    }
    let mut unversioned = specification(&json!({"Thing": {}}));
    unversioned["info"]["version"] = json!("1.0");
    let dir = tempfile::tempdir().expect("a folder");
    write(&dir, FILE, &unversioned.to_string());
    assert!(errors(&dir)[0].starts_with("DIR/FILE#/info/version: "));
}

#[test]
fn nothing_to_import() {
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(errors(&dir), ["DIR: no PUT or PATCH of Contoso.Test/things here"]);
    let errors = import(dir.path(), &["things"]).expect_err("no namespace");
    assert!(errors[0].to_string().ends_with("\"things\" is not a resource type: NAMESPACE/TYPE is expected"));
    let gone = dir.path().join("gone");
    let errors = import(&gone, &["Contoso.Test/things"]).expect_err("no folder");
    assert!(errors[0].to_string().starts_with(&gone.display().to_string()));
}

#[test]
fn the_same_version_twice() {
    let dir = tree(&json!({"Thing": {}}));
    write(&dir, &FILE.replace("x.json", "y.json"), &specification(&json!({"Thing": {}})).to_string());
    let found = errors(&dir);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("y.json#/paths/~1subscriptions"), "{found:?}");
    assert!(
        found[0].contains("PUT of Contoso.Test/things 2020-01-01 is described a second time"),
        "{found:?}"
    );
}

#[test]
fn definitions_that_contain_themselves_are_kept() {
    let schema = imported(&json!({
        "Thing": {"properties": {"error": {"$ref": "#/definitions/Error"}}},
        "Error": {"properties": {"inner": {"allOf": [{"$ref": "#/definitions/Error"}], "readOnly": true, "description": "x"},
                                 "code": {"type": "string", "description": "x"}}},
    }));
    assert_eq!(
        schema["$defs"]["Error"],
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "code": {"type": "string"},
                "inner": {"$ref": "#/$defs/Error", "readOnly": true},
            },
        })
    );
}

#[test]
fn bases_are_flattened_and_what_the_definition_says_stands() {
    let schema = imported(&json!({
        "Thing": {
            "allOf": [{"$ref": "#/definitions/Base"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
            "required": ["location", "state"],
            "properties": {"b": {"type": "number", "minimum": 1, "exclusiveMinimum": true, "format": "float"}},
        },
        "Base": {"required": ["location"], "properties": {
            "location": {"type": "string"}, "state": {"type": "string", "readOnly": true},
            "tags": {"additionalProperties": {"type": "string"}}, "any": {"type": "object"},
        }},
    }));
    let thing = |extra: &str| schema["$defs"][format!("Thing{extra}")].clone();
    let put = thing("");
    assert_eq!(
        put["required"],
        json!(["b", "location"]),
        "a read-only property is not required of a request"
    );
    assert_eq!(
        put["properties"]["b"],
        json!({"type": "number", "x-armbody-format": "float", "exclusiveMinimum": 1})
    );
    assert_eq!(put["properties"]["id"], json!({"type": "string", "readOnly": true}));
    assert_eq!(put["properties"]["any"], json!({"type": "object"}));
    assert_eq!(
        put["properties"]["tags"],
        json!({"type": "object", "additionalProperties": {"type": "string"}})
    );
    let patch = thing(".PATCH");
    assert!(patch["properties"].get("id").is_none());
    assert_eq!(patch["additionalProperties"], false);
    assert_eq!(patch["properties"]["tags"]["additionalProperties"], json!({"type": ["string", "null"]}));
}

#[test]
fn a_discriminator_chooses_one_schema() {
    let schema = imported(&json!({
        "Thing": {"properties": {"pet": {"$ref": "#/definitions/Pet"}}},
        "Pet": {"discriminator": "kind", "required": ["kind"], "properties": {"kind": {"type": "string"}, "name": {"type": "string"}}},
        "Cat": {"x-ms-discriminator-value": "cat", "allOf": [{"$ref": "#/definitions/Pet"}],
                "properties": {"lives": {"type": "integer"}}},
        "Dog": {"x-ms-discriminator-value": "dog", "allOf": [{"$ref": "#/definitions/Pet"}], "type": "object"},
    }));
    let dir = tempfile::tempdir().expect("a folder");
    write(&dir, "Contoso.Test/2020-01-01.json", &schema.to_string());
    let (schemas, errors) = Schemas::embedded().with_folder(dir.path(), DEFAULT_MAX_SIZE);
    assert_eq!(errors, []);
    let version = "2020-01-01".parse().expect("a version");
    let standalone = schemas.standalone("contoso.test/Things", Method::Put, version);
    let standalone = standalone.expect("it opens").expect("it is there");
    let validator = jsonschema::validator_for(&standalone).expect("it compiles");
    let faults = |pet: Value| -> Vec<String> {
        validator.iter_errors(&json!({"pet": pet})).map(|e| format!("{} {e}", e.instance_path())).collect()
    };
    assert_eq!(faults(json!({"kind": "cat", "lives": 9, "name": "Tom"})), [""; 0]);
    assert_eq!(faults(json!({"kind": "cat", "lives": "9"})), [r#"/pet/lives "9" is not of type "integer""#]);
    assert_eq!(faults(json!({"kind": "dog", "lives": 9})).len(), 1);
    assert_eq!(faults(json!({"kind": "cow"})), [r#"/pet/kind "cow" is not one of "cat" or "dog""#]);
    assert_eq!(faults(json!({})).len(), 1);
    let found =
        schemas.find_property("Contoso.Test/things", Method::Put, version, "LIVES").expect("it opens");
    assert_eq!(found, ["pet.lives"]);
}

#[test]
fn one_name_in_two_files_is_two_definitions_unless_they_are_equal() {
    let dir = tree(&json!({
        "Thing": {"properties": {
            "a": {"$ref": "#/definitions/Sub"}, "b": {"$ref": "other.json#/definitions/Sub"},
            "c": {"$ref": "#/definitions/Same"}, "d": {"$ref": "other.json#/definitions/Same"},
        }},
        "Sub": {"properties": {"id": {"type": "string"}}},
        "Same": {"properties": {"self": {"$ref": "#/definitions/Same"}}},
    }));
    let other = json!({"swagger": "2.0", "definitions": {
        "Sub": {"properties": {"id": {"type": "integer"}}},
        "Same": {"properties": {"self": {"$ref": "#/definitions/Same"}}},
    }});
    write(&dir, &FILE.replace("x.json", "other.json"), &other.to_string());
    let made = import(dir.path(), &["Contoso.Test/things"]).expect("it is good");
    let schema: Value =
        serde_json::from_str(&made.files["Contoso.Test/2020-01-01.json"]).expect("it is JSON");
    let names: Vec<&str> =
        schema["$defs"].as_object().expect("definitions").keys().map(String::as_str).collect();
    assert_eq!(names, ["Same", "Sub", "Sub.x", "Thing", "Thing.PATCH", "things.PATCH", "things.PUT"]);
}

#[test]
fn an_unknown_dialect_in_a_folder_leaves_the_rest_in_service() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = imported(&json!({"Thing": {"properties": {"a": {"type": "string"}}}}));
    write(&dir, "Contoso.Test/2020-01-01.json", &good.to_string());
    let mut bad = good.clone();
    bad["$schema"] = json!("http://json-schema.org/draft-04/schema#");
    write(&dir, "Contoso.Test/2021-01-01.json", &bad.to_string());
    write(&dir, "Contoso.Test/latest.json", &good.to_string());
    let (schemas, errors) = Schemas::embedded().with_folder(dir.path(), DEFAULT_MAX_SIZE);
    let lines: Vec<String> =
        errors.iter().map(|e| e.to_string().replace(&dir.path().display().to_string(), "DIR")).collect();
    assert!(lines[0].starts_with("DIR/Contoso.Test/2021-01-01.json#/$schema: unknown dialect"), "{lines:?}");
    assert!(
        lines[1].starts_with("DIR/Contoso.Test/latest.json: `latest` is not an API version"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
    assert_eq!(schemas.versions("Contoso.Test/things").count(), 1);
    let version = "2017-12-01".parse().expect("a version");
    let embedded = schemas.open("Microsoft.Compute/virtualMachines", version);
    assert!(embedded.expect("it opens").is_some());
    let (_, errors) = Schemas::embedded().with_folder(Path::new("/nonexistent"), DEFAULT_MAX_SIZE);
    assert_eq!(errors.len(), 1);
}

/// A folder may know a version that is newer than the program, or know an old one better.
#[test]
fn a_folder_adds_to_what_is_embedded() {
    let vm = "Microsoft.Compute/virtualMachines";
    let version = |text: &str| text.parse().expect("a version");
    let embedded = Schemas::embedded();
    let newest = embedded.versions(vm).last().expect("it is embedded").version;
    let document = embedded.open(vm, newest).expect("it opens").expect("it is there");
    let mut later = document.root().clone();
    later["$defs"]["OSProfile"]["properties"]["fresh"] = json!({"type": "string"});
    later["$defs"]["OSProfile"]["properties"].as_object_mut().expect("an object").remove("customData");

    let dir = tempfile::tempdir().expect("a folder");
    write(&dir, "Microsoft.Compute/2099-01-01.json", &later.to_string());
    let (schemas, errors) = Schemas::embedded().with_folder(dir.path(), DEFAULT_MAX_SIZE);
    assert_eq!(errors, []);
    assert_eq!(schemas.versions(vm).count(), embedded.versions(vm).count() + 1);
    assert_eq!(schemas.newest_stable(vm).map(|e| e.version), Some(version("2099-01-01")));
    let history = |path: &str| {
        let steps = armbody::schema::paths::steps(path);
        schemas.history(vm, Method::Put, &steps).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(history("properties.osProfile.fresh"), ["2099-01-01.."]);
    assert_eq!(history("properties.osProfile.customData"), [format!("2015-06-15..{newest}")]);
    assert_eq!(history("properties.osProfile.computerName"), ["2015-06-15.."]);
    assert_eq!(history("identity.identityIds[]"), ["2017-12-01..2018-04-01"]);
    assert_eq!(history("properties.nosuch"), [""; 0]);
}
