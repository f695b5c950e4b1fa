//! Requests that manage virtual machines' identities through Azure Resource Manager (ARM): written, planned,
//! checked and fixed, offline.
//!
//! # The map
//!
//! The request is the hinge. Reading goes from a file to its requests, checking from a request to findings,
//! and a finding's edits back into the file; writing goes from a scenario to a request to text.
//!
//! ```text
//! scenario + names ──▶ plan ──▶ ┌─────────┐ ──write──▶ text (JSON, curl, az, …)
//!                               │ request │
//! text (Markdown, shell, …) ─read▶ └──────┘ ──check──▶ findings ──▶ report | fix (edits in the text)
//! ```
//!
//! Floors, from the top. A room uses only rooms on the floors below, and those that are named after it on its own;
//! `tests/suite/floors.rs` reads this list and every import, and holds them against each other:
//!
//! - the binary: `cli`, one file a command
//! - [`command`]: what `render`, `plan` and `expand` make, for the binary, the site and the editor extension
//! - [`lsp`]: what an editor asks, message by message
//! - [`config`]: what `armbody.toml` says
//! - [`report`]: findings as text, SARIF and the like · [`scenario`]: the catalogue of identity scenarios ·
//!   [`sync`]: snippets in documents that are kept current · [`lint`]: the rules, one file each, the fixes, what is
//!   suppressed or known
//! - [`template`]: deployment templates: the language, and the requests that a deployment makes
//! - [`container`]: files that requests sit in · [`notation`]: how one request is written ·
//!   [`schema`]: the embedded Azure schemas
//! - [`arm`]: ARM's own words: ids, versions, the model of identities · [`json`]: JSON that knows where it
//!   stands · [`text`]: text that knows where it came from, and what may be shown of it ·
//!   [`fault`]: faults of the program, kept apart
//!
//! # From a text to a finding
//!
//! ```text
//! source ─container─▶ call ─resolve─▶ subject { body, target, evidence } ─rules─▶ draft ─policy─▶ finding
//! ```
//!
//! `lint::resolve` is the only place that says what a body is for; the linter, the inventory, the language server and
//! files that calls send ask it. How well that is known is a value, [`lint::Evidence`]: how much of the body the text
//! has, whose service is asked, whether the type and the version are said or guessed. A rule drafts what it sees with
//! its full severity and fix, and one table, `lint::policy`, lowers or drops by evidence what may not be said so
//! loudly. What a client adds to a call, and every name by which one is called, stands in [`notation::programs`]; the
//! looks that pass texts by are derived from it, so that none hides what a reader would find.
//!
//! # Checking a document
//!
//! ```
//! use armbody::container::Kind;
//! use armbody::lint::{Options, check};
//! use armbody::text::Source;
//!
//! let source = Source::new("body.json", r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#);
//! let findings = check(&source, Kind::Json, &Options::default());
//! assert_eq!(findings[0].rule.name, "identity-type-split");
//! assert_eq!(&source.text()[findings[0].span.range()], r#""SystemAssigned","UserAssigned""#);
//! ```

pub mod arm;
#[cfg(feature = "commands")]
pub mod command;
pub mod config;
pub mod container;
pub mod fault;
pub mod json;
pub mod lint;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod notation;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod sync;
pub mod template;
pub mod text;
