#![doc = include_str!("../../../../docs/rules/name-segments.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "name-segments",
    Template,
    Error,
    Never,
    "the name of a resource does not have as many segments as its type",
    Check::Engine
);
