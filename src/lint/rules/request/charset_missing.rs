#![doc = include_str!("../../../../docs/rules/charset-missing.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "charset-missing",
    Request,
    Note,
    Sometimes,
    "letters beyond ASCII are sent as `?`: the content type names no charset",
    Check::Quoting(QuotingKind::CharsetMissing)
);
