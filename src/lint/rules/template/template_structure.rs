#![doc = include_str!("../../../../docs/rules/template-structure.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "template-structure",
    Template,
    Error,
    Never,
    "a part of a template is missing or of another kind of JSON",
    Check::Engine
);
