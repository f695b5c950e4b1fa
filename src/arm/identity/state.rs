//! `Identity`: the identities that a resource has.

use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::kind::IdentityType;
use crate::arm::text::hash_without_case;

/// The id of a user-assigned identity, as somebody wrote it. Compared and hashed without ASCII case.
#[derive(Debug, Clone)]
pub struct IdentityId(String);

impl IdentityId {
    /// Takes an id as it is; [`parse_user_assigned`](crate::arm::parse_user_assigned) tells whether it is one.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for IdentityId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for IdentityId {}

impl Hash for IdentityId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_without_case(&self.0, state);
    }
}

impl fmt::Display for IdentityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<T: Into<String>> From<T> for IdentityId {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

/// A set of ids that keeps the order in which they came. Two sets with the same ids are equal in any order.
#[derive(Debug, Clone, Default)]
pub struct IdentityIds {
    order: Vec<IdentityId>,
    members: HashSet<IdentityId>,
}

impl IdentityIds {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an id; `false` when it was there, in whatever spelling, which stays.
    pub fn insert(&mut self, id: impl Into<IdentityId>) -> bool {
        let id = id.into();
        let new = self.members.insert(id.clone());
        if new {
            self.order.push(id);
        }
        new
    }

    /// Takes away every id that `gone` has.
    pub fn remove_all(&mut self, gone: &IdentityIds) {
        self.order.retain(|id| !gone.contains(id));
        self.members.retain(|id| !gone.contains(id));
    }

    /// Whether the id is in the set, in whatever spelling.
    pub fn contains(&self, id: &IdentityId) -> bool {
        self.members.contains(id)
    }

    /// The ids in the order in which they came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &IdentityId> {
        self.order.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

impl PartialEq for IdentityIds {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl Eq for IdentityIds {}

impl<I: Into<IdentityId>> FromIterator<I> for IdentityIds {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        let mut set = Self::new();
        for id in ids {
            set.insert(id);
        }
        set
    }
}

/// What identities a resource has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Whether it has one of its own.
    pub system_assigned: bool,
    /// The user-assigned ones.
    pub user_assigned: IdentityIds,
}

impl Identity {
    /// No identity.
    pub fn none() -> Self {
        Self::default()
    }

    /// Puts a state together.
    pub fn new<I: Into<IdentityId>>(
        system_assigned: bool,
        user_assigned: impl IntoIterator<Item = I>,
    ) -> Self {
        Self { system_assigned, user_assigned: user_assigned.into_iter().collect() }
    }

    /// The `type` that says it.
    pub fn identity_type(&self) -> IdentityType {
        IdentityType::of(self.system_assigned, !self.user_assigned.is_empty())
    }

    /// Whether there is none at all.
    pub fn is_none(&self) -> bool {
        self.identity_type() == IdentityType::None
    }
}

impl fmt::Display for Identity {
    /// The type, and the ids in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.identity_type())?;
        for (at, id) in self.user_assigned.iter().enumerate() {
            f.write_str(if at == 0 { " [" } else { ", " })?;
            write!(f, "{id}")?;
        }
        f.write_str(if self.user_assigned.is_empty() { "" } else { "]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_without_case_and_keep_their_order() {
        let mut ids: IdentityIds = ["b", "A", "a", "c"].into_iter().collect();
        let written: Vec<_> = ids.iter().map(IdentityId::as_str).collect();
        assert_eq!(written, ["b", "A", "c"]);
        assert_eq!(ids, ["C", "B", "A"].into_iter().collect());
        ids.remove_all(&["B"].into_iter().collect());
        assert!(!ids.contains(&"b".into()) && ids.contains(&"A".into()) && ids.len() == 2);
        assert_ne!(ids, IdentityIds::new());
    }

    #[test]
    fn a_state_shows_its_type_and_ids() {
        assert_eq!(Identity::none().to_string(), "None");
        assert_eq!(Identity::new(true, ["x", "y"]).to_string(), "SystemAssigned, UserAssigned [x, y]");
    }
}
