#![doc = include_str!("../../../../docs/rules/json-depth.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "json-depth",
    Quoting,
    Error,
    Always,
    "`ConvertTo-Json` cuts what lies deeper than its depth",
    Check::Quoting(QuotingKind::JsonDepth)
);
