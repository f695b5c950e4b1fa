//! Pairs of markers, and what stands between them.

use std::collections::HashSet;

use super::{MARK, Marker, Problem, arguments};
use crate::container::{MarkdownPart, markdown_parts};
use crate::text::{Source, Span};

/// A marker, its end, and what is between.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) marker: Marker,
    /// The lines between the two comments.
    pub(super) inner: Span,
    /// The fences there, each from its marks to the end of its last line.
    pub(super) fences: Vec<Span>,
}

/// What a comment says.
enum Says<'t> {
    Render(&'t str),
    End,
    Other(&'t str),
}

/// The pairs of a document in order. What is wrong with markers is added to `problems`.
pub(super) fn regions(source: &Source, problems: &mut Vec<Problem>) -> Vec<Region> {
    let text = source.text();
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut open: Option<Open> = None;
    for part in markdown_parts(source, MARK) {
        let span = match part {
            MarkdownPart::Fence(span) => {
                if let Some(open) = &mut open {
                    open.fences.push(span);
                }
                continue;
            }
            MarkdownPart::Comment { span, .. } => span,
            MarkdownPart::Code(_) | MarkdownPart::Other(_) => continue,
        };
        let Some(says) = says(&text[span.start as usize + 4..span.end as usize - 3]) else { continue };
        let mut problem = |offset, message: String| problems.push(Problem { offset, message });
        if let Says::Other(word) = says {
            problem(span.start, format!("`armbody: {word}` is not a marker; there are `render …` and `end`"));
            // An end that follows is its own.
            let begun = Open { span, words: None, after: span.end, fences: Vec::new() };
            open.get_or_insert(begun);
            continue;
        }
        let lines = whole_lines(text, span);
        if lines.is_none() {
            problem(span.start, "a marker stands on a line of its own".to_owned());
        }
        // Where it stands is told; its pair is not a mistake of its own.
        let lines = lines.unwrap_or(span);
        match says {
            Says::Render(rest) => {
                if let Some(open) = open.take() {
                    let line = source.position(open.span.start).line;
                    problem(
                        span.start,
                        format!(
                            "a marker inside the one of line {line}, which has no `<!-- armbody: end -->`"
                        ),
                    );
                }
                let words = arguments::split(rest).unwrap_or_else(|message| {
                    problem(span.start, message);
                    Vec::new()
                });
                open = Some(Open { span, words: Some(words), after: lines.end, fences: Vec::new() });
            }
            Says::End => match open.take() {
                Some(open) => {
                    let inner = Span { start: open.after, end: lines.start.max(open.after) };
                    found.push(open.close(text, inner));
                }
                None => problem(span.start, "an `end` without a marker above it".to_owned()),
            },
            Says::Other(_) => {}
        }
    }
    // What is not a marker is told of as that.
    if let Some(open) = open.filter(|open| open.words.is_some()) {
        problems.push(Problem { offset: open.span.start, message: missing_end(source, &open) });
    }
    // A marker that is already told of is not asked for its text.
    let told: HashSet<u32> = problems.iter().map(|problem| problem.offset).collect();
    found.retain(|region| !told.contains(&region.marker.span.start));
    found
}

/// A marker whose end is still to come.
struct Open {
    span: Span,
    /// Nothing for what is not a marker.
    words: Option<Vec<String>>,
    after: u32,
    fences: Vec<Span>,
}

impl Open {
    fn close(self, text: &str, inner: Span) -> Region {
        let mut fences = self.fences;
        fences.retain(|fence| fence.end <= inner.end);
        let language = fences.first().and_then(|fence| {
            let info = text[fence.range()].lines().next()?.trim_start_matches(['`', '~']);
            let word = info.trim().trim_start_matches(['{', '.', ' ']);
            let word = word.split([' ', '\t', '}', ',', '{']).next().filter(|word| !word.is_empty());
            word.map(str::to_owned)
        });
        Region {
            marker: Marker { span: self.span, words: self.words.unwrap_or_default(), language },
            inner,
            fences,
        }
    }
}

fn says(inner: &str) -> Option<Says<'_>> {
    let rest = inner.trim_start().strip_prefix(MARK)?.trim();
    let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some(match word {
        "render" => Says::Render(behind),
        "end" if behind.trim().is_empty() => Says::End,
        _ => Says::Other(rest.lines().next().unwrap_or_default()),
    })
}

/// An end may have been swallowed by a fence that nobody closed.
fn missing_end(source: &Source, open: &Open) -> String {
    let hidden = open.fences.iter().find(|fence| {
        let code = &source.text()[fence.range()];
        code.contains(MARK)
    });
    let message = "no `<!-- armbody: end -->` follows this marker";
    hidden.map_or(message.to_owned(), |fence| {
        let line = source.position(fence.start).line;
        format!("{message}; the fence of line {line} has swallowed one: it is not closed")
    })
}

/// The lines of a comment with the break behind them; `None` if anything else stands there but what makes it part
/// of a list or a quote.
fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', &bytes[..span.start as usize]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[span.end as usize..])
        .map_or(text.len(), |len| span.end as usize + len + 1);
    let alone =
        is_prefix(&text[start..span.start as usize]) && text[span.end as usize..end].trim().is_empty();
    alone.then(|| Span::new(start, end))
}

/// True for what stands before the first line of a block: indentation, quote marks, the marks of list items.
fn is_prefix(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').split([' ', '\t', '>']).all(|word| {
        let number = word.strip_suffix(['.', ')']).filter(|digits| !digits.is_empty());
        matches!(word, "" | "-" | "*" | "+")
            || number.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
