//! `Method`: what a request does.

use std::fmt;
use std::str::FromStr;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Read a resource or list a collection.
    Get,
    /// Create a resource, or replace what the body names of it.
    Put,
    /// Change what the body names.
    Patch,
    /// Run an action.
    Post,
    /// Delete a resource.
    Delete,
    /// Ask whether a resource exists.
    Head,
    /// Ask what is allowed; Azure Resource Manager has no use for it.
    Options,
}

/// A text that is not an HTTP method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a method: expected GET, PUT, PATCH, POST, DELETE, HEAD or OPTIONS")]
pub struct UnknownMethod(pub String);

impl Method {
    /// Every method.
    pub const ALL: [Method; 7] = [
        Method::Get,
        Method::Put,
        Method::Patch,
        Method::Post,
        Method::Delete,
        Method::Head,
        Method::Options,
    ];

    /// The method as HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Post => "POST",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
            Method::Options => "OPTIONS",
        }
    }

    /// Whether a request of this method carries a body.
    pub fn has_body(self) -> bool {
        matches!(self, Method::Put | Method::Patch | Method::Post)
    }

    /// Whether a request of this method must carry a body (an action's body may be missing).
    pub fn needs_body(self) -> bool {
        matches!(self, Method::Put | Method::Patch)
    }

    /// Whether a request of this method changes nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Method::Get | Method::Head | Method::Options)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownMethod(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_without_regard_to_case() {
        for method in Method::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
            assert_eq!(method.to_string().to_lowercase().parse(), Ok(method));
        }
        assert_eq!("PUTT".parse::<Method>(), Err(UnknownMethod("PUTT".into())));
    }

    #[test]
    fn put_and_patch_need_a_body() {
        let needing: Vec<_> = Method::ALL.into_iter().filter(|method| method.needs_body()).collect();
        assert_eq!(needing, [Method::Put, Method::Patch]);
        assert!(Method::Post.has_body() && !Method::Get.has_body());
    }
}
