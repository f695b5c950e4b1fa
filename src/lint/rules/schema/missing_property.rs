#![doc = include_str!("../../../../docs/rules/missing-property.md")]

use super::called;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::schema::{Problem, ProblemKind};

rule!(
    "missing-property",
    Schema,
    Error,
    Never,
    "a property that the operation requires is not there",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::Missing { property } = &problem.kind else { return };
    // Templates that encrypt the disks of a machine say nothing else of it, and it is there already.
    if property == "createOption" && problem.node.member("encryptionSettings").is_some() {
        return;
    }
    // The whole object would be a wall of marks: its name is enough, or its brace.
    let span = problem.name.map_or(problem.node.opening(), crate::json::Node::span);
    let message = format!("{} lacks `{property}`", called(subject, &problem.place));
    let version = subject.standing.map(|standing| standing.serves().to_string()).unwrap_or_default();
    let found = subject
        .at(&RULE, span, message)
        .about(property)
        .help(format!("{} requires `{property}` in {version}", subject.method()));
    sink.push(found);
}
