//! `Contracts`: the versions of a type, and what each takes in `identity`. One answer for the types that are known in
//! every detail and for those that only the pack describes.

use super::types::{Described, InVersion, Pack};
use crate::arm::versions::{self, published};
use crate::arm::{ApiVersion, IdentityContract, ResourceType, ResourceTypeName};
use crate::text::suggest::did_you_mean;

/// The versions of a type, and what each takes in `identity`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Contracts {
    /// A type that is known in every detail.
    Known(ResourceType),
    /// A type that the pack in the program describes.
    Described(Described<'static>),
}

/// Nothing is known of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing is known of {name}{}: `armbody schema list` has every type", near.as_ref().map_or_else(String::new, |near| format!("; did you mean {near}?")))]
pub struct UnknownType {
    /// The name.
    pub name: String,
    /// The type or the namespace that comes nearest.
    pub near: Option<String>,
}

impl Contracts {
    /// The contracts of a type.
    ///
    /// # Errors
    /// [`UnknownType`] if neither the curated schemas nor the pack have it.
    pub fn of(name: &ResourceTypeName) -> Result<Self, UnknownType> {
        if let Some(known) = name.known() {
            return Ok(Self::Known(known));
        }
        let pack = Pack::embedded();
        pack.find(name.as_str()).map(Self::Described).ok_or_else(|| {
            let in_namespace: Vec<&str> = pack.types_in(name.namespace()).map(Described::name).collect();
            let near = if in_namespace.is_empty() {
                did_you_mean(name.namespace(), pack.namespaces())
            } else {
                did_you_mean(name.as_str(), in_namespace)
            };
            UnknownType { name: name.to_string(), near: near.map(str::to_owned) }
        })
    }

    /// The type, spelt as it was published.
    pub fn name(self) -> ResourceTypeName {
        match self {
            Self::Known(known) => known.into(),
            Self::Described(described) => described.type_name(),
        }
    }

    /// True where only the block is described, and what it does is taken to be as elsewhere.
    pub fn is_assumed(self) -> bool {
        matches!(self, Self::Described(_))
    }

    /// The newest stable version, or where there is none the newest preview.
    pub fn newest_stable(self) -> Option<ApiVersion> {
        match self {
            Self::Known(known) => Some(versions::newest_stable(known)),
            Self::Described(described) => described.newest().map(InVersion::version),
        }
    }

    /// Every version, oldest first.
    pub fn versions(self) -> Vec<ApiVersion> {
        match self {
            Self::Known(known) => published(known).iter().map(|row| row.version).collect(),
            Self::Described(described) => described.versions().map(InVersion::version).collect(),
        }
    }

    /// What a version takes. One that is not known is taken for the nearest before it, or the first.
    pub fn contract(self, version: ApiVersion) -> IdentityContract {
        match self {
            Self::Known(known) => IdentityContract::of(known, version),
            Self::Described(described) => {
                let exact = described.version(version);
                let contract = exact.or_else(|| described.nearest(version)).map(InVersion::identity_contract);
                let none = || IdentityContract::assumed(self.name(), version, Vec::new(), None, false, None);
                let mut contract = contract.unwrap_or_else(none);
                contract.version = version;
                contract
            }
        }
    }

    /// What each version takes, oldest first.
    pub fn all(self) -> impl Iterator<Item = IdentityContract> {
        self.versions().into_iter().map(move |version| self.contract(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::{IdentityForm, IdentityType};

    fn of(name: &str) -> Contracts {
        Contracts::of(&ResourceTypeName::parse(name).unwrap()).unwrap()
    }

    #[test]
    fn both_sources_answer_alike() {
        let vm = of("microsoft.compute/VIRTUALMACHINES");
        assert!(!vm.is_assumed());
        assert_eq!(vm.name().as_str(), "Microsoft.Compute/virtualMachines");
        let newest = vm.contract(vm.newest_stable().unwrap());
        assert_eq!((newest.form, newest.patch), (IdentityForm::Map, Some(true)));
        let sites = of("microsoft.web/SITES");
        assert!(sites.is_assumed());
        assert_eq!(sites.name().as_str(), "Microsoft.Web/sites");
        let newest = sites.contract(sites.newest_stable().unwrap());
        assert_eq!((newest.form, newest.patch), (IdentityForm::Map, Some(true)));
        assert_eq!(newest.spelling(IdentityType::SystemAssignedUserAssigned), "SystemAssigned, UserAssigned");
        let first = sites.all().find(|it| it.form == IdentityForm::SystemOnly);
        assert!(first.is_some_and(|it| it.takes(IdentityType::SystemAssigned)));
    }

    #[test]
    fn spellings_are_those_of_the_type() {
        let joined = |name: &str| {
            let contracts = of(name);
            let newest = contracts.contract(contracts.newest_stable().unwrap());
            newest.spelling(IdentityType::SystemAssignedUserAssigned).to_owned()
        };
        assert_eq!(joined("Microsoft.ContainerInstance/containerGroups"), "SystemAssigned, UserAssigned");
        assert_eq!(joined("Microsoft.Storage/storageAccounts"), "SystemAssigned,UserAssigned");
        assert_eq!(joined("Microsoft.Sql/servers/jobAgents"), "SystemAssignedUserAssigned");
    }

    #[test]
    fn a_misspelt_type_is_answered_with_the_nearest() {
        let error =
            |name: &str| Contracts::of(&ResourceTypeName::parse(name).unwrap()).unwrap_err().to_string();
        assert!(error("Microsoft.Web/site").contains("did you mean Microsoft.Web/sites?"));
        assert!(error("Microsoft.Wbe/sites").contains("did you mean microsoft.web?"));
    }
}
