//! Against the `jsonschema` crate: the same bodies are valid, and errors stand at the same values.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Fault, Validator};
use crate::json::{Dialect, Node, Tree};
use crate::schema::node::Reading;

fn validator(schema: &Value) -> Validator {
    Validator::new(schema).unwrap_or_else(|it| panic!("{}: {}: {schema}", it.pointer, it.message))
}

fn others(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(false)
        .build(schema)
        .unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// Bodies that fit, nearly fit and do not fit.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3_i64..8).prop_map(Value::from),
        prop::sample::select(vec![0.5, 1.0, 2.5, -1.25, 1e3, 0.3, 4.0]).prop_map(Value::from),
        "[a-c1\"é]{0,3}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec(("[a-d]", inner), 0..5).prop_map(|all| all.into_iter().collect()),
        ]
    })
}

fn keyword() -> BoxedStrategy<(&'static str, Value)> {
    let kind =
        || prop::sample::select(vec!["null", "boolean", "object", "array", "number", "integer", "string"]);
    let small = || (0_u64..4).prop_map(Value::from);
    let bound = || prop::sample::select(vec![json!(0), json!(1), json!(2.5), json!(-1), json!(1000)]);
    prop_oneof![
        kind().prop_map(|it| ("type", json!(it))),
        prop::collection::btree_set(kind(), 1..3).prop_map(|it| ("type", json!(it))),
        prop::collection::vec(value(), 1..4).prop_map(|it| ("enum", json!(it))),
        value().prop_map(|it| ("const", it)),
        bound().prop_map(|it| ("minimum", it)),
        bound().prop_map(|it| ("maximum", it)),
        bound().prop_map(|it| ("exclusiveMinimum", it)),
        bound().prop_map(|it| ("exclusiveMaximum", it)),
        prop::sample::select(vec![json!(1), json!(2), json!(0.5), json!(0.1)])
            .prop_map(|it| ("multipleOf", it)),
        small().prop_map(|it| ("minLength", it)),
        small().prop_map(|it| ("maxLength", it)),
        small().prop_map(|it| ("minItems", it)),
        small().prop_map(|it| ("maxItems", it)),
        small().prop_map(|it| ("minProperties", it)),
        small().prop_map(|it| ("maxProperties", it)),
        Just(("uniqueItems", json!(true))),
        prop::sample::select(vec!["^a", "b$", r"^\d*$", "[^a]"]).prop_map(|it| ("pattern", json!(it))),
        prop::collection::btree_set("[a-d]", 1..3).prop_map(|it| ("required", json!(it))),
        prop::collection::btree_map("[a-d]", prop::collection::btree_set("[a-d]", 1..3), 1..3)
            .prop_map(|it| ("dependentRequired", json!(it))),
    ]
    .boxed()
}

fn schema() -> impl Strategy<Value = Value> {
    let plain = prop::collection::vec(keyword(), 0..3)
        .prop_map(|all| all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>());
    let leaf = prop_oneof![8 => plain, 1 => any::<bool>().prop_map(Value::Bool), 1 => Just(json!({"$ref": "#/$defs/x"}))];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        let named = prop::collection::btree_map("[a-d]", inner.clone(), 1..4);
        let more = prop_oneof![
            named.clone().prop_map(|it| vec![("properties", json!(it))]),
            (named.clone(), inner.clone())
                .prop_map(|(it, other)| vec![("properties", json!(it)), ("additionalProperties", other)]),
            named
                .clone()
                .prop_map(|it| vec![("properties", json!(it)), ("additionalProperties", json!(false))]),
            named.clone().prop_map(|it| vec![("patternProperties", json!(it))]),
            (named.clone(), inner.clone()).prop_map(|(it, other)| vec![
                ("allOf", json!([{"properties": it}])),
                ("unevaluatedProperties", other)
            ]),
            named.prop_map(|it| vec![("dependentSchemas", json!(it))]),
            inner.clone().prop_map(|it| vec![("items", it)]),
            (list.clone(), inner.clone())
                .prop_map(|(it, other)| vec![("prefixItems", json!(it)), ("items", other)]),
            (list.clone(), inner.clone())
                .prop_map(|(it, other)| vec![("prefixItems", json!(it)), ("unevaluatedItems", other)]),
            inner.clone().prop_map(|it| vec![("contains", it)]),
            (inner.clone(), 0_u64..3, 0_u64..3).prop_map(|(it, least, most)| {
                vec![("contains", it), ("minContains", least.into()), ("maxContains", most.into())]
            }),
            inner.clone().prop_map(|it| vec![("propertyNames", it)]),
            list.clone().prop_map(|it| vec![("allOf", json!(it))]),
            list.clone().prop_map(|it| vec![("anyOf", json!(it))]),
            list.prop_map(|it| vec![("oneOf", json!(it))]),
            inner.clone().prop_map(|it| vec![("not", it)]),
            (inner.clone(), inner.clone(), inner).prop_map(|(one, two, three)| vec![
                ("if", one),
                ("then", two),
                ("else", three)
            ]),
        ];
        (prop::collection::vec(keyword(), 0..2), more).prop_map(|(plain, more)| {
            plain.into_iter().chain(more).map(|(name, it)| (name.to_owned(), it)).collect()
        })
    })
}

fn pointer_to(root: Node<'_>, wanted: Node<'_>) -> String {
    let mut out = String::new();
    let mut at = root;
    while at != wanted {
        let holds = |it: &Node<'_>| it.index() <= wanted.index() && wanted.index() < it.end();
        let member = at.members().find(|(_, value)| holds(value));
        let (step, next) = match member {
            Some((name, value)) => (name.as_str().unwrap_or_default().into_owned(), value),
            None => at
                .elements()
                .enumerate()
                .find(|(_, it)| holds(it))
                .map(|(index, it)| (index.to_string(), it))
                .expect("it lies within"),
        };
        out.push('/');
        out.push_str(&step);
        at = next;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_same_bodies_are_valid_and_errors_stand_at_the_same_values(
        mut schema in schema(),
        definition in schema(),
        bodies in prop::collection::vec(value(), 6),
    ) {
        if let Some(members) = schema.as_object_mut() {
            // A definition may not ask itself.
            let text = definition.to_string();
            let definition = if text.contains("$ref") { json!({"type": "string"}) } else { definition };
            members.insert("$defs".to_owned(), json!({"x": definition}));
        } else {
            return Ok(());
        }
        let (own, other) = (validator(&schema), others(&schema));
        for body in bodies {
            let text = body.to_string();
            let tree = Tree::parse(&text, Dialect::STRICT);
            let root = tree.root().expect("a value");
            prop_assert_eq!(own.is_valid(root), other.is_valid(&body), "{} of {}", &text, &schema);
            let errors = own.errors(root, &Reading::default());
            prop_assert_eq!(errors.is_empty(), other.is_valid(&body), "{} of {}", &text, &schema);
            // Alternatives are told by the nearest branch here, as a whole there.
            if ["anyOf", "oneOf"].iter().any(|it| schema.to_string().contains(it)) {
                continue;
            }
            let here: BTreeSet<(String, String)> = errors
                .iter()
                .map(|it| (pointer_to(root, it.node), it.pointer.rsplit('/').next().unwrap_or_default().to_owned()))
                .collect();
            let there: BTreeSet<(String, String)> = other
                .iter_errors(&body)
                .map(|it| {
                    (it.instance_path().to_string(), it.kind().keyword().to_owned())
                })
                .collect();
            let named = |all: &BTreeSet<(String, String)>| {
                all.iter().filter(|(_, keyword)| ["type", "enum", "const", "minimum", "maxLength", "multipleOf", "minItems"].contains(&keyword.as_str())).cloned().collect::<Vec<_>>()
            };
            prop_assert_eq!(named(&here), named(&there), "{} of {}", &text, &schema);
        }
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_named() {
    let refused = |schema: Value| {
        Validator::new(&schema).err().map(|it| format!("{}: {}", it.pointer, it.message)).unwrap_or_default()
    };
    assert!(
        refused(json!({"properties": {"a/b": {"pattern": "(?=x)"}}}))
            .starts_with("/properties/a~1b/pattern: ")
    );
    assert!(refused(json!({"$ref": "other.json"})).starts_with("/$ref: "));
    assert!(refused(json!({"items": {"$dynamicRef": "#x"}})).starts_with("/items/$dynamicRef: "));
    assert!(refused(json!({"type": "text"})).starts_with("/type: "));
    assert!(refused(json!({"allOf": [{"$ref": "#"}]})).contains("leads back to itself"));
    assert!(
        refused(json!({"$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}))
            .contains("itself")
    );
    assert_eq!(refused(json!({"properties": {"a": {"$ref": "#"}}})), "");
}

#[test]
fn a_deep_body_and_one_of_very_many_errors_come_to_an_end() {
    let schema = json!({"anyOf": [{"type": "string"}, {"items": {"$ref": "#"}, "type": "array"}]});
    let own = validator(&schema);
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let tree = Tree::parse(&deep, Dialect::STRICT);
    assert!(!own.is_valid(tree.root().expect("a value")));
    let many = format!("[{}1]", "1,".repeat(100_000));
    let tree = Tree::parse(&many, Dialect::STRICT);
    let own = validator(&json!({"items": {"type": "string"}}));
    assert_eq!(own.errors(tree.root().expect("a value"), &Reading::default()).len(), super::MAX_ERRORS);
}

#[test]
fn a_member_is_read_under_the_name_that_is_meant() {
    let tree = Tree::parse(r#"{"Locaton": 1}"#, Dialect::STRICT);
    let root = tree.root().expect("a value");
    let mut reading = Reading::default();
    let (name, _) = root.members().next().expect("a member");
    reading.rename(name, "location");
    let own = validator(&json!({"properties": {"location": {"type": "string"}}, "required": ["location"]}));
    let errors = own.errors(root, &reading);
    assert!(matches!(errors[..], [super::Found { fault: Fault::Type(["string"]), .. }]));
    assert_eq!(own.errors(root, &Reading::default()).len(), 1);
}
