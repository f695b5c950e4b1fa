//! Whose service a request goes to.

use super::{Cloud, RequestUrl};
use crate::arm::placeholder::{contains_placeholder, find_placeholders, placeholder_at};
use crate::arm::text::starts_without_case;
use crate::text::suggest::{is_one_slip, is_within};

/// Whose service a request goes to, as far as its URL says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Service {
    /// Azure Resource Manager: its host is written out, or one that is a typing error away from it; or no host is,
    /// and the path begins as those of its resources do.
    ResourceManager,
    /// A variable or placeholder stands for the beginning, and the rest may be a request to Azure Resource Manager.
    Open,
    /// Another one.
    Other,
}

/// Where Azure Stack answers (`management.{region}.{domain}`).
const STACK: [&str; 2] = ["management.", "adminmanagement."];

impl Cloud {
    /// The cloud whose host `host` is, but for one letter too many, too few, wrong or out of its place.
    pub fn nearest(host: &str) -> Option<Self> {
        let name = host_name(host).to_ascii_lowercase();
        Self::ALL.into_iter().find(|cloud| is_one_slip(&name, cloud.host()))
    }
}

/// A host without its port.
fn host_name(host: &str) -> &str {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    name.trim_end_matches('.')
}

impl RequestUrl<'_> {
    /// Whose service the request goes to.
    pub fn service(&self) -> Service {
        let host = self.host.map_or("", |host| host.text);
        // `user:password@` says nothing of who answers.
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if self.asks_for_token() {
            return Service::Other;
        }
        if host.is_empty() || is_open(host) {
            return self.service_of_path();
        }
        if contains_placeholder(host) {
            return if is_another_domain(host) { Service::Other } else { self.service_of_path() };
        }
        let name = host_name(host);
        let without_region = name.split_once('.').map_or("", |(_, rest)| rest);
        let is_cloud = |name: &str| {
            Cloud::ALL.into_iter().any(|cloud| cloud.host().eq_ignore_ascii_case(name))
                || Cloud::nearest(name).is_some()
        };
        let may_be_own = || {
            let stack = STACK.iter().any(|head| starts_without_case(name, head));
            let is_stack = stack && !starts_without_case(name, "management.core.");
            is_stack || ["localhost", "127.0.0.1", "[::1]"].iter().any(|it| name.eq_ignore_ascii_case(it))
        };
        if is_cloud(name) || is_cloud(without_region) || (may_be_own() && self.begins_as_resource()) {
            Service::ResourceManager
        } else {
            Service::Other
        }
    }

    fn service_of_path(&self) -> Service {
        if self.begins_as_resource() {
            return Service::ResourceManager;
        }
        // `$ID?api-version=…`, `/{scope}/providers/…`
        let path = self.path.map_or("", |path| path.text).trim_start_matches('/');
        let open = path.is_empty() || placeholder_at(path, 0).is_some();
        match self.path {
            Some(_) if !open => Service::Other,
            _ if !self.providers.is_empty() => Service::ResourceManager,
            _ if self.host.is_none() && self.path.is_none() => Service::Other,
            _ => Service::Open,
        }
    }

    /// True if the path begins as those of resources do.
    fn begins_as_resource(&self) -> bool {
        let path = self.path.map_or("", |path| path.text).trim_start_matches('/');
        let first = path.split('/').next().unwrap_or("");
        ["subscriptions", "providers"].iter().any(|word| is_within(first, word, 1))
    }

    /// True for what gives tokens to programs on a machine: `?resource=…` is the audience.
    fn asks_for_token(&self) -> bool {
        let query = self.query.map_or("", |query| query.text);
        !self.begins_as_resource()
            && query.split('&').any(|parameter| starts_without_case(parameter, "resource="))
    }
}

/// True if the host is a variable or a placeholder as a whole, with a port or without.
fn is_open(host: &str) -> bool {
    placeholder_at(host, 0).is_some_and(|(len, _)| {
        let rest = &host[len..];
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| !port.contains('.'))
    })
}

/// `https://<service>.azure-api.net/subscriptions/…`: a host that is a placeholder in part, and somebody else's.
fn is_another_domain(host: &str) -> bool {
    let behind = find_placeholders(host).last().map_or(0, |found| found.range.end);
    let domain = host_name(host[behind..].trim_start_matches('.'));
    let is_cloud = Cloud::ALL.into_iter().any(|cloud| {
        let right = cloud.host();
        let tail = right.len().checked_sub(domain.len()).and_then(|from| right.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(domain))
    });
    // `management.<region>.<domain>` is Azure Stack's.
    let is_stack = STACK.iter().any(|head| starts_without_case(host, head));
    domain.contains('.') && !is_cloud && !is_stack
}
