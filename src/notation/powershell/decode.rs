//! What tokens say: quotes taken off, escapes read, variables marked.

use std::ops::Range;

use super::lexer::{Bracket, Kind, Quote, Token, bracket_end};
use crate::text::{Builder, Encoding, Fragment, Span};

/// What stands in brackets and is longer than this, in bytes, is not shown.
const MAX_SHOWN: usize = 2000;

/// The length of the variable that `text` begins with: `$name`, `${name}`, `$env:NAME`.
pub(super) fn variable_len(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('$')?;
    let bytes = rest.as_bytes();
    match bytes.first()? {
        // A workflow puts its own values in the place of these before a shell sees them.
        b'{' if bytes.get(1) == Some(&b'{') => {
            memchr::memmem::find(&bytes[..bytes.len().min(256)], b"}}").map(|close| close + 3)
        }
        b'{' => {
            let close = bytes.iter().take(256).position(|byte| matches!(byte, b'}' | b'\n'))?;
            (bytes[close] == b'}' && close > 1).then_some(close + 2)
        }
        b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
            let word = |bytes: &[u8]| {
                bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
            };
            let len = word(bytes);
            let scope =
                bytes.get(len) == Some(&b':') && bytes.get(len + 1).is_some_and(u8::is_ascii_alphabetic);
            Some(1 + if scope { len + 1 + word(&bytes[len + 1..]) } else { len })
        }
        b'?' | b'^' | b'$' => Some(2),
        _ => None,
    }
}

/// The text of the tokens in `range`: quoted texts, bare words and variables, joined where they touch or by
/// `+`. `None` if a part of it is neither.
pub(super) fn joined<'s>(code: &Fragment<'s>, list: &[Token], range: Range<usize>) -> Option<Fragment<'s>> {
    let mut range = range;
    // Brackets around everything change nothing.
    while range.len() > 2
        && list[range.start].kind == Kind::Open(Bracket::Paren)
        && list[range.start].partner + 1 == range.end
    {
        range = range.start + 1..range.end - 1;
    }
    let first = list[range.clone()].first()?;
    let mut builder = Builder::new(code);
    let mut operand = true;
    let mut texts = 0;
    let mut end = None;
    for token in &list[range] {
        let word = &code.text()[token.span.range()];
        match token.kind {
            Kind::Separator => {}
            Kind::Word if word == "+" => operand = true,
            // A format string: its `{0}` stand for values.
            Kind::Word if word.eq_ignore_ascii_case("-f") && texts > 0 => {
                let format = builder.finish(first.content.start, encoding_of(first.kind));
                return Some(filled(&format));
            }
            Kind::Text(_) | Kind::Variable | Kind::Word if operand => {
                texts += usize::from(matches!(token.kind, Kind::Text(_)));
                push(&mut builder, code, token);
                operand = false;
                end = Some(token.span.end);
            }
            // `"…".Replace(…)` is another text.
            Kind::Text(_) | Kind::Variable if end == Some(token.span.start) => {
                push(&mut builder, code, token);
                end = Some(token.span.end);
            }
            _ => return None,
        }
    }
    Some(builder.finish(first.content.start, encoding_of(first.kind)))
}

/// What `-f` makes of a format string: `{0}` are values, doubled braces are single ones.
fn filled<'s>(format: &Fragment<'s>) -> Fragment<'s> {
    let text = format.text();
    let bytes = text.as_bytes();
    let mut builder = Builder::new(format);
    let mut run = 0;
    let mut at = 0;
    while let Some(brace) = memchr::memchr2(b'{', b'}', &bytes[at..]).map(|len| at + len) {
        let doubled = bytes.get(brace + 1) == Some(&bytes[brace]);
        let item = item_len(&bytes[brace..]);
        if !doubled && item.is_none() {
            at = brace + 1;
            continue;
        }
        copy(&mut builder, Span::new(run, brace), Encoding::Format);
        at = brace + item.unwrap_or(2);
        match item {
            Some(_) => builder.expansion(Span::new(brace, at), Encoding::Format),
            None => builder.decoded(Span::new(brace, at), &text[brace..=brace], Encoding::Format),
        }
        run = at;
    }
    copy(&mut builder, Span::new(run, text.len()), Encoding::Format);
    builder.finish(0, Encoding::Format)
}

/// The length of the `{0}` or `{0:d2}` that `bytes` begin with.
fn item_len(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.get(1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let close = 1 + digits + bytes.get(1 + digits..)?.iter().take(20).position(|byte| *byte == b'}')?;
    let formatted = close == 1 + digits || matches!(bytes[1 + digits], b':' | b',');
    (bytes[0] == b'{' && (1..3).contains(&digits) && formatted).then_some(close + 1)
}

/// The text of the argument in `range`: tokens that touch each other. What is no text stands for a value that
/// only a run knows.
pub(super) fn argument<'s>(code: &Fragment<'s>, list: &[Token], range: Range<usize>) -> Fragment<'s> {
    if list[range.start].kind == Kind::Open(Bracket::Paren)
        && let Some(text) = joined(code, list, range.clone())
    {
        return text;
    }
    let mut builder = Builder::new(code);
    let mut index = range.start;
    while index < range.end {
        let token = &list[index];
        if let Kind::Open(_) = token.kind {
            let last = token.partner.clamp(index, range.end - 1);
            let mut span = token.span.cover(list[last].span);
            if span.len() > MAX_SHOWN {
                // Brackets within brackets would be copied once for each.
                span = token.span;
            }
            builder.expansion(span, Encoding::Plain);
            index = last;
        } else {
            push(&mut builder, code, token);
        }
        index += 1;
    }
    let first = &list[range.start];
    builder.finish(first.content.start, encoding_of(first.kind))
}

fn encoding_of(kind: Kind) -> Encoding {
    match kind {
        Kind::Text(Quote::Single) => Encoding::PowerShellSingle,
        Kind::Text(Quote::Double) => Encoding::PowerShellDouble,
        Kind::Text(Quote::HereDouble) => Encoding::PowerShellHereDouble,
        _ => Encoding::Plain,
    }
}

fn push<'s>(builder: &mut Builder<'_, 's>, code: &Fragment<'s>, token: &Token) {
    let encoding = encoding_of(token.kind);
    match token.kind {
        Kind::Text(Quote::Single) => single(builder, code, token.content),
        Kind::Text(Quote::Double | Quote::HereDouble) => double(builder, code, token.content, encoding),
        Kind::Text(Quote::HereSingle) => copy(builder, token.content, encoding),
        Kind::Variable => builder.expansion(token.span, encoding),
        _ => bare(builder, code, token.content),
    }
}

fn copy(builder: &mut Builder<'_, '_>, span: Span, encoding: Encoding) {
    if !span.is_empty() {
        builder.copy(span, encoding);
    }
}

fn single(builder: &mut Builder<'_, '_>, code: &Fragment<'_>, content: Span) {
    let text = &code.text()[content.range()];
    let start = content.start as usize;
    let mut run = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"''") {
        copy(builder, Span::new(start + run, start + at), Encoding::PowerShellSingle);
        builder.decoded(Span::new(start + at, start + at + 2), "'", Encoding::PowerShellSingle);
        run = at + 2;
    }
    copy(builder, Span::new(start + run, content.end as usize), Encoding::PowerShellSingle);
}

fn double(builder: &mut Builder<'_, '_>, code: &Fragment<'_>, content: Span, encoding: Encoding) {
    let text = code.text();
    let bytes = &text.as_bytes()[..content.end as usize];
    let here = encoding == Encoding::PowerShellHereDouble;
    let mut run = content.start as usize;
    let mut at = run;
    // A substitution that was not closed once is not closed behind it either.
    let mut closes = true;
    while at < bytes.len() {
        let (len, decoded) = match bytes[at] {
            b'`' => escape(&text[at..bytes.len()]),
            b'"' if !here && bytes.get(at + 1) == Some(&b'"') => (2, Some('"')),
            b'$' => {
                let len = if bytes.get(at + 1) == Some(&b'(') && closes {
                    let end = bracket_end(bytes, at + 2);
                    closes = end.is_some();
                    end.map(|end| end - at)
                } else {
                    variable_len(&text[at..bytes.len()])
                };
                let Some(len) = len else {
                    at += 1;
                    continue;
                };
                copy(builder, Span::new(run, at), encoding);
                builder.expansion(Span::new(at, at + len), encoding);
                at += len;
                run = at;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        copy(builder, Span::new(run, at), encoding);
        if let Some(c) = decoded {
            builder.decoded(Span::new(at, at + len), c.encode_utf8(&mut [0; 4]), encoding);
        }
        at += len;
        run = at;
    }
    copy(builder, Span::new(run, bytes.len()), encoding);
}

/// A bare word: backticks taken off, variables marked.
fn bare(builder: &mut Builder<'_, '_>, code: &Fragment<'_>, content: Span) {
    let text = code.text();
    let end = content.end as usize;
    let bytes = &text.as_bytes()[..end];
    let mut run = content.start as usize;
    let mut at = run;
    while at < end {
        let len = match bytes[at] {
            b'`' => {
                copy(builder, Span::new(run, at), Encoding::Plain);
                let escaped = text[at + 1..end].chars().next().map_or(0, char::len_utf8);
                let part = Span::new(at, at + 1 + escaped);
                builder.decoded(part, &text[at + 1..at + 1 + escaped], Encoding::Plain);
                at += 1 + escaped;
                run = at;
                continue;
            }
            b'$' if bytes.get(at + 1) == Some(&b'(') => bracket_end(bytes, at + 2).map(|end| end - at),
            b'$' => variable_len(&text[at..end]),
            _ => None,
        };
        let Some(len) = len else {
            at += 1;
            continue;
        };
        copy(builder, Span::new(run, at), Encoding::Plain);
        builder.expansion(Span::new(at, at + len), Encoding::Plain);
        at += len;
        run = at;
    }
    copy(builder, Span::new(run, end), Encoding::Plain);
}

/// The length of the escape that `text` begins with, and what it stands for; nothing for a line that goes on.
fn escape(text: &str) -> (usize, Option<char>) {
    let Some(c) = text[1..].chars().next() else { return (1, Some('`')) };
    let decoded = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        '\n' => return (2, None),
        other => other,
    };
    (1 + c.len_utf8(), Some(decoded))
}

/// An argument as the program gets it that it is passed to: Windows PowerShell leaves `\"` to the program, which
/// reads it as `"`.
pub(super) fn native<'s>(argument: &Fragment<'s>) -> Fragment<'s> {
    let text = argument.text();
    let quotes = text.matches('"').count();
    let escaped = text.matches("\\\"").count();
    if escaped == 0 || escaped < quotes {
        return argument.clone();
    }
    let mut builder = Builder::new(argument);
    let mut run = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"\\\"") {
        copy(&mut builder, Span::new(run, at), Encoding::CommandDouble);
        builder.decoded(Span::new(at, at + 2), "\"", Encoding::CommandDouble);
        run = at + 2;
    }
    copy(&mut builder, Span::new(run, text.len()), Encoding::CommandDouble);
    builder.finish(0, Encoding::CommandDouble)
}
