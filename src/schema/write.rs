//! How the files under `schemas/` are written: for people who read a diff between two versions.

use std::fmt::Write;

use serde_json::Value;

/// A value that fits is written on one line; else a member or element has a line of its own.
const WIDTH: usize = 100;

/// The text of a schema file, with a line for every property, and for every definition at least one.
pub(super) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, true, &mut out);
    out.push('\n');
    out
}

/// Recursion ends where schemas do: the importer bounds how deep they nest.
fn write(value: &Value, indent: usize, spread: bool, out: &mut String) {
    let flat = value.to_string();
    let (open, close, empty) = match value {
        Value::Object(members) => ('{', '}', members.is_empty()),
        Value::Array(elements) => ('[', ']', elements.is_empty()),
        _ => return out.push_str(&flat),
    };
    if empty || (!spread && indent + flat.len() <= WIDTH && !flat.contains("\"properties\":{")) {
        out.push_str(&spaced(value));
        return;
    }
    let mut separator = "\n";
    out.push(open);
    let mut item = |name: Option<&str>, value: &Value, out: &mut String| {
        let _ = write!(out, "{separator}{:width$}", "", width = indent + 2);
        separator = ",\n";
        if let Some(name) = name {
            let _ = write!(out, "{}: ", Value::from(name));
        }
        let spread = matches!(name, Some("properties" | "$defs" | "x-armbody-operations"));
        self::write(value, indent + 2, spread, out);
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
