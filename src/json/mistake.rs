//! What can be wrong with a text that is meant to be JSON.

use crate::text::{Edit, Span};

/// One mistake: what, where, and how it is fixed where there is one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What it is.
    pub kind: MistakeKind,
    /// The characters to show.
    pub span: Span,
    /// Another place that explains it: where a bracket should close, the first of two names.
    pub related: Option<Span>,
    /// The edits that fix it.
    pub repair: Option<Repair>,
}

/// Edits that fix a mistake, in offsets of the text that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The edits; all or none.
    pub edits: Vec<Edit>,
    /// True if there is no other reading of the text.
    pub safe: bool,
}

/// What was opened and not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unclosed {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// Members stand without the braces around them.
    Body,
}

/// The kinds of mistakes; each is a rule of the syntax family.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MistakeKind {
    /// Two strings where one value is due; the spans of both, the second behind the first. The tree has them
    /// joined by `, `.
    SplitValue {
        /// Each half, with its quotes.
        parts: Vec<Span>,
    },
    /// An object where a member's name is due; its members are the outer object's in the tree.
    UnnamedObject,
    /// A value where a member's name is due; not in the tree.
    ValueWithoutName,
    /// A name that no value follows.
    NameWithoutValue,
    /// Two members or elements without a comma between them.
    MissingComma,
    /// A name and its value without a colon between them.
    MissingColon,
    /// A comma that nothing follows or precedes.
    ExtraComma,
    /// A bracket or quote that is never closed.
    UnclosedBracket(Unclosed),
    /// A closing bracket that closes nothing, or the wrong kind; the one that was due if it is known.
    ExtraBracket {
        /// What would have been right there.
        wanted: Option<char>,
    },
    /// A string in other quotes than `"`.
    WrongQuotes {
        /// True if the quotes carry backslashes: `\"name\"`.
        escaped: bool,
    },
    /// A name without quotes.
    UnquotedName,
    /// A word that is not a JSON value.
    UnquotedValue,
    /// A comment.
    Comment,
    /// `...` for what was left out.
    Ellipsis,
    /// A name that the object already has, compared without case.
    DuplicateName,
    /// A backslash before what needs none, or a quote that lacks one.
    BadEscape {
        /// True if a `"` inside the string lacks its backslash.
        quote: bool,
    },
    /// A number as JSON does not write it.
    BadNumber,
    /// A control character, such as a line break, inside a string.
    ControlCharacter,
    /// A character that looks like a space and is none, or bytes that are not UTF-8.
    BadEncoding,
    /// Brackets of another script: `｛`.
    OddBracket,
    /// A version control system's conflict marks.
    ConflictMarker,
    /// Something after the end of the value.
    TextAfterBody,
    /// Nothing but white space.
    EmptyBody,
    /// More containers within each other than [`super::MAX_DEPTH`].
    TooDeep,
}

impl MistakeKind {
    /// True for what is missing between tokens, or around them.
    pub(super) fn is_structural(&self) -> bool {
        matches!(
            self,
            Self::MissingComma | Self::MissingColon | Self::UnclosedBracket(_) | Self::ExtraBracket { .. }
        )
    }
}

impl Mistake {
    /// A mistake at `span` that nothing fixes yet.
    pub(super) fn new(kind: MistakeKind, span: Span) -> Self {
        Self { kind, span, related: None, repair: None }
    }

    /// The mistake with a place that explains it.
    #[must_use]
    pub(super) fn related(mut self, span: Span) -> Self {
        self.related = Some(span);
        self
    }

    /// The mistake with the edits that fix it.
    #[must_use]
    pub(super) fn repaired(mut self, edits: Vec<Edit>) -> Self {
        self.repair = Some(Repair { edits, safe: true });
        self
    }

    /// The mistake with edits that fix it in one of several ways.
    #[must_use]
    pub(super) fn perhaps(mut self, edits: Vec<Edit>) -> Self {
        self.repair = Some(Repair { edits, safe: false });
        self
    }
}
