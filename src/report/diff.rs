//! What a fix would change, as `diff -u` writes it.

use std::fmt::Write as _;
use std::ops::Range;

use similar::algorithms::{Capture, Replace, myers};
use similar::{DiffOp, DiffTag};

use super::Mask;
use crate::text::{Shown, Source, Span};

/// Lines around a change.
const CONTEXT: usize = 3;

/// The unified diff from `old` to `new`, two states of one file; empty if they are the same. A line in which only what
/// is hidden was changed is one that was changed.
pub fn unified(old: (&Source, &Mask), new: (&Source, &Mask)) -> Shown {
    let name = Shown::line(old.0.name());
    let (before, after) = (covered(old), covered(new));
    // What is hidden has the lines that it had.
    let is_by_line =
        |(source, _): (&Source, &Mask), shown: &str| lines(source.text()).len() == lines(shown).len();
    let ops = if is_by_line(old, &before) && is_by_line(new, &after) {
        changes(&lines(old.0.text()), &lines(new.0.text()))
    } else {
        changes(&lines(&before), &lines(&after))
    };
    let (old, new) = (lines(&before), lines(&after));
    let mut out = String::new();
    for hunk in similar::group_diff_ops(ops, CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        if out.is_empty() {
            out = format!("--- {name}\n+++ {name}\n");
        }
        let before = place(first.old_range().start..last.old_range().end);
        let after = place(first.new_range().start..last.new_range().end);
        let _ = writeln!(out, "@@ -{before} +{after} @@");
        for change in &hunk {
            let is_kept = change.tag() == DiffTag::Equal;
            let removed = if is_kept { 0..0 } else { change.old_range() };
            let (kept, added) = if is_kept { (change.new_range(), 0..0) } else { (0..0, change.new_range()) };
            for (mark, lines) in [(' ', &new[kept]), ('-', &old[removed]), ('+', &new[added])] {
                for line in lines {
                    out.push(mark);
                    out.push_str(line);
                    if !line.ends_with('\n') {
                        out.push_str("\n\\ No newline at end of file\n");
                    }
                }
            }
        }
    }
    Shown::lines(&out)
}

fn covered((source, mask): (&Source, &Mask)) -> String {
    mask.cover(source, Span::new(0, source.text().len())).into_owned()
}

/// The lines of a text, with their ends.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// What became of the lines of a text.
pub(crate) fn changes(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut found = Replace::new(Capture::new());
    // The hooks collect: none of them fails.
    let _ = myers::diff(&mut found, old, 0..old.len(), new, 0..new.len());
    found.into_inner().into_ops()
}

/// Lines as the header of a hunk counts them.
fn place(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str) -> String {
        let mask = Mask::default();
        unified((&Source::new("a", old), &mask), (&Source::new("a", new), &mask)).into()
    }

    /// Something was changed, and what it is is not shown.
    #[test]
    fn a_change_of_what_is_hidden_is_told() {
        let (old, new) =
            (Source::new("a", "a: http-geheim\nb: 1\n"), Source::new("a", "a: https-geheim\nb: 1\n"));
        let mask = |source: &Source, end| Mask::new(source, vec![Span::new(3, end).into()]);
        let shown: String = unified((&old, &mask(&old, 14)), (&new, &mask(&new, 15))).into();
        assert_eq!(shown, "--- a\n+++ a\n@@ -1,2 +1,2 @@\n-a: ***\n+a: ***\n b: 1\n");
    }

    #[test]
    fn hunks_have_their_places_and_three_lines_around() {
        assert_eq!(diff("same\n", "same\n"), "");
        let numbers: Vec<String> = (1..=20).map(|line| line.to_string()).collect();
        let old = numbers.join("\n") + "\n";
        let new = old.replace("\n5\n", "\nfive\n").replace("20\n", "20\nmore");
        assert_eq!(
            diff(&old, &new),
            "--- a\n+++ a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -18,3 +18,4 @@\n 18\n 19\n 20\n\
             +more\n\\ No newline at end of file\n"
        );
        assert_eq!(diff("", "a\n"), "--- a\n+++ a\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(
            diff("a", "b"),
            "--- a\n+++ a\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
        );
    }
}
