//! `Change`: what takes one machine from the identities that it has to those wanted, or back.

use super::body::identity_value;
use super::current::Current;
use super::place::{OtherPlace, Place};
use super::request::{ScenarioError, version_of};
use super::short::say;
use super::wishes::{WishError, Wishes};
use crate::arm::versions::is_published;
use crate::arm::{
    self, ApiVersion, Blank, BlankStyle, BodyValue, Cloud, Dropped, Identity, IdentityBlock, IdentityId,
    Method, PlanError, Refusal, Request, RequestTarget, ResourceId, ResourceType, ResourceTypeName, Text,
    newest_stable,
};
use crate::notation::{Layout, Procedure, RoleStep, WriteError, script};
use crate::schema::{Standing, Validators};

/// What is asked of every machine.
#[derive(Debug, Clone)]
pub struct Planner<'w> {
    /// The identities that it is to have.
    pub wishes: &'w Wishes,
    /// Where it is, as far as the flags say.
    pub given: Place,
    /// Its type, if the flags say.
    pub machine: Option<ResourceType>,
    /// The method; PATCH if none is named.
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
    /// What it takes away.
    pub gone: Dropped,
    /// `--minimal` was asked for, and the version takes the whole alone.
    pub is_whole: bool,
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
        said: &'static str,
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
    #[error(
        "a PUT of {0} replaces all of it, of which the answer is no full account; --method PATCH changes its identities"
    )]
    Replaces(ResourceTypeName),
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
        let flag = if known == Some(ResourceType::VirtualMachineScaleSet) { "--vmss" } else { "--vm" };
        let place = Place::of(current, &self.given, flag)?;
        let wanted = self.wishes.wanted(current, &place)?;
        if current.is_flexible && wanted.system_assigned {
            return Err(ChangeError::Flexible);
        }
        let method = self.method.unwrap_or(Method::Patch);
        let version = self.version(&resource_type)?;
        if known.is_none() && method == Method::Put {
            return Err(ChangeError::Replaces(resource_type));
        }
        // Other types have the map, and PATCH merges it: that is ARM's, not the provider's.
        let model = known.map_or_else(
            || (ResourceType::VirtualMachine, newest_stable(ResourceType::VirtualMachine)),
            |known| (known, version),
        );
        let has = &current.identity;
        let (before, after) = if self.undo { (&wanted, has) } else { (has, &wanted) };
        let mut block = arm::plan(before, after, model.0, model.1, method).map_err(|error| {
            let is_patch = method == Method::Patch;
            let put = is_patch && arm::plan(before, after, model.0, model.1, Method::Put).is_ok();
            ChangeError::Plan { error, put }
        })?;
        let mut is_whole = false;
        if let Some(full) = block.as_ref().filter(|_| self.minimal) {
            match arm::without_what_stays(full, before, model.0, model.1, method) {
                Some(less) => block = Some(less),
                None => is_whole = names_what_stays(full, before),
            }
        }
        let gone = match &block {
            Some(block) => {
                arm::dropped(before, Some(block), model.0, model.1, method).map_err(ChangeError::Refused)?
            }
            None => Dropped::default(),
        };
        Ok(Change {
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
        match (&current.resource_type, self.machine) {
            (Some(has), Some(said)) if *has != said => Err(ChangeError::OtherType {
                has: has.known().map_or_else(|| has.to_string(), |known| known.noun().to_owned()),
                said: said.noun(),
            }),
            (Some(has), _) => Ok(has.clone()),
            (None, said) => Ok(said.unwrap_or(ResourceType::VirtualMachine).into()),
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
        let mut members = Vec::new();
        if self.method == Method::Put {
            let location = or_blank(self.place.location.as_deref(), Blank::Location);
            members.push((Text::new("location"), BodyValue::String(location)));
        }
        members.push((Text::new("identity"), identity_value(block)));
        Some(BodyValue::Object(members))
    }

    fn is_scale_set(&self) -> bool {
        self.resource_type.known() == Some(ResourceType::VirtualMachineScaleSet)
    }

    /// What is not known of the machine and left blank in a request, and the flag that says it. A body alone names
    /// nothing but the region.
    pub fn not_said(&self, body_alone: bool) -> Vec<(&'static str, &'static str)> {
        let place = &self.place;
        let parts = [
            (&place.subscription, ("subscription", "--subscription")),
            (&place.resource_group, ("resource group", "-g")),
            (&place.name, ("name", if self.is_scale_set() { "--vmss" } else { "--vm" })),
        ];
        let is_named = body_alone || self.id.is_some();
        let parts = parts.into_iter().filter(|_| !is_named);
        let region = (&place.location, ("region", "--location"));
        let region = std::iter::once(region).filter(|_| self.method == Method::Put);
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
            && let [provider] = &id.providers[..]
            && let Some(subscription) = id.subscription
        {
            let names = provider.types.iter().filter_map(|(_, name)| *name).map(|name| text(name.text));
            let group = id.resource_group.map(|group| text(group.text));
            return target(text(subscription.text), group, names.collect());
        }
        let place = &self.place;
        let name = if self.is_scale_set() { Blank::VmssName } else { Blank::VmName };
        target(
            or_blank(place.subscription.as_deref(), Blank::SubscriptionId),
            Some(or_blank(place.resource_group.as_deref(), Blank::ResourceGroup)),
            vec![or_blank(place.name.as_deref(), name)],
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
        assert!(
            put.plan(&slot)
                .unwrap_err()
                .to_string()
                .starts_with("a PUT of Microsoft.Web/sites/slots replaces")
        );
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
