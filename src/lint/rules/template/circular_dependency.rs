#![doc = include_str!("../../../../docs/rules/circular-dependency.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "circular-dependency",
    Template,
    Error,
    Never,
    "resources, variables or parameters depend on each other in a ring",
    Check::Engine
);
