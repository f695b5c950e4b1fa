//! From a template to the requests that a deployment of it makes.
//!
//! In the order in which ARM goes: parameters and variables; loops; what every resource is (type, name, version,
//! condition, scope); what it waits for; its properties, with `reference()` answered from the template where the
//! template sets what is asked for; nested deployments in the place of the resource that each is; outputs.

mod answers;
mod nested;
mod references;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::calls::left_open;
use super::deployment::{Deployment, Given, Scope, is_secure, members};
use super::options::{Options, Target, given_value};
use super::resource::{Identified, Identity, Included, Instance, Kind, Memo, Turn};
use super::state::{Engine, Site, Stand, Uncounted};
use super::structure;
use crate::arm::Level;
use crate::arm::expression::is_expression;
use crate::template::functions::ids;
use crate::template::refusal::{Cause, Outcome, Phase, Refusal};
use crate::template::value::{Data, Member, Object, Open, Place, Reason, Value};
pub use answers::{Answers, Asked};

/// What a deployment of a template does.
#[derive(Debug, Default)]
pub struct Expansion {
    /// The requests, in the order in which they are sent.
    pub requests: Vec<PlannedRequest>,
    /// The outputs that are there.
    pub outputs: Vec<Output>,
    /// Resources that make no request, and why.
    pub left_out: Vec<LeftOut>,
    /// Parameters without a value, which stay expressions.
    pub missing: Vec<Arc<str>>,
    /// Loops that stand once, for their counts depend on such.
    pub uncounted: Vec<Uncounted>,
    /// Resources of which no turn is deployed: their conditions are false.
    pub unreached: Vec<Place>,
    /// Resources of which only a deployment knows whether they are part of it.
    pub doubtful: Vec<Place>,
    /// Why ARM refuses the template. There may be requests all the same, of what it does not refuse.
    pub refusals: Vec<Refusal>,
}

/// A request that a deployment makes.
#[derive(Clone, Debug)]
pub struct PlannedRequest {
    /// The resource's id: a text, or an expression.
    pub id: Value,
    /// The full type.
    pub resource_type: Arc<str>,
    /// The full name.
    pub name: Value,
    /// The API version.
    pub api_version: Value,
    /// What is sent.
    pub body: Value,
    /// Requests that come before, by their index.
    pub after: Vec<u32>,
    /// The condition, if only a deployment knows whether it holds.
    pub condition: Option<Value>,
    /// The resource in the template.
    pub place: Option<Place>,
    /// Its symbolic name.
    pub symbol: Option<Arc<str>>,
    /// The nested deployments around it, outermost first.
    pub path: Vec<Arc<str>>,
    /// The loop that it is a turn of, and which.
    pub turn: Option<(Arc<str>, i64)>,
}

/// An output of the template.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// It is declared secret.
    pub is_secure: bool,
}

/// A resource that makes no request.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// Its type.
    pub resource_type: String,
    /// Its name, as far as it is known.
    pub name: String,
    /// Why.
    pub why: Why,
    /// Where it stands.
    pub place: Option<Place>,
    /// The nested deployments around it.
    pub path: Vec<Arc<str>>,
}

/// Why a resource makes no request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Its condition is false; the condition as it is written.
    Condition(String),
    /// Its template stands elsewhere.
    Linked(String),
    /// It belongs to an extension other than Azure Resource Manager.
    Extension(String),
    /// It is only read.
    Existing,
}

/// The type of deployments within deployments.
const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// Deployments within deployments.
const MAX_NESTED: usize = 32;

/// Expands a template.
pub fn expand(template: Value, options: &Options) -> Expansion {
    let refusals = structure::check(&template);
    if !refusals.is_empty() && !options.finds_all {
        return Expansion { refusals, ..Expansion::default() };
    }
    let mut run = Run::of(template, options, refusals);
    run.outputs();
    run.refusals.append(&mut run.engine.late);
    run.expansion.missing = std::mem::take(&mut run.engine.missing);
    run.expansion.uncounted = std::mem::take(&mut run.engine.uncounted);
    run.expansion.unreached = run.engine.unreached();
    run.expansion.doubtful = run.engine.doubtful();
    let mut seen = HashSet::new();
    let kept = run.refusals.into_iter().filter(|it| seen.insert((it.place, it.message.clone())));
    run.expansion.refusals = kept.collect();
    run.expansion
}

/// One expansion.
struct Run<'o> {
    engine: Engine<'o>,
    refusals: Vec<Refusal>,
    expansion: Expansion,
    /// The requests of each resource.
    emitted: HashMap<(u32, u32), Vec<u32>>,
}

impl<'o> Run<'o> {
    /// Works through a template but for its outputs; `refusals` are what its structure has already.
    fn of(template: Value, options: &'o Options, refusals: Vec<Refusal>) -> Self {
        let text = |value: &Option<String>| value.as_deref().map(Value::from);
        let scope = Scope {
            level: structure::level(&template).unwrap_or(Level::Group),
            subscription: text(&options.target.subscription),
            group: text(&options.target.resource_group),
            management_group: text(&options.target.management_group),
            location: text(&options.location),
            tenant: text(&options.tenant),
        };
        let given: HashMap<String, Given> =
            options.given.iter().map(|(key, (_, given))| (key.clone(), given.clone())).collect();
        let names: Vec<(Arc<str>, Option<Place>)> =
            options.given.values().map(|(name, given)| (Arc::clone(name), given.place)).collect();
        let mut run = Run {
            engine: Engine::new(options),
            refusals,
            expansion: Expansion::default(),
            emitted: HashMap::new(),
        };
        let mut deployment = Deployment::new(template, scope, &given);
        deployment.name = text(&options.name);
        run.engine.deployments.push(deployment);
        run.check_names(0, names);
        run.prepare(0);
        run.engine.unroll(0, &mut run.refusals);
        run.engine.identify(0, &mut run.refusals);
        run.emit(0, &[]);
        run
    }

    /// That every value has a parameter.
    fn check_names(&mut self, deployment: u32, mut given: Vec<(Arc<str>, Option<Place>)>) {
        let table = &self.engine.deployments[deployment as usize].parameters;
        given.retain(|(name, _)| table.find(name).is_none());
        given.sort();
        if given.is_empty() {
            return;
        }
        let names: Vec<&str> = given.iter().map(|(name, _)| &**name).collect();
        let declared: Vec<&str> = table.items.iter().map(|it| &*it.name).collect();
        self.refusals.push(*unknown_parameters(&names, &declared).at(given[0].1));
    }

    fn prepare(&mut self, deployment: u32) {
        self.engine.prepare(deployment, &mut self.refusals);
    }

    /// The requests of a deployment, after those of `before`.
    fn emit(&mut self, deployment: u32, before: &[u32]) {
        let order = self.engine.order(deployment, &mut self.refusals);
        for instance in order {
            if self.engine.budget.steps(1).is_err() || self.engine.budget.is_spent() {
                return;
            }
            self.emit_one(deployment, instance, before);
        }
    }

    fn emit_one(&mut self, deployment: u32, at: u32, before: &[u32]) {
        let home = &self.engine.deployments[deployment as usize];
        let instance = &home.instances[at as usize];
        let path = home.path.clone();
        let place = instance.resource.place;
        let raw = |name: &str| instance.resource.get(name).map(shown).unwrap_or_default();
        let identity = match &instance.identity {
            Memo::Done(Ok(identity)) => Some(Arc::clone(identity)),
            _ => None,
        };
        let left_out = |why: Why| LeftOut {
            resource_type: identity.as_ref().map_or_else(|| raw("type"), |it| it.type_name.to_string()),
            name: identity.as_ref().map_or_else(|| raw("name"), |it| shown(&it.name)),
            why,
            place,
            path: path.clone(),
        };
        let mut waits: Vec<u32> = before.to_vec();
        for wait in &instance.waits {
            waits.extend(self.emitted.get(&(deployment, *wait)).map(Vec::as_slice).unwrap_or_default());
        }
        waits.sort_unstable();
        waits.dedup();
        if matches!(instance.included, Included::No) {
            let why = Why::Condition(raw("condition"));
            self.expansion.left_out.push(left_out(why));
            return;
        }
        match instance.kind {
            Kind::Existing => {
                self.emitted.insert((deployment, at), waits);
                return;
            }
            Kind::Extension => {
                let name = instance.resource.get("extension").or_else(|| instance.resource.get("import"));
                let why = Why::Extension(name.map(shown).unwrap_or_default());
                self.expansion.left_out.push(left_out(why));
                return;
            }
            Kind::Resource => {}
        }
        let (Some(identity), Memo::Done(Ok(body))) = (&identity, &instance.body) else { return };
        let condition = match &instance.included {
            Included::Open(condition) => Some(condition.clone()),
            _ => None,
        };
        let is_deployment = identity.type_name.eq_ignore_ascii_case(DEPLOYMENTS);
        if is_deployment && !self.engine.options.keeps_nested {
            let Some(child) = instance.child else {
                let link = linked(&instance.resource);
                self.expansion.left_out.push(left_out(Why::Linked(link)));
                return;
            };
            let first = self.expansion.requests.len() as u32;
            self.emit(child, &waits);
            let all: Vec<u32> = (first..self.expansion.requests.len() as u32).collect();
            self.emitted.insert((deployment, at), if all.is_empty() { waits } else { all });
            return;
        }
        let request = PlannedRequest {
            id: identity.id.clone(),
            resource_type: Arc::clone(&identity.type_name),
            name: identity.name.clone(),
            api_version: identity.api_version.clone(),
            body: body.clone(),
            after: waits,
            condition,
            place,
            symbol: instance.symbol.clone(),
            path,
            turn: instance.turn.clone(),
        };
        let steps = request.after.len();
        self.emitted.insert((deployment, at), vec![self.expansion.requests.len() as u32]);
        self.expansion.requests.push(request);
        let _ = self.engine.budget.steps(steps);
    }

    fn outputs(&mut self) {
        let declared = members(&self.engine.deployments[0].template, "outputs").to_vec();
        for member in &declared {
            match self.engine.output(0, member) {
                Ok(Some(value)) => self.expansion.outputs.push(Output {
                    name: Arc::clone(&member.name),
                    value,
                    is_secure: is_secure(&member.value),
                }),
                Ok(None) => {}
                Err(refusal) => self.refusals.push(*refusal),
            }
        }
    }
}

/// A value as a person reads it.
fn shown(value: &Value) -> String {
    match &value.data {
        Data::Text(text) => text.to_string(),
        Data::Open(open) => format!("[{}]", open.text),
        _ => value.to_json().to_string(),
    }
}

fn linked(resource: &Value) -> String {
    let link = resource.get("properties").and_then(|it| it.get("templateLink"));
    let part = |name: &str| link.and_then(|it| it.get(name)).map(shown);
    part("uri").or_else(|| part("relativePath")).or_else(|| part("id")).unwrap_or_default()
}

fn unknown_parameters(names: &[&str], declared: &[&str]) -> Box<Refusal> {
    Refusal::new(
        Cause::ParameterFile,
        format!(
            "The following parameters were supplied, but do not correspond to any parameters defined in the template: \
             '{}'. The parameters defined in the template are: '{}'. Please see \
             https://aka.ms/arm-pass-parameter-values for usage details.",
            names.join(", "),
            declared.join(", ")
        ),
    )
}

impl Engine<'_> {
    /// The resources that are left out in every turn.
    fn unreached(&self) -> Vec<Place> {
        let all = || self.deployments.iter().flat_map(|it| &it.instances);
        let place = |it: &Instance| it.resource.place;
        let reached: HashSet<Place> =
            all().filter(|it| !matches!(it.included, Included::No)).filter_map(place).collect();
        all().filter_map(place).filter(|it| !reached.contains(it)).collect()
    }

    /// The resources of which no turn is deployed for sure, but some may be.
    fn doubtful(&self) -> Vec<Place> {
        let of = |wanted: fn(&Included) -> bool| {
            let all = self.deployments.iter().flat_map(|it| &it.instances);
            all.filter(move |it| wanted(&it.included)).filter_map(|it| it.resource.place)
        };
        let sure: HashSet<Place> = of(|it| matches!(it, Included::Yes)).collect();
        let mut found: Vec<Place> = of(|it| matches!(it, Included::Open(_))).collect();
        found.retain(|it| !sure.contains(it));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Evaluates all parameters and variables: each must have a value, used or not.
    fn prepare(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) {
        let home = &self.deployments[deployment as usize];
        let is_outer = home.is_outer;
        let parameters: Vec<Arc<str>> = home.parameters.items.iter().map(|it| Arc::clone(&it.name)).collect();
        let variables: Vec<Arc<str>> = home.variables.items.iter().map(|it| Arc::clone(&it.name)).collect();
        let template = home.template.clone();
        structure::check_expressions(self, &template, refusals);
        if !is_outer {
            for name in &parameters {
                refusals.extend(self.parameter(deployment, name).err().map(|it| *it));
            }
        }
        for name in &variables {
            refusals.extend(self.variable(deployment, name).err().map(|it| *it));
        }
    }

    /// Makes an instance of each resource and turn of its loop.
    fn unroll(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) {
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
        let count = self.deployments[deployment as usize].instances.len();
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
        let Some(children) = resource.get("resources").cloned() else { return Ok(()) };
        for (symbol, child) in entries(&children) {
            self.unroll_one(deployment, symbol, &child, Some(at), turns)?;
        }
        Ok(())
    }

    /// Evaluates conditions, and what each resource is; then what may name it.
    fn identify(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) {
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

    fn site_of<'c>(&self, deployment: u32, at: u32, stand: Stand, turns: &'c [Turn]) -> Site<'c> {
        let _ = self;
        Site {
            instance: Some(at),
            has_loops: stand == Stand::Body,
            ..Site::new(deployment, stand).turns(turns)
        }
    }

    fn condition(&mut self, deployment: u32, at: u32) -> Outcome<Included> {
        let instance = &self.deployments[deployment as usize].instances[at as usize];
        let Some(raw) = instance.resource.get("condition").cloned() else { return Ok(Included::Yes) };
        let (turns, name) =
            (instance.turns.clone(), instance.resource.get("name").map(shown).unwrap_or_default());
        let site = self.site_of(deployment, at, Stand::Head, &turns);
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
    fn identity(&mut self, deployment: u32, at: u32) -> Outcome<Arc<Identity>> {
        let instance = &mut self.deployments[deployment as usize].instances[at as usize];
        match &instance.identity {
            Memo::Done(done) => return done.clone(),
            Memo::Busy => {
                return Err(Refusal::new(
                    Cause::CircularDependency,
                    format!(
                        "Circular dependency detected on resource: '{}'. Please see \
                         https://aka.ms/arm-syntax-resources for usage details.",
                        instance.resource.get("name").map(shown).unwrap_or_default()
                    ),
                ));
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
        let site = self.site_of(deployment, at, Stand::Head, &turns);
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
                    (Some(above), Some(name)) => {
                        Value::from(format!("{above}/{name}")).at(name_place(&raw_name))
                    }
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
        let is_deployment = type_name.eq_ignore_ascii_case(DEPLOYMENTS);
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
    fn scope_path(&self, deployment: u32, text: &str) -> Option<String> {
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

    /// What a resource waits for by its `dependsOn`.
    fn depends_on(&mut self, deployment: u32, at: u32) -> Outcome<()> {
        let instance = &self.deployments[deployment as usize].instances[at as usize];
        let Some(raw) = instance.resource.get("dependsOn").filter(|it| !it.is_null()).cloned() else {
            return Ok(());
        };
        let turns = instance.turns.clone();
        let place = instance.resource.place;
        let site = self.site_of(deployment, at, Stand::Head, &turns);
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

    fn not_found(&self, deployment: u32, name: &str) -> Box<Refusal> {
        let home = &self.deployments[deployment as usize];
        if home.is_symbolic && !name.contains('/') {
            return Refusal::new(
                Cause::UndefinedSymbol,
                format!(
                    "The template reference '{name}' is not valid: could not find template resource or resource copy \
                     with this name. Please see https://aka.ms/arm-function-reference for usage details."
                ),
            );
        }
        if name.contains('/') {
            return Refusal::new(
                Cause::DependsOnUnknown,
                format!(
                    "The resource '{name}' is not defined in the template. Please see https://aka.ms/arm-template for \
                     usage details."
                ),
            );
        }
        Refusal::new(
            Cause::DependsOnUnknown,
            format!(
                "The template reference '{name}' is not valid: could not find template resource or resource copy with \
                 this name. Please see https://aka.ms/arm-function-reference for usage details."
            ),
        )
    }

    /// True if the name of any resource is not known: then nothing can be said to be missing.
    fn has_unknown_names(&self, deployment: u32) -> bool {
        let home = &self.deployments[deployment as usize];
        match &home.identified {
            Some(all) => home.is_incomplete || all.has_unknown_names,
            None => home.is_incomplete || home.instances.iter().any(is_unknown),
        }
    }

    /// True if an id is known but for the scope or for names, and no resource can have it: none is of its type, or all
    /// names are known.
    fn lacks(&self, deployment: u32, id: &Value) -> bool {
        let Some(open) = id.as_open() else { return false };
        let Some(arguments) = id_arguments(&open.text) else { return false };
        // What is extended comes first.
        let first = usize::from(open.text.to_ascii_lowercase().starts_with("extensionresourceid("));
        let mut behind = arguments.iter().skip(first);
        let Some(at) = behind.position(|it| it.is_some_and(|it| it.contains('/'))).map(|at| at + first)
        else {
            return false;
        };
        let Some(type_name) = arguments[at].filter(|it| !it.ends_with('/')) else { return false };
        if !self.has_type(deployment, type_name) {
            return true;
        }
        // Of a resource elsewhere the template may know another by the same name.
        let is_known = at == 0 && arguments.iter().all(Option::is_some);
        is_known && !self.has_unknown_names(deployment)
    }

    /// True if an id or `type/name` names a type that no resource has.
    fn has_no_type_of(&self, deployment: u32, name: &str) -> bool {
        let Some((_, path)) = name.rsplit_once("/providers/").or(Some(("", name))) else { return false };
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let [namespace, rest @ ..] = segments.as_slice() else { return false };
        if !namespace.contains('.')
            || rest.is_empty()
            || rest.len() % 2 != 0
            || path.contains(['[', '{', '<'])
        {
            return false;
        }
        let types: Vec<&str> = rest.iter().step_by(2).copied().collect();
        // `Microsoft.X/a/b/nameA/nameB` names a type first, then its names.
        let half = rest.len() / 2;
        let first: Vec<&str> = rest.iter().take(half).copied().collect();
        !self.has_type(deployment, &format!("{namespace}/{}", types.join("/")))
            && !self.has_type(deployment, &format!("{namespace}/{}", first.join("/")))
    }

    fn has_type(&self, deployment: u32, type_name: &str) -> bool {
        let home = &self.deployments[deployment as usize];
        let made;
        let all = if let Some(all) = &home.identified {
            all
        } else {
            made = Identified::of(&home.instances);
            &made
        };
        home.is_incomplete || all.has_type(type_name)
    }

    /// The resources that a name stands for.
    fn named(&self, deployment: u32, name: &str, with_loops: bool) -> Vec<u32> {
        let home = &self.deployments[deployment as usize];
        if home.is_symbolic {
            if let Some(found) = home.by_name.get(&format!("symbol:{name}")) {
                return found.clone();
            }
            if !name.contains('/') && !name.starts_with("open:") {
                return Vec::new();
            }
        }
        let lower = name.to_lowercase();
        if with_loops && let Some(found) = home.by_name.get(&format!("loop:{lower}")) {
            return found.clone();
        }
        let lower = lower.trim_end_matches('/');
        home.by_name.get(lower).cloned().unwrap_or_default()
    }

    /// True for the name of a loop, be it one that does not run.
    pub(super) fn is_loop(&self, deployment: u32, name: &str) -> bool {
        let names = &self.deployments[deployment as usize].by_name;
        names.contains_key(&format!("symbol:{name}"))
            || names.contains_key(&format!("loop:{}", name.to_lowercase()))
    }

    /// The instances of a deployment, each after what it waits for; bodies are evaluated on the way.
    fn order(&mut self, deployment: u32, refusals: &mut Vec<Refusal>) -> Vec<u32> {
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
                            refusals.push(
                                *Refusal::new(
                                    Cause::CircularDependency,
                                    format!(
                                        "Circular dependency detected on resource: '{id}'. Please see \
                                     https://aka.ms/arm-syntax-resources for usage details."
                                    ),
                                )
                                .at(instance
                                    .resource
                                    .get("dependsOn")
                                    .and_then(|it| it.place)
                                    .or(instance.resource.place)),
                            );
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

    /// The body of a resource; evaluated once.
    fn body(&mut self, deployment: u32, at: u32, refusals: &mut Vec<Refusal>) -> Outcome<Value> {
        let instance = &mut self.deployments[deployment as usize].instances[at as usize];
        match &instance.body {
            Memo::Done(done) => return done.clone(),
            Memo::Busy => return Ok(Value::NULL),
            Memo::New => instance.body = Memo::Busy,
        }
        let identity = match &instance.identity {
            Memo::Done(Ok(identity)) => Arc::clone(identity),
            _ => return Ok(Value::NULL),
        };
        let place = instance.resource.place;
        let body = self.budget.enter().and_then(|()| {
            let body = if identity.type_name.eq_ignore_ascii_case(DEPLOYMENTS) {
                self.deployment_body(deployment, at, &identity, refusals)
            } else {
                self.plain_body(deployment, at)
            };
            self.budget.leave();
            body
        });
        let body = body.and_then(|body| {
            self.budget.bytes(usize::try_from(body.weight()).unwrap_or(usize::MAX))?;
            Ok(body)
        });
        let body = body.map_err(|refusal| {
            let phase = refusal.phase.max(Phase::Validate);
            refusal.at(place).in_phase(phase).within(|| {
                format!(
                    "Unable to process template language expressions for resource '{}'",
                    shown(&identity.id)
                )
            })
        });
        self.deployments[deployment as usize].instances[at as usize].body = Memo::Done(body.clone());
        body
    }

    fn plain_body(&mut self, deployment: u32, at: u32) -> Outcome<Value> {
        let instance = &self.deployments[deployment as usize].instances[at as usize];
        let (resource, turns) = (instance.resource.clone(), instance.turns.clone());
        let mut members = Vec::new();
        for member in resource.as_object().map(Object::members).unwrap_or_default() {
            if structure::is_own_member(&member.name) {
                continue;
            }
            let is_properties = member.name.eq_ignore_ascii_case("properties");
            let stand = if is_properties { Stand::Body } else { Stand::Head };
            let site = self.site_of(deployment, at, stand, &turns);
            let value = self.value(site, &member.value).map_err(|refusal| {
                let phase = if is_properties { Phase::Deploy } else { Phase::Validate };
                refusal.at(member.value.place).in_phase(phase)
            })?;
            if !value.is_null() {
                members.push(Member { value, ..member.clone() });
            }
        }
        Ok(Value::object(members).at(resource.place))
    }

    /// An output; none if its condition is false.
    fn output(&mut self, deployment: u32, member: &Member) -> Outcome<Option<Value>> {
        let site = Site::new(deployment, Stand::Output);
        let declaration = &member.value;
        let wrap = |refusal: Box<Refusal>| {
            let mut refusal = refusal.at(declaration.place).in_phase(Phase::Deploy);
            if refusal.cause == Cause::OutputKind {
                return refusal;
            }
            refusal.code = "DeploymentOutputEvaluationFailed";
            refusal.within(|| format!("The template output '{}' is not valid", member.name))
        };
        if let Some(condition) = declaration.get("condition").cloned() {
            let condition = self.value(Site { stand: Stand::Head, ..site }, &condition).map_err(wrap)?;
            if condition.as_bool() == Some(false) {
                return Ok(None);
            }
        }
        let value = match declaration.get("copy").cloned() {
            Some(copy) => self.array_of(site, &copy, None),
            None => self.value(site, &declaration.get("value").cloned().unwrap_or(Value::NULL)),
        };
        let value = value.map_err(wrap)?;
        let place = declaration.get("value").and_then(|it| it.place);
        if self.options.finds_all && declaration.get("value").is_none() && declaration.get("copy").is_none() {
            // That it has none is said already.
            return Ok(None);
        }
        self.check_output(deployment, &member.name, declaration, &value)
            .map_err(|refusal| wrap(refusal.at(place)))?;
        Ok(Some(value))
    }

    /// What `reference(…).outputs` of a nested deployment gives.
    fn outputs(&mut self, deployment: u32) -> Outcome<Value> {
        if let Some(done) = &self.deployments[deployment as usize].outputs {
            return done.clone();
        }
        let ring =
            Refusal::new(Cause::CircularDependency, "The outputs of a deployment depend on themselves.");
        self.deployments[deployment as usize].outputs = Some(Err(ring));
        let declared = members(&self.deployments[deployment as usize].template, "outputs").to_vec();
        let mut outputs = Vec::new();
        let mut problem = None;
        for member in &declared {
            match self.output(deployment, member) {
                Ok(Some(value)) => {
                    let kind = member.value.get("type").cloned().unwrap_or(Value::NULL);
                    let inner = vec![Member::new("type", kind), Member::new("value", value)];
                    outputs.push(Member {
                        name: Arc::clone(&member.name),
                        place: member.place,
                        value: Value::object(inner),
                    });
                }
                Ok(None) => {}
                Err(refusal) => problem = Some(refusal),
            }
        }
        let done = match problem {
            Some(refusal) => Err(refusal),
            None => Ok(Value::object(outputs)),
        };
        self.deployments[deployment as usize].outputs = Some(done.clone());
        done
    }
}

/// True for a resource whose name or id is not known: it may be any that is looked for.
fn is_unknown(instance: &Instance) -> bool {
    match &instance.identity {
        Memo::Done(Ok(identity)) => {
            let is_known =
                |open: &Open| id_arguments(&open.text).is_some_and(|it| it.iter().all(Option::is_some));
            identity.name.is_open() || identity.id.as_open().is_some_and(|open| !is_known(open))
        }
        _ => instance.kind != Kind::Extension,
    }
}

impl Instance {
    /// What names it if its id is known but for its scope.
    fn open_name(&self) -> Option<String> {
        match &self.identity {
            Memo::Done(Ok(identity)) => open_name(&identity.id),
            _ => None,
        }
    }
}

impl Identified {
    fn of(instances: &[Instance]) -> Self {
        let mut all = Self { has_unknown_names: instances.iter().any(is_unknown), ..Self::default() };
        for instance in instances {
            let Memo::Done(Ok(identity)) = &instance.identity else {
                all.has_unknown_types |= instance.kind != Kind::Extension;
                continue;
            };
            let own = identity.type_name.trim_matches('/').to_ascii_lowercase();
            if let Some((_, tail)) = own.rsplit_once("/providers/").filter(|(_, tail)| !tail.is_empty()) {
                all.tails.insert(tail.to_owned());
            }
            all.types.insert(own);
        }
        all
    }

    fn has_type(&self, type_name: &str) -> bool {
        let type_name = type_name.trim_matches('/').to_ascii_lowercase();
        let tail = type_name.split_once('/').map_or("", |(_, types)| types);
        self.has_unknown_types || self.types.contains(&type_name) || self.tails.contains(tail)
    }
}

/// What a value names: a text, or an expression that may be a resource's id.
fn name_of(value: &Value) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.to_string()),
        Data::Open(open) => Some(open_name(value).unwrap_or_else(|| format!("[{}]", open.text))),
        _ => None,
    }
}

/// What names a resource whose id is known but for its scope: the expression of it.
fn open_name(id: &Value) -> Option<String> {
    let open = id.as_open()?;
    let arguments = id_arguments(&open.text)?;
    // Which function makes it of the scope alone is no matter.
    let is_of_scope = arguments.first().is_some_and(|it| it.is_some_and(|it| it.contains('/')));
    let text = open.text.split_once('(').filter(|_| is_of_scope).map_or(open.text.as_str(), |it| it.1);
    Some(format!("open:{}", text.to_lowercase()))
}

/// The arguments of an expression that is one call of `resourceId` or its kin: texts, and `None` for what is not known.
fn id_arguments(text: &str) -> Option<Vec<Option<&str>>> {
    let (name, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    if !name.get(name.len().checked_sub(10)?..)?.eq_ignore_ascii_case("resourceId") {
        return None;
    }
    let mut arguments = Vec::new();
    let (mut depth, mut is_quoted, mut start) = (0_usize, false, 0);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'(' | b'[' => depth += 1,
            // The call ends before the text does: a member of what it gives.
            b')' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                arguments.push(literal(&inner[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(literal(&inner[start..]));
    Some(arguments)
}

fn literal(argument: &str) -> Option<&str> {
    let inner = argument.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    (!inner.contains('\'')).then_some(inner)
}

fn ring_of(name: &str) -> Box<Refusal> {
    Refusal::new(
        Cause::CircularDependency,
        format!(
            "Circular dependency detected on resource: '{name}'. Please see https://aka.ms/arm-syntax-resources for \
             usage details."
        ),
    )
}

/// Where a name is written.
fn name_place(raw: &Value) -> Option<Place> {
    raw.place
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
