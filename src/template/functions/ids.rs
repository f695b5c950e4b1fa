//! Resource ids.

use super::{Call, SEE, invalid};
use crate::arm::looks_like_guid;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::Value;

type Answer = Outcome<Option<Value>>;

/// `providers/Namespace/type/name/…` of a type and as many names.
///
/// # Errors
///
/// If there are more or fewer names than the type has segments.
pub(in crate::template) fn resource_path(function: &str, type_name: &str, names: &[&str]) -> Outcome<String> {
    let mut segments = type_name.trim_end_matches('/').split('/');
    let namespace = segments.next().unwrap_or_default();
    let types: Vec<&str> = segments.collect();
    if types.is_empty() || types.len() != names.len() {
        return Err(Refusal::new(
            Cause::ResourceIdSegments,
            format!(
                "Unable to evaluate template language function '{function}': the type '{type_name}' requires '{}' \
                 resource name argument(s). Please see https://aka.ms/arm-resource-functions/#{} for usage details.",
                types.len(),
                function.to_lowercase()
            ),
        ));
    }
    let mut path = format!("providers/{namespace}");
    for (kind, name) in types.iter().zip(names) {
        path.push('/');
        path.push_str(kind);
        path.push('/');
        path.push_str(name);
    }
    Ok(path)
}

/// The arguments as texts.
pub(in crate::template) fn texts<'a>(function: &str, args: &'a [Value]) -> Outcome<Vec<&'a str>> {
    args.iter()
        .enumerate()
        .map(|(at, it)| {
            it.as_str().ok_or_else(|| {
                invalid(format!(
                    "The template language function '{function}' expects its {} parameter to be of type 'String'. \
                     The provided value is of type '{}'. {SEE}",
                    super::nth(at),
                    it.kind().as_str()
                ))
            })
        })
        .collect()
}

/// # Errors
///
/// If it is no subscription's id.
pub(in crate::template) fn check_subscription(id: &str) -> Outcome<()> {
    if looks_like_guid(id) {
        return Ok(());
    }
    Err(invalid(format!(
        "The provided value '{id}' is not valid subscription identifier. Please see \
         https://aka.ms/arm-resource-functions/#resourceid for usage details."
    )))
}

pub(super) fn tenant_resource_id(call: &mut Call<'_>) -> Answer {
    let args = texts(call.name, call.args)?;
    resource_path(call.name, args[0], &args[1..]).map(|path| Some(format!("/{path}").into()))
}

pub(super) fn extension_resource_id(call: &mut Call<'_>) -> Answer {
    let args = texts(call.name, call.args)?;
    let path = resource_path(call.name, args[1], &args[2..])?;
    Ok(Some(format!("{}/{path}", args[0].trim_end_matches('/')).into()))
}
