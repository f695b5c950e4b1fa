#![doc = include_str!("../../../../docs/rules/identity-type-invalid.md")]

use super::identity_not_in_type;
use super::questions::{Says, answered, form, lack, says};
use crate::arm::{IdentityForm, IdentityType, RefusalKind, ResourceTypeName};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Severity, Sink, Subject};
use crate::schema::found_in_words;
use crate::schema::types::IdentityFacts;
use crate::text::Edit;

rule!(
    "identity-type-invalid",
    Identity,
    Error,
    Sometimes,
    "`identity.type` is none of the values that ARM knows",
    Check::Identity(check),
    after: [identity_type_spelling]
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, value)) = block.kind else { return };
    let says = says(subject, block);
    if let Some(facts) = subject.identity_facts() {
        of_described(subject, facts, value, says, sink);
        return;
    }
    let Says::Invalid(near) = says else { return };
    if lack(subject, block).is_some() || sink.explained(subject, value) {
        return;
    }
    let only_system = form(subject) == Some(IdentityForm::SystemOnly);
    let known = if only_system {
        "`SystemAssigned`"
    } else {
        "`None`, `SystemAssigned`, `UserAssigned` or `SystemAssigned, UserAssigned`"
    };
    let message = what_is_wrong(value);
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

fn what_is_wrong(value: Node<'_>) -> String {
    let text = value.as_str().unwrap_or_default();
    if value.kind() != Kind::String {
        format!("`type` takes a string, not {}", found_in_words(value))
    } else if text.is_empty() {
        "`type` is empty".to_owned()
    } else {
        format!("`{}` is not a type of identity", text.escape_debug())
    }
}

/// Of a type that only Bicep's types describe, whose own values count.
fn of_described(
    subject: &Subject<'_>,
    facts: &IdentityFacts<'_>,
    value: Node<'_>,
    says: Says,
    sink: &mut Sink<'_>,
) {
    let near = match says {
        Says::Invalid(near) => near,
        // A type of identity that this one has not.
        Says::Type(known) if facts.find(&value.as_str().unwrap_or_default()).is_none() => {
            return of_another(subject, facts, value, known, sink);
        }
        _ => return,
    };
    if sink.explained(subject, value) {
        return;
    }
    let is_text = value.kind() == Kind::String;
    if is_text && facts.values.is_empty() {
        return;
    }
    let mut draft = subject.at_node(&RULE, value, what_is_wrong(value));
    if !facts.values.is_empty() {
        draft = draft.help(format!("it is one string: {}", listed(facts)));
    }
    if is_text && facts.is_open {
        sink.push(draft.severity(Severity::Note));
        return;
    }
    if let Some(right) = near.and_then(|near| facts.find(near.as_str())) {
        draft = draft.unsafe_fix(format!("write `{right}`"), &[Edit::replace(value.content_span(), right)]);
    }
    sink.push(draft.severity(Severity::Warning));
}

/// A value that other types have.
fn of_another(
    subject: &Subject<'_>,
    facts: &IdentityFacts<'_>,
    value: Node<'_>,
    known: IdentityType,
    sink: &mut Sink<'_>,
) {
    let text = value.as_str().unwrap_or_default();
    let name = subject.target.type_name.as_ref().map_or("", ResourceTypeName::as_str);
    // What another version has is a matter of the version.
    if facts.values.is_empty()
        || sink.explained(subject, value)
        || subject.validators.ever_has_identity_type(name, &text)
    {
        return;
    }
    let draft = subject
        .at_node(
            &identity_not_in_type::RULE,
            value,
            format!("`{known}` is not among the types of identity of {name}"),
        )
        .help(format!("it has {}", listed(facts)));
    sink.push(draft.severity(if facts.is_open { Severity::Note } else { Severity::Warning }));
}

fn listed(facts: &IdentityFacts<'_>) -> String {
    let names: Vec<String> = facts.values.iter().map(|value| format!("`{value}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
