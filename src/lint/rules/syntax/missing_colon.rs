#![doc = include_str!("../../../../docs/rules/missing-colon.md")]

use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::odd::{Odd, describe, odd, trim};

rule!(
    "missing-colon",
    Syntax,
    Error,
    Always,
    "no colon stands between a name and its value",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::MissingColon {
        return;
    }
    let mark = subject.written(mistake.span);
    let name = subject.written(mistake.related.unwrap_or(mistake.span));
    let name = short(trim(name).trim_matches(['"', ' ', ':']));
    let odd_mark = mark.chars().next().filter(|&c| matches!(odd(c), Some(Odd::Punctuation(_))));
    let (message, help, title) = match mark {
        ":" => (
            format!("two colons stand between `{name}` and its value"),
            "write one colon",
            "delete the second colon".to_owned(),
        ),
        "=" | "=>" => (
            format!("`{mark}` stands between `{name}` and its value, where a colon is due"),
            "write `:`",
            format!("write `:` for `{mark}`"),
        ),
        _ if let Some(c) = odd_mark => (
            format!("{} stands between `{name}` and its value, where a colon is due", describe(c)),
            "write `:`",
            format!("write `:` for `{c}`"),
        ),
        _ if mistake.related.is_none() => (
            format!("the colon behind `{name}` stands inside its quotes"),
            "write the colon behind the closing quote",
            "move the colon behind the quote".to_owned(),
        ),
        _ => (
            format!("no colon stands between `{name}` and its value"),
            "write `:` behind the name",
            "write the colon".to_owned(),
        ),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(related) = mistake.related {
        draft = draft.label(related, "the name");
    }
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}
