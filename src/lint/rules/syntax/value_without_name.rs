#![doc = include_str!("../../../../docs/rules/value-without-name.md")]

use super::unreadable;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

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
    sink.push(unreadable(draft));
}
