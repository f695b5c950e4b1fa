#![doc = include_str!("../../../../docs/rules/continuation-missing.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "continuation-missing",
    Quoting,
    Error,
    Sometimes,
    "a line of options follows a call whose line does not go on",
    Check::Quoting(QuotingKind::ContinuationMissing)
);
