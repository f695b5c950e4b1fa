#![doc = include_str!("../../../../docs/rules/undefined-output.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "undefined-output",
    Template,
    Error,
    Sometimes,
    "a nested deployment has no output of this name",
    Check::Engine
);
