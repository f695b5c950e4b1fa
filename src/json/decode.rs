//! The characters of a string.

use std::borrow::Cow;

use super::Node;
use crate::text::{Builder, Encoding, Fragment, Span};

/// The characters that the text between a string's quotes stands for. A backslash that is not an escape stands
/// for itself, but for `\'`, which is `'`.
pub fn decode_string(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut out = String::with_capacity(content.len());
    pieces(content, |text, _, _| out.push_str(text));
    Cow::Owned(out)
}

/// The characters of a string node as a fragment of `body`, the text that its tree was parsed from: for
/// those who look into strings. `None` if the node is not a string in `"` quotes, or is not read as it is written.
pub fn string_fragment<'s>(body: &Fragment<'s>, node: Node<'_>) -> Option<Fragment<'s>> {
    let content = node.content_span();
    if content == node.span() {
        return None;
    }
    let mut builder = Builder::new(body);
    pieces(&body.text()[content.range()], |text, at, verbatim| {
        let len = if verbatim { text.len() } else { 0 };
        let start = content.start as usize + at.0;
        if verbatim {
            builder.copy(Span::new(start, start + len), Encoding::JsonString);
        } else {
            builder.decoded(Span::new(start, content.start as usize + at.1), text, Encoding::JsonString);
        }
    });
    let fragment = builder.finish(content.start, Encoding::JsonString);
    // A name that was read without its line breaks has other offsets.
    (node.as_str()? == fragment.text()).then_some(fragment)
}

/// Walks through a string's content: runs that stand for themselves and escapes, with their byte ranges.
fn pieces(content: &str, mut piece: impl FnMut(&str, (usize, usize), bool)) {
    let bytes = content.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let run = memchr::memchr(b'\\', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        if run > at {
            piece(&content[at..run], (at, run), true);
            at = run;
            continue;
        }
        let (len, decoded) = escape(&content[at..]);
        match decoded {
            Some(c) => piece(c.encode_utf8(&mut [0; 4]), (at, at + len), false),
            None => piece(&content[at..at + len], (at, at + len), true),
        }
        at += len;
    }
}

/// The length of the escape at the start of `text` and the character that it is, if it is one.
fn escape(text: &str) -> (usize, Option<char>) {
    let Some(next) = text[1..].chars().next() else { return (1, None) };
    let simple = match next {
        '"' | '\\' | '/' | '\'' => Some(next),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        _ => None,
    };
    if let Some(c) = simple {
        return (2, Some(c));
    }
    if next != 'u' {
        return (1, None);
    }
    match (hex4(text, 2), hex4(text, 8)) {
        (Some(high), Some(low))
            if (0xd800..0xdc00).contains(&high)
                && (0xdc00..0xe000).contains(&low)
                && text.get(6..8).is_some_and(|between| between == "\\u") =>
        {
            let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            (12, Some(char::from_u32(c).unwrap_or('\u{fffd}')))
        }
        (Some(code), _) => (6, Some(char::from_u32(code).unwrap_or('\u{fffd}'))),
        (None, _) => (1, None),
    }
}

/// The four hexadecimal digits at `at`.
pub(super) fn hex4(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Dialect, Tree};
    use crate::text::Source;

    #[test]
    fn a_fragment_has_the_text_of_its_string() {
        let text = "{\"a\\u00e9\":1,\"b\u{1}c\":2}";
        let source = Source::new("x", text);
        let body = source.fragment();
        let tree = Tree::parse(text, Dialect::STRICT);
        let names: Vec<_> = tree.root().expect("a value").members().map(|(name, _)| name).collect();
        let [escaped, broken] = names[..] else { panic!("two members") };
        assert_eq!(string_fragment(&body, escaped).map(|it| it.text().to_owned()).as_deref(), Some("aé"));
        assert_eq!(broken.as_str().as_deref(), Some("bc"));
        assert!(string_fragment(&body, broken).is_none());
    }

    #[test]
    fn escapes_decode() {
        assert_eq!(decode_string(r#"a\"\\\/\n\u00e9\ud83d\ude00"#), "a\"\\/\né😀");
        assert_eq!(decode_string(r"\'\U\ud83d\u12"), "'\\U\u{fffd}\\u12");
        assert_eq!(decode_string("\\"), "\\");
        assert!(matches!(decode_string("plain"), Cow::Borrowed(_)));
    }
}
