#![doc = include_str!("../../../../docs/rules/depends-on-unknown.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "depends-on-unknown",
    Template,
    Error,
    Never,
    "a resource depends on what the template does not deploy",
    Check::Engine
);
