//! What the shell and the client do to a call before it leaves. The readers of the shells draft it, each rule
//! reports a kind.

use crate::lint::Rule;

mod blank_after_continuation;
mod braces_expanded;
mod continuation_missing;
mod placeholder_redirects;
mod quotes_eaten;
mod text_end_misplaced;
mod unquoted_ampersand;
mod unquoted_operator;
mod unterminated_quote;
mod words_run_together;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &quotes_eaten::RULE,
    &unterminated_quote::RULE,
    &unquoted_ampersand::RULE,
    &unquoted_operator::RULE,
    &braces_expanded::RULE,
    &text_end_misplaced::RULE,
    &continuation_missing::RULE,
    &words_run_together::RULE,
    &blank_after_continuation::RULE,
    &placeholder_redirects::RULE,
];
