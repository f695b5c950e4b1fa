//! `Refusal`: how Azure Resource Manager answers a block that it does not take.
//!
//! Source of codes and messages: answers that users published in issues of public repositories (named at each
//! kind). Where no answer is published, the refusal has no code and says in our own words what is wrong.

use std::fmt;

use super::kind::IdentityType;
use crate::arm::{ApiVersion, Method, ResourceTypeName};

/// Why a block is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// `identityIds` from 2018-06-01 on. MicrosoftDocs/azure-docs#68377
    IdentityIdsDeprecated,
    /// `identityIds`, even empty, beside a type without `UserAssigned`. Azure/aad-pod-identity#214
    IdentityIdsBesideType(IdentityType),
    /// The same id twice in `identityIds`. Azure/aad-pod-identity#556
    DuplicatedInIdentityIds(String),
    /// The same id twice in the map. Azure/aad-pod-identity#167
    DuplicateIds(Vec<String>),
    /// Anything but `SystemAssigned` before 2017-12-01. MicrosoftDocs/azure-docs#11646
    SystemAssignedOnly,
    /// `UserAssigned` and no ids. hashicorp/terraform-provider-azurerm#17082
    MissingIds,
    /// A map value that is not `{}`. Azure/terraform-provider-azapi#840
    ValueNotEmpty(String),
    /// `null` in PUT. hashicorp/terraform-provider-azurerm#13080
    NullInPut(String),
    /// A map beside a type without `UserAssigned`. Public code that handles the answer of Microsoft.App
    IdsUnsupported,
    /// Ids that are not ids of user-assigned identities. MicrosoftDocs/azure-docs#48229
    InvalidIds(Vec<String>),
    /// A bare name or a GUID as id. Azure/azure-cli#25401
    NotFullyQualified {
        /// As written.
        id: String,
        /// The property that it stands in.
        path: &'static str,
    },
    /// No `type`. Azure/aad-pod-identity#313
    MissingType,
    /// `userAssignedIdentities` before 2018-06-01; the member is not known. Not published for this property.
    MapNotInVersion(ApiVersion),
    /// The version has no identity at all. Not published.
    IdentityNotInVersion(ResourceTypeName, ApiVersion),
    /// The version does not have the method. Not published.
    MethodNotInVersion(ResourceTypeName, ApiVersion, Method),
}

/// How Azure Resource Manager answers a block that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// Why.
    pub kind: RefusalKind,
    /// The error's code; `None` where none is published.
    pub code: Option<&'static str>,
    /// The error's message; where none is published, what is wrong in our own words.
    pub message: String,
    /// The error's target, where one is published.
    pub target: Option<&'static str>,
}

impl Refusal {
    /// Whether code or message are the service's own words.
    pub fn is_published(&self) -> bool {
        !matches!(
            self.kind,
            RefusalKind::MapNotInVersion(_)
                | RefusalKind::IdentityNotInVersion(..)
                | RefusalKind::MethodNotInVersion(..)
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl From<RefusalKind> for Refusal {
    fn from(kind: RefusalKind) -> Self {
        use RefusalKind as K;
        let mut target = None;
        let (code, message) = match &kind {
            K::IdentityIdsDeprecated => (
                Some("InvalidParameter"),
                "ResourceIdentity property identityIds is deprecated. The userAssignedIdentities property should \
                 be used instead."
                    .to_owned(),
            ),
            K::IdentityIdsBesideType(identity_type) => {
                target = Some("resourceIdentity.identityIds");
                let message = format!(
                    "ResourceIdentity identityIds should not be provided if the type is \"{identity_type}\"."
                );
                (Some("InvalidParameter"), message)
            }
            K::DuplicatedInIdentityIds(id) => {
                target = Some("resourceIdentity.identityIds");
                let message = format!(
                    "ResourceIdentity identityId '{id}' cannot be duplicated in the provided identityIds list."
                );
                (Some("InvalidParameter"), message)
            }
            K::DuplicateIds(ids) => {
                let ids = ids.join(",");
                let message = format!("The request content has the following duplicate identity ids '{ids}'.");
                (Some("DuplicateIdentityIds"), message)
            }
            // Two spaces, as the service writes it.
            K::SystemAssignedOnly => {
                (None, "ResourceIdentity Type must be provided and set to  SystemAssigned".to_owned())
            }
            K::MissingIds => (
                Some("MissingIdentityIds"),
                "The identity ids must not be null or empty for 'UserAssigned' identity type.".to_owned(),
            ),
            K::ValueNotEmpty(id) => (
                Some("InvalidIdentityValues"),
                format!(
                    "Invalid value for the identities '{id}'. The 'UserAssignedIdentities' property keys should \
                     only be empty json objects, null or the resource existing property."
                ),
            ),
            K::NullInPut(id) => (
                Some("InvalidIdentityValues"),
                format!(
                    "Invalid value for the identities '{id}'. The 'UserAssignedIdentities' property keys should \
                     only be empty null during PATCH requests."
                ),
            ),
            K::IdsUnsupported => (
                Some("InvalidResourceIdentityType"),
                "The identity ids are only supported for 'UserAssigned' identity type.".to_owned(),
            ),
            K::InvalidIds(ids) => (
                Some("InvalidIdentityId"),
                format!(
                    "The identity ids '{}' are invalid. It must be of the following format: \
                     '/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/\
                     Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}'.",
                    ids.join(",")
                ),
            ),
            K::NotFullyQualified { id, path } => (
                Some("LinkedInvalidPropertyId"),
                format!(
                    "Property id '{id}' at path '{path}' is invalid. Expect fully qualified resource Id that \
                     start with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
                ),
            ),
            K::MissingType => (
                Some("InvalidRequestContent"),
                "The request content was invalid and could not be deserialized: 'Required property 'type' not \
                 found in JSON. Path 'identity'.'."
                    .to_owned(),
            ),
            K::MapNotInVersion(version) => (
                None,
                format!("API version {version} has no userAssignedIdentities; user-assigned identities are identityIds"),
            ),
            K::IdentityNotInVersion(resource_type, version) => {
                (None, format!("API version {version} of {resource_type} has no identity"))
            }
            K::MethodNotInVersion(resource_type, version, method) => {
                (None, format!("API version {version} of {resource_type} has no {method}"))
            }
        };
        Self { kind, code, message, target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_parts_are_filled_in() {
        let duplicate = Refusal::from(RefusalKind::DuplicatedInIdentityIds("/x".into()));
        assert_eq!(
            duplicate.to_string(),
            "InvalidParameter: ResourceIdentity identityId '/x' cannot be duplicated in the provided identityIds list."
        );
        assert_eq!(duplicate.target, Some("resourceIdentity.identityIds"));
        let invalid = Refusal::from(RefusalKind::InvalidIds(vec!["/x".into(), "/y".into()]));
        assert!(invalid.message.starts_with("The identity ids '/x,/y' are invalid."));
        assert!(invalid.message.ends_with("userAssignedIdentities/{resourceName}'."));
        assert!(!Refusal::from(RefusalKind::MapNotInVersion("2017-12-01".parse().unwrap())).is_published());
    }
}
