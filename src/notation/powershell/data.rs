//! Hashtables and arrays as the JSON that `ConvertTo-Json` makes of them.
//!
//! The JSON is shown where PowerShell says it, and only the characters of its strings can be edited: everything
//! else is written otherwise here.

use std::ops::Range;

use super::decode;
use super::lexer::{Bracket, Kind, Token};
use crate::notation::variables::{Language, Scope, Value};
use crate::text::{Builder, Encoding, Fragment, Span};

/// Containers within each other that are followed; `ConvertTo-Json` itself stops at 100.
const MAX_DEPTH: u8 = 24;
/// JSON longer than this, in bytes, is not made.
const MAX_LEN: usize = 256 << 10;
/// What stands for a value that only a run knows.
const VALUE: &str = "$value";

/// What the tokens are read with.
#[derive(Clone, Copy)]
pub(super) struct Data<'r, 's> {
    pub(super) code: &'r Fragment<'s>,
    pub(super) list: &'r [Token],
    pub(super) scope: &'r Scope<'s>,
}

impl<'r, 's> Data<'r, 's> {
    /// The JSON of `… | ConvertTo-Json` or `ConvertTo-Json …`, brackets around it or not, if the tokens in `range`
    /// are that and its object is spelt out.
    pub(super) fn converted(self, range: Range<usize>) -> Option<Fragment<'s>> {
        let range = self.unwrapped(range);
        let first = self.list.get(range.start).filter(|_| !range.is_empty())?;
        if self.is_conversion(first) {
            return self.input(range);
        }
        let pipe = self.find(range.clone(), |token| token.kind == Kind::Pipe)?;
        let behind = pipe + 1..range.end;
        let last = self.find(behind.clone(), |token| token.kind == Kind::Pipe).is_none();
        let command = self.list.get(behind.start).filter(|_| last && !behind.is_empty())?;
        if !self.is_conversion(command) {
            return None;
        }
        self.object(range.start..pipe)
    }

    /// The JSON of a hashtable, an array or a variable that holds one.
    pub(super) fn object(self, range: Range<usize>) -> Option<Fragment<'s>> {
        let range = self.unwrapped(range);
        let anchor = self.list.get(range.start)?.span.start;
        let mut builder = Builder::new(self.code);
        self.value(&mut builder, range, 0)?;
        let json = builder.finish(anchor, Encoding::Plain);
        json.text().starts_with(['{', '[']).then_some(json)
    }

    fn word(self, token: &Token) -> &'r str {
        &self.code.text()[token.span.range()]
    }

    fn is_conversion(self, token: &Token) -> bool {
        token.kind == Kind::Word && self.word(token).eq_ignore_ascii_case("convertto-json")
    }

    /// What `ConvertTo-Json` is given in its own arguments.
    fn input(self, range: Range<usize>) -> Option<Fragment<'s>> {
        let mut at = range.start + 1;
        while at < range.end {
            let token = &self.list[at];
            let word = self.word(token);
            if token.kind == Kind::Word && word.starts_with('-') {
                let takes_value = ["-depth", "-d", "-escapehandling", "-warningaction", "-erroraction"]
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(word));
                at += if takes_value { 2 } else { 1 };
                continue;
            }
            let end = self.skip(at) + 1;
            return self.object(at..end.min(range.end));
        }
        None
    }

    /// The index of the last token of what begins at `index`.
    fn skip(self, index: usize) -> usize {
        match self.list[index].kind {
            Kind::Open(_) => self.list[index].partner.clamp(index, self.list.len() - 1),
            _ => index,
        }
    }

    /// The first token in `range`, outside brackets within it, that is wanted.
    fn find(self, range: Range<usize>, wanted: impl Fn(&Token) -> bool) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            if wanted(&self.list[at]) {
                return Some(at);
            }
            at = self.skip(at) + 1;
        }
        None
    }

    /// The tokens without separators at the ends, brackets around all, and a type before.
    fn unwrapped(self, range: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = range;
        end = end.min(self.list.len());
        while start < end {
            let first = &self.list[start];
            let whole = first.partner.checked_add(1) == Some(end);
            match first.kind {
                Kind::Separator => start += 1,
                Kind::Open(Bracket::Paren) if whole => {
                    start += 1;
                    end -= 1;
                }
                Kind::Word if end - start > 1 && self.is_type(first) => start += 1,
                _ if self.list[end - 1].kind == Kind::Separator => end -= 1,
                _ => break,
            }
        }
        start..end.max(start)
    }

    /// `[ordered]` and its like, which leave a value's JSON as it is.
    fn is_type(self, token: &Token) -> bool {
        let word = self.word(token).to_ascii_lowercase();
        matches!(
            word.as_str(),
            "[ordered]" | "[pscustomobject]" | "[hashtable]" | "[array]" | "[object[]]" | "[string[]]"
        )
    }

    /// Writes the value; recurses at most [`MAX_DEPTH`] deep. `None` if it is not understood.
    fn value(self, out: &mut Builder<'_, 's>, range: Range<usize>, depth: u8) -> Option<()> {
        let range = self.unwrapped(range);
        if range.is_empty() || depth == MAX_DEPTH || out.len() > MAX_LEN {
            return None;
        }
        let first = &self.list[range.start];
        let whole = first.partner.checked_add(1) == Some(range.end);
        let span = first.span.cover(self.list[range.end - 1].span);
        match first.kind {
            Kind::Open(Bracket::Table) if whole => return self.table(out, range, depth),
            Kind::Open(Bracket::Array) if whole => {
                let inner = range.start + 1..range.end - 1;
                return self.array(out, inner, (first.span, self.list[range.end - 1].span), depth);
            }
            Kind::Open(Bracket::Table | Bracket::Array) if first.partner >= self.list.len() => return None,
            _ => {}
        }
        if self.find(range.clone(), |token| token.kind == Kind::Comma).is_some() {
            let ends = (Span::at(span.start as usize), Span::at(span.end as usize));
            return self.array(out, range, ends, depth);
        }
        let alone = range.len() == 1;
        let word = self.word(first);
        match first.kind {
            Kind::Variable if alone => match word.to_ascii_lowercase().as_str() {
                "$true" => out.translated(span, "true"),
                "$false" => out.translated(span, "false"),
                "$null" => out.translated(span, "null"),
                _ => {
                    let name = Language::PowerShell.variable(word);
                    match name.and_then(|name| self.scope.value(Language::PowerShell, name)) {
                        Some(Value::Table(table)) => match table.json() {
                            Some(json) => out.append(json),
                            None => out.stand_in(span, VALUE),
                        },
                        _ => out.stand_in(span, VALUE),
                    }
                }
            },
            Kind::Word if alone && is_number(word) => out.translated(span, word),
            Kind::Text(_) => match decode::joined(self.code, self.list, range) {
                Some(text) => self.string(out, &text, span),
                None => out.stand_in(span, VALUE),
            },
            _ => out.stand_in(span, VALUE),
        }
        Some(())
    }

    fn table(self, out: &mut Builder<'_, 's>, range: Range<usize>, depth: u8) -> Option<()> {
        let end = range.end - 1;
        out.translated(self.list[range.start].span, "{");
        let mut at = range.start + 1;
        let mut comma = None;
        while at < end {
            if self.list[at].kind == Kind::Separator {
                at += 1;
                continue;
            }
            let assign = self.find(at..end, |token| matches!(token.kind, Kind::Assign | Kind::Separator))?;
            if self.list[assign].kind != Kind::Assign || assign == at {
                return None;
            }
            if let Some(comma) = comma {
                out.translated(comma, ",");
            }
            self.name(out, at..assign);
            out.translated(self.list[assign].span, ":");
            let separator = self.find(assign + 1..end, |token| token.kind == Kind::Separator);
            let stop = separator.unwrap_or(end);
            match self.converted(assign + 1..stop) {
                // JSON within JSON is a string.
                Some(_) => out.stand_in(self.list[assign].span, VALUE),
                None => self.value(out, assign + 1..stop, depth + 1)?,
            }
            comma = separator.map(|at| self.list[at].span);
            at = stop + 1;
        }
        out.translated(self.list[end].span, "}");
        Some(())
    }

    fn name(self, out: &mut Builder<'_, 's>, range: Range<usize>) {
        let first = &self.list[range.start];
        let span = first.span.cover(self.list[range.end - 1].span);
        match first.kind {
            Kind::Text(_) | Kind::Word if range.len() == 1 => {
                match decode::joined(self.code, self.list, range) {
                    Some(text) => self.string(out, &text, span),
                    None => self.unknown_name(out, span),
                }
            }
            _ => self.unknown_name(out, span),
        }
    }

    /// A name that a run makes: as it stands, or if that cannot be, unlike any other.
    fn unknown_name(self, out: &mut Builder<'_, 's>, span: Span) {
        let text = &self.code.text()[span.range()];
        let plain = text.len() < 100 && !text.contains(|c: char| c < ' ' || matches!(c, '"' | '\\'));
        if plain {
            out.stand_in(span, &format!("\"{text}\""));
        } else {
            out.stand_in(span, &format!("\"$name{}\"", span.start));
        }
    }

    fn array(
        self,
        out: &mut Builder<'_, 's>,
        range: Range<usize>,
        (open, close): (Span, Span),
        depth: u8,
    ) -> Option<()> {
        out.translated(open, "[");
        let mut at = range.start;
        let mut comma = None;
        while at < range.end {
            if matches!(self.list[at].kind, Kind::Separator | Kind::Comma) {
                at += 1;
                continue;
            }
            if let Some(comma) = comma {
                out.translated(comma, ",");
            }
            let parts = |token: &Token| matches!(token.kind, Kind::Separator | Kind::Comma);
            let stop = self.find(at..range.end, parts).unwrap_or(range.end);
            self.value(out, at..stop, depth + 1)?;
            comma = Some(self.list.get(stop).map_or(close, |token| token.span));
            at = stop;
        }
        out.translated(close, "]");
        Some(())
    }

    /// `text` in JSON's quotes; `span` is where it stands with its own.
    fn string(&self, out: &mut Builder<'_, 's>, text: &Fragment<'s>, span: Span) {
        // A name without quotes may begin and end with any character.
        let mut letters = self.code.text()[span.range()].chars();
        let first = letters.next().map_or(0, char::len_utf8);
        let last = letters.next_back().map_or(first, char::len_utf8);
        let (start, end) = (span.start as usize, span.end as usize);
        out.translated(Span::new(start, start + first), "\"");
        let mut inner = Builder::new(text);
        let mut run = 0;
        for (at, c) in text.text().char_indices() {
            if c >= ' ' && !matches!(c, '"' | '\\') {
                continue;
            }
            if run < at {
                inner.copy(Span::new(run, at), Encoding::Unescaped);
            }
            let escaped = Encoding::JsonString.encode(&text.text()[at..at + c.len_utf8()], "").into_owned();
            inner.translated(Span::new(at, at + c.len_utf8()), &escaped);
            run = at + c.len_utf8();
        }
        if run < text.text().len() {
            inner.copy(Span::new(run, text.text().len()), Encoding::Unescaped);
        }
        if !inner.is_empty() {
            out.append(&inner.finish(0, Encoding::Unescaped));
        }
        out.translated(Span::new(end - last, end), "\"");
    }
}

/// A number as JSON has it too.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}
