#![doc = include_str!("../../../../docs/rules/content-type-missing.md")]

use super::facts::{self, Header};
use crate::arm::JSON_CONTENT_TYPE;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::Payload;
use crate::notation::programs::FORM_CONTENT_TYPE;
use crate::text::Span;

rule!(
    "content-type-missing",
    Request,
    Error,
    Sometimes,
    "the body is sent as a form: no header says that it is JSON",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let call = subject.call;
    let part = match &call.body {
        Payload::Text(part) | Payload::File(part) | Payload::Unknown(part) => part,
        Payload::None => return,
    };
    if !call.client.says_content_type()
        || part.text().trim().is_empty()
        || call.default_content_type == Some(JSON_CONTENT_TYPE)
        || !subject.is_arm()
        || facts::header(subject, "content-type") != Header::Absent
    {
        return;
    }
    let sent = call.default_content_type.unwrap_or("<null>");
    let message = if sent == FORM_CONTENT_TYPE {
        "the body is sent as a form: no header says that it is JSON"
    } else {
        "no header says that the body is JSON"
    };
    let span = Span::new(0, first_line(part.text()));
    let draft = subject
        .at_file(&RULE, part.to_file(span), message)
        .help("add the header `Content-Type: application/json`")
        .arm(
            "UnsupportedMediaType",
            format!(
                "The content media type '{sent}' is not supported. Only 'application/json' is supported."
            ),
        );
    sink.push(match facts::add_header(subject, "Content-Type", JSON_CONTENT_TYPE) {
        Some(edits) => draft.fix("add the header", &edits),
        None => draft,
    });
}

/// The bytes of the first line, without the break.
fn first_line(text: &str) -> usize {
    text.find(['\n', '\r']).filter(|end| *end > 0).unwrap_or(text.len())
}
