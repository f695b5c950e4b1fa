//! How the files under `schemas/` are written: for people who read a diff between two versions.

use std::fmt::Write;

use serde_json::Value;

/// A value that fits is written on one line; else a member or element has a line of its own.
const WIDTH: usize = 100;

/// The text of a schema, with a line for every property, and for every definition at least one.
///
/// It is for schemas that the importer has made: it recurses as deep as they nest, which is bounded there.
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, Role::Schema, &mut out);
    out.push('\n');
    out
}

/// What a value is to the schema around it.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Schema,
    /// Members are names of properties, definitions or types, whatever they are called.
    Names,
    Other,
}

fn write(value: &Value, indent: usize, role: Role, out: &mut String) {
    let (open, close, empty) = match value {
        Value::Object(members) => ('{', '}', members.is_empty()),
        Value::Array(elements) => ('[', ']', elements.is_empty()),
        _ => ('"', '"', true),
    };
    let line = spaced(value);
    if empty || (role != Role::Names && indent + line.len() <= WIDTH && value.get("properties").is_none()) {
        return out.push_str(&line);
    }
    let mut separator = "\n";
    out.push(open);
    let mut item = |name: Option<&str>, value: &Value, out: &mut String| {
        let _ = write!(out, "{separator}{:width$}", "", width = indent + 2);
        separator = ",\n";
        if let Some(name) = name {
            let _ = write!(out, "{}: ", Value::from(name));
        }
        let role = match (role, name) {
            (Role::Schema, Some("properties" | "$defs" | "x-armbody-operations")) => Role::Names,
            (Role::Names, _) | (Role::Schema, Some("items" | "additionalProperties" | "if" | "then")) => {
                Role::Schema
            }
            _ => Role::Other,
        };
        self::write(value, indent + 2, role, out);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| item(Some(name), value, out)),
        Value::Array(elements) => elements.iter().for_each(|value| item(None, value, out)),
        _ => {}
    }
    let _ = write!(out, "\n{:indent$}{close}", "");
}

/// One line, with a space after commas and colons.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(spaced).collect();
            format!("[{}]", elements.join(", "))
        }
        other => other.to_string(),
    }
}
