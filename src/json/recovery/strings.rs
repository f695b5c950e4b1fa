//! Strings that begin with `"` and have something wrong in them or at their end.

use super::MAX_EDITS;
use super::quotes::is_typographic;
use crate::json::parser::{Expect, Parser};
use crate::json::tree::{Data, ESCAPED, Kind, REPAIRED};
use crate::json::{Mistake, MistakeKind, Unclosed};
use crate::text::{Edit, Span, odd};

impl Parser<'_> {
    /// A string that begins with `"` and has something wrong in it or behind it.
    pub(in crate::json) fn odd_string(&mut self, start: usize) -> Data {
        let mut at = start + 1;
        let mut flags = 0;
        let mut controls: Vec<Edit> = Vec::new();
        let mut escapes: Vec<Mistake> = Vec::new();
        let mut multiline = self.dialect.multiline_strings;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    if let Some(string) = self.quote_elsewhere(start, at) {
                        return string;
                    }
                    break;
                }
                None => {
                    if let Some(string) = self.typographic_end(start, self.bytes.len()) {
                        return string;
                    }
                    let end = self.unclosed_end(start, self.bytes.len());
                    return self.unclosed_string(start, end);
                }
                Some(b'\n' | b'\r') if !multiline => {
                    if let Some(string) = self.typographic_end(start, at) {
                        return string;
                    }
                    if self.ends_at_line(start, at) {
                        let end = self.unclosed_end(start, at);
                        return self.unclosed_string(start, end);
                    }
                    multiline = true;
                }
                Some(b'\\') => {
                    flags |= ESCAPED;
                    at += self.check_escape(at, &mut escapes);
                }
                Some(&byte @ 0..=0x1f) => {
                    let taken = self.dialect.multiline_strings && matches!(byte, b'\n' | b'\r' | b'\t');
                    let foreign = byte == 0x1a && self.dialect.stand_ins;
                    if !foreign && !taken && controls.len() < MAX_EDITS {
                        let encoded =
                            crate::text::Encoding::JsonString.encode(&self.text[at..=at], "").into_owned();
                        controls.push(Edit::replace(Span::new(at, at + 1), encoded));
                    }
                    at += 1;
                }
                Some(_) => at += 1,
            }
        }
        self.steps += (at - start) as u64;
        self.at = at + 1;
        for mistake in escapes {
            self.mistake(mistake);
        }
        if let Some(first) = controls.first() {
            let span = first.span;
            let name = self.expect == Expect::Name;
            if name {
                // No name has a line break: whoever wrapped the text put it there.
                for edit in &mut controls {
                    edit.text.clear();
                }
            }
            self.mistake(Mistake::new(MistakeKind::ControlCharacter, span).repaired(controls));
            if name {
                let content = &self.text[start + 1..at];
                let text = crate::json::decode_string(content).replace(|c: char| c < ' ', "");
                return self.own(&text, start, at + 1);
            }
        }
        Data { start: start as u32, end: self.at as u32, link: 0, kind: Kind::String, flags }
    }

    /// Looks at the backslash at `at`; the length of what it escapes, with it.
    fn check_escape(&mut self, at: usize, mistakes: &mut Vec<Mistake>) -> usize {
        let Some(next) = self.text[at + 1..].chars().next() else { return 1 };
        let span = Span::new(at, at + 1 + next.len_utf8());
        let mistake = Mistake::new(MistakeKind::BadEscape { quote: false }, span);
        match next {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => return 2,
            'u' if crate::json::decode::hex4(self.text, at + 2).is_some() => return 6,
            '\'' => mistakes.push(mistake.repaired(vec![Edit::replace(span, "'")])),
            // What other languages read as one character has two readings here.
            'u' | 'x' | 'v' | 'a' | 'e' | '0'..='9' => mistakes.push(mistake),
            // A line's end takes no part in the escape.
            '\n' | '\r' => {
                mistakes.push(Mistake::new(MistakeKind::BadEscape { quote: false }, Span::new(at, at + 1)));
                return 1;
            }
            _ => mistakes.push(mistake.repaired(vec![Edit::insert(span.start, "\\")])),
        }
        if mistakes.len() > crate::json::MAX_MISTAKES {
            mistakes.pop();
        }
        span.len()
    }

    /// The quote at `at` would end the string, and a word follows it at once. Either the string should have
    /// ended before, or the quote is part of it, or its end was written in other quotes.
    fn quote_elsewhere(&mut self, start: usize, at: usize) -> Option<Data> {
        if let Some(string) = self.typographic_end(start, at) {
            return Some(string);
        }
        let next = self.text[at + 1..].chars().next()?;
        let content = odd::trim_end(&self.text[start + 1..at]);
        // Before a quote, a colon in the midst of a line of prose is part of the prose.
        let prose = self.expect == Expect::Value && content.contains(' ') && !content.contains(['\n', '\r']);
        let unended = content.ends_with([',', '{', '[']) || content.ends_with(':') && !prose;
        match next {
            '/' if matches!(self.bytes.get(at + 2), Some(b'/' | b'*')) => return None,
            '{' | '[' | '"' if !unended => return None,
            '{' | '[' | '"' | '/' | '_' | '$' | '<' | '-' | '.' | '(' | '+' | '\'' => {}
            c if c.is_alphanumeric() && odd::odd(c).is_none() => {}
            _ => return None,
        }
        if self.value_stands(at + 1) {
            return None;
        }
        if self.expect == Expect::Name && content.ends_with(':') {
            // Either the colon slipped into the name's quotes, or this quote begins the value.
            return self.closes_in_line(at + 1).then(|| {
                let end = self.unclosed_end(start, at);
                self.unclosed_string(start, end)
            });
        }
        if unended {
            let end = self.unclosed_end(start, at);
            if end > start + 1 {
                return Some(self.unclosed_string(start, end));
            }
        }
        if matches!(next, '{' | '[' | '"') { None } else { self.inner_quotes(start, at) }
    }

    /// True if a number or a literal stands at `at`, whole.
    fn value_stands(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let len = rest
            .iter()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
            .count();
        let word = &rest[..len];
        let value = matches!(word, b"true" | b"false" | b"null")
            || word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
                && word.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
        value && matches!(rest.get(len), None | Some(b',' | b'}' | b']' | b'\n' | b'\r' | b' '))
    }

    /// Quotes inside a string that lack their backslash: the string ends at the first quote of the line that
    /// punctuation follows.
    fn inner_quotes(&mut self, start: usize, first: usize) -> Option<Data> {
        // A template expression ends with its bracket, whatever punctuation its arguments have between them.
        let expression = self.bytes.get(start + 1) == Some(&b'[');
        if first < self.unended[usize::from(expression)] {
            return None;
        }
        let mut inner = vec![first];
        let mut at = first + 1;
        let end = loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => {
                    self.steps += at.saturating_sub(first) as u64;
                    self.unended[usize::from(expression)] = at;
                    return None;
                }
                Some(b'\\') => at += 2,
                Some(b'"') => {
                    let closes = matches!(self.peek_from(at + 1).0, None | Some(b',' | b'}' | b']' | b':'));
                    if closes && (!expression || self.bytes[at - 1] == b']') {
                        break at;
                    }
                    inner.push(at);
                    at += 1;
                    if inner.len() > MAX_EDITS {
                        self.unended[usize::from(expression)] = at;
                        return None;
                    }
                }
                Some(_) => at += 1,
            }
        };
        self.steps += (end - start) as u64;
        let edits = inner.iter().map(|&at| Edit::insert(at as u32, "\\")).collect();
        let span = Span::new(first, first + 1);
        let mistake =
            Mistake::new(MistakeKind::BadEscape { quote: true }, span).related(Span::new(start, start + 1));
        self.mistake(mistake.perhaps(edits));
        let text = crate::json::decode_string(&self.text[start + 1..end]).into_owned();
        self.at = end + 1;
        let mut node = self.own(&text, start, end + 1);
        node.flags |= REPAIRED;
        Some(node)
    }

    /// True if the string that begins at `start` was meant to end with its line, which ends at `line_end`.
    fn ends_at_line(&mut self, start: usize, line_end: usize) -> bool {
        if self.named_prefix(start, line_end).is_some() {
            return true;
        }
        let line = odd::trim_end(&self.text[start + 1..line_end]);
        let punctuated = line.ends_with([',', '{', '[', ':']);
        match self.peek_from(line_end) {
            (None, _) => true,
            (Some(b'}' | b']'), mut at) => {
                while let (Some(b'}' | b']'), next) = self.peek_from(at) {
                    at = next + 1;
                }
                // A quote right behind the bracket closes this string.
                self.bytes.get(at) != Some(&b'"') || self.opens_string(at)
            }
            // A quote that something is closed behind ends this string; any other begins the next.
            (Some(b'"'), at) => !matches!(self.peek_from(at + 1).0, None | Some(b',' | b'}' | b']' | b':')),
            (Some(_), at) => punctuated && !self.closes_in_line(at),
        }
    }

    /// True if the first quote from `at` on stands in the same line and closes a string.
    fn closes_in_line(&mut self, at: usize) -> bool {
        let found = memchr::memchr2(b'"', b'\n', &self.bytes[at..]).map(|found| at + found);
        self.steps += found.unwrap_or(self.bytes.len()).saturating_sub(at) as u64;
        found.is_some_and(|quote| self.bytes[quote] == b'"' && !self.opens_string(quote))
    }

    /// A name that begins at `start` and lacks its closing quote ends before its colon.
    fn named_prefix(&self, start: usize, limit: usize) -> Option<usize> {
        if self.expect != Expect::Name {
            return None;
        }
        let content = &self.text[start + 1..limit];
        let colon = content.find(':')?;
        let name = &content[..colon];
        let plain = !name.is_empty()
            && !name.contains([',', '"', '\''])
            && !name.contains(|c| odd::is_blank(c) || is_typographic(c));
        plain.then_some(start + 1 + colon)
    }

    /// Where a string without a closing quote ends: before the punctuation that follows it.
    fn unclosed_end(&self, start: usize, limit: usize) -> usize {
        if let Some(end) = self.named_prefix(start, limit) {
            return end;
        }
        let content = &self.text[start + 1..limit];
        let mut kept = odd::trim_end(content);
        loop {
            let shorter = match kept.as_bytes().last() {
                Some(b',' | b':' | b'{' | b'[') => &kept[..kept.len() - 1],
                Some(b'}') if count(kept, b'}') > count(kept, b'{') => &kept[..kept.len() - 1],
                Some(b']') if count(kept, b']') > count(kept, b'[') => &kept[..kept.len() - 1],
                _ => break,
            };
            kept = odd::trim_end(shorter);
        }
        start + 1 + kept.len()
    }

    fn unclosed_string(&mut self, start: usize, end: usize) -> Data {
        let quote = Span::new(start, start + 1);
        let place = self.place_after(end);
        let edits = vec![Edit::insert(end as u32, "\"")];
        let mistake = Mistake::new(MistakeKind::UnclosedBracket(Unclosed::String), quote).related(place);
        // A text that ends within a string and its brackets was cut: more than a quote is missing.
        let is_cut = !self.frames.is_empty() && self.text[end..].trim_end().is_empty();
        self.mistake(if is_cut { mistake.perhaps(edits) } else { mistake.repaired(edits) });
        self.steps += (end - start) as u64;
        self.at = end;
        let text = crate::json::decode_string(&self.text[start + 1..end]).into_owned();
        let mut node = self.own(&text, start, end);
        node.flags |= REPAIRED;
        node
    }
}

fn count(text: &str, byte: u8) -> usize {
    memchr::memchr_iter(byte, text.as_bytes()).count()
}
