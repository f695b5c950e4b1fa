#![doc = include_str!("../../../../docs/rules/undefined-variable.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "undefined-variable",
    Template,
    Error,
    Sometimes,
    "`variables()` names what the template does not declare",
    Check::Engine
);
