//! Checking requests.
//!
//! [`check`] reads a source, finds its calls and lets every rule look at each. A rule is a small file under
//! `rules/<family>/` and a page under `docs/rules/`; [`rules`] is the table of all. [`fix`] applies what the
//! findings offer until nothing changes.

mod engine;
mod finding;
mod fingerprint;
mod fit;
mod fix;
mod rule;
mod rules;
mod secrets;
mod subject;
mod target;

pub use engine::{Given, Options, check, inspect, too_large};
pub use finding::{ArmAnswer, Finding, Fix, Label, RequestInfo, Severity, UnknownSeverity};
pub use fingerprint::Fingerprint;
pub use fix::{Fixed, fix};
pub use rule::{Check, Family, Fixable, Rule};
pub use rules::{find_rule, rules};
pub use secrets::Secret;
pub use subject::{Block, Draft, Sink, Subject, Target};
pub use target::target;
