//! A template that is deployed: what it declares, by name, and where it goes.

use std::collections::HashMap;
use std::sync::Arc;

use super::resource::{Identified, Instance};
use crate::arm::{Level, is_secure_type};
use crate::template::refusal::Outcome;
use crate::template::value::{Member, Object, Place, Value, same_name};

/// Where a deployment goes, as far as that is known.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) level: Level,
    pub(super) subscription: Option<Value>,
    pub(super) group: Option<Value>,
    pub(super) management_group: Option<Value>,
    /// Of the group; above groups of the deployment.
    pub(super) location: Option<Value>,
    pub(super) tenant: Option<Value>,
}

/// What a name stands for: evaluated when it is first asked for.
#[derive(Debug, Default)]
pub(super) enum State {
    #[default]
    New,
    Busy,
    Done(Outcome<Value>),
}

/// A parameter of a template.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: Arc<str>,
    pub(super) place: Option<Place>,
    pub(super) declaration: Value,
    pub(super) given: Option<Given>,
    pub(super) state: State,
}

/// What a parameter was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    /// Its name, where it was given.
    pub(super) place: Option<Place>,
}

/// A variable.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: Arc<str>,
    pub(super) raw: Value,
    /// It is an item of the list `copy`.
    pub(super) is_loop: bool,
    pub(super) state: State,
}

/// A user-defined function.
#[derive(Debug)]
pub(super) struct Function {
    /// With its namespace.
    pub(super) name: Arc<str>,
    pub(super) parameters: Vec<FunctionParameter>,
    pub(super) output: Value,
    pub(super) output_type: Value,
    pub(super) place: Option<Place>,
}

/// A parameter of one.
#[derive(Debug)]
pub(super) struct FunctionParameter {
    pub(super) name: Arc<str>,
    pub(super) declaration: Value,
}

/// Things with names, in order.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub(super) items: Vec<T>,
    by_name: HashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { items: Vec::new(), by_name: HashMap::new() }
    }
}

impl<T> Table<T> {
    fn push(&mut self, name: &str, item: T) {
        self.by_name.insert(name.to_lowercase(), self.items.len());
        self.items.push(item);
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_lowercase()).copied()
    }
}

/// A template that is deployed.
pub(super) struct Deployment {
    /// The template.
    pub(super) template: Value,
    /// What `deployment().name` gives.
    pub(super) name: Option<Value>,
    pub(super) scope: Scope,
    /// It has a language version: resources have symbolic names.
    pub(super) is_symbolic: bool,
    /// It stands in another, whose names its expressions used.
    pub(super) is_outer: bool,
    pub(super) parameters: Table<Parameter>,
    pub(super) variables: Table<Variable>,
    pub(super) functions: HashMap<String, Arc<Function>>,
    pub(super) instances: Vec<Instance>,
    /// The number of those that are not kept.
    pub(super) beyond: usize,
    /// Instances by what may name them, in lower case; symbolic names as they are.
    pub(super) by_name: HashMap<String, Vec<u32>>,
    /// What all of its resources are, once their names are known.
    pub(super) identified: Option<Identified>,
    pub(super) outputs: Option<Outcome<Value>>,
    /// A resource could not be read: nothing can be said to be missing.
    pub(super) is_incomplete: bool,
    /// Names of the deployments around it and its own; none for the outermost.
    pub(super) path: Vec<Arc<str>>,
    /// The deployment and resource that it is.
    pub(super) parent: Option<(u32, u32)>,
    /// Where its template stands, from the folder of the outermost: nothing for that one itself.
    pub(super) file: Arc<str>,
}

impl Deployment {
    /// Reads what a template declares.
    pub(super) fn new(template: Value, scope: Scope, given: &HashMap<String, Given>) -> Self {
        let mut parameters = Table::default();
        for member in members(&template, "parameters") {
            let given = given.get(&member.name.to_lowercase()).cloned();
            parameters.push(
                &member.name,
                Parameter {
                    name: Arc::clone(&member.name),
                    place: member.place,
                    declaration: member.value.clone(),
                    given,
                    state: State::New,
                },
            );
        }
        let mut variables = Table::default();
        for member in members(&template, "variables") {
            if same_name(&member.name, "copy") && is_loops(&member.value) {
                for item in member.value.as_array().unwrap_or_default() {
                    let Some(name) = item.get("name").and_then(Value::as_str) else { continue };
                    let variable =
                        Variable { name: name.into(), raw: item.clone(), is_loop: true, state: State::New };
                    variables.push(name, variable);
                }
                continue;
            }
            let variable = Variable {
                name: Arc::clone(&member.name),
                raw: member.value.clone(),
                is_loop: false,
                state: State::New,
            };
            variables.push(&member.name, variable);
        }
        let functions = functions(&template);
        let is_symbolic = has_symbolic_names(&template);
        Self {
            template,
            name: None,
            scope,
            is_symbolic,
            is_outer: false,
            parameters,
            variables,
            functions,
            instances: Vec::new(),
            beyond: 0,
            by_name: HashMap::new(),
            identified: None,
            outputs: None,
            is_incomplete: false,
            path: Vec::new(),
            parent: None,
            file: "".into(),
        }
    }
}

/// True if the resources of a template have symbolic names.
pub(super) fn has_symbolic_names(template: &Value) -> bool {
    template.get("languageVersion").is_some_and(|it| !it.is_null())
        || template.get("resources").is_some_and(|it| it.as_object().is_some())
}

/// The members of an object that a template has.
pub(super) fn members<'v>(template: &'v Value, name: &str) -> &'v [Member] {
    template.get(name).and_then(Value::as_object).map(Object::members).unwrap_or_default()
}

fn functions(template: &Value) -> HashMap<String, Arc<Function>> {
    let mut functions = HashMap::new();
    for space in template.get("functions").and_then(Value::as_array).unwrap_or_default() {
        let Some(namespace) = space.get("namespace").and_then(Value::as_str) else { continue };
        for member in members(space, "members") {
            let name: Arc<str> = format!("{namespace}.{}", member.name).into();
            let parameters = member.value.get("parameters").and_then(Value::as_array).unwrap_or_default();
            let parameter = |it: &Value| FunctionParameter {
                name: it.get("name").and_then(Value::as_str).unwrap_or_default().into(),
                declaration: it.clone(),
            };
            let output = member.value.get("output").cloned().unwrap_or(Value::NULL);
            let function = Function {
                name: Arc::clone(&name),
                parameters: parameters.iter().map(parameter).collect(),
                output: output.get("value").cloned().unwrap_or(Value::NULL),
                output_type: output,
                place: member.place,
            };
            functions.insert(name.to_lowercase(), Arc::new(function));
        }
    }
    functions
}

/// True if a parameter or output of this type is secret.
pub(super) fn is_secure(declaration: &Value) -> bool {
    declaration.get("type").and_then(Value::as_str).is_some_and(is_secure_type)
}

/// True if a member `copy` is a list of loops: each says what it repeats.
pub(super) fn is_loops(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| !items.is_empty() && items.iter().all(|it| it.get("input").is_some()))
}
