//! From a scenario to its request.

use super::body::{BodyError, full_body, identity_value};
use super::catalogue::{Action, Scenario};
use super::names::{Image, Names, NamesError};
use super::other::{OtherResource, OtherResourceError, nearest_of};
use crate::arm::versions::{effective, published};
use crate::arm::{
    ApiVersion, BodyValue, Cloud, Identity, IdentityBlock, IdentityContract, IdentityForm, Method, PlanError,
    PlanErrorReason, Request, RequestTarget, ResourceType, ResourceTypeName, Text, first_with,
    nearest_earlier, nearest_later, newest_stable, parse_user_assigned, plan,
};
use crate::notation::{Layout, Procedure, Templates, WriteError, script};

/// What is asked of a scenario.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The type of the machines: virtual machine or scale set.
    pub machine: ResourceType,
    /// The method, if not the scenario's own.
    pub method: Option<Method>,
    /// The API version, if not the newest stable one.
    pub api_version: Option<ApiVersion>,
    /// What the request is about.
    pub names: Names,
    /// The user-assigned identities, as names or ids; none for the scenario's own.
    pub identities: Vec<String>,
    /// What a new machine runs.
    pub image: Image,
    /// The cloud whose Azure Resource Manager is asked.
    pub cloud: Cloud,
    /// A resource of another type in the place of the machine.
    pub other: Option<OtherResource>,
}

impl Default for Spec {
    /// A virtual machine with the default names, by the scenario's method and in the newest stable version.
    fn default() -> Self {
        Self {
            machine: ResourceType::VirtualMachine,
            method: None,
            api_version: None,
            names: Names::default(),
            identities: Vec::new(),
            image: Image::default(),
            cloud: Cloud::Public,
            other: None,
        }
    }
}

/// A request that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The scenario makes none.
    #[error("`{0}` is not one request")]
    NoRequest(&'static str),
    /// The scenario has another method.
    #[error("`{scenario}` is a {own}, not a {asked}{}", if *.own == Method::Patch { "; it can be a PUT" } else { "" })]
    Method {
        /// The scenario.
        scenario: &'static str,
        /// Its method.
        own: Method,
        /// What was asked for.
        asked: Method,
    },
    /// The version was never published.
    #[error("there is no API version {version} of {resource_type}; {}", nearest(*resource_type, *version))]
    NeverPublished {
        /// The type.
        resource_type: ResourceType,
        /// The version.
        version: ApiVersion,
    },
    /// The resource of another type cannot be spoken of.
    #[error(transparent)]
    Other(#[from] OtherResourceError),
    /// The change takes a PUT of the whole resource.
    #[error(
        "a change of {0} cannot be written without the resource: {1}; `armbody plan --current FILE` writes the request \
         from what GET returned (`--method PATCH` writes a PATCH all the same)"
    )]
    NeedsCurrent(ResourceTypeName, &'static str),
    /// The version cannot make the change.
    #[error("`{scenario}`: {error}")]
    Plan {
        /// The scenario.
        scenario: &'static str,
        /// Why, and which version can.
        error: PlanError,
    },
    /// A name breaks a rule.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// The script cannot be written.
    #[error(transparent)]
    Write(WriteError),
    /// The body's template fails.
    #[error(transparent)]
    Body(#[from] BodyError),
}

fn nearest(resource_type: ResourceType, version: ApiVersion) -> String {
    nearest_of(&[nearest_earlier(resource_type, version), nearest_later(resource_type, version)])
}

/// The version that is asked for, if it was published for the type; the newest stable one if none is.
pub(super) fn version_of(
    resource_type: ResourceType,
    asked: Option<ApiVersion>,
) -> Result<ApiVersion, ScenarioError> {
    let Some(version) = asked else { return Ok(newest_stable(resource_type)) };
    if published(resource_type).iter().any(|row| row.version == version) {
        return Ok(version);
    }
    Err(ScenarioError::NeverPublished { resource_type, version })
}

impl Scenario {
    /// The ids of the identities that the scenario is about.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn ids(&self, spec: &Spec) -> Result<Vec<String>, NamesError> {
        if !self.uses_identities() {
            return Ok(Vec::new());
        }
        if spec.identities.is_empty() {
            return spec.names.identity_ids(self.default_identities().iter().copied());
        }
        spec.names.identity_ids(spec.identities.iter().map(String::as_str))
    }

    /// The request of the scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] says what stands in the way, and what would have been right.
    pub fn request(&self, spec: &Spec, templates: &Templates) -> Result<Request, ScenarioError> {
        let own = self.method().ok_or(ScenarioError::NoRequest(self.name))?;
        if let Some(other) = spec.other.as_ref().filter(|_| self.is_about_machines()) {
            return self.request_for(other, spec);
        }
        let method = spec.method.unwrap_or(own);
        if !self.takes(method) {
            return Err(ScenarioError::Method { scenario: self.name, own, asked: method });
        }
        let resource_type = self.resource_type(spec.machine);
        let version = version_of(resource_type, spec.api_version)?;
        let ids = self.ids(spec)?;
        if let Action::Read = self.action {
            self.check_form(resource_type, version)?;
        }
        let block = match self.states(&ids) {
            Some((before, after)) => plan(&before, &after, resource_type, version, method)
                .map_err(|error| ScenarioError::Plan { scenario: self.name, error })?,
            None => None,
        };
        let names = &spec.names;
        let contract = IdentityContract::of(resource_type, version);
        let full = || full_body(resource_type, version, names, spec.image, block.as_ref(), templates);
        let body = match (self.action, method) {
            (Action::Create(_) | Action::CreateIdentity, _) | (Action::Change { .. }, Method::Put) => {
                Some(full()?)
            }
            (Action::Change { .. }, _) => Some(change_body(block.as_ref(), None, &contract)),
            _ => None,
        };
        let mut target = match (self.action, ids.first()) {
            (Action::CreateIdentity | Action::DeleteIdentity, Some(id)) => {
                identity_target(names, id, version)
            }
            (Action::ListIdentities, _) => target(names, resource_type, None, version),
            _ => target(names, resource_type, Some(names.machine(resource_type)), version),
        };
        target.cloud = spec.cloud.clone();
        Ok(Request::new(method, target, body))
    }

    /// The whole procedure of a change, as a script; `None` for a scenario that changes no machine that is there.
    ///
    /// # Errors
    /// As [`Scenario::request`]; or the script cannot be written.
    pub fn script(
        &self,
        spec: &Spec,
        file: &str,
        layout: &Layout<'_>,
    ) -> Result<Option<String>, ScenarioError> {
        let (Action::Change { .. }, Some((before, after))) = (self.action, self.states(&self.ids(spec)?))
        else {
            return Ok(None);
        };
        let forth = self.request(spec, layout.templates)?;
        let method = forth.method;
        let known = self.resource_type(spec.machine);
        let (contract, says) = match &spec.other {
            Some(other) => (other.contract(forth.target.api_version), self.says_of(&other.noun())),
            None => (IdentityContract::of(known, forth.target.api_version), self.says(known)),
        };
        let back = contract.plan(&after, &before, method).ok().flatten();
        let location = (method == Method::Put).then(|| spec.names.location());
        let back = back.map(|block| {
            Request::new(method, forth.target.clone(), Some(change_body(Some(&block), location, &contract)))
        });
        let read = Request::new(Method::Get, forth.target.clone(), None);
        let procedure = Procedure {
            title: format!("{method} {says}"),
            file: file.to_owned(),
            before: &before,
            after: &after,
            read: &read,
            forth: Some(&forth),
            back: back.as_ref(),
            roles: Vec::new(),
        };
        script(&procedure, layout).map(Some).map_err(ScenarioError::Write)
    }

    /// Reading identities takes a version that has them.
    fn check_form(&self, resource_type: ResourceType, version: ApiVersion) -> Result<(), ScenarioError> {
        if effective(resource_type, version).is_some_and(|row| row.identity != IdentityForm::None) {
            return Ok(());
        }
        let error = PlanError {
            resource_type: resource_type.into(),
            version,
            reason: PlanErrorReason::NoIdentity,
            first_version: first_with(resource_type, IdentityForm::SystemOnly),
        };
        Err(ScenarioError::Plan { scenario: self.name, error })
    }
}

impl Scenario {
    /// The request of a scenario for a resource of another type than the machines.
    fn request_for(&self, other: &OtherResource, spec: &Spec) -> Result<Request, ScenarioError> {
        let own = self.method().ok_or(ScenarioError::NoRequest(self.name))?;
        let version = other.version(spec.api_version)?;
        let contract = other.contract(version);
        let method = match (self.action, spec.method) {
            // A PUT replaces the resource, and only what a GET returned says what that is.
            (Action::Change { .. }, Some(Method::Put)) => {
                return Err(ScenarioError::NeedsCurrent(other.resource_type(), "a PUT replaces all of it"));
            }
            (Action::Change { .. }, None) if contract.patch != Some(true) => {
                let why = "it is not known whether it takes PATCH";
                return Err(ScenarioError::NeedsCurrent(other.resource_type(), why));
            }
            (_, asked) => asked.unwrap_or(own),
        };
        if !self.takes(method) {
            return Err(ScenarioError::Method { scenario: self.name, own, asked: method });
        }
        let block = match self.states(&self.ids(spec)?) {
            Some((before, after)) => self.planned(other, &contract, (&before, &after), method)?,
            None if contract.form == IdentityForm::None => {
                let reason = PlanErrorReason::NoIdentity;
                let with = |it: &IdentityContract| it.form != IdentityForm::None;
                let first_version = other.contracts().find(with).map(|it| it.version);
                let resource_type = other.resource_type();
                let error = PlanError { resource_type, version, reason, first_version };
                return Err(ScenarioError::Plan { scenario: self.name, error });
            }
            None => None,
        };
        let identity = block.map(|block| identity_value(&block, &contract));
        let body = match self.action {
            Action::Create(_) => Some(other.body(&spec.names, version, identity)),
            Action::Change { .. } => {
                Some(BodyValue::Object(identity.map(|it| (Text::new("identity"), it)).into_iter().collect()))
            }
            _ => None,
        };
        let mut target = other.target(&spec.names, version)?;
        target.cloud = spec.cloud.clone();
        Ok(Request::new(method, target, body))
    }

    fn planned(
        &self,
        other: &OtherResource,
        contract: &IdentityContract,
        states: (&Identity, &Identity),
        method: Method,
    ) -> Result<Option<IdentityBlock>, ScenarioError> {
        contract.plan(states.0, states.1, method).map_err(|reason| {
            let error = contract.plan_error(reason, other.contracts(), states, method);
            ScenarioError::Plan { scenario: self.name, error }
        })
    }

    /// The first version in which a resource of a type takes the scenario's request by a method; `None` if none does.
    pub fn first_version_for(&self, other: &OtherResource, method: Method) -> Option<ApiVersion> {
        if !self.takes(method) {
            return None;
        }
        let ids = Names::default().identity_ids(self.default_identities().iter().copied()).ok()?;
        let states = self.states(&ids);
        // What may take no PATCH is changed from what GET returned.
        let is_known = |contract: &IdentityContract| method != Method::Patch || contract.patch == Some(true);
        let can = |contract: &IdentityContract| match &states {
            Some((before, after)) => is_known(contract) && contract.plan(before, after, method).is_ok(),
            None => contract.form != IdentityForm::None,
        };
        other.contracts().find(can).map(|contract| contract.version)
    }
}

/// The request that sends an identity block to a machine: a PATCH of it alone, or a PUT with the region, which
/// every PUT needs and which leaves the rest as it is.
///
/// # Errors
/// The version was never published for the type.
pub fn change_request(
    resource_type: ResourceType,
    names: &Names,
    version: Option<ApiVersion>,
    method: Method,
    block: &IdentityBlock,
) -> Result<Request, ScenarioError> {
    let version = version_of(resource_type, version)?;
    let target = target(names, resource_type, Some(names.machine(resource_type)), version);
    let location = (method == Method::Put).then(|| names.location());
    let contract = IdentityContract::of(resource_type, version);
    Ok(Request::new(method, target, Some(change_body(Some(block), location, &contract))))
}

fn change_body(
    block: Option<&IdentityBlock>,
    location: Option<&str>,
    contract: &IdentityContract,
) -> BodyValue {
    let location = location.map(|location| (Text::new("location"), BodyValue::String(Text::new(location))));
    let identity = block.map(|block| (Text::new("identity"), identity_value(block, contract)));
    BodyValue::Object(location.into_iter().chain(identity).collect())
}

fn target(
    names: &Names,
    resource_type: ResourceType,
    name: Option<&str>,
    api_version: ApiVersion,
) -> RequestTarget {
    RequestTarget {
        cloud: Cloud::Public,
        scope: None,
        subscription: Text::new(names.subscription()),
        resource_group: Some(Text::new(names.resource_group())),
        resource_type: resource_type.into(),
        names: name.map(Text::new).into_iter().collect(),
        api_version,
    }
}

/// An identity has its own subscription and resource group.
fn identity_target(names: &Names, id: &str, api_version: ApiVersion) -> RequestTarget {
    let mut target = target(names, ResourceType::UserAssignedIdentity, None, api_version);
    if let Ok(id) = parse_user_assigned(id) {
        let text = |segment: crate::arm::Segment<'_>| Text::new(segment.text);
        target.names = id.name.map(text).into_iter().collect();
        target.resource_group = id.resource_group.map(text).or(target.resource_group);
        target.subscription = id.subscription.map_or(target.subscription, text);
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::find_scenario;

    fn request(
        scenario: &str,
        name: &str,
        names: Option<&str>,
        scope: Option<&str>,
    ) -> Result<String, String> {
        let resource_type = ResourceTypeName::parse(name).unwrap();
        let other = OtherResource::new(&resource_type, names, scope).map_err(|error| error.to_string())?;
        let spec = Spec { other: Some(other), ..Spec::default() };
        let request = find_scenario(scenario).unwrap().request(&spec, &Templates::embedded());
        let request = request.map_err(|error| error.to_string())?;
        let style = crate::arm::BlankStyle::Angle;
        let body = request.body.as_ref().map_or_else(String::new, |body| body.to_text(false).spell(style));
        Ok(format!("{} {} {body}", request.method, request.target.path().spell(style)))
    }

    #[test]
    fn any_type_takes_the_scenarios_that_its_versions_can() {
        assert_eq!(
            request("enable-system-assigned", "microsoft.web/sites", Some("app1"), None).unwrap(),
            "PATCH /subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/Microsoft.Web/sites/app1 \
             {\"identity\":{\"type\":\"SystemAssigned\"}}"
        );
        let both = request("create-both", "Microsoft.Storage/storageAccounts", None, None).unwrap();
        assert!(both.contains(r#""identity":{"type":"SystemAssigned,UserAssigned","#), "{both}");
        assert!(
            both.contains(r#""sku":{"name":"#) && both.contains("/mystorageAccount")
                || both.contains("/myStorageAccount "),
            "{both}"
        );
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let error = |scenario, name, names, scope| request(scenario, name, names, scope).unwrap_err();
        let slots = "Microsoft.Web/sites/slots";
        assert_eq!(
            error("list", slots, Some("app1"), None),
            "--name app1: Microsoft.Web/sites/slots takes 2 names, outermost first and with `/` between them"
        );
        assert!(error("list", slots, Some("a/b?c"), None).contains("`b?c` is not the name of a resource"));
        assert!(
            error("list", "Microsoft.Web/site", None, None).contains("did you mean Microsoft.Web/sites?")
        );
        let unknown = error("enable-system-assigned", "Microsoft.Devices/IotHubs/certificates", None, None);
        assert!(unknown.contains("plan"), "{unknown}");
        let put = Spec {
            method: Some(Method::Put),
            other: Some(
                OtherResource::new(&ResourceTypeName::parse("Microsoft.Web/sites").unwrap(), None, None)
                    .unwrap(),
            ),
            ..Spec::default()
        };
        let scenario = find_scenario("enable-system-assigned").unwrap();
        let error = scenario.request(&put, &Templates::embedded()).unwrap_err().to_string();
        assert!(error.contains("`armbody plan --current"), "{error}");
    }
}
