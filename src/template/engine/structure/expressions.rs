//! The expressions of a template that can be read whatever its parameters are.

use super::super::deployment::members;
use super::super::state::Engine;
use crate::arm::expression::is_expression;
use crate::arm::{self};
use crate::template::refusal::{Outcome, Refusal};
use crate::template::value::{Data, Place, Value, same_name};

/// That every expression parses, evaluated or not. Templates within are looked at when they are deployed.
pub(in crate::template::engine) fn check_expressions(
    engine: &mut Engine<'_>,
    template: &Value,
    refusals: &mut Vec<Refusal>,
) {
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
