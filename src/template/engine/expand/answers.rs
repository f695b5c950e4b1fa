//! What the names and expressions of a template give, asked for one by one: what an editor shows of them.

use std::sync::Arc;

use super::names::name_of;
use super::{Options, Run};
use crate::template::engine::resource::Turn;
use crate::template::engine::state::{Engine, Site, Stand};
use crate::template::engine::structure;
use crate::template::value::{Place, Reason, Value};

/// A template that was worked through once, ready for questions.
pub struct Answers<'o> {
    engine: Engine<'o>,
}

/// An expression, and where it stands.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The template whose names it uses.
    pub template: Place,
    /// The resource that it is part of.
    pub resource: Option<Place>,
    /// The loops of properties, variables or outputs around it: which turn it is, is not said.
    pub loops: &'a [Arc<str>],
    /// It is a part of a parameter's default.
    pub is_default: bool,
    /// The expression in its brackets, or a text.
    pub text: &'a str,
}

impl<'o> Answers<'o> {
    /// Works through a template as [`super::expand`] does, whatever is refused on the way.
    pub fn new(template: Value, options: &'o Options) -> Self {
        let refusals = structure::check(&template);
        Self { engine: Run::of(template, options, refusals).engine }
    }

    /// What a parameter has: the value that it is given, else its default. `None` where ARM would refuse it.
    pub fn parameter(&mut self, template: Place, name: &str) -> Option<Value> {
        let deployment = self.deployment(template)?;
        self.engine.parameter(deployment, name).ok()
    }

    /// What a variable is. `None` where ARM would refuse it.
    pub fn variable(&mut self, template: Place, name: &str) -> Option<Value> {
        let deployment = self.deployment(template)?;
        self.engine.variable(deployment, name).ok()
    }

    /// What an expression gives; in a resource with a loop, in its first turn. `None` where ARM would refuse it, or
    /// where the nested deployment that it stands in is not reached.
    pub fn value(&mut self, asked: Asked<'_>) -> Option<Value> {
        let deployment = self.deployment(asked.template)?;
        let instance = asked.resource.and_then(|place| self.instance(deployment, place));
        let mut turns: Vec<Turn> = instance.map_or_else(Vec::new, |at| {
            self.engine.deployments[deployment as usize].instances[at as usize].turns.clone()
        });
        turns.extend(asked.loops.iter().map(|name| {
            let call = format!("copyIndex('{}')", name.replace('\'', "''"));
            Turn {
                name: Some(Arc::clone(name)),
                index: Value::open(call, Reason::Index),
                is_default: instance.is_none(),
            }
        }));
        let stand = if asked.is_default { Stand::Default } else { Stand::Body };
        let site = Site { instance, ..Site::new(deployment, stand).turns(&turns) };
        self.engine.text(site, &asked.text.into(), None).ok()
    }

    /// The turns of the loop of a resource; 0 for one without a loop.
    pub fn turns(&self, template: Place, resource: Place) -> usize {
        let Some(deployment) = self.deployment(template) else { return 0 };
        let instances = &self.engine.deployments[deployment as usize].instances;
        instances.iter().filter(|it| it.resource.place == Some(resource) && it.turn.is_some()).count()
    }

    /// The resources of the template that a text names: an id or a name as `dependsOn` and `reference()` have them.
    pub fn named(&mut self, asked: Asked<'_>) -> Vec<Place> {
        let Some(deployment) = self.deployment(asked.template) else { return Vec::new() };
        let Some(value) = self.value(asked) else { return Vec::new() };
        let Some(name) = name_of(&value) else { return Vec::new() };
        let found = self.engine.named(deployment, &name, true);
        let instances = &self.engine.deployments[deployment as usize].instances;
        let mut places: Vec<Place> =
            found.iter().filter_map(|at| instances.get(*at as usize)?.resource.place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The full name and the type of a resource, in its first turn.
    pub fn resource(&self, template: Place, resource: Place) -> Option<(Arc<str>, Value)> {
        let deployment = self.deployment(template)?;
        let at = self.instance(deployment, resource)?;
        match &self.engine.deployments[deployment as usize].instances[at as usize].identity {
            super::Memo::Done(Ok(identity)) => Some((Arc::clone(&identity.type_name), identity.name.clone())),
            _ => None,
        }
    }

    fn deployment(&self, template: Place) -> Option<u32> {
        let all = &self.engine.deployments;
        all.iter().position(|it| it.template.place == Some(template)).map(|at| at as u32)
    }

    fn instance(&self, deployment: u32, resource: Place) -> Option<u32> {
        let instances = &self.engine.deployments.get(deployment as usize)?.instances;
        instances.iter().position(|it| it.resource.place == Some(resource)).map(|at| at as u32)
    }
}
