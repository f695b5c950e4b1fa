#![doc = include_str!("../../../../docs/rules/empty-body.md")]

use super::unreadable;
use crate::arm::Method;
use crate::json::MistakeKind;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::Payload;

rule!("empty-body", Syntax, Error, Never, "a PUT or PATCH has nothing in its body", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if subject.target.resource_type.is_none() || !matches!(subject.method(), Method::Put | Method::Patch) {
        return;
    }
    let empty = subject
        .tree
        .is_some_and(|tree| tree.mistakes().iter().any(|mistake| mistake.kind == MistakeKind::EmptyBody));
    // Documents show a request line and its body apart from each other; a command has its body or has none.
    let none = matches!(subject.call.body, Payload::None) && !subject.call.client.is_wire();
    let draft = match subject.body {
        Some(body) if empty => subject.at(&RULE, body.span(), "the body is empty"),
        _ if none => {
            let place = subject.call.method.as_ref().map_or(subject.call.span, |it| it.to_file(it.span()));
            subject.at_file(&RULE, place, format!("this {} has no body", subject.method()))
        }
        _ => return,
    };
    sink.push(unreadable(draft.help("write the body, or use GET to read the resource")));
}
