#![doc = include_str!("../../../../docs/rules/bad-number.md")]

use super::short;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "bad-number",
    Syntax,
    Error,
    Sometimes,
    "a number is not written as JSON writes numbers",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::BadNumber {
        return;
    }
    let written = short(subject.written(mistake.span));
    let mut draft = subject.at(&RULE, mistake.span, format!("`{written}` is not how JSON writes a number"));
    draft = match &mistake.repair {
        Some(repair) => {
            let right = repair.edits.first().map_or("", |edit| edit.text.as_str());
            draft.help(format!("write `{right}`")).fix_if(
                repair.safe,
                format!("write `{right}`"),
                &repair.edits,
            )
        }
        None => draft.help("write digits, or quotes around it if it is a string"),
    };
    sink.push(draft);
}
