#![doc = include_str!("../../../../docs/rules/undefined-function.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "undefined-function",
    Template,
    Error,
    Sometimes,
    "a function of this name does not exist",
    Check::Engine
);
