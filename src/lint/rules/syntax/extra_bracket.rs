#![doc = include_str!("../../../../docs/rules/extra-bracket.md")]

use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "extra-bracket",
    Syntax,
    Error,
    Sometimes,
    "a closing bracket closes nothing, or is of the wrong kind",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    let MistakeKind::ExtraBracket { wanted } = mistake.kind else { return };
    let marks = subject.written(mistake.span);
    let several = mistake.repair.is_none();
    let headless = mistake.repair.as_ref().is_some_and(|it| it.edits.iter().any(|edit| edit.text == "{"));
    let ends = marks.chars().next().zip(marks.chars().next_back().filter(|_| marks.len() > 1));
    let (message, help, title) = match wanted {
        Some(wanted) if let Some((first, last)) = ends => (
            format!("`{first}` and `{last}` close in the wrong order"),
            format!("write `{wanted}` before `{first}`"),
            format!("write `{last}{first}` for `{first}{last}`"),
        ),
        Some(wanted) => (
            format!("`{marks}` closes what `{}` opened", if wanted == '}' { '{' } else { '[' }),
            format!("write `{wanted}`"),
            format!("write `{wanted}` for `{marks}`"),
        ),
        None if headless => (
            format!("`{marks}` closes an object that nothing opened"),
            "write `{` where it begins".to_owned(),
            "write the missing `{`".to_owned(),
        ),
        None if marks.len() > 1 => (
            format!("`{}` close nothing", short(marks)),
            "take them away".to_owned(),
            "delete them".to_owned(),
        ),
        None if several => (
            format!("a `{marks}` is one too many, this one or another"),
            "more than one could be meant: take one away".to_owned(),
            String::new(),
        ),
        None => (format!("`{marks}` closes nothing"), "take it away".to_owned(), format!("delete `{marks}`")),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(place) = mistake.related {
        draft = draft.label(place, if headless { "`{` belongs before this" } else { "opened here" });
    }
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}
