#![doc = include_str!("../../../../docs/rules/text-after-body.md")]

use super::unreadable;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "text-after-body",
    Syntax,
    Error,
    Never,
    "something stands behind the end of the body",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::TextAfterBody {
        return;
    }
    let message = match subject.written(mistake.span).as_bytes().first() {
        Some(b'{' | b'[') => "a second value stands behind the end of the body",
        _ => "text stands behind the end of the body",
    };
    let draft = subject.at(&RULE, mistake.span, message).help("take it away, or make it part of the body");
    sink.push(unreadable(draft));
}
