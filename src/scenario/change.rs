//! `Change`: what takes one machine from the identities that it has to those wanted, or back.

use super::body::identity_value;
use super::current::Current;
use super::other::{place as place_in, suggested_names};
use super::place::{OtherPlace, Place};
use super::request::{ScenarioError, version_of};
use super::short::say;
use super::whole::{NotWhole, Whole, whole};
use super::wishes::{WishError, Wishes};
use crate::arm::versions::is_published;
use crate::arm::{
    self, ApiVersion, Blank, BlankStyle, BodyValue, Cloud, Dropped, Identity, IdentityBlock,
    IdentityContract, IdentityId, IdentityType, Method, PlanError, Refusal, Request, RequestTarget,
    ResourceId, ResourceType, ResourceTypeName, Text,
};
use crate::notation::{Layout, Procedure, RoleStep, WriteError, script};
use crate::schema::{Contracts, Standing, Validators};

/// What is asked of every machine.
#[derive(Debug, Clone)]
pub struct Planner<'w> {
    /// The identities that it is to have.
    pub wishes: &'w Wishes,
    /// Where it is, as far as the flags say.
    pub given: Place,
    /// Its type, if the flags say.
    pub machine: Option<ResourceTypeName>,
    /// The method. If none is named: PATCH where the type is known to take it, else a PUT of the whole resource.
    pub method: Option<Method>,
    /// The API version, if one is asked for.
    pub api_version: Option<ApiVersion>,
    /// The API version of the configuration, which counts for the types that have it.
    pub usual_version: Option<ApiVersion>,
    /// The cloud.
    pub cloud: Cloud,
    /// The ids that stay are left out where they can be.
    pub minimal: bool,
    /// The way back is asked for.
    pub undo: bool,
}

/// A machine and what is to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it has before the request.
    pub before: Identity,
    /// What it has after it.
    pub after: Identity,
    /// Its type.
    pub resource_type: ResourceTypeName,
    /// Its id, as the answer has it.
    pub id: Option<String>,
    /// Where it is.
    pub place: Place,
    /// The cloud.
    pub cloud: Cloud,
    /// The API version.
    pub version: ApiVersion,
    /// The method.
    pub method: Method,
    /// What the request says of identities; `None` if there is nothing to do.
    pub block: Option<IdentityBlock>,
    /// What the version takes in `identity`.
    pub contract: IdentityContract,
    /// Only the block of the type is described: what it does is assumed.
    pub is_assumed: bool,
    /// All else that a PUT sends of a resource that is not a machine.
    whole: Option<Whole>,
    /// What it takes away.
    pub gone: Dropped,
    /// `--minimal` was asked for, and the version takes the whole alone.
    pub is_whole: bool,
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The wishes cannot be met.
    #[error(transparent)]
    Wish(#[from] WishError),
    /// A flag names another machine.
    #[error(transparent)]
    Place(#[from] OtherPlace),
    /// The flags say another type.
    #[error("--current is about a {has}, and the flags say {said}")]
    OtherType {
        /// What it is.
        has: String,
        /// What the flags say.
        said: String,
    },
    /// A Flexible scale set takes no system-assigned identity.
    #[error(
        "this is a Flexible scale set, and ARM refuses a system-assigned identity on one (allowed: UserAssigned, \
         None); --add ID gives it a user-assigned one"
    )]
    Flexible,
    /// The version was never published.
    #[error(transparent)]
    Version(#[from] ScenarioError),
    /// No version of the type is known.
    #[error("no API version of {0} is known here: give --api-version")]
    NoVersion(ResourceTypeName),
    /// A PUT of another type than a machine replaces the whole resource.
    #[error("a PUT of {0} replaces all of it, and {1}{2}")]
    Replaces(ResourceTypeName, NotWhole, &'static str),
    /// Nothing is known of the type that a PUT would take.
    #[error(
        "nothing is known of {0}, of which a PUT would replace all; --method PATCH changes its identities"
    )]
    NotDescribed(ResourceTypeName),
    /// The version cannot make the change.
    #[error("{error}{}", if *.put { "; --method PUT can in this one" } else { "" })]
    Plan {
        /// Why.
        error: PlanError,
        /// A PUT could.
        put: bool,
    },
    /// The model of Azure Resource Manager refuses what was planned.
    #[error("Azure Resource Manager would refuse the request: {0}")]
    Refused(Refusal),
    /// The script cannot be written.
    #[error(transparent)]
    Write(WriteError),
}

impl Planner<'_> {
    /// What is to be done about a machine.
    ///
    /// # Errors
    /// [`ChangeError`] says what stands in the way.
    pub fn plan(&self, current: &Current) -> Result<Change, ChangeError> {
        let resource_type = self.type_of(current)?;
        let known = resource_type.known();
        let flag = name_flag(&resource_type);
        let place = Place::of(current, &self.given, flag)?;
        let wanted = self.wishes.wanted(current, &place)?;
        if current.is_flexible && wanted.system_assigned {
            return Err(ChangeError::Flexible);
        }
        let version = self.version(&resource_type)?;
        let contracts = Contracts::of(&resource_type).ok();
        let contract = match contracts {
            Some(contracts) => contracts.contract(version),
            // Other types have the map, and PATCH merges it: that is ARM's, not the provider's.
            None => assumed(&resource_type, version),
        };
        let takes_patch = contract.patch == Some(true) || contracts.is_none();
        let method =
            self.method.unwrap_or(if takes_patch || known.is_some() { Method::Patch } else { Method::Put });
        let has = &current.identity;
        let (before, after) = if self.undo { (&wanted, has) } else { (has, &wanted) };
        let mut block = contract.plan(before, after, method).map_err(|reason| {
            let put = method == Method::Patch && contract.plan(before, after, Method::Put).is_ok();
            let error = match known {
                Some(known) => arm::plan(before, after, known, version, method).err(),
                None => None,
            };
            let versions = || contracts.into_iter().flat_map(Contracts::all);
            let error =
                error.unwrap_or_else(|| contract.plan_error(reason, versions(), (before, after), method));
            ChangeError::Plan { error, put: put && known.is_some() }
        })?;
        let mut is_whole = false;
        if let Some(full) = block.as_ref().filter(|_| self.minimal) {
            match contract.without_what_stays(full, before, method) {
                Some(less) => block = Some(less),
                None => is_whole = names_what_stays(full, before),
            }
        }
        let gone = match &block {
            Some(block) => contract.dropped(before, Some(block), method).map_err(ChangeError::Refused)?,
            None => Dropped::default(),
        };
        let whole = match (known, method, &block) {
            (None, Method::Put, Some(_)) => Some(whole_of(&resource_type, version, current, takes_patch)?),
            _ => None,
        };
        Ok(Change {
            contract,
            is_assumed: known.is_none(),
            whole,
            before: before.clone(),
            after: after.clone(),
            id: current.id.clone(),
            cloud: self.cloud.clone(),
            resource_type,
            place,
            version,
            method,
            block,
            gone,
            is_whole,
        })
    }

    /// The type: what the answer says, what the flags say, else a virtual machine.
    fn type_of(&self, current: &Current) -> Result<ResourceTypeName, ChangeError> {
        let noun =
            |of: &ResourceTypeName| of.known().map_or_else(|| of.to_string(), |it| it.noun().to_owned());
        match (&current.resource_type, &self.machine) {
            (Some(has), Some(said)) if has != said => {
                Err(ChangeError::OtherType { has: noun(has), said: noun(said) })
            }
            (Some(has), _) => Ok(has.clone()),
            (None, Some(said)) => Ok(said.clone()),
            (None, None) => Ok(ResourceType::VirtualMachine.into()),
        }
    }

    fn version(&self, resource_type: &ResourceTypeName) -> Result<ApiVersion, ChangeError> {
        if let Some(known) = resource_type.known() {
            let usual = self.usual_version.filter(|version| is_published(known, *version));
            return Ok(version_of(known, self.api_version.or(usual))?);
        }
        if let Some(version) = self.api_version {
            return Ok(version);
        }
        let standing = Validators::embedded().standing(resource_type.as_str(), None);
        standing.map(Standing::serves).ok_or_else(|| ChangeError::NoVersion(resource_type.clone()))
    }
}

/// What is taken for granted of a type of which only the block is described.
pub fn assumption(resource_type: &ResourceTypeName) -> String {
    format!(
        "that {resource_type} does with `identity` what Azure Resource Manager's contract says is assumed: its types \
         describe the block alone"
    )
}

/// The flag that names a resource of a type.
fn name_flag(resource_type: &ResourceTypeName) -> &'static str {
    match resource_type.known() {
        Some(known) => known.name_flag(),
        None => "--name",
    }
}

/// The contract of a type of which nothing is known.
fn assumed(resource_type: &ResourceTypeName, version: ApiVersion) -> IdentityContract {
    IdentityContract::assumed(resource_type.clone(), version, IdentityType::ALL.to_vec(), None, true, None)
}

/// All that a PUT sends of a resource that is not a machine.
fn whole_of(
    resource_type: &ResourceTypeName,
    version: ApiVersion,
    current: &Current,
    takes_patch: bool,
) -> Result<Whole, ChangeError> {
    let unknown = || ChangeError::NotDescribed(resource_type.clone());
    let Ok(Contracts::Described(described)) = Contracts::of(resource_type) else { return Err(unknown()) };
    let described = described.version(version).or_else(|| described.nearest(version)).ok_or_else(unknown)?;
    let whole = match &current.members {
        Some(members) => whole(members, described),
        None => Err(NotWhole::Part),
    };
    whole.map_err(|why| {
        let patch = if takes_patch {
            "; --method PATCH changes its identities alone"
        } else {
            "; --method PATCH changes its identities alone, if it takes PATCH, which is not known"
        };
        ChangeError::Replaces(resource_type.clone(), why, patch)
    })
}

fn or_blank(text: Option<&str>, blank: Blank) -> Text {
    Text::new(text.unwrap_or_else(|| blank.spelling(BlankStyle::Angle)))
}

/// Whether a block names ids that the machine has and that stay.
fn names_what_stays(block: &IdentityBlock, before: &Identity) -> bool {
    block.ids.iter().any(|id| before.user_assigned.contains(&IdentityId::new(id)))
}

impl Change {
    /// Whether nothing is to be done.
    pub fn is_nothing(&self) -> bool {
        self.block.is_none()
    }

    /// The request that makes the change; `None` if there is nothing to do. What is not known of the machine is left
    /// blank in it: see [`Change::not_said`].
    pub fn request(&self) -> Option<Request> {
        Some(Request::new(self.method, self.target(), Some(self.body()?)))
    }

    /// The GET that shows what the machine has.
    pub fn read_request(&self) -> Request {
        Request::new(Method::Get, self.target(), None)
    }

    fn body(&self) -> Option<BodyValue> {
        let block = self.block.as_ref()?;
        let identity = (Text::new("identity"), identity_value(block, &self.contract));
        if let Some(whole) = &self.whole {
            return Some(BodyValue::Object(whole.members.iter().cloned().chain([identity]).collect()));
        }
        let mut members = Vec::new();
        if self.method == Method::Put {
            let location = or_blank(self.place.location.as_deref(), Blank::Location);
            members.push((Text::new("location"), BodyValue::String(location)));
        }
        members.push(identity);
        Some(BodyValue::Object(members))
    }

    fn is_scale_set(&self) -> bool {
        self.resource_type.known().is_some_and(ResourceType::is_set)
    }

    /// What is not known of the machine and left blank in a request, and the flag that says it. A body alone names
    /// nothing but the region.
    pub fn not_said(&self, body_alone: bool) -> Vec<(&'static str, &'static str)> {
        let place = &self.place;
        let parts = [
            (&place.subscription, ("subscription", "--subscription")),
            (&place.resource_group, ("resource group", "-g")),
            (&place.name, ("name", name_flag(&self.resource_type))),
        ];
        let is_named = body_alone || self.id.is_some();
        let parts = parts.into_iter().filter(|_| !is_named);
        let region = (&place.location, ("region", "--location"));
        let region = std::iter::once(region).filter(|_| self.method == Method::Put && self.whole.is_none());
        parts.chain(region).filter(|(known, _)| known.is_none()).map(|(_, what)| what).collect()
    }

    /// What the request is about.
    pub fn target(&self) -> RequestTarget {
        let text = |text: &str| Text::new(text);
        let target = |subscription, resource_group, names| RequestTarget {
            cloud: self.cloud.clone(),
            scope: None,
            subscription,
            resource_group,
            resource_type: self.resource_type.clone(),
            names,
            api_version: self.version,
        };
        if let Some(id) = self.id.as_deref().and_then(|id| ResourceId::parse(id).ok())
            && let Some(provider) = id.providers.last()
        {
            let names = provider.types.iter().filter_map(|(_, name)| *name).map(|name| text(name.text));
            let mut found = target(Text::new(""), None, names.collect());
            // What it is in, or belongs to, stands before the last provider.
            let at = id.text.to_ascii_lowercase().rfind("/providers/").unwrap_or_default();
            place_in(&mut found, if at == 0 { "/" } else { &id.text[..at] });
            return found;
        }
        let place = &self.place;
        let names = match (self.resource_type.known(), &place.name) {
            (Some(_), name) => {
                let blank = if self.is_scale_set() { Blank::VmssName } else { Blank::VmName };
                vec![or_blank(name.as_deref(), blank)]
            }
            (None, Some(name)) => name.split('/').map(Text::new).collect(),
            (None, None) => suggested_names(&self.resource_type).iter().map(|name| Text::new(name)).collect(),
        };
        target(
            or_blank(place.subscription.as_deref(), Blank::SubscriptionId),
            Some(or_blank(place.resource_group.as_deref(), Blank::ResourceGroup)),
            names,
        )
    }

    /// The whole procedure as a script; `None` if there is nothing to do.
    ///
    /// # Errors
    /// The script cannot be written.
    pub fn script(
        &self,
        planner: &Planner<'_>,
        current: &Current,
        roles: Vec<RoleStep<'_>>,
        file: &str,
        layout: &Layout<'_>,
    ) -> Result<Option<String>, ChangeError> {
        let forth = self.request();
        if forth.is_none() && roles.is_empty() {
            return Ok(None);
        }
        let opposite = Planner { undo: !planner.undo, ..planner.clone() };
        let back = opposite.plan(current).ok().and_then(|back| back.request());
        let name = self.place.name.as_deref().unwrap_or("the machine");
        let read = self.read_request();
        let procedure = Procedure {
            title: format!("{name}: from {} to {}", say(&self.before), say(&self.after)),
            file: file.to_owned(),
            before: &self.before,
            after: &self.after,
            read: &read,
            forth: forth.as_ref(),
            back: back.as_ref(),
            roles,
        };
        script(&procedure, layout).map(Some).map_err(ChangeError::Write)
    }

    /// What is assumed, and what the request cannot say, a line each.
    pub fn notes(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.block.is_none() {
            return lines;
        }
        if self.is_assumed {
            lines.push(assumption(&self.resource_type));
        }
        if self.is_assumed && self.method == Method::Patch && self.contract.patch.is_none() {
            lines.push(format!("it is not known whether {} takes PATCH", self.resource_type));
        }
        if let Some(whole) = &self.whole {
            let not_returned = &whole.not_returned;
            let (shown, more) = not_returned.split_at(not_returned.len().min(5));
            let more = if more.is_empty() { "" } else { " and more" };
            let lacks = match shown {
                [] => String::new(),
                _ => format!(
                    "; a GET does not return {}{more}: what the resource has of them is to be written in",
                    shown.join(", ")
                ),
            };
            lines.push(format!(
                "the PUT has all of the resource, as --current has it, less what the service sets{lacks}"
            ));
        }
        lines
    }

    /// A line for each identity that the request takes away, and by which wish.
    pub fn warnings(&self, wishes: &Wishes, is_undo: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let why = |own: &'static str| if is_undo { "--undo" } else { own };
        if self.gone.system_assigned {
            let why = why(if wishes.none { "--none" } else { "--system off" });
            lines.push(format!(
                "takes away the system-assigned identity, and with it every role assignment that it has ({why})"
            ));
        }
        let own = match () {
            () if wishes.none => "--none",
            () if !wishes.only.is_empty() => "not among --only",
            () => "--remove",
        };
        lines.extend(self.gone.user_assigned.iter().map(|id| format!("takes away {id} ({})", why(own))));
        if !lines.is_empty() && self.after.is_none() {
            lines.push("no identity is left".to_owned());
        }
        if is_undo && self.after.system_assigned && !self.before.system_assigned {
            lines.push(
                "the system-assigned identity returns as another principal: role assignments, access policies and \
                 whatever else named the old one do not come back"
                    .to_owned(),
            );
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::SystemWish;

    const GROUP: &str = "/subscriptions/s/resourceGroups/g/providers/";

    fn id(name: &str) -> String {
        format!("{GROUP}Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
    }

    fn planner(wishes: &Wishes) -> Planner<'_> {
        Planner {
            wishes,
            given: Place::default(),
            machine: None,
            method: None,
            api_version: None,
            usual_version: None,
            cloud: Cloud::Public,
            minimal: false,
            undo: false,
        }
    }

    fn read(resource: &str, identity: &str, rest: &str) -> Current {
        Current::read(&format!(
            r#"{{"id":"{GROUP}{resource}","location":"westus","identity":{identity},"properties":{{{rest}}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn other_types_are_changed_with_patch_in_a_version_that_is_named() {
        let wishes = Wishes { add: vec!["ID1".to_owned()], system: SystemWish::On, ..Wishes::default() };
        let slot = read("Microsoft.Web/sites/web/slots/next", r#"{"type":"SystemAssigned"}"#, "");
        let planner = Planner { api_version: Some("2023-12-01".parse().unwrap()), ..planner(&wishes) };
        let request = planner.plan(&slot).unwrap().request().unwrap();
        let url = request.target.url().spell(BlankStyle::Angle);
        assert_eq!(
            url,
            format!(
                "https://management.azure.com{GROUP}Microsoft.Web/sites/web/slots/next?api-version=2023-12-01"
            )
        );
        assert_eq!(
            request.body.unwrap().to_text(false).spell(BlankStyle::Angle),
            format!(
                r#"{{"identity":{{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{{"{}":{{}}}}}}}}"#,
                id("ID1")
            )
        );
        let put = Planner { method: Some(Method::Put), ..planner };
        let bare = Current::read(r#"{"type":"None"}"#).unwrap();
        let slots: ResourceTypeName = "Microsoft.Web/sites/slots".parse().unwrap();
        let on = Wishes { system: SystemWish::On, ..Wishes::default() };
        let error =
            Planner { machine: Some(slots), wishes: &on, ..put.clone() }.plan(&bare).unwrap_err().to_string();
        assert!(error.starts_with("a PUT of Microsoft.Web/sites/slots replaces all of it, and"), "{error}");
        let whole = put.plan(&slot).unwrap();
        assert_eq!(
            whole.request().unwrap().body.unwrap().member("location").unwrap(),
            &BodyValue::String(Text::new("westus"))
        );
    }

    #[test]
    fn a_type_that_may_not_take_patch_gets_a_put_of_all_that_it_has() {
        let wishes = Wishes { system: SystemWish::On, ..Wishes::default() };
        let text = format!(
            r#"{{"id":"{GROUP}Microsoft.Cdn/profiles/p","type":"Microsoft.Cdn/profiles","name":"p","location":"global",
            "kind":"frontdoor","tags":{{"a":"b"}},"sku":{{"name":"Standard_AzureFrontDoor"}},"resourceGroup":"g","extra":null,
            "systemData":{{"createdBy":"x"}},"identity":null,
            "properties":{{"frontDoorId":"1","originResponseTimeoutSeconds":60,"provisioningState":"Succeeded"}}}}"#
        );
        let current = Current::read(&text).unwrap();
        let planner = Planner { method: Some(Method::Put), ..planner(&wishes) };
        let change = planner.plan(&current).unwrap();
        let body = change.request().unwrap().body.unwrap().to_text(false).spell(BlankStyle::Angle);
        assert_eq!(
            body,
            r#"{"location":"global","tags":{"a":"b"},"sku":{"name":"Standard_AzureFrontDoor"},"properties":{"originResponseTimeoutSeconds":60},"identity":{"type":"SystemAssigned"}}"#
        );
        assert!(change.notes().iter().any(|note| note.starts_with("the PUT has all of the resource")));
        let cut =
            text.replace(r#"{"name":"Standard_AzureFrontDoor"}"#, r#""@{name=Standard_AzureFrontDoor}""#);
        let error = planner.plan(&Current::read(&cut).unwrap()).unwrap_err().to_string();
        assert!(error.contains("PowerShell cut `sku`"), "{error}");
    }

    #[test]
    fn what_nobody_says_is_asked_for() {
        let wishes = Wishes { system: SystemWish::On, ..Wishes::default() };
        let bare = Current::read(r#"{"type":"None"}"#).unwrap();
        let change = planner(&wishes).plan(&bare).unwrap();
        let url = change.request().unwrap().target.url().spell(BlankStyle::Shell);
        assert!(
            url.contains("/$SUBSCRIPTION_ID/resourceGroups/$RESOURCE_GROUP/") && url.contains("/$VM_NAME?")
        );
        let flags = |change: &Change, body| change.not_said(body).iter().map(|it| it.1).collect::<Vec<_>>();
        assert_eq!(flags(&change, false), ["--subscription", "-g", "--vm"]);
        assert!(flags(&change, true).is_empty());
        let put = Planner { method: Some(Method::Put), ..planner(&wishes) };
        assert_eq!(flags(&put.plan(&bare).unwrap(), true), ["--location"]);
    }

    #[test]
    fn the_way_back_says_what_does_not_come_back() {
        let wishes = Wishes { none: true, ..Wishes::default() };
        let identity = format!(
            r#"{{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{{"{}":{{}}}}}}"#,
            id("ID1")
        );
        let vm = read("Microsoft.Compute/virtualMachines/web-1", &identity, "");
        let undo = Planner { undo: true, ..planner(&wishes) };
        let change = undo.plan(&vm).unwrap();
        assert_eq!((&change.before, &change.after), (&Identity::none(), &vm.identity));
        let lines = change.warnings(&wishes, true);
        assert!(lines.len() == 1 && lines[0].starts_with("the system-assigned identity returns as another"));
        let forth = planner(&wishes).plan(&vm).unwrap();
        assert_eq!(forth.warnings(&wishes, false).len(), 3);
    }

    #[test]
    fn the_minimal_form_leaves_out_what_stays() {
        let wishes = Wishes { system: SystemWish::On, ..Wishes::default() };
        let identity =
            format!(r#"{{"type":"UserAssigned","userAssignedIdentities":{{"{}":{{}}}}}}"#, id("ID1"));
        let vm = read("Microsoft.Compute/virtualMachines/web-1", &identity, "");
        let minimal = Planner { minimal: true, ..planner(&wishes) };
        let change = minimal.plan(&vm).unwrap();
        assert_eq!(change.block.unwrap().to_json(), r#"{"type":"SystemAssigned, UserAssigned"}"#);
        assert!(!change.is_whole);
        let old = Planner { api_version: Some("2017-12-01".parse().unwrap()), ..minimal };
        assert!(old.plan(&vm).unwrap().is_whole);
    }
}
