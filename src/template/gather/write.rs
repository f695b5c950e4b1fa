//! Resources as templates: one for the scope of most, and deployments within it for the others.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::read::{Resource, Scope};
use super::{Secret, blanks, is_blank};
use crate::arm::{DEPLOYMENTS, has_word_for_secret};
use crate::text::steps;

/// A version of deployments that every cloud has.
const DEPLOYMENTS_VERSION: &str = "2022-09-01";

/// Writes resources as templates.
pub(super) struct Writer<'r> {
    resources: &'r [Resource],
    is_secret: Secret<'r>,
    /// Texts in whose place parameters stand, with the parameters' names.
    secrets: HashMap<String, String>,
    blanks: HashMap<String, String>,
    /// The parameters that are secure.
    secure: HashSet<String>,
    /// The names of parameters in lower case; of those that several wanted, the number that the next one gets.
    taken: HashMap<String, u32>,
}

/// The parameters that a template in the making uses, in order.
#[derive(Default)]
struct Parameters {
    used: Vec<String>,
    known: HashSet<String>,
}

impl Parameters {
    fn add(&mut self, name: &str) {
        if self.known.insert(name.to_owned()) {
            self.used.push(name.to_owned());
        }
    }
}

impl<'r> Writer<'r> {
    pub(super) fn new(resources: &'r [Resource], is_secret: Secret<'r>) -> Self {
        Self {
            resources,
            is_secret,
            secrets: HashMap::new(),
            blanks: HashMap::new(),
            secure: HashSet::new(),
            taken: HashMap::new(),
        }
    }

    pub(super) fn whole(mut self, primary: &Scope) -> Value {
        let mut parameters = Parameters::default();
        let mut written: Vec<Value> = Vec::new();
        // The run of calls that each resource is in, if it is one to another scope; runs by their number.
        let mut run_of: HashMap<usize, usize> = HashMap::new();
        let mut runs: Vec<(Scope, Vec<usize>)> = Vec::new();
        for (at, resource) in self.resources.iter().enumerate() {
            if resource.scope.same(primary) {
                continue;
            }
            let goes_on = at.checked_sub(1).and_then(|before| run_of.get(&before)).copied();
            let goes_on = goes_on.filter(|run| runs.get(*run).is_some_and(|it| it.0.same(&resource.scope)));
            let run = goes_on.unwrap_or_else(|| {
                runs.push((resource.scope.clone(), Vec::new()));
                runs.len() - 1
            });
            runs[run].1.push(at);
            run_of.insert(at, run);
        }
        let mut done = vec![false; runs.len()];
        for at in 0..self.resources.len() {
            let Some(run) = run_of.get(&at).copied() else {
                let waits = self.waits(at, primary, &run_of, None);
                written.push(self.resource(at, primary, waits, &mut parameters));
                continue;
            };
            if !std::mem::replace(&mut done[run], true) {
                written.push(self.nested(run, &runs[run], primary, &run_of, &mut parameters));
            }
        }
        let mut template = Map::new();
        template.insert("$schema".to_owned(), primary.level().template_schema().into());
        template.insert("contentVersion".to_owned(), "1.0.0.0".into());
        if !parameters.used.is_empty() {
            template.insert("parameters".to_owned(), self.declared(&parameters));
        }
        template.insert("resources".to_owned(), written.into());
        Value::Object(template)
    }

    fn declared(&self, parameters: &Parameters) -> Value {
        let declare = |name: &String| {
            let kind = if self.secure.contains(name) { "securestring" } else { "string" };
            (name.clone(), json!({ "type": kind }))
        };
        Value::Object(parameters.used.iter().map(declare).collect())
    }

    /// What a resource waits for, as its template names it. `within`: the run that it is in itself.
    fn waits(
        &self,
        at: usize,
        scope: &Scope,
        run_of: &HashMap<usize, usize>,
        within: Option<usize>,
    ) -> Vec<String> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for other in &self.resources[at].after {
            let run = run_of.get(other).copied();
            let wait = match (run, within) {
                (run, within) if run == within => self.id_of(*other, scope),
                (Some(run), None) => run_name(run),
                // The deployment waits for what stands outside.
                _ => continue,
            };
            if seen.insert(wait.clone()) {
                found.push(wait);
            }
        }
        found
    }

    /// The expression that names a resource of a template for `scope`; its id where none does.
    fn id_of(&self, at: usize, scope: &Scope) -> String {
        let resource = &self.resources[at];
        if resource.extends.is_none()
            && resource.scope.same(scope)
            && !resource.names.iter().any(|it| is_blank(it))
        {
            return format!("[{}]", call(scope, &resource.type_name, &resource.names));
        }
        if let (Some(extends), false) = (&resource.extends, resource.names.iter().any(|it| is_blank(it))) {
            let whole = format!("{}/providers/{extends}", resource.scope.path());
            let names: Vec<String> = resource.names.iter().map(|it| quoted(it)).collect();
            let of = own_call(&whole, scope).unwrap_or_else(|| quoted(&whole));
            let kind = quoted(&resource.type_name);
            return format!("[extensionResourceId({of}, {kind}, {})]", names.join(", "));
        }
        escaped(&resource.id)
    }

    fn nested(
        &mut self,
        number: usize,
        run: &(Scope, Vec<usize>),
        primary: &Scope,
        run_of: &HashMap<usize, usize>,
        around: &mut Parameters,
    ) -> Value {
        let (scope, members) = run;
        let mut parameters = Parameters::default();
        let mut resources = Vec::new();
        let (mut waits, mut seen) = (Vec::new(), HashSet::new());
        for at in members {
            let own = self.waits(*at, scope, run_of, Some(number));
            resources.push(self.resource(*at, scope, own, &mut parameters));
            for other in &self.resources[*at].after {
                let wait = match run_of.get(other) {
                    Some(run) if *run == number => continue,
                    Some(run) => run_name(*run),
                    None => self.id_of(*other, primary),
                };
                if seen.insert(wait.clone()) {
                    waits.push(wait);
                }
            }
        }
        let mut template = Map::new();
        template.insert("$schema".to_owned(), scope.level().template_schema().into());
        template.insert("contentVersion".to_owned(), "1.0.0.0".into());
        let mut properties = Map::new();
        properties.insert("mode".to_owned(), "Incremental".into());
        properties.insert("expressionEvaluationOptions".to_owned(), json!({ "scope": "inner" }));
        if !parameters.used.is_empty() {
            template.insert("parameters".to_owned(), self.declared(&parameters));
            let mut given = Map::new();
            for name in parameters.used {
                given.insert(name.clone(), json!({ "value": format!("[parameters('{name}')]") }));
                around.add(&name);
            }
            properties.insert("parameters".to_owned(), given.into());
        }
        template.insert("resources".to_owned(), resources.into());
        properties.insert("template".to_owned(), template.into());
        let mut deployment = Map::new();
        deployment.insert("type".to_owned(), DEPLOYMENTS.into());
        deployment.insert("apiVersion".to_owned(), DEPLOYMENTS_VERSION.into());
        deployment.insert("name".to_owned(), run_name(number).into());
        let mut insert = |name: &str, text: &str, writer: &mut Self| {
            let text = writer.text(text, around);
            deployment.insert(name.to_owned(), text.into());
        };
        match scope {
            Scope::Group(subscription, group) => {
                let same = matches!(primary, Scope::Group(own, _) | Scope::Subscription(own) if own.eq_ignore_ascii_case(subscription));
                if !same {
                    insert("subscriptionId", subscription, self);
                }
                insert("resourceGroup", group, self);
            }
            Scope::Subscription(subscription) => insert("subscriptionId", subscription, self),
            Scope::ManagementGroup(name) => {
                insert("scope", &format!("Microsoft.Management/managementGroups/{name}"), self);
            }
            Scope::Tenant => insert("scope", "/", self),
        }
        if !matches!(scope, Scope::Group(..)) {
            let location = match primary {
                Scope::Group(..) => "[resourceGroup().location]",
                _ => "[deployment().location]",
            };
            deployment.insert("location".to_owned(), location.into());
        }
        if !waits.is_empty() {
            deployment.insert("dependsOn".to_owned(), waits.into());
        }
        deployment.insert("properties".to_owned(), properties.into());
        Value::Object(deployment)
    }

    fn resource(
        &mut self,
        at: usize,
        scope: &Scope,
        waits: Vec<String>,
        parameters: &mut Parameters,
    ) -> Value {
        let resource = &self.resources[at];
        let mut out = Map::new();
        out.insert("type".to_owned(), resource.type_name.clone().into());
        out.insert("apiVersion".to_owned(), escaped(&resource.api_version).into());
        out.insert("name".to_owned(), self.text(&resource.names.join("/"), parameters).into());
        if let Some(extends) = &resource.extends {
            out.insert("scope".to_owned(), self.text(extends, parameters).into());
        }
        if !waits.is_empty() {
            out.insert("dependsOn".to_owned(), waits.into());
        }
        for (name, value) in &resource.body {
            out.insert(own_id(name, scope), self.value(value, scope, Some(name), parameters));
        }
        Value::Object(out)
    }

    fn value(
        &mut self,
        value: &Value,
        scope: &Scope,
        named: Option<&str>,
        parameters: &mut Parameters,
    ) -> Value {
        match value {
            Value::String(text) => self.written(text, scope, named, parameters).into(),
            Value::Array(items) => items.iter().map(|it| self.value(it, scope, named, parameters)).collect(),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| {
                        (own_id(name, scope), self.value(value, scope, Some(name), parameters))
                    })
                    .collect(),
            ),
            Value::Number(number) if (self.is_secret)(&number.to_string()) => {
                let name = self.secret(&number.to_string(), named);
                parameters.add(&name);
                format!("[int(parameters('{name}'))]").into()
            }
            other => other.clone(),
        }
    }

    /// A text of a body.
    fn written(
        &mut self,
        text: &str,
        scope: &Scope,
        named: Option<&str>,
        parameters: &mut Parameters,
    ) -> String {
        if (self.is_secret)(text) {
            let name = self.secret(text, named);
            parameters.add(&name);
            return format!("[parameters('{name}')]");
        }
        if is_whole_blank(text) {
            let is_secret = named.is_some_and(names_secret);
            let name = if is_secret { self.secret(text, named) } else { self.blank(text) };
            parameters.add(&name);
            return format!("[parameters('{name}')]");
        }
        if own_call(text, scope).is_some() || !text.starts_with('/') {
            return own_id(text, scope);
        }
        // Within an id a placeholder is a name that is to be filled in.
        self.text(text, parameters)
    }

    /// A text that is part of a name or an id: its placeholders are parameters.
    fn text(&mut self, text: &str, parameters: &mut Parameters) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut end = 0;
        for found in blanks(text) {
            let (from, to) = (found.range.start, found.range.end);
            let (Some(before), Some(blank)) = (text.get(end..from), text.get(from..to)) else { continue };
            if !before.is_empty() {
                parts.push(quoted(before));
            }
            let name = self.blank(blank);
            parameters.add(&name);
            parts.push(format!("parameters('{name}')"));
            end = to;
        }
        let rest = text.get(end..).unwrap_or_default();
        if parts.is_empty() {
            return escaped(rest);
        }
        if !rest.is_empty() {
            parts.push(quoted(rest));
        }
        match parts.as_slice() {
            [one] => format!("[{one}]"),
            _ => format!("[concat({})]", parts.join(", ")),
        }
    }

    fn secret(&mut self, text: &str, named: Option<&str>) -> String {
        if let Some(name) = self.secrets.get(text) {
            return name.clone();
        }
        let name = self.free(named.unwrap_or("secret"));
        self.secrets.insert(text.to_owned(), name.clone());
        self.secure.insert(name.clone());
        name
    }

    fn blank(&mut self, text: &str) -> String {
        if let Some(name) = self.blanks.get(text) {
            return name.clone();
        }
        let name = self.free(text);
        self.blanks.insert(text.to_owned(), name.clone());
        name
    }

    /// A parameter's name that is not taken, made of words.
    fn free(&mut self, words: &str) -> String {
        let mut name = String::new();
        for word in words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()) {
            let is_loud = word.chars().all(|c| !c.is_ascii_lowercase());
            let word = if is_loud { word.to_ascii_lowercase() } else { word.to_owned() };
            if name.is_empty() {
                name.push_str(&word);
                continue;
            }
            let mut letters = word.chars();
            name.extend(letters.next().map(|it| it.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.insert_str(0, "value");
        }
        let mut letters = name.chars();
        let name: String =
            letters.next().map(|it| it.to_ascii_lowercase()).into_iter().chain(letters.by_ref()).collect();
        let Some(mut number) = self.taken.insert(name.to_ascii_lowercase(), 2) else { return name };
        let free = loop {
            let numbered = format!("{name}{number}");
            steps::count(1);
            number += 1;
            if !self.taken.contains_key(&numbered.to_ascii_lowercase()) {
                break numbered;
            }
        };
        self.taken.insert(free.to_ascii_lowercase(), 2);
        self.taken.insert(name.to_ascii_lowercase(), number);
        free
    }
}

/// A deployment's name, by which others wait for it: its id is that of the scope that it goes to.
fn run_name(run: usize) -> String {
    format!("requests-{}", run + 1)
}

/// The call that gives the id of a resource.
fn call(scope: &Scope, type_name: &str, names: &[String]) -> String {
    let mut arguments = Vec::new();
    if let Scope::ManagementGroup(name) = scope {
        arguments.push(quoted(name));
    }
    arguments.push(quoted(type_name));
    arguments.extend(names.iter().map(|it| quoted(it)));
    format!("{}({})", scope.level().id_function(), arguments.join(", "))
}

/// The call that gives `id` in a template for `scope`, letter for letter; `None` where none does.
fn own_call(id: &str, scope: &Scope) -> Option<String> {
    let path = id.strip_prefix(scope.path().as_str())?.strip_prefix("/providers/")?;
    let mut parts = path.split('/');
    let namespace = parts.next()?;
    let pairs: Vec<&str> = parts.collect();
    let is_id = namespace.contains('.')
        && !pairs.is_empty()
        && pairs.len().is_multiple_of(2)
        && pairs.iter().all(|it| !it.is_empty() && !it.eq_ignore_ascii_case("providers"))
        && !pairs.iter().any(|it| is_blank(it));
    if !is_id || matches!(scope, Scope::ManagementGroup(_) | Scope::Tenant) {
        return None;
    }
    let types: Vec<&str> = pairs.iter().step_by(2).copied().collect();
    let names: Vec<String> = pairs.iter().skip(1).step_by(2).map(|it| (*it).to_owned()).collect();
    Some(call(scope, &format!("{namespace}/{}", types.join("/")), &names))
}

/// A text as a string of a template: an id of the scope's as the call that gives it.
fn own_id(text: &str, scope: &Scope) -> String {
    own_call(text, scope).map_or_else(|| escaped(text), |call| format!("[{call}]"))
}

/// True if all of a text is to be filled in.
fn is_whole_blank(text: &str) -> bool {
    blanks(text).next().is_some_and(|it| it.range == (0..text.len()))
}

/// True for the name of a member whose value is a secret by its name.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    has_word_for_secret(&name) || name.contains("connectionstring") || name.ends_with("key")
}

/// A text as a template writes one that is no expression.
fn escaped(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') { format!("[{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
