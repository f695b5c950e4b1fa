//! What formats for other programs have in common: places that exist, paths as URLs have them.

use std::borrow::Cow;

use crate::fault::REPOSITORY;
use crate::lint::Rule;
use crate::text::{Position, Source, Span};

/// The first and the last place of `span`. What stands behind the last line break is shown at the end of that
/// line: readers refuse a line that a file does not have.
pub(super) fn ends(source: &Source, span: Span) -> (Position, Position) {
    let place = |offset| source.position(within(source, offset));
    (place(span.start), place(span.end))
}

/// The offset, or the end of the last line for one behind it.
pub(super) fn within(source: &Source, offset: u32) -> u32 {
    let text = source.text().as_bytes();
    let mut offset = offset as usize;
    if offset == text.len() && text.last() == Some(&b'\n') {
        offset -= 1 + usize::from(text.ends_with(b"\r\n"));
    }
    offset as u32
}

/// The address of a rule's page, as it is in this version.
pub fn page_of(rule: &Rule) -> String {
    format!("{REPOSITORY}/blob/v{}/docs/rules/{}.md", env!("CARGO_PKG_VERSION"), rule.name)
}

/// A path with slashes, without a dot before the first.
pub(super) fn slashes(path: Cow<'_, str>) -> Cow<'_, str> {
    let path = match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.strip_prefix("./").unwrap_or(path)),
        Cow::Owned(path) => Cow::Owned(path),
    };
    if cfg!(windows) && path.contains('\\') { Cow::Owned(path.replace('\\', "/")) } else { path }
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
    fn paths_have_slashes() {
        assert_eq!(slashes("./a/b.md".into()), "a/b.md");
    }
}
