//! The instances of resources: one for each turn of a loop, and for each child.

use std::sync::Arc;

use super::shown;
use crate::template::budget::over;
use crate::template::engine::resource::{Included, Instance, Kind, Memo, Turn};
use crate::template::engine::state::{Engine, Site, Stand};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Object, Value};

/// Resources of one deployment that are evaluated: twice as many as Azure takes.
const MAX_INSTANCES: usize = 1600;

impl Engine<'_> {
    /// Makes an instance of each resource and turn of its loop.
    pub(super) fn unroll(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) {
        let resources = self.deployments[deployment as usize].template.get("resources").cloned();
        let Some(resources) = resources else { return };
        for (symbol, resource) in entries(&resources) {
            if self.budget.is_spent() {
                return;
            }
            if let Err(refusal) = self.unroll_one(deployment, symbol, &resource, None, &[]) {
                self.deployments[deployment as usize].is_incomplete = true;
                refusals.push(*refusal.at(resource.place));
            }
        }
        let home = &self.deployments[deployment as usize];
        let count = home.instances.len() + home.beyond;
        if home.beyond > 0 {
            refusals.push(*over(&format!("it has {count} resources")).at(resources.place));
        }
        if count > 800 {
            refusals.push(*Refusal::new(
                Cause::TemplateLimits,
                format!(
                    "The number of template resources limit exceeded. Limit: '800' and actual: '{count}'. Please see \
                     https://aka.ms/arm-syntax-resources for usage details."
                ),
            )
            .at(resources.place));
        }
    }

    fn unroll_one(
        &mut self,
        deployment: u32,
        symbol: Option<Arc<str>>,
        resource: &Value,
        parent: Option<u32>,
        around: &[Turn],
    ) -> Outcome<()> {
        self.budget.enter()?;
        let result = self.unroll_in(deployment, symbol, resource, parent, around);
        self.budget.leave();
        result
    }

    fn unroll_in(
        &mut self,
        deployment: u32,
        symbol: Option<Arc<str>>,
        resource: &Value,
        parent: Option<u32>,
        around: &[Turn],
    ) -> Outcome<()> {
        let copy = resource.get("copy").filter(|it| it.as_object().is_some()).cloned();
        let Some(copy) = copy else {
            return self.place(deployment, symbol, resource, parent, around, None, Vec::new());
        };
        let site = Site::new(deployment, Stand::Head).turns(around);
        if parent.is_some() {
            return Err(Refusal::new(
                Cause::CopyMisplaced,
                "Copying nested resources is not supported. Please see https://aka.ms/arm-multiple-instances for \
                 usage details.",
            )
            .at(copy.place));
        }
        let name = copy.get("name").cloned().unwrap_or(Value::NULL);
        let name = self.value(site, &name)?;
        let name: Arc<str> = match &name.data {
            Data::Text(name) => Arc::clone(name),
            _ => shown(&name).into(),
        };
        let mode = copy.get("mode").cloned().unwrap_or_else(|| "Parallel".into());
        let mode_text = self.value(site, &mode)?;
        let is_serial = match mode_text.as_str() {
            Some(mode) if mode.eq_ignore_ascii_case("serial") => true,
            Some(mode) if mode.eq_ignore_ascii_case("parallel") => false,
            _ => {
                return Err(Refusal::new(
                    Cause::CopyMisplaced,
                    format!(
                        "The copy mode '{}' is invalid. The supported values are 'Parallel,Serial'. Please see \
                         https://aka.ms/arm-resource-loops for usage details.",
                        shown(&mode_text)
                    ),
                )
                .at(mode.place));
            }
        };
        let batch = match copy.get("batchSize").cloned() {
            Some(size) if !is_serial => {
                return Err(Refusal::new(
                    Cause::CopyMisplaced,
                    "The template resource has an unexpected copy batch size value. The copy batch size is only \
                     supported for copy mode values: 'Serial'. Please see https://aka.ms/arm-resource-loops for usage \
                     details.",
                )
                .at(size.place));
            }
            Some(size) => self.value(site, &size)?.as_int().unwrap_or(1).max(1),
            None => 1,
        };
        let count = self.count(site, &copy)?;
        // A loop that runs not once has its name all the same.
        let names = symbol.iter().map(|it| format!("symbol:{it}"));
        for name in names.chain([format!("loop:{}", name.to_lowercase())]) {
            self.deployments[deployment as usize].by_name.entry(name).or_default();
        }
        let mut turns = around.to_vec();
        let mut earlier: Vec<u32> = Vec::new();
        let mut current: Vec<u32> = Vec::new();
        for (at, index) in count.indexes(Some(&name)).into_iter().enumerate() {
            if at as i64 % batch == 0 {
                earlier = std::mem::take(&mut current);
            }
            let waits = if is_serial { earlier.clone() } else { Vec::new() };
            current.push(self.deployments[deployment as usize].instances.len() as u32);
            turns.push(Turn { name: Some(Arc::clone(&name)), index, is_default: true });
            let turn = Some((Arc::clone(&name), at as i64));
            let placed = self.place(deployment, symbol.clone(), resource, parent, &turns, turn, waits);
            turns.pop();
            placed?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "all that an instance is made of")]
    fn place(
        &mut self,
        deployment: u32,
        symbol: Option<Arc<str>>,
        resource: &Value,
        parent: Option<u32>,
        turns: &[Turn],
        turn: Option<(Arc<str>, i64)>,
        waits: Vec<u32>,
    ) -> Outcome<()> {
        self.budget.steps(10)?;
        let home = &mut self.deployments[deployment as usize];
        let at = home.instances.len() as u32;
        if home.instances.len() >= MAX_INSTANCES {
            home.beyond += 1;
            home.is_incomplete = true;
            return self.place_children(deployment, resource, parent, turns);
        }
        let is = |name: &str| resource.get(name).and_then(Value::as_bool) == Some(true);
        let kind = if is("existing") {
            Kind::Existing
        } else if is_extension(&home.template, resource) {
            Kind::Extension
        } else {
            Kind::Resource
        };
        if let Some(symbol) = &symbol {
            let mut names = vec![format!("symbol:{symbol}")];
            names.extend(turn.as_ref().map(|(_, index)| format!("symbol:{symbol}[{index}]")));
            for name in names {
                home.by_name.entry(name).or_default().push(at);
            }
        }
        if let Some((name, _)) = &turn {
            home.by_name.entry(format!("loop:{}", name.to_lowercase())).or_default().push(at);
        }
        home.instances.push(Instance {
            resource: resource.clone(),
            symbol,
            turn,
            turns: turns.to_vec(),
            parent,
            kind,
            included: Included::Yes,
            identity: Memo::New,
            body: Memo::New,
            waits,
            child: None,
        });
        self.place_children(deployment, resource, Some(at), turns)
    }

    fn place_children(
        &mut self,
        deployment: u32,
        resource: &Value,
        parent: Option<u32>,
        turns: &[Turn],
    ) -> Outcome<()> {
        let Some(children) = resource.get("resources").cloned() else { return Ok(()) };
        for (symbol, child) in entries(&children) {
            self.unroll_one(deployment, symbol, &child, parent, turns)?;
        }
        Ok(())
    }
}

/// The entries of `resources`: a list, or an object of symbolic names.
fn entries(resources: &Value) -> Vec<(Option<Arc<str>>, Value)> {
    match resources.as_array() {
        Some(items) => items.iter().map(|it| (None, it.clone())).collect(),
        None => resources
            .as_object()
            .map(Object::members)
            .unwrap_or_default()
            .iter()
            .map(|it| (Some(Arc::clone(&it.name)), it.value.clone()))
            .collect(),
    }
}

/// True for a resource of an extension other than Azure Resource Manager's.
fn is_extension(template: &Value, resource: &Value) -> bool {
    let alias = ["extension", "import"].into_iter().find_map(|it| resource.get(it)?.as_str());
    let Some(alias) = alias else { return false };
    let declared = [("extensions", "name"), ("imports", "provider")]
        .into_iter()
        .find_map(|(list, name)| template.get(list)?.get(alias)?.get(name)?.as_str().map(str::to_owned));
    match declared {
        Some(name) => !name.eq_ignore_ascii_case("AzureResourceManager"),
        None => !alias.eq_ignore_ascii_case("az"),
    }
}
