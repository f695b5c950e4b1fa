//! The call around the body.

use crate::lint::Rule;

mod api_version_unknown;
mod placeholder_doubled;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&api_version_unknown::RULE, &placeholder_doubled::RULE];
