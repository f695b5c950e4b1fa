//! Where markers stand, and how far each reaches.

use memchr::memmem;

use super::brackets::Brackets;
use crate::container::{Kind, MarkdownPart, markdown_parts};
use crate::text::{Source, Span};

/// What makes a comment a marker.
pub(super) const MARK: &str = "armbody-ignore";

/// A marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// The comment.
    pub(super) span: Span,
    /// What goes when it goes: its line, if nothing else stands there.
    pub(super) line: Span,
    /// The rules that it names.
    pub(super) names: Vec<Span>,
    /// What it speaks of.
    pub(super) reach: Span,
    /// It is a line of a snippet in a document.
    pub(super) in_code: bool,
}

/// The markers of a file.
pub(super) fn find(source: &Source, kind: Kind) -> Vec<Marker> {
    match kind {
        Kind::Markdown => markdown(source),
        Kind::Json => json(source, whole(source), false),
        Kind::Http => script(source, whole(source), true, false),
        Kind::Shell | Kind::PowerShell | Kind::Yaml => script(source, whole(source), false, false),
    }
}

fn whole(source: &Source) -> Span {
    Span::new(source.bom_len(), source.text().len())
}

fn markdown(source: &Source) -> Vec<Marker> {
    let parts = markdown_parts(source, MARK);
    let text = source.text();
    let mut markers = Vec::new();
    // Read from the end, what follows a comment is at hand.
    let mut next: Option<Span> = None;
    for part in parts.iter().rev() {
        match *part {
            MarkdownPart::Fence(span) | MarkdownPart::Code(span) => {
                next = Some(span);
                if memmem::find(&text.as_bytes()[span.range()], MARK.as_bytes()).is_some() {
                    let mut inner = script(source, span, false, true);
                    inner.extend(json(source, span, true));
                    markers.extend(inner.into_iter().rev());
                }
            }
            MarkdownPart::Other(span) => next = Some(span),
            MarkdownPart::Comment { span, rest } => {
                let following = next.filter(|next| next.start >= span.end);
                let reach = rest.or(following).unwrap_or(Span::at(text.len()));
                let inner = Span { start: span.start + 4, end: span.end - 3 };
                markers.extend(marker(text, span, inner, reach, false));
            }
        }
    }
    markers.reverse();
    markers
}

/// Comments of a script, each on a line of its own.
fn script(source: &Source, within: Span, is_http: bool, in_code: bool) -> Vec<Marker> {
    let text = source.text();
    let mut markers = Vec::new();
    let mut next = None;
    for (line, inner) in
        comment_lines(text, within, if is_http { &["#", "//"] } else { &["#"] }).into_iter().rev()
    {
        let reach = following_lines(text, Span { start: line.end, end: within.end }, is_http, next);
        next = Some((line, reach));
        let span = Span { start: inner.start - MARK.len() as u32, end: inner.end };
        let comment = Span { start: indented(text, line), end: span.end };
        markers.extend(marker(text, comment, span, reach, in_code));
    }
    markers.reverse();
    markers
}

/// Comments of a template or of JSON that has comments.
fn json(source: &Source, within: Span, in_code: bool) -> Vec<Marker> {
    let text = source.text();
    let lines = comment_lines(text, within, &["//", "/*"]);
    if lines.is_empty() {
        return Vec::new();
    }
    let brackets = Brackets::new(&text[within.range()], within.start as usize);
    let mut markers = Vec::new();
    let mut next = None;
    for (line, inner) in lines.into_iter().rev() {
        let comment = &text[inner.range()];
        let end = memmem::find(comment.as_bytes(), b"*/").map_or(inner.end, |at| inner.start + at as u32);
        let reach = brackets.value_after(text, Span { start: line.end, end: within.end }, next);
        next = Some((line, reach));
        let whole = Span { start: indented(text, line), end: inner.end };
        let inner = Span { start: inner.start - MARK.len() as u32, end };
        markers.extend(marker(text, whole, inner, reach, in_code));
    }
    markers.reverse();
    markers
}

/// The lines of `within` that are a comment and begin with the mark, each with what follows the mark.
fn comment_lines(text: &str, within: Span, signs: &[&str]) -> Vec<(Span, Span)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for at in memmem::find_iter(&bytes[within.range()], MARK.as_bytes()) {
        let at = within.start as usize + at;
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |len| at + len);
        // Quotes of Markdown may stand before the code.
        let before = text[start..at].trim_start_matches([' ', '\t', '>', '\u{feff}']).trim_end();
        let is_comment = signs
            .iter()
            .any(|sign| before.strip_prefix(sign).is_some_and(|rest| rest.chars().all(|c| sign.contains(c))));
        if is_comment {
            let content = text[..end].trim_end().len().max(at + MARK.len());
            found.push((Span::new(start, end), Span::new(at + MARK.len(), content)));
        }
    }
    found
}

fn indented(text: &str, line: Span) -> u32 {
    let content = &text[line.range()];
    line.start + (content.len() - content.trim_start_matches([' ', '\t', '>', '\u{feff}']).len()) as u32
}

/// The next line that is neither empty nor a comment, with the lines that it goes on in. `next` is the line of the
/// next marker and its reach: what that speaks of, this one does too if nothing stands between them.
fn following_lines(text: &str, behind: Span, is_http: bool, next: Option<(Span, Span)>) -> Span {
    let mut at = behind.start as usize;
    let mut reach: Option<Span> = None;
    for line in text[behind.range()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        if let Some((_, reach)) = next.filter(|(line, _)| reach.is_none() && line.start as usize == start) {
            return reach;
        }
        let content = line.trim_start_matches([' ', '\t', '>']).trim_end();
        if reach.is_none() {
            let skipped = content.is_empty()
                || content.starts_with('#')
                || (is_http && (content.starts_with("//") || content.starts_with('@')));
            if skipped {
                continue;
            }
        }
        let span = Span::new(start, at);
        reach = Some(reach.map_or(span, |reach| reach.cover(span)));
        if !content.ends_with(['\\', '`', '|', '(', '{']) {
            break;
        }
    }
    reach.unwrap_or(Span::at(text.len()))
}

/// Reads what stands in a comment; nothing if it is not a marker but only begins like one.
fn marker(text: &str, span: Span, inner: Span, reach: Span, in_code: bool) -> Option<Marker> {
    let content = &text[inner.range()];
    let rest = content.trim_start().strip_prefix(MARK)?;
    if !rest.is_empty() && !rest.starts_with([':', ' ', '\t', '\r', '\n']) {
        return None;
    }
    let words = rest.split(':').next().unwrap_or(rest);
    let names = words
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            Span::new(start, start + word.len())
        })
        .collect();
    Some(Marker { span, line: whole_line(text, span), names, reach, in_code })
}

/// The line of `span` with its break if nothing else stands there, else `span`.
fn whole_line(text: &str, span: Span) -> Span {
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', &bytes[..span.start as usize]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[span.end as usize..])
        .map_or(text.len(), |len| span.end as usize + len + 1);
    let alone =
        text[start..span.start as usize].trim().is_empty() && text[span.end as usize..end].trim().is_empty();
    if alone { Span::new(start, end) } else { span }
}
