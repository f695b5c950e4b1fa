//! What a fix would change, as `diff -u` writes it.

use similar::{ChangeTag, TextDiff};

use super::Mask;
use crate::text::{Source, Span};

/// Lines around a change.
const CONTEXT: usize = 3;

/// The unified diff from `old` to `new`, two states of one file; empty if they are the same.
pub fn unified(old: (&Source, &Mask), new: (&Source, &Mask)) -> String {
    let text =
        |(source, mask): (&Source, &Mask)| mask.cover(source, Span::new(0, source.text().len())).into_owned();
    let name = old.0.name();
    let (old, new) = (text(old), text(new));
    let diff = TextDiff::from_lines(&old, &new);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if out.is_empty() {
            out = format!("--- {name}\n+++ {name}\n");
        }
        out.push_str(&hunk.header().to_string());
        out.push('\n');
        for change in hunk.iter_changes() {
            out.push(match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            });
            out.push_str(change.value());
            if change.missing_newline() {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}
