#![doc = include_str!("../../../../docs/rules/value-not-in-version.md")]

use super::called;
use super::property_not_in_version::{described, nearest};
use crate::lint::rule::rule;
use crate::lint::{Check, Severity, Sink, Subject};
use crate::schema::{Problem, ProblemKind};

rule!(
    "value-not-in-version",
    Schema,
    Error,
    Never,
    "other API versions list the value, this one does not",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::ValueNotInVersion { ranges, is_open } = &problem.kind else { return };
    let (Some(standing), Some(type_name)) = (subject.standing, subject.target.type_name.as_ref()) else {
        return;
    };
    if sink.explained(subject, problem.node) {
        return;
    }
    let version = standing.serves();
    let first = subject.validators.schemas().known_versions(type_name.as_str()).first().copied();
    let known: Vec<String> = ranges.iter().map(|range| described(*range, first)).collect();
    let text = problem.node.as_str().unwrap_or_default();
    let called = called(subject, &problem.place);
    let message = format!("`{text}` is not a value of {called} in {version}");
    let when = format!("{called} has it {}", known.join(" and "));
    let help = match nearest(ranges, version) {
        Some(other) if *is_open => {
            format!("{when}: ARM may take it in {version} as well, if not use {other}")
        }
        Some(other) => format!("{when}: use api-version {other}, or another value"),
        None => when,
    };
    // ARM takes more than what is listed where the list is open.
    let severity = if *is_open { Severity::Note } else { Severity::Error };
    sink.push(subject.at_node(&RULE, problem.node, message).severity(severity).help(help));
}
