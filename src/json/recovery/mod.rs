//! The ways back to JSON: each function names one kind of mistake and leaves the parser where the author's
//! meaning goes on. A file for each place at which the text can leave the road; here what they share.

mod between;
mod closers;
mod commas;
mod names;
mod odd_marks;
mod quotes;
mod strings;
mod values;

pub(crate) use values::is_nothing;

use crate::json::parser::{Expect, Parser};
use crate::json::tree::{Data, Kind, OWNED, REPAIRED};
use crate::json::{Mistake, MistakeKind};
use crate::text::{Edit, Span, odd};

/// Edits of one repair beyond which the text is not fixed but rewritten.
const MAX_EDITS: usize = 4096;

impl Parser<'_> {
    /// A node whose text is not what stands between its quotes.
    pub(super) fn own(&mut self, text: &str, start: usize, end: usize) -> Data {
        self.owned.push(text.into());
        Data {
            start: start as u32,
            end: end as u32,
            link: self.owned.len() as u32 - 1,
            kind: Kind::String,
            flags: OWNED,
        }
    }

    pub(super) fn push_unknown(&mut self, span: Span) {
        self.push_value(Data {
            start: span.start,
            end: span.end,
            link: 0,
            kind: Kind::Unknown,
            flags: REPAIRED,
        });
    }

    /// Something was read among members that is none of them.
    pub(super) fn member_passed_over(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.comma = None;
            frame.empty = false;
        }
        self.expect = Expect::Comma;
    }

    /// One mistake for all places: the first is shown, the edits fix all.
    pub(super) fn repeated(
        &mut self,
        known: Option<usize>,
        kind: MistakeKind,
        span: Span,
        edits: Vec<Edit>,
    ) -> Option<usize> {
        if let Some(mistake) = known.and_then(|index| self.mistakes.get_mut(index)) {
            match &mut mistake.repair {
                Some(repair) if repair.edits.len() < MAX_EDITS => repair.edits.extend(edits),
                repair => *repair = None,
            }
            return known;
        }
        let index = self.mistakes.len();
        self.mistake(Mistake::new(kind, span).repaired(edits));
        Some(index)
    }

    /// Where the last token ended, without the space and comments behind it.
    pub(super) fn done(&self) -> usize {
        odd::trim_end(&self.text[..self.at]).len()
    }

    /// The character at `at`, to point at a place where something is missing.
    pub(super) fn place_after(&self, at: usize) -> Span {
        Span::new(at, self.behind(at))
    }
}
