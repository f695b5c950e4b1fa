#![doc = include_str!("../../../../docs/rules/resource-id-segments.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "resource-id-segments",
    Template,
    Error,
    Never,
    "`resourceId` is given too few or too many names",
    Check::Engine
);
