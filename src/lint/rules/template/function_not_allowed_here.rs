#![doc = include_str!("../../../../docs/rules/function-not-allowed-here.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "function-not-allowed-here",
    Template,
    Error,
    Never,
    "a function is called where only a deployment under way could answer it",
    Check::Engine
);
