//! From text to commands: blanks, operators, redirections, heredocs. What quotes do is in [`super::quoted`].

mod heredoc;
mod lines;
mod operators;
mod slips;

use self::heredoc::PendingHeredoc;
use self::slips::Slip;
use super::starts::{Start, is_known, is_name, starts};
use super::{Assignment, Command, Dialect, Redirect, RedirectKind, Word};
use crate::notation::Quoting;
use crate::text::{Builder, Encoding, Fragment, Span};

/// A placeholder longer than this is none; keeps the search for its end short.
const MAX_PLACEHOLDER: usize = 100;

/// Bytes of a text whose commands are read at a time: a command with its words takes many times what it is written in.
pub(super) const STRETCH: usize = 16 << 10;

/// Bytes of a pipeline of commands that each send what the one before writes: behind them it is not known any more.
const MAX_PIPE: usize = 4 * STRETCH;

/// What quoting does to one command that is kept.
const MAX_QUOTING: usize = 64;

/// Words, assignments and redirections of one command, and pieces of one word, that are kept. A system that runs it takes no argument of more than
/// 128 KiB (Linux), and each takes a hundred times the memory of a byte of it.
const MAX_PARTS: usize = 32 << 10;

/// Words behind which a variable may be set.
const BEFORE_ASSIGNMENTS: [&str; 18] = [
    "export", "local", "declare", "readonly", "typeset", "env", "set", "$", "if", "then", "else", "elif",
    "while", "until", "do", "!", "{", "time",
];

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    pub(super) redirect: Option<RedirectKind>,
    heredocs: Vec<PendingHeredoc>,
    heredoc_unclosed: bool,
    /// The shell's own reading alone, as the words are to be compared with it.
    pub(super) natural: bool,
    /// Bytes in which bodies are still looked for.
    pub(super) meant_budget: usize,
    /// The brackets of the subshells that are open.
    subshells: Vec<Span>,
    /// The braces that are open.
    groups: Vec<Span>,
    /// The last operator, if no command has begun behind it.
    operator: Option<Span>,
    closed_bracket: bool,
    /// The prompt before the command that is being read, a request.
    prompt: Option<Span>,
    /// A line begins without one.
    unprompted: bool,
    /// The number of commands before the line.
    line_commands: usize,
    /// What bash does not take before the first command.
    refusals: Vec<Quoting>,
    array: Option<Array<'s>>,
    /// Bytes in which the ends of heredocs are still looked for past a line that looks like one.
    heredoc_budget: usize,
    commands: Vec<Command<'s>>,
    input: Option<usize>,
    /// The text has the word `case`, once that was looked for.
    cases: Option<bool>,
    /// Where the stretch began that is being read.
    stretch: usize,
    has_begun: bool,
    is_at_stop: bool,
    is_done: bool,
}

/// A word that is being read.
pub(super) struct Open<'f, 's> {
    pub(super) builder: Builder<'f, 's>,
    start: usize,
    anchor: usize,
    encoding: Encoding,
    /// Where `{`, `,`, `.` and `}` stand outside of quotes, once a brace does.
    braces: Vec<usize>,
    /// What was typed for something else: told once the whole word is known.
    slips: Vec<Slip>,
}

/// The words of an array that is being read.
struct Array<'s> {
    name: String,
    appends: bool,
    start: usize,
    items: Vec<Word<'s>>,
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
            natural: false,
            meant_budget: 4 * range.len() + 4096,
            subshells: Vec::new(),
            groups: Vec::new(),
            operator: None,
            closed_bracket: false,
            prompt: None,
            unprompted: false,
            line_commands: 0,
            refusals: Vec::new(),
            array: None,
            heredoc_budget: 4 * range.len() + 4096,
            commands: Vec::new(),
            input: None,
            cases: None,
            stretch: range.start,
            has_begun: false,
            is_at_stop: false,
            is_done: false,
        }
    }

    /// All commands, and the spans of the substitutions in which there may be more.
    pub(super) fn run(mut self) -> (Vec<Command<'s>>, Vec<Span>) {
        let (mut commands, mut substitutions) = (Vec::new(), Vec::new());
        while let Some((more, within)) = self.read_on() {
            let before = commands.len();
            commands.extend(
                more.into_iter()
                    .map(|command| Command { input: command.input.map(|index| index + before), ..command }),
            );
            substitutions.extend(within);
        }
        (commands, substitutions)
    }

    /// The commands of the next lines, and the spans of the substitutions in which there may be more. None of them
    /// has to do with those before, but for what they set.
    pub(super) fn read_on(&mut self) -> Option<(Vec<Command<'s>>, Vec<Span>)> {
        if self.is_done {
            return None;
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            self.begin_line();
        }
        self.is_at_stop = false;
        while self.at < self.end {
            self.step();
            if self.is_at_stop {
                self.stretch = self.at;
                self.line_commands = 0;
                // The command whose output the next one reads stands before that.
                let last = self.input.map(|last| self.commands.split_off(last)).unwrap_or_default();
                self.input = self.input.map(|_| 0);
                let commands = std::mem::replace(&mut self.commands, last);
                for command in &mut self.commands {
                    command.input = None;
                }
                return Some((commands, std::mem::take(&mut self.substitutions)));
            }
        }
        self.is_done = true;
        self.end_array();
        self.end_command(false);
        if let Some(operator) = self.operator.filter(|it| &self.text[it.range()] != "\n") {
            self.refuse(operator);
        } else if let Some(bracket) = self.subshells.first().or(self.groups.first()).copied() {
            self.refuse(bracket);
        }
        Some((std::mem::take(&mut self.commands), std::mem::take(&mut self.substitutions)))
    }

    /// The program of the command that is being read makes requests.
    pub(super) fn is_request(&self) -> bool {
        self.command.program_name().is_some_and(|name| is_known(&name))
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
            b'^' | b'`' if self.continues_elsewhere() => self.continue_line(self.at + 1),
            b'`' => self.backtick(Encoding::ShellBare),
            b'\'' | b'"' | b'{' | b'[' if self.eaten_body() => {}
            b'\'' => {
                self.single_quoted();
                self.runs_on();
            }
            b'"' => {
                self.double_quoted();
                self.runs_on();
            }
            b'$' => self.dollar(),
            b'#' if self.word.is_none() => self.skip_line(),
            b'<' | b'>' => self.angle(),
            b'{' | b'[' if self.word.is_some() => self.bracket(),
            b'{' | b'}' | b',' | b'.' => self.brace(),
            b';' | b'&' | b'|' | b'(' | b')' => self.operator(byte),
            0xe2 if self.typographic() => {}
            // A no-break space between words was typed for a blank.
            0xc2 if self.peek(1) == Some(0xa0) && !self.natural => self.no_break_space(),
            _ => self.bare_run(),
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes[..self.end].get(self.at + ahead).copied()
    }

    /// Starts a word if none is open; an empty one stands at `anchor`, in quotes of `encoding`.
    pub(super) fn open(&mut self, anchor: usize, encoding: Encoding) -> &mut Builder<'f, 's> {
        let (code, start) = (self.code, self.at);
        if let Some(open) = self.word.as_mut().filter(|open| open.builder.pieces() >= MAX_PARTS) {
            open.builder = Builder::new(code);
            self.command.is_cut_short = true;
        }
        &mut self
            .word
            .get_or_insert_with(|| Open {
                builder: Builder::new(code),
                start,
                anchor,
                encoding,
                braces: Vec::new(),
                slips: Vec::new(),
            })
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
                    | b'}'
                    | b','
                    | b'.'
                    | b'['
                    | 0xc2
            )
        };
        // The first character is not special where it stands, whatever it is.
        let first = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        let run = rest[first..].iter().position(special).map_or(rest.len(), |len| first + len);
        self.copy_bare(self.at + run);
    }

    /// A character that may be part of a brace expansion.
    fn brace(&mut self) {
        let (at, byte) = (self.at, self.bytes[self.at]);
        self.copy_bare(at + 1);
        if let Some(word) = self.word.as_mut().filter(|word| byte == b'{' || !word.braces.is_empty()) {
            word.braces.push(at);
        }
    }

    /// The raw text of the word that is being read.
    pub(super) fn word_text(&self) -> Option<&'f str> {
        self.word.as_ref().and_then(|word| self.text.get(word.start..self.at))
    }

    /// `NAME=(`: what stands between the brackets are the words of an array.
    fn begin_array(&mut self) -> bool {
        let Some(start) = self.word.as_ref().map(|word| word.start) else { return false };
        let Some(name) = self.assigned_name(start) else { return false };
        let appends = self.bytes[start + name.len()] == b'+';
        let name = name.to_owned();
        self.word = None;
        self.array = Some(Array { name, appends, start: self.at + 1, items: Vec::new() });
        true
    }

    fn end_array(&mut self) {
        self.end_word();
        let Some(Array { name, appends, start, items }) = self.array.take() else { return };
        let value = self.code.slice(Span::new(start, self.at.max(start)));
        self.command.assignments.push(Assignment { name, value, appends, items: Some(items) });
    }

    fn end_word(&mut self) {
        let Some(Open { builder, start, anchor, encoding, braces, slips }) = self.word.take() else { return };
        let redirect = self.redirect.take();
        if !self.has_room() {
            return;
        }
        let text = builder.finish(anchor as u32, encoding);
        if let Some(kind) = redirect {
            self.command.redirects.push(Redirect { kind, text });
            return;
        }
        let whole = Span::new(start, self.at);
        let span = self.code.to_file(whole);
        if let Some(array) = &mut self.array {
            array.items.push(Word { text, span });
            return;
        }
        if let Some(name) = self.assigned_name(start) {
            let appends = self.bytes[start + name.len()] == b'+';
            let skip = name.len() + if appends { 2 } else { 1 };
            let value = text.slice(Span::new(skip.min(text.text().len()), text.text().len()));
            let name = name.to_owned();
            self.command.assignments.push(Assignment { name, value, appends, items: None });
            return;
        }
        if self.command.words.is_empty() {
            match &self.text[whole.range()] {
                "{" => self.groups.push(whole),
                "}" if self.groups.pop().is_none() => self.refuse(whole),
                _ => {}
            }
        }
        if self.is_request() && !self.natural {
            self.say_slips(whole, &braces, slips);
        }
        self.command.words.push(Word { text, span });
    }

    /// True if the command has room for one more word, assignment or redirection; else it is cut short.
    fn has_room(&mut self) -> bool {
        let Command { words, assignments, redirects, .. } = &self.command;
        let items = self.array.as_ref().map_or(0, |array| array.items.len());
        let has_room = words.len() + assignments.len() + redirects.len() + items < MAX_PARTS;
        self.command.is_cut_short |= !has_room;
        has_room
    }

    /// The variable that the word from `start` on sets, if it is an assignment.
    fn assigned_name(&self, start: usize) -> Option<&'f str> {
        let setting = |word: &Word<'_>| {
            let text = word.text.text();
            text.starts_with('-') || BEFORE_ASSIGNMENTS.contains(&text)
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
        if self.redirect.take().is_some() {
            let len = self.text[self.at..self.end].chars().next().map_or(0, char::len_utf8);
            self.refuse(Span::new(self.at, self.at + len));
        }
        if !self.command.is_empty() {
            self.operator = None;
        }
        // The bodies of this line's heredocs are still to come and need a command to belong to.
        if self.command.is_empty()
            && !self.heredocs.iter().any(|heredoc| heredoc.command == self.commands.len())
        {
            self.command.quoting.clear();
            return;
        }
        let mut command = std::mem::take(&mut self.command);
        command.quoting.append(&mut self.refusals);
        command.input = self.input.take();
        command.prompt = self.prompt.take().filter(|_| self.tells_prompts());
        self.input = pipe.then_some(self.commands.len());
        self.commands.push(command);
    }
}
