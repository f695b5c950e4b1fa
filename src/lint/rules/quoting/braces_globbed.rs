#![doc = include_str!("../../../../docs/rules/braces-globbed.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "braces-globbed",
    Quoting,
    Error,
    Always,
    "curl drops or expands the braces and brackets of a URL",
    Check::Quoting(QuotingKind::BracesGlobbed)
);
