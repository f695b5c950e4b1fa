//! Code in HTML: `<pre>` and `<code>`, with entities and inner tags.

use std::ops::Range;

use memchr::memmem;

use crate::text::{Builder, Encoding, Fragment, Span};

/// Tags that only dress code.
const DRESS: [&str; 14] =
    ["code", "span", "b", "i", "em", "strong", "a", "mark", "kbd", "samp", "font", "u", "div", "p"];

/// The longest entity that is looked for.
const MAX_ENTITY: usize = 10;

/// True for `<code>`.
pub(super) fn opens_code(tag: &str) -> bool {
    tag_name(tag).is_some_and(|name| !tag.starts_with("</") && name.eq_ignore_ascii_case("code"))
}

/// True for `</code>`.
pub(super) fn closes_code(tag: &str) -> bool {
    tag_name(tag).is_some_and(|name| tag.starts_with("</") && name.eq_ignore_ascii_case("code"))
}

/// What stands between `<pre>` or `<code>` and its end in a block of HTML, comments left out.
pub(super) fn code_in(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = memchr::memchr(b'<', &text.as_bytes()[at..range.end]).map(|len| at + len) {
        let rest = &text[open..range.end];
        if rest.starts_with("<!--") {
            let Some(len) = memmem::find(rest.as_bytes(), b"-->") else { break };
            at = open + len + 3;
            continue;
        }
        at = open + 1;
        let Some(name) = tag_name(rest).filter(|_| !rest.starts_with("</")) else { continue };
        if !name.eq_ignore_ascii_case("pre") && !name.eq_ignore_ascii_case("code") {
            continue;
        }
        let Some(tag_len) = memchr::memchr(b'>', rest.as_bytes()) else { break };
        let start = open + tag_len + 1;
        let end = closing_tag(text, start..range.end, name).unwrap_or(range.end);
        found.push(start..end);
        at = end;
    }
    found
}

/// The code with its entities decoded and its inner tags left out.
pub(super) fn decode<'s>(root: &Fragment<'s>, text: &str, range: Range<usize>) -> Fragment<'s> {
    let mut builder = Builder::new(root);
    let (mut run, mut at) = (range.start, range.start);
    while let Some(mark) =
        memchr::memchr3(b'<', b'&', b'\r', &text.as_bytes()[at..range.end]).map(|len| at + len)
    {
        let rest = &text[mark..range.end];
        let (len, decoded) = if rest.starts_with("\r\n") {
            (2, Some('\n'))
        } else if rest.starts_with('&') {
            entity(rest).map_or((0, None), |(len, c)| (len, Some(c)))
        } else {
            (dress_len(rest), rest.to_ascii_lowercase_prefix("<br").then_some('\n'))
        };
        if len == 0 {
            at = mark + 1;
            continue;
        }
        if run < mark {
            builder.copy(Span::new(run, mark), Encoding::Plain);
        }
        if let Some(c) = decoded {
            builder.decoded(Span::new(mark, mark + len), c.encode_utf8(&mut [0; 4]), Encoding::Plain);
        }
        at = mark + len;
        run = at;
    }
    if run < range.end {
        builder.copy(Span::new(run, range.end), Encoding::Plain);
    }
    builder.finish(range.start as u32, Encoding::Plain)
}

trait AsciiPrefix {
    fn to_ascii_lowercase_prefix(&self, prefix: &str) -> bool;
}

impl AsciiPrefix for str {
    fn to_ascii_lowercase_prefix(&self, prefix: &str) -> bool {
        self.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    }
}

fn tag_name(tag: &str) -> Option<&str> {
    let name = tag.strip_prefix('<')?;
    let name = name.strip_prefix('/').unwrap_or(name);
    let len = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    (len > 0).then(|| &name[..len])
}

fn closing_tag(text: &str, range: Range<usize>, name: &str) -> Option<usize> {
    memmem::find_iter(text[range.clone()].as_bytes(), b"</")
        .map(|at| range.start + at)
        .find(|&at| tag_name(&text[at..range.end]).is_some_and(|closed| closed.eq_ignore_ascii_case(name)))
}

/// The length of the tag that `rest` begins with if it only dresses the code; a placeholder is not a tag.
fn dress_len(rest: &str) -> usize {
    let dress = tag_name(rest).is_some_and(|name| {
        name.eq_ignore_ascii_case("br") || DRESS.iter().any(|dress| name.eq_ignore_ascii_case(dress))
    });
    if !dress {
        return 0;
    }
    rest.bytes().take(400).position(|byte| byte == b'>').map_or(0, |at| at + 1)
}

fn entity(rest: &str) -> Option<(usize, char)> {
    let end = rest.bytes().take(MAX_ENTITY).position(|byte| byte == b';')?;
    let name = &rest[1..end];
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(value.ok()?)?
        }
    };
    Some((end + 1, c))
}
