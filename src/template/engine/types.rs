//! The types of parameters, outputs and user-defined functions: what a value must be.

use super::state::Engine;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Object, Value, ValueKind};

/// References to definitions within definitions.
const MAX_HOPS: usize = 32;

const SEE_PARAMETERS: &str = "Please see https://aka.ms/arm-syntax-parameters for usage details.";
const SEE_FILE: &str = "Please see https://aka.ms/arm-create-parameter-file for usage details.";

/// A value that is compared with the declaration of its type.
#[derive(Clone, Copy)]
struct Check<'c> {
    deployment: u32,
    declaration: &'c Value,
    value: &'c Value,
    /// What a refusal calls it.
    what: &'c str,
    /// Where it stands in that.
    path: &'c str,
    /// References that led to the declaration.
    hops: usize,
}

/// Makes the refusal of a value.
type Invalid<'i> = &'i dyn Fn(Cause, String) -> Box<Refusal>;

impl Engine<'_> {
    /// That a parameter's value is what its declaration wants.
    pub(super) fn check_parameter(
        &mut self,
        deployment: u32,
        name: &str,
        declaration: &Value,
        value: &Value,
    ) -> Outcome<()> {
        self.check_at(deployment, declaration, value, "template parameter", name, 0)
    }

    /// That an output is.
    pub(super) fn check_output(
        &mut self,
        deployment: u32,
        name: &str,
        declaration: &Value,
        value: &Value,
    ) -> Outcome<()> {
        self.check_at(deployment, declaration, value, "template output", name, 0).map_err(|mut refusal| {
            refusal.cause = Cause::OutputKind;
            refusal.code = "DeploymentOutputEvaluationFailed";
            refusal
        })
    }

    /// That a value is of a type; `what` is what the message calls it.
    pub(super) fn check_type(
        &mut self,
        deployment: u32,
        declaration: &Value,
        value: &Value,
        what: &str,
    ) -> Outcome<()> {
        self.check_at(deployment, declaration, value, what, "", 0)
    }

    fn check_at(
        &mut self,
        deployment: u32,
        declaration: &Value,
        value: &Value,
        what: &str,
        path: &str,
        hops: usize,
    ) -> Outcome<()> {
        self.budget.steps(1)?;
        if value.is_open() || declaration.as_object().is_none() {
            return Ok(());
        }
        let invalid = |cause: Cause, more: String| {
            let subject = if path.is_empty() { what.to_owned() } else { format!("{what} '{path}'") };
            Refusal::new(cause, format!("The provided value for the {subject} is not valid. {more}"))
                .at(value.place)
        };
        let is_nullable = declaration.get("nullable").and_then(Value::as_bool) == Some(true);
        if value.is_null() && is_nullable {
            return Ok(());
        }
        if let Some(reference) = declaration.get("$ref").and_then(Value::as_str) {
            if hops >= MAX_HOPS {
                return Err(Refusal::new(
                    Cause::Budget,
                    "the template was not evaluated to its end: its types lead too deep into each other",
                ));
            }
            let definition = reference
                .strip_prefix("#/definitions/")
                .and_then(|name| {
                    let template = &self.deployments[deployment as usize].template;
                    template.get("definitions")?.get(&name.replace("~1", "/").replace("~0", "~"))
                })
                .cloned();
            if let Some(definition) = definition {
                self.check_at(deployment, &definition, value, what, path, hops + 1)?;
            }
        }
        if let Some(kind) = declaration.get("type").and_then(Value::as_str) {
            let (wanted, is_right) = match kind.to_ascii_lowercase().as_str() {
                "string" | "securestring" => ("String, Uri", value.kind() == ValueKind::String),
                "int" => ("Integer", value.kind() == ValueKind::Integer),
                "bool" => ("Boolean", value.kind() == ValueKind::Boolean),
                "array" => ("Array", value.kind() == ValueKind::Array),
                "object" | "secureobject" => ("Object", value.kind() == ValueKind::Object),
                "float" => ("Float", matches!(value.kind(), ValueKind::Float | ValueKind::Integer)),
                _ => ("", true),
            };
            if !is_right {
                return Err(invalid(
                    Cause::ParameterFile,
                    format!(
                        "Expected a value of type '{wanted}', but received a value of type '{}'. {SEE_FILE}",
                        value.kind().as_str()
                    ),
                ));
            }
        }
        let allowed = declaration.get("allowedValues").and_then(Value::as_array);
        if let Some(allowed) = allowed.filter(|it| !it.is_empty()) {
            let is_in = |value: &Value| value.has_open() || allowed.iter().any(|it| it.same(value));
            let each = value.as_array().is_some_and(|items| items.iter().all(is_in));
            if !is_in(value) && !each {
                let shown = |value: &Value| match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_json().to_string(),
                };
                let list: Vec<String> = allowed.iter().take(100).map(shown).collect();
                return Err(invalid(
                    Cause::DefaultNotAllowed,
                    format!(
                        "The value '{}' is not part of the allowed value(s): '{}'.",
                        shown(value),
                        list.join(",")
                    ),
                ));
            }
        }
        self.check_bounds(declaration, value, &invalid)?;
        let check = Check { deployment, declaration, value, what, path, hops };
        match value.kind() {
            ValueKind::Array => self.check_items(check, &invalid),
            ValueKind::Object => self.check_members(check, &invalid),
            _ => Ok(()),
        }
    }

    #[expect(clippy::unused_self, reason = "one of the checks")]
    fn check_bounds(&self, declaration: &Value, value: &Value, invalid: Invalid<'_>) -> Outcome<()> {
        let bound = |name: &str| declaration.get(name).and_then(Value::as_int);
        let length = match value.kind() {
            ValueKind::String => value.as_str().map(|it| it.encode_utf16().count() as i64),
            ValueKind::Array => value.as_array().map(|it| it.len() as i64),
            _ => None,
        };
        let limits = [
            (length, "maxLength", true, "Length of the value"),
            (length, "minLength", false, "Length of the value"),
            (value.as_int(), "maxValue", true, "Value"),
            (value.as_int(), "minValue", false, "Value"),
        ];
        for (found, name, is_most, subject) in limits {
            let (Some(found), Some(bound)) = (found, bound(name)) else { continue };
            if (is_most && found > bound) || (!is_most && found < bound) {
                let word = if is_most { "less" } else { "greater" };
                return Err(invalid(
                    Cause::ValueOutOfBounds,
                    format!("{subject} should be {word} than or equal to '{bound}'. {SEE_PARAMETERS}"),
                ));
            }
        }
        Ok(())
    }

    fn check_items(&mut self, check: Check<'_>, invalid: Invalid<'_>) -> Outcome<()> {
        let Check { deployment, declaration, value, what, path, hops } = check;
        let items = value.as_array().unwrap_or_default();
        let first = declaration.get("prefixItems").and_then(Value::as_array).unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            let inner = format!("{path}[{at}]");
            let kind = match first.get(at) {
                Some(kind) => Some(kind.clone()),
                None => declaration.get("items").cloned(),
            };
            match kind {
                Some(kind) if kind.as_bool() == Some(false) => {
                    return Err(invalid(
                        Cause::ValueOutOfBounds,
                        format!(
                            "The array expects exactly {} item(s), but additional items were present. \
                             {SEE_PARAMETERS}",
                            first.len()
                        ),
                    ));
                }
                Some(kind) if kind.as_object().is_some() => {
                    self.check_at(deployment, &kind, item, what, &inner, hops)?;
                }
                _ if declaration.get("items").is_none() && first.is_empty() => {
                    return Ok(());
                }
                _ => {}
            }
        }
        if items.len() < first.len() {
            return Err(invalid(
                Cause::ValueOutOfBounds,
                format!("The array expects at least {} item(s). {SEE_PARAMETERS}", first.len()),
            ));
        }
        Ok(())
    }

    fn check_members(&mut self, check: Check<'_>, invalid: Invalid<'_>) -> Outcome<()> {
        let Check { deployment, declaration, value, what, path, hops } = check;
        let Some(object) = value.as_object() else { return Ok(()) };
        if object.rest.is_some() {
            return Ok(());
        }
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if let Some(discriminator) = declaration.get("discriminator") {
            return self.check_variant(check, discriminator, invalid);
        }
        let properties = declaration.get("properties").and_then(Value::as_object);
        for property in properties.map(Object::members).unwrap_or_default() {
            match object.get(&property.name) {
                Some(inner) if !inner.is_null() => {
                    self.check_at(deployment, &property.value, inner, what, &join(&property.name), hops)?;
                }
                _ if self.is_nullable(deployment, &property.value) => {}
                _ => {
                    return Err(invalid(
                        Cause::ValueOutOfBounds,
                        format!(
                            "A non-null value for the property '{}' must be provided, but the property was null or \
                             missing. {SEE_PARAMETERS}",
                            property.name
                        ),
                    ));
                }
            }
        }
        let Some(others) = declaration.get("additionalProperties") else { return Ok(()) };
        let is_declared = |name: &str| properties.is_some_and(|it| it.get(name).is_some());
        let mut unknown = Vec::new();
        for member in object.members() {
            if is_declared(&member.name) {
                continue;
            }
            if others.as_bool() == Some(false) {
                unknown.push(format!("'{}'", member.name));
            } else {
                self.check_at(deployment, others, &member.value, what, &join(&member.name), hops)?;
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        Err(invalid(
            Cause::ValueOutOfBounds,
            format!(
                "The object does not allow values with properties not defined in the schema, but the following \
                 unknown properties were present: [{}]. {SEE_PARAMETERS}",
                unknown.join(", ")
            ),
        ))
    }

    fn check_variant(
        &mut self,
        check: Check<'_>,
        discriminator: &Value,
        invalid: Invalid<'_>,
    ) -> Outcome<()> {
        let Check { deployment, value, what, path, hops, .. } = check;
        let name = discriminator.get("propertyName").and_then(Value::as_str).unwrap_or_default();
        let Some(mapping) = discriminator.get("mapping").and_then(Value::as_object) else { return Ok(()) };
        let Some(found) = value.get(name) else {
            return Err(invalid(
                Cause::ValueOutOfBounds,
                format!(
                    "The value for the discriminator property '{name}' must be provided. {SEE_PARAMETERS}"
                ),
            ));
        };
        if found.is_open() {
            return Ok(());
        }
        if let Some(variant) = found.as_str().and_then(|it| mapping.exact(it)) {
            self.check_at(deployment, &variant.clone(), value, what, path, hops + 1)
        } else {
            let names: Vec<String> = mapping.members().iter().map(|it| format!("'{}'", it.name)).collect();
            Err(invalid(
                Cause::ValueOutOfBounds,
                format!(
                    "The value provided for the discriminator property '{name}' did not match any known variant. \
                     Valid discriminator property values are: {}. {SEE_PARAMETERS}",
                    names.join(", ")
                ),
            ))
        }
    }

    /// True if null is a value of the declared type, or of the definition that it refers to.
    pub(super) fn is_nullable(&self, deployment: u32, declaration: &Value) -> bool {
        let mut declaration = declaration.clone();
        for _ in 0..MAX_HOPS {
            if declaration.get("nullable").and_then(Value::as_bool) == Some(true) {
                return true;
            }
            let template = &self.deployments[deployment as usize].template;
            let next = declaration
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|it| it.strip_prefix("#/definitions/"))
                .and_then(|name| template.get("definitions")?.get(name));
            match next {
                Some(next) => declaration = next.clone(),
                None => return false,
            }
        }
        false
    }
}
