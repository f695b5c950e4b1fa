//! What a rule says: where, what, and how it is fixed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Rule;
use super::anchor::Anchor;
use super::evidence::Doubt;
use crate::arm::{ApiVersion, Method};
use crate::text::{Edit, Span};

/// How bad a finding is. Ordered: a note is less than an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; never fails a run.
    Note,
    /// ARM takes it, and it is probably not what was meant, or it leaks something.
    Warning,
    /// ARM refuses it, or it is not JSON.
    Error,
}

impl Severity {
    /// The word for it in reports and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is not a severity.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a severity; use error, warning or note")]
pub struct UnknownSeverity(String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Note, Self::Warning, Self::Error]
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| UnknownSeverity(text.to_owned()))
    }
}

/// One finding. All spans are bytes of the file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that made it.
    pub rule: &'static Rule,
    /// The rule's severity, or what the user or the circumstances made of it.
    pub severity: Severity,
    /// What is wrong, as one clause without a full stop.
    pub message: String,
    /// The characters it is about.
    pub span: Span,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What would be right.
    pub help: Option<String>,
    /// The edits that fix it.
    pub fix: Option<Box<Fix>>,
    /// What ARM answers, where that is known.
    pub arm: Option<Box<ArmAnswer>>,
    /// The request that it is part of.
    pub request: Option<Arc<RequestInfo>>,
    /// What its rule doubts.
    pub(super) doubt: Option<Doubt>,
    /// The most that the configuration may make of it.
    pub(super) ceiling: Severity,
    /// What it is about, whatever stands around it.
    pub(super) anchor: Anchor,
    /// What it is about where its text does not say so: the property that is missing there.
    pub(super) subject: Option<Box<str>>,
    /// The bytes of the call that it is part of.
    pub(super) call: Option<Span>,
}

impl Finding {
    /// One that says no more than what is wrong and where.
    pub(super) fn new(
        rule: &'static Rule,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            span,
            labels: Vec::new(),
            help: None,
            fix: None,
            arm: None,
            request: None,
            doubt: None,
            ceiling: Severity::Error,
            anchor: Anchor::default(),
            subject: None,
            call: None,
        }
    }

    /// One about a file as a whole, with what helps.
    pub(super) fn of_file(
        rule: &'static Rule,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { help: Some(help.into()), ..Self::new(rule, severity, span, message) }
    }
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is to be seen there.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Edits that fix a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an instruction: `write one string`.
    pub title: String,
    /// True if the meaning that ARM reads is unchanged, or the text had one reading and was not JSON.
    pub safe: bool,
    /// The edits of the file; all or none.
    pub edits: Vec<Edit>,
}

/// ARM's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmAnswer {
    /// The error code.
    pub code: String,
    /// The error message, with this request's values where they are known.
    pub message: String,
}

/// The request that a finding is part of, as far as the text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// The method.
    pub method: Method,
    /// The resource type (`Microsoft.Compute/virtualMachines`).
    pub resource_type: Option<String>,
    /// The API version.
    pub api_version: Option<ApiVersion>,
    /// The URL as it is written.
    pub url: Option<String>,
}
