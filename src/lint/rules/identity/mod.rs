//! The identity block: the heart of the matter.

use crate::lint::Rule;

pub(in crate::lint) mod identity_drops;
pub(in crate::lint) mod identity_id_case;
pub(in crate::lint) mod identity_id_duplicate;
pub(in crate::lint) mod identity_id_invalid;
pub(in crate::lint) mod identity_ids_missing;
pub(in crate::lint) mod identity_ids_shape;
pub(in crate::lint) mod identity_ids_unexpected;
pub(in crate::lint) mod identity_ids_wrong_property;
pub(in crate::lint) mod identity_misplaced;
pub(in crate::lint) mod identity_not_for_flexible;
pub(in crate::lint) mod identity_not_in_type;
pub(in crate::lint) mod identity_not_in_version;
pub(in crate::lint) mod identity_null_in_put;
pub(in crate::lint) mod identity_removes_nothing;
pub(in crate::lint) mod identity_type_invalid;
pub(in crate::lint) mod identity_type_missing;
pub(in crate::lint) mod identity_type_spelling;
pub(in crate::lint) mod identity_value_not_empty;
mod questions;
mod shape;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &identity_type_spelling::RULE,
    &identity_type_invalid::RULE,
    &identity_type_missing::RULE,
    &identity_ids_wrong_property::RULE,
    &identity_not_in_type::RULE,
    &identity_not_in_version::RULE,
    &identity_ids_missing::RULE,
    &identity_not_for_flexible::RULE,
    &identity_ids_unexpected::RULE,
    &identity_ids_shape::RULE,
    &identity_id_invalid::RULE,
    &identity_id_duplicate::RULE,
    &identity_id_case::RULE,
    &identity_value_not_empty::RULE,
    &identity_null_in_put::RULE,
    &identity_misplaced::RULE,
    &identity_drops::RULE,
    &identity_removes_nothing::RULE,
];
