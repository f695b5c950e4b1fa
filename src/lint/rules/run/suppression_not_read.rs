#![doc = include_str!("../../../../docs/rules/suppression-not-read.md")]

use super::unknown_rule_in_suppression::plain;
use crate::lint::rule::rule;
use crate::lint::{Check, Finding};
use crate::text::Span;

rule!(
    "suppression-not-read",
    Run,
    Note,
    Never,
    "a comment looks like a marker and is written as none",
    Check::Engine
);

/// A finding at what looks like a marker; `help` is how one is written there.
pub(in crate::lint) fn finding(span: Span, message: &str, help: &str) -> Finding {
    Finding { help: Some(help.to_owned()), ..plain(&RULE, span, message.to_owned()) }
}
