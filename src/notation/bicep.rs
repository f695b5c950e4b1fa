//! Writing a request as a declaration in Bicep.
//!
//! A deployment sends a PUT of the whole resource. What a PATCH changes alone can only be written into the declaration
//! of the resource: the file then has that resource as one that exists, and says in a comment what to write.

use std::fmt::Write as _;

use minijinja::context;

use super::declare::{
    Declarations, Language, OWN, Values, declared, in_comment, is_secret, is_whole, without_removals,
};
use super::layout::Layout;
use super::level::level_of;
use super::writer::{IdentityChange, RoleStep, WriteError};
use crate::arm::{
    ApiVersion, BlankStyle, BodyValue, Level, Method, Part, Request, RequestTarget, ResourceId, ResourceType,
    ResourceTypeName, Text,
};

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

    fn declare_roles(
        request: Option<&Request>,
        change: IdentityChange<'_>,
        roles: &[RoleStep<'_>],
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        let Some(first) = roles.first() else {
            return request.map_or(Ok(String::new()), |request| write(request, Some(change), layout));
        };
        // The machine is read by the first of them, or stands beside an identity that is.
        let machine = request.map_or(&first.read.target, |request| &request.target);
        let mut values = Values::new(layout.blanks);
        let mut blocks = Vec::new();
        for (at, role) in roles.iter().enumerate() {
            blocks.extend(with_role(role, at + 1, machine, &mut values)?);
        }
        // A parameter is declared once, whoever uses it.
        let declared = match request {
            Some(request) => declaration(request, Some(change), &mut values, layout)?,
            None => match roles.iter().find(|role| !is_identity(&role.read.target)) {
                Some(role) => declaration(role.read, None, &mut values, layout)?,
                None => parameters(&values).join("\n"),
            },
        };
        let parts = std::iter::once(declared).filter(|text| !text.is_empty()).chain(blocks);
        Ok(parts.collect::<Vec<_>>().join("\n\n"))
    }
}

fn is_identity(target: &RequestTarget) -> bool {
    target.resource_type == ResourceType::UserAssignedIdentity
}

/// The declarations of a role assignment, and of what it speaks of that is there.
fn with_role(
    role: &RoleStep<'_>,
    number: usize,
    machine: &RequestTarget,
    values: &mut Values,
) -> Result<Vec<String>, WriteError> {
    let none =
        |why: &str| WriteError::NoEquivalent { form: "bicep", why: why.to_owned(), instead: "--as script" };
    let Some((name, definition, scope)) = role.parts() else {
        return Err(none("the role assignment has no name, role or scope"));
    };
    let mut blocks = Vec::new();
    let read = &role.read.target;
    let principal = if is_identity(read) {
        let given = format!("given{number}");
        let mut lines = vec![format!("name: {}", values.text::<OfBicep>(&self::name(read)))];
        if (&read.subscription, &read.resource_group) != (&machine.subscription, &machine.resource_group) {
            let group = read.resource_group.clone().unwrap_or_default();
            lines.push(format!(
                "scope: resourceGroup({}, {})",
                values.text::<OfBicep>(&read.subscription),
                values.text::<OfBicep>(&group)
            ));
        }
        blocks.push(block(
            &given,
            &read.resource_type.to_string(),
            &read.api_version.to_string(),
            true,
            &lines,
        ));
        format!("{given}.properties.principalId")
    } else {
        format!("{}.identity.principalId", symbol(read))
    };
    let mut lines = vec![format!("name: {}", values.text::<OfBicep>(name))];
    match Scope::of(scope, role.scope_version, machine) {
        Scope::Group => {}
        Scope::Machine => lines.push(format!("scope: {}", symbol(machine))),
        Scope::Within(target, version) => {
            let symbol = format!("scope{number}");
            let name = format!("name: {}", values.text::<OfBicep>(&self::name(&target)));
            blocks.push(block(&symbol, &target.resource_type.to_string(), &version, true, &[name]));
            lines.push(format!("scope: {symbol}"));
        }
        Scope::Elsewhere => {
            return Err(none(
                "a role outside of the machine's resource group takes a module, which is a file of its own",
            ));
        }
    }
    let definition = values.text::<OfBicep>(&definition);
    lines.push("properties: {".to_owned());
    lines.push(format!(
        "  roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', {definition})"
    ));
    lines.push(format!("  principalId: {principal}"));
    lines.push("  principalType: 'ServicePrincipal'".to_owned());
    lines.push("}".to_owned());
    let put = &role.put.target;
    let (kind, version) = (put.resource_type.to_string(), put.api_version.to_string());
    blocks.push(block(&format!("role{number}"), &kind, &version, false, &lines));
    Ok(blocks)
}

fn block(symbol: &str, kind: &str, version: &str, existing: bool, lines: &[String]) -> String {
    let kind = OfBicep::escaped(&format!("{kind}@{version}"), false);
    let existing = if existing { " existing" } else { "" };
    let mut out = format!("resource {symbol} '{kind}'{existing} = {{\n");
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
    out + "}"
}

/// What a role is given for, as the file of a deployment to the machine's group can say it.
enum Scope {
    /// The machine's resource group.
    Group,
    /// The machine.
    Machine,
    /// Another resource of that group, in a version that it has.
    Within(Box<RequestTarget>, String),
    Elsewhere,
}

impl Scope {
    fn of(scope: &Text, version: Option<ApiVersion>, machine: &RequestTarget) -> Self {
        let spelt = scope.spell(BlankStyle::Angle);
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let group = machine.resource_group.as_ref().map(|group| group.spell(BlankStyle::Angle));
        let Ok(id) = ResourceId::parse(&spelt) else { return Self::Elsewhere };
        let is_here =
            id.subscription.is_some_and(|it| same(it.text, &machine.subscription.spell(BlankStyle::Angle)))
                && id.resource_group.zip(group.as_deref()).is_some_and(|(own, group)| same(own.text, group));
        match &id.providers[..] {
            _ if !is_here => Self::Elsewhere,
            [] => Self::Group,
            [provider] => {
                let types: Vec<&str> = provider.types.iter().map(|(kind, _)| kind.text).collect();
                let full = format!("{}/{}", provider.namespace.text, types.join("/"));
                let names =
                    provider.types.iter().filter_map(|(_, name)| *name).map(|name| Text::new(name.text));
                let names: Vec<Text> = names.collect();
                let Some(resource_type) =
                    ResourceTypeName::parse(&full).filter(|_| names.len() == types.len())
                else {
                    return Self::Elsewhere;
                };
                let spelt =
                    |names: &[Text]| names.iter().map(|it| it.spell(BlankStyle::Angle)).collect::<Vec<_>>();
                let is_machine = resource_type == machine.resource_type
                    && spelt(&names).join("/").eq_ignore_ascii_case(&spelt(&machine.names).join("/"));
                if is_machine {
                    return Self::Machine;
                }
                match version {
                    Some(version) => {
                        let target = RequestTarget { resource_type, names, ..machine.clone() };
                        Self::Within(Box::new(target), version.to_string())
                    }
                    None => Self::Elsewhere,
                }
            }
            _ => Self::Elsewhere,
        }
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

fn write(
    request: &Request,
    change: Option<IdentityChange<'_>>,
    layout: &Layout<'_>,
) -> Result<String, WriteError> {
    declaration(request, change, &mut Values::new(layout.blanks), layout)
}

/// The declaration of a resource, with the parameters that `values` has used so far or uses in it.
fn declaration(
    request: &Request,
    change: Option<IdentityChange<'_>>,
    values: &mut Values,
    layout: &Layout<'_>,
) -> Result<String, WriteError> {
    let target = &request.target;
    let none =
        |why: &str| WriteError::NoEquivalent { form: "bicep", why: why.to_owned(), instead: "--as curl" };
    let level = level_of(target).map_err(none)?;
    if target.names.len() != target.resource_type.types().count() {
        return Err(none("a declaration is about one resource, and this lists many"));
    }
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
    let context = context! {
        group => group,
        scope => target_scope(level),
        notes => notes,
        parameters => parameters(values),
        symbol => symbol,
        type => OfBicep::escaped(&kind, false),
        existing => is_existing,
        members => lines,
        outputs => outputs,
    };
    let written = layout.templates.render("notations/resource.bicep.j2", context)?;
    Ok(written.trim_end().to_owned())
}

/// What `targetScope` says, where it has to be said.
fn target_scope(level: Level) -> Option<&'static str> {
    match level {
        Level::Group => None,
        Level::Subscription => Some("subscription"),
        Level::ManagementGroup => Some("managementGroup"),
        Level::Tenant => Some("tenant"),
    }
}

/// The parameters that values have used.
fn parameters(values: &Values) -> Vec<String> {
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
    parameters.collect()
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
    target.resource_type.known().map_or("resource_", ResourceType::short_name)
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
        _ if is_existing => vec![format!("output identity object = {symbol}.?identity ?? {{}}")],
        _ => {
            let kind = body.and_then(BodyValue::identity_type);
            kind.filter(|kind| kind.has_system_assigned())
                .map(|_| format!("output principalId string = {symbol}.identity.principalId"))
                .into_iter()
                .collect()
        }
    }
}
