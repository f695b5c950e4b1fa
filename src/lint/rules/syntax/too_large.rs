#![doc = include_str!("../../../../docs/rules/too-large.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity};
use crate::text::Span;

rule!("too-large", Syntax, Error, Never, "the file is larger than the limit", Check::Engine);

/// The one finding about a file of more than `limit` bytes, which is not read.
pub fn finding(limit: u64) -> Finding {
    Finding::of_file(
        &RULE,
        Severity::Error,
        Span::default(),
        format!("the file is larger than {limit} bytes and was not read"),
        "leave it out, or raise the limit with `--max-size`",
    )
}
