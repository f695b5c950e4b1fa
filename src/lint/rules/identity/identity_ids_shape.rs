#![doc = include_str!("../../../../docs/rules/identity-ids-shape.md")]

use super::questions::{copied_ids, denies_ids, form, ids_member, is_id_object, is_open, lack};
use super::shape;
use crate::arm::IdentityForm;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::Span;

rule!(
    "identity-ids-shape",
    Identity,
    Error,
    Sometimes,
    "an array where a map of ids is due, a map where an array is, or something else around the ids",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    if let Some(copy) = copied_ids(subject, block).filter(|_| form(subject) == Some(IdentityForm::Map)) {
        let draft = subject
            .at_node(
                &RULE,
                copy,
                "`copy` makes an array where `userAssignedIdentities` takes a map from each id to `{}`",
            )
            .help("make the map of an array with `toObject` or `reduce`, or write each id as a member");
        sink.push(draft);
        return;
    }
    let Some((name, value, form)) = ids_member(subject, block) else { return };
    // That they are there at all is the mistake.
    if denies_ids(subject, block) {
        return;
    }
    if is_open(subject, value) || name.is_repaired() || lack(subject, block).is_some() {
        return;
    }
    let Some((span, found)) = misshapen(value, form) else { return };
    let (due, example) = match form {
        IdentityForm::Map => ("a map from each id to `{}`", "{\"/subscriptions/…\": {}}"),
        _ => ("an array of ids", "[\"/subscriptions/…\"]"),
    };
    let property = name.as_str().unwrap_or_default();
    let mut draft = subject
        .at(&RULE, span, format!("{found} stands where `{property}` takes {due}"))
        .help(format!("write `\"{property}\": {example}`"));
    let edits = subject.body.and_then(|body| shape::convert(subject, body.text(), name, value, form));
    if let Some(edits) = edits {
        draft = draft.fix(format!("write {due}"), &edits);
    }
    sink.push(draft);
}

/// Where `value` has not the shape of `form`, and what is there instead. Numbers and the like are left to the
/// schema.
fn misshapen(value: Node<'_>, form: IdentityForm) -> Option<(Span, &'static str)> {
    match (form, value.kind()) {
        (_, Kind::String) => Some((value.span(), "a string")),
        (IdentityForm::Map, Kind::Array) => Some((value.span(), "an array")),
        (_, Kind::Object) if is_id_object(value) => Some((value.span(), "an object around an id")),
        (IdentityForm::Ids, Kind::Object) => Some((value.span(), "a map")),
        (IdentityForm::Ids, Kind::Array) => value
            .elements()
            .find(|element| element.kind() == Kind::Object && !element.is_repaired())
            .map(|element| (element.span(), "an object around an id")),
        _ => None,
    }
}
