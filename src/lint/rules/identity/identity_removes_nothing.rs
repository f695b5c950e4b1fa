#![doc = include_str!("../../../../docs/rules/identity-removes-nothing.md")]

use super::questions::{form, is_open, lack, method, noun, says};
use crate::arm::{IdentityForm, IdentityType, Method};
use crate::container::{Removal, removal};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "identity-removes-nothing",
    Identity,
    Warning,
    Never,
    "the text says that an identity is removed, and the PATCH removes none",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some(identity_type), Some((_, kind))) = (says(subject, block).identity_type(), block.kind) else {
        return;
    };
    if !subject.in_document()
        || method(subject) != Some(Method::Patch)
        || form(subject) != Some(IdentityForm::Map)
        || !identity_type.has_user_assigned()
        || lack(subject, block).is_some()
        || block.ids.is_some()
    {
        return;
    }
    // A body that changes more than identities may remove something else.
    let only_identity = subject.resource.is_some_and(|resource| resource.members().count() == 1);
    let map = block.map.map(|(_, value)| value).filter(|value| value.kind() != Kind::Null);
    if !only_identity || map.is_some_and(|map| !only_assigns(subject, map)) {
        return;
    }
    let Some(removal) = removal(&subject.call.context) else { return };
    // Without `SystemAssigned` the request does remove something; it is another thing that the text must mean.
    if identity_type == IdentityType::UserAssigned && removal != Removal::UserAssigned {
        return;
    }
    let noun = noun(subject);
    let draft = subject
        .at_node(
            &RULE,
            block.map.map_or(kind, |(name, _)| name),
            format!("the text says remove, and this PATCH takes no user-assigned identity from the {noun}"),
        )
        .help("what the map does not name stays; an id is removed by `null` as its value");
    sink.push(draft);
}

/// True if every entry of the map is there to be read, and none is `null`.
fn only_assigns(subject: &Subject<'_>, map: Node<'_>) -> bool {
    map.kind() == Kind::Object
        && !is_open(subject, map)
        && map.members().all(|(name, value)| {
            !name.is_repaired() && !is_open(subject, value) && value.kind() == Kind::Object
        })
}
