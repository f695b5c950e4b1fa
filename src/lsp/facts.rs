//! What there is to say of a property and of an identity type, as Markdown.

use std::fmt::Write as _;

use super::body::Body;
use crate::arm::versions::first_with;
use crate::arm::{
    ApiVersion, IdentityBlock, IdentityForm, IdentityType, Method, ResourceType, UserAssignedDrops, drops,
};
use crate::schema::paths::Property;
use crate::schema::{Schemas, VersionRange};

/// Values that are listed of those that a property takes.
const MAX_VALUES: usize = 20;

/// Keywords of a schema that narrow a value down, and how they are read.
const LIMITS: [(&str, &str); 8] = [
    ("minimum", "at least"),
    ("maximum", "at most"),
    ("minLength", "characters, at least"),
    ("maxLength", "characters, at most"),
    ("minItems", "elements, at least"),
    ("maxItems", "elements, at most"),
    ("pattern", "matches"),
    ("x-armbody-format", "format"),
];

/// The property that the cursor is at, or since when there is one.
pub(super) fn of_property(body: &Body<'_>, schemas: &Schemas) -> Option<String> {
    let (property, ranges) = body.property(schemas);
    let request = &body.request;
    let Some(property) = property else {
        if ranges.is_empty() {
            return None;
        }
        let name = body.spot.typed();
        return Some(format!(
            "`{name}` is not in {} of `{}`\n\n- {}",
            request.version,
            request.type_name.as_str(),
            since(&ranges)
        ));
    };
    let mut out = format!("**`{}`**{}\n", property.path, kind(&property));
    for line in lines(&property) {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n- {line}");
    }
    if body.is_at(&["identity", "userAssignedIdentities", &body.spot.typed()]) {
        let _ = write!(out, "\n- the id of a user-assigned identity: `{{}}` assigns it");
        if request.method == Method::Patch {
            out.push_str(", `null` takes it away");
        }
    }
    if !ranges.is_empty() {
        let _ =
            write!(out, "\n- in {} of `{}` {}", request.method, request.type_name.as_str(), since(&ranges));
    }
    Some(out)
}

/// A property's facts without its name.
pub(super) fn lines(property: &Property<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let said = |keyword: &str| property.schema.get(keyword).or_else(|| property.target.get(keyword));
    lines.extend(said("description").and_then(|it| it.as_str()).map(str::to_owned));
    if property.read_only {
        lines.push("set by the service: leave it out of requests".to_owned());
    }
    if property.required {
        lines.push("required".to_owned());
    }
    if said("x-ms-secret").is_some_and(|it| *it == true) {
        lines.push("a secret".to_owned());
    }
    let values: Vec<&str> = property.values().collect();
    if !values.is_empty() {
        let shown = values.iter().take(MAX_VALUES).map(|value| format!("`{value}`")).collect::<Vec<_>>();
        let more = values.len().saturating_sub(MAX_VALUES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let sort = if property.is_open() { "known values, and ARM may take others" } else { "one of" };
        lines.push(format!("{sort}: {}{more}", shown.join(", ")));
    }
    for (keyword, words) in LIMITS {
        if let Some(limit) = said(keyword) {
            let limit = limit.as_str().map_or_else(|| limit.to_string(), |text| format!("`{text}`"));
            lines.push(format!("{words} {limit}"));
        }
    }
    lines
}

/// The kind of value, as it follows a name.
pub(super) fn kind(property: &Property<'_>) -> String {
    property.kind().map_or_else(String::new, |kind| format!(": {kind}"))
}

fn since(ranges: &[VersionRange]) -> String {
    let says = |range: &VersionRange| match range.until {
        None => format!("since {}", range.since),
        Some(until) if until == range.since => format!("only in {until}"),
        Some(until) => format!("from {} to {until}", range.since),
    };
    ranges.iter().map(says).collect::<Vec<_>>().join(", ")
}

/// What an identity type does to a machine, and what it takes away.
pub(super) fn of_identity_type(
    identity_type: IdentityType,
    machine: ResourceType,
    version: ApiVersion,
    method: Method,
) -> String {
    let noun = machine.noun();
    let mut out = format!("**`{identity_type}`**: {}\n", does(identity_type, noun));
    if identity_type.has_user_assigned()
        && let Some(first) = first_with(machine, IdentityForm::Ids)
    {
        let _ = write!(out, "\n- since {first}");
    }
    let taken = taken(identity_type, machine, version, method);
    if taken.is_empty() {
        let _ = write!(out, "\n- takes nothing away in a {method} with {version}");
    } else {
        let _ = write!(out, "\n- a {method} with {version} takes {} from the {noun}", taken.join(" and "));
    }
    let form = crate::arm::versions::identity_form(machine, version);
    if let Some(property) = form.ids_property().filter(|_| identity_type.has_user_assigned()) {
        let _ = write!(out, "\n- the ids stand in `{property}`");
    }
    out
}

/// In half a sentence.
pub(super) fn does(identity_type: IdentityType, noun: &str) -> String {
    match identity_type {
        IdentityType::None => format!("the {noun} has no identity"),
        IdentityType::SystemAssigned => {
            format!("Azure makes an identity for the {noun}, which goes when the {noun} goes")
        }
        IdentityType::UserAssigned => format!(
            "the {noun} has the identities that are listed: resources of their own, which stay when the {noun} goes"
        ),
        IdentityType::SystemAssignedUserAssigned => {
            format!("the {noun} has an identity that Azure makes for it, and the identities that are listed")
        }
    }
}

fn taken(
    identity_type: IdentityType,
    machine: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Vec<&'static str> {
    let dropped = drops(Some(&IdentityBlock::of_type(identity_type)), machine, version, method);
    let system = dropped.system_assigned.then_some("the system-assigned identity");
    let user = match dropped.user_assigned {
        UserAssignedDrops::Nothing | UserAssignedDrops::Named(_) => None,
        UserAssignedDrops::AllNotListed => Some("every user-assigned identity that is not listed"),
        UserAssignedDrops::All => Some("every user-assigned identity"),
    };
    system.into_iter().chain(user).collect()
}
