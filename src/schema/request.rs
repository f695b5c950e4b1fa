//! Which schema a body is compared with.

use crate::arm::{ApiVersion, Method};

/// Which schema a body is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The type with its namespace, in any case.
    pub resource_type: &'r str,
    /// PUT or PATCH; nothing is known of other bodies.
    pub method: Method,
    /// A version that is known: see [`super::Validators::standing`].
    pub version: ApiVersion,
    /// The body is a resource of a deployment template: it has more members, and expressions stand for values.
    pub template: bool,
    /// The last name of the resource, where the text says it: of some types it decides what the body holds.
    pub name: Option<&'r str>,
}
