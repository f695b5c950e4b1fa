//! `apply`: the model of what Azure Resource Manager does with the identity block of a request.

use super::block::{BlockIds, IdChange, IdentityBlock};
use super::contract::IdentityContract;
use super::kind::IdentityType;
use super::refusal::{Refusal, RefusalKind};
use super::state::{Identity, IdentityId, IdentityIds};
use crate::arm::versions::IdentityForm;
use crate::arm::{ApiVersion, Method, ResourceType, parse_user_assigned};

/// The state after a request, from the state before.
///
/// `block` is `None` when the body has no `identity`. Virtual machines and scale sets behave alike.
///
/// - Without a block nothing changes, in PATCH and in PUT: PUT on compute resources leaves as it was what the body
///   leaves out.
/// - A type without `UserAssigned` drops every user-assigned identity, a type without `SystemAssigned` the
///   system-assigned one.
/// - `identityIds` (2017-12-01, 2018-04-01) are all there is afterwards.
/// - The map (from 2018-06-01 on) is merged in PATCH: `{}` assigns, `null` removes, ids not named stay, and so do all
///   when there is no map. Removing what is not there changes nothing. In PUT the map is all there is afterwards.
/// - `UserAssigned` with nothing to assign is refused (`MissingIdentityIds`). That answer is published for PUT; it is
///   taken to hold for every request that would leave a resource of that type without ids: a PATCH whose `null`s
///   remove the last one while the type still says `UserAssigned`, a PATCH of the bare type on a resource without
///   ids, and `identityIds` left out, where there is no merging that could keep any. A resource of
///   that type without ids was never seen in an answer.
/// - A map beside a type without `UserAssigned` is refused even when it is empty, as `identityIds` are.
/// - Before 2017-12-01, `SystemAssigned` is all that can be said, and all there is afterwards.
///
/// Methods other than PUT and PATCH leave the identities alone.
///
/// # Errors
/// [`Refusal`] has the service's code and message where they are published.
pub fn apply(
    current: &Identity,
    block: Option<&IdentityBlock>,
    resource_type: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Result<Identity, Refusal> {
    IdentityContract::of(resource_type, version).apply(current, block, method)
}

impl IdentityContract {
    /// The state after a request, from the state before: see [`apply`].
    ///
    /// # Errors
    /// [`Refusal`] has the service's code and message where they are published.
    pub fn apply(
        &self,
        current: &Identity,
        block: Option<&IdentityBlock>,
        method: Method,
    ) -> Result<Identity, Refusal> {
        let resource_type = || self.resource_type.clone();
        if !self.supports(method) {
            return Err(RefusalKind::MethodNotInVersion(resource_type(), self.version, method).into());
        }
        let (Some(block), Method::Put | Method::Patch) = (block, method) else { return Ok(current.clone()) };
        let user_assigned = match self.form {
            IdentityForm::None => {
                return Err(RefusalKind::IdentityNotInVersion(resource_type(), self.version).into());
            }
            IdentityForm::SystemOnly
                if block.identity_type == IdentityType::None && self.takes(IdentityType::None) =>
            {
                IdentityIds::new()
            }
            IdentityForm::SystemOnly => system_only(block)?,
            IdentityForm::Ids => replace_list(block, self.version)?,
            IdentityForm::Map => merge_map(current, block, method)?,
        };
        Ok(Identity { system_assigned: block.identity_type.has_system_assigned(), user_assigned })
    }
}

fn system_only(block: &IdentityBlock) -> Result<IdentityIds, Refusal> {
    let type_is_right = block.identity_type.has_system_assigned() && !block.identity_type.has_user_assigned();
    if type_is_right && block.ids == BlockIds::Absent {
        return Ok(IdentityIds::new());
    }
    Err(RefusalKind::SystemAssignedOnly.into())
}

fn replace_list(block: &IdentityBlock, version: ApiVersion) -> Result<IdentityIds, Refusal> {
    let identity_type = block.identity_type;
    let list = match &block.ids {
        BlockIds::Map(_) => return Err(RefusalKind::MapNotInVersion(version).into()),
        BlockIds::List(_) if !identity_type.has_user_assigned() => {
            return Err(RefusalKind::IdentityIdsBesideType(identity_type).into());
        }
        BlockIds::Absent if !identity_type.has_user_assigned() => return Ok(IdentityIds::new()),
        BlockIds::Absent => &[][..],
        BlockIds::List(list) => list,
    };
    if list.is_empty() {
        return Err(RefusalKind::MissingIds.into());
    }
    check_ids(list.iter().map(String::as_str), "identity.identityIds")?;
    let mut ids = IdentityIds::new();
    for id in list {
        if !ids.insert(id.as_str()) {
            return Err(RefusalKind::DuplicatedInIdentityIds(id.clone()).into());
        }
    }
    Ok(ids)
}

fn merge_map(current: &Identity, block: &IdentityBlock, method: Method) -> Result<IdentityIds, Refusal> {
    let has_user_assigned = block.identity_type.has_user_assigned();
    let map = match &block.ids {
        BlockIds::List(_) => return Err(RefusalKind::IdentityIdsDeprecated.into()),
        BlockIds::Map(_) if !has_user_assigned => return Err(RefusalKind::IdsUnsupported.into()),
        BlockIds::Absent if !has_user_assigned => return Ok(IdentityIds::new()),
        BlockIds::Absent => &[][..],
        BlockIds::Map(map) => map,
    };
    check_ids(map.iter().map(|(id, _)| id.as_str()), "identity.userAssignedIdentities")?;
    let mut named = IdentityIds::new();
    let repeated: Vec<_> = map.iter().filter(|(id, _)| !named.insert(id.as_str())).collect();
    if !repeated.is_empty() {
        let ids = repeated.into_iter().map(|(id, _)| id.clone()).collect();
        return Err(RefusalKind::DuplicateIds(ids).into());
    }
    let of = |wanted: IdChange| {
        map.iter().filter(move |(_, change)| *change == wanted).map(|(id, _)| IdentityId::new(id.as_str()))
    };
    let mut ids = IdentityIds::new();
    if method == Method::Patch {
        ids = current.user_assigned.clone();
        ids.remove_all(&of(IdChange::Remove).collect());
    } else if let Some(id) = of(IdChange::Remove).next() {
        return Err(RefusalKind::NullInPut(id.as_str().to_owned()).into());
    }
    for id in of(IdChange::Assign) {
        ids.insert(id);
    }
    if ids.is_empty() { Err(RefusalKind::MissingIds.into()) } else { Ok(ids) }
}

fn check_ids<'b>(ids: impl Iterator<Item = &'b str>, path: &'static str) -> Result<(), Refusal> {
    let invalid: Vec<_> = ids.filter(|id| parse_user_assigned(id).is_err()).map(str::to_owned).collect();
    match invalid.first() {
        None => Ok(()),
        Some(first) if !first.starts_with('/') => {
            Err(RefusalKind::NotFullyQualified { id: first.clone(), path }.into())
        }
        Some(_) => Err(RefusalKind::InvalidIds(invalid).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::IdentityType as T;

    const VM: ResourceType = ResourceType::VirtualMachine;

    fn id(name: &str) -> String {
        format!(
            "/subscriptions/<S>/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    }

    fn state(system: bool, names: &[&str]) -> Identity {
        Identity::new(system, names.iter().map(|name| id(name)))
    }

    fn list(identity_type: T, names: &[&str]) -> IdentityBlock {
        IdentityBlock { identity_type, ids: BlockIds::List(names.iter().map(|name| id(name)).collect()) }
    }

    fn map(identity_type: T, entries: &[(&str, IdChange)]) -> IdentityBlock {
        let entries = entries.iter().map(|(name, change)| (id(name), *change)).collect();
        IdentityBlock { identity_type, ids: BlockIds::Map(entries) }
    }

    fn run(
        current: &Identity,
        block: &IdentityBlock,
        version: &str,
        method: Method,
    ) -> Result<Identity, RefusalKind> {
        apply(current, Some(block), VM, version.parse().unwrap(), method).map_err(|refusal| refusal.kind)
    }

    use IdChange::{Assign, Remove};
    use Method::{Patch, Put};

    #[test]
    fn a_patch_merges_the_map() {
        let current = state(true, &["a", "b"]);
        let block = map(T::UserAssigned, &[("A", Remove), ("c", Assign), ("x", Remove)]);
        assert_eq!(run(&current, &block, "2018-06-01", Patch), Ok(state(false, &["b", "c"])));
        let bare = IdentityBlock::of_type(T::SystemAssignedUserAssigned);
        assert_eq!(run(&current, &bare, "2018-06-01", Patch), Ok(current.clone()));
        assert_eq!(
            run(&current, &IdentityBlock::of_type(T::SystemAssigned), "2024-07-01", Patch),
            Ok(state(true, &[]))
        );
        assert_eq!(
            run(&current, &IdentityBlock::of_type(T::None), "2024-07-01", Patch),
            Ok(Identity::none())
        );
    }

    #[test]
    fn a_put_replaces_by_the_map_and_leaves_what_is_left_out() {
        let current = state(true, &["a", "b"]);
        let block = map(T::UserAssigned, &[("c", Assign)]);
        assert_eq!(run(&current, &block, "2018-06-01", Put), Ok(state(false, &["c"])));
        for version in ["2015-06-15", "2024-07-01"] {
            assert_eq!(apply(&current, None, VM, version.parse().unwrap(), Put), Ok(current.clone()));
        }
    }

    #[test]
    fn identity_ids_are_replaced_as_a_whole() {
        let current = state(true, &["a", "b"]);
        for method in [Put, Patch] {
            let block = list(T::UserAssigned, &["b", "c"]);
            assert_eq!(run(&current, &block, "2017-12-01", method), Ok(state(false, &["b", "c"])));
            let bare = IdentityBlock::of_type(T::SystemAssigned);
            assert_eq!(run(&current, &bare, "2018-04-01", method), Ok(state(true, &[])));
            let missing = IdentityBlock::of_type(T::UserAssigned);
            assert_eq!(run(&current, &missing, "2018-04-01", method), Err(RefusalKind::MissingIds));
        }
    }

    #[test]
    fn refusals() {
        let current = state(true, &["a"]);
        let refused =
            |block: &IdentityBlock, version, method| run(&current, block, version, method).unwrap_err();
        let twice = list(T::UserAssigned, &["a", "A"]);
        assert_eq!(refused(&twice, "2017-12-01", Put), RefusalKind::DuplicatedInIdentityIds(id("A")));
        assert_eq!(refused(&twice, "2018-06-01", Put), RefusalKind::IdentityIdsDeprecated);
        assert_eq!(refused(&twice, "2017-03-30", Put), RefusalKind::SystemAssignedOnly);
        let beside = list(T::SystemAssigned, &[]);
        assert_eq!(
            refused(&beside, "2017-12-01", Put),
            RefusalKind::IdentityIdsBesideType(T::SystemAssigned)
        );
        let doubled = map(T::UserAssigned, &[("a", Assign), ("A", Assign)]);
        assert_eq!(refused(&doubled, "2018-06-01", Put), RefusalKind::DuplicateIds(vec![id("A")]));
        assert_eq!(
            refused(&doubled, "2017-12-01", Put),
            RefusalKind::MapNotInVersion("2017-12-01".parse().unwrap())
        );
        let removing = map(T::UserAssigned, &[("a", Remove)]);
        assert_eq!(refused(&removing, "2018-06-01", Put), RefusalKind::NullInPut(id("a")));
        assert_eq!(refused(&removing, "2018-06-01", Patch), RefusalKind::MissingIds);
        let kept = map(T::SystemAssigned, &[("a", Assign)]);
        assert_eq!(refused(&kept, "2018-06-01", Patch), RefusalKind::IdsUnsupported);
        assert_eq!(
            refused(&IdentityBlock::of_type(T::UserAssigned), "2018-06-01", Put),
            RefusalKind::MissingIds
        );
        let none = IdentityBlock::of_type(T::None);
        assert_eq!(refused(&none, "2016-03-30", Put), RefusalKind::SystemAssignedOnly);
        assert!(matches!(refused(&none, "2015-06-15", Put), RefusalKind::IdentityNotInVersion(..)));
        assert!(matches!(refused(&none, "2017-03-30", Patch), RefusalKind::MethodNotInVersion(..)));
        let bare = IdentityBlock { identity_type: T::UserAssigned, ids: BlockIds::List(vec!["ID1".into()]) };
        assert!(matches!(refused(&bare, "2017-12-01", Put), RefusalKind::NotFullyQualified { .. }));
        let other = vec!["/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/d".to_owned()];
        let block = IdentityBlock { identity_type: T::UserAssigned, ids: BlockIds::List(other.clone()) };
        assert_eq!(refused(&block, "2017-12-01", Put), RefusalKind::InvalidIds(other));
    }
}
