//! The levels at which resources live and templates are deployed.

/// What a template is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
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
    /// The `$schema` of a template for it.
    pub fn template_schema(self) -> &'static str {
        match self {
            Self::Group => "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            Self::Subscription => {
                "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
            }
            Self::ManagementGroup => {
                "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#"
            }
            Self::Tenant => {
                "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#"
            }
        }
    }

    /// The template function that gives the id of a resource at it.
    pub fn id_function(self) -> &'static str {
        match self {
            Self::Group => "resourceId",
            Self::Subscription => "subscriptionResourceId",
            Self::ManagementGroup => "managementGroupResourceId",
            Self::Tenant => "tenantResourceId",
        }
    }
}

/// Where resources of a type live: a set of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// The tenant.
    pub const TENANT: Self = Self(1);
    /// A management group.
    pub const MANAGEMENT_GROUP: Self = Self(2);
    /// A subscription.
    pub const SUBSCRIPTION: Self = Self(4);
    /// A resource group.
    pub const RESOURCE_GROUP: Self = Self(8);
    /// Any other resource, which it extends.
    pub const EXTENSION: Self = Self(16);

    /// The levels of a bit mask as Bicep's types have it: 1 the tenant, 2 a management group, 4 a subscription, 8 a
    /// resource group, 16 another resource.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The level that a deployment template of this `$schema` is for; `None` if it is none.
    pub fn of_template(schema: &str) -> Option<Self> {
        let file = schema.split('#').next()?.rsplit('/').next()?.to_ascii_lowercase();
        match file.as_str() {
            "deploymenttemplate.json" => Some(Self::RESOURCE_GROUP),
            "subscriptiondeploymenttemplate.json" => Some(Self::SUBSCRIPTION),
            "managementgroupdeploymenttemplate.json" => Some(Self::MANAGEMENT_GROUP),
            "tenantdeploymenttemplate.json" => Some(Self::TENANT),
            _ => None,
        }
    }

    /// The bits as they were published.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// True if it lives nowhere: what can only be read cannot be deployed.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if it lives at one of the levels of `other` at least.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The levels in words: `resource group or subscription`.
    pub fn described(self) -> String {
        let all = [
            (Self::RESOURCE_GROUP, "a resource group"),
            (Self::SUBSCRIPTION, "a subscription"),
            (Self::MANAGEMENT_GROUP, "a management group"),
            (Self::TENANT, "the tenant"),
            (Self::EXTENSION, "another resource"),
        ];
        let own: Vec<&str> =
            all.iter().filter(|(one, _)| self.meets(*one)).map(|(_, words)| *words).collect();
        match own.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            Some((last, _)) => (*last).to_owned(),
            None => "nowhere".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_its_level() {
        let base = "https://schema.management.azure.com/schemas/2019-04-01/";
        let level = |file: &str| Scopes::of_template(&format!("{base}{file}"));
        assert_eq!(level("deploymentTemplate.json#"), Some(Scopes::RESOURCE_GROUP));
        assert_eq!(level("subscriptionDeploymentTemplate.json#"), Some(Scopes::SUBSCRIPTION));
        assert_eq!(level("deploymentParameters.json#"), None);
    }

    #[test]
    fn levels_are_told_in_words() {
        assert_eq!(Scopes::from_bits(8).described(), "a resource group");
        assert_eq!(Scopes::from_bits(13).described(), "a resource group, a subscription or the tenant");
        assert_eq!(Scopes::from_bits(0).described(), "nowhere");
        assert!(Scopes::from_bits(13).meets(Scopes::TENANT) && !Scopes::from_bits(8).meets(Scopes::TENANT));
    }
}
