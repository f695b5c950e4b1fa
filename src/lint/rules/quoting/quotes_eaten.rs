#![doc = include_str!("../../../../docs/rules/quotes-eaten.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "quotes-eaten",
    Quoting,
    Error,
    Sometimes,
    "a quote within the body ends the argument, or the shell takes it off",
    Check::Quoting(QuotingKind::QuotesEaten)
);
