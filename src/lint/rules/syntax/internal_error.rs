#![doc = include_str!("../../../../docs/rules/internal-error.md")]

use crate::fault::REPORT_AT;
use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity};
use crate::text::Span;

rule!(
    "internal-error",
    Syntax,
    Error,
    Never,
    "a fault of the program ended the check of this file",
    Check::Engine
);

/// The one finding about a file in which the program failed: nothing is known of the file, and nothing of it shown.
pub fn finding() -> Finding {
    Finding::of_file(
        &RULE,
        Severity::Error,
        Span::default(),
        "a fault of the program ended the check of this file, which was left as it is",
        format!("report it at {REPORT_AT} with the place that standard error names"),
    )
}
