//! Numbers, Booleans, comparisons, conversions.

use std::cmp::Ordering;

use super::{Call, SEE, invalid};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Value};

type Answer = Outcome<Option<Value>>;

pub(super) fn arithmetic(call: &mut Call<'_>) -> Answer {
    let (a, b) = (call.int(0)?, call.int(1)?);
    let name = call.name;
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if (is("div") || is("mod")) && b == 0 {
        return Err(invalid(format!(
            "The template language function '{name}' tried to divide by zero. {SEE}"
        )));
    }
    let result = if is("add") {
        a.checked_add(b)
    } else if is("sub") {
        a.checked_sub(b)
    } else if is("mul") {
        a.checked_mul(b)
    } else if is("div") {
        a.checked_div(b)
    } else {
        a.checked_rem(b)
    };
    let overflow = || {
        invalid(format!(
            "The template language function '{name}' overflowed with the operants '{a}' and '{b}'."
        ))
    };
    result.map(|it| Some(it.into())).ok_or_else(overflow)
}

pub(super) fn truth(call: &mut Call<'_>) -> Answer {
    Ok(Some(call.name.eq_ignore_ascii_case("true").into()))
}

pub(super) fn null(_: &mut Call<'_>) -> Answer {
    Ok(Some(Value::NULL))
}

pub(super) fn not(call: &mut Call<'_>) -> Answer {
    match call.arg(0).as_bool() {
        Some(value) => Ok(Some((!value).into())),
        None => Err(call.wrong(0, "Boolean")),
    }
}

pub(super) fn fail(call: &mut Call<'_>) -> Answer {
    Err(Refusal::new(Cause::FailCalled, call.text(0)?))
}

/// What is known to differ differs; what is not known may be anything.
pub(super) fn equals(call: &mut Call<'_>) -> Answer {
    let (a, b) = (call.arg(0), call.arg(1));
    let is_known = !a.has_open() && !b.has_open();
    Ok(is_known.then(|| a.same(b).into()))
}

pub(super) fn compare(call: &mut Call<'_>) -> Answer {
    let (a, b) = (call.arg(0), call.arg(1));
    let order = match (&a.data, &b.data) {
        (Data::Text(a), Data::Text(b)) => order_of_texts(a, b),
        (Data::Int(a), Data::Int(b)) => a.cmp(b),
        (Data::Int(_) | Data::Float(_), Data::Int(_) | Data::Float(_)) => {
            float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal)
        }
        (Data::Text(_), _) => return Err(call.wrong(1, "String")),
        (Data::Int(_), _) => return Err(call.wrong(1, "Integer")),
        (Data::Float(_), _) => return Err(call.wrong(1, "Float")),
        _ => {
            return Err(invalid(format!(
                "The provided arguments for template language function '{}' is not valid: all function arguments \
                 should be of type 'string' or 'integer'. {SEE}",
                call.name
            )));
        }
    };
    let holds = match call.name.to_ascii_lowercase().as_str() {
        "greater" => order.is_gt(),
        "greaterorequals" => order.is_ge(),
        "less" => order.is_lt(),
        _ => order.is_le(),
    };
    Ok(Some(holds.into()))
}

/// By UTF-16 code units, as .NET compares on a machine without language data.
fn order_of_texts(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

#[expect(clippy::cast_precision_loss, reason = "as .NET compares an integer with a float")]
fn float(value: &Value) -> f64 {
    match value.data {
        Data::Int(value) => value as f64,
        Data::Float(value) => value,
        _ => f64::NAN,
    }
}

pub(super) fn extreme(call: &mut Call<'_>) -> Answer {
    let values = match call.args {
        [only] if only.as_array().is_some() => only.as_array().unwrap_or_default(),
        all => all,
    };
    let is_max = call.name.eq_ignore_ascii_case("max");
    let mut best: Option<&Value> = None;
    for value in values {
        if !matches!(value.data, Data::Int(_) | Data::Float(_)) {
            return Err(invalid(format!(
                "The provided arguments for template language function '{}' is not valid: all function arguments \
                 should be of type 'integer'. {SEE}",
                call.name
            )));
        }
        let is_better = best.is_none_or(|best| {
            let order = match (value.as_int(), best.as_int()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => float(value).total_cmp(&float(best)),
            };
            if is_max { order.is_gt() } else { order.is_lt() }
        });
        if is_better {
            best = Some(value);
        }
    }
    match best {
        Some(best) => Ok(Some(best.clone())),
        None => Err(invalid(format!(
            "Unable to evaluate template language function '{}'. At least one parameter should be provided. {SEE}",
            call.name
        ))),
    }
}

pub(super) fn to_bool(call: &mut Call<'_>) -> Answer {
    let value = match &call.arg(0).data {
        Data::Bool(value) => Some(*value),
        Data::Int(value) => Some(*value != 0),
        Data::Text(text) => {
            let text = text.trim_matches(|it: char| it.is_whitespace() || it == '\0');
            ["true", "false"].iter().position(|it| it.eq_ignore_ascii_case(text)).map(|at| at == 0)
        }
        _ => None,
    };
    value.map(|it| Some(it.into())).ok_or_else(|| call.unconvertible())
}

pub(super) fn to_int(call: &mut Call<'_>) -> Answer {
    match &call.arg(0).data {
        Data::Int(value) => Ok(Some((*value).into())),
        Data::Text(text) => match text.trim_matches(is_number_space).parse::<i64>() {
            Ok(value) => Ok(Some(value.into())),
            Err(_) => Err(invalid(format!(
                "The template language function 'int' cannot convert provided value '{text}' to integer value. {SEE}"
            ))),
        },
        other => Err(invalid(format!(
            "The template language function '{}' expects its first parameter to be one of the following types \
             'Integer, String'. The provided value is of type '{}'. {SEE}",
            call.name,
            Value::from(other.clone()).kind().as_str()
        ))),
    }
}

/// The blanks that .NET passes over around a number.
fn is_number_space(it: char) -> bool {
    it == ' ' || ('\t'..='\r').contains(&it)
}

pub(super) fn to_float(call: &mut Call<'_>) -> Answer {
    #[expect(clippy::cast_precision_loss, reason = "that is what it asks for")]
    let value = match &call.arg(0).data {
        Data::Int(value) => Some(*value as f64),
        Data::Float(value) => Some(*value),
        Data::Text(text) => read_float(text),
        _ => None,
    };
    value.map(|it| Some(Data::Float(it).into())).ok_or_else(|| call.unconvertible())
}

/// A number as .NET reads one: blanks around it, a sign, digits with commas between, a fraction, an exponent.
fn read_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_number_space);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|it: char| it.is_ascii_digit() || it == '.') {
        return None;
    }
    let (whole, rest) = match digits.find(['.', 'e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    if whole.starts_with(',') || rest.contains(',') {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    format!("{sign}{}{rest}", whole.replace(',', "")).parse().ok()
}
