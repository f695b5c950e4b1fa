#![doc = include_str!("../../../../docs/rules/format-braces.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "format-braces",
    Quoting,
    Error,
    Sometimes,
    "`-f` takes the braces of JSON for its own",
    Check::Quoting(QuotingKind::FormatBraces)
);
