//! Decoded text with a map to the bytes of its file.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::{Chain, Edit, Encoding, Span, steps};

/// Most texts stand in one piece: a word, an argument in quotes.
type Pieces = SmallVec<[Piece; 1]>;

/// A run of a fragment's text and the bytes of the file that it stands for.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Source, apply_edits};

    /// A layer as a container or notation would decode it, small enough to be seen through.
    #[derive(Clone, Copy, Debug)]
    enum Layer {
        Lines(&'static str),
        ShellSingle,
        ShellDouble,
        JsonString,
    }

    impl Layer {
        fn write(self, text: &str) -> String {
            match self {
                Self::Lines(prefix) => {
                    format!("```\n{prefix}{}\n```", text.replace('\n', &format!("\n{prefix}")))
                }
                Self::ShellSingle => format!("curl -d '{}' x", Encoding::ShellSingle.encode(text, "")),
                Self::ShellDouble => format!("curl -d \"{}\" x", Encoding::ShellDouble.encode(text, "")),
                Self::JsonString => format!("{{\"a\":\"{}\"}}", Encoding::JsonString.encode(text, "")),
            }
        }

        fn read<'s>(self, outer: &Fragment<'s>) -> Fragment<'s> {
            let text = outer.text();
            match self {
                Self::Lines(prefix) => {
                    let mut builder = Builder::new(outer);
                    builder.set_prefix(prefix);
                    let mut at = 4;
                    let body = &text[4..text.len() - 4];
                    for line in body.split_inclusive('\n').chain(body.ends_with('\n').then_some("")) {
                        builder.copy(
                            Span::new(at + prefix.len().min(line.len()), at + line.len()),
                            Encoding::Lines,
                        );
                        if line.ends_with('\n') {
                            builder.glue();
                        }
                        at += line.len();
                    }
                    builder.finish(4, Encoding::Lines)
                }
                Self::ShellSingle => {
                    let mut builder = Builder::new(outer);
                    let (mut at, end) = (9, text.len() - 3);
                    while at < end {
                        let run = text[at..end].find('\'').map_or(end, |quote| at + quote);
                        builder.copy(Span::new(at, run), Encoding::ShellSingle);
                        at = run;
                        if at < end {
                            builder.decoded(Span::new(at, at + 4), "'", Encoding::ShellSingle);
                            at += 4;
                        }
                    }
                    builder.finish(9, Encoding::ShellSingle)
                }
                Self::ShellDouble => read_escaped(outer, 9, text.len() - 3, Encoding::ShellDouble),
                Self::JsonString => read_escaped(outer, 6, text.len() - 2, Encoding::JsonString),
            }
        }
    }

    fn read_escaped<'s>(outer: &Fragment<'s>, start: usize, end: usize, encoding: Encoding) -> Fragment<'s> {
        let text = outer.text();
        let mut builder = Builder::new(outer);
        let mut at = start;
        while at < end {
            let c = text[at..].chars().next().unwrap();
            if c == '\\' {
                let next = text[at + 1..].chars().next().unwrap();
                let (len, becomes) = match (encoding, next) {
                    (Encoding::JsonString, 'n') => (2, '\n'),
                    (Encoding::JsonString, 'r') => (2, '\r'),
                    (Encoding::JsonString, 't') => (2, '\t'),
                    (_, other) => (1 + other.len_utf8(), other),
                };
                builder.decoded(Span::new(at, at + len), becomes.encode_utf8(&mut [0; 4]), encoding);
                at += len;
            } else {
                builder.copy(Span::new(at, at + c.len_utf8()), encoding);
                at += c.len_utf8();
            }
        }
        builder.finish(start as u32, encoding)
    }

    fn layer() -> impl Strategy<Value = Layer> {
        prop_oneof![
            Just(Layer::Lines("   > ")),
            Just(Layer::Lines("")),
            Just(Layer::ShellSingle),
            Just(Layer::ShellDouble),
            Just(Layer::JsonString)
        ]
    }

    /// Prefixed lines are what fences in lists and quotes are: they hold quoted text, not the reverse.
    fn outer_lines(mut layers: Vec<Layer>) -> Vec<Layer> {
        layers.sort_by_key(|layer| !matches!(layer, Layer::Lines(_)));
        layers
    }

    fn read<'s>(source: &'s Source, layers: &[Layer]) -> Fragment<'s> {
        layers.iter().fold(source.fragment(), |outer, layer| layer.read(&outer))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

        /// Decoding the edited file gives the edited text.
        #[test]
        fn an_edit_survives_every_nesting(
            text in "[a-c'\"$\\\\`é\n]{0,12}",
            inserted in "[x-z'\"$\\\\`ü\n]{0,6}",
            layers in prop::collection::vec(layer(), 0..4).prop_map(outer_lines),
            from in 0usize..13,
            len in 0usize..13,
        ) {
            let file = layers.iter().rev().fold(text.clone(), |inner, layer| layer.write(&inner));
            let source = Source::new("x", file);
            let fragment = read(&source, &layers);
            prop_assert_eq!(fragment.text(), text.as_str());
            let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let start = boundaries[from % boundaries.len()];
            let end = boundaries[(from % boundaries.len() + len).min(boundaries.len() - 1)];
            let span = Span::new(start, end);
            let mut wanted = text.clone();
            wanted.replace_range(start..end, &inserted);
            let Some(edits) = fragment.edit(span, &inserted) else {
                // Only the last line's break can neither go nor be followed.
                prop_assert!(end == text.len() && text.ends_with('\n'));
                return Ok(());
            };
            let edited = Source::new("x", apply_edits(source.text(), &edits).unwrap());
            let again = read(&edited, &layers);
            prop_assert_eq!(again.text(), wanted.as_str(), "{:?} in {:?}", edits, source.text());
        }

        /// A span of the text and its span of the file name the same characters.
        #[test]
        fn a_span_maps_to_what_it_stands_for(text in "[a-c'\"\n]{1,12}", layers in prop::collection::vec(layer(), 0..4).prop_map(outer_lines)) {
            let file = layers.iter().rev().fold(text.clone(), |inner, layer| layer.write(&inner));
            let source = Source::new("x", file);
            let fragment = read(&source, &layers);
            for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
                let file = fragment.to_file(Span::new(at, at + 1));
                prop_assert_eq!(&source.text()[file.range()], c.to_string());
                prop_assert_eq!(fragment.offset_of(file.start), Some(at as u32));
            }
        }
    }

    #[test]
    fn quotes_between_pieces_stay_when_text_across_them_goes() {
        // 'ab'"cd" read as one word
        let source = Source::new("x", "'ab'\"cd\"");
        let root = source.fragment();
        let mut builder = Builder::new(&root);
        builder.copy(Span::new(1, 3), Encoding::ShellSingle);
        builder.copy(Span::new(5, 7), Encoding::ShellDouble);
        let word = builder.finish(1, Encoding::ShellSingle);
        assert_eq!(word.text(), "abcd");
        let edits = word.edit(Span::new(1, 3), "'$").unwrap();
        assert_eq!(apply_edits(source.text(), &edits).unwrap(), "'a'\\''$'\"d\"");
    }

    #[test]
    fn what_stands_apart_can_be_read_as_one() {
        let source = Source::new("x", "b='\"it''s' a");
        let root = source.fragment();
        let mut value = Builder::new(&root);
        value.copy(Span::new(3, 6), Encoding::PowerShellSingle);
        value.decoded(Span::new(6, 8), "'", Encoding::PowerShellSingle);
        value.copy(Span::new(8, 9), Encoding::PowerShellSingle);
        let value = value.finish(3, Encoding::PowerShellSingle);
        let mut whole = Builder::new(&root);
        whole.append(&root.slice(Span::new(11, 12)));
        whole.append(&root.slice(Span::new(0, 1)));
        whole.decoded(Span::new(1, 3), ": ", Encoding::Plain);
        whole.append(&value);
        let whole = whole.finish(0, Encoding::Plain);
        assert_eq!(whole.text(), "ab: \"it's");
        assert_eq!(whole.to_file(Span::new(0, 1)), Span::new(11, 12));
        assert_eq!(whole.to_file(Span::new(7, 8)), Span::new(6, 8));
        let edits = whole.edit(Span::new(5, 7), "'").unwrap();
        assert_eq!(apply_edits(source.text(), &edits).unwrap(), "b='\"''''s' a");
    }

    #[test]
    fn crlf_text_gets_crlf() {
        let source = Source::new("x", "a\r\nb");
        let edits = source.fragment().edit(Span::at(0), "c\n").unwrap();
        assert_eq!(apply_edits(source.text(), &edits).unwrap(), "c\r\na\r\nb");
    }
}
