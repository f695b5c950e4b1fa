//! What a request is about: its type, method, version and names.

use anyhow::Context as _;

use crate::arm::{ApiVersion, Method, NameKind, ResourceType, ResourceTypeName, canonical_blanks};
use crate::scenario::{Names, Place};

/// The request's type, method and version.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The resource's type.
    pub resource_type: Option<ResourceTypeName>,
    /// The method.
    pub method: Option<Method>,
    /// The API version; the newest stable one without it. Several stand side by side in a page.
    pub api_version: Vec<ApiVersion>,
}

impl Target {
    /// The one API version that is asked for, if any is.
    ///
    /// # Errors
    /// Several are.
    pub(super) fn api_version(&self) -> anyhow::Result<Option<ApiVersion>> {
        match self.api_version[..] {
            [] => Ok(None),
            [version] => Ok(Some(version)),
            _ => anyhow::bail!("several API versions side by side are for `render --as markdown`"),
        }
    }
}

/// The names that fill the request.
#[derive(Clone, Debug, Default)]
pub struct Fill {
    /// The subscription's id.
    pub subscription: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The virtual machine.
    pub vm: Option<String>,
    /// The scale set.
    pub vmss: Option<String>,
    /// The resource, whatever its type.
    pub name: Option<String>,
    /// The region.
    pub location: Option<String>,
}

impl Fill {
    /// Puts what was given into `names`.
    pub(super) fn fill(&self, names: &mut Names) -> anyhow::Result<()> {
        let given = [
            (NameKind::Subscription, "--subscription", &self.subscription),
            (NameKind::ResourceGroup, "--resource-group", &self.resource_group),
            (NameKind::VirtualMachine, "--vm", &self.vm),
            (NameKind::VirtualMachineScaleSet, "--vmss", &self.vmss),
            (NameKind::Location, "--location", &self.location),
        ];
        for (kind, flag, text) in given {
            if let Some(text) = text {
                names.set(kind, text).context(flag)?;
            }
        }
        Ok(())
    }

    /// Where a machine is, as far as it was given.
    pub(super) fn place(&self) -> anyhow::Result<Place> {
        // The rules of Azure are checked; the names are kept apart, for what is not given has no default here.
        self.fill(&mut Names::default())?;
        let text = |text: &Option<String>| text.as_deref().map(canonical_blanks);
        Ok(Place {
            subscription: text(&self.subscription),
            resource_group: text(&self.resource_group),
            name: text(&self.vm).or_else(|| text(&self.vmss)).or_else(|| text(&self.name)),
            location: text(&self.location),
        })
    }

    /// The type that the machine's name says.
    pub(super) fn machine(&self) -> Option<ResourceType> {
        match (&self.vm, &self.vmss) {
            (Some(_), _) => Some(ResourceType::of_machines(false)),
            (_, Some(_)) => Some(ResourceType::of_machines(true)),
            _ => None,
        }
    }
}
