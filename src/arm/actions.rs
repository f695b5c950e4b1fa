//! What may stand behind a resource without being a type of its own: actions and views.
//!
//! `actions/actions.tsv` has a line for each type (a provider alone for what stands right behind the namespace, `*`
//! for what every provider has): the actions behind a resource or a fixed name, those behind a collection, and the
//! views, which other methods than POST read. A `+` behind an action says that the same path holds child resources
//! as well. From the paths of `azure-rest-api-specs` and the resource functions of `bicep-types-az` (both MIT), of
//! every API version together.

use crate::text::rows_from;

/// What the last segment of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// An action, which POST carries out.
    Action,
    /// An action, where other methods than POST address a child resource.
    ActionOrChild,
    /// Something that is read, or set, in its place: `…/instanceView`.
    View,
}

const TABLE: &str = include_str!("actions/actions.tsv");

/// The line of `key`: a namespace with the types below it, in lower case.
fn line(key: &str) -> Option<[&'static str; 3]> {
    let line = rows_from(TABLE, |line| key_of(line) < key).next().filter(|line| key_of(line) == key)?;
    let mut columns = line.split('\t').skip(1);
    Some([(); 3].map(|()| columns.next().unwrap_or_default()))
}

fn key_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

fn holds(words: &str, wanted: &str) -> bool {
    words.split(' ').any(|word| word.eq_ignore_ascii_case(wanted))
}

/// What `last` is behind a resource of `parent`, a namespace with types; behind a namespace alone, at its provider.
pub(super) fn behind_resource(parent: &str, last: &str) -> Option<Last> {
    let parent = parent.to_ascii_lowercase();
    let of_all = if parent.contains('/') { None } else { line("*") };
    for [actions, _, views] in line(&parent).into_iter().chain(of_all) {
        let action = actions.split(' ').find(|it| it.trim_end_matches('+').eq_ignore_ascii_case(last));
        if let Some(action) = action {
            return Some(if action.ends_with('+') { Last::ActionOrChild } else { Last::Action });
        }
        if holds(views, last) {
            return Some(Last::View);
        }
    }
    None
}

/// True if `last` is an action of all resources of `parent` together: `…/rollingUpgrades/cancel`.
pub(super) fn is_behind_collection(parent: &str, last: &str) -> bool {
    line(&parent.to_ascii_lowercase()).is_some_and(|[_, actions, _]| holds(actions, last))
}

/// True if the table speaks of `name`, a namespace and types, as of a type.
pub(super) fn knows_type(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    rows_from(TABLE, |line| line < name.as_str()).next().is_some_and(|line| {
        line.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['\t', '/']) || rest.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let keys: Vec<&str> = TABLE.lines().map(key_of).collect();
        assert!(keys.is_sorted());
        assert!(keys.iter().all(|key| key.is_ascii() && **key == key.to_ascii_lowercase()));
    }

    #[test]
    fn actions_and_views_are_told_from_types() {
        let vm = "Microsoft.Compute/virtualMachines";
        assert_eq!(behind_resource(vm, "POWEROFF"), Some(Last::Action));
        assert_eq!(behind_resource(vm, "instanceView"), Some(Last::View));
        assert_eq!(behind_resource(vm, "extensions"), None);
        assert_eq!(
            behind_resource("Microsoft.Sql/servers/databases", "restorePoints"),
            Some(Last::ActionOrChild)
        );
        assert_eq!(behind_resource("Microsoft.Storage", "checkNameAvailability"), Some(Last::Action));
        assert_eq!(behind_resource("Contoso.Any", "register"), Some(Last::Action));
        assert_eq!(behind_resource("Contoso.Any/things", "register"), None);
        let upgrades = "Microsoft.Compute/virtualMachineScaleSets/rollingUpgrades";
        assert!(is_behind_collection(upgrades, "cancel"));
        assert!(!is_behind_collection(upgrades, "myUpgrade"));
        assert!(knows_type(vm) && knows_type("microsoft.web/sites"));
        assert!(
            !knows_type("Microsoft.Compute/virtualMachine")
                && !knows_type("Microsoft.Storage/checkNameAvailability")
        );
    }
}
