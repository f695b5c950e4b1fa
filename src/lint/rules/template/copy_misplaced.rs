#![doc = include_str!("../../../../docs/rules/copy-misplaced.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "copy-misplaced",
    Template,
    Error,
    Never,
    "a `copy` stands where none may, or says what it may not",
    Check::Engine
);
