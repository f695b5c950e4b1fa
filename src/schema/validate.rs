//! Bodies against their schemas, in place: what is wrong, at which node.
//!
//! A body without any mistake is found to be so in one pass that writes nothing down. Any other is looked at closer.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::compile::compile;
use super::diagnose::{Diagnosis, Ready};
use super::node::Instance;
use super::problem::Problem;
use super::request::Request;
use super::types::{IdentityFacts, judge};
use super::{Cache, SchemaError, Schemas};
use crate::arm::versions::{Around, around, is_undescribed, newest_of};
use crate::arm::{ApiVersion, ResourceTypeName};
use crate::json::Node;
use crate::text::DEFAULT_MAX_SIZE;

/// What is known of an API version of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It was published.
    Published(ApiVersion),
    /// Later than all that are known; the newest known one serves.
    Later(ApiVersion),
    /// ARM answers to it, and no specification describes it; the nearest one serves.
    Undescribed(ApiVersion),
    /// Only a pack describes the type, and it lacks the version: nothing is known of the body.
    NotDescribed {
        /// The nearest one: the earlier, unless there is none.
        nearest: ApiVersion,
        /// The nearest one before it.
        earlier: Option<ApiVersion>,
        /// The nearest one after it.
        later: Option<ApiVersion>,
    },
    /// Never published; the nearest one serves.
    Unpublished {
        /// The nearest one: the earlier, unless there is none.
        serves: ApiVersion,
        /// The nearest one before it.
        earlier: Option<ApiVersion>,
        /// The nearest one after it.
        later: Option<ApiVersion>,
    },
}

impl Standing {
    /// The version whose schema serves.
    pub fn serves(self) -> ApiVersion {
        match self {
            Self::Published(version) | Self::Later(version) | Self::Undescribed(version) => version,
            Self::Unpublished { serves, .. } | Self::NotDescribed { nearest: serves, .. } => serves,
        }
    }
}

/// Schemas with the validators made of them: each once, when it is asked for, for all threads.
pub struct Validators {
    schemas: Schemas,
    bodies: Cache<Slot>,
    resources: Cache<Slot>,
}

/// A type, version and method.
type Slot = OnceLock<Option<Ready>>;

impl fmt::Debug for Validators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validators").field("schemas", &self.schemas).finish_non_exhaustive()
    }
}

impl Validators {
    /// Of the schemas in the program; the same for all who ask.
    pub fn embedded() -> Arc<Self> {
        static EMBEDDED: OnceLock<Arc<Validators>> = OnceLock::new();
        Arc::clone(EMBEDDED.get_or_init(|| Arc::new(Self::new(Schemas::embedded()))))
    }

    /// Of these schemas. Nothing is made yet.
    pub fn new(schemas: Schemas) -> Self {
        Self { schemas, bodies: Cache::new(), resources: Cache::new() }
    }

    /// Of the schemas in the program and those of a folder.
    ///
    /// # Errors
    /// As [`Schemas::with_folder`]: the good ones serve all the same.
    pub fn with_folder(path: &Path) -> (Self, Vec<SchemaError>) {
        let (schemas, errors) = Schemas::embedded().with_folder(path, DEFAULT_MAX_SIZE);
        (Self::new(schemas), errors)
    }

    /// The schemas.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Whether anything is known of a type (its name compared without case).
    pub fn knows(&self, resource_type: &str) -> bool {
        self.schemas.knows(resource_type)
    }

    /// Whether a pack alone describes a type, so that what is found of a body is a warning at most.
    pub fn is_described_only(&self, resource_type: &str) -> bool {
        self.schemas.described(resource_type).is_some()
    }

    /// What the version of a type that only a pack describes says of its `identity` block; `None` if it has none, or
    /// the version is not described.
    pub fn identity(&self, resource_type: &str, version: ApiVersion) -> Option<IdentityFacts<'_>> {
        self.schemas.described_in(resource_type, version)?.identity()
    }

    /// True if some version of a type that only a pack describes has this value of `identity.type`.
    pub fn ever_has_identity_type(&self, resource_type: &str, value: &str) -> bool {
        self.schemas.described(resource_type).is_some_and(|described| {
            described.versions().any(|version| version.identity().is_some_and(|it| it.find(value).is_some()))
        })
    }

    /// True if a pack alone describes the type, and no version of it has an `identity` that a request may set.
    pub fn never_has_identity(&self, resource_type: &str) -> bool {
        self.schemas.described(resource_type).is_some_and(|described| !described.ever_has_identity())
    }

    /// What is known of a version of a type; of the newest stable one if none is named. `None` for an unknown
    /// type.
    pub fn standing(&self, resource_type: &str, version: Option<ApiVersion>) -> Option<Standing> {
        if let Some(described) = self.schemas.described(resource_type) {
            let Some(version) = version else {
                return Some(Standing::Published(described.newest()?.version()));
            };
            if described.version(version).is_some() {
                return Some(Standing::Published(version));
            }
            let around = described.around(version);
            let Around { earlier, later } = around;
            return Some(Standing::NotDescribed { nearest: around.nearest()?, earlier, later });
        }
        let known = || self.schemas.versions(resource_type).map(|entry| entry.version);
        let newest = known().next_back()?;
        let Some(version) = version else { return newest_of(known()).map(Standing::Published) };
        if self.schemas.entry(resource_type, version).is_some() {
            return Some(Standing::Published(version));
        }
        if version > newest {
            return Some(Standing::Later(newest));
        }
        let around = around(known(), version);
        let (Around { earlier, later }, serves) = (around, around.nearest()?);
        let known_type = ResourceTypeName::parse(resource_type).and_then(|name| name.known());
        if known_type.is_some_and(|known| is_undescribed(known, version)) {
            return Some(Standing::Undescribed(serves));
        }
        Some(Standing::Unpublished { serves, earlier, later })
    }

    /// Makes the validator of a request's bodies unless it is made.
    ///
    /// # Errors
    /// The schema that cannot be compiled; those in the program can.
    pub fn prepare(&self, request: Request<'_>) -> Result<bool, SchemaError> {
        let Some(schema) = self.schema(request)? else { return Ok(false) };
        match compile(schema, request.template) {
            Ok(_) => Ok(true),
            Err(error) => Err(SchemaError {
                file: format!("{} {}", request.resource_type, request.version).into(),
                pointer: error.schema_path().to_string(),
                message: error.to_string(),
            }),
        }
    }

    fn schema(&self, request: Request<'_>) -> Result<Option<Value>, SchemaError> {
        self.schemas.standalone(request.resource_type, request.method, request.version)
    }

    fn make(&self, request: Request<'_>) -> Option<Ready> {
        let schema = self.schema(request).ok().flatten()?;
        let compiled = compile(schema, request.template).ok()?;
        Some(Ready { compiled, places: OnceLock::new(), required: OnceLock::new() })
    }

    /// What is wrong with a body, in the order of the text; not more than some 200 mistakes. Empty when the type,
    /// version or method is unknown.
    pub fn problems<'t>(&self, request: Request<'_>, body: Node<'t>) -> Vec<Problem<'t>> {
        let Request { resource_type, method, version, template, name } = request;
        if let Some(described) = self.schemas.described(resource_type) {
            let described = described.version(version).filter(|_| method.needs_body());
            let asked = judge::Asked { method, template, name };
            return described.map_or_else(Vec::new, |described| judge::problems(described, asked, body));
        }
        let shape = self.schemas.shape(resource_type, method, version);
        if shape.is_some_and(|shape| shape.is_surely_valid(body, template)) {
            return Vec::new();
        }
        self.judged(request, body)
    }

    /// The members of a body whose values are secrets as a pack describes them, with their names, in the order of the
    /// text.
    pub fn sensitive<'t>(&self, request: Request<'_>, body: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
        let Request { resource_type, method, version, template, name } = request;
        let described = self.schemas.described_in(resource_type, version).filter(|it| it.has_secrets());
        let asked = judge::Asked { method, template, name };
        described.map_or_else(Vec::new, |described| judge::sensitive(described, asked, body))
    }

    /// [`Validators::problems`], whatever the shape says.
    pub(super) fn judged<'t>(&self, request: Request<'_>, body: Node<'t>) -> Vec<Problem<'t>> {
        let Request { resource_type, method, version, template, .. } = request;
        let cache = if template { &self.resources } else { &self.bodies };
        let slot = cache.get(resource_type, method, version, Slot::default);
        let Some(ready) = slot.get_or_init(|| self.make(request)) else { return Vec::new() };
        if ready.compiled.validator.is_valid(Instance::written(body)) {
            return Vec::new();
        }
        Diagnosis::new(&self.schemas, ready, request, body).run()
    }
}
