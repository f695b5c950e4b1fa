//! Characters that the shell does not read as part of the word in which they were meant to stand.

use super::super::RedirectKind;
use super::super::braces;
use super::{Lexer, MAX_PLACEHOLDER};
use crate::notation::quoting::is_torn_query;
use crate::notation::{Quoting, QuotingKind};
use crate::text::{Encoding, Span};

/// Bytes in which a header or a URL shows that it is one.
const MAX_VALUE: usize = 4096;

/// A character that the shell does not read as part of the word in which it was meant to stand.
pub(super) struct Slip {
    kind: QuotingKind,
    span: Span,
}

impl Lexer<'_, '_> {
    /// A no-break space was typed for a blank. To the shell it is a character of the word.
    pub(super) fn no_break_space(&mut self) {
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
            self.tell_of_first(quoting);
        }
        self.at += 2;
    }

    /// Ends the word behind quotes if an option follows them at once: `'{…}'-H`.
    pub(super) fn runs_on(&mut self) {
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
        self.tell_of_first(quoting);
        self.end_word();
    }

    /// Tells of a slip whose like cuts the command once for all: the first has the edits of those behind it.
    fn tell_of_first(&mut self, quoting: Quoting) {
        let is_like = |it: &&mut Quoting| it.kind == quoting.kind && it.help == quoting.help;
        let Some(first) = self.command.quoting.iter_mut().find(is_like) else { return self.tell(quoting) };
        match (&mut first.offer, quoting.offer) {
            (Some(all), Some(more)) => all.edits.extend(more.edits),
            // All are mended, or none.
            (offer, _) => *offer = None,
        }
    }

    pub(super) fn angle(&mut self) {
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
    pub(super) fn bracket(&mut self) {
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
    pub(super) fn slip(&mut self, kind: QuotingKind, span: Span) {
        if let Some(word) = &mut self.word {
            word.slips.push(Slip { kind, span });
        }
    }

    /// Says what the shell does to a word that was meant as one.
    pub(super) fn say_slips(&mut self, word: Span, braces: &[usize], mut slips: Vec<Slip>) {
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
            self.tell(quoting);
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
            if super::super::odata_name(&raw[at..]).is_some() {
                edits.push((Span::at(word.start as usize + at), "\\".to_owned()));
            }
        }
        edits.push((Span::at(word.end as usize), quote()));
        Some(edits)
    }
}
