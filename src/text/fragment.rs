//! Decoded text with a map to the bytes of its file.

mod builder;

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

pub use self::builder::Builder;
use super::{Chain, Edit, Encoding, Span, steps};

/// Most texts stand in one piece: a word, an argument in quotes.
type Pieces = SmallVec<[Piece; 1]>;

/// A run of a fragment's text and the bytes of the file that it stands for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Piece {
    /// Where it begins in the decoded text.
    at: u32,
    /// Its length in the decoded text.
    len: u32,
    /// Where it begins in the file.
    from: u32,
    /// Its length in the file. Equal to `len` if it is copied; an escape differs, or is marked by `atomic`.
    from_len: u32,
    /// How what is inserted here must be written.
    chain: Chain,
    /// An escape: its bytes stand or go together.
    atomic: bool,
    /// The gap in the file after it (a list's indentation, a line continuation) goes when its end does.
    glued: bool,
    /// The text stands for a value that is known only when the script runs (`$NAME`).
    expansion: bool,
    /// The file writes it in another language: it can be shown, not edited.
    locked: bool,
}

impl Piece {
    fn end(&self) -> u32 {
        self.at + self.len
    }

    fn source_end(&self) -> u32 {
        self.from + self.from_len
    }
}

/// A text decoded from a file, and where each byte of it came from.
///
/// Made by [`super::Source::fragment`] for a whole file and by [`Builder`] from another fragment; the maps
/// compose, so that a fragment always speaks of the file's bytes directly.
#[derive(Clone, Debug)]
pub struct Fragment<'s> {
    text: Cow<'s, str>,
    pieces: Pieces,
    /// Few texts have one.
    prefix: Option<Arc<str>>,
    crlf: bool,
}

impl<'s> Fragment<'s> {
    /// The text of a whole file from byte `start` on.
    pub(super) fn root(file: &'s str, start: usize, crlf: bool) -> Self {
        let text = &file[start..];
        let piece = Piece {
            at: 0,
            len: text.len() as u32,
            from: start as u32,
            from_len: text.len() as u32,
            chain: Chain::default(),
            atomic: false,
            glued: false,
            expansion: false,
            locked: false,
        };
        Self { text: Cow::Borrowed(text), pieces: smallvec![piece], prefix: None, crlf }
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole of it.
    pub fn span(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// About as many bytes of memory as a copy of it takes.
    pub(crate) fn weight(&self) -> usize {
        weight(&self.text, &self.pieces)
    }

    /// The part of the text in `span`, copied from where it stands.
    #[must_use]
    pub fn slice(&self, span: Span) -> Fragment<'s> {
        let mut builder = Builder::new(self);
        builder.copy(span, Encoding::Plain);
        builder.finish(span.start, Encoding::Plain)
    }

    /// The parts of the text between `separator`s.
    #[must_use]
    pub fn split(&self, separator: char) -> Vec<Fragment<'s>> {
        let mut from = 0;
        let part = |part: &str| {
            let span = Span::new(from, from + part.len());
            from += part.len() + separator.len_utf8();
            self.slice(span)
        };
        self.text.split(separator).map(part).collect()
    }

    /// The part of the text in `span` without the white space around it.
    #[must_use]
    pub fn slice_trimmed(&self, span: Span) -> Fragment<'s> {
        let text = &self.text[span.range()];
        let start = span.start as usize + (text.len() - text.trim_start().len());
        let end = start + text.trim().len();
        self.slice(Span::new(start, end))
    }

    /// The bytes of the file that `span` stands for: from its first byte to its last, with whatever stands
    /// between them. An empty span gives the place where an insertion would go.
    pub fn to_file(&self, span: Span) -> Span {
        if span.is_empty() {
            return Span::at(
                self.insertion_point(span.start).map_or_else(|| self.file_end(), |(_, at)| at) as usize
            );
        }
        let first = &self.pieces[self.piece_at(span.start)];
        let last = &self.pieces[self.piece_at(span.end - 1)];
        let start = if first.atomic { first.from } else { first.from + (span.start - first.at) };
        let end = if last.atomic { last.source_end() } else { last.from + (span.end - last.at) };
        Span { start, end: end.max(start) }
    }

    /// The edits of the file that replace `span` by `text`: what goes is taken piece by piece, quotes and
    /// marks between the pieces stay, and `text` is written as the layers around it demand. `None` if that
    /// cannot be done, because `span` cuts an escape in two, holds the
    /// last line's break, or the layers are too many.
    pub fn edit(&self, span: Span, text: &str) -> Option<Vec<Edit>> {
        let mut edits = self.deletions(span)?;
        if text.is_empty() {
            return Some(edits);
        }
        // Written where the first byte to go stood: there the quoting is known to be open.
        let (chain, at) = match edits.first() {
            Some(first) => (self.pieces[self.piece_at(span.start)].chain, first.span.start),
            None => self.insertion_point(span.start)?,
        };
        let text = if self.crlf { Cow::Owned(text.replace('\n', "\r\n")) } else { Cow::Borrowed(text) };
        let encoded = chain.encode(&text, self.prefix.as_deref().unwrap_or_default())?;
        match edits.first_mut() {
            Some(first) => first.text = encoded,
            None => edits.push(Edit::insert(at, encoded)),
        }
        Some(edits)
    }

    /// The edits of the file that replace each of these parts by its text; `None` if one of them cannot be made.
    pub fn edits(&self, parts: &[(Span, String)]) -> Option<Vec<Edit>> {
        parts.iter().try_fold(Vec::new(), |mut all, (span, text)| {
            all.extend(self.edit(*span, text)?);
            Some(all)
        })
    }

    /// True if part of `span` is known only when the script runs: a variable between quotes.
    pub fn has_expansion(&self, span: Span) -> bool {
        self.pieces[self.piece_at(span.start)..]
            .iter()
            .take_while(|piece| piece.at < span.end)
            .inspect(|_| steps::count(1))
            .any(|piece| piece.expansion && Span { start: piece.at, end: piece.end() }.overlaps(span))
    }

    /// The parts of the text that are known only when the script runs.
    pub fn expansions(&self) -> impl Iterator<Item = Span> + '_ {
        self.pieces
            .iter()
            .filter(|piece| piece.expansion)
            .map(|piece| Span { start: piece.at, end: piece.end() })
    }

    /// True if part of `span` stands for what the file says elsewhere or otherwise: the value of a variable that the
    /// text uses.
    pub fn is_derived(&self, span: Span) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.locked && Span { start: piece.at, end: piece.end() }.overlaps(span))
    }

    /// The bytes of the file that the text was made of, piece by piece. Texts that were made of the same bytes in
    /// the same way have the same origins, whatever they say.
    pub fn origins(&self) -> impl Iterator<Item = Span> + '_ {
        self.pieces.iter().map(|piece| Span { start: piece.from, end: piece.from + piece.from_len })
    }

    /// The innermost way of writing at `offset`: the quotes that a character there stands in.
    pub fn encoding_at(&self, offset: u32) -> Encoding {
        self.pieces[self.piece_at(offset)].chain.innermost()
    }

    /// The offset in this text of the byte at `offset` of the file, if that byte is part of it.
    pub fn offset_of(&self, offset: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.from <= offset);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let within = offset - piece.from;
        (within < piece.from_len).then(|| piece.at + if piece.atomic { 0 } else { within })
    }

    fn deletions(&self, span: Span) -> Option<Vec<Edit>> {
        let mut edits: Vec<Edit> = Vec::new();
        if span.is_empty() {
            return Some(edits);
        }
        for index in self.piece_at(span.start)..self.pieces.len() {
            let piece = &self.pieces[index];
            if piece.at >= span.end {
                break;
            }
            let start = span.start.max(piece.at);
            let end = span.end.min(piece.end());
            if piece.len == 0 || start >= end {
                continue;
            }
            if piece.locked {
                return None;
            }
            let whole = start == piece.at && end == piece.end();
            if piece.atomic && !whole {
                return None;
            }
            let mut gone = if piece.atomic {
                Span { start: piece.from, end: piece.source_end() }
            } else {
                Span { start: piece.from + (start - piece.at), end: piece.from + (end - piece.at) }
            };
            if piece.glued && end == piece.end() {
                // The break of the last line holds the container's own closing mark off.
                gone.end = self.pieces.get(index + 1)?.from;
            }
            match edits.last_mut() {
                Some(last) if last.span.end == gone.start => last.span.end = gone.end,
                _ => edits.push(Edit::delete(gone)),
            }
        }
        Some(edits)
    }

    /// Where in the file something put before `offset` goes, and how it must be written there.
    fn insertion_point(&self, offset: u32) -> Option<(Chain, u32)> {
        let index = self.pieces.partition_point(|piece| piece.at <= offset).checked_sub(1)?;
        let piece = &self.pieces[index];
        let past = offset >= piece.end() && piece.len > 0;
        // After the last line's break comes the container's own text, which must not be added to.
        if past && piece.chain.has(Encoding::Lines) && self.text.ends_with('\n') {
            return None;
        }
        if piece.locked || (piece.atomic && offset > piece.at && !past) {
            return None;
        }
        let at = if past { piece.source_end() } else { piece.from + (offset - piece.at) };
        // At the seam of two pieces the end of an ordinary one is as good a place as the start of a variable.
        if piece.expansion && offset == piece.at && index > 0 {
            let before = &self.pieces[index - 1];
            if before.end() == offset && !before.expansion && !before.glued {
                return Some((before.chain, before.source_end()));
            }
        }
        Some((piece.chain, at))
    }

    fn file_end(&self) -> u32 {
        self.pieces.last().map_or(0, Piece::source_end)
    }

    /// The index of the piece with the byte at `offset`; the last one past the end.
    fn piece_at(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.at <= offset).saturating_sub(1)
    }
}

fn weight(text: &str, pieces: &[Piece]) -> usize {
    text.len() + pieces.len().saturating_sub(1) * size_of::<Piece>()
}

#[cfg(test)]
mod tests;
