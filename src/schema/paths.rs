//! The paths of properties: `properties.networkProfile.networkInterfaces[].id`, `tags{}`.
//!
//! `[]` is any element of an array, `{}` any value of a map.

use std::rc::Rc;

use serde_json::Value;

use super::document::{Document, KNOWN_VALUES};
use crate::arm::Method;

/// Definitions may contain each other; no body is as deep as this.
const MAX_DEPTH: usize = 40;

/// A type with more paths than this is not listed to the end.
const MAX_PATHS: usize = 100_000;

/// The keyword of an object that one of its properties decides about.
const DISCRIMINATOR: &str = "x-armbody-discriminator";

/// One step from a body to a place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// The member of this name, of an object or of a map.
    Name(&'a str),
    /// An element of an array.
    Element,
}

/// A property (or element, or map value) that a schema has.
#[derive(Debug, Clone)]
pub struct Property<'a> {
    /// Its path in a body.
    pub path: String,
    /// The schema where the property stands.
    pub schema: &'a Value,
    /// The schema that it refers to in the end; the same where it refers to none.
    pub target: &'a Value,
    /// Whether the service sets it.
    pub read_only: bool,
    /// Whether the object that it belongs to requires it.
    pub required: bool,
}

impl Property<'_> {
    /// The JSON type (`object`, `string`, …) without `null`; `None` where any value will do.
    pub fn kind(&self) -> Option<&str> {
        match &self.target["type"] {
            Value::String(kind) => Some(kind),
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            _ => None,
        }
    }

    /// The values that it takes; none are listed where any of its kind will do.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let listed = ["enum", KNOWN_VALUES].into_iter().find_map(|keyword| self.target[keyword].as_array());
        listed.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether `null` is one of its values: the schema has it, or it may be left out and no text can be meant.
    pub fn takes_null(&self) -> bool {
        let listed =
            self.target["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        listed || !self.required && self.kind().is_some_and(|kind| kind != "string")
    }

    /// Whether the service may take other values than those of [`Property::values`].
    pub fn is_open(&self) -> bool {
        self.target.get("enum").is_none()
    }

    /// The last name of the path; `None` for an element or a map value.
    pub fn name(&self) -> Option<&str> {
        let name = self.path.rsplit('.').next()?;
        (!name.ends_with(['}', ']'])).then_some(name)
    }
}

/// The definitions that lead to a place, innermost first: a second visit would never end.
struct Above<'a> {
    schema: &'a Value,
    next: Option<Rc<Above<'a>>>,
}

struct Pending<'a> {
    property: Property<'a>,
    above: Option<Rc<Above<'a>>>,
    depth: usize,
}

/// The property at a place in a body; `None` where the schema has none.
pub fn property_at<'a>(
    document: &'a Document,
    resource_type: &str,
    method: Method,
    steps: &[Step<'_>],
) -> Option<Property<'a>> {
    let entry = document.entry(resource_type, method)?;
    let mut property =
        Property { path: String::new(), schema: entry, target: entry, read_only: false, required: false };
    for step in steps {
        property.target = resolve(document, &mut property);
        let step = std::slice::from_ref(step);
        let from = property.path.len();
        let mut all = children(document, &property);
        let at = |it: &Property<'_>, is_map: bool| {
            it.path.get(from..).is_some_and(|path| path.starts_with("{}") == is_map && matches(path, step))
        };
        let found = [false, true].into_iter().find_map(|is_map| all.iter().position(|it| at(it, is_map)));
        property = all.swap_remove(found?);
    }
    property.target = resolve(document, &mut property);
    Some(property)
}

/// What an object in a body says of the property that decides what else it holds: the object after so many steps, the
/// property's name.
pub type Decided<'d> = &'d dyn Fn(usize, &str) -> Option<String>;

/// More descriptions of one place than any type has.
const MAX_AT: usize = 256;

/// What a body may have at a place: more than one where it is decided elsewhere and not said. Nothing where the schema
/// has nothing.
pub fn properties_at<'a>(
    document: &'a Document,
    resource_type: &str,
    method: Method,
    steps: &[Step<'_>],
    decided: Decided<'_>,
) -> Vec<Property<'a>> {
    let Some(entry) = document.entry(resource_type, method) else { return Vec::new() };
    let root =
        Property { path: String::new(), schema: entry, target: entry, read_only: false, required: false };
    let mut found = vec![root];
    for (depth, step) in steps.iter().enumerate() {
        let step = std::slice::from_ref(step);
        let mut next: Vec<Property<'a>> = Vec::new();
        // A name of its own counts more than any name.
        let mut of_maps: Vec<Property<'a>> = Vec::new();
        for mut property in found {
            property.target = resolve(document, &mut property);
            let from = property.path.len();
            for child in decided_children(document, &property, &|name| decided(depth, name)) {
                let Some(own) = child.path.get(from..).filter(|own| matches(own, step)) else { continue };
                let list = if own.starts_with("{}") { &mut of_maps } else { &mut next };
                list.push(child);
            }
        }
        found = if next.is_empty() { of_maps } else { next };
        found.truncate(MAX_AT);
    }
    for property in &mut found {
        property.target = resolve(document, property);
    }
    found
}

/// The properties that the object at a place may have, sorted; see [`properties_at`].
pub fn members_at<'a>(
    document: &'a Document,
    resource_type: &str,
    method: Method,
    steps: &[Step<'_>],
    decided: Decided<'_>,
) -> Vec<Property<'a>> {
    let mut found: Vec<Property<'a>> = Vec::new();
    for property in properties_at(document, resource_type, method, steps, decided) {
        found.extend(decided_children(document, &property, &|name| decided(steps.len(), name)));
    }
    for property in &mut found {
        property.target = resolve(document, property);
    }
    // What is common to all comes before what each has.
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

/// Every path of a body, sorted; the body itself has none. A definition inside itself is not entered again.
pub fn paths<'a>(document: &'a Document, resource_type: &str, method: Method) -> Vec<Property<'a>> {
    let Some(entry) = document.entry(resource_type, method) else { return Vec::new() };
    let mut out: Vec<Property<'a>> = Vec::new();
    let root =
        Property { path: String::new(), schema: entry, target: entry, read_only: false, required: false };
    let mut pending = vec![Pending { property: root, above: None, depth: 0 }];
    while let Some(Pending { mut property, above, depth }) = pending.pop() {
        property.target = resolve(document, &mut property);
        let known = std::iter::successors(above.as_deref(), |a| a.next.as_deref())
            .any(|a| std::ptr::eq(a.schema, property.target));
        if !known && depth < MAX_DEPTH && out.len() + pending.len() < MAX_PATHS {
            let above = Some(Rc::new(Above { schema: property.target, next: above }));
            for child in children(document, &property) {
                pending.push(Pending { property: child, above: above.clone(), depth: depth + 1 });
            }
        }
        if !property.path.is_empty() {
            out.push(property);
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    // The branches of a discriminated object have what is common to them each.
    out.dedup_by(|a, b| a.path == b.path);
    out
}

/// Follows references; one that is read-only makes the property so.
fn resolve<'a>(document: &'a Document, property: &mut Property<'a>) -> &'a Value {
    let mut node = property.schema;
    for _ in 0..MAX_DEPTH {
        property.read_only |= node["readOnly"] == true;
        let Some(next) = node["$ref"].as_str().and_then(|r| document.definition(r)) else { break };
        node = next;
    }
    node
}

fn children<'a>(document: &'a Document, parent: &Property<'a>) -> Vec<Property<'a>> {
    decided_children(document, parent, &|_| None)
}

/// What stands within `parent`; of a discriminated object what `decided` says of it chooses, everything if it does not.
fn decided_children<'a>(
    document: &'a Document,
    parent: &Property<'a>,
    decided: &dyn Fn(&str) -> Option<String>,
) -> Vec<Property<'a>> {
    let mut out = Vec::new();
    let key = parent.target[DISCRIMINATOR].as_str();
    let chosen = key.and_then(decided);
    let is_chosen = |branch: &Value| {
        let value = key.and_then(|key| branch["if"]["properties"][key]["const"].as_str());
        chosen.as_ref().zip(value).is_none_or(|(chosen, value)| chosen.eq_ignore_ascii_case(value))
    };
    let mut add = |path: String, schema: &'a Value, required: bool| {
        out.push(Property { path, schema, target: schema, read_only: false, required });
    };
    let branches = parent.target["allOf"].as_array().into_iter().flatten().filter(|it| is_chosen(it));
    let branches = branches.filter_map(|b| document.definition(b["then"]["$ref"].as_str()?));
    for node in std::iter::once(parent.target).chain(branches) {
        let required = node["required"].as_array();
        for (name, schema) in node["properties"].as_object().into_iter().flatten() {
            let dot = if parent.path.is_empty() { "" } else { "." };
            let required = required.is_some_and(|list| list.iter().any(|r| r == name));
            add(format!("{}{dot}{name}", parent.path), schema, required);
        }
        if let Some(schema) = node.get("additionalProperties").filter(|s| s.is_object()) {
            add(format!("{}{{}}", parent.path), schema, false);
        }
        if let Some(schema) = node.get("items").filter(|s| s.is_object()) {
            add(format!("{}[]", parent.path), schema, false);
        }
    }
    out
}

/// The steps that a path as [`paths`] writes it stands for, any value of a map as the name `*`.
pub fn steps(path: &str) -> Vec<Step<'_>> {
    let mut out = Vec::new();
    for part in path.split('.') {
        let end = part.find(['[', '{']).unwrap_or(part.len());
        if end > 0 {
            out.push(Step::Name(&part[..end]));
        }
        for kind in part[end..].split_inclusive([']', '}']) {
            out.push(if kind == "[]" { Step::Element } else { Step::Name("*") });
        }
    }
    out
}

/// Whether the path of a schema is that of a place in a body. Names are compared without case, as ARM does.
pub fn matches(path: &str, steps: &[Step<'_>]) -> bool {
    let mut rest = path;
    for step in steps {
        let next = match step {
            Step::Element => rest.strip_prefix("[]"),
            Step::Name(name) => rest.strip_prefix("{}").or_else(|| {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                let found = rest.get(..name.len())?;
                let next = &rest[name.len()..];
                let ends = next.is_empty() || next.starts_with(['.', '[', '{']);
                (ends && found.eq_ignore_ascii_case(name)).then_some(next)
            }),
        };
        match next {
            Some(next) => rest = next,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{Element, Name};

    #[test]
    fn a_place_in_a_body_matches_the_path_of_its_property() {
        let ids =
            [Name("identity"), Name("UserAssignedIdentities"), Name("/subscriptions/a.b"), Name("clientid")];
        assert!(matches("identity.userAssignedIdentities{}.clientId", &ids));
        assert!(!matches("identity.userAssignedIdentities{}", &ids));
        assert!(matches("a.b[].c", &[Name("a"), Name("b"), Element, Name("c")]));
        assert!(!matches("ab", &[Name("a")]));
        assert!(!matches("a.b", &[Name("a")]));
        assert!(matches("@odata.type", &[Name("@odata.type")]));
        assert!(matches("", &[]));
    }

    #[test]
    fn a_definition_inside_itself_ends() {
        let text = r##"{"$schema": "https://json-schema.org/draft/2020-12/schema",
            "x-armbody-operations": {"a": ["PUT"]},
            "$defs": {"a.PUT": {"$ref": "#/$defs/A"},
                "A": {"type": "object", "required": ["inner"],
                      "properties": {"inner": {"$ref": "#/$defs/A", "readOnly": true},
                                     "tags": {"type": "object", "additionalProperties": {"type": ["string", "null"]}}}}}}"##;
        let document =
            Document::parse("N", "2020-01-01".parse().expect("a version"), text).expect("it is valid");
        let found = paths(&document, "N/a", Method::Put);
        let listed: Vec<_> =
            found.iter().map(|p| (p.path.as_str(), p.kind(), p.read_only, p.required)).collect();
        assert_eq!(
            listed,
            [
                ("inner", Some("object"), true, true),
                ("tags", Some("object"), false, false),
                ("tags{}", Some("string"), false, false),
            ]
        );
    }
}
