//! What can be wrong with a resource id or with the path of a URL, and the edit that fixes it.

use std::fmt;
use std::ops::Range;

/// A resource id that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ResourceIdError {
    /// What is wrong. Of several mistakes, one that cannot be fixed comes first.
    pub kind: ResourceIdErrorKind,
    /// The bytes of the id to point at; empty where something is missing.
    pub span: Range<usize>,
    /// The whole id fixed, where all that is wrong with it has one reading.
    pub suggestion: Option<String>,
}

/// What is wrong with a resource id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceIdErrorKind {
    /// There is nothing.
    Empty,
    /// White space outside placeholders.
    Whitespace,
    /// A URL, with scheme and host.
    Url,
    /// The path is right but for its first slash.
    MissingLeadingSlash,
    /// A name where a whole id is due.
    BareName,
    /// A GUID where a whole id is due.
    GuidAlone,
    /// Two slashes in a row.
    EmptySegment,
    /// A slash at the end.
    TrailingSlash,
    /// A literal segment is not there.
    MissingSegment {
        /// The segment.
        expected: &'static str,
    },
    /// What a literal segment is followed by is not there.
    MissingValue {
        /// What should stand there, in words.
        of: &'static str,
    },
    /// `subscriptions`, `resourceGroups` or `providers` with a slip.
    MisspeltSegment {
        /// As written.
        found: String,
        /// As it should be.
        right: &'static str,
    },
    /// A provider namespace with a slip.
    MisspeltNamespace {
        /// As written.
        found: String,
        /// As it should be.
        right: &'static str,
    },
    /// A resource type with a slip.
    MisspeltType {
        /// As written.
        found: String,
        /// As it should be.
        right: &'static str,
    },
    /// The namespace of another provider.
    OtherNamespace {
        /// As written.
        found: String,
        /// The one that is due.
        expected: &'static str,
    },
    /// Another type of the provider.
    OtherType {
        /// As written.
        found: String,
        /// The one that is due.
        expected: &'static str,
    },
    /// A segment that is nothing like the literal one that is due.
    UnexpectedSegment {
        /// As written.
        found: String,
        /// The one that is due.
        expected: &'static str,
    },
    /// The id is whole, and goes on.
    ExtraSegments,
}

impl fmt::Display for ResourceIdErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the resource id is empty"),
            Self::Whitespace => f.write_str("a resource id has no white space"),
            Self::Url => f.write_str("a URL where a resource id is due: an id begins with `/subscriptions/`"),
            Self::MissingLeadingSlash => f.write_str("a resource id begins with a slash"),
            Self::BareName => f.write_str("a name where a whole resource id is due"),
            Self::GuidAlone => f.write_str("a GUID where a whole resource id is due"),
            Self::EmptySegment => f.write_str("a segment of the resource id is empty"),
            Self::TrailingSlash => f.write_str("a resource id does not end with a slash"),
            Self::MissingSegment { expected } => write!(f, "the segment `{expected}` is missing"),
            Self::MissingValue { of } => write!(f, "the {of} is missing"),
            Self::MisspeltSegment { found, right } => write!(f, "`{found}` is misspelt: it is `{right}`"),
            Self::MisspeltNamespace { found, right } => {
                write!(f, "the provider `{found}` is misspelt: it is `{right}`")
            }
            Self::MisspeltType { found, right } => {
                write!(f, "the resource type `{found}` is misspelt: it is `{right}`")
            }
            Self::OtherNamespace { found, expected } => {
                write!(f, "the provider is `{found}`, not `{expected}`")
            }
            Self::OtherType { found, expected } => {
                write!(f, "the resource type is `{found}`, not `{expected}`")
            }
            Self::UnexpectedSegment { found, expected } => {
                write!(f, "`{found}` stands where `{expected}` is due")
            }
            Self::ExtraSegments => f.write_str("the resource id goes on after its last segment"),
        }
    }
}

/// One mistake, and the edit that fixes it where there is one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) kind: ResourceIdErrorKind,
    pub(super) span: Range<usize>,
    pub(super) edit: Option<(Range<usize>, String)>,
}

/// The slips of one id, as they are found.
#[derive(Debug, Default)]
pub(super) struct Slips(pub(super) Vec<Slip>);

impl Slips {
    /// A slip that nothing but its author can fix.
    pub(super) fn add(&mut self, kind: ResourceIdErrorKind, span: Range<usize>) {
        self.0.push(Slip { kind, span, edit: None });
    }

    /// A slip that putting `text` in the place of `range` fixes.
    pub(super) fn fix(
        &mut self,
        kind: ResourceIdErrorKind,
        span: Range<usize>,
        range: Range<usize>,
        text: impl Into<String>,
    ) {
        self.0.push(Slip { kind, span, edit: Some((range, text.into())) });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error that the slips of `text` amount to, if there are any.
    pub(super) fn into_error(self, text: &str) -> Option<ResourceIdError> {
        let worst = self.0.iter().find(|slip| slip.edit.is_none()).or(self.0.first())?;
        let (kind, span) = (worst.kind.clone(), worst.span.clone());
        let suggestion = if worst.edit.is_some() { fixed(text, self.0) } else { None };
        Some(ResourceIdError { kind, span, suggestion })
    }
}

/// `text` with every slip's edit made; `None` when two edits meet.
fn fixed(text: &str, slips: Vec<Slip>) -> Option<String> {
    let mut edits: Vec<_> = slips.into_iter().filter_map(|slip| slip.edit).collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(text.len() + 32);
    let mut done = 0;
    for (range, new) in edits {
        result.push_str(text.get(done..range.start)?);
        result.push_str(&new);
        done = range.end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}
