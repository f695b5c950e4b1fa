//! What is said about plans: states, rights, a table of many machines, records for programs.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::arm::{BlankStyle, Identity, IdentityId, ResourceId};
use crate::command::output::in_columns;
use crate::scenario::{Change, Right, say, short_names};

/// What became of a machine.
pub(super) enum Outcome {
    /// What is to be done about it.
    Planned(Box<Planned>),
    /// Why nothing can be done.
    Refused(String),
}

/// A change, and the files that are written of it.
pub(super) struct Planned {
    /// Names and texts.
    pub(super) files: Vec<(String, String)>,
    pub(super) change: Change,
}

/// Before and after, side by side: a row for each identity.
pub(super) fn states(change: &Change) -> String {
    let (before, after) = (&change.before, &change.after);
    let mut rows: Vec<[String; 3]> = Vec::new();
    let dash = "-".to_owned();
    let mut row = |name: &str, had: bool, has: bool| {
        let cell = |there: bool| if there { name.to_owned() } else { dash.clone() };
        let mark = match (had, has) {
            (true, true) => "stays",
            (true, false) => "goes",
            (false, _) => "comes",
        };
        rows.push([cell(had), cell(has), mark.to_owned()]);
    };
    if before.system_assigned || after.system_assigned {
        row("system-assigned", before.system_assigned, after.system_assigned);
    }
    let coming = after.user_assigned.iter().filter(|id| !before.user_assigned.contains(id));
    let ids: Vec<&IdentityId> = before.user_assigned.iter().chain(coming).collect();
    for (id, name) in ids.iter().zip(short_names(ids.iter().copied())) {
        row(&name, before.user_assigned.contains(id), after.user_assigned.contains(id));
    }
    let head = [
        format!("before: {}", before.identity_type()),
        format!("after: {}", after.identity_type()),
        String::new(),
    ];
    rows.insert(0, head);
    in_columns(&rows)
}

/// The rights that a request takes: the action, the smallest built-in role that has it, and where.
pub(super) fn rights(rights: &[Right]) -> String {
    let row = |right: &Right| {
        let place = right.scope.clone().unwrap_or_else(|| "(--current does not say where)".to_owned());
        [right.action.clone(), right.role.to_string(), place]
    };
    in_columns(&rights.iter().map(row).collect::<Vec<_>>())
}

/// The table at the end: what is changed, what is not, what is refused and why.
pub(super) fn table(all: &[(String, Option<String>, Outcome)]) -> String {
    let mut counts = [0_usize; 3];
    let mut rows = Vec::with_capacity(all.len());
    for (label, _, outcome) in all {
        let (kind, why) = match outcome {
            Outcome::Planned(it) if it.change.is_nothing() => (1, say(&it.change.before)),
            Outcome::Planned(it) => (0, format!("{} -> {}", say(&it.change.before), say(&it.change.after))),
            Outcome::Refused(why) => (2, why.clone()),
        };
        counts[kind] += 1;
        let word = ["changed", "unchanged", "refused"][kind];
        rows.push([label.clone(), word.to_owned(), why]);
    }
    let [changed, unchanged, refused] = counts;
    let mut out = in_columns(&rows);
    let _ = write!(out, "{changed} changed, {unchanged} unchanged, {refused} refused");
    out
}

/// One array, an object for each machine.
///
/// # Errors
/// The values cannot be written.
pub(super) fn records(all: &[(String, Option<String>, Outcome)]) -> anyhow::Result<String> {
    let records: Vec<Value> =
        all.iter().map(|(label, id, outcome)| record(label, id.as_deref(), outcome)).collect();
    Ok(serde_json::to_string_pretty(&records)? + "\n")
}

fn record(label: &str, id: Option<&str>, outcome: &Outcome) -> Value {
    let planned = match outcome {
        Outcome::Planned(planned) => planned,
        Outcome::Refused(why) => {
            return json!({"name": label, "id": id, "status": "refused", "reason": why});
        }
    };
    let change = &planned.change;
    let state = |identity: &Identity| {
        let ids: Vec<&str> = identity.user_assigned.iter().map(IdentityId::as_str).collect();
        json!({
            "type": identity.identity_type().as_str(),
            "systemAssigned": identity.system_assigned,
            "userAssignedIdentities": ids,
        })
    };
    let request = change.request().map(|request| {
        json!({
            "method": request.method.as_str(),
            "url": request.target.url().spell(BlankStyle::Angle),
            "body": request.body.as_ref().and_then(|body| {
                serde_json::from_str::<Value>(&body.to_text(false).spell(BlankStyle::Angle)).ok()
            }),
        })
    });
    let rights: Vec<Value> = change
        .rights()
        .iter()
        .map(|right| json!({"action": right.action, "scope": right.scope, "role": right.role.name()}))
        .collect();
    let gone: Vec<&str> = change.gone.user_assigned.iter().map(IdentityId::as_str).collect();
    json!({
        "name": label,
        "id": id,
        "type": change.resource_type.as_str(),
        "api_version": change.version.to_string(),
        "status": if change.is_nothing() { "unchanged" } else { "changed" },
        "before": state(&change.before),
        "after": state(&change.after),
        "goes": {"systemAssigned": change.gone.system_assigned, "userAssignedIdentities": gone},
        "request": request,
        "rights": rights,
    })
}

/// A name for the file of each machine: its own, with the group where two have the same.
pub(super) fn file_names<'m>(
    machines: impl Iterator<Item = (&'m str, Option<&'m str>)> + Clone,
) -> Vec<String> {
    let mut count = std::collections::HashMap::new();
    for (label, _) in machines.clone() {
        *count.entry(plain(label).to_ascii_lowercase()).or_insert(0) += 1;
    }
    let mut taken = HashSet::new();
    machines
        .map(|(label, id)| {
            let own = plain(label);
            let group =
                id.and_then(|id| ResourceId::parse(id).ok()?.resource_group.map(|group| plain(group.text)));
            let alone = count.get(&own.to_ascii_lowercase()) == Some(&1);
            let name = match group {
                Some(group) if !alone => format!("{group}.{own}"),
                _ => own,
            };
            let mut free = name.clone();
            let mut number = 2;
            while !taken.insert(free.to_ascii_lowercase()) {
                free = format!("{name}-{number}");
                number += 1;
            }
            free
        })
        .collect()
}

/// A name that any file system takes and that leads to no other folder.
fn plain(name: &str) -> String {
    let kept =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' });
    let short: String = kept.take(90).collect();
    let bare = short.trim_start_matches(['.', '-']);
    if bare.is_empty() { "machine".to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_a_file_of_its_own() {
        let id = |group: &str| {
            format!("/subscriptions/s/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/x")
        };
        let (a, b) = (id("A"), id("B"));
        let machines = [
            ("web", Some(a.as_str())),
            ("WEB", Some(&b)),
            ("web", Some(&a)),
            ("../../etc/x", None),
            ("", None),
        ];
        assert_eq!(file_names(machines.into_iter()), ["A.web", "B.WEB", "A.web-2", "_.._etc_x", "machine"]);
    }
}
