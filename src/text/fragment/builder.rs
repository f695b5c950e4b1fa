//! Makes the decoded text of a fragment piece by piece.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::{Chain, Encoding, Span, steps};
use super::{Fragment, Piece, Pieces, weight};

/// Decodes part of a fragment into a new one, piece by piece and in order.
#[derive(Debug)]
pub struct Builder<'f, 's> {
    outer: &'f Fragment<'s>,
    text: Cow<'s, str>,
    pieces: Pieces,
    prefix: String,
}

impl<'f, 's> Builder<'f, 's> {
    /// An empty text to be decoded from `outer`.
    pub fn new(outer: &'f Fragment<'s>) -> Self {
        Self { outer, text: Cow::Borrowed(""), pieces: Pieces::new(), prefix: String::new() }
    }

    /// About as many bytes of memory as the text takes so far.
    pub(crate) fn weight(&self) -> usize {
        weight(&self.text, &self.pieces)
    }

    /// Takes over the bytes of `span` as they stand. What is inserted among them later is written as
    /// `encoding` demands.
    pub fn copy(&mut self, span: Span, encoding: Encoding) {
        self.push_pieces(span, encoding, false);
        self.push_text(span);
    }

    /// Takes over the bytes of `span`, which name a value that only a run of the script knows (`$NAME`).
    pub fn expansion(&mut self, span: Span, encoding: Encoding) {
        self.push_pieces(span, encoding, true);
        self.push_text(span);
    }

    /// Adds `text`, which the bytes of `span` stand for: an escape.
    pub fn decoded(&mut self, span: Span, text: &str, encoding: Encoding) {
        if text.is_empty() {
            return;
        }
        steps::count(text.len());
        let from = self.outer.to_file(span);
        let chain = self.outer.pieces[self.outer.piece_at(span.start)].chain.inside(encoding);
        self.push_piece(Piece {
            at: self.text.len() as u32,
            len: text.len() as u32,
            from: from.start,
            from_len: from.end - from.start,
            chain,
            atomic: true,
            glued: false,
            expansion: false,
            locked: false,
        });
        self.text.to_mut().push_str(text);
    }

    /// Adds `text`, which the bytes of `span` say in another language: it can be shown there, not edited.
    pub fn translated(&mut self, span: Span, text: &str) {
        self.decoded(span, text, Encoding::Plain);
        if let Some(last) = self.pieces.last_mut() {
            last.locked = true;
        }
    }

    /// Adds `text`, which stands for the value that the bytes of `span` have when the script runs.
    pub fn stand_in(&mut self, span: Span, text: &str) {
        self.translated(span, text);
        if let Some(last) = self.pieces.last_mut() {
            last.expansion = true;
        }
    }

    /// Adds `text`, which stands for what `file` says, in bytes of the file: it can be shown there, not edited. With
    /// `open` it is known only when the script runs.
    pub fn placed(&mut self, file: Span, text: &str, open: bool) {
        if text.is_empty() {
            return;
        }
        self.push_piece(Piece {
            at: self.text.len() as u32,
            len: text.len() as u32,
            from: file.start,
            from_len: file.end - file.start,
            chain: Chain::default(),
            atomic: true,
            glued: false,
            expansion: open,
            locked: true,
        });
        self.text.to_mut().push_str(text);
    }

    /// Adds the text of `fragment`, wherever in the same file it stands, as it maps there: the value of a
    /// variable, a name and a value that are written apart.
    pub fn append(&mut self, fragment: &Fragment<'s>) {
        steps::count(fragment.text.len() + fragment.pieces.len());
        let offset = self.text.len() as u32;
        for piece in fragment.pieces.iter().filter(|piece| piece.len > 0) {
            let piece = Piece { at: piece.at + offset, ..*piece };
            match self.pieces.last_mut() {
                Some(last) if last.len == 0 => *last = piece,
                _ => self.pieces.push(piece),
            }
        }
        if self.text.is_empty() {
            self.text.clone_from(&fragment.text);
        } else {
            self.text.to_mut().push_str(&fragment.text);
        }
    }

    /// Says that whatever stands in the file between the last piece and the next belongs to the last one's
    /// end: a line's break and the next line's prefix, or a line continuation.
    pub fn glue(&mut self) {
        if let Some(last) = self.pieces.last_mut() {
            last.glued = true;
        }
    }

    /// What [`Encoding::Lines`] writes after a line break in this text.
    pub fn set_prefix(&mut self, prefix: &str) {
        prefix.clone_into(&mut self.prefix);
    }

    /// The number of bytes decoded so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The number of pieces decoded so far, each with a place of its own.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// True if nothing was decoded yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The fragment. One without any text stands at `anchor` of the outer text, in quotes of `encoding`.
    pub fn finish(mut self, anchor: u32, encoding: Encoding) -> Fragment<'s> {
        if self.pieces.is_empty() {
            self.copy(Span { start: anchor, end: anchor }, encoding);
        }
        let prefix = match &self.outer.prefix {
            Some(outer) if self.prefix.is_empty() => Some(Arc::clone(outer)),
            Some(outer) => Some([outer, self.prefix.as_str()].concat().into()),
            None => Some(self.prefix).filter(|own| !own.is_empty()).map(Into::into),
        };
        Fragment { text: self.text, pieces: self.pieces, prefix, crlf: self.outer.crlf }
    }

    fn push_text(&mut self, span: Span) {
        steps::count(span.len());
        match &self.outer.text {
            Cow::Borrowed(outer) if self.text.is_empty() => self.text = Cow::Borrowed(&outer[span.range()]),
            outer => self.text.to_mut().push_str(&outer[span.range()]),
        }
    }

    fn push_pieces(&mut self, span: Span, encoding: Encoding, expansion: bool) {
        let mut at = self.text.len() as u32;
        if span.is_empty() {
            let place = self.outer.insertion_point(span.start);
            let (chain, from) = place.unwrap_or((Chain::default(), self.outer.file_end()));
            if self.pieces.is_empty() {
                let chain = chain.inside(encoding);
                self.pieces.push(Piece {
                    at,
                    len: 0,
                    from,
                    from_len: 0,
                    chain,
                    atomic: false,
                    glued: false,
                    expansion,
                    locked: false,
                });
            }
            return;
        }
        let outer = self.outer;
        for piece in &outer.pieces[outer.piece_at(span.start)..] {
            steps::count(1);
            if piece.at >= span.end {
                break;
            }
            let (start, end) = (span.start.max(piece.at), span.end.min(piece.end()));
            if start >= end {
                continue;
            }
            let (from, from_len) = if piece.atomic {
                (piece.from, piece.from_len)
            } else {
                (piece.from + (start - piece.at), end - start)
            };
            let glued = piece.glued && end == piece.end();
            let chain = piece.chain.inside(encoding);
            let expansion = expansion || piece.expansion;
            self.push_piece(Piece {
                at,
                len: end - start,
                from,
                from_len,
                chain,
                atomic: piece.atomic,
                glued,
                expansion,
                locked: piece.locked,
            });
            at += end - start;
        }
    }

    fn push_piece(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            // An empty piece only marks a place, and a real one marks it better.
            Some(last) if last.len == 0 => *last = piece,
            Some(last)
                if !last.atomic
                    && !piece.atomic
                    && !last.glued
                    && last.expansion == piece.expansion
                    && last.source_end() == piece.from
                    && last.chain == piece.chain =>
            {
                last.len += piece.len;
                last.from_len += piece.from_len;
                last.glued = piece.glued;
            }
            _ => self.pieces.push(piece),
        }
    }
}
