//! What each resource is: its condition, type, name, version and id.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::{id_arguments, name_of};
use super::order::ring_of;
use super::shown;
use crate::arm::expression::is_expression;
use crate::arm::{self, Level};
use crate::template::engine::calls::left_open;
use crate::template::engine::deployment::Scope;
use crate::template::engine::resource::{Identified, Identity, Included, Kind, Memo};
use crate::template::engine::state::{Engine, Site, Stand};
use crate::template::functions::ids;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Open, Reason, Value};

impl Engine<'_> {
    /// Evaluates conditions, and what each resource is; then what may name it.
    pub(super) fn identify(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) {
        let count = self.deployments[deployment as usize].instances.len() as u32;
        for at in 0..count {
            if self.budget.is_spent() {
                break;
            }
            match self.condition(deployment, at) {
                Ok(included) => {
                    let is_out = matches!(included, Included::No);
                    self.deployments[deployment as usize].instances[at as usize].included = included;
                    // What is left out has a name all the same, but none of its mistakes shows.
                    let shown = self.late.len();
                    let identity = self.identity(deployment, at);
                    if is_out {
                        self.late.truncate(shown);
                    } else if let Err(refusal) = identity {
                        refusals.push(*refusal);
                    }
                }
                Err(refusal) => {
                    self.deployments[deployment as usize].instances[at as usize].included = Included::No;
                    refusals.push(*refusal);
                }
            }
        }
        let mut ids: HashMap<String, (u32, bool)> = HashMap::new();
        for at in 0..count {
            let instance = &self.deployments[deployment as usize].instances[at as usize];
            let Memo::Done(Ok(identity)) = &instance.identity else { continue };
            let own_name = || instance.resource.get("name").and_then(Value::as_str).map(str::to_lowercase);
            let child = instance.parent.and_then(|_| own_name());
            let Some(name) = identity.name.as_str() else {
                if let Some(name) = child {
                    self.deployments[deployment as usize].by_name.entry(name).or_default().push(at);
                }
                // Equal expressions name one thing, whatever that is.
                let id = self.deployments[deployment as usize].instances[at as usize].open_name();
                if let Some(name) = id {
                    self.deployments[deployment as usize].by_name.entry(name).or_default().push(at);
                }
                continue;
            };
            let mut names = Vec::new();
            if let Some(id) = identity.id.as_str() {
                names.push(id.to_lowercase());
            }
            // Without a scope ids are expressions: the same expression is the same id.
            names.extend(identity.id.as_open().and_then(|_| name_of(&identity.id)));
            names.push(format!("{}/{name}", identity.type_name).to_lowercase());
            let segments: Vec<&str> = name.split('/').collect();
            if let Ok(path) = ids::resource_path("", &identity.type_name, &segments) {
                names.push(path.trim_start_matches("providers/").to_lowercase());
            }
            names.push(name.to_lowercase());
            // A child is named by its own segment, too.
            if instance.parent.is_some() {
                names.extend(segments.last().map(|it| it.to_lowercase()));
            }
            names.dedup();
            let is_sent = instance.kind == Kind::Resource;
            let place = instance.resource.place;
            let is_in = !matches!(instance.included, Included::No);
            // A resource that a condition leaves out is counted too, and a scope that is not known is the same for all.
            let finds_all = self.options.finds_all;
            let is_plain =
                |open: &Open| id_arguments(&open.text).is_some_and(|it| it.iter().all(Option::is_some));
            let is_known = !finds_all || identity.id.as_open().is_none_or(is_plain);
            let is_counted = is_sent && (is_in || finds_all) && is_known;
            let duplicate = name_of(&identity.id).filter(|_| is_counted).map(|it| it.to_lowercase());
            let place = match (&instance.turn, finds_all) {
                (Some((_, turn)), true) if *turn > 0 => {
                    instance.resource.get("name").and_then(|it| it.place).or(place)
                }
                _ => place,
            };
            let message = || {
                format!(
                    "The resource '{}/{name}' is defined multiple times in a template. Please see \
                     https://aka.ms/arm-template/#resources for usage details.",
                    identity.type_name
                )
            };
            let refusal = duplicate.and_then(|id| {
                ids.insert(id, (at, is_in))
                    .map(|_| Refusal::new(Cause::DuplicateResource, message()).at(place))
            });
            refusals.extend(refusal.map(|it| *it));
            for name in names {
                self.deployments[deployment as usize].by_name.entry(name).or_default().push(at);
            }
        }
        let home = &mut self.deployments[deployment as usize];
        home.identified = Some(Identified::of(&home.instances));
        for at in 0..count {
            let instance = &self.deployments[deployment as usize].instances[at as usize];
            if matches!(instance.included, Included::No) || instance.kind == Kind::Extension {
                continue;
            }
            if let Err(refusal) = self.depends_on(deployment, at) {
                refusals.push(*refusal);
            }
        }
    }

    fn condition(&mut self, deployment: u32, at: u32) -> Outcome<Included> {
        let instance = &self.deployments[deployment as usize].instances[at as usize];
        let Some(raw) = instance.resource.get("condition").cloned() else { return Ok(Included::Yes) };
        let (turns, name) =
            (instance.turns.clone(), instance.resource.get("name").map(shown).unwrap_or_default());
        let site = Site::of_instance(deployment, at, Stand::Head, &turns);
        let wrap = |refusal: Box<Refusal>| {
            refusal.at(raw.place).within(|| format!("The template resource '{name}' is not valid"))
        };
        let value = self.value(site, &raw).map_err(wrap)?;
        match &value.data {
            Data::Bool(true) => Ok(Included::Yes),
            Data::Bool(false) => Ok(Included::No),
            Data::Open(_) => Ok(Included::Open(value)),
            _ => Err(wrap(Refusal::new(
                Cause::ConditionKind,
                format!(
                    "Evaluation result of language expression '{}' is type '{}', expected type is 'Boolean'.",
                    shown(&raw),
                    value.kind().as_str()
                ),
            ))),
        }
    }

    /// What a resource is; evaluated once.
    pub(super) fn identity(&mut self, deployment: u32, at: u32) -> Outcome<Arc<Identity>> {
        let instance = &mut self.deployments[deployment as usize].instances[at as usize];
        match &instance.identity {
            Memo::Done(done) => return done.clone(),
            Memo::Busy => {
                return Err(ring_of(&instance.resource.get("name").map(shown).unwrap_or_default()));
            }
            Memo::New => instance.identity = Memo::Busy,
        }
        let place = instance.resource.place;
        let name = instance.resource.get("name").map(shown).unwrap_or_default();
        let identity = self.budget.enter().and_then(|()| {
            let identity = self.identify_one(deployment, at);
            self.budget.leave();
            identity
        });
        let identity = identity.map(Arc::new).map_err(|refusal| {
            refusal.at(place).within(|| format!("The template resource '{name}' is not valid"))
        });
        self.deployments[deployment as usize].instances[at as usize].identity = Memo::Done(identity.clone());
        identity
    }

    fn identify_one(&mut self, deployment: u32, at: u32) -> Outcome<Identity> {
        let home = &self.deployments[deployment as usize];
        let instance = &home.instances[at as usize];
        let (resource, turns, parent) = (instance.resource.clone(), instance.turns.clone(), instance.parent);
        let has_profile = home.template.get("apiProfile").is_some();
        let is_extension = instance.kind == Kind::Extension;
        let site = Site::of_instance(deployment, at, Stand::Head, &turns);
        let raw_type = resource.get("type").cloned().unwrap_or(Value::NULL);
        // Published templates end types with a slash, and are deployed.
        let own_type = raw_type.as_str().unwrap_or_default().trim_end_matches('/').to_owned();
        if is_expression(&own_type) {
            return Err(Refusal::new(
                Cause::NameSegments,
                "The type property cannot be an expression. Please see https://aka.ms/arm-syntax-resources for usage \
                 details.",
            )
            .at(raw_type.place));
        }
        // The type of a resource in a template of outer scope may come from a parameter of the one around it.
        if is_extension || raw_type.is_open() {
            let open = raw_type.as_open().map(|it| format!("[{}]", it.text));
            let type_name: Arc<str> = open.unwrap_or(own_type).into();
            return Ok(Identity { type_name, name: Value::NULL, api_version: Value::NULL, id: Value::NULL });
        }
        let raw_name = resource.get("name").cloned().unwrap_or(Value::NULL);
        let name = self.value(site, &raw_name)?;
        let is_empty = name.as_str().is_some_and(str::is_empty) || name.is_null();
        if is_empty || (name.as_str().is_none() && !name.is_open()) {
            return Err(Refusal::new(
                Cause::NameSegments,
                "The name property cannot be null or empty. Please see https://aka.ms/arm-syntax-resources for usage \
                 details.",
            )
            .at(raw_name.place));
        }
        let above = match parent {
            Some(parent) => Some(self.identity(deployment, parent)?),
            None => None,
        };
        let is_full = own_type.split('/').next().is_some_and(|it| it.contains('.'))
            && above.as_ref().is_none_or(|above| {
                own_type.len() > above.type_name.len()
                    && own_type
                        .get(..above.type_name.len())
                        .is_some_and(|head| head.eq_ignore_ascii_case(&above.type_name))
            });
        if parent.is_none() && (!own_type.contains('/') || !is_full) {
            return Err(Refusal::new(
                Cause::NameSegments,
                "The type property is invalid. Please see https://aka.ms/arm-syntax-resources for usage details.",
            )
            .at(raw_type.place));
        }
        let (type_name, full_name) = match &above {
            Some(above) if !is_full => {
                let full = match (above.name.as_str(), name.as_str()) {
                    (Some(above), Some(name)) => Value::from(format!("{above}/{name}")).at(raw_name.place),
                    _ => left_open(
                        "format",
                        &["{0}/{1}".into(), above.name.clone(), name.clone()],
                        Reason::Parameter,
                    ),
                };
                (format!("{}/{own_type}", above.type_name), full)
            }
            _ => (own_type.clone(), name.clone()),
        };
        if let Some(text) = name.as_str() {
            let is_child = above.is_some() && !is_full;
            let wanted = own_type.split('/').count() - usize::from(!is_child);
            let found = text.split('/').count();
            if wanted != found {
                let with = above
                    .as_ref()
                    .map(|it| format!(" with parent resource '{}'", shown(&it.name)))
                    .unwrap_or_default();
                return Err(Refusal::new(
                    Cause::NameSegments,
                    format!(
                        "The template resource '{text}' of type '{type_name}'{with} has an invalid name. The name \
                         '{text}' contains '{found}' name segment(s) separated by '/', but '{wanted}' segment(s) \
                         were expected. Please see https://aka.ms/arm-syntax-resources for usage details."
                    ),
                )
                .at(raw_name.place));
            }
        }
        let raw_version = resource.get("apiVersion").cloned().unwrap_or(Value::NULL);
        let api_version = self.value(site, &raw_version)?;
        let is_missing = api_version.is_null() || api_version.as_str().is_some_and(str::is_empty);
        if (is_missing && !has_profile)
            || (!is_missing && api_version.as_str().is_none() && !api_version.is_open())
        {
            return Err(Refusal::new(
                Cause::ApiVersion,
                "Both api-version property and api-profile property for the template cannot be null or empty. Either \
                 explicitly specify the api-version for the resource or specify the api-profile for the template.",
            )
            .at(raw_version.place));
        }
        let id = self.id_of(deployment, site, &resource, &type_name, &full_name)?;
        Ok(Identity { type_name: type_name.into(), name: full_name, api_version, id })
    }

    /// The id of a resource: its scope, type and name.
    fn id_of(
        &mut self,
        deployment: u32,
        site: Site<'_>,
        resource: &Value,
        type_name: &str,
        name: &Value,
    ) -> Outcome<Value> {
        let mut scope = self.deployments[deployment as usize].scope.clone();
        let is_deployment = arm::is_deployment(type_name);
        let names_group = ["resourceGroup", "subscriptionId"]
            .iter()
            .any(|it| resource.get(it).is_some_and(|it| !it.is_null()));
        if is_deployment || names_group {
            scope = self.target(deployment, site, resource)?;
        } else if let Some(raw) = resource.get("scope").filter(|it| !it.is_null()).cloned() {
            let value = self.value(site, &raw)?;
            let prefix = match value.as_str() {
                Some(text) => self.scope_path(deployment, text).map(Value::from),
                None => None,
            };
            let Some(prefix) = prefix else {
                let mut args = vec![value, type_name.into()];
                args.push(name.clone());
                return Ok(left_open("extensionResourceId", &args, Reason::Deployment));
            };
            return Ok(join_id(&prefix, type_name, name).unwrap_or_else(|| {
                left_open(
                    "extensionResourceId",
                    &[prefix, type_name.into(), name.clone()],
                    Reason::Deployment,
                )
            }));
        }
        if type_name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups")
            && let (Some(subscription), Some(name)) =
                (scope.subscription.as_ref().and_then(Value::as_str), name.as_str())
        {
            return Ok(format!("/subscriptions/{subscription}/resourceGroups/{name}").into());
        }
        if type_name.eq_ignore_ascii_case("Microsoft.Management/managementGroups") {
            scope.level = Level::Tenant;
        }
        let prefix = scope_prefix(&scope);
        if let Some(id) = prefix.as_ref().and_then(|prefix| join_id(prefix, type_name, name)) {
            return Ok(id);
        }
        let mut args: Vec<Value> = Vec::new();
        match scope.level {
            Level::Group => args.extend(scope.subscription.clone().into_iter().chain(scope.group.clone())),
            Level::Subscription => args.extend(scope.subscription.clone()),
            Level::ManagementGroup => args.extend(scope.management_group.clone()),
            Level::Tenant => {}
        }
        args.push(type_name.into());
        match name.as_str() {
            Some(name) => args.extend(name.split('/').map(Value::from)),
            None => args.push(name.clone()),
        }
        Ok(left_open(scope.level.id_function(), &args, Reason::Deployment))
    }

    /// The id that a resource's `scope` names.
    pub(super) fn scope_path(&self, deployment: u32, text: &str) -> Option<String> {
        if text.starts_with('/') {
            return Some(text.trim_end_matches('/').to_owned());
        }
        let is = |wanted: &str| text.get(..wanted.len()).is_some_and(|it| it.eq_ignore_ascii_case(wanted));
        if is("Microsoft.Management/managementGroups/") {
            return Some(format!("/providers/{text}"));
        }
        if is("subscriptions/") || is("providers/") {
            return Some(format!("/{text}"));
        }
        let home = &self.deployments[deployment as usize];
        let symbol = home.by_name.get(&format!("symbol:{text}")).and_then(|found| found.first());
        if let Some(Memo::Done(Ok(identity))) = symbol.map(|at| &home.instances[*at as usize].identity) {
            return identity.id.as_str().map(str::to_owned);
        }
        let prefix = scope_prefix(&home.scope)?;
        Some(format!("{}/providers/{text}", prefix.as_str()?.trim_end_matches('/')))
    }
}

/// The id of a scope, if it is known.
fn scope_prefix(scope: &Scope) -> Option<Value> {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    Some(
        match scope.level {
            Level::Group => {
                format!(
                    "/subscriptions/{}/resourceGroups/{}",
                    text(&scope.subscription)?,
                    text(&scope.group)?
                )
            }
            Level::Subscription => format!("/subscriptions/{}", text(&scope.subscription)?),
            Level::ManagementGroup => {
                format!("/providers/Microsoft.Management/managementGroups/{}", text(&scope.management_group)?)
            }
            Level::Tenant => String::new(),
        }
        .into(),
    )
}

fn join_id(prefix: &Value, type_name: &str, name: &Value) -> Option<Value> {
    let (prefix, name) = (prefix.as_str()?, name.as_str()?);
    let names: Vec<&str> = name.split('/').collect();
    let path = ids::resource_path("", type_name, &names).ok()?;
    Some(format!("{}/{path}", prefix.trim_end_matches('/')).into())
}
