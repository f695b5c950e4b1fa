//! What each cmdlet sends.

use crate::arm::{Level, ResourceType, ResourceTypeName};

/// What a cmdlet sends.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub(super) method: &'static str,
    pub(super) about: About,
}

#[derive(Clone, Copy)]
pub(super) enum About {
    /// A machine or scale set, and an action of it.
    Machine(ResourceType, &'static str),
    /// A machine or scale set and the identities that it is given.
    Identities(ResourceType),
    /// A user-assigned identity.
    Identity,
    /// A resource of any type.
    Resource,
    /// An action of a resource.
    ResourceAction,
    /// A deployment and an action of it.
    Deployment(Level, &'static str),
}

/// What the cmdlet `name` sends, in small letters: `new-azvm`, or as it was called before, `new-azurermvm`.
pub(super) fn sent(name: &str) -> Option<Sent> {
    let (verb, noun) = name.split_once('-')?;
    let noun = noun.strip_prefix("azurerm").or_else(|| noun.strip_prefix("az"))?;
    let about = match noun {
        "vm" | "vmss" | "vmssinstance" => {
            let resource_type = ResourceType::of_machines(noun != "vm");
            match (verb, noun) {
                ("update", "vmssinstance") => About::Machine(resource_type, "/manualupgrade"),
                (_, "vmssinstance") => return None,
                ("new" | "update", _) => About::Identities(resource_type),
                ("start", _) => About::Machine(resource_type, "/start"),
                ("restart", _) => About::Machine(resource_type, "/restart"),
                ("stop", _) => About::Machine(resource_type, "/deallocate"),
                ("remove", _) => About::Machine(resource_type, ""),
                _ => return None,
            }
        }
        "userassignedidentity" => About::Identity,
        "resource" => About::Resource,
        "resourceaction" => About::ResourceAction,
        _ => {
            let (noun, action) = match (verb, noun.strip_suffix("whatifresult")) {
                ("get", Some(noun)) => (noun, "/whatIf"),
                ("test", _) => (noun, "/validate"),
                _ => (noun, ""),
            };
            let level = match noun.strip_suffix("deployment")? {
                "resourcegroup" => Level::Group,
                "" | "subscription" => Level::Subscription,
                "managementgroup" => Level::ManagementGroup,
                "tenant" => Level::Tenant,
                _ => return None,
            };
            About::Deployment(level, action)
        }
    };
    let method = match (verb, about) {
        ("new", _) | ("update", About::Identities(_)) | ("set", About::Resource) => "PUT",
        ("update", About::Identity) => "PATCH",
        ("get", About::Deployment(_, action)) if !action.is_empty() => "POST",
        ("get", _) => "GET",
        ("remove", _) => "DELETE",
        ("start" | "stop" | "restart" | "update" | "test" | "invoke", _) => "POST",
        _ => return None,
    };
    Some(Sent { method, about })
}

pub(super) fn with_action(about: About, action: &'static str) -> About {
    match about {
        About::Deployment(level, _) => About::Deployment(level, action),
        other => other,
    }
}

/// The type that a cmdlet is about.
pub(super) fn of_about(about: About) -> Option<ResourceTypeName> {
    Some(match about {
        About::Machine(known, _) | About::Identities(known) => known.into(),
        About::Identity => ResourceType::UserAssignedIdentity.into(),
        About::Deployment(..) => ResourceTypeName::parse("Microsoft.Resources/deployments")?,
        About::Resource | About::ResourceAction => return None,
    })
}
