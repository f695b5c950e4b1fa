//! `ResourceType`, the three types that the schemas describe, and `ResourceTypeName`, any type that a URL names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A resource type whose bodies are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceType {
    /// `Microsoft.Compute/virtualMachines`
    VirtualMachine,
    /// `Microsoft.Compute/virtualMachineScaleSets`
    VirtualMachineScaleSet,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`
    UserAssignedIdentity,
}

/// A text that names none of the known resource types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a resource type that is known: expected vm (Microsoft.Compute/virtualMachines), \
     vmss (Microsoft.Compute/virtualMachineScaleSets), identity (Microsoft.ManagedIdentity/userAssignedIdentities) or \
     the full name of a type"
)]
pub struct UnknownResourceType(pub String);

impl ResourceType {
    /// Every known type.
    pub const ALL: [ResourceType; 3] =
        [Self::VirtualMachine, Self::VirtualMachineScaleSet, Self::UserAssignedIdentity];

    /// Provider namespace and type, as Azure Resource Manager spells them.
    pub fn full_name(self) -> &'static str {
        match self {
            Self::VirtualMachine => "Microsoft.Compute/virtualMachines",
            Self::VirtualMachineScaleSet => "Microsoft.Compute/virtualMachineScaleSets",
            Self::UserAssignedIdentity => "Microsoft.ManagedIdentity/userAssignedIdentities",
        }
    }

    /// The word that the command line uses: `vm`, `vmss`, `identity`.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::VirtualMachine => "vm",
            Self::VirtualMachineScaleSet => "vmss",
            Self::UserAssignedIdentity => "identity",
        }
    }

    /// The provider namespace: `Microsoft.Compute`.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::VirtualMachine | Self::VirtualMachineScaleSet => "Microsoft.Compute",
            Self::UserAssignedIdentity => "Microsoft.ManagedIdentity",
        }
    }

    /// The type without its namespace: `virtualMachines`.
    pub fn type_segment(self) -> &'static str {
        match self {
            Self::VirtualMachine => "virtualMachines",
            Self::VirtualMachineScaleSet => "virtualMachineScaleSets",
            Self::UserAssignedIdentity => "userAssignedIdentities",
        }
    }

    /// What a sentence calls one resource of this type: `virtual machine`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::VirtualMachine => "virtual machine",
            Self::VirtualMachineScaleSet => "virtual machine scale set",
            Self::UserAssignedIdentity => "user-assigned identity",
        }
    }

    /// The flag of the command line that names a resource of this type.
    pub fn name_flag(self) -> &'static str {
        match self {
            Self::VirtualMachine => "--vm",
            Self::VirtualMachineScaleSet => "--vmss",
            Self::UserAssignedIdentity => "--identity",
        }
    }

    /// Whether a resource of this type can be given identities.
    pub fn has_identity(self) -> bool {
        self != Self::UserAssignedIdentity
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.full_name())
    }
}

impl FromStr for ResourceType {
    type Err = UnknownResourceType;

    /// Reads the full or the short name, without regard to case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|known| {
                known.full_name().eq_ignore_ascii_case(text) || known.short_name().eq_ignore_ascii_case(text)
            })
            .ok_or_else(|| UnknownResourceType(text.chars().take(100).collect()))
    }
}

/// The name of any resource type: namespace, type, and child types (`Microsoft.Compute/virtualMachines/extensions`).
///
/// Compared and hashed without regard to ASCII case, as Azure Resource Manager does.
#[derive(Debug, Clone)]
pub struct ResourceTypeName(String);

impl ResourceTypeName {
    /// Joins a namespace and types; `None` when there is no type.
    pub fn from_parts<'p>(namespace: &str, types: impl IntoIterator<Item = &'p str>) -> Option<Self> {
        let mut name = namespace.to_owned();
        let bare = name.len();
        for segment in types {
            name.push('/');
            name.push_str(segment);
        }
        (name.len() > bare).then_some(Self(name))
    }

    /// Reads `Namespace/type[/child…]`; `None` when a part is missing or empty.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        (parts.clone().count() >= 2 && parts.all(|part| !part.is_empty())).then(|| Self(text.to_owned()))
    }

    /// True for the type of deployments within deployments.
    pub fn is_deployment(&self) -> bool {
        self.0.eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The provider namespace.
    pub fn namespace(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The types below the namespace, outermost first.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }

    /// What each of its types calls one resource, outermost first: `site`, `slot`.
    pub fn singulars(&self) -> impl Iterator<Item = String> {
        self.types().map(singular)
    }

    /// The known type that it is, if it is one.
    pub fn known(&self) -> Option<ResourceType> {
        ResourceType::ALL.into_iter().find(|known| known.full_name().eq_ignore_ascii_case(&self.0))
    }
}

/// One of what a type names: `factories`, `factory`.
fn singular(kind: &str) -> String {
    let without = |count: usize| kind[..kind.len() - count].to_owned();
    let ends_with = |ends: &[&str]| ends.iter().any(|end| kind.ends_with(end));
    match () {
        () if kind.ends_with("ies") => without(3) + "y",
        () if ends_with(&["sses", "xes", "ches", "shes"]) => without(2),
        () if kind.ends_with('s') && !ends_with(&["ss", "us", "is"]) => without(1),
        () => kind.to_owned(),
    }
}

impl FromStr for ResourceTypeName {
    type Err = UnknownResourceType;

    /// Reads the short name of a known type, or the full name of any.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<ResourceType>() {
            Ok(known) => Ok(known.into()),
            Err(error) => Self::parse(text).filter(|name| name.namespace().contains('.')).ok_or(error),
        }
    }
}

impl fmt::Display for ResourceTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<ResourceType> for ResourceTypeName {
    fn from(known: ResourceType) -> Self {
        Self(known.full_name().to_owned())
    }
}

impl PartialEq for ResourceTypeName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceTypeName {}

impl PartialEq<ResourceType> for ResourceTypeName {
    fn eq(&self, other: &ResourceType) -> bool {
        self.0.eq_ignore_ascii_case(other.full_name())
    }
}

impl Hash for ResourceTypeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        super::text::hash_without_case(&self.0, state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_and_short_names_are_read_without_regard_to_case() {
        for known in ResourceType::ALL {
            assert_eq!(known.full_name().to_uppercase().parse(), Ok(known));
            assert_eq!(known.short_name().to_uppercase().parse(), Ok(known));
            assert_eq!(known.full_name(), format!("{}/{}", known.namespace(), known.type_segment()));
            assert_eq!(ResourceTypeName::from(known).known(), Some(known));
        }
        assert!("virtualMachines".parse::<ResourceType>().unwrap_err().to_string().contains("vmss"));
    }

    #[test]
    fn child_types_are_kept_apart() {
        let name =
            ResourceTypeName::from_parts("Microsoft.Compute", ["virtualMachines", "extensions"]).unwrap();
        assert_eq!(name.as_str(), "Microsoft.Compute/virtualMachines/extensions");
        assert_eq!(name.namespace(), "Microsoft.Compute");
        assert_eq!(name.types().collect::<Vec<_>>(), ["virtualMachines", "extensions"]);
        assert_eq!(name.known(), None);
        assert_eq!(ResourceTypeName::parse("Microsoft.Compute"), None);
        assert_eq!(ResourceTypeName::parse("a//b"), None);
        assert_eq!(ResourceTypeName::parse("a/B"), ResourceTypeName::parse("A/b"));
    }
}
