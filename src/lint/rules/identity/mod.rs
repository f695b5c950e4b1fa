//! The identity block: the heart of the matter.

use crate::lint::Rule;

mod identity_drops;
mod identity_id_case;
mod identity_id_duplicate;
mod identity_id_invalid;
mod identity_ids_missing;
mod identity_ids_shape;
mod identity_ids_unexpected;
mod identity_ids_wrong_property;
mod identity_misplaced;
mod identity_not_for_flexible;
mod identity_not_in_type;
mod identity_not_in_version;
mod identity_null_in_put;
mod identity_removes_nothing;
mod identity_type_invalid;
mod identity_type_missing;
mod identity_type_spelling;
mod identity_value_not_empty;
mod layout;
mod shape;
mod view;

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
