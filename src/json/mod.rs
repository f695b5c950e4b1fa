//! JSON that knows where it stands.
//!
//! [`Tree::parse`] never fails: it returns a tree whose nodes are spans of the text, and a list of
//! [`Mistake`]s, each a variant of one enum with the place to show and, where there is one reading, the edits
//! that fix it. The tree is the one that the author meant, so that whoever reads it goes on after a mistake.
//!
//! The parser keeps its own stack and looks at each byte a bounded number of times, whatever the text.
//! Nodes lie in one arena in the order of the text; a string without escapes is a slice.

mod brackets;
mod decode;
mod dialect;
mod mistake;
mod parser;
mod recovery;
#[cfg(test)]
mod tests;
mod tree;

pub use brackets::best_reading;
pub use decode::{decode_string, string_fragment};
pub use dialect::Dialect;
pub use mistake::{Mistake, MistakeKind, Repair, Unclosed};
pub(crate) use recovery::is_nothing;
pub use tree::{Elements, Kind, Members, Node, Tree};

/// Containers within containers that are read; what lies deeper is passed over and named a mistake.
pub const MAX_DEPTH: usize = 128;

/// Mistakes that are recorded for one text. A text with more is not JSON with mistakes.
pub const MAX_MISTAKES: usize = 200;
