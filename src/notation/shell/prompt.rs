//! The Windows command prompt and its batch files.
//!
//! A line is read twice: the prompt replaces `%NAME%`, takes the carets off and cuts at its operators, for which only
//! `"` is a quote and a backslash is nothing; the program then parts what is left into words by the rules of
//! Microsoft's C library, for which `\"` is a quote that stands for itself. `az` is a batch file, which hands its
//! line to the prompt once more. Facts: Wine's cmd, and the tests of its own that run on Windows too.

mod slips;
mod words;

use self::slips::is_batch;
use self::words::{assignment, is_blank, is_call, program, read_again, trim_quote};
use super::lexer::STRETCH;
use super::starts::{Start, is_known, starts};
use super::{Assignment, Command, Dialect, Redirect, RedirectKind};
use crate::notation::{Quoting, QuotingKind as K};
use crate::text::{Fragment, Span};

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
    /// No argument of the command was fixed yet.
    first_fixed: bool,
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
            first_fixed: true,
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

    /// `%NAME%`, `%NAME:a=b%`, `%1`, `%%`; a percent sign alone vanishes, and with it what stands before a `:`: to a
    /// batch file that is the name of a variable, and one that is not set is nothing.
    /// (<https://ss64.com/nt/syntax-percent.html>, <https://stackoverflow.com/a/4095133>: phase 1)
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
                let end = name.iter().position(|it| matches!(it, b'%' | b':' | b'\n'));
                let line = |from: usize| rest[from..].iter().position(|it| matches!(it, b'%' | b'\n'));
                let is_name = |name: &[u8]| {
                    name.iter()
                        .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'(' | b')'))
                };
                match end.map(|len| (len, name[len])) {
                    Some((len, b'%')) if len > 0 => {
                        self.at += len + 2;
                        self.take(from, self.at, None, false);
                    }
                    // `%NAME:~0,3%`
                    Some((len, b':')) if len > 0 && is_name(&name[..len]) => {
                        let close = line(len).filter(|more| rest.get(len + more) == Some(&b'%'));
                        match close {
                            Some(more) => {
                                self.at += len + more + 2;
                                self.take(from, self.at, None, false);
                            }
                            None => self.at += len + 2,
                        }
                    }
                    Some((len, b':')) => self.at += len + 2,
                    _ => self.at += 1,
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
            // Of an empty line behind it the break is what stands for itself.
            let next = &self.bytes[behind.min(self.end)..self.end];
            let breaks = usize::from(next.first() == Some(&b'\r'));
            if next.get(breaks) == Some(&b'\n') && blanks == 0 {
                self.at = behind + breaks + 1;
                self.take(self.at - 1, self.at, Some('\n'), true);
            }
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

    fn end_command(&mut self, pipe: bool) {
        let items = std::mem::take(&mut self.items);
        self.first_fixed = true;
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
}
