#![doc = include_str!("../../../../docs/rules/secret-in-command.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!(
    "secret-in-command",
    Template,
    Warning,
    Never,
    "the command of an extension holds a secret outside of `protectedSettings`",
    Check::Engine
);
