#![doc = include_str!("../../../../docs/rules/authorization-missing.md")]

use super::facts::{self, Header};
use super::style::{self, Stands};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "authorization-missing",
    Request,
    Note,
    Sometimes,
    "no header carries an access token",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let call = subject.call;
    let Some(url) = &call.url else { return };
    // A block that shows a request line and no headers shows none of them.
    let is_shown = !call.client.is_wire() || !call.headers.is_empty() || !subject.in_document();
    if call.client.signs_in
        || !is_shown
        || call.credentials.is_some()
        || !subject.is_arm()
        || facts::header(subject, "authorization") != Header::Absent
    {
        return;
    }
    let draft = subject
        .at_file(&RULE, url.to_file(url.span()), "the request carries no access token")
        .help("add the header `Authorization: Bearer …`");
    let value = format!("Bearer {}", style::placeholder(subject, Stands::Token));
    sink.push(match facts::add_header(subject, "Authorization", &value) {
        Some(edits) => draft.fix("add the header", &edits),
        None => draft,
    });
}
