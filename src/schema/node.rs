//! The values of a body as JSON Schema compares them, in place.
//!
//! A member that is misspelt, but means a property of its object, is read under the property's name once that
//! is known ([`Reading`]): its value is then checked as what it is meant to be.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::json::{Kind, Node};

/// Digits behind which two numbers are not compared exactly.
const MAX_DIGITS: u32 = 36;

/// How a body is read: what its misspelt members are meant to be.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// By the index of the name's node.
    names: HashMap<u32, String>,
}

impl Reading {
    /// Reads the member called by the node `name` as the property `meant`.
    pub(super) fn rename(&mut self, name: Node<'_>, meant: &str) {
        self.names.insert(name.index(), meant.to_owned());
    }

    /// The name as it is read.
    pub(super) fn name<'a>(&'a self, name: Node<'a>) -> Cow<'a, str> {
        match self.names.get(&name.index()) {
            Some(meant) => Cow::Borrowed(meant),
            None => name.as_str().unwrap_or_default(),
        }
    }
}

/// True if the text says this value; numbers by what they are worth.
pub(super) fn equals(node: Node<'_>, value: &Value) -> bool {
    match (node.kind(), value) {
        (Kind::String, Value::String(text)) => node.as_str().is_some_and(|own| own == *text),
        (Kind::Number, Value::Number(number)) => {
            node.number().and_then(|own| order(own, &number.to_string())).is_some_and(Ordering::is_eq)
        }
        (Kind::String | Kind::Number, _) | (_, Value::String(_) | Value::Number(_)) => false,
        _ => unique_form(&node.to_value()) == unique_form(value),
    }
}

/// A text that two values have in common if they are equal, and only then.
pub(super) fn unique_form(value: &Value) -> String {
    let mut out = String::new();
    form(value, &mut out);
    out
}

/// Not deeper than a tree is.
fn form(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => match decimal(&number.to_string()) {
            Some((digits, exponent)) => {
                let _ = write!(out, "{digits}e{exponent}");
            }
            None => out.push_str(&number.to_string()),
        },
        Value::Array(elements) => {
            out.push('[');
            for element in elements {
                form(element, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            out.push('{');
            for name in names {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                form(&members[name], out);
                out.push(',');
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A number as a whole one times a power of ten; nothing for one of very many digits.
fn decimal(text: &str) -> Option<(i128, i32)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut exponent: i32 = exponent.parse().ok().filter(|it: &i32| it.abs() < 10_000)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.len() + fraction.len() > MAX_DIGITS as usize {
        return None;
    }
    exponent -= i32::try_from(fraction.len()).ok()?;
    let mut digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    if digits == 0 {
        return Some((0, 0));
    }
    while digits % 10 == 0 {
        digits /= 10;
        exponent += 1;
    }
    Some((digits, exponent))
}

/// Two numbers as whole ones of the same power of ten.
fn aligned(left: &str, right: &str) -> Option<(i128, i128)> {
    let ((left, low), (right, high)) = (decimal(left)?, decimal(right)?);
    let raise = |digits: i128, by: i32| {
        let by = u32::try_from(by).ok().filter(|it| *it <= MAX_DIGITS)?;
        digits.checked_mul(10_i128.checked_pow(by)?)
    };
    let least = low.min(high);
    Some((raise(left, low - least)?, raise(right, high - least)?))
}

/// How a number compares with another, as they are written.
pub(super) fn order(left: &str, right: &str) -> Option<Ordering> {
    if let Some((left, right)) = aligned(left, right) {
        return Some(left.cmp(&right));
    }
    let (left, right): (f64, f64) = (left.parse().ok()?, right.parse().ok()?);
    left.partial_cmp(&right)
}

/// True if a number is a multiple of another, and where that cannot be told.
pub(super) fn is_multiple(number: &str, of: &str) -> bool {
    aligned(number, of).is_none_or(|(number, of)| of == 0 || number % of == 0)
}

/// True for a number without a part behind the point: `1`, `1.0`, `1e2`.
pub(super) fn is_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        || decimal(number).map_or_else(
            || number.parse::<f64>().is_ok_and(|it| it.is_finite() && it.fract() == 0.0),
            |(_, exponent)| exponent >= 0,
        )
}
