//! `Change`: what takes one machine from the identities that it has to those wanted, or back.

use super::body::identity_value;
use super::current::Current;
use super::place::{OtherPlace, Place};
use super::request::{ScenarioError, version_of};
use super::wishes::{WishError, Wishes};
use crate::arm::versions::is_published;
use crate::arm::{
    self, ApiVersion, Blank, BlankStyle, BodyValue, Cloud, Dropped, Identity, IdentityBlock, IdentityId,
    Method, PlanError, Refusal, Request, RequestTarget, ResourceId, ResourceType, ResourceTypeName, Text,
    newest_stable,
};
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
    /// Something about the machine is not known.
    #[error("neither --current nor the flags say the machine's {}: give {}", list(.0.iter().map(|(what, _)| *what)), list(.0.iter().map(|(_, flag)| *flag)))]
    NotSaid(Vec<(&'static str, &'static str)>),
}

fn list(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.collect();
    match &words[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
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

/// Whether a block names ids that the machine has and that stay.
fn names_what_stays(block: &IdentityBlock, before: &Identity) -> bool {
    block.ids.iter().any(|id| before.user_assigned.contains(&IdentityId::new(id)))
}

impl Change {
    /// Whether nothing is to be done.
    pub fn is_nothing(&self) -> bool {
        self.block.is_none()
    }

    /// The request that makes the change; `None` if there is nothing to do.
    ///
    /// # Errors
    /// [`ChangeError::NotSaid`] names what is not known of the machine and would have to stand in the request.
    pub fn request(&self) -> Result<Option<Request>, ChangeError> {
        let Some(body) = self.body()? else { return Ok(None) };
        Ok(Some(Request::new(self.method, self.target()?, Some(body))))
    }

    /// The request as far as its body: what is not known of the machine is left blank in its URL.
    ///
    /// # Errors
    /// The region is not known, which a PUT names.
    pub fn request_for_body(&self) -> Result<Option<Request>, ChangeError> {
        let Some(body) = self.body()? else { return Ok(None) };
        let blank = |blank: Blank| Some(Text::new(blank.spelling(BlankStyle::Angle)));
        let target = self.target().unwrap_or_else(|_| RequestTarget {
            cloud: self.cloud.clone(),
            scope: None,
            subscription: Text::new(Blank::SubscriptionId.spelling(BlankStyle::Angle)),
            resource_group: blank(Blank::ResourceGroup),
            resource_type: self.resource_type.clone(),
            names: blank(Blank::VmName).into_iter().collect(),
            api_version: self.version,
        });
        Ok(Some(Request::new(self.method, target, Some(body))))
    }

    /// The GET that shows what the machine has.
    ///
    /// # Errors
    /// As [`Change::request`].
    pub fn read_request(&self) -> Result<Request, ChangeError> {
        Ok(Request::new(Method::Get, self.target()?, None))
    }

    fn body(&self) -> Result<Option<BodyValue>, ChangeError> {
        let Some(block) = &self.block else { return Ok(None) };
        let mut members = Vec::new();
        if self.method == Method::Put {
            let location = self.place.location.as_deref();
            let location = location.ok_or_else(|| ChangeError::NotSaid(vec![("region", "--location")]))?;
            members.push((Text::new("location"), BodyValue::String(Text::new(location))));
        }
        members.push((Text::new("identity"), identity_value(block)));
        Ok(Some(BodyValue::Object(members)))
    }

    /// What the request is about.
    ///
    /// # Errors
    /// As [`Change::request`].
    pub fn target(&self) -> Result<RequestTarget, ChangeError> {
        let text = |text: &str| Text::new(text);
        if let Some(id) = self.id.as_deref().and_then(|id| ResourceId::parse(id).ok())
            && let [provider] = &id.providers[..]
            && let Some(subscription) = id.subscription
        {
            let names = provider.types.iter().filter_map(|(_, name)| *name);
            return Ok(RequestTarget {
                cloud: self.cloud.clone(),
                scope: None,
                subscription: text(subscription.text),
                resource_group: id.resource_group.map(|group| text(group.text)),
                resource_type: self.resource_type.clone(),
                names: names.map(|name| text(name.text)).collect(),
                api_version: self.version,
            });
        }
        let place = &self.place;
        let scale_set = self.resource_type.known() == Some(ResourceType::VirtualMachineScaleSet);
        let parts = [
            (&place.subscription, ("subscription", "--subscription")),
            (&place.resource_group, ("resource group", "-g")),
            (&place.name, ("name", if scale_set { "--vmss" } else { "--vm" })),
        ];
        let missing: Vec<_> =
            parts.iter().filter(|(known, _)| known.is_none()).map(|(_, what)| *what).collect();
        let (Some(subscription), Some(group), Some(name)) =
            (&place.subscription, &place.resource_group, &place.name)
        else {
            return Err(ChangeError::NotSaid(missing));
        };
        Ok(RequestTarget {
            cloud: self.cloud.clone(),
            scope: None,
            subscription: text(subscription),
            resource_group: Some(text(group)),
            resource_type: self.resource_type.clone(),
            names: vec![text(name)],
            api_version: self.version,
        })
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
        let request = planner.plan(&slot).unwrap().request().unwrap().unwrap();
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
        assert_eq!(
            change.request().unwrap_err().to_string(),
            "neither --current nor the flags say the machine's subscription, resource group and name: give \
             --subscription, -g and --vm"
        );
        assert!(change.request_for_body().unwrap().is_some());
        let put = Planner { method: Some(Method::Put), ..planner(&wishes) };
        let error = put.plan(&bare).unwrap().request_for_body().unwrap_err().to_string();
        assert_eq!(error, "neither --current nor the flags say the machine's region: give --location");
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
