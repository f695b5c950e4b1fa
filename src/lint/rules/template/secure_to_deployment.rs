#![doc = include_str!("../../../../docs/rules/secure-to-deployment.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "secure-to-deployment",
    Template,
    Warning,
    Never,
    "a secret stands in the history of a nested deployment",
    Check::Engine
);
