//! The laws of the algebra of identities, for every published version.

use armbody::arm::{
    BlockIds, IdChange, Identity, IdentityBlock, IdentityForm, IdentityType, Method, PublishedVersion,
    ResourceType, apply, dropped, plan, published,
};
use proptest::prelude::*;

/// Ids of which some differ only in case, some are placeholders, and some have names that need care.
fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..6_u8, 0..3_u8).prop_map(|(name, spelling)| {
            let id = format!(
                "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/rg-(ü)/providers/Microsoft.ManagedIdentity/\
                 userAssignedIdentities/ID{name}"
            );
            match spelling {
                0 => id,
                1 => id.replace("resourceGroups", "resourcegroups"),
                _ => id.to_ascii_uppercase(),
            }
        }),
        Just("$IDENTITY_ID".to_owned()),
        Just("$SCOPE/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}".to_owned()),
    ]
}

fn state() -> impl Strategy<Value = Identity> {
    (any::<bool>(), proptest::collection::vec(id(), 0..5))
        .prop_map(|(system, ids)| Identity::new(system, ids))
}

fn version() -> impl Strategy<Value = (ResourceType, &'static PublishedVersion, Method)> {
    let types = prop_oneof![Just(ResourceType::VirtualMachine), Just(ResourceType::VirtualMachineScaleSet)];
    types.prop_flat_map(|resource_type| {
        let rows = published(resource_type);
        let methods = prop_oneof![Just(Method::Put), Just(Method::Patch)];
        (Just(resource_type), (0..rows.len()).prop_map(|at| &rows[at]), methods)
    })
}

/// Whether a version has words for a change.
fn expresses(row: PublishedVersion, method: Method, current: &Identity, wanted: &Identity) -> bool {
    let only_system = current.user_assigned.is_empty() && wanted.user_assigned.is_empty();
    row.supports(method)
        && match row.identity {
            IdentityForm::None => false,
            IdentityForm::SystemOnly => only_system && wanted.system_assigned,
            IdentityForm::Ids | IdentityForm::Map => true,
        }
}

fn block() -> impl Strategy<Value = IdentityBlock> {
    let change = prop_oneof![Just(IdChange::Assign), Just(IdChange::Remove)];
    let ids = prop_oneof![
        Just(BlockIds::Absent),
        proptest::collection::vec(id(), 0..4).prop_map(BlockIds::List),
        proptest::collection::vec((id(), change), 0..4).prop_map(BlockIds::Map),
    ];
    (0..4_usize, ids).prop_map(|(at, ids)| IdentityBlock { identity_type: IdentityType::ALL[at], ids })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_planned_and_applied_is_what_was_wanted(
        (current, wanted) in (state(), state()),
        (resource_type, row, method) in version(),
    ) {
        match plan(&current, &wanted, resource_type, row.version, method) {
            Ok(block) => {
                let after = apply(&current, block.as_ref(), resource_type, row.version, method);
                if block.is_some() || row.supports(method) {
                    prop_assert_eq!(after, Ok(wanted));
                } else {
                    prop_assert_eq!(current, wanted);
                }
            }
            Err(error) => {
                prop_assert!(!expresses(*row, method, &current, &wanted), "{}", error);
                let first = error.first_version.expect("some version can");
                prop_assert!(first > row.version);
                let block = plan(&current, &wanted, resource_type, first, method).unwrap();
                prop_assert_eq!(apply(&current, block.as_ref(), resource_type, first, method), Ok(wanted));
            }
        }
    }

    #[test]
    fn what_is_wanted_already_needs_no_request(state in state(), (resource_type, row, method) in version()) {
        prop_assert_eq!(plan(&state, &state, resource_type, row.version, method), Ok(None));
    }

    #[test]
    fn a_request_that_wants_the_same_twice_changes_nothing_the_second_time(
        (current, block) in (state(), block()),
        (resource_type, row, method) in version(),
    ) {
        if let Ok(after) = apply(&current, Some(&block), resource_type, row.version, method) {
            prop_assert_eq!(apply(&after, Some(&block), resource_type, row.version, method), Ok(after));
        }
    }

    #[test]
    fn an_accepted_block_has_the_type_that_it_says(
        (current, block) in (state(), block()),
        (resource_type, row, method) in version(),
    ) {
        if let Ok(after) = apply(&current, Some(&block), resource_type, row.version, method) {
            prop_assert_eq!(after.identity_type(), block.identity_type);
            let gone = dropped(&current, Some(&block), resource_type, row.version, method).unwrap();
            let kept = current.user_assigned.iter().filter(|id| after.user_assigned.contains(id)).count();
            prop_assert_eq!(kept + gone.user_assigned.len(), current.user_assigned.len());
        }
    }

    #[test]
    fn a_plan_takes_away_only_what_is_not_wanted(
        (current, wanted) in (state(), state()),
        (resource_type, row, method) in version(),
    ) {
        if let Ok(Some(block)) = plan(&current, &wanted, resource_type, row.version, method) {
            let gone = dropped(&current, Some(&block), resource_type, row.version, method).unwrap();
            prop_assert!(gone.user_assigned.iter().all(|id| !wanted.user_assigned.contains(id)));
            prop_assert_eq!(gone.system_assigned, current.system_assigned && !wanted.system_assigned);
        }
    }
}
