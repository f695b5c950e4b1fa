//! What a document is made of, for comments that speak of what follows them.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::{front_matter_len, pieces, repair};
use crate::text::{Source, Span};

/// Comments in a row that are looked past.
const MAX_COMMENTS: usize = 16;

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A comment, with what stands behind it in its own block if anything does.
    Comment {
        /// From `<!--` to `-->`.
        span: Span,
        /// The rest of the paragraph or of the block of HTML.
        rest: Option<Span>,
    },
    /// A code block between fences, from the first fence's marks to the end of the last line.
    Fence(Span),
    /// A code block that is indented.
    Code(Span),
    /// A paragraph, a list's item, a table, a heading, HTML.
    Other(Span),
}

/// The parts of a document in order, comments as far as `wanted` stands in them.
pub(crate) fn parts(source: &Source, wanted: &str) -> Vec<Part> {
    let offset = source.bom_len();
    let text = &source.text()[offset..];
    let fixed = repair::repair(text);
    let skipped = front_matter_len(&fixed.text);
    let mut parts = Vec::new();
    let mut paragraph = 0..0;
    let span = |range: &Range<usize>| Span::new(offset + range.start, offset + range.end);
    pieces::read(&fixed.text, skipped, |event, range| {
        let range = fixed.original(range);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => parts.push(Part::Fence(span(&range))),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => parts.push(Part::Code(span(&range))),
            Event::Start(Tag::Paragraph | Tag::Item | Tag::Table(_) | Tag::Heading { .. }) => {
                parts.push(Part::Other(span(&range)));
                paragraph = range;
            }
            Event::Start(Tag::HtmlBlock) => {
                let comments = comments(text, range.clone(), wanted);
                // A block of other comments is nothing that a comment could speak of.
                if comments.is_empty() && behind(text, range.clone()).is_some() {
                    parts.push(Part::Other(span(&range)));
                }
                for comment in comments {
                    let rest = behind(text, comment.end..range.end);
                    parts.push(Part::Comment { span: span(&comment), rest: rest.as_ref().map(span) });
                }
            }
            Event::InlineHtml(_) => {
                for comment in comments(text, range, wanted) {
                    let rest = behind(text, comment.end..paragraph.end.max(comment.end));
                    parts.push(Part::Comment { span: span(&comment), rest: rest.as_ref().map(span) });
                }
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph) => paragraph = 0..0,
            _ => {}
        }
    });
    parts
}

/// The comments of `range` that hold `wanted`.
fn comments(text: &str, range: Range<usize>, wanted: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = memmem::find(&text.as_bytes()[at..range.end], b"<!--").map(|len| at + len) {
        let inner = &text.as_bytes()[open + 4..range.end];
        let Some(len) = memmem::find(inner, b"-->") else { break };
        at = open + 4 + len + 3;
        if memmem::find(&inner[..len], wanted.as_bytes()).is_some() {
            found.push(open..at);
        }
    }
    found
}

/// What stands in `range`, if it is more than white space and comments.
fn behind(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let mut rest = text[range.clone()].trim_start();
    // Some comments may follow each other; a file of nothing else is not read over and over.
    for _ in 0..MAX_COMMENTS {
        let Some(inner) = rest.strip_prefix("<!--") else { break };
        rest = inner.split_once("-->").map_or("", |(_, rest)| rest).trim_start();
    }
    (!rest.is_empty()).then(|| range.end - rest.len()..range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(char, &str)> {
        let source = Source::new("x.md", text);
        parts(&source, "note")
            .into_iter()
            .flat_map(|part| match part {
                Part::Comment { span, rest } => {
                    let rest = rest.map(|rest| ('r', &text[rest.range()]));
                    std::iter::once(('c', &text[span.range()])).chain(rest).collect::<Vec<_>>()
                }
                Part::Fence(span) | Part::Code(span) => vec![('k', &text[span.range()])],
                Part::Other(span) => vec![('o', &text[span.range()])],
            })
            .collect()
    }

    #[test]
    fn comments_stand_between_blocks() {
        assert_eq!(
            shown("a\n\n<!-- note -->\n<!-- other -->\n```sh\nx\n```\n"),
            [('o', "a\n"), ('c', "<!-- note -->"), ('k', "```sh\nx\n```")]
        );
        assert_eq!(
            shown("a <!-- note --> `b`\n\nc <!-- note -->\n"),
            [
                ('o', "a <!-- note --> `b`\n"),
                ('c', "<!-- note -->"),
                ('r', "`b`\n"),
                ('o', "c <!-- note -->\n"),
                ('c', "<!-- note -->")
            ]
        );
        assert_eq!(shown("```html\n<!-- note -->\n```\n"), [('k', "```html\n<!-- note -->\n```")]);
        assert_eq!(shown("`<!-- note -->`\n"), [('o', "`<!-- note -->`\n")]);
    }
}
