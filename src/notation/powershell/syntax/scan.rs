//! Blanks, comments, names and numbers.

use super::{ErrorKind, FlawKind, Parser};
use crate::notation::powershell::known::line_prompt;

/// PowerShell takes these for `-`.
pub(in crate::notation::powershell) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}'..='\u{2015}')
}

/// PowerShell takes these for `'`.
pub(in crate::notation::powershell) fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

/// PowerShell takes these for `"`.
pub(in crate::notation::powershell) fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201e}')
}

/// True for a character that a variable's name may have.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '?')
}

fn begins_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '?')
}

/// The length of the variable's name that `text` begins with, scope included (`env:PATH`); `None` if `$` before it
/// would be an ordinary character. In the second place, whether PowerShell refuses it: a `:` with nothing behind.
pub(in crate::notation::powershell) fn name_len(text: &str) -> Option<(usize, bool)> {
    let mut chars = text.char_indices().peekable();
    let (_, first) = chars.next()?;
    if matches!(first, '$' | '^') {
        return Some((1, false));
    }
    if first == '?' && !text[1..].starts_with(is_name) {
        return Some((1, false));
    }
    if !begins_name(first) {
        // `$:x` is none either.
        return None;
    }
    let mut scoped = false;
    while let Some(&(at, c)) = chars.peek() {
        if c == ':' {
            let rest = &text[at + 1..];
            // `$vm::x` ends before the colons.
            if scoped || rest.starts_with(':') {
                return Some((at, false));
            }
            if !rest.starts_with(is_name) {
                return Some((at, true));
            }
            scoped = true;
        } else if !is_name(c) {
            return Some((at, false));
        }
        chars.next();
    }
    Some((text.len(), false))
}

impl<'t> Parser<'t> {
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..self.end]
    }

    pub(super) fn peek(&self) -> Option<char> {
        let byte = *self.bytes[..self.end].get(self.at)?;
        if byte < 0x80 { Some(char::from(byte)) } else { self.rest().chars().next() }
    }

    pub(super) fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes[..self.end].get(self.at + ahead).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.bytes[self.at..self.end].starts_with(text.as_bytes())
    }

    /// One character further.
    pub(super) fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// The offset of the next line's first character, or the end.
    pub(super) fn line_end(&self) -> usize {
        let rest = &self.bytes[self.at..self.end];
        self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    /// True if only blanks stand between `from` and the end of its line.
    fn ends_line(&self, from: usize) -> Option<usize> {
        let rest = &self.bytes[from.min(self.end)..self.end];
        let len = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        (rest[len] == b'\n').then_some(from + len)
    }

    /// Passes over blanks, comments and lines that go on.
    pub(super) fn blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\u{c}' | '\u{b}' => self.at += 1,
                '`' => {
                    let next = self.byte(1);
                    if next == Some(b'\n') || (next == Some(b'\r') && self.byte(2) == Some(b'\n')) {
                        self.at += if next == Some(b'\n') { 2 } else { 3 };
                        self.continued();
                    } else if let Some(end) = self.ends_line(self.at + 1).filter(|_| self.mode.lenient) {
                        self.flaw(FlawKind::BlankAfterContinuation, self.at + 1, end);
                        self.at = end + 1;
                        self.continued();
                    } else if matches!(next, Some(b' ' | b'\t')) && !self.mode.lenient {
                        // A blank is one with a backtick before it too.
                        self.at += 2;
                    } else {
                        return;
                    }
                }
                '\\' if self.mode.lenient => match self.ends_line(self.at + 1) {
                    Some(end) => {
                        self.flaw(FlawKind::ForeignContinuation, self.at, self.at + 1);
                        self.at = end + 1;
                        self.continued();
                    }
                    None => return,
                },
                '#' => self.at = self.line_end(),
                '<' if self.byte(1) == Some(b'#') => {
                    let rest = &self.bytes[self.at..self.end];
                    let close = if self.unclosed_comment { None } else { memchr::memmem::find(rest, b"#>") };
                    if let Some(len) = close {
                        self.at += len + 2;
                    } else {
                        self.unclosed_comment = true;
                        self.error(ErrorKind::TerminatorExpectedAtEndOfString, self.at, self.at + 2);
                        // One that is never closed is not a comment, or nothing of the rest would be read.
                        self.at = if self.mode.lenient { self.at + 2 } else { self.end };
                    }
                }
                c if c != '\n' && c.is_whitespace() => self.bump(),
                _ => return,
            }
        }
    }

    /// Behind a line that goes on: a prompt's `>>`.
    fn continued(&mut self) {
        if self.mode.prompts {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if rest[blank..].starts_with(">> ") {
                self.at += blank + 3;
            }
        }
    }

    /// Passes over line breaks too.
    pub(super) fn lines(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.at += 1;
            self.begin_line();
        }
    }

    /// At the beginning of a line: a prompt is passed over.
    pub(super) fn begin_line(&mut self) {
        if self.mode.prompts {
            self.at += line_prompt(self.rest());
        }
    }

    /// The length of the word of letters, digits, `_` and `-` that stands here, if it is one of `words`.
    pub(super) fn keyword(&self, words: &[&'static str]) -> Option<&'static str> {
        let first = self.peek()?;
        if !first.is_ascii_alphabetic() {
            return None;
        }
        let rest = self.rest();
        let len = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        words.iter().copied().find(|word| word.eq_ignore_ascii_case(&rest[..len]))
    }

    /// The number that stands here and its length: as JSON has it.
    pub(super) fn number(&self) -> Option<(usize, String)> {
        number(self.rest())
    }
}

/// The number that `text` begins with: its length, and how JSON writes it.
fn number(text: &str) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut len;
    let value;
    if bytes.len() > 2 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X') {
        let count = bytes[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if count == 0 || count > 15 {
            return None;
        }
        len = 2 + count;
        value = i64::from_str_radix(&text[2..len], 16).ok()?.to_string();
    } else {
        let whole = digits(0);
        len = whole;
        let mut fraction = 0;
        if bytes.get(len) == Some(&b'.') && bytes.get(len + 1).is_some_and(u8::is_ascii_digit) {
            fraction = digits(len + 1);
            len += 1 + fraction;
        }
        if whole == 0 && fraction == 0 {
            return None;
        }
        let mut exponent = false;
        if matches!(bytes.get(len), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
            let count = digits(len + 1 + sign.min(bytes.len() - len - 1));
            if count > 0 {
                len += 1 + sign + count;
                exponent = true;
            }
        }
        value = if fraction == 0 && !exponent {
            let trimmed = text[..len].trim_start_matches('0');
            if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
        } else {
            double(text[..len].parse().ok()?)
        };
    }
    let suffix = &bytes[len..bytes.len().min(len + 2)];
    let unit =
        ["kb", "mb", "gb", "tb", "pb"].iter().position(|unit| suffix.eq_ignore_ascii_case(unit.as_bytes()));
    if let Some(power) = unit {
        let factor = 1_i64.checked_shl(10 * (power as u32 + 1))?;
        let value = value.parse::<i64>().ok()?.checked_mul(factor)?;
        return Some((len + 2, value.to_string()));
    }
    if matches!(suffix.first(), Some(b'l' | b'L' | b'd' | b'D')) {
        len += 1;
    }
    Some((len, value))
}

/// A double as .NET's JSON writer writes it: with a fraction.
fn double(value: f64) -> String {
    let text = format!("{value}");
    if text.contains(['.', 'e', 'N', 'i']) { text } else { format!("{text}.0") }
}
