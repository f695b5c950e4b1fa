//! `ResourceType`, the three types that the schemas describe, and `ResourceTypeName`, any type that a URL names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::{ApiVersion, NameKind};

/// A resource type whose bodies are known: a row of the table of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceType(u8);

/// All that tells a type from the others.
struct Row {
    /// Its name in code.
    constant: &'static str,
    /// Provider namespace and type, as Azure Resource Manager spells them.
    full_name: &'static str,
    /// The word for it on the command line; what the Azure CLI calls its commands, and declarations a resource of it.
    short_name: &'static str,
    /// What a sentence calls one resource.
    noun: &'static str,
    /// The flag that names one.
    name_flag: &'static str,
    /// The kind of its names.
    name_kind: NameKind,
    /// A resource of it can be given identities.
    has_identity: bool,
    /// It is a set of machines, which have the identities of the set.
    is_set: bool,
    /// The template of the body that creates one.
    body_template: &'static str,
    /// The members of `properties` by which a body is known as one.
    marks: &'static [TypeMark],
    /// Versions that ARM answers to and no specification describes.
    undescribed: &'static [ApiVersion],
}

/// A member of `properties` by which a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeMark {
    /// Its name.
    pub name: &'static str,
    /// No resource of another type has it.
    pub is_own: bool,
    /// What only a resource of this type has within it.
    pub within: &'static [&'static str],
}

const fn own(name: &'static str) -> TypeMark {
    TypeMark { name, is_own: true, within: &[] }
}

const fn shared(name: &'static str, within: &'static [&'static str]) -> TypeMark {
    TypeMark { name, is_own: false, within }
}

/// The list that the provider `Microsoft.Compute` gives in its `NoRegisteredProviderFound` has these besides the
/// published ones.
const UNDESCRIBED_COMPUTE: &[ApiVersion] =
    &[ApiVersion::preview(2015, 5, 1), ApiVersion::stable(2016, 8, 30)];

static ROWS: [Row; 3] = [
    Row {
        constant: "VirtualMachine",
        full_name: "Microsoft.Compute/virtualMachines",
        short_name: "vm",
        noun: "virtual machine",
        name_flag: "--vm",
        name_kind: NameKind::VirtualMachine,
        has_identity: true,
        is_set: false,
        body_template: "bodies/vm.json.j2",
        marks: &[
            shared("hardwareProfile", &["vmSize"]),
            shared("storageProfile", &["osDisk", "imageReference", "dataDisks"]),
            shared(
                "osProfile",
                &["computerName", "adminUsername", "linuxConfiguration", "windowsConfiguration"],
            ),
            shared("networkProfile", &["networkInterfaces"]),
            shared("diagnosticsProfile", &["bootDiagnostics"]),
            shared("availabilitySet", &["id"]),
            shared("licenseType", &[]),
            shared("securityProfile", &["uefiSettings", "encryptionAtHost"]),
        ],
        undescribed: UNDESCRIBED_COMPUTE,
    },
    Row {
        constant: "VirtualMachineScaleSet",
        full_name: "Microsoft.Compute/virtualMachineScaleSets",
        short_name: "vmss",
        noun: "virtual machine scale set",
        name_flag: "--vmss",
        name_kind: NameKind::VirtualMachineScaleSet,
        has_identity: true,
        is_set: true,
        body_template: "bodies/vmss.json.j2",
        marks: &[
            own("virtualMachineProfile"),
            own("upgradePolicy"),
            own("overprovision"),
            own("orchestrationMode"),
            own("singlePlacementGroup"),
            own("automaticRepairsPolicy"),
            own("scaleInPolicy"),
            shared("platformFaultDomainCount", &[]),
        ],
        undescribed: UNDESCRIBED_COMPUTE,
    },
    Row {
        constant: "UserAssignedIdentity",
        full_name: "Microsoft.ManagedIdentity/userAssignedIdentities",
        short_name: "identity",
        noun: "user-assigned identity",
        name_flag: "--identity",
        name_kind: NameKind::UserAssignedIdentity,
        has_identity: false,
        is_set: false,
        body_template: "bodies/identity.json.j2",
        marks: &[],
        undescribed: &[],
    },
];

/// A text that names none of the known resource types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a resource type that is known: expected vm (Microsoft.Compute/virtualMachines), \
     vmss (Microsoft.Compute/virtualMachineScaleSets), identity (Microsoft.ManagedIdentity/userAssignedIdentities) or \
     the full name of a type"
)]
pub struct UnknownResourceType(pub String);

#[expect(non_upper_case_globals, reason = "they are read as the names of types, also where one is matched")]
impl ResourceType {
    /// `Microsoft.Compute/virtualMachines`
    pub const VirtualMachine: Self = Self(0);
    /// `Microsoft.Compute/virtualMachineScaleSets`
    pub const VirtualMachineScaleSet: Self = Self(1);
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`
    pub const UserAssignedIdentity: Self = Self(2);
}

impl ResourceType {
    /// Every known type.
    pub const ALL: [Self; 3] =
        [Self::VirtualMachine, Self::VirtualMachineScaleSet, Self::UserAssignedIdentity];

    fn row(self) -> &'static Row {
        &ROWS[usize::from(self.0)]
    }

    /// The type of machines that have identities: of single ones, or of sets.
    pub fn of_machines(in_sets: bool) -> Self {
        if in_sets { Self::VirtualMachineScaleSet } else { Self::VirtualMachine }
    }

    /// The type whose resources a flag of the command line names.
    pub fn of_flag(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name_flag() == flag)
    }

    /// Provider namespace and type, as Azure Resource Manager spells them.
    pub fn full_name(self) -> &'static str {
        self.row().full_name
    }

    /// The word that the command line uses: `vm`, `vmss`, `identity`.
    pub fn short_name(self) -> &'static str {
        self.row().short_name
    }

    /// The provider namespace: `Microsoft.Compute`.
    pub fn namespace(self) -> &'static str {
        self.full_name().split('/').next().unwrap_or_default()
    }

    /// The type without its namespace: `virtualMachines`.
    pub fn type_segment(self) -> &'static str {
        self.full_name().split_once('/').map_or("", |(_, segment)| segment)
    }

    /// What a sentence calls one resource of this type: `virtual machine`.
    pub fn noun(self) -> &'static str {
        self.row().noun
    }

    /// The flag of the command line that names a resource of this type.
    pub fn name_flag(self) -> &'static str {
        self.row().name_flag
    }

    /// The kind of the names of its resources.
    pub fn name_kind(self) -> NameKind {
        self.row().name_kind
    }

    /// Whether a resource of this type can be given identities.
    pub fn has_identity(self) -> bool {
        self.row().has_identity
    }

    /// Whether it is a set of machines, which have the identities of the set.
    pub fn is_set(self) -> bool {
        self.row().is_set
    }

    /// The name of the template of the body that creates a resource.
    pub fn body_template(self) -> &'static str {
        self.row().body_template
    }

    /// The members of `properties` by which a body is known as one of this type.
    pub fn marks(self) -> &'static [TypeMark] {
        self.row().marks
    }

    /// The versions that ARM answers to and no specification describes.
    pub fn undescribed(self) -> &'static [ApiVersion] {
        self.row().undescribed
    }
}

impl fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().constant)
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

/// The type of deployments, which a template may hold as resources.
pub const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// True for the type of deployments, in any case.
pub fn is_deployment(type_name: &str) -> bool {
    type_name.eq_ignore_ascii_case(DEPLOYMENTS)
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
        is_deployment(&self.0)
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
            assert_eq!(ResourceType::of_flag(known.name_flag()), Some(known));
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
