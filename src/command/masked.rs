//! Values without the secrets of their file.

use std::borrow::Cow;

use serde_json::Value;

use crate::report::Mask;

/// `value` without the secrets of its file.
pub fn masked(mask: &Mask, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask.hide(&text).into_owned()),
        Value::Number(number) => match mask.hide(&number.to_string()) {
            Cow::Borrowed(_) => Value::Number(number),
            Cow::Owned(hidden) => Value::String(hidden),
        },
        Value::Array(all) => all.into_iter().map(|value| masked(mask, value)).collect(),
        Value::Object(all) => {
            let members =
                all.into_iter().map(|(name, value)| (mask.hide(&name).into_owned(), masked(mask, value)));
            Value::Object(members.collect())
        }
        Value::Null | Value::Bool(_) => value,
    }
}
