//! Where a missing bracket could go, and which of too many could.

use super::{Mistake, MistakeKind, Tree, Unclosed};
use crate::text::{Edit, Span};

/// Places that are tried. A text with more is not mended.
const MAX_PLACES: usize = 400;

/// Texts beyond this many bytes are not searched.
const MAX_TEXT: usize = 1 << 16;

/// Every edit of one bracket that could mend `mistake`, a bracket that is missing or one too many: an
/// insertion behind any value, or the loss of any bracket of that kind. Which of them the author meant is for
/// somebody to say who knows what the text should hold. Empty if the mistake is none of brackets.
pub fn bracket_repairs(tree: &Tree<'_>, mistake: &Mistake) -> Vec<Edit> {
    if tree.text.len() > MAX_TEXT {
        return Vec::new();
    }
    let places = match mistake.kind {
        MistakeKind::UnclosedBracket(Unclosed::Object) => value_ends(tree, "}"),
        MistakeKind::UnclosedBracket(Unclosed::Array) => value_ends(tree, "]"),
        MistakeKind::ExtraBracket { wanted: None } => closers(tree, mistake.span),
        _ => Vec::new(),
    };
    if places.len() > MAX_PLACES { Vec::new() } else { places }
}

fn value_ends(tree: &Tree<'_>, closer: &str) -> Vec<Edit> {
    let mut ends: Vec<u32> = tree.nodes.iter().map(|node| node.end).collect();
    ends.sort_unstable();
    ends.dedup();
    let behind = |end: &u32| {
        let rest = tree.text[*end as usize..].trim_start();
        rest.is_empty() || rest.starts_with([',', '}', ']'])
    };
    ends.into_iter().filter(behind).map(|end| Edit::insert(end, closer)).collect()
}

/// Each run of brackets like the one at `span`: which one of a run goes makes no difference.
fn closers(tree: &Tree<'_>, span: Span) -> Vec<Edit> {
    let bytes = tree.text.as_bytes();
    let Some(&bracket) = bytes.get(span.start as usize) else { return Vec::new() };
    if span.len() != 1 {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' {
            at += 1;
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'"' => break,
                    b'\\' => at += 2,
                    _ => at += 1,
                }
            }
        } else if byte == bracket && bytes.get(at + 1) != Some(&bracket) {
            edits.push(Edit::delete(Span::new(at, at + 1)));
        }
        at += 1;
    }
    edits
}
