//! What quotes, dollars and backticks do within a word.

use super::lexer::Lexer;
use crate::notation::{Quoting, QuotingKind};
use crate::text::{Builder, Encoding, Fragment, Span};

/// More open brackets than this inside one substitution are not a shell's.
const MAX_BRACKETS: usize = 64;
/// A `${…}` longer than this is none.
const MAX_PARAMETER: usize = 1024;
const SINGLE_QUOTE_IN_SINGLE_QUOTES: &str = r"'\''";

impl<'s> Lexer<'_, 's> {
    pub(super) fn single_quoted(&mut self) {
        let open = self.at;
        let limit = self.quote_limit(self.at + 1, b'\'');
        let mut from = open + 1;
        self.open(from, Encoding::ShellSingle);
        loop {
            let Some(close) = memchr::memchr(b'\'', &self.bytes[from..limit]).map(|len| from + len) else {
                return self.unterminated(open, from, limit, Encoding::ShellSingle);
            };
            self.push(Span::new(from, close), Encoding::ShellSingle);
            if !self.text[close..self.end].starts_with(SINGLE_QUOTE_IN_SINGLE_QUOTES) {
                self.at = close + 1;
                return;
            }
            from = close + SINGLE_QUOTE_IN_SINGLE_QUOTES.len();
            if from > limit {
                self.at = close + 1;
                return;
            }
            self.push_decoded(Span::new(close, from), "'", Encoding::ShellSingle);
        }
    }

    pub(super) fn double_quoted(&mut self) {
        let encoding =
            if self.dialect.command_prompt { Encoding::CommandDouble } else { Encoding::ShellDouble };
        let open = self.at;
        let mut limit = self.quote_limit(self.at + 1, b'"');
        self.open(open + 1, encoding);
        self.at += 1;
        let mut run = self.at;
        while self.at < limit {
            match self.bytes[self.at] {
                b'"' => {
                    self.push(Span::new(run, self.at), encoding);
                    self.at += 1;
                    return;
                }
                b'\\' => run = self.backslash_in_double(run, encoding),
                b'$' if !self.dialect.command_prompt => {
                    let end = self.expansion_end(true);
                    run = self.expansion_in_double(run, end, encoding);
                    limit = self.limit_behind(limit);
                }
                b'`' if !self.dialect.command_prompt => {
                    let end = self.backtick_end();
                    run = self.expansion_in_double(run, end, encoding);
                    limit = self.limit_behind(limit);
                }
                _ => self.at += 1,
            }
        }
        self.unterminated(open, run, limit, encoding);
    }

    fn backslash_in_double(&mut self, run: usize, encoding: Encoding) -> usize {
        let escaped = match self.peek(1) {
            Some(b'"') => true,
            Some(b'\\' | b'$' | b'`') => !self.dialect.command_prompt,
            _ => false,
        };
        let skipped = match (self.peek(1), self.peek(2)) {
            (Some(b'\n'), _) => 2,
            (Some(b'\r'), Some(b'\n')) => 3,
            _ => 0,
        };
        if escaped {
            self.push(Span::new(run, self.at), encoding);
            let text = &self.text[self.at + 1..self.at + 2];
            self.push_decoded(Span::new(self.at, self.at + 2), text, encoding);
            self.at += 2;
            self.at
        } else if skipped > 0 {
            self.push(Span::new(run, self.at), encoding);
            self.at += skipped;
            self.at
        } else {
            self.at += 1;
            run
        }
    }

    fn expansion_in_double(&mut self, run: usize, end: Option<usize>, encoding: Encoding) -> usize {
        let Some(end) = end else {
            self.at += 1;
            return run;
        };
        self.push(Span::new(run, self.at), encoding);
        self.push_expansion(end, encoding);
        end
    }

    /// A dollar outside of quotes.
    pub(super) fn dollar(&mut self) {
        match self.peek(1) {
            Some(b'\'') if !self.dialect.command_prompt => self.ansi_c_quoted(),
            Some(b'"') if !self.dialect.command_prompt => {
                // `$"…"` is translated before it is used; without a catalogue it is `"…"`.
                self.open(self.at + 2, Encoding::ShellDouble);
                self.at += 1;
                self.double_quoted();
            }
            _ => match self.expansion_end(false) {
                Some(end) => self.push_expansion(end, Encoding::ShellBare),
                None => self.copy_bare(self.at + 1),
            },
        }
    }

    pub(super) fn backtick(&mut self, encoding: Encoding) {
        match self.backtick_end() {
            Some(end) => self.push_expansion(end, encoding),
            None => self.copy_bare(self.at + 1),
        }
    }

    pub(super) fn push_expansion(&mut self, end: usize, encoding: Encoding) {
        let span = Span::new(self.at, end);
        self.open(self.at, encoding).expansion(span, encoding);
        self.at = end;
    }

    fn ansi_c_quoted(&mut self) {
        let open = self.at;
        let limit = self.quote_limit(self.at + 2, b'\'');
        self.open(open + 2, Encoding::ShellAnsiC);
        self.at += 2;
        let mut run = self.at;
        while self.at < limit {
            match self.bytes[self.at] {
                b'\'' => {
                    self.push(Span::new(run, self.at), Encoding::ShellAnsiC);
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let (len, decoded) = ansi_c_escape(&self.text[self.at..limit]);
                    if let Some(decoded) = decoded {
                        self.push(Span::new(run, self.at), Encoding::ShellAnsiC);
                        let text = decoded.encode_utf8(&mut [0; 4]).to_owned();
                        self.push_decoded(Span::new(self.at, self.at + len), &text, Encoding::ShellAnsiC);
                        run = self.at + len;
                    }
                    self.at += len;
                }
                _ => self.at += 1,
            }
        }
        self.unterminated(open + 1, run, limit, Encoding::ShellAnsiC);
    }

    fn push(&mut self, span: Span, encoding: Encoding) {
        if !span.is_empty() {
            self.open(span.start as usize, encoding).copy(span, encoding);
        }
    }

    fn push_decoded(&mut self, span: Span, text: &str, encoding: Encoding) {
        self.open(span.start as usize, encoding).decoded(span, text, encoding);
    }

    /// How far the text in quotes that begins at `from` may reach: no request begins a line within quotes,
    /// unless they hold a script and are closed.
    fn quote_limit(&self, from: usize, quote: u8) -> usize {
        match self.next_start(from).filter(|_| !self.natural) {
            Some(start) => {
                let rest = &self.bytes[from.min(self.end)..self.end];
                let script = self.holds_script() && memchr::memchr(quote, rest).is_some();
                if script { self.end } else { start.line }
            }
            None => self.end,
        }
    }

    /// The limit once a substitution has led past it: it may hold lines that begin a request.
    fn limit_behind(&self, limit: usize) -> usize {
        if self.at <= limit { limit } else { self.next_start(self.at).map_or(self.end, |start| start.line) }
    }

    /// True if the next word of the command is a script: `bash -c '…'`, `ssh host '…'`.
    fn holds_script(&self) -> bool {
        let words = &self.command.words;
        let last = words.last().map_or("", |word| word.text.text());
        let first = words.first().map_or("", |word| word.text.text());
        matches!(last, "-c" | "-Command" | "--command" | "--scripts" | "--script" | "--command-to-execute")
            || matches!(first, "ssh" | "eval" | "watch")
    }

    /// Ends a word whose quote, opened at `open`, is not closed before `limit`.
    fn unterminated(&mut self, open: usize, run: usize, limit: usize, encoding: Encoding) {
        let run = run.min(limit);
        let mut text = self.text[run..limit].trim_end();
        if encoding == Encoding::ShellSingle && run == open + 1 {
            text = json_before_options(text).unwrap_or(text);
        }
        self.push(Span::new(run, run + text.len()), encoding);
        let quote = Span::new(open, open + 1);
        let mistake = Quoting::unterminated(self.code.to_file(quote), &self.text[quote.range()]);
        self.tell(mistake);
        // The line break before the next request must still be seen, to end this one.
        let end = run + text.len();
        self.at = end.max(open + 1);
    }

    /// The end of the expansion whose `$` stands here, within `"…"` or not.
    fn expansion_end(&mut self, in_double: bool) -> Option<usize> {
        match self.peek(1)? {
            b'(' => {
                let Some(end) = self.substitution_end(self.at + 2) else {
                    self.never_closed(2);
                    return None;
                };
                self.substitutions.push(Span::new(self.at + 2, end - 1));
                Some(end)
            }
            b'{' => {
                let rest = &self.bytes[self.at..self.end];
                if rest.starts_with(b"${{") {
                    // A workflow puts its own values in the place of these before a shell sees them.
                    let rest = &rest[..rest.len().min(256)];
                    return memchr::memmem::find(rest, b"}}").map(|close| self.at + close + 2);
                }
                let end = self.parameter_end(in_double);
                if end.is_none() {
                    self.never_closed(2);
                } else if !rest[2..]
                    .first()
                    .is_some_and(|it| it.is_ascii_alphanumeric() || b"_@*#?$!-".contains(it))
                {
                    self.no_name();
                }
                end
            }
            b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'0'..=b'9' => Some(self.at + 2),
            first if first.is_ascii_alphabetic() || first == b'_' => {
                let name = &self.bytes[self.at + 1..self.end];
                let len = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
                Some(self.at + 1 + len.unwrap_or(name.len()))
            }
            _ => None,
        }
    }

    /// The offset behind the `}` of the `${…}` here.
    fn parameter_end(&self, in_double: bool) -> Option<usize> {
        let rest = &self.bytes[self.at..self.end];
        let rest = &rest[..rest.len().min(MAX_PARAMETER)];
        memchr::memchr(b'}', rest)?;
        // In `"${x:-it's}"` the apostrophe is one; where a pattern follows it is a quote.
        let name =
            rest[2..].iter().take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'@')).count();
        let pattern = matches!(rest.get(2 + name), Some(b'/' | b'#' | b'%' | b'^' | b','));
        let mut depth = 1_usize;
        let mut at = 2;
        let mut double = false;
        while let Some(&byte) = rest.get(at) {
            match byte {
                b'\\' => at += 1,
                b'"' => double = !double,
                b'\'' if !double && (!in_double || pattern) => {
                    at += 1 + memchr::memchr(b'\'', &rest[at + 1..])?;
                }
                b'{' if rest[at - 1] == b'$' => depth += 1,
                b'}' if !double => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(self.at + at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Says that no name follows the `${` here.
    fn no_name(&mut self) {
        let span = Span::new(self.at, self.at + 2);
        let quoting = Quoting::new(
            QuotingKind::UnquotedOperator,
            self.code.to_file(span),
            "no variable's name follows this `${`: the shell does not run the command",
        )
        .help("put the text in single quotes if the `$` is part of it");
        self.tell(quoting);
    }

    /// Says that the expansion that begins here with `len` characters is never closed.
    fn never_closed(&mut self, len: usize) {
        let span = Span::new(self.at, self.at + len);
        let quoting = Quoting::unterminated(self.code.to_file(span), &self.text[span.range()]);
        self.tell(quoting);
    }

    /// The offset behind the `)` that closes the substitution whose content begins at `from`.
    pub(super) fn substitution_end(&mut self, from: usize) -> Option<usize> {
        if from >= self.unclosed_substitution {
            return None;
        }
        let end = self.find_substitution_end(from);
        if end.is_none() {
            self.unclosed_substitution = from;
        }
        end
    }

    fn find_substitution_end(&self, from: usize) -> Option<usize> {
        let mut open = vec![b')'];
        let mut at = from;
        // Quotes and brackets within a heredoc are its text's.
        let mut heredoc: Option<&str> = None;
        let mut heredocs = true;
        while at < self.end {
            let within_double = open.last() == Some(&b'"');
            match self.bytes[at] {
                b'\n' if heredoc.is_some() => {
                    let delimiter = heredoc.take().unwrap_or("");
                    match self.heredoc_len(at + 1, delimiter) {
                        Some(len) => at += len,
                        None => heredocs = false,
                    }
                }
                b'<' if heredocs && !within_double && self.bytes[at..self.end].starts_with(b"<<") => {
                    heredoc = heredoc.or(heredoc_delimiter(&self.text[at + 2..self.end]));
                    at += 2;
                    continue;
                }
                b'\\' => at += 1,
                b'#' if !within_double && at > from && self.bytes[at - 1].is_ascii_whitespace() => {
                    at += memchr::memchr(b'\n', &self.bytes[at..self.end])?;
                    continue;
                }
                b'\'' if !within_double => at += 1 + memchr::memchr(b'\'', &self.bytes[at + 1..self.end])?,
                b'"' if within_double => {
                    open.pop();
                }
                b'"' => open.push(b'"'),
                b'(' if !within_double || self.bytes[at - 1] == b'$' => open.push(b')'),
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

    /// The length of the heredoc whose lines begin at `from`, up to the end of its delimiter.
    fn heredoc_len(&self, from: usize, delimiter: &str) -> Option<usize> {
        let mut len = 0;
        for line in self.text[from..self.end].split_inclusive('\n') {
            if line.trim() == delimiter {
                return Some(len + line.trim_end().len());
            }
            len += line.len();
        }
        None
    }

    /// The offset behind the backtick that closes the one here.
    fn backtick_end(&mut self) -> Option<usize> {
        if self.at >= self.unclosed_backtick {
            if !self.escapes_in_powershell() {
                self.never_closed(1);
            }
            return None;
        }
        let mut at = self.at + 1;
        while at < self.end {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'`' => {
                    self.substitutions.push(Span::new(self.at + 1, at));
                    return Some(at + 1);
                }
                _ => {}
            }
            at += 1;
        }
        self.unclosed_backtick = self.at;
        if !self.escapes_in_powershell() {
            self.never_closed(1);
        }
        None
    }

    /// True if nothing says which shell it is, and the backtick here is what PowerShell writes before the next character.
    fn escapes_in_powershell(&self) -> bool {
        self.dialect.unsaid && matches!(self.bytes.get(self.at + 1), Some(b'?' | b'&' | b'$' | b'"' | b'`'))
    }

    /// The lines of a heredoc, without the last break.
    pub(super) fn heredoc_body(&mut self, span: Span, quoted: bool, strip_tabs: bool) -> Fragment<'s> {
        let mut builder = Builder::new(self.code);
        let encoding = if quoted { Encoding::Plain } else { Encoding::ShellHeredoc };
        let mut start = span.start as usize;
        // An expansion may reach over the end of its line.
        let mut done = start;
        for line in self.text[span.range()].split_inclusive('\n') {
            let tabs = if strip_tabs { line.len() - line.trim_start_matches('\t').len() } else { 0 };
            if tabs > 0 {
                builder.glue();
            }
            let text = Span::new((start + tabs).max(done), (start + line.len()).max(done));
            if quoted {
                builder.copy(text, encoding);
            } else {
                done = self.heredoc_line(&mut builder, text, span.end as usize);
            }
            start += line.len();
        }
        builder.finish(span.start, encoding)
    }

    /// Reads a line of a heredoc and gives where it ends.
    fn heredoc_line(&mut self, builder: &mut Builder<'_, 's>, span: Span, last: usize) -> usize {
        let encoding = Encoding::ShellHeredoc;
        let (mut run, mut at, end) = (span.start as usize, span.start as usize, span.end as usize);
        while at < end {
            let next = self.bytes[..end].get(at + 1).copied();
            let len = match (self.bytes[at], next) {
                (b'\\', Some(b'\\' | b'$' | b'`' | b'\n')) => 2,
                (b'$' | b'`', _) => self.expansion_in_heredoc(at, last).map_or(0, |to| to - at),
                _ => 0,
            };
            if len == 0 {
                at += 1;
                continue;
            }
            if run < at {
                builder.copy(Span::new(run, at), encoding);
            }
            let part = Span::new(at, at + len);
            match (self.bytes[at], next) {
                (b'\\', Some(b'\n')) => {}
                (b'\\', _) => builder.decoded(part, &self.text[at + 1..at + 2], encoding),
                _ => builder.expansion(part, encoding),
            }
            at += len;
            run = at;
        }
        if run < at.min(end) {
            builder.copy(Span::new(run, end), encoding);
        }
        at.max(end)
    }

    /// The end of the expansion that begins at `at` of a heredoc that ends at `last`.
    fn expansion_in_heredoc(&mut self, at: usize, last: usize) -> Option<usize> {
        let (before, end) = (std::mem::replace(&mut self.at, at), std::mem::replace(&mut self.end, last));
        // Nothing is known of the rest of the text from a search that ends with the heredoc.
        let unclosed = (self.unclosed_substitution, self.unclosed_backtick);
        let found = if self.bytes[at] == b'`' { self.backtick_end() } else { self.expansion_end(true) };
        if end != last {
            (self.unclosed_substitution, self.unclosed_backtick) =
                (unclosed.0.max(last), unclosed.1.max(last));
        }
        (self.at, self.end) = (before, end);
        found
    }
}

/// The word that ends the heredoc, of which `text` stands behind `<<`.
fn heredoc_delimiter(text: &str) -> Option<&str> {
    let text = text.strip_prefix('-').unwrap_or(text).trim_start_matches([' ', '\t']);
    let text = text.trim_start_matches(['\'', '"', '\\']);
    let len = text.bytes().take(80).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    (len > 0).then(|| &text[..len])
}

/// The JSON that `text` begins with, if options follow it: the quote was forgotten between the two.
fn json_before_options(text: &str) -> Option<&str> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let rest = text[at + 1..].trim_start_matches([' ', '\t', '\r', '\n', '\\']);
            let url = rest.trim_start_matches(['\'', '"']).starts_with("http");
            return (rest.starts_with(['-', '\u{2013}', '\u{2014}', '|', '>', ';']) || url)
                .then_some(&text[..=at]);
        }
    }
    None
}

/// The length of the escape that `text` begins with and the character that it stands for; none if the
/// backslash stands for itself.
fn ansi_c_escape(text: &str) -> (usize, Option<char>) {
    let Some(&kind) = text.as_bytes().get(1) else { return (1, None) };
    let numbered = |from: usize, most: usize, radix: u32| {
        let digits = text.as_bytes()[from..]
            .iter()
            .take(most)
            .take_while(|&&byte| (byte as char).is_digit(radix))
            .count();
        let value = u32::from_str_radix(&text[from..from + digits], radix).ok().and_then(char::from_u32);
        (from + digits, value)
    };
    let simple = match kind {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b'e' | b'E' => '\u{1b}',
        b'f' => '\u{c}',
        b'v' => '\u{b}',
        b'\\' | b'\'' | b'"' | b'?' => kind as char,
        b'0'..=b'7' => return numbered(1, 3, 8),
        b'c' => {
            let control =
                text.as_bytes().get(2).filter(|byte| byte.is_ascii()).map(|byte| (byte & 0x1f) as char);
            return control.map_or((1, None), |control| (3, Some(control)));
        }
        b'x' => return numbered(2, 2, 16),
        b'u' => return numbered(2, 4, 16),
        b'U' => return numbered(2, 8, 16),
        _ => return (1, None),
    };
    (2, Some(simple))
}
