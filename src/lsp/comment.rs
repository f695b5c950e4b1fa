//! Comments that speak to armbody: what `sync` is to write, what `lint` is to leave out.

use memchr::memmem;

use crate::text::{Span, previous_boundary};

/// The bytes before a cursor in which the beginning of a comment is looked for.
const REACH: usize = 4096;

/// What makes a comment a suppression.
const SUPPRESSION: &str = "armbody-ignore";

/// What makes a comment a marker.
const MARKER: &str = "armbody:";

/// A comment that the cursor is in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comment<'t> {
    /// `<!-- armbody: render SCENARIO … -->`
    Marker(CommentWords<'t>),
    /// `armbody-ignore RULE…: reason`, the cursor among the rules.
    Suppression(CommentWords<'t>),
}

/// The words of a comment behind what makes it one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CommentWords<'t> {
    /// Those before the one at the cursor.
    pub(super) before: Vec<&'t str>,
    /// The one at the cursor; empty if it is among spaces.
    pub(super) word: &'t str,
    /// Its bytes.
    pub(super) span: Span,
    /// The part of it before the cursor.
    pub(super) typed: &'t str,
    /// Those behind it.
    pub(super) after: Vec<&'t str>,
}

impl<'t> CommentWords<'t> {
    /// Every word, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'t str> + '_ {
        let word = (!self.word.is_empty()).then_some(self.word);
        self.before.iter().copied().chain(word).chain(self.after.iter().copied())
    }

    fn find(text: &'t str, within: Span, cursor: usize, separators: &[char]) -> Self {
        let separates = |c: char| c.is_whitespace() || separators.contains(&c);
        let words = |text: &'t str| text.split(separates).filter(|word| !word.is_empty()).collect();
        let (start, end) = (within.start as usize, within.end as usize);
        let (left, right) = (&text[start..cursor], &text[cursor..end]);
        let from = left.char_indices().rev().find(|(_, c)| separates(*c));
        let from = from.map_or(start, |(at, c)| start + at + c.len_utf8());
        let to = cursor + right.find(separates).unwrap_or(right.len());
        Self {
            before: words(&text[start..from]),
            word: &text[from..to],
            span: Span::new(from, to),
            typed: &text[from..cursor],
            after: words(&text[to..end]),
        }
    }
}

/// The comment at a byte of a text, if there is one that speaks to armbody.
pub(super) fn comment_at(text: &str, cursor: u32) -> Option<Comment<'_>> {
    let cursor = cursor as usize;
    suppression(text, cursor).map(Comment::Suppression).or_else(|| marker(text, cursor).map(Comment::Marker))
}

fn suppression(text: &str, cursor: usize) -> Option<CommentWords<'_>> {
    let bytes = text.as_bytes();
    let floor = cursor.saturating_sub(REACH);
    let line = memchr::memrchr2(b'\n', b'\r', &bytes[floor..cursor]).map_or(floor, |at| floor + at + 1);
    let start = line + memmem::rfind(&bytes[line..cursor], SUPPRESSION.as_bytes())? + SUPPRESSION.len();
    let start = start + if bytes[start..].starts_with(b"-file") { 5 } else { 0 };
    if start > cursor {
        return None;
    }
    let end = cursor
        + bytes[cursor..].iter().position(|byte| b":\r\n".contains(byte)).unwrap_or(bytes.len() - cursor);
    let end = memmem::find(&bytes[start..end], b"--").map_or(end, |at| start + at);
    let end = memmem::find(&bytes[start..end], b"*/").map_or(end, |at| start + at);
    let separated = bytes.get(start).is_none_or(u8::is_ascii_whitespace);
    let named = !bytes[start..cursor].contains(&b':') && start < cursor && cursor <= end;
    (separated && named).then(|| CommentWords::find(text, Span::new(start, end), cursor, &[',']))
}

fn marker(text: &str, cursor: usize) -> Option<CommentWords<'_>> {
    let bytes = text.as_bytes();
    let floor = cursor.saturating_sub(REACH);
    let open = floor + memmem::rfind(&bytes[floor..cursor], b"<!--")? + 4;
    if memmem::find(&bytes[open..cursor], b"-->").is_some() {
        return None;
    }
    let rest = &bytes[open..];
    let spaces = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = open + spaces + MARKER.len();
    if !rest[spaces..].starts_with(MARKER.as_bytes()) || cursor < start {
        return None;
    }
    // One that is not closed yet ends with its line.
    let reach = &bytes[cursor..bytes.len().min(cursor + REACH)];
    let line = memchr::memchr2(b'\n', b'\r', reach).unwrap_or(reach.len());
    let next = memmem::find(reach, b"<!--").unwrap_or(reach.len());
    let close = memmem::find(reach, b"-->").filter(|at| *at <= next).unwrap_or(line);
    let end = previous_boundary(text, cursor + close);
    Some(CommentWords::find(text, Span::new(start, end), cursor, &[]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Option<(char, String, String, String)> {
        let cursor = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let (kind, words) = match comment_at(&text, cursor as u32)? {
            Comment::Marker(words) => ('m', words),
            Comment::Suppression(words) => ('s', words),
        };
        Some((kind, words.before.join(" "), words.word.to_owned(), words.after.join(" ")))
    }

    #[track_caller]
    fn expect(text: &str, kind: char, before: &str, word: &str, after: &str) {
        assert_eq!(at(text), Some((kind, before.to_owned(), word.to_owned(), after.to_owned())), "{text}");
    }

    #[test]
    fn a_marker_has_words() {
        expect("<!-- armbody: render re|move-all --as curl -->", 'm', "render", "remove-all", "--as curl");
        expect("<!-- armbody: render | -->", 'm', "render", "", "");
        expect("<!-- armbody:|", 'm', "", "", "");
        expect("<!-- armbody: re|\n```bash\n<!-- armbody: end -->", 'm', "", "re", "");
        expect("<!--armbody: render x\n  --as |curl\n-->", 'm', "render x --as", "curl", "");
        assert_eq!(at("<!-- armbody: end -->\n|"), None);
        assert_eq!(at("<!-- other: |-->"), None);
        assert_eq!(at("<!-- arm|body: -->"), None);
    }

    #[test]
    fn a_suppression_has_rules() {
        expect("<!-- armbody-ignore extra|-comma: why -->", 's', "", "extra-comma", "");
        expect("# armbody-ignore a, b|", 's', "a", "b", "");
        expect("x\n// armbody-ignore |", 's', "", "", "");
        assert_eq!(at("# armbody-ignore a: wh|y"), None);
        assert_eq!(at("# armbody-ignored a|"), None);
        assert_eq!(at("<!-- armbody-ignore a -->|"), None);
        assert_eq!(at("# armbody-ignore a\n|"), None);
    }

    proptest! {
        #[test]
        fn any_text_will_do(text in "(<!--|-->| |armbody:|armbody-ignore|é|:|,|\n|a){0,12}", cursor in 0_usize..80) {
            let cursor = previous_boundary(&text, cursor);
            if let Some(Comment::Marker(words) | Comment::Suppression(words)) = comment_at(&text, cursor as u32) {
                prop_assert_eq!(&text[words.span.range()], words.word);
                prop_assert!(words.word.starts_with(words.typed));
            }
        }
    }
}
