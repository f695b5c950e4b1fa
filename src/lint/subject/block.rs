//! The `identity` block of a resource.

use crate::json::{Kind, Node};

/// An `identity` member and what is in it, names found without regard to case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    /// The name `identity`.
    pub(crate) name: Node<'a>,
    /// Its value, of whatever kind.
    pub(crate) value: Node<'a>,
    /// `type`, name and value.
    pub(crate) kind: Option<(Node<'a>, Node<'a>)>,
    /// `identityIds`, name and value.
    pub(crate) ids: Option<(Node<'a>, Node<'a>)>,
    /// `userAssignedIdentities`, name and value.
    pub(crate) map: Option<(Node<'a>, Node<'a>)>,
    /// What other tools call either: `identity_ids`, `userAssignedIdentityIds`.
    pub(crate) foreign: Option<(Node<'a>, Node<'a>)>,
}

/// What other tools call the ids, in lower case and without lines between the words: Terraform, Ansible, Pulumi, the
/// modules that are published for Bicep.
const FOREIGN_IDS: [&str; 6] = [
    "identityids",
    "userassignedidentities",
    "userassignedidentityids",
    "userassignedidentityresourceids",
    "userassignedids",
    "userassignedresourceids",
];

impl<'a> Block<'a> {
    /// The `identity` of an object.
    pub(crate) fn of(object: Node<'a>) -> Option<Self> {
        let (name, value) = object.member("identity")?;
        Some(Self::read(name, value))
    }

    /// Reads a member that holds an identity.
    pub(crate) fn read(name: Node<'a>, value: Node<'a>) -> Self {
        Self {
            name,
            value,
            kind: value.member("type"),
            ids: value.member("identityIds"),
            map: value.member("userAssignedIdentities"),
            foreign: value.members().find(|(name, _)| name.as_str().is_some_and(|name| is_foreign(&name))),
        }
    }

    /// True if it has ids in either form.
    pub(crate) fn has_ids(&self) -> bool {
        self.ids.is_some() || self.map.is_some()
    }

    /// The nodes of the ids in either form: an array's strings, a map's names.
    pub(crate) fn id_nodes(&self) -> Vec<Node<'a>> {
        let mut nodes = Vec::new();
        if let Some((_, list)) = self.ids {
            nodes.extend(list.elements().filter(|node| node.kind() == Kind::String));
            nodes.extend(list.members().map(|(name, _)| name));
        }
        if let Some((_, map)) = self.map {
            nodes.extend(map.members().map(|(name, _)| name));
            nodes.extend(map.elements().filter(|node| node.kind() == Kind::String));
        }
        nodes
    }
}

/// True for a name of the ids that ARM has in no version. It compares names without case.
pub(in crate::lint) fn is_foreign(name: &str) -> bool {
    let own = ["identityIds", "userAssignedIdentities"];
    let longest = 2 * own[1].len();
    if name.len() > longest || own.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return false;
    }
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    FOREIGN_IDS.contains(&plain.to_ascii_lowercase().as_str())
}
