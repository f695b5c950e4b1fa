#![doc = include_str!("../../../../docs/rules/odata-variable-eaten.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "odata-variable-eaten",
    Quoting,
    Error,
    Always,
    "the shell replaces `$filter` and its like by a variable that nobody has set",
    Check::Quoting(QuotingKind::OdataVariableEaten)
);
