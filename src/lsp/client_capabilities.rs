//! What a client understands, as far as that decides what it is sent.

use lsp_types::PositionEncodingKind;
use serde_json::Value;

use super::position::Columns;

/// What a client has said that it understands.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of the protocol, said on its own")]
pub(super) struct Capabilities {
    /// What its columns count.
    pub(super) columns: Columns,
    /// Edits that say for which state of a text they are.
    pub(super) versioned_edits: bool,
    /// Other places that explain a diagnostic.
    pub(super) related_places: bool,
    /// Markdown on hover.
    pub(super) markdown_hover: bool,
    /// Markdown beside a completion.
    pub(super) markdown_completion: bool,
    /// Being asked to tell of files that change on disk.
    pub(super) watching: bool,
    /// An outline with levels.
    pub(super) outline_levels: bool,
    /// Being told what may be renamed before it is.
    pub(super) prepares_renames: bool,
    /// Edits that make files.
    pub(super) creates_files: bool,
}

impl Capabilities {
    /// Reads the parameters of `initialize`. What is not said, or not as the protocol has it, is not capabilities.
    pub(super) fn read(params: &Value) -> Self {
        let capability = |pointer: &str| params.pointer(&format!("/capabilities/{pointer}"));
        let can = |pointer: &str| capability(pointer).and_then(Value::as_bool) == Some(true);
        let lists = |pointer: &str, word: &str| {
            capability(pointer).and_then(Value::as_array).is_some_and(|list| list.iter().any(|it| it == word))
        };
        let is_utf8 = lists("general/positionEncodings", PositionEncodingKind::UTF8.as_str());
        Self {
            columns: if is_utf8 { Columns::Utf8 } else { Columns::Utf16 },
            versioned_edits: can("workspace/workspaceEdit/documentChanges"),
            related_places: can("textDocument/publishDiagnostics/relatedInformation"),
            markdown_hover: lists("textDocument/hover/contentFormat", "markdown"),
            markdown_completion: lists(
                "textDocument/completion/completionItem/documentationFormat",
                "markdown",
            ),
            watching: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            outline_levels: can("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            prepares_renames: can("textDocument/rename/prepareSupport"),
            creates_files: can("workspace/workspaceEdit/documentChanges")
                && lists("workspace/workspaceEdit/resourceOperations", "create"),
        }
    }
}

/// A text without the marks that `hover` and `complete` make, for a client that shows them.
pub(super) fn plain(markdown: &str) -> String {
    // Between backticks a comma is part of a value: `SystemAssigned, UserAssigned` is one.
    let mut out = String::with_capacity(markdown.len());
    // Bold marks stand around code as well as around words.
    let markdown = markdown.replace("**", "");
    let parts: Vec<&str> = markdown.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        let is_code = at % 2 == 1 && at + 1 < parts.len();
        if is_code && part.contains(", ") {
            out.push('"');
            out.push_str(part);
            out.push('"');
        } else if is_code {
            out.push_str(part);
        } else {
            if at > 0 && at % 2 == 1 {
                out.push('`');
            }
            out.push_str(part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_combined_value_stays_one() {
        let markdown = "**`type`**: one of `SystemAssigned`, `SystemAssigned, UserAssigned`, `None`";
        assert_eq!(plain(markdown), "type: one of SystemAssigned, \"SystemAssigned, UserAssigned\", None");
        assert_eq!(plain("a ` b **c**"), "a ` b c");
    }
}
