#![doc = include_str!("../../../../docs/rules/identity-not-in-version.md")]

use super::questions::{Lack, answered, form, is_open, lack, method, says, version};
use crate::arm::versions::first_where;
use crate::arm::{IdentityForm, Method, RefusalKind};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "identity-not-in-version",
    Identity,
    Error,
    Never,
    "the API version has no words for this identity",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some(lack), Some(resource_type), Some(version)) =
        (lack(subject, block), subject.target.resource_type, version(subject))
    else {
        return;
    };
    if is_open(subject, block.value) && lack != Lack::Identity {
        return;
    }
    let says_more = says(subject, block)
        .identity_type()
        .is_some_and(|it| it.has_user_assigned() || !it.has_system_assigned());
    let needed = match (block.map, block.ids) {
        (Some(_), _) => IdentityForm::Map,
        (None, Some(_)) => IdentityForm::Ids,
        (None, None) if says_more => IdentityForm::Ids,
        (None, None) => IdentityForm::SystemOnly,
    };
    let patch = method(subject) == Some(Method::Patch);
    let first = first_where(resource_type, |row| row.identity >= needed && (row.patch || !patch));

    let noun = resource_type.noun();
    let (node, message) = match lack {
        Lack::Identity => (block.name, format!("API version {version} has no `identity` for a {noun}")),
        Lack::Patch => (block.name, format!("API version {version} cannot PATCH a {noun}")),
        Lack::UserAssigned => {
            let ids = block.map.or(block.ids).map(|(name, _)| name);
            let node = ids.or(block.kind.map(|(_, value)| value)).unwrap_or(block.name);
            (node, format!("API version {version} knows the system-assigned identity only"))
        }
    };
    let mut draft = subject.at_node(&RULE, node, message);
    if let Some(first) = first {
        draft = draft.help(match form(subject) {
            Some(IdentityForm::SystemOnly) if patch && needed == IdentityForm::SystemOnly => {
                format!("{first} is the first version with PATCH; PUT works in {version}")
            }
            _ => format!("{first} is the first version that can say this"),
        });
    }
    if lack == Lack::UserAssigned {
        draft = answered(draft, RefusalKind::SystemAssignedOnly);
    }
    sink.push(draft);
}
