//! What a request takes away.

use super::block::{BlockIds, IdChange, IdentityBlock};
use super::contract::IdentityContract;
use super::refusal::Refusal;
use super::state::{Identity, IdentityId, IdentityIds};
use crate::arm::versions::{IdentityForm, identity_form};
use crate::arm::{ApiVersion, Method, ResourceType};

/// The identities that a request takes from a resource whose state is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dropped {
    /// The system-assigned one.
    pub system_assigned: bool,
    /// The user-assigned ones, as the resource had them.
    pub user_assigned: Vec<IdentityId>,
}

impl Dropped {
    /// Whether nothing is taken away.
    pub fn is_empty(&self) -> bool {
        !self.system_assigned && self.user_assigned.is_empty()
    }
}

/// What a request takes from a resource.
///
/// # Errors
/// The [`Refusal`] of a request that is refused.
pub fn dropped(
    current: &Identity,
    block: Option<&IdentityBlock>,
    resource_type: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Result<Dropped, Refusal> {
    IdentityContract::of(resource_type, version).dropped(current, block, method)
}

impl IdentityContract {
    /// What a request takes from a resource.
    ///
    /// # Errors
    /// The [`Refusal`] of a request that is refused.
    pub fn dropped(
        &self,
        current: &Identity,
        block: Option<&IdentityBlock>,
        method: Method,
    ) -> Result<Dropped, Refusal> {
        let after = self.apply(current, block, method)?;
        Ok(Dropped::between(current, &after))
    }
}

impl Dropped {
    fn between(current: &Identity, after: &Identity) -> Self {
        let gone = current.user_assigned.iter().filter(|id| !after.user_assigned.contains(id));
        Self {
            system_assigned: current.system_assigned && !after.system_assigned,
            user_assigned: gone.cloned().collect(),
        }
    }
}

/// What a block takes from whatever a resource has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drops {
    /// Whether it takes the system-assigned identity.
    pub system_assigned: bool,
    /// Which user-assigned identities it takes.
    pub user_assigned: UserAssignedDrops,
}

/// Which user-assigned identities a block takes from whatever a resource has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserAssignedDrops {
    /// None.
    Nothing,
    /// Those that it sets to `null`.
    Named(IdentityIds),
    /// All that it does not name.
    AllNotListed,
    /// All.
    All,
}

impl Drops {
    const NOTHING: Drops = Drops { system_assigned: false, user_assigned: UserAssignedDrops::Nothing };

    /// Whether it takes nothing away.
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }
}

/// What a block takes from a resource whose state is not known, were it not refused.
pub fn drops(
    block: Option<&IdentityBlock>,
    resource_type: ResourceType,
    version: ApiVersion,
    method: Method,
) -> Drops {
    let form = identity_form(resource_type, version);
    let (Some(block), Method::Put | Method::Patch, true) = (block, method, form != IdentityForm::None) else {
        return Drops::NOTHING;
    };
    let user_assigned = match (&block.ids, form) {
        // Before 2017-12-01 there are none that it could take.
        (_, IdentityForm::SystemOnly) => UserAssignedDrops::Nothing,
        _ if !block.identity_type.has_user_assigned() => UserAssignedDrops::All,
        (_, IdentityForm::Ids) => UserAssignedDrops::AllNotListed,
        _ if method == Method::Put => UserAssignedDrops::AllNotListed,
        (BlockIds::Map(map), _) => {
            let removed = map.iter().filter(|(_, change)| *change == IdChange::Remove);
            let removed: IdentityIds = removed.map(|(id, _)| id.as_str()).collect();
            if removed.is_empty() { UserAssignedDrops::Nothing } else { UserAssignedDrops::Named(removed) }
        }
        _ => UserAssignedDrops::Nothing,
    };
    Drops { system_assigned: !block.identity_type.has_system_assigned(), user_assigned }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::IdentityType as T;

    const VM: ResourceType = ResourceType::VirtualMachine;

    fn kind(block: &IdentityBlock, version: &str, method: Method) -> Drops {
        drops(Some(block), VM, version.parse().unwrap(), method)
    }

    #[test]
    fn types_take_away_what_they_leave_out() {
        let of_type =
            |identity_type| kind(&IdentityBlock::of_type(identity_type), "2024-07-01", Method::Patch);
        assert_eq!(of_type(T::None), Drops { system_assigned: true, user_assigned: UserAssignedDrops::All });
        assert_eq!(
            of_type(T::SystemAssigned),
            Drops { system_assigned: false, user_assigned: UserAssignedDrops::All }
        );
        assert_eq!(of_type(T::UserAssigned).user_assigned, UserAssignedDrops::Nothing);
        assert!(of_type(T::SystemAssignedUserAssigned).is_nothing());
        assert!(drops(None, VM, "2024-07-01".parse().unwrap(), Method::Put).is_nothing());
    }

    #[test]
    fn lists_and_maps() {
        let both = T::SystemAssignedUserAssigned;
        let list = IdentityBlock { identity_type: both, ids: BlockIds::List(vec!["a".into()]) };
        assert_eq!(kind(&list, "2017-12-01", Method::Patch).user_assigned, UserAssignedDrops::AllNotListed);
        let map = IdentityBlock {
            identity_type: both,
            ids: BlockIds::Map(vec![("a".into(), IdChange::Assign), ("b".into(), IdChange::Remove)]),
        };
        assert_eq!(kind(&map, "2018-06-01", Method::Put).user_assigned, UserAssignedDrops::AllNotListed);
        assert_eq!(
            kind(&map, "2018-06-01", Method::Patch).user_assigned,
            UserAssignedDrops::Named(["B"].into_iter().collect())
        );
    }

    #[test]
    fn from_a_known_state_the_ids_are_named() {
        let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1";
        let current = Identity::new(true, [id]);
        let version = "2024-07-01".parse().unwrap();
        let gone = |identity_type| {
            dropped(&current, Some(&IdentityBlock::of_type(identity_type)), VM, version, Method::Patch)
                .unwrap()
        };
        assert_eq!(gone(T::None), Dropped { system_assigned: true, user_assigned: vec![id.into()] });
        assert_eq!(gone(T::UserAssigned), Dropped { system_assigned: true, user_assigned: vec![] });
        assert!(gone(T::SystemAssignedUserAssigned).is_empty());
    }
}
