#![doc = include_str!("../../../../docs/rules/unterminated-quote.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "unterminated-quote",
    Quoting,
    Error,
    Never,
    "a quote of the command is never closed",
    Check::Quoting(QuotingKind::UnterminatedQuote)
);
