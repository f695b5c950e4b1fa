#![doc = include_str!("../../../../docs/rules/wrong-argument-kind.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "wrong-argument-kind",
    Template,
    Error,
    Never,
    "an argument is of another kind than the function takes",
    Check::Engine
);
