//! One definition of an API description as a JSON Schema: `allOf` flattened, closed, without prose.
//!
//! A reference between definitions is written as a number, the index of the definition in [`Shaper`]; the names are
//! found when all are known (`names`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::files::{Files, Place, object};
use super::operations::Operation;
use super::{ImportError, Problem};
use crate::arm::Method;

/// How deep schemas may nest without a `$ref`. Definitions, which have names, may be nested without end.
pub(super) const MAX_DEPTH: usize = 64;

/// Annotations that are kept as they are, also beside a `$ref`.
const ANNOTATIONS: [&str; 3] = ["readOnly", "x-ms-secret", "x-ms-mutability"];

/// Constraints that mean the same in Swagger and in JSON Schema.
const CONSTRAINTS: [&str; 10] = [
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
];

/// Which reading of a definition is meant; readings that come out equal are merged later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Variant {
    /// In a PATCH body: the values of maps may be null.
    pub(super) patch: bool,
    pub(super) form: Form,
}

/// What a definition is used as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Form {
    /// A value.
    #[default]
    Plain,
    /// The resource itself in a PUT body: ARM takes `id`, `name` and `type` there.
    Resource,
    /// A discriminated definition itself, not the choice among those that extend it.
    Own,
    /// A value that may be null.
    Nullable,
}

impl Variant {
    /// For what stands inside.
    fn inner(self) -> Self {
        self.with(Form::Plain)
    }

    pub(super) fn with(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

/// A definition in one reading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) variant: Variant,
}

/// Makes schemas of definitions, and of those that they refer to.
pub(super) struct Shaper<'a> {
    pub(super) files: &'a mut Files,
    keys: Vec<Key>,
    known: HashMap<Key, usize>,
    /// Files that may define what extends a discriminated definition.
    pub(super) sources: BTreeSet<usize>,
    /// Which definitions extend which, once somebody asks.
    pub(super) extended_by: Option<HashMap<Place, Vec<Place>>>,
}

/// The parts of an object that its bases and itself have together.
#[derive(Default)]
struct Flat {
    properties: BTreeMap<String, Place>,
    required: BTreeSet<String>,
    additional: Option<Place>,
    discriminator: Option<String>,
}

impl<'a> Shaper<'a> {
    /// For the operations of one version.
    pub(super) fn new(files: &'a mut Files, operations: &[Operation]) -> Self {
        let sources = operations.iter().map(|o| o.body.file).collect();
        Self { files, keys: Vec::new(), known: HashMap::new(), sources, extended_by: None }
    }

    /// The schema of a body.
    pub(super) fn entry(&mut self, body: &Place, method: Method) -> Result<Value, ImportError> {
        let form = if method == Method::Put { Form::Resource } else { Form::Plain };
        let variant = Variant { patch: method == Method::Patch, form };
        self.schema(body, variant, 0)
    }

    /// The schemas of all definitions that the bodies reach.
    pub(super) fn finish(mut self) -> Result<Vec<(Key, Value)>, ImportError> {
        let mut out = Vec::new();
        while let Some(key) = self.keys.get(out.len()).cloned() {
            let schema = self.definition(&key)?;
            out.push((key, schema));
        }
        Ok(out)
    }

    pub(super) fn refer(&mut self, place: Place, variant: Variant) -> Value {
        let key = Key { place, variant };
        let index = *self.known.entry(key).or_insert_with_key(|key| {
            self.keys.push(key.clone());
            self.keys.len() - 1
        });
        Value::from(index)
    }

    fn definition(&mut self, key: &Key) -> Result<Value, ImportError> {
        let json = self.files.json(key.place.file);
        let node = object(self.files, &key.place, &json)?;
        self.reject_cycle(&key.place)?;
        if !node.contains_key("$ref") && is_object(node) && !self.wraps_a_scalar(&key.place, node)? {
            return self.object(&key.place, node, key.variant, 0);
        }
        self.schema(&key.place, key.variant, 0)
    }

    /// A schema where it stands: a reference, or the schema itself.
    fn schema(&mut self, place: &Place, variant: Variant, depth: usize) -> Result<Value, ImportError> {
        if depth > MAX_DEPTH {
            return Err(self.files.error(place, Problem::TooDeep));
        }
        let json = self.files.json(place.file);
        let node = object(self.files, place, &json)?;
        let nullable = variant.form == Form::Plain && node.get("x-nullable") == Some(&Value::Bool(true));
        let variant = if nullable { variant.with(Form::Nullable) } else { variant };
        if let Some((at, reference)) = link(place, node) {
            let target = self.files.resolve(&at, reference)?;
            self.reject_cycle(&target)?;
            let mut out = Map::new();
            out.insert("$ref".to_owned(), self.refer(target, variant));
            annotate(node, &mut out);
            return Ok(Value::Object(out));
        }
        if is_object(node) {
            return self.object(place, node, variant, depth);
        }
        self.scalar(place, node, variant, depth)
    }

    /// Follows definitions that are nothing but a reference, to see that they end.
    fn reject_cycle(&mut self, start: &Place) -> Result<(), ImportError> {
        let mut seen = BTreeSet::new();
        let mut place = start.clone();
        let mut through = "$ref";
        loop {
            if !seen.insert(place.clone()) {
                return Err(self.files.error(start, Problem::Cycle(through)));
            }
            let json = self.files.json(place.file);
            let Some((at, reference)) = link(&place, object(self.files, &place, &json)?) else {
                return Ok(());
            };
            if at != place {
                through = "allOf";
            }
            place = self.files.resolve(&at, reference)?;
        }
    }

    /// `allOf` around a string or the like, the customary way to put a description beside a `$ref`.
    fn wraps_a_scalar(&mut self, place: &Place, node: &Map<String, Value>) -> Result<bool, ImportError> {
        let Some((at, reference)) = link(place, node) else { return Ok(false) };
        let target = self.files.resolve(&at, reference)?;
        let json = self.files.json(target.file);
        let node = object(self.files, &target, &json)?;
        Ok(!is_object(node) && !node.contains_key("$ref"))
    }

    fn object(
        &mut self,
        place: &Place,
        node: &Map<String, Value>,
        variant: Variant,
        depth: usize,
    ) -> Result<Value, ImportError> {
        let mut flat = self.flatten(place)?;
        let choices = match &flat.discriminator {
            Some(discriminator) if variant.form != Form::Own => self.choices(place, discriminator)?,
            _ => Vec::new(),
        };
        let mut out = Map::new();
        out.insert("type".to_owned(), type_of("object", variant));
        annotate(node, &mut out);
        constrain(node, &mut out);
        let discriminator = flat.discriminator.take().filter(|_| !choices.is_empty());
        if let Some(name) = &discriminator {
            flat.required.insert(name.clone());
            flat.properties.retain(|property, _| property == name);
            flat.required.retain(|property| property == name);
        }

        let mut properties: BTreeMap<String, Value> = BTreeMap::new();
        for (name, property) in &flat.properties {
            properties.insert(name.clone(), self.schema(property, variant.inner(), depth + 1)?);
        }
        if variant.form == Form::Resource && discriminator.is_none() && !properties.is_empty() {
            for name in ["id", "name", "type"] {
                properties
                    .entry(name.to_owned())
                    .or_insert_with(|| json!({"type": "string", "readOnly": true}));
            }
        }
        // The service sets a read-only property: a request cannot be asked for it.
        flat.required.retain(|name| {
            !properties.get(name).is_some_and(|p| p.get("readOnly") == Some(&Value::Bool(true)))
        });
        if !flat.required.is_empty() {
            out.insert("required".to_owned(), flat.required.iter().cloned().collect());
        }

        if let Some(name) = discriminator {
            self.choose(&name, choices, &mut properties, &mut out, variant);
            return Ok(Value::Object(out));
        }
        match &flat.additional {
            Some(additional) => {
                let inner = variant.with(if variant.patch { Form::Nullable } else { Form::Plain });
                let json = self.files.json(additional.file);
                let schema = match json.pointer(&additional.pointer) {
                    Some(Value::Bool(open)) => Value::Bool(*open),
                    _ => self.schema(additional, inner, depth + 1)?,
                };
                let any = schema.as_object().is_some_and(Map::is_empty);
                out.insert("additionalProperties".to_owned(), if any { Value::Bool(true) } else { schema });
            }
            // An object that says nothing about its members is Azure's way to say "any JSON object".
            None if properties.is_empty() => {}
            None => {
                out.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        if !properties.is_empty() {
            out.insert("properties".to_owned(), Value::Object(properties.into_iter().collect()));
        }
        Ok(Value::Object(out))
    }

    /// Bases first, so that what the definition itself says stands.
    fn flatten(&mut self, place: &Place) -> Result<Flat, ImportError> {
        enum Step {
            Enter(Place),
            Take(Place),
        }
        let mut flat = Flat::default();
        let mut open: Vec<Place> = Vec::new();
        let mut done: BTreeSet<Place> = BTreeSet::new();
        let mut steps = vec![Step::Enter(place.clone())];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(at) => {
                    if open.contains(&at) {
                        return Err(self.files.error(place, Problem::Cycle("allOf")));
                    }
                    // A base that is reached twice (a diamond) adds nothing the second time.
                    if done.contains(&at) {
                        continue;
                    }
                    let json = self.files.json(at.file);
                    let node = object(self.files, &at, &json)?;
                    open.push(at.clone());
                    steps.push(Step::Take(at.clone()));
                    if let Some(reference) = node.get("$ref") {
                        steps.push(Step::Enter(self.files.resolve(&at, reference)?));
                        continue;
                    }
                    let bases = node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
                    let list = at.child("allOf");
                    for index in (0..bases).rev() {
                        steps.push(Step::Enter(list.child(&index.to_string())));
                    }
                }
                Step::Take(at) => {
                    open.retain(|o| *o != at);
                    let json = self.files.json(at.file);
                    flat.take(&at, object(self.files, &at, &json)?);
                    done.insert(at);
                }
            }
        }
        Ok(flat)
    }

    fn scalar(
        &mut self,
        place: &Place,
        node: &Map<String, Value>,
        variant: Variant,
        depth: usize,
    ) -> Result<Value, ImportError> {
        let mut out = Map::new();
        let kind = match node.get("type") {
            Some(Value::String(kind)) => match kind.as_str() {
                "string" | "integer" | "number" | "boolean" | "array" => Some(kind.as_str()),
                other => {
                    let problem = Problem::UnknownType(format!("{other:?}"));
                    return Err(self.files.error(&place.child("type"), problem));
                }
            },
            Some(other) => {
                let problem = Problem::UnknownType(other.to_string());
                return Err(self.files.error(&place.child("type"), problem));
            }
            None if node.contains_key("items") => Some("array"),
            None => None,
        };
        if let Some(kind) = kind {
            out.insert("type".to_owned(), type_of(kind, variant));
        }
        annotate(node, &mut out);
        if let Some(format) = node.get("format") {
            // Validators take `format` for a constraint now and then; Azure means a hint.
            out.insert("x-armbody-format".to_owned(), format.clone());
        }
        if let Some(values) = node.get("enum").and_then(Value::as_array) {
            let open = node.get("x-ms-enum").and_then(|e| e.get("modelAsString")) == Some(&Value::Bool(true));
            let mut values = values.clone();
            if open {
                out.insert("x-armbody-known-values".to_owned(), Value::Array(values));
            } else {
                if variant.form == Form::Nullable && !values.contains(&Value::Null) {
                    values.push(Value::Null);
                }
                out.insert("enum".to_owned(), Value::Array(values));
            }
        }
        if let Some(pattern) = node.get("pattern").and_then(Value::as_str) {
            out.insert(pattern_keyword(pattern).to_owned(), Value::from(pattern));
        }
        constrain(node, &mut out);
        // A stray `items` beside another type means nothing.
        if kind == Some("array") && node.contains_key("items") {
            out.insert("items".to_owned(), self.schema(&place.child("items"), variant.inner(), depth + 1)?);
        }
        Ok(Value::Object(out))
    }
}

impl Flat {
    fn take(&mut self, place: &Place, node: &Map<String, Value>) {
        let list = place.child("properties");
        for name in node.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            self.properties.insert(name.clone(), list.child(name));
        }
        let required = node.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
        if node.contains_key("additionalProperties") {
            self.additional = Some(place.child("additionalProperties"));
        }
        if let Some(discriminator) = node.get("discriminator").and_then(Value::as_str) {
            self.discriminator = Some(discriminator.to_owned());
        }
    }
}

/// What a node refers to when it is nothing but a reference, perhaps with annotations: `$ref` itself, or an `allOf`
/// of one `$ref` and nothing else.
fn link<'a>(place: &Place, node: &'a Map<String, Value>) -> Option<(Place, &'a Value)> {
    if let Some(reference) = node.get("$ref") {
        return Some((place.clone(), reference));
    }
    let [only] = node.get("allOf")?.as_array()?.as_slice() else { return None };
    let own = ["properties", "additionalProperties", "required", "discriminator", "x-ms-discriminator-value"];
    if own.iter().any(|keyword| node.contains_key(*keyword)) {
        return None;
    }
    Some((place.child("allOf").child("0"), only.get("$ref")?))
}

/// Azure's definitions leave `type` out where `properties` or `allOf` say enough.
fn is_object(node: &Map<String, Value>) -> bool {
    match node.get("type") {
        Some(kind) => kind == "object",
        None => ["properties", "additionalProperties", "allOf", "discriminator"]
            .iter()
            .any(|keyword| node.contains_key(*keyword)),
    }
}

fn type_of(kind: &str, variant: Variant) -> Value {
    if variant.form == Form::Nullable { json!([kind, "null"]) } else { Value::from(kind) }
}

fn annotate(node: &Map<String, Value>, out: &mut Map<String, Value>) {
    for keyword in ANNOTATIONS {
        if let Some(value) = node.get(keyword).filter(|value| **value != Value::Bool(false)) {
            out.insert(keyword.to_owned(), value.clone());
        }
    }
}

fn constrain(node: &Map<String, Value>, out: &mut Map<String, Value>) {
    for keyword in CONSTRAINTS {
        let Some(value) = node.get(keyword) else { continue };
        // Swagger 2.0 has a flag beside the limit, JSON Schema 2020-12 another limit.
        let exclusive = match keyword {
            "minimum" => "exclusiveMinimum",
            "maximum" => "exclusiveMaximum",
            _ => "",
        };
        let name = if node.get(exclusive) == Some(&Value::Bool(true)) { exclusive } else { keyword };
        out.insert(name.to_owned(), value.clone());
    }
}

/// `pattern`, or a keyword that validators do not read when they could not compile it.
fn pattern_keyword(pattern: &str) -> &'static str {
    let schema = json!({"$schema": super::DIALECT, "pattern": pattern});
    if jsonschema::validator_for(&schema).is_ok() { "pattern" } else { "x-armbody-pattern" }
}
