//! One template of many requests: the other direction of [`super::expand`].
//!
//! What each request makes becomes a resource; what their ids say of each other becomes `scope` and `dependsOn`. The law
//! is that a deployment of the template sends the requests again. A request of which that would not hold is left out,
//! and [`Gathered::left_out`] says why.

mod read;
mod write;

use std::collections::HashMap;

use serde_json::Value;

use self::read::{Resource, Scope, read};
use self::write::Writer;
use crate::arm::{Placeholder, PlaceholderStyle, find_placeholders};

/// A PUT.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The path of its URL: the id of the resource.
    pub id: String,
    /// The API version of its URL.
    pub api_version: String,
    /// What is sent.
    pub body: Value,
}

/// True for a text that is sent and is a secret.
pub type Secret<'s> = &'s dyn Fn(&str) -> bool;

/// A template.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The template; `None` if no request can be part of one.
    pub template: Option<Value>,
    /// The id of the scope that it is deployed to, as the requests have it.
    pub scope: String,
    /// The requests that are no part of it, by their place in the list, and why.
    pub left_out: Vec<(usize, String)>,
    /// What is said in another way than the request says it.
    pub notes: Vec<(usize, String)>,
}

/// Makes a template of requests, in their order. `is_secret` tells texts that may not stand in it.
pub fn gather(requests: &[Sent], is_secret: Secret<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut read_so_far: Vec<Option<Resource>> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for (at, sent) in requests.iter().enumerate() {
        match read(at, sent, &mut gathered.notes) {
            Ok(resource) => {
                // A deployment leaves what the last call leaves.
                let same = by_id.insert(resource.id.to_ascii_lowercase(), read_so_far.len());
                if let Some(earlier) = same.and_then(|same| read_so_far[same].take()) {
                    gathered.left_out.push((earlier.at, "a later call puts the same resource".to_owned()));
                }
                read_so_far.push(Some(resource));
            }
            Err(why) => gathered.left_out.push((at, why)),
        }
    }
    gathered.left_out.sort();
    let mut resources: Vec<Resource> = read_so_far.into_iter().flatten().collect();
    let Some(primary) = primary(&resources) else { return gathered };
    gathered.scope = primary.path();
    if gathered.scope.is_empty() {
        gathered.scope.push('/');
    }
    refer(&mut resources);
    gathered.template = Some(Writer::new(&resources, is_secret).whole(&primary));
    gathered
}

/// The scope that the template is for: the one of all, else the widest.
fn primary(resources: &[Resource]) -> Option<Scope> {
    let first = resources.first()?;
    if resources.iter().all(|it| it.scope.same(&first.scope)) {
        return Some(first.scope.clone());
    }
    let find = |is: fn(&Scope) -> bool| resources.iter().map(|it| &it.scope).find(|it| is(it)).cloned();
    find(|it| *it == Scope::Tenant)
        .or_else(|| find(|it| matches!(it, Scope::ManagementGroup(_))))
        .or_else(|| find(|it| matches!(it, Scope::Subscription(_))))
        .or_else(|| {
            let path = |it: &Resource| it.scope.path().to_ascii_lowercase();
            let mut counts: HashMap<String, usize> = HashMap::new();
            for resource in resources {
                *counts.entry(path(resource)).or_default() += 1;
            }
            let most = counts.values().max().copied();
            resources.iter().find(|it| counts.get(&path(it)).copied() == most).map(|it| it.scope.clone())
        })
}

/// Which resources refer to which before them.
fn refer(resources: &mut [Resource]) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for (at, resource) in resources.iter_mut().enumerate() {
        let mut found = Vec::new();
        let own = resource.id.to_ascii_lowercase();
        // Its parent, and what it extends or stands in.
        ids_within(&own, &own, &known, &mut found);
        let mut open: Vec<&Value> = resource.body.values().collect();
        for name in resource.body.keys() {
            ids_within(&name.to_ascii_lowercase(), &own, &known, &mut found);
        }
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => ids_within(&text.to_ascii_lowercase(), &own, &known, &mut found),
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    for (name, value) in members {
                        ids_within(&name.to_ascii_lowercase(), &own, &known, &mut found);
                        open.push(value);
                    }
                }
                _ => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        drop(open);
        resource.after = found;
        known.insert(own, at);
    }
}

/// The nearest known resource that a text is the id of, or of something within it.
fn ids_within(text: &str, own: &str, known: &HashMap<String, usize>, found: &mut Vec<usize>) {
    if !text.starts_with('/') {
        return;
    }
    let mut path = text.trim_end_matches('/');
    while !path.is_empty() {
        if path != own
            && let Some(at) = known.get(path)
        {
            found.push(*at);
            return;
        }
        path = path.rsplit_once('/').map_or("", |(before, _)| before);
    }
}

/// What is to be filled in, where nothing else can be meant: `your-vm`, `xxxx`, `[name]` and a GUID of zeros may be names.
fn blanks(text: &str) -> impl Iterator<Item = Placeholder> {
    use PlaceholderStyle::{
        Angle, Brace, BracedVariable, DoubledAngle, DoubledBrace, Substitution, Variable,
    };
    let sure = [Angle, DoubledAngle, Brace, DoubledBrace, Variable, BracedVariable, Substitution];
    find_placeholders(text).filter(move |it| sure.contains(&it.style))
}

fn is_blank(text: &str) -> bool {
    blanks(text).next().is_some()
}

#[cfg(test)]
mod tests;
