#![doc = include_str!("../../../../docs/rules/wrong-dash.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "wrong-dash",
    Quoting,
    Error,
    Sometimes,
    "an option begins with a typographic dash, which is none to the program",
    Check::Quoting(QuotingKind::WrongDash)
);
