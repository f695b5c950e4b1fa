//! What a resource of a template must have and may have.

use super::{language, missing, parse, unknown, wrong_shape};
use crate::arm::{self};
use crate::template::refusal::{Cause, Refusal};
use crate::template::value::{Data, Object, Value, same_name};

/// Members of a resource that are sent.
const SENT: [&str; 14] = [
    "location",
    "tags",
    "sku",
    "kind",
    "plan",
    "identity",
    "zones",
    "properties",
    "extendedLocation",
    "managedBy",
    "managedByExtended",
    "placement",
    "scale",
    "etag",
];

/// Members of a resource that are the template's own: what names it, and what says when and where it is deployed. `id`
/// is what exports of views and solutions write.
const OWN: [&str; 18] = [
    "type",
    "name",
    "id",
    "apiVersion",
    "condition",
    "copy",
    "dependsOn",
    "comments",
    "scope",
    "resources",
    "existing",
    "resourceGroup",
    "subscriptionId",
    "metadata",
    "asserts",
    "import",
    "extension",
    "@options",
];

/// True for a member of a resource that its request has.
pub(in crate::template) fn is_sent_member(name: &str) -> bool {
    SENT.iter().any(|it| same_name(it, name))
}

/// True for a member of a resource that the template has for itself.
pub(in crate::template) fn is_own_member(name: &str) -> bool {
    OWN.iter().any(|it| same_name(it, name))
}

pub(super) fn check_resources(
    template: &Value,
    resources: &Value,
    has_version: bool,
    refusals: &mut Vec<Refusal>,
) {
    match &resources.data {
        Data::Object(object) => {
            // Empty, it is no list of symbols: telemetry deployments are published so, and run.
            if !has_version && !object.is_empty() {
                refusals.push(*language(
                    "Template language version must be specified in order to use feature 'SymbolicNames'.",
                    resources.place,
                ));
            }
            for member in object.members() {
                let odd: String = member
                    .name
                    .replace("::", "")
                    .chars()
                    .filter(|it| !it.is_alphanumeric() && *it != '_')
                    .collect();
                if !odd.is_empty() {
                    refusals.push(
                        *Refusal::new(
                            Cause::UndefinedSymbol,
                            format!(
                                "The provided symbolic name '{}' has these invalid characters: '{odd}'. The name can \
                                 only be a letter, digit, or '_'.",
                                member.name
                            ),
                        )
                        .at(member.place),
                    );
                }
                check_resource(
                    template,
                    &member.value,
                    &format!("resources.{}", member.name),
                    has_version,
                    0,
                    refusals,
                );
            }
        }
        Data::Array(_) => {
            if has_version {
                refusals.push(*language(
                    "You must use symbolic resource names when a template language version is specified. Please see \
                     https://aka.ms/arm-syntax-resources for usage details.",
                    resources.place,
                ));
            }
            for (at, resource) in resources.as_array().unwrap_or_default().iter().enumerate() {
                check_resource(template, resource, &format!("resources[{at}]"), has_version, 0, refusals);
            }
        }
        _ => refusals.push(wrong_shape(resources, "array", "resources")),
    }
}

/// Levels of resources within resources.
const MAX_CHILDREN: usize = 5;

fn check_resource(
    template: &Value,
    resource: &Value,
    path: &str,
    has_version: bool,
    depth: usize,
    refusals: &mut Vec<Refusal>,
) {
    let Some(object) = resource.as_object() else {
        refusals.push(wrong_shape(resource, "object", path));
        return;
    };
    let is_extension = object.get("extension").is_some() || object.get("import").is_some();
    for member in object.members() {
        let is_known = is_sent_member(&member.name) || is_own_member(&member.name);
        if !is_known {
            refusals.push(unknown(
                &member.name,
                "TemplateResource",
                &format!("{path}.{}", member.name),
                member.place,
            ));
        }
    }
    let is_missing = |name: &str| object.get(name).is_none_or(Value::is_null);
    if is_missing("type") {
        refusals.push(missing("type", path, resource.place));
    }
    if !is_extension {
        if object.get("name").is_none() {
            refusals.push(
                *Refusal::new(
                    Cause::NameSegments,
                    "Invalid template resource. The 'name' property must be specified. Please see \
                     https://aka.ms/arm-syntax for usage details.",
                )
                .at(resource.place),
            );
        }
        if is_missing("apiVersion") && template.get("apiProfile").is_none() && !is_missing("type") {
            refusals.push(
                *Refusal::new(
                    Cause::ApiVersion,
                    "Both api-version property and api-profile property for the template cannot be null or empty. Either \
                     explicitly specify the api-version for the resource or specify the api-profile for the template.",
                )
                .at(resource.place),
            );
        }
    }
    if let Some(existing) = object.get("existing").filter(|it| !it.is_null()) {
        if !has_version {
            refusals.push(*language(
                "Template language version must be specified in order to use feature 'ExistingResources'.",
                existing.place,
            ));
        }
        let is_existing = existing.as_bool() == Some(true);
        for name in ["properties", "tags", "location", "sku", "kind", "plan", "identity", "zones"] {
            if let Some(member) = object.member(name).filter(|it| is_existing && !it.value.is_null()) {
                refusals.push(
                    *Refusal::new(
                        Cause::Structure,
                        format!(
                            "Property '{name}' cannot be supplied for a resource with 'existing' set to true."
                        ),
                    )
                    .at(member.place),
                );
            }
        }
    }
    if object.get("asserts").is_some()
        && template.get("languageVersion").and_then(Value::as_str) == Some("2.0")
    {
        refusals.push(*language(
            "Template language version '2.0' does not support feature 'Asserts'.",
            object.member("asserts").and_then(|it| it.place),
        ));
    }
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    for name in ["resourceGroup", "subscriptionId"] {
        let member = object.member(name).filter(|it| !it.value.is_null());
        let is_existing = object.get("existing").and_then(Value::as_bool) == Some(true);
        if let (Some(member), false) = (member, is_existing || arm::is_deployment(kind) || kind.is_empty()) {
            refusals.push(
                *Refusal::new(
                    Cause::NestedDeployment,
                    format!(
                        "The '{name}' property is only supported for resources of type \
                         'Microsoft.Resources/deployments'. Please see https://aka.ms/arm-syntax-resources for usage \
                         details."
                    ),
                )
                .at(member.place),
            );
        }
    }
    check_copy(object, path, refusals);
    let Some(children) = object.get("resources").filter(|it| !it.is_null()) else { return };
    if has_version {
        refusals.push(*language(
            format!(
                "Resource '{}' is using symbolic names, so it cannot declare nested resources. Please see \
                 https://aka.ms/arm-syntax for usage details.",
                object.get("name").and_then(Value::as_str).unwrap_or_default()
            ),
            children.place,
        ));
        return;
    }
    if depth >= MAX_CHILDREN {
        refusals.push(parse(Cause::Structure, "Resources may be nested five levels deep.", children.place));
        return;
    }
    match children.as_array() {
        Some(items) => {
            for (at, child) in items.iter().enumerate() {
                check_resource(
                    template,
                    child,
                    &format!("{path}.resources[{at}]"),
                    has_version,
                    depth + 1,
                    refusals,
                );
            }
        }
        None => refusals.push(wrong_shape(children, "array", &format!("{path}.resources"))),
    }
}

fn check_copy(resource: &Object, path: &str, refusals: &mut Vec<Refusal>) {
    let Some(copy) = resource.get("copy").filter(|it| !it.is_null()) else { return };
    if copy.as_object().is_none() {
        refusals.push(wrong_shape(copy, "object", &format!("{path}.copy")));
        return;
    }
    for name in ["name", "count"] {
        if copy.get(name).is_none() {
            refusals.push(missing(name, &format!("{path}.copy"), copy.place));
        }
    }
}
