#![doc = include_str!("../../../../docs/rules/file-without-at.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "file-without-at",
    Quoting,
    Error,
    Always,
    "the body is the name of a file, without the `@` that reads it",
    Check::Quoting(QuotingKind::FileWithoutAt)
);
