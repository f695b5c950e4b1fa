#![doc = include_str!("../../../../docs/rules/text-end-misplaced.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "text-end-misplaced",
    Quoting,
    Error,
    Sometimes,
    "the end of a here-document or here-string does not stand where the shell looks for it",
    Check::Quoting(QuotingKind::TextEndMisplaced)
);
