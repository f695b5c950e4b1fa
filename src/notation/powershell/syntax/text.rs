//! Texts: in quotes, in here-strings, without quotes.

use super::{
    Block, ErrorKind, Expression, ExpressionKind, FlawKind, Parser, Part, PartKind, Quote, Text, Variable,
    is_double_quote, is_single_quote, name_len,
};
use crate::notation::powershell::known::placeholder_len;
use crate::text::Span;

/// JSON in double quotes that is longer than this, in bytes, is not looked through for the quote that was meant to
/// end it.
const MAX_MEANT: usize = 16 << 10;

impl Parser<'_> {
    /// A text in quotes that begins here.
    pub(super) fn quoted(&mut self) -> Expression {
        let open = self.at;
        let is_double = self.peek().is_some_and(is_double_quote);
        self.bump();
        let from = self.at;
        let limit = self.limit(from);
        let whole = std::mem::replace(&mut self.end, limit);
        let mut parts = Vec::new();
        let closed = if is_double { self.double(&mut parts) } else { self.single(&mut parts) };
        let mut content = Span::new(from, self.at);
        if closed {
            self.bump();
        } else {
            let end = from + self.text[from..self.at].trim_end().len();
            self.error(ErrorKind::TerminatorExpectedAtEndOfString, open, self.at);
            self.flaw(FlawKind::Unterminated, open, from);
            if self.mode.lenient {
                content = Span::new(from, end.max(from));
                parts.retain(|part: &Part| {
                    (part.span.end as usize) <= end.max(from) || part.span.start < content.end
                });
                if let Some(last) = parts.last_mut().filter(|last| last.span.end > content.end) {
                    last.span.end = content.end;
                }
                self.at = end.max(from);
            }
        }
        self.end = whole;
        let quote = if is_double { Quote::Double } else { Quote::Single };
        Expression {
            span: Span::new(open, self.at),
            kind: ExpressionKind::Text(Text { quote, content, parts }),
        }
    }

    /// How far a text in quotes that begins at `from` may reach.
    fn limit(&self, from: usize) -> usize {
        let next = self.requests.partition_point(|&line| line < from);
        self.requests.get(next).copied().unwrap_or(self.end).min(self.end)
    }

    /// Up to the quote that ends a text in `'`; false if there is none.
    fn single(&mut self, parts: &mut Vec<Part>) -> bool {
        let mut run = self.at;
        while let Some(c) = self.peek() {
            if !is_single_quote(c) {
                self.bump();
                continue;
            }
            let len = c.len_utf8();
            let next = self.text[self.at + len..self.end].chars().next().filter(|c| is_single_quote(*c));
            push_copy(parts, run, self.at, Quote::Single);
            let Some(next) = next else { return true };
            let end = self.at + len + next.len_utf8();
            let kind = PartKind::Escape(Some(next));
            parts.push(Part { span: Span::new(self.at, end), quote: Quote::Single, kind });
            self.at = end;
            run = end;
        }
        push_copy(parts, run, self.at, Quote::Single);
        false
    }

    /// Up to the quote that ends a text in `"`; false if there is none.
    fn double(&mut self, parts: &mut Vec<Part>) -> bool {
        let mut run = self.at;
        while let Some(c) = self.peek() {
            if is_double_quote(c) {
                let len = c.len_utf8();
                let next = self.text[self.at + len..self.end].chars().next().filter(|c| is_double_quote(*c));
                push_copy(parts, run, self.at, Quote::Double);
                let Some(next) = next else { return true };
                let end = self.at + len + next.len_utf8();
                let kind = PartKind::Escape(Some(next));
                parts.push(Part { span: Span::new(self.at, end), quote: Quote::Double, kind });
                self.at = end;
                run = end;
            } else if !self.replaced(parts, &mut run, Quote::Double) {
                self.bump();
            }
        }
        push_copy(parts, run, self.at, Quote::Double);
        false
    }

    /// A backtick's escape or what `$` begins, if that stands here. `run` is where what is copied began.
    fn replaced(&mut self, parts: &mut Vec<Part>, run: &mut usize, quote: Quote) -> bool {
        let start = self.at;
        let kind = match self.byte(0) {
            Some(b'`') => {
                let (len, c) = escape(self.rest());
                self.at += len;
                PartKind::Escape(c)
            }
            Some(b'$') => match self.dollar() {
                Some(kind) => kind,
                None => return false,
            },
            _ => return false,
        };
        push_copy(parts, *run, start, quote);
        self.node();
        parts.push(Part { span: Span::new(start, self.at), quote, kind });
        *run = self.at;
        true
    }

    /// `$name`, `${name}`, `$(…)` within a text.
    fn dollar(&mut self) -> Option<PartKind> {
        let start = self.at;
        match self.byte(1)? {
            b'(' => {
                self.at += 2;
                let block = self.nested(|it| it.statements(Some(b')')));
                let block = block.unwrap_or_else(|| Block { span: Span::at(self.at), ..Block::default() });
                self.close(b')', start);
                Some(PartKind::Substitution(block))
            }
            b'{' => self.braced_variable(),
            _ => self.plain_variable().map(PartKind::Variable),
        }
    }

    /// `$name`, which stands here.
    pub(super) fn plain_variable(&mut self) -> Option<Variable> {
        let start = self.at;
        let (len, refused) = name_len(&self.rest()[1..])?;
        self.at += 1 + len;
        if refused {
            self.error(ErrorKind::InvalidVariableReference, start, self.at);
            self.flaw(FlawKind::ColonBehind, start, self.at);
        }
        Some(Variable { name: self.text[start + 1..self.at].to_owned(), braced: false })
    }

    /// `${name}`, or what a workflow puts its own value in the place of: `${{ … }}`.
    fn braced_variable(&mut self) -> Option<PartKind> {
        let rest = self.rest();
        if rest.starts_with("${{") {
            let head = &rest.as_bytes()[..rest.len().min(256)];
            let close = memchr::memmem::find(head, b"}}")?;
            self.at += close + 2;
            return Some(PartKind::Foreign);
        }
        let head = &rest.as_bytes()[..rest.len().min(512)];
        let close =
            head.iter().position(|byte| matches!(byte, b'}' | b'\n')).filter(|&at| head[at] == b'}')?;
        if close < 3 {
            return None;
        }
        let name = rest[2..close].replace('`', "");
        self.at += close + 1;
        Some(PartKind::Variable(Variable { name, braced: true }))
    }

    /// `@'` or `@"` stands here.
    pub(super) fn here(&mut self) -> Option<Expression> {
        let open = self.at;
        let mark = self.text[open + 1..self.end].chars().next()?;
        let is_double = is_double_quote(mark);
        let from = open + 1 + mark.len_utf8();
        self.at = from;
        let header_end = self.line_end();
        let behind = self.text[from..header_end].trim();
        let quote = if is_double { Quote::HereDouble } else { Quote::HereSingle };
        if !behind.is_empty() {
            let start =
                from + (self.text[from..header_end].len() - self.text[from..header_end].trim_start().len());
            self.error(ErrorKind::UnexpectedCharactersAfterHereStringHeader, start, start + 1);
            if !self.mode.lenient {
                return None;
            }
            let Some((content_end, end, _)) = self.footer(open, header_end, is_double) else {
                // No here-string: a word that begins with a quote.
                self.at = open + 1;
                return None;
            };
            self.flaw(FlawKind::TextAfterHereHeader, from, header_end);
            return Some(self.here_content(open, start, content_end, end, quote));
        }
        let start = (header_end + 1).min(self.end);
        let Some((content_end, end, blanks)) = self.footer(open, header_end, is_double) else {
            self.error(ErrorKind::TerminatorExpectedAtEndOfString, open, self.end);
            if self.mode.lenient {
                self.flaw(FlawKind::Unterminated, open, from);
                self.at = open + 1;
                return None;
            }
            self.at = self.end;
            let text = Text { quote, content: Span::new(start, self.end), parts: Vec::new() };
            return Some(Expression { span: Span::new(open, self.end), kind: ExpressionKind::Text(text) });
        };
        if !blanks.is_empty() {
            self.error(ErrorKind::WhitespaceBeforeHereStringFooter, blanks.start as usize, end);
            self.flaw(FlawKind::IndentedHereFooter, blanks.start as usize, blanks.end as usize);
        }
        Some(self.here_content(open, start, content_end, end, quote))
    }

    fn here_content(
        &mut self,
        open: usize,
        start: usize,
        content_end: usize,
        end: usize,
        quote: Quote,
    ) -> Expression {
        let content = Span::new(start.min(content_end), content_end);
        let mut parts = Vec::new();
        if quote == Quote::HereDouble {
            self.replaced_in(content, &mut parts, quote);
        } else {
            push_copy(&mut parts, content.start as usize, content_end, quote);
        }
        self.at = end;
        let span = Span::new(open, end);
        Expression { span, kind: ExpressionKind::Text(Text { quote, content, parts }) }
    }

    /// The parts of a text in which quotes are ordinary characters.
    fn replaced_in(&mut self, content: Span, parts: &mut Vec<Part>, quote: Quote) {
        self.at = content.start as usize;
        let whole = std::mem::replace(&mut self.end, content.end as usize);
        let mut run = self.at;
        while self.at < self.end {
            if !self.replaced(parts, &mut run, quote) {
                self.bump();
            }
        }
        push_copy(parts, run, self.end, quote);
        self.end = whole;
    }

    /// Where a here-string's content ends, where the text goes on behind its footer, and the blanks before that.
    fn footer(&mut self, open: usize, header_end: usize, is_double: bool) -> Option<(usize, usize, Span)> {
        let which = usize::from(is_double);
        if open >= self.unclosed_here[which] {
            return None;
        }
        let is_mark = if is_double { is_double_quote } else { is_single_quote };
        let mut indented = None;
        let mut line = (header_end + 1).min(self.end);
        while line < self.end {
            let text = &self.text[line..self.end];
            let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
            let mark = text[blank..].chars().next().filter(|c| is_mark(*c));
            let closes = mark.is_some_and(|mark| text[blank + mark.len_utf8()..].starts_with('@'));
            let next = memchr::memchr(b'\n', text.as_bytes()).map_or(self.end, |len| line + len + 1);
            if let Some(mark) = mark.filter(|_| closes) {
                let content_end = line.saturating_sub(1).max(header_end.min(line));
                let content_end = content_end
                    - usize::from(content_end > header_end && self.bytes[content_end - 1] == b'\r');
                let end = line + blank + mark.len_utf8() + 1;
                let found = (content_end.max((header_end + 1).min(line)), end, Span::new(line, line + blank));
                let found = if line == header_end + 1 { (line, found.1, found.2) } else { found };
                if blank == 0 {
                    return Some(found);
                }
                if !Self::begins_a_string(&self.text[line + blank..next]) {
                    // PowerShell reads on for one without blanks before it.
                    indented.get_or_insert(found);
                    if self.mode.lenient {
                        break;
                    }
                }
            }
            line = next;
        }
        if indented.is_none() {
            self.unclosed_here[which] = open;
        }
        indented
    }

    /// True if a line that begins with `"@` goes on as a string of its text does, and is not the end of a
    /// here-string.
    fn begins_a_string(line: &str) -> bool {
        let Some(rest) = line.strip_prefix("\"@") else { return false };
        let quotes = memchr::memchr_iter(b'"', rest.as_bytes())
            .filter(|&quote| quote == 0 || rest.as_bytes()[quote - 1] != b'\\');
        quotes.count() % 2 == 1
    }

    /// The text that a string with quotes of its own inside was meant to be: JSON in `"…"` whose own quotes are not
    /// escaped. `open` is where it begins, and the reader stands behind the quote that ended it.
    pub(super) fn meant(&mut self, open: usize) -> Option<Expression> {
        if !self.mode.lenient {
            return None;
        }
        let quote = self.text[open..self.end].chars().next()?;
        let from = open + quote.len_utf8();
        let limit = self.limit(from).min(from + MAX_MEANT);
        let end = meant_end(&self.bytes[..limit], from, self.at, quote)?;
        self.flaw(FlawKind::InnerQuotes, open, end + 1);
        self.at = end + 1;
        let content = Span::new(from, end);
        if !is_double_quote(quote) {
            let mut parts = Vec::new();
            push_copy(&mut parts, from, end, Quote::Single);
            let text = Text { quote: Quote::Single, content, parts };
            return Some(Expression { span: Span::new(open, end + 1), kind: ExpressionKind::Text(text) });
        }
        let mut parts = Vec::new();
        self.replaced_in(content, &mut parts, Quote::Double);
        self.at = end + 1;
        let text = Text { quote: Quote::Double, content, parts };
        Some(Expression { span: Span::new(open, end + 1), kind: ExpressionKind::Text(text) })
    }

    /// A word without quotes that begins here.
    pub(super) fn bare(&mut self) -> Expression {
        let start = self.at;
        let mut parts = Vec::new();
        let mut run = start;
        while let Some(c) = self.peek() {
            match c {
                _ if c.is_whitespace() => break,
                ';' | ',' | '|' | '&' | '(' | ')' | '{' | '}' => {
                    if !self.goes_on_as_meant(start, c) {
                        break;
                    }
                }
                '`' if matches!(self.byte(1), None | Some(b'\n' | b'\r')) => break,
                '`' if self.mode.lenient && self.at > start && self.blank_line_end() => break,
                '`' | '$' => {
                    if !self.replaced(&mut parts, &mut run, Quote::Bare) {
                        self.bump();
                    }
                }
                '<' if self.mode.lenient => {
                    // A placeholder may have blanks in it.
                    let len = placeholder_len(self.rest()).unwrap_or(1);
                    self.at += len;
                }
                _ if is_single_quote(c) || is_double_quote(c) => {
                    push_copy(&mut parts, run, self.at, Quote::Bare);
                    let inner = self.quoted();
                    if let ExpressionKind::Text(text) = inner.kind {
                        parts.extend(text.parts);
                    }
                    run = self.at;
                }
                _ => self.bump(),
            }
        }
        push_copy(&mut parts, run, self.at, Quote::Bare);
        let span = Span::new(start, self.at);
        Expression { span, kind: ExpressionKind::Text(Text { quote: Quote::Bare, content: span, parts }) }
    }

    fn blank_line_end(&self) -> bool {
        let rest = &self.bytes[self.at + 1..self.end];
        rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).is_some_and(|byte| *byte == b'\n')
    }

    /// True if `c`, which ends a word, was meant to be part of it, as in a URL that wants quotes; then it was passed
    /// over.
    fn goes_on_as_meant(&mut self, start: usize, c: char) -> bool {
        let word = &self.text[start..self.at];
        if !self.mode.lenient || !word.contains('/') || word.contains('\'') || word.contains('"') {
            return false;
        }
        let next = self.byte(1);
        let in_query = word.contains('?');
        let kind = match c {
            '&' if in_query
                && next
                    .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'$' | b'`' | b'<' | b'{')) =>
            {
                FlawKind::UnquotedAmpersand
            }
            ';' if word.contains("://") && next.is_some_and(|byte| byte.is_ascii_alphanumeric()) => {
                FlawKind::UnquotedSemicolon
            }
            '(' => FlawKind::UnquotedParenthesis,
            '{' if placeholder_len(self.rest()).is_some() => FlawKind::UnquotedBraces,
            _ => return false,
        };
        match c {
            '{' => self.at += placeholder_len(self.rest()).unwrap_or(1),
            '(' => {
                let head = &self.rest().as_bytes()[..self.rest().len().min(100)];
                let close = head.iter().skip(1).position(|byte| {
                    !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'\'' | b'$'))
                });
                let Some(close) = close.filter(|&len| head[len + 1] == b')') else { return false };
                self.at += close + 2;
            }
            _ => self.at += 1,
        }
        // The end is not known yet: the command says where the word ends.
        self.flaw(kind, start, start);
        true
    }
}

fn push_copy(parts: &mut Vec<Part>, from: usize, to: usize, quote: Quote) {
    if from < to {
        parts.push(Part { span: Span::new(from, to), quote, kind: PartKind::Copy });
    }
}

/// The length of the escape that `text` begins with, and what it stands for.
fn escape(text: &str) -> (usize, Option<char>) {
    let mut chars = text[1..].chars();
    let Some(c) = chars.next() else { return (1, Some('`')) };
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
        'u' => {
            let head = &text.as_bytes()[2..text.len().min(11)];
            let len = head.iter().position(|byte| *byte == b'}').filter(|_| head[0] == b'{');
            let digits = len.and_then(|len| text.get(3..2 + len));
            let code =
                digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
            match (len, code) {
                (Some(len), Some(c)) => return (3 + len, Some(c)),
                _ => 'u',
            }
        }
        other => other,
    };
    (1 + c.len_utf8(), Some(decoded))
}

/// Where JSON that begins at `from` is ended by the quote around it, if the text is JSON with `quote` around it and
/// as its own quotes. `closed` is where the text went on behind the first of these.
fn meant_end(bytes: &[u8], from: usize, closed: usize, quote: char) -> Option<usize> {
    let quote = u8::try_from(quote).ok()?;
    let first = bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace())? + from;
    if !matches!(bytes[first], b'{' | b'[') || closed <= first {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = first;
    let mut in_string = false;
    // `\"` around the strings, as other shells have it.
    let mut escaped = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'"') && (!in_string || escaped) => {
                in_string = !in_string;
                escaped = in_string;
                at += 1;
            }
            b'`' | b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let end = bytes[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace())? + at + 1;
                    // The string that ended may reach over the whole, and then nothing is wrong.
                    return (bytes[end] == quote && end >= closed).then_some(end);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
