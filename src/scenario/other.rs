//! Resources of any type that has identities, in the place of a machine.

use super::names::Names;
use crate::arm::{
    ApiVersion, BodyValue, IdentityContract, RequestTarget, ResourceId, ResourceTypeName, Scopes, Segment,
    Text, canonical_blanks,
};
use crate::schema::types::InVersion;
use crate::schema::{Contracts, UnknownType};

/// A resource of a type that Bicep's types alone describe. What its `identity` block does is assumed to be what Azure
/// Resource Manager's contract says.
#[derive(Debug, Clone)]
pub struct OtherResource {
    contracts: Contracts,
    /// Its names, outermost first; none for those that the type suggests.
    names: Vec<String>,
    /// The id of what it is in or belongs to, if that is not the resource group.
    scope: Option<String>,
}

/// A resource that cannot be spoken of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtherResourceError {
    /// The type is not known.
    #[error(transparent)]
    Type(#[from] UnknownType),
    /// It takes another number of names.
    #[error("--name {}: {resource_type} takes {expected}, outermost first and with `/` between them", given.escape_debug())]
    NameCount {
        /// The type.
        resource_type: ResourceTypeName,
        /// As given.
        given: String,
        /// How many there are to be, in words.
        expected: String,
    },
    /// A name that no resource has.
    #[error("--name {}: `{}` is not the name of a resource: {why}", given.escape_debug(), name.escape_debug())]
    Name {
        /// As given.
        given: String,
        /// The name.
        name: String,
        /// The rule that it breaks.
        why: &'static str,
    },
    /// The scope is none.
    #[error("--scope {}: not the id of a resource, resource group, subscription or management group, nor `/`", .0.escape_debug())]
    Scope(String),
    /// No version of the type is known.
    #[error("no API version of {0} is known here")]
    NoVersion(ResourceTypeName),
    /// The pack does not have the version.
    #[error("API version {version} of {resource_type} is not described here; {}", nearest_of(near))]
    NotDescribed {
        /// The type.
        resource_type: ResourceTypeName,
        /// The version.
        version: ApiVersion,
        /// The last one before it, and the first after it.
        near: [Option<ApiVersion>; 2],
    },
    /// The type does not live in a resource group, subscription or tenant.
    #[error("{resource_type} lives in {lives}: --scope ID says which")]
    NoScope {
        /// The type.
        resource_type: ResourceTypeName,
        /// Where it lives, in words.
        lives: String,
    },
}

/// The versions around one that there is not.
pub(super) fn nearest_of(near: &[Option<ApiVersion>; 2]) -> String {
    match near {
        [Some(earlier), Some(later)] => format!("the nearest are {earlier} and {later}"),
        [Some(earlier), None] => format!("the newest is {earlier}"),
        [None, Some(later)] => format!("the first is {later}"),
        [None, None] => "none is".to_owned(),
    }
}

impl OtherResource {
    /// A resource of a type, by its names (`site/slot`) and the id of what it is in, where they are given.
    ///
    /// # Errors
    /// [`OtherResourceError`] says what is wrong with one of them.
    pub fn new(
        resource_type: &ResourceTypeName,
        names: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Self, OtherResourceError> {
        let contracts = Contracts::of(resource_type)?;
        let names = names.map(|given| read_names(&contracts.name(), given)).transpose()?;
        let scope = scope.map(read_scope).transpose()?;
        Ok(Self { contracts, names: names.unwrap_or_default(), scope })
    }

    /// The type.
    pub fn resource_type(&self) -> ResourceTypeName {
        self.contracts.name()
    }

    /// Whether a version of the type is known.
    pub fn has_version(&self, version: ApiVersion) -> bool {
        self.contracts.versions().contains(&version)
    }

    /// What a sentence calls it.
    pub(super) fn noun(&self) -> String {
        format!("resource of type {}", self.resource_type())
    }

    /// What each version takes in `identity`, oldest first.
    pub(super) fn contracts(&self) -> impl Iterator<Item = IdentityContract> {
        self.contracts.all()
    }

    /// What a version takes in `identity`.
    pub(super) fn contract(&self, version: ApiVersion) -> IdentityContract {
        self.contracts.contract(version)
    }

    /// The version that is asked for, if it is known; the newest stable one if none is.
    pub(super) fn version(&self, asked: Option<ApiVersion>) -> Result<ApiVersion, OtherResourceError> {
        let resource_type = self.resource_type();
        let Some(version) = asked else {
            return self.contracts.newest_stable().ok_or(OtherResourceError::NoVersion(resource_type));
        };
        if self.has_version(version) {
            return Ok(version);
        }
        let versions = self.contracts.versions();
        let near = [
            versions.iter().rfind(|it| **it < version).copied(),
            versions.iter().find(|it| **it > version).copied(),
        ];
        Err(OtherResourceError::NotDescribed { resource_type, version, near })
    }

    fn described(&self, version: ApiVersion) -> Option<InVersion<'static>> {
        match self.contracts {
            Contracts::Described(described) => described.version(version),
            Contracts::Known(_) => None,
        }
    }

    /// What the request is about. A resource that no scope is given for is in the resource group, or where the type
    /// does not live in one, in the subscription or the tenant.
    pub(super) fn target(
        &self,
        names: &Names,
        version: ApiVersion,
    ) -> Result<RequestTarget, OtherResourceError> {
        let resource_type = self.resource_type();
        let own = if self.names.is_empty() { suggested_names(&resource_type) } else { self.names.clone() };
        let mut target = RequestTarget {
            cloud: crate::arm::Cloud::Public,
            scope: None,
            subscription: Text::new(names.subscription()),
            resource_group: Some(Text::new(names.resource_group())),
            resource_type: resource_type.clone(),
            names: own.iter().map(|name| Text::new(name)).collect(),
            api_version: version,
        };
        let described = self.described(version);
        let lives = described.map_or(Scopes::RESOURCE_GROUP, |it| {
            if it.writable().is_empty() { it.readable() } else { it.writable() }
        });
        match &self.scope {
            Some(scope) => place(&mut target, scope),
            None if lives.meets(Scopes::RESOURCE_GROUP) => {}
            None if lives.meets(Scopes::SUBSCRIPTION) => target.resource_group = None,
            None if lives.meets(Scopes::TENANT) => place(&mut target, "/"),
            None => return Err(OtherResourceError::NoScope { resource_type, lives: lives.described() }),
        }
        Ok(target)
    }

    /// The body that makes one: what a PUT has to have, and the identities.
    pub(super) fn body(&self, names: &Names, version: ApiVersion, identity: Option<BodyValue>) -> BodyValue {
        let mut members = Vec::new();
        let described = self.described(version);
        if described.is_none_or(InVersion::takes_location) {
            members.push((Text::new("location"), BodyValue::String(Text::new(names.location()))));
        }
        members.extend(identity.map(|identity| (Text::new("identity"), identity)));
        let least = described.map(InVersion::least_body).unwrap_or_default();
        members.extend(least.into_iter().map(|(name, value)| (Text::new(&name), BodyValue::from(value))));
        BodyValue::Object(members)
    }
}

/// Where a resource is, by the id of what it is in or belongs to.
pub(super) fn place(target: &mut RequestTarget, scope: &str) {
    let id = ResourceId::parse(scope).ok();
    let text = |segment: Segment<'_>| Text::new(segment.text);
    let subscription = id.as_ref().and_then(|id| id.subscription).map(text);
    let group = id.as_ref().and_then(|id| id.resource_group).map(text);
    let is_group = subscription.is_some() && id.is_some_and(|id| id.providers.is_empty());
    target.subscription = subscription.unwrap_or_else(|| Text::new(""));
    target.resource_group = group.filter(|_| is_group);
    target.scope = (!is_group).then(|| Text::new(scope));
}

fn read_scope(text: &str) -> Result<String, OtherResourceError> {
    let text = canonical_blanks(text);
    let is_id = text == "/" || ResourceId::parse(&text).is_ok();
    if is_id { Ok(text) } else { Err(OtherResourceError::Scope(text)) }
}

fn read_names(resource_type: &ResourceTypeName, given: &str) -> Result<Vec<String>, OtherResourceError> {
    let names: Vec<String> = canonical_blanks(given).split('/').map(str::to_owned).collect();
    let count = resource_type.types().count();
    if names.len() != count {
        let expected = if count == 1 { "one name".to_owned() } else { format!("{count} names") };
        let resource_type = resource_type.clone();
        return Err(OtherResourceError::NameCount { resource_type, given: given.to_owned(), expected });
    }
    for name in &names {
        let why = match () {
            () if name.trim().is_empty() => "it is empty",
            () if name.chars().count() > LONGEST_NAME => "it has at most 260 characters",
            () if name.chars().any(|c| c.is_control() || FORBIDDEN.contains(c)) => {
                "`?`, `#`, `%`, `&`, `\\` and control characters must not stand in it"
            }
            () => continue,
        };
        return Err(OtherResourceError::Name { given: given.to_owned(), name: name.clone(), why });
    }
    Ok(names)
}

/// What stands in no name of a resource. Source: "Naming rules and restrictions for Azure resources".
const FORBIDDEN: &str = "?#%&\\";
/// The longest name that any type takes.
const LONGEST_NAME: usize = 260;

/// Names for a resource of which none are given: `mySite`, `mySlot`.
pub(super) fn suggested_names(resource_type: &ResourceTypeName) -> Vec<String> {
    let name = |singular: String| {
        let mut letters = singular.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        std::iter::once("my".to_owned()).chain(first.map(String::from)).chain([letters.collect()]).collect()
    };
    resource_type.singulars().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_suggested_from_the_type() {
        let suggested = |name: &str| suggested_names(&ResourceTypeName::parse(name).unwrap()).join("/");
        assert_eq!(suggested("Microsoft.Web/sites/slots"), "mySite/mySlot");
        assert_eq!(suggested("Microsoft.DataFactory/factories"), "myFactory");
        assert_eq!(suggested("Microsoft.Cache/redis"), "myRedis");
    }
}
