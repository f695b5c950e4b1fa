//! A file's text, byte for byte.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Fragment, Span};

/// The largest text that is read unless told otherwise: 256 MiB.
pub const DEFAULT_MAX_SIZE: u64 = 256 << 20;

const BOM: &str = "\u{feff}";

/// Why a file gave no source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The system refused.
    #[error("{name}: {error}")]
    Io {
        /// The file, as the user named it.
        name: String,
        /// The system's word.
        error: std::io::Error,
    },
    /// More bytes than are read.
    #[error("{name}: larger than {limit} bytes")]
    TooLarge {
        /// The file, as the user named it.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// It was to be a text, and is not.
    #[error("{name}: neither UTF-8 nor UTF-16 with a byte order mark")]
    NotText {
        /// The file, as the user named it.
        name: String,
    },
}

/// Reads a text whose places do not matter, in the encodings of [`Source`], without its byte order mark.
///
/// # Errors
/// As [`Source::read`], and [`ReadError::NotText`].
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    Source::read(path, limit)?.into_text()
}

/// What keeps a file from being read as UTF-8 text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceProblem {
    /// These bytes are not UTF-8. In [`Source::text`] each of them is one U+001A, so that offsets hold.
    NotUtf8(Vec<Span>),
    /// The file begins with a UTF-16 byte order mark, and what follows is not UTF-16.
    BrokenUtf16,
    /// The file has NUL bytes: it is not text.
    Binary,
}

/// A file, or what stands for one: its name, its text, and where its lines begin.
#[derive(Debug)]
pub struct Source {
    name: String,
    path: Option<PathBuf>,
    text: String,
    raw: Option<Vec<u8>>,
    problem: Option<SourceProblem>,
    /// Of a file in UTF-16: `raw` holds its bytes, `text` what they say.
    wide: Option<ByteOrder>,
    lines: OnceLock<Vec<u32>>,
    /// The characters before each [`STRIDE`] bytes, for the columns of long lines.
    characters: OnceLock<Vec<u32>>,
    /// The UTF-16 units before each [`STRIDE`] bytes, for offsets in a file of such units.
    units: OnceLock<Vec<u32>>,
}

/// Which byte of a UTF-16 unit stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// What the byte order mark at the start of `bytes` says.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] => Some(Self::Little),
            [0xfe, 0xff, ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The text with its byte order mark. `None` if there is half a unit or half a surrogate pair.
    fn decode(self, bytes: &[u8]) -> Option<String> {
        let pairs = bytes.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return None;
        }
        let units = pairs.map(|pair| match self {
            Self::Little => u16::from_le_bytes([pair[0], pair[1]]),
            Self::Big => u16::from_be_bytes([pair[0], pair[1]]),
        });
        let mut text = String::with_capacity(bytes.len() / 2 + BOM.len());
        for c in char::decode_utf16(units) {
            text.push(c.ok()?);
        }
        text.shrink_to_fit();
        Some(text)
    }

    fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for unit in text.encode_utf16() {
            bytes.extend(match self {
                Self::Little => unit.to_le_bytes(),
                Self::Big => unit.to_be_bytes(),
            });
        }
        bytes
    }
}

/// Bytes that are counted for a column, at most.
const STRIDE: usize = 512;

/// A place for people: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Source {
    /// A source from a text in memory.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::from_bytes(name, text.into().into_bytes())
    }

    /// A source from bytes that need not be text: UTF-8, or UTF-16 behind a byte order mark.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let wide = ByteOrder::of(&bytes);
        if let Some(order) = wide
            && let Some(text) = order.decode(&bytes)
        {
            let problem = has_nul(text.as_bytes()).then_some(SourceProblem::Binary);
            return Self { wide, ..Self::made_of(name.into(), text, Some(bytes), problem) };
        }
        let binary = wide.is_none() && has_nul(&bytes);
        let (text, raw, problem) = match String::from_utf8(bytes) {
            Ok(text) => (text, None, binary.then_some(SourceProblem::Binary)),
            Err(error) => {
                let raw = error.into_bytes();
                let (text, bad) = stand_in(&raw);
                let problem = if wide.is_some() {
                    SourceProblem::BrokenUtf16
                } else if binary {
                    SourceProblem::Binary
                } else {
                    SourceProblem::NotUtf8(bad)
                };
                (text, Some(raw), Some(problem))
            }
        };
        Self::made_of(name.into(), text, raw, problem)
    }

    fn made_of(name: String, text: String, raw: Option<Vec<u8>>, problem: Option<SourceProblem>) -> Self {
        Self {
            name,
            path: None,
            text,
            raw,
            problem,
            wide: None,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
            units: OnceLock::new(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReadError::Io`] if it cannot be read, [`ReadError::TooLarge`] if it has more than `limit` bytes.
    pub fn read(path: &Path, limit: u64) -> Result<Self, ReadError> {
        let name = path_name(path);
        let fail = |error| ReadError::Io { name: name.clone(), error };
        let file = fs::File::open(path).map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        // One byte more than the limit tells a file that grows, or a pipe, from one that fits.
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit).saturating_add(1)).unwrap_or(0));
        // The size is known: to ask for it in one piece saves the call that would only say that there is no more.
        let mut file = file.take(limit.saturating_add(1));
        file.by_ref().take(size).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 != size || size == 0 {
            file.read_to_end(&mut bytes).map_err(fail)?;
        }
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { name, limit });
        }
        Ok(Self { path: Some(path.to_owned()), ..Self::from_bytes(name, bytes) })
    }

    /// Reads what is no file, standard input for one, to its end.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_from(name: &str, from: impl Read, limit: u64) -> Result<Self, ReadError> {
        let name = name.to_owned();
        let mut bytes = Vec::new();
        match from.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            Ok(length) if length as u64 <= limit => Ok(Self::from_bytes(name, bytes)),
            Ok(_) => Err(ReadError::TooLarge { name, limit }),
            Err(error) => Err(ReadError::Io { name, error }),
        }
    }

    /// The text alone, without its byte order mark.
    ///
    /// # Errors
    /// [`ReadError::NotText`] for bytes that are not text.
    pub fn into_text(self) -> Result<String, ReadError> {
        if self.problem.is_some() {
            return Err(ReadError::NotText { name: self.name });
        }
        Ok(match self.text.strip_prefix(BOM) {
            Some(text) => text.to_owned(),
            None => self.text,
        })
    }

    /// The same file with other bytes in it.
    #[must_use]
    pub fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        Self { path: self.path.clone(), ..Self::from_bytes(self.name.clone(), bytes) }
    }

    /// The name for people: the path as it was given, or what stands for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The text, with its byte order mark if it has one; bytes that are not UTF-8 stand as U+001A.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes as they were read.
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// What keeps it from being read as text, if anything does.
    pub fn problem(&self) -> Option<&SourceProblem> {
        self.problem.as_ref()
    }

    /// The number of bytes that a byte order mark at the start takes: 0 or 3.
    pub fn bom_len(&self) -> usize {
        if self.text.starts_with(BOM) { BOM.len() } else { 0 }
    }

    /// True if the first line ends in CR LF: what is inserted then does too.
    pub fn is_crlf(&self) -> bool {
        memchr::memchr(b'\n', self.text.as_bytes())
            .is_some_and(|at| at > 0 && self.text.as_bytes()[at - 1] == b'\r')
    }

    /// The whole text behind the byte order mark.
    pub fn fragment(&self) -> Fragment<'_> {
        Fragment::root(&self.text, self.bom_len(), self.is_crlf())
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.lines();
        let line = lines.partition_point(|&start| start <= offset) - 1;
        let start = lines[line] as usize;
        let end = (offset as usize).clamp(start, self.text.len());
        let mut column = if end - start <= STRIDE {
            count_characters(&self.text.as_bytes()[start..end])
        } else {
            self.characters_before(end) - self.characters_before(start)
        };
        if line == 0 && self.bom_len() > 0 && column > 0 {
            column -= 1;
        }
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The column of the byte at `offset` in bytes of UTF-8, from 1; the byte order mark is none of them.
    pub fn byte_column(&self, offset: u32) -> u32 {
        let lines = self.lines();
        let line = lines.partition_point(|&start| start <= offset) - 1;
        let mark = if line == 0 { self.bom_len() as u32 } else { 0 };
        (offset - lines[line]).saturating_sub(mark) + 1
    }

    /// The offset in the file of the byte at `offset` of the text: another one in a file of UTF-16.
    pub fn file_offset(&self, offset: u32) -> u32 {
        if self.wide.is_none() {
            return offset;
        }
        let offset = (offset as usize).min(self.text.len());
        2 * self.counted_before(offset, &self.units, count_units) as u32
    }

    /// The number of characters before the byte at `offset`.
    fn characters_before(&self, offset: usize) -> usize {
        self.counted_before(offset, &self.characters, count_characters)
    }

    /// What `count` comes to for the bytes before `offset`; `known` is filled with the count at each stride.
    fn counted_before(&self, offset: usize, known: &OnceLock<Vec<u32>>, count: fn(&[u8]) -> usize) -> usize {
        let bytes = self.text.as_bytes();
        let known = known.get_or_init(|| {
            let mut counts = Vec::with_capacity(bytes.len() / STRIDE + 1);
            let mut sum = 0;
            for stride in bytes.chunks(STRIDE) {
                counts.push(sum);
                sum += count(stride) as u32;
            }
            counts
        });
        let stride = offset / STRIDE;
        // The end of the text may be the start of a stride that there is none of.
        let (stride, before) = match known.get(stride) {
            Some(before) => (stride, *before),
            None => (stride.saturating_sub(1), known.last().copied().unwrap_or(0)),
        };
        before as usize + count(&bytes[stride * STRIDE..offset])
    }

    /// The text of a line (from 1) without its line ending; empty past the end.
    pub fn line(&self, line: u32) -> &str {
        let lines = self.lines();
        let Some(&start) = lines.get((line as usize).wrapping_sub(1)) else { return "" };
        let end = lines.get(line as usize).map_or(self.text.len(), |&next| next as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// The bytes of the file after `edits`, which speak of its own offsets.
    ///
    /// # Errors
    /// [`super::EditConflict`] if two edits overlap.
    pub fn edited(&self, edits: &[super::Edit]) -> Result<Cow<'_, [u8]>, super::EditConflict> {
        if edits.is_empty() {
            return Ok(Cow::Borrowed(self.bytes()));
        }
        let Some(raw) = &self.raw else {
            return Ok(Cow::Owned(super::apply_edits(&self.text, edits)?.into_bytes()));
        };
        if let Some(order) = self.wide {
            return Ok(Cow::Owned(order.encode(&super::apply_edits(&self.text, edits)?)));
        }
        // Edits speak of the stand-in text; the bytes that are not UTF-8 must survive around them.
        super::apply_edits(&self.text, edits)?;
        let mut sorted: Vec<_> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut out = Vec::with_capacity(raw.len());
        let mut done = 0;
        for edit in sorted {
            out.extend_from_slice(&raw[done..edit.span.start as usize]);
            out.extend_from_slice(edit.text.as_bytes());
            done = edit.span.end as usize;
        }
        out.extend_from_slice(&raw[done..]);
        Ok(Cow::Owned(out))
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }
}

/// A path for people and reports. Bytes of a name that are not UTF-8 stand as `\xE9`, so that two files keep two names.
pub fn path_name(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(name, "\\x{byte:02X}");
        }
    }
    name
}

/// The text with one U+001A for each byte that is not UTF-8, and where those bytes are.
fn stand_in(bytes: &[u8]) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(bytes.len());
    let mut bad: Vec<Span> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let invalid = chunk.invalid().len();
        if invalid > 0 {
            let span = Span::new(text.len(), text.len() + invalid);
            match bad.last_mut() {
                Some(last) if last.end == span.start => last.end = span.end,
                _ => bad.push(span),
            }
            text.extend(std::iter::repeat_n('\u{1a}', invalid));
        }
    }
    (text, bad)
}

/// True for what cannot be the beginning of a text.
fn has_nul(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some()
}

/// UTF-16 units of a text that is UTF-8: one for each character, two for those of four bytes.
fn count_units(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
}

/// Bytes that do not continue a character.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_are_counted() {
        for pattern in ["a", "é", "aé€😀"] {
            let text = format!("{}\n{}", pattern.repeat(700), pattern.repeat(1500));
            let source = Source::new("x", text.clone());
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
                let position = source.position(at as u32);
                assert_eq!(position.column as usize, text[line..at].chars().count() + 1);
            }
        }
    }
    use crate::text::Edit;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("x", "\u{feff}aé\nüx");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 1, column: 3 });
        assert_eq!(source.position(9), Position { line: 2, column: 2 });
        assert_eq!(source.line(2), "üx");
        assert_eq!(source.line(3), "");
    }

    #[test]
    fn what_is_read_has_a_limit_of_any_size() {
        for limit in [2, u64::MAX] {
            assert_eq!(Source::read_from("x", &b"ab"[..], limit).unwrap().text(), "ab");
        }
        let problem = Source::read_from("x", &b"abc"[..], 2).unwrap_err();
        assert_eq!(problem.to_string(), "x: larger than 2 bytes");
        let path = tempfile::NamedTempFile::new().unwrap();
        fs::write(path.path(), "ab").unwrap();
        assert_eq!(Source::read(path.path(), u64::MAX).unwrap().text(), "ab");
    }

    #[test]
    fn bytes_that_are_no_utf8_keep_their_offsets() {
        let source = Source::from_bytes("x", b"a\xff\xfeb\xc3".to_vec());
        assert_eq!(source.text(), "a\u{1a}\u{1a}b\u{1a}");
        assert_eq!(source.problem(), Some(&SourceProblem::NotUtf8(vec![Span::new(1, 3), Span::new(4, 5)])));
        let edited = source.edited(&[Edit::replace(Span::new(3, 4), "c")]).unwrap();
        assert_eq!(&*edited, b"a\xff\xfec\xc3");
    }

    #[test]
    fn what_is_not_text_is_told() {
        for broken in [&b"\xff\xfea\0b"[..], b"\xff\xfe\x3d\xd8", b"\xfe\xff\xdc\0\0a"] {
            let source = Source::from_bytes("x", broken.to_vec());
            assert_eq!(source.problem(), Some(&SourceProblem::BrokenUtf16), "{broken:?}");
            assert_eq!(source.bytes(), broken);
        }
        // UTF-32 begins as UTF-16 does.
        let wider = Source::from_bytes("x", b"\xff\xfe\0\0a\0\0\0".to_vec());
        assert_eq!(wider.problem(), Some(&SourceProblem::Binary));
        assert_eq!(Source::from_bytes("x", b"a\0b".to_vec()).problem(), Some(&SourceProblem::Binary));
        assert_eq!(Source::new("x", "").problem(), None);
    }

    /// The text in UTF-16, as Windows PowerShell writes it.
    fn wide(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf_16_is_read_and_kept() {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let text = "aé€😀\r\nz".repeat(200);
            let source = Source::from_bytes("x", wide(&text, to_bytes));
            assert_eq!((source.problem(), source.bom_len()), (None, 3));
            assert_eq!(source.fragment().text(), text);
            assert_eq!(source.position(3 + 10), Position { line: 1, column: 5 });
            assert_eq!(source.bytes(), wide(&text, to_bytes));
            for (at, _) in source.text().char_indices().chain([(source.text().len(), ' ')]) {
                let units = source.text()[..at].encode_utf16().count() as u32;
                assert_eq!(source.file_offset(at as u32), 2 * units);
            }
            let at = 3 + text.rfind('z').unwrap();
            let edited = source.edited(&[Edit::replace(Span::new(at, at + 1), "ü𝄞")]).unwrap();
            let wanted = format!("{}ü𝄞", text.strip_suffix('z').unwrap());
            assert_eq!(&*edited, wide(&wanted, to_bytes));
        }
        let narrow = Source::new("x", "aé😀b");
        assert_eq!(narrow.file_offset(7), 7);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf8_stay_apart() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = |bytes: &[u8]| path_name(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name(b"caf\xe9/\xff\xfe.md"), "caf\\xE9/\\xFF\\xFE.md");
        assert_eq!(name("café.md".as_bytes()), "café.md");
    }

    #[test]
    fn a_file_past_the_limit_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "12345").unwrap();
        assert!(matches!(Source::read(file.path(), 4), Err(ReadError::TooLarge { .. })));
        assert_eq!(Source::read(file.path(), 5).unwrap().text(), "12345");
    }
}
