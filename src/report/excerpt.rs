//! The part of a file that a frame shows: whole lines, long ones cut to what matters.

use super::Mask;
use super::mask::HIDDEN;
use crate::text::{Source, Span, is_hidden, visible};

/// Characters of a line that are shown before and behind something.
const MARGIN: usize = 44;

/// Lines that are shown at most; a span that goes on ends with them.
const MAX_LINES: u32 = 12;

/// Lines of a file, cut and masked, with a map from the file's offsets.
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The first line's number.
    pub(super) line: u32,
    /// Runs of the file that are shown: where they begin in the file and in the excerpt, and their lengths. Masking
    /// may change lengths in bytes, so each run has both.
    runs: Vec<Run>,
}

struct Run {
    file: Span,
    excerpt: Span,
    /// A secret, or a character that is shown as an escape: nothing within it has a place of its own.
    hidden: bool,
}

/// Which end of a span is looked for.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

impl Excerpt {
    /// The lines of `spans` (the first one decides which, the others where they fit), cut to show all of them.
    pub(super) fn of(source: &Source, mask: &Mask, spans: &[Span]) -> Self {
        let first = spans.first().copied().unwrap_or_default();
        let line = |offset: u32| source.position(offset).line;
        let near = |span: &&Span| line(span.start).abs_diff(line(first.start)) < MAX_LINES;
        let shown: Vec<Span> = spans.iter().filter(near).copied().collect();
        let top = shown.iter().map(|span| line(span.start)).min().unwrap_or(1);
        let last = |span: &Span| line(span.end.max(span.start + 1) - 1);
        let bottom = shown.iter().map(last).max().unwrap_or(top).min(top + MAX_LINES);
        let mut excerpt = Self { text: String::new(), line: top, runs: Vec::new() };
        for number in top..=bottom {
            let text = source.line(number);
            let start = text.as_ptr() as usize - source.text().as_ptr() as usize;
            excerpt.push_line(source, mask, Span::new(start, start + text.len()), &shown);
        }
        excerpt
    }

    fn push_line(&mut self, source: &Source, mask: &Mask, line: Span, spans: &[Span]) {
        let mut at = line.start;
        for keep in kept(source.text(), mask, line, spans) {
            if keep.start > at {
                self.text.push('…');
            }
            for piece in mask.pieces(keep) {
                if piece.hidden {
                    self.push_run(piece.span, HIDDEN, true);
                } else {
                    self.push_text(&source.text()[piece.span.range()], piece.span.start);
                }
            }
            if keep.is_empty() {
                let excerpt = Span::at(self.text.len());
                self.runs.push(Run { file: keep, excerpt, hidden: false });
            }
            at = keep.end;
        }
        if at < line.end {
            self.text.push('…');
        }
        self.text.push('\n');
    }

    /// Adds text of the file, which begins at `start` there.
    fn push_text(&mut self, text: &str, start: u32) {
        let place = |from: usize, to: usize| Span { start: start + from as u32, end: start + to as u32 };
        let mut done = 0;
        for (at, c) in text.char_indices().filter(|&(_, c)| c != '\t' && is_hidden(c)) {
            let behind = at + c.len_utf8();
            if done < at {
                self.push_run(place(done, at), &text[done..at], false);
            }
            self.push_run(place(at, behind), &visible(c).to_string(), true);
            done = behind;
        }
        if done < text.len() {
            self.push_run(place(done, text.len()), &text[done..], false);
        }
    }

    fn push_run(&mut self, file: Span, shown: &str, hidden: bool) {
        let from = self.text.len();
        // A tab would move the columns.
        self.text.extend(shown.chars().map(|c| if c == '\t' { ' ' } else { c }));
        self.runs.push(Run { file, excerpt: Span::new(from, self.text.len()), hidden });
    }

    /// The bytes of the excerpt that `span` of the file stands at; its visible part if not all of it is shown.
    pub(super) fn span(&self, source: &Source, span: Span) -> Option<std::ops::Range<usize>> {
        let start = self.offset(source, span.start, Edge::Start)?;
        let end = self.offset(source, span.end, Edge::End).unwrap_or_else(|| {
            let last = self.runs.iter().rev().find(|run| run.file.start < span.end);
            last.map_or(start, |run| run.excerpt.end as usize)
        });
        Some(start..end.max(start))
    }

    fn offset(&self, source: &Source, offset: u32, edge: Edge) -> Option<usize> {
        let run = self.runs.iter().find(|run| run.file.start <= offset && offset <= run.file.end)?;
        if run.hidden {
            let first = match edge {
                Edge::Start => offset < run.file.end,
                Edge::End => offset == run.file.start,
            };
            return Some(if first { run.excerpt.start } else { run.excerpt.end } as usize);
        }
        // Characters, not bytes: one that is shown as a space is as wide.
        let chars = source.text()[run.file.start as usize..offset as usize].chars().count();
        let excerpt = &self.text[run.excerpt.range()];
        let within = excerpt.char_indices().nth(chars).map_or(excerpt.len(), |(at, _)| at);
        Some(run.excerpt.start as usize + within)
    }
}

/// The parts of a line that are shown: all of a short one, of a long one what is near a span. A secret is as long here
/// as what is shown of it, so that nothing tells its length.
fn kept(text: &str, mask: &Mask, line: Span, spans: &[Span]) -> Vec<Span> {
    let forth = |from: u32, count| forth(text, mask, Span { start: from, end: line.end }, count);
    let all = forth(line.start, 3 * MARGIN);
    if all == line.end {
        return vec![line];
    }
    let mut parts: Vec<Span> = spans
        .iter()
        .filter(|span| span.start <= line.end && span.end >= line.start)
        .map(|span| {
            let from = back(text, mask, Span { start: line.start, end: span.start.max(line.start) });
            let to = forth(span.end.min(line.end), MARGIN);
            Span { start: from, end: to }
        })
        .collect();
    if parts.is_empty() {
        parts.push(Span { start: line.start, end: forth(line.start, MARGIN) });
    }
    parts.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            // A gap of a few characters is not worth its mark.
            Some(last) if part.start <= last.end || forth(last.end, 8) >= part.start => {
                last.end = last.end.max(part.end);
            }
            _ => merged.push(part),
        }
    }
    merged
}

/// The offset some characters before the end of `before`, or its start.
fn back(text: &str, mask: &Mask, before: Span) -> u32 {
    let mut left = MARGIN;
    for piece in mask.pieces_back(before) {
        if left == 0 {
            return piece.span.end;
        }
        if piece.hidden {
            left = left.saturating_sub(HIDDEN.len());
            continue;
        }
        let shown = &text[piece.span.range()];
        if let Some((at, _)) = shown.char_indices().rev().nth(left - 1) {
            return piece.span.start + at as u32;
        }
        left -= shown.chars().count();
    }
    before.start
}

/// The offset `count` characters behind the start of `behind`, or its end.
fn forth(text: &str, mask: &Mask, behind: Span, count: usize) -> u32 {
    let mut left = count;
    for piece in mask.pieces(behind) {
        if left == 0 {
            return piece.span.start;
        }
        if piece.hidden {
            left = left.saturating_sub(HIDDEN.len());
            continue;
        }
        let shown = &text[piece.span.range()];
        if let Some((at, _)) = shown.char_indices().nth(left) {
            return piece.span.start + at as u32;
        }
        left -= shown.chars().count();
    }
    behind.end
}
