#![doc = include_str!("../../../../docs/rules/quotes-stripped.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "quotes-stripped",
    Quoting,
    Error,
    Never,
    "quotes get lost between PowerShell and a program",
    Check::Quoting(QuotingKind::QuotesStripped)
);
