#![doc = include_str!("../../../../docs/rules/wrong-argument-count.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "wrong-argument-count",
    Template,
    Error,
    Never,
    "a function is called with too few or too many arguments",
    Check::Engine
);
