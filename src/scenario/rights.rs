//! What rights a change takes, and the smallest built-in roles that have them.
//!
//! Source: the documentation of Azure's built-in roles, "Managed identities frequently asked questions" (rights to
//! assign), and "Track asynchronous Azure operations" (the right to follow one).

use super::change::Change;
use super::needs::Role;
use crate::arm::{BlockIds, IdChange, ResourceType};

/// A right that a request takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The action, as roles name it.
    pub action: String,
    /// Where it is needed: the id of a resource or of what it is in; `None` where that is not known.
    pub scope: Option<String>,
    /// The smallest built-in role that has it.
    pub role: Role,
}

impl Change {
    /// The rights that it takes to read the machine, make the change and follow it to its end; none if there is
    /// nothing to do.
    pub fn rights(&self) -> Vec<Right> {
        let Some(block) = &self.block else { return Vec::new() };
        let name = self.resource_type.as_str();
        let is_machine = self.resource_type.known().is_some_and(ResourceType::has_identity);
        let writer = if is_machine { Role::VirtualMachineContributor } else { Role::Contributor };
        let own = self.id.clone().or_else(|| self.place.id_of(name, self.place.name.as_deref()?));
        let right = |action: String, scope: Option<String>, role| Right { action, scope, role };
        let mut rights = vec![
            right(format!("{name}/read"), own.clone(), writer),
            right(format!("{name}/write"), own, writer),
        ];
        let assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";
        let assigned: Vec<&String> = match &block.ids {
            BlockIds::Absent => Vec::new(),
            BlockIds::List(ids) => ids.iter().collect(),
            BlockIds::Map(map) => {
                map.iter().filter(|(_, change)| *change == IdChange::Assign).map(|(id, _)| id).collect()
            }
        };
        // Every id that the body names, also one that the machine has already.
        rights.extend(
            assigned
                .into_iter()
                .map(|id| right(assign.to_owned(), Some(id.clone()), Role::ManagedIdentityOperator)),
        );
        if is_machine {
            let place = &self.place;
            let group = match (&place.subscription, &place.resource_group) {
                (Some(subscription), Some(group)) => {
                    Some(format!("/subscriptions/{subscription}/resourceGroups/{group}"))
                }
                _ => None,
            };
            rights.push(right("Microsoft.Compute/locations/operations/read".to_owned(), group, writer));
        }
        rights
    }
}
