//! `RequestUrl`: the URL of a request, taken apart as far as it can be.

use std::ops::Range;

use super::api_version::{ApiVersion, ApiVersionError};
use super::id_error::ResourceIdErrorKind;
use super::method::Method;
use super::path::ProviderPart;
use super::resource_type::{ResourceType, ResourceTypeName};
use super::segment::Segment;
use super::text::starts_without_case;

mod read;
mod service;
#[cfg(test)]
mod tests;

pub use read::is_quote;
pub use service::Service;

/// A cloud that Azure Resource Manager runs in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// `management.azure.com`
    #[default]
    Public,
    /// `management.usgovcloudapi.net`
    UsGovernment,
    /// `management.chinacloudapi.cn`
    China,
    /// `management.microsoftazure.de`
    Germany,
    /// Another one, as somebody named its host: Azure Stack Hub, a sovereign cloud, a server of one's own.
    Other(Box<str>),
}

impl Cloud {
    /// Every cloud whose host is known.
    pub const ALL: [Cloud; 4] = [Cloud::Public, Cloud::UsGovernment, Cloud::China, Cloud::Germany];

    /// The host that Azure Resource Manager answers on, with a port where it has one of its own.
    pub fn host(&self) -> &str {
        match self {
            Cloud::Public => "management.azure.com",
            Cloud::UsGovernment => "management.usgovcloudapi.net",
            Cloud::China => "management.chinacloudapi.cn",
            Cloud::Germany => "management.microsoftazure.de",
            Cloud::Other(host) => host.strip_prefix("http://").unwrap_or(host),
        }
    }

    /// The beginning of its URLs: `https://` and the host. A server on this machine may speak plain HTTP.
    pub fn origin(&self) -> String {
        match self {
            Cloud::Other(host) if host.starts_with("http://") => host.to_string(),
            _ => format!("https://{}", self.host()),
        }
    }

    /// The resource that a token for it is asked for.
    ///
    /// Source: `azure/cli/core/cloud.py` of the Azure CLI. Azure Resource Manager takes the address of its own host as
    /// well, which stands for those clouds that are not in the list.
    pub fn audience(&self) -> String {
        match self {
            Cloud::Public => "https://management.core.windows.net/".to_owned(),
            Cloud::UsGovernment => "https://management.core.usgovcloudapi.net/".to_owned(),
            Cloud::China => "https://management.core.chinacloudapi.cn/".to_owned(),
            Cloud::Germany => "https://management.core.cloudapi.de/".to_owned(),
            Cloud::Other(_) => format!("{}/", self.origin()),
        }
    }
}

/// A text that names no cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a cloud: expected public, usgov, china or the https address of its Azure Resource Manager", .0.escape_debug())]
pub struct UnknownCloud(pub String);

impl std::str::FromStr for Cloud {
    type Err = UnknownCloud;

    /// Reads `public`, `usgov`, `china`, `germany`, a name of the Azure CLI (`AzureUSGovernment`), or an address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || UnknownCloud(text.chars().take(80).collect());
        let names: [(Cloud, [&str; 2]); 4] = [
            (Cloud::Public, ["public", "AzureCloud"]),
            (Cloud::UsGovernment, ["usgov", "AzureUSGovernment"]),
            (Cloud::China, ["china", "AzureChinaCloud"]),
            (Cloud::Germany, ["germany", "AzureGermanCloud"]),
        ];
        let named =
            names.into_iter().find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(text)));
        if let Some((cloud, _)) = named {
            return Ok(cloud);
        }
        let scheme = ["https://", "http://"].into_iter().find(|scheme| starts_without_case(text, scheme));
        let scheme = scheme.ok_or_else(error)?;
        let host = text[scheme.len()..].trim_end_matches('/').to_ascii_lowercase();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host.as_str(), None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        if name.is_empty() || !name.chars().all(plain) || !port.is_none_or(is_port) {
            return Err(error());
        }
        if scheme == "http://" {
            // A token goes nowhere else in the clear.
            let is_here = name == "localhost" || name == "127.0.0.1";
            return if is_here { Ok(Self::Other(format!("http://{host}").into())) } else { Err(error()) };
        }
        let known = Self::ALL.into_iter().find(|cloud| cloud.host() == host);
        Ok(known.unwrap_or_else(|| Self::Other(host.into())))
    }
}

/// What a URL says about the API version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiVersionParameter {
    /// Nothing.
    Missing,
    /// The version stands in the query without `api-version=` before it.
    NameMissing {
        /// The version.
        span: Range<usize>,
        /// The version, read.
        version: ApiVersion,
    },
    /// The parameter's name is misspelt (`apiversion`, `api_version`).
    NameMisspelt {
        /// The name.
        span: Range<usize>,
    },
    /// `api-version=` with nothing after it.
    Empty {
        /// The place of the value.
        span: Range<usize>,
    },
    /// A placeholder.
    Placeholder {
        /// The value.
        span: Range<usize>,
    },
    /// A value that is not a version.
    Invalid {
        /// The value.
        span: Range<usize>,
        /// Why.
        error: ApiVersionError,
    },
    /// A version.
    Given {
        /// The value.
        span: Range<usize>,
        /// The version, read.
        version: ApiVersion,
    },
}

/// What a URL addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlTarget<'a> {
    /// One resource.
    Resource,
    /// All resources of a type in a scope.
    Collection,
    /// An action or view of a resource (`…/virtualMachines/myVM/start`), of a collection or of a provider.
    Action(Segment<'a>),
    /// A subscription or resource group, or the list of them.
    Scope,
    /// Something else, or a placeholder stands for it.
    Unknown,
}

/// Something wrong with a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlProblem {
    /// What.
    pub kind: UrlProblemKind,
    /// Where.
    pub span: Range<usize>,
    /// The edit that fixes it, where there is one reading: what to put in the place of which bytes.
    pub edit: Option<(Range<usize>, String)>,
}

/// What can be wrong with a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlProblemKind {
    /// White space outside placeholders.
    Whitespace,
    /// Quotes in it, outside placeholders.
    Quote,
    /// `https://https://`
    DoubledScheme,
    /// `htps://`, `https:/`
    MisspeltScheme,
    /// `http://`
    InsecureScheme,
    /// The path has no slash before it.
    MissingLeadingSlash,
    /// Two slashes in a row: a segment has nothing in it.
    EmptySegment,
    /// The first parameter follows `&`, not `?`.
    MissingQuestionMark,
    /// A parameter follows a second `?`, not `&`.
    DoubledQuestionMark,
    /// `api-version` stands twice.
    DoubledApiVersion,
    /// The path is none that Azure Resource Manager has.
    Path(ResourceIdErrorKind),
}

/// A URL, with or without scheme and host, taken apart.
///
/// Reading never fails: what is not there is `None`, what is wrong is in [`problems`](Self::problems). Spans are
/// byte ranges of the text. Everything is compared without ASCII case.
#[derive(Debug, Clone)]
pub struct RequestUrl<'a> {
    /// The URL as written.
    pub text: &'a str,
    /// `https`, without the colon.
    pub scheme: Option<Segment<'a>>,
    /// The host, with its port. A placeholder may stand for it, and for scheme and host together.
    pub host: Option<Segment<'a>>,
    /// The path, from its first slash to the query.
    pub path: Option<Segment<'a>>,
    /// The query, without its question mark.
    pub query: Option<Segment<'a>>,
    /// The subscription.
    pub subscription: Option<Segment<'a>>,
    /// The resource group.
    pub resource_group: Option<Segment<'a>>,
    /// What follows each `providers`; the last is what the URL is about. An action is not part of it.
    pub providers: Vec<ProviderPart<'a>>,
    /// What is addressed.
    pub target: UrlTarget<'a>,
    /// What is said about the API version.
    pub api_version: ApiVersionParameter,
    /// What is wrong, in the order of the text.
    pub problems: Vec<UrlProblem>,
}

impl<'a> RequestUrl<'a> {
    /// Takes a URL apart.
    pub fn read(text: &'a str) -> Self {
        read::read(text, None)
    }

    /// Takes apart the URL of a request whose method is known: what stands behind a resource is an action where it
    /// is posted to, and a list of child resources where it is read.
    pub fn read_with(text: &'a str, method: Option<Method>) -> Self {
        read::read(text, method)
    }

    /// The action or view behind the resource: `…/virtualMachines/myVM/start`.
    pub fn action(&self) -> Option<&'a str> {
        match self.target {
            UrlTarget::Action(action) => Some(action.text),
            _ => None,
        }
    }

    /// The resource type, child types included; `None` when there is none or a placeholder stands for a part.
    pub fn resource_type(&self) -> Option<ResourceTypeName> {
        self.providers.last()?.type_name()
    }

    /// The known resource type, if it is one.
    pub fn known_type(&self) -> Option<ResourceType> {
        self.resource_type()?.known()
    }

    /// The name of the resource itself.
    pub fn name(&self) -> Option<Segment<'a>> {
        self.providers.last()?.types.last()?.1
    }

    /// The names of the resource and of the resources that it is a child of, outermost first.
    pub fn names(&self) -> impl Iterator<Item = Segment<'a>> {
        self.providers.last().into_iter().flat_map(|part| part.types.iter().filter_map(|(_, name)| *name))
    }

    /// The cloud whose host it is, if it is one.
    pub fn cloud(&self) -> Option<Cloud> {
        let host = self.host?.text;
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.');
        Cloud::ALL.into_iter().find(|cloud| cloud.host().eq_ignore_ascii_case(name))
    }

    /// Whether the request goes to Azure Resource Manager as far as the text says.
    pub fn is_arm(&self) -> bool {
        self.service() == Service::ResourceManager
    }

    /// `westus.management.azure.com`
    fn is_regional(&self) -> bool {
        self.host.and_then(|host| host.text.split_once('.')).is_some_and(|(_, rest)| {
            Cloud::ALL.into_iter().any(|cloud| cloud.host().eq_ignore_ascii_case(rest))
        })
    }

    /// The API version, if one is given and is one.
    pub fn version(&self) -> Option<ApiVersion> {
        match self.api_version {
            ApiVersionParameter::Given { version, .. } | ApiVersionParameter::NameMissing { version, .. } => {
                Some(version)
            }
            _ => None,
        }
    }
}
