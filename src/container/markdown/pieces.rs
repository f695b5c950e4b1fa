//! Large documents read a piece at a time.
//!
//! The Markdown parser keeps a node for every mark of what it is given, many times the size of a text of little but
//! marks. A block outside of all list items is read the same whatever stands before it, so that reading may begin anew
//! at its line.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::text::next_boundary;

/// Bytes that are given to the parser at a time.
const PIECE: usize = 128 << 10;
/// A block of more events than this, other than one of code, is not read in one piece.
const MAX_EVENTS: usize = 16 << 10;

/// Calls `take` with every event of `text` from `start` on and the bytes that it stands for.
///
/// Of a block that reaches over the end of a piece the parser is asked once more. One of very many marks is cut there:
/// both parts are read, as two blocks.
pub(super) fn read<'t>(text: &'t str, start: usize, mut take: impl FnMut(&Event<'t>, Range<usize>)) {
    let mut at = start;
    let mut len = PIECE;
    while at < text.len() {
        let end = line_end(text, at.saturating_add(len));
        let is_last = end == text.len();
        let is_mid_line = !is_last && !text[..end].ends_with('\n');
        let mut held: Vec<(Event<'t>, Range<usize>)> = Vec::new();
        let mut open = Open::default();
        // Where the block begins whose events are held, and the line that was met last.
        let (mut restart, mut line, mut seen) = (at, at, at);
        let mut is_code = false;
        let mut is_cut = false;
        for (event, range) in Parser::new_ext(&text[at..end], Options::ENABLE_TABLES).into_offset_iter() {
            let range = at + range.start..at + range.end;
            if is_last {
                take(&event, range);
                continue;
            }
            if open.may_begin(&event) {
                if let Some(len) = text[seen..range.start.max(seen)].rfind('\n') {
                    line = seen + len + 1;
                }
                seen = range.start.max(seen);
                if line > restart {
                    held.drain(..).for_each(|(event, range)| take(&event, range));
                    restart = line;
                    is_cut = false;
                }
                is_code = matches!(event, Event::Start(Tag::CodeBlock(_)));
            }
            open.note(&event);
            held.push((event, range));
            if held.len() > MAX_EVENTS && !is_code {
                held.drain(..).for_each(|(event, range)| take(&event, range));
                is_cut = true;
            }
        }
        if is_last || is_cut {
            held.drain(..).for_each(|(event, range)| take(&event, range));
            (at, len) = (end, PIECE);
        } else if restart > at {
            (at, len) = (restart, PIECE);
        } else if held.is_empty() {
            (at, len) = (end, PIECE);
        } else if is_mid_line && matches!(held.last(), Some((Event::Rule, _))) {
            // The marks of a rule that go on are those of lists within each other.
            (at, len) = (end, PIECE);
        } else {
            len *= 2;
        }
    }
}

/// The end of the line that the byte at `from` is part of.
fn line_end(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    match memchr::memchr(b'\n', &rest[..rest.len().min(PIECE)]) {
        Some(len) => from + len + 1,
        None if rest.len() > PIECE => next_boundary(text, from),
        None => text.len(),
    }
}

/// What is open where an event stands.
#[derive(Default)]
struct Open {
    /// Whatever is not a quote or a list.
    others: usize,
}

impl Open {
    /// True if reading may begin anew at the line of the block that the event begins.
    fn may_begin(&self, event: &Event<'_>) -> bool {
        self.others == 0 && matches!(event, Event::Start(_) | Event::Rule)
    }

    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_))
            | Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => {}
            Event::Start(_) => self.others += 1,
            Event::End(_) => self.others = self.others.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The events that calls are found by, but for paragraphs: those of list items are told where blank lines part the
    /// items of the same piece.
    fn told(event: &Event<'_>) -> bool {
        matches!(
            event,
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock)
                | Event::Text(_)
                | Event::Code(_)
                | Event::InlineHtml(_)
                | Event::End(TagEnd::CodeBlock)
        )
    }

    fn whole(text: &str) -> Vec<(String, Range<usize>)> {
        Parser::new_ext(text, Options::ENABLE_TABLES)
            .into_offset_iter()
            .filter(|(event, _)| told(event))
            .map(|(event, range)| (format!("{event:?}"), range))
            .collect()
    }

    fn in_pieces(text: &str) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        read(text, 0, |event, range| {
            if told(event) {
                found.push((format!("{event:?}"), range));
            }
        });
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Blocks of all kinds, in an order that repeats until the document is larger than a piece.
        #[test]
        fn a_document_is_read_in_pieces_as_it_is_read_whole(
            blocks in prop::collection::vec(0_usize..12, 1..9),
            tail in 0_usize..40_000,
        ) {
            let kinds = [
                "text of a *paragraph* with `code` in it\nand a second line\n\n",
                "```bash\ncurl https://a.b \\\n  -d '{}'\n\n# a comment\n```\n",
                "- an item\n\n  ```json\n  {\"a\": 1}\n  ```\n- another\n  - inner `x`\n",
                "> quoted\n> ```\n> code\n> ```\n>\n> - item\n\n",
                "# A heading\n",
                "Heading\n=======\n",
                "    indented code\n\n    more of it\n\n",
                "<div>\n<code>x</code>\n</div>\n\n",
                "| a | b |\n|---|---|\n| `c` | d |\n\n",
                "1. one\n2. two\n\n   more of two\n\n",
                "***\n",
                "lazy\n> quote\ngoes on\n\n",
            ];
            let one: String = blocks.iter().map(|block| kinds[*block]).collect();
            let mut text = one.repeat((PIECE + tail) / one.len() + 1);
            text.push_str("the end\n");
            prop_assert_eq!(in_pieces(&text), whole(&text));
        }
    }

    #[test]
    fn a_long_block_of_code_is_one() {
        let text = format!("a\n\n```\n{}```\n\nb `c`\n", "x\n".repeat(3 * PIECE));
        assert_eq!(in_pieces(&text), whole(&text));
    }

    #[test]
    fn a_block_of_marks_is_read_to_its_end() {
        for marks in ["[", "*a ", "> ", "- ", "`a` ", "|a\n"] {
            let text = format!("{}\n\n```\nlast\n```\n", marks.repeat(2 * PIECE / marks.len()));
            let found = in_pieces(&text);
            let last = text.find("last").unwrap();
            assert!(found.iter().any(|(_, range)| range.start <= last && last < range.end), "{marks}");
        }
    }
}
