#![doc = include_str!("../../../../docs/rules/variable-name-swallows.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "variable-name-swallows",
    Quoting,
    Error,
    Always,
    "a variable's name takes the characters behind it along",
    Check::Quoting(QuotingKind::VariableNameSwallows)
);
