#![doc = include_str!("../../../../docs/rules/undefined-parameter.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "undefined-parameter",
    Template,
    Error,
    Sometimes,
    "`parameters()` names what the template does not declare",
    Check::Engine
);
