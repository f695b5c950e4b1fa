//! `plan`: the identity block that takes a resource from one state to another.

use super::block::{BlockIds, IdChange, IdentityBlock};
use super::contract::IdentityContract;
use super::kind::IdentityType;
use super::state::{Identity, IdentityId, IdentityIds};
use crate::arm::versions::{IdentityForm, published};
use crate::arm::{ApiVersion, Method, ResourceIdError, ResourceType, ResourceTypeName, parse_user_assigned};

/// The block to send; `None` when nothing is to be done.
pub type Plan = Option<IdentityBlock>;

/// A change that a request of this version and method cannot make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("API version {version} of {resource_type} {reason}{}", hint(*first_version))]
pub struct PlanError {
    /// The resource's type.
    pub resource_type: ResourceTypeName,
    /// The version that was asked for.
    pub version: ApiVersion,
    /// What stands in the way.
    pub reason: PlanErrorReason,
    /// The first published version in which the method can make the whole change, if any can.
    pub first_version: Option<ApiVersion>,
}

fn hint(first: Option<ApiVersion>) -> String {
    first.map_or_else(String::new, |first| format!("; the first that can is {first}"))
}

/// What stands in the way of a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanErrorReason {
    /// Neither PUT nor PATCH.
    #[error("cannot change identities with {0}: that takes PUT or PATCH")]
    Method(Method),
    /// The resource type has no identities.
    #[error("has no identities: they belong to virtual machines and scale sets")]
    Type,
    /// The version has no identities.
    #[error("has no identities")]
    NoIdentity,
    /// The version has no PATCH.
    #[error("has no PATCH")]
    NoPatch,
    /// The version knows the system-assigned identity only.
    #[error("has no user-assigned identities")]
    NoUserAssigned,
    /// The version can enable the system-assigned identity, not disable it.
    #[error("cannot take the system-assigned identity away")]
    NoRemoval,
    /// The `type` of the version's block has no such value.
    #[error("has no identity of type `{0}`")]
    NoType(IdentityType),
    /// An id that the block would have to name is none.
    #[error("cannot name the identity `{id}`: {error}")]
    Id {
        /// The id.
        id: IdentityId,
        /// What is wrong with it.
        error: Box<ResourceIdError>,
    },
}

/// The block that takes a resource from `current` to `wanted`: [`apply`](super::apply()) of it is `wanted`.
///
/// In the map form a PATCH names the ids that come and go, so that it takes no more rights than the change does
/// (naming an id takes the right to assign it). When only the system-assigned identity changes, it names the ids
/// that stay: a reader, and a service that would not merge, sees that they do. It never removes the last id with
/// `null`, because the type then says so by itself.
///
/// # Errors
/// [`PlanError`] when the version or the method cannot express the change; it names the first version that can.
pub fn plan(
    current: &Identity,
    wanted: &Identity,
    resource_type: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Result<Plan, PlanError> {
    let planned = if resource_type.has_identity() {
        IdentityContract::of(resource_type, version).plan(current, wanted, method)
    } else if current == wanted {
        Ok(None)
    } else {
        Err(PlanErrorReason::Type)
    };
    planned.map_err(|reason| {
        let rows = published(resource_type).iter().map(|row| IdentityContract::of_row(resource_type, *row));
        PlanError {
            resource_type: resource_type.into(),
            version,
            reason,
            first_version: first(rows, current, wanted, method),
        }
    })
}

/// The first of some versions, oldest first, in which a method can make the whole change.
fn first(
    mut versions: impl Iterator<Item = IdentityContract>,
    current: &Identity,
    wanted: &Identity,
    method: Method,
) -> Option<ApiVersion> {
    versions.find(|it| it.plan(current, wanted, method).is_ok()).map(|it| it.version)
}

/// The block without the ids that stay, where the version merges what a PATCH says: what leads to the same state and
/// takes no right on them. `None` if the block names none that it could leave out.
pub fn without_what_stays(
    block: &IdentityBlock,
    current: &Identity,
    resource_type: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Option<IdentityBlock> {
    IdentityContract::of(resource_type, version).without_what_stays(block, current, method)
}

impl IdentityContract {
    /// The block that takes a resource from `current` to `wanted`: see [`plan`].
    ///
    /// # Errors
    /// What stands in the way in this version.
    pub fn plan(
        &self,
        current: &Identity,
        wanted: &Identity,
        method: Method,
    ) -> Result<Plan, PlanErrorReason> {
        if current == wanted {
            return Ok(None);
        }
        if !matches!(method, Method::Put | Method::Patch) {
            return Err(PlanErrorReason::Method(method));
        }
        if self.form == IdentityForm::None {
            return Err(PlanErrorReason::NoIdentity);
        }
        if !self.supports(method) {
            return Err(PlanErrorReason::NoPatch);
        }
        // What a version does with user-assigned identities that it does not know is not published: a resource that
        // has some is not touched with it.
        let knows_all = wanted.user_assigned.is_empty() && current.user_assigned.is_empty();
        if !self.form.has_user_assigned() && !knows_all {
            return Err(PlanErrorReason::NoUserAssigned);
        }
        let identity_type = wanted.identity_type();
        if !self.takes(identity_type) {
            let is_removal = identity_type == IdentityType::None && self.form == IdentityForm::SystemOnly;
            return Err(if is_removal {
                PlanErrorReason::NoRemoval
            } else {
                PlanErrorReason::NoType(identity_type)
            });
        }
        let ids = match self.form {
            _ if wanted.user_assigned.is_empty() => BlockIds::Absent,
            IdentityForm::None | IdentityForm::SystemOnly => BlockIds::Absent,
            IdentityForm::Ids => BlockIds::List(strings(&wanted.user_assigned)),
            IdentityForm::Map if method == Method::Put => assigning(wanted.user_assigned.iter()),
            IdentityForm::Map => difference(current, wanted),
        };
        for id in ids.iter() {
            if let Err(error) = parse_user_assigned(id) {
                return Err(PlanErrorReason::Id { id: id.into(), error: Box::new(error) });
            }
        }
        Ok(Some(IdentityBlock { identity_type, ids }))
    }

    /// The error for what [`IdentityContract::plan`] refuses, with the first of the type's versions, oldest first, in
    /// which the method can make the whole change.
    pub fn plan_error(
        &self,
        reason: PlanErrorReason,
        versions: impl Iterator<Item = IdentityContract>,
        (current, wanted): (&Identity, &Identity),
        method: Method,
    ) -> PlanError {
        PlanError {
            resource_type: self.resource_type.clone(),
            version: self.version,
            reason,
            first_version: first(versions, current, wanted, method),
        }
    }

    /// The block without the ids that stay: see [`without_what_stays`].
    pub fn without_what_stays(
        &self,
        block: &IdentityBlock,
        current: &Identity,
        method: Method,
    ) -> Option<IdentityBlock> {
        let is_merged = method == Method::Patch && self.form == IdentityForm::Map;
        let BlockIds::Map(map) = &block.ids else { return None };
        let stays = |(id, change): &(String, IdChange)| {
            *change == IdChange::Assign && current.user_assigned.contains(&id.as_str().into())
        };
        if !is_merged || !map.iter().any(stays) {
            return None;
        }
        let others: Vec<_> = map.iter().filter(|entry| !stays(entry)).cloned().collect();
        let ids = if others.is_empty() { BlockIds::Absent } else { BlockIds::Map(others) };
        Some(IdentityBlock { ids, ..block.clone() })
    }
}

fn strings(ids: &IdentityIds) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}

fn assigning<'i>(ids: impl Iterator<Item = &'i IdentityId>) -> BlockIds {
    BlockIds::Map(ids.map(|id| (id.as_str().to_owned(), IdChange::Assign)).collect())
}

/// The ids that come, then those that go; those that stay, when there are neither.
fn difference(current: &Identity, wanted: &Identity) -> BlockIds {
    let (before, after) = (&current.user_assigned, &wanted.user_assigned);
    if before == after {
        return assigning(before.iter());
    }
    let coming = after.iter().filter(|id| !before.contains(id)).map(|id| (id, IdChange::Assign));
    let going = before.iter().filter(|id| !after.contains(id)).map(|id| (id, IdChange::Remove));
    BlockIds::Map(coming.chain(going).map(|(id, change)| (id.as_str().to_owned(), change)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: ResourceType = ResourceType::VirtualMachine;
    const VMSS: ResourceType = ResourceType::VirtualMachineScaleSet;
    const ID: &str =
        "/subscriptions/$S/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/";

    fn state(system: bool, names: &[&str]) -> Identity {
        Identity::new(system, names.iter().map(|name| format!("{ID}{name}")))
    }

    fn json(current: &Identity, wanted: &Identity, version: &str, method: Method) -> String {
        let block = plan(current, wanted, VM, version.parse().unwrap(), method).unwrap().unwrap();
        block.to_json().replace(ID, "")
    }

    #[test]
    fn the_form_follows_the_version() {
        let (before, after) = (state(true, &["ID1", "ID2"]), state(true, &["ID1"]));
        assert_eq!(
            json(&before, &after, "2017-12-01", Method::Patch),
            r#"{"type":"SystemAssigned, UserAssigned","identityIds":["ID1"]}"#
        );
        assert_eq!(
            json(&before, &after, "2018-06-01", Method::Patch),
            r#"{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"ID2":null}}"#
        );
        assert_eq!(
            json(&before, &after, "2018-06-01", Method::Put),
            r#"{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"ID1":{}}}"#
        );
        assert_eq!(
            json(&before, &state(true, &[]), "2024-07-01", Method::Patch),
            r#"{"type":"SystemAssigned"}"#
        );
        assert_eq!(json(&before, &Identity::none(), "2024-07-01", Method::Patch), r#"{"type":"None"}"#);
        assert_eq!(
            json(&before, &state(false, &["ID3", "ID2"]), "2024-07-01", Method::Patch),
            r#"{"type":"UserAssigned","userAssignedIdentities":{"ID3":{},"ID1":null}}"#
        );
        assert_eq!(
            json(&state(false, &["ID1"]), &state(true, &["ID1"]), "2024-07-01", Method::Patch),
            r#"{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"ID1":{}}}"#
        );
    }

    #[test]
    fn an_error_names_the_first_version_that_can() {
        let error = |resource_type, current: &Identity, wanted: &Identity, version: &str, method| {
            let error = plan(current, wanted, resource_type, version.parse().unwrap(), method).unwrap_err();
            (error.reason, error.first_version.map(|version| version.to_string()))
        };
        let (system, user) = (state(true, &[]), state(false, &["ID1"]));
        let first = |version: &str| Some(version.to_owned());
        let none = Identity::none();
        assert_eq!(
            error(VM, &system, &none, "2017-03-30", Method::Put),
            (PlanErrorReason::NoRemoval, first("2017-12-01"))
        );
        assert_eq!(
            error(VM, &none, &system, "2015-06-15", Method::Put),
            (PlanErrorReason::NoIdentity, first("2016-03-30"))
        );
        assert_eq!(
            error(VM, &none, &system, "2014-01-01", Method::Patch),
            (PlanErrorReason::NoIdentity, first("2017-12-01"))
        );
        assert_eq!(
            error(VMSS, &none, &system, "2016-03-30", Method::Patch),
            (PlanErrorReason::NoPatch, first("2017-03-30"))
        );
        assert_eq!(
            error(VMSS, &none, &user, "2017-03-30", Method::Patch),
            (PlanErrorReason::NoUserAssigned, first("2017-12-01"))
        );
        assert_eq!(
            error(VM, &user, &system, "2017-03-30", Method::Put),
            (PlanErrorReason::NoUserAssigned, first("2017-12-01"))
        );
        assert_eq!(
            error(ResourceType::UserAssignedIdentity, &none, &system, "2023-01-31", Method::Put),
            (PlanErrorReason::Type, None)
        );
        let bad = Identity::new(false, ["ID1"]);
        assert!(matches!(
            error(VM, &none, &bad, "2018-06-01", Method::Put),
            (PlanErrorReason::Id { .. }, None)
        ));
        let error = plan(&system, &none, VM, "2017-03-30".parse().unwrap(), Method::Put).unwrap_err();
        assert_eq!(
            error.to_string(),
            "API version 2017-03-30 of Microsoft.Compute/virtualMachines cannot take the system-assigned identity \
             away; the first that can is 2017-12-01"
        );
    }
}
