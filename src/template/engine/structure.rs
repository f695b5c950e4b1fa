//! What a template must have and what it may have: read before anything is evaluated.

use super::deployment::members;
use super::state::Engine;
use crate::arm::expression::is_expression;
use crate::arm::{self, Level, Scopes};
use crate::template::refusal::{Cause, Outcome, Phase, Refusal};
use crate::template::value::{Data, Object, Place, Value, same_name};

const TEMPLATE: &[&str] = &[
    "$schema",
    "contentVersion",
    "apiProfile",
    "languageVersion",
    "definitions",
    "parameters",
    "variables",
    "functions",
    "resources",
    "outputs",
    "metadata",
    "imports",
    "extensions",
    "asserts",
];

const TYPED: &[&str] = &[
    "type",
    "$ref",
    "metadata",
    "nullable",
    "allowedValues",
    "minValue",
    "maxValue",
    "minLength",
    "maxLength",
    "pattern",
    "items",
    "prefixItems",
    "properties",
    "additionalProperties",
    "discriminator",
    "sealed",
    "validate",
];

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

/// Members of a resource that are the template's own: what names it, and what says when and where it is deployed.
const OWN: [&str; 17] = [
    "type",
    "name",
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

const TYPES: [&str; 8] =
    ["string", "securestring", "int", "float", "bool", "array", "object", "secureobject"];

/// What schema a template says it follows.
pub(super) fn level(template: &Value) -> Option<Level> {
    let schema = template.get("$schema")?.as_str()?.to_ascii_lowercase();
    let name = schema.rsplit('/').next()?.trim_end_matches('#').to_owned();
    Some(match name.as_str() {
        "deploymenttemplate.json" => Level::Group,
        "subscriptiondeploymenttemplate.json" => Level::Subscription,
        "managementgroupdeploymenttemplate.json" => Level::ManagementGroup,
        "tenantdeploymenttemplate.json" => Level::Tenant,
        _ => return None,
    })
}

fn parse(cause: Cause, message: impl Into<String>, place: Option<Place>) -> Refusal {
    *Refusal::new(cause, message).in_phase(Phase::Parse).at(place)
}

fn missing(name: &str, path: &str, place: Option<Place>) -> Refusal {
    parse(Cause::Structure, format!("Required property '{name}' not found in JSON. Path '{path}'."), place)
}

fn unknown(name: &str, kind: &str, path: &str, place: Option<Place>) -> Refusal {
    parse(
        Cause::UnknownTemplateMember,
        format!("Could not find member '{name}' on object of type '{kind}'. Path '{path}'."),
        place,
    )
}

fn wrong_shape(value: &Value, wanted: &str, path: &str) -> Refusal {
    parse(
        Cause::Structure,
        format!(
            "Cannot deserialize the current JSON {} into the type of '{path}' because the type requires a JSON \
             {wanted} to deserialize correctly. Path '{path}'.",
            value.kind().as_str().to_lowercase()
        ),
        value.place,
    )
}

/// The refusals that need no evaluation, of a template that stands alone.
pub(super) fn check(template: &Value) -> Vec<Refusal> {
    let mut refusals = check_nested(template);
    if template.as_object().is_some() && template.get("$schema").is_none() {
        refusals.insert(0, missing("$schema", "", template.place));
    }
    refusals
}

/// Those of a template within another.
pub(super) fn check_nested(template: &Value) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let Some(object) = template.as_object() else {
        return vec![wrong_shape(template, "object", "")];
    };
    for member in object.members() {
        if !TEMPLATE.iter().any(|it| same_name(it, &member.name)) {
            refusals.push(unknown(&member.name, "Template", &member.name, member.place));
        }
    }
    if let Some(schema) = object.get("$schema") {
        check_schema(schema, &mut refusals);
    }
    if object.get("contentVersion").is_none_or(Value::is_null) {
        refusals.push(missing("contentVersion", "", template.place));
    }
    let version = object.get("languageVersion").filter(|it| !it.is_null());
    if let Some(version) = version {
        let text = version.as_str().unwrap_or_default();
        if !matches!(
            text,
            "2.0" | "2.1-experimental" | "2.2-experimental" | "1.10-experimental" | "1.9-experimental"
        ) {
            refusals.push(*language(
                format!("The template language version '{text}' is not recognized."),
                version.place,
            ));
        }
    }
    match object.get("resources") {
        None | Some(Value { data: Data::Null, .. }) => {
            refusals.push(missing("resources", "", template.place));
        }
        Some(resources) => check_resources(template, resources, version.is_some(), &mut refusals),
    }
    check_declarations(template, version.is_some(), &mut refusals);
    let limits = [("parameters", 256), ("variables", 512), ("outputs", 64)];
    for (name, most) in limits {
        let count = members(template, name).len();
        if count > most {
            let what = if name == "parameters" { "input parameters" } else { name };
            refusals.push(
                *Refusal::new(
                    Cause::TemplateLimits,
                    format!(
                        "The number of template {what} limit exceeded. Limit: '{most}' and actual: '{count}'. Please see \
                         https://aka.ms/arm-syntax-{name} for usage details."
                    ),
                )
                .at(object.get(name).and_then(|it| it.place)),
            );
        }
    }
    refusals
}

fn language(message: impl Into<String>, place: Option<Place>) -> Box<Refusal> {
    Refusal::new(Cause::LanguageVersion, message).at(place)
}

fn check_schema(schema: &Value, refusals: &mut Vec<Refusal>) {
    let text = schema.as_str().unwrap_or_default();
    let parts: Vec<&str> = text.trim_end_matches('#').rsplitn(3, '/').collect();
    let version = parts.get(1).copied().unwrap_or_default();
    let is_known =
        matches!(version, "2014-04-01-preview" | "2015-01-01" | "2018-05-01" | "2019-04-01" | "2019-08-01");
    if !is_known || Scopes::of_template(text).is_none() {
        refusals.push(
            *Refusal::new(
                Cause::SchemaScope,
                format!(
                    "Template schema '{text}' is not supported. Supported versions are \
                     '2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01'. Please see \
                     https://aka.ms/arm-syntax for usage details."
                ),
            )
            .at(schema.place),
        );
    }
}

fn check_declarations(template: &Value, has_version: bool, refusals: &mut Vec<Refusal>) {
    for name in ["parameters", "variables", "outputs", "definitions"] {
        if let Some(value) = template.get(name)
            && value.as_object().is_none()
            && !value.is_null()
        {
            refusals.push(wrong_shape(value, "object", name));
        }
    }
    if let Some(definitions) = template.get("definitions").filter(|it| !it.is_null() && !has_version) {
        refusals.push(*language(
            "Template language version must be specified in order to use feature 'AggregateTypeValidation'.",
            definitions.place,
        ));
    }
    for member in members(template, "parameters") {
        let path = format!("parameters.{}", member.name);
        if member.value.as_object().is_none() {
            refusals.push(wrong_shape(&member.value, "object", &path));
            continue;
        }
        check_typed(&member.value, &["defaultValue"], "TemplateInputParameter", &path, has_version, refusals);
        let is_nullable = member.value.get("nullable").and_then(Value::as_bool) == Some(true);
        if let (true, Some(default)) = (is_nullable, member.value.get("defaultValue")) {
            refusals.push(
                *Refusal::new(
                    Cause::DefaultValueKind,
                    format!(
                        "The provided properties for the template parameter '{}' are not valid, as 'nullable' and \
                         'defaultValue' cannot be used on the same parameter declaration.",
                        member.name
                    ),
                )
                .at(default.place),
            );
        }
    }
    for member in members(template, "variables") {
        if is_expression(&member.name) {
            refusals.push(
                *Refusal::new(
                    Cause::Structure,
                    format!(
                        "The template variable '{}' is not valid. The variable name cannot be an expression. Please \
                         see https://aka.ms/arm-syntax-variables for usage details.",
                        member.name
                    ),
                )
                .at(member.place),
            );
        }
    }
    for member in members(template, "outputs") {
        let path = format!("outputs.{}", member.name);
        if member.value.as_object().is_none() {
            refusals.push(wrong_shape(&member.value, "object", &path));
            continue;
        }
        check_typed(
            &member.value,
            &["value", "copy", "condition"],
            "TemplateOutputParameter",
            &path,
            has_version,
            refusals,
        );
        let has = |name: &str| member.value.get(name).is_some();
        if !has("value") && !has("copy") {
            refusals.push(
                *Refusal::new(
                    Cause::OutputKind,
                    format!(
                        "The template output '{}' is not valid. The 'value' property must be specified if not for \
                         output copy. Please see https://aka.ms/arm-syntax-outputs for usage details.",
                        member.name
                    ),
                )
                .at(member.place),
            );
        }
    }
    check_functions(template, refusals);
}

fn check_typed(
    declaration: &Value,
    own: &[&str],
    kind: &str,
    path: &str,
    has_version: bool,
    refusals: &mut Vec<Refusal>,
) {
    for member in declaration.as_object().map(Object::members).unwrap_or_default() {
        if !TYPED.iter().chain(own).any(|it| same_name(it, &member.name)) {
            refusals.push(unknown(&member.name, kind, &format!("{path}.{}", member.name), member.place));
        }
        if same_name(&member.name, "nullable") && !has_version {
            refusals.push(*language(
                "Template language version must be specified in order to use feature 'NullableParameters'.",
                member.place,
            ));
        }
        let is_aggregate =
            ["$ref", "items", "prefixItems", "properties", "additionalProperties", "discriminator"]
                .iter()
                .any(|it| same_name(it, &member.name));
        if is_aggregate && !has_version {
            refusals.push(*language(
                "Template language version must be specified in order to use feature 'AggregateTypeValidation'.",
                member.place,
            ));
        }
    }
    match declaration.get("type") {
        Some(kind) => {
            let text = kind.as_str().unwrap_or_default();
            if !TYPES.iter().any(|it| it.eq_ignore_ascii_case(text)) {
                refusals.push(parse(
                    Cause::Structure,
                    format!(
                        "Error converting value \"{text}\" to type \
                         'Azure.Deployments.Core.Entities.TemplateParameterType'. Path '{path}.type'."
                    ),
                    kind.place,
                ));
            }
        }
        None if declaration.get("$ref").is_none() && (!has_version || kind != "TemplateInputParameter") => {
            refusals.push(missing("type", path, declaration.place));
        }
        None => {}
    }
}

/// Functions that a user-defined function may not call.
const NOT_IN_FUNCTIONS: [&str; 6] =
    ["reference", "references", "copyindex", "utcnow", "newguid", "pickzones"];

fn check_functions(template: &Value, refusals: &mut Vec<Refusal>) {
    let mut calls: Vec<(String, Option<Place>, Vec<String>)> = Vec::new();
    for space in template.get("functions").and_then(Value::as_array).unwrap_or_default() {
        let namespace = space.get("namespace").and_then(Value::as_str).unwrap_or_default();
        for member in members(space, "members") {
            let mut inner = Vec::new();
            for parameter in member.value.get("parameters").and_then(Value::as_array).unwrap_or_default() {
                if let Some(default) = parameter.as_object().and_then(|it| it.member("defaultValue")) {
                    refusals.push(unknown(
                        "defaultValue",
                        "TemplateFunctionParameter",
                        &format!("functions.{namespace}.{}", member.name),
                        default.place,
                    ));
                }
            }
            let mut open = vec![member.value.get("output").and_then(|it| it.get("value"))];
            while let Some(value) = open.pop() {
                let Some(value) = value else { continue };
                open.extend(value.as_array().unwrap_or_default().iter().map(Some));
                let object = value.as_object().map(Object::members).unwrap_or_default();
                open.extend(object.iter().map(|it| Some(&it.value)));
                let Some(text) = value.as_str().filter(|it| is_expression(it)) else { continue };
                let Ok(program) = crate::template::program::Program::read(text) else { continue };
                for (lower, name, _) in program.calls() {
                    if NOT_IN_FUNCTIONS.contains(&lower)
                        || (lower.starts_with("list") && !lower.contains('.'))
                    {
                        refusals.push(
                            *Refusal::new(
                                Cause::UserFunction,
                                format!(
                                    "The template function '{}' is not valid. These function calls are not supported in \
                                     a function definition: '{name}'. Please see https://aka.ms/arm-syntax-functions for \
                                     usage details.",
                                    member.name
                                ),
                            )
                            .at(value.place),
                        );
                    }
                    if lower.contains('.') {
                        inner.push(lower.to_owned());
                    }
                }
            }
            calls.push((format!("{namespace}.{}", member.name).to_lowercase(), member.place, inner));
        }
    }
    // A ring of functions: what is left when those that call none of the rest are taken away.
    loop {
        let names: Vec<String> = calls.iter().map(|(name, _, _)| name.clone()).collect();
        let before = calls.len();
        calls.retain(|(_, _, inner)| inner.iter().any(|it| names.contains(it)));
        if calls.len() == before {
            break;
        }
    }
    if let Some((name, place, _)) = calls.first() {
        refusals.push(
            *Refusal::new(
                Cause::UserFunction,
                format!(
                    "The template function '{name}' is not valid. Recursion is not supported in user-defined functions. \
                     Detected a cycle ({name}). Please see https://aka.ms/arm-syntax-functions for usage details."
                ),
            )
            .at(*place),
        );
    }
}

fn check_resources(template: &Value, resources: &Value, has_version: bool, refusals: &mut Vec<Refusal>) {
    match &resources.data {
        Data::Object(object) => {
            if !has_version {
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

/// That every expression parses, evaluated or not. Templates within are looked at when they are deployed.
pub(super) fn check_expressions(engine: &mut Engine<'_>, template: &Value, refusals: &mut Vec<Refusal>) {
    let mut open: Vec<&Value> = Vec::new();
    open.extend(template.get("resources"));
    open.extend(members(template, "variables").iter().map(|it| &it.value));
    open.extend(members(template, "parameters").iter().filter_map(|it| it.value.get("defaultValue")));
    open.extend(members(template, "outputs").iter().map(|it| &it.value));
    while let Some(value) = open.pop() {
        match &value.data {
            Data::Text(text) => check_text(engine, text, value.place, refusals),
            Data::Array(_) => open.extend(value.as_array().unwrap_or_default()),
            Data::Object(object) => {
                let is_deployment =
                    object.get("type").and_then(Value::as_str).is_some_and(arm::is_deployment);
                for member in object.members() {
                    if is_expression(&member.name) {
                        check_text(engine, &member.name, member.place, refusals);
                    }
                    if same_name(&member.name, "metadata") || same_name(&member.name, "comments") {
                        continue;
                    }
                    let inner = member
                        .value
                        .as_object()
                        .filter(|_| is_deployment && same_name(&member.name, "properties"));
                    match inner {
                        Some(properties) => open.extend(
                            properties
                                .members()
                                .iter()
                                .filter(|it| !same_name(&it.name, "template"))
                                .map(|it| &it.value),
                        ),
                        None => open.push(&member.value),
                    }
                }
            }
            _ => {}
        }
    }
}

fn check_text(
    engine: &mut Engine<'_>,
    text: &std::sync::Arc<str>,
    place: Option<Place>,
    refusals: &mut Vec<Refusal>,
) {
    if !is_expression(text) {
        return;
    }
    let read: Outcome<_> = engine.program(text);
    refusals.extend(read.err().map(|refusal| *refusal.at(place)));
}
