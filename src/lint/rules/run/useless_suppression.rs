#![doc = include_str!("../../../../docs/rules/useless-suppression.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Fix};
use crate::text::{Edit, Span};

rule!(
    "useless-suppression",
    Run,
    Note,
    Sometimes,
    "a marker suppresses a rule that finds nothing there",
    Check::Engine
);

/// A finding at the marker's name of the rule, or at the marker if it names none; `edit` takes it away.
pub(in crate::lint) fn finding(span: Span, message: String, edit: Option<Edit>) -> Finding {
    let fix = |edit| Box::new(Fix { title: "take it away".to_owned(), safe: true, edits: vec![edit] });
    Finding { fix: edit.map(fix), ..super::unknown_rule_in_suppression::plain(&RULE, span, message) }
}
