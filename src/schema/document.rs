//! One schema file: a provider in one API version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::pointer::escape;
use crate::arm::{ApiVersion, Method, decode_percent};

/// The dialect of every schema here.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The keyword that says which operations a file describes: methods by type (without the namespace).
pub(super) const OPERATIONS: &str = "x-armbody-operations";

/// The keyword that lists the values of an open enum.
pub(super) const KNOWN_VALUES: &str = "x-armbody-known-values";

/// A schema file, read.
#[derive(Debug, Clone)]
pub struct Document {
    provider: String,
    version: ApiVersion,
    root: Value,
    operations: BTreeMap<String, Vec<Method>>,
}

impl Document {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The JSON pointer of what is wrong, and what that is.
    pub fn parse(provider: &str, version: ApiVersion, text: &str) -> Result<Self, (String, String)> {
        let fault = |pointer: &str, what: String| Err((pointer.to_owned(), what));
        let root: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(root) => root,
            Err(error) => return fault("", format!("not JSON: {error}")),
        };
        match root.get("$schema") {
            Some(Value::String(dialect)) if dialect.trim_end_matches('#') == DIALECT => {}
            Some(other) => {
                return fault("/$schema", format!("unknown dialect {other}, {DIALECT:?} is expected"));
            }
            None => return fault("/$schema", format!("the dialect is missing, {DIALECT:?} is expected")),
        }
        let Some(operations) = root.get(OPERATIONS).and_then(Value::as_object) else {
            return fault(&format!("/{OPERATIONS}"), "the methods of each type are expected here".to_owned());
        };
        for (name, methods) in operations {
            let methods: Option<Vec<Method>> = methods
                .as_array()
                .and_then(|list| list.iter().map(|method| method.as_str()?.parse().ok()).collect());
            let Some(methods) = methods else {
                let pointer = format!("/{OPERATIONS}/{}", escape(name));
                return fault(&pointer, "a list of methods is expected here".to_owned());
            };
            for method in methods {
                let entry = entry_name(name, method);
                if !root["$defs"].get(&entry).is_some_and(Value::is_object) {
                    return fault("/$defs", format!("the entry point {entry:?} is missing"));
                }
            }
        }
        let document = Self::trusted(provider, version, root);
        if let Some((pointer, reference)) = document.dangling() {
            return fault(&pointer, format!("the $ref {reference:?} leads nowhere"));
        }
        if let Some(pointer) = document.cycle() {
            return fault(&pointer, "the definition is nothing but a $ref back to itself".to_owned());
        }
        Ok(document)
    }

    /// A document that this program has made.
    pub(super) fn trusted(provider: &str, version: ApiVersion, root: Value) -> Self {
        let operations = root.get(OPERATIONS).and_then(Value::as_object).into_iter().flatten();
        let operations = operations
            .map(|(name, methods)| {
                let methods = methods.as_array().into_iter().flatten().filter_map(Value::as_str);
                (format!("{provider}/{name}"), methods.filter_map(|m| m.parse().ok()).collect())
            })
            .collect();
        Self { provider: provider.to_owned(), version, root, operations }
    }

    /// The namespace: `Microsoft.Compute`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The API version.
    pub fn version(&self) -> ApiVersion {
        self.version
    }

    /// The whole file.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Each type (with its namespace) and its methods, sorted.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &[Method])> {
        self.operations.iter().map(|(resource_type, methods)| (resource_type.as_str(), methods.as_slice()))
    }

    /// The schema of a body, from which [`Document::definition`] leads on. The type is compared without case.
    pub fn entry(&self, resource_type: &str, method: Method) -> Option<&Value> {
        let (known, methods) =
            self.operations.iter().find(|(known, _)| known.eq_ignore_ascii_case(resource_type))?;
        if !methods.contains(&method) {
            return None;
        }
        self.root["$defs"].get(entry_name(known.split_once('/')?.1, method))
    }

    /// What a `$ref` of this document (`#/$defs/OSProfile`) leads to.
    pub fn definition(&self, reference: &str) -> Option<&Value> {
        self.root["$defs"].get(name_of(reference)?)
    }

    /// A schema for one body by itself: only the definitions that it reaches, no other file needed.
    pub fn standalone(&self, resource_type: &str, method: Method) -> Option<Value> {
        let entry = self.entry(resource_type, method)?;
        let (resource_type, _) =
            self.operations.iter().find(|(known, _)| known.eq_ignore_ascii_case(resource_type))?;

        let mut reached: BTreeSet<String> = BTreeSet::new();
        let mut nodes = vec![entry];
        while let Some(node) = nodes.pop() {
            for reference in references(node) {
                let Some(name) = name_of(reference) else { continue };
                if let Some(definition) = self.root["$defs"].get(&name)
                    && reached.insert(name)
                {
                    nodes.push(definition);
                }
            }
        }
        let mut out = Map::new();
        out.insert("$schema".to_owned(), Value::from(DIALECT));
        out.insert(
            "$id".to_owned(),
            Value::from(format!("urn:armbody:{resource_type}:{}:{method}", self.version)),
        );
        out.insert("title".to_owned(), Value::from(format!("{method} {resource_type} {}", self.version)));
        out.extend(entry.as_object().cloned().unwrap_or_default());
        let defs: Map<String, Value> = reached
            .into_iter()
            .map(|name| {
                let definition = self.root["$defs"][&name].clone();
                (name, definition)
            })
            .collect();
        out.insert("$defs".to_owned(), json!(defs));
        Some(Value::Object(out))
    }

    fn dangling(&self) -> Option<(String, String)> {
        let defs = self.root["$defs"].as_object()?;
        defs.iter().find_map(|(name, definition)| {
            let reference = references(definition).into_iter().find(|r| self.definition(r).is_none())?;
            Some((format!("/$defs/{}", escape(name)), reference.to_owned()))
        })
    }

    /// A validator would follow such a definition without end.
    fn cycle(&self) -> Option<String> {
        let defs = self.root["$defs"].as_object()?;
        let mut ends: BTreeSet<&str> = BTreeSet::new();
        for (name, definition) in defs {
            let mut chain = BTreeSet::from([name.as_str()]);
            let mut node = definition;
            while let Some(next) = node["$ref"].as_str().and_then(name_of) {
                let Some((next, target)) = defs.get_key_value(&next) else { break };
                if ends.contains(next.as_str()) {
                    break;
                }
                if !chain.insert(next) {
                    return Some(format!("/$defs/{}", escape(name)));
                }
                node = target;
            }
            ends.append(&mut chain);
        }
        None
    }
}

/// All references in a schema, in no order. A property may be called `$ref`; what it holds is a schema, no text.
fn references(schema: &Value) -> Vec<&str> {
    let mut out = Vec::new();
    let mut nodes = vec![schema];
    while let Some(node) = nodes.pop() {
        match node {
            Value::Object(members) => {
                out.extend(members.get("$ref").and_then(Value::as_str));
                nodes.extend(members.values());
            }
            Value::Array(elements) => nodes.extend(elements),
            _ => {}
        }
    }
    out
}

/// The name in `$defs` under which the schema of a body stands: `virtualMachines.PUT`.
pub(super) fn entry_name(name: &str, method: Method) -> String {
    format!("{name}.{method}")
}

/// A `$ref` to a definition: a JSON pointer in a URI fragment.
pub(super) fn reference_to(name: &str) -> String {
    let mut out = "#/$defs/".to_owned();
    for byte in escape(name).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn name_of(reference: &str) -> Option<String> {
    let token = decode_percent(reference.strip_prefix("#/$defs/")?);
    Some(token.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> ApiVersion {
        "2020-01-01".parse().expect("a version")
    }

    fn text(schema: &str) -> String {
        format!(
            r##"{{"$schema": "{schema}", "x-armbody-operations": {{"a/b": ["PUT"]}},
                "$defs": {{"a/b.PUT": {{"$ref": "#/$defs/A%20%5BB%5D"}}, "A [B]": {{"type": "object"}}, "C": {{}}}}}}"##
        )
    }

    #[test]
    fn a_name_that_is_no_uri_is_escaped_and_found_again() {
        assert_eq!(reference_to("A [B]"), "#/$defs/A%20%5BB%5D");
        assert_eq!(name_of(&reference_to("a/b~c.PUT é")).as_deref(), Some("a/b~c.PUT é"));
        let document = Document::parse("N", version(), &text(DIALECT)).expect("it is valid");
        let standalone = document.standalone("n/A/B", Method::Put).expect("it is there");
        assert_eq!(standalone["$defs"], json!({"A [B]": {"type": "object"}}));
        assert_eq!(standalone["$id"], "urn:armbody:N/a/b:2020-01-01:PUT");
    }

    #[test]
    fn faults_name_their_pointer() {
        let pointer = |text: &str| Document::parse("N", version(), text).expect_err("a fault").0;
        assert_eq!(pointer(&text("http://json-schema.org/draft-07/schema#")), "/$schema");
        assert_eq!(pointer("{}"), "/$schema");
        assert_eq!(
            pointer(&text(DIALECT).replace("x-armbody-operations", "operations")),
            "/x-armbody-operations"
        );
        assert_eq!(pointer(&text(DIALECT).replace("[\"PUT\"]", "\"PUT\"")), "/x-armbody-operations/a~1b");
        assert_eq!(pointer(&text(DIALECT).replace("[\"PUT\"]", "[\"PATCH\"]")), "/$defs");
        assert_eq!(pointer(&text(DIALECT).replace("%5BB", "%5BD")), "/$defs/a~1b.PUT");
        let itself = text(DIALECT).replace(r#""C": {}"#, r##""C": {"$ref": "#/$defs/C"}"##);
        assert_eq!(pointer(&itself), "/$defs/C");
    }
}
