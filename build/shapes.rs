//! Compiles schemas to the table that `schema::shape` reads.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::layout::{
    ARRAY, BOOLEAN, CLOSED, ENUM, INTEGER, ITEMS, KNOWN, NULL, NUMBER, OBJECT, OPAQUE, OTHERS, PROPERTIES,
    RANGE, READ_ONLY, REFERENCE, REQUIRED, STRING, hash,
};

/// Keywords that say nothing of whether a body is right.
const SILENT: [&str; 6] =
    ["x-armbody-format", "x-ms-mutability", "x-ms-secret", "description", "title", "default"];

/// The shapes of all schemas: the same shape once, whichever version has it.
#[derive(Default)]
pub(crate) struct Shapes {
    words: Vec<u32>,
    texts: String,
    places: HashMap<String, u32>,
    known: HashMap<Vec<u32>, u32>,
}

impl Shapes {
    /// The table and the texts that it refers to.
    pub(crate) fn into_parts(self) -> (Vec<u32>, String) {
        (self.words, self.texts)
    }

    /// The shape of the definition `name` of a schema file.
    pub(crate) fn definition(&mut self, file: &Value, name: &str) -> u32 {
        let mut done = BTreeMap::new();
        self.named(file, name, &mut done)
    }

    fn named(&mut self, file: &Value, name: &str, done: &mut BTreeMap<String, Option<u32>>) -> u32 {
        match done.get(name) {
            Some(Some(shape)) => return *shape,
            // A definition within itself: its shape is not written yet.
            Some(None) => return self.add(vec![OPAQUE]),
            None => {}
        }
        done.insert(name.to_owned(), None);
        let shape = self.schema(file, &file["$defs"][name], done);
        done.insert(name.to_owned(), Some(shape));
        shape
    }

    fn schema(&mut self, file: &Value, schema: &Value, done: &mut BTreeMap<String, Option<u32>>) -> u32 {
        let Value::Object(members) = schema else {
            return self.add(vec![if *schema == Value::Bool(true) { 0 } else { OPAQUE }]);
        };
        let target = members.get("$ref").map(|reference| {
            let name = reference.as_str().and_then(|it| it.strip_prefix("#/$defs/"));
            // The importer writes names that need no decoding, or the shape is opaque.
            name.filter(|it| !it.contains(['%', '~', '/'])).map(ToOwned::to_owned)
        });
        let target = match target {
            Some(Some(name)) => Some(self.named(file, &name, done)),
            Some(None) => return self.add(vec![OPAQUE]),
            None => None,
        };
        if let (Some(target), 1) = (target, members.len()) {
            return target;
        }
        let shape = self.keywords(file, members, target, done);
        self.add(shape.unwrap_or_else(|| vec![OPAQUE]))
    }

    /// `None` for a keyword that has no place in a shape.
    fn keywords(
        &mut self,
        file: &Value,
        members: &Map<String, Value>,
        target: Option<u32>,
        done: &mut BTreeMap<String, Option<u32>>,
    ) -> Option<Vec<u32>> {
        let mut flags = 0;
        let mut sections: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut range = [f64::NEG_INFINITY, f64::INFINITY];
        for (keyword, value) in members {
            match (keyword.as_str(), value) {
                ("$ref", _) => {}
                ("type", Value::String(name)) => flags |= type_flag(name)?,
                ("type", Value::Array(names)) => {
                    for name in names {
                        flags |= type_flag(name.as_str()?)?;
                    }
                }
                ("readOnly", Value::Bool(on)) => flags |= if *on { READ_ONLY } else { 0 },
                ("additionalProperties", Value::Bool(open)) => flags |= if *open { 0 } else { CLOSED },
                ("additionalProperties", other) => {
                    sections.insert(OTHERS, vec![self.schema(file, other, done)]);
                }
                ("items", items) => {
                    sections.insert(ITEMS, vec![self.schema(file, items, done)]);
                }
                ("properties", Value::Object(properties)) => {
                    let mut rows: Vec<[u32; 3]> = Vec::new();
                    for (name, schema) in properties {
                        let shape = self.schema(file, schema, done);
                        rows.push([hash(name.as_bytes()), self.text(name), shape]);
                    }
                    rows.sort_unstable();
                    let count = u32::try_from(rows.len()).ok()?;
                    sections.insert(PROPERTIES, [count].into_iter().chain(rows.concat()).collect());
                }
                ("required", Value::Array(names)) => drop(sections.insert(REQUIRED, self.texts(names)?)),
                ("enum", Value::Array(values)) => drop(sections.insert(ENUM, self.texts(values)?)),
                ("x-armbody-known-values", Value::Array(values)) => {
                    sections.insert(KNOWN, self.texts(values)?);
                }
                ("minimum", Value::Number(number)) => range[0] = number.as_f64()?,
                ("maximum", Value::Number(number)) => range[1] = number.as_f64()?,
                (silent, _) if SILENT.contains(&silent) => {}
                _ => return None,
            }
        }
        if range != [f64::NEG_INFINITY, f64::INFINITY] {
            let halves = |number: f64| [number.to_bits() as u32, (number.to_bits() >> 32) as u32];
            sections.insert(RANGE, range.map(halves).concat());
        }
        if let Some(target) = target {
            sections.insert(REFERENCE, vec![target]);
        }
        flags |= sections.keys().fold(0, |flags, flag| flags | flag);
        Some([flags].into_iter().chain(sections.into_values().flatten()).collect())
    }

    /// Where the words of a shape stand.
    fn add(&mut self, shape: Vec<u32>) -> u32 {
        if let Some(place) = self.known.get(&shape) {
            return *place;
        }
        let place = u32::try_from(self.words.len()).expect("a table of some kilobytes");
        self.words.extend_from_slice(&shape);
        self.known.insert(shape, place);
        place
    }

    fn texts(&mut self, values: &[Value]) -> Option<Vec<u32>> {
        let count = u32::try_from(values.len()).ok()?;
        let mut texts: Vec<&str> = values.iter().map(Value::as_str).collect::<Option<_>>()?;
        texts.sort_unstable();
        Some([count].into_iter().chain(texts.into_iter().map(|it| self.text(it))).collect())
    }

    /// The word that leads to a text: the upper 24 bits say where it begins, the others its length.
    fn text(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        assert!(text.len() < 256 && self.texts.len() < 1 << 24, "{text:?} is too long for the table");
        let place = u32::try_from(self.texts.len() << 8 | text.len()).expect("checked above");
        self.texts.push_str(text);
        self.places.insert(text.to_owned(), place);
        place
    }
}

fn type_flag(name: &str) -> Option<u32> {
    Some(match name {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "integer" => INTEGER,
        "number" => NUMBER | INTEGER,
        "string" => STRING,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => return None,
    })
}
