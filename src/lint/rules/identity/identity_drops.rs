#![doc = include_str!("../../../../docs/rules/identity-drops.md")]

use super::questions::{ids_member, lack, method, noun, says, version, wrong_property};
use crate::arm::{IdentityBlock, IdentityType, Method, UserAssignedDrops, drops};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "identity-drops",
    Identity,
    Note,
    Never,
    "a PATCH takes identities away that it does not name",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some(identity_type), Some((_, kind))) = (says(subject, block).identity_type(), block.kind) else {
        return;
    };
    let (Some(resource_type), Some(version), Some(Method::Patch)) =
        (subject.target.resource_type, version(subject), method(subject))
    else {
        return;
    };
    if lack(subject, block).is_some() || wrong_property(subject, block).is_some() {
        return;
    }
    let member = ids_member(subject, block);
    let holds_ids =
        member.is_some_and(|(_, value, _)| value.kind() != Kind::Array || value.elements().next().is_some());
    let said = IdentityBlock::of_type(identity_type);
    let dropped = drops(Some(&said), resource_type, version, Method::Patch);
    let noun = noun(subject);
    let (node, message, help) = match dropped.user_assigned {
        // A request with ids beside such a type is refused, and so is one without ids beside the others.
        UserAssignedDrops::All if member.is_some() => return,
        UserAssignedDrops::AllNotListed if !holds_ids => return,
        UserAssignedDrops::All if identity_type == IdentityType::None => (
            kind,
            format!("`None` takes every identity from the {noun}, the user-assigned ones too"),
            "to keep the user-assigned ones, write `UserAssigned` as the type",
        ),
        UserAssignedDrops::All => (
            kind,
            format!("`SystemAssigned` takes every user-assigned identity from the {noun}"),
            "to keep them, write `SystemAssigned, UserAssigned` as the type",
        ),
        UserAssignedDrops::AllNotListed => {
            let system = if dropped.system_assigned { ", and the system-assigned one" } else { "" };
            (
                member.map_or(kind, |(name, ..)| name),
                format!("`identityIds` takes every identity that it does not list from the {noun}{system}"),
                "list those that are to stay as well",
            )
        }
        UserAssignedDrops::Nothing | UserAssignedDrops::Named(_) if dropped.system_assigned => (
            kind,
            format!("`UserAssigned` takes the system-assigned identity from the {noun}"),
            "to keep it, write `SystemAssigned, UserAssigned` as the type",
        ),
        UserAssignedDrops::Nothing | UserAssignedDrops::Named(_) => return,
    };
    sink.push(subject.at_node(&RULE, node, message).help(help));
}
