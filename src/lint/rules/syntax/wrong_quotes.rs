#![doc = include_str!("../../../../docs/rules/wrong-quotes.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "wrong-quotes",
    Syntax,
    Error,
    Always,
    "a string stands in other quotes than the double ones of JSON",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    let MistakeKind::WrongQuotes { escaped } = mistake.kind else { return };
    let first = subject.written(mistake.span).chars().next();
    let (message, help) = match first {
        _ if escaped => ("backslashes stand before the quotes of names and strings", "write `\"` for `\\\"`"),
        Some('\'') => ("single quotes stand around a string", "write `\"` for `'`"),
        Some('`') => ("backticks stand around a string", "write `\"` for a backtick"),
        _ => ("typographic quotes stand around a string", "write the straight `\"`"),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "write double quotes", &repair.edits);
    }
    sink.push(draft);
}
