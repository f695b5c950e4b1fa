#![doc = include_str!("../../../../docs/rules/api-version-unknown.md")]

use crate::arm::ApiVersionParameter;
use crate::lint::rule::rule;
use crate::lint::{Check, Draft, Severity, Sink, Subject};
use crate::notation::template::Version;
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
    let (Some(standing), Some(type_name)) = (subject.standing, subject.target.type_name.as_ref()) else {
        return;
    };
    let Some(version) = subject.target.api_version else { return };
    match standing {
        Standing::Published(_) => {}
        Standing::Later(newest) => {
            let message =
                format!("{version} is later than {newest}, the newest version of {type_name} known here");
            let draft = at_version(subject, message).severity(Severity::Note).help(format!(
                "the body is checked against {newest}, and what the schema finds is a warning at most"
            ));
            sink.push(draft);
        }
        Standing::Undescribed(serves) => {
            let message = format!("no specification of {type_name} in {version} was published");
            let draft = at_version(subject, message).severity(Severity::Note).help(format!(
                "ARM answers to it; the body is checked against {serves}, and what the schema finds is a warning \
                 at most"
            ));
            sink.push(draft);
        }
        Standing::Unpublished { earlier, later, .. } => {
            let known = match (earlier, later) {
                (Some(earlier), Some(later)) => format!("the nearest are {earlier} and {later}"),
                (Some(only), None) | (None, Some(only)) => format!("the nearest is {only}"),
                (None, None) => return,
            };
            let draft = at_version(subject, format!("{type_name} has no API version {version}"))
                .help(known)
                .arm(
                    "NoRegisteredProviderFound",
                    format!("No registered resource provider found for location '<location>' and API version '{version}' for type '<type>'."),
                );
            sink.push(draft);
        }
    }
}

/// At the version in the URL, or the one that a template's resource names; where the user named it, at the first byte of what it is for.
fn at_version<'a>(subject: &Subject<'a>, message: String) -> Draft<'a> {
    let given = subject.url.map(|url| &url.api_version);
    if let Some(ApiVersionParameter::Given { span, .. } | ApiVersionParameter::NameMissing { span, .. }) =
        given
        && let Some(part) = &subject.call.url
    {
        return subject.at_part(&RULE, part, Span::new(span.start, span.end), message);
    }
    if let Some(Version::Named { node, .. }) = subject.declared.map(|resource| &resource.version) {
        return subject.at_node(&RULE, *node, message);
    }
    let start = subject.call.span.start as usize;
    subject.at_file(&RULE, Span::new(start, start), message)
}
