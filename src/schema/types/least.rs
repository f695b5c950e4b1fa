//! The least that a PUT has to say.

use serde_json::{Map, Value};

use super::{Form, InVersion, Object, Property, Shape};

/// No published body needs deeper ones.
const MAX_DEPTH: usize = 12;

impl InVersion<'_> {
    /// The least body that a PUT may have: every member that is required, with the first value of a list, or what
    /// stands for one to be filled in (`<VAULT URI>`). `location`, `identity` and what the URL says are not in it.
    pub fn least_body(self) -> Map<String, Value> {
        let Value::Object(mut body) = value(self.shape(), "body", 0) else { return Map::new() };
        for own in ["name", "type", "id", "apiVersion", "location", "identity"] {
            body.shift_remove(own);
        }
        let properties = self.shape().property("properties").filter(|it| !it.is_read_only());
        if let Some(properties) = properties.filter(|_| !body.contains_key("properties")) {
            body.insert("properties".to_owned(), value(properties.shape(), "properties", 0));
        }
        body
    }

    /// True if a request may say where the resource is.
    pub fn takes_location(self) -> bool {
        let objects = self.shape().objects();
        objects
            .iter()
            .filter_map(|object| object.property("location"))
            .any(|property| !property.is_read_only())
    }
}

fn value(shape: Shape<'_>, name: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    match shape.form() {
        Form::Any => Value::Object(Map::new()),
        Form::Boolean => Value::Bool(false),
        Form::Integer { least, most } => {
            let number = least.unwrap_or_default().max(0);
            Value::from(most.map_or(number, |most| number.min(most)))
        }
        Form::Text { .. } => Value::from(blank(name)),
        Form::Values(values) => values.iter().next().map_or_else(|| Value::from(blank(name)), Value::from),
        Form::List { item, least, .. } => {
            let count = usize::try_from(least.unwrap_or_default()).unwrap_or_default().min(8);
            Value::Array((0..count).map(|_| value(item, name, depth + 1)).collect())
        }
        Form::Object(object) => Value::Object(required(object, depth)),
        Form::Variants(variants) => {
            let mut members = Map::new();
            if let Some((key, variant)) = variants.elements().next() {
                // The discriminator comes first, and has the variant's key whatever the variant says of it.
                members.insert(variants.discriminator().to_owned(), Value::from(key));
                if let Form::Object(object) = variant.form() {
                    members.extend(required(object, depth));
                }
                members.insert(variants.discriminator().to_owned(), Value::from(key));
            }
            for (name, value) in required(variants.base(), depth) {
                members.entry(name).or_insert(value);
            }
            Value::Object(members)
        }
    }
}

fn required(object: Object<'_>, depth: usize) -> Map<String, Value> {
    let is_due = |property: &Property<'_>| property.is_required() && !property.is_read_only();
    let due = object.properties().filter(is_due);
    due.map(|property| (property.name().to_owned(), value(property.shape(), property.name(), depth + 1)))
        .collect()
}

/// What stands for a value that somebody has to fill in: `vaultUri` is `<VAULT URI>`.
fn blank(name: &str) -> String {
    let mut words = String::from("<");
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            words.push(' ');
        }
        words.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { ' ' });
    }
    words.push('>');
    words
}

#[cfg(test)]
mod tests {
    use super::super::Pack;
    use super::*;

    #[test]
    fn what_is_required_is_there() {
        let least = |name: &str| {
            let described = Pack::embedded().find(name).expect("a type");
            Value::Object(described.newest().expect("a version").least_body())
        };
        let storage = least("Microsoft.Storage/storageAccounts");
        assert!(storage["sku"]["name"].is_string() && storage["kind"].is_string(), "{storage}");
        assert_eq!(least("Microsoft.Web/sites"), serde_json::json!({ "properties": {} }));
        assert_eq!(blank("adminPassword"), "<ADMIN PASSWORD>");
    }
}
