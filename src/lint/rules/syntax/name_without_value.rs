#![doc = include_str!("../../../../docs/rules/name-without-value.md")]

use super::value_without_name::stands_for_members;
use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Severity, Sink, Subject};

rule!("name-without-value", Syntax, Error, Never, "a member has a name and no value", Check::Mistake(check));

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::NameWithoutValue {
        return;
    }
    let name = subject.written(mistake.span).trim_matches('"');
    let mut draft = subject
        .at(&RULE, mistake.span, format!("`{}` has no value", short(name)))
        .help("write its value, `null` to remove the property, or take the name away");
    if let Some(place) = mistake.related {
        draft = draft.label(place, "its value is due here");
    }
    // An outline of the format, in which placeholders stand for members, leaves values to its readers.
    let mistakes = subject.tree.map(crate::json::Tree::mistakes).unwrap_or_default();
    if mistakes.iter().any(|it| stands_for_members(subject, it)) {
        sink.push(draft.severity(Severity::Note));
    } else {
        sink.push(unreadable(draft));
    }
}
