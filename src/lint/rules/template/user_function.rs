#![doc = include_str!("../../../../docs/rules/user-function.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "user-function",
    Template,
    Error,
    Never,
    "a function that the template declares breaks a rule",
    Check::Engine
);
