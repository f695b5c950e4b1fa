#![doc = include_str!("../../../../docs/rules/braces-expanded.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "braces-expanded",
    Quoting,
    Error,
    Sometimes,
    "the shell makes several words of what stands in braces",
    Check::Quoting(QuotingKind::BracesExpanded)
);
