#![doc = include_str!("../../../../docs/rules/type-guessed.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Draft, Severity, Subject};
use crate::text::Span;

rule!(
    "type-guessed",
    Schema,
    Note,
    Never,
    "what the body is for is guessed, so it was not compared with a schema",
    Check::Engine
);

/// The note about a body of which the schema would have something to say if it were certain what it is for.
pub(in crate::lint) fn draft<'a>(subject: &Subject<'a>) -> Draft<'a> {
    let opening = subject.resource.map_or(Span::at(0), crate::json::Node::opening);
    let noun = subject.target.resource_type.map_or("resource", crate::arm::ResourceType::noun);
    let why = if subject.call.context.body_is_apart {
        "by the call before it, whose members it has not"
    } else if subject.call.context.resource_type.is_some() {
        "by what the document speaks of"
    } else {
        "by its shape"
    };
    let how = if subject.call.context.body_is_apart {
        "if it is the body of another request, show that one before it"
    } else if subject.in_template() {
        "say its `type` to have it compared"
    } else if subject.in_document() {
        "if it is one, show it with its URL; if it is not, a `type` in it says so"
    } else {
        "say what it is with `--type`, or in the configuration with a `[[target]]`"
    };
    subject
        .at(&RULE, opening, format!("this is taken for a {noun} {why}, which is a guess"))
        .help(format!("so its members are not compared with a schema: {how}"))
        .ceiling(Severity::Note)
}
