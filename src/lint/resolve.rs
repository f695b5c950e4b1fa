//! What a request is, and how well that is known: the only place that says what a body is for. The linter, the
//! inventory, the language server and followed files all ask it.

mod extent;
mod format;
mod misfits;

use std::borrow::Cow;

use super::evidence::{Certainty, Deploys, Evidence, Extent, UrlEvidence, Values, VersionEvidence};
use super::{Given, Options, Target};
use crate::arm::{
    ApiVersion, ApiVersionParameter, Method, RequestUrl, ResourceType, ResourceTypeName, Service, TypeMark,
};
use crate::json::{self, Dialect, Kind, MistakeKind, Node, Tree};
use crate::notation::template::{self, Resource, Template, Version};
use crate::notation::{Call, LeftOut, Notation, Place};
use crate::schema::types::{Described, MarkPlace};
use crate::schema::{Standing, Step, Validators};
use crate::text::{Source, Span};

/// What is known besides the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'o> {
    /// What the user says of bodies that stand alone.
    pub(super) given: Given,
    /// Their type, where only a schema knows it.
    pub(super) type_name: Option<&'o ResourceTypeName>,
    /// The schemas.
    pub(super) validators: &'o Validators,
}

/// A call and what it was found to be.
#[derive(Debug)]
pub(super) struct Resolved<'a> {
    /// The URL, taken apart.
    pub(super) url: Option<RequestUrl<'a>>,
    /// What the request is for.
    pub(super) target: Target,
    /// The body, read as what it is.
    pub(super) tree: Option<Tree<'a>>,
    /// What the schemas know of the version.
    pub(super) standing: Option<Standing>,
    /// How well all that is known.
    pub(super) evidence: Evidence,
}

/// What `call` is; `None` for a body that nothing is known of. A template's resources are asked for one by one:
/// [`resource`].
pub(super) fn resolve<'a>(source: &Source, call: &'a Call<'a>, asked: Asked<'_>) -> Option<Resolved<'a>> {
    let service = call.service();
    let url = call.url.as_ref().map(|url| RequestUrl::read_with(url.text(), call.sent_method()));
    let mut evidence = Evidence::full(service, call.context.place);
    let mut target = of_call(call, url.as_ref(), asked.given);
    if url.is_none() && target.type_name.is_none() {
        target.type_name = asked.type_name.cloned();
        target.resource_type = target.type_name.as_ref().and_then(ResourceTypeName::known);
    }
    if target.method.is_none() {
        evidence.method = Certainty::Unknown;
    } else if call.method.as_ref().is_some_and(|it| call.is_default(it.to_file(it.span()))) {
        evidence.method = Certainty::Guessed;
    }
    let body = call.body.text();
    let dialect = dialect(source, call);
    let tree = body.map(|body| Tree::parse(body.text(), dialect));
    let root = tree.as_ref().and_then(Tree::root);
    if target.type_name.is_none() {
        let shape = root.map_or(Shape::Other, |root| match shape_of(call, root) {
            Shape::Body(known, _, Certainty::Decided) if is_mostly_other(root, known, asked.validators) => {
                Shape::Other
            }
            shape => shape,
        });
        match shape {
            Shape::Body(resource_type, method, certainty) => {
                target.resource_type = Some(resource_type);
                target.type_name = Some(resource_type.into());
                evidence.target = certainty;
                if target.method.is_none() {
                    target.method = Some(method);
                    evidence.method = Certainty::Guessed;
                }
            }
            shape if call.is_bare() => {
                // A body that nothing is known of is nobody's business here.
                let root = root.filter(|_| shape == Shape::Other)?;
                target.type_name = Some(recognised(root, asked.validators)?);
                evidence.target = Certainty::Decided;
                if target.method.is_none() {
                    target.method = Some(method_of(root));
                    evidence.method = Certainty::Guessed;
                }
            }
            Shape::Answer | Shape::Other => evidence.target = Certainty::Unknown,
        }
    } else if target.method.is_none() {
        target.method = root.map(method_of);
        evidence.method = Certainty::Guessed;
    }
    if call.context.body_is_apart && root.is_some_and(|root| is_of_another(root, &target, asked.validators)) {
        evidence.target = Certainty::Guessed;
    }
    if let Some(body) = body {
        evidence.extent = extent::of_body(call, body);
    }
    of_made(call, &mut evidence);
    evidence.language = call.context.language;
    if let (Some(body), Some(tree)) = (body.filter(|_| call.client.reads_python), &tree) {
        evidence.is_python = is_python(body.text(), tree);
    }
    let malformed = match url.as_ref().map(|url| &url.api_version) {
        Some(ApiVersionParameter::Invalid { span, .. }) => {
            call.url.as_ref().and_then(|part| part.text().get(span.clone()))
        }
        _ => None,
    };
    let standing = version(&mut target, &mut evidence, malformed, asked.validators);
    // Nobody is told of the brackets of a body that nothing is known of.
    let known = target.resource_type.is_some() || standing.is_some();
    let settle = |tree| {
        json::best_reading(tree, dialect, &|tree| misfits::misfits(tree, &target, asked.validators.schemas()))
    };
    let tree = if known && !evidence.extent.is_cut() { tree.map(settle) } else { tree };
    if tree.as_ref().and_then(Tree::root).is_some_and(format::names_kinds) {
        evidence.values = Values::Kinds;
    }
    Some(Resolved { url, target, tree, standing, evidence })
}

/// Says what is known of a request that the client itself writes.
fn of_made(call: &Call<'_>, evidence: &mut Evidence) {
    let Some(made) = &call.made else { return };
    evidence.url = if made.by_id { UrlEvidence::OfId } else { UrlEvidence::OfNames };
    if made.is_opaque {
        evidence.target = Certainty::Unknown;
    } else if made.lacks.is_some() {
        evidence.extent = Extent::Excerpt { whole: made.whole.clone(), is_cut: false };
    }
}

/// True if no member of the body's `properties` is one of the type's in any version: a block that follows a call may be
/// the body of another one.
fn is_of_another(root: Node<'_>, target: &Target, validators: &Validators) -> bool {
    let says_other = root
        .member("type")
        .and_then(|(_, value)| ResourceTypeName::parse(&value.as_str()?))
        .is_some_and(|said| target.type_name.as_ref().is_some_and(|name| *name != said));
    let (Some(name), Some(method), Some((_, properties))) =
        (&target.type_name, target.method, root.member("properties"))
    else {
        return says_other;
    };
    let mut members = properties.members().take(MAX_MEMBERS).peekable();
    let is_known = |member: &str| {
        let steps = [Step::Name("properties"), Step::Name(member)];
        validators.schemas().ever_has(name.as_str(), method, &steps)
    };
    let is_other = target.resource_type.is_some()
        && members.peek().is_some()
        && !members.any(|(name, _)| name.as_str().is_some_and(|member| is_known(&member)));
    says_other || is_other
}

/// Members that are looked at for one that is known.
const MAX_MEMBERS: usize = 32;

/// True for a literal of Python that is not JSON: its strings stand in single quotes, or it has Python's constants.
fn is_python(text: &str, tree: &Tree<'_>) -> bool {
    let constant = |span: Span| {
        let word = text.get(span.range());
        word.is_some_and(|word| ["True", "False", "None"].contains(&word))
    };
    let is_taken = tree.mistakes().iter().all(|mistake| match mistake.kind {
        MistakeKind::UnquotedValue => constant(mistake.span),
        MistakeKind::ExtraComma => true,
        _ => false,
    });
    let quote = memchr::memchr2(b'\'', b'"', text.as_bytes());
    let in_single_quotes = quote.is_some_and(|at| text.as_bytes()[at] == b'\'');
    is_taken && text.trim_start().starts_with('{') && (in_single_quotes || !tree.mistakes().is_empty())
}

/// What a resource of a template is, and how well that is known; `None` if nothing says it. `whole` is what is known of
/// the template.
pub(super) fn resource(
    call: &Call<'_>,
    template: &Template<'_>,
    resource: &Resource<'_>,
    validators: &Validators,
    whole: &Evidence,
) -> Option<(Target, Evidence, Option<Standing>)> {
    let mut evidence = whole.clone();
    evidence.is_fragment = resource.is_excerpt;
    if format::names_kinds(resource.node) {
        evidence.values = Values::Kinds;
    }
    let mut target = of_resource(resource);
    let type_name = if let Some(name) = &resource.type_name {
        name.clone()
    } else if template.is_snippet {
        let (known, certainty) = machine(call, resource.node)?;
        evidence.target = certainty;
        known.into()
    } else {
        return None;
    };
    target.resource_type = type_name.known();
    target.type_name = Some(type_name);
    let malformed = match &resource.version {
        Version::Named { text, .. } if target.api_version.is_none() => Some(text.as_ref()),
        _ => None,
    };
    let standing = version(&mut target, &mut evidence, malformed, validators);
    Some((target, evidence, standing))
}

/// What a template's resource says of the request that a deployment makes of it.
pub(super) fn of_resource(resource: &Resource<'_>) -> Target {
    let api_version = match &resource.version {
        Version::Named { text, .. } => text.parse().ok(),
        Version::Missing | Version::Open => None,
    };
    Target {
        resource_type: resource.resource_type(),
        type_name: resource.type_name.clone(),
        api_version,
        checked_as: None,
        method: Some(if resource.is_existing { Method::Get } else { Method::Put }),
        action: None,
    }
}

/// False for what a file holds alone, with a type and a version of which nothing is known: it need not be for a template.
pub(super) fn belongs(call: &Call<'_>, resource: &Resource<'_>) -> bool {
    !resource.is_excerpt || call.context.place == Place::Document || resource.resource_type().is_some()
}

/// What is known of a template as a whole.
pub(super) fn whole(call: &Call<'_>) -> Evidence {
    let mut evidence = Evidence::full(Service::ResourceManager, call.context.place);
    evidence.language = call.context.language;
    if let Some(body) = call.body.text() {
        evidence.extent = extent::of_body(call, body);
    }
    of_made(call, &mut evidence);
    evidence
}

/// When the templates in a body are deployed: the template that it is, or that it is a deployment of, at once.
/// (<https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics>)
pub(super) fn deploys(root: Node<'_>) -> Deploys {
    fn member<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
        node.member(name).map(|(_, value)| value)
    }
    let properties = member(root, "properties");
    let rule = member(root, "policyRule").or_else(|| member(properties?, "policyRule")).unwrap_or(root);
    if member(rule, "if").is_some() && member(rule, "then").is_some() {
        return Deploys::ByPolicy;
    }
    let holds = |name: &str| properties.and_then(|it| member(it, name)).is_some_and(template::is_template);
    let is_deployment = properties.is_some_and(|it| member(it, "mode").is_some());
    if holds("mainTemplate") || holds("template") && !is_deployment {
        Deploys::Later
    } else {
        Deploys::AtOnce
    }
}

/// Says how well the version is known, and which one serves.
fn version(
    target: &mut Target,
    evidence: &mut Evidence,
    malformed: Option<&str>,
    validators: &Validators,
) -> Option<Standing> {
    let name = target.type_name.as_ref()?;
    evidence.is_described = validators.is_described_only(name.as_str());
    if target.api_version.is_none()
        && let Some(meant) = malformed.and_then(meant)
    {
        target.checked_as = validators.standing(name.as_str(), Some(meant)).map(Standing::serves);
    }
    let standing = validators.standing(name.as_str(), target.api_version.or(target.checked_as));
    evidence.version = match (target.api_version, standing) {
        _ if malformed.is_some() => VersionEvidence::NotPublished,
        (None, _) => VersionEvidence::NotSaid,
        (Some(_), Some(Standing::Published(_)) | None) => VersionEvidence::Stated,
        (Some(_), Some(_)) => VersionEvidence::NotPublished,
    };
    standing
}

/// The version that a malformed one comes nearest to: `2024-7-1` is `2024-07-01`.
fn meant(text: &str) -> Option<ApiVersion> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    let year = numbers.next().filter(|year| year.len() == 4)?;
    let number = |text: Option<&str>, most: u32| {
        text.and_then(|text| text.parse::<u32>().ok()).map_or(most, |number| number.clamp(1, most))
    };
    let month = number(numbers.next(), 12);
    let day = number(numbers.next(), 31);
    let preview = if text.to_ascii_lowercase().contains("preview") { "-preview" } else { "" };
    // Not every month has so many days.
    (0..4).find_map(|less| {
        format!("{year}-{month:02}-{:02}{preview}", day.saturating_sub(less).max(1)).parse().ok()
    })
}

/// What the text says of the request that `call` is, its body's shape included where nothing else says it; `None`
/// for a body that nothing is known of.
pub fn target(source: &Source, call: &Call<'_>, options: &Options) -> Option<Target> {
    let validators = options.schemas.clone().unwrap_or_else(Validators::embedded);
    let type_name = options.type_name.as_ref();
    let asked = Asked { given: options.given, type_name, validators: &validators };
    resolve(source, call, asked).map(|resolved| resolved.target)
}

/// The requests that `call` stands for, each with the bytes of the file that it takes: itself, or in a template one
/// for each resource whose type it names.
pub fn targets(source: &Source, call: &Call<'_>, options: &Options) -> Vec<(Span, Target)> {
    if call.left_out == LeftOut::Request {
        return Vec::new();
    }
    if let Some(body) = call.body.text().filter(|_| call.is_template()) {
        let tree = Tree::parse(body.text(), dialect(source, call));
        let found = template::read(&tree);
        let validators = options.schemas.clone().unwrap_or_else(Validators::embedded);
        let whole = whole(call);
        let requests: Vec<_> = found
            .resources
            .iter()
            .filter(|it| !it.is_existing && belongs(call, it))
            .filter_map(|it| Some((it, resource(call, &found, it, &validators, &whole)?)))
            .map(|(resource, (target, ..))| (body.to_file(resource.node.span()), target))
            .collect();
        if !requests.is_empty() {
            return requests;
        }
        let as_body = as_body(call);
        return target(source, &as_body, options).map(|target| (call.span, target)).into_iter().collect();
    }
    target(source, call, options).map(|target| (call.span, target)).into_iter().collect()
}

/// What might have been a template, read as a body.
pub(super) fn as_body<'s>(call: &Call<'s>) -> Call<'s> {
    Call { notation: Notation::Body, ..call.clone() }
}

/// The JSON of request bodies: what the parser should know of ARM's names and values.
pub(super) fn dialect(source: &Source, call: &Call<'_>) -> Dialect {
    let template = call.is_template();
    Dialect {
        comments: template,
        trailing_commas: template,
        multiline_strings: template,
        bare_members: call.is_bare() && call.context.place == Place::Document,
        single_quotes: call.client.reads_python,
        stand_ins: source.problem().is_some(),
        joins,
        takes,
        ..Dialect::STRICT
    }
}

/// Two words of `type` that belong into one string.
fn joins(name: &str, first: &str, second: &str) -> bool {
    let word = |text: &str| {
        text.len() <= 60
            && text.trim_matches([',', ' ']).to_ascii_lowercase().split(',').map(str::trim).all(|word| {
                word == "none"
                    || (word.ends_with("assigned") && word.bytes().all(|it| it.is_ascii_alphabetic()))
            })
    };
    name.trim().eq_ignore_ascii_case("type") && word(first) && word(second)
}

/// True if `word` is a kind of identity, where one is due.
fn takes(name: &str, word: &str) -> bool {
    name.trim().eq_ignore_ascii_case("type") && (word == "None" || word.ends_with("Assigned"))
}

/// What the call itself says, filled up with what the user says of bodies that stand alone.
fn of_call(call: &Call<'_>, url: Option<&RequestUrl<'_>>, given: Given) -> Target {
    let of_command = || call.made.as_ref().and_then(|made| made.resource_type.clone());
    let Some(url) = url else {
        if call.made.is_some() {
            let type_name = of_command();
            let resource_type = type_name.as_ref().and_then(ResourceTypeName::known);
            return Target { resource_type, type_name, method: call.sent_method(), ..Target::default() };
        }
        return Target {
            resource_type: given.resource_type,
            type_name: given.resource_type.map(Into::into),
            api_version: given.api_version.or_else(|| call.context.api_version?.parse().ok()),
            method: given.method,
            action: None,
            checked_as: None,
        };
    };
    let type_name = url.resource_type().or_else(of_command);
    Target {
        resource_type: type_name.as_ref().and_then(crate::arm::ResourceTypeName::known),
        type_name,
        api_version: url.version(),
        method: call.sent_method(),
        action: url.action().map(str::to_owned),
        checked_as: None,
    }
}

/// What the shape of a JSON value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// The body of a request for this type, and how certain that is.
    Body(ResourceType, Method, Certainty),
    /// What GET returned: it is read, not sent.
    Answer,
    /// Something else.
    Other,
}

/// Members of `properties` that the service sets.
const ANSWER_PROPERTIES: [&str; 4] = ["provisioningState", "vmId", "timeCreated", "instanceView"];

/// What stands at the top of other resources, and neither in a VM nor in a scale set.
const FOREIGN: [&str; 1] = ["kind"];

/// What the members of a body say: the type that they are members of, and whether no other has them.
fn of_members(root: Node<'_>) -> Option<(ResourceType, Certainty)> {
    let (_, properties) = root.member("properties")?;
    let is_foreign = FOREIGN.iter().any(|name| root.member(name).is_some());
    let certainty =
        |decides: bool| if decides && !is_foreign { Certainty::Decided } else { Certainty::Guessed };
    // What a set has decides: its properties hold those of a machine.
    ResourceType::ALL.into_iter().rev().find_map(|known| {
        let found: Vec<_> =
            known.marks().iter().filter_map(|mark| Some((mark, properties.member(mark.name)?.1))).collect();
        let is_own = |(mark, value): &(&TypeMark, Node<'_>)| {
            mark.is_own || mark.within.iter().any(|name| value.member(name).is_some())
        };
        let decides = found.len() > 2 || found.iter().any(is_own);
        (!found.is_empty()).then(|| (known, certainty(decides)))
    })
}

/// What the body of `call` looks like, if neither its URL nor the user says what it is for. An `identity` alone is
/// that of any resource: the document around it decides, and a URL that only a run knows leaves it open.
fn shape_of(call: &Call<'_>, root: Node<'_>) -> Shape {
    let Shape::Body(resource_type, method, certainty) = shape(root) else { return shape(root) };
    if root.member("type").is_some() || of_members(root).is_some() {
        Shape::Body(resource_type, method, certainty)
    } else if call.url.is_some() {
        Shape::Other
    } else {
        let (known, certainty) = around(call).unwrap_or((resource_type, Certainty::Guessed));
        Shape::Body(known, method, certainty)
    }
}

/// True if most members of `properties` are none that the type ever had: one name in common with it decides nothing.
fn is_mostly_other(root: Node<'_>, known: ResourceType, validators: &Validators) -> bool {
    let Some((_, properties)) = root.member("properties") else { return false };
    let is_known = |name: &str| {
        let steps = [Step::Name("properties"), Step::Name(name)];
        validators.schemas().ever_has(known.full_name(), Method::Put, &steps)
    };
    let names: Vec<_> =
        properties.members().take(MAX_MEMBERS).filter_map(|(name, _)| name.as_str()).collect();
    let own = names.iter().filter(|name| is_known(name)).count();
    own * 2 < names.len()
}

/// The type that the document around a call says or speaks of.
fn around(call: &Call<'_>) -> Option<(ResourceType, Certainty)> {
    let known = call.context.resource_type?;
    Some((known, if call.context.says_type { Certainty::Stated } else { Certainty::Guessed }))
}

/// What `root` looks like, if nobody says what it is.
fn shape(root: Node<'_>) -> Shape {
    if root.kind() != Kind::Object {
        return Shape::Other;
    }
    let has = |name: &str| root.member(name).is_some();
    if has("$schema") || has("swagger") || has("openapi") {
        return Shape::Other;
    }
    let properties = root.member("properties").map(|(_, value)| value);
    let holds =
        |names: &[&str]| properties.is_some_and(|it| names.iter().any(|name| it.member(name).is_some()));
    let identity = root.member("identity").map(|(_, value)| value);
    let managed = identity.is_some_and(is_managed_identity)
        || properties
            .and_then(|it| it.member("identity"))
            .is_some_and(|(_, value)| is_managed_identity(value));
    let named = root.member("type").and_then(|(_, value)| value.as_str());
    let known = match (named.as_deref().map(str::parse::<ResourceType>), of_members(root)) {
        (Some(Ok(known)), _) => Some((known, Certainty::Stated)),
        (Some(Err(_)), _) => return Shape::Other,
        (None, Some(known)) => Some(known),
        // Many types have an identity; what else this one has is neither a VM's nor a scale set's.
        (None, None) if has("apiVersion") || properties.is_some_and(is_foreign) => None,
        (None, None) => managed.then(|| (identity_holder(root), Certainty::Guessed)),
    };
    let Some((known, certainty)) = known else { return Shape::Other };
    let principal = identity.is_some_and(|it| it.member("principalId").is_some() && has("id"));
    if holds(&ANSWER_PROPERTIES) || principal {
        return Shape::Answer;
    }
    Shape::Body(known, method_of(root), certainty)
}

/// Members that say that a value is not the body of a request without a type: what it is stands in it, or it is an
/// answer.
const NOT_BARE: [&str; 8] =
    ["$schema", "swagger", "openapi", "type", "apiVersion", "id", "$ref", "systemData"];

/// The type that a body's members are of, where two of them at least are of no other type.
fn recognised(root: Node<'_>, validators: &Validators) -> Option<ResourceTypeName> {
    let properties = root.member("properties").map(|(_, value)| value);
    let has = |name: &str| root.member(name).is_some();
    let is_bare = root.kind() == Kind::Object
        && (has("location") || properties.is_some_and(|it| it.kind() == Kind::Object))
        && !NOT_BARE.iter().any(|name| has(name))
        && !properties.is_some_and(|it| ANSWER_PROPERTIES.iter().any(|name| it.member(name).is_some()));
    if !is_bare {
        return None;
    }
    let top = root.members().map(|(name, _)| (MarkPlace::Top, name));
    let below = properties.into_iter().flat_map(Node::members).map(|(name, _)| (MarkPlace::Properties, name));
    let names: Vec<(MarkPlace, Cow<'_, str>)> = top
        .chain(below)
        .filter_map(|(place, name)| Some((place, name.as_str()?)))
        .take(MAX_MEMBERS)
        .collect();
    let names: Vec<(MarkPlace, &str)> = names.iter().map(|(place, name)| (*place, name.as_ref())).collect();
    validators.schemas().recognise(&names).map(Described::type_name)
}

/// The machine that may have an identity alone: a scale set's `sku` stands at the top, a VM has none.
fn identity_holder(root: Node<'_>) -> ResourceType {
    ResourceType::of_machines(root.member("sku").is_some())
}

/// Only a PUT has to say where.
fn method_of(root: Node<'_>) -> Method {
    if root.member("location").is_some() { Method::Put } else { Method::Patch }
}

/// The machine that a template's resource looks like which does not say its type, as documents show one.
fn machine(call: &Call<'_>, resource: Node<'_>) -> Option<(ResourceType, Certainty)> {
    if let Shape::Body(known, _, certainty) = shape(resource) {
        let is_told = resource.member("type").is_some() || of_members(resource).is_some();
        return if is_told { Some((known, certainty)) } else { around(call).or(Some((known, certainty))) };
    }
    let (_, identity) = resource.member("identity")?;
    let properties = resource.member("properties").map(|(_, value)| value);
    let is_other = resource.member("type").is_some() || properties.is_some_and(is_foreign);
    if is_other || !is_managed_identity(identity) {
        return None;
    }
    around(call).or_else(|| Some((identity_holder(resource), Certainty::Guessed)))
}

/// True if `properties` has something, and nothing of it is an identity that slipped in.
fn is_foreign(properties: Node<'_>) -> bool {
    let mut members = properties.members().peekable();
    members.peek().is_some()
        && !members.any(|(name, _)| name.as_str().is_some_and(|it| it.eq_ignore_ascii_case("identity")))
}

/// True if an `identity` value is one of a resource: other formats have members of that name too.
fn is_managed_identity(value: Node<'_>) -> bool {
    if value.is_unknown() || value.kind() == Kind::Null {
        return true;
    }
    let words = ["SystemAssigned", "UserAssigned", "None"];
    let kind = value.member("type").and_then(|(_, value)| value.as_str());
    let speaks = kind.is_some_and(|kind| words.iter().any(|word| contains_word(&kind, word)));
    let nested = value.member("identity").is_some();
    speaks
        || nested
        || value.member("identityIds").is_some()
        || value.member("userAssignedIdentities").is_some()
        || value.member("type").is_some_and(|(_, value)| value.kind() == Kind::Array)
}

fn contains_word(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
}
