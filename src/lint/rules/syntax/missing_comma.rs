#![doc = include_str!("../../../../docs/rules/missing-comma.md")]

use super::{short, token_from, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::odd::describe;

rule!(
    "missing-comma",
    Syntax,
    Error,
    Always,
    "no comma stands between two members or elements",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::MissingComma {
        return;
    }
    let mark = subject.written(mistake.span);
    let (message, title) = match mark {
        ";" | ":" => (format!("`{mark}` stands where a comma is due"), format!("write `,` for `{mark}`")),
        _ if mistake.repair.as_ref().is_some_and(|it| it.edits.iter().any(|edit| !edit.span.is_empty())) => {
            let mark = mark.chars().next().unwrap_or(',');
            (format!("{} stands where a comma is due", describe(mark)), format!("write `,` for `{mark}`"))
        }
        _ => {
            let next = token_from(subject.text_from(mistake.span.start));
            (format!("a comma is missing before `{}`", short(next)), "write the comma".to_owned())
        }
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help("write `,` between the two");
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}
