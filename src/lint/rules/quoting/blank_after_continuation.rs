#![doc = include_str!("../../../../docs/rules/blank-after-continuation.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "blank-after-continuation",
    Quoting,
    Error,
    Always,
    "a blank stands behind the mark that continues the line",
    Check::Quoting(QuotingKind::BlankAfterContinuation)
);
