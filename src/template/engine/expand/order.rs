//! What each resource waits for, and the order that this makes.

use super::names::name_of;
use super::shown;
use crate::template::engine::resource::{Included, Kind, Memo};
use crate::template::engine::state::{Engine, Site, Stand};
use crate::template::refusal::{Cause, Outcome, Refusal};

impl Engine<'_> {
    /// What a resource waits for by its `dependsOn`.
    pub(super) fn depends_on(&mut self, deployment: u32, at: u32) -> Outcome<()> {
        let instance = &self.deployments[deployment as usize].instances[at as usize];
        let Some(raw) = instance.resource.get("dependsOn").filter(|it| !it.is_null()).cloned() else {
            return Ok(());
        };
        let turns = instance.turns.clone();
        let place = instance.resource.place;
        let site = Site::of_instance(deployment, at, Stand::Head, &turns);
        let wrap = |refusal: Box<Refusal>| refusal.at(raw.place).at(place);
        let Some(items) = raw.as_array() else {
            return Err(wrap(Refusal::new(
                Cause::Structure,
                "'dependsOn' must be an array of resource ids or names.",
            )));
        };
        let mut problem = None;
        for item in items {
            let value = match self.value(site, item) {
                Ok(value) => value,
                Err(refusal) => {
                    problem.get_or_insert(wrap(refusal));
                    continue;
                }
            };
            let name = name_of(&value);
            let Some(name) = name.as_deref() else {
                if !value.is_open() {
                    problem.get_or_insert(wrap(
                        Refusal::new(
                            Cause::DependsOnUnknown,
                            "'DependsOn' property contains a value that is not a text.",
                        )
                        .at(item.place),
                    ));
                }
                continue;
            };
            if name.is_empty() {
                problem.get_or_insert(wrap(
                    Refusal::new(
                        Cause::DependsOnUnknown,
                        "'DependsOn' property contains a null or empty resource id. Please see \
                         https://aka.ms/arm-syntax-resources for usage details.",
                    )
                    .at(item.place),
                ));
                continue;
            }
            let found = self.named(deployment, name, true);
            if found.is_empty() {
                let is_missing = if self.is_loop(deployment, name) {
                    false
                } else if value.is_open() {
                    self.lacks(deployment, &value)
                } else {
                    !self.has_unknown_names(deployment) || self.has_no_type_of(deployment, name)
                };
                if is_missing {
                    let name = value.as_str().map_or_else(|| shown(&value), str::to_owned);
                    let name = name.as_str();
                    problem.get_or_insert(wrap(self.not_found(deployment, name).at(item.place)));
                }
                continue;
            }
            if found.contains(&at) {
                problem.get_or_insert(wrap(ring_of(name).at(item.place)));
                continue;
            }
            let waits = &mut self.deployments[deployment as usize].instances[at as usize].waits;
            waits.extend(found);
        }
        match problem {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    /// The instances of a deployment, each after what it waits for; bodies are evaluated on the way.
    pub(super) fn order(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) -> Vec<u32> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let count = self.deployments[deployment as usize].instances.len();
        let mut marks = vec![Mark::New; count];
        let mut order = Vec::with_capacity(count);
        let mut stack: Vec<(u32, usize)> = Vec::new();
        for root in 0..count as u32 {
            if marks[root as usize] != Mark::New || self.budget.is_spent() {
                continue;
            }
            stack.push((root, 0));
            while let Some((at, next)) = stack.pop() {
                if next == 0 && marks[at as usize] == Mark::New {
                    marks[at as usize] = Mark::Open;
                    let instance = &self.deployments[deployment as usize].instances[at as usize];
                    let is_sent =
                        !matches!(instance.included, Included::No) && instance.kind == Kind::Resource;
                    if is_sent && let Err(refusal) = self.body(deployment, at, refusals) {
                        refusals.push(*refusal);
                    }
                    let instance = &mut self.deployments[deployment as usize].instances[at as usize];
                    instance.waits.retain(|it| *it != at);
                }
                let instance = &self.deployments[deployment as usize].instances[at as usize];
                let wait = if matches!(instance.included, Included::No) {
                    None
                } else {
                    instance.waits.get(next).copied()
                };
                if let Some(wait) = wait {
                    stack.push((at, next + 1));
                    match marks[wait as usize] {
                        Mark::New => stack.push((wait, 0)),
                        Mark::Open => {
                            let id = match &instance.identity {
                                Memo::Done(Ok(identity)) => shown(&identity.id),
                                _ => String::new(),
                            };
                            let waits = instance.resource.get("dependsOn").and_then(|it| it.place);
                            refusals.push(*ring_of(&id).at(waits.or(instance.resource.place)));
                        }
                        Mark::Done => {}
                    }
                } else {
                    marks[at as usize] = Mark::Done;
                    order.push(at);
                }
            }
        }
        order
    }
}

pub(super) fn ring_of(name: &str) -> Box<Refusal> {
    Refusal::new(
        Cause::CircularDependency,
        format!(
            "Circular dependency detected on resource: '{name}'. Please see https://aka.ms/arm-syntax-resources for \
             usage details."
        ),
    )
}
