#![doc = include_str!("../../../../docs/rules/bad-escape.md")]

use super::unreadable;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "bad-escape",
    Syntax,
    Error,
    Sometimes,
    "a backslash escapes what cannot be escaped, or a quote in a string lacks one",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    let MistakeKind::BadEscape { quote } = mistake.kind else { return };
    let written = subject.written(mistake.span);
    let mut draft = if quote {
        subject
            .at(&RULE, mistake.span, "a quote inside a string has no backslash")
            .help("write `\\\"` for each quote inside the string")
    } else {
        let help = match written.chars().nth(1) {
            Some('\'') => "write `'`: a single quote needs no backslash",
            Some('u') => "write four hexadecimal digits behind `\\u`, or `\\\\` for a backslash",
            _ => "write `\\\\` for a backslash",
        };
        let message = match written {
            "\\" => "a backslash stands at the end of a line inside a string".to_owned(),
            _ => format!("`{written}` is not an escape of JSON"),
        };
        subject.at(&RULE, mistake.span, message).help(help)
    };
    if let Some(string) = mistake.related {
        draft = draft.label(string, "the string begins here");
    }
    if let Some(repair) = &mistake.repair {
        let title = if quote { "write the backslashes" } else { "write the escape" };
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}
