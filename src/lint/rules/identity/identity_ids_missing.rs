#![doc = include_str!("../../../../docs/rules/identity-ids-missing.md")]

use super::questions::{
    answered, copied_ids, form, has_no_map, ids_member, is_open, lack, may_have, method, noun, says,
    wrong_property,
};
use crate::arm::{IdentityForm, Method, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Severity, Sink, Subject};

rule!(
    "identity-ids-missing",
    Identity,
    Error,
    Never,
    "`type` says `UserAssigned`, and no id says which identity",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some(identity_type), Some((_, kind))) = (says(subject, block).identity_type(), block.kind) else {
        return;
    };
    let Some(method) = method(subject) else { return };
    if !identity_type.has_user_assigned()
        || lack(subject, block).is_some()
        || wrong_property(subject, block).is_some()
        || block.foreign.is_some()
        || has_no_map(subject)
        || copied_ids(subject, block).is_some()
    {
        return;
    }
    let empty = match ids_member(subject, block) {
        Some((_, value, _)) => {
            let holds_something = value.elements().next().is_some() || value.members().next().is_some();
            if holds_something
                || is_open(subject, value)
                || !matches!(value.kind(), Kind::Array | Kind::Object)
            {
                return;
            }
            Some(value)
        }
        None => None,
    };
    if may_have(subject, block, &["identityIds", "userAssignedIdentities"]) {
        return;
    }
    let form = form(subject);
    let severity = match (method, form) {
        (Method::Put, _) | (Method::Patch, Some(IdentityForm::Ids)) => Severity::Error,
        (Method::Patch, Some(IdentityForm::Map)) => Severity::Note,
        _ => return,
    };
    let property = form.and_then(IdentityForm::ids_property).unwrap_or("userAssignedIdentities");
    let message = match empty {
        Some(_) => format!("`{property}` is empty, and `type` says `UserAssigned`"),
        None => format!("`type` says `UserAssigned`, and there is no `{property}`"),
    };
    let draft = subject.at_node(&RULE, empty.unwrap_or(kind), message).severity(severity);
    let draft = if severity == Severity::Note {
        draft.help(format!(
            "the user-assigned identities that the {} has stay; if it has none, ARM refuses the request",
            noun(subject)
        ))
    } else {
        let draft = draft.help(format!("name at least one identity in `{property}`"));
        answered(draft, RefusalKind::MissingIds)
    };
    sink.push(draft);
}
