//! ARM templates.

use crate::lint::Rule;

mod expression_invalid;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&expression_invalid::RULE];
