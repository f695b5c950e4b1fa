//! Writing a request as a declaration in Bicep.
//!
//! A deployment sends a PUT of the whole resource. What a PATCH changes alone can only be written into the declaration
//! of the resource: the file then has that resource as one that exists, and says in a comment what to write.

use std::fmt::Write as _;

use minijinja::context;

use super::declare::{
    Declarations, Language, Values, declared, in_comment, is_secret, is_whole, without_removals,
};
use super::write::{Form, IdentityChange, Layout, WriteError};
use crate::arm::{BlankStyle, BodyValue, Method, Part, Request, RequestTarget, ResourceType, Text};

/// Writes requests as Bicep files.
#[derive(Debug)]
pub(super) struct Bicep;

impl Declarations for Bicep {
    const EXTENSION: &'static str = "bicep";
    const COMMENT: &'static str = "//";

    fn declare(
        request: &Request,
        change: Option<IdentityChange<'_>>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        write(request, change, layout)
    }
}

/// The language. Sources: the grammar of string literals and objects in the Bicep language specification.
struct OfBicep;

impl Language for OfBicep {
    const BETWEEN: &'static str = ": ";
    const END_OF_ELEMENT: &'static str = "";
    const QUOTE: char = '\'';
    const ALIGNS: bool = false;

    fn escaped(literal: &str, _joins: bool) -> String {
        let mut out = String::new();
        let mut chars = literal.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\'' => out.push_str("\\'"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                    // Writing to a string does not fail.
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        out
    }

    fn filled(parameter: &str) -> String {
        format!("${{{parameter}}}")
    }

    fn alone(parameter: &str) -> String {
        parameter.to_owned()
    }

    fn is_bare(name: &str) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        name.bytes().all(is_word)
            && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
            && !["true", "false", "null", "if", "for"].contains(&name)
    }

    /// Bicep has whole numbers of 64 bits and no others.
    fn number(number: &serde_json::Number) -> String {
        if number.as_i64().is_some() { number.to_string() } else { format!("json('{number}')") }
    }
}

/// Members of a body that the declaration has elsewhere.
const OWN: [&str; 4] = ["type", "apiVersion", "name", "id"];

fn write(
    request: &Request,
    change: Option<IdentityChange<'_>>,
    layout: &Layout<'_>,
) -> Result<String, WriteError> {
    let target = &request.target;
    if target.scope.is_some() {
        let why = "a resource that belongs to another one needs that one's declaration".to_owned();
        return Err(WriteError::NoEquivalent { form: Form::Bicep, why, instead: "--as curl" });
    }
    if target.names.len() != target.resource_type.types().count() {
        let why = "a declaration is about one resource, and this lists many".to_owned();
        return Err(WriteError::NoEquivalent { form: Form::Bicep, why, instead: "--as curl" });
    }
    let mut values = Values::new(layout.blanks);
    let symbol = symbol(target);
    let mut notes: Vec<String> = Vec::new();
    let (members, is_existing) = match (request.method, &request.body) {
        (Method::Put, Some(BodyValue::Object(body)))
            if request.body.as_ref().is_some_and(is_complete(target)) =>
        {
            (body.iter().filter(|(name, _)| !is_own(name)).cloned().collect(), false)
        }
        (Method::Put | Method::Patch, Some(body)) => {
            notes = note(body, change, request.method);
            (Vec::new(), true)
        }
        (Method::Get, None) => (Vec::new(), true),
        (other, _) => return Err(WriteError::NotDeployed(other)),
    };
    let mut lines = vec![values.member::<OfBicep>(&Text::new("name"), &BodyValue::String(name(target)), 1)];
    for (name, value) in &members {
        lines.push(values.member::<OfBicep>(name, value, 1));
    }
    let kind = format!("{}@{}", target.resource_type, target.api_version);
    let group = target.resource_group.as_ref().map(|group| in_comment(&group.spell(layout.blanks)));
    let outputs = outputs(target, symbol, is_existing, request.body.as_ref());
    let parameters = values.blanks.iter().map(|blank| {
        let name = OfBicep::parameter(*blank);
        let default = match blank {
            crate::arm::Blank::SubscriptionId => " = subscription().subscriptionId",
            crate::arm::Blank::ResourceGroup => " = resourceGroup().name",
            crate::arm::Blank::Location => " = resourceGroup().location",
            _ => "",
        };
        let secure = if is_secret(*blank) { "@secure()\n" } else { "" };
        format!("{secure}param {name} string{default}")
    });
    let context = context! {
        group => group,
        notes => notes,
        parameters => parameters.collect::<Vec<_>>(),
        symbol => symbol,
        type => OfBicep::escaped(&kind, false),
        existing => is_existing,
        members => lines,
        outputs => outputs,
    };
    let written = layout.templates.render("notations/resource.bicep.j2", context)?;
    Ok(written.trim_end().to_owned())
}

/// Of a machine, a PUT may leave out all but the region and the identity, and a declaration may not.
fn is_complete(target: &RequestTarget) -> impl Fn(&BodyValue) -> bool {
    let is_machine = target.resource_type.known().is_some_and(ResourceType::has_identity);
    move |body| !is_machine || is_whole(body)
}

fn is_own(name: &Text) -> bool {
    matches!(name.parts(), [Part::Literal(name)] if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// What is said in the place of a change that cannot be declared.
fn note(body: &BodyValue, change: Option<IdentityChange<'_>>, method: Method) -> Vec<String> {
    // No parameter is declared for a comment.
    let mut values = Values::new(BlankStyle::Angle);
    let declared = match (change, body.member("identity")) {
        (Some(change), _) => Some(declared(change.after)),
        (None, identity) => identity.map(without_removals),
    };
    let mut notes = vec![match method {
        Method::Patch => {
            "A deployment sends a PUT of the whole resource: this PATCH cannot be declared.".to_owned()
        }
        _ => "A declaration has the whole resource: this part of it cannot be declared alone.".to_owned(),
    }];
    let (what, member) = match declared {
        Some(identity) => {
            let text = if change.is_some() {
                "Write this into the declaration of the resource; what it does not name is taken away:"
            } else {
                "Write this into the declaration of the resource, with every identity that is to stay:"
            };
            (text, BodyValue::Object(vec![(Text::new("identity"), identity)]))
        }
        None => ("Write this into the declaration of the resource:", body.clone()),
    };
    notes.push(what.to_owned());
    notes.push(String::new());
    if let BodyValue::Object(members) = &member {
        for (name, value) in members {
            let written = values.member::<OfBicep>(name, value, 1);
            notes.extend(written.lines().enumerate().map(|(at, line)| match at {
                0 => format!("  {}", in_comment(line)),
                _ => in_comment(line),
            }));
        }
    }
    notes
}

/// The name by which the file speaks of the resource.
fn symbol(target: &RequestTarget) -> &'static str {
    match target.resource_type.known() {
        Some(ResourceType::VirtualMachine) => "vm",
        Some(ResourceType::VirtualMachineScaleSet) => "vmss",
        Some(ResourceType::UserAssignedIdentity) => "identity",
        None => "resource_",
    }
}

fn name(target: &RequestTarget) -> Text {
    let mut parts = Vec::new();
    for name in &target.names {
        if !parts.is_empty() {
            parts.push(Part::Literal("/".to_owned()));
        }
        parts.extend(name.parts().iter().cloned());
    }
    Text::from_parts(parts)
}

/// What people look for in the answer: the ids of the service principals.
fn outputs(target: &RequestTarget, symbol: &str, is_existing: bool, body: Option<&BodyValue>) -> Vec<String> {
    match target.resource_type.known() {
        Some(ResourceType::UserAssignedIdentity) => vec![
            format!("output principalId string = {symbol}.properties.principalId"),
            format!("output clientId string = {symbol}.properties.clientId"),
        ],
        Some(_) if is_existing => vec![format!("output identity object = {symbol}.?identity ?? {{}}")],
        Some(_) => {
            let kind = body.and_then(BodyValue::identity_type);
            kind.filter(|kind| kind.has_system_assigned())
                .map(|_| format!("output principalId string = {symbol}.identity.principalId"))
                .into_iter()
                .collect()
        }
        None => Vec::new(),
    }
}
