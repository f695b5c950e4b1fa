//! The call around the body.

use crate::lint::Rule;

mod placeholder_doubled;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&placeholder_doubled::RULE];
