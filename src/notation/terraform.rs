//! Writing a request as a declaration of Terraform's azapi provider, version 2 or later.
//!
//! `azapi_resource` is a resource with all that it has; `azapi_update_resource` reads one, adds to it and sends it
//! back, and takes nothing away; `azapi_resource_action` sends one request as it is.

use std::fmt::Write as _;

use minijinja::context;

use super::declare::{Declarations, Language, OWN, Values, aligned, in_comment, is_secret, is_whole};
use super::layout::Layout;
use super::writer::{IdentityChange, RoleStep, WriteError};
use crate::arm::{
    Blank, BlankStyle, BodyValue, IdentityType, Method, Part, Request, RequestTarget, ResourceType, Text,
    published_identity_type,
};

/// Writes requests as Terraform files.
#[derive(Debug)]
pub(super) struct Terraform;

impl Declarations for Terraform {
    const EXTENSION: &'static str = "tf";
    const COMMENT: &'static str = "#";

    fn declare(
        request: &Request,
        change: Option<IdentityChange<'_>>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        write(request, change, layout)
    }

    fn declare_roles(
        _request: Option<&Request>,
        _change: IdentityChange<'_>,
        _roles: &[RoleStep<'_>],
        _layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        let why =
            "a role assignment is a resource of its own there, which needs the state of the one before it";
        Err(WriteError::NoEquivalent { form: "terraform", why: why.to_owned(), instead: "--as script" })
    }
}

/// The language. Source: the templates and expressions of the HCL native syntax specification.
struct OfTerraform;

impl Language for OfTerraform {
    const BETWEEN: &'static str = " = ";
    const END_OF_ELEMENT: &'static str = ",";
    const QUOTE: char = '"';
    const ALIGNS: bool = true;

    fn escaped(literal: &str, joins: bool) -> String {
        let mut out = String::new();
        let mut chars = literal.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                // `${` and `%{` begin a template, `$${` and `%%{` stand for them; a run of marks would be read as
                // either.
                '$' | '%' => match chars.peek() {
                    Some('{') => out.extend([c, c]),
                    Some(next) if *next == c => escape(&mut out, c),
                    None if joins => escape(&mut out, c),
                    Some(_) | None => out.push(c),
                },
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                    escape(&mut out, c);
                }
                c => out.push(c),
            }
        }
        out
    }

    fn filled(parameter: &str) -> String {
        format!("${{var.{parameter}}}")
    }

    fn alone(parameter: &str) -> String {
        format!("var.{parameter}")
    }

    fn is_bare(name: &str) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        name.bytes().all(is_word)
            && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && !["true", "false", "null", "for", "if"].contains(&name)
    }

    fn number(number: &serde_json::Number) -> String {
        number.to_string()
    }

    /// `vmName` is `vm_name` here.
    fn parameter(blank: Blank) -> String {
        blank.variable().to_ascii_lowercase()
    }
}

/// Adds a character by its number.
fn escape(out: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}

fn write(
    request: &Request,
    change: Option<IdentityChange<'_>>,
    layout: &Layout<'_>,
) -> Result<String, WriteError> {
    let target = &request.target;
    let mut values = Values::new(layout.blanks);
    let body = request.body.as_ref();
    let is_machine = target.resource_type.known().is_some_and(ResourceType::has_identity);
    let is_collection = target.names.len() < target.resource_type.types().count();
    let (kind, note) = match (request.method, body) {
        (Method::Get, None) if is_collection => (Kind::List, None),
        (Method::Get, None) => (Kind::Data, None),
        (Method::Put, Some(body)) if !is_machine || is_whole(body) => (Kind::Resource, None),
        (Method::Put | Method::Patch, Some(_)) if adds_only(body, change) => (Kind::Update, None),
        (Method::Patch, Some(_)) => (
            Kind::Action,
            Some(
                "Something is taken away, which no declaration says: the request is sent once, when this is created.",
            ),
        ),
        (Method::Put, Some(_)) => {
            return Err(none(
                "azapi_update_resource takes nothing away; a PATCH does (without --method PUT)",
            ));
        }
        (Method::Delete, _) => {
            return Err(none(
                "Terraform deletes what is no longer declared: take the block away, or `terraform destroy`",
            ));
        }
        (other, _) => return Err(none(format!("azapi declares no such {other}"))),
    };
    let mut arguments: Vec<(&str, String)> = Vec::new();
    let type_name = Text::new(&format!("{}@{}", target.resource_type, target.api_version));
    arguments.push(("type", values.text::<OfTerraform>(&type_name)));
    match kind {
        Kind::Resource => {
            let Some(name) = target.names.last() else { return Err(none("the request names no resource")) };
            arguments.push(("parent_id", values.text::<OfTerraform>(&parent(target))));
            arguments.push(("name", values.text::<OfTerraform>(name)));
        }
        Kind::List => arguments.push(("parent_id", values.text::<OfTerraform>(&parent(target)))),
        Kind::Data | Kind::Update | Kind::Action => {
            arguments.push(("resource_id", values.text::<OfTerraform>(&id(target))));
        }
    }
    if kind == Kind::Action {
        arguments.push(("method", "\"PATCH\"".to_owned()));
    }
    let mut blocks = Vec::new();
    if let Some(BodyValue::Object(members)) = body {
        let mut rest: Vec<(Text, BodyValue)> =
            members.iter().filter(|(name, _)| !is_any(name, &OWN)).cloned().collect();
        if kind == Kind::Resource {
            let (own, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(name, value)| {
                is_any(name, &["location", "tags"]) || (is_any(name, &["identity"]) && has_block(value))
            });
            rest = others;
            for (name, value) in own {
                if is_any(&name, &["identity"]) {
                    blocks.push(identity(&value, &mut values));
                } else {
                    let name = if is_any(&name, &["tags"]) { "tags" } else { "location" };
                    arguments.push((name, values.value::<OfTerraform>(&value, 1)));
                }
            }
        }
        // A region says nothing of a resource that is there.
        rest.retain(|(name, _)| kind != Kind::Update || !is_any(name, &["location"]));
        if !rest.is_empty() {
            arguments.push(("body", values.value::<OfTerraform>(&BodyValue::Object(rest), 1)));
        }
    }
    if matches!(kind, Kind::Data | Kind::List) {
        arguments.push(("response_export_values", "[\"*\"]".to_owned()));
    }
    let arguments: Vec<(String, String)> =
        arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let (long, short): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|(_, value)| value.contains('\n'));
    let variables = values.blanks.iter().map(|blank| {
        context! { name => OfTerraform::parameter(*blank), sensitive => is_secret(*blank) }
    });
    let (block, name) = (kind.block(), kind.name());
    let symbol = symbol(target);
    let context = context! {
        note => note.map(in_comment),
        variables => variables.collect::<Vec<_>>(),
        block => block,
        name => name,
        symbol => symbol,
        arguments => aligned::<OfTerraform>(&short),
        long_arguments => aligned::<OfTerraform>(&long),
        blocks => blocks,
        output => matches!(kind, Kind::Data | Kind::List)
            .then(|| format!("{block}.{name}.{symbol}.output{}", if is_machine { ".identity" } else { "" })),
    };
    let written = layout.templates.render("notations/resource.tf.j2", context)?;
    Ok(written.trim_end().to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Resource,
    Update,
    Action,
    Data,
    List,
}

impl Kind {
    fn block(self) -> &'static str {
        if matches!(self, Self::Data | Self::List) { "data" } else { "resource" }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Resource | Self::Data => "azapi_resource",
            Self::Update => "azapi_update_resource",
            Self::Action => "azapi_resource_action",
            Self::List => "azapi_resource_list",
        }
    }
}

fn none(why: impl Into<String>) -> WriteError {
    WriteError::NoEquivalent { form: "terraform", why: why.into(), instead: "--as curl" }
}

/// True if a change takes no identity away, as far as is known.
fn adds_only(body: Option<&BodyValue>, change: Option<IdentityChange<'_>>) -> bool {
    if let Some(IdentityChange { before, after }) = change {
        let goes = before.system_assigned && !after.system_assigned;
        return !goes && before.user_assigned.iter().all(|id| after.user_assigned.contains(id));
    }
    let Some(body) = body else { return true };
    let Some(identity) = body.member("identity") else { return true };
    // The others take away what is not named with them.
    let keeps = body.identity_type() == Some(IdentityType::SystemAssignedUserAssigned);
    let removes = match identity.member("userAssignedIdentities") {
        Some(BodyValue::Object(ids)) => ids.iter().any(|(_, value)| *value == BodyValue::Null),
        _ => false,
    };
    keeps && !removes
}

fn is_any(name: &Text, names: &[&str]) -> bool {
    matches!(name.parts(), [Part::Literal(name)] if names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// True for an identity that the provider's own block can say: a type, and a map of ids.
fn has_block(identity: &BodyValue) -> bool {
    let BodyValue::Object(members) = identity else { return false };
    let is_type = matches!(identity.member("type"), Some(BodyValue::String(_)));
    is_type
        && members.iter().all(|(name, value)| {
            is_any(name, &["type"])
                || (is_any(name, &["userAssignedIdentities"])
                    && matches!(value, BodyValue::Object(ids)
                        if ids.iter().all(|(_, value)| matches!(value, BodyValue::Object(it) if it.is_empty()))))
        })
}

/// The lines of the block `identity`.
fn identity(identity: &BodyValue, values: &mut Values) -> Vec<String> {
    let mut arguments: Vec<(&str, String)> = Vec::new();
    if let Some(kind) = identity.member("type") {
        // The provider takes one spelling, whatever the resource type's own is.
        let own = match kind {
            BodyValue::String(kind) => published_identity_type(&kind.spell(BlankStyle::Angle)),
            _ => None,
        };
        let own = own.map(|own| BodyValue::String(Text::new(own.as_str())));
        arguments.push(("type", values.value::<OfTerraform>(own.as_ref().unwrap_or(kind), 2)));
    }
    if let Some(BodyValue::Object(ids)) = identity.member("userAssignedIdentities") {
        let ids = ids.iter().map(|(id, _)| BodyValue::String(id.clone())).collect();
        arguments.push(("identity_ids", values.value::<OfTerraform>(&BodyValue::Array(ids), 2)));
    }
    let arguments: Vec<(String, String)> =
        arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let lines = aligned::<OfTerraform>(&arguments).into_iter().map(|line| format!("    {line}"));
    std::iter::once("  identity {".to_owned()).chain(lines).chain(["  }".to_owned()]).collect()
}

fn symbol(target: &RequestTarget) -> &'static str {
    target.resource_type.known().map_or("this", ResourceType::short_name)
}

/// An id as it is written by hand: a path whose names are not encoded.
fn id_up_to(target: &RequestTarget, types: usize) -> Text {
    let literal = |text: &str| Part::Literal(text.to_owned());
    let mut parts = Vec::new();
    if let Some(scope) = &target.scope {
        parts.extend(scope.parts().iter().cloned());
    } else {
        parts.push(literal("/subscriptions/"));
        parts.extend(target.subscription.parts().iter().cloned());
        if let Some(group) = &target.resource_group {
            parts.push(literal("/resourceGroups/"));
            parts.extend(group.parts().iter().cloned());
        }
    }
    if types > 0 {
        parts.push(literal(&format!("/providers/{}", target.resource_type.namespace())));
        for (kind, name) in target.resource_type.types().zip(&target.names).take(types) {
            parts.push(literal(&format!("/{kind}/")));
            parts.extend(name.parts().iter().cloned());
        }
    }
    Text::from_parts(parts)
}

fn id(target: &RequestTarget) -> Text {
    id_up_to(target, target.names.len())
}

fn parent(target: &RequestTarget) -> Text {
    id_up_to(target, target.resource_type.types().count().saturating_sub(1))
}
