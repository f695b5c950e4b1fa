#![doc = include_str!("../../../../docs/rules/read-only-property.md")]

use crate::arm::Method;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Severity, Sink, Subject};
use crate::schema::{Problem, ProblemKind};
use crate::text::{Edit, Span};

rule!(
    "read-only-property",
    Schema,
    Warning,
    Sometimes,
    "the property is set by the service",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    if problem.kind != ProblemKind::ReadOnly {
        return;
    }
    let Some(name) = problem.name else { return };
    let text = name.as_str().unwrap_or_default();
    let principal = problem.place.is(&["identity", "principalId"]);
    let refused = principal || problem.place.is(&["identity", "tenantId"]);
    // An empty one says nothing: ARM wants the principal to be empty or the one that is there.
    if refused
        && (problem.node.kind() == Kind::Null || problem.node.as_str().is_some_and(|it| it.trim().is_empty()))
    {
        return;
    }
    let is_put = subject.in_template() || subject.method() == Method::Put;
    let severity = if refused && is_put { Severity::Error } else { Severity::Warning };
    let message = format!("`{text}` is set by the service, not by a request");
    let mut found = subject.at(&RULE, name.span(), message).severity(severity);
    if principal {
        found = found.arm(
            "MismatchingResourceIdentityPrincipalId",
            "The principalId '<principalId>' on the resource's Identity property is invalid and must be empty \
             or match the existing principalId of '<principalId>'.",
        );
    } else {
        found = found.help("leave it out: it is part of what GET returns");
    }
    // What is described as read-only is now and then not; what every answer has is.
    let is_answer = ["properties", "provisioningState"];
    let is_safe = !subject.evidence.is_described
        || problem.place.is(&["id"])
        || problem.place.is(&["systemData"])
        || problem.place.is(&is_answer);
    if let Some(edit) = removal(name, problem.node) {
        found = found.fix_if(is_safe, format!("take `{text}` away"), &[edit]);
    }
    sink.push(found);
}

/// Takes a member away, with the comma that goes with it: the next member moves into its place, the last one
/// takes the comma before it along.
fn removal(name: Node<'_>, value: Node<'_>) -> Option<Edit> {
    let text = name.tree().text();
    let (start, end) = (name.span().start as usize, value.span().end as usize);
    let before = text[..start].trim_end();
    let after = text[end..].trim_start();
    if let Some(rest) = after.strip_prefix(',') {
        let next = rest.trim_start();
        return next.starts_with('"').then(|| Edit::delete(Span::new(start, text.len() - next.len())));
    }
    if !after.starts_with('}') {
        return None;
    }
    if before.ends_with(',') {
        return Some(Edit::delete(Span::new(before.len() - 1, end)));
    }
    before.ends_with('{').then(|| Edit::delete(Span::new(before.len(), text.len() - after.len())))
}
