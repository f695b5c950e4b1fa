//! The model of Azure Resource Manager against recorded writes and their answers.

use crate::support::needs::shared_text;
use std::collections::BTreeMap;

use armbody::arm::{
    BlockIds, IdChange, Identity, IdentityBlock, IdentityType, IdentityTypeReading, ResourceType, apply,
    parse_identity_type,
};
use serde_json::Value;

/// The state that an answer shows.
fn state(identity: &Value) -> Identity {
    if identity.is_null() {
        return Identity::none();
    }
    let IdentityTypeReading::Exact(identity_type) = parse_identity_type(identity["type"].as_str().unwrap())
    else {
        panic!("{identity}")
    };
    let ids = identity["userAssignedIdentities"].as_object();
    let state = Identity::new(
        identity_type.has_system_assigned(),
        ids.into_iter().flat_map(|ids| ids.keys().map(String::as_str)),
    );
    assert_eq!(state.identity_type(), identity_type, "{identity}");
    state
}

fn block(identity: &Value) -> Option<IdentityBlock> {
    let identity = identity.as_object()?;
    let identity_type: IdentityType = parse_identity_type(identity["type"].as_str()?).accepted()?;
    let change = |value: &Value| if value.is_null() { IdChange::Remove } else { IdChange::Assign };
    let ids = identity.get("userAssignedIdentities").map_or(BlockIds::Absent, |map| {
        let entries = map.as_object().unwrap().iter();
        BlockIds::Map(entries.map(|(id, value)| (id.clone(), change(value))).collect())
    });
    Some(IdentityBlock { identity_type, ids })
}

#[test]
#[ignore = "needs the shared cases"]
fn every_recorded_write_has_the_recorded_effect() {
    let text = shared_text("facts/identity-writes.jsonl");
    let mut recordings: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let write: Value = serde_json::from_str(line).unwrap();
        recordings.entry(write["path"].as_str().unwrap().to_owned()).or_default().push(write);
    }
    let (mut matched, mut refused) = (0, 0);
    for (path, mut writes) in recordings {
        writes.sort_by_key(|write| write["entry"].as_u64());
        // A recording begins with a resource that is made, or with the first write of identities to it.
        let mut current = Identity::none();
        for write in writes {
            let place = format!("{path} entry {}", write["entry"]);
            let resource_type: ResourceType =
                format!("Microsoft.Compute/{}", write["type"].as_str().unwrap()).parse().unwrap();
            let version = write["api"].as_str().unwrap().parse().unwrap();
            let method = write["method"].as_str().unwrap().parse().unwrap();
            let request = block(&write["request_identity"]);
            let after = apply(&current, request.as_ref(), resource_type, version, method);
            if matches!(write["status"].as_str(), Some("200" | "201")) {
                assert_eq!(after.as_ref(), Ok(&state(&write["response_identity"])), "{place}");
                current = after.unwrap();
                matched += 1;
            } else {
                // Refused for what a request carries beside its body.
                assert_eq!(write["response_error"]["code"], "PreconditionFailed", "{place}");
                refused += 1;
            }
        }
    }
    assert_eq!((matched, refused), (32, 2));
}
