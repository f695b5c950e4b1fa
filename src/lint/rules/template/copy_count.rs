#![doc = include_str!("../../../../docs/rules/copy-count.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "copy-count",
    Template,
    Error,
    Never,
    "the count of a loop is not a number from 0 to 800",
    Check::Engine
);
