#![doc = include_str!("../../../../docs/rules/identity-type-invalid.md")]

use super::view::{Says, answered, form, lack, says};
use crate::arm::{IdentityForm, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};
use crate::schema::found_in_words;
use crate::text::Edit;

rule!(
    "identity-type-invalid",
    Identity,
    Error,
    Sometimes,
    "`identity.type` is none of the values that ARM knows",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, value)) = block.kind else { return };
    let Says::Invalid(near) = says(subject, block) else { return };
    if lack(subject, block).is_some() || sink.explained(subject, value) {
        return;
    }
    let text = value.as_str().unwrap_or_default();
    let only_system = form(subject) == Some(IdentityForm::SystemOnly);
    let known = if only_system {
        "`SystemAssigned`"
    } else {
        "`None`, `SystemAssigned`, `UserAssigned` or `SystemAssigned, UserAssigned`"
    };
    let message = if value.kind() != Kind::String {
        format!("`type` takes a string, not {}", found_in_words(value))
    } else if text.is_empty() {
        "`type` is empty".to_owned()
    } else {
        format!("`{}` is not a type of identity", text.escape_debug())
    };
    let mut draft = subject.at_node(&RULE, value, message).help(format!("it is one string: {known}"));
    if only_system {
        draft = answered(draft, RefusalKind::SystemAssignedOnly);
    }
    if let Some(near) = near {
        let edit = Edit::replace(value.content_span(), near.as_str());
        draft = draft.fix(format!("write `{near}`"), &[edit]);
    }
    sink.push(draft);
}
