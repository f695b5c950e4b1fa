//! What quoting does to a command at the prompt, and the edits that correct it.

use super::super::Command;
use super::super::meant::body_at;
use super::{Item, Reader};
use crate::notation::quoting::is_torn_query;
use crate::notation::{Quoting, QuotingKind as K};
use crate::text::Span;

impl<'s> Reader<'_, 's> {
    pub(super) fn continuation_missing(&mut self, end: usize, behind: usize, mark: Option<Span>) {
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

    /// `'…'` as an argument: to the prompt an apostrophe is a character like any other.
    pub(super) fn apostrophes(&mut self) -> bool {
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
        let (mut run_end, mut before_quote) = (0, false);
        for (at, c) in raw.char_indices() {
            let from = inner.start as usize + at;
            if c == '\\' && at >= run_end {
                let behind = raw[at..].trim_start_matches('\\');
                run_end = raw.len() - behind.len();
                before_quote = behind.is_empty() || behind.starts_with('"');
            }
            // Backslashes before a quote are doubled, and it has one of its own.
            if c == '"' || (c == '\\' && before_quote) {
                self.take(from, from, Some('\\'), true);
            }
            self.take(from, from + c.len_utf8(), Some(c), true);
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
        if raw.contains(operators) || raw.ends_with('\\') {
            return None;
        }
        let mut edits = vec![(Span::new(whole.start as usize, inner.start as usize), "\"".to_owned())];
        for (at, _) in raw.match_indices('"') {
            edits.push((Span::at(inner.start as usize + at), "\\".to_owned()));
        }
        edits.push((Span::new(inner.end as usize, whole.end as usize), "\"".to_owned()));
        Some(edits)
    }

    /// Adds to the offer of the finding that the command has already: all of its arguments are fixed or none.
    fn add_edits(&mut self, edits: Option<Vec<(Span, String)>>) {
        let outward = edits.and_then(|edits| self.code.edits(&edits));
        let first = self.first_fixed;
        self.first_fixed = false;
        let Some(quoting) = self.quoting.iter_mut().find(|it| it.kind == K::QuotesEaten) else { return };
        let before = quoting.offer.take().map(|offer| offer.edits);
        if let Some(edits) = outward
            && (first || before.is_some())
        {
            let all = before.into_iter().flatten().chain(edits).collect();
            *quoting = quoting.clone().offer(true, "put it in double quotes", all);
        }
    }

    pub(super) fn with_edits(
        &self,
        quoting: Quoting,
        title: &'static str,
        edits: Option<Vec<(Span, String)>>,
    ) -> Quoting {
        quoting.with_edits(self.code, title, edits)
    }

    /// Says what the prompt does to characters of words.
    pub(super) fn say_slips(&mut self, command: &Command<'s>, slips: Vec<(K, Span)>, said: &mut Vec<K>) {
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
    pub(super) fn second_reading(&self, items: &[Item]) -> Option<Quoting> {
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
}

/// True if the command runs a batch file.
pub(super) fn is_batch(command: &Command<'_>) -> bool {
    matches!(command.program_name().as_deref(), Some("az" | "az.cmd"))
}
