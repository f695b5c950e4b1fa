//! The road of a text that is JSON; `recovery` has the ways back to it.

use super::tree::{Data, ESCAPED, Kind, Tree};
use super::{Dialect, MAX_DEPTH, MAX_MISTAKES, Mistake, MistakeKind};
use crate::text::odd::{self, Odd};
use crate::text::{Edit, Span, steps};

/// The bytes at which a run of a string's plain text ends: its closing quote, a backslash, what must be escaped.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    table
};

impl<'t> Tree<'t> {
    /// Reads `text`, which may hold anything.
    pub fn parse(text: &'t str, dialect: Dialect) -> Self {
        parse(text, dialect, None)
    }
}

/// Reads a text, with one of its brackets read otherwise than it stands.
pub(super) fn parse(text: &str, dialect: Dialect, guess: Option<Guess>) -> Tree<'_> {
    let mut parser = Parser::new(text, dialect);
    parser.guess = guess;
    parser.run();
    parser.finish()
}

/// One bracket that may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// A closing bracket is missing here.
    Close(u32),
    /// `[` is missing here.
    OpenArray(u32),
    /// `{` is missing here.
    OpenObject(u32),
    /// The closing bracket here is one too many.
    Drop(u32),
    /// The closing bracket here is of the wrong kind.
    Swap(u32),
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// A member's name or the end of the object.
    Name,
    /// A value: of a member, of an array's next element, or the text's own.
    Value,
    /// A comma or the end of the container.
    Comma,
    /// The end of the text.
    End,
}

/// An open container.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Its node; for [`FrameKind::Unnamed`] that of the object around it.
    pub(super) node: u32,
    pub(super) kind: FrameKind,
    /// Where it was opened.
    pub(super) opener: u32,
    /// How many names were known when it began: its own come behind.
    pub(super) names: u32,
    /// The comma after which nothing came yet.
    pub(super) comma: Option<u32>,
    /// Nothing stood in it yet.
    pub(super) empty: bool,
    /// A name was read and its value was not.
    pub(super) named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Object,
    Array,
    /// An object whose opening brace is missing.
    Headless,
    /// An array whose opening bracket is missing.
    HeadlessArray,
    /// The members of a text that has no braces around them.
    Bare,
    /// An object where a name was due: its members are those of the object around it. The mistake's index.
    Unnamed(usize),
    /// An array where a name was due: its nodes go when it ends.
    Dropped,
}

impl FrameKind {
    pub(super) fn is_array(self) -> bool {
        matches!(self, Self::Array | Self::HeadlessArray | Self::Dropped)
    }

    /// The bracket that closes it.
    pub(super) fn closer(self) -> u8 {
        if self.is_array() { b']' } else { b'}' }
    }
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    pub(super) nodes: Vec<Data>,
    pub(super) owned: Vec<Box<str>>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) frames: Vec<Frame>,
    /// The name nodes of all open objects, and the mistake of the unnamed object that a name came from.
    pub(super) names: Vec<(u32, u32)>,
    pub(super) expect: Expect,
    /// The last node that is a value of its own, with all that it holds before it.
    pub(super) value: usize,
    pub(super) bare: bool,
    pub(super) steps: u64,
    /// No quote that is not JSON's closes before this, single ones and others.
    pub(super) unquotable: [usize; 2],
    /// No quote inside a string is followed by punctuation before this, in plain strings and expressions.
    pub(super) unended: [usize; 2],
    /// No conflict mark of the end stands behind what was read.
    pub(super) no_conflict_ends: bool,
    /// Mistakes that are one however often they stand: their indices.
    pub(super) odd_spaces: Option<usize>,
    pub(super) odd_brackets: Option<usize>,
    pub(super) escaped_quotes: Option<usize>,
    /// The bracket that is to be read otherwise; `None` once it was.
    pub(super) guess: Option<Guess>,
}

/// No unnamed object.
pub(super) const NOWHERE: u32 = u32::MAX;

impl<'t> Parser<'t> {
    fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            dialect,
            // A body has about one node in nine bytes; a guess too low costs a copy.
            nodes: Vec::with_capacity(text.len() / 9 + 4),
            owned: Vec::new(),
            mistakes: Vec::new(),
            frames: Vec::with_capacity(16),
            names: Vec::with_capacity(32),
            expect: Expect::Value,
            value: usize::MAX,
            bare: false,
            steps: 0,
            unquotable: [0; 2],
            unended: [0; 2],
            no_conflict_ends: false,
            odd_spaces: None,
            odd_brackets: None,
            escaped_quotes: None,
            guess: None,
        }
    }

    fn finish(mut self) -> Tree<'t> {
        steps::count(self.steps as usize);
        if self.mistakes.len() >= MAX_MISTAKES {
            // A text with so many is not JSON with mistakes: what stands between its tokens was guessed.
            let guessed = self.mistakes.iter_mut().filter(|mistake| mistake.kind.is_structural());
            guessed.filter_map(|mistake| mistake.repair.as_mut()).for_each(|repair| repair.safe = false);
        }
        Tree {
            text: self.text,
            nodes: self.nodes,
            owned: self.owned,
            mistakes: self.mistakes,
            bare: self.bare,
            steps: self.steps,
        }
    }

    fn run(&mut self) {
        loop {
            self.skip_space();
            self.steps += 1;
            if self.guess.is_some() && self.guessed() {
                continue;
            }
            let Some(&byte) = self.bytes.get(self.at) else {
                if self.end_of_text() {
                    return;
                }
                continue;
            };
            match (self.expect, byte) {
                (Expect::Name, b'"') => self.member(),
                (Expect::Comma, b',') => self.comma(),
                (Expect::Value, b'"') => self.string_value(),
                (Expect::Value, b'{') if !self.opens_placeholder() => self.open(Kind::Object),
                (Expect::Value, b'[') => self.open(Kind::Array),
                (Expect::Value, b'0'..=b'9' | b'-') => self.number(),
                (Expect::Value, b't') => self.literal("true", Kind::True),
                (Expect::Value, b'f') => self.literal("false", Kind::False),
                (Expect::Value, b'n') => self.literal("null", Kind::Null),
                (Expect::Value, b']') if self.in_array() => self.close(b']'),
                (Expect::Name | Expect::Comma, b'}' | b']') => self.close(byte),
                _ if self.trivia(byte) => {}
                _ if !byte.is_ascii() && self.odd_punctuation() => {}
                (Expect::Name, _) => self.odd_name(byte),
                (Expect::Value, _) => self.odd_value(byte),
                (Expect::Comma, _) => self.odd_comma(byte),
                (Expect::End, _) => {
                    if self.odd_end(byte) {
                        return;
                    }
                }
            }
        }
    }

    // -- What is right ----------------------------------------------------------------------------------

    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn member(&mut self) {
        let name = self.string_token();
        self.name_read(name);
    }

    /// A name was read: its colon is due.
    pub(super) fn name_read(&mut self, name: Data) {
        self.skip_space();
        if self.bytes.get(self.at).is_some_and(|&byte| byte != b':') {
            self.gap();
        }
        if self.bytes.get(self.at) == Some(&b':') {
            self.at += 1;
            self.push_name(name);
        } else if self.odd_mark(self.at) == Some(':') {
            self.odd_colon(&name);
            self.push_name(name);
        } else {
            self.name_without_colon(name);
        }
    }

    /// The name's value comes next.
    pub(super) fn push_name(&mut self, name: Data) {
        let mut from = NOWHERE;
        if let Some(frame) = self.frames.last_mut() {
            frame.comma = None;
            frame.empty = false;
            frame.named = true;
            if let FrameKind::Unnamed(mistake) = frame.kind {
                from = mistake as u32;
            }
        }
        self.names.push((self.nodes.len() as u32, from));
        self.nodes.push(name);
        self.expect = Expect::Value;
    }

    fn string_value(&mut self) {
        let string = self.string_token();
        self.push_value(string);
    }

    /// A value that has no more to come.
    pub(super) fn push_value(&mut self, data: Data) {
        self.value = self.nodes.len();
        self.nodes.push(data);
        self.value_done();
    }

    fn value_done(&mut self) {
        self.expect = match self.frames.last_mut() {
            Some(frame) => {
                frame.comma = None;
                frame.empty = false;
                frame.named = false;
                Expect::Comma
            }
            None => Expect::End,
        };
    }

    fn comma(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.comma = Some(self.at as u32);
        }
        self.at += 1;
        self.expect_next();
    }

    /// A name in an object, a value in an array.
    pub(super) fn expect_next(&mut self) {
        self.expect = if self.in_array() { Expect::Value } else { Expect::Name };
    }

    pub(super) fn in_array(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.kind.is_array())
    }

    pub(super) fn open(&mut self, kind: Kind) {
        if self.frames.len() >= MAX_DEPTH {
            self.too_deep();
            return;
        }
        let frame = if kind == Kind::Array { FrameKind::Array } else { FrameKind::Object };
        let start = self.at as u32;
        self.nodes.push(Data { start, end: start, link: 0, kind, flags: 0 });
        self.push_frame(frame, self.nodes.len() as u32 - 1);
        self.at = self.behind(self.at);
    }

    pub(super) fn push_frame(&mut self, kind: FrameKind, node: u32) {
        self.frames.push(Frame {
            node,
            kind,
            opener: self.at as u32,
            names: self.names.len() as u32,
            comma: None,
            empty: true,
            named: false,
        });
        self.expect_next();
    }

    /// A closing bracket, of whatever kind.
    pub(super) fn close(&mut self, byte: u8) {
        let Some(frame) = self.frames.last() else { return };
        if self.guess == Some(Guess::Drop(self.at as u32)) || self.guess == Some(Guess::Swap(self.at as u32))
        {
            self.guessed_closer();
            return;
        }
        if frame.kind.closer() != byte {
            self.wrong_closer(byte);
            return;
        }
        self.at = self.behind(self.at);
        self.end_frame();
    }

    /// Ends the innermost container; the text stands behind its closing bracket.
    pub(super) fn end_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.value = frame.node as usize;
        if frame.comma.is_some() && !self.dialect.trailing_commas {
            self.trailing_comma(&frame);
        }
        match frame.kind {
            FrameKind::Unnamed(mistake) => self.end_unnamed(&frame, mistake),
            FrameKind::Dropped => {
                self.nodes.truncate(frame.node as usize);
                self.mistakes
                    .iter_mut()
                    .rfind(|mistake| mistake.span.start == frame.opener)
                    .into_iter()
                    .for_each(|mistake| mistake.span.end = self.at as u32);
                self.names.truncate(frame.names as usize);
            }
            FrameKind::Object
            | FrameKind::Array
            | FrameKind::Headless
            | FrameKind::HeadlessArray
            | FrameKind::Bare => {
                let link = self.nodes.len() as u32;
                if let Some(node) = self.nodes.get_mut(frame.node as usize) {
                    node.end = self.at as u32;
                    node.link = link;
                }
                if !frame.kind.is_array() {
                    self.check_names(frame.names as usize);
                    self.names.truncate(frame.names as usize);
                }
                if matches!(frame.kind, FrameKind::Headless | FrameKind::HeadlessArray) {
                    self.end_headless(&frame);
                }
            }
        }
        self.value_done();
    }

    fn literal(&mut self, word: &str, kind: Kind) {
        let end = self.at + word.len();
        let whole = self.bytes[self.at..].starts_with(word.as_bytes())
            && (self.bytes.get(end).is_none_or(|&next| is_delimiter(next)) || self.word_ends(end));
        if whole {
            let start = self.at as u32;
            self.at = end;
            self.push_value(Data { start, end: end as u32, link: 0, kind, flags: 0 });
        } else {
            self.odd_value(self.bytes[self.at]);
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let mut at = start + usize::from(self.bytes[start] == b'-');
        let digits = |mut at: usize| {
            while self.bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let whole = digits(at);
        let mut right = whole > at && (self.bytes[at] != b'0' || whole == at + 1);
        at = whole;
        if self.bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            right &= fraction > at + 1;
            at = fraction;
        }
        if let Some(b'e' | b'E') = self.bytes.get(at) {
            let sign = usize::from(matches!(self.bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at + 1 + sign);
            right &= exponent > at + 1 + sign;
            at = exponent;
        }
        if right && (self.bytes.get(at).is_none_or(|&next| is_delimiter(next)) || self.word_ends(at)) {
            self.at = at;
            self.push_value(Data {
                start: start as u32,
                end: at as u32,
                link: 0,
                kind: Kind::Number,
                flags: 0,
            });
        } else {
            self.odd_value(self.bytes[start]);
        }
    }

    /// Reads the string that begins here; whatever is wrong with it is named, and the text stands behind it.
    pub(super) fn string_token(&mut self) -> Data {
        let start = self.at;
        let mut at = start + 1;
        let mut flags = 0;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|&byte| ENDS_RUN[usize::from(byte)]).unwrap_or(rest.len());
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    flags |= ESCAPED;
                    let right = match self.bytes.get(at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => true,
                        Some(b'u') => super::decode::hex4(self.text, at + 2).is_some(),
                        _ => false,
                    };
                    if !right {
                        return self.odd_string(start);
                    }
                    at += 2;
                }
                _ => return self.odd_string(start),
            }
        }
        self.steps += (at - start) as u64;
        at += 1;
        let next = self.bytes.get(at);
        if !matches!(next, None | Some(b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' | b'}' | b']')) {
            return self.odd_string(start);
        }
        self.at = at;
        Data { start: start as u32, end: at as u32, link: 0, kind: Kind::String, flags }
    }

    // -- What more than one place needs -----------------------------------------------------------------

    pub(super) fn mistake(&mut self, mistake: Mistake) {
        if self.mistakes.len() < MAX_MISTAKES {
            self.mistakes.push(mistake);
        }
    }

    /// The next byte that is neither white space nor anything that is taken for it, from `at` on, and where it is.
    pub(super) fn peek_from(&mut self, mut at: usize) -> (Option<u8>, usize) {
        let from = at;
        loop {
            match self.bytes.get(at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
                Some(byte) if !byte.is_ascii_graphic() => match self.blank_len(at) {
                    0 => break,
                    len => at += len,
                },
                _ => break,
            }
        }
        self.steps += at.saturating_sub(from) as u64;
        (self.bytes.get(at).copied(), at)
    }

    /// The character at `at`.
    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Where the character at `at` ends; `at` itself at the end of the text.
    pub(super) fn behind(&self, at: usize) -> usize {
        at + odd::char_len(self.text, at)
    }

    /// The length of the blank character at `at`, 0 if there is none.
    pub(super) fn blank_len(&self, at: usize) -> usize {
        self.char_at(at).filter(|&c| odd::is_blank(c)).map_or(0, char::len_utf8)
    }

    /// The punctuation that the odd character at `at` stands for.
    pub(super) fn odd_mark(&self, at: usize) -> Option<char> {
        match odd::odd(self.char_at(at)?)? {
            Odd::Punctuation(mark) => Some(mark),
            _ => None,
        }
    }

    /// Names that stand twice in the object whose names begin at `base`.
    fn check_names(&mut self, base: usize) {
        let count = self.names.len() - base;
        if count < 2 {
            return;
        }
        if count <= 24 {
            for later in base + 1..self.names.len() {
                for earlier in base..later {
                    if self.same_name(earlier, later) {
                        self.name_twice(earlier, later);
                        break;
                    }
                }
            }
            return;
        }
        let mut seen = std::collections::HashMap::with_capacity(count);
        for index in base..self.names.len() {
            let name = self.name_text(index).to_ascii_lowercase();
            if let Some(&earlier) = seen.get(&name) {
                self.name_twice(earlier, index);
            } else {
                seen.insert(name, index);
            }
        }
    }

    fn same_name(&self, a: usize, b: usize) -> bool {
        let (first, second) = (&self.nodes[self.names[a].0 as usize], &self.nodes[self.names[b].0 as usize]);
        if (first.flags | second.flags) & (super::tree::OWNED | ESCAPED) == 0 {
            let (first, second) = (
                &self.bytes[first.start as usize + 1..first.end as usize - 1],
                &self.bytes[second.start as usize + 1..second.end as usize - 1],
            );
            return first.eq_ignore_ascii_case(second);
        }
        self.name_text(a).eq_ignore_ascii_case(&self.name_text(b))
    }

    pub(super) fn string_of(&self, data: &Data) -> std::borrow::Cow<'_, str> {
        if data.flags & super::tree::OWNED != 0 {
            std::borrow::Cow::Borrowed(&self.owned[data.link as usize])
        } else {
            super::decode_string(&self.text[data.start as usize + 1..data.end as usize - 1])
        }
    }

    fn name_text(&self, index: usize) -> std::borrow::Cow<'_, str> {
        self.string_of(&self.nodes[self.names[index].0 as usize])
    }

    fn name_twice(&mut self, earlier: usize, later: usize) {
        let (first, from_first) = self.names[earlier];
        let (second, from_second) = self.names[later];
        // A name without a value is a mistake for itself.
        let valueless = |name: u32| {
            self.nodes
                .get(name as usize + 1)
                .is_some_and(|value| value.kind == Kind::Unknown && value.start == value.end)
        };
        if valueless(first) || valueless(second) {
            return;
        }
        let unnamed = if from_second == NOWHERE { from_first } else { from_second };
        if unnamed != NOWHERE {
            // The object without a name explains it: its members cannot simply join the others.
            if let Some(repair) = self.mistakes.get_mut(unnamed as usize).and_then(|it| it.repair.as_mut()) {
                repair.safe = false;
            }
            return;
        }
        let span = |data: &Data| Span { start: data.start, end: data.end };
        let mistake = Mistake::new(MistakeKind::DuplicateName, span(&self.nodes[second as usize]))
            .related(span(&self.nodes[first as usize]));
        self.mistake(mistake);
    }

    fn end_unnamed(&mut self, frame: &Frame, mistake: usize) {
        let last = self.at.saturating_sub(1);
        let closer = Span::new(last, self.at);
        if self.bytes.get(last) != Some(&b'}') || closer.start <= frame.opener {
            // It was ended for want of its brace, which is a mistake of its own.
            return;
        }
        let opener = Span::new(frame.opener as usize, self.behind(frame.opener as usize));
        let comma = if frame.empty { self.comma_beside(frame.opener as usize, self.at) } else { None };
        if let Some(mistake) = self.mistakes.get_mut(mistake) {
            mistake.related = Some(closer);
            let mut edits = vec![Edit::delete(opener), Edit::delete(closer)];
            edits.extend(comma.map(Edit::delete));
            mistake.repair = Some(super::Repair { edits, safe: true });
        }
    }

    /// The comma that goes with something that goes: the one before it, or else the one behind.
    fn comma_beside(&mut self, start: usize, end: usize) -> Option<Span> {
        let before = odd::trim_end(&self.text[..start]);
        if before.ends_with(',') {
            return Some(Span::new(before.len() - 1, before.len()));
        }
        let (next, at) = self.peek_from(end);
        (next == Some(b',')).then(|| Span::new(at, at + 1))
    }
}

/// A byte that may follow a word: white space, punctuation of JSON, or the start of a comment.
pub(super) fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b'}' | b']' | b'{' | b'[' | b'/' | b'#')
}
