#![doc = include_str!("../../../../docs/rules/extra-comma.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "extra-comma",
    Syntax,
    Error,
    Always,
    "a comma is followed or preceded by nothing",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::ExtraComma {
        return;
    }
    let commas = subject.written(mistake.span).matches(',').count();
    let before = subject.text_to(mistake.span.start).trim_end().chars().next_back();
    let behind = subject.text_from(mistake.span.end).trim_start().chars().next();
    let message = match (before, behind) {
        (_, Some(closer @ ('}' | ']'))) => format!("nothing stands between this comma and `{closer}`"),
        (Some(opener @ ('{' | '[')), _) => format!("nothing stands between `{opener}` and this comma"),
        (Some(','), _) => "a second comma stands behind the first".to_owned(),
        (_, None) => "a comma stands behind the end of the body".to_owned(),
        _ if commas > 1 => format!("{commas} commas stand where one is due"),
        _ => "a comma separates nothing here".to_owned(),
    };
    let (help, title) = if commas > 1 {
        ("take them away", "delete the commas")
    } else {
        ("take it away", "delete the comma")
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(draft);
}
