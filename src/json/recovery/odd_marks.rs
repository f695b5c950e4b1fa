//! Punctuation of another script where JSON's own is due: `，`, `：`, `｛`.

use crate::json::parser::{Expect, Parser};
use crate::json::tree::{Data, Kind};
use crate::json::{Mistake, MistakeKind};
use crate::text::{Edit, Span};

impl Parser<'_> {
    /// Reads the odd punctuation here as the character that it stands for. False if there is none.
    pub(in crate::json) fn odd_punctuation(&mut self) -> bool {
        let Some(mark) = self.odd_mark(self.at) else { return false };
        match (mark, self.expect) {
            (',' | ';', Expect::Comma) => self.for_comma(),
            (',', Expect::Name) => self.extra_comma(),
            (',', Expect::Value) => self.odd_value(b','),
            (':', Expect::Comma) => self.colon_after_value(),
            (':', Expect::Value) => self.odd_value(b':'),
            ('{', Expect::Value) => {
                self.odd_bracket(mark);
                self.open(Kind::Object);
            }
            ('[', Expect::Value) => {
                self.odd_bracket(mark);
                self.open(Kind::Array);
            }
            ('}' | ']', Expect::Name | Expect::Comma) => {
                self.odd_bracket(mark);
                self.close(mark as u8);
            }
            (']', Expect::Value) if self.in_array() => {
                self.odd_bracket(mark);
                self.close(b']');
            }
            _ => return false,
        }
        true
    }

    /// The colon behind `name` is one of another script.
    pub(in crate::json) fn odd_colon(&mut self, name: &Data) {
        let mark = Span::new(self.at, self.behind(self.at));
        let name = Span { start: name.start, end: name.end };
        let mistake = Mistake::new(MistakeKind::MissingColon, mark).related(name);
        self.mistake(mistake.repaired(vec![Edit::replace(mark, ":")]));
        self.at = mark.end as usize;
    }

    /// A bracket of another script. However many a text has, it is one mistake.
    fn odd_bracket(&mut self, mark: char) {
        let span = Span::new(self.at, self.behind(self.at));
        let edit = Edit::replace(span, mark.to_string());
        self.odd_brackets = self.repeated(self.odd_brackets, MistakeKind::OddBracket, span, vec![edit]);
    }
}
