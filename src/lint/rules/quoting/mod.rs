//! What the shell and the client do to a call before it leaves. The readers of the shells draft it, each rule
//! reports a kind.

use crate::lint::Rule;

mod unterminated_quote;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&unterminated_quote::RULE];
