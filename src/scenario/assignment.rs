//! A role for an identity: the request that assigns it, and the one that reads whom it is assigned to.

use uuid::Uuid;

use super::change::{Change, Planner};
use super::current::Current;
use super::wishes::{SystemWish, WishError};
use crate::arm::{
    ApiVersion, Blank, BlankStyle, BodyValue, IdentityId, Method, Request, RequestTarget, ResourceId,
    ResourceType, ResourceTypeName, Text, looks_like_guid, newest_stable, parse_user_assigned,
};
use crate::notation::RoleStep;
use crate::schema::{Standing, Validators};

/// The namespace of the names that Azure Resource Manager's `guid()` makes.
const NAMESPACE: Uuid = Uuid::from_u128(0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830);

/// The version that role assignments are made in.
const VERSION: ApiVersion = ApiVersion::stable(2022, 4, 1);

/// Built-in roles by name.
///
/// Source: the documentation of Azure's built-in roles.
const ROLES: [(&str, &str); 4] = [
    ("Virtual Machine Contributor", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"),
    ("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830"),
    ("Managed Identity Contributor", "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
];

/// A role at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleWish {
    definition: String,
    scope: String,
}

/// A role or scope that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleError {
    /// No role of that name is known.
    #[error("--role `{}` is not known by name: give the GUID of its definition, or one of {}", .0.escape_debug(), ROLES.map(|(name, _)| format!("\"{name}\"")).join(", "))]
    Role(String),
    /// Not an id of something that has roles.
    #[error("--scope `{}` is not the id of a resource, resource group, subscription or management group", .0.escape_debug())]
    Scope(String),
    /// The wishes name no identity that could get it.
    #[error("--role is for an identity that is given: with --system on or --add")]
    Nobody,
    /// An identity that is to be added is none.
    #[error(transparent)]
    Wish(#[from] WishError),
}

/// A role for one identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// What reads the identity.
    pub read: Request,
    /// The members that lead to the id of its principal, joined by dots.
    pub principal: &'static str,
    /// What assigns the role to that principal, which is left blank in it.
    pub put: Request,
    /// A version of the resource that it is given for, if that is one, and one is known.
    pub scope_version: Option<ApiVersion>,
}

impl Assignment {
    /// The requests as a step of a text that makes both.
    pub fn step(&self) -> RoleStep<'_> {
        RoleStep {
            read: &self.read,
            principal: self.principal,
            put: &self.put,
            scope_version: self.scope_version,
        }
    }
}

impl RoleWish {
    /// A role, by name or by the GUID of its definition, at a scope.
    ///
    /// # Errors
    /// [`RoleError`] says what would have been right.
    pub fn parse(role: &str, scope: &str) -> Result<Self, RoleError> {
        let known = ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(role)).map(|(_, id)| *id);
        let definition = known
            .or_else(|| looks_like_guid(role).then_some(role))
            .ok_or_else(|| RoleError::Role(role.chars().take(80).collect()))?;
        let is_id = ResourceId::parse(scope).is_ok() && scope.starts_with('/') && scope.len() > 1;
        if !is_id {
            return Err(RoleError::Scope(scope.chars().take(200).collect()));
        }
        Ok(Self {
            definition: definition.to_ascii_lowercase(),
            scope: scope.trim_end_matches('/').to_owned(),
        })
    }

    /// The requests that give the role to every identity that the wishes give to a machine.
    ///
    /// # Errors
    /// [`RoleError`] if there is none, or one is not an identity.
    pub fn assignments(
        &self,
        planner: &Planner<'_>,
        current: &Current,
        change: &Change,
    ) -> Result<Vec<Assignment>, RoleError> {
        let scope_version = self.scope_version();
        let mut all = Vec::new();
        if planner.wishes.system == SystemWish::On {
            let target = change.target();
            let id = target.path().spell(BlankStyle::Angle);
            let read = Request::new(Method::Get, target, None);
            let put = self.put(change, &id);
            all.push(Assignment { read, principal: "identity.principalId", put, scope_version });
        }
        for id in planner.wishes.added(current, &change.place)? {
            let read = Request::new(Method::Get, identity_target(change, &id), None);
            let put = self.put(change, id.as_str());
            all.push(Assignment { read, principal: "properties.principalId", put, scope_version });
        }
        if all.is_empty() { Err(RoleError::Nobody) } else { Ok(all) }
    }

    fn scope_version(&self) -> Option<ApiVersion> {
        let id = ResourceId::parse(&self.scope).ok()?;
        let provider = id.providers.last()?;
        let types: Vec<&str> = provider.types.iter().map(|(kind, _)| kind.text).collect();
        let resource_type =
            ResourceTypeName::parse(&format!("{}/{}", provider.namespace.text, types.join("/")))?;
        Validators::embedded().standing(resource_type.as_str(), None).map(Standing::serves)
    }

    /// The name is made of scope, role and identity: a second run makes the same assignment.
    fn put(&self, change: &Change, identity: &str) -> Request {
        let key = format!("{}-{}-{}", self.scope, self.definition, identity).to_ascii_lowercase();
        let name = Uuid::new_v5(&NAMESPACE, key.as_bytes()).to_string();
        let mut target = change.target();
        if let Some(own) = ResourceTypeName::parse("Microsoft.Authorization/roleAssignments") {
            target.resource_type = own;
        }
        target.scope = Some(Text::new(&self.scope));
        target.names = vec![Text::new(&name)];
        target.api_version = VERSION;
        let subscription = ResourceId::parse(&self.scope).ok().and_then(|id| id.subscription);
        let holder = subscription.map_or_else(String::new, |it| format!("/subscriptions/{}", it.text));
        let definition =
            format!("{holder}/providers/Microsoft.Authorization/roleDefinitions/{}", self.definition);
        let text = |name: &str, value: &str| (Text::new(name), BodyValue::String(Text::new(value)));
        let properties = BodyValue::Object(vec![
            text("roleDefinitionId", &definition),
            text("principalId", Blank::PrincipalId.spelling(BlankStyle::Angle)),
            text("principalType", "ServicePrincipal"),
        ]);
        let body = BodyValue::Object(vec![(Text::new("properties"), properties)]);
        Request::new(Method::Put, target, Some(body))
    }
}

fn identity_target(change: &Change, id: &IdentityId) -> RequestTarget {
    let mut target = change.target();
    target.resource_type = ResourceType::UserAssignedIdentity.into();
    target.api_version = newest_stable(ResourceType::UserAssignedIdentity);
    if let Ok(id) = parse_user_assigned(id.as_str()) {
        let text = |segment: crate::arm::Segment<'_>| Text::new(segment.text);
        target.names = id.name.map(text).into_iter().collect();
        target.resource_group = id.resource_group.map(text);
        target.subscription = id.subscription.map_or(target.subscription, text);
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Cloud;
    use crate::scenario::{Place, Wishes};

    #[test]
    fn a_role_is_assigned_to_whoever_is_given() {
        let group = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/data";
        let wish = RoleWish::parse("contributor", group).unwrap();
        let wishes = Wishes { system: SystemWish::On, add: vec!["ID1".to_owned()], ..Wishes::default() };
        let planner = Planner {
            wishes: &wishes,
            given: Place::default(),
            machine: None,
            method: None,
            api_version: None,
            usual_version: None,
            cloud: Cloud::Public,
            minimal: false,
            undo: false,
        };
        let vm = Current::read(
            r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1",
                "identity":null,"properties":{}}"#,
        )
        .unwrap();
        let change = planner.plan(&vm).unwrap();
        let all = wish.assignments(&planner, &vm, &change).unwrap();
        assert_eq!(all.len(), 2);
        let url = all[0].put.target.url().spell(BlankStyle::Angle);
        assert!(
            url.starts_with(&format!(
                "https://management.azure.com{group}/providers/Microsoft.Authorization/roleAssignments/"
            )) && url.ends_with("?api-version=2022-04-01"),
            "{url}"
        );
        assert_ne!(all[0].put.target.names, all[1].put.target.names);
        assert_eq!(
            wish.assignments(&planner, &vm, &change).unwrap(),
            all,
            "the names are the same each time"
        );
        assert!(all[1].read.target.url().spell(BlankStyle::Angle).contains("/userAssignedIdentities/ID1?"));
        assert!(RoleWish::parse("Owner of all", group).unwrap_err().to_string().contains("give the GUID"));
        assert!(RoleWish::parse("Contributor", "data").is_err());
    }
}
