//! From a schema to a validator of our tree.

use serde_json::{Map, Value, json};

use super::validator::{READ_ONLY, Refused, Validator};
use crate::arm::members;

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
    pub(super) validator: Validator,
    pub(super) schema: Value,
}

/// Makes the validator of a standalone schema: of a body, or of a resource in a template.
pub(super) fn compile(mut schema: Value, template: bool) -> Result<Compiled, Refused> {
    open_top(&mut schema, template);
    let validator = Validator::new(&schema)?;
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
        let Some(target) = schema.pointer(&super::import::decode(target)) else { break };
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
