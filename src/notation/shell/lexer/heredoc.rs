//! Heredocs: the operator, the word that ends one, and the lines up to it.

use super::{Lexer, MAX_PLACEHOLDER};
use crate::notation::shell::{Command, Redirect, RedirectKind};
use crate::notation::{Quoting, QuotingKind};
use crate::text::Span;

/// A heredoc whose lines come behind the line that is being read.
pub(super) struct PendingHeredoc {
    pub(super) command: usize,
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
}

impl<'s> Lexer<'_, 's> {
    pub(super) fn heredoc_operator(&mut self) {
        let mut at = self.at + 2;
        let strip_tabs = self.bytes[..self.end].get(at) == Some(&b'-');
        at += usize::from(strip_tabs);
        at += self.text[at..self.end].len() - self.text[at..self.end].trim_start_matches([' ', '\t']).len();
        let (len, delimiter, quoted) = self.heredoc_word(at);
        if delimiter.is_empty() || delimiter.len() > MAX_PLACEHOLDER {
            let operator = Span::new(self.at, self.at + 2);
            self.copy_bare(self.at + 2);
            return self.refuse(operator);
        }
        self.at = at + len;
        self.heredocs.push(PendingHeredoc { command: self.commands.len(), delimiter, quoted, strip_tabs });
    }

    /// The word at `at` that ends a heredoc: its length in the text, itself, and whether part of it is quoted.
    fn heredoc_word(&mut self, at: usize) -> (usize, String, bool) {
        let rest = &self.text[at..self.end];
        let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let mut word = String::new();
        let mut quoted = false;
        let mut here = 0;
        while let Some(c) = rest[here..].chars().next() {
            match c {
                ' ' | '\t' | '\r' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => return (here, word, quoted),
                '#' if here == 0 => return (here, word, quoted),
                '\\' => {
                    quoted = true;
                    let escaped = rest[here + 1..].chars().next();
                    word.extend(escaped);
                    here += escaped.map_or(0, char::len_utf8);
                }
                '\'' | '"' => {
                    quoted = true;
                    if let Some(len) = rest[here + 1..].find(c) {
                        word.push_str(&rest[here + 1..here + 1 + len]);
                        here += len + 1;
                    } else {
                        self.heredoc_word_open(at + here);
                    }
                }
                '`' => self.heredoc_word_open(at + here),
                _ => word.push(c),
            }
            here += c.len_utf8();
        }
        (rest.len(), word, quoted)
    }

    /// Says that the quote at `at`, in the word that ends a heredoc, is never closed.
    fn heredoc_word_open(&mut self, at: usize) {
        let mark = Span::new(at, at + 1);
        let quoting = Quoting::new(
            QuotingKind::TextEndMisplaced,
            self.code.to_file(mark),
            format!("this `{}` is never closed: no line ends the text", &self.text[mark.range()]),
        )
        .help("write one word behind `<<`, in quotes if nothing is to be replaced in the text");
        self.tell(quoting);
    }

    pub(super) fn heredoc(&mut self, heredoc: &PendingHeredoc) {
        let start = self.at;
        let last = match self.next_start(start) {
            // Once a heredoc had no end, none is believed to reach past the next request.
            Some(next) if self.heredoc_unclosed => next.line,
            _ => self.end,
        };
        let mut line_start = start;
        let mut body_end = None;
        for line in self.text[start..last].split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let exact = if heredoc.strip_tabs { bare.trim_start_matches('\t') } else { bare };
            let is_end = exact == heredoc.delimiter;
            if is_end || (body_end.is_none() && !self.natural && bare.trim() == heredoc.delimiter) {
                body_end = Some((line_start, bare.len(), is_end));
            }
            line_start += line.len();
            // Past a line that looks like the end the true one is looked for no further than the next request.
            if is_end || (body_end.is_some() && self.heredoc_budget < line.len()) {
                break;
            }
            if body_end.is_some() {
                self.heredoc_budget -= line.len();
                if self.next_start(line_start).is_some_and(|it| it.line == line_start) {
                    break;
                }
            }
        }
        if let Some((line, len, is_end)) = body_end {
            self.at = line + len;
            if !is_end {
                self.text_end_misplaced(heredoc, Span::new(line, line + len));
            }
        }
        let body_end = body_end.map(|(line, ..)| line);
        let body_end = body_end.unwrap_or_else(|| {
            self.heredoc_unclosed = true;
            self.at = self.next_start(start).filter(|_| !self.natural).map_or(self.end, |next| next.line);
            // At the end of a script bash takes what there is.
            if self.at < self.end || self.end < self.text.len() {
                self.text_end_misplaced(heredoc, Span::new(start.saturating_sub(1), start));
            }
            self.at
        });
        let body_end =
            start + self.text[start..body_end].strip_suffix('\n').map_or(body_end - start, str::len);
        let before = self.command.quoting.len();
        let text = self.heredoc_body(Span::new(start, body_end), heredoc.quoted, heredoc.strip_tabs);
        let within = self.command.quoting.split_off(before);
        self.of_heredoc(heredoc).quoting.extend(within);
        let redirect = Redirect { kind: RedirectKind::HereDocument, text };
        self.of_heredoc(heredoc).redirects.push(redirect);
    }

    /// The command that the heredoc belongs to.
    fn of_heredoc(&mut self, heredoc: &PendingHeredoc) -> &mut Command<'s> {
        match self.commands.get_mut(heredoc.command) {
            Some(command) => command,
            None => &mut self.command,
        }
    }

    /// Says that `line` was meant to end the heredoc and does not.
    fn text_end_misplaced(&mut self, heredoc: &PendingHeredoc, line: Span) {
        let word = &heredoc.delimiter;
        let raw = self.text[line.range()].trim();
        let quoting = if raw == word.as_str() {
            let quoting = Quoting::new(
                QuotingKind::TextEndMisplaced,
                self.code.to_file(line),
                format!("this `{word}` does not end the text: nothing may stand before or behind it"),
            )
            .help(format!("write `{word}` alone, at the start of its line"));
            self.with_edits(quoting, "let it stand alone", Some(vec![(line, word.clone())]))
        } else {
            Quoting::new(
                QuotingKind::TextEndMisplaced,
                self.code.to_file(line),
                format!("no line `{word}` ends the text that begins here"),
            )
            .help(format!("write `{word}` on a line of its own behind the text"))
        };
        self.of_heredoc(heredoc).quoting.push(quoting);
    }
}
