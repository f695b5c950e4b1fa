#![doc = include_str!("../../../../docs/rules/default-value-kind.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "default-value-kind",
    Template,
    Error,
    Never,
    "a default is of another kind than its parameter",
    Check::Engine
);
