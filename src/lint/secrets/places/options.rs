//! Options of programs, what PowerShell makes secure strings of, and what stands before the host of a URL.

use std::ops::Range;

use super::{Found, Holds, MAX_BETWEEN, SIGNING_IN, Scan};
use crate::lint::secrets::names::{Class, MAX_NAME, class_of};
use crate::lint::secrets::value::is_open;
use crate::lint::secrets::{SecretKind, base64};
use crate::text::cut;

impl Scan<'_> {
    /// `-u me:…`, `--oauth2-bearer …`, `-AdminPassword …`.
    pub(super) fn option(&mut self, at: usize, to: usize, paragraph: usize) -> Option<usize> {
        let before = at.checked_sub(1).map(|at| self.bytes[at]);
        if !before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'(' | b'['))
        {
            return None;
        }
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
        let len = self.bytes[at..to].iter().take(MAX_NAME).take_while(is_name).count();
        let word = self.text.get(at..at + len)?;
        let name = word.trim_start_matches('-');
        let is_short = !word.starts_with("--");
        let of_curl = || {
            let behind = self.curls.partition_point(|&curl| curl < at);
            behind.checked_sub(1).is_some_and(|last| self.curls[last] >= paragraph)
        };
        let behind = self.byte(at + len);
        let ends = behind
            .is_none_or(|byte| byte.is_ascii_whitespace() || byte == b'=' || byte == b'"' || byte == b'\'');
        let letter = name.bytes().next()?;
        let (from, what) = match name {
            "user" | "proxy-user" if !is_short && ends => (at + len, Holds::Credentials),
            "cookie" if !is_short && ends => (at + len, Holds::Cookie),
            "cert" | "proxy-cert" if !is_short && ends => (at + len, Holds::Certificate),
            "pass" | "proxy-pass" | "tlspassword" | "proxy-tlspassword" | "oauth2-bearer"
                if !is_short && ends =>
            {
                (at + len, Holds::Whole)
            }
            "p" if is_short && ends && self.is_behind(at, &SIGNING_IN) => (at + len, Holds::Whole),
            "value" if !is_short && ends && self.is_behind(at, &[b" secret set"]) => (at + len, Holds::Whole),
            "key-value" if ends && self.is_behind(at, &[b" keys set"]) => (at + len, Holds::Whole),
            _ if is_short && letter == b'p' && self.is_behind(at, &[b"mysql -", b"sshpass "]) => {
                (at + 2, Holds::Whole)
            }
            _ if is_short && matches!(letter, b'u' | b'U') && of_curl() => (at + 2, Holds::Credentials),
            _ if is_short && letter == b'b' && of_curl() => (at + 2, Holds::Cookie),
            _ if is_short && letter == b'E' && of_curl() => (at + 2, Holds::Certificate),
            _ if name.len() > 2 && ends => match class_of(name) {
                Some(Class::Property | Class::Misspelt | Class::Header | Class::CustomData) => {
                    (at + len, Holds::Whole)
                }
                _ => return None,
            },
            _ => return None,
        };
        let from = if self.byte(from) == Some(b'=') { from + 1 } else { from };
        let (content, end) = self.argument(from, to)?;
        let text = self.text.get(content.clone())?;
        let (kind, part) = match what {
            Holds::Credentials => {
                let is_other = text.contains("://") || text.starts_with(['/', '{', '[', '@']);
                let (_, password) = text.split_once(':').filter(|_| !is_other)?;
                self.with_basic(&content);
                (SecretKind::Option, content.end - password.len()..content.end)
            }
            Holds::Cookie => {
                if !text.contains('=') || text.starts_with(['{', '[', '@', '<']) || text.contains("://") {
                    return None;
                }
                self.cookies(SecretKind::Option, content.clone());
                (SecretKind::Option, content)
            }
            Holds::Certificate => {
                let (_, password) = text.rsplit_once(':')?;
                if password.starts_with(['\\', '/']) {
                    return None;
                }
                (SecretKind::Option, content.end - password.len()..content.end)
            }
            // The next option, a file, another parameter's value.
            Holds::Whole if text.starts_with('-') && text.len() < 32 || text.starts_with('@') => return None,
            Holds::Whole => (SecretKind::Option, content),
        };
        self.consider(kind, Class::Property, part);
        Some(end)
    }

    /// True if one of `words` stands a little before: `az login --service-principal -u … -p …`, `sshpass -p …`.
    pub(super) fn is_behind(&self, at: usize, words: &[&[u8]]) -> bool {
        let from = at.saturating_sub(MAX_BETWEEN);
        words.iter().any(|word| memchr::memmem::find(&self.bytes[from..at], word).is_some())
    }

    /// The base64 of `user:password`, which basic authentication sends.
    pub(super) fn with_basic(&mut self, content: &Range<usize>) {
        let Some(text) = self.text.get(content.clone()).filter(|text| !is_open(text)) else { return };
        let Some((_, password)) = text.split_once(':').filter(|(_, password)| !is_open(password)) else {
            return;
        };
        let range = content.end - password.len()..content.end;
        self.found.push(Found {
            kind: SecretKind::Option,
            range,
            more: vec![base64::encode(text.as_bytes())],
        });
    }

    /// `ConvertTo-SecureString '…' -AsPlainText`.
    pub(super) fn secure_strings(&mut self) {
        for mark in ["SecureString", "securestring"] {
            let places: Vec<usize> = memchr::memmem::find_iter(self.bytes, mark).collect();
            for at in places {
                let is_made = at >= 3 && self.bytes[at - 3..at].eq_ignore_ascii_case(b"To-");
                let ends = self.byte(at + mark.len()).is_some_and(|byte| byte.is_ascii_whitespace());
                if !is_made || !ends {
                    continue;
                }
                self.piped(at);
                let mut from = at + mark.len();
                let rest = &self.bytes[from..];
                let blanks = rest.iter().take(16).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                if rest[blanks..].get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"-String")) {
                    from += blanks + 7;
                }
                if let Some((content, _)) = self.argument(from, self.text.len())
                    && !cut(self.text, content.clone()).starts_with('-')
                {
                    self.consider(SecretKind::Option, Class::Property, content);
                }
            }
        }
    }

    /// `'…' | ConvertTo-SecureString`
    pub(super) fn piped(&mut self, at: usize) {
        let from = at.saturating_sub(512);
        let before = &self.bytes[from..at];
        let Some(pipe) = memchr::memrchr(b'|', before) else { return };
        let left = before[..pipe].trim_ascii_end();
        let Some((quote @ (b'"' | b'\''), inner)) = left.split_last() else { return };
        if let Some(open) = memchr::memrchr(*quote, inner)
            && left.len() - open < 512
        {
            self.consider(SecretKind::Option, Class::Property, from + open + 1..from + inner.len());
        }
    }

    /// The word behind an option: its content, and where it ends.
    pub(super) fn argument(&mut self, from: usize, to: usize) -> Option<(Range<usize>, usize)> {
        let mut at = from;
        // Blanks, a quote that ends the option itself (`"-u", "me:x"`), continued lines.
        let mut skipped = 0;
        while skipped < 64 {
            skipped += 1;
            match self.byte(at).filter(|_| at < to)? {
                b' ' | b'\t' | b',' => at += 1,
                b'"' | b'\'' if at == from && matches!(self.byte(at + 1), Some(b',' | b' ')) => at += 1,
                b'\\' | b'`' | b'^' => {
                    let line = at + 1 + usize::from(self.byte(at + 1) == Some(b'\r'));
                    if self.byte(line) != Some(b'\n') {
                        break;
                    }
                    at = line + 1;
                }
                _ => break,
            }
        }
        self.word(at, to)
    }

    /// A word in quotes or none.
    pub(super) fn word(&mut self, at: usize, to: usize) -> Option<(Range<usize>, usize)> {
        if let Some(quoted) = self.quoted(at, to) {
            return Some(quoted);
        }
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace()
                || matches!(byte, b'"' | b'\'' | b'(' | b'[' | b';' | b'|' | b')' | b'`')
        };
        let len = self.bytes[at..to].iter().position(ends).unwrap_or(to - at);
        self.steps += len;
        (len > 0).then_some((at..at + len, at + len))
    }

    /// `https://user:password@host`.
    pub(super) fn authority(&mut self, from: usize, to: usize) {
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b',')
        };
        let rest = &self.bytes[from..to.min(from + 512)];
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        let Some(sign) = memchr::memrchr(b'@', &rest[..len]) else { return };
        let content = match memchr::memchr(b':', &rest[..sign]) {
            Some(colon) => from + colon + 1..from + sign,
            None if sign >= 8 => from..from + sign,
            None => return,
        };
        self.consider(SecretKind::Url, Class::Property, content);
    }
}
