//! The text is not JSON: the parser names the mistake, these rules report it.

use crate::lint::Rule;

mod identity_type_split;
mod unnamed_object;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&identity_type_split::RULE, &unnamed_object::RULE];

pub(super) use identity_type_split::check_array;
