//! Definitions of which a property says what they are: `"kind": "cat"`.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::ImportError;
use super::files::{Place, object};
use super::shape::{Form, Shaper, Variant};
use crate::schema::pointer::escape;

impl Shaper<'_> {
    /// The values of the discriminator and what they choose, sorted by value.
    pub(super) fn choices(
        &mut self,
        base: &Place,
        discriminator: &str,
    ) -> Result<Vec<(String, Place)>, ImportError> {
        self.index_extensions(base);
        let Some(extended_by) = &self.extended_by else { return Ok(Vec::new()) };
        let mut all = vec![base.clone()];
        let mut at = 0;
        while let Some(place) = all.get(at) {
            for child in extended_by.get(place).into_iter().flatten() {
                if !all.contains(child) {
                    all.push(child.clone());
                }
            }
            at += 1;
        }
        if all.len() == 1 {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for (at, place) in all.into_iter().enumerate() {
            let json = self.files.json(place.file);
            let node = object(self.files, &place, &json)?;
            let value = node.get("x-ms-discriminator-value").and_then(Value::as_str).map(str::to_owned);
            let fixed = json
                .pointer(&format!("{}/properties/{}/enum", place.pointer, escape(discriminator)))
                .and_then(Value::as_array)
                .filter(|values| at > 0 && values.len() == 1)
                .and_then(|values| values[0].as_str().map(str::to_owned));
            match value.or(fixed) {
                Some(value) => out.push((value, place)),
                // Swagger 2.0: without a word about it, the name of the definition is the value. The base is
                // abstract unless it has a value of its own.
                None if at > 0 => out.push((place.name(), place)),
                None => {}
            }
        }
        out.sort();
        out.dedup_by(|a, b| a.0 == b.0);
        Ok(out)
    }

    fn index_extensions(&mut self, base: &Place) {
        let news = self.sources.insert(base.file);
        if self.extended_by.is_some() && !news {
            return;
        }
        let mut index: HashMap<Place, Vec<Place>> = HashMap::new();
        for file in self.sources.clone() {
            let json = self.files.json(file);
            let definitions = Place { file, pointer: "/definitions".to_owned() };
            let Some(nodes) = json.get("definitions").and_then(Value::as_object) else { continue };
            for (name, node) in nodes {
                let child = definitions.child(name);
                let bases = node.get("allOf").and_then(Value::as_array).into_iter().flatten();
                for (at, extended) in bases.enumerate() {
                    let Some(reference) = extended.get("$ref") else { continue };
                    // One that nothing else asks for may lead nowhere: it is not a concern of this import.
                    let at = child.child("allOf").child(&at.to_string());
                    let Ok(target) = self.files.resolve(&at, reference) else { continue };
                    index.entry(target).or_default().push(child.clone());
                }
            }
        }
        self.extended_by = Some(index);
    }

    /// A discriminated object: the value of one property says which schema holds, so that an error is told in the
    /// words of that one.
    pub(super) fn choose(
        &mut self,
        name: &str,
        choices: Vec<(String, Place)>,
        properties: &mut BTreeMap<String, Value>,
        out: &mut Map<String, Value>,
        variant: Variant,
    ) {
        let property = properties.entry(name.to_owned()).or_insert_with(|| json!({"type": "string"}));
        if let Some(property) = property.as_object_mut().filter(|p| !p.contains_key("$ref")) {
            let listed = property.contains_key("enum") || property.contains_key("x-armbody-known-values");
            if !listed {
                property.insert("enum".to_owned(), choices.iter().map(|(value, _)| value.as_str()).collect());
            }
        }
        let branches: Vec<Value> = choices
            .into_iter()
            .map(|(value, target)| {
                let branch = variant.with(Form::Own);
                json!({
                    "if": {"required": [name], "properties": {name: {"const": value}}},
                    "then": {"$ref": self.refer(target, branch)},
                })
            })
            .collect();
        out.insert("x-armbody-discriminator".to_owned(), Value::from(name));
        out.insert("properties".to_owned(), Value::Object(std::mem::take(properties).into_iter().collect()));
        out.insert("allOf".to_owned(), Value::Array(branches));
    }
}
