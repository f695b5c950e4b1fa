#![doc = include_str!("../../../../docs/rules/member-in-text.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "member-in-text",
    Quoting,
    Warning,
    Always,
    "a member of a variable is named in a text that replaces the variable alone",
    Check::Quoting(QuotingKind::MemberInText)
);
