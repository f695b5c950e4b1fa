#![doc = include_str!("../../../../docs/rules/unlisted-value.md")]

use super::called;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject, either};
use crate::schema::{Problem, ProblemKind};

rule!(
    "unlisted-value",
    Schema,
    Note,
    Never,
    "a value that the API version does not list, from a list that ARM keeps open",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::Unlisted { near, known } = &problem.kind else { return };
    let node = problem.node;
    if sink.explained(subject, node) {
        return;
    }
    let text = node.as_str().unwrap_or_default();
    let message =
        format!("`{text}` is not among the {known} values listed for {}", called(subject, &problem.place));
    let found = subject.at(&RULE, node.span(), message);
    sink.push(match near.as_slice() {
        [] => found.help("ARM may know newer ones"),
        near => found.help(format!(
            "did you mean {}? ARM may also know newer ones",
            either(near.iter().map(String::as_str))
        )),
    });
}
