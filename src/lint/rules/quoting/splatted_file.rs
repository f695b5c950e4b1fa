#![doc = include_str!("../../../../docs/rules/splatted-file.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "splatted-file",
    Quoting,
    Error,
    Sometimes,
    "PowerShell takes the `@` of a file's name for splatting",
    Check::Quoting(QuotingKind::SplattedFile)
);
