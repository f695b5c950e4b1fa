#![doc = include_str!("../../../../docs/rules/type-not-described.md")]

use crate::arm::{Method, ResourceTypeName, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Certainty, Check, Doubt, Draft, Sink, Subject};
use crate::text::Span;

rule!(
    "type-not-described",
    Schema,
    Note,
    Never,
    "the resource type is not among those that are described, so the body was not compared",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(name) = &subject.target.type_name else { return };
    let is_sent = matches!(subject.method(), Method::Put | Method::Patch) && subject.resource.is_some();
    let is_said = subject.evidence.target == Certainty::Stated && subject.url.is_some();
    // An action is no resource, and a group of resources has a schema of ARM's own.
    let is_resource = subject.target.action.is_none() && subject.is_arm();
    if subject.standing.is_some()
        || !is_sent
        || !is_said
        || !is_resource
        || contains_placeholder(name.as_str())
    {
        return;
    }
    let (Some(url), Some(part)) = (subject.url, &subject.call.url) else { return };
    let place =
        url.providers.last().and_then(|provider| provider.types.last()).map(|(segment, _)| segment.span());
    let span = place.map_or_else(|| part.span(), Span::from);
    sink.push(about(subject.at_part(&RULE, part, span, message(name))));
}

/// The note about a resource of a template of which nothing is known.
pub(in crate::lint) fn draft<'a>(whole: &Subject<'a>, span: Span, name: &ResourceTypeName) -> Draft<'a> {
    about(whole.at(&RULE, span, message(name)))
}

fn message(name: &ResourceTypeName) -> String {
    format!("nothing is known of the bodies of {name}")
}

fn about(draft: Draft<'_>) -> Draft<'_> {
    draft
        .doubt(Doubt::NotDescribed)
        .help("its body was not compared; `armbody schema list` has the types that are described")
}
