#![doc = include_str!("../../../../docs/rules/wrong-quotes.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Draft, Sink, Subject};
use crate::text::Span;

rule!(
    "wrong-quotes",
    Syntax,
    Error,
    Always,
    "a string stands in other quotes than the double ones of JSON",
    Check::Mistake(check)
);

/// The finding about a body that is a literal of Python, which its client reads as well as JSON.
pub(in crate::lint) fn of_python<'a>(subject: &Subject<'a>) -> Option<Draft<'a>> {
    let text = subject.body?.text();
    let quote = memchr::memchr(b'\'', text.as_bytes())?;
    let draft = subject
        .at(&RULE, Span::new(quote, quote + 1), "single quotes stand around names and strings")
        .help("`az rest` reads this as Python writes it; curl, PowerShell and every reader of JSON do not");
    Some(draft)
}

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
