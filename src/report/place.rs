//! What formats for other programs have in common: places that exist, paths as URLs have them, messages that
//! cannot be taken for anything else.

use std::borrow::Cow;

use crate::text::{Position, Source, Span};

/// The first and the last place of `span`. What stands behind the last line break is shown at the end of that
/// line: readers refuse a line that a file does not have.
pub(super) fn ends(source: &Source, span: Span) -> (Position, Position) {
    let text = source.text().as_bytes();
    let within = |offset: u32| {
        let mut offset = offset as usize;
        if offset == text.len() && text.last() == Some(&b'\n') {
            offset -= 1 + usize::from(text.ends_with(b"\r\n"));
        }
        source.position(offset as u32)
    };
    (within(span.start), within(span.end))
}

/// A path with slashes, from the folder that the command ran in.
pub(super) fn slashes(path: &str) -> Cow<'_, str> {
    let path = path.strip_prefix("./").unwrap_or(path);
    if cfg!(windows) && path.contains('\\') {
        Cow::Owned(path.replace('\\', "/"))
    } else {
        Cow::Borrowed(path)
    }
}

/// A text without control characters other than line breaks: they change what a terminal shows.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(is_bad) { Cow::Owned(text.replace(is_bad, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_file_is_on_its_last_line() {
        for (text, line, column) in [("ab\n", 1, 3), ("ab\r\n", 1, 3), ("ab", 1, 3), ("", 1, 1), ("\n", 1, 1)]
        {
            let source = Source::new("x", text);
            let (at, _) = ends(&source, Span::at(text.len()));
            assert_eq!(at, Position { line, column }, "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_not_passed_on() {
        assert_eq!(printable("a\u{1b}[2Jb\n\t"), "a\u{fffd}[2Jb\n\t");
        assert_eq!(slashes("./a/b.md"), "a/b.md");
    }
}
