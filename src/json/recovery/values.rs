//! Where a value is due.

use crate::json::parser::Parser;
use crate::json::tree::{Data, Kind, REPAIRED};
use crate::json::{Mistake, MistakeKind};
use crate::text::odd::{self, Odd};
use crate::text::{Edit, Span};

impl Parser<'_> {
    pub(in crate::json) fn odd_value(&mut self, byte: u8) {
        match byte {
            b',' | b'}' | b']' => self.no_value(byte),
            b':' => {
                let span = Span::new(self.at, self.behind(self.at));
                let mistake = match self.names.last().filter(|_| !self.in_array()) {
                    Some(&(name, _)) => {
                        let name = &self.nodes[name as usize];
                        let name = Span { start: name.start, end: name.end };
                        let edits = vec![Edit::delete(span)];
                        Mistake::new(MistakeKind::MissingColon, span).related(name).repaired(edits)
                    }
                    None => Mistake::new(MistakeKind::ValueWithoutName, span),
                };
                self.mistake(mistake);
                self.at = span.end as usize;
            }
            _ => match self.quoted() {
                Some(value) => self.push_value(value),
                None => self.bare_value(),
            },
        }
    }

    fn no_value(&mut self, byte: u8) {
        match self.frames.last() {
            Some(frame) if frame.named => {
                let name = self.names.last().map_or(Span::at(self.at), |&(name, _)| {
                    let data = &self.nodes[name as usize];
                    Span { start: data.start, end: data.end }
                });
                self.mistake(Mistake::new(MistakeKind::NameWithoutValue, name).related(Span::at(self.at)));
                self.push_unknown(Span::at(self.at));
            }
            Some(_) if byte == b',' => self.extra_comma(),
            Some(_) => self.wrong_closer(byte),
            None if byte == b',' && self.dialect.bare_members => self.at = self.behind(self.at),
            None if byte == b',' => self.extra_comma(),
            None => self.extra_closers(),
        }
    }

    /// `{name}` or `{{name}}`, which stands for a value, and `{some words}`, which describes one.
    pub(in crate::json) fn opens_placeholder(&self) -> bool {
        match self.bytes.get(self.at + 1) {
            Some(b'{' | b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'_') => {}
            _ => return false,
        }
        let inner = self.bytes[self.at..].iter().take(80).skip_while(|&&byte| byte == b'{');
        let opened = self.bytes[self.at..].iter().take_while(|&&byte| byte == b'{').count();
        let mut word = 0;
        for &byte in inner {
            match byte {
                b'}' => {
                    let end = self.at + opened + word;
                    return word > 0
                        && opened <= 2
                        && self.bytes[end..].iter().take_while(|&&byte| byte == b'}').count() >= opened;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b' ' | b'$' => word += 1,
                _ => return false,
            }
        }
        false
    }

    /// Where a value without quotes ends: before punctuation, but behind the end of a placeholder.
    pub(super) fn bare_end(&mut self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let rest = &self.bytes[at..];
            let close: &[u8] = match byte {
                b',' | b'}' | b']' | b'\n' | b'"' => break,
                b'<' => b">",
                b'{' if rest.starts_with(b"{{") => b"}}",
                b'{' => b"}",
                b'$' if rest.starts_with(b"$(") => b")",
                b'$' if rest.starts_with(b"${") => b"}",
                b'#' if rest.starts_with(b"#{") => b"}",
                _ if !byte.is_ascii() && self.odd_mark(at).is_some_and(|mark| ",}]".contains(mark)) => break,
                _ => {
                    at += 1;
                    continue;
                }
            };
            let line = &rest[..rest.len().min(200)];
            let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
            at += match memchr::memmem::find(line, close) {
                Some(found) => found + close.len(),
                None if byte == b'<' && at == start => unclosed_placeholder_len(line),
                None => 1,
            };
        }
        self.steps += (at - start) as u64;
        // The window above is counted in bytes; a value ends with a whole character.
        self.text.ceil_char_boundary(at)
    }

    /// Where a string without its opening quote ends that has a comma in it: at a quote that closes one.
    fn unopened_end(&mut self, comma: usize) -> Option<usize> {
        if self.bytes.get(comma) != Some(&b',') {
            return None;
        }
        let window = &self.bytes[comma..self.bytes.len().min(comma + 80)];
        let quote = comma + memchr::memchr2(b'"', b'\n', window)?;
        let between = &self.bytes[comma..quote];
        let closes = self.bytes[quote] == b'"'
            && !self.opens_string(quote)
            && self.bytes[quote - 1].is_ascii_alphanumeric()
            && !between.iter().any(|byte| b":{}[]".contains(byte));
        self.steps += between.len() as u64;
        closes.then_some(quote)
    }

    fn bare_value(&mut self) {
        let start = self.at;
        let end = self.bare_end(start).max(self.behind(start));
        let end = self.unopened_end(end).unwrap_or(end);
        let word_end = start + odd::trim_end(&self.text[start..end]).len();
        let word = &self.text[start..word_end];
        let span = Span::new(start, word_end);
        self.at = word_end.max(self.behind(start));
        let unopened = self.bytes.get(end) == Some(&b'"')
            && word_end == end
            && !word.is_empty()
            && !self.opens_string(end);
        if unopened {
            let span = Span::new(start, end + 1);
            let mistake = Mistake::new(MistakeKind::UnquotedValue, span);
            self.mistake(mistake.repaired(vec![Edit::insert(span.start, "\"")]));
            let node = self.own(word, start, end + 1);
            self.at = end + 1;
            self.push_value(Data { flags: node.flags | REPAIRED, ..node });
            return;
        }
        if is_placeholder(word) {
            self.push_value(Data {
                start: span.start,
                end: span.end,
                link: 0,
                kind: Kind::Placeholder,
                flags: 0,
            });
            return;
        }
        let is_taken = self.frames.last().is_some_and(|frame| frame.named)
            && self.names.last().is_some_and(|&(name, _)| {
                (self.dialect.takes)(&self.string_of(&self.nodes[name as usize]), word)
            });
        if is_nothing(word) && !is_taken && !self.dialect.single_quotes {
            // Nothing in another language: whether the place takes `null` is not known here.
            self.mistake(Mistake::new(MistakeKind::UnquotedValue, span));
            self.push_unknown(span);
            return;
        }
        if let Some((kind, right)) = literal_meant(word).filter(|_| !is_taken) {
            let edits = vec![Edit::replace(span, right)];
            self.mistake(Mistake::new(MistakeKind::UnquotedValue, span).repaired(edits));
            self.push_value(Data { start: span.start, end: span.end, link: 0, kind, flags: REPAIRED });
            return;
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
            && word.bytes().all(|byte| {
                byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b'_' | b'.' | b'+' | b'-')
            })
            && !word.contains("..")
        {
            let right = number_meant(word);
            let mut mistake = Mistake::new(MistakeKind::BadNumber, span);
            if let Some(right) = &right {
                mistake = mistake.repaired(vec![Edit::replace(span, right.clone())]);
            }
            self.mistake(mistake);
            let mut node = self.own(right.as_deref().unwrap_or("0"), start, word_end);
            node.kind = if right.is_some() { Kind::Number } else { Kind::Unknown };
            node.flags |= REPAIRED;
            self.push_value(node);
            return;
        }
        let node = self.own(word, start, word_end);
        self.mistake(Mistake::new(MistakeKind::UnquotedValue, span));
        self.push_value(Data { flags: node.flags | REPAIRED, ..node });
    }

    /// True if a number or literal ends at `at` although no delimiter stands there: what follows is wrong for
    /// itself.
    pub(in crate::json) fn word_ends(&self, at: usize) -> bool {
        match self.text[at..].chars().next() {
            Some('"') => self.opens_string(at),
            Some(c) => {
                c == ';' || matches!(odd::odd(c), Some(Odd::Space | Odd::Invisible | Odd::Punctuation(_)))
            }
            None => true,
        }
    }

    /// True if the quote at `at` begins a string and ends none: a name or word follows it at once.
    pub(super) fn opens_string(&self, at: usize) -> bool {
        self.bytes.get(at + 1).is_some_and(|next| !b",:}]".contains(next))
            && self.blank_len(at + 1) == 0
            && !self.odd_mark(at + 1).is_some_and(|mark| ",:}]".contains(mark))
    }
}

/// The length of a description that is never closed and takes the rest of its line: `<list of ids, e.g. "a"`. Only its
/// first byte if the line may go on with JSON.
fn unclosed_placeholder_len(line: &[u8]) -> usize {
    let is_prose = line.get(1).is_some_and(u8::is_ascii_alphabetic) && line.contains(&b' ');
    let names = memchr::memchr_iter(b'"', line)
        .any(|quote| line[quote + 1..].trim_ascii_start().first() == Some(&b':'));
    if !is_prose || names {
        return 1;
    }
    let end = line.iter().rposition(|byte| !b" \t\r,}]".contains(byte));
    end.map_or(1, |last| last + 1)
}

/// A word that stands for a value which the reader is to fill in.
pub(super) fn is_placeholder(word: &str) -> bool {
    let inside = |open: &str, close: &str| {
        word.len() > open.len() + close.len() && word.starts_with(open) && word.ends_with(close)
    };
    inside("<", ">")
        || inside("{{", "}}")
        || inside("#{", "}")
        || inside("#{", "}#")
        || inside("__", "__")
        || inside("%", "%")
        || (inside("{", "}") && !word.contains(' '))
        || (word.starts_with('$') && word.len() > 1)
        || (word.len() >= 3 && word.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'-')))
}

/// A word of another language for no value.
pub(crate) fn is_nothing(word: &str) -> bool {
    matches!(word, "None" | "undefined" | "NaN" | "nil")
}

/// What a word of another language says in JSON.
fn literal_meant(word: &str) -> Option<(Kind, &'static str)> {
    if word.eq_ignore_ascii_case("true") {
        Some((Kind::True, "true"))
    } else if word.eq_ignore_ascii_case("false") {
        Some((Kind::False, "false"))
    } else if word.eq_ignore_ascii_case("null") || is_nothing(word) {
        Some((Kind::Null, "null"))
    } else {
        None
    }
}

/// The number that a word means where there is one reading.
fn number_meant(word: &str) -> Option<String> {
    let (sign, digits) = match word.strip_prefix(['-', '+']) {
        Some(digits) => (if word.starts_with('-') { "-" } else { "" }, digits),
        None => ("", word),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok().map(|value| format!("{sign}{value}"));
    }
    let (whole, rest) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = match rest.strip_prefix('.') {
        Some("") => ".0".to_owned(),
        Some(fraction) if fraction.starts_with(['e', 'E']) => format!(".0{fraction}"),
        _ => rest.to_owned(),
    };
    let number = format!("{sign}{whole}{rest}");
    number.parse::<serde_json::Number>().is_ok().then_some(number)
}
