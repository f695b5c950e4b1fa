#![doc = include_str!("../../../../docs/rules/unknown-template-member.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "unknown-template-member",
    Template,
    Error,
    Never,
    "a template, parameter, output or resource has a member that ARM does not know",
    Check::Engine
);
