//! ARM templates: requests that a deployment makes of resources.
//!
//! A template is one body that many requests are made from. [`read`] finds its resources wherever they stand:
//! in `resources` as a list or by symbolic names, as children of other resources, in the templates of nested
//! deployments, policies and blueprints, and alone in a document's snippet. Templates are found by what is in
//! them and not by where they stand, so that a format that wraps one needs no words of its own here.

mod evaluate;
mod scope;
#[cfg(test)]
mod tests;
mod write;

use std::borrow::Cow;

use memchr::memchr2_iter;

use crate::arm::{ResourceType, ResourceTypeName};
use crate::json::{Kind, Node, Tree};
use crate::text::Marks;
pub use evaluate::{Deployment, requests};
use scope::Scopes;
pub(super) use write::DeploymentTemplate;

/// What a text holds of templates.
#[derive(Clone, Debug, Default)]
pub struct Template<'t> {
    /// The outermost templates: one for a template, several for a text that holds more. Expressions are
    /// evaluated within these.
    pub roots: Vec<Node<'t>>,
    /// The resources, of any type, in the order of the text.
    pub resources: Vec<Resource<'t>>,
    /// True if resources stand without a template around them, as a document shows one.
    pub is_snippet: bool,
}

/// A resource as a template declares it.
#[derive(Clone, Debug)]
pub struct Resource<'t> {
    /// The object.
    pub node: Node<'t>,
    /// The type, where the template says it; a child's with its parent's.
    pub type_name: Option<ResourceTypeName>,
    /// The API version.
    pub version: Version<'t>,
    /// It stands without a template around it: a document shows what matters of it and leaves out the rest.
    pub is_excerpt: bool,
}

impl Resource<'_> {
    /// The type, if it is one whose bodies are known.
    pub fn resource_type(&self) -> Option<ResourceType> {
        self.type_name.as_ref()?.known()
    }
}

/// What a resource says of its API version.
#[derive(Clone, Debug)]
pub enum Version<'t> {
    /// Nothing, though it must.
    Missing,
    /// Nothing that the template alone tells: an expression of more than variables and parameters, or an API
    /// profile that stands for it.
    Open,
    /// This.
    Named {
        /// The version as it is written.
        text: Cow<'t, str>,
        /// Where it is written: at the resource, or at the variable or parameter that it names.
        node: Node<'t>,
    },
}

/// True if a text may hold a resource of a known type in a template: a cheap look at words, before anything is
/// parsed.
pub fn may_hold_resources(text: &str) -> bool {
    static TEMPLATE: Marks = Marks::without_case(&TEMPLATE_WORDS);
    static NAMES: Marks = Marks::without_case(&RESOURCE_WORDS);
    // A copy in small letters is the quickest for a small text, and too much for a large one.
    if text.len() <= 1 << 16 {
        return TEMPLATE.are_in(text) && NAMES.are_in(text);
    }
    let text = text.as_bytes();
    let any = |words: &[&str]| words.iter().any(|word| contains(text, word.as_bytes()));
    any(&TEMPLATE_WORDS) && any(&RESOURCE_WORDS)
}

/// What templates and their resources have in them, in small letters.
const TEMPLATE_WORDS: [&str; 3] = ["\"contentversion\"", "\"apiversion\"", "deploymenttemplate"];
/// What resources of known types have in them, in small letters.
const RESOURCE_WORDS: [&str; 3] = ["virtualmachine", "userassignedidentities", "systemassigned"];

/// True if a text that cannot be read well enough to find them seems to hold resources of a known type.
pub fn seems_to_hold_resources(text: &str) -> bool {
    let text = text.as_bytes();
    let is_template = contains(text, b"\"contentversion\"") || contains(text, b"deploymenttemplate.json");
    let names = ResourceType::ALL.map(|known| format!("\"{}\"", known.full_name().to_ascii_lowercase()));
    is_template
        && contains(text, b"\"resources\"")
        && names.iter().any(|name| contains(text, name.as_bytes()))
}

/// True if `text` has `word`, which is in lower case, in any case.
fn contains(text: &[u8], word: &[u8]) -> bool {
    let rarest = |letter: &u8| word.iter().position(|it| it == letter);
    let middle = b"vykpd".iter().find_map(rarest).unwrap_or_default();
    let letter = word[middle];
    memchr2_iter(letter, letter.to_ascii_uppercase(), text).any(|at| {
        at.checked_sub(middle)
            .and_then(|start| text.get(start..start + word.len()))
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    })
}

/// What a node is to the one that it stands in.
#[derive(Clone, Copy)]
enum Role {
    /// Nothing that is known.
    Plain,
    /// The `resources` of a template or resource.
    Resources,
    /// One of them.
    Resource,
}

/// A node that is still to be looked at.
struct Open<'t> {
    node: Node<'t>,
    role: Role,
    /// The template around it.
    scope: Option<usize>,
    /// The resource whose child it may be, as an index of the resources found.
    parent: Option<usize>,
    /// The members beside a template: the parameters that a deployment gives it, and how it evaluates them.
    beside: Option<Node<'t>>,
}

/// Finds the templates and resources of a tree.
pub fn read<'t>(tree: &'t Tree<'t>) -> Template<'t> {
    let mut template = Template::default();
    let Some(root) = tree.root() else { return template };
    let mut scopes = Scopes::default();
    let mut open = vec![Open { node: root, role: Role::Plain, scope: None, parent: None, beside: None }];
    while let Some(Open { node, mut role, mut scope, mut parent, beside }) = open.pop() {
        if node.kind() == Kind::Array {
            let role = if matches!(role, Role::Resources) { Role::Resource } else { Role::Plain };
            open.extend(node.elements().map(|node| Open { node, role, scope, parent, beside: None }));
            continue;
        }
        if node.kind() != Kind::Object {
            continue;
        }
        if matches!(role, Role::Resources) {
            open.extend(node.members().map(|(_, node)| Open {
                node,
                role: Role::Resource,
                scope,
                parent,
                beside: None,
            }));
            continue;
        }
        let is_template = is_template(node);
        if is_template {
            if scope.is_none() {
                template.roots.push(node);
            }
            scope = Some(scopes.enter(node, scope, beside));
            (role, parent) = (Role::Plain, None);
        }
        if scope.is_none() && !matches!(role, Role::Resource) && is_snippet(node) {
            template.is_snippet = true;
            template.roots.push(node);
            role = Role::Resource;
        }
        let mut is_resource = false;
        if matches!(role, Role::Resource) && !is_existing(node) {
            is_resource = true;
            let above = parent.and_then(|index| template.resources[index].type_name.as_ref());
            let type_name = type_name(node, &scopes, scope, above);
            let version = version(node, &scopes, scope);
            parent = Some(template.resources.len());
            template.resources.push(Resource { node, type_name, version, is_excerpt: scope.is_none() });
        }
        for (name, value) in node.members() {
            let holds_resources = is_template || is_resource;
            let role = if holds_resources && is(name, "resources") { Role::Resources } else { Role::Plain };
            let parent = if matches!(role, Role::Resources) { parent.filter(|_| is_resource) } else { None };
            let beside = is(name, "template").then_some(node);
            open.push(Open { node: value, role, scope, parent, beside });
        }
    }
    template.roots.sort_by_key(|node| node.index());
    // What stands within another is looked at with it.
    let mut end = 0;
    template.roots.retain(|root| {
        root.span().start >= end && {
            end = root.span().end;
            true
        }
    });
    template.resources.sort_by_key(|resource| resource.node.index());
    template
}

/// True if an object is a template: it has resources, and says that it is one or which version of its content
/// it is.
fn is_template(node: Node<'_>) -> bool {
    let Some((_, resources)) = node.member("resources") else { return false };
    if !matches!(resources.kind(), Kind::Array | Kind::Object | Kind::Unknown) {
        return false;
    }
    match node.member("$schema").map(|(_, schema)| schema.as_str()) {
        Some(Some(schema)) => {
            let schema = schema.to_ascii_lowercase();
            schema.contains("deploymenttemplate")
                || !schema.contains("deploymentparameters") && node.member("contentVersion").is_some()
        }
        Some(None) | None => node.member("contentVersion").is_some(),
    }
}

/// True if an object that stands in no template is a resource of one: no request's body says its own API
/// version. Documents leave the type to the text around them.
fn is_snippet(node: Node<'_>) -> bool {
    let is_text = |name: &str| node.member(name).is_some_and(|(_, value)| value.kind() == Kind::String);
    let is_known = |name: &str| ResourceTypeName::parse(name).is_some_and(|name| name.known().is_some());
    is_text("apiVersion")
        && match node.member("type") {
            Some((_, value)) => value.as_str().is_some_and(|name| is_known(&name)),
            None => node.member("identity").is_some(),
        }
}

/// True if a resource is only referred to, and not deployed.
fn is_existing(node: Node<'_>) -> bool {
    node.member("existing").is_some_and(|(_, value)| value.kind() == Kind::True)
}

fn is(name: Node<'_>, wanted: &str) -> bool {
    name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

fn type_name<'t>(
    resource: Node<'t>,
    scopes: &Scopes<'t>,
    scope: Option<usize>,
    parent: Option<&ResourceTypeName>,
) -> Option<ResourceTypeName> {
    let (_, value) = resource.member("type")?;
    let (text, _) = scopes.resolve(value, scope)?;
    // With symbolic names and extensions a type may carry its version: `Microsoft.X/y@2024-01-01`.
    let text = text.split('@').next().unwrap_or_default();
    match parent {
        Some(parent) if !text.contains('.') => {
            ResourceTypeName::parse(&format!("{}/{}", parent.as_str(), text.trim_matches('/')))
        }
        _ => ResourceTypeName::parse(text.trim_matches('/')),
    }
}

fn version<'t>(resource: Node<'t>, scopes: &Scopes<'t>, scope: Option<usize>) -> Version<'t> {
    let Some((_, value)) = resource.member("apiVersion") else {
        return if scopes.has_profile(scope) { Version::Open } else { Version::Missing };
    };
    scopes.resolve(value, scope).map_or(Version::Open, |(text, node)| Version::Named { text, node })
}
