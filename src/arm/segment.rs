//! `Segment`: one piece of a path, and where it stands.

use std::borrow::Cow;
use std::ops::Range;

use super::placeholder::{is_placeholder, placeholder_at};

/// A piece of a path or URL, borrowed from it, with its place.
///
/// A bracketed placeholder is never divided: `<a/b>` is one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The text, as written.
    pub text: &'a str,
    /// Where it begins in the whole, in bytes.
    pub start: usize,
}

impl<'a> Segment<'a> {
    /// Where it ends in the whole, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The bytes that it takes up in the whole.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// Whether the whole segment is a placeholder, percent-encoded or not.
    pub fn is_placeholder(&self) -> bool {
        is_placeholder(self.text) || (self.text.contains('%') && is_placeholder(&decode_percent(self.text)))
    }

    /// Whether it is this word, without ASCII case.
    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// The text with percent-encoding undone.
    pub fn decoded(&self) -> Cow<'a, str> {
        decode_percent(self.text)
    }
}

/// Undoes percent-encoding; what is not UTF-8 afterwards stays as it was.
pub(crate) fn decode_percent(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let hex =
        |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16)).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    if decoded.len() == bytes.len() {
        return Cow::Borrowed(text);
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Bytes that part a URL or path from one another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks(u8);

impl Marks {
    /// Blanks, tabs and line breaks.
    pub(super) const SPACE: Self = Self(1 << 1);
    /// `/`
    pub(super) const SLASH: Self = Self(1 << 2);
    /// `?`
    pub(super) const QUESTION: Self = Self(1 << 3);
    /// `&`
    pub(super) const AMPERSAND: Self = Self(1 << 4);
    /// `#`
    pub(super) const HASH: Self = Self(1 << 5);
    /// `&` and `?`
    pub(super) const QUERY: Self = Self(Self::AMPERSAND.0 | Self::QUESTION.0);

    /// What may begin a placeholder.
    const OPENER: u8 = 1;

    const OF: [u8; 256] = {
        let mut table = [0; 256];
        let marks: [(&[u8], u8); 6] = [
            (b"<{$[", Self::OPENER),
            (b" \t\r\n", Self::SPACE.0),
            (b"/", Self::SLASH.0),
            (b"?", Self::QUESTION.0),
            (b"&", Self::AMPERSAND.0),
            (b"#", Self::HASH.0),
        ];
        let mut group = 0;
        while group < marks.len() {
            let (bytes, mark) = marks[group];
            let mut at = 0;
            while at < bytes.len() {
                table[bytes[at] as usize] = mark;
                at += 1;
            }
            group += 1;
        }
        table
    };

    /// True if `byte` is one of them.
    pub(super) fn contain(self, byte: u8) -> bool {
        Self::OF[usize::from(byte)] & self.0 != 0
    }
}

/// The first of the marks outside placeholders, from `from` on.
pub(super) fn find_outside(text: &str, from: usize, marks: Marks) -> Option<usize> {
    let bytes = text.as_bytes();
    let wanted = marks.0 | Marks::OPENER;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| Marks::OF[usize::from(byte)] & wanted != 0)?;
        if marks.contain(bytes[at]) {
            return Some(at);
        }
        at += bracketed_at(text, at).unwrap_or(1);
    }
}

/// The length of the bracketed placeholder that begins at a byte.
pub(super) fn bracketed_at(text: &str, at: usize) -> Option<usize> {
    placeholder_at(text, at).filter(|(_, style)| style.is_bracketed()).map(|(length, _)| length)
}

/// Divides `text[range]` at slashes outside placeholders. Empty segments are kept.
pub(super) fn split(text: &str, range: Range<usize>) -> Vec<Segment<'_>> {
    let whole = &text[..range.end];
    let mut segments = Vec::new();
    let mut start = range.start;
    loop {
        let end = find_outside(whole, start, Marks::SLASH).unwrap_or(range.end);
        segments.push(Segment { text: &whole[start..end], start });
        if end == range.end {
            return segments;
        }
        start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        split(text, 0..text.len()).into_iter().map(|segment| segment.text).collect()
    }

    #[test]
    fn placeholders_are_not_divided() {
        assert_eq!(texts("/a/<b/c>/d"), ["", "a", "<b/c>", "d"]);
        assert_eq!(texts("{a/b}/$(cat a/b)/${x/y}"), ["{a/b}", "$(cat a/b)", "${x/y}"]);
        assert_eq!(texts("<a/b"), ["<a", "b"]);
        assert_eq!(find_outside("/[resource group]/ x", 0, Marks::SPACE), Some(18));
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("//"), ["", "", ""]);
    }

    #[test]
    fn encoded_placeholders_are_recognised() {
        assert!(Segment { text: "%3CSUBSCRIPTION%20ID%3E", start: 0 }.is_placeholder());
        assert!(!Segment { text: "my%20vm", start: 0 }.is_placeholder());
        assert_eq!(decode_percent("%zz%"), "%zz%");
        assert_eq!(decode_percent("%ff"), "%ff");
    }
}
