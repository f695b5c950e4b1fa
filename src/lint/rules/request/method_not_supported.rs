#![doc = include_str!("../../../../docs/rules/method-not-supported.md")]

use super::facts;
use crate::arm::{Method, ResourceType, UrlTarget, newest_stable, versions};
use crate::lint::rule::rule;
use crate::lint::rules::identity::identity_not_in_version;
use crate::lint::{Check, Sink, Subject};

rule!(
    "method-not-supported",
    Request,
    Error,
    Never,
    "the resource type does not take this method in this API version",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(known), Some(method)) =
        (subject.url, subject.target.resource_type, subject.call.sent_method())
    else {
        return;
    };
    let is_explained = sink.has(&identity_not_in_version::RULE) || facts::posts_by_default(subject);
    if !subject.is_arm() || is_explained {
        return;
    }
    let (message, help) = match url.target {
        UrlTarget::Resource => match of_resource(subject, known, method) {
            Some(said) => said,
            None => return,
        },
        UrlTarget::Collection if !method.is_read() && !facts::is_cut_short(url) => (
            format!("`{method}` needs the name of one {}, and the URL ends before it", known.noun()),
            format!("add the name behind `{}`", known.type_segment()),
        ),
        _ => return,
    };
    let draft = match (&subject.call.method, &subject.call.url) {
        (Some(part), _) | (None, Some(part)) => subject.at_part(&RULE, part, part.span(), message),
        (None, None) => return,
    };
    sink.push(draft.help(help));
}

fn of_resource(subject: &Subject<'_>, known: ResourceType, method: Method) -> Option<(String, String)> {
    let version = subject.target.api_version.unwrap_or_else(|| newest_stable(known));
    if versions::supports(known, version, method) {
        return None;
    }
    let first = versions::first_where(known, |row| row.supports(method));
    Some(match (first, method) {
        (Some(first), _) => (
            format!("a {} does not take `{method}` in {version}", known.noun()),
            format!("the first version that has it is {first}"),
        ),
        (None, Method::Post) => (
            format!("a {} does not take `POST`", known.noun()),
            "use PUT to create it and PATCH to change it; POST runs actions such as `/start`".to_owned(),
        ),
        (None, _) => (
            format!("a {} does not take `{method}`", known.noun()),
            "use GET, PUT, PATCH or DELETE".to_owned(),
        ),
    })
}
