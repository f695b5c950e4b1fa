//! The description of one body as a JSON Schema, in the form of the files under `schemas/`.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{Form, InVersion, Object, Property, Shape, Values};
use crate::arm::Method;
use crate::schema::compile::READ_ONLY;
use crate::schema::document::KNOWN_VALUES;
use crate::schema::document::{DIALECT, Document, OPERATIONS, entry_name, reference_to};

/// Definitions of one body; no published type has as many.
const MAX_DEFINITIONS: usize = 20_000;

/// What a PUT of the type may hold; of what can only be read too, for those who want to see it.
pub(in crate::schema) fn document(described: InVersion<'_>) -> Document {
    let name = described.described().name();
    let (provider, short) = name.split_once('/').unwrap_or((name, ""));
    let mut writer = Writer::default();
    let entry = entry_name(short, Method::Put);
    writer.taken.insert(entry.clone());
    let body = writer.schema(described.shape(), short.rsplit('/').next().unwrap_or("body"));
    while let Some((shape, name)) = writer.open.pop() {
        let schema = writer.object(shape, &name);
        writer.definitions.insert(name, schema);
    }
    let mut defs: Map<String, Value> = writer.definitions.into_iter().collect();
    defs.insert(entry, body);
    let root = json!({
        "$schema": DIALECT,
        "$id": format!("urn:armbody:{provider}:{}", described.version()),
        "title": format!("{provider} {}", described.version()),
        OPERATIONS: {short: ["PUT"]},
        "$defs": defs,
    });
    Document::trusted(provider, described.version(), root)
}

#[derive(Default)]
struct Writer<'p> {
    definitions: BTreeMap<String, Value>,
    names: HashMap<u32, String>,
    taken: HashSet<String>,
    open: Vec<(Shape<'p>, String)>,
}

impl<'p> Writer<'p> {
    /// A value; objects stand apart, for they may hold themselves.
    fn schema(&mut self, shape: Shape<'p>, name: &str) -> Value {
        let mut out = Map::new();
        let limits = |out: &mut Map<String, Value>, names: [&str; 2], limits: [Option<i64>; 2]| {
            for (name, limit) in names.iter().zip(limits) {
                if let Some(limit) = limit {
                    out.insert((*name).to_owned(), limit.into());
                }
            }
        };
        match shape.form() {
            Form::Any => return json!({}),
            Form::Boolean => return json!({"type": "boolean"}),
            // The types call every number an integer.
            Form::Integer { least, most } => {
                out.insert("type".to_owned(), "number".into());
                limits(&mut out, ["minimum", "maximum"], [least, most]);
            }
            Form::Text { sensitive, least, most, pattern } => {
                out.insert("type".to_owned(), "string".into());
                limits(&mut out, ["minLength", "maxLength"], [least, most]);
                if let Some(pattern) = pattern {
                    out.insert("pattern".to_owned(), pattern.into());
                }
                if sensitive {
                    out.insert("x-ms-secret".to_owned(), true.into());
                }
            }
            Form::Values(values) => return listed(values),
            Form::List { item, least, most } => {
                out.insert("type".to_owned(), "array".into());
                let singular = name.strip_suffix('s').unwrap_or(name);
                let items = match item.form() {
                    // A list of lists may be one of itself.
                    Form::List { .. } => json!({"type": "array"}),
                    _ => self.schema(item, singular),
                };
                out.insert("items".to_owned(), items);
                limits(&mut out, ["minItems", "maxItems"], [least, most]);
            }
            Form::Object(_) | Form::Variants(_) => {
                return json!({"$ref": reference_to(&self.refer(shape, name))});
            }
        }
        Value::Object(out)
    }

    /// The name of an object's definition.
    fn refer(&mut self, shape: Shape<'p>, name: &str) -> String {
        if let Some(known) = self.names.get(&shape.id()) {
            return known.clone();
        }
        let name = self.fresh(name);
        self.names.insert(shape.id(), name.clone());
        if self.names.len() < MAX_DEFINITIONS {
            self.open.push((shape, name.clone()));
        } else {
            self.definitions.insert(name.clone(), json!({"type": "object"}));
        }
        name
    }

    /// A name that no definition has: that of the property which leads to it, with a number where it is taken.
    fn fresh(&mut self, name: &str) -> String {
        let mut letters = name.chars();
        let name: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let numbered = (2_u32..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|it| !self.taken.contains(it)).unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }

    fn object(&mut self, shape: Shape<'p>, name: &str) -> Value {
        match shape.form() {
            Form::Object(object) => self.properties(object.properties().collect(), object, &[]),
            Form::Variants(variants) => {
                let base = variants.base();
                let key = variants.discriminator();
                let mut branches = Vec::new();
                for (value, element) in variants.elements() {
                    let Form::Object(own) = element.form() else { continue };
                    let mut all: BTreeMap<&str, Property<'p>> =
                        base.properties().map(|property| (property.name(), property)).collect();
                    all.extend(own.properties().map(|property| (property.name(), property)));
                    let branch = self.fresh(&format!("{name}.{value}"));
                    let schema = self.properties(all.into_values().collect(), own, &[]);
                    self.definitions.insert(branch.clone(), schema);
                    branches.push(json!({
                        "if": {"required": [key], "properties": {key: {"const": value}}},
                        "then": {"$ref": reference_to(&branch)},
                    }));
                }
                let mut out = self.properties(base.properties().collect(), base, &[key]);
                if let Some(out) = out.as_object_mut() {
                    // Each branch says what else there may be.
                    out.remove("additionalProperties");
                    out.insert("x-armbody-discriminator".to_owned(), key.into());
                    if let Some(properties) = out.get_mut("properties").and_then(Value::as_object_mut) {
                        let values: Vec<&str> = variants.keys().iter().collect();
                        properties.insert(key.to_owned(), json!({"type": "string", KNOWN_VALUES: values}));
                    }
                    out.insert("allOf".to_owned(), branches.into());
                }
                out
            }
            _ => json!({}),
        }
    }

    fn properties(&mut self, all: Vec<Property<'p>>, of: Object<'p>, required: &[&str]) -> Value {
        let mut properties = Map::new();
        let mut wanted: Vec<&str> = required.to_vec();
        for property in all {
            let mut schema = self.schema(property.shape(), property.name());
            if let Some(schema) = schema.as_object_mut().filter(|_| property.is_read_only()) {
                schema.insert(READ_ONLY.to_owned(), true.into());
            }
            if property.is_required() && !property.is_read_only() && !wanted.contains(&property.name()) {
                wanted.push(property.name());
            }
            properties.insert(property.name().to_owned(), schema);
        }
        let mut out = Map::new();
        out.insert("type".to_owned(), "object".into());
        out.insert("properties".to_owned(), properties.into());
        if !wanted.is_empty() {
            wanted.sort_unstable();
            out.insert("required".to_owned(), wanted.into());
        }
        let others = match of.others() {
            Some(others) => self.schema(others, "value"),
            None => false.into(),
        };
        out.insert("additionalProperties".to_owned(), others);
        Value::Object(out)
    }
}

fn listed(values: Values<'_>) -> Value {
    let keyword = if values.is_open() { KNOWN_VALUES } else { "enum" };
    let all: Vec<&str> = values.iter().collect();
    if all.is_empty() { json!({"type": "string"}) } else { json!({"type": "string", keyword: all}) }
}
