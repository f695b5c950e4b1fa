//! Strings in quotes that are not JSON's.

use crate::json::parser::Parser;
use crate::json::tree::Data;
use crate::json::{Mistake, MistakeKind};
use crate::text::odd::{self, Odd, is_blank};
use crate::text::{Edit, Span};

impl Parser<'_> {
    /// The string that begins at `start`, if a typographic quote before `limit` was meant to end it.
    pub(super) fn typographic_end(&mut self, start: usize, limit: usize) -> Option<Data> {
        let content = &self.text[start + 1..limit];
        let quote = content.find(is_typographic)?;
        let len = content[quote..].chars().next().map_or(1, char::len_utf8);
        let behind = odd::trim(&content[quote + len..]);
        let line_ends = self.bytes.get(limit) != Some(&b'"');
        let ends = match behind.as_bytes().first() {
            None => line_ends,
            Some(_) if behind.starts_with(is_colon) => true,
            Some(b',' | b'}' | b']') => !line_ends || behind.bytes().all(|byte| b",}]{[ ".contains(&byte)),
            Some(_) => false,
        };
        if !ends {
            return None;
        }
        let span = Span::new(start + 1 + quote, start + 1 + quote + len);
        let edits = vec![Edit::replace(span, "\"")];
        self.mistake(Mistake::new(MistakeKind::WrongQuotes { escaped: false }, span).repaired(edits));
        let text = crate::json::decode_string(&content[..quote]).into_owned();
        self.at = span.end as usize;
        Some(self.own(&text, start, span.end as usize))
    }

    /// The quote that is not JSON's at `at`.
    pub(super) fn quote_at(&self, at: usize) -> Option<char> {
        self.char_at(at).filter(|&c| is_typographic(c))
    }

    /// A string in quotes that are not JSON's: `'…'`, `“…”`, `\"…\"`. `None` if there is none here.
    pub(super) fn quoted(&mut self) -> Option<Data> {
        let start = self.at;
        let rest = &self.text[start..];
        let open = rest.chars().next()?;
        if rest.starts_with("\\\"") {
            return self.escaped_string(start);
        }
        if open != '\'' && open != '`' && !is_typographic(open) {
            return None;
        }
        let single = matches!(open, '\'' | '`') || odd::odd(open) == Some(Odd::Quote('\''));
        let from = start + open.len_utf8();
        if start < self.unquotable[usize::from(single)] {
            return None;
        }
        let line = &self.text[from..];
        let line = &line[..line.find('\n').unwrap_or(line.len())];
        let mut edits = vec![Edit::replace(Span::new(start, from), "\"")];
        let mut content = String::new();
        let mut chars = line.char_indices().peekable();
        let mut close = None;
        while let Some((at, c)) = chars.next() {
            let here = Span::new(from + at, from + at + c.len_utf8());
            let closes = if single {
                matches!(c, '\'' | '`') || odd::odd(c) == Some(Odd::Quote('\''))
            } else {
                c == '"' || is_typographic(c)
            };
            if c == '\\' {
                match chars.next() {
                    Some((_, '\'')) => edits.push(Edit::delete(here)),
                    Some((_, next)) => {
                        content.push('\\');
                        content.push(next);
                        continue;
                    }
                    None => {}
                }
                content.push('\'');
                continue;
            }
            if closes {
                let behind = odd::trim_start(&line[at + c.len_utf8()..]);
                let apart = line[at + c.len_utf8()..].starts_with(is_blank);
                // A comma or colon was forgotten: a value or the next string follows.
                let forgotten = single && (behind.starts_with(['{', '[']) || apart && begins_name(behind, c));
                let punctuated = behind.starts_with([',', ':', '}', ']', '/', '#'])
                    || behind.starts_with(|c| matches!(odd::odd(c), Some(Odd::Punctuation(_))));
                if behind.is_empty() || punctuated || forgotten {
                    close = Some(here);
                    break;
                }
            }
            if c == '"' {
                edits.push(Edit::insert(here.start, "\\"));
            }
            content.push(c);
        }
        let Some(close) = close else {
            self.steps += line.len() as u64;
            self.unquotable[usize::from(single)] = from + line.len();
            return None;
        };
        self.steps += (close.end as usize - start) as u64;
        edits.push(Edit::replace(close, "\""));
        let span = Span { start: start as u32, end: close.end };
        if !(self.dialect.single_quotes && open == '\'') {
            let kind = MistakeKind::WrongQuotes { escaped: false };
            let known = self.mistakes.iter().position(|mistake| mistake.kind == kind);
            self.repeated(known, kind, span, edits);
        }
        let text = crate::json::decode_string(&content).into_owned();
        self.at = close.end as usize;
        Some(self.own(&text, start, close.end as usize))
    }

    /// `\"name\"`: the quotes were escaped for a text that was not around them in the end.
    fn escaped_string(&mut self, start: usize) -> Option<Data> {
        let from = start + 2;
        let mut at = from;
        let end = loop {
            at += memchr::memchr2(b'\\', b'\n', &self.bytes[at..])?;
            match (self.bytes[at], self.bytes.get(at + 1)) {
                (b'\n', _) => return None,
                (_, Some(b'"')) => break at,
                // `\\\"` is a quote within the string.
                (_, Some(b'\\')) => at += if self.bytes.get(at + 2) == Some(&b'\\') { 4 } else { 2 },
                _ => at += 1,
            }
            at = at.min(self.bytes.len());
        };
        self.steps += (end - start) as u64;
        let edits = vec![Edit::delete(Span::new(start, start + 1)), Edit::delete(Span::new(end, end + 1))];
        let span = Span::new(start, end + 2);
        self.escaped_quotes =
            self.repeated(self.escaped_quotes, MistakeKind::WrongQuotes { escaped: true }, span, edits);
        let text = crate::json::decode_string(&self.text[from..end]).into_owned();
        self.at = end + 2;
        Some(self.own(&text, start, end + 2))
    }
}

/// True if `text` begins with a string in `quote`s that a colon, a comma or a bracket follows.
fn begins_name(text: &str, quote: char) -> bool {
    let Some(rest) = text.strip_prefix(quote) else { return false };
    let window = rest.char_indices().take(200).find(|(_, c)| *c == quote);
    window.is_some_and(|(end, _)| {
        odd::trim_start(&rest[end + quote.len_utf8()..]).starts_with([':', ',', '}', ']'])
    })
}

/// Quotes that word processors make.
pub(super) fn is_typographic(c: char) -> bool {
    matches!(odd::odd(c), Some(Odd::Quote(_)))
}

fn is_colon(c: char) -> bool {
    c == ':' || odd::odd(c) == Some(Odd::Punctuation(':'))
}
