//! What the shell and the client do to a call before it leaves. The readers of the shells draft it, each rule
//! reports a kind.

use crate::lint::Rule;

mod argument_is_text;
mod blank_after_continuation;
mod braces_expanded;
mod braces_globbed;
mod continuation_missing;
mod file_without_at;
mod format_braces;
mod json_depth;
mod member_in_text;
mod object_as_body;
mod odata_variable_eaten;
mod placeholder_redirects;
mod prompt_copied;
mod quotes_eaten;
mod quotes_stripped;
mod splatted_file;
mod text_end_misplaced;
mod token_is_securestring;
mod unquoted_ampersand;
mod unquoted_operator;
mod unterminated_quote;
mod variable_name_swallows;
mod variable_not_expanded;
mod words_run_together;
mod wrong_dash;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &quotes_eaten::RULE,
    &unterminated_quote::RULE,
    &unquoted_ampersand::RULE,
    &unquoted_operator::RULE,
    &braces_expanded::RULE,
    &braces_globbed::RULE,
    &variable_not_expanded::RULE,
    &variable_name_swallows::RULE,
    &odata_variable_eaten::RULE,
    &json_depth::RULE,
    &argument_is_text::RULE,
    &object_as_body::RULE,
    &format_braces::RULE,
    &text_end_misplaced::RULE,
    &member_in_text::RULE,
    &splatted_file::RULE,
    &file_without_at::RULE,
    &continuation_missing::RULE,
    &token_is_securestring::RULE,
    &quotes_stripped::RULE,
    &words_run_together::RULE,
    &wrong_dash::RULE,
    &blank_after_continuation::RULE,
    &placeholder_redirects::RULE,
    &prompt_copied::RULE,
];
