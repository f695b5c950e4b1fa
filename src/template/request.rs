//! What a deployment sends, as requests of any notation.

use super::engine::PlannedRequest;
use crate::arm::{BodyValue, Cloud, Method, Request, RequestTarget, ResourceTypeName, Text};

impl PlannedRequest {
    /// The request, if its URL is known whole and is that of a resource: what notations can write.
    pub fn to_request(&self, cloud: Cloud) -> Option<Request> {
        let id = self.id.as_str()?;
        let api_version = self.api_version.as_str()?.parse().ok()?;
        let at = id.rfind("/providers/")?;
        let (before, path) = (&id[..at], &id[at + "/providers/".len()..]);
        let mut segments = path.split('/');
        let namespace = segments.next()?;
        let pairs: Vec<&str> = segments.collect();
        if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
            return None;
        }
        let types: Vec<&str> = pairs.iter().step_by(2).copied().collect();
        let resource_type = ResourceTypeName::parse(&format!("{namespace}/{}", types.join("/")))?;
        let names = pairs.iter().skip(1).step_by(2).map(|it| Text::new(it)).collect();
        let is = |text: &&str, wanted: &str| text.eq_ignore_ascii_case(wanted);
        let around: Vec<&str> = before.split('/').collect();
        let (subscription, resource_group, scope) = match around.as_slice() {
            ["", a, subscription] if is(a, "subscriptions") => (Text::new(subscription), None, None),
            ["", a, subscription, b, group] if is(a, "subscriptions") && is(b, "resourceGroups") => {
                (Text::new(subscription), Some(Text::new(group)), None)
            }
            _ => (Text::new(""), None, Some(Text::new(before))),
        };
        let target =
            RequestTarget { cloud, scope, subscription, resource_group, resource_type, names, api_version };
        Some(Request::new(Method::Put, target, Some(BodyValue::from(self.body.to_json()))))
    }

    /// The path and the API version of the URL, an expression in the place of what only a deployment knows.
    pub fn url(&self) -> String {
        let text = |value: &super::Value| match value.to_json() {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        format!("{}?api-version={}", text(&self.id), text(&self.api_version))
    }
}
