//! What the schema family says in documents, templates, broken bodies, and for versions and types of all kinds.

use std::sync::Arc;

use armbody::arm::{Method, ResourceTypeName};
use armbody::container::Kind;
use armbody::json::{Dialect, Tree};
use armbody::lint::{Family, Finding, Options, Severity, check, fix};
use armbody::schema::{Request, Validators};
use armbody::text::Source;

const VM: &str = "vm";

fn options(resource_type: &str, method: &str, version: &str) -> Options {
    let mut options = Options::default();
    options.given.resource_type = Some(resource_type.parse().expect("a known type"));
    options.given.method = Some(method.parse().expect("a method"));
    options.given.api_version = Some(version.parse().expect("a version"));
    options
}

fn findings(text: &str, options: &Options) -> Vec<Finding> {
    check(&Source::new("body.json".to_owned(), text.to_owned()), Kind::Json, options)
}

/// Rule and marked text of the findings of the schema family.
fn schema(text: &str, options: &Options) -> Vec<(&'static str, String)> {
    findings(text, options)
        .into_iter()
        .filter(|it| it.rule.family == Family::Schema)
        .map(|it| (it.rule.name, text[it.span.range()].to_owned()))
        .collect()
}

fn patch(text: &str) -> Vec<(&'static str, String)> {
    schema(text, &options(VM, "PATCH", "2024-07-01"))
}

fn put(text: &str) -> Vec<(&'static str, String)> {
    schema(text, &options(VM, "PUT", "2024-07-01"))
}

fn own(rule: &'static str, text: &str) -> (&'static str, String) {
    (rule, text.to_owned())
}

#[test]
fn placeholders_stand_for_any_value() {
    assert_eq!(
        patch(
            r#"{"properties":{"storageProfile":{"osDisk":{"createOption":"FromImage","diskSizeGB":"<SIZE>"}}}}"#
        ),
        []
    );
    assert_eq!(
        patch(
            r#"{"properties":{"storageProfile":{"osDisk":{"createOption":"FromImage","caching":"{cachingType}"}}}}"#
        ),
        []
    );
    assert_eq!(patch(r#"{"properties":"$PROPERTIES"}"#), []);
    assert_eq!(patch(r#"{"properties":{"hardwareProfile":{"vmSize":"Standard_<SIZE>_v2"}}}"#), []);
    assert_eq!(patch(r#"{"properties":{"<SOME NAME>":{"a":1}}}"#), []);
}

#[test]
fn a_misspelt_name_is_checked_as_what_is_meant() {
    let text =
        r#"{"properties":{"StorageProfle":{"OSDisk":{"createOption":"FromImage","diskSizeGB":"big"}}}}"#;
    assert_eq!(
        patch(text),
        [
            own("unknown-property", "\"StorageProfle\""),
            own("name-case", "\"OSDisk\""),
            own("wrong-type", "\"big\"")
        ]
    );
    assert_eq!(put(r#"{"Locaton":"westus"}"#), [own("unknown-property", "\"Locaton\"")]);
    assert_eq!(put(r#"{"LOCATION":"westus"}"#), [own("name-case", "\"LOCATION\"")]);
}

#[test]
fn a_misplaced_property_is_sent_to_its_place_and_not_missing_there() {
    let text = r#"{"properties":{"location":"westus"}}"#;
    assert_eq!(put(text), [own("unknown-property", "\"location\"")]);
    let help = |text: &str, method: &str| {
        let found = findings(text, &options(VM, method, "2024-07-01"));
        found.into_iter().find(|it| it.rule.name == "unknown-property").and_then(|it| it.help)
    };
    assert_eq!(help(text, "PUT").as_deref(), Some("it belongs to the top of the body"));
    let size = help(r#"{"vmSize":"Standard_DS1_v2"}"#, "PATCH");
    assert_eq!(size.as_deref(), Some("it belongs into `properties.hardwareProfile`"));
    assert_eq!(help(r#"{"location":"westus"}"#, "PATCH").as_deref(), Some("PUT takes it, PATCH does not"));
}

#[test]
fn what_the_service_sets_is_one_finding_with_all_that_is_in_it() {
    let text = r#"{"location":"westus","id":"x","name":"y","type":"z","properties":{"vmId":"1","instanceView":{"vmAgent":{"x":1}},"provisioningState":"Succeeded"}}"#;
    let put = options(VM, "PUT", "2024-07-01");
    assert_eq!(
        schema(text, &put),
        [
            own("read-only-property", "\"vmId\""),
            own("read-only-property", "\"instanceView\""),
            own("read-only-property", "\"provisioningState\"")
        ]
    );
    let fixed = fix(Source::new("body.json".to_owned(), text.to_owned()), Kind::Json, &put, false);
    assert_eq!(
        fixed.source.text(),
        r#"{"location":"westus","id":"x","name":"y","type":"z","properties":{}}"#
    );
}

#[test]
fn a_member_goes_with_its_comma() {
    let put = options(VM, "PUT", "2024-07-01");
    let fixed = |text: &str| {
        fix(Source::new("body.json".to_owned(), text.to_owned()), Kind::Json, &put, false)
            .source
            .text()
            .to_owned()
    };
    assert_eq!(
        fixed(
            "{\n  \"location\": \"westus\",\n  \"properties\": {\n    \"vmId\": \"1\",\n    \"licenseType\": \"None\"\n  }\n}"
        ),
        "{\n  \"location\": \"westus\",\n  \"properties\": {\n    \"licenseType\": \"None\"\n  }\n}"
    );
    assert_eq!(
        fixed(
            "{\n  \"location\": \"westus\",\n  \"properties\": {\n    \"licenseType\": \"None\",\n    \"vmId\": \"1\"\n  }\n}"
        ),
        "{\n  \"location\": \"westus\",\n  \"properties\": {\n    \"licenseType\": \"None\"\n  }\n}"
    );
}

#[test]
fn the_identity_block_is_the_identity_familys() {
    let quiet = [
        r#"{"identity":{"type":"UserAsigned"}}"#,
        r#"{"identity":{"type":7}}"#,
        r#"{"identity":{"type":"UserAssigned","identityIds":["a"]}}"#,
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities":["a"]}}"#,
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities":{"a":{"clientId":"x"}}}}"#,
        r#"{"identity":{"identity":{"type":"SystemAssigned"}}}"#,
        r#"{"properties":{"identity":{"type":"SystemAssigned"}}}"#,
    ];
    for text in quiet {
        assert_eq!(patch(text), [], "{text}");
    }
    assert_eq!(
        schema(r#"{"location":"a","identity":{"type":"SystemAssigned"}}"#, &options(VM, "PUT", "2015-06-15")),
        []
    );
    assert_eq!(patch(r#"{"identity":{"tpye":"SystemAssigned"}}"#), [own("unknown-property", "\"tpye\"")]);
    assert_eq!(patch(r#"{"identity":{"Type":"SystemAssigned"}}"#), [own("name-case", "\"Type\"")]);
    assert_eq!(patch(r#"{"identity":"SystemAssigned"}"#), [own("wrong-type", "\"SystemAssigned\"")]);
    let found = findings(
        r#"{"identity":{"type":"SystemAssigned","principalId":"5","tenantId":"6"}}"#,
        &options(VM, "PATCH", "2024-07-01"),
    );
    let own: Vec<_> = found.iter().filter(|it| it.rule.family == Family::Schema).collect();
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|it| it.rule.name == "read-only-property" && it.severity == Severity::Warning));
    let empty = r#"{"identity":{"type":"SystemAssigned","principalId":"","tenantId":null}}"#;
    assert_eq!(patch(empty), []);
    // A type without identities has no such block; the identity family says so.
    let identity = options("identity", "PUT", "2023-01-31");
    assert_eq!(schema(r#"{"location":"a","identity":{"type":"SystemAssigned"}}"#, &identity), []);
}

#[test]
fn what_is_repaired_or_left_out_is_not_judged() {
    assert_eq!(put(r#"{"location":"westus","properties":{"licenseType":True,"hardwareProfile":}}"#), []);
    assert_eq!(put(r#"{"properties":{"licenseType":"None"}, ...}"#), []);
    assert_eq!(put(r#"{"location":"westus","location":"eastus"}"#), []);
    assert_eq!(put(r#"{"location":"westus","Location":"eastus"}"#), []);
}

#[test]
fn a_later_version_is_tolerated_and_an_unknown_one_is_not() {
    let text = r#"{"properties":{"nonsense":1}}"#;
    let found = findings(text, &options(VM, "PATCH", "2099-01-01"));
    let told: Vec<_> = found.iter().map(|it| (it.rule.name, it.severity)).collect();
    assert_eq!(told, [("api-version-unknown", Severity::Note), ("unknown-property", Severity::Warning)]);

    let found = findings(r#"{"tags":{}}"#, &options(VM, "PATCH", "2018-06-10"));
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!((finding.rule.name, finding.severity), ("api-version-unknown", Severity::Error));
    assert_eq!(finding.help.as_deref(), Some("the nearest are 2018-06-01 and 2018-10-01"));

    let found = findings(r#"{"location":"westus"}"#, &options(VM, "PUT", "2001-01-01"));
    assert_eq!(found[0].help.as_deref(), Some("the nearest is 2015-06-15"));
}

#[test]
fn the_version_in_a_url_is_marked_there() {
    let text = "```bash\ncurl -X PATCH -H \"Content-Type: application/json\" -H \"Authorization: Bearer <TOKEN>\" \
        'https://management.azure.com/subscriptions/<ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-10' \
        -d '{\"properties\":{\"hardwareProfil\":{\"vmSize\":\"Standard_DS1_v2\"}}}'\n```\n";
    let found = check(&Source::new("a.md".to_owned(), text.to_owned()), Kind::Markdown, &Options::default());
    let told: Vec<_> = found
        .iter()
        .filter(|it| it.severity > Severity::Note)
        .map(|it| (it.rule.name, &text[it.span.range()]))
        .collect();
    assert_eq!(told, [("api-version-unknown", "2018-06-10"), ("unknown-property", "\"hardwareProfil\"")]);
}

#[test]
fn versions_are_named_where_a_property_has_come_or_gone() {
    let help = |text: &str, resource_type: &str, method: &str, version: &str| {
        let found = findings(text, &options(resource_type, method, version));
        let found = found.into_iter().find(|it| it.rule.name == "property-not-in-version").expect("found");
        found.help.expect("a help")
    };
    let text = r#"{"properties":{"securityProfile":{}}}"#;
    assert_eq!(
        help(text, VM, "PATCH", "2018-06-01"),
        "`securityProfile` is known since 2020-06-01: use api-version 2020-06-01, or leave it out"
    );
}

/// Types that the program does not know come from a folder, by name.
#[test]
fn a_folder_adds_types() {
    let folder = tempfile::tempdir().expect("a folder");
    let provider = folder.path().join("Contoso.Rockets");
    std::fs::create_dir(&provider).expect("a folder");
    let file = r##"{"$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-armbody-operations": {"rockets": ["PUT"]},
        "$defs": {"rockets.PUT": {"type": "object", "required": ["location"], "additionalProperties": false,
            "properties": {"location": {"type": "string"},
                "name": {"type": "string", "pattern": "^[a-z]{1,8}$", "minLength": 2},
                "stages": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"$ref": "#/$defs/Stage"}},
                "payload": {"oneOf": [{"type": "string"},
                    {"type": "object", "required": ["mass"], "additionalProperties": false,
                     "properties": {"mass": {"type": "number", "exclusiveMinimum": 0}}}]}}},
        "Stage": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["solid", "liquid"]}},
            "x-armbody-discriminator": "kind",
            "allOf": [{"if": {"properties": {"kind": {"const": "solid"}}}, "then": {"$ref": "#/$defs/Solid"}},
                      {"if": {"properties": {"kind": {"const": "liquid"}}}, "then": {"$ref": "#/$defs/Liquid"}}]},
        "Solid": {"type": "object", "additionalProperties": false,
            "properties": {"kind": {"type": "string"}, "grain": {"type": "integer"}}},
        "Liquid": {"type": "object", "additionalProperties": false,
            "properties": {"kind": {"type": "string"}, "fuel": {"type": "string"}}}}}"##;
    std::fs::write(provider.join("2020-01-01.json"), file).expect("written");
    let (validators, errors) = Validators::with_folder(folder.path());
    assert!(errors.is_empty(), "{errors:?}");
    let mut options = {
        let mut options = Options::default();
        options.schemas = Some(Arc::new(validators));
        options
    };
    options.type_name = ResourceTypeName::parse("contoso.rockets/Rockets");
    options.given.method = Some("PUT".parse().expect("a method"));
    options.given.api_version = Some("2020-01-01".parse().expect("a version"));

    let good = r#"{"location": "pad", "name": "saturn", "stages": [{"kind": "solid", "grain": 1}, {"kind": "liquid", "fuel": "x"}], "payload": {"mass": 2}}"#;
    assert_eq!(schema(good, &options), []);
    let bad = |text: &str| schema(text, &options);
    let unknown = |name: &str| vec![("unknown-property", name.to_owned())];
    assert_eq!(bad(r#"{"location": "pad", "stages": [{"kind": "solid", "fule": 1}]}"#), unknown("\"fule\""));
    assert_eq!(
        bad(r#"{"location": "pad", "stages": [{"kind": "liquid", "fule": "x"}]}"#),
        unknown("\"fule\"")
    );
    assert_eq!(bad(r#"{"location": "pad", "payload": {"mas": 2}}"#), unknown("\"mas\""));
    let value = |text: &str| vec![("invalid-value", text.to_owned())];
    assert_eq!(bad(r#"{"location": "pad", "payload": {"mass": 0}}"#), value("0"));
    assert_eq!(bad(r#"{"location": "pad", "name": "Saturn V"}"#), value("\"Saturn V\""));
    assert_eq!(bad(r#"{"location": "pad", "name": "s"}"#), value("\"s\""));
    assert_eq!(bad(r#"{"location": "pad", "stages": []}"#), value("[]"));
    assert_eq!(bad(r#"{"stages": [{"kind": "solid"}]}"#), [("missing-property", "{".to_owned())]);

    // The types that the program knows are still known.
    let mut options = {
        let mut options = options;
        options.type_name = None;
        options
    };
    options.given.resource_type = Some(VM.parse().expect("a type"));
    options.given.api_version = Some("2024-07-01".parse().expect("a version"));
    assert_eq!(schema(r#"{"location": "westus", "nonsense": 1}"#, &options), unknown("\"nonsense\""));
}

/// A resource of a template has more members than a body, and expressions stand for values and names.
#[test]
fn a_template_resource_is_a_body_with_expressions() {
    let validators = Validators::embedded();
    let problems = |text: &str, template: bool| {
        let tree = Tree::parse(text, Dialect::STRICT);
        let request = Request {
            resource_type: "Microsoft.Compute/virtualMachines",
            method: Method::Put,
            version: "2024-07-01".parse().expect("a version"),
            template,
            name: None,
        };
        let found = validators.problems(request, tree.root().expect("a value"));
        found.iter().map(|it| it.place.dotted()).collect::<Vec<_>>()
    };
    let text = r#"{"type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "[variables('vm')]",
        "location": "[parameters('location')]", "dependsOn": [], "condition": "[true()]", "comments": "x",
        "copy": {"name": "c", "count": 2}, "resources": [{"type": "extensions"}],
        "tags": "[parameters('tags')]", "zones": "[parameters('zones')]",
        "properties": {"[variables('x')]": 1, "hardwareProfile": {"vmSize": "[parameters('size')]"},
            "storageProfile": {"copy": [{"name": "dataDisks", "count": 2, "input": {"lun": 1}}],
                "osDisk": {"createOption": "FromImage", "caching": "[parameters('c')]", "diskSizeGB": "[int('1')]"}},
            "nonsense": 1}}"#;
    assert_eq!(problems(text, true), ["properties.nonsense"]);
    assert!(problems(text, false).len() > 10);
}

/// The cost of a hopeless body is that of a good one, and what is said of it has an end.
#[test]
fn a_hopeless_body_is_not_read_to_its_end() {
    let zones = vec!["1"; 200_000].join(",");
    let found = patch(&format!(r#"{{"zones":[{zones}],"properties":{{"licenseType":1}}}}"#));
    assert!(!found.is_empty() && found.len() <= 200, "{}", found.len());
    let names: Vec<String> = (0..20_000).map(|index| format!("\"name{index}\":1")).collect();
    let found = patch(&format!("{{{}}}", names.join(",")));
    assert!(!found.is_empty(), "{}", found.len());
}
