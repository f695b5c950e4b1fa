//! Operators and brackets: where a command ends, and what bash does not take.

use super::super::Command;
use super::super::starts::is_known;
use super::{Lexer, MAX_QUOTING};
use crate::notation::command::program_name;
use crate::notation::quoting::cut;
use crate::notation::{Quoting, QuotingKind};
use crate::text::Span;

/// So much of a line is looked at for what it shows.
const LINE: usize = 400;

impl Lexer<'_, '_> {
    /// Says that bash does not take the operator at `span`, to the request that stands nearest.
    pub(super) fn refuse(&mut self, span: Span) {
        if self.natural {
            return;
        }
        // `<file>|<name=value>` is one or the other, in a line that shows how to write a command.
        let end = span.end as usize;
        let window = self.text.get(self.text.floor_char_boundary(end.saturating_sub(LINE))..end);
        let line = window.and_then(|it| it.rsplit('\n').next()).unwrap_or_default();
        if self.dialect.prompts && line.contains(">|<") {
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

    /// Says what quoting does to the command that is being read. Of very much the first is kept, and what cuts it.
    pub(in crate::notation::shell) fn tell(&mut self, quoting: Quoting) {
        let told = &mut self.command.quoting;
        if told.len() < MAX_QUOTING {
            told.push(quoting);
        } else if quoting.cuts()
            && cut(told).is_none()
            && let Some(last) = told.last_mut()
        {
            *last = quoting;
        }
    }

    pub(super) fn operator(&mut self, byte: u8) {
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
}
