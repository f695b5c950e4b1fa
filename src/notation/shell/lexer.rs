//! From text to commands: blanks, operators, redirections, heredocs. What quotes do is in [`super::quoted`].

use super::starts::{Start, is_known, is_name, starts};
use super::{Assignment, Command, Dialect, Redirect, RedirectKind, Word};
use crate::text::{Builder, Encoding, Fragment, Span};

/// A placeholder longer than this is none; keeps the search for its end short.
const MAX_PLACEHOLDER: usize = 100;

pub(super) struct Lexer<'f, 's> {
    pub(super) code: &'f Fragment<'s>,
    pub(super) text: &'f str,
    pub(super) bytes: &'f [u8],
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) dialect: Dialect,
    pub(super) word: Option<Open<'f, 's>>,
    pub(super) command: Command<'s>,
    /// What stands between the brackets of substitutions.
    pub(super) substitutions: Vec<Span>,
    /// From here on no `$(` and no backtick is closed, as an earlier search has shown.
    pub(super) unclosed_substitution: usize,
    pub(super) unclosed_backtick: usize,
    pub(super) starts: Vec<Start>,
    redirect: Option<RedirectKind>,
    heredocs: Vec<PendingHeredoc>,
    heredoc_unclosed: bool,
    commands: Vec<Command<'s>>,
    input: Option<usize>,
}

/// A word that is being read.
pub(super) struct Open<'f, 's> {
    pub(super) builder: Builder<'f, 's>,
    start: usize,
    anchor: usize,
    encoding: Encoding,
}

struct PendingHeredoc {
    command: usize,
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
}

impl<'f, 's> Lexer<'f, 's> {
    pub(super) fn new(code: &'f Fragment<'s>, span: Span, dialect: Dialect) -> Self {
        let text = code.text();
        let range = span.range();
        Self {
            code,
            text,
            bytes: text.as_bytes(),
            at: range.start,
            end: range.end,
            dialect,
            word: None,
            command: Command::default(),
            substitutions: Vec::new(),
            unclosed_substitution: usize::MAX,
            unclosed_backtick: usize::MAX,
            starts: starts(&text[range.clone()], range.start, dialect.prompts),
            redirect: None,
            heredocs: Vec::new(),
            heredoc_unclosed: false,
            commands: Vec::new(),
            input: None,
        }
    }

    /// The commands, and the spans of the substitutions in which there may be more.
    pub(super) fn run(mut self) -> (Vec<Command<'s>>, Vec<Span>) {
        self.begin_line();
        while self.at < self.end {
            self.step();
        }
        self.end_command(false);
        (self.commands, self.substitutions)
    }

    fn step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => self.line_break(),
            b'\\' => self.backslash(),
            b'^' | b'`' if self.breaks_after(self.at + 1).is_some() => self.continue_line(self.at + 1),
            b'`' => self.backtick(Encoding::ShellBare),
            b'\'' => self.single_quoted(),
            b'"' => self.double_quoted(),
            b'$' => self.dollar(),
            b'#' if self.word.is_none() => self.skip_line(),
            b'<' | b'>' => self.angle(),
            b'{' | b'[' if self.word.is_some() => self.bracket(),
            b';' | b'&' | b'|' | b'(' | b')' => self.operator(byte),
            // A no-break space between words was typed for a blank.
            0xc2 if self.peek(1) == Some(0xa0) => {
                self.end_word();
                self.at += 2;
            }
            _ => self.bare_run(),
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes[..self.end].get(self.at + ahead).copied()
    }

    /// Starts a word if none is open; an empty one stands at `anchor`, in quotes of `encoding`.
    pub(super) fn open(&mut self, anchor: usize, encoding: Encoding) -> &mut Builder<'f, 's> {
        let (code, start) = (self.code, self.at);
        &mut self
            .word
            .get_or_insert_with(|| Open { builder: Builder::new(code), start, anchor, encoding })
            .builder
    }

    /// Takes the bytes up to `to` as they stand.
    pub(super) fn copy_bare(&mut self, to: usize) {
        let from = self.at;
        self.open(from, Encoding::ShellBare).copy(Span::new(from, to), Encoding::ShellBare);
        self.at = to;
    }

    fn bare_run(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        let special = |&byte: &u8| {
            matches!(
                byte,
                b' ' | b'\t'
                    | b'\r'
                    | b'\n'
                    | b'\\'
                    | b'^'
                    | b'`'
                    | b'\''
                    | b'"'
                    | b'$'
                    | b'<'
                    | b'>'
                    | b';'
                    | b'&'
                    | b'|'
                    | b'('
                    | b')'
                    | b'{'
                    | b'['
                    | 0xc2
            )
        };
        // The first character is not special where it stands, whatever it is.
        let first = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        let run = rest[first..].iter().position(special).map_or(rest.len(), |len| first + len);
        self.copy_bare(self.at + run);
    }

    /// The offset behind the line break that follows `from` with at most blanks between.
    pub(super) fn breaks_after(&self, from: usize) -> Option<usize> {
        let rest = &self.bytes[from..self.end];
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        (rest[blank] == b'\n').then_some(from + blank + 1)
    }

    /// A line that goes on on the next: nothing stands for the break.
    fn continue_line(&mut self, from: usize) {
        // Blanks behind the backslash are a slip of the pen; those before the break part words.
        if !matches!(self.bytes.get(from), Some(b'\n' | b'\r')) {
            self.end_word();
        }
        self.at = self.breaks_after(from).unwrap_or(self.end);
        if self.dialect.prompts {
            let rest = &self.text[self.at..self.end];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if rest[blank..].starts_with("> ") {
                self.end_word();
                self.at += blank + 2;
            }
        }
    }

    fn backslash(&mut self) {
        if self.breaks_after(self.at + 1).is_some() || self.at + 1 >= self.end {
            return self.continue_line(self.at + 1);
        }
        let escaped = self.text[self.at + 1..].chars().next().unwrap_or('\\');
        let span = Span::new(self.at, self.at + 1 + escaped.len_utf8());
        let text = &self.text[self.at + 1..span.end as usize];
        if self.dialect.command_prompt && escaped != '"' {
            return self.copy_bare(span.end as usize);
        }
        self.open(self.at, Encoding::ShellBare).decoded(span, text, Encoding::ShellBare);
        self.at = span.end as usize;
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn line_break(&mut self) {
        self.end_word();
        self.at += 1;
        if self.heredocs.is_empty() && self.goes_on_without_backslash() {
            return;
        }
        let pending = std::mem::take(&mut self.heredocs);
        for heredoc in pending {
            self.heredoc(&heredoc);
        }
        self.end_command(false);
        self.begin_line();
    }

    /// True if the next line holds options of a request, which no command begins with: the backslash was
    /// forgotten.
    fn goes_on_without_backslash(&self) -> bool {
        let rest = self.text[self.at..self.end].trim_start_matches([' ', '\t']);
        let mut chars = rest.chars();
        let option = chars.next().is_some_and(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
            && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '-')
            && !rest.starts_with("---");
        let url = rest.trim_start_matches(['\'', '"']);
        (option || url.starts_with("https://") || url.starts_with("http://"))
            && self.command.program_name().is_some_and(|name| is_known(&name))
    }

    /// Steps over a prompt before a command.
    fn begin_line(&mut self) {
        if let Some(start) = self.next_start(self.at).filter(|start| start.line == self.at) {
            self.at = start.at;
        }
    }

    /// The first line from `from` on that begins a request.
    pub(super) fn next_start(&self, from: usize) -> Option<Start> {
        self.starts.get(self.starts.partition_point(|start| start.line < from)).copied()
    }

    fn angle(&mut self) {
        if let Some(end) = self.placeholder_end() {
            return self.copy_bare(end);
        }
        let numbered = self
            .word
            .as_ref()
            .is_some_and(|word| self.bytes[word.start..self.at].iter().all(u8::is_ascii_digit));
        if numbered {
            self.word = None;
        }
        self.end_word();
        let rest = &self.text[self.at..self.end];
        if rest.starts_with("<(") || rest.starts_with(">(") {
            match self.substitution_end(self.at + 2) {
                Some(end) => {
                    self.substitutions.push(Span::new(self.at + 2, end - 1));
                    self.push_expansion(end, Encoding::ShellBare);
                }
                None => self.at += 1,
            }
        } else if rest.starts_with("<<<") {
            self.redirect = Some(RedirectKind::HereString);
            self.at += 3;
        } else if rest.starts_with("<<") {
            self.heredoc_operator();
        } else if rest.starts_with('<') {
            self.redirect = Some(RedirectKind::Input);
            self.at += 1;
        } else {
            self.redirect = Some(RedirectKind::Output);
            let operator =
                if [">>", ">&", ">|"].iter().any(|operator| rest.starts_with(operator)) { 2 } else { 1 };
            self.at += operator;
        }
    }

    /// The end of the `<…>` or `<<…>>` that begins here, if what it holds reads like a name.
    fn placeholder_end(&self) -> Option<usize> {
        let rest = &self.bytes[self.at..self.end];
        if rest[0] != b'<' {
            return None;
        }
        let marks = if rest.get(1) == Some(&b'<') { 2 } else { 1 };
        let rest = &rest[..rest.len().min(MAX_PLACEHOLDER)];
        let close = marks + rest[marks..].iter().position(|byte| matches!(byte, b'<' | b'>' | b'\n'))?;
        let name = &rest[marks..close];
        let first = *name.first()?;
        let last = *name.last()?;
        let named = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'{' | b'}' | b'$') || byte >= 0x80
        };
        let words = name.iter().all(|&byte| {
            named(byte)
                || matches!(byte, b' ' | b'-' | b'.' | b':' | b'/' | b'\'' | b',' | b'(' | b')' | b'#')
        });
        let doubled = marks == 1 || rest.get(close + 1) == Some(&rest[close]);
        // `<<name<<` within a path: the marks that close it were typed as those that open it.
        let turned =
            rest[close] == b'<' && marks == 2 && self.word.is_some() && rest.get(close + 2) == Some(&b'/');
        let closed = (rest[close] == b'>' || turned) && doubled;
        let end = close + marks;
        // `<<EOF>>file` is a heredoc whose output is appended.
        let appended = marks == 2 && rest.get(end).is_some_and(u8::is_ascii_alphanumeric);
        let whole = named(first) && last != b' ' && last != b'-' && words && closed && !appended;
        whole.then_some(self.at + end)
    }

    /// `{subscription id}` within a word keeps its blanks.
    fn bracket(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        let close = if rest[0] == b'{' { b'}' } else { b']' };
        let rest = &rest[..rest.len().min(MAX_PLACEHOLDER)];
        let named = |&byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'.');
        let len = 1 + rest[1..].iter().position(|byte| !named(byte)).unwrap_or(rest.len() - 1);
        let is_placeholder = rest.get(len) == Some(&close) && len > 1 && rest[1] != b' ';
        self.copy_bare(self.at + if is_placeholder { len + 1 } else { 1 });
    }

    fn operator(&mut self, byte: u8) {
        let next = self.peek(1);
        let within_url = self.word.as_ref().is_some_and(|word| {
            let head = &self.bytes[word.start..self.at.min(word.start + 400)];
            memchr::memmem::find(head, b"://").is_some() || head.contains(&b'?')
        }) && next.is_some_and(|byte| !byte.is_ascii_whitespace());
        match byte {
            b'&' if next == Some(b'>') => {
                self.end_word();
                self.at += 1;
            }
            b'&' if next != Some(b'&') && within_url => self.copy_bare(self.at + 1),
            b'(' | b')' if within_url => self.copy_bare(self.at + 1),
            b'|' => {
                let doubled = next == Some(b'|');
                self.end_command(!doubled);
                self.at += if doubled || next == Some(b'&') { 2 } else { 1 };
            }
            b'&' if next == Some(b'&') => {
                self.end_command(false);
                self.at += 2;
            }
            _ => {
                self.end_command(false);
                self.at += 1;
            }
        }
    }

    fn heredoc_operator(&mut self) {
        let mut at = self.at + 2;
        let strip_tabs = self.bytes[..self.end].get(at) == Some(&b'-');
        at += usize::from(strip_tabs);
        at += self.text[at..self.end].len() - self.text[at..self.end].trim_start_matches([' ', '\t']).len();
        let rest = &self.text[at..self.end];
        let raw = &rest
            [..rest.find([' ', '\t', '\r', '\n', ';', '|', '&', '<', '>', '(', ')']).unwrap_or(rest.len())];
        let delimiter = raw.replace(['\'', '"', '\\'], "");
        if delimiter.is_empty() || delimiter.len() > MAX_PLACEHOLDER {
            return self.copy_bare(self.at + 2);
        }
        let quoted = delimiter.len() < raw.len();
        self.at = at + raw.len();
        self.heredocs.push(PendingHeredoc { command: self.commands.len(), delimiter, quoted, strip_tabs });
    }

    fn heredoc(&mut self, heredoc: &PendingHeredoc) {
        let start = self.at;
        let last = match self.next_start(start) {
            // Once a heredoc had no end, none is believed to reach past the next request.
            Some(next) if self.heredoc_unclosed => next.line,
            _ => self.end,
        };
        let mut line_start = start;
        let mut body_end = None;
        for line in self.text[start..last].split_inclusive('\n') {
            if line.trim() == heredoc.delimiter {
                body_end = Some(line_start);
                self.at = line_start + line.trim_end_matches(['\n', '\r']).len();
                break;
            }
            line_start += line.len();
        }
        let body_end = body_end.unwrap_or_else(|| {
            self.heredoc_unclosed = true;
            self.at = self.next_start(start).map_or(self.end, |next| next.line);
            self.at
        });
        let body_end =
            start + self.text[start..body_end].strip_suffix('\n').map_or(body_end - start, str::len);
        let text = self.heredoc_body(Span::new(start, body_end), heredoc.quoted, heredoc.strip_tabs);
        let redirect = Redirect { kind: RedirectKind::HereDocument, text };
        match self.commands.get_mut(heredoc.command) {
            Some(command) => command.redirects.push(redirect),
            None => self.command.redirects.push(redirect),
        }
    }

    fn end_word(&mut self) {
        let Some(Open { builder, start, anchor, encoding }) = self.word.take() else { return };
        let text = builder.finish(anchor as u32, encoding);
        if let Some(kind) = self.redirect.take() {
            self.command.redirects.push(Redirect { kind, text });
            return;
        }
        if let Some(name) = self.assigned_name(start) {
            let appends = self.bytes[start + name.len()] == b'+';
            let skip = name.len() + if appends { 2 } else { 1 };
            let value = text.slice(Span::new(skip.min(text.text().len()), text.text().len()));
            self.command.assignments.push(Assignment { name: name.to_owned(), value, appends });
            return;
        }
        let span = self.code.to_file(Span::new(start, self.at));
        self.command.words.push(Word { text, span });
    }

    /// The variable that the word from `start` on sets, if it is an assignment.
    fn assigned_name(&self, start: usize) -> Option<&'f str> {
        let setting = |word: &Word<'_>| {
            let text = word.text.text();
            text.starts_with('-')
                || ["export", "local", "declare", "readonly", "typeset", "env", "set", "$"].contains(&text)
        };
        if !self.command.words.iter().take(4).all(setting) || self.command.words.len() > 4 {
            return None;
        }
        let head = &self.bytes[start..self.at.min(start + MAX_PLACEHOLDER)];
        let equals = memchr::memchr(b'=', head)?;
        let name = &self.text[start..start + equals];
        let name = name.strip_suffix('+').unwrap_or(name);
        is_name(name).then_some(name)
    }

    fn end_command(&mut self, pipe: bool) {
        self.end_word();
        self.redirect = None;
        // The bodies of this line's heredocs are still to come and need a command to belong to.
        if self.command.is_empty()
            && !self.heredocs.iter().any(|heredoc| heredoc.command == self.commands.len())
        {
            self.command.quoting.clear();
            return;
        }
        let mut command = std::mem::take(&mut self.command);
        command.input = self.input.take();
        self.input = pipe.then_some(self.commands.len());
        self.commands.push(command);
    }
}
