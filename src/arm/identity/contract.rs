//! `IdentityContract`: what a resource type takes in its `identity` block, in one API version.

use std::borrow::Cow;

use super::kind::IdentityType;
use crate::arm::versions::{IdentityForm, PublishedVersion};
use crate::arm::{ApiVersion, Method, ResourceType, ResourceTypeName, versions};

/// What a resource type takes in its `identity` block, in one API version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityContract {
    /// The type.
    pub resource_type: ResourceTypeName,
    /// The API version.
    pub version: ApiVersion,
    /// How the block has user-assigned identities.
    pub form: IdentityForm,
    /// Whether a resource of the type can be changed with PATCH; `None` where nobody says.
    pub patch: Option<bool>,
    /// The values that `type` takes.
    types: Vec<IdentityType>,
    /// How the value for both kinds of identities is spelt.
    joined: Cow<'static, str>,
}

impl IdentityContract {
    /// The contract of a type of which only the block is described: which values its `type` takes, and how the one
    /// for both kinds is spelt (`None`: as Azure Resource Manager documents it). That the block then means what it
    /// means elsewhere (a PATCH merges the map, `null` removes) is Azure Resource Manager's common contract and assumed.
    pub fn assumed(
        resource_type: ResourceTypeName,
        version: ApiVersion,
        types: Vec<IdentityType>,
        joined: Option<&str>,
        has_map: bool,
        patch: Option<bool>,
    ) -> Self {
        let has_user_assigned = has_map && types.iter().any(|it| it.has_user_assigned());
        let form = match () {
            () if types.is_empty() => IdentityForm::None,
            () if has_user_assigned => IdentityForm::Map,
            () => IdentityForm::SystemOnly,
        };
        let joined = joined
            .map_or(Cow::Borrowed(IdentityType::SystemAssignedUserAssigned.as_str()), |joined| {
                Cow::Owned(joined.to_owned())
            });
        Self { resource_type, version, form, patch, types, joined }
    }

    /// The contract of a type that is known in every detail. Before the first version there is no identity.
    pub fn of(resource_type: ResourceType, version: ApiVersion) -> Self {
        let row =
            match (versions::effective(resource_type, version), versions::published(resource_type).first()) {
                (Some(row), _) => *row,
                (None, Some(first)) => PublishedVersion { identity: IdentityForm::None, ..*first },
                (None, None) => PublishedVersion { version, patch: false, identity: IdentityForm::None },
            };
        Self::of_row(resource_type, PublishedVersion { version, ..row })
    }

    pub(super) fn of_row(resource_type: ResourceType, row: PublishedVersion) -> Self {
        let types = match row.identity {
            IdentityForm::None => Vec::new(),
            IdentityForm::SystemOnly => vec![IdentityType::SystemAssigned],
            IdentityForm::Ids | IdentityForm::Map => IdentityType::ALL.to_vec(),
        };
        let joined = Cow::Borrowed(IdentityType::SystemAssignedUserAssigned.as_str());
        Self {
            resource_type: resource_type.into(),
            version: row.version,
            form: if types.is_empty() { IdentityForm::None } else { row.identity },
            patch: Some(row.patch),
            types,
            joined,
        }
    }

    /// Whether `type` takes a value.
    pub fn takes(&self, identity_type: IdentityType) -> bool {
        self.types.contains(&identity_type)
    }

    /// How a value of `type` is spelt here.
    pub fn spelling(&self, identity_type: IdentityType) -> &str {
        match identity_type {
            IdentityType::SystemAssignedUserAssigned => &self.joined,
            other => other.as_str(),
        }
    }

    /// Whether a resource is known to take the method.
    pub fn supports(&self, method: Method) -> bool {
        match method {
            Method::Get | Method::Put | Method::Delete | Method::Head => true,
            Method::Patch => self.patch != Some(false),
            Method::Post | Method::Options => false,
        }
    }
}
