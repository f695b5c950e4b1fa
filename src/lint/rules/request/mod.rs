//! The call around the body.

use crate::lint::Rule;

pub(in crate::lint) mod api_version_missing;
pub(in crate::lint) mod api_version_unknown;
pub(in crate::lint) mod authorization_missing;
pub(in crate::lint) mod body_with_get;
pub(in crate::lint) mod body_without_method;
pub(in crate::lint) mod charset_missing;
pub(in crate::lint) mod content_type_missing;
pub(in crate::lint) mod content_type_wrong;
pub(in crate::lint) mod facts;
pub(in crate::lint) mod header_malformed;
pub(in crate::lint) mod host_misspelt;
pub(in crate::lint) mod ids;
pub(in crate::lint) mod insecure_url;
pub(in crate::lint) mod method_not_supported;
pub(in crate::lint) mod method_unknown;
pub(in crate::lint) mod name_mismatch;
pub(in crate::lint) mod placeholder_doubled;
pub(in crate::lint) mod placeholder_left;
pub(in crate::lint) mod preview_superseded;
pub(in crate::lint) mod resource_mismatch;
pub(in crate::lint) mod style;
pub(in crate::lint) mod url_invalid;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &api_version_missing::RULE,
    &api_version_unknown::RULE,
    &preview_superseded::RULE,
    &method_not_supported::RULE,
    &method_unknown::RULE,
    &url_invalid::RULE,
    &insecure_url::RULE,
    &host_misspelt::RULE,
    &header_malformed::RULE,
    &content_type_wrong::RULE,
    &content_type_missing::RULE,
    &charset_missing::RULE,
    &authorization_missing::RULE,
    &name_mismatch::RULE,
    &resource_mismatch::RULE,
    &placeholder_doubled::RULE,
    &placeholder_left::RULE,
    &body_without_method::RULE,
    &body_with_get::RULE,
];
