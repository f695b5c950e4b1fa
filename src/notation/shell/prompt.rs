//! The Windows command prompt and its batch files.
//!
//! A line is read twice: the prompt replaces `%NAME%`, takes the carets off and cuts at its operators, for which only
//! `"` is a quote and a backslash is nothing; the program then parts what is left into words by the rules of
//! Microsoft's C library, for which `\"` is a quote that stands for itself. `az` is a batch file, which hands its
//! line to the prompt once more. Facts: Wine's cmd, and the tests of its own that run on Windows too.

use super::lexer::STRETCH;
use super::meant::body_at;
use super::starts::{Start, is_known, starts};
use super::{Assignment, Command, Dialect, Redirect, RedirectKind, Word};
use crate::notation::command::program_name;
use crate::notation::quoting::is_torn_query;
use crate::notation::{Quoting, QuotingKind as K};
use crate::text::{Builder, Edit, Encoding, Fragment, Span};

/// A variable's name longer than this is none.
const MAX_NAME: usize = 100;
/// How far is looked back for the start of a word.
const MAX_LOOK: usize = 400;
/// A placeholder longer than this is none.
const MAX_PLACEHOLDER: usize = 100;

/// The commands of `span`, in the order in which they stand.
pub(super) fn commands<'s>(code: &Fragment<'s>, span: Span, dialect: Dialect) -> Vec<Command<'s>> {
    let mut reader = Reader::new(code, span, dialect);
    let mut found = Vec::new();
    while let Some(more) = reader.read_on() {
        let before = found.len();
        let moved = |command: Command<'s>| Command { input: command.input.map(|it| it + before), ..command };
        found.extend(more.into_iter().map(moved));
    }
    found
}

/// A character that the program gets.
#[derive(Clone, Copy)]
struct Item {
    /// Where it stands: as many of these are held as a line has characters.
    from: u32,
    to: u32,
    /// What it is; none for the value of a variable.
    char: Option<char>,
    /// It stands behind a caret, or between quotes of the prompt.
    shielded: bool,
}

impl Item {
    fn from(&self) -> usize {
        self.from as usize
    }

    fn to(&self) -> usize {
        self.to as usize
    }
}

pub(super) struct Reader<'f, 's> {
    code: &'f Fragment<'s>,
    text: &'f str,
    bytes: &'f [u8],
    at: usize,
    end: usize,
    dialect: Dialect,
    /// Bytes in which bodies are still looked for.
    budget: usize,
    items: Vec<Item>,
    redirects: Vec<Redirect<'s>>,
    quoting: Vec<Quoting>,
    /// Characters that the prompt does not read as part of the word in which they were meant to stand.
    slips: Vec<(K, Span)>,
    groups: usize,
    /// No argument of the command was mended yet.
    first_mended: bool,
    pipe: bool,
    starts: Vec<Start>,
    found: Vec<Command<'s>>,
}

impl<'f, 's> Reader<'f, 's> {
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
            budget: 4 * range.len() + 4096,
            items: Vec::new(),
            redirects: Vec::new(),
            quoting: Vec::new(),
            slips: Vec::new(),
            groups: 0,
            first_mended: true,
            pipe: false,
            starts: starts(&text[range.clone()], range.start, dialect.prompts),
            found: Vec::new(),
        }
    }

    /// The commands of the next lines, none of which reads what one before has written.
    pub(super) fn read_on(&mut self) -> Option<Vec<Command<'s>>> {
        if self.at >= self.end {
            return None;
        }
        let begin = self.at;
        while self.at < self.end && (self.at - begin < STRETCH || self.pipe) {
            let line = self.at;
            let next = self.starts.partition_point(|start| start.line < line);
            let start = self.starts.get(next).filter(|start| start.line == line);
            self.at = start.map_or(line, |start| start.at);
            self.line();
        }
        Some(std::mem::take(&mut self.found))
    }

    /// Reads the commands of a line and of those that it goes on in.
    fn line(&mut self) {
        let rest = self.text[self.at..self.end].trim_start_matches([' ', '\t', '@']);
        let head = rest.get(..4).unwrap_or(rest).to_ascii_lowercase();
        if head.starts_with("rem ") || head.starts_with("rem\t") || head.starts_with("::") {
            let rest = &self.bytes[self.at..self.end];
            self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |len| len + 1);
            return;
        }
        let mut quoted = false;
        while self.at < self.end {
            let byte = self.bytes[self.at];
            match byte {
                b'\n' => {
                    let behind = self.at + 1;
                    if self.goes_on(behind) {
                        self.continuation_missing(self.at, behind, None);
                        self.blank(self.at);
                        self.at = behind;
                        quoted = false;
                        continue;
                    }
                    self.at = behind;
                    break;
                }
                b'\r' => self.at += 1,
                b'%' => self.percent(),
                b'"' => {
                    quoted = !quoted;
                    self.take(self.at, self.at + 1, Some('"'), quoted);
                    self.at += 1;
                }
                b'\\' | b'`' if self.other_mark() => {}
                _ if quoted => self.character(true),
                b'^' => self.caret(),
                b'&' | b'|' | b'<' | b'>' => self.operator(byte),
                b'(' if self.items.is_empty() || self.is_block() => {
                    self.end_command(false);
                    self.groups += 1;
                    self.at += 1;
                }
                b')' if self.groups > 0 && !self.in_word_with_bracket() => {
                    self.end_command(false);
                    self.groups -= 1;
                    self.at += 1;
                }
                b'\'' if self.apostrophes() => {}
                _ => self.character(false),
            }
        }
        self.end_command(false);
    }

    fn take(&mut self, from: usize, to: usize, char: Option<char>, shielded: bool) {
        self.items.push(Item { from: from as u32, to: to as u32, char, shielded });
    }

    fn blank(&mut self, at: usize) {
        self.take(at, at + 1, Some(' '), false);
    }

    fn character(&mut self, shielded: bool) {
        let c = self.text[self.at..].chars().next().unwrap_or('\u{fffd}');
        let to = (self.at + c.len_utf8()).min(self.end);
        self.take(self.at, to, Some(c), shielded);
        self.at = to;
    }

    /// `%NAME%`, `%1`, `%%`; a percent sign alone vanishes.
    fn percent(&mut self) {
        let rest = &self.bytes[self.at + 1..self.end];
        let from = self.at;
        match rest.first() {
            Some(b'%') => {
                self.at += 2;
                // `%%i` is the variable of a loop.
                let line = memchr::memrchr(b'\n', &self.bytes[..from]).map_or(0, |at| at + 1);
                let is_loop = self.text[line..from].to_ascii_lowercase().contains("for ")
                    && self.bytes[..self.end].get(self.at).is_some_and(u8::is_ascii_alphabetic);
                if is_loop {
                    self.at += 1;
                    return self.take(from, self.at, None, false);
                }
                self.take(from, self.at, Some('%'), false);
            }
            Some(b'0'..=b'9' | b'*') => {
                self.at += 2;
                self.take(from, self.at, None, false);
            }
            Some(b'~') => {
                let len = rest.iter().take(8).skip(1).take_while(|it| it.is_ascii_alphanumeric()).count();
                self.at += 2 + len;
                self.take(from, self.at, None, false);
            }
            _ => {
                let name = &rest[..rest.len().min(MAX_NAME)];
                let close = name.iter().position(|it| matches!(it, b'%' | b'\n' | b'"' | b'&'));
                match close.filter(|&len| len > 0 && name[len] == b'%') {
                    Some(len) => {
                        self.at += len + 2;
                        self.take(from, self.at, None, false);
                    }
                    None => self.at += 1,
                }
            }
        }
    }

    /// A caret outside of quotes: the character behind it stands for itself, a line goes on.
    fn caret(&mut self) {
        let from = self.at;
        let rest = &self.text[from + 1..self.end];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        if rest[blank..].starts_with('\n') {
            let behind = from + 1 + blank + 1;
            let blanks = rest[..blank].trim_end_matches('\r').len();
            if blanks > 0 {
                if self.is_request() {
                    let span = Span::new(from, from + 1 + blanks);
                    let quoting = Quoting::new(
                        K::BlankAfterContinuation,
                        self.code.to_file(span),
                        "a blank stands behind the mark that continues the line: the command ends here",
                    )
                    .help("let nothing stand behind it");
                    let edits = vec![(Span::new(from + 1, from + 1 + blanks), String::new())];
                    let quoting = self.with_edits(quoting, "remove the blank", Some(edits));
                    self.quoting.push(quoting);
                }
                self.blank(from);
            }
            self.at = behind;
            return;
        }
        let Some(c) = rest.chars().next() else {
            self.at += 1;
            return;
        };
        self.at += 1 + c.len_utf8();
        self.take(from, self.at, Some(c), true);
    }

    /// A mark at the end of a line that continues it in another shell.
    fn other_mark(&mut self) -> bool {
        let rest = &self.text[self.at + 1..self.end];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        if !rest[blank..].starts_with('\n') || !self.goes_on(self.at + 1 + blank + 1) {
            return false;
        }
        let mark = Span::new(self.at, self.at + 1);
        self.continuation_missing(self.at, self.at + 1, Some(mark));
        self.blank(self.at);
        self.at += 1 + blank + 1;
        true
    }

    /// True if the line at `at` holds options or the URL of the request that is being read.
    fn goes_on(&self, at: usize) -> bool {
        if !self.is_request() {
            return false;
        }
        let rest = self.text[at.min(self.end)..self.end].trim_start_matches([' ', '\t']);
        let option = rest
            .strip_prefix('-')
            .is_some_and(|it| it.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
            && !rest.starts_with("---");
        let url = rest.trim_start_matches(['\'', '"']);
        option || url.starts_with("https://") || url.starts_with("http://")
    }

    fn continuation_missing(&mut self, end: usize, behind: usize, mark: Option<Span>) {
        let (place, message) = if let Some(mark) = mark {
            let raw = &self.text[mark.range()];
            (mark, format!("`{raw}` does not continue a line here: the command ends with it"))
        } else {
            let rest = &self.text[behind..self.end];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let len = rest[blank..].split([' ', '\t', '=', '\r', '\n']).next().unwrap_or("").len();
            let place = Span::new(behind + blank, behind + blank + len);
            (place, "the line before does not continue: the call leaves without what stands here".to_owned())
        };
        let quoting = Quoting::new(K::ContinuationMissing, self.code.to_file(place), message)
            .help("end every line but the last with `^`");
        let edits = match mark {
            Some(mark) => vec![(mark, "^".to_owned())],
            None => vec![(Span::at(self.text[..end].trim_end().len()), " ^".to_owned())],
        };
        let quoting = self.with_edits(quoting, "continue the line with `^`", Some(edits));
        self.quoting.push(quoting);
    }

    /// The raw text of the word that is being read.
    fn word(&self) -> &str {
        let tail = &self.items[self.items.len().saturating_sub(MAX_LOOK)..];
        let from = tail.iter().rposition(|item| is_blank(item) && !item.shielded);
        match tail.get(from.map_or(0, |at| at + 1)) {
            Some(first) => self.text.get(first.from()..self.at).unwrap_or(""),
            None => "",
        }
    }

    fn operator(&mut self, byte: u8) {
        let next = self.bytes[..self.end].get(self.at + 1).copied();
        let here = Span::new(self.at, self.at + 1);
        if matches!(byte, b'<' | b'>') {
            if let Some(end) = self.placeholder_end() {
                self.slips.push((K::PlaceholderRedirects, Span::new(self.at, end)));
                while self.at < end {
                    self.character(true);
                }
                return;
            }
            return self.redirect(byte);
        }
        let word = self.word();
        let meant = word.contains("://") || word.contains('?') || word.starts_with("\"{");
        let joined = next.is_some_and(|it| !it.is_ascii_whitespace() && it != byte);
        if byte == b'&' && meant && joined && self.is_request() {
            self.slips.push((K::UnquotedAmpersand, here));
            self.character(true);
            return;
        }
        self.at += if next == Some(byte) { 2 } else { 1 };
        self.end_command(byte == b'|' && next != Some(b'|'));
    }

    /// `<NAME>`, which was meant as a placeholder.
    fn placeholder_end(&self) -> Option<usize> {
        let rest = &self.bytes[self.at..self.end.min(self.at + MAX_PLACEHOLDER)];
        let name = rest.strip_prefix(b"<")?;
        let len = name.iter().position(|it| matches!(it, b'>' | b'<' | b'\n' | b'"'))?;
        let named =
            |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b' ' | b'-' | b'_' | b'.') || *it >= 0x80;
        let whole = name[len] == b'>' && len > 0 && name[..len].iter().all(named);
        (whole && name[0] != b' ' && name[len - 1] != b' ').then_some(self.at + len + 2)
    }

    fn redirect(&mut self, byte: u8) {
        // `2>` is the number of a stream.
        if let [.., before, digit] = self.items.as_slice()
            && digit.char.is_some_and(|c| c.is_ascii_digit())
            && before.char == Some(' ')
        {
            self.items.pop();
        }
        self.at += 1;
        while matches!(self.bytes[..self.end].get(self.at), Some(b'>' | b'&' | b' ' | b'\t')) {
            self.at += 1;
        }
        let rest = &self.bytes[self.at..self.end];
        let quote = rest.first() == Some(&b'"');
        let skip = usize::from(quote);
        let ends = |it: &u8| {
            if quote { matches!(it, b'"' | b'\n') } else { it.is_ascii_whitespace() || b"&|<>)".contains(it) }
        };
        let len =
            rest[skip.min(rest.len())..].iter().position(ends).unwrap_or(rest.len() - skip.min(rest.len()));
        let name = Span::new(self.at + skip.min(rest.len()), self.at + skip.min(rest.len()) + len);
        let kind = if byte == b'<' { RedirectKind::Input } else { RedirectKind::Output };
        if len > 0 {
            self.redirects.push(Redirect { kind, text: self.code.slice(name) });
        }
        self.at = (name.end as usize + usize::from(quote && len < rest.len() - skip)).min(self.end);
    }

    /// True if a bracket here opens a block: behind `if …`, `else`, `do`.
    fn is_block(&self) -> bool {
        let first: String = self
            .items
            .iter()
            .filter_map(|it| it.char)
            .take_while(char::is_ascii_alphabetic)
            .take(5)
            .collect();
        let before = self.items.last().is_none_or(|it| it.char == Some(' '));
        before && ["if", "else", "for"].iter().any(|it| first.eq_ignore_ascii_case(it))
    }

    /// `rg(a)`: the bracket belongs to the word.
    fn in_word_with_bracket(&self) -> bool {
        let word = self.word();
        word.matches('(').count() > word.matches(')').count()
    }

    /// The words of the command so far name a program that makes requests.
    fn is_request(&self) -> bool {
        let mut word = String::new();
        for item in self.items.iter().take(200) {
            match item.char {
                Some(' ' | '\t') => {
                    if is_known(&program(&word)) {
                        return true;
                    }
                    word.clear();
                }
                Some('"') | None => {}
                Some(c) => word.push(c),
            }
        }
        is_known(&program(&word))
    }

    /// `'…'` as an argument: to the prompt an apostrophe is a character like any other.
    fn apostrophes(&mut self) -> bool {
        let begins =
            self.items.last().is_some_and(|it| matches!(it.char, Some(' ' | '\t' | '=')) && !it.shielded);
        if !begins || !self.is_request() {
            return false;
        }
        let from = self.at + 1;
        let limit = self.end.min(from + self.budget);
        let json = self.text[from..self.end].starts_with(['{', '[']);
        let (inner, end) = if json {
            let (meant, used) = body_at(&self.bytes[..limit], from, Some(b'\''));
            self.budget = self.budget.saturating_sub(used);
            let Some(meant) = meant.filter(|it| !it.apostrophes) else { return false };
            (meant.json, meant.end)
        } else {
            let line = memchr::memchr(b'\n', &self.bytes[from..limit]).map_or(limit, |len| from + len);
            let Some(len) = memchr::memchr(b'\'', &self.bytes[from..line]) else { return false };
            let end = from + len + 1;
            let ends = self.bytes[..self.end].get(end).is_none_or(u8::is_ascii_whitespace);
            if !ends || len == 0 {
                return false;
            }
            (Span::new(from, from + len), end)
        };
        let raw = &self.text[inner.range()];
        if !self.quoting.iter().any(|it| it.kind == K::QuotesEaten) {
            let quoting = Quoting::new(
                K::QuotesEaten,
                self.code.to_file(Span::new(self.at, self.at + 1)),
                "to the Windows command prompt `'` is a character like any other: it quotes nothing",
            )
            .help("put the argument in double quotes, with `\\\"` for each of its own");
            self.quoting.push(quoting);
        }
        let edits = Self::in_double_quotes(Span::new(self.at, end), inner, raw);
        self.add_edits(edits);
        // What the program was meant to get.
        let open = self.at;
        self.take(open, open, Some('"'), true);
        for (at, c) in raw.char_indices() {
            let to = inner.start as usize + at + c.len_utf8();
            if c == '"' {
                self.take(to - 1, to, Some('\\'), true);
            }
            self.take(to - c.len_utf8(), to, Some(c), true);
        }
        self.take(end, end, Some('"'), true);
        self.at = end;
        true
    }

    /// The edits that put `inner` in double quotes in the place of `whole`, if the prompt lets it be then.
    fn in_double_quotes(whole: Span, inner: Span, raw: &str) -> Option<Vec<(Span, String)>> {
        // A quote within it turns the prompt's own quoting off and on.
        let operators: &[char] =
            if raw.contains('"') { &['^', '&', '|', '<', '>', '\\', '\n'] } else { &['\n'] };
        if raw.contains(operators) {
            return None;
        }
        let mut edits = vec![(Span::new(whole.start as usize, inner.start as usize), "\"".to_owned())];
        for (at, _) in raw.match_indices('"') {
            edits.push((Span::at(inner.start as usize + at), "\\".to_owned()));
        }
        edits.push((Span::new(inner.end as usize, whole.end as usize), "\"".to_owned()));
        Some(edits)
    }

    /// Adds to the offer of the finding that the command has already: all of its arguments are mended or none.
    fn add_edits(&mut self, edits: Option<Vec<(Span, String)>>) {
        let outward = edits.and_then(|edits| self.outward(&edits));
        let first = self.first_mended;
        self.first_mended = false;
        let Some(quoting) = self.quoting.iter_mut().find(|it| it.kind == K::QuotesEaten) else { return };
        let before = quoting.offer.take().map(|offer| offer.edits);
        if let Some(edits) = outward
            && (first || before.is_some())
        {
            let all = before.into_iter().flatten().chain(edits).collect();
            *quoting = quoting.clone().offer(true, "put it in double quotes", all);
        }
    }

    fn outward(&self, edits: &[(Span, String)]) -> Option<Vec<Edit>> {
        edits.iter().try_fold(Vec::new(), |mut all, (span, text)| {
            all.extend(self.code.edit(*span, text)?);
            Some(all)
        })
    }

    fn with_edits(
        &self,
        quoting: Quoting,
        title: &'static str,
        edits: Option<Vec<(Span, String)>>,
    ) -> Quoting {
        match edits.and_then(|edits| self.outward(&edits)) {
            Some(edits) => quoting.offer(true, title, edits),
            None => quoting,
        }
    }

    fn end_command(&mut self, pipe: bool) {
        let items = std::mem::take(&mut self.items);
        self.first_mended = true;
        let mut command = Command { redirects: std::mem::take(&mut self.redirects), ..Command::default() };
        let assignment = assignment(&items);
        if let Some((name, from)) = assignment {
            let value: Vec<Item> = items[from..].to_vec();
            let value = trim_quote(value, items[..from].iter().any(|it| it.char == Some('"')));
            let value = self.whole(&value);
            command.assignments.push(Assignment { name, value, appends: false, items: None });
        } else {
            let again = is_call(&items).then(|| read_again(&items));
            command.words = self.split(again.as_ref().unwrap_or(&items));
        }
        command.quoting = std::mem::take(&mut self.quoting);
        let slips = std::mem::take(&mut self.slips);
        if command.program_name().is_some_and(|name| is_known(&name)) {
            self.say_slips(&command, slips, &mut Vec::new());
            let said = self.quoting.split_off(0);
            command.quoting.extend(said);
            if is_batch(&command) && command.quoting.is_empty() {
                command.quoting.extend(self.second_reading(&items));
            }
        }
        if command.is_empty() {
            return;
        }
        let input = std::mem::replace(&mut self.pipe, pipe);
        command.input = input.then(|| self.found.len().checked_sub(1)).flatten();
        self.found.push(command);
    }

    /// Says what the prompt does to characters of words.
    fn say_slips(&mut self, command: &Command<'s>, slips: Vec<(K, Span)>, said: &mut Vec<K>) {
        for (kind, span) in slips {
            if said.contains(&kind) {
                continue;
            }
            said.push(kind);
            let raw = &self.text[span.range()];
            let place = self.code.to_file(span);
            let message = match kind {
                K::UnquotedAmpersand => "the prompt ends the command at this `&`".to_owned(),
                _ => format!("the prompt reads the angle brackets of `{raw}` as redirections"),
            };
            let quoting = Quoting::new(kind, place, message).help("put the argument in double quotes");
            let word = command.words.iter().find(|word| word.span.contains(place));
            let edits = word.and_then(|word| {
                let start = self.code.offset_of(word.span.start)? as usize;
                let end = self.code.offset_of(word.span.end.checked_sub(1)?)? as usize + 1;
                let plain = self.text.get(start..end).is_some_and(|it| !it.contains(['"', '\\', '^', '!']));
                let plain = plain && !is_torn_query(self.text.get(start..end)?, self.text.get(end..)?);
                plain.then(|| vec![(Span::at(start), "\"".to_owned()), (Span::at(end), "\"".to_owned())])
            });
            let quoting = self.with_edits(quoting, "put it in double quotes", edits);
            self.quoting.push(match kind {
                K::PlaceholderRedirects if self.dialect.prompts => Quoting { offer: None, ..quoting.note() },
                _ => quoting,
            });
        }
    }

    /// What the second reading of a batch file's line cuts: a caret that was to shield an operator is gone by then.
    fn second_reading(&self, items: &[Item]) -> Option<Quoting> {
        let mut quoted = false;
        for item in items {
            match item.char {
                Some('"') => quoted = !quoted,
                Some(c @ ('&' | '|' | '<' | '>')) if !quoted => {
                    let place = self.code.to_file(Span::new(item.from(), item.to()));
                    let message = format!(
                        "`az` is a batch file: the prompt reads its line once more and ends the command at this `{c}`"
                    );
                    let kind = if c == '&' { K::UnquotedAmpersand } else { K::UnquotedOperator };
                    return Some(
                        Quoting::new(kind, place, message)
                            .help("put the argument in double quotes, without a caret"),
                    );
                }
                _ => {}
            }
        }
        None
    }

    /// Parts the line into words as a program does.
    fn split(&mut self, items: &[Item]) -> Vec<Word<'s>> {
        let mut words: Vec<Word<'s>> = Vec::new();
        let mut at = 0;
        let mut is_argument = false;
        while at < items.len() {
            if is_blank(&items[at]) {
                at += 1;
                continue;
            }
            if is_argument && let Some((word, next)) = self.body(items, at) {
                words.push(word);
                at = next;
                continue;
            }
            let start = at;
            let mut quoted = false;
            let mut writer = Writer::new(self.code);
            while at < items.len() && (quoted || !is_blank(&items[at])) {
                at = argument_step(items, at, &mut quoted, &mut writer);
            }
            let (from, to) = (items[start].from(), items[at - 1].to());
            // `@curl`, and brackets that were not closed.
            let text = writer.finish(from);
            let text = match text.text().strip_prefix('@').filter(|_| words.is_empty()) {
                Some(_) => text.slice(Span::new(1, text.text().len())),
                None => text,
            };
            is_argument |= words.len() < 8 && is_known(&program(text.text()));
            words.push(Word { text, span: self.code.to_file(Span::new(from, to.max(from))) });
        }
        if words.first().is_some_and(|word| word.text.text().eq_ignore_ascii_case("call")) {
            words.remove(0);
        }
        words
    }

    /// The body that begins at the item `at`, if its quotes get lost on the way.
    fn body(&mut self, items: &[Item], at: usize) -> Option<(Word<'s>, usize)> {
        let first = items[at];
        let quoted = match first.char? {
            '"' => true,
            '{' | '[' => false,
            _ => return None,
        };
        let from = if quoted { items.get(at + 1)?.from() } else { first.from() };
        if !self.text[from..self.end].starts_with(['{', '[']) {
            return None;
        }
        let last = items.last().map_or(from, Item::to);
        let limit = last.min(from + self.budget);
        let (meant, used) = body_at(self.bytes.get(..limit)?, from, quoted.then_some(b'"'));
        self.budget = self.budget.saturating_sub(used);
        let meant = meant?;
        let torn = !quoted && meant.escaped && meant.blank.is_some();
        if meant.apostrophes || (meant.eaten.is_empty() && !torn) {
            return None;
        }
        let raw = &self.text[meant.json.range()];
        let (kind, place, message) = match meant.eaten.first() {
            Some(first) => (
                K::QuotesEaten,
                *first,
                "the program that is run takes JSON's own quotes off: what it gets is not JSON",
            ),
            None => (
                K::WordsRunTogether,
                meant.blank?,
                "the blank ends the argument: the rest of the body becomes other words",
            ),
        };
        let quoting = Quoting::new(kind, self.code.to_file(Span::new(place, place + 1)), message).help(
            "put the body in double quotes, with `\\\"` for each of its own, or in a file: `@body.json`",
        );
        let lone = raw.contains(['%', '!', '^', '&', '|', '<', '>', '\n']);
        let escapes = raw.matches('\\').count();
        let mut edits = Vec::new();
        if !quoted {
            edits.push((Span::at(from), "\"".to_owned()));
        }
        edits.extend(meant.eaten.iter().map(|&it| (Span::at(it), "\\".to_owned())));
        if !quoted {
            edits.push((Span::at(meant.json.end as usize), "\"".to_owned()));
        }
        let mixed = !meant.escaped && escapes > 0;
        let quoting =
            self.with_edits(quoting, "write `\\\"` within double quotes", (!lone && !mixed).then_some(edits));
        self.quoting.push(quoting);
        let text = self.code.slice(meant.json);
        let span = self.code.to_file(Span::new(first.from(), meant.end));
        let next = items.partition_point(|item| item.from() < meant.end);
        Some((Word { text, span }, next.max(at + 1)))
    }

    /// The text of `items` as it stands.
    fn whole(&self, items: &[Item]) -> Fragment<'s> {
        let mut writer = Writer::new(self.code);
        for item in items {
            writer.item(item, Encoding::CommandDouble);
        }
        writer.finish(items.first().map_or(self.at.min(self.end), Item::from))
    }
}

/// True for a line that `call` begins.
fn is_call(items: &[Item]) -> bool {
    let word = items.iter().skip_while(|item| is_blank(item) || item.char == Some('@'));
    let word: String = word.map_while(|item| item.char).take(5).collect();
    word.get(..4).is_some_and(|call| call.eq_ignore_ascii_case("call"))
        && word[4..].chars().all(|c| c == ' ' || c == '\t')
}

/// What `call` makes of the percent signs of its line, which it reads once more: `%%` is one, `%NAME%` the value of a
/// variable.
fn read_again(items: &[Item]) -> Vec<Item> {
    let mut out = Vec::with_capacity(items.len());
    let mut at = 0;
    while let Some(item) = items.get(at) {
        at += 1;
        if item.char != Some('%') {
            out.push(*item);
            continue;
        }
        let rest = &items[at..];
        let name = rest.iter().take(MAX_NAME);
        let name =
            name.take_while(|it| it.char.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')).count();
        let end = rest.get(name).filter(|it| it.char == Some('%'));
        match end {
            Some(end) => {
                let char = (name == 0).then_some('%');
                out.push(Item { to: end.to, char, ..*item });
                at += name + 1;
            }
            None => out.push(*item),
        }
    }
    out
}

/// Steps over one character of a word, or over backslashes and the quote behind them.
fn argument_step(items: &[Item], at: usize, quoted: &mut bool, writer: &mut Writer<'_, '_>) -> usize {
    let encoding = if *quoted { Encoding::CommandDouble } else { Encoding::Plain };
    let backslashes = items[at..].iter().take_while(|item| item.char == Some('\\')).count();
    let quote = items.get(at + backslashes).filter(|item| item.char == Some('"'));
    let Some(quote) = quote else {
        let count = backslashes.max(1);
        for item in &items[at..at + count] {
            writer.item(item, encoding);
        }
        return at + count;
    };
    for pair in items[at..at + backslashes].chunks_exact(2) {
        writer.decoded(pair[0].from(), pair[1].to(), '\\', encoding);
    }
    let behind = at + backslashes + 1;
    if backslashes % 2 == 1 {
        let from = items[at + backslashes - 1].from();
        writer.decoded(from, quote.to(), '"', encoding);
        return behind;
    }
    if *quoted && items.get(behind).is_some_and(|item| item.char == Some('"')) {
        writer.decoded(quote.from(), items[behind].to(), '"', encoding);
        return behind + 1;
    }
    *quoted = !*quoted;
    writer.touch(quote.to());
    behind
}

fn is_blank(item: &Item) -> bool {
    matches!(item.char, Some(' ' | '\t'))
}

/// The name of a program as the table has it.
fn program(word: &str) -> String {
    program_name(word.trim_start_matches('@')).into_owned()
}

/// True if the command runs a batch file.
fn is_batch(command: &Command<'_>) -> bool {
    matches!(command.program_name().as_deref(), Some("az" | "az.cmd"))
}

/// The variable that `set NAME=value` or `set "NAME=value"` sets, and where its value begins.
fn assignment(items: &[Item]) -> Option<(String, usize)> {
    let text: String = items.iter().take(4).filter_map(|item| item.char).collect();
    if !text.to_ascii_lowercase().starts_with("set ") {
        return None;
    }
    let equals = items.iter().take(MAX_NAME).position(|item| item.char == Some('='))?;
    let name: String =
        items[4..equals.max(4)].iter().filter_map(|item| item.char).filter(|c| *c != '"').collect();
    let name = name.trim().to_owned();
    (!name.is_empty() && !name.starts_with('/')).then_some((name, equals + 1))
}

/// The value of `set "NAME=value"` without the quote that ends it.
fn trim_quote(mut value: Vec<Item>, quoted: bool) -> Vec<Item> {
    if quoted && let Some(last) = value.iter().rposition(|item| item.char == Some('"')) {
        value.truncate(last);
    }
    value
}

/// Writes a word, copying what stands together in one piece.
struct Writer<'f, 's> {
    builder: Builder<'f, 's>,
    run: Option<(usize, usize, Encoding)>,
    anchor: Option<usize>,
    encoding: Encoding,
}

impl<'f, 's> Writer<'f, 's> {
    fn new(code: &'f Fragment<'s>) -> Self {
        Self { builder: Builder::new(code), run: None, anchor: None, encoding: Encoding::Plain }
    }

    fn item(&mut self, item: &Item, encoding: Encoding) {
        match item.char {
            Some(c) if item.to() - item.from() == c.len_utf8() => match &mut self.run {
                Some((_, to, of)) if *to == item.from() && *of == encoding => *to = item.to(),
                _ => {
                    self.flush();
                    self.run = Some((item.from(), item.to(), encoding));
                }
            },
            Some(c) => self.decoded(item.from(), item.to(), c, encoding),
            None => {
                self.flush();
                self.builder.expansion(Span::new(item.from(), item.to()), encoding);
            }
        }
    }

    fn decoded(&mut self, from: usize, to: usize, c: char, encoding: Encoding) {
        self.flush();
        self.builder.decoded(Span::new(from, to), c.encode_utf8(&mut [0; 4]), encoding);
    }

    /// A quote that stands for nothing.
    fn touch(&mut self, behind: usize) {
        self.anchor.get_or_insert(behind);
        self.encoding = Encoding::CommandDouble;
    }

    fn flush(&mut self) {
        if let Some((from, to, encoding)) = self.run.take() {
            self.builder.copy(Span::new(from, to), encoding);
        }
    }

    fn finish(mut self, from: usize) -> Fragment<'s> {
        self.flush();
        self.builder.finish(self.anchor.unwrap_or(from) as u32, self.encoding)
    }
}
