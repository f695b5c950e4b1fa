//! From PowerShell's text to tokens. Where a token begins and ends is settled here, what it says in
//! [`super::decode`].

use super::decode::variable_len;
use super::known::{line_prompt, request_lines};
use crate::notation::Quoting;
use crate::text::{Fragment, Span};

/// More open brackets than this inside one string are no PowerShell.
const MAX_BRACKETS: usize = 64;
/// A placeholder longer than this is none.
const MAX_PLACEHOLDER: usize = 100;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word: a command, a parameter, an argument without quotes.
    Word,
    /// A text in quotes.
    Text(Quote),
    /// `$name`, with the members that are read from it.
    Variable,
    /// `@name`: a hashtable whose entries are parameters.
    Splat,
    /// `@{`, `@(`, `$(`, `(`, `{`
    Open(Bracket),
    /// `)` or `}`
    Close,
    /// `|`
    Pipe,
    /// A line break or `;`
    Separator,
    /// `,`
    Comma,
    /// `=`
    Assign,
    /// `+=` and its like.
    Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Single,
    Double,
    HereSingle,
    HereDouble,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Table,
    Array,
    Substitution,
    Paren,
    Brace,
}

impl Bracket {
    fn closer(self) -> u8 {
        if matches!(self, Self::Table | Self::Brace) { b'}' } else { b')' }
    }
}

/// A token and where it stands in the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// All of it, quotes included.
    pub(super) span: Span,
    /// What stands between the quotes; the whole span of other tokens.
    pub(super) content: Span,
    /// Of an opening bracket: the index of the token that closes it, or of the one behind the last.
    pub(super) partner: usize,
}

/// The tokens of a text and what is wrong with its quotes.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    /// Where commands may stand within strings.
    pub(super) nested: Vec<Span>,
    /// What quoting does: the token's index, and the mistake.
    pub(super) quoting: Vec<(usize, Quoting)>,
}

pub(super) fn tokens(code: &Fragment<'_>, span: Span, prompts: bool) -> Tokens {
    let text = code.text();
    let range = span.range();
    let mut lexer = Lexer {
        code,
        text,
        bytes: text.as_bytes(),
        at: range.start,
        end: range.end,
        prompts,
        tokens: Tokens::default(),
        open: Vec::new(),
        requests: request_lines(&text[range.clone()], range.start),
        unclosed_here: [usize::MAX; 2],
        unclosed_substitution: usize::MAX,
        unclosed_comment: false,
    };
    lexer.run();
    lexer.tokens
}

struct Lexer<'f, 's> {
    code: &'f Fragment<'s>,
    text: &'f str,
    bytes: &'f [u8],
    at: usize,
    end: usize,
    prompts: bool,
    tokens: Tokens,
    /// The indices of the brackets that are open.
    open: Vec<usize>,
    /// The lines that begin a request.
    requests: Vec<usize>,
    /// From here on no here-string in `'` or `"` is closed.
    unclosed_here: [usize; 2],
    unclosed_substitution: usize,
    /// No comment is closed behind this.
    unclosed_comment: bool,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        self.begin_line();
        while self.at < self.end {
            self.step();
        }
        let last = self.tokens.list.len();
        for index in self.open.drain(..) {
            self.tokens.list[index].partner = last;
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes[..self.end].get(self.at + ahead).copied()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..self.end]
    }

    fn step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.line_break(),
            b'`' | b'\\' if self.ends_line(self.at + 1) => self.continue_line(),
            b'#' => self.skip_line(),
            b'<' if self.peek(1) == Some(b'#') => self.skip_comment(),
            b';' => self.one(Kind::Separator, 1),
            b'|' if self.peek(1) == Some(b'|') => self.one(Kind::Separator, 2),
            b'|' => self.one(Kind::Pipe, 1),
            b'&' if self.peek(1) == Some(b'&') => self.one(Kind::Separator, 2),
            b',' => self.one(Kind::Comma, 1),
            b'=' if self.peek(1) != Some(b'=') => self.one(Kind::Assign, 1),
            b'+' | b'-' | b'*' | b'/' | b'?' if self.peek(1) == Some(b'=') => self.one(Kind::Change, 2),
            b'@' => self.at_sign(),
            b'$' if self.peek(1) == Some(b'(') => self.open_bracket(Bracket::Substitution, 2),
            b'$' if variable_len(self.rest()).is_some() => self.variable(),
            b'(' => self.open_bracket(Bracket::Paren, 1),
            b'{' if !self.begins_braced_word() => self.open_bracket(Bracket::Brace, 1),
            b')' | b'}' => self.close(byte),
            b'\'' => self.quoted(Quote::Single, 1),
            b'"' => self.quoted(Quote::Double, 1),
            0xc2 if self.peek(1) == Some(0xa0) => self.at += 2,
            0xe2 => match smart_quote(self.rest()) {
                Some(quote) => self.quoted(quote, 3),
                None => self.word(),
            },
            _ => self.word(),
        }
    }

    fn push(&mut self, kind: Kind, span: Span, content: Span) {
        self.tokens.list.push(Token { kind, span, content, partner: usize::MAX });
    }

    fn one(&mut self, kind: Kind, len: usize) {
        let span = Span::new(self.at, self.at + len);
        self.push(kind, span, span);
        self.at += len;
    }

    // -- Lines ------------------------------------------------------------------------------------------

    /// True if only blanks stand between `from` and the end of its line.
    fn ends_line(&self, from: usize) -> bool {
        let rest = &self.bytes[from.min(self.end)..self.end];
        rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).is_some_and(|byte| *byte == b'\n')
    }

    fn continue_line(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |len| len + 1);
        if self.prompts && self.rest().trim_start_matches([' ', '\t']).starts_with(">> ") {
            self.at += self.rest().find(">> ").unwrap_or(0) + 3;
        }
    }

    fn line_break(&mut self) {
        let goes_on = self.tokens.list.last().is_some_and(|last| {
            let text = &self.text[last.span.range()];
            matches!(last.kind, Kind::Pipe | Kind::Comma | Kind::Assign | Kind::Change)
                || (last.kind == Kind::Word && matches!(text, "+" | "-f"))
        });
        if goes_on || self.next_line_goes_on() {
            self.at += 1;
        } else {
            self.one(Kind::Separator, 1);
        }
        self.begin_line();
    }

    /// True if the next line begins with a parameter or a pipe, as no statement does: the backtick was
    /// forgotten.
    fn next_line_goes_on(&self) -> bool {
        let rest = self.text[self.at + 1..self.end].trim_start_matches([' ', '\t']);
        let mut chars = rest.chars();
        match chars.next() {
            Some('|') => true,
            Some('-' | '\u{2010}'..='\u{2015}') => {
                chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '-') && !rest.starts_with("---")
            }
            _ => false,
        }
    }

    fn begin_line(&mut self) {
        if self.prompts {
            self.at += line_prompt(self.rest());
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        let close = if self.unclosed_comment { None } else { memchr::memmem::find(rest, b"#>") };
        self.unclosed_comment = close.is_none();
        // One that is never closed is not a comment, or nothing of the rest would be read.
        self.at += close.map_or(2, |len| len + 2);
    }

    // -- Brackets ---------------------------------------------------------------------------------------

    fn open_bracket(&mut self, bracket: Bracket, len: usize) {
        self.open.push(self.tokens.list.len());
        self.one(Kind::Open(bracket), len);
    }

    fn close(&mut self, byte: u8) {
        let index = self.tokens.list.len();
        self.one(Kind::Close, 1);
        // A bracket of the wrong kind closes nothing; one that was left open closes with what is around it.
        let is_partner = |open: &usize| matches!(self.tokens.list[*open].kind, Kind::Open(bracket) if bracket.closer() == byte);
        let near = self.open.len().saturating_sub(MAX_BRACKETS);
        if let Some(depth) = self.open[near..].iter().rposition(is_partner).map(|depth| near + depth) {
            for open in self.open.drain(depth..) {
                self.tokens.list[open].partner = index;
            }
        }
    }

    fn in_table(&self) -> bool {
        self.open.last().is_some_and(|&open| self.tokens.list[open].kind == Kind::Open(Bracket::Table))
    }

    fn at_sign(&mut self) {
        match self.peek(1) {
            Some(b'{') => self.open_bracket(Bracket::Table, 2),
            Some(b'(') => self.open_bracket(Bracket::Array, 2),
            Some(b'\'') => self.here(Quote::HereSingle, b"'@"),
            Some(b'"') => self.here(Quote::HereDouble, b"\"@"),
            _ => {
                let rest = &self.rest()[1..];
                let len =
                    rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                let next = rest.as_bytes().get(len);
                let ends =
                    next.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'|' | b')'));
                if len > 0 && ends { self.one(Kind::Splat, len + 1) } else { self.word() }
            }
        }
    }

    // -- Quotes -----------------------------------------------------------------------------------------

    /// `@'` … `'@`: the lines between; the closer stands at the start of a line, where authors may have
    /// indented it.
    fn here(&mut self, kind: Quote, closer: &[u8]) {
        let open = self.at;
        let which = usize::from(kind == Quote::HereDouble);
        let line_end = memchr::memchr(b'\n', &self.bytes[open..self.end]).map_or(self.end, |len| open + len);
        let alone = self.text[open + 2..line_end].trim().is_empty();
        let start = if alone { (line_end + 1).min(self.end) } else { open + 2 };
        let mut close = None;
        if open < self.unclosed_here[which] {
            close = memchr::memmem::find_iter(&self.bytes[start..self.end], closer)
                .map(|len| start + len)
                .find(|&at| !alone || (self.begins_its_line(at) && !self.begins_a_string(at)));
            if close.is_none() {
                self.unclosed_here[which] = open;
            }
        }
        let Some(close) = close else {
            // No here-string: a word that begins with a quote.
            self.at += 1;
            let quote = if which == 0 { Quote::Single } else { Quote::Double };
            return self.quoted(quote, 1);
        };
        let line_start = memchr::memrchr(b'\n', &self.bytes[start..close]).map_or(start, |len| start + len);
        let end = if self.begins_its_line(close) { line_start } else { close };
        let end = if end > start && self.bytes[end - 1] == b'\r' { end - 1 } else { end };
        let content = Span::new(start, end.max(start));
        if kind == Quote::HereDouble {
            self.substitutions_in(content);
        }
        self.push(Kind::Text(kind), Span::new(open, close + 2), content);
        self.at = close + 2;
    }

    /// True if `"@…"` stands behind blanks: a string of the text, not its end.
    fn begins_a_string(&self, at: usize) -> bool {
        if at == 0 || self.bytes[at - 1] == b'\n' || self.bytes[at] != b'"' {
            return false;
        }
        let rest = &self.bytes[at + 2..self.end];
        let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let quotes = memchr::memchr_iter(b'"', rest).filter(|&quote| quote == 0 || rest[quote - 1] != b'\\');
        quotes.count() % 2 == 1
    }

    fn begins_its_line(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    fn quoted(&mut self, quote: Quote, len: usize) {
        let open = self.at;
        let from = open + len;
        let limit = self.limit(from);
        let smart = len > 1;
        let end = if quote == Quote::Single {
            self.single_end(from, limit, smart)
        } else {
            self.double_end(from, limit, smart)
        };
        let Some((close, after)) = end else {
            let content = Span::new(from, from + self.text[from..limit].trim_end().len());
            let mark = Span::new(open, from);
            let mistake = Quoting::unterminated(self.code.to_file(mark), &self.text[mark.range()]);
            self.tokens.quoting.push((self.tokens.list.len(), mistake));
            self.push(Kind::Text(quote), Span::new(open, content.end as usize), content);
            self.at = (content.end as usize).max(from);
            return;
        };
        self.push(Kind::Text(quote), Span::new(open, after), Span::new(from, close));
        self.at = after;
    }

    /// How far a text in quotes that begins at `from` may reach: no request begins a line within quotes.
    fn limit(&self, from: usize) -> usize {
        let next = self.requests.partition_point(|&line| line < from);
        self.requests.get(next).copied().unwrap_or(self.end)
    }

    /// Where the closing quote stands, and what is behind it.
    fn single_end(&self, from: usize, limit: usize, smart: bool) -> Option<(usize, usize)> {
        let mut at = from;
        while at < limit {
            match self.bytes[at] {
                b'\'' if self.bytes[..limit].get(at + 1) == Some(&b'\'') => at += 2,
                b'\'' => return Some((at, at + 1)),
                0xe2 if smart && smart_quote(&self.text[at..limit]) == Some(Quote::Single) => {
                    return Some((at, at + 3));
                }
                _ => at += 1,
            }
        }
        None
    }

    fn double_end(&mut self, from: usize, limit: usize, smart: bool) -> Option<(usize, usize)> {
        // `\"` is no escape of PowerShell's, and is written for the program that the text is passed to.
        let json = self.text[from..limit].trim_start().starts_with(['{', '[']);
        let mut at = from;
        while at < limit {
            match self.bytes[at] {
                b'`' => at += 2,
                b'\\' if json && self.bytes[..limit].get(at + 1) == Some(&b'"') => at += 2,
                b'"' if self.bytes[..limit].get(at + 1) == Some(&b'"') => at += 2,
                b'"' => return Some((at, at + 1)),
                b'$' if self.bytes[..limit].get(at + 1) == Some(&b'(') => match self.substitution_end(at + 2)
                {
                    Some(end) => {
                        self.tokens.nested.push(Span::new(at + 2, end - 1));
                        at = end;
                    }
                    None => at += 2,
                },
                0xe2 if smart && smart_quote(&self.text[at..limit]) == Some(Quote::Double) => {
                    return Some((at, at + 3));
                }
                _ => at += 1,
            }
        }
        None
    }

    fn substitutions_in(&mut self, content: Span) {
        let mut at = content.start as usize;
        let end = content.end as usize;
        while let Some(dollar) = memchr::memmem::find(&self.bytes[at..end], b"$(").map(|len| at + len) {
            match self.substitution_end(dollar + 2).filter(|&close| close <= end) {
                Some(close) => {
                    self.tokens.nested.push(Span::new(dollar + 2, close - 1));
                    at = close;
                }
                None => return,
            }
        }
    }

    /// The offset behind the `)` that closes the substitution whose content begins at `from`.
    fn substitution_end(&mut self, from: usize) -> Option<usize> {
        if from >= self.unclosed_substitution {
            return None;
        }
        let end = bracket_end(&self.bytes[..self.end], from);
        if end.is_none() {
            self.unclosed_substitution = from;
        }
        end
    }

    // -- Words ------------------------------------------------------------------------------------------

    fn variable(&mut self) {
        let len = variable_len(self.rest()).unwrap_or(1);
        let mut end = self.at + len;
        // `$vm.Identity.Type`, `$list[0]`
        loop {
            let rest = &self.text[end..self.end];
            let member = rest.strip_prefix('.').map_or(0, |rest| {
                rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
            });
            let index = rest.strip_prefix('[').map_or(0, |rest| {
                let head = rest.bytes().take(40).position(|byte| byte == b']' || byte == b'\n');
                head.filter(|&len| rest.as_bytes()[len] == b']').map_or(0, |len| len + 1)
            });
            match (member, index) {
                (0, 0) => break,
                (0, len) | (len, _) => end += 1 + len,
            }
        }
        // What goes on without a blank is one word: `$base/vm?api-version=1`.
        let goes_on =
            matches!(self.bytes[..self.end].get(end), Some(b'/' | b'?' | b':' | b'$' | b'-' | b'.' | b'<'));
        if goes_on && !self.text[end..self.end].starts_with("?=") {
            return self.word_from(end);
        }
        let span = Span::new(self.at, end);
        self.push(Kind::Variable, span, span);
        self.at = end;
    }

    fn begins_braced_word(&self) -> bool {
        placeholder_len(self.rest()).is_some_and(|len| matches!(self.peek(len), Some(b'/' | b'?')))
    }

    fn word(&mut self) {
        if let Some(len) = type_len(self.rest()) {
            return self.one(Kind::Word, len);
        }
        let first = self.rest().chars().next().map_or(1, char::len_utf8);
        let first = placeholder_len(self.rest()).unwrap_or(first).max(if self.bytes[self.at] == b'`' {
            2
        } else {
            1
        });
        self.word_from((self.at + first).min(self.end));
    }

    /// A word that begins here and reaches at least to `from`.
    fn word_from(&mut self, from: usize) {
        let in_table = self.in_table();
        let mut at = from;
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        while at < self.end {
            let next = self.bytes[..self.end].get(at + 1).copied();
            match self.bytes[at] {
                b' ' | b'\t' | b'\r' | b'\n' | b'|' | b';' | b')' | b'}' | b'\'' | b'"' | b'(' => break,
                b'=' if in_table => break,
                b',' if next.is_none_or(|byte| !byte.is_ascii_alphanumeric()) => break,
                b'&' if !self.text[self.at..at].contains('?') || next == Some(b'&') => break,
                b'`' if self.ends_line(at + 1) => break,
                b'`' => at += 1 + self.text[at + 1..self.end].chars().next().map_or(0, char::len_utf8),
                b'$' if next == Some(b'(') => match self.substitution_end(at + 2) {
                    Some(end) => {
                        self.tokens.nested.push(Span::new(at + 2, end - 1));
                        at = end;
                    }
                    None => at += 1,
                },
                b'$' => at += variable_len(&self.text[at..self.end]).unwrap_or(1),
                b'{' | b'<' => match placeholder_len(&self.text[at..self.end]) {
                    Some(len) => at += len,
                    None if self.bytes[at] == b'{' => break,
                    None => at += 1,
                },
                0xc2 if next == Some(0xa0) => break,
                0xe2 if smart_quote(&self.text[at..self.end]).is_some() => break,
                _ => at += 1,
            }
        }
        let at = at.min(self.end);
        let span = Span::new(self.at, at);
        self.push(Kind::Word, span, span);
        self.at = at;
    }
}

/// PowerShell takes typographic quotes for plain ones.
fn smart_quote(text: &str) -> Option<Quote> {
    match text.chars().next()? {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => Some(Quote::Single),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some(Quote::Double),
        _ => None,
    }
}

/// The length of the `[string]` that `text` begins with, if a value follows it at once.
fn type_len(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'[' | b']');
    let len = 1 + inner.bytes().take(80).take_while(named).count();
    let value = text[len..].trim_start_matches([' ', '\t']);
    (text[..len].ends_with(']') && len > 2 && value.starts_with(['$', '@', '\'', '"', '('])).then_some(len)
}

/// The offset behind the `)` that closes the bracket whose content begins at `from`.
pub(super) fn bracket_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut open = vec![b')'];
    let mut at = from;
    while at < bytes.len() {
        let within_double = open.last() == Some(&b'"');
        match bytes[at] {
            b'`' => at += 1,
            b'\'' if !within_double => at += 1 + memchr::memchr(b'\'', &bytes[at + 1..])?,
            b'"' if within_double => {
                open.pop();
            }
            b'"' => open.push(b'"'),
            b'(' if !within_double || bytes[at - 1] == b'$' => open.push(b')'),
            b')' if !within_double => {
                open.pop();
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        if open.len() > MAX_BRACKETS {
            return None;
        }
        at += 1;
    }
    None
}

/// The length of the `<subscription id>` or `{subscription id}` that `text` begins with.
pub(super) fn placeholder_len(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(MAX_PLACEHOLDER)];
    let close = match bytes.first()? {
        b'<' => b'>',
        b'{' => b'}',
        _ => return None,
    };
    let doubled = usize::from(bytes.get(1) == bytes.first());
    let name = &bytes[1 + doubled..];
    let named = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b' ' | b'.' | b'/' | b'\'' | b',' | b'#')
            || *byte >= 0x80
    };
    let len = name.iter().position(|byte| !named(byte))?;
    let bordered = len > 0 && name[0] != b' ' && name[len - 1] != b' ';
    let closed = name.get(len) == Some(&close) && (doubled == 0 || name.get(len + 1) == Some(&close));
    (bordered && closed).then_some(1 + doubled + len + 1 + doubled)
}
