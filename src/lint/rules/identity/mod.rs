//! The identity block: the heart of the matter.

use crate::lint::Rule;

mod identity_type_spelling;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&identity_type_spelling::RULE];
