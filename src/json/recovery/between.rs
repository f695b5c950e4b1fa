//! Between tokens: comments, an ellipsis, characters that only look like spaces, marks of a merge.

use crate::json::parser::Parser;
use crate::json::{Mistake, MistakeKind};
use crate::text::odd::{self, Odd};
use crate::text::{Edit, Span};

impl Parser<'_> {
    /// Passes over what is not a token: comments, an ellipsis, characters that only look like spaces,
    /// conflict marks. False if the text stands at none of these.
    pub(in crate::json) fn trivia(&mut self, byte: u8) -> bool {
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
    pub(in crate::json) fn gap(&mut self) {
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

    pub(super) fn line_end(&self) -> usize {
        let end =
            memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |found| self.at + found);
        end - usize::from(end > self.at && self.bytes[end - 1] == b'\r')
    }

    fn comment(&mut self, end: usize) {
        let span = Span::new(self.at, end);
        self.steps += span.len() as u64;
        if !self.dialect.comments {
            let gone = self.with_its_blanks(span);
            self.mistake(Mistake::new(MistakeKind::Comment, span).repaired(vec![Edit::delete(gone)]));
        }
        self.at = end;
    }

    /// What goes with a comment: its whole line if nothing else stands there, the blanks before one at a line's end,
    /// else those behind it. Neither an empty line nor blanks at a line's end are left.
    fn with_its_blanks(&self, comment: Span) -> Span {
        let (before, behind) = self.text.split_at(comment.end as usize);
        let before = &before[..comment.start as usize];
        let start = before.trim_end_matches([' ', '\t']).len();
        let blank = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let end = comment.end as usize + blank;
        let line_end = ["\r\n", "\n"].into_iter().find(|line_end| behind[blank..].starts_with(line_end));
        let begins_line = before[..start].ends_with('\n') || start == 0;
        match line_end {
            Some(line_end) if begins_line => Span::new(start, end + line_end.len()),
            Some(_) => Span::new(start, end),
            None if end == self.text.len() => Span::new(start, end),
            None if before.ends_with([' ', '\t', '\n']) => Span::new(comment.start as usize, end),
            None => comment,
        }
    }

    /// `...` takes the place of members or elements, so the commas beside it are not missed.
    fn ellipsis(&mut self, len: usize) {
        let len = len + self.words_of_ellipsis(self.at + len);
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

    /// The length of the words that say what was left out, up to the end of the line:
    /// `... rest of the template omitted ...`.
    fn words_of_ellipsis(&mut self, from: usize) -> usize {
        const MAX_WORDS: usize = 120;
        let window = &self.bytes[from..self.bytes.len().min(from + MAX_WORDS)];
        // Up to the end of the line, or of the container: `[... nested template ...]`.
        let Some(len) = memchr::memchr3(b'\n', b']', b'}', window) else { return 0 };
        self.steps += len as u64;
        let words = self.text[from..from + len].trim_end();
        let is_prose = words.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '(')
            && !words.contains(['"', '\'', '{', '}', '[', ']', ':', ',', '<', '=']);
        if is_prose { words.len() } else { 0 }
    }

    /// White space that JSON does not know. However often it stands in a text, it is one mistake.
    fn odd_space(&mut self) -> bool {
        let start = self.at;
        let mut at = start;
        let mut blanks = 0;
        let mut foreign = false;
        while let Some(c) = self.char_at(at) {
            match odd::odd(c) {
                Some(Odd::Space) => blanks += 1,
                Some(Odd::Invisible) => {}
                _ => break,
            }
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
        let edit = Edit::replace(span, " ".repeat(blanks));
        self.odd_spaces = self.repeated(self.odd_spaces, MistakeKind::BadEncoding, span, vec![edit]);
        true
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
        if (byte == b'=' || byte == b'|') && !self.no_conflict_ends {
            let end = memchr::memmem::find(&self.bytes[line_end..], b"\n>>>>>>>");
            self.no_conflict_ends = end.is_none();
            self.steps += end.unwrap_or(self.bytes.len() - line_end) as u64;
            self.at = end.map_or(line_end, |found| line_end + found + 1);
            if end.is_some() {
                self.at = self.line_end();
            }
        }
        true
    }
}
