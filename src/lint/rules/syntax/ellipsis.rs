#![doc = include_str!("../../../../docs/rules/ellipsis.md")]

use super::unreadable;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!("ellipsis", Syntax, Error, Never, "an ellipsis stands for what was left out", Check::Mistake(check));

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::Ellipsis {
        return;
    }
    let draft = subject
        .at(&RULE, mistake.span, format!("`{}` stands for what was left out", subject.written(mistake.span)))
        .help("write what was left out: the body is not JSON as it stands");
    sink.push(unreadable(draft));
}
