#![doc = include_str!("../../../../docs/rules/expression-not-evaluated.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "expression-not-evaluated",
    Template,
    Warning,
    Never,
    "a string looks like an expression and is none",
    Check::Engine
);
