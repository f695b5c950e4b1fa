#![doc = include_str!("../../../../docs/rules/value-out-of-bounds.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "value-out-of-bounds",
    Template,
    Error,
    Never,
    "a value is outside the limits of its parameter",
    Check::Engine
);
