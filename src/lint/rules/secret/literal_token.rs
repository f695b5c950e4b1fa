#![doc = include_str!("../../../../docs/rules/literal-token.md")]

use crate::lint::rule::rule;
use crate::lint::rules::request::style::{self, Stands};
use crate::lint::secrets::web_tokens;
use crate::lint::{Check, Sink, Subject};
use crate::text::Span;

rule!("literal-token", Secret, Error, Sometimes, "an access token stands in the text", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for part in subject.call.headers.iter().chain(subject.call.credentials.as_deref()) {
        for token in web_tokens(part.text()).filter(|token| is_whole(&part.text()[token.clone()])) {
            let span = Span::from(token);
            let draft = subject
                .at_file(&RULE, part.to_file(span), "an access token stands in the text")
                .help("whoever reads it can act in its owner's name until it expires: write a placeholder");
            sink.push(match style::fill(subject, part, span, Stands::Token) {
                Some(edits) => draft.fix("write a placeholder", &edits),
                None => draft,
            });
        }
    }
}

/// True for header, claims and signature; a token that was cut short is good for nothing.
fn is_whole(token: &str) -> bool {
    let mut parts = token.split('.');
    let long = |part: Option<&str>| part.is_some_and(|part| part.len() >= 8);
    long(parts.next()) && long(parts.next()) && long(parts.next())
}
