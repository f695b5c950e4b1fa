#![doc = include_str!("../../../../docs/rules/argument-is-text.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "argument-is-text",
    Quoting,
    Error,
    Sometimes,
    "an argument that would have to be evaluated is taken for text",
    Check::Quoting(QuotingKind::ArgumentIsText)
);
