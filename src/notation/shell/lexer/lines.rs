//! Where a command goes on in the next line and where it does not; prompts before lines.

use super::super::starts::{Start, is_known};
use super::{Command, Lexer, MAX_PIPE, STRETCH};
use crate::notation::{FILE_WRITERS, Quoting, QuotingKind};
use crate::text::{Encoding, Span, code};

impl Lexer<'_, '_> {
    /// True if the mark here continues the line in another shell, and the next line shows that this was meant.
    pub(super) fn continues_elsewhere(&mut self) -> bool {
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
                "{} continues a line in {shell}, not here: the command ends with it",
                code(&self.text[mark.range()])
            ),
        )
        .help("write `\\`");
        let quoting = self.with_edits(quoting, "write `\\`", Some(vec![(mark, "\\".to_owned())]));
        self.tell(quoting);
        true
    }

    /// The offset behind the line break that follows `from` with at most blanks between.
    pub(in crate::notation::shell) fn breaks_after(&self, from: usize) -> Option<usize> {
        let rest = &self.bytes[from..self.end];
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        (rest[blank] == b'\n').then_some(from + blank + 1)
    }

    /// A line that goes on on the next: nothing stands for the break.
    pub(super) fn continue_line(&mut self, from: usize) {
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
        self.tell(quoting);
    }

    pub(super) fn backslash(&mut self) {
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

    pub(super) fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    pub(super) fn line_break(&mut self) {
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
    pub(super) fn stop_if_due(&mut self) {
        let len = self.at - self.stretch;
        self.is_at_stop = len >= STRETCH
            && self.heredocs.is_empty()
            && self.array.is_none()
            && self.input.is_none_or(|last| last > 0 && (len >= MAX_PIPE || !self.reads_input(last)));
    }

    /// True if a command may send what it is given, or write it to a file.
    fn reads_input(&self, command: usize) -> bool {
        let name = self.commands.get(command).and_then(Command::program_name);
        name.is_some_and(|name| is_known(&name) || FILE_WRITERS.contains(&name.as_ref()))
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
            self.tell(quoting);
        }
    }

    /// Steps over a prompt before a command.
    pub(super) fn begin_line(&mut self) {
        if let Some(start) = self.next_start(self.at).filter(|start| start.line == self.at) {
            let prompt = self.text[start.line..start.at].trim();
            self.unprompted |= prompt.is_empty();
            if prompt == "$" && self.tells_prompts() {
                let from = start.line + self.text[start.line..].find('$').unwrap_or(0);
                self.prompt = Some(Span::new(from, start.at));
            }
            self.at = start.at;
        } else {
            let line = self.text[self.at..self.end].split('\n').next().unwrap_or("").trim();
            self.unprompted |= !line.is_empty() && !line.starts_with('#');
        }
    }

    /// True if so far each command has a prompt, which is copied with it. Among other lines, which may be what a
    /// command writes, prompts tell the one from the other: only the end of the text says whether there are such.
    pub(in crate::notation::shell) fn tells_prompts(&self) -> bool {
        self.dialect.prompts && !self.dialect.unsaid && !self.unprompted
    }

    /// Says that a prompt is copied.
    pub(in crate::notation::shell) fn copied_prompt(&self, prompt: Span) -> Quoting {
        let quoting = Quoting::new(
            QuotingKind::PromptCopied,
            self.code.to_file(Span { start: prompt.start, end: prompt.start + 1 }),
            "whoever copies the line copies the prompt too",
        )
        .help("leave the prompt out where commands are there to be copied");
        self.with_edits(quoting, "remove the prompt", Some(vec![(prompt, String::new())]))
    }

    /// The first line from `from` on that begins a request.
    pub(in crate::notation::shell) fn next_start(&self, from: usize) -> Option<Start> {
        self.starts.get(self.starts.partition_point(|start| start.line < from)).copied()
    }
}
