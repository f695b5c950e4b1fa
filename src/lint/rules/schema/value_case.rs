#![doc = include_str!("../../../../docs/rules/value-case.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::schema::{Problem, ProblemKind};
use crate::text::Edit;

rule!("value-case", Schema, Note, Always, "a value from a list is right but for case", Check::Problem(check));

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::ValueCase { right, is_elsewhere } = &problem.kind else { return };
    let node = problem.node;
    if sink.explained(subject, node) {
        return;
    }
    let text = node.as_str().unwrap_or_default();
    let found = subject
        .at(&RULE, node.span(), format!("`{text}` is documented as `{right}`"))
        .help("ARM reads it without regard to case; tools that compare text do not");
    sink.push(if *is_elsewhere {
        found
    } else {
        found.fix(format!("write `{right}`"), &[Edit::replace(node.span(), format!("\"{right}\""))])
    });
}
