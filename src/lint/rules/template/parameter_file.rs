#![doc = include_str!("../../../../docs/rules/parameter-file.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "parameter-file",
    Template,
    Error,
    Never,
    "a parameter is given a value that its template does not take",
    Check::Engine
);
