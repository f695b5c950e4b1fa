//! Where secrets stand: behind a name, an option, in a URL. Read from the raw text, so that it holds for every
//! language, for what no reader takes for a call, and for what is too broken to be read.
//!
//! What is found is hidden, never judged: where two readings are possible both are taken.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::names::{Class, MAX_NAME, class_of};
use super::value::{is_open, literals, references};
use super::{SecretKind, base64, value};

/// How deep values are looked into for others: `connectionString="AccountKey=…"`.
const MAX_DEPTH: u8 = 2;
/// How many variables a secret is followed through: `A=…; B=$A; Authorization: $B`.
const MAX_HOPS: usize = 8;
/// Backslashes before a quote that are told apart.
const MAX_BACKSLASHES: usize = 15;
/// Bytes of a text in a second pair of quotes.
const MAX_ADDED: usize = 4096;
/// Bytes between the name of a setting and its value: `{"name": "PASSWORD", "value": "…"}`.
const MAX_BETWEEN: usize = 128;
/// Commands whose `-p` is a password.
const SIGNING_IN: [&[u8]; 5] = [b" login", b"sshpass", b"mysql", b" sql ", b"postgres"];
/// Bytes of an object whose leaves are secrets; one that goes on is one that was never closed.
const MAX_TREE: usize = 1 << 16;
/// Members of such an object that say what it is and hold nothing secret, in lower case.
const DESCRIBING: [&str; 12] = [
    "type",
    "metadata",
    "description",
    "reference",
    "id",
    "name",
    "secretname",
    "keyvault",
    "secretversion",
    "minlength",
    "maxlength",
    "allowedvalues",
];

/// Something that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: SecretKind,
    pub(super) range: Range<usize>,
    /// Readings that its bytes alone do not give.
    pub(super) more: Vec<String>,
}

/// Looks through `text`; what it learns of the names of variables goes from hop to hop.
pub(super) fn all(text: &str, wanted: Vec<String>) -> Vec<Found> {
    let mut scan = Scan::new(text);
    scan.wanted.extend(wanted.into_iter().map(|name| (name, Class::Property)));
    scan.range(0, text.len(), 0);
    scan.secure_strings();
    scan.follow();
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    found: Vec<Found>,
    /// Names of variables whose values are secrets, in lower case, that were not looked for yet.
    wanted: HashMap<String, Class>,
    /// Here-strings with `'` or `"` that begin from here on never end.
    endless: [bool; 2],
    /// Where `curl` stands.
    curls: Vec<usize>,
    /// Bytes looked at: work is linear in the text.
    steps: usize,
}

/// A name before a `:` or `=`.
struct Name<'t> {
    text: &'t str,
    start: usize,
    /// What stands before it.
    before: Option<u8>,
    /// In quotes.
    quoted: bool,
    /// There are blanks between it and the `=`.
    apart: bool,
}

/// What stands behind a name.
enum Value {
    None,
    /// A text; what is beyond begins at `end`.
    Text {
        content: Range<usize>,
        end: usize,
    },
    /// An object or a list that begins here.
    Tree(usize),
}

const MARK: [bool; 256] = {
    let mut marks = [false; 256];
    marks[b':' as usize] = true;
    marks[b'=' as usize] = true;
    marks[b'-' as usize] = true;
    marks[b',' as usize] = true;
    marks[b';' as usize] = true;
    marks[b'\n' as usize] = true;
    marks
};

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let curls = memchr::memmem::find_iter(bytes, b"url")
            .chain(memchr::memmem::find_iter(bytes, b"URL"))
            .filter(|&at| at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'c'));
        let mut curls: Vec<usize> = curls.collect();
        curls.sort_unstable();
        Self { text, bytes, found: Vec::new(), wanted: HashMap::new(), endless: [false; 2], curls, steps: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn range(&mut self, from: usize, to: usize, depth: u8) {
        let mut at = from;
        let mut paragraph = from;
        while at < to {
            let Some(len) = self.bytes[at..to].iter().position(|&byte| MARK[usize::from(byte)]) else {
                break;
            };
            self.steps += len + 1;
            at += len;
            let next = match self.bytes[at] {
                b'\n' => {
                    if self.ends_paragraph(at) {
                        paragraph = at;
                    }
                    None
                }
                b'-' => self.option(at, to, paragraph),
                b',' | b';' => self.comma(at, to, depth),
                b':' if self.bytes[at..to].starts_with(b"://") => {
                    self.authority(at + 3, to);
                    None
                }
                _ => self.pair(at, to, depth),
            };
            at = next.unwrap_or(at + 1).max(at + 1);
        }
    }

    /// True if what follows a line break is an empty line or a fence.
    fn ends_paragraph(&self, at: usize) -> bool {
        let rest = &self.bytes[at + 1..];
        let blanks =
            rest.iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        rest.get(blanks).is_none_or(|&byte| byte == b'\n') || rest[blanks..].starts_with(b"```")
    }

    /// True if a line break has a fence behind it.
    fn is_fence(&self, at: usize) -> bool {
        let rest = &self.bytes[at + 1..];
        let blanks = rest.iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest[blanks..].starts_with(b"```")
    }

    /// `name: value`, `name=value`.
    fn pair(&mut self, at: usize, to: usize, depth: u8) -> Option<usize> {
        let name = self.name_before(at)?;
        let separator = self.bytes[at];
        if name.text.eq_ignore_ascii_case("name") {
            return self.setting(at, to, separator, &name, depth);
        }
        let class = class_of(name.text).or_else(|| self.split_name(&name, separator))?;
        if class == Class::Parameter
            && !(separator == b'=' && matches!(name.before, Some(b'?' | b'&' | b';' | b'"' | b'\'')))
        {
            return None;
        }
        let in_url = matches!(name.before, Some(b'?' | b'&')) || class == Class::Parameter;
        let kind = match class {
            Class::Authorization | Class::Header => SecretKind::Header,
            Class::Misspelt => SecretKind::Misspelt,
            Class::CustomData => SecretKind::CustomData,
            Class::Parameter => SecretKind::Parameter,
            Class::Property if in_url => SecretKind::Parameter,
            Class::Property if is_of_connection(name.text) && separator == b'=' => {
                SecretKind::ConnectionString
            }
            Class::Property => SecretKind::Property,
        };
        let value = self.value(at + 1, to, separator, &name, class);
        self.take(value, kind, class, to, depth)
    }

    /// `{"name": "DB_PASSWORD", "value": "…"}`, and the same in YAML.
    fn setting(&mut self, at: usize, to: usize, separator: u8, name: &Name<'t>, depth: u8) -> Option<usize> {
        let Value::Text { content, end } = self.value(at + 1, to, separator, name, Class::Property) else {
            return None;
        };
        let class = class_of(self.text.get(content)?.trim())?;
        let kind = match class {
            Class::Property => SecretKind::Property,
            Class::Authorization | Class::Header => SecretKind::Header,
            Class::Misspelt | Class::Parameter | Class::CustomData => return None,
        };
        let value = self.setting_value(end, to, class)?;
        self.take(value, kind, class, to, depth)
    }

    /// The value behind the name of a setting that ends at `end`.
    fn setting_value(&mut self, end: usize, to: usize, class: Class) -> Option<Value> {
        let window = &self.bytes[end..to.min(end + MAX_BETWEEN)];
        let next = window.iter().position(|byte| matches!(byte, b':' | b'='))?;
        let separator = window[next];
        let named = self.name_before(end + next).filter(|named| {
            ["value", "secureValue", "defaultValue"].iter().any(|it| it.eq_ignore_ascii_case(named.text))
        })?;
        Some(self.value(end + next + 1, to, separator, &named, class))
    }

    /// The value of a setting whose name is one of `names`.
    fn named_setting(&mut self, at: usize, to: usize, name: &Name<'t>, names: &HashMap<String, Class>) {
        let Value::Text { content, end } = self.value(at + 1, to, self.bytes[at], name, Class::Property)
        else {
            return;
        };
        let named = self.text.get(content).map(|named| named.trim().to_ascii_lowercase());
        let Some(&class) = named.and_then(|named| names.get(&named)) else { return };
        if let Some(Value::Text { content, .. }) = self.setting_value(end, to, class) {
            self.consider(SecretKind::Variable, class, content);
        }
    }

    /// `"adminPassword", "…"`: a comma for a colon.
    fn comma(&mut self, at: usize, to: usize, depth: u8) -> Option<usize> {
        let is_blank = |byte: &&u8| !matches!(**byte, b' ' | b'\t');
        let before = self.bytes[..at].iter().rev().take(8).find(is_blank)?;
        let behind = self.bytes[at + 1..to].iter().take(8).find(is_blank)?;
        if !matches!(behind, b'"' | b'\'' | b'\\') {
            return None;
        }
        let name = self.name_before(at)?;
        // `"adminPassword;"…"`
        let is_slip = self.bytes[at] == b';' && name.before == Some(b'"') && *behind == b'"';
        let is_argument =
            name.start >= 2 && self.bytes[name.start - 2] == b'(' && matches!(before, b'"' | b'\'');
        if !is_slip && !is_argument && (self.bytes[at] == b';' || *before != b'"') {
            return None;
        }
        let class = class_of(name.text).filter(|class| match class {
            Class::Property | Class::Misspelt | Class::CustomData => true,
            // `$headers.Add('Authorization', '…')`
            Class::Authorization | Class::Header => is_argument,
            Class::Parameter => false,
        })?;
        let value = self.value(at + 1, to, b':', &name, class);
        let Value::Text { end, .. } = &value else { return None };
        // A list of names, or the next member's name.
        let next = self.bytes[*end..to].iter().take(64).find(|byte| !byte.is_ascii_whitespace());
        if matches!(next, Some(b']' | b':')) {
            return None;
        }
        let kind = match class {
            Class::Authorization | Class::Header => SecretKind::Header,
            _ => SecretKind::Misspelt,
        };
        self.take(value, kind, class, to, depth)
    }

    /// `"adminPass", "word": "…"`: a comma within the name.
    fn split_name(&self, name: &Name<'t>, separator: u8) -> Option<Class> {
        if !name.quoted || separator != b':' || name.before != Some(b'"') {
            return None;
        }
        let mut at = name.start.checked_sub(1)?;
        let comma = self.bytes[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\\'))?;
        if self.bytes[comma] != b',' {
            return None;
        }
        at = comma;
        let first = self.name_before(at).filter(|first| first.quoted)?;
        let class = class_of(&format!("{}{}", first.text, name.text));
        class.filter(|class| *class == Class::Property).map(|_| Class::Misspelt)
    }

    fn name_before(&self, at: usize) -> Option<Name<'t>> {
        let mut end = at;
        let mut blanks = 0;
        while blanks < 16 && end > 0 && matches!(self.bytes[end - 1], b' ' | b'\t') {
            end -= 1;
            blanks += 1;
        }
        let mut quoted = false;
        let mut marks = 0;
        while marks < 20
            && end > 0
            && matches!(self.bytes[end - 1], b'"' | b'\'' | b'\\' | b']' | b'}' | b'*' | b'`')
        {
            quoted |= matches!(self.bytes[end - 1], b'"' | b'\'');
            end -= 1;
            marks += 1;
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let mut start = end;
        while start > 0 && end - start <= MAX_NAME && is_name(self.bytes[start - 1]) {
            start -= 1;
        }
        if start == end || end - start > MAX_NAME {
            return None;
        }
        let before = start.checked_sub(1).map(|at| self.bytes[at]);
        // `--admin-password=…`
        let text = self.text.get(start..end)?;
        Some(Name { text: text.trim_start_matches('-'), start, before, quoted, apart: blanks > 0 })
    }

    /// `-u me:…`, `--oauth2-bearer …`, `-AdminPassword …`.
    fn option(&mut self, at: usize, to: usize, paragraph: usize) -> Option<usize> {
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
    fn is_behind(&self, at: usize, words: &[&[u8]]) -> bool {
        let from = at.saturating_sub(MAX_BETWEEN);
        words.iter().any(|word| memchr::memmem::find(&self.bytes[from..at], word).is_some())
    }

    /// The base64 of `user:password`, which basic authentication sends.
    fn with_basic(&mut self, content: &Range<usize>) {
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
    fn secure_strings(&mut self) {
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
                    && !self.text[content.clone()].starts_with('-')
                {
                    self.consider(SecretKind::Option, Class::Property, content);
                }
            }
        }
    }

    /// `'…' | ConvertTo-SecureString`
    fn piped(&mut self, at: usize) {
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
    fn argument(&mut self, from: usize, to: usize) -> Option<(Range<usize>, usize)> {
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
    fn word(&mut self, at: usize, to: usize) -> Option<(Range<usize>, usize)> {
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
    fn authority(&mut self, from: usize, to: usize) {
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

    /// What stands behind a separator.
    fn value(&mut self, after: usize, to: usize, separator: u8, name: &Name<'t>, class: Class) -> Value {
        let mut at = after;
        let blank = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t'));
        while at < to && blank(self.byte(at)) {
            at += 1;
        }
        let is_apart = name.apart || at > after;
        if separator == b':' && name.quoted {
            while at < to && self.byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                at += 1;
            }
        }
        // `==`, `=>`, `:=` and `=~` are other signs; the value of two of them stands behind.
        if matches!(self.byte(at), Some(b'>' | b'=')) && at == after {
            if self.byte(at) == Some(b'=') && separator == b'=' {
                return Value::None;
            }
            at += 1;
            while at < to && blank(self.byte(at)) {
                at += 1;
            }
        }
        // `[string]'…'`, `f"…"`, `$'…'`, `("…")`
        if self.byte(at) == Some(b'[') && separator == b'=' {
            let rest = &self.bytes[at..to.min(at + 32)];
            if let Some(len) = memchr::memchr(b']', rest)
                && rest[1..len].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
                && len > 1
            {
                at += len + 1;
                while at < to && blank(self.byte(at)) {
                    at += 1;
                }
            }
        }
        let is_prefix =
            |byte: u8| matches!(byte, b'f' | b'F' | b'r' | b'R' | b'b' | b'B' | b'u' | b'$' | b'(');
        if self.byte(at).is_some_and(is_prefix) && matches!(self.byte(at + 1), Some(b'"' | b'\'')) {
            at += 1;
        }
        if let Some(value) = self.substitution(at, to) {
            return value;
        }
        match self.byte(at).filter(|_| at < to) {
            None | Some(b'\n' | b'\r') => return Value::None,
            Some(b'@') if matches!(self.byte(at + 1), Some(b'"' | b'\'')) => return self.here_string(at, to),
            Some(b'@') if self.byte(at + 1) == Some(b'{') => return Value::Tree(at + 1),
            Some(b'{' | b'[') if separator == b':' || name.quoted => return Value::Tree(at),
            Some(b'|' | b'>') if separator == b':' && !name.quoted => return self.block(name, at, to),
            _ => {}
        }
        if let Some((content, end)) = self.quoted(at, to) {
            let goes_on = self.byte(end).filter(|_| end < to).is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'$' | b'-' | b'.')
            });
            // `'abc'"def"`: a word of the shell in several pieces.
            if goes_on && separator == b'=' && !is_apart {
                let end = self.shell_word(at, to);
                return Value::Text { content: at..end, end };
            }
            return Value::Text { content, end };
        }
        self.bare(at, to, separator, name, class, is_apart)
    }

    /// `$(echo '…')`, `$(cat <<EOF⏎…⏎EOF⏎)`, `${NAME:-…}`: what the shell puts in its place, where the text says it.
    fn substitution(&mut self, at: usize, to: usize) -> Option<Value> {
        let quote = usize::from(self.byte(at) == Some(b'"'));
        let rest = &self.bytes[(at + quote).min(to)..to];
        if rest.starts_with(b"${") {
            let window = &rest[..rest.len().min(MAX_ADDED)];
            let close = memchr::memchr(b'}', window)?;
            let sign = memchr::memchr(b':', &window[..close])?;
            let is_default = matches!(window.get(sign + 1), Some(b'-' | b'=')) && sign <= MAX_NAME;
            let content = at + quote + sign + 2..at + quote + close;
            return (is_default && content.start < content.end)
                .then_some(Value::Text { content, end: at + quote + close + 1 });
        }
        let inner = rest.strip_prefix(b"$(")?;
        let line = inner
            .iter()
            .take(MAX_BETWEEN)
            .position(|&byte| byte == b'\n')
            .unwrap_or(inner.len().min(MAX_BETWEEN));
        if let Some(mark) = memchr::memmem::find(&inner[..line], b"<<") {
            let word = inner[mark + 2..line].trim_ascii_end();
            let word: Vec<u8> =
                word.iter().copied().filter(|byte| !matches!(byte, b'-' | b'\'' | b'"' | b'\\')).collect();
            if word.is_empty() || inner.get(mark + 2) == Some(&b'<') {
                return None;
            }
            let from = at + quote + 2 + line;
            let window = &self.bytes[from..to.min(from + MAX_ADDED)];
            let closing = [&b"\n"[..], &word].concat();
            let len = memchr::memmem::find(window, &closing)?;
            return (len > 1).then_some(Value::Text { content: from + 1..from + len, end: from + len });
        }
        let is_said = inner.starts_with(b"echo ") || inner.starts_with(b"printf ");
        let mut here = at + quote + 2 + memchr::memchr(b' ', inner.get(..8)?).filter(|_| is_said)?;
        // Behind the options and the format.
        let mut last = None;
        for _ in 0..4 {
            let Some((content, end)) = self.argument(here, to) else { break };
            let is_value = !self.text[content.clone()].starts_with(['-', '%', '|']);
            here = end;
            if is_value {
                last = Some((content, end));
                break;
            }
        }
        last.map(|(content, end)| Value::Text { content, end })
    }

    /// A value that is not in quotes.
    fn bare(
        &mut self,
        at: usize,
        to: usize,
        separator: u8,
        name: &Name<'t>,
        class: Class,
        is_apart: bool,
    ) -> Value {
        let text = |end: usize| Value::Text { content: at..end, end };
        let until = |ends: &dyn Fn(u8) -> bool| {
            let ends = |&byte: &u8| matches!(byte, b'\n' | b'\r') || ends(byte);
            self.bytes[at..to].iter().position(ends).map_or(to, |len| at + len)
        };
        let end = if matches!(class, Class::Authorization | Class::Header) && separator == b':' {
            until(&|byte| matches!(byte, b'"' | b'\'' | b'`' | b'|'))
        } else if matches!(name.before, Some(b'?' | b'&')) || class == Class::Parameter {
            until(&|byte| {
                byte.is_ascii_whitespace()
                    || matches!(
                        byte,
                        b'&' | b'#'
                            | b'"'
                            | b'\''
                            | b'<'
                            | b'>'
                            | b'`'
                            | b')'
                            | b']'
                            | b'}'
                            | b','
                            | b';'
                            | b'\\'
                    )
            })
        } else if separator == b'=' && !name.quoted && matches!(name.before, Some(b';' | b'"' | b'\'')) {
            // Within a connection string or a form.
            until(&|byte| matches!(byte, b';' | b'&' | b'"' | b'\'' | b'`' | b'\\' | b'<'))
        } else if separator == b'=' && name.before == Some(b'@') {
            until(&|_| false)
        } else if separator == b'=' && is_apart {
            let end = until(&|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b',' | b'}' | b')'));
            let first = self.byte(at);
            let is_variable = name.before == Some(b'$');
            let is_value = first.is_some_and(|byte| byte.is_ascii_digit() || byte == b'$');
            let is_call = self.bytes[at..end].contains(&b'(') && first != Some(b'$');
            if is_call || is_variable && !is_value {
                return Value::None;
            }
            end
        } else if separator == b'=' {
            self.shell_word(at, to)
        } else if name.quoted {
            until(&|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b'"' | b'\''))
        } else {
            // As far as the fourth word: what goes on is a sentence.
            let mut words = 0;
            let mut blank = false;
            let ends = |&byte: &u8| {
                let is_blank = byte.is_ascii_whitespace();
                words += usize::from(is_blank && !blank);
                blank = is_blank;
                words > 3 || matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'}' | b'(')
            };
            let whole = self.bytes[at..to].iter().position(ends).map_or(to, |len| at + len);
            let value = self.text.get(at..whole).unwrap_or_default();
            let value = value.split(" #").next().unwrap_or_default().trim_end();
            let value = value.strip_suffix(',').unwrap_or(value);
            // A sentence, a call, a type: not a value.
            let is_other = words > 3
                || self.byte(whole) == Some(b'(')
                || ["string", "securestring", "number", "object", "boolean", "true", "false"]
                    .contains(&value);
            if is_other {
                return Value::None;
            }
            at + value.len()
        };
        self.steps += end.saturating_sub(at);
        if end > at { text(end) } else { Value::None }
    }

    /// The end of a word of the shell: quotes and escapes within it do not end it.
    fn shell_word(&mut self, from: usize, to: usize) -> usize {
        let mut at = from;
        while let Some(byte) = self.byte(at).filter(|_| at < to) {
            match byte {
                b'"' | b'\'' => match self.quoted(at, to) {
                    Some((_, end)) if end > at => at = end,
                    _ => return at,
                },
                b'\\' => at += 2,
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b')' | b'<' | b'>' | b'`' => break,
                _ => at += 1,
            }
        }
        let mut end = at.min(to);
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.steps += end - from;
        end
    }

    /// What stands between quotes that begin at `at`, however many backslashes each carries, and where it ends.
    fn quoted(&mut self, at: usize, to: usize) -> Option<(Range<usize>, usize)> {
        let backslashes =
            self.bytes[at..to].iter().take(MAX_BACKSLASHES + 1).take_while(|byte| **byte == b'\\').count();
        let entity = self.bytes[at..to].starts_with(b"&quot;");
        if entity {
            let from = at + 6;
            let len = memchr::memmem::find(&self.bytes[from..to.min(from + 4096)], b"&quot;")?;
            return Some((from..from + len, from + len + 6));
        }
        let quote = self.byte(at + backslashes).filter(|byte| matches!(byte, b'"' | b'\''))?;
        if at + backslashes >= to || backslashes > MAX_BACKSLASHES {
            return None;
        }
        let from = at + backslashes + 1;
        let mut end = from;
        while end < to {
            let len = self.bytes[end..to]
                .iter()
                .position(|&byte| byte == quote || matches!(byte, b'\\' | b'`' | b'\n'));
            let Some(len) = len else { break };
            self.steps += len + 1;
            end += len;
            match self.bytes[end] {
                b'\n' => {
                    if self.ends_paragraph(end) {
                        break;
                    }
                    end += 1;
                }
                b'\\' => {
                    let run = self.bytes[end..to].iter().take_while(|byte| **byte == b'\\').count();
                    self.steps += run;
                    let closes = self.byte(end + run) == Some(quote) && end + run < to;
                    if closes && run == backslashes && backslashes > 0 {
                        return Some((from..end, end + run + 1));
                    }
                    // Escaped within, and in a single-quoted word of the shell `'\''` goes on.
                    let escaped = closes
                        && (quote == b'"' && backslashes == 0 && run % 2 == 1
                            || backslashes > 0 && run > backslashes);
                    end += run + usize::from(escaped);
                }
                b'`' => {
                    let escapes = quote == b'"' && backslashes == 0 && self.byte(end + 1) == Some(quote);
                    let goes_on = escapes && !self.is_end(end + 2, to);
                    end += 1 + usize::from(goes_on);
                }
                _ if backslashes > 0 => {
                    // The quote around it all: never closed within.
                    return Some((from..end, end));
                }
                _ => {
                    let rest = &self.bytes[end + 1..to];
                    let shell = rest.starts_with(b"\\''") && quote == b'\'';
                    let doubled = rest.first() == Some(&quote) && end > from && !self.is_end(end + 2, to);
                    if shell {
                        end += 4;
                    } else if doubled {
                        end += 2;
                    } else {
                        return Some((from..end, end + 1));
                    }
                }
            }
        }
        // Never closed: what is on its line.
        let line = memchr::memchr2(b'\n', b'\r', &self.bytes[from..to]).map_or(to, |len| from + len);
        (line > from).then_some((from..line, line))
    }

    /// True if what stands here ends a value: nothing that a quote would go on with.
    fn is_end(&self, at: usize, to: usize) -> bool {
        self.byte(at).filter(|_| at < to).is_none_or(|byte| {
            byte.is_ascii_whitespace()
                || matches!(byte, b',' | b'}' | b']' | b')' | b';' | b':' | b'"' | b'\'' | b'+')
        })
    }

    /// `@"⏎…⏎"@`
    fn here_string(&mut self, at: usize, to: usize) -> Value {
        let quote = self.bytes[at + 1];
        let Some(line) = memchr::memchr(b'\n', &self.bytes[at..to.min(at + 80)]) else { return Value::None };
        let from = at + line + 1;
        let endless = usize::from(quote == b'"');
        if self.endless[endless] {
            return Value::None;
        }
        let closing = [b'\n', quote, b'@'];
        let Some(len) = memchr::memmem::find(&self.bytes[from - 1..to], &closing) else {
            self.endless[endless] = to == self.bytes.len();
            return Value::None;
        };
        self.steps += len;
        let end = from - 1 + len;
        Value::Text { content: from.min(end)..end, end: end + 3 }
    }

    /// `name: |`, with lines that are further in.
    fn block(&mut self, name: &Name<'t>, at: usize, to: usize) -> Value {
        let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let window = name.start.saturating_sub(MAX_NAME);
        let line =
            memchr::memrchr(b'\n', &self.bytes[window..name.start]).map_or(window, |len| window + len + 1);
        let own = self.text.get(line..name.start).map_or(0, indentation);
        let Some(first) = memchr::memchr(b'\n', &self.bytes[at..to]).map(|len| at + len + 1) else {
            return Value::None;
        };
        let mut end = first;
        for line in self.text.get(first..to).unwrap_or_default().split_inclusive('\n') {
            self.steps += line.len();
            if !line.trim().is_empty() && indentation(line) <= own {
                break;
            }
            end += line.len();
        }
        let content = self.text.get(first..end).unwrap_or_default();
        let lead = content.len() - content.trim_start().len();
        let content = first + lead..first + content.trim_end().len().max(lead);
        Value::Text { content, end }
    }

    /// Takes what was found; returns where to go on.
    fn take(&mut self, value: Value, kind: SecretKind, class: Class, to: usize, depth: u8) -> Option<usize> {
        match value {
            Value::None => None,
            Value::Text { content, end } => {
                let opened = content.start.checked_sub(1).map(|at| self.bytes[at]);
                self.consider(kind, class, content.clone());
                self.added(end, to, kind, class, opened);
                if depth < MAX_DEPTH {
                    self.range(content.start, content.end, depth + 1);
                }
                Some(end)
            }
            Value::Tree(at) => {
                let (leaves, end) = self.leaves(at, to);
                for leaf in leaves {
                    self.consider(kind, class, leaf);
                }
                if depth < MAX_DEPTH {
                    self.range(at + 1, end, depth + 1);
                }
                Some(end)
            }
        }
    }

    /// What a text goes on with: `'Bearer ' + $token`, `'Bearer '"$token"`, `"x", "y"` where a comma splits it.
    fn added(&mut self, end: usize, to: usize, kind: SecretKind, class: Class, opened: Option<u8>) {
        let rest = &self.bytes[end.min(to)..to.min(end + 128)];
        let quotes = rest.iter().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
        let blanks =
            |from: usize| rest[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let sign = blanks(0);
        let is_joined = rest.get(sign) == Some(&b'+');
        let is_split = opened == Some(b'"') && rest.get(sign) == Some(&b',');
        if is_joined || is_split {
            let next = sign + 1 + blanks(sign + 1);
            if matches!(rest.get(next), Some(b'"' | b'\''))
                && let Some((content, after)) = self.quoted(end + next, to)
            {
                // Where it has a value of its own, or is one in a list, it is not a part of this one.
                let behind = self.bytes[after..to].iter().take(16).find(|byte| !byte.is_ascii_whitespace());
                let is_part = is_joined || matches!(behind, Some(b',' | b'}')) && !content.is_empty();
                if is_part {
                    self.consider(kind, class, content);
                }
                return;
            }
        }
        // `'Bearer {0}' -f '…'`
        let format = quotes + blanks(quotes);
        if rest.get(format..format + 3) == Some(b"-f ") {
            if let Some((content, _)) = self.argument(end + format + 3, to) {
                self.consider(kind, class, content);
            }
            return;
        }
        let ends: fn(&u8) -> bool = if is_joined {
            |byte| matches!(byte, b'\n' | b';')
        } else if quotes > 0 && rest.get(quotes) == Some(&b'$') {
            u8::is_ascii_whitespace
        } else if quotes == 2 && rest[0] != rest[1] {
            // `"Authorization: Bearer "'…'`
            let quote = rest[1];
            let from = end + 2;
            let rest = &self.bytes[from..to.min(from + MAX_ADDED)];
            if let Some(len) = rest.iter().position(|&byte| byte == quote || byte == b'\n') {
                self.consider(kind, class, from..from + len);
            }
            return;
        } else {
            return;
        };
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        self.want(&String::from_utf8_lossy(&rest[..len]), class);
    }

    fn want(&mut self, text: &str, class: Class) {
        let wanted = &mut self.wanted;
        references(text, |name| {
            wanted.entry(name.to_ascii_lowercase()).or_insert(class);
        });
    }

    /// A value at a place for secrets: a secret if it says one, else a name to follow.
    fn consider(&mut self, kind: SecretKind, class: Class, content: Range<usize>) {
        let Some(text) = self.text.get(content.clone()) else { return };
        let start = content.start + text.len() - text.trim_start().len();
        let mut range = start..(start + text.trim().len());
        let mut text = text.trim();
        if text.starts_with('[') && text.ends_with(']') {
            let mut all = Vec::new();
            literals(text, range.start, |literal| all.push(literal));
            // What a script is put together from is mostly names and addresses; what it is as a whole is followed.
            let mut count = 0;
            references(text, |_| count += 1);
            if class != Class::CustomData || all.is_empty() && count == 1 {
                self.want(text, class);
            }
            for literal in all {
                self.push(kind, literal, class);
            }
            return;
        }
        if class == Class::Authorization || text.starts_with("Bearer ") || text.starts_with("Basic ") {
            let Some(credentials) = credentials_of(text) else { return };
            range.start = range.end - credentials.len();
            text = credentials;
        }
        if class == Class::Header && text.contains('=') && text.contains(';') {
            self.cookies(kind, range.clone());
        }
        // A file that holds it is not the secret.
        let is_file =
            class == Class::CustomData && text.starts_with('@') && !text.contains(char::is_whitespace);
        if is_open(text) {
            self.want(text, class);
        } else if !is_file {
            self.push(kind, range, class);
        }
    }

    fn push(&mut self, kind: SecretKind, range: Range<usize>, class: Class) {
        let text = &self.text[range.clone()];
        let mut more = Vec::new();
        if class == Class::CustomData {
            more = value::within_base64(text);
            more.push(base64::encode(text.as_bytes()));
        }
        if class == Class::Authorization
            && let Some((_, password)) = base64::decode(text).as_deref().and_then(|pair| pair.split_once(':'))
        {
            more.push(password.to_owned());
        }
        if text.contains(['"', '\'']) {
            more.push(text.replace(['"', '\''], ""));
        }
        self.found.push(Found { kind, range, more });
    }

    /// The values of `a=…; b=…`, each alone.
    fn cookies(&mut self, kind: SecretKind, range: Range<usize>) {
        let mut at = range.start;
        for cookie in self.text[range].split(';') {
            let start = at;
            at += cookie.len() + 1;
            let Some((_, value)) = cookie.split_once('=') else { continue };
            let value = value.trim_end();
            let from = start + cookie.trim_end().len() - value.len();
            if !is_open(value) && value.len() >= 6 {
                self.push(kind, from..from + value.len(), Class::Header);
            }
        }
    }

    /// The strings, numbers and booleans within the object or list at `at`, and where it ends.
    fn leaves(&mut self, at: usize, to: usize) -> (Vec<Range<usize>>, usize) {
        let to = to.min(at + MAX_TREE);
        let mut leaves: Vec<(bool, Range<usize>)> = Vec::new();
        let mut depth = 0_usize;
        // The depth at which a member that only describes began.
        let mut describing: Option<usize> = None;
        // A member says the value itself (`defaultValue`, `value`): the others are about it.
        let mut is_value = false;
        let mut says_value = false;
        let mut here = at;
        while here < to {
            let byte = self.bytes[here];
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if describing.is_some_and(|begun| depth < begun) {
                        describing = None;
                    }
                    if depth == 0 {
                        here += 1;
                        break;
                    }
                }
                b',' | b';' if describing == Some(depth) => describing = None,
                b'"' | b'\'' | b'\\' => {
                    let Some((content, end)) = self.quoted(here, to) else {
                        here += 1;
                        continue;
                    };
                    if content.end > content.start || end > here + 1 {
                        let next = self.bytes[end..to].iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                        let is_name = matches!(next.map(|len| self.bytes[end + len]), Some(b':' | b'='));
                        if is_name {
                            let name = self.text.get(content).unwrap_or_default();
                            Self::member(name, depth, &mut describing, &mut is_value, &mut says_value);
                        } else if describing.is_none() {
                            leaves.push((is_value, content));
                        }
                    }
                    here = end.max(here + 1);
                    continue;
                }
                _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'+' | b'-') => {
                    let ends = |byte: &u8| {
                        byte.is_ascii_whitespace()
                            || matches!(
                                byte,
                                b',' | b';' | b'}' | b']' | b':' | b'=' | b'"' | b'\'' | b'\\' | b')'
                            )
                    };
                    let len = self.bytes[here..to].iter().position(ends).unwrap_or(to - here).max(1);
                    let end = here + len;
                    let next = self.bytes[end..to].iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                    if matches!(next.map(|len| self.bytes[end + len]), Some(b':' | b'=')) {
                        let name = self.text.get(here..end).unwrap_or_default();
                        Self::member(name, depth, &mut describing, &mut is_value, &mut says_value);
                    } else if describing.is_none() && self.text.get(here..end).is_some() {
                        leaves.push((is_value, here..end));
                    }
                    here = end;
                    continue;
                }
                // Where a block ends another text begins.
                b'\n' if self.is_fence(here) => break,
                _ => {}
            }
            here += 1;
        }
        self.steps += here - at;
        let mut end = here;
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let leaves =
            leaves.into_iter().filter(|(of_value, _)| *of_value || !says_value).map(|(_, leaf)| leaf);
        (leaves.collect(), end.max(at + 1))
    }

    fn member(
        name: &str,
        depth: usize,
        describing: &mut Option<usize>,
        is_value: &mut bool,
        says_value: &mut bool,
    ) {
        if depth == 1 {
            *is_value = name.eq_ignore_ascii_case("defaultValue") || name.eq_ignore_ascii_case("value");
            *says_value |= *is_value;
        }
        if describing.is_none() && describes(name) {
            *describing = Some(depth);
        }
    }

    /// Follows the variables that secrets were written into, and those that these were made from.
    fn follow(&mut self) {
        let mut known: HashSet<String> = HashSet::new();
        for _ in 0..MAX_HOPS {
            let mut names = std::mem::take(&mut self.wanted);
            names.retain(|name, _| known.insert(name.clone()));
            if names.is_empty() {
                return;
            }
            self.assignments(&names);
            self.commands(&names);
        }
    }

    /// `read NAME <<< …`, `Set-Variable -Name NAME -Value …`.
    fn commands(&mut self, names: &HashMap<String, Class>) {
        let to = self.text.len();
        let here: Vec<usize> = memchr::memmem::find_iter(self.bytes, "<<<").collect();
        for at in here {
            let class =
                self.name_before(at).and_then(|name| names.get(&name.text.to_ascii_lowercase()).copied());
            if let Some(class) = class
                && let Some((content, _)) = self.argument(at + 3, to)
            {
                self.consider(SecretKind::Variable, class, content);
            }
        }
        for command in ["Set-Variable ", "set-variable ", "New-Variable ", "setx "] {
            let places: Vec<usize> = memchr::memmem::find_iter(self.bytes, command).collect();
            for at in places {
                let mut here = at + command.len();
                let mut class = None;
                for _ in 0..4 {
                    let Some((content, end)) = self.argument(here, to) else { break };
                    let word = &self.text[content.clone()];
                    here = end;
                    if word.starts_with('-') {
                        continue;
                    }
                    match class {
                        None => class = names.get(&word.to_ascii_lowercase()).copied(),
                        Some(class) => self.consider(SecretKind::Variable, class, content),
                    }
                    if class.is_none() {
                        break;
                    }
                }
            }
        }
    }

    /// The values that `names` are given.
    fn assignments(&mut self, names: &HashMap<String, Class>) {
        let mut lower = String::with_capacity(MAX_NAME);
        let to = self.text.len();
        let mut done = 0;
        for at in memchr::memchr2_iter(b':', b'=', self.bytes) {
            if at < done {
                continue;
            }
            self.steps += 1;
            let Some(name) = self.name_before(at) else { continue };
            lower.clear();
            lower.push_str(name.text);
            lower.make_ascii_lowercase();
            let separator = self.bytes[at];
            if lower == "name" {
                self.named_setting(at, to, &name, names);
            }
            let Some(&class) = names.get(lower.as_str()) else { continue };
            let value = self.value(at + 1, to, separator, &name, Class::Property);
            match value {
                Value::None => {}
                Value::Text { content, end } => {
                    self.consider(SecretKind::Variable, class, content);
                    self.added(end, to, SecretKind::Variable, class, None);
                    done = end;
                }
                Value::Tree(from) => {
                    let (leaves, end) = self.leaves(from, to);
                    for leaf in leaves {
                        self.consider(SecretKind::Variable, class, leaf);
                    }
                    done = end;
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Holds {
    Credentials,
    Cookie,
    Certificate,
    Whole,
}

/// True for a member that says what a secret is and not the secret.
pub(super) fn describes(name: &str) -> bool {
    DESCRIBING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What stands behind the scheme; `None` for a scheme alone.
fn credentials_of(text: &str) -> Option<&str> {
    let is_scheme = |word: &str| {
        !word.is_empty()
            && word.len() <= 20
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text.split_once(char::is_whitespace) {
        Some((scheme, rest)) if is_scheme(scheme) => Some(rest.trim()),
        None if ["bearer", "basic", "digest", "negotiate", "sharedkey"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(text)) =>
        {
            None
        }
        Some(_) | None => Some(text),
    }
}

/// True for the parts of a connection string that let somebody in.
fn is_of_connection(name: &str) -> bool {
    [
        "AccountKey",
        "SharedAccessKey",
        "SharedAccessSignature",
        "Password",
        "Pwd",
        "PrimaryKey",
        "ClientSecret",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> usize {
        let mut scan = Scan::new(text);
        scan.range(0, text.len(), 0);
        scan.secure_strings();
        scan.follow();
        scan.steps
    }

    /// Texts that make a scan that goes back, or looks for an end again and again, slow.
    #[test]
    fn work_is_linear_in_the_text() {
        let pieces = [
            "\"adminPassword\":\"x9-abcdefgh\",",
            "password=\"",
            "password='",
            "password=\\\"",
            "password: (",
            "password:x ",
            "password: x y ",
            "\"password\":{",
            "\"password\":[1,",
            "password=@\"\n",
            "password: |\n ",
            "ConvertTo-SecureString",
            "ConvertTo-SecureString 'x",
            "curl (-ux",
            "curl -u 'x",
            "https://a:",
            "a=$a;password=$a;",
            "sig=x&",
            "?sig=",
            "Authorization: ",
            "\"a\",\"password\",",
            "\"pass\",      ",
            "\\",
            "-",
            ":",
            "=",
            "\n\n",
            "&quot;password&quot;:&quot;",
            "password=a'b'",
            "$x = $x; Authorization = $x;",
            "Authorization: $t;name: t\n",
            "Authorization: $t\nread t <<< 'x",
            "Authorization: $t\nSet-Variable t ",
            "password=$(echo ",
            "password=$(cat <<E\n",
            "password=${a:-",
            "x' | ConvertTo-SecureString ",
            "Bearer ",
            "('password', '",
            "mysql -p",
        ];
        for piece in pieces {
            let counts: Vec<usize> = (0..5).map(|power| steps(&piece.repeat(200 << power))).collect();
            for pair in counts.windows(2) {
                assert!(pair[1] <= pair[0] * 23 / 10 + 100, "{piece:?}: {counts:?}");
            }
            let longest = piece.len() * (200 << 4);
            assert!(counts[4] <= 64 * longest + 1000, "{piece:?}: {counts:?} of {longest}");
        }
    }

    #[test]
    fn values_end_where_their_notation_ends_them() {
        let found = |text: &str| {
            let mut found: Vec<_> =
                all(text, Vec::new()).into_iter().map(|it| text[it.range].to_owned()).collect();
            found.dedup();
            found
        };
        for (text, values) in [
            ("\"adminPassword\": \"a\\\"b\", \"x\": 1", vec!["a\\\"b"]),
            ("\\\"adminPassword\\\": \\\"ab\\\\\\\"c\\\", \\\"x\\\": 1", vec!["ab\\\\\\\"c"]),
            ("adminPassword: 'it''s x', b", vec!["it''s x"]),
            ("PASSWORD='it'\\''s'; ls", vec!["it'\\''s"]),
            ("PASSWORD=abc'd e'f; ls", vec!["abc'd e'f"]),
            ("  PASSWORD: abc def # why", vec!["abc def"]),
            ("a?sig=x%2By&se=1", vec!["x%2By"]),
            ("AccountName=a;AccountKey=k/y==;X=1", vec!["k/y=="]),
            ("$password = @'\na b\n'@", vec!["a b"]),
            ("password: |\n    one\n    two\nother: x", vec!["one\n    two"]),
            (
                "\"adminPassword\": {\"type\": \"securestring\", \"metadata\": {\"description\": \"why\"}}",
                vec![],
            ),
            ("\"adminPassword\": {\"type\": \"securestring\", \"defaultValue\": \"x-y-z\"}", vec!["x-y-z"]),
            ("\"required\": [\"adminPassword\", \"location\"]", vec![]),
            ("const password = getPassword();", vec![]),
            ("$password = Get-Secret -Name x", vec![]),
            ("The password: the one that you have chosen before", vec![]),
            ("password: string;", vec!["string;"]),
        ] {
            assert_eq!(found(text), values, "{text}");
        }
    }
}
