//! Checking requests.
//!
//! [`check`] reads a source, finds its calls and lets every rule look at each. A rule is a small file under
//! `rules/<family>/` and a page under `docs/rules/`; [`rules`] is the table of all. [`fix`] applies what the
//! findings offer until nothing changes.

mod anchor;
mod baseline;
mod engine;
mod evaluation;
mod evidence;
mod finding;
mod fingerprint;
mod fix;
mod hash;
mod inventory;
mod likeness;
mod policy;
mod refused;
mod resolve;
mod rule;
mod rules;
mod secrets;
mod subject;
mod suppress;
mod wording;

use anchor::Anchor;
pub use baseline::{Baseline, BaselineError, Known};
pub use engine::{
    Given, Inspection, Options, check, examine, given_secrets, inspect, internal_error, secrets_of, too_large,
};
pub use evidence::{Certainty, Doubt, Evidence, Extent, Values, VersionEvidence};
pub use finding::{ArmAnswer, Finding, Fix, Label, RequestInfo, Severity, UnknownSeverity};
pub use fingerprint::Fingerprint;
pub use fix::{Fixed, fix};
pub use inventory::{Listed, inventory, template_tree};
pub use refused::refused;
pub use resolve::{target, targets};
use rule::Check;
#[cfg(test)]
pub(crate) use rule::RENAMED;
pub use rule::{Family, Fixable, Rule};
pub use rules::{find_rule, nearest_rule, rules, since};
pub use secrets::{Secret, SecretKind};
use subject::{Block, Draft, Findings, Sink, Styles, Subject, Wanted};
pub use subject::{MAX_FINDINGS, Target};
pub use suppress::{Day, IgnoredPlace, NotADay, ignore_here};
use wording::{all_of, either};
