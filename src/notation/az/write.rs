//! Writing a request as the command of az that does the same to a machine's identities or to an identity.
//!
//! `az vm identity assign` and `remove` read what the machine has and send it along. Which of them does what a request
//! does follows from what the machine has before and is to have afterwards.

use minijinja::context;

use crate::arm::{
    Blank, BlankStyle, BodyValue, Identity, IdentityId, IdentityType, Method, Part, Request, RequestTarget,
    ResourceType, Text,
};
use crate::notation::layout::Layout;
use crate::notation::posix_text::{Quotes, guards, word};
use crate::notation::writer::{IdentityChange, RoleStep, WriteError, Writer};

/// Writes requests as `az vm identity …`, `az vmss identity …` and `az identity …` for a POSIX shell.
#[derive(Debug)]
pub(in crate::notation) struct AzVm;

impl Writer for AzVm {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        joined(Lines::of(request, &commands(request, None)?, layout)?, layout)
    }

    fn write_change(
        &self,
        request: &Request,
        change: IdentityChange<'_>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        joined(Lines::of(request, &commands(request, Some(change))?, layout)?, layout)
    }

    fn write_roles(
        &self,
        request: Option<&Request>,
        change: IdentityChange<'_>,
        roles: &[RoleStep<'_>],
        layout: &Layout<'_>,
    ) -> Result<Option<String>, WriteError> {
        let mut lines = Lines::default();
        if let Some(request) = request {
            lines.add(Lines::of(request, &commands(request, Some(change))?, layout)?);
        }
        for role in roles {
            let Some((name, definition, scope)) = role.parts() else {
                return Err(none("the role assignment has no name, role or scope"));
            };
            let shows = commands(role.read, None)?.into_iter().map(|command| {
                command
                    .option("--query", vec![Text::new("principalId")])
                    .option("--output", vec![Text::new("tsv")])
            });
            let mut read = Lines::of(role.read, &shows.collect::<Vec<_>>(), layout)?;
            for command in &mut read.commands {
                *command = format!("PRINCIPAL_ID=$({command})");
            }
            lines.add(read);
            let mut words = vec!["az role assignment create".to_owned()];
            words.push(option("--name", std::slice::from_ref(name), layout.blanks)?);
            words.push("--assignee-object-id \"$PRINCIPAL_ID\"".to_owned());
            words.push("--assignee-principal-type ServicePrincipal".to_owned());
            words.push(option("--role", &[definition], layout.blanks)?);
            words.push(option("--scope", std::slice::from_ref(scope), layout.blanks)?);
            let guards = guards([name, scope], layout.blanks);
            lines.add(Lines { guards, commands: vec![words.join(joint(layout))] });
        }
        joined(lines, layout).map(Some)
    }

    fn extension(&self) -> &'static str {
        "sh"
    }
}

/// A command: its words, and its options behind those that say where.
struct Command {
    words: String,
    options: Vec<(&'static str, Vec<Text>)>,
}

impl Command {
    fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), options: Vec::new() }
    }

    fn option(mut self, name: &'static str, values: Vec<Text>) -> Self {
        self.options.push((name, values));
        self
    }
}

/// Commands, and the lines that guard their variables.
#[derive(Default)]
struct Lines {
    guards: Vec<String>,
    commands: Vec<String>,
}

impl Lines {
    fn of(request: &Request, commands: &[Command], layout: &Layout<'_>) -> Result<Self, WriteError> {
        let target = &request.target;
        let mut written = Self::default();
        for command in commands {
            let mut options = Vec::new();
            let group = target.resource_group.as_ref().map(|group| ("--resource-group", vec![group.clone()]));
            let own = *target.subscription.parts() == [Part::Blank(Blank::SubscriptionId)];
            // az takes the subscription that is signed in to.
            let subscription = (!own).then(|| ("--subscription", vec![target.subscription.clone()]));
            let all: Vec<_> = group.iter().chain(&command.options).chain(&subscription).collect();
            for (name, values) in &all {
                options.push(option(name, values, layout.blanks)?);
            }
            let guards = guards(all.iter().flat_map(|(_, values)| values), layout.blanks);
            let before: Vec<&str> =
                std::iter::once(command.words.as_str()).chain(options.iter().map(String::as_str)).collect();
            written.add(Self { guards, commands: vec![before.join(joint(layout))] });
        }
        Ok(written)
    }

    fn add(&mut self, other: Self) {
        for guard in other.guards {
            if !self.guards.contains(&guard) {
                self.guards.push(guard);
            }
        }
        self.commands.extend(other.commands);
    }
}

fn joint(layout: &Layout<'_>) -> &'static str {
    if layout.multiline { " \\\n  " } else { " " }
}

fn joined(lines: Lines, layout: &Layout<'_>) -> Result<String, WriteError> {
    let context = context! { before => lines.guards, commands => lines.commands };
    Ok(layout.templates.render("notations/az-vm.sh.j2", context)?)
}

fn option(name: &str, values: &[Text], style: BlankStyle) -> Result<String, WriteError> {
    let mut out = name.to_owned();
    for value in values {
        let spelt = value.spell(BlankStyle::Angle);
        if spelt.is_empty() || spelt.starts_with('@') {
            return Err(none(format!("az takes `{spelt}` for something else than a value of {name}")));
        }
        if spelt.contains(char::is_control) {
            return Err(none(format!("the value of {name} has control characters")));
        }
        // A value that begins like an option is one, unless it stands behind `=`.
        out.push(if spelt.starts_with('-') { '=' } else { ' ' });
        out.push_str(&word(value, style, Quotes::Double));
    }
    if values.len() > 1 && values.iter().any(|value| value.spell(BlankStyle::Angle).starts_with('-')) {
        return Err(none(format!("a value of {name} begins like an option")));
    }
    Ok(out)
}

fn none(why: impl Into<String>) -> WriteError {
    WriteError::NoEquivalent { form: "az-vm", why: why.into(), instead: "--as az" }
}

fn commands(request: &Request, change: Option<IdentityChange<'_>>) -> Result<Vec<Command>, WriteError> {
    let target = &request.target;
    if target.scope.is_some() {
        return Err(none("it is about what belongs to another resource"));
    }
    match target.resource_type.known() {
        Some(ResourceType::UserAssignedIdentity) => Ok(vec![of_identity(request)?]),
        Some(machine) => of_machine(request, machine, change),
        None => Err(none(format!("az has no command for identities of {}", target.resource_type))),
    }
}

/// The one name of a target.
fn name(target: &RequestTarget) -> Result<Vec<Text>, WriteError> {
    match &target.names[..] {
        [name] => Ok(vec![name.clone()]),
        _ => Err(none("the request names more than one resource, or none")),
    }
}

fn of_identity(request: &Request) -> Result<Command, WriteError> {
    let target = &request.target;
    Ok(match request.method {
        Method::Get if target.names.is_empty() => Command::new("az identity list"),
        Method::Get => Command::new("az identity show").option("--name", name(target)?),
        Method::Delete => Command::new("az identity delete").option("--name", name(target)?),
        Method::Put => {
            let mut command = Command::new("az identity create").option("--name", name(target)?);
            let Some(BodyValue::Object(members)) = &request.body else {
                return Err(none("it has no body"));
            };
            for (member, value) in members {
                let member = member.spell(BlankStyle::Angle);
                match (member.as_str(), value) {
                    ("location", BodyValue::String(location)) => {
                        command = command.option("--location", vec![location.clone()]);
                    }
                    ("tags", BodyValue::Object(tags)) => command = command.option("--tags", of_tags(tags)?),
                    _ => return Err(none(format!("`az identity create` sends no `{member}`"))),
                }
            }
            command
        }
        other => return Err(none(format!("`az identity` sends no such {other}"))),
    })
}

fn of_tags(tags: &[(Text, BodyValue)]) -> Result<Vec<Text>, WriteError> {
    let tag = |(name, value): &(Text, BodyValue)| {
        let spelt = name.spell(BlankStyle::Angle);
        let BodyValue::String(value) = value else { return Err(none("the value of a tag is not a string")) };
        // az cuts at the first `=`, and reads a file behind one that `@` follows.
        if spelt.is_empty() || spelt.contains('=') || value.spell(BlankStyle::Angle).starts_with('@') {
            return Err(none(format!("az reads the tag `{spelt}` as something else")));
        }
        let parts = name.parts().iter().cloned().chain([Part::Literal("=".to_owned())]);
        Ok(Text::from_parts(parts.chain(value.parts().iter().cloned())))
    };
    tags.iter().map(tag).collect()
}

fn of_machine(
    request: &Request,
    machine: ResourceType,
    change: Option<IdentityChange<'_>>,
) -> Result<Vec<Command>, WriteError> {
    let target = &request.target;
    let az = format!("az {}", machine.short_name());
    let changes = match (request.method, &request.body, change) {
        (Method::Get, None, _) => {
            return Ok(vec![Command::new(format!("{az} identity show")).option("--name", name(target)?)]);
        }
        (Method::Delete, None, _) => {
            return Ok(vec![Command::new(format!("{az} delete --yes")).option("--name", name(target)?)]);
        }
        (Method::Patch | Method::Put, Some(body), change) if is_of_identity(body, request.method) => {
            match change {
                Some(change) => Changes::between(change),
                None => Changes::of_body(body)?,
            }
        }
        (Method::Put, ..) => {
            return Err(none(format!("`{az} create` writes a body of its own")));
        }
        _ => return Err(none(format!("`{az} identity` changes identities and nothing else"))),
    };
    let command = |verb: &str, system: bool, ids: &[IdentityId]| -> Result<Command, WriteError> {
        let system = system.then(|| Text::new("[system]"));
        let values = system.into_iter().chain(ids.iter().map(|id| of_id(id, target))).collect();
        let command = Command::new(format!("{az} identity {verb}")).option("--name", name(target)?);
        Ok(command.option("--identities", values))
    };
    let mut commands = Vec::new();
    if changes.system == Some(true) || !changes.add.is_empty() {
        commands.push(command("assign", changes.system == Some(true), &changes.add)?);
    }
    if changes.system == Some(false) || !changes.remove.is_empty() {
        commands.push(command("remove", changes.system == Some(false), &changes.remove)?);
    }
    if commands.is_empty() {
        return Err(none("it changes nothing that the machine has"));
    }
    Ok(commands)
}

/// True if a body says nothing but identities, and where a PUT has to say it, the region.
fn is_of_identity(body: &BodyValue, method: Method) -> bool {
    let BodyValue::Object(members) = body else { return false };
    let is_own = |name: &str| name == "identity" || (name == "location" && method == Method::Put);
    members.iter().any(|(name, _)| name.spell(BlankStyle::Angle) == "identity")
        && members.iter().all(|(name, _)| is_own(&name.spell(BlankStyle::Angle)))
}

/// What comes and what goes.
#[derive(Default)]
struct Changes {
    /// The system-assigned identity comes or goes.
    system: Option<bool>,
    add: Vec<IdentityId>,
    remove: Vec<IdentityId>,
}

impl Changes {
    fn between(change: IdentityChange<'_>) -> Self {
        let IdentityChange { before, after } = change;
        let only = |some: &Identity, other: &Identity| {
            let ids = some.user_assigned.iter().filter(|id| !other.user_assigned.contains(id));
            ids.cloned().collect()
        };
        Self {
            system: (before.system_assigned != after.system_assigned).then_some(after.system_assigned),
            add: only(after, before),
            remove: only(before, after),
        }
    }

    /// What a body changes whatever the machine has.
    fn of_body(body: &BodyValue) -> Result<Self, WriteError> {
        let identity = body.member("identity");
        let member = |name: &str| identity.and_then(|identity| identity.member(name));
        let ids = match member("userAssignedIdentities") {
            Some(BodyValue::Object(ids)) => &ids[..],
            _ => &[],
        };
        let adds = ids.iter().all(|(_, value)| matches!(value, BodyValue::Object(_)));
        let system = match body.identity_type() {
            Some(IdentityType::UserAssigned) => None,
            Some(IdentityType::SystemAssignedUserAssigned) => Some(true),
            _ => {
                return Err(none(
                    "which command it is depends on what the machine has, which the request does not say",
                ));
            }
        };
        if !adds || ids.is_empty() {
            return Err(none("what it takes away depends on what the machine has"));
        }
        let add = ids.iter().map(|(id, _)| IdentityId::new(id.spell(BlankStyle::Angle))).collect();
        Ok(Self { system, add, remove: Vec::new() })
    }
}

/// An identity as az takes it: by its name if it is in the same resource group, else by its id.
fn of_id(id: &IdentityId, target: &RequestTarget) -> Text {
    let text = id.as_str();
    let group = |group: &Text| {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/",
            target.subscription.spell(BlankStyle::Angle),
            group.spell(BlankStyle::Angle)
        )
    };
    let prefix = target.resource_group.as_ref().map(group);
    // Blanks are spelt alike on both sides.
    let spelt = Text::new(text).spell(BlankStyle::Angle);
    let name = prefix.and_then(|prefix| {
        let head = spelt.get(..prefix.len())?;
        head.eq_ignore_ascii_case(&prefix).then(|| spelt[prefix.len()..].to_owned())
    });
    let is_plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match name.filter(|name| is_plain(name)) {
        Some(name) => Text::new(&name),
        None => Text::new(text),
    }
}
