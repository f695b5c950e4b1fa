//! Every published version of the known resource types, and what each lets a request say about identities.
//!
//! Source: the `OpenAPI` files of azure-rest-api-specs, one per version (`has PATCH` is whether the file has the
//! operation; the form is read off the definition of the `identity` property). `schemas/catalogue.tsv`, which an import
//! writes, has a line for each.

use super::{ApiVersion, Method, ResourceType};

/// What the `identity` block of a body is in an API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityForm {
    /// There is no such block.
    None,
    /// `type` alone, and `SystemAssigned` is its only value.
    SystemOnly,
    /// `type` and `identityIds`, an array that is replaced as a whole.
    Ids,
    /// `type` and `userAssignedIdentities`, a map that PATCH merges and in which `null` removes.
    Map,
}

impl IdentityForm {
    /// The property that holds the user-assigned identities.
    pub fn ids_property(self) -> Option<&'static str> {
        match self {
            Self::None | Self::SystemOnly => None,
            Self::Ids => Some("identityIds"),
            Self::Map => Some("userAssignedIdentities"),
        }
    }

    /// Whether user-assigned identities can be said at all.
    pub fn has_user_assigned(self) -> bool {
        self.ids_property().is_some()
    }
}

/// One published version of one resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedVersion {
    /// The version.
    pub version: ApiVersion,
    /// Whether the type can be changed with PATCH.
    pub patch: bool,
    /// What the identity block is.
    pub identity: IdentityForm,
}

impl PublishedVersion {
    /// Whether a resource (not a collection, not an action) takes this method.
    pub fn supports(&self, method: Method) -> bool {
        match method {
            Method::Get | Method::Put | Method::Delete | Method::Head => true,
            Method::Patch => self.patch,
            Method::Post | Method::Options => false,
        }
    }
}

mod table {
    //! Made by the build from `schemas/catalogue.tsv`.
    use super::{IdentityForm, PublishedVersion};
    use crate::arm::{ApiVersion, Stage};

    include!(concat!(env!("OUT_DIR"), "/published_versions.rs"));
}

/// The published versions of a type, oldest first.
pub fn published(resource_type: ResourceType) -> &'static [PublishedVersion] {
    let name = resource_type.full_name();
    table::PUBLISHED.iter().find(|(known, _)| *known == name).map_or(&[], |(_, rows)| rows)
}

/// Whether exactly this version was published for the type.
pub fn is_published(resource_type: ResourceType, version: ApiVersion) -> bool {
    published(resource_type).binary_search_by_key(&version, |row| row.version).is_ok()
}

/// Whether ARM answers to a version that no specification describes.
pub fn is_undescribed(resource_type: ResourceType, version: ApiVersion) -> bool {
    resource_type.undescribed().contains(&version)
}

/// The published version that a version is treated as: itself, or the nearest earlier one.
/// `None` before the first.
pub fn effective(resource_type: ResourceType, version: ApiVersion) -> Option<&'static PublishedVersion> {
    let rows = published(resource_type);
    rows[..rows.partition_point(|row| row.version <= version)].last()
}

/// What the identity block is in a version, published or not (see [`effective`]).
pub fn identity_form(resource_type: ResourceType, version: ApiVersion) -> IdentityForm {
    effective(resource_type, version).map_or(IdentityForm::None, |row| row.identity)
}

/// Whether a resource of the type takes the method in a version, published or not (see [`effective`]).
/// A version before the first is treated as the first.
pub fn supports(resource_type: ResourceType, version: ApiVersion, method: Method) -> bool {
    effective(resource_type, version)
        .or_else(|| published(resource_type).first())
        .is_some_and(|row| row.supports(method))
}

/// The newest stable version of a type.
pub fn newest_stable(resource_type: ResourceType) -> ApiVersion {
    newest_of(versions(resource_type)).unwrap_or(FIRST)
}

/// The newest version of a type, preview or not.
pub fn newest(resource_type: ResourceType) -> ApiVersion {
    published(resource_type).last().map_or(FIRST, |row| row.version)
}

/// The nearest version published before this one.
pub fn nearest_earlier(resource_type: ResourceType, version: ApiVersion) -> Option<ApiVersion> {
    around(versions(resource_type), version).earlier
}

/// The nearest version published after this one.
pub fn nearest_later(resource_type: ResourceType, version: ApiVersion) -> Option<ApiVersion> {
    around(versions(resource_type), version).later
}

fn versions(resource_type: ResourceType) -> impl DoubleEndedIterator<Item = ApiVersion> + Clone {
    published(resource_type).iter().map(|row| row.version)
}

/// The newest of some versions, which come oldest first: of the stable ones if there are any.
pub fn newest_of(mut versions: impl DoubleEndedIterator<Item = ApiVersion> + Clone) -> Option<ApiVersion> {
    versions.clone().rfind(|it| !it.is_preview()).or_else(|| versions.next_back())
}

/// The versions between which another one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// The last one before it.
    pub earlier: Option<ApiVersion>,
    /// The first one after it.
    pub later: Option<ApiVersion>,
}

impl Around {
    /// The one that serves in its stead: the earlier, unless there is none.
    pub fn nearest(self) -> Option<ApiVersion> {
        self.earlier.or(self.later)
    }
}

/// Between which of some versions, which come oldest first, a version stands.
pub fn around(versions: impl DoubleEndedIterator<Item = ApiVersion> + Clone, version: ApiVersion) -> Around {
    Around {
        earlier: versions.clone().rfind(|it| *it < version),
        later: versions.into_iter().find(|it| *it > version),
    }
}

/// The first version whose row satisfies a condition.
pub fn first_where(
    resource_type: ResourceType,
    condition: impl Fn(&PublishedVersion) -> bool,
) -> Option<ApiVersion> {
    published(resource_type).iter().find(|row| condition(row)).map(|row| row.version)
}

/// The first version that has this form of the identity block or a later one.
pub fn first_with(resource_type: ResourceType, form: IdentityForm) -> Option<ApiVersion> {
    first_where(resource_type, |row| row.identity >= form)
}

/// The first version in which a resource of the type takes PATCH.
pub fn first_with_patch(resource_type: ResourceType) -> Option<ApiVersion> {
    first_where(resource_type, |row| row.patch)
}

/// The oldest version of Azure Resource Manager's compute types; a stand-in that an empty table would need.
const FIRST: ApiVersion = ApiVersion::stable(2015, 6, 15);

#[cfg(test)]
mod tests {
    use super::*;

    const VM: ResourceType = ResourceType::VirtualMachine;
    const VMSS: ResourceType = ResourceType::VirtualMachineScaleSet;

    fn v(text: &str) -> ApiVersion {
        text.parse().unwrap()
    }

    #[test]
    fn tables_are_sorted_and_their_dates_exist() {
        for resource_type in ResourceType::ALL {
            let rows = published(resource_type);
            assert!(rows.is_sorted_by(|left, right| left.version < right.version), "{resource_type}");
            for row in rows {
                assert_eq!(row.version.to_string().parse(), Ok(row.version));
            }
        }
    }

    #[test]
    fn versions_between_and_after_behave_as_the_nearest_earlier_one() {
        assert_eq!(identity_form(VM, v("2015-01-01")), IdentityForm::None);
        assert_eq!(identity_form(VM, v("2016-03-29")), IdentityForm::None);
        assert_eq!(identity_form(VM, v("2017-11-30")), IdentityForm::SystemOnly);
        assert_eq!(identity_form(VM, v("2018-05-31")), IdentityForm::Ids);
        assert_eq!(identity_form(VMSS, v("2018-06-01")), IdentityForm::Map);
        assert_eq!(identity_form(VM, v("2099-01-01-preview")), IdentityForm::Map);
        assert_eq!(identity_form(ResourceType::UserAssignedIdentity, v("2023-01-31")), IdentityForm::None);
        assert!(!supports(VM, v("2017-03-30"), Method::Patch));
        assert!(supports(VMSS, v("2017-03-30"), Method::Patch));
        assert!(supports(VM, v("2099-01-01"), Method::Patch));
        assert!(!supports(VM, v("2001-01-01"), Method::Patch));
        assert!(!supports(VM, v("2024-07-01"), Method::Post));
    }

    #[test]
    fn neighbours_and_firsts() {
        assert_eq!(nearest_earlier(VM, v("2017-12-01")), Some(v("2017-03-30")));
        assert_eq!(nearest_later(VM, v("2017-12-02")), Some(v("2018-04-01")));
        assert_eq!(nearest_earlier(VM, v("2015-06-15")), None);
        assert_eq!(nearest_later(VM, v("2026-04-01")), None);
        assert_eq!(first_with_patch(VM), Some(v("2017-12-01")));
        assert_eq!(first_with_patch(VMSS), Some(v("2017-03-30")));
        assert_eq!(first_with(VM, IdentityForm::SystemOnly), Some(v("2016-03-30")));
        assert_eq!(first_with(VM, IdentityForm::Map), Some(v("2018-06-01")));
        assert_eq!(newest_stable(ResourceType::UserAssignedIdentity), v("2024-11-30"));
        assert_eq!(newest(ResourceType::UserAssignedIdentity), v("2025-05-31-preview"));
        assert!(is_published(VM, v("2016-04-30-preview")) && !is_published(VM, v("2016-04-30")));
    }
}
