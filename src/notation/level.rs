//! `Level`: where a deployment has to be made so that it reaches a resource.

use crate::arm::{BlankStyle, RequestTarget};

/// What a deployment template is deployed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// A resource group.
    Group,
    /// A subscription.
    Subscription,
    /// A management group.
    ManagementGroup,
    /// The tenant.
    Tenant,
}

impl Level {
    /// The level of a resource; `None` for one that belongs to another resource.
    pub(super) fn of(target: &RequestTarget) -> Option<Self> {
        let Some(scope) = &target.scope else {
            return Some(if target.resource_group.is_some() { Self::Group } else { Self::Subscription });
        };
        let scope = scope.spell(BlankStyle::Angle);
        let segments: Vec<&str> = scope.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] => Some(Self::Tenant),
            [providers, namespace, kind, _]
                if providers.eq_ignore_ascii_case("providers")
                    && namespace.eq_ignore_ascii_case("Microsoft.Management")
                    && kind.eq_ignore_ascii_case("managementGroups") =>
            {
                Some(Self::ManagementGroup)
            }
            _ => None,
        }
    }

    /// The template's `$schema`.
    pub(super) fn schema(self) -> String {
        let file = match self {
            Self::Group => "2019-04-01/deploymentTemplate.json",
            Self::Subscription => "2018-05-01/subscriptionDeploymentTemplate.json",
            Self::ManagementGroup => "2019-08-01/managementGroupDeploymentTemplate.json",
            Self::Tenant => "2019-08-01/tenantDeploymentTemplate.json",
        };
        format!("https://schema.management.azure.com/schemas/{file}#")
    }

    /// The template function that makes the id of a resource of the level.
    pub(super) fn id_function(self) -> &'static str {
        match self {
            Self::Group => "resourceId(",
            Self::Subscription => "subscriptionResourceId(",
            Self::ManagementGroup => "extensionResourceId(managementGroup().id, ",
            Self::Tenant => "tenantResourceId(",
        }
    }

    /// What Bicep calls it, where it has to be said.
    pub(super) fn bicep(self) -> Option<&'static str> {
        match self {
            Self::Group => None,
            Self::Subscription => Some("subscription"),
            Self::ManagementGroup => Some("managementGroup"),
            Self::Tenant => Some("tenant"),
        }
    }
}
