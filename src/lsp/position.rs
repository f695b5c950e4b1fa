//! Places as the protocol counts them: lines, and in a line bytes or UTF-16 units.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::text::{Span, previous_boundary};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Columns {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16: what a client means that says nothing.
    #[default]
    Utf16,
}

impl Columns {
    /// The protocol's name for it.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn units(self, text: &str) -> u32 {
        match self {
            Self::Utf8 => text.len() as u32,
            Self::Utf16 => text.chars().map(|c| c.len_utf16() as u32).sum(),
        }
    }
}

/// The bytes between two [`Mark`]s, about.
const STRIDE: usize = 1024;

/// A place in a text that is not ASCII: so that a long line need not be counted from its start each time.
#[derive(Clone, Copy, Debug)]
struct Mark {
    byte: u32,
    units: u32,
}

/// Where the lines of a text begin. A line ends with LF, CR LF or CR.
#[derive(Debug)]
pub(super) struct Lines {
    columns: Columns,
    starts: Vec<u32>,
    /// Units of UTF-16 from the start of the text; empty where units are bytes.
    marks: Vec<Mark>,
}

impl Lines {
    /// Finds the lines of `text`, which all other functions are to be given again.
    pub(super) fn new(text: &str, columns: Columns) -> Self {
        let bytes = text.as_bytes();
        let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| at as u32 + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let marks = if columns == Columns::Utf8 || text.is_ascii() { Vec::new() } else { marks(text) };
        Self { columns, starts, marks }
    }

    /// The byte at a position. Past the end of a line its end is meant, past the last line the end of the text,
    /// within a character its start.
    pub(super) fn offset(&self, text: &str, position: Position) -> u32 {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else { return text.len() as u32 };
        let next = self.starts.get(line + 1).map_or(text.len(), |&next| next as usize);
        let end = start as usize + text[start as usize..next].trim_end_matches(['\n', '\r']).len();
        if self.marks.is_empty() {
            let wanted = (start as usize).saturating_add(position.character as usize);
            return floor(text, wanted.min(end)) as u32;
        }
        let wanted = self.units_before(text, start).saturating_add(position.character);
        let mark = self.marks[self.marks.partition_point(|mark| mark.units <= wanted).saturating_sub(1)];
        let (mut at, mut units) = (mark.byte as usize, mark.units);
        for c in text[at..].chars() {
            units += c.len_utf16() as u32;
            if at >= end || units > wanted {
                break;
            }
            at += c.len_utf8();
        }
        at.clamp(start as usize, end) as u32
    }

    /// The position of a byte; within a character that of its start.
    pub(super) fn position(&self, text: &str, offset: u32) -> Position {
        let offset = floor(text, (offset as usize).min(text.len())) as u32;
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line];
        let character = if self.marks.is_empty() {
            offset - start
        } else {
            self.units_before(text, offset) - self.units_before(text, start)
        };
        Position { line: line as u32, character }
    }

    /// The bytes of a range; one that runs backwards is empty.
    pub(super) fn span(&self, text: &str, range: Range) -> Span {
        let start = self.offset(text, range.start);
        Span { start, end: self.offset(text, range.end).max(start) }
    }

    /// The range of bytes.
    pub(super) fn range(&self, text: &str, span: Span) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end) }
    }

    fn units_before(&self, text: &str, offset: u32) -> u32 {
        let mark = self.marks[self.marks.partition_point(|mark| mark.byte <= offset).saturating_sub(1)];
        mark.units + self.columns.units(&text[mark.byte as usize..offset as usize])
    }
}

fn marks(text: &str) -> Vec<Mark> {
    let mut marks = vec![Mark { byte: 0, units: 0 }];
    let (mut byte, mut units) = (0, 0);
    while byte < text.len() {
        let next = floor(text, (byte + STRIDE).min(text.len()));
        units += Columns::Utf16.units(&text[byte..next]);
        byte = next;
        marks.push(Mark { byte: byte as u32, units });
    }
    marks
}

/// The start of the character that the byte at `offset` is part of.
fn floor(text: &str, offset: usize) -> usize {
    previous_boundary(text, offset)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn a_character_beyond_the_basic_plane_has_two_units() {
        let text = "a😀é\r\nb";
        let lines = Lines::new(text, Columns::Utf16);
        assert_eq!(lines.offset(text, at(0, 1)), 1);
        // Between the two halves: the character's start.
        assert_eq!(lines.offset(text, at(0, 2)), 1);
        assert_eq!(lines.offset(text, at(0, 3)), 5);
        assert_eq!(lines.position(text, 7), at(0, 4));
        assert_eq!(lines.position(text, 9), at(1, 0));
        let lines = Lines::new(text, Columns::Utf8);
        assert_eq!(lines.offset(text, at(0, 5)), 5);
        assert_eq!(lines.offset(text, at(0, 3)), 1);
        assert_eq!(lines.position(text, 7), at(0, 7));
    }

    #[test]
    fn what_lies_outside_is_drawn_in() {
        for columns in [Columns::Utf8, Columns::Utf16] {
            for text in ["ab\r\nc", "äb\r\nc"] {
                let lines = Lines::new(text, columns);
                let end = text.find('\r').unwrap_or_default() as u32;
                assert_eq!(lines.offset(text, at(0, 99)), end, "before the line's break");
                assert_eq!(lines.offset(text, at(9, 0)), text.len() as u32);
                assert_eq!(lines.offset(text, at(u32::MAX, u32::MAX)), text.len() as u32);
                assert_eq!(lines.offset(text, at(1, u32::MAX)), text.len() as u32);
                let back = Range { start: at(1, 0), end: at(0, 0) };
                assert!(lines.span(text, back).is_empty());
            }
        }
        assert_eq!(Lines::new("", Columns::Utf16).position("", 7), at(0, 0));
    }

    #[test]
    fn each_way_to_end_a_line_ends_one() {
        let text = "a\rb\nc\r\nd";
        let lines = Lines::new(text, Columns::Utf16);
        let starts: Vec<u32> = (0..4).map(|line| lines.offset(text, at(line, 0))).collect();
        assert_eq!(starts, [0, 2, 4, 7]);
    }

    /// The protocol's definition, word for word and slowly.
    fn counted(text: &str, offset: usize, columns: Columns) -> Position {
        let (mut line, mut start) = (0, 0);
        for (at, c) in text.char_indices().filter(|(at, _)| *at < offset) {
            let ends = c == '\n' || (c == '\r' && !text[at + 1..].starts_with('\n'));
            if ends {
                (line, start) = (line + 1, at + 1);
            }
        }
        let units = match columns {
            Columns::Utf8 => offset - start,
            Columns::Utf16 => text[start..offset].encode_utf16().count(),
        };
        at(line, units as u32)
    }

    proptest! {
        #[test]
        fn there_and_back(text in "[a-c\r\n äß€😀]{0,40}", repeat in 1_usize..80) {
            let text = text.repeat(repeat);
            for columns in [Columns::Utf8, Columns::Utf16] {
                let lines = Lines::new(&text, columns);
                for (offset, c) in text.char_indices().step_by(repeat) {
                    let position = lines.position(&text, offset as u32);
                    prop_assert_eq!(position, counted(&text, offset, columns));
                    // Within a line's break there is no position to come back to.
                    if c != '\n' {
                        prop_assert_eq!(lines.offset(&text, position), offset as u32);
                    }
                }
            }
        }

        #[test]
        fn any_position_is_a_place(text in "[a\r\n ä😀]{0,40}", line in 0_u32..50, character in 0_u32..50) {
            for columns in [Columns::Utf8, Columns::Utf16] {
                let offset = Lines::new(&text, columns).offset(&text, at(line, character));
                prop_assert!(text.is_char_boundary(offset as usize));
            }
        }
    }
}
