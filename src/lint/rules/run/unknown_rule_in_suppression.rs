#![doc = include_str!("../../../../docs/rules/unknown-rule-in-suppression.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Rule, nearest_rule};
use crate::text::Span;

rule!(
    "unknown-rule-in-suppression",
    Run,
    Note,
    Never,
    "a marker names a rule that there is not",
    Check::Engine
);

/// A finding at the name.
pub(in crate::lint) fn finding(span: Span, name: &str) -> Finding {
    let help = match nearest_rule(name) {
        Some(near) => format!("did you mean `{}`?", near.name),
        None => "`armbody rule` lists the names".to_owned(),
    };
    Finding { help: Some(help), ..plain(&RULE, span, format!("there is no rule `{name}`")) }
}

/// A finding that is about no request.
pub(super) fn plain(rule: &'static Rule, span: Span, message: String) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        message,
        span,
        labels: Vec::new(),
        help: None,
        fix: None,
        arm: None,
        request: None,
        doubt: None,
        ceiling: crate::lint::Severity::Error,
        anchor: crate::lint::Anchor::default(),
        subject: None,
        call: None,
    }
}
