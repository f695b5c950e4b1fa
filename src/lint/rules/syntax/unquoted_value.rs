#![doc = include_str!("../../../../docs/rules/unquoted-value.md")]

use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Sink, Subject};

rule!(
    "unquoted-value",
    Syntax,
    Error,
    Sometimes,
    "a word that is no JSON value stands without quotes",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    match mistake.kind {
        MistakeKind::UnquotedValue => {}
        MistakeKind::ConflictMarker => {
            let draft = subject
                .at(&RULE, mistake.span, "the marks of an unfinished merge stand in the body")
                .help("keep one of the two versions and take the marks away");
            sink.push(unreadable(draft));
            return;
        }
        _ => return,
    }
    let written = subject.written(mistake.span);
    let owner = subject.member_of(mistake.span.start).map(|name| short(&name).into_owned());
    let whose = owner.map_or_else(|| "a value".to_owned(), |name| format!("the value of `{name}`"));
    let edit = mistake.repair.as_ref().and_then(|it| it.edits.first());
    let (message, help) = match edit {
        Some(edit) if edit.text == "\"" => {
            (format!("the opening quote of {whose} is missing"), "write `\"` before it".to_owned())
        }
        Some(edit) => {
            (format!("`{}` is not how JSON writes {whose}", short(written)), format!("write `{}`", edit.text))
        }
        None => (
            format!("{whose} has no quotes and is no JSON value"),
            "write quotes around it if it is a string".to_owned(),
        ),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "write it as JSON", &repair.edits);
    }
    // For Python it is nothing at all, where the name of a kind of identity is meant.
    let kind = subject.identity().and_then(|block| block.kind);
    if kind.is_some_and(|(_, value)| value.span().contains(mistake.span)) {
        draft = draft.doubt(Doubt::ReadOtherwise);
    }
    sink.push(unreadable(draft));
}
