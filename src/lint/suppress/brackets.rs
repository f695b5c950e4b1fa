//! Where the brackets of a text with comments close: enough to tell how far a member or an object goes, whatever
//! else is wrong with it.

use crate::text::{Span, covering};

/// The brackets of a text, opener and closer, in the order of the openers.
pub(super) struct Brackets(Vec<Span>);

impl Brackets {
    /// Reads `text`, which begins at `offset` of its file.
    pub(super) fn new(text: &str, offset: usize) -> Self {
        let bytes = text.as_bytes();
        let mut pairs = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    at = string_end(bytes, at);
                    continue;
                }
                b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                    at = comment_end(bytes, at);
                    continue;
                }
                b'{' | b'[' => {
                    open.push(pairs.len());
                    // What is never closed goes on to the end.
                    pairs.push(Span::new(offset + at, offset + bytes.len()));
                }
                b'}' | b']' => {
                    if let Some(index) = open.pop() {
                        let pair: &mut Span = &mut pairs[index];
                        pair.end = (offset + at + 1) as u32;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Self(pairs)
    }

    /// The value or the member that begins first in `within`, and the rest of its lines. `next` is the line of
    /// the next marker and its reach, which counts if nothing but white space stands before that.
    pub(super) fn value_after(&self, text: &str, within: Span, next: Option<(Span, Span)>) -> Span {
        let bytes = &text.as_bytes()[..within.end as usize];
        let limit = next.map_or(bytes.len(), |(line, _)| line.start as usize);
        let start = skip(&bytes[..limit], within.start as usize);
        if let Some((_, reach)) = next.filter(|_| start >= limit) {
            return reach;
        }
        let mut end = self.value_end(bytes, start);
        let colon = skip(bytes, end);
        if bytes.get(start) == Some(&b'"') && bytes.get(colon) == Some(&b':') {
            end = self.value_end(bytes, skip(bytes, colon + 1));
        }
        let line = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |len| end + len);
        covering(text, start..line.max(start)).into()
    }

    fn value_end(&self, bytes: &[u8], start: usize) -> usize {
        match bytes.get(start) {
            Some(b'"') => string_end(bytes, start),
            Some(b'{' | b'[') => {
                let index = self.0.binary_search_by_key(&(start as u32), |pair| pair.start);
                index.map_or(start, |index| self.0[index].end as usize).min(bytes.len())
            }
            _ => start,
        }
    }
}

/// Behind white space and comments.
fn skip(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
        } else if *byte == b'/' && matches!(bytes.get(at + 1), Some(b'/' | b'*')) {
            at = comment_end(bytes, at);
        } else {
            break;
        }
    }
    at
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            // A string that never ends does not swallow what follows.
            b'\n' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start + 2..];
    if bytes[start + 1] == b'/' {
        memchr::memchr(b'\n', rest).map_or(bytes.len(), |len| start + 2 + len)
    } else {
        memchr::memmem::find(rest, b"*/").map_or(bytes.len(), |len| start + 2 + len + 2)
    }
}
