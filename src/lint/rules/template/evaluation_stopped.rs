#![doc = include_str!("../../../../docs/rules/evaluation-stopped.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "evaluation-stopped",
    Template,
    Note,
    Never,
    "the template takes too much to be evaluated",
    Check::Engine
);
