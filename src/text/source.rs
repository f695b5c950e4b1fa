//! A file's text, byte for byte.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Fragment, Span};

/// The largest text that is read unless told otherwise: 256 MiB.
pub const DEFAULT_MAX_SIZE: u64 = 256 << 20;

const BOM: &str = "\u{feff}";

/// Why a file gave no source.
#[derive(Debug, thiserror::Error)]
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
}

/// What keeps a file from being read as UTF-8 text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceProblem {
    /// These bytes are not UTF-8. In [`Source::text`] each of them is one U+001A, so that offsets hold.
    NotUtf8(Vec<Span>),
    /// The file begins with a UTF-16 byte order mark.
    Utf16,
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
    lines: OnceLock<Vec<u32>>,
    /// The characters before each [`STRIDE`] bytes, for the columns of long lines.
    characters: OnceLock<Vec<u32>>,
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

    /// A source from bytes that need not be text.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let binary = !utf16 && memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some();
        let (text, raw, problem) = match String::from_utf8(bytes) {
            Ok(text) => (text, None, binary.then_some(SourceProblem::Binary)),
            Err(error) => {
                let raw = error.into_bytes();
                let (text, bad) = stand_in(&raw);
                let problem = if utf16 {
                    SourceProblem::Utf16
                } else if binary {
                    SourceProblem::Binary
                } else {
                    SourceProblem::NotUtf8(bad)
                };
                (text, Some(raw), Some(problem))
            }
        };
        Self {
            name: name.into(),
            path: None,
            text,
            raw,
            problem,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
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
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit) + 1).unwrap_or(0));
        // The size is known: to ask for it in one piece saves the call that would only say that there is no more.
        let mut file = file.take(limit + 1);
        file.by_ref().take(size).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 != size || size == 0 {
            file.read_to_end(&mut bytes).map_err(fail)?;
        }
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { name, limit });
        }
        Ok(Self { path: Some(path.to_owned()), ..Self::from_bytes(name, bytes) })
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

    /// What keeps it from being plain UTF-8 text, if anything does.
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

    /// The number of characters before the byte at `offset`.
    fn characters_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let known = self.characters.get_or_init(|| {
            let mut counts = Vec::with_capacity(bytes.len() / STRIDE + 1);
            let mut count = 0;
            for stride in bytes.chunks(STRIDE) {
                counts.push(count);
                count += count_characters(stride) as u32;
            }
            counts
        });
        let stride = offset / STRIDE;
        // The end of the text may be the start of a stride that there is none of.
        let (stride, before) = match known.get(stride) {
            Some(before) => (stride, *before),
            None => (stride.saturating_sub(1), known.last().copied().unwrap_or(0)),
        };
        before as usize + count_characters(&bytes[stride * STRIDE..offset])
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
    fn bytes_that_are_no_utf8_keep_their_offsets() {
        let source = Source::from_bytes("x", b"a\xff\xfeb\xc3".to_vec());
        assert_eq!(source.text(), "a\u{1a}\u{1a}b\u{1a}");
        assert_eq!(source.problem(), Some(&SourceProblem::NotUtf8(vec![Span::new(1, 3), Span::new(4, 5)])));
        let edited = source.edited(&[Edit::replace(Span::new(3, 4), "c")]).unwrap();
        assert_eq!(&*edited, b"a\xff\xfec\xc3");
    }

    #[test]
    fn what_is_not_text_is_told() {
        assert_eq!(Source::from_bytes("x", b"\xff\xfea\0".to_vec()).problem(), Some(&SourceProblem::Utf16));
        assert_eq!(Source::from_bytes("x", b"a\0b".to_vec()).problem(), Some(&SourceProblem::Binary));
        assert_eq!(Source::new("x", "").problem(), None);
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
