//! Identities in a few words.

use crate::arm::{Identity, IdentityId, parse_user_assigned};

/// What tells ids apart: the names, or with them the resource groups, or the ids.
pub fn short_names<'i>(ids: impl Iterator<Item = &'i IdentityId>) -> Vec<String> {
    let ids: Vec<&str> = ids.map(IdentityId::as_str).collect();
    let parts = ids.iter().map(|id| {
        let id = parse_user_assigned(id).ok()?;
        Some((id.subscription?.text, id.resource_group?.text, id.name?.text))
    });
    let Some(parts) = parts.collect::<Option<Vec<_>>>() else {
        return ids.into_iter().map(str::to_owned).collect();
    };
    let alike = |key: fn(&(&str, &str, &str)) -> String| {
        let mut keys: Vec<String> = parts.iter().map(|part| key(part).to_ascii_lowercase()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    };
    if alike(|(subscription, ..)| (*subscription).to_owned()) > 1 {
        return ids.into_iter().map(str::to_owned).collect();
    }
    let one_group = alike(|(_, group, _)| (*group).to_owned()) <= 1;
    let name = |(_, group, name): &(&str, &str, &str)| {
        if one_group { (*name).to_owned() } else { format!("{name} ({group})") }
    };
    parts.iter().map(name).collect()
}

/// A state in a few words: `system, ID1`, or `none`.
pub fn say(identity: &Identity) -> String {
    let system = identity.system_assigned.then(|| "system".to_owned());
    let words: Vec<String> = system.into_iter().chain(short_names(identity.user_assigned.iter())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
