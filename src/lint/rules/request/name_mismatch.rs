#![doc = include_str!("../../../../docs/rules/name-mismatch.md")]

use super::facts;
use crate::arm::{Method, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "name-mismatch",
    Request,
    Warning,
    Never,
    "the body's `name` is not the name in the URL",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let is_write = matches!(subject.call.sent_method(), Some(Method::Put | Method::Patch));
    if !is_write || !subject.is_arm() || !facts::is_for_resource(subject) {
        return;
    }
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    let (Some(wanted), Some((_, value))) = (url.name(), subject.resource.and_then(|it| it.member("name")))
    else {
        return;
    };
    let Some(said) = value.as_str() else { return };
    // A child may be named with its parents: `myVM/extension`.
    let own = said.rsplit('/').next().unwrap_or_default();
    let is_open = |text: &str| text.is_empty() || contains_placeholder(text) || text.starts_with('[');
    let has_expansion = subject.body.is_some_and(|body| body.has_expansion(value.span()))
        || part.has_expansion(wanted.span().into());
    if is_open(&said) || is_open(wanted.text) || has_expansion {
        return;
    }
    if own.eq_ignore_ascii_case(&wanted.decoded()) || sink.explained(subject, value) {
        return;
    }
    let draft = subject
        .at_node(&RULE, value, format!("the body is named `{said}` and the URL names `{}`", wanted.text))
        .help("ARM takes the name from the URL: give the body the same one, or leave it out");
    sink.push(draft);
}
