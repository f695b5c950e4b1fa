use serde_json::{Map, Value, json};

use super::super::{Request, Schemas, Validators};
use crate::json::{Dialect, Tree};

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A body as a schema describes it, with a mistake in one of `slips` places.
struct Maker<'a> {
    root: &'a Value,
    random: Random,
    slips: usize,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(&reference[1..]).expect("a definition").clone();
            return self.value(&target, depth);
        }
        if self.random.one_in(self.slips) {
            let others = [
                json!("x"),
                json!("<NAME>"),
                json!("[variables('x')]"),
                json!(true),
                json!(7.5),
                json!(null),
                json!([]),
                json!({"a": 1}),
            ];
            return self.random.pick(&others).clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => self.random.pick(kinds).clone(),
            kind => kind.clone(),
        };
        match kind.as_str().unwrap_or("null") {
            "object" => Value::Object(self.object(schema, depth)),
            "array" => (0..self.random.below(3)).map(|_| self.value(&schema["items"], depth + 1)).collect(),
            "string" => {
                let list = schema["enum"].as_array().or(schema["x-armbody-known-values"].as_array());
                let text = list.map_or(json!("some-text"), |list| self.random.pick(list).clone());
                match text.as_str() {
                    Some(text) if self.random.one_in(self.slips) => json!(text.to_lowercase()),
                    Some(text) if self.random.one_in(self.slips) => json!(format!("{text}-<NAME>")),
                    _ => text,
                }
            }
            "boolean" => json!(self.random.one_in(2)),
            "integer" => {
                let range = [-1, 0, 1, 5, 100, 400, 1023, 65_536, i64::MAX];
                let inside = schema["minimum"].as_i64().unwrap_or(1);
                if self.random.one_in(self.slips) { json!(self.random.pick(&range)) } else { json!(inside) }
            }
            "number" => json!(1.5),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut members = Map::new();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = if required.contains(&name.as_str()) {
                !self.random.one_in(self.slips)
            } else {
                self.random.one_in(2 + depth)
            };
            let closed = property["readOnly"] == true && !self.random.one_in(self.slips);
            if wanted && !closed {
                let name = if self.random.one_in(self.slips) { name.to_uppercase() } else { name.clone() };
                members.insert(name, self.value(property, depth + 1));
            }
        }
        if schema["additionalProperties"].is_object() {
            members.insert("anything".to_owned(), self.value(&schema["additionalProperties"], depth + 1));
        } else if self.random.one_in(self.slips) {
            let name = *self.random.pick(&["colour", "<NAME>", "apiVersion", "resources"]);
            members.insert(name.to_owned(), json!(1));
        }
        members
    }
}

/// The table and the validator made of the same schema are of one mind: what fits has no problem, and nearly all that
/// has none fits.
#[test]
fn what_fits_has_no_problem() {
    let validators = Validators::new(Schemas::embedded());
    let schemas = validators.schemas();
    let (mut fitting, mut clean, mut all) = (0, 0, 0);
    // A validator takes longer to make than all its bodies to check: every third version is enough.
    for (index, entry) in schemas.entries().iter().enumerate().step_by(3) {
        let document = schemas.open(&entry.resource_type, entry.version).expect("embedded").expect("known");
        for method in &entry.methods {
            let schema = document.entry(&entry.resource_type, *method).expect("an entry").clone();
            let shape = schemas.shape(&entry.resource_type, *method, entry.version).expect("a shape");
            for round in 0..90 {
                let slips = [10_000, 60, 12][round % 3];
                let mut maker =
                    Maker { root: document.root(), random: Random((index * 1000 + round) as u64), slips };
                let text = maker.value(&schema, 0).to_string();
                let tree = Tree::parse(&text, Dialect::STRICT);
                let body = tree.root().expect("a value");
                for template in [false, true] {
                    let request = Request {
                        resource_type: &entry.resource_type,
                        method: *method,
                        version: entry.version,
                        template,
                        name: None,
                    };
                    let fits = shape.is_surely_valid(body, template);
                    let problems = validators.judged(request, body);
                    assert!(!fits || problems.is_empty(), "{request:?}: {text}\n{problems:?}");
                    all += 1;
                    clean += usize::from(problems.is_empty());
                    fitting += usize::from(fits);
                }
            }
        }
    }
    assert!(clean * 4 > all && clean * 4 < all * 3, "{clean} of {all} bodies are clean");
    assert!(fitting * 100 >= clean * 99, "{fitting} of {clean} clean bodies fit");
}
