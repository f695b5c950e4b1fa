#![doc = include_str!("../../../../docs/rules/literal-password.md")]

use super::literals;
use crate::lint::rule::rule;
use crate::lint::rules::request::facts;
use crate::lint::rules::request::style::{self, Stands};
use crate::lint::{Check, Sink, Subject};

rule!("literal-password", Secret, Warning, Sometimes, "a password stands in the text", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(body) = subject.body.filter(|_| facts::is_arm(subject)) else { return };
    for (name, value) in literals(subject) {
        let span = value.content_span();
        let name = name.as_str().unwrap_or_default();
        let draft = subject
            .at_file(&RULE, body.to_file(value.span()), format!("`{name}` has its value in the text"))
            .help("readers copy it as it is: write a placeholder");
        sink.push(match style::fill(subject, body, span, Stands::Password) {
            Some(edits) => draft.unsafe_fix("write a placeholder", &edits),
            None => draft,
        });
    }
}
