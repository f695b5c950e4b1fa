#![doc = include_str!("../../../../docs/rules/fail-called.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "fail-called",
    Template,
    Error,
    Never,
    "the template refuses its own parameters by `fail()`",
    Check::Engine
);
