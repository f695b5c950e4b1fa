//! Azure's published description of request bodies, as JSON Schemas: embedded, opened on demand, importable.
//!
//! [`Schemas`] is the way in: which types, versions and methods there are, the schema of one body, and since when a
//! property exists. [`import`](mod@import) makes the files under `schemas/` from a checkout of azure-rest-api-specs; what is in them is
//! described in `docs/schemas.md`.

pub mod cache;
pub mod catalogue;
pub mod document;
mod folder;
pub mod history;
pub mod import;
mod node;
pub mod paths;
mod write;

pub use cache::Cache;
pub use catalogue::{Entry, SchemaError, Schemas};
pub use document::Document;
pub use history::VersionRange;
pub use paths::Step;
pub use write::pretty;
