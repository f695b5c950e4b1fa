//! An open file, as the editor has it.

use std::path::{Path, PathBuf};

use lsp_types::{Position, Range, TextDocumentContentChangeEvent, TextEdit, Uri};

use super::position::{Columns, Lines};
use super::uri::path_of;
use crate::container::Kind;
use crate::text::{Edit, Source, Span};

/// The most bytes that a text may grow to by being edited: spans count in 32 bits.
const LARGEST: usize = 1 << 30;

/// A text that a client has open.
#[derive(Debug)]
pub(super) struct Document {
    uri: Uri,
    path: Option<PathBuf>,
    kind: Option<Kind>,
    version: i32,
    columns: Columns,
    source: Source,
    lines: Lines,
    is_lost: bool,
}

impl Document {
    /// A text that was opened. The file's name says what kind it is, as it does for `armbody lint`; where it says
    /// nothing, the client's word for the language does.
    pub(super) fn new(uri: Uri, language: &str, version: i32, text: String, columns: Columns) -> Self {
        let path = path_of(&uri);
        let kind = path.as_deref().and_then(Kind::of).or_else(|| kind_of_language(language));
        let lines = Lines::new(&text, columns);
        let source = Source::new(name(path.as_deref(), &uri), text);
        Self { uri, path, kind, version, columns, source, lines, is_lost: false }
    }

    /// A text that no client has open, and that is no file. Its columns count bytes.
    pub(super) fn alone(source: Source, kind: Kind) -> Option<Self> {
        let uri = "untitled:text".parse().ok()?;
        let columns = Columns::Utf8;
        let lines = Lines::new(source.text(), columns);
        Some(Self { uri, path: None, kind: Some(kind), version: 0, columns, source, lines, is_lost: false })
    }

    /// The client's name for it.
    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What kind of file it is; `None` for one that is not looked at.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.kind.filter(|_| !self.is_lost)
    }

    /// The number that the client gave this state of the text.
    pub(super) fn version(&self) -> i32 {
        self.version
    }

    /// The text.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// What its columns count.
    pub(super) fn columns(&self) -> Columns {
        self.columns
    }

    /// Applies what the client changed, one after the other.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        self.version = version;
        let mut text = self.source.text().to_owned();
        for change in changes {
            match change.range {
                None => {
                    text = change.text;
                    self.is_lost = false;
                }
                Some(range) => text.replace_range(self.lines.span(&text, range).range(), &change.text),
            }
            if text.len() > LARGEST {
                self.is_lost = true;
            }
            if self.is_lost {
                // Only the whole text anew can bring it back.
                text.clear();
            }
            self.lines = Lines::new(&text, self.columns);
        }
        self.source = Source::new(self.source.name().to_owned(), text);
    }

    /// The byte at a position.
    pub(super) fn offset(&self, position: Position) -> u32 {
        self.lines.offset(self.source.text(), position)
    }

    /// The bytes of a range.
    pub(super) fn span(&self, range: Range) -> Span {
        self.lines.span(self.source.text(), range)
    }

    /// The range of bytes.
    pub(super) fn range(&self, span: Span) -> Range {
        self.lines.range(self.source.text(), span)
    }

    /// An edit as the protocol has it.
    pub(super) fn edit(&self, edit: &Edit) -> TextEdit {
        TextEdit { range: self.range(edit.span), new_text: edit.text.clone() }
    }
}

fn name(path: Option<&Path>, uri: &Uri) -> String {
    path.map_or_else(|| uri.as_str().to_owned(), |path| path.to_string_lossy().into_owned())
}

fn kind_of_language(language: &str) -> Option<Kind> {
    Some(match language.to_ascii_lowercase().as_str() {
        "markdown" | "mdx" | "pandoc" | "quarto" => Kind::Markdown,
        "json" | "jsonc" | "json5" | "arm-template" | "azure-arm" => Kind::Json,
        "shellscript" | "sh" | "bash" | "zsh" | "ksh" | "azcli" => Kind::Shell,
        "powershell" | "ps1" => Kind::PowerShell,
        "http" | "rest" => Kind::Http,
        "yaml" | "yml" | "azure-pipelines" | "github-actions-workflow" | "dockercompose" => Kind::Yaml,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(text: &str, columns: Columns) -> Document {
        let uri = "file:///a.md".parse().expect("a URI");
        Document::new(uri, "", 1, text.to_owned(), columns)
    }

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[line, from, end, to]| Range {
            start: Position { line, character: from },
            end: Position { line: end, character: to },
        });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_build_on_each_other() {
        let mut it = document("ü😀x\r\nzweite", Columns::Utf16);
        it.change(
            2,
            vec![
                change(Some([0, 3, 0, 4]), "y"),
                change(Some([0, 4, 1, 0]), "\n"),
                change(Some([1, 6, 9, 9]), "é\n"),
            ],
        );
        assert_eq!((it.source().text(), it.version()), ("ü😀y\nzweiteé\n", 2));
        it.change(3, vec![change(None, "neu")]);
        assert_eq!(it.source().text(), "neu");
    }

    #[test]
    fn the_name_says_the_kind_before_the_language_does() {
        let kind = |uri: &str, language: &str| {
            Document::new(uri.parse().expect("a URI"), language, 1, String::new(), Columns::Utf8).kind()
        };
        assert_eq!(kind("file:///a.json", "plaintext"), Some(Kind::Json));
        assert_eq!(kind("file:///a.sh", "markdown"), Some(Kind::Shell));
        assert_eq!(kind("untitled:1", "shellscript"), Some(Kind::Shell));
        assert_eq!(kind("file:///README", "markdown"), Some(Kind::Markdown));
        assert_eq!(kind("file:///a.rs", "rust"), None);
    }

    proptest! {
        /// An edit that an editor makes and tells of leaves both with the same text.
        #[test]
        fn both_sides_have_the_same_text(
            text in "[a-c\n ü😀]{0,30}",
            edits in prop::collection::vec((0_usize..40, 0_usize..40, "[x\n€😀]{0,4}"), 1..6),
        ) {
            for columns in [Columns::Utf8, Columns::Utf16] {
                let mut theirs = text.clone();
                let mut ours = document(&text, columns);
                for (number, (from, to, new)) in edits.iter().enumerate() {
                    let places: Vec<usize> = theirs.char_indices().map(|(at, _)| at).chain([theirs.len()]).collect();
                    let (from, to) = (places[from % places.len()], places[to % places.len()]);
                    let span = Span::new(from.min(to), from.max(to));
                    let range = Lines::new(&theirs, columns).range(&theirs, span);
                    theirs.replace_range(span.range(), new);
                    let event = TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: new.clone() };
                    ours.change(i32::try_from(number).expect("few"), vec![event]);
                    prop_assert_eq!(ours.source().text(), theirs.as_str());
                }
            }
        }
    }
}
