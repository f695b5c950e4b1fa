#![doc = include_str!("../../../../docs/rules/invalid-value.md")]

use super::called;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Severity, Sink, Subject, either};
use crate::schema::{Constraint, Problem, ProblemKind};
use crate::text::Edit;

rule!(
    "invalid-value",
    Schema,
    Error,
    Sometimes,
    "the value is not among those that the property takes",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::InvalidValue(constraint) = &problem.kind else { return };
    let node = problem.node;
    let is_leaf = !matches!(node.kind(), Kind::Object | Kind::Array);
    if is_leaf && sink.explained(subject, node) {
        return;
    }
    let called = called(subject, &problem.place);
    let value = shown(node);
    let found = match constraint {
        Constraint::AtLeast(least) => {
            let message = format!("{called} must be at least {least}, not be {value}");
            let found = subject.at(&RULE, node.span(), message);
            // The limit is that of a number that counts; what stands for none is said in words that no schema has.
            if *least > 0 && node.number() == Some("-1") {
                found
                    .severity(Severity::Note)
                    .help("some services take -1 for their default, or for no limit")
            } else {
                found
            }
        }
        Constraint::Words(words) => {
            subject.at(&RULE, node.span(), format!("{called} must {words}, not be {value}"))
        }
        Constraint::OneOf { allowed, near } => {
            let found = subject.at(&RULE, node.span(), format!("{value} is not a value of {called}"));
            let allowed = allowed.iter().map(|value| value.trim_matches('"'));
            match near.as_slice() {
                [right] => found
                    .help(format!("did you mean `{right}`? It takes {}", either(allowed)))
                    .fix(format!("write `{right}`"), &[Edit::replace(node.span(), format!("\"{right}\""))]),
                _ => found.help(format!("it takes {}", either(allowed))),
            }
        }
    };
    let is_blank = node.as_str().is_some_and(|text| text.is_empty());
    sink.push(if is_blank { found.doubt(Doubt::Blank) } else { found });
}

/// The value as a message has it: a short one as it is written.
fn shown(node: Node<'_>) -> String {
    const LONGEST: usize = 60;
    match node.kind() {
        Kind::Object => "this object".to_owned(),
        Kind::Array => "this array".to_owned(),
        _ => {
            let text = node.as_str().unwrap_or_else(|| node.source().into());
            let short: String = text.chars().take(LONGEST).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("`{short}{more}`")
        }
    }
}
