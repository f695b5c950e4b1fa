//! Where a name is due.

use super::values::is_placeholder;
use crate::json::parser::{FrameKind, NOWHERE, Parser};
use crate::json::tree::{Data, ESCAPED, Kind, OWNED, REPAIRED};
use crate::json::{MAX_DEPTH, MAX_MISTAKES, Mistake, MistakeKind};
use crate::text::odd::{self, is_blank};
use crate::text::{Edit, Span};

/// Strings that are joined to one value: what has more was never one.
const MAX_HALVES: usize = 8;

impl Parser<'_> {
    pub(in crate::json) fn odd_name(&mut self, byte: u8) {
        match byte {
            b',' => self.extra_comma(),
            b'{' if self.opens_placeholder() => {
                self.at = self.bare_end(self.at);
                self.member_passed_over();
            }
            b'{' => self.unnamed_object(),
            b'[' => self.unnamed_array(),
            b':' => {
                self.mistake(Mistake::new(MistakeKind::ValueWithoutName, Span::new(self.at, self.at + 1)));
                let name = self.own("", self.at, self.at);
                self.at += 1;
                self.push_name(name);
            }
            _ => match self.quoted() {
                Some(name) => self.name_read(name),
                None => self.bare_name(),
            },
        }
    }

    fn unnamed_object(&mut self) {
        if self.frames.len() >= MAX_DEPTH {
            self.too_deep();
            return;
        }
        let Some(frame) = self.frames.last() else { return };
        let node = frame.node;
        let index = self.mistakes.len();
        self.mistake(Mistake::new(MistakeKind::UnnamedObject, Span::new(self.at, self.at + 1)));
        let kind = FrameKind::Unnamed(if index < self.mistakes.len() { index } else { NOWHERE as usize });
        self.push_frame(kind, node);
        self.at += 1;
    }

    fn unnamed_array(&mut self) {
        if self.frames.len() >= MAX_DEPTH {
            self.too_deep();
            return;
        }
        self.mistake(Mistake::new(MistakeKind::ValueWithoutName, Span::new(self.at, self.at + 1)));
        let node = self.nodes.len() as u32;
        self.push_frame(FrameKind::Dropped, node);
        self.at += 1;
    }

    fn bare_name(&mut self) {
        let start = self.at;
        let mut end = start;
        while let Some(&byte) = self.bytes.get(end) {
            if byte == b'{'
                && end > start
                && let Some(len) = self.braced_word(end)
            {
                end += len;
                continue;
            }
            if matches!(byte, b':' | b',' | b'}' | b']' | b'{' | b'[' | b'"' | b'\n' | b'=')
                || !byte.is_ascii() && self.odd_mark(end).is_some_and(|mark| mark != ';')
            {
                break;
            }
            end = self.behind(end);
        }
        // A mark that no name begins with is passed over, so that every turn takes at least one character.
        end = end.max(self.behind(start));
        self.steps += (end - start) as u64;
        let word_end = start + odd::trim_end(&self.text[start..end]).len();
        let word = &self.text[start..word_end];
        let span = Span::new(start, word_end);
        if matches!(self.odd_mark(end), Some(':' | '=')) {
            let mark = Span::new(end, self.behind(end));
            let edits =
                vec![Edit::insert(span.start, "\""), Edit::insert(span.end, "\""), Edit::replace(mark, ":")];
            self.mistake(Mistake::new(MistakeKind::UnquotedName, span).repaired(edits));
            let name = self.own(word, start, word_end);
            self.at = mark.end as usize;
            self.push_name(name);
            return;
        }
        match self.bytes.get(end) {
            Some(b':') => {
                let edits = vec![Edit::insert(span.start, "\""), Edit::insert(span.end, "\"")];
                self.mistake(Mistake::new(MistakeKind::UnquotedName, span).repaired(edits));
                let name = self.own(word, start, word_end);
                self.at = end + 1;
                self.push_name(name);
            }
            Some(b'"') if word_end == end => {
                let span = Span::new(start, end + 1);
                let edits = vec![Edit::insert(span.start, "\"")];
                self.mistake(Mistake::new(MistakeKind::UnquotedName, span).repaired(edits));
                let name = self.own(word, start, end + 1);
                self.at = end + 1;
                self.name_read(name);
            }
            Some(b'=') => {
                let name = self.own(word, start, word_end);
                let edits = vec![
                    Edit::insert(span.start, "\""),
                    Edit::insert(span.end, "\""),
                    Edit::replace(Span::new(end, end + 1), ":"),
                ];
                self.mistake(Mistake::new(MistakeKind::UnquotedName, span).perhaps(edits));
                self.at = end + 1;
                self.push_name(name);
            }
            _ => {
                self.at = end;
                if !self.split(word, span) {
                    if !is_placeholder(word) {
                        self.mistake(Mistake::new(MistakeKind::ValueWithoutName, span));
                    }
                    self.member_passed_over();
                }
            }
        }
    }

    /// The length of `{word}` at `at`, a placeholder within something longer.
    fn braced_word(&self, at: usize) -> Option<usize> {
        let inner = &self.bytes[at + 1..];
        let word =
            inner.iter().take(60).take_while(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(byte));
        let len = word.count();
        (len > 0 && inner.get(len) == Some(&b'}')).then_some(len + 2)
    }

    /// A string that stands where a name is due and that no colon follows.
    pub(in crate::json) fn name_without_colon(&mut self, name: Data) {
        let span = Span { start: name.start, end: name.end };
        let text = self.string_of(&name).into_owned();
        let (next, at) = self.peek_from(self.at);
        let value_follows = match next {
            _ if self.odd_mark(at) == Some('=') => {
                self.at = at;
                self.odd_colon(&name);
                self.push_name(name);
                return;
            }
            _ if matches!(self.odd_mark(at), Some('{' | '[')) => true,
            Some(b'"') => self.after_string(at) != Some(b':'),
            Some(b'{' | b'[' | b'-' | b'0'..=b'9' | b'<' | b'$' | b'\'' | b'\\') => true,
            Some(b'a'..=b'z' | b'A'..=b'Z') => {
                let word = self.text[at..]
                    .find(|c: char| !c.is_alphanumeric())
                    .map_or(self.text.len(), |end| at + end);
                self.peek_from(word).0 != Some(b':')
            }
            Some(b'=') => {
                let len = if self.bytes.get(at + 1) == Some(&b'>') { 2 } else { 1 };
                let mark = Span::new(at, at + len);
                let edits = vec![Edit::replace(mark, ":")];
                self.mistake(Mistake::new(MistakeKind::MissingColon, mark).related(span).repaired(edits));
                self.at = at + len;
                self.push_name(name);
                return;
            }
            _ => false,
        };
        if !value_follows {
            self.lone_string(&name, &text);
            return;
        }
        let inner = odd::trim_end(&text);
        let verbatim = name.flags & OWNED == 0 || text.len() + 2 == (name.end - name.start) as usize;
        if inner.ends_with(':') && verbatim && name.flags & ESCAPED == 0 {
            // The colon is there, inside the quotes.
            let before = self.text.get(..(name.end as usize).saturating_sub(1)).unwrap_or_default();
            let source = odd::trim_end(before);
            if source.ends_with(':') && source.len() > name.start as usize {
                let colon = Span::new(source.len() - 1, source.len());
                let edits = vec![Edit::delete(colon), Edit::insert(name.end, ":")];
                self.mistake(Mistake::new(MistakeKind::MissingColon, span).repaired(edits));
                let inner = inner.trim_end_matches(|c| c == ':' || is_blank(c));
                let name = self.own(inner, name.start as usize, name.end as usize);
                self.push_name(name);
                return;
            }
        }
        let place = self.place_after(name.end as usize);
        let edits = vec![Edit::insert(name.end, ":")];
        let mut mistake = Mistake::new(MistakeKind::MissingColon, place).related(span).repaired(edits);
        if next == Some(b'"') && self.comma_was_missing(name.start) {
            // Three strings in a row: which two belong together is a guess.
            let repairs =
                [self.mistakes.last_mut().and_then(|last| last.repair.as_mut()), mistake.repair.as_mut()];
            repairs.into_iter().flatten().for_each(|repair| repair.safe = false);
        }
        self.mistake(mistake);
        self.push_name(name);
    }

    /// True if the last mistake is that no comma stands before the token at `start`.
    fn comma_was_missing(&self, start: u32) -> bool {
        let edit = self
            .mistakes
            .last()
            .filter(|last| last.kind == MistakeKind::MissingComma)
            .and_then(|last| last.repair.as_ref()?.edits.first());
        edit.filter(|edit| edit.span.is_empty())
            .and_then(|edit| self.text.get(edit.span.start as usize..start as usize))
            .is_some_and(|between| odd::trim(between).is_empty())
    }

    /// The byte behind the string that begins at `at` and the space behind it.
    pub(super) fn after_string(&mut self, at: usize) -> Option<u8> {
        let mut end = at + 1;
        loop {
            match self.bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                b'\n' => return None,
                _ => end += 1,
            }
        }
        self.steps += (end - at) as u64;
        self.peek_from(end + 1).0
    }

    fn lone_string(&mut self, name: &Data, text: &str) {
        let span = Span { start: name.start, end: name.end };
        if self.split(text, span) {
            return;
        }
        if (self.dialect.is_name)(text) {
            self.mistake(Mistake::new(MistakeKind::NameWithoutValue, span));
            self.push_name(*name);
            self.push_unknown(Span { start: name.end, end: name.end });
        } else {
            self.mistake(Mistake::new(MistakeKind::ValueWithoutName, span));
            self.member_passed_over();
        }
    }

    /// Joins `text` to the string value before it if the two are halves of one.
    pub(super) fn split(&mut self, text: &str, span: Span) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        let Some(last) = self.nodes.len().checked_sub(1) else { return false };
        let Some(&(name, _)) = self.names.get(frame.names as usize..).and_then(|names| names.last()) else {
            return false;
        };
        if name as usize + 1 != last || self.nodes[last].kind != Kind::String {
            return false;
        }
        let value = self.nodes[last];
        let halves = self.mistakes.iter().rev().find_map(|mistake| match &mistake.kind {
            MistakeKind::SplitValue { parts } if mistake.span.start == value.start => Some(parts.len()),
            _ => None,
        });
        if halves.is_some_and(|halves| halves >= MAX_HALVES) || self.mistakes.len() >= MAX_MISTAKES {
            return false;
        }
        let first = self.string_of(&value);
        let text = odd::trim(text);
        if !(self.dialect.joins)(&self.string_of(&self.nodes[name as usize]), &first, text) {
            return false;
        }
        let joined = format!("{}, {text}", odd::trim(&first));
        let first_span = Span { start: value.start, end: value.end };
        let mut node = self.own(&joined, value.start as usize, span.end as usize);
        node.flags |= REPAIRED;
        self.nodes[last] = node;
        let missed_comma = |mistake: &Mistake| {
            mistake.kind == MistakeKind::MissingComma && mistake.span.start == first_span.end
        };
        if self.mistakes.last().is_some_and(missed_comma) {
            self.mistakes.pop();
        }
        match self.mistakes.last_mut() {
            Some(Mistake { kind: MistakeKind::SplitValue { parts }, span: whole, .. })
                if whole.end == first_span.end =>
            {
                parts.push(span);
                whole.end = span.end;
            }
            _ => {
                let kind = MistakeKind::SplitValue { parts: vec![first_span, span] };
                self.mistake(Mistake::new(kind, first_span.cover(span)));
            }
        }
        self.member_passed_over();
        true
    }
}
