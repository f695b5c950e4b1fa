//! Azure's published description of request bodies, as JSON Schemas: embedded, opened on demand, importable.
//!
//! [`Schemas`] is the way in: which types, versions and methods there are, the schema of one body, and since when a
//! property exists. [`import`](mod@import) makes the files under `schemas/` from a checkout of azure-rest-api-specs; what is in them is
//! described in `docs/schemas.md`. [`Validators`] compare bodies with them, in place, and name each mistake as a
//! [`Problem`] at its node.

pub mod cache;
pub mod catalogue;
mod compile;
mod consequences;
mod contracts;
mod diagnose;
pub mod document;
mod error;
mod folder;
pub mod history;
pub mod import;
mod node;
pub mod paths;
mod pointer;
mod problem;
mod request;
mod shape;
pub mod types;
mod validate;
mod wording;
mod write;

pub use cache::Cache;
pub use catalogue::{Entry, Schemas};
pub use contracts::{Contracts, UnknownType};
pub use document::Document;
pub use error::SchemaError;
pub use history::VersionRange;
pub use paths::Step;
pub use problem::{Constraint, Place, Problem, ProblemKind, type_of};
pub use request::Request;
pub use validate::{Standing, Validators};
pub use wording::{found_in_words, type_in_words};
pub use write::pretty;
