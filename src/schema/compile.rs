//! From a schema to a validator of our tree.

use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::document::KNOWN_VALUES;
use super::node::{Body, Instance};
use crate::arm::{decode_percent, members};
use crate::json::{Kind, Node};

/// A keyword of ours and JSON Schema's: the service sets the property.
pub(super) const READ_ONLY: &str = "readOnly";

/// The name under which the schema of the body itself stands.
const ROOT: &str = "x-armbody-body";

/// What ARM takes at the top of every body, though the service sets it.
pub(super) const TAKEN: [&str; 3] = ["id", "name", "type"];

/// What a template's resource may have beside what is sent, which schemas of requests know nothing of.
pub(super) fn template_members() -> impl Iterator<Item = &'static str> {
    /// What published templates have for years, and ARM takes.
    const ALSO: [&str; 3] = ["id", "provider", "scale"];
    members::OF_DEPLOYMENTS.into_iter().chain(ALSO)
}

/// A schema with its validator.
pub(super) struct Compiled {
    pub(super) validator: Validator<Body>,
    pub(super) schema: Value,
}

/// Makes the validator of a standalone schema: of a body, or of a resource in a template.
pub(super) fn compile(mut schema: Value, template: bool) -> Result<Compiled, ValidationError<'static>> {
    open_top(&mut schema, template);
    let validator = jsonschema::options_for::<Body>()
        .with_keyword(READ_ONLY, read_only)
        .with_keyword(KNOWN_VALUES, known_values)
        .should_validate_formats(false)
        .build(&schema)?;
    Ok(Compiled { validator, schema })
}

/// Gives the body a definition of its own, which takes what ARM takes there.
fn open_top(schema: &mut Value, template: bool) {
    let mut top = schema.clone();
    if let Some(top) = top.as_object_mut() {
        top.remove("$defs");
    }
    for _ in 0..8 {
        let Some(target) = top["$ref"].as_str().and_then(|it| it.strip_prefix('#')) else { break };
        let Some(target) = schema.pointer(&decode_percent(target)) else { break };
        top = target.clone();
    }
    let Some(properties) = top.get_mut("properties").and_then(Value::as_object_mut) else { return };
    if template {
        // Child resources stand where the answer has what the service made of them.
        properties.insert("resources".to_owned(), json!(true));
        for name in template_members() {
            properties.entry(name).or_insert(json!(true));
        }
    }
    for name in TAKEN {
        if let Some(property) = properties.get_mut(name).and_then(Value::as_object_mut) {
            property.remove(READ_ONLY);
        }
    }
    let Some(schema) = schema.as_object_mut() else { return };
    let mut whole = Map::new();
    whole.extend(["$schema", "$id"].iter().filter_map(|name| schema.remove_entry(*name)));
    let mut defs = schema.remove("$defs").unwrap_or_else(|| json!({}));
    defs[ROOT] = top;
    whole.insert("$ref".to_owned(), Value::from(format!("#/$defs/{ROOT}")));
    whole.insert("$defs".to_owned(), defs);
    *schema = whole;
}

type BoxedKeyword = Box<dyn for<'i> Keyword<'i, Body>>;

/// `"readOnly": true`: valid is what is not there.
struct ReadOnly;

impl<'i> Keyword<'i, Body> for ReadOnly {
    fn validate(&self, _: Instance<'i>) -> Result<(), ValidationError<'i>> {
        Err(ValidationError::custom(READ_ONLY))
    }

    fn is_valid(&self, _: Instance<'i>) -> bool {
        false
    }
}

/// A keyword that says nothing.
struct Silent;

impl<'i> Keyword<'i, Body> for Silent {
    fn validate(&self, _: Instance<'i>) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: Instance<'i>) -> bool {
        true
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what the crate asks of a keyword")]
fn read_only<'a>(
    _: &'a Map<String, Value>,
    value: &'a Value,
    _: Location,
) -> Result<BoxedKeyword, ValidationError<'a>> {
    Ok(if *value == Value::Bool(true) { Box::new(ReadOnly) } else { Box::new(Silent) })
}

/// The values of an open enum; strings that are none of them are worth a word.
struct KnownValues(Box<[Box<str>]>);

impl KnownValues {
    fn knows(&self, node: Node<'_>) -> bool {
        node.kind() != Kind::String || self.0.iter().any(|value| node.is_named(value))
    }
}

impl<'i> Keyword<'i, Body> for KnownValues {
    fn validate(&self, instance: Instance<'i>) -> Result<(), ValidationError<'i>> {
        if self.knows(instance.node()) { Ok(()) } else { Err(ValidationError::custom(KNOWN_VALUES)) }
    }

    fn is_valid(&self, instance: Instance<'i>) -> bool {
        self.knows(instance.node())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what the crate asks of a keyword")]
fn known_values<'a>(
    _: &'a Map<String, Value>,
    value: &'a Value,
    _: Location,
) -> Result<BoxedKeyword, ValidationError<'a>> {
    let values = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into);
    Ok(Box::new(KnownValues(values.collect())))
}
