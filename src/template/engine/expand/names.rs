//! Which resource a name or an id stands for, and whether none can be meant.

use crate::template::engine::resource::{Identified, Instance, Kind, Memo};
use crate::template::engine::state::Engine;
use crate::template::refusal::{Cause, Refusal};
use crate::template::value::{Data, Open, Value};

impl Engine<'_> {
    /// The resources that a name stands for.
    pub(super) fn named(&self, deployment: u32, name: &str, with_loops: bool) -> Vec<u32> {
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
    pub(in crate::template::engine) fn is_loop(&self, deployment: u32, name: &str) -> bool {
        let names = &self.deployments[deployment as usize].by_name;
        names.contains_key(&format!("symbol:{name}"))
            || names.contains_key(&format!("loop:{}", name.to_lowercase()))
    }

    pub(super) fn not_found(&self, deployment: u32, name: &str) -> Box<Refusal> {
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
    pub(super) fn has_unknown_names(&self, deployment: u32) -> bool {
        let home = &self.deployments[deployment as usize];
        match &home.identified {
            Some(all) => home.is_incomplete || all.has_unknown_names,
            None => home.is_incomplete || home.instances.iter().any(is_unknown),
        }
    }

    /// True if an id is known but for the scope or for names, and no resource can have it: none is of its type, or all
    /// names are known.
    pub(super) fn lacks(&self, deployment: u32, id: &Value) -> bool {
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
    pub(super) fn has_no_type_of(&self, deployment: u32, name: &str) -> bool {
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
    pub(super) fn open_name(&self) -> Option<String> {
        match &self.identity {
            Memo::Done(Ok(identity)) => open_name(&identity.id),
            _ => None,
        }
    }
}

impl Identified {
    pub(super) fn of(instances: &[Instance]) -> Self {
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
pub(super) fn name_of(value: &Value) -> Option<String> {
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
pub(super) fn id_arguments(text: &str) -> Option<Vec<Option<&str>>> {
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
