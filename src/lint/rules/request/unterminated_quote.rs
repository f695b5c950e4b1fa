#![doc = include_str!("../../../../docs/rules/unterminated-quote.md")]

use super::facts;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::CallMistake;

rule!(
    "unterminated-quote",
    Request,
    Error,
    Never,
    "a quote of the command is never closed",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if !(facts::is_arm(subject) || subject.call.looks_like_arm()) {
        return;
    }
    for mistake in &subject.call.mistakes {
        let CallMistake::UnterminatedQuote(span) = mistake;
        let quote = subject.source.text().get(span.range()).unwrap_or("quote");
        sink.push(
            subject.at_file(&RULE, *span, format!("this `{quote}` is never closed")).help(
                "close it where the argument ends: until then the shell takes every word for part of it",
            ),
        );
    }
}
