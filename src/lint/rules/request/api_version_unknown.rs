#![doc = include_str!("../../../../docs/rules/api-version-unknown.md")]

use crate::arm::{ApiVersion, ApiVersionParameter, is_open_version};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Draft, Rule, Severity, Sink, Subject};
use crate::notation::template::{Resource, Version};
use crate::schema::Standing;
use crate::text::Span;

rule!(
    "api-version-unknown",
    Request,
    Error,
    Never,
    "the API version was never published for this resource type",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if let Some(draft) = malformed(subject) {
        sink.push(draft);
        return;
    }
    let (Some(standing), Some(type_name)) = (subject.standing, subject.target.type_name.as_ref()) else {
        return;
    };
    let Some(version) = subject.target.api_version else { return };
    match standing {
        Standing::Published(_) => {}
        Standing::Later(newest) => {
            let message =
                format!("{version} is later than {newest}, the newest version of {type_name} known here");
            let draft = at_version(subject, message, &RULE).severity(Severity::Note).help(format!(
                "the body is checked against {newest}, and what the schema finds is a warning at most"
            ));
            sink.push(draft);
        }
        Standing::Undescribed(serves) => {
            let message = format!("no specification of {type_name} in {version} was published");
            let draft = at_version(subject, message, &RULE).severity(Severity::Note).help(format!(
                "ARM answers to it; the body is checked against {serves}, and what the schema finds is a warning \
                 at most"
            ));
            sink.push(draft);
        }
        Standing::NotDescribed { earlier, later, .. } => {
            let Some(known) = nearest(earlier, later) else { return };
            let draft = at_version(subject, format!("{type_name} is not described in {version}"), &RULE)
                .severity(Severity::Note)
                .doubt(Doubt::NotDescribed)
                .help(format!("{known}: the body is not compared with either"));
            sink.push(draft);
        }
        Standing::Unpublished { earlier, later, .. } => {
            let Some(known) = nearest(earlier, later) else { return };
            let draft = at_version(subject, format!("{type_name} has no API version {version}"), &RULE)
                .help(known)
                .arm(
                    "NoRegisteredProviderFound",
                    format!("No registered resource provider found for location '<location>' and API version '{version}' for type '<type>'."),
                );
            sink.push(draft);
        }
    }
}

fn nearest(earlier: Option<ApiVersion>, later: Option<ApiVersion>) -> Option<String> {
    match (earlier, later) {
        (Some(earlier), Some(later)) => Some(format!("the nearest are {earlier} and {later}")),
        (Some(only), None) | (None, Some(only)) => Some(format!("the nearest is {only}")),
        (None, None) => None,
    }
}

/// What is not a version at all, whatever the type.
fn malformed<'a>(subject: &Subject<'a>) -> Option<Draft<'a>> {
    let (part, span) = match (subject.url.map(|url| &url.api_version), subject.declared) {
        (Some(ApiVersionParameter::Invalid { span, .. }), _) if subject.is_arm() => {
            (subject.call.url.as_ref()?, Span::from(span.clone()))
        }
        (_, Some(Resource { version: Version::Named { text, node }, .. }))
            if text.parse::<ApiVersion>().is_err() && !is_open_version(text) =>
        {
            (subject.body?, node.content_span())
        }
        _ => return None,
    };
    let text = part.text().get(span.range())?;
    let near = subject.target.checked_as.map_or_else(
        || "write a date such as `2024-07-01`, with `-preview` behind it if it is one".to_owned(),
        |near| format!("the nearest that was published is {near}, with which the body is compared"),
    );
    let message = match text {
        "" => "the API version is empty".to_owned(),
        _ => format!("`{text}` is not an API version"),
    };
    Some(subject.at_part(&RULE, part, span, message).help(near).arm(
        "InvalidApiVersionParameter",
        format!("The api-version '{text}' is invalid. The supported versions are '<versions>'."),
    ))
}

/// At the version in the URL, or the one that a template's resource names; where the user named it, at the first byte of what it is for.
pub(super) fn at_version<'a>(subject: &Subject<'a>, message: String, rule: &'static Rule) -> Draft<'a> {
    let given = subject.url.map(|url| &url.api_version);
    if let Some(ApiVersionParameter::Given { span, .. } | ApiVersionParameter::NameMissing { span, .. }) =
        given
        && let Some(part) = &subject.call.url
    {
        return subject.at_part(rule, part, Span::new(span.start, span.end), message);
    }
    if let Some(Version::Named { node, .. }) = subject.declared.map(|resource| &resource.version) {
        return subject.at_node(rule, *node, message);
    }
    let start = subject.call.span.start as usize;
    subject.at_file(rule, Span::new(start, start), message)
}
