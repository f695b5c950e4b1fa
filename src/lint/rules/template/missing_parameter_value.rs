#![doc = include_str!("../../../../docs/rules/missing-parameter-value.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "missing-parameter-value",
    Template,
    Error,
    Never,
    "a parameter of a nested deployment gets no value",
    Check::Engine
);
