#![doc = include_str!("../../../../docs/rules/prompt-copied.md")]

use crate::lint::Check;
use crate::lint::rule::rule;
use crate::notation::QuotingKind;

rule!(
    "prompt-copied",
    Quoting,
    Note,
    Always,
    "a prompt stands before a command that is there to be copied",
    Check::Quoting(QuotingKind::PromptCopied)
);
