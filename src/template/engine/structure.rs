//! What a template must have and what it may have: read before anything is evaluated.

mod expressions;
mod resources;

pub(super) use self::expressions::check_expressions;
use self::resources::check_resources;
pub(in crate::template) use self::resources::{is_own_member, is_sent_member};
use super::deployment::members;
use crate::arm::Level;
use crate::arm::expression::is_expression;
use crate::template::budget::over;
use crate::template::refusal::{Cause, Phase, Refusal};
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

/// What a template has of each at most.
const LIMITS: [(&str, usize); 3] = [("parameters", 256), ("variables", 512), ("outputs", 64)];
/// With so many times as many it is not evaluated: ARM refuses it, and nobody wrote it by hand.
const FAR: usize = 4;

/// Why a template is not evaluated at all, if it has far too many of something.
pub(super) fn beyond_measure(template: &Value) -> Option<Box<Refusal>> {
    LIMITS.into_iter().find_map(|(name, most)| {
        let count = members(template, name).len();
        (count > FAR * most).then(|| over(&format!("it has {count} {name}, and Azure takes {most}")))
    })
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
    for (name, most) in LIMITS {
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
    // Of the file's name only its scope is read: templates of other names (`VM.json`, `deploymentParameters.json`) have
    // been deployed for years.
    if !is_known {
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
