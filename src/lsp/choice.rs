//! One thing that may stand at the cursor.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    TextEdit,
};

use super::client_capabilities::{Capabilities, plain};
use super::document::Document;
use super::spot::Word;
use crate::text::{Edit, Fragment, Shown, Span};

/// Something that may stand at the cursor. They are shown in the order in which they are found.
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) kind: CompletionItemKind,
    pub(super) detail: String,
    pub(super) documentation: Option<String>,
    pub(super) edit: Edit,
    /// What stands where the edit goes, if it is not the label.
    pub(super) filter: Option<String>,
}

impl Choice {
    /// A choice that is written as `edit` has it.
    pub(super) fn new(
        label: impl Into<String>,
        kind: CompletionItemKind,
        detail: impl Into<String>,
        edit: Edit,
    ) -> Self {
        let (label, detail) = (label.into(), detail.into());
        Self { label, kind, detail, documentation: None, edit, filter: None }
    }

    /// A word for another word.
    pub(super) fn word(label: &str, kind: CompletionItemKind, detail: impl Into<String>, span: Span) -> Self {
        let edit = Edit::replace(span, label);
        Self { label: label.to_owned(), kind, detail: detail.into(), documentation: None, edit, filter: None }
    }

    /// As the protocol has it; `at` is its place among others.
    pub(super) fn item(self, document: &Document, capabilities: Capabilities, at: usize) -> CompletionItem {
        let TextEdit { range, new_text } = document.edit(&self.edit);
        let shown = |text: String| {
            let text = String::from(Shown::lines(&text));
            if capabilities.markdown_completion {
                Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: text })
            } else {
                Documentation::String(plain(&text))
            }
        };
        CompletionItem {
            label: self.label,
            kind: Some(self.kind),
            detail: (!self.detail.is_empty()).then(|| Shown::line(&self.detail).into()),
            documentation: self.documentation.map(shown),
            sort_text: Some(format!("{at:04}")),
            filter_text: self.filter,
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            ..CompletionItem::default()
        }
    }
}

/// Writes `text` in the place of the word at the cursor. What a client compares with the label begins where the edit
/// does: with the quote, if there is one.
pub(super) fn word_edit(
    body: &Fragment<'_>,
    word: Word,
    text: &str,
    label: &str,
) -> Option<(Edit, Option<String>)> {
    let edit = single(body, word.span, text)?;
    // The quote as the file has it, which may be an escape.
    let start = body.to_file(word.span).start;
    let lead = body.to_file(word.content).start.saturating_sub(start) as usize;
    let filter = word.quote.map(|quote| {
        let quote = char::from(quote);
        let escape = "\\".repeat(lead.saturating_sub(1));
        format!("{escape}{quote}{label}")
    });
    Some((edit, filter))
}

/// The edit of the file, if it is one edit of one line.
pub(super) fn single(body: &Fragment<'_>, span: Span, text: &str) -> Option<Edit> {
    let mut edits = body.edit(span, text)?;
    let edit = edits.pop()?;
    (edits.is_empty() && !edit.text.contains('\n')).then_some(edit)
}
