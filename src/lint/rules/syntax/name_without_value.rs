#![doc = include_str!("../../../../docs/rules/name-without-value.md")]

use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

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
    sink.push(unreadable(draft));
}
