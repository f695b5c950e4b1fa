#![doc = include_str!("../../../../docs/rules/unquoted-ampersand.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "unquoted-ampersand",
    Quoting,
    Error,
    Sometimes,
    "an `&` outside of quotes ends the command",
    Check::Quoting(QuotingKind::UnquotedAmpersand)
);
