#![doc = include_str!("../../../../docs/rules/undefined-member.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "undefined-member",
    Template,
    Error,
    Sometimes,
    "a value has no member or element of this name",
    Check::Engine
);
