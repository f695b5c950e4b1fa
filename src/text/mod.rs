//! Text that knows where it came from.
//!
//! A body inside a single-quoted argument inside a fence inside a list item has three decodings between it
//! and its file. [`Source`] is the file, [`Fragment`] a decoded text with a map back to the bytes of the
//! file, [`Edit`] a change of those bytes. Fragments nest and their maps compose: whoever finds something
//! speaks in offsets of the innermost text, and [`Fragment::to_file`] and [`Fragment::edit`] are the only
//! places where offsets are translated and changes re-encoded.
//!
//! All offsets are bytes, all texts UTF-8.

mod bounds;
mod edit;
mod encoding;
mod fragment;
mod marks;
pub mod odd;
mod rows;
mod shown;
mod source;
pub(crate) mod steps;
pub mod suggest;
mod write;

pub(crate) use bounds::{covering, cut, next_boundary, previous_boundary, tail};
pub use edit::{Edit, EditConflict, apply_edits, merged, places_after};
pub use encoding::{Chain, Encoding};
pub use fragment::{Builder, Fragment};
pub(crate) use marks::Marks;
pub(crate) use rows::rows_from;
pub(crate) use shown::code;
pub use shown::{Show, Shown, is_hidden, visible};
pub use source::{DEFAULT_MAX_SIZE, Position, ReadError, Source, SourceProblem, path_name, read_text};
pub use steps::steps;
pub use write::{Replaced, Staged, WriteError, replace_file, write_file};

use std::ops::Range;

/// A range of bytes, from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`. Both fit in 32 bits: a source is at most 256 MiB.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span runs forward: {start}..{end}");
        Self { start: start as u32, end: end as u32 }
    }

    /// The empty range at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The range as usize, to slice with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True if it has no bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True if `other` lies within this range.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True if the ranges share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Span) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range moved by `offset` bytes to the right.
    #[must_use]
    pub fn shift(self, offset: usize) -> Self {
        Self { start: self.start + offset as u32, end: self.end + offset as u32 }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
