#![doc = include_str!("../../../../docs/rules/too-large.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity};
use crate::text::Span;

rule!("too-large", Syntax, Error, Never, "the file is larger than the limit", Check::Engine);

/// The one finding about a file of more than `limit` bytes, which is not read.
pub fn finding(limit: u64) -> Finding {
    Finding {
        rule: &RULE,
        severity: Severity::Error,
        message: format!("the file is larger than {limit} bytes and was not read"),
        span: Span::default(),
        labels: Vec::new(),
        help: Some("leave it out, or raise the limit with `--max-size`".to_owned()),
        fix: None,
        arm: None,
        request: None,
        doubt: None,
        ceiling: Severity::Error,
        anchor: crate::lint::Anchor::default(),
        subject: None,
        call: None,
    }
}
