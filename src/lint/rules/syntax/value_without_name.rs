#![doc = include_str!("../../../../docs/rules/value-without-name.md")]

use super::unreadable;
use crate::arm::is_placeholder;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Severity, Sink, Subject};

rule!(
    "value-without-name",
    Syntax,
    Error,
    Never,
    "a value stands among members without a name",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::ValueWithoutName {
        return;
    }
    let what = match subject.written(mistake.span).as_bytes().first() {
        Some(b':') => "a colon stands here without a name before it",
        Some(b'[') => "an array without a name stands among members",
        Some(b'"' | b'\'') => "a string without a name stands among members",
        _ => "a value without a name stands among members",
    };
    let draft = subject
        .at(&RULE, mistake.span, what)
        .help("write a name and a colon before the value, or take the value away");
    // `"<settings of the resource>"` stands in a document for the members that are due, as an ellipsis does.
    if stands_for_members(subject, mistake) {
        sink.push(draft.severity(Severity::Note));
    } else {
        sink.push(unreadable(draft));
    }
}

/// True for a placeholder in a document where members are due.
pub(super) fn stands_for_members(subject: &Subject<'_>, mistake: &Mistake) -> bool {
    mistake.kind == MistakeKind::ValueWithoutName
        && subject.in_document()
        && is_placeholder(subject.written(mistake.span).trim_matches('"'))
}
