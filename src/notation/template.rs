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

use crate::arm::expression::{Expression, is_computed};
use crate::arm::{
    ApiVersion, ResourceType, ResourceTypeName, Scopes as Levels, contains_placeholder, members,
};
use crate::json::{Dialect, Kind, MistakeKind, Node, Tree};
use crate::text::{Marks, Source};
pub use evaluate::{Deployment, requests};
use scope::Scopes;
#[cfg(feature = "lsp")]
pub(crate) use scope::{evaluation, has_symbolic_names};
pub(super) use write::{DeploymentTemplate, parameter_of};

/// What ARM and its clients take beyond JSON in templates and in files of parameters.
const DIALECT: Dialect = Dialect {
    comments: true,
    trailing_commas: true,
    multiline_strings: true,
    single_quotes: true,
    ..Dialect::STRICT
};

/// Reads a template or a file of parameters as ARM and its clients do; places are those of [`Source::fragment`].
pub fn parse(source: &Source) -> Tree<'_> {
    Tree::parse(source.text().get(source.bom_len()..).unwrap_or_default(), DIALECT)
}

/// True if ARM reads a text in spite of what is not JSON in it.
pub fn is_read(tree: &Tree<'_>) -> bool {
    tree.mistakes().iter().all(|mistake| {
        matches!(
            mistake.kind,
            MistakeKind::ControlCharacter
                | MistakeKind::Comment
                | MistakeKind::ExtraComma
                | MistakeKind::WrongQuotes { .. }
                | MistakeKind::UnquotedName
                | MistakeKind::DuplicateName
        )
    })
}

/// What a text holds of templates.
#[derive(Clone, Debug, Default)]
pub struct Template<'t> {
    /// The outermost templates: one for a template, several for a text that holds more. Expressions are
    /// evaluated within these. Resources without a template around them are among them if their type is known.
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
    /// The level that its template is for, where the outermost template says it: what a nested one is deployed to its
    /// deployment says.
    pub level: Option<Levels>,
    /// It is only referred to (`"existing": true`): the deployment reads it and sends nothing.
    pub is_existing: bool,
}

impl Resource<'_> {
    /// The type, if it is one whose bodies are known.
    pub fn resource_type(&self) -> Option<ResourceType> {
        self.type_name.as_ref()?.known()
    }

    /// The last part of its name, where the template says it: `web` of `[concat(parameters('site'), '/web')]`.
    pub fn last_name(&self) -> Option<String> {
        let (_, name) = self.node.member("name")?;
        let text = name.as_str()?;
        let whole = if is_computed(&text) { evaluate_name(&text)? } else { text.into_owned() };
        let last = whole.rsplit('/').next().unwrap_or_default();
        (!last.is_empty() && !last.contains(UNKNOWN) && !contains_placeholder(last)).then(|| last.to_owned())
    }

    /// What a deployment sends of it: the object without what only the deployment reads. The resources within it
    /// are sent by themselves. Expressions stay as they are.
    pub fn body(&self) -> serde_json::Value {
        let members = self.node.members().filter_map(|(name, value)| {
            let name = name.as_str()?;
            let is_own = members::OF_DEPLOYMENTS.iter().any(|own| own.eq_ignore_ascii_case(&name));
            (!is_own).then(|| (name.into_owned(), value.to_value()))
        });
        serde_json::Value::Object(members.collect())
    }
}

/// What stands for a part of a name that only a deployment knows.
const UNKNOWN: char = '\u{0}';

/// A name that an expression joins, as far as its literals go.
fn evaluate_name(text: &str) -> Option<String> {
    let expression = Expression::parse(text).ok()?;
    expression.evaluate(&|literal| literal.to_owned(), &|function, parts: &[String]| {
        if function.eq_ignore_ascii_case("concat") {
            return Some(parts.concat());
        }
        if function.eq_ignore_ascii_case("format") {
            let (pattern, values) = parts.split_first()?;
            let whole = values
                .iter()
                .enumerate()
                .fold(pattern.clone(), |whole, (at, value)| whole.replace(&format!("{{{at}}}"), value));
            return Some(whole);
        }
        Some(UNKNOWN.to_string())
    })
}

/// What a resource says of its API version.
#[derive(Clone, Debug)]
#[non_exhaustive]
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

/// True if a text may hold a template or a resource of one: a cheap look at words, before anything is parsed.
///
/// What [`read`] finds has one of these words, or escapes in the place of their letters.
pub fn may_hold_resources(text: &str) -> bool {
    static WORDS: Marks = Marks::without_case(&TEMPLATE_WORDS);
    // A copy in small letters is the quickest for a small text, and too much for a large one.
    if text.len() <= 1 << 16 {
        return WORDS.are_in(text);
    }
    TEMPLATE_WORDS.iter().any(|word| contains(text.as_bytes(), word.as_bytes()))
}

/// What templates and their resources have in them, in small letters.
const TEMPLATE_WORDS: [&str; 4] = ["contentversion", "apiversion", "deploymenttemplate", "\\u00"];

/// True if a text that cannot be read well enough to find them seems to hold resources.
pub fn seems_to_hold_resources(text: &str) -> bool {
    let text = text.as_bytes();
    let is_template = contains(text, b"\"contentversion\"") || contains(text, b"deploymenttemplate.json");
    is_template && contains(text, b"\"resources\"")
}

/// True if `text` has `word`, which is in lower case, in any case.
fn contains(text: &[u8], word: &[u8]) -> bool {
    let rarest = |letter: &u8| word.iter().position(|it| it == letter);
    let middle = b"\\vykpd".iter().find_map(rarest).unwrap_or_default();
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
    /// The `properties` of a nested deployment.
    Deployment,
    /// Its template, whatever it says of itself.
    Template,
}

/// A node that is still to be looked at.
struct Open<'t> {
    node: Node<'t>,
    role: Role,
    /// The template around it.
    scope: Option<usize>,
    /// The resource whose child it may be, as an index of the resources found.
    parent: Option<usize>,
    /// The level that the outermost template is for; `None` in nested ones.
    level: Option<Levels>,
    /// The members beside a template: the parameters that a deployment gives it, and how it evaluates them.
    beside: Option<Node<'t>>,
}

/// Finds the templates and resources of a tree.
pub fn read<'t>(tree: &'t Tree<'t>) -> Template<'t> {
    let mut template = Template::default();
    let Some(root) = tree.root().filter(|root| !holds_parameters(*root)) else { return template };
    let mut scopes = Scopes::default();
    let mut open =
        vec![Open { node: root, role: Role::Plain, scope: None, parent: None, level: None, beside: None }];
    while let Some(Open { node, mut role, mut scope, mut parent, mut level, beside }) = open.pop() {
        if node.kind() == Kind::Array {
            let role = if matches!(role, Role::Resources) { Role::Resource } else { Role::Plain };
            open.extend(node.elements().map(|node| Open { node, role, scope, parent, level, beside: None }));
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
                level,
                beside: None,
            }));
            continue;
        }
        let is_template = is_template(node) || matches!(role, Role::Template) && resources_of(node).is_some();
        if is_template {
            level = None;
            if scope.is_none() {
                template.roots.push(node);
                let schema = node.member("$schema").and_then(|(_, schema)| schema.as_str());
                // One that something else holds (a policy, a blueprint) is deployed to where that says.
                level = schema.filter(|_| node == root).and_then(|schema| Levels::of_template(&schema));
            }
            scope = Some(scopes.enter(node, scope, beside));
            (role, parent) = (Role::Plain, None);
        }
        if scope.is_none() && !matches!(role, Role::Resource) && is_snippet(node) {
            template.is_snippet = true;
            // Of other types too little is known to say what is an expression in them: policies have their own.
            if is_of_known_type(node) {
                template.roots.push(node);
            }
            role = Role::Resource;
        }
        let is_resource = matches!(role, Role::Resource) && scopes.deploys_to_arm(node, scope);
        if is_resource {
            let above = parent.and_then(|index| template.resources[index].type_name.as_ref());
            let type_name = type_name(node, &scopes, scope, above);
            let version = version(node, &scopes, scope);
            parent = Some(template.resources.len());
            template.resources.push(Resource {
                node,
                type_name,
                version,
                is_excerpt: scope.is_none(),
                level,
                is_existing: is_existing(node),
            });
        }
        let deploys = is_resource
            && template
                .resources
                .last()
                .and_then(|resource| resource.type_name.as_ref())
                .is_some_and(ResourceTypeName::is_deployment);
        for (name, value) in node.members() {
            let holds_resources = is_template || is_resource;
            let role = if holds_resources && is(name, "resources") {
                Role::Resources
            } else if deploys && is(name, "properties") {
                Role::Deployment
            } else if matches!(role, Role::Deployment) && is(name, "template") {
                Role::Template
            } else {
                Role::Plain
            };
            let parent = if matches!(role, Role::Resources) { parent.filter(|_| is_resource) } else { None };
            let beside = is(name, "template").then_some(node);
            open.push(Open { node: value, role, scope, parent, level, beside });
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

/// True for an object whose parameters have values: files of parameters say now and then that they are templates.
fn gives_values(node: Node<'_>) -> bool {
    let has_value = |it: Node<'_>| {
        it.member("type").is_none() && (it.member("value").is_some() || it.member("reference").is_some())
    };
    node.member("parameters").is_some_and(|(_, all)| all.members().all(|(_, it)| has_value(it)))
}

/// True for a file of parameters, whose values may look like anything.
pub fn holds_parameters(root: Node<'_>) -> bool {
    let schema = root.member("$schema").and_then(|(_, schema)| schema.as_str());
    schema.is_some_and(|schema| schema.to_ascii_lowercase().contains("deploymentparameters"))
}

/// The `resources` of an object, if they are of a kind that a template has.
fn resources_of(node: Node<'_>) -> Option<Node<'_>> {
    let (_, resources) = node.member("resources")?;
    matches!(resources.kind(), Kind::Array | Kind::Object | Kind::Unknown).then_some(resources)
}

/// True if an object is a template: it has resources (or says by its schema that it should), and says that it is one or which version of its content
/// it is.
pub fn is_template(node: Node<'_>) -> bool {
    let schema = node.member("$schema").map(|(_, schema)| schema.as_str());
    let is_named = |schema: &str| schema.to_ascii_lowercase().contains("deploymenttemplate");
    // A JSON Schema describes each of them by an object.
    if node.member("contentVersion").is_some_and(|(_, version)| version.kind() == Kind::Object) {
        return false;
    }
    if resources_of(node).is_none() {
        // One that says what it is has forgotten them.
        let is_one =
            schema.flatten().is_some_and(|it| is_named(&it)) && node.member("contentVersion").is_some();
        return is_one && node.member("resources").is_none() && !gives_values(node);
    }
    match schema {
        Some(Some(schema)) => {
            is_named(&schema) || !holds_parameters(node) && node.member("contentVersion").is_some()
        }
        Some(None) | None => node.member("contentVersion").is_some(),
    }
}

/// True if an object that stands in no template is a resource of one: no request's body says its own API
/// version. Documents leave the type to the text around them.
fn is_snippet(node: Node<'_>) -> bool {
    let text = |name: &str| node.member(name).and_then(|(_, value)| value.as_str());
    let Some(version) = text("apiVersion") else { return false };
    // Others have types and versions too; a namespace has a dot, and a version is a date or computed.
    let is_version = || version.starts_with('[') || version.trim().parse::<ApiVersion>().is_ok();
    is_of_known_type(node)
        || text("type")
            .and_then(|name| ResourceTypeName::parse(&name))
            .is_some_and(|name| name.namespace().contains('.') && is_version())
}

/// True if a resource names a type whose bodies are known, or leaves its type to the text around it.
fn is_of_known_type(node: Node<'_>) -> bool {
    match node.member("type") {
        Some((_, value)) => {
            let name = value.as_str().and_then(|name| ResourceTypeName::parse(&name));
            name.is_some_and(|name| name.known().is_some())
        }
        None => node.member("identity").is_some_and(|(_, identity)| {
            let names = ["type", "userAssignedIdentities", "identityIds"];
            names.iter().any(|name| identity.member(name).is_some())
        }),
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
    if let Some(extension) = extension_type(resource, text) {
        return Some(extension);
    }
    match parent {
        Some(parent) if !text.contains('.') => {
            ResourceTypeName::parse(&format!("{}/{}", parent.as_str(), text.trim_matches('/')))
        }
        _ => ResourceTypeName::parse(text.trim_matches('/')),
    }
}

/// The type of a resource that extends the one that it names: `Microsoft.KeyVault/vaults/providers/locks`, where the
/// name says whose `locks` they are: `myVault/Microsoft.Authorization/myLock`.
fn extension_type(resource: Node<'_>, text: &str) -> Option<ResourceTypeName> {
    let (extended, types) = text.split_once("/providers/")?;
    let (_, name) = resource.member("name")?;
    let name = name.as_str()?;
    let whole = if is_computed(&name) { evaluate_name(&name)? } else { name.into_owned() };
    // The extended resource has a name for each of its types.
    let namespace = whole.split('/').nth(extended.matches('/').count())?;
    let is_namespace =
        namespace.contains('.') && !namespace.contains(UNKNOWN) && !contains_placeholder(namespace);
    is_namespace.then(|| ResourceTypeName::parse(&format!("{namespace}/{types}")))?
}

fn version<'t>(resource: Node<'t>, scopes: &Scopes<'t>, scope: Option<usize>) -> Version<'t> {
    let Some((_, value)) = resource.member("apiVersion") else {
        return if scopes.has_profile(scope) { Version::Open } else { Version::Missing };
    };
    scopes.resolve(value, scope).map_or(Version::Open, |(text, node)| Version::Named { text, node })
}
