#![doc = include_str!("../../../../docs/rules/language-version.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "language-version",
    Template,
    Error,
    Never,
    "the template uses what its language version does not have",
    Check::Engine
);
