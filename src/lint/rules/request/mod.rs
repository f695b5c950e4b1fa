//! The call around the body.

use crate::lint::Rule;

mod api_version_missing;
mod api_version_unknown;
mod authorization_missing;
mod body_with_get;
mod body_without_method;
mod content_type_missing;
mod content_type_wrong;
pub(in crate::lint) mod facts;
mod header_malformed;
mod host_misspelt;
pub(in crate::lint) mod ids;
mod insecure_url;
mod method_not_supported;
mod method_unknown;
mod name_mismatch;
mod placeholder_doubled;
mod placeholder_left;
mod resource_mismatch;
pub(in crate::lint) mod style;
mod url_invalid;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &api_version_missing::RULE,
    &api_version_unknown::RULE,
    &method_not_supported::RULE,
    &method_unknown::RULE,
    &url_invalid::RULE,
    &insecure_url::RULE,
    &host_misspelt::RULE,
    &header_malformed::RULE,
    &content_type_wrong::RULE,
    &content_type_missing::RULE,
    &authorization_missing::RULE,
    &name_mismatch::RULE,
    &resource_mismatch::RULE,
    &placeholder_doubled::RULE,
    &placeholder_left::RULE,
    &body_without_method::RULE,
    &body_with_get::RULE,
];
