#![doc = include_str!("../../../../docs/rules/body-without-method.md")]

use super::facts;
use crate::arm::{Method, UrlTarget};
use crate::json::Node;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "body-without-method",
    Request,
    Error,
    Never,
    "curl sends a body without `-X` as a POST",
    Check::Call(check)
);

/// Members that only a resource's body has at its top.
const OF_RESOURCES: [&str; 6] = ["properties", "identity", "location", "tags", "sku", "kind"];

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    if !facts::posts_by_default(subject) || !subject.is_arm() {
        return;
    }
    let wants_write = match url.target {
        UrlTarget::Resource => {
            subject.target.resource_type.is_some() || subject.resource.is_some_and(is_resource)
        }
        UrlTarget::Scope => subject.resource.is_some_and(is_resource),
        UrlTarget::Collection | UrlTarget::Action(_) | UrlTarget::Unknown => false,
    };
    if !wants_write {
        return;
    }
    let help = match subject.resource.map(method_of) {
        Some(Method::Put) => "add `-X PUT` to create or replace the resource",
        Some(_) => "add `-X PATCH` to change the resource",
        None => "add `-X PUT` or `-X PATCH`",
    };
    let draft = subject.at_part(&RULE, part, part.span(), "a body without `-X` is sent as a POST").help(help);
    sink.push(draft);
}

fn is_resource(root: Node<'_>) -> bool {
    OF_RESOURCES.iter().any(|name| root.member(name).is_some())
}

/// Only a PUT has to say where.
fn method_of(root: Node<'_>) -> Method {
    if root.member("location").is_some() { Method::Put } else { Method::Patch }
}
