//! Calls of functions that cannot be finished: refused, or left open.

use std::sync::Arc;

use crate::template::functions::{SEE, invalid, nth};
use crate::template::refusal::{Cause, Refusal};
use crate::template::value::{Data, Open, Reason, Value};

/// A call that cannot be finished, with what is known of its arguments.
pub(super) fn left_open(name: &str, args: &[Value], least: Reason) -> Value {
    let mut text = format!("{name}(");
    for (at, value) in args.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        value.write_expression(&mut text);
    }
    text.push(')');
    let reason = args.iter().filter_map(Value::reason).max().unwrap_or(least).max(least);
    Data::Open(Arc::new(Open { text, reason, reference: None })).into()
}

pub(super) fn unknown_function(name: &str) -> Box<Refusal> {
    Refusal::new(Cause::UndefinedFunction, format!("The template function '{name}' is not valid. {SEE}"))
}

pub(super) fn wrong_count(
    name: &str,
    lower: &str,
    takes: crate::arm::expression::Arguments,
    count: usize,
) -> Box<Refusal> {
    let message = match (takes.least, takes.most) {
        (least, Some(most)) if least == most => format!(
            "Unable to evaluate template language function '{name}': function requires {least} argument(s) while \
             {count} were provided. Please see https://aka.ms/arm-resource-functions/#{lower} for usage details."
        ),
        (least, Some(most)) => format!(
            "Unable to evaluate template language function '{name}': function requires between {least} and {most} \
             argument(s) while {count} were provided. Please see https://aka.ms/arm-resource-functions/#{lower} for \
             usage details."
        ),
        (least, None) => format!(
            "Unable to evaluate template language function '{name}'. At least {} parameter should be provided. {SEE}",
            match least {
                1 => "one",
                2 => "two",
                _ => "three",
            }
        ),
    };
    Refusal::new(Cause::ArgumentCount, message)
}

/// The refusal of the kind of an argument.
pub(super) fn kind_of(name: &str, args: &[Value], at: usize, wanted: &str) -> Box<Refusal> {
    invalid(format!(
        "The template language function '{name}' expects its {} parameter to be of type '{wanted}'. The provided value \
         is of type '{}'. {SEE}",
        nth(at),
        args.get(at).map_or("Null", |it| it.kind().as_str())
    ))
}
