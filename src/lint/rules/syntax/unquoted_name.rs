#![doc = include_str!("../../../../docs/rules/unquoted-name.md")]

use super::short;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!("unquoted-name", Syntax, Error, Always, "a name stands without quotes", Check::Mistake(check));

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::UnquotedName {
        return;
    }
    let written = subject.written(mistake.span);
    let name = short(written.trim_matches('"'));
    let message = if written.ends_with('"') {
        format!("the opening quote of the name `{name}` is missing")
    } else {
        format!("the name `{name}` has no quotes")
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(format!("write `\"{name}\"`"));
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "write the quotes", &repair.edits);
    }
    sink.push(draft);
}
