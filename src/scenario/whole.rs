//! The body of a PUT that changes nothing but the identities: the whole resource, as a GET returned it, less what only
//! the service sets.

use std::collections::BTreeSet;

use super::json::{Json, Members};
use crate::arm::{BodyValue, Text};
use crate::schema::types::{Form, InVersion, Object, Shape};

/// What a PUT can say of a whole resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Whole {
    /// Every member but the identity and what the service sets.
    pub(super) members: Vec<(Text, BodyValue)>,
    /// What a request may set and a GET does not return, where the answer lacks it: its places.
    pub(super) not_returned: Vec<String>,
}

/// Why an answer is no account of a whole resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotWhole {
    /// It is an identity alone, or has no `properties`.
    #[error("--current does not have all of it: give what GET returned")]
    Part,
    /// `ConvertTo-Json` cut it.
    #[error("PowerShell cut `{0}` at the depth of ConvertTo-Json; `-Depth 20` writes the whole")]
    Cut(String),
}

/// Members that the URL says, or that the service adds to every answer.
const OWN: [&str; 6] = ["id", "name", "type", "apiVersion", "systemData", "identity"];

/// The members of a resource that a PUT sends back.
pub(super) fn whole(resource: &Members, version: InVersion<'_>) -> Result<Whole, NotWhole> {
    let shape = version.shape();
    let has_properties = shape.objects().iter().any(|object| object.property("properties").is_some());
    if has_properties && !matches!(resource.get("properties"), Some(Json::Object(_))) {
        return Err(NotWhole::Part);
    }
    let is_own = |name: &str| OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    // `az` adds the group's name to every answer.
    let is_added = |name: &str| name.eq_ignore_ascii_case("resourceGroup") && named(shape, name).is_empty();
    let kept =
        Members(resource.0.iter().filter(|(name, _)| !is_own(name) && !is_added(name)).cloned().collect());
    let BodyValue::Object(members) = object(&kept, Some(shape), "")? else { return Err(NotWhole::Part) };
    let mut not_returned = BTreeSet::new();
    missing(shape, Some(&kept), "", 0, &mut not_returned);
    Ok(Whole { members, not_returned: not_returned.into_iter().collect() })
}

/// What the types know of a member, in each of the variants that may be meant.
fn named<'p>(shape: Shape<'p>, name: &str) -> Vec<crate::schema::types::Property<'p>> {
    shape.objects().into_iter().filter_map(|object| object.property(name)).collect()
}

fn object(members: &Members, shape: Option<Shape<'_>>, at: &str) -> Result<BodyValue, NotWhole> {
    let mut kept = Vec::with_capacity(members.0.len());
    for (name, value) in &members.0 {
        let properties = shape.map_or_else(Vec::new, |shape| named(shape, name));
        let is_read_only =
            !properties.is_empty() && properties.iter().all(|property| property.is_read_only());
        // What is null is not there.
        if is_read_only || *value == Json::Null {
            continue;
        }
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let others = shape.and_then(|shape| shape.objects().into_iter().find_map(Object::others));
        // A property of the variant counts before one of the base.
        let below = properties.last().map(|property| property.shape()).or(others);
        kept.push((Text::new(name), self::value(value, below, &at)?));
    }
    Ok(BodyValue::Object(kept))
}

fn value(value: &Json, shape: Option<Shape<'_>>, at: &str) -> Result<BodyValue, NotWhole> {
    Ok(match value {
        Json::Null => BodyValue::Null,
        Json::Bool(value) => BodyValue::Bool(*value),
        Json::Number(number) => BodyValue::Number(number.clone()),
        Json::Text(text) => {
            let holds_more = shape.is_some_and(|it| {
                matches!(it.form(), Form::Object(_) | Form::Variants(_) | Form::List { .. })
            });
            if holds_more || text.starts_with("@{") || text.starts_with("System.Object[") {
                return Err(NotWhole::Cut(at.to_owned()));
            }
            BodyValue::String(Text::new(text))
        }
        Json::List(elements) => {
            let item = shape.and_then(|shape| match shape.form() {
                Form::List { item, .. } => Some(item),
                _ => None,
            });
            let elements = elements.iter().map(|element| self::value(element, item, at));
            BodyValue::Array(elements.collect::<Result<_, _>>()?)
        }
        Json::Object(members) => object(members, shape, at)?,
    })
}

/// How deep members are looked for that no answer has; passwords and keys stand near the top.
const DEPTH: usize = 3;

/// Adds the places of what is sent and never returned, and is not in the answer.
fn missing(shape: Shape<'_>, members: Option<&Members>, at: &str, depth: usize, out: &mut BTreeSet<String>) {
    for property in shape.objects().into_iter().flat_map(Object::properties) {
        let name = property.name();
        let value = members.and_then(|members| members.get(name));
        let place = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let is_never_returned = property.is_write_only() || property.shape().is_sensitive();
        if is_never_returned && !property.is_read_only() && value.is_none_or(|value| *value == Json::Null) {
            out.insert(place);
        } else if depth < DEPTH
            && let Some(Json::Object(below)) = value
        {
            missing(property.shape(), Some(below), &place, depth + 1, out);
        }
    }
}
