#![doc = include_str!("../../../../docs/rules/token-is-securestring.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "token-is-securestring",
    Quoting,
    Warning,
    Never,
    "a token is written into a text that newer modules give as a `SecureString`",
    Check::Quoting(QuotingKind::TokenIsSecurestring)
);
