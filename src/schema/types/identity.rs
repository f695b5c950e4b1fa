//! What a type says of its `identity` block.

use super::{Described, Form, InVersion, Object, Property, Shape};
use crate::arm::{IdentityContract, IdentityType, parse_identity_type, published_identity_type};

/// The `identity` block of a type in one version.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts of a table, each its own")]
pub struct IdentityFacts<'p> {
    /// The values of `type`, as they are spelt; none if the types name none.
    pub values: Vec<&'p str>,
    /// There is a `type`: a few previews have another name for it.
    pub has_type: bool,
    /// The service takes other values of `type` as well.
    pub is_open: bool,
    /// How user-assigned identities are written.
    pub ids: IdentityIdsForm,
    /// A PUT has to have `type`.
    pub is_type_required: bool,
    /// The service sets the whole block.
    pub is_read_only: bool,
}

/// How a block has user-assigned identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityIdsForm {
    /// `userAssignedIdentities` is a map from each id to an object.
    Map,
    /// It is something else, which is a mistake of the specification.
    Other,
    /// There is none.
    None,
}

impl<'p> IdentityFacts<'p> {
    /// The value that `text` is, but for case, blanks and the order of its words.
    pub fn find(&self, text: &str) -> Option<&'p str> {
        let exact = self.values.iter().find(|value| **value == text);
        exact.or_else(|| self.values.iter().find(|value| are_same(value, text))).copied()
    }
}

/// True if ARM reads two values as the same; a few types have one that others do not.
fn are_same(one: &str, other: &str) -> bool {
    let read = |text: &str| parse_identity_type(text).accepted();
    one.eq_ignore_ascii_case(other) || read(one).is_some_and(|kind| read(other) == Some(kind))
}

impl<'p> InVersion<'p> {
    /// What the version says of the `identity` block; `None` if a body has none.
    pub fn identity(self) -> Option<IdentityFacts<'p>> {
        let body = self.shape();
        let property = body.objects().into_iter().find_map(|object| object.property("identity"))?;
        Some(facts(property))
    }
}

impl InVersion<'_> {
    /// What the version takes in `identity`, in terms of Azure Resource Manager's own contract.
    pub fn identity_contract(self) -> IdentityContract {
        let facts = self.identity().filter(|facts| facts.has_type && !facts.is_read_only);
        let types = facts.as_ref().map_or_else(Vec::new, |facts| {
            let listed: Vec<IdentityType> =
                facts.values.iter().filter_map(|value| published_identity_type(value)).collect();
            // An open list may name no value: then it is any that Azure Resource Manager has.
            if listed.is_empty() && facts.is_open { IdentityType::ALL.to_vec() } else { listed }
        });
        let is_joined =
            |value: &&str| published_identity_type(value) == Some(IdentityType::SystemAssignedUserAssigned);
        let joined = facts.as_ref().and_then(|facts| facts.values.iter().copied().find(is_joined));
        let has_map = facts.as_ref().is_some_and(|facts| facts.ids == IdentityIdsForm::Map);
        let described = self.described();
        IdentityContract::assumed(
            described.type_name(),
            self.version(),
            types,
            joined,
            has_map,
            described.takes_patch(),
        )
    }
}

/// The types of which an official example shows a PATCH, sorted without case: see `schemas/patch-types.py`.
const PATCH_TYPES: &str = include_str!("../../../schemas/patch-types.tsv");

impl Described<'_> {
    /// Whether a resource of the type can be changed with PATCH: true if an official example does so. Bicep's types
    /// know nothing of PATCH, so that of all others it is not known.
    pub fn takes_patch(self) -> Option<bool> {
        let names = PATCH_TYPES.lines().filter_map(|line| line.split_once('\t')).map(|(name, _)| name);
        names.into_iter().any(|name| name.eq_ignore_ascii_case(self.name())).then_some(true)
    }

    /// True if a body of any version has an `identity` that a request may set.
    pub fn ever_has_identity(self) -> bool {
        self.versions().any(|version| version.identity().is_some_and(|identity| !identity.is_read_only))
    }
}

fn facts(property: Property<'_>) -> IdentityFacts<'_> {
    let shape = property.shape();
    let objects = shape.objects();
    let kind = member(&objects, "type");
    let (values, is_open) = match kind.map(|kind| kind.shape().form()) {
        Some(Form::Values(values)) => (values.iter().collect(), values.is_open()),
        _ => (Vec::new(), true),
    };
    let ids = match member(&objects, "userAssignedIdentities").map(Property::shape) {
        Some(shape) if is_map(shape) => IdentityIdsForm::Map,
        Some(_) => IdentityIdsForm::Other,
        None => IdentityIdsForm::None,
    };
    IdentityFacts {
        values,
        has_type: kind.is_some(),
        is_open,
        ids,
        is_type_required: kind.is_some_and(Property::is_required),
        is_read_only: property.is_read_only(),
    }
}

fn member<'p>(objects: &[Object<'p>], name: &str) -> Option<Property<'p>> {
    objects.iter().find_map(|object| object.property(name))
}

/// True for an object whose members have any name.
fn is_map(shape: Shape<'_>) -> bool {
    matches!(shape.form(), Form::Object(object) if object.others().is_some() && object.properties().len() == 0)
}

#[cfg(test)]
mod tests {
    use super::super::Pack;
    use super::*;

    #[test]
    fn a_block_says_what_it_takes() {
        let sites = Pack::embedded().find("Microsoft.Web/sites").expect("a type");
        let newest = sites.newest_stable().and_then(InVersion::identity).expect("a block");
        assert_eq!(newest.ids, IdentityIdsForm::Map);
        assert_eq!(newest.find("userassigned,SystemAssigned"), Some("SystemAssigned, UserAssigned"));
        assert_eq!(newest.find("systemassigned"), Some("SystemAssigned"));
        assert_eq!(newest.find("Managed"), None);
        assert!(!newest.is_open && !newest.is_read_only && sites.ever_has_identity());

        let accounts = Pack::embedded().find("Microsoft.Network/virtualNetworks").expect("a type");
        assert!(accounts.newest_stable().and_then(InVersion::identity).is_none());
        assert!(!accounts.ever_has_identity());
    }
}
