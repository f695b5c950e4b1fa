#![doc = include_str!("../../../../docs/rules/placeholder-redirects.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "placeholder-redirects",
    Quoting,
    Error,
    Sometimes,
    "the shell reads a placeholder in angle brackets as redirections",
    Check::Quoting(QuotingKind::PlaceholderRedirects)
);
