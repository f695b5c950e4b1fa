#![doc = include_str!("../../../../docs/rules/too-deep.md")]

use crate::json::{MAX_DEPTH, Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "too-deep",
    Syntax,
    Error,
    Never,
    "objects and arrays stand too deep within each other",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::TooDeep {
        return;
    }
    let draft = subject
        .at(&RULE, mistake.span, format!("more than {MAX_DEPTH} containers stand within each other"))
        .help("what lies deeper was not read");
    sink.push(draft);
}
