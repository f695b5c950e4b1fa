//! Brackets that are missing, too many or of the wrong kind, and the end of the text.

use crate::json::parser::{Expect, Frame, FrameKind, Guess, NOWHERE, Parser};
use crate::json::tree::{Data, Kind, REPAIRED};
use crate::json::{MAX_DEPTH, Mistake, MistakeKind, Unclosed};
use crate::text::{Edit, Span, odd};

impl Parser<'_> {
    /// Reads the bracket that is missing here, if that is the guess.
    pub(in crate::json) fn guessed(&mut self) -> bool {
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
    pub(in crate::json) fn guessed_closer(&mut self) {
        let stray = matches!(self.guess.take(), Some(Guess::Drop(_)));
        self.extra_closer(stray);
    }

    /// A closing bracket of the other kind. Three readings: brackets before it are missing, it is the wrong
    /// one, or it is one too many; the brackets in the rest of the text say which leaves a whole.
    pub(in crate::json) fn wrong_closer(&mut self, byte: u8) {
        let depth = i64::try_from(self.frames.len()).unwrap_or(i64::MAX);
        let matching = self.frames.iter().rev().position(|frame| frame.kind.closer() == byte);
        let rest = self.closers_after(self.behind(self.at));
        let missing = matching.filter(|&above| {
            rest.is_none_or(|rest| Ok(rest) == i64::try_from(above).map(|above| depth - above - 1))
        });
        if let Some(above) = missing {
            let done = self.done();
            for _ in 0..above {
                self.unclosed_here(done);
            }
            self.at = self.behind(self.at);
            self.end_frame();
            return;
        }
        if !self.swapped_closers(byte) {
            self.extra_closer(rest == Some(depth));
        }
    }

    /// Two closing brackets that stand in each other's place (`}]` where `]}` is due): one mistake.
    fn swapped_closers(&mut self, byte: u8) -> bool {
        let is_open = |frame: &&Frame| matches!(frame.kind, FrameKind::Object | FrameKind::Array);
        let inner = self.frames.last().filter(is_open);
        let closers = inner.zip(self.frames.iter().rev().nth(1).filter(is_open));
        let Some((inner, outer)) = closers.map(|(inner, outer)| (inner.kind.closer(), outer.kind.closer()))
        else {
            return false;
        };
        if outer != byte || inner == byte {
            return false;
        }
        let first = Span::new(self.at, self.behind(self.at));
        let (next, at) = self.peek_from(first.end as usize);
        if next != Some(inner) {
            return false;
        }
        let second = Span::new(at, at + 1);
        let swap = |at: Span, closer: u8| Edit::replace(at, char::from(closer).to_string());
        let span = Span { start: first.start, end: second.end };
        let opener = self.frames.last().map_or(0, |frame| frame.opener as usize);
        let place = self.place_after(opener);
        let mistake = Mistake::new(MistakeKind::ExtraBracket { wanted: Some(char::from(inner)) }, span);
        self.mistake(mistake.related(place).repaired(vec![swap(first, inner), swap(second, outer)]));
        self.at = first.end as usize;
        self.end_frame();
        self.at = second.end as usize;
        self.end_frame();
        true
    }

    /// Passes over the closing bracket here if it is a stray one, or takes it for the one that is due.
    fn extra_closer(&mut self, stray: bool) {
        let here = Span::new(self.at, self.behind(self.at));
        let wanted = self.frames.last().map(|frame| frame.kind.closer() as char);
        let edit =
            if stray { Edit::delete(here) } else { Edit::replace(here, wanted.unwrap_or('}').to_string()) };
        let kind = MistakeKind::ExtraBracket { wanted: wanted.filter(|_| !stray) };
        let mut mistake = Mistake::new(kind, here).repaired(vec![edit]);
        if let Some(frame) = self.frames.last() {
            mistake = mistake.related(self.place_after(frame.opener as usize));
        }
        self.mistake(mistake);
        self.at = here.end as usize;
        if stray {
            // What stood before it still waits for its comma, or for its value.
            if self.frames.last().is_some_and(|frame| frame.empty || frame.comma.is_some()) {
                self.expect_next();
            }
        } else {
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
            || self.mistakes.len() >= crate::json::MAX_MISTAKES
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

    /// The bracket that opens a container, or the character that one without a bracket begins with.
    fn opener_of(&self, frame: &Frame) -> Span {
        let start = frame.opener as usize;
        Span::new(start, self.behind(start))
    }

    /// Ends the innermost container, whose bracket is missing, before the place `done`.
    fn unclosed_here(&mut self, done: usize) {
        let Some(opener) = self.frames.last().map(|frame| self.opener_of(frame)) else { return };
        let Some(frame) = self.frames.last_mut() else { return };
        let kind = if frame.kind.is_array() { Unclosed::Array } else { Unclosed::Object };
        let closer = char::from(frame.kind.closer()).to_string();
        let mut edits = vec![Edit::insert(done as u32, closer)];
        if let Some(comma) = frame.comma.take() {
            edits.insert(0, Edit::delete(Span { start: comma, end: comma + 1 }));
        }
        let headless = matches!(frame.kind, FrameKind::Headless | FrameKind::HeadlessArray);
        let unnamed = if let FrameKind::Unnamed(index) = frame.kind { Some(index) } else { None };
        if headless {
            // Both its brackets are missing: that is said here, and not again at its end.
            frame.kind = if frame.kind.is_array() { FrameKind::Array } else { FrameKind::Object };
        }
        let missing = if frame.kind.is_array() { "[" } else { "{" };
        if frame.named {
            self.push_unknown(Span::at(done));
        }
        if unnamed.is_some() {
            // A brace that neither has a name nor is closed is one too many: said once, where it stands.
        } else if headless {
            edits.insert(0, Edit::insert(opener.start, missing));
            let span = Span { start: opener.start, end: (done as u32).max(opener.start) };
            self.mistake(Mistake::new(MistakeKind::UnclosedBracket(Unclosed::Body), span).repaired(edits));
        } else {
            let place = self.place_after(done);
            self.mistake(
                Mistake::new(MistakeKind::UnclosedBracket(kind), opener).related(place).repaired(edits),
            );
        }
        let node = self.frames.last().map_or(0, |frame| frame.node as usize);
        let inner = self.nodes.get(node).map_or(0, |node| node.start);
        self.end_frame();
        if let Some(mistake) = unnamed.and_then(|index| self.mistakes.get_mut(index)) {
            mistake.related = None;
            mistake.repair = Some(crate::json::Repair { edits: vec![Edit::delete(opener)], safe: false });
        }
        if let Some(node) = self.nodes.get_mut(node).filter(|_| done as u32 >= inner) {
            node.end = done as u32;
        }
    }

    /// `"identity": "type": …`: the value is a name, and the brace before it is missing.
    pub(super) fn colon_after_value(&mut self) {
        let colon = Span::new(self.at, self.behind(self.at));
        let last = self.nodes.last().copied().filter(|last| last.kind == Kind::String);
        let last = last.filter(|_| self.value + 1 == self.nodes.len());
        let Some(string) = last.filter(|_| self.frames.len() < MAX_DEPTH) else {
            self.mistake(
                Mistake::new(MistakeKind::MissingComma, colon).perhaps(vec![Edit::replace(colon, ",")]),
            );
            self.at = colon.end as usize;
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
        if self.odd_mark(self.at) == Some(':') {
            self.odd_colon(&string);
        } else {
            self.at += 1;
        }
        self.push_name(string);
    }

    pub(in crate::json) fn end_headless(&mut self, frame: &Frame) {
        let closer = Span::new(self.text.floor_char_boundary(self.at.saturating_sub(1)), self.at);
        let opener = if frame.kind.is_array() { "[" } else { "{" };
        let edits = vec![Edit::insert(frame.opener, opener)];
        let mistake = Mistake::new(MistakeKind::ExtraBracket { wanted: None }, closer)
            .related(self.place_after(frame.opener as usize))
            .repaired(edits);
        self.mistake(mistake);
    }

    /// The text is over. True if nothing is left open.
    pub(in crate::json) fn end_of_text(&mut self) -> bool {
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
                    if frame.kind == FrameKind::HeadlessArray {
                        edits.push(Edit::insert(frame.opener, "["));
                    }
                    innermost.get_or_insert(frame);
                    closers.push(char::from(frame.kind.closer()));
                }
            }
            let recorded = self.mistakes.len();
            self.end_frame();
            // What the end of a frame says of itself is not true of one that was never ended.
            if matches!(frame.kind, FrameKind::Headless | FrameKind::HeadlessArray) {
                self.mistakes.truncate(recorded);
            }
            if let FrameKind::Unnamed(index) = frame.kind
                && let Some(mistake) = self.mistakes.get_mut(index)
            {
                mistake.repair = None;
                mistake.related = None;
            }
        }
        // A text that ends within a string lacks its brackets for the same reason.
        let is_told = !closers.is_empty() && self.closes_cut_string(&closers);
        if let Some(frame) = innermost.filter(|_| !is_told) {
            let kind = if frame.kind.is_array() { Unclosed::Array } else { Unclosed::Object };
            edits.push(Edit::insert(done as u32, closers));
            let opener = self.opener_of(&frame);
            let mistake =
                Mistake::new(MistakeKind::UnclosedBracket(kind), opener).related(Span::new(done, done));
            self.mistake(mistake.perhaps(edits));
        } else if let Some(frame) = headless.filter(|_| !is_told) {
            let span = Span { start: frame.opener, end: done as u32 };
            let edits = vec![Edit::insert(frame.opener, "{"), Edit::insert(done as u32, "}")];
            self.mistake(Mistake::new(MistakeKind::UnclosedBracket(Unclosed::Body), span).repaired(edits));
        }
        self.at = end;
        true
    }

    /// If the last mistake is a string that the end of the text cuts off, adds to what it lacks the brackets that are
    /// open around it.
    fn closes_cut_string(&mut self, closers: &str) -> bool {
        let text = self.text;
        let Some(last) = self.mistakes.last_mut() else { return false };
        if last.kind != MistakeKind::UnclosedBracket(Unclosed::String) {
            return false;
        }
        let Some(edit) = last.repair.as_mut().and_then(|it| it.edits.last_mut()) else { return false };
        let is_cut = odd::trim_end(text.get(edit.span.end as usize..).unwrap_or_default()).is_empty();
        if is_cut {
            edit.text.push_str(closers);
        }
        is_cut
    }

    /// Something stands behind the value. True if the rest of the text is given up.
    pub(in crate::json) fn odd_end(&mut self, byte: u8) -> bool {
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
                            Mistake::new(MistakeKind::ExtraComma, span).repaired(vec![Edit::delete(span)]),
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
        let end = odd::trim_end(self.text).len();
        self.mistake(Mistake::new(MistakeKind::TextAfterBody, Span::new(self.at, end.max(self.at))));
        true
    }

    pub(super) fn extra_closers(&mut self) {
        let start = self.at;
        let mut end = self.behind(start);
        loop {
            let (next, at) = self.peek_from(end);
            if !matches!(next, Some(b'}' | b']')) {
                break;
            }
            end = at + 1;
        }
        let span = Span::new(start, end);
        self.mistake(
            Mistake::new(MistakeKind::ExtraBracket { wanted: None }, span).repaired(vec![Edit::delete(span)]),
        );
        self.at = end;
    }

    /// The root's members go on behind its closing brace: one brace before was one too many.
    fn reopen_root(&mut self) {
        let end = self.nodes[0].end;
        let brace = Span::new(self.text.floor_char_boundary(end.saturating_sub(1) as usize), end as usize);
        let mistake = Mistake::new(MistakeKind::ExtraBracket { wanted: None }, brace);
        self.mistake(mistake.repaired(vec![Edit::delete(brace)]));
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
    pub(in crate::json) fn too_deep(&mut self) {
        let start = self.at;
        let mut depth = 0usize;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let byte = if byte.is_ascii() { char::from(byte) } else { self.odd_mark(at).unwrap_or(' ') };
            match byte {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                '"' => at = skip_string(self.bytes, at),
                _ => {}
            }
            at = self.behind(at).max(at);
            if depth == 0 || at >= self.bytes.len() {
                break;
            }
        }
        self.at = at.min(self.bytes.len());
        self.steps += (self.at - start) as u64;
        self.mistake(Mistake::new(MistakeKind::TooDeep, Span::new(start, self.behind(start))));
        if self.expect == Expect::Name {
            self.member_passed_over();
        } else {
            self.push_unknown(Span::new(start, self.at));
        }
    }
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
