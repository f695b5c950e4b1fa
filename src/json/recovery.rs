//! The ways back to JSON: each function names one kind of mistake and leaves the parser where the author's
//! meaning goes on.

use super::parser::{Expect, Frame, FrameKind, Guess, NOWHERE, Parser};
use super::tree::{Data, ESCAPED, Kind, OWNED, REPAIRED};
use super::{MAX_DEPTH, Mistake, MistakeKind, Unclosed};
use crate::text::{Edit, Span};

/// Edits of one repair beyond which the text is not mended but rewritten.
const MAX_EDITS: usize = 4096;

impl Parser<'_> {
    // -- Between tokens ---------------------------------------------------------------------------------

    /// Passes over what is no token: comments, an ellipsis, characters that only look like spaces,
    /// conflict marks. False if the text stands at none of these.
    pub(super) fn trivia(&mut self, byte: u8) -> bool {
        let rest = &self.bytes[self.at..];
        match byte {
            b'.' if rest.starts_with(b"...") => {
                let dots = rest.iter().take_while(|&&byte| byte == b'.').count();
                self.ellipsis(dots);
            }
            0xe2 if rest.starts_with("…".as_bytes()) => self.ellipsis("…".len()),
            b'<' | b'=' | b'>' | b'|' if self.conflict_marker(byte) => {}
            _ => return self.filler(byte),
        }
        true
    }

    /// Passes over white space, comments and characters that only look like spaces.
    pub(super) fn gap(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !self.filler(byte) {
                break;
            }
            self.skip_space();
        }
    }

    fn filler(&mut self, byte: u8) -> bool {
        let rest = &self.bytes[self.at..];
        match byte {
            b'/' if rest.starts_with(b"//") => self.comment(self.line_end()),
            b'/' if rest.starts_with(b"/*") => {
                let end = memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |found| found + 4);
                self.comment(self.at + end);
            }
            b'<' if rest.starts_with(b"<!--") => {
                let end = memchr::memmem::find(rest, b"-->").map_or(rest.len(), |found| found + 3);
                self.comment(self.at + end);
            }
            b'#' if !rest.starts_with(b"#{") => self.comment(self.line_end()),
            _ => return self.odd_space(),
        }
        true
    }

    fn line_end(&self) -> usize {
        let end =
            memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |found| self.at + found);
        end - usize::from(end > self.at && self.bytes[end - 1] == b'\r')
    }

    fn comment(&mut self, end: usize) {
        let span = Span::new(self.at, end);
        self.steps += span.len() as u64;
        if !self.dialect.comments {
            self.mistake(Mistake::new(MistakeKind::Comment, span).mended(vec![Edit::delete(span)]));
        }
        self.at = end;
    }

    /// `...` takes the place of members or elements, so the commas beside it are not missed.
    fn ellipsis(&mut self, len: usize) {
        let span = Span::new(self.at, self.at + len);
        self.mistake(Mistake::new(MistakeKind::Ellipsis, span));
        self.at += len;
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.named {
            self.push_unknown(span);
            return;
        }
        frame.comma = None;
        frame.empty = false;
        let (next, at) = self.peek_from(self.at);
        if next == Some(b',') {
            self.at = at + 1;
        }
        self.expect_next();
    }

    /// White space that JSON does not know. However often it stands in a text, it is one mistake.
    fn odd_space(&mut self) -> bool {
        let start = self.at;
        let mut at = start;
        let mut narrow = true;
        let mut foreign = false;
        while let Some(c) = self.text[at..].chars().next().filter(|&c| is_odd_space(c)) {
            narrow &= is_narrow(c);
            // Bytes that are not UTF-8: the source names them.
            foreign |= c == '\u{1a}' && self.dialect.stand_ins;
            at += c.len_utf8();
        }
        if at == start {
            return false;
        }
        self.steps += (at - start) as u64;
        self.at = at;
        let span = Span::new(start, at);
        if foreign {
            return true;
        }
        let edit = Edit::replace(span, if narrow { "" } else { " " });
        self.odd_spaces = self.repeated(self.odd_spaces, MistakeKind::BadEncoding, span, vec![edit]);
        true
    }

    /// One mistake for all places: the first is shown, the edits mend all.
    fn repeated(
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
        self.mistake(Mistake::new(kind, span).mended(edits));
        Some(index)
    }

    /// Marks that a version control system left. What stands between the first two is read, the other
    /// version is passed over: one conflict, one mistake.
    fn conflict_marker(&mut self, byte: u8) -> bool {
        let mark = [byte; 7];
        let at_line_start = self.at == 0 || self.bytes[self.at - 1] == b'\n';
        if !at_line_start || !self.bytes[self.at..].starts_with(&mark) {
            return false;
        }
        let line_end = self.line_end();
        let known = self.mistakes.iter().any(|mistake| mistake.kind == MistakeKind::ConflictMarker);
        if !known {
            self.mistake(Mistake::new(MistakeKind::ConflictMarker, Span::new(self.at, line_end)));
        }
        self.at = line_end;
        if byte == b'=' || byte == b'|' {
            let end = memchr::memmem::find(&self.bytes[line_end..], b"\n>>>>>>>");
            self.at = end.map_or(line_end, |found| line_end + found + 1);
            if end.is_some() {
                self.at = self.line_end();
            }
        }
        true
    }

    // -- Where a name is due ----------------------------------------------------------------------------

    pub(super) fn odd_name(&mut self, byte: u8) {
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

    /// Commas that nothing stands before or between. A run of them is one mistake.
    fn extra_comma(&mut self) {
        let first = self.at;
        let mut commas = vec![Span::new(first, first + 1)];
        let mut end = first + 1;
        loop {
            let (next, at) = self.peek_from(end);
            if next == Some(b',') {
                if commas.len() < MAX_EDITS {
                    commas.push(Span::new(at, at + 1));
                }
                end = at + 1;
                continue;
            }
            let closes = matches!(next, Some(b'}' | b']'));
            if let Some(frame) = self.frames.last_mut() {
                if let Some(comma) = frame.comma.filter(|_| closes) {
                    commas.insert(0, Span { start: comma, end: comma + 1 });
                    frame.comma = None;
                }
            }
            break;
        }
        let span = commas[0].cover(Span::new(end - 1, end));
        let whole = commas.len() == span.len();
        let edits =
            if whole { vec![Edit::delete(span)] } else { commas.into_iter().map(Edit::delete).collect() };
        self.mistake(Mistake::new(MistakeKind::ExtraComma, span).mended(edits));
        self.at = end;
    }

    pub(super) fn trailing_comma(&mut self, frame: &Frame) {
        let Some(comma) = frame.comma else { return };
        let span = Span { start: comma, end: comma + 1 };
        self.mistake(Mistake::new(MistakeKind::ExtraComma, span).mended(vec![Edit::delete(span)]));
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
            if byte == b'{' && end > start {
                if let Some(len) = self.braced_word(end) {
                    end += len;
                    continue;
                }
            }
            if matches!(byte, b':' | b',' | b'}' | b']' | b'{' | b'[' | b'"' | b'\n' | b'=') {
                break;
            }
            end += 1;
        }
        // A mark that no name begins with is passed over, so that every turn takes at least one byte.
        end = end.max(start + 1);
        self.steps += (end - start) as u64;
        let word_end = start + self.text[start..end].trim_end().len();
        let word = &self.text[start..word_end];
        let span = Span::new(start, word_end);
        match self.bytes.get(end) {
            Some(b':') => {
                let edits = vec![Edit::insert(span.start, "\""), Edit::insert(span.end, "\"")];
                self.mistake(Mistake::new(MistakeKind::UnquotedName, span).mended(edits));
                let name = self.own(word, start, word_end);
                self.at = end + 1;
                self.push_name(name);
            }
            Some(b'"') if word_end == end => {
                let span = Span::new(start, end + 1);
                let edits = vec![Edit::insert(span.start, "\"")];
                self.mistake(Mistake::new(MistakeKind::UnquotedName, span).mended(edits));
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
    pub(super) fn name_without_colon(&mut self, name: Data) {
        let span = Span { start: name.start, end: name.end };
        let text = self.string_of(&name).into_owned();
        let (next, at) = self.peek_from(self.at);
        let value_follows = match next {
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
                self.mistake(Mistake::new(MistakeKind::MissingColon, mark).related(span).mended(edits));
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
        let inner = text.trim_end();
        if inner.ends_with(':') && name.flags & (OWNED | ESCAPED) == 0 {
            // The colon is there, inside the quotes.
            let source = self.text[..name.end as usize - 1].trim_end();
            let colon = Span::new(source.len() - 1, source.len());
            let edits = vec![Edit::delete(colon), Edit::insert(name.end, ":")];
            self.mistake(Mistake::new(MistakeKind::MissingColon, span).mended(edits));
            let name =
                self.own(inner.trim_end_matches(':').trim_end(), name.start as usize, name.end as usize);
            self.push_name(name);
            return;
        }
        let place = self.place_after(name.end as usize);
        let edits = vec![Edit::insert(name.end, ":")];
        self.mistake(Mistake::new(MistakeKind::MissingColon, place).related(span).mended(edits));
        self.push_name(name);
    }

    /// The byte behind the string that begins at `at` and the space behind it.
    fn after_string(&mut self, at: usize) -> Option<u8> {
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
    fn split(&mut self, text: &str, span: Span) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        let Some(last) = self.nodes.len().checked_sub(1) else { return false };
        let Some(&(name, _)) = self.names.get(frame.names as usize..).and_then(|names| names.last()) else {
            return false;
        };
        if name as usize + 1 != last || self.nodes[last].kind != Kind::String {
            return false;
        }
        let value = self.nodes[last];
        let first = self.string_of(&value);
        let text = text.trim();
        if !(self.dialect.joins)(&self.string_of(&self.nodes[name as usize]), &first, text) {
            return false;
        }
        let joined = format!("{}, {text}", first.trim());
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

    /// Something was read among members that is none of them.
    fn member_passed_over(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.comma = None;
            frame.empty = false;
        }
        self.expect = Expect::Comma;
    }

    // -- Where a value is due ---------------------------------------------------------------------------

    pub(super) fn odd_value(&mut self, byte: u8) {
        match byte {
            b',' | b'}' | b']' => self.no_value(byte),
            b':' => {
                let span = Span::new(self.at, self.at + 1);
                let mistake = match self.names.last().filter(|_| !self.in_array()) {
                    Some(&(name, _)) => {
                        let name = &self.nodes[name as usize];
                        let name = Span { start: name.start, end: name.end };
                        let edits = vec![Edit::delete(span)];
                        Mistake::new(MistakeKind::MissingColon, span).related(name).mended(edits)
                    }
                    None => Mistake::new(MistakeKind::ValueWithoutName, span),
                };
                self.mistake(mistake);
                self.at += 1;
            }
            _ => match self.quoted() {
                Some(value) => self.push_value(value),
                None => self.bare_value(),
            },
        }
    }

    fn no_value(&mut self, byte: u8) {
        match self.frames.last() {
            Some(frame) if frame.named => {
                let name = self.names.last().map_or(Span::at(self.at), |&(name, _)| {
                    let data = &self.nodes[name as usize];
                    Span { start: data.start, end: data.end }
                });
                self.mistake(Mistake::new(MistakeKind::NameWithoutValue, name).related(Span::at(self.at)));
                self.push_unknown(Span::at(self.at));
            }
            Some(_) if byte == b',' => self.extra_comma(),
            Some(_) => self.wrong_closer(byte),
            None if byte == b',' && self.dialect.bare_members => self.at += 1,
            None if byte == b',' => self.extra_comma(),
            None => self.extra_closers(),
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

    /// `{name}` or `{{name}}`, which stands for a value, and `{some words}`, which describes one.
    pub(super) fn opens_placeholder(&self) -> bool {
        match self.bytes.get(self.at + 1) {
            Some(b'{' | b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'_') => {}
            _ => return false,
        }
        let inner = self.bytes[self.at..].iter().take(80).skip_while(|&&byte| byte == b'{');
        let opened = self.bytes[self.at..].iter().take_while(|&&byte| byte == b'{').count();
        let mut word = 0;
        for &byte in inner {
            match byte {
                b'}' => {
                    let end = self.at + opened + word;
                    return word > 0
                        && opened <= 2
                        && self.bytes[end..].iter().take_while(|&&byte| byte == b'}').count() >= opened;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b' ' | b'$' => word += 1,
                _ => return false,
            }
        }
        false
    }

    /// Where a value without quotes ends: before punctuation, but behind the end of a placeholder.
    fn bare_end(&mut self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let rest = &self.bytes[at..];
            let close: &[u8] = match byte {
                b',' | b'}' | b']' | b'\n' | b'"' => break,
                b'<' => b">",
                b'{' if rest.starts_with(b"{{") => b"}}",
                b'{' => b"}",
                b'$' if rest.starts_with(b"$(") => b")",
                b'$' if rest.starts_with(b"${") => b"}",
                b'#' if rest.starts_with(b"#{") => b"}",
                _ => {
                    at += 1;
                    continue;
                }
            };
            let line = &rest[..rest.len().min(200)];
            let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
            at += memchr::memmem::find(line, close).map_or(1, |found| found + close.len());
        }
        self.steps += (at - start) as u64;
        // The window above is counted in bytes; a value ends with a whole character.
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    /// Where a string without its opening quote ends that has a comma in it: at a quote that closes one.
    fn unopened_end(&mut self, comma: usize) -> Option<usize> {
        if self.bytes.get(comma) != Some(&b',') {
            return None;
        }
        let window = &self.bytes[comma..self.bytes.len().min(comma + 80)];
        let quote = comma + memchr::memchr2(b'"', b'\n', window)?;
        let between = &self.bytes[comma..quote];
        let closes = self.bytes[quote] == b'"'
            && !self.opens_string(quote)
            && self.bytes[quote - 1].is_ascii_alphanumeric()
            && !between.iter().any(|byte| b":{}[]".contains(byte));
        self.steps += between.len() as u64;
        closes.then_some(quote)
    }

    fn bare_value(&mut self) {
        let start = self.at;
        let end = self.bare_end(start).max(start + 1);
        let end = self.unopened_end(end).unwrap_or(end);
        let word_end = start + self.text[start..end].trim_end().len();
        let word = &self.text[start..word_end];
        let span = Span::new(start, word_end);
        self.at = word_end.max(start + 1);
        let unopened = self.bytes.get(end) == Some(&b'"')
            && word_end == end
            && !word.is_empty()
            && !self.opens_string(end);
        if unopened {
            let span = Span::new(start, end + 1);
            let mistake = Mistake::new(MistakeKind::UnquotedValue, span);
            self.mistake(mistake.mended(vec![Edit::insert(span.start, "\"")]));
            let node = self.own(word, start, end + 1);
            self.at = end + 1;
            self.push_value(Data { flags: node.flags | REPAIRED, ..node });
            return;
        }
        if is_placeholder(word) {
            self.push_value(Data {
                start: span.start,
                end: span.end,
                link: 0,
                kind: Kind::Placeholder,
                flags: 0,
            });
            return;
        }
        if let Some((kind, right)) = literal_meant(word) {
            let edits = vec![Edit::replace(span, right)];
            self.mistake(Mistake::new(MistakeKind::UnquotedValue, span).mended(edits));
            self.push_value(Data { start: span.start, end: span.end, link: 0, kind, flags: REPAIRED });
            return;
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
            && word.bytes().all(|byte| {
                byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b'_' | b'.' | b'+' | b'-')
            })
            && !word.contains("..")
        {
            let right = number_meant(word);
            let mut mistake = Mistake::new(MistakeKind::BadNumber, span);
            if let Some(right) = &right {
                mistake = mistake.mended(vec![Edit::replace(span, right.clone())]);
            }
            self.mistake(mistake);
            let mut node = self.own(right.as_deref().unwrap_or("0"), start, word_end);
            node.kind = if right.is_some() { Kind::Number } else { Kind::Unknown };
            node.flags |= REPAIRED;
            self.push_value(node);
            return;
        }
        let node = self.own(word, start, word_end);
        self.mistake(Mistake::new(MistakeKind::UnquotedValue, span));
        self.push_value(Data { flags: node.flags | REPAIRED, ..node });
    }

    /// True if a number or literal ends at `at` although no delimiter stands there: what follows is wrong for
    /// itself.
    pub(super) fn word_ends(&self, at: usize) -> bool {
        match self.text[at..].chars().next() {
            Some('"') => self.opens_string(at),
            Some(c) => c == ';' || is_odd_space(c),
            None => true,
        }
    }

    /// True if the quote at `at` begins a string and ends none: a name or word follows it at once.
    fn opens_string(&self, at: usize) -> bool {
        self.bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace() && !b",:}]".contains(next))
    }

    // -- Where a comma is due ---------------------------------------------------------------------------

    pub(super) fn odd_comma(&mut self, byte: u8) {
        let done = self.done();
        match byte {
            b':' => self.colon_after_value(),
            b';' => {
                let mark = Span::new(self.at, self.at + 1);
                self.mistake(
                    Mistake::new(MistakeKind::MissingComma, mark).mended(vec![Edit::replace(mark, ",")]),
                );
                self.at += 1;
                self.expect_next();
            }
            b'"' | b'{' | b'[' | b'\'' | b'\\' => self.missing_comma(done),
            _ if self.text[self.at..].starts_with(is_typographic) => self.missing_comma(done),
            _ if self.in_array() => self.missing_comma(done),
            _ => {
                let end = self.bare_end(self.at).max(self.at + 1);
                let word_end =
                    self.text[self.at..end].find([':', ' ', '=']).map_or(end, |found| self.at + found);
                let named = matches!(self.peek_from(word_end).0, Some(b':'))
                    || (self.bytes.get(end) == Some(&b'"') && self.peek_from(end + 1).0 == Some(b':'));
                if named {
                    self.missing_comma(done);
                    return;
                }
                let word_end = self.at + self.text[self.at..end].trim_end().len();
                let span = Span::new(self.at, word_end.max(self.at + 1));
                let word = self.text[span.range()].to_owned();
                self.at = span.end as usize;
                if !self.split(&word, span) {
                    self.mistake(Mistake::new(MistakeKind::UnquotedValue, span));
                }
            }
        }
    }

    /// Where the last token ended, without the space and comments behind it.
    fn done(&self) -> usize {
        self.text[..self.at].trim_end_matches([' ', '\n', '\r', '\t']).len()
    }

    fn missing_comma(&mut self, done: usize) {
        let place = self.place_after(done);
        let edits = vec![Edit::insert(done as u32, ",")];
        self.mistake(Mistake::new(MistakeKind::MissingComma, place).mended(edits));
        self.expect_next();
    }

    /// The character at `at`, to point at a place where something is missing.
    fn place_after(&self, at: usize) -> Span {
        Span::new(at, at + self.text[at..].chars().next().map_or(0, char::len_utf8))
    }

    /// `"identity": "type": …`: the value is a name, and the brace before it is missing.
    fn colon_after_value(&mut self) {
        let colon = Span::new(self.at, self.at + 1);
        let last = self.nodes.last().copied().filter(|last| last.kind == Kind::String);
        let last = last.filter(|_| self.value + 1 == self.nodes.len());
        let Some(string) = last.filter(|_| self.frames.len() < MAX_DEPTH) else {
            self.mistake(
                Mistake::new(MistakeKind::MissingComma, colon).perhaps(vec![Edit::replace(colon, ",")]),
            );
            self.at += 1;
            self.expect_next();
            return;
        };
        self.head_object(string, FrameKind::Headless);
    }

    /// Makes the last node, a string, the first name of an object that has no opening brace.
    fn head_object(&mut self, string: Data, kind: FrameKind) {
        self.nodes.pop();
        let node = self.nodes.len() as u32;
        self.nodes.push(Data {
            start: string.start,
            end: string.end,
            link: 0,
            kind: Kind::Object,
            flags: REPAIRED,
        });
        self.push_frame(kind, node);
        if let Some(frame) = self.frames.last_mut() {
            frame.opener = string.start;
        }
        self.at += 1;
        self.push_name(string);
    }

    pub(super) fn end_headless(&mut self, frame: &Frame) {
        let closer = Span::new(self.at.saturating_sub(1), self.at);
        let opener = if frame.kind.is_array() { "[" } else { "{" };
        let edits = vec![Edit::insert(frame.opener, opener)];
        let mistake = Mistake::new(MistakeKind::ExtraBracket { wanted: None }, closer)
            .related(self.place_after(frame.opener as usize))
            .mended(edits);
        self.mistake(mistake);
    }

    // -- Brackets ---------------------------------------------------------------------------------------

    /// Reads the bracket that is missing here, if that is the guess.
    pub(super) fn guessed(&mut self) -> bool {
        let (at, kind) = match self.guess {
            Some(Guess::Close(at)) => (at, None),
            Some(Guess::OpenArray(at)) => (at, Some(FrameKind::HeadlessArray)),
            Some(Guess::OpenObject(at)) => (at, Some(FrameKind::Headless)),
            _ => return false,
        };
        match kind {
            // The space behind the place is passed over already.
            None if self.at >= at as usize => {
                self.guess = None;
                let whole = self.expect != Expect::Value && self.frames.last().is_some_and(|it| !it.named);
                if whole && self.done() == at as usize {
                    self.unclosed_here(at as usize);
                }
                true
            }
            Some(kind) if self.at >= at as usize => {
                self.guess = None;
                if self.at == at as usize && self.expect == Expect::Value && self.frames.len() < MAX_DEPTH {
                    let shape = if kind.is_array() { Kind::Array } else { Kind::Object };
                    let node = Data { start: at, end: at, link: 0, kind: shape, flags: REPAIRED };
                    self.nodes.push(node);
                    self.push_frame(kind, self.nodes.len() as u32 - 1);
                }
                true
            }
            _ => false,
        }
    }

    /// Reads the closing bracket here as one too many, or as one of the other kind.
    pub(super) fn guessed_closer(&mut self) {
        let stray = matches!(self.guess.take(), Some(Guess::Drop(_)));
        self.extra_closer(stray);
    }

    /// A closing bracket of the other kind. Three readings: brackets before it are missing, it is the wrong
    /// one, or it is one too many; the brackets in the rest of the text say which leaves a whole.
    pub(super) fn wrong_closer(&mut self, byte: u8) {
        let depth = self.frames.len() as i64;
        let matching = self.frames.iter().rev().position(|frame| frame.kind.closer() == byte);
        let rest = self.closers_after(self.at + 1);
        let missing = matching.filter(|&above| rest.is_none_or(|rest| rest == depth - above as i64 - 1));
        if let Some(above) = missing {
            let done = self.done();
            for _ in 0..above {
                self.unclosed_here(done);
            }
            self.at += 1;
            self.end_frame();
            return;
        }
        self.extra_closer(rest == Some(depth));
    }

    /// Passes over the closing bracket here if it is a stray one, or takes it for the one that is due.
    fn extra_closer(&mut self, stray: bool) {
        let here = Span::new(self.at, self.at + 1);
        let wanted = self.frames.last().map(|frame| frame.kind.closer() as char);
        let edit =
            if stray { Edit::delete(here) } else { Edit::replace(here, wanted.unwrap_or('}').to_string()) };
        let kind = MistakeKind::ExtraBracket { wanted: wanted.filter(|_| !stray) };
        let mut mistake = Mistake::new(kind, here).mended(vec![edit]);
        if let Some(frame) = self.frames.last() {
            mistake = mistake.related(self.place_after(frame.opener as usize));
        }
        self.mistake(mistake);
        if stray {
            self.at += 1;
            // What stood before it still waits for its comma, or for its value.
            if self.frames.last().is_some_and(|frame| frame.empty || frame.comma.is_some()) {
                self.expect_next();
            }
        } else {
            self.at += 1;
            self.end_frame();
        }
    }

    /// Closing brackets less opening ones in the rest of the text, strings left out. Looked up for the first
    /// few only: a text with more bracket mistakes has no one reading.
    fn closers_after(&mut self, from: usize) -> Option<i64> {
        const LOOK_UPS: usize = 4;
        let brackets = |mistake: &&Mistake| {
            matches!(mistake.kind, MistakeKind::ExtraBracket { .. } | MistakeKind::UnclosedBracket(_))
        };
        if self.mistakes.iter().filter(brackets).count() >= LOOK_UPS
            || self.mistakes.len() >= super::MAX_MISTAKES
        {
            return None;
        }
        self.steps += (self.bytes.len() - from) as u64;
        let mut balance = 0;
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'}' | b']' => balance += 1,
                b'{' | b'[' => balance -= 1,
                b'"' => at = skip_string(self.bytes, at),
                _ => {}
            }
            at += 1;
        }
        Some(balance)
    }

    /// Ends the innermost container, whose bracket is missing, before the place `done`.
    fn unclosed_here(&mut self, done: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let kind = if frame.kind.is_array() { Unclosed::Array } else { Unclosed::Object };
        let closer = char::from(frame.kind.closer()).to_string();
        let opener = Span { start: frame.opener, end: frame.opener + 1 };
        let mut edits = vec![Edit::insert(done as u32, closer)];
        if let Some(comma) = frame.comma.take() {
            edits.insert(0, Edit::delete(Span { start: comma, end: comma + 1 }));
        }
        let headless = frame.kind == FrameKind::Headless;
        if headless {
            // Both its braces are missing: that is said here, and not again at its end.
            frame.kind = FrameKind::Object;
        }
        if frame.named {
            self.push_unknown(Span::at(done));
        }
        if headless {
            edits.insert(0, Edit::insert(opener.start, "{"));
            let span = Span { start: opener.start, end: (done as u32).max(opener.start) };
            self.mistake(Mistake::new(MistakeKind::UnclosedBracket(Unclosed::Body), span).mended(edits));
        } else {
            let place = self.place_after(done);
            self.mistake(
                Mistake::new(MistakeKind::UnclosedBracket(kind), opener).related(place).mended(edits),
            );
        }
        let node = self.frames.last().map_or(0, |frame| frame.node as usize);
        let inner = self.nodes.get(node).map_or(0, |node| node.start);
        self.end_frame();
        if let Some(node) = self.nodes.get_mut(node).filter(|_| done as u32 >= inner) {
            node.end = done as u32;
        }
    }

    /// The text is over. True if nothing is left open.
    pub(super) fn end_of_text(&mut self) -> bool {
        let end = self.bytes.len();
        if self.frames.is_empty() {
            if self.nodes.is_empty() && self.mistakes.is_empty() {
                self.mistake(Mistake::new(MistakeKind::EmptyBody, Span::new(0, end)));
            }
            return true;
        }
        let done = self.done();
        let mut closers = String::new();
        let mut edits = Vec::new();
        let mut innermost: Option<Frame> = None;
        let mut headless = None;
        while let Some(frame) = self.frames.last_mut() {
            if let Some(comma) = frame.comma.take() {
                edits.push(Edit::delete(Span { start: comma, end: comma + 1 }));
            }
            let frame = *frame;
            if frame.named {
                // The value that was cut off leaves nothing to insert a bracket behind.
                self.push_unknown(Span::at(done));
                edits.clear();
            }
            match frame.kind {
                FrameKind::Bare => {}
                FrameKind::Headless => headless = Some(frame),
                _ => {
                    innermost.get_or_insert(frame);
                    closers.push(char::from(frame.kind.closer()));
                }
            }
            let recorded = self.mistakes.len();
            self.end_frame();
            // What the end of a frame says of itself is not true of one that was never ended.
            if frame.kind == FrameKind::Headless {
                self.mistakes.truncate(recorded);
            }
            if let FrameKind::Unnamed(index) = frame.kind {
                if let Some(mistake) = self.mistakes.get_mut(index) {
                    mistake.repair = None;
                    mistake.related = None;
                }
            }
        }
        if let Some(frame) = innermost {
            let kind = if frame.kind.is_array() { Unclosed::Array } else { Unclosed::Object };
            edits.push(Edit::insert(done as u32, closers));
            let opener = Span { start: frame.opener, end: frame.opener + 1 };
            let mistake =
                Mistake::new(MistakeKind::UnclosedBracket(kind), opener).related(Span::new(done, done));
            self.mistake(mistake.perhaps(edits));
        } else if let Some(frame) = headless {
            let span = Span { start: frame.opener, end: done as u32 };
            let edits = vec![Edit::insert(frame.opener, "{"), Edit::insert(done as u32, "}")];
            self.mistake(Mistake::new(MistakeKind::UnclosedBracket(Unclosed::Body), span).mended(edits));
        }
        self.at = end;
        true
    }

    /// Something stands behind the value. True if the rest of the text is given up.
    pub(super) fn odd_end(&mut self, byte: u8) -> bool {
        match byte {
            b'}' | b']' if self.bare => return true,
            b'}' | b']' => {
                self.extra_closers();
                return false;
            }
            b':' if self.nodes.len() == 1 && self.nodes[0].kind == Kind::String => {
                let string = self.nodes[0];
                self.bare = self.dialect.bare_members;
                let kind = if self.bare { FrameKind::Bare } else { FrameKind::Headless };
                self.head_object(string, kind);
                return false;
            }
            b',' => {
                let (next, at) = self.peek_from(self.at + 1);
                if next.is_none() {
                    let span = Span::new(self.at, self.at + 1);
                    if !self.bare {
                        self.mistake(
                            Mistake::new(MistakeKind::ExtraComma, span).mended(vec![Edit::delete(span)]),
                        );
                    }
                    self.at = at;
                    return true;
                }
                if self.nodes[0].kind == Kind::Object
                    && next == Some(b'"')
                    && self.after_string(at) == Some(b':')
                {
                    self.reopen_root();
                    return false;
                }
            }
            _ => {}
        }
        let end = self.text.trim_end().len();
        self.mistake(Mistake::new(MistakeKind::TextAfterBody, Span::new(self.at, end.max(self.at))));
        true
    }

    fn extra_closers(&mut self) {
        let start = self.at;
        let mut end = start + 1;
        loop {
            let (next, at) = self.peek_from(end);
            if !matches!(next, Some(b'}' | b']')) {
                break;
            }
            end = at + 1;
        }
        let span = Span::new(start, end);
        self.mistake(
            Mistake::new(MistakeKind::ExtraBracket { wanted: None }, span).mended(vec![Edit::delete(span)]),
        );
        self.at = end;
    }

    /// The root's members go on behind its closing brace: one brace before was one too many.
    fn reopen_root(&mut self) {
        let end = self.nodes[0].end;
        let brace = Span { start: end - 1, end };
        let mistake = Mistake::new(MistakeKind::ExtraBracket { wanted: None }, brace);
        self.mistake(mistake.mended(vec![Edit::delete(brace)]));
        let opener = self.nodes[0].start;
        self.push_frame(FrameKind::Object, 0);
        let mut name = 1;
        while name < self.nodes.len() {
            self.names.push((name as u32, NOWHERE));
            let value = &self.nodes[name + 1];
            let container = matches!(value.kind, Kind::Array | Kind::Object);
            name = if container { value.link as usize } else { name + 2 };
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.opener = opener;
            frame.empty = false;
        }
        self.expect = Expect::Comma;
    }

    /// Passes over a container that lies too deep, strings and all.
    pub(super) fn too_deep(&mut self) {
        let start = self.at;
        let mut depth = 0usize;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => at = skip_string(self.bytes, at),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        self.at = at.min(self.bytes.len());
        self.steps += (self.at - start) as u64;
        self.mistake(Mistake::new(MistakeKind::TooDeep, Span::new(start, start + 1)));
        if self.expect == Expect::Name {
            self.member_passed_over();
        } else {
            self.push_unknown(Span::new(start, self.at));
        }
    }

    // -- Strings ----------------------------------------------------------------------------------------

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

    /// A string that begins with `"` and has something wrong in it or behind it.
    pub(super) fn odd_string(&mut self, start: usize) -> Data {
        let mut at = start + 1;
        let mut flags = 0;
        let mut controls: Vec<Edit> = Vec::new();
        let mut escapes: Vec<Mistake> = Vec::new();
        let mut multiline = self.dialect.multiline_strings;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    if let Some(string) = self.quote_elsewhere(start, at) {
                        return string;
                    }
                    break;
                }
                None => {
                    if let Some(string) = self.typographic_end(start, self.bytes.len()) {
                        return string;
                    }
                    let end = self.unclosed_end(start, self.bytes.len());
                    return self.unclosed_string(start, end);
                }
                Some(b'\n' | b'\r') if !multiline => {
                    if let Some(string) = self.typographic_end(start, at) {
                        return string;
                    }
                    if self.ends_at_line(start, at) {
                        let end = self.unclosed_end(start, at);
                        return self.unclosed_string(start, end);
                    }
                    multiline = true;
                }
                Some(b'\\') => {
                    flags |= ESCAPED;
                    at += self.check_escape(at, &mut escapes);
                }
                Some(&byte @ 0..=0x1f) => {
                    let taken = self.dialect.multiline_strings && matches!(byte, b'\n' | b'\r' | b'\t');
                    let foreign = byte == 0x1a && self.dialect.stand_ins;
                    if !foreign && !taken && controls.len() < MAX_EDITS {
                        let encoded =
                            crate::text::Encoding::JsonString.encode(&self.text[at..=at], "").into_owned();
                        controls.push(Edit::replace(Span::new(at, at + 1), encoded));
                    }
                    at += 1;
                }
                Some(_) => at += 1,
            }
        }
        self.steps += (at - start) as u64;
        self.at = at + 1;
        for mistake in escapes {
            self.mistake(mistake);
        }
        if let Some(first) = controls.first() {
            let span = first.span;
            let name = self.expect == Expect::Name;
            if name {
                // No name has a line break: whoever wrapped the text put it there.
                controls.iter_mut().for_each(|edit| edit.text.clear());
            }
            self.mistake(Mistake::new(MistakeKind::ControlCharacter, span).mended(controls));
            if name {
                let content = &self.text[start + 1..at];
                let text = super::decode_string(content).replace(|c: char| c < ' ', "");
                return self.own(&text, start, at + 1);
            }
        }
        Data { start: start as u32, end: self.at as u32, link: 0, kind: Kind::String, flags }
    }

    /// Looks at the backslash at `at`; the length of what it escapes, with it.
    fn check_escape(&mut self, at: usize, mistakes: &mut Vec<Mistake>) -> usize {
        let Some(next) = self.text[at + 1..].chars().next() else { return 1 };
        let span = Span::new(at, at + 1 + next.len_utf8());
        let mistake = Mistake::new(MistakeKind::BadEscape { quote: false }, span);
        match next {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => return 2,
            'u' if super::decode::hex4(self.text, at + 2).is_some() => return 6,
            '\'' => mistakes.push(mistake.mended(vec![Edit::replace(span, "'")])),
            // What other languages read as one character has two readings here.
            'u' | 'x' | 'v' | 'a' | 'e' | '0'..='9' => mistakes.push(mistake),
            // A line's end takes no part in the escape.
            '\n' | '\r' => {
                mistakes.push(Mistake::new(MistakeKind::BadEscape { quote: false }, Span::new(at, at + 1)));
                return 1;
            }
            _ => mistakes.push(mistake.mended(vec![Edit::insert(span.start, "\\")])),
        }
        if mistakes.len() > super::MAX_MISTAKES {
            mistakes.pop();
        }
        span.len()
    }

    /// True if the string that begins at `start` was meant to end with its line, which ends at `line_end`.
    fn ends_at_line(&mut self, start: usize, line_end: usize) -> bool {
        if self.named_prefix(start, line_end).is_some() {
            return true;
        }
        let line = self.text[start + 1..line_end].trim_end();
        let punctuated = line.ends_with([',', '{', '[', ':']);
        match self.peek_from(line_end) {
            (None, _) => true,
            (Some(b'}' | b']'), mut at) => {
                while let (Some(b'}' | b']'), next) = self.peek_from(at) {
                    at = next + 1;
                }
                // A quote right behind the bracket closes this string.
                self.bytes.get(at) != Some(&b'"') || self.opens_string(at)
            }
            // A quote that something is closed behind ends this string; any other begins the next.
            (Some(b'"'), at) => !matches!(self.peek_from(at + 1).0, None | Some(b',' | b'}' | b']' | b':')),
            (Some(_), at) => punctuated && !self.closes_in_line(at),
        }
    }

    /// True if the first quote from `at` on stands in the same line and closes a string.
    fn closes_in_line(&mut self, at: usize) -> bool {
        let found = memchr::memchr2(b'"', b'\n', &self.bytes[at..]).map(|found| at + found);
        self.steps += found.unwrap_or(self.bytes.len()).saturating_sub(at) as u64;
        found.is_some_and(|quote| self.bytes[quote] == b'"' && !self.opens_string(quote))
    }

    /// A name that begins at `start` and lacks its closing quote ends before its colon.
    fn named_prefix(&self, start: usize, limit: usize) -> Option<usize> {
        if self.expect != Expect::Name {
            return None;
        }
        let content = &self.text[start + 1..limit];
        let colon = content.find(':')?;
        let name = &content[..colon];
        let plain = !name.is_empty()
            && !name.contains([' ', ',', '"', '\'', '\t', '\n'])
            && !name.contains(is_typographic);
        plain.then_some(start + 1 + colon)
    }

    /// Where a string without a closing quote ends: before the punctuation that follows it.
    fn unclosed_end(&self, start: usize, limit: usize) -> usize {
        if let Some(end) = self.named_prefix(start, limit) {
            return end;
        }
        let content = &self.text[start + 1..limit];
        let mut kept = content.trim_end();
        loop {
            let shorter = match kept.as_bytes().last() {
                Some(b',' | b':' | b'{' | b'[') => &kept[..kept.len() - 1],
                Some(b'}') if count(kept, b'}') > count(kept, b'{') => &kept[..kept.len() - 1],
                Some(b']') if count(kept, b']') > count(kept, b'[') => &kept[..kept.len() - 1],
                _ => break,
            };
            kept = shorter.trim_end();
        }
        start + 1 + kept.len()
    }

    fn unclosed_string(&mut self, start: usize, end: usize) -> Data {
        let quote = Span::new(start, start + 1);
        let place = self.place_after(end);
        let edits = vec![Edit::insert(end as u32, "\"")];
        let mistake = Mistake::new(MistakeKind::UnclosedBracket(Unclosed::String), quote).related(place);
        self.mistake(mistake.mended(edits));
        self.steps += (end - start) as u64;
        self.at = end;
        let text = super::decode_string(&self.text[start + 1..end]).into_owned();
        let mut node = self.own(&text, start, end);
        node.flags |= REPAIRED;
        node
    }

    /// The quote at `at` would end the string, and a word follows it at once. Either the string should have
    /// ended before, or the quote is part of it, or its end was written in other quotes.
    fn quote_elsewhere(&mut self, start: usize, at: usize) -> Option<Data> {
        if let Some(string) = self.typographic_end(start, at) {
            return Some(string);
        }
        let next = self.text[at + 1..].chars().next()?;
        let content = self.text[start + 1..at].trim_end();
        let unended = !content.is_empty() && content.ends_with([',', ':', '{', '[']);
        match next {
            '/' if matches!(self.bytes.get(at + 2), Some(b'/' | b'*')) => return None,
            '{' | '[' | '"' if !unended => return None,
            '{' | '[' | '"' | '/' | '_' | '$' | '<' | '-' | '.' | '(' | '+' | '\'' => {}
            c if c.is_alphanumeric() => {}
            _ => return None,
        }
        if self.value_stands(at + 1) {
            return None;
        }
        if self.expect == Expect::Name && content.ends_with(':') {
            // Either the colon slipped into the name's quotes, or this quote begins the value.
            return self.closes_in_line(at + 1).then(|| {
                let end = self.unclosed_end(start, at);
                self.unclosed_string(start, end)
            });
        }
        if unended {
            let end = self.unclosed_end(start, at);
            if end > start + 1 {
                return Some(self.unclosed_string(start, end));
            }
        }
        if matches!(next, '{' | '[' | '"') { None } else { self.inner_quotes(start, at) }
    }

    /// The string that begins at `start`, if a typographic quote before `limit` was meant to end it.
    fn typographic_end(&mut self, start: usize, limit: usize) -> Option<Data> {
        let content = &self.text[start + 1..limit];
        let quote = content.find(is_typographic)?;
        let len = content[quote..].chars().next().map_or(1, char::len_utf8);
        let behind = content[quote + len..].trim();
        let line_ends = self.bytes.get(limit) != Some(&b'"');
        let ends = match behind.as_bytes().first() {
            None => line_ends,
            Some(b':') => true,
            Some(b',' | b'}' | b']') => !line_ends || behind.bytes().all(|byte| b",}]{[ ".contains(&byte)),
            Some(_) => false,
        };
        if !ends {
            return None;
        }
        let span = Span::new(start + 1 + quote, start + 1 + quote + len);
        let edits = vec![Edit::replace(span, "\"")];
        self.mistake(Mistake::new(MistakeKind::WrongQuotes { escaped: false }, span).mended(edits));
        let text = super::decode_string(&content[..quote]).into_owned();
        self.at = span.end as usize;
        Some(self.own(&text, start, span.end as usize))
    }

    /// True if a number or a literal stands at `at`, whole.
    fn value_stands(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let len = rest
            .iter()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
            .count();
        let word = &rest[..len];
        let value = matches!(word, b"true" | b"false" | b"null")
            || word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
                && word.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
        value && matches!(rest.get(len), None | Some(b',' | b'}' | b']' | b'\n' | b'\r' | b' '))
    }

    /// Quotes inside a string that lack their backslash: the string ends at the first quote of the line that
    /// punctuation follows.
    fn inner_quotes(&mut self, start: usize, first: usize) -> Option<Data> {
        // A template expression ends with its bracket, whatever punctuation its arguments have between them.
        let expression = self.bytes.get(start + 1) == Some(&b'[');
        let mut inner = vec![first];
        let mut at = first + 1;
        let end = loop {
            match self.bytes.get(at)? {
                b'\n' => return None,
                b'\\' => at += 2,
                b'"' => {
                    let closes = matches!(self.peek_from(at + 1).0, None | Some(b',' | b'}' | b']' | b':'));
                    if closes && (!expression || self.bytes[at - 1] == b']') {
                        break at;
                    }
                    inner.push(at);
                    at += 1;
                }
                _ => at += 1,
            }
        };
        if inner.len() > MAX_EDITS {
            return None;
        }
        self.steps += (end - start) as u64;
        let edits = inner.iter().map(|&at| Edit::insert(at as u32, "\\")).collect();
        let span = Span::new(first, first + 1);
        let mistake =
            Mistake::new(MistakeKind::BadEscape { quote: true }, span).related(Span::new(start, start + 1));
        self.mistake(mistake.perhaps(edits));
        let text = super::decode_string(&self.text[start + 1..end]).into_owned();
        self.at = end + 1;
        let mut node = self.own(&text, start, end + 1);
        node.flags |= REPAIRED;
        Some(node)
    }

    /// A string in quotes that are not JSON's: `'…'`, `“…”`, `\"…\"`. `None` if there is none here.
    fn quoted(&mut self) -> Option<Data> {
        let start = self.at;
        let rest = &self.text[start..];
        let open = rest.chars().next()?;
        if rest.starts_with("\\\"") {
            return self.escaped_string(start);
        }
        if open != '\'' && open != '`' && !is_typographic(open) {
            return None;
        }
        let single = matches!(open, '\'' | '`' | '‘' | '’' | '‚' | '‹' | '›' | '´');
        let from = start + open.len_utf8();
        let line = &self.text[from..];
        let line = &line[..line.find('\n').unwrap_or(line.len())];
        let mut edits = vec![Edit::replace(Span::new(start, from), "\"")];
        let mut content = String::new();
        let mut chars = line.char_indices().peekable();
        let mut close = None;
        while let Some((at, c)) = chars.next() {
            let here = Span::new(from + at, from + at + c.len_utf8());
            let closes = if single {
                matches!(c, '\'' | '`' | '‘' | '’' | '´' | '›' | '‹')
            } else {
                c == '"' || is_typographic(c)
            };
            if c == '\\' {
                match chars.next() {
                    Some((_, '\'')) => edits.push(Edit::delete(here)),
                    Some((_, next)) => {
                        content.push('\\');
                        content.push(next);
                        continue;
                    }
                    None => {}
                }
                content.push('\'');
                continue;
            }
            if closes {
                let behind = line[at + c.len_utf8()..].trim_start_matches([' ', '\t']);
                if behind.is_empty() || behind.starts_with([',', ':', '}', ']', '\r', '/', '#']) {
                    close = Some(here);
                    break;
                }
            }
            if c == '"' {
                edits.push(Edit::insert(here.start, "\\"));
            }
            content.push(c);
        }
        let close = close?;
        self.steps += (close.end as usize - start) as u64;
        edits.push(Edit::replace(close, "\""));
        let span = Span { start: start as u32, end: close.end };
        if !(self.dialect.single_quotes && open == '\'') {
            let kind = MistakeKind::WrongQuotes { escaped: false };
            let known = self.mistakes.iter().position(|mistake| mistake.kind == kind);
            self.repeated(known, kind, span, edits);
        }
        let text = super::decode_string(&content).into_owned();
        self.at = close.end as usize;
        Some(self.own(&text, start, close.end as usize))
    }

    /// `\"name\"`: the quotes were escaped for a text that was not around them in the end.
    fn escaped_string(&mut self, start: usize) -> Option<Data> {
        let from = start + 2;
        let mut at = from;
        let end = loop {
            at += memchr::memchr2(b'\\', b'\n', &self.bytes[at..])?;
            match (self.bytes[at], self.bytes.get(at + 1)) {
                (b'\n', _) => return None,
                (_, Some(b'"')) => break at,
                // `\\\"` is a quote within the string.
                (_, Some(b'\\')) => at += if self.bytes.get(at + 2) == Some(&b'\\') { 4 } else { 2 },
                _ => at += 1,
            }
            at = at.min(self.bytes.len());
        };
        self.steps += (end - start) as u64;
        let edits = vec![Edit::delete(Span::new(start, start + 1)), Edit::delete(Span::new(end, end + 1))];
        let span = Span::new(start, end + 2);
        self.escaped_quotes =
            self.repeated(self.escaped_quotes, MistakeKind::WrongQuotes { escaped: true }, span, edits);
        let text = super::decode_string(&self.text[from..end]).into_owned();
        self.at = end + 2;
        Some(self.own(&text, start, end + 2))
    }
}

/// Characters that look like white space, or like nothing, and are not what JSON allows between tokens.
fn is_odd_space(c: char) -> bool {
    is_narrow(c)
        || matches!(
            c,
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' | '\u{205f}' | '\u{b}' | '\u{c}'
        )
}

/// Those that take no room.
fn is_narrow(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
        || (c < ' ' && !c.is_ascii_whitespace() && c != '\u{b}')
}

fn count(text: &str, byte: u8) -> usize {
    memchr::memchr_iter(byte, text.as_bytes()).count()
}

/// The closing quote of the string that begins at `at`, or the end of the text.
fn skip_string(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return end,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    bytes.len()
}

/// Quotes that word processors make.
fn is_typographic(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '‘' | '’' | '‚' | '‹' | '›' | '´')
}

/// A word that stands for a value which the reader is to fill in.
fn is_placeholder(word: &str) -> bool {
    let inside = |open: &str, close: &str| {
        word.len() > open.len() + close.len() && word.starts_with(open) && word.ends_with(close)
    };
    inside("<", ">")
        || inside("{{", "}}")
        || inside("#{", "}")
        || inside("#{", "}#")
        || inside("__", "__")
        || inside("%", "%")
        || (inside("{", "}") && !word.contains(' '))
        || (word.starts_with('$') && word.len() > 1)
        || (word.len() >= 3 && word.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'-')))
}

/// What a word of another language says in JSON.
fn literal_meant(word: &str) -> Option<(Kind, &'static str)> {
    if word.eq_ignore_ascii_case("true") {
        Some((Kind::True, "true"))
    } else if word.eq_ignore_ascii_case("false") {
        Some((Kind::False, "false"))
    } else if word.eq_ignore_ascii_case("null") || matches!(word, "None" | "undefined" | "NaN" | "nil") {
        Some((Kind::Null, "null"))
    } else {
        None
    }
}

/// The number that a word means where there is one reading.
fn number_meant(word: &str) -> Option<String> {
    let (sign, digits) = match word.strip_prefix(['-', '+']) {
        Some(digits) => (if word.starts_with('-') { "-" } else { "" }, digits),
        None => ("", word),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok().map(|value| format!("{sign}{value}"));
    }
    let (whole, rest) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) if fraction.is_empty() => ".0".to_owned(),
        Some(fraction) if fraction.starts_with(['e', 'E']) => format!(".0{fraction}"),
        _ => rest.to_owned(),
    };
    let number = format!("{sign}{whole}{rest}");
    number.parse::<serde_json::Number>().is_ok().then_some(number)
}
