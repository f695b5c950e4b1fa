//! Snippets in documents that are kept equal to what a command writes.
//!
//! An author puts a fence between two comments:
//!
//! ````markdown
//! <!-- armbody: render enable-system-assigned --as curl -->
//! ```bash
//! …
//! ```
//! <!-- armbody: end -->
//! ````
//!
//! [`sync`] finds the pairs and puts into each fence what the caller makes of the first comment's words. The fence
//! itself stays: its marks (more of them where the new text needs that), its indentation and quote marks, its
//! language, the line endings. Where no fence stands yet, one is made. What is written is read once more before it
//! is given back: a second run changes nothing.

mod arguments;
mod fence;
mod marker;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::fence::Lines;
use self::marker::{Region, regions};
use crate::text::{Edit, Source, Span, apply_edits};

/// What makes a comment a marker.
const MARK: &str = "armbody:";

/// A comment that asks for a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The comment, from `<!--` to `-->`.
    pub span: Span,
    /// What it says behind `render`: words as in a shell, quotes taken away.
    pub words: Vec<String>,
    /// The language of the fence that stands below it, if one does and says.
    pub language: Option<String>,
}

/// What is to stand below a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Snippet {
    /// Code, in a fence.
    Code {
        /// The code; a line break at its end says nothing.
        text: String,
        /// The language of a fence that is made for it.
        language: &'static str,
    },
    /// Markdown, which takes the place of all that stands there.
    Markdown(String),
}

/// Something that keeps a document from being brought up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The marker that is at fault, as a byte offset.
    pub offset: u32,
    /// What is wrong, in a line.
    pub message: String,
}

/// What became of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// How many pairs of markers there are.
    pub markers: usize,
    /// The markers below which something is to change.
    pub changed: Vec<Span>,
    /// The changes; none if there is a problem.
    pub edits: Vec<Edit>,
    /// What is wrong with the markers, in the order in which they stand.
    pub problems: Vec<Problem>,
}

/// Brings the snippets of a document up to date; `write` says what is to stand below a marker, or in a line why
/// that cannot be said.
///
/// A document of which one marker has a problem gets no edits: half a document is not current.
pub fn sync(source: &Source, mut write: impl FnMut(&Marker) -> Result<Snippet, String>) -> Synced {
    let mut synced = Synced::default();
    let found = regions(source, &mut synced.problems);
    synced.markers = found.len();
    let mut wanted = Vec::with_capacity(found.len());
    for region in found {
        match write(&region.marker) {
            Ok(snippet) => wanted.push((region, snippet)),
            Err(message) => {
                synced.problems.push(Problem { offset: region.marker.span.start, message });
            }
        }
    }
    let mut edits: Vec<Vec<Edit>> = Vec::with_capacity(wanted.len());
    for (region, snippet) in &wanted {
        match edits_for(source, region, snippet, Lines::Close) {
            Ok(some) => edits.push(some),
            Err(message) => {
                synced.problems.push(Problem { offset: region.marker.span.start, message });
            }
        }
    }
    if synced.problems.is_empty() {
        set_apart(source, &wanted, &mut edits, &mut synced.problems);
    }
    synced.problems.sort_by_key(|problem| problem.offset);
    if !synced.problems.is_empty() {
        return synced;
    }
    for ((region, _), edits) in wanted.iter().zip(edits) {
        if !edits.is_empty() {
            synced.changed.push(region.marker.span);
            synced.edits.extend(edits);
        }
    }
    synced
}

/// Reads what the edits make of the document. A snippet that is not found again in its place stands too close to
/// other text (below a tag, Markdown goes on being HTML): it is set apart by blank lines, or it is a problem.
fn set_apart(
    source: &Source,
    wanted: &[(Region, Snippet)],
    edits: &mut [Vec<Edit>],
    problems: &mut Vec<Problem>,
) {
    let astray = not_found_again(source, wanted, edits);
    if astray.is_empty() {
        return;
    }
    for &at in &astray {
        let (region, snippet) = &wanted[at];
        if let Ok(apart) = edits_for(source, region, snippet, Lines::Apart) {
            edits[at] = apart;
        }
    }
    for at in not_found_again(source, wanted, edits) {
        problems.push(Problem {
            offset: wanted[at].0.marker.span.start,
            message: "a snippet cannot stand here: Markdown would not read it as one; give the markers and what is \
                      between them lines of their own with the same indentation, apart from other text"
                .to_owned(),
        });
    }
}

/// The snippets that the document would not have after the edits.
fn not_found_again(source: &Source, wanted: &[(Region, Snippet)], edits: &[Vec<Edit>]) -> Vec<usize> {
    let flat: Vec<Edit> = edits.iter().flatten().cloned().collect();
    if flat.is_empty() {
        return Vec::new();
    }
    let all = || (0..wanted.len()).collect();
    let Ok(text) = apply_edits(source.text(), &flat) else { return all() };
    let new = Source::new(source.name(), text);
    let mut problems = Vec::new();
    let found = regions(&new, &mut problems);
    if !problems.is_empty() || found.len() != wanted.len() {
        // One that strays can hide others: each is tried for itself.
        return if wanted.len() == 1 { all() } else { alone(source, wanted, edits) };
    }
    let is_there = |(at, region): (usize, &Region)| {
        let again = edits_for(&new, region, &wanted[at].1, Lines::Close);
        again.is_ok_and(|edits| edits.is_empty())
    };
    found.iter().enumerate().filter(|pair| !is_there(*pair)).map(|(at, _)| at).collect()
}

/// The snippets that stray when nothing else is changed; all of them if none does so alone.
fn alone(source: &Source, wanted: &[(Region, Snippet)], edits: &[Vec<Edit>]) -> Vec<usize> {
    let mut known: HashMap<usize, bool> = HashMap::new();
    // A document with that many strays is not worth the time: they are all set apart.
    let tried = edits.iter().enumerate().filter(|(_, edits)| !edits.is_empty()).take(MAX_TRIED);
    for (at, edits) in tried {
        let mut problems = Vec::new();
        let strays = apply_edits(source.text(), edits).map_or(true, |text| {
            let found = regions(&Source::new(source.name(), text), &mut problems);
            !problems.is_empty() || found.len() != wanted.len()
        });
        known.insert(at, strays);
    }
    let astray: Vec<usize> = (0..wanted.len()).filter(|at| known.get(at) == Some(&true)).collect();
    if astray.is_empty() { (0..wanted.len()).collect() } else { astray }
}

/// Snippets of one document that are tried one by one.
const MAX_TRIED: usize = 32;

fn edits_for(source: &Source, region: &Region, snippet: &Snippet, lines: Lines) -> Result<Vec<Edit>, String> {
    match snippet {
        Snippet::Code { text, language } => fence::code(source, region, text, language, lines),
        Snippet::Markdown(text) => Ok(fence::markdown(source, region, text)),
    }
}
