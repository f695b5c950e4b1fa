#![doc = include_str!("../../../../docs/rules/name-case.md")]

use super::rename;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::schema::{Problem, ProblemKind};

rule!(
    "name-case",
    Schema,
    Note,
    Always,
    "the name of a property is right but for case",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::NameCase { right, is_elsewhere } = &problem.kind else { return };
    let Some(name) = problem.name else { return };
    if sink.explained(subject, name) {
        return;
    }
    let text = name.as_str().unwrap_or_default();
    let found = subject
        .at(&RULE, name.span(), format!("`{text}` is documented as `{right}`"))
        .help("ARM reads names without regard to case; tools that compare text do not");
    sink.push(if *is_elsewhere {
        found
    } else {
        found.fix(format!("write `{right}`"), &[rename(name, right)])
    });
}
