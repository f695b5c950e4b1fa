#![doc = include_str!("../../../../docs/rules/body-with-get.md")]

use crate::arm::Method;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::Payload;

rule!("body-with-get", Request, Error, Never, "a GET carries a body", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let call = subject.call;
    let body = match &call.body {
        Payload::Text(part) | Payload::File(part) | Payload::Unknown(part) => part,
        Payload::None => return,
    };
    let is_read = matches!(call.sent_method(), Some(Method::Get | Method::Head));
    if !is_read || body.text().trim().is_empty() || !subject.is_arm() {
        return;
    }
    // What stands apart from a request line is what the service answers.
    let place = body.to_file(body.span());
    if call.client.is_wire() && !call.span.contains(place) {
        return;
    }
    let (message, help) = match &call.method {
        Some(method) => (
            format!("`{}` carries a body", method.text().trim()),
            "use the method that the body is for, PUT or PATCH, or leave the body out",
        ),
        None => (
            "the request is a GET, as no method is named, and carries a body".to_owned(),
            "name the method that the body is for: PUT or PATCH",
        ),
    };
    let draft = match call.method.as_ref().or(call.url.as_ref()) {
        Some(part) => subject.at_part(&RULE, part, part.span(), message),
        None => subject.at_file(&RULE, call.span, message),
    };
    sink.push(draft.help(help));
}
