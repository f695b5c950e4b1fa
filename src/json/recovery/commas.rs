//! Where a comma is due, and where none is.

use super::MAX_EDITS;
use crate::json::parser::{Frame, Parser};
use crate::json::{Mistake, MistakeKind};
use crate::text::odd;
use crate::text::{Edit, Span};

impl Parser<'_> {
    pub(in crate::json) fn odd_comma(&mut self, byte: u8) {
        let done = self.done();
        match byte {
            b':' => self.colon_after_value(),
            b';' => self.for_comma(),
            b'"' | b'{' | b'[' | b'\'' | b'\\' => self.missing_comma(done),
            _ if self.quote_at(self.at).is_some() => self.missing_comma(done),
            _ if self.in_array() => self.missing_comma(done),
            _ => {
                let end = self.bare_end(self.at).max(self.behind(self.at));
                let word_end =
                    self.text[self.at..end].find([':', ' ', '=']).map_or(end, |found| self.at + found);
                let (next, at) = self.peek_from(word_end);
                let named = next == Some(b':')
                    || self.odd_mark(at) == Some(':')
                    || (self.bytes.get(end) == Some(&b'"') && self.peek_from(end + 1).0 == Some(b':'));
                if named {
                    self.missing_comma(done);
                    return;
                }
                let word_end = self.at + odd::trim_end(&self.text[self.at..end]).len();
                let span = Span::new(self.at, word_end.max(self.behind(self.at)));
                let word = self.text[span.range()].to_owned();
                self.at = span.end as usize;
                if !self.split(&word, span) {
                    self.mistake(Mistake::new(MistakeKind::UnquotedValue, span));
                }
            }
        }
    }

    /// A character that stands where a comma is due and is none: `;`, `，`.
    pub(super) fn for_comma(&mut self) {
        let mark = Span::new(self.at, self.behind(self.at));
        let (next, _) = self.peek_from(mark.end as usize);
        let mistake = if matches!(next, Some(b'}' | b']')) {
            Mistake::new(MistakeKind::ExtraComma, mark).repaired(vec![Edit::delete(mark)])
        } else {
            Mistake::new(MistakeKind::MissingComma, mark).repaired(vec![Edit::replace(mark, ",")])
        };
        self.mistake(mistake);
        self.at = mark.end as usize;
        self.expect_next();
    }

    fn missing_comma(&mut self, done: usize) {
        let place = self.place_after(done);
        let edits = vec![Edit::insert(done as u32, ",")];
        self.mistake(Mistake::new(MistakeKind::MissingComma, place).repaired(edits));
        self.expect_next();
    }

    /// Commas that nothing stands before or between. A run of them is one mistake.
    pub(super) fn extra_comma(&mut self) {
        let first = self.at;
        let mut end = self.behind(first);
        let mut commas = vec![Span::new(first, end)];
        let mut last = commas[0];
        loop {
            let (next, at) = self.peek_from(end);
            if next == Some(b',') || self.odd_mark(at) == Some(',') {
                end = self.behind(at);
                last = Span::new(at, end);
                if commas.len() < MAX_EDITS {
                    commas.push(last);
                }
                continue;
            }
            let closes = matches!(next, Some(b'}' | b']'));
            if let Some(frame) = self.frames.last_mut()
                && let Some(comma) = frame.comma.filter(|_| closes)
            {
                commas.insert(0, Span { start: comma, end: comma + 1 });
                frame.comma = None;
            }
            break;
        }
        let span = commas[0].cover(last);
        let whole = commas.iter().map(|comma| comma.len()).sum::<usize>() == span.len();
        let edits =
            if whole { vec![Edit::delete(span)] } else { commas.into_iter().map(Edit::delete).collect() };
        self.mistake(Mistake::new(MistakeKind::ExtraComma, span).repaired(edits));
        self.at = end;
    }

    pub(in crate::json) fn trailing_comma(&mut self, frame: &Frame) {
        let Some(comma) = frame.comma else { return };
        let span = Span { start: comma, end: comma + 1 };
        self.mistake(Mistake::new(MistakeKind::ExtraComma, span).repaired(vec![Edit::delete(span)]));
    }
}
