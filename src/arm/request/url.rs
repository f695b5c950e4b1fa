//! `RequestTarget`: what a request is about, and the URL that says so.

use std::fmt::Write as _;

use super::text::{Part, Text};
use crate::arm::placeholder::{PlaceholderStyle, find_placeholders};
use crate::arm::{ApiVersion, Cloud, RequestUrl, ResourceTypeName, Segment, UrlTarget};

/// What a request is about: a resource, or all resources of a type in a resource group or subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTarget {
    /// The cloud whose Azure Resource Manager is asked.
    pub cloud: Cloud,
    /// The id of what an extension resource (a role assignment, a lock) belongs to. Subscription and resource group
    /// do not stand in its path then.
    pub scope: Option<Text>,
    /// The subscription's id.
    pub subscription: Text,
    /// The resource group, unless the whole subscription is meant.
    pub resource_group: Option<Text>,
    /// The resource type.
    pub resource_type: ResourceTypeName,
    /// The names of the resource and of those that it is a child of, outermost first: one for each type, or one
    /// less for a collection.
    pub names: Vec<Text>,
    /// The API version.
    pub api_version: ApiVersion,
}

/// Why a URL is no [`RequestTarget`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlReadError {
    /// It lacks a part.
    #[error("the URL has no {0}")]
    Missing(&'static str),
    /// It is an action or something else that is not a resource.
    #[error("the URL is not that of a resource or a collection")]
    NotAResource,
    /// It has something wrong.
    #[error("the URL is not as Azure Resource Manager has it")]
    Malformed,
}

impl RequestTarget {
    /// The path: the resource's id, or that of the collection. Names are percent-encoded.
    pub fn path(&self) -> Text {
        let mut parts = Vec::new();
        if let Some(scope) = &self.scope {
            push_path(&mut parts, scope);
        } else {
            parts.push(Part::Literal("/subscriptions/".to_owned()));
            push_encoded(&mut parts, &self.subscription);
            if let Some(resource_group) = &self.resource_group {
                parts.push(Part::Literal("/resourceGroups/".to_owned()));
                push_encoded(&mut parts, resource_group);
            }
        }
        parts.push(Part::Literal(format!("/providers/{}", self.resource_type.namespace())));
        for (at, segment) in self.resource_type.types().enumerate() {
            parts.push(Part::Literal(format!("/{segment}")));
            if let Some(name) = self.names.get(at) {
                parts.push(Part::Literal("/".to_owned()));
                push_encoded(&mut parts, name);
            }
        }
        Text::from_parts(parts)
    }

    /// The path with the API version: what a client needs that knows the host itself.
    pub fn path_and_query(&self) -> Text {
        let end = Part::Literal(format!("?api-version={}", self.api_version));
        Text::from_parts(self.path().parts().iter().cloned().chain([end]))
    }

    /// The whole URL, with scheme, host and API version.
    pub fn url(&self) -> Text {
        let start = Part::Literal(self.cloud.origin());
        Text::from_parts(std::iter::once(start).chain(self.path_and_query().parts().iter().cloned()))
    }

    /// Reads a URL, its blanks in brackets.
    ///
    /// # Errors
    /// [`UrlReadError`] when it is not that of a resource or a collection, or says less than a target does.
    pub fn read(text: &str) -> Result<Self, UrlReadError> {
        let url = RequestUrl::read(text);
        if !url.problems.is_empty() {
            return Err(UrlReadError::Malformed);
        }
        if !matches!(url.target, UrlTarget::Resource | UrlTarget::Collection) {
            return Err(UrlReadError::NotAResource);
        }
        let value = |segment: Segment<'_>| Text::new(&segment.decoded());
        let (scope, subscription) = match (url.providers.len(), url.subscription) {
            (1, Some(subscription)) => (None, value(subscription)),
            (1, None) if url.resource_group.is_some() => return Err(UrlReadError::Missing("subscription")),
            // What it belongs to stands before the last provider.
            (_, subscription) => {
                let path = url.path.map_or("", |path| path.text);
                let at = path.to_ascii_lowercase().rfind("/providers/").unwrap_or_default();
                let scope = if at == 0 { Text::new("/") } else { decoded(&path[..at]) };
                (Some(scope), subscription.map_or_else(|| Text::new(""), value))
            }
        };
        Ok(Self {
            cloud: url.cloud().ok_or(UrlReadError::Missing("host of Azure Resource Manager"))?,
            resource_group: url.resource_group.map(value).filter(|_| scope.is_none()),
            scope,
            subscription,
            resource_type: url.resource_type().ok_or(UrlReadError::Missing("resource type"))?,
            names: url.names().map(value).collect(),
            api_version: url.version().ok_or(UrlReadError::Missing("API version"))?,
        })
    }
}

/// A path, each of its segments decoded.
fn decoded(path: &str) -> Text {
    let segments = path.split('/').map(|segment| Segment { text: segment, start: 0 }.decoded().into_owned());
    Text::new(&segments.collect::<Vec<_>>().join("/"))
}

/// An id, each of its segments encoded; the root (`/`) is nothing.
fn push_path(parts: &mut Vec<Part>, id: &Text) {
    let encoded = id.map_literals(|literal| literal.split('/').map(encode).collect::<Vec<_>>().join("/"));
    let end = encoded.parts().len();
    for (at, part) in encoded.parts().iter().enumerate() {
        match part {
            Part::Literal(literal) if at + 1 == end => {
                parts.push(Part::Literal(literal.trim_end_matches('/').to_owned()));
            }
            part => parts.push(part.clone()),
        }
    }
}

fn push_encoded(parts: &mut Vec<Part>, text: &Text) {
    parts.extend(text.map_literals(encode).parts().iter().cloned());
}

/// Percent-encodes a segment of a path. Placeholders in brackets stay readable: somebody is to replace them.
fn encode(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut done = 0;
    for found in find_placeholders(literal) {
        let bracketed = matches!(found.style, PlaceholderStyle::Angle | PlaceholderStyle::Brace);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"<>{} _-.".contains(&byte);
        if bracketed && literal[found.range.clone()].bytes().all(plain) {
            encode_plain(&literal[done..found.range.start], &mut out);
            out.push_str(&literal[found.range.clone()]);
            done = found.range.end;
        }
    }
    encode_plain(&literal[done..], &mut out);
    out
}

fn encode_plain(text: &str, out: &mut String) {
    for byte in text.bytes() {
        // Parentheses stand in names of resource groups, and mean nothing in a path.
        if byte.is_ascii_alphanumeric() || b"-._~()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::{BlankStyle, ResourceType};
    use proptest::prelude::*;

    fn target(resource_group: &str, name: &str) -> RequestTarget {
        RequestTarget {
            cloud: Cloud::Public,
            scope: None,
            subscription: Text::new("<SUBSCRIPTION ID>"),
            resource_group: Some(Text::new(resource_group)),
            resource_type: ResourceType::VirtualMachine.into(),
            names: vec![Text::new(name)],
            api_version: "2017-12-01".parse().unwrap(),
        }
    }

    #[test]
    fn the_url_is_azures() {
        assert_eq!(
            target("my(Group)é", "<VM NAME>").url().spell(BlankStyle::Braces),
            "https://management.azure.com/subscriptions/{subscriptionId}/resourceGroups/my(Group)%C3%A9/providers/\
             Microsoft.Compute/virtualMachines/{vmName}?api-version=2017-12-01"
        );
        assert_eq!(encode("vm-<MY NUMBER>-<a%b>"), "vm-<MY NUMBER>-%3Ca%25b%3E");
    }

    #[test]
    fn what_is_no_target_is_refused() {
        let read = |text: &str| RequestTarget::read(text).unwrap_err();
        let url = target("rg", "vm").url().spell(BlankStyle::Angle);
        assert_eq!(read(&url.replace('?', "/start?")), UrlReadError::NotAResource);
        assert_eq!(read(url.split('?').next().unwrap()), UrlReadError::Missing("API version"));
        assert_eq!(read(&url.replace("https", "http")), UrlReadError::Malformed);
        assert!(matches!(read(&url.replace("azure.com", "example.org")), UrlReadError::Missing(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_name_is_read_back(name in "([<>{}$%/?#&'\"\\\\ .\n]|<VM NAME>|<MY VM>|%41|\\PC){1,12}") {
            // A path has no way to say `.` and `..`; three dots and more are an author's ellipsis.
            prop_assume!(name.bytes().any(|byte| byte != b'.'));
            let target = target("rg", &name);
            for style in [BlankStyle::Angle, BlankStyle::Braces] {
                prop_assert_eq!(RequestTarget::read(&target.url().spell(style)), Ok(target.clone()));
            }
        }
    }
}
