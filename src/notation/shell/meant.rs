//! Bodies whose own quotes the shell takes for its own: what was meant is JSON, what arrives is not.

use super::RedirectKind;
use super::lexer::Lexer;
use crate::json;
use crate::notation::{Quoting, QuotingKind};
use crate::text::{Encoding, Span};

/// A body as it was meant.
#[derive(Debug)]
pub(super) struct Meant {
    /// Where the JSON begins and ends.
    pub(super) json: Span,
    /// Where the word goes on, behind the closing quote.
    pub(super) end: usize,
    /// The quotes that a shell reads as its own, in order.
    pub(super) eaten: Vec<usize>,
    /// JSON's own `\"`, where its strings stand in `"` without backslashes.
    pub(super) inner: Vec<usize>,
    /// Its strings stand in `'`.
    pub(super) apostrophes: bool,
    /// Its strings stand in `\"`.
    pub(super) escaped: bool,
    /// It has a blank outside of what a shell would take for quotes.
    pub(super) blank: Option<usize>,
}

impl Lexer<'_, '_> {
    /// Reads a body at the opening quote here, if the words that the shell makes of it are none and its quotes are
    /// the reason. Says so and steps behind it.
    pub(super) fn eaten_body(&mut self) -> bool {
        let quote = self.bytes[self.at];
        let quoted = matches!(quote, b'"' | b'\'');
        let begins = self.word.is_none()
            || self.bytes[self.at - 1] == b'='
            || self.word_text().is_some_and(|it| matches!(it, "-d" | "-b"));
        if self.natural || self.dialect.command_prompt || !begins || !self.may_hold_body() {
            return false;
        }
        let from = self.at + usize::from(quoted);
        let Some(mut meant) = self.meant(from, quoted.then_some(quote)) else { return false };
        self.keep_written_apostrophes(quote, &mut meant);
        let braces = (!quoted && meant.eaten.is_empty()).then(|| self.expands_within(meant.json)).flatten();
        if !quoted && meant.eaten.is_empty() && meant.blank.is_none() && braces.is_none() {
            return false;
        }
        if quoted && meant.eaten.is_empty() {
            return false;
        }
        let whole = Span::new(self.at, meant.end);
        if braces.is_none() && self.is_sent_as_json(whole) && !self.has_apostrophe_in_word(&meant) {
            return false;
        }
        let quoting = match braces {
            Some(at) => self.say_expanded(at, &meant),
            None => self.say_eaten(quote, &meant),
        };
        self.tell(quoting);
        let encoding = if quoted { Encoding::ShellSingle } else { Encoding::ShellBare };
        self.open(from, encoding).copy(meant.json, encoding);
        self.at = meant.end;
        true
    }

    /// Reads an argument in typographic quotes, which are letters to the shell. Says so and steps behind it.
    pub(super) fn typographic(&mut self) -> bool {
        let begins = self.word.is_none()
            || self.bytes[self.at - 1] == b'='
            || self.word_text().is_some_and(|it| matches!(it, "-d" | "-b" | "-H"));
        if self.natural || !begins || !self.is_request() {
            return false;
        }
        let open = self.text[self.at..].chars().next().unwrap_or_default();
        let Some(family) = [SINGLE_MARKS, DOUBLE_MARKS].into_iter().find(|marks| marks.contains(open)) else {
            return false;
        };
        let from = self.at + open.len_utf8();
        let Some(close) = self.typographic_end(from, family) else { return false };
        let end = close + self.text[close..].chars().next().map_or(0, char::len_utf8);
        let marks = [Span::new(self.at, from), Span::new(close, end)];
        let straight = straight_marks(&self.text[from..close], family == SINGLE_MARKS);
        let quoting = Quoting::new(
            QuotingKind::TypographicQuotes,
            self.code.to_file(marks[0]),
            "typographic quotes are letters to the shell: they do not hold the argument together",
        )
        .help("write straight quotes");
        let edits = straight.map(|quote| marks.map(|mark| (mark, quote.to_owned())).to_vec());
        let quoting = self.with_edits(quoting, "write straight quotes", edits);
        // PowerShell reads them as its own.
        self.tell(if self.dialect.unsaid { quoting.note() } else { quoting });
        let encoding = if family == SINGLE_MARKS { Encoding::ShellSingle } else { Encoding::ShellDouble };
        self.open(from, encoding).copy(Span::new(from, close), encoding);
        self.at = end;
        true
    }

    /// Where the quote stands that closes the text from `from` on, which may run over lines if it is JSON.
    fn typographic_end(&mut self, from: usize, marks: &str) -> Option<usize> {
        let limit = self.text.floor_char_boundary(self.end.min(from + self.meant_budget));
        let text = &self.text[from..limit];
        let is_json = text.trim_start().starts_with(['{', '[']);
        let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '|' | ')'));
        let mut chars = text.char_indices().peekable();
        let mut found = None;
        let mut read = text.len();
        while let Some((at, c)) = chars.next() {
            let is_end = marks.contains(c) && ends(chars.peek().map(|(_, next)| *next));
            if is_end || (c == '\n' && !is_json) {
                (found, read) = (is_end.then_some(from + at), at);
                break;
            }
        }
        self.meant_budget = self.meant_budget.saturating_sub(read);
        found.filter(|close| *close > from)
    }

    /// Takes the quotes of `'\''` out of the eaten ones: that is how an apostrophe is written within single quotes.
    fn keep_written_apostrophes(&self, quote: u8, meant: &mut Meant) {
        if quote != b'\'' {
            return;
        }
        let bytes = self.bytes;
        let mut written = 0;
        meant.eaten.retain(|&at| {
            if bytes[at..].starts_with(br"'\''") {
                written = at + 4;
            }
            at >= written
        });
    }

    /// True if an argument here may be a body: of a program that makes requests, of one that writes text, or of
    /// an assignment.
    fn may_hold_body(&self) -> bool {
        if self.redirect == Some(RedirectKind::HereString) {
            return true;
        }
        let name = self.command.program_name();
        match name.as_deref() {
            Some(name) => {
                super::starts::is_known(name) || matches!(name, "echo" | "printf" | "export" | "local")
            }
            None => true,
        }
    }

    /// True if the words that the shell makes of `whole` are one, and that one is JSON.
    fn is_sent_as_json(&self, whole: Span) -> bool {
        let mut lexer = Lexer::new(self.code, whole, self.dialect);
        lexer.natural = true;
        let (commands, _) = lexer.run();
        let [command] = commands.as_slice() else { return false };
        let [word] = command.words.as_slice() else { return false };
        if !command.quoting.is_empty() {
            return false;
        }
        let text = word.text.text();
        let mut filled = String::new();
        let mut done = 0;
        for span in word.text.expansions() {
            filled.push_str(&text[done..span.start as usize]);
            filled.push('0');
            done = span.end as usize;
        }
        filled.push_str(&text[done..]);
        json::Tree::parse(&filled, json::Dialect::STRICT).mistakes().is_empty()
    }

    /// `O'Brien's`: the shell drops both, and what is left is JSON.
    fn has_apostrophe_in_word(&self, meant: &Meant) -> bool {
        !meant.apostrophes && meant.eaten.iter().any(|&at| self.bytes[at] == b'\'' && self.is_in_word(at))
    }

    /// True if letters stand on both sides.
    fn is_in_word(&self, at: usize) -> bool {
        let is_letter = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        at > 0 && is_letter(at - 1) && is_letter(at + 1)
    }

    /// The first brace of a body without quotes that is more than one word.
    fn expands_within(&self, json: Span) -> Option<usize> {
        let mut places = Vec::new();
        let mut at = json.start as usize;
        while at < json.end as usize {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'{' | b'}' | b',' => places.push(at),
                _ => {}
            }
            at += 1;
        }
        super::braces::expands(self.bytes, &places)
    }

    fn say_expanded(&self, at: usize, meant: &Meant) -> Quoting {
        let quoting = Quoting::new(
            QuotingKind::BracesExpanded,
            self.code.to_file(Span::new(at, at + 1)),
            "the shell makes several words of what stands in these braces",
        )
        .help("put the body in single quotes");
        self.with_edits(quoting, "put the body in single quotes", self.in_single_quotes(meant, false))
    }

    fn say_eaten(&self, quote: u8, meant: &Meant) -> Quoting {
        use QuotingKind as K;
        let code = self.code;
        let at = |span: Span| code.to_file(span);
        let Some(&first) = meant.eaten.first() else {
            let blank = meant.blank.unwrap_or(meant.json.start as usize);
            let quoting = Quoting::new(
                K::WordsRunTogether,
                at(Span::new(blank, blank + 1)),
                "the blank ends the argument: the rest of the body becomes other words",
            )
            .help("put the body in single quotes");
            return self.with_edits(
                quoting,
                "put the body in single quotes",
                self.in_single_quotes(meant, false),
            );
        };
        let span = at(Span::new(first, first + 1));
        match quote {
            b'\'' if !meant.apostrophes => {
                let quoting = Quoting::new(
                    K::QuotesEaten,
                    span,
                    "this `'` ends the argument: the shell reads on behind it, and the body never arrives",
                )
                .help(r"within single quotes write `'\''` for an apostrophe");
                // Of several some may be meant to end the quotes: `'"$NAME"'`.
                let one_reading = meant.eaten.len() == 1 || meant.eaten.iter().all(|&it| self.is_in_word(it));
                let edits = meant.eaten.iter().map(|&it| (Span::new(it, it + 1), r"'\''".to_owned()));
                let edits = one_reading.then(|| edits.collect());
                self.with_edits(quoting, r"write `'\''`", edits)
            }
            b'\'' => {
                let quoting = Quoting::new(
                    K::QuotesEaten,
                    span,
                    "the shell takes the quotes within the quotes off: what arrives is not JSON",
                )
                .help("JSON's own quotes are `\"`; within single quotes they stay");
                let edits = meant.eaten.iter().map(|&it| (Span::new(it, it + 1), "\"".to_owned())).collect();
                self.with_edits(quoting, "write JSON's quotes as `\"`", Some(edits))
            }
            b'"' => {
                let quoting = Quoting::new(
                    K::QuotesEaten,
                    span,
                    "this `\"` ends the quoted text: the shell takes JSON's own quotes off",
                );
                if meant.escaped {
                    let edits = meant.eaten.iter().map(|&it| (Span::at(it), "\\".to_owned())).collect();
                    let quoting = quoting.help("write `\\\"` for each quote of the body");
                    return self.with_edits(quoting, "write `\\\"`", Some(edits));
                }
                let quoting =
                    quoting.help("put the body in single quotes, or write `\\\"` for each of its quotes");
                match self.in_single_quotes(meant, true) {
                    Some(edits) => self.with_edits(quoting, "put the body in single quotes", Some(edits)),
                    None => self.with_edits(quoting, "write `\\\"`", self.in_double_quotes(meant)),
                }
            }
            _ => {
                let quoting = Quoting::new(
                    K::QuotesEaten,
                    span,
                    "the shell takes the quotes of a body without quotes around it off: what arrives is not JSON",
                )
                .help("put the body in single quotes");
                self.with_edits(quoting, "put the body in single quotes", self.in_single_quotes(meant, false))
            }
        }
    }

    /// With edits of this text, where they can be written through what is around it.
    pub(super) fn with_edits(
        &self,
        quoting: Quoting,
        title: &'static str,
        edits: Option<Vec<(Span, String)>>,
    ) -> Quoting {
        quoting.with_edits(self.code, title, edits)
    }

    /// The edits that put the body in single quotes, if it is the same there: nothing in it is the shell's.
    fn in_single_quotes(&self, meant: &Meant, quoted: bool) -> Option<Vec<(Span, String)>> {
        let json = &self.text[meant.json.range()];
        if json.contains(['\'', '`', '$']) {
            return None;
        }
        let (start, end) = (meant.json.start as usize, meant.json.end as usize);
        if quoted {
            let (open, close) = (start - 1, meant.end - 1);
            let quote = |at| (Span::new(at, at + 1), "'".to_owned());
            // A backslash is JSON's own within its strings alone.
            let escapes = memchr::memchr_iter(b'\\', json.as_bytes()).count();
            return (escapes == meant.inner.len()).then(|| vec![quote(open), quote(close)]);
        }
        let mut edits = vec![(Span::at(start), "'".to_owned())];
        if meant.escaped {
            let text = json.as_bytes();
            let mut at = 0;
            while let Some(len) = memchr::memchr(b'\\', &text[at..]) {
                at += len;
                edits.push((Span::new(start + at, start + at + 1), String::new()));
                at += 2;
                if at > text.len() {
                    return None;
                }
            }
        } else if json.contains('\\') {
            return None;
        }
        edits.push((Span::at(end), "'".to_owned()));
        Some(edits)
    }

    /// The edits that give each quote of the body a backslash.
    fn in_double_quotes(&self, meant: &Meant) -> Option<Vec<(Span, String)>> {
        let json = &self.text[meant.json.range()];
        let escapes = memchr::memchr_iter(b'\\', json.as_bytes()).count();
        if json.contains('`') || escapes != meant.inner.len() {
            return None;
        }
        let eaten = meant.eaten.iter().map(|&at| (Span::at(at), "\\".to_owned()));
        let mut edits: Vec<(Span, String)> =
            eaten.chain(meant.inner.iter().map(|&at| (Span::at(at), "\\\\".to_owned()))).collect();
        edits.sort_by_key(|(span, _)| *span);
        Some(edits)
    }

    /// The JSON that begins at `from`, in quotes of `quote` or none.
    fn meant(&mut self, from: usize, quote: Option<u8>) -> Option<Meant> {
        if !self.text[from..self.end].trim_start().starts_with(['{', '[']) {
            return None;
        }
        let limit = self.end.min(from + self.meant_budget);
        let (meant, used) = body_at(&self.bytes[..limit], from, quote);
        self.meant_budget = self.meant_budget.saturating_sub(used);
        meant
    }
}

/// The JSON that begins at `from`, in quotes of `quote` or none, and how far was looked for it.
pub(super) fn body_at(bytes: &[u8], from: usize, quote: Option<u8>) -> (Option<Meant>, usize) {
    let meant = Meant {
        json: Span::at(from),
        end: from,
        eaten: Vec::new(),
        inner: Vec::new(),
        apostrophes: false,
        escaped: false,
        blank: None,
    };
    let mut scan = Scan { bytes, at: from, quote, meant, style: None };
    let found = scan.value_in_word();
    let Scan { at, meant, style, .. } = scan;
    // Without a string nothing tells a body from a group of commands.
    ((found && style.is_some()).then_some(meant), at.saturating_sub(from))
}

/// Typographic quotes that stand for `'`.
const SINGLE_MARKS: &str = "\u{2018}\u{2019}\u{201a}\u{201b}";
/// Typographic quotes that stand for `"`.
const DOUBLE_MARKS: &str = "\u{201c}\u{201d}\u{201e}\u{201f}";

/// The quotes that hold `text` together and leave it as it is, if there is one reading.
fn straight_marks(text: &str, is_single: bool) -> Option<&'static str> {
    let has_single = text.contains('\'');
    if is_single {
        return (!has_single).then_some("'");
    }
    let mut quotes = text.match_indices('"');
    if quotes.clone().all(|(at, _)| text[..at].ends_with('\\')) {
        return Some("\"");
    }
    let is_plain = quotes.next().is_some() && !has_single && !text.contains(['$', '`', '\\']);
    is_plain.then_some("'")
}

/// How the strings of a body begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Escaped,
    Apostrophe,
}

/// Most brackets that are open at once.
const MAX_DEPTH: usize = 64;

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    quote: Option<u8>,
    meant: Meant,
    style: Option<Style>,
}

impl Scan<'_> {
    /// Steps over brackets, strings and words up to the bracket that closes the first, and over the closing quote.
    fn value_in_word(&mut self) -> bool {
        let start = self.at;
        let mut open: Vec<u8> = Vec::new();
        // What may stand here: JSON's own order, so that no other text is taken for it.
        let mut value_due = true;
        loop {
            self.skip_blanks();
            let Some(&byte) = self.bytes.get(self.at) else { return false };
            match byte {
                b'{' | b'[' if value_due => {
                    if open.len() == MAX_DEPTH {
                        return false;
                    }
                    open.push(if byte == b'{' { b'}' } else { b']' });
                    self.at += 1;
                }
                b'}' | b']' => {
                    if open.pop() != Some(byte) {
                        return false;
                    }
                    self.at += 1;
                    value_due = false;
                    if open.is_empty() {
                        break;
                    }
                }
                b',' | b':' if !value_due => {
                    value_due = true;
                    self.at += 1;
                }
                b'"' | b'\'' | b'\\' if value_due => {
                    if !self.string() {
                        return false;
                    }
                    value_due = false;
                }
                _ if value_due
                    && (byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'$' || byte == b'<') =>
                {
                    if !self.bare() {
                        return false;
                    }
                    value_due = false;
                }
                _ => return false,
            }
        }
        self.meant.escaped = self.style == Some(Style::Escaped);
        self.meant.apostrophes = self.style == Some(Style::Apostrophe);
        self.meant.json = Span::new(start, self.at);
        if let Some(quote) = self.quote {
            let blank = self.bytes[self.at..].iter().position(|byte| !byte.is_ascii_whitespace());
            self.at += blank.unwrap_or(0);
            self.meant.json = Span::new(start, self.at);
            if self.bytes.get(self.at) != Some(&quote) {
                return false;
            }
            self.at += 1;
        }
        self.meant.end = self.at;
        let rest = &self.bytes[self.at..];
        match rest.first() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b')' | b'<' | b'>') => true,
            Some(b'\\') => matches!(rest.get(1), Some(b'\n' | b'\r' | b' ')),
            _ => false,
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_whitespace()) {
            // Without quotes a line ends the command.
            if *byte == b'\n' && self.quote.is_none() {
                return;
            }
            self.meant.blank.get_or_insert(self.at);
            self.at += 1;
        }
    }

    /// Steps over a number, a word of JSON's, a variable or a placeholder.
    fn bare(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let len = rest
            .iter()
            .take(200)
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'\'' | b'\n'))
            .unwrap_or(rest.len());
        // `${NAME}`
        let len = if rest.starts_with(b"${") {
            rest.iter().position(|byte| *byte == b'}').map_or(len, |it| it + 1)
        } else {
            len
        };
        self.at += len;
        len > 0 && len < 200
    }

    /// True if the quote that ends a string from `from` on has a backslash before it, and a `:`, `,` or bracket behind it.
    fn ends_escaped(&self, from: usize) -> bool {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let rest = &rest[..rest.len().min(200)];
        let end = memchr::memchr(b'"', rest).filter(|end| *end > 0 && rest[end - 1] == b'\\');
        let behind = end.and_then(|end| rest[end + 1..].iter().find(|byte| !byte.is_ascii_whitespace()));
        behind.is_some_and(|byte| matches!(byte, b':' | b',' | b'}' | b']'))
    }

    /// Steps over a string and notes the quotes that a shell takes for its own.
    fn string(&mut self) -> bool {
        let style = match (self.bytes[self.at], self.bytes.get(self.at + 1)) {
            (b'"', _) => Style::Plain,
            (b'\'', _) => Style::Apostrophe,
            (b'\\', Some(b'"')) => Style::Escaped,
            _ => return false,
        };
        let first = *self.style.get_or_insert(match style {
            // The first escape is the one that was forgotten.
            Style::Plain if self.quote == Some(b'"') && self.ends_escaped(self.at + 1) => Style::Escaped,
            style => style,
        });
        // One escape that was forgotten among others.
        let slip = first == Style::Escaped && style == Style::Plain && self.quote == Some(b'"');
        if style != first && !slip {
            return false;
        }
        if first == Style::Escaped && self.quote == Some(b'\'') {
            return false;
        }
        let eats = match style {
            Style::Plain => self.quote != Some(b'\''),
            Style::Apostrophe => self.quote != Some(b'"'),
            Style::Escaped => false,
        };
        if eats {
            self.meant.eaten.push(self.at);
        }
        self.at += if style == Style::Escaped { 2 } else { 1 };
        while let Some(&byte) = self.bytes.get(self.at) {
            match (first, byte) {
                (Style::Plain, b'"') | (Style::Apostrophe, b'\'') => {
                    if eats {
                        self.meant.eaten.push(self.at);
                    }
                    self.at += 1;
                    return true;
                }
                (Style::Escaped, b'"') if self.quote == Some(b'"') => {
                    self.meant.eaten.push(self.at);
                    self.at += 1;
                    return true;
                }
                (Style::Escaped, b'\\') if self.bytes.get(self.at + 1) == Some(&b'"') => {
                    self.at += 2;
                    return true;
                }
                // JSON's own escape.
                (Style::Escaped, b'\\') if self.bytes[self.at..].starts_with(b"\\\\\\\"") => self.at += 4,
                (_, b'\\') => {
                    self.meant.inner.push(self.at);
                    // Within single quotes a backslash shields nothing: what follows it may be a written apostrophe.
                    let written =
                        self.quote == Some(b'\'') && self.bytes[self.at + 1..].starts_with(br"'\''");
                    self.at += if written { 5 } else { 2 };
                }
                (Style::Plain, b'\'') if self.quote == Some(b'\'') => {
                    if self.bytes[self.at..].starts_with(br"'\''") {
                        self.at += 4;
                        continue;
                    }
                    self.meant.eaten.push(self.at);
                    self.at += 1;
                }
                (_, b'\n') => return false,
                (Style::Escaped, b' ' | b'\t') => {
                    self.meant.blank.get_or_insert(self.at);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        false
    }
}
