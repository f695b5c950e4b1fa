//! Deployments within a deployment: where they go, what they are given, and their place among what is sent.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Identity, MAX_NESTED, Target, given_value, shown, unknown_parameters};
use crate::arm::{Evaluation, Level};
use crate::template::engine::deployment::{Deployment, Given, Scope};
use crate::template::engine::linked::path_of;
use crate::template::engine::resource::Turn;
use crate::template::engine::state::{Engine, Site, Stand};
use crate::template::engine::structure;
use crate::template::functions::ids;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Member, Object, Place, Value, same_name};

impl Engine<'_> {
    /// Where a nested deployment goes.
    pub(super) fn target(&mut self, deployment: u32, site: Site<'_>, resource: &Value) -> Outcome<Scope> {
        let mut scope = self.deployments[deployment as usize].scope.clone();
        let member = |engine: &mut Self, name: &str| -> Outcome<Option<Value>> {
            match resource.get(name).filter(|it| !it.is_null()).cloned() {
                // An empty text says as much as none: `[parameters('group')]` whose default is empty.
                Some(raw) => engine
                    .value(site, &raw)
                    .map(|it| (!it.is_null() && it.as_str() != Some("")).then_some(it)),
                None => Ok(None),
            }
        };
        let (subscription, group, text, location) = (
            member(self, "subscriptionId")?,
            member(self, "resourceGroup")?,
            member(self, "scope")?,
            member(self, "location")?,
        );
        if let Some(text) = text.as_ref().and_then(Value::as_str) {
            let path = self.scope_path(deployment, text).unwrap_or_default();
            if let Ok(target) = if path.is_empty() { Ok(Target::default()) } else { path.parse::<Target>() } {
                scope.level = match &target {
                    Target { resource_group: Some(_), .. } => Level::Group,
                    Target { subscription: Some(_), .. } => Level::Subscription,
                    Target { management_group: Some(_), .. } => Level::ManagementGroup,
                    _ => Level::Tenant,
                };
                scope.subscription = target.subscription.map(Value::from);
                scope.group = target.resource_group.map(Value::from);
                scope.management_group = target.management_group.map(Value::from);
                scope.location = None;
            }
        }
        if let Some(subscription) = subscription {
            if let Some(id) = subscription.as_str() {
                ids::check_subscription(id)?;
            }
            let is_same = scope.subscription.as_ref().is_some_and(|it| it.same(&subscription));
            scope.subscription = Some(subscription);
            if group.is_none() {
                scope.level = Level::Subscription;
                scope.group = None;
            }
            if !is_same {
                scope.location = None;
            }
        }
        if let Some(group) = group {
            let is_same = scope.level == Level::Group
                && match (scope.group.as_ref().and_then(Value::as_str), group.as_str()) {
                    (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
                    _ => false,
                };
            if !is_same {
                scope.location = None;
            }
            scope.level = Level::Group;
            scope.group = Some(group);
        }
        if scope.level != Level::Group {
            scope.location = location.or(scope.location);
        }
        Ok(scope)
    }

    /// The body of a nested deployment, and the deployment itself.
    pub(super) fn deployment_body(
        &mut self,
        deployment: u32,
        at: u32,
        identity: &Identity,
        refusals: &mut Vec<Refusal>,
    ) -> Outcome<Value> {
        let home = &self.deployments[deployment as usize];
        let instance = &home.instances[at as usize];
        let (resource, turns) = (instance.resource.clone(), instance.turns.clone());
        let (is_symbolic, path) = (home.is_symbolic, home.path.clone());
        let site = Site::of_instance(deployment, at, Stand::Body, &turns);
        let head = Site { stand: Stand::Head, ..site };
        let refuse = |message: String| Refusal::new(Cause::NestedDeployment, message);
        let mut properties = resource.get("properties").cloned().unwrap_or(Value::NULL);
        if properties.as_str().is_some() {
            properties = self.value(site, &properties)?;
        }
        if properties.is_open() {
            let mut own = self.plain_members(deployment, at, &resource, &turns)?;
            own.push(Member { name: "properties".into(), place: None, value: properties });
            return Ok(Value::object(own).at(resource.place));
        }
        let Some(object) = properties.as_object() else {
            return Err(refuse(
                "The deployment definition is invalid. Please see https://aka.ms/arm-deploy-resources for usage \
                 details."
                    .to_owned(),
            )
            .at(properties.place));
        };
        let id = shown(&identity.id);
        let has = |name: &str| object.get(name).is_some_and(|it| !it.is_null());
        if has("template") == has("templateLink") {
            let what = if has("template") {
                "cannot have both the TemplateLink and Template property set. Please use one or the other."
            } else {
                "must have either the TemplateLink or Template property set."
            };
            let place = object.get("templateLink").and_then(|it| it.place).or(properties.place);
            return Err(refuse(format!(
                "The deployment '{id}' {what} Please see https://aka.ms/arm-module for usage details."
            ))
            .at(place));
        }
        let mut target = self.target(deployment, head, &resource)?;
        if target.level == Level::Group && target.location.is_none() {
            target.location = self.group_location(deployment, &target, refusals);
        }
        let location = resource.get("location").filter(|it| !it.is_null());
        match (target.level, location) {
            (Level::Group, Some(location)) => {
                return Err(refuse(format!(
                    "The 'location' property is not allowed for '{id}' at resource group scope. Please see \
                     https://aka.ms/arm-deployment-subscription for usage details."
                ))
                .at(location.place));
            }
            (Level::Subscription | Level::ManagementGroup | Level::Tenant, None) => {
                return Err(refuse(format!(
                    "The 'location' property must be specified for '{id}'. Please see \
                     https://aka.ms/arm-deployment-subscription for usage details."
                ))
                .at(resource.place));
            }
            _ => {}
        }
        let raw_scope = object.get("expressionEvaluationOptions").and_then(|it| it.get("scope")).cloned();
        let scope_text = match &raw_scope {
            Some(raw) => self.value(head, raw)?.as_str().map(str::to_lowercase),
            None => None,
        };
        let is_inner = match scope_text.as_deref() {
            Some("outer") if is_symbolic => {
                return Err(Refusal::new(
                    Cause::LanguageVersion,
                    "Template language version '2.0' does not support 'Outer' expression evaluation. Ensure you have \
                     set expressionEvaluationOptions.scope to 'Inner'.",
                )
                .at(raw_scope.and_then(|it| it.place)));
            }
            scope => Evaluation::of(scope, is_symbolic) == Evaluation::Inner,
        };
        let mut members = Vec::new();
        let mut template = None;
        let mut given = HashMap::new();
        let mut names = Vec::new();
        let mut all_given = None;
        for member in object.members() {
            let is = |name: &str| same_name(&member.name, name);
            let value = if is("template") {
                let value = if is_inner && member.value.as_object().is_some() {
                    member.value.clone()
                } else {
                    self.value(site, &member.value)?
                };
                template = Some(value.clone());
                value
            } else {
                self.value(site, &member.value)?
            };
            if is("parameters") {
                all_given = value.as_open().cloned();
                for entry in value.as_object().map(Object::members).unwrap_or_default() {
                    names.push((Arc::clone(&entry.name), entry.place));
                    let open = entry.value.as_open();
                    let open = open
                        .map(|it| Value::open(format!("{}.value", it.text), it.reason).at(entry.value.place));
                    if let Some(value) = given_value(&entry.value).or(open) {
                        given.insert(entry.name.to_lowercase(), Given { value, place: entry.place });
                    }
                }
            }
            members.push(Member { value, ..member.clone() });
        }
        let body = {
            let mut own = self.plain_members(deployment, at, &resource, &turns)?;
            own.push(Member {
                name: "properties".into(),
                place: None,
                value: Value::object(members).at(properties.place),
            });
            Value::object(own).at(resource.place)
        };
        let mut file = Arc::clone(&self.deployments[deployment as usize].file);
        let link = |name: &str| body.get("properties").and_then(|it| it.get(name)).filter(|it| !it.is_null());
        let mut is_inner = is_inner;
        if let Some((path, linked)) = link("templateLink").and_then(|it| self.linked(deployment, it)) {
            (template, file, is_inner) = (Some(linked), path.into(), true);
        }
        if let Some((_, linked)) = link("parametersLink").and_then(|it| self.linked(deployment, it)) {
            let entries = linked.get("parameters").and_then(Value::as_object).map(Object::members);
            for entry in entries.unwrap_or_default() {
                names.push((Arc::clone(&entry.name), entry.place));
                if let Some(value) = given_value(&entry.value) {
                    given.insert(entry.name.to_lowercase(), Given { value, place: entry.place });
                }
            }
        }
        let Some(template) = template.filter(|it| it.as_object().is_some()) else { return Ok(body) };
        if path.len() >= MAX_NESTED {
            return Err(Refusal::new(
                Cause::Budget,
                "the template was not evaluated to its end: its deployments are nested too deeply",
            ));
        }
        if template.get("languageVersion").is_some()
            && let Some(version) =
                identity.api_version.as_str().filter(|it| it.get(..10).is_some_and(|it| it < "2020-09-01"))
        {
            let mut refusal = Refusal::new(
                Cause::LanguageVersion,
                format!(
                    "Support for symbolic name resources requires a minimum API version of '2020-09-01', but API \
                         version '{version}' was supplied."
                ),
            );
            refusal.code = "InvalidDeployment";
            return Err(refusal.at(resource.get("apiVersion").and_then(|it| it.place)));
        }
        let problems = structure::check_nested(&template);
        if !problems.is_empty() {
            refusals.extend(problems);
            if !self.options.finds_all {
                return Ok(body);
            }
        }
        if let Some(refusal) = structure::beyond_measure(&template) {
            return Err(refusal);
        }
        self.budget.steps(500 + usize::try_from(template.weight() / 100).unwrap_or(usize::MAX))?;
        // What they are given, and whether they are, only a deployment knows.
        if let Some(open) = all_given {
            let declared = template.get("parameters").and_then(Value::as_object).map(Object::members);
            for entry in declared.unwrap_or_default() {
                let text = format!("{}.{}.value", open.text, entry.name);
                let value = Value::open(text, open.reason).at(entry.place);
                given.entry(entry.name.to_lowercase()).or_insert(Given { value, place: entry.place });
            }
        }
        let mut child = Deployment::new(template, target, &given);
        child.name = Some(identity.name.clone());
        child.is_outer = !is_inner;
        child.path = path;
        child.path.push(shown(&identity.name).into());
        child.parent = Some((deployment, at));
        child.file = file;
        let declared: Vec<Arc<str>> = child.parameters.items.iter().map(|it| Arc::clone(&it.name)).collect();
        let unknown: Vec<&(Arc<str>, Option<Place>)> =
            names.iter().filter(|(name, _)| child.parameters.find(name).is_none()).collect();
        if let (Some((_, place)), true) = (unknown.first(), is_inner) {
            let unknown: Vec<&str> = unknown.iter().map(|(name, _)| &**name).collect();
            let declared: Vec<&str> = declared.iter().map(|it| &**it).collect();
            refusals.push(*unknown_parameters(&unknown, &declared).at(*place));
        }
        let number = self.deployments.len() as u32;
        self.deployments.push(child);
        self.deployments[deployment as usize].instances[at as usize].child = Some(number);
        self.prepare(number, refusals);
        self.unroll(number, refusals);
        self.identify(number, refusals);
        Ok(body)
    }

    /// A file that a link leads to, and where it stands.
    fn linked(&self, deployment: u32, link: &Value) -> Option<(String, Value)> {
        let files = self.options.files.as_ref()?;
        let path = path_of(link, &self.deployments[deployment as usize].file)?;
        let value = files.get(&path)?;
        Some((path, value))
    }

    /// The location of a resource group that this deployment, or one around it, makes.
    fn group_location(
        &mut self,
        deployment: u32,
        scope: &Scope,
        refusals: &mut Vec<Refusal>,
    ) -> Option<Value> {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let id =
            format!("/subscriptions/{}/resourcegroups/{}", text(&scope.subscription)?, text(&scope.group)?);
        let id = id.to_lowercase();
        let mut home = Some(deployment);
        while let Some(deployment) = home {
            let found =
                self.deployments[deployment as usize].by_name.get(&id).and_then(|it| it.first()).copied();
            if let Some(at) = found {
                let body = self.body(deployment, at, refusals).ok()?;
                return body.get("location").cloned();
            }
            home = self.deployments[deployment as usize].parent.map(|(parent, _)| parent);
        }
        None
    }

    /// Members of a nested deployment beside its properties.
    pub(super) fn plain_members(
        &mut self,
        deployment: u32,
        at: u32,
        resource: &Value,
        turns: &[Turn],
    ) -> Outcome<Vec<Member>> {
        let mut members = Vec::new();
        for member in resource.as_object().map(Object::members).unwrap_or_default() {
            let is_own = structure::is_own_member(&member.name);
            if is_own || member.name.eq_ignore_ascii_case("properties") {
                continue;
            }
            let site = Site::of_instance(deployment, at, Stand::Head, turns);
            let value = self.value(site, &member.value).map_err(|refusal| refusal.at(member.value.place))?;
            if !value.is_null() {
                members.push(Member { value, ..member.clone() });
            }
        }
        Ok(members)
    }
}
