#![doc = include_str!("../../../../docs/rules/object-as-body.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "object-as-body",
    Quoting,
    Error,
    Sometimes,
    "an object is sent as a body instead of the JSON that was meant",
    Check::Quoting(QuotingKind::ObjectAsBody)
);
