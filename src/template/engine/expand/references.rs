//! What a template asks of resources: `reference`, `references`, `list…`, answered from the template where the template
//! sets what is asked for.

use std::sync::Arc;

use super::names::name_of;
use super::{Included, Kind, Memo, shown};
use crate::arm;
use crate::template::engine::calls::{kind_of, left_open};
use crate::template::engine::state::{Engine, Site};
use crate::template::functions::member_text;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Open, Reason, Reference, Value, same_name};

impl Engine<'_> {
    /// `reference(…)`: what only a deployment knows, but for what the template sets itself.
    pub(in crate::template::engine) fn reference(
        &mut self,
        site: Site<'_>,
        name: &str,
        args: &[Value],
    ) -> Outcome<Value> {
        let wanted = name_of(&args[0]);
        let Some(wanted) = wanted.as_deref() else { return Err(kind_of(name, args, 0, "String")) };
        let found = self.named(site.deployment, wanted, false);
        if self.options.finds_all && site.instance.is_some_and(|own| found.contains(&own)) {
            return Err(of_itself(&shown(&args[0])));
        }
        let Some(&at) = found.first() else {
            let is_name = !wanted.contains('/') && !args[0].is_open();
            if is_name && !self.has_unknown_names(site.deployment) {
                return Err(self.not_found(site.deployment, wanted));
            }
            return Ok(left_open(name, args, Reason::Deployment));
        };
        if site.instance == Some(at) {
            let own = match self.identity(site.deployment, at) {
                Ok(identity) => format!("{}/{}", identity.type_name, shown(&identity.name)),
                Err(_) => wanted.to_owned(),
            };
            return Err(of_itself(&own));
        }
        Ok(self.reference_to(site, name, at, args))
    }

    fn reference_to(&mut self, site: Site<'_>, name: &str, at: u32, args: &[Value]) -> Value {
        let Ok(identity) = self.identity(site.deployment, at) else {
            return left_open(name, args, Reason::Deployment);
        };
        let instance = &self.deployments[site.deployment as usize].instances[at as usize];
        if matches!(instance.included, Included::No) {
            return left_open(name, args, Reason::Deployment);
        }
        let kind = instance.kind;
        if let Some(own) = site.instance.filter(|own| *own != at) {
            self.deployments[site.deployment as usize].instances[own as usize].waits.push(at);
        }
        let version = args.get(1).cloned().unwrap_or_else(|| identity.api_version.clone());
        let is_full = args.get(2).and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("full"));
        let is_same_version = args.len() < 2 || version.same(&identity.api_version);
        let mut all = vec![identity.id.clone(), version];
        all.extend(args.get(2).cloned());
        let mut value = left_open(name, &all, Reason::Deployment);
        let is_known = kind == Kind::Resource && site.instance != Some(at) && is_same_version && !is_full;
        let is_deployment = arm::is_deployment(&identity.type_name);
        if (is_known || (is_deployment && kind == Kind::Resource))
            && site.instance != Some(at)
            && let Data::Open(open) = &mut value.data
        {
            let reference = Reference { deployment: site.deployment, instance: at, is_full };
            *open =
                Arc::new(Open { text: open.text.clone(), reason: open.reason, reference: Some(reference) });
        }
        value
    }

    /// `references('loop')`: a list of them.
    pub(in crate::template::engine) fn references(
        &mut self,
        site: Site<'_>,
        name: &str,
        args: &[Value],
    ) -> Outcome<Value> {
        let Some(wanted) = args[0].as_str() else {
            if args[0].is_open() {
                return Ok(left_open(name, args, Reason::Deployment));
            }
            return Err(kind_of(name, args, 0, "String"));
        };
        let found = self.named(site.deployment, wanted, true);
        if found.is_empty()
            && !self.is_loop(site.deployment, wanted)
            && !self.has_unknown_names(site.deployment)
        {
            return Err(self.not_found(site.deployment, wanted));
        }
        let full: Vec<Value> = args.get(1).cloned().into_iter().collect();
        let mut all = Vec::with_capacity(found.len());
        for at in found {
            let mut args = vec![Value::from(wanted)];
            if let (Some(full), Ok(identity)) = (full.first(), self.identity(site.deployment, at)) {
                args.extend([identity.api_version.clone(), full.clone()]);
            }
            let value = self.reference_to(site, "reference", at, &args);
            let known = match value.as_open().and_then(|open| open.reference) {
                Some(reference) => self.referenced(reference)?,
                None => None,
            };
            all.push(known.unwrap_or(value));
        }
        Ok(Value::array(all))
    }

    /// `resourceInfo('symbol')`.
    pub(in crate::template::engine) fn resource_info(
        &mut self,
        site: Site<'_>,
        name: &str,
        args: &[Value],
    ) -> Outcome<Value> {
        if args[0].is_open() {
            return Ok(left_open(name, args, Reason::Parameter));
        }
        let Some(wanted) = args[0].as_str() else { return Err(kind_of(name, args, 0, "String")) };
        let Some(&at) = self.named(site.deployment, wanted, false).first() else {
            return Err(self.not_found(site.deployment, wanted));
        };
        let identity = self.identity(site.deployment, at)?;
        Ok(Value::object(vec![
            Member::new("id", identity.id.clone()),
            Member::new("name", identity.name.clone()),
            Member::new("type", &*identity.type_name),
            Member::new("apiVersion", identity.api_version.clone()),
        ]))
    }

    /// `list…(…)`: never known.
    pub(in crate::template::engine) fn list(
        &mut self,
        site: Site<'_>,
        name: &str,
        args: &[Value],
    ) -> Outcome<Value> {
        let mut args = args.to_vec();
        if let Some(wanted) = name_of(&args[0]) {
            if let Some(&at) = self.named(site.deployment, &wanted, false).first() {
                if let Ok(identity) = self.identity(site.deployment, at) {
                    args[0] = identity.id.clone();
                }
                if let Some(own) = site.instance.filter(|own| *own != at) {
                    self.deployments[site.deployment as usize].instances[own as usize].waits.push(at);
                }
            }
        } else {
            return Err(kind_of(name, &args, 0, "String"));
        }
        Ok(left_open(name, &args, Reason::Deployment))
    }

    /// The body of a resource that is referred to, unless that leads in a ring.
    fn body_of(&mut self, reference: Reference) -> Outcome<Option<Value>> {
        let Reference { deployment, instance, .. } = reference;
        if matches!(self.deployments[deployment as usize].instances[instance as usize].body, Memo::Busy)
            || self.budget.is_deep()
        {
            return Ok(None);
        }
        let mut refusals = Vec::new();
        match self.body(deployment, instance, &mut refusals) {
            Ok(body) => {
                // What a nested deployment is refused for is told where it stands.
                self.late.append(&mut refusals);
                Ok(Some(body))
            }
            Err(refusal) if refusal.cause == Cause::Budget => Err(refusal),
            Err(_) => Ok(None),
        }
    }

    /// What `reference(…)` alone gives: the properties that the template sets, if it sets any.
    pub(in crate::template::engine) fn referenced(&mut self, reference: Reference) -> Outcome<Option<Value>> {
        if reference.is_full || self.is_nested(reference) {
            return Ok(None);
        }
        let body = self.body_of(reference)?;
        let properties = body.as_ref().and_then(|body| body.get("properties"));
        Ok(properties.filter(|it| it.as_object().is_some_and(|it| !it.is_empty())).cloned())
    }

    fn is_nested(&self, reference: Reference) -> bool {
        match &self.deployments[reference.deployment as usize].instances[reference.instance as usize].identity
        {
            Memo::Done(Ok(identity)) => arm::is_deployment(&identity.type_name),
            _ => false,
        }
    }

    /// A member of what `reference(…)` gives, if the template sets it.
    pub(in crate::template::engine) fn referenced_member(
        &mut self,
        reference: Reference,
        text: &str,
        name: &str,
    ) -> Outcome<Option<Value>> {
        let Some(body) = self.body_of(reference)? else { return Ok(None) };
        if self.is_nested(reference) {
            let child =
                self.deployments[reference.deployment as usize].instances[reference.instance as usize].child;
            let Some(child) = child else { return Ok(None) };
            if reference.is_full && same_name(name, "properties") {
                let outputs = self.outputs(child)?;
                return Ok(Some(Value::object(vec![Member::new("outputs", outputs)])));
            }
            return if same_name(name, "outputs") { self.outputs(child).map(Some) } else { Ok(None) };
        }
        // A null leaves it to the service.
        let found = body.get("properties").and_then(|it| it.get(name)).filter(|it| !it.is_null()).cloned();
        // The service may add to what the template sets.
        Ok(found.map(|value| value.with_rest(&format!("{text}{}", member_text(name)))))
    }
}

fn of_itself(name: &str) -> Box<Refusal> {
    Refusal::new(
        Cause::CircularDependency,
        format!(
            "The template resource '{name}' cannot reference itself. Please see \
             https://aka.ms/arm-function-reference for usage details."
        ),
    )
}
