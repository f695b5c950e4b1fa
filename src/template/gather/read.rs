//! A request as a resource of a template.

use serde_json::{Map, Value};

use super::{Sent, is_blank};
use crate::arm::{self, Level};
use crate::template::engine::{is_own_member, is_sent_member};

/// Values within values; nothing that is sent is half as deep.
const MAX_DEPTH: usize = 100;

/// Where a resource is deployed to, as text of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Group(String, String),
    Subscription(String),
    ManagementGroup(String),
    Tenant,
}

/// A request as a resource.
pub(super) struct Resource {
    pub(super) at: usize,
    pub(super) id: String,
    pub(super) scope: Scope,
    /// What it extends, behind the scope's `/providers/`.
    pub(super) extends: Option<String>,
    pub(super) type_name: String,
    pub(super) names: Vec<String>,
    pub(super) api_version: String,
    pub(super) body: Map<String, Value>,
    /// Requests before that its own refer to, by place in the list of resources.
    pub(super) after: Vec<usize>,
}

impl Scope {
    pub(super) fn path(&self) -> String {
        match self {
            Self::Group(subscription, group) => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
            Self::Subscription(subscription) => format!("/subscriptions/{subscription}"),
            Self::ManagementGroup(name) => format!("/providers/Microsoft.Management/managementGroups/{name}"),
            Self::Tenant => String::new(),
        }
    }

    /// The scope that a path is, if it is one.
    fn read(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').collect();
        let is = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
        match segments.as_slice() {
            [""] => Some(Self::Tenant),
            ["", a, id] if is(a, "subscriptions") && !id.is_empty() => {
                Some(Self::Subscription((*id).to_owned()))
            }
            ["", a, id, b, group]
                if is(a, "subscriptions") && is(b, "resourceGroups") && !group.is_empty() =>
            {
                Some(Self::Group((*id).to_owned(), (*group).to_owned()))
            }
            ["", a, b, c, name]
                if is(a, "providers") && is(b, "Microsoft.Management") && is(c, "managementGroups") =>
            {
                Some(Self::ManagementGroup((*name).to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        self.path().eq_ignore_ascii_case(&other.path())
    }

    pub(super) fn level(&self) -> Level {
        match self {
            Self::Group(..) => Level::Group,
            Self::Subscription(_) => Level::Subscription,
            Self::ManagementGroup(_) => Level::ManagementGroup,
            Self::Tenant => Level::Tenant,
        }
    }
}

/// The resource that a request makes.
pub(super) fn read(at: usize, sent: &Sent, notes: &mut Vec<(usize, String)>) -> Result<Resource, String> {
    let id = sent.id.trim_end_matches('/');
    let id = match id.split_once("//") {
        Some(_) => return Err("its URL has an empty part".to_owned()),
        None => id.to_owned(),
    };
    let Value::Object(body) = &sent.body else {
        return Err("its body is not an object".to_owned());
    };
    let segments: Vec<&str> = id.split('/').collect();
    let is = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
    // A resource group's id does not name its provider.
    let group = match segments.as_slice() {
        ["", a, subscription, b, group] if is(a, "subscriptions") && is(b, "resourceGroups") => {
            Some((Scope::Subscription((*subscription).to_owned()), (*group).to_owned()))
        }
        _ => None,
    };
    let (scope, extends, type_name, names) = if let Some((scope, group)) = group {
        (scope, None, "Microsoft.Resources/resourceGroups".to_owned(), vec![group])
    } else {
        let lower = id.to_ascii_lowercase();
        let Some(split) = lower.rfind("/providers/") else {
            return Err("its URL is not that of a resource".to_owned());
        };
        let (before, path) = (&id[..split], &id[split + "/providers/".len()..]);
        let mut parts = path.split('/');
        let namespace = parts.next().unwrap_or_default();
        let pairs: Vec<&str> = parts.collect();
        if pairs.is_empty() || !pairs.len().is_multiple_of(2) || pairs.iter().any(|it| it.is_empty()) {
            return Err("its URL is not that of a resource".to_owned());
        }
        if !namespace.contains('.') || is_blank(namespace) {
            return Err("its URL does not say the type".to_owned());
        }
        let types: Vec<&str> = pairs.iter().step_by(2).copied().collect();
        if types
            .iter()
            .any(|it| !it.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
        {
            return Err("its URL does not say the type".to_owned());
        }
        let names = pairs.iter().skip(1).step_by(2).map(|it| (*it).to_owned()).collect();
        let (scope, extends) = extended(before)?;
        (scope, extends, format!("{namespace}/{}", types.join("/")), names)
    };
    if arm::is_deployment(&type_name) {
        return Err("it is a deployment: its template is one already".to_owned());
    }
    let mut own = Map::new();
    for (name, value) in body {
        let is_id = name.eq_ignore_ascii_case("id") && value.as_str().is_some_and(|it| is(it, &sent.id));
        let is_type =
            name.eq_ignore_ascii_case("type") && value.as_str().is_some_and(|it| is(it, &type_name));
        let last = names.last().map_or("", String::as_str);
        let is_name = name.eq_ignore_ascii_case("name") && value.as_str().is_some_and(|it| is(it, last));
        if is_type || is_name || is_id {
            notes.push((at, format!("`{name}` of its body is left to the resource itself")));
            continue;
        }
        if name.eq_ignore_ascii_case("type") || name.eq_ignore_ascii_case("name") {
            return Err(format!("its body has a `{name}` that is not that of its URL"));
        }
        if is_own_member(name) {
            return Err(format!("its body has `{name}`, which a template has for itself"));
        }
        if value.is_null() {
            notes.push((at, format!("`{name}` is null: a deployment does not send it")));
            continue;
        }
        if !is_sent_member(name) {
            return Err(format!("its body has `{name}`, which no resource of a template may have"));
        }
        check(value, 0)?;
        own.insert(name.clone(), value.clone());
    }
    Ok(Resource {
        at,
        id,
        scope,
        extends,
        type_name,
        names,
        api_version: sent.api_version.clone(),
        body: own,
        after: Vec::new(),
    })
}

/// The scope of what stands before `/providers/`, and the resource within it that is extended.
fn extended(before: &str) -> Result<(Scope, Option<String>), String> {
    if let Some(scope) = Scope::read(before) {
        return Ok((scope, None));
    }
    let lower = before.to_ascii_lowercase();
    let starts = lower.match_indices("/providers/").map(|(at, _)| at);
    let found = starts.into_iter().filter_map(|at| {
        let (scope, path) = (&before[..at], &before[at + "/providers/".len()..]);
        Some((Scope::read(scope)?, path.to_owned()))
    });
    // A management group's own path has `/providers/` in it.
    found
        .last()
        .map(|(scope, path)| (scope, Some(path)))
        .ok_or_else(|| "its URL names no subscription, resource group, management group or tenant".to_owned())
}

/// That a template can say a value.
fn check(value: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("its body is nested too deeply".to_owned());
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|it| check(it, depth + 1)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            if name.eq_ignore_ascii_case("copy") && value.is_array() {
                return Err("its body has a list called `copy`, which a template takes for a loop".to_owned());
            }
            check(value, depth + 1)
        }),
        _ => Ok(()),
    }
}
