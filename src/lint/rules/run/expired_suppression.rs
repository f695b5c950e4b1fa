#![doc = include_str!("../../../../docs/rules/expired-suppression.md")]

use super::unknown_rule_in_suppression::plain;
use crate::lint::rule::rule;
use crate::lint::{Check, Finding};
use crate::text::Span;

rule!("expired-suppression", Run, Warning, Never, "a marker's last day is past", Check::Engine);

/// A finding at the last day of a marker.
pub(in crate::lint) fn finding(span: Span, day: &str) -> Finding {
    let message = format!("the marker held until {day} and suppresses nothing now");
    let help = "fix what it excused and take it away, or write a later day".to_owned();
    Finding { help: Some(help), ..plain(&RULE, span, message) }
}
