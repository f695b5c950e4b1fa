//! From text to commands: blanks, operators, redirections, heredocs. What quotes do is in [`super::quoted`].

mod heredoc;

use self::heredoc::PendingHeredoc;
use super::braces;
use super::starts::{Start, is_known, is_name, starts};
use super::{Assignment, Command, Dialect, Redirect, RedirectKind, Word};
use crate::notation::command::program_name;
use crate::notation::quoting::is_torn_query;
use crate::notation::{Quoting, QuotingKind};
use crate::text::{Builder, Encoding, Fragment, Span};

/// A placeholder longer than this is none; keeps the search for its end short.
const MAX_PLACEHOLDER: usize = 100;

/// Bytes of a text whose commands are read at a time: a command with its words takes many times what it is written in.
pub(super) const STRETCH: usize = 16 << 10;

/// Bytes in which a header or a URL shows that it is one.
const MAX_VALUE: usize = 4096;

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
    /// The prompts before requests, and which command they stand before.
    prompts: Vec<(usize, Span)>,
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

/// A character that the shell does not read as part of the word in which it was meant to stand.
struct Slip {
    kind: QuotingKind,
    span: Span,
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
            prompts: Vec::new(),
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
                return Some((std::mem::take(&mut self.commands), std::mem::take(&mut self.substitutions)));
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
        self.copied_prompts();
        Some((std::mem::take(&mut self.commands), std::mem::take(&mut self.substitutions)))
    }

    /// The program of the command that is being read makes requests.
    pub(super) fn is_request(&self) -> bool {
        self.command.program_name().is_some_and(|name| is_known(&name))
    }

    /// Says that bash does not take the operator at `span`, to the request that stands nearest.
    fn refuse(&mut self, span: Span) {
        if self.natural {
            return;
        }
        let message = match self.text[span.range()].trim() {
            "" => "the line ends too early for the shell: it runs nothing of it".to_owned(),
            operator => {
                format!("the shell does not take this `{operator}` here: it runs nothing of the line")
            }
        };
        let quoting = Quoting::new(QuotingKind::UnquotedOperator, self.code.to_file(span), message)
            .help("put the argument in quotes if the character is part of it");
        let told = if self.is_request() {
            &mut self.command.quoting
        } else if let Some(last) = self.commands[self.line_commands..].last_mut() {
            &mut last.quoting
        } else {
            &mut self.refusals
        };
        if told.len() < MAX_QUOTING {
            told.push(quoting);
        }
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

    /// A no-break space was typed for a blank. To the shell it is a character of the word.
    fn no_break_space(&mut self) {
        self.end_word();
        if self.is_request() {
            let span = Span::new(self.at, self.at + 2);
            let quoting = Quoting::new(
                QuotingKind::WordsRunTogether,
                self.code.to_file(span),
                "a no-break space parts no words: the shell reads on",
            )
            .help("write a blank");
            let quoting = self.with_edits(quoting, "write a blank", Some(vec![(span, " ".to_owned())]));
            self.command.quoting.push(quoting);
        }
        self.at += 2;
    }

    /// Ends the word behind quotes if an option follows them at once: `'{…}'-H`.
    fn runs_on(&mut self) {
        let Some(word) = self.word.as_ref().filter(|_| !self.natural && self.peek(0) == Some(b'-')) else {
            return;
        };
        let before = &self.bytes[word.start..self.at];
        let rest = &self.bytes[self.at..self.end];
        let name =
            rest.iter().skip(1).take(32).take_while(|it| it.is_ascii_alphabetic() || **it == b'-').count();
        let behind = rest.get(1 + name);
        let is_option = match name {
            0 => false,
            1 => behind.is_some_and(|it| matches!(it, b' ' | b'\t' | b'\'' | b'"' | b'@')),
            _ => rest[1] == b'-' && behind.is_none_or(|it| matches!(it, b' ' | b'\t' | b'=' | b'\n' | b'\r')),
        };
        if !is_option || !self.is_request() {
            return;
        }
        let before = &before[..before.len().min(MAX_VALUE)];
        let is_value = matches!(before.get(1), Some(b'{' | b'[' | b'@'))
            || memchr::memmem::find(before, b": ").is_some()
            || memchr::memmem::find(before, b"://").is_some();
        if !is_value {
            return;
        }
        let span = Span::new(self.at, self.at + 1 + name);
        let option = &self.text[span.range()];
        let quoting = Quoting::new(
            QuotingKind::WordsRunTogether,
            self.code.to_file(span),
            format!("no blank stands before `{option}`: it becomes part of the argument"),
        )
        .help("write a blank between two arguments");
        let edits = Some(vec![(Span::at(self.at), " ".to_owned())]);
        let quoting = self.with_edits(quoting, "write a blank", edits);
        self.command.quoting.push(quoting);
        self.end_word();
    }

    /// True if the mark here continues the line in another shell, and the next line shows that this was meant.
    fn continues_elsewhere(&mut self) -> bool {
        let Some(next) = self.breaks_after(self.at + 1).filter(|_| !self.natural) else { return false };
        if self.dialect.command_prompt || self.dialect.unsaid {
            return true;
        }
        let in_word = self.at > 0 && !self.bytes[self.at - 1].is_ascii_whitespace();
        if !self.goes_on(next) {
            return false;
        }
        if in_word {
            self.end_word();
        }
        let mark = Span::new(self.at, self.at + 1);
        let shell = if self.bytes[self.at] == b'^' { "the Windows command prompt" } else { "PowerShell" };
        let quoting = Quoting::new(
            QuotingKind::ContinuationMissing,
            self.code.to_file(mark),
            format!(
                "`{}` continues a line in {shell}, not here: the command ends with it",
                &self.text[mark.range()]
            ),
        )
        .help("write `\\`");
        let quoting = self.with_edits(quoting, "write `\\`", Some(vec![(mark, "\\".to_owned())]));
        self.command.quoting.push(quoting);
        true
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
            self.blank_after_continuation(from);
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

    fn blank_after_continuation(&mut self, from: usize) {
        let mark = from - 1;
        let Some(next) = self.breaks_after(from).filter(|_| self.is_request()) else { return };
        let blanks =
            self.text[from..next].len() - self.text[from..next].trim_start_matches([' ', '\t']).len();
        let blanks = Span::new(from, from + blanks);
        let quoting = Quoting::new(
            QuotingKind::BlankAfterContinuation,
            self.code.to_file(Span::new(mark, blanks.end as usize)),
            "a blank stands behind the mark that continues the line: the command ends here",
        )
        .help("let nothing stand behind it");
        let quoting = self.with_edits(quoting, "remove the blank", Some(vec![(blanks, String::new())]));
        self.command.quoting.push(quoting);
    }

    fn backslash(&mut self) {
        let breaks = if self.natural {
            matches!(self.peek(1), Some(b'\n'))
        } else {
            self.breaks_after(self.at + 1).is_some()
        };
        if breaks {
            return self.continue_line(self.at + 1);
        }
        // The last character of a text stands for itself.
        if self.at + 1 >= self.end {
            return self.copy_bare(self.end);
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
        if self.array.is_some() {
            return;
        }
        if self.heredocs.is_empty() && self.goes_on(self.at) && !self.natural {
            return self.continuation_missing();
        }
        let pending = std::mem::take(&mut self.heredocs);
        for heredoc in pending {
            self.heredoc(&heredoc);
        }
        self.end_command(false);
        if self.operator.is_none() && self.subshells.is_empty() {
            self.line_commands = self.commands.len();
        }
        self.begin_line();
        if self.operator.is_none() {
            self.stop_if_due();
        }
    }

    /// Ends the stretch behind a command, if it is long enough and nothing that follows speaks of what it holds.
    fn stop_if_due(&mut self) {
        // Prompts are told of in the end, of whichever command they stand before.
        self.is_at_stop = self.at - self.stretch >= STRETCH
            && self.input.is_none()
            && self.heredocs.is_empty()
            && self.array.is_none()
            && self.prompts.is_empty();
    }

    /// True if the line at `at` holds options of the request that is being read, which no command begins with.
    fn goes_on(&self, at: usize) -> bool {
        let rest = self.text[at..self.end].trim_start_matches([' ', '\t']);
        let mut chars = rest.chars();
        let option = chars.next().is_some_and(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
            && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '-')
            && !rest.starts_with("---");
        let url = rest.trim_start_matches(['\'', '"']);
        (option || url.starts_with("https://") || url.starts_with("http://")) && self.is_request()
    }

    /// The line goes on on the next, which the one before does not say.
    fn continuation_missing(&mut self) {
        let line = self.text[..self.at].trim_end();
        let start = memchr::memrchr(b'\n', line.as_bytes()).map_or(0, |at| at + 1);
        let rest = &self.text[self.at..self.end];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let from = self.at + blank;
        let option = rest[blank..end].split([' ', '\t', '=']).next().unwrap_or("").len();
        let quoting = Quoting::new(
            QuotingKind::ContinuationMissing,
            self.code.to_file(Span::new(from, from + option)),
            "the line before does not continue: the call leaves without what stands here",
        )
        .help("end every line but the last with `\\`");
        // Behind a comment no mark continues the line.
        let is_last = self.text[line.len()..self.at].bytes().filter(|byte| *byte == b'\n').count() == 1;
        let comment = memchr::memmem::find(&self.bytes[start..line.len()], b" #").is_some();
        let edits = (is_last && !comment && !line[start..].trim_start().starts_with('#'))
            .then(|| vec![(Span::at(line.len()), " \\".to_owned())]);
        let quoting = self.with_edits(quoting, "continue the line", edits);
        if !self.dialect.command_prompt {
            self.command.quoting.push(quoting);
        }
    }

    /// Steps over a prompt before a command.
    fn begin_line(&mut self) {
        if let Some(start) = self.next_start(self.at).filter(|start| start.line == self.at) {
            let prompt = self.text[start.line..start.at].trim();
            self.unprompted |= prompt.is_empty();
            if prompt == "$" && self.tells_prompts() {
                let from = start.line + self.text[start.line..].find('$').unwrap_or(0);
                self.prompts.push((self.commands.len(), Span::new(from, start.at)));
            }
            self.at = start.at;
        } else {
            let line = self.text[self.at..self.end].split('\n').next().unwrap_or("").trim();
            self.unprompted |= !line.is_empty() && !line.starts_with('#');
        }
        // What is never told need not wait for the end.
        if !self.tells_prompts() {
            self.prompts.clear();
        }
    }

    fn tells_prompts(&self) -> bool {
        self.dialect.prompts && !self.dialect.unsaid && !self.unprompted
    }

    /// Says which prompts were copied: in a block of commands that each have one. Among other lines, which may be
    /// what a command writes, they tell the one from the other.
    fn copied_prompts(&mut self) {
        if !self.tells_prompts() {
            return;
        }
        for (command, prompt) in std::mem::take(&mut self.prompts) {
            let quoting = Quoting::new(
                QuotingKind::PromptCopied,
                self.code.to_file(Span { start: prompt.start, end: prompt.start + 1 }),
                "whoever copies the line copies the prompt too",
            )
            .help("leave the prompt out where commands are there to be copied");
            let quoting = self.with_edits(quoting, "remove the prompt", Some(vec![(prompt, String::new())]));
            if let Some(command) = self.commands.get_mut(command) {
                command.quoting.push(quoting);
            }
        }
    }

    /// The first line from `from` on that begins a request.
    pub(super) fn next_start(&self, from: usize) -> Option<Start> {
        self.starts.get(self.starts.partition_point(|start| start.line < from)).copied()
    }

    fn angle(&mut self) {
        if let Some(end) = self.placeholder_end().filter(|_| !self.natural) {
            let span = Span::new(self.at, end);
            self.copy_bare(end);
            return self.slip(QuotingKind::PlaceholderRedirects, span);
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
            let kind = if rest.starts_with("<&") { RedirectKind::Output } else { RedirectKind::Input };
            self.redirect = Some(kind);
            self.at += if rest.starts_with("<&") || rest.starts_with("<>") { 2 } else { 1 };
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
        let begins = named(first) || name.starts_with(b"...");
        let whole = begins && last != b' ' && last != b'-' && words && closed && !appended;
        whole.then_some(self.at + end)
    }

    /// `{subscription id}` within a word keeps its blanks.
    fn bracket(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        let close = if rest[0] == b'{' { b'}' } else { b']' };
        let rest = &rest[..rest.len().min(MAX_PLACEHOLDER)];
        let named = |&byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'.');
        let len = 1 + rest[1..].iter().position(|byte| !named(byte)).unwrap_or(rest.len() - 1);
        let is_placeholder = rest.get(len) == Some(&close)
            && len > 1
            && rest[1] != b' '
            && rest[len - 1] != b' '
            && !self.natural;
        let has_blank = is_placeholder && rest[..len].contains(&b' ');
        if !has_blank {
            return self.brace();
        }
        let span = Span::new(self.at, self.at + len + 1);
        self.copy_bare(span.end as usize);
        self.slip(QuotingKind::WordsRunTogether, span);
    }

    /// Notes that the shell reads the characters in `span`, which are part of the word, otherwise.
    fn slip(&mut self, kind: QuotingKind, span: Span) {
        if let Some(word) = &mut self.word {
            word.slips.push(Slip { kind, span });
        }
    }

    fn operator(&mut self, byte: u8) {
        let next = self.peek(1);
        let here = Span::new(self.at, self.at + 1);
        let within_url = !self.natural
            && self.is_request()
            && self.word.as_ref().is_some_and(|word| {
                let head = &self.bytes[word.start..self.at.min(word.start + 400)];
                memchr::memmem::find(head, b"://").is_some() || head.contains(&b'?')
            })
            && next.is_some_and(|byte| !byte.is_ascii_whitespace());
        match byte {
            b'&' if next == Some(b'>') => {
                self.end_word();
                self.at += 1;
            }
            b'&' if next != Some(b'&') && within_url => {
                self.copy_bare(self.at + 1);
                self.slip(QuotingKind::UnquotedAmpersand, here);
            }
            b';' if within_url && self.parameter_follows() || self.is_in_json() => {
                self.copy_bare(self.at + 1);
                self.slip(QuotingKind::UnquotedOperator, here);
            }
            b'(' => self.open_bracket(),
            b')' => self.close_bracket(),
            b'|' => {
                let len = if matches!(next, Some(b'|' | b'&')) { 2 } else { 1 };
                self.operate(len, next != Some(b'|'));
            }
            b'&' if next == Some(b'&') => self.operate(2, false),
            b';' if matches!(next, Some(b';' | b'&')) => {
                self.end_command(false);
                // What ends a case.
                if !self.has_cases() {
                    self.refuse(Span::new(self.at, self.at + 2));
                }
                self.at += 2;
            }
            _ => self.operate(1, false),
        }
    }

    /// True within a request's word without quotes that begins as JSON does, its quotes escaped.
    fn is_in_json(&self) -> bool {
        let begins = |text: &str| text.starts_with("{\\\"") || text.starts_with("[\\\"");
        !self.natural && self.is_request() && self.word_text().is_some_and(begins)
    }

    /// True if patterns with brackets and `;;` may stand here.
    fn has_cases(&mut self) -> bool {
        let text = &self.bytes[..self.end];
        *self.cases.get_or_insert_with(|| memchr::memmem::find(text, b"case").is_some())
    }

    /// Ends the command at an operator of `len` bytes.
    fn operate(&mut self, len: usize, pipe: bool) {
        let span = Span::new(self.at, self.at + len);
        let had_command = self.word.is_some() || !self.command.is_empty() || self.closed_bracket;
        self.end_command(pipe);
        self.closed_bracket = false;
        if !had_command {
            self.refuse(span);
        }
        self.at += len;
        let ends = matches!(&self.text[span.range()], ";" | "&");
        self.operator = (!ends).then_some(span);
        self.stop_if_due();
    }

    /// `;name=` in a URL.
    fn parameter_follows(&self) -> bool {
        let rest = &self.bytes[self.at + 1..self.end];
        let name = rest
            .iter()
            .take(64)
            .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'$'));
        let len = name.count();
        len > 0 && rest.get(len) == Some(&b'=')
    }

    fn open_bracket(&mut self) {
        let here = Span::new(self.at, self.at + 1);
        self.end_program();
        let in_word = self.word.is_some();
        if self.natural {
            self.end_command(false);
            self.at += 1;
        } else if self.word_text().is_some_and(|it| it.ends_with('=')) && self.begin_array() {
            self.at += 1;
        } else if self.is_request() && (in_word || !self.command.words.is_empty()) {
            self.copy_bare(self.at + 1);
            self.slip(QuotingKind::UnquotedOperator, here);
        } else {
            let rest = self.text[self.at + 1..self.end].trim_start_matches([' ', '\t']);
            let is_function = rest.starts_with(')') && (in_word || self.command.words.len() == 1);
            if is_function {
                self.word = None;
                self.command = Command::default();
                self.at = self.end - rest.len() + 1;
                return;
            }
            if in_word || !self.command.words.is_empty() {
                self.refuse(here);
            }
            self.end_command(false);
            self.subshells.push(here);
            self.at += 1;
        }
    }

    /// Ends the word that names a program which makes requests, at a bracket behind it.
    fn end_program(&mut self) {
        let name = self.word_text().filter(|_| self.command.words.is_empty() && !self.natural);
        if name.is_some_and(|name| is_known(&program_name(name))) {
            self.end_word();
        }
    }

    fn close_bracket(&mut self) {
        let here = Span::new(self.at, self.at + 1);
        if self.subshells.is_empty() {
            self.end_program();
        }
        if self.array.is_some() {
            self.end_array();
        } else if !self.subshells.is_empty() {
            self.end_command(false);
            self.subshells.pop();
            self.closed_bracket = true;
        } else if self.is_request() && !self.natural {
            self.copy_bare(self.at + 1);
            return self.slip(QuotingKind::UnquotedOperator, here);
        } else {
            let before = self.commands.len();
            self.end_command(false);
            if !self.has_cases() {
                self.refuse(here);
            } else if let Some(pattern) = self.commands.get_mut(before..).and_then(<[_]>::last_mut) {
                pattern.is_pattern = true;
            }
        }
        self.at += 1;
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

    /// Says what the shell does to a word that was meant as one.
    fn say_slips(&mut self, word: Span, braces: &[usize], mut slips: Vec<Slip>) {
        if let Some(at) = braces::expands(self.bytes, braces) {
            slips.push(Slip { kind: QuotingKind::BracesExpanded, span: Span::new(at, at + 1) });
        }
        let mut said: Vec<QuotingKind> = Vec::new();
        for slip in &slips {
            if said.contains(&slip.kind) {
                continue;
            }
            said.push(slip.kind);
            let raw = &self.text[slip.span.range()];
            let (message, help) = match slip.kind {
                QuotingKind::UnquotedAmpersand => (
                    "the shell ends the command at this `&` and runs it in the background".to_owned(),
                    "put the URL in quotes",
                ),
                QuotingKind::UnquotedOperator if raw == ";" => {
                    ("the shell ends the command at this `;`".to_owned(), "put the argument in quotes")
                }
                QuotingKind::UnquotedOperator => (
                    format!(
                        "the shell does not take this `{raw}` within a word: it runs nothing of the line"
                    ),
                    "put the argument in quotes",
                ),
                QuotingKind::BracesExpanded => (
                    "the shell makes several words of what stands in these braces".to_owned(),
                    "put the argument in quotes",
                ),
                QuotingKind::PlaceholderRedirects => (
                    format!("the shell reads the angle brackets of `{raw}` as redirections"),
                    "put the argument in quotes",
                ),
                _ => (format!("the blank in `{raw}` ends the argument"), "put the argument in quotes"),
            };
            let quoting = Quoting::new(slip.kind, self.code.to_file(slip.span), message).help(help);
            let quoting = self.with_edits(quoting, help, self.in_quotes(word, &slips));
            let quoting = match slip.kind {
                // In a document a placeholder is where it belongs: it is filled in before the line is run.
                QuotingKind::PlaceholderRedirects | QuotingKind::WordsRunTogether if self.dialect.prompts => {
                    Quoting { offer: None, ..quoting.note() }
                }
                _ => quoting,
            };
            self.command.quoting.push(quoting);
        }
    }

    /// The edits that keep the shell from reading anything in `word` but its variables.
    fn in_quotes(&self, word: Span, slips: &[Slip]) -> Option<Vec<(Span, String)>> {
        let raw = &self.text[word.range()];
        if is_torn_query(raw, &self.text[word.end as usize..self.end]) {
            return None;
        }
        if raw.contains(['"', '\'', '\\', '`', '!']) {
            // Part of it stands in quotes: the rest gets some of its own.
            let around = |slip: &Slip| {
                let part = &self.text[slip.span.range()];
                (slip.span, format!("'{part}'"))
            };
            let one_reading = slips.iter().all(|slip| slip.kind != QuotingKind::BracesExpanded);
            return one_reading.then(|| slips.iter().map(around).collect());
        }
        let quote = || "\"".to_owned();
        let mut edits = vec![(Span::at(word.start as usize), quote())];
        for (at, _) in raw.match_indices('$') {
            if super::odata_name(&raw[at..]).is_some() {
                edits.push((Span::at(word.start as usize + at), "\\".to_owned()));
            }
        }
        edits.push((Span::at(word.end as usize), quote()));
        Some(edits)
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
        self.input = pipe.then_some(self.commands.len());
        self.commands.push(command);
    }
}
