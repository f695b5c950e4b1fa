#![doc = include_str!("../../../../docs/rules/api-version-missing.md")]

use super::facts;
use crate::arm::{ApiVersionParameter, newest_stable};
use crate::json::MistakeKind;
use crate::lint::rule::rule;
use crate::lint::{Check, Draft, Sink, Subject};
use crate::notation::template::Version;
use crate::text::Span;

rule!(
    "api-version-missing",
    Request,
    Error,
    Never,
    "the request does not say which API version it is written for",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if subject.in_template() {
        in_template(subject, sink);
        return;
    }
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    if !subject.is_arm() {
        return;
    }
    let (span, message, help) = match &url.api_version {
        ApiVersionParameter::Missing if facts::is_cut_short(url) => return,
        ApiVersionParameter::Missing => {
            let end = url.query.or(url.path).map_or(part.text().len(), |last| last.end());
            let start = part.text()[..end].rfind(['/', '?']).map_or(0, |at| at + 1);
            let place = Span::new(start.min(end), end);
            let place = if place.is_empty() { part.span() } else { place };
            (place, "the URL has no `api-version`".to_owned(), add(subject))
        }
        ApiVersionParameter::NameMissing { span, version } => (
            span.clone().into(),
            format!("`{version}` stands in the query without its name"),
            format!("write `api-version={version}`"),
        ),
        ApiVersionParameter::NameMisspelt { span } => (
            span.clone().into(),
            format!("`{}` is not the name of the parameter", &part.text()[span.clone()]),
            "write `api-version`".to_owned(),
        ),
        ApiVersionParameter::Empty { span } => {
            let before = part.text()[..span.start].rfind(['?', '&']).map_or(span.start, |at| at + 1);
            (Span::new(before, span.end), "`api-version` has no value".to_owned(), add(subject))
        }
        ApiVersionParameter::Placeholder { .. }
        | ApiVersionParameter::Invalid { .. }
        | ApiVersionParameter::Given { .. } => return,
    };
    let draft = subject.at_part(&RULE, part, span, message).help(help);
    sink.push(answered(draft));
}

fn answered(draft: Draft<'_>) -> Draft<'_> {
    draft.arm(
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )
}

fn add(subject: &Subject<'_>) -> String {
    match subject.target.resource_type {
        Some(known) => {
            format!("add `api-version={}`, the newest stable version of {known}", newest_stable(known))
        }
        None => "add `api-version=` and a version of the resource type: each type has its own".to_owned(),
    }
}

/// A template's resource carries its version itself, unless the template names a profile of versions.
fn in_template(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(resource) = subject.resource else { return };
    // A template may name a profile of versions instead.
    if !subject.declared.is_some_and(|it| matches!(it.version, Version::Missing)) {
        return;
    }
    let Some((_, kind)) = resource.member("type") else { return };
    // It may be among what was left out.
    let mistakes = subject.tree.map(crate::json::Tree::mistakes).unwrap_or_default();
    let is_left_out =
        |it: &crate::json::Mistake| matches!(it.kind, MistakeKind::Ellipsis | MistakeKind::ValueWithoutName);
    if mistakes.iter().any(|it| is_left_out(it) && resource.span().contains(it.span)) {
        return;
    }
    let help = match subject.target.resource_type {
        Some(known) => format!("add `\"apiVersion\": \"{}\"`", newest_stable(known)),
        None => "add `\"apiVersion\"`".to_owned(),
    };
    let draft = subject.at_node(&RULE, kind, "the resource has no `apiVersion`").help(help);
    sink.push(draft.arm(
        "InvalidTemplate",
        "Both api-version property and api-profile property for the template cannot be null or empty. Either \
         explicitly specify the api-version for the resource or specify the api-profile for the template.",
    ));
}
