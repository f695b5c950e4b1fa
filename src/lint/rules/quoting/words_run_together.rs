#![doc = include_str!("../../../../docs/rules/words-run-together.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "words-run-together",
    Quoting,
    Error,
    Sometimes,
    "no blank parts two arguments, or a blank parts one",
    Check::Quoting(QuotingKind::WordsRunTogether)
);
