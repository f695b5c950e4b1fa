//! How much of a body a document shows. Only a block that is not part of a call may be an excerpt: what a call sends
//! is meant to be whole.

use crate::lint::evidence::Extent;
use crate::notation::{Call, Place};
use crate::text::{Fragment, Span};

/// How much of a body the text of `call` has.
pub(super) fn of_body(call: &Call<'_>, body: &Fragment<'_>) -> Extent {
    if !call.is_bare() || call.context.place != Place::Document {
        return Extent::Whole;
    }
    let brackets = Brackets::of(body.text());
    if !brackets.are_an_excerpt(body.text()) {
        return Extent::Whole;
    }
    let whole = brackets.whole.iter().map(|span| body.to_file(*span)).collect();
    Extent::Excerpt { whole, is_cut: brackets.open > 0 }
}

/// The brackets of a text, those in strings and comments left out.
#[derive(Debug, Default)]
struct Brackets {
    /// What stands within brackets that are both opened and closed and stand in no others of that kind.
    whole: Vec<Span>,
    /// Those of `whole` that stand in no brackets at all.
    outer: usize,
    /// Openers without a closer.
    open: usize,
    /// Closers without an opener, or of another kind.
    stray: usize,
    /// Something stands for what was left out.
    is_elided: bool,
}

impl Brackets {
    /// Takes time linear in the text.
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut found = Self::default();
        let mut open: Vec<(u8, usize)> = Vec::new();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => at = string_end(bytes, at),
                b'/' if bytes.get(at + 1) == Some(&b'/') => {
                    let rest = &bytes[at..];
                    found.is_elided |= is_elision(&text[at..at + line_len(rest)]);
                    at += line_len(rest).saturating_sub(1);
                }
                b'/' if bytes.get(at + 1) == Some(&b'*') => {
                    let rest = &bytes[at..];
                    let len = memchr::memmem::find(rest, b"*/").map_or(rest.len(), |len| len + 2);
                    found.is_elided |= is_elision(&text[at..at + len]);
                    at += len.saturating_sub(1);
                }
                b'{' | b'[' => open.push((byte, at)),
                b'}' | b']' => {
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    if let Some((_, from)) = open.pop_if(|(it, _)| *it == opener) {
                        while found.whole.pop_if(|inner| inner.start as usize > from).is_some() {}
                        found.whole.push(Span::new(from, at + 1));
                        found.outer += usize::from(open.is_empty());
                    } else {
                        found.stray += 1;
                    }
                }
                b'.' if bytes[at..].starts_with(b"...") => found.is_elided = true,
                0xe2 if bytes[at..].starts_with("…".as_bytes()) => found.is_elided = true,
                _ => {}
            }
            at += 1;
        }
        found.open = open.len();
        found
    }

    fn are_an_excerpt(&self, text: &str) -> bool {
        let text = text.trim();
        let is_bare = !text.starts_with(['{', '[']);
        let ends_open = text.ends_with([',', '{', '[', ':']);
        let is_cut = self.is_elided && (self.open > 0 || self.stray > 0);
        let is_pieces = self.outer > 1 && self.open == 0 && self.stray == 0;
        is_bare || ends_open || is_cut || is_pieces
    }
}

/// The offset of the quote that closes the string which begins at `at`, or of the end of its line.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' | b'\n' => break,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    end
}

fn line_len(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())
}

/// True if a comment stands for what was left out.
fn is_elision(comment: &str) -> bool {
    comment.contains("...") || comment.contains('…')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<Vec<&str>> {
        let brackets = Brackets::of(text);
        brackets.are_an_excerpt(text).then(|| brackets.whole.iter().map(|span| &text[span.range()]).collect())
    }

    #[test]
    fn excerpts_are_told_from_bodies_with_mistakes() {
        for text in [
            r#"{"a":{"b":1}}"#,
            r#"{"a":{"b":1}"#,
            r#"{"a":1}}"#,
            r#"{"a":{"b":1}},"c":{}}"#,
            r#"{"a":"...", "b":[1]"#,
            r#"{"a":"x},{y"}"#,
            "{\"a\":1,\n // set it\n \"b\":2}",
            r#"[{"a":1},{"b":2}]"#,
            "{\"a\":{}, ...}",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
        for (text, parts) in [
            (r#"{"a":1},"#, &[r#"{"a":1}"#][..]),
            (r#""a":{"b":1},"#, &[r#"{"b":1}"#]),
            (r#""a":{"b":{"c":[1]},"#, &[r#"{"c":[1]}"#]),
            (
                "{\"a\":{\"b\":{}},\n ...<truncated>\n }\n \"d\":{",
                &["{\"a\":{\"b\":{}},\n ...<truncated>\n }"],
            ),
            ("{\"x\":{\"b\":[1]\n...", &["[1]"]),
            (r#""v":{"t":1},{"n":{}}"#, &[r#"{"t":1}"#, r#"{"n":{}}"#]),
            (r#"{"a":1}{"b":2}"#, &[r#"{"a":1}"#, r#"{"b":2}"#]),
            (r#"{"a":"#, &[]),
            ("{\"a\":[1],\n // ...\n \"b\":{", &["[1]"]),
        ] {
            assert_eq!(whole(text).as_deref(), Some(parts), "{text}");
        }
    }
}
