#![doc = include_str!("../../../../docs/rules/unquoted-operator.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "unquoted-operator",
    Quoting,
    Error,
    Sometimes,
    "a character outside of quotes that the shell does not take for part of the argument",
    Check::Quoting(QuotingKind::UnquotedOperator)
);
