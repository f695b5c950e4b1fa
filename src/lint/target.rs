//! What request a body is for: from the call's URL, from what the user says, or from the body's shape.

use super::{Given, Target};
use crate::arm::{Method, RequestUrl, ResourceType};
use crate::json::{Dialect, Kind, Node, Tree};
use crate::notation::template::{self, Resource, Version};
use crate::notation::{Call, Notation, Place};
use crate::text::{Source, Span};

/// What the text says of the request that `call` is, its body's shape included where nothing else says it; `None`
/// for a body that nothing is known of. No URL is judged here.
pub fn target(source: &Source, call: &Call<'_>, given: &Given) -> Option<Target> {
    let url = call.url.as_ref().map(|url| RequestUrl::read_with(url.text(), call.sent_method()));
    let mut target = of_call(call, url.as_ref(), *given);
    if target.type_name.is_none() && call.notation == Notation::Body {
        let body = call.body.text()?;
        let tree = Tree::parse(body.text(), dialect(source, call));
        let Shape::Body(resource_type, method) = shape_of(call, tree.root()?) else { return None };
        target.resource_type = Some(resource_type);
        target.type_name = Some(resource_type.into());
        target.method.get_or_insert(method);
    }
    Some(target)
}

/// The requests that `call` stands for, each with the bytes of the file that it takes: itself, or in a template one
/// for each resource whose type it names.
pub fn targets(source: &Source, call: &Call<'_>, given: &Given) -> Vec<(Span, Target)> {
    if let Some(body) = call.body.text().filter(|_| call.notation == Notation::Template) {
        let tree = Tree::parse(body.text(), dialect(source, call));
        let found = template::read(&tree);
        let named = found.resources.iter().filter(|resource| resource.type_name.is_some());
        let sent = named.filter(|resource| !resource.is_existing && belongs(call, resource));
        let requests: Vec<_> =
            sent.map(|resource| (body.to_file(resource.node.span()), of_resource(resource))).collect();
        if !requests.is_empty() {
            return requests;
        }
        let as_body = Call { notation: Notation::Body, ..call.clone() };
        return target(source, &as_body, given).map(|target| (call.span, target)).into_iter().collect();
    }
    target(source, call, given).map(|target| (call.span, target)).into_iter().collect()
}

/// False for what a file holds alone, with a type and a version of which nothing is known: it need not be for a template.
pub(super) fn belongs(call: &Call<'_>, resource: &Resource<'_>) -> bool {
    !resource.is_excerpt || call.context.place == Place::Document || resource.resource_type().is_some()
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
        method: Some(if resource.is_existing { Method::Get } else { Method::Put }),
        action: None,
    }
}

/// The JSON of request bodies: what the parser should know of ARM's names and values.
pub(super) fn dialect(source: &Source, call: &Call<'_>) -> Dialect {
    let template = call.notation == Notation::Template;
    Dialect {
        comments: template,
        trailing_commas: template,
        multiline_strings: template,
        bare_members: (template || call.notation == Notation::Body) && call.context.place == Place::Document,
        single_quotes: call.notation == Notation::AzRest,
        stand_ins: source.problem().is_some(),
        joins,
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

/// What the call itself says, filled up with what the user says of bodies that stand alone.
pub(super) fn of_call(call: &Call<'_>, url: Option<&RequestUrl<'_>>, given: Given) -> Target {
    let Some(url) = url else {
        return Target {
            resource_type: given.resource_type,
            type_name: given.resource_type.map(Into::into),
            api_version: given.api_version.or_else(|| call.context.api_version?.parse().ok()),
            method: given.method,
            action: None,
        };
    };
    let type_name = url.resource_type();
    Target {
        resource_type: type_name.as_ref().and_then(crate::arm::ResourceTypeName::known),
        type_name,
        api_version: url.version(),
        method: call.sent_method(),
        action: url.action().map(str::to_owned),
    }
}

/// What the shape of a JSON value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The body of a request for this type.
    Body(ResourceType, Method),
    /// What GET returned: it is read, not sent.
    Answer,
    /// Something else.
    Other,
}

/// Members of `properties` that only a VM has.
const VM_PROPERTIES: [&str; 8] = [
    "hardwareProfile",
    "storageProfile",
    "osProfile",
    "networkProfile",
    "diagnosticsProfile",
    "availabilitySet",
    "licenseType",
    "securityProfile",
];

/// Members of `properties` that only a VM scale set has.
const VMSS_PROPERTIES: [&str; 8] = [
    "virtualMachineProfile",
    "upgradePolicy",
    "overprovision",
    "orchestrationMode",
    "singlePlacementGroup",
    "platformFaultDomainCount",
    "automaticRepairsPolicy",
    "scaleInPolicy",
];

/// Members of `properties` that the service sets.
const ANSWER_PROPERTIES: [&str; 4] = ["provisioningState", "vmId", "timeCreated", "instanceView"];

/// What the body of `call` looks like, if neither its URL nor the user says what it is for. An `identity` alone is
/// that of any resource: the document around it decides, and a URL that only a run knows leaves it open.
pub(super) fn shape_of(call: &Call<'_>, root: Node<'_>) -> Shape {
    let Shape::Body(resource_type, method) = shape(root) else { return shape(root) };
    let properties = root.member("properties").map(|(_, value)| value);
    let told = root.member("type").is_some()
        || properties.is_some_and(|it| {
            VM_PROPERTIES.iter().chain(&VMSS_PROPERTIES).any(|name| it.member(name).is_some())
        });
    if told {
        Shape::Body(resource_type, method)
    } else if call.url.is_some() {
        Shape::Other
    } else {
        Shape::Body(call.context.resource_type.unwrap_or(resource_type), method)
    }
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
    let known = match named.as_deref().map(str::parse::<ResourceType>) {
        Some(Ok(known)) => Some(known),
        Some(Err(_)) => return Shape::Other,
        None if holds(&VMSS_PROPERTIES) => Some(ResourceType::VirtualMachineScaleSet),
        None if holds(&VM_PROPERTIES) => Some(ResourceType::VirtualMachine),
        // Many types have an identity; what else this one has is neither a VM's nor a scale set's.
        None if has("apiVersion") || properties.is_some_and(is_foreign) => None,
        // A scale set's `sku` stands at the top, a VM has none.
        None if managed && has("sku") => Some(ResourceType::VirtualMachineScaleSet),
        None if managed => Some(ResourceType::VirtualMachine),
        None => None,
    };
    let Some(known) = known else { return Shape::Other };
    let principal = identity.is_some_and(|it| it.member("principalId").is_some() && has("id"));
    if holds(&ANSWER_PROPERTIES) || principal {
        return Shape::Answer;
    }
    let method = if has("location") { Method::Put } else { Method::Patch };
    Shape::Body(known, method)
}

/// The machine that a template's resource looks like which does not say its type, as documents show one.
pub(super) fn machine(resource: Node<'_>) -> Option<ResourceType> {
    if let Shape::Body(known, _) = shape(resource) {
        return Some(known);
    }
    let (_, identity) = resource.member("identity")?;
    let properties = resource.member("properties").map(|(_, value)| value);
    let is_other = resource.member("type").is_some() || properties.is_some_and(is_foreign);
    let known = match resource.member("sku") {
        Some(_) => ResourceType::VirtualMachineScaleSet,
        None => ResourceType::VirtualMachine,
    };
    (!is_other && is_managed_identity(identity)).then_some(known)
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
