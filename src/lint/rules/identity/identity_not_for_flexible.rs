#![doc = include_str!("../../../../docs/rules/identity-not-for-flexible.md")]

use super::questions::{method, says};
use crate::arm::{Method, ResourceType};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "identity-not-for-flexible",
    Identity,
    Error,
    Never,
    "a system-assigned identity on a Flexible scale set",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    if !subject.target.resource_type.is_some_and(ResourceType::is_set) || method(subject) != Some(Method::Put)
    {
        return;
    }
    let (Some(identity_type), Some((_, kind))) = (says(subject, block).identity_type(), block.kind) else {
        return;
    };
    let mode = subject
        .resource
        .and_then(|resource| resource.member("properties"))
        .and_then(|(_, properties)| properties.member("orchestrationMode"));
    let Some((mode, value)) = mode else { return };
    let is_flexible = value.as_str().is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible"));
    if !is_flexible || !identity_type.has_system_assigned() {
        return;
    }
    let help = if identity_type.has_user_assigned() {
        "write `UserAssigned`; each machine of the set can be given an identity of its own"
    } else {
        "use user-assigned identities; each machine of the set can be given an identity of its own"
    };
    // A command that says no mode makes a Flexible set.
    let words = subject.body.map(|body| body.to_file(value.span()));
    let words = words.and_then(|place| subject.source.text().get(place.range())).unwrap_or_default();
    let is_default = subject.call.made.is_some() && !words.to_ascii_lowercase().contains("flexible");
    let label = if is_default {
        "nothing says the set's mode, and it becomes Flexible"
    } else {
        "the set is Flexible"
    };
    // A command has no member of that name.
    let place = if subject.call.made.is_some() { value.span() } else { mode.span().cover(value.span()) };
    let help = match &subject.call.made {
        Some(_) => format!("say `Uniform` as the set's mode, or {help}"),
        None => help.to_owned(),
    };
    let draft = subject
        .at_node(&RULE, kind, "a Flexible scale set has no system-assigned identity")
        .label(place, label)
        .help(help)
        .arm(
            "InvalidParameter",
            format!(
                "The value '{}' of parameter 'identity' is not allowed. Allowed values are: UserAssigned, None.",
                kind.as_str().unwrap_or_default()
            ),
        );
    sink.push(draft);
}
