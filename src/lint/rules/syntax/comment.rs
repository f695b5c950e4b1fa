#![doc = include_str!("../../../../docs/rules/comment.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!("comment", Syntax, Error, Always, "a comment stands in a request body", Check::Mistake(check));

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::Comment {
        return;
    }
    let mut draft = subject
        .at(&RULE, mistake.span, "a comment stands in the body, and JSON has none")
        .help("take it away, or write it beside the body");
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "delete the comment", &repair.edits);
    }
    sink.push(draft);
}
