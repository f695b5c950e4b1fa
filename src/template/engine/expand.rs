//! From a template to the requests that a deployment of it makes.
//!
//! In the order in which ARM goes: parameters and variables; loops; what every resource is (type, name, version,
//! condition, scope); what it waits for; its properties, with `reference()` answered from the template where the
//! template sets what is asked for; nested deployments in the place of the resource that each is; outputs.

mod answers;
mod identify;
mod names;
mod nested;
mod order;
mod references;
mod unroll;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::deployment::{Deployment, Given, Scope, is_secure, members};
use super::options::{Options, Target, given_value};
use super::resource::{Identity, Included, Instance, Kind, Memo};
use super::state::{Engine, Site, Stand, Uncounted};
use super::structure;
use crate::arm::{self, Level};
use crate::template::budget::over;
use crate::template::refusal::{Cause, Outcome, Phase, Refusal};
use crate::template::value::{Data, Member, Object, Place, Value};
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

/// Deployments within deployments.
const MAX_NESTED: usize = 32;

/// Expands a template.
pub fn expand(template: Value, options: &Options) -> Expansion {
    let mut refusals = structure::check(&template);
    if !refusals.is_empty() && !options.finds_all {
        return Expansion { refusals, ..Expansion::default() };
    }
    if let Some(refusal) = structure::beyond_measure(&template) {
        refusals.push(*refusal);
        return Expansion { refusals, ..Expansion::default() };
    }
    let mut run = Run::of(template, options, refusals);
    run.outputs();
    run.refusals.append(&mut run.engine.late);
    // What ends with the last step was refused nothing, and is not whole all the same.
    if run.engine.budget.is_spent() && !run.refusals.iter().any(|it| it.cause == Cause::Budget) {
        run.refusals.push(*over("it takes too many steps to evaluate"));
    }
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
            engine: Engine::new(&template, options),
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
        let is_deployment = arm::is_deployment(&identity.type_name);
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
            let body = if arm::is_deployment(&identity.type_name) {
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
            let site = Site::of_instance(deployment, at, stand, &turns);
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
