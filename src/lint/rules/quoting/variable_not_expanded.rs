#![doc = include_str!("../../../../docs/rules/variable-not-expanded.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "variable-not-expanded",
    Quoting,
    Warning,
    Sometimes,
    "a variable within quotes that the shell does not look into",
    Check::Quoting(QuotingKind::VariableNotExpanded)
);
