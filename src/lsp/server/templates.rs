//! What is asked of deployment templates and their parameters files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lsp_server::{ErrorCode, Message};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeLensParams, CompletionItem, CreateFile,
    CreateFileOptions, DocumentChangeOperation, DocumentChanges, DocumentHighlightParams, DocumentSymbol,
    DocumentSymbolParams, GotoDefinitionParams, GotoDefinitionResponse, Location, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ReferenceParams, RenameParams, ResourceOp,
    SignatureHelpParams, SymbolInformation, TextDocumentEdit, TextDocumentPositionParams, TextEdit, Uri,
    WorkspaceEdit,
};
use serde_json::{Value, json};

use super::{Answer, Open, Server, asked};
use crate::container::Kind;
use crate::lsp::body::{calls, secrets};
use crate::lsp::client_capabilities::Capabilities;
use crate::lsp::document::Document;
use crate::lsp::hover::of_template;
use crate::lsp::template::{
    FileEdits, Files, Setting, View, definition, entry_at, help, highlights, lenses, missing, new_file,
    outline, prepare_rename, references, rename, suggest, title, with_view,
};
use crate::report::Mask;
use crate::text::{Shown, Span, is_hidden, read_text};

/// The largest file beside a template that is read, in bytes: ARM takes 4 MB.
const MAX_BESIDE: u64 = 8 << 20;

/// Files of a folder that are looked through.
const MAX_LISTED: usize = 4096;

/// What is open, and what else is on disk.
struct Around<'s>(&'s std::collections::BTreeMap<String, Open>);

impl Files for Around<'_> {
    fn read(&self, path: &Path) -> Option<(String, Option<i32>)> {
        let open = self.0.values().map(|it| &it.document).find(|it| it.path() == Some(path));
        if let Some(open) = open {
            return Some((open.source().text().to_owned(), Some(open.version())));
        }
        Some((read_text(path, MAX_BESIDE).ok()?, None))
    }

    fn list(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().take(MAX_LISTED);
        let mut found: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
        let open = self.0.values().filter_map(|it| it.document.path());
        found.extend(open.filter(|it| it.parent() == Some(folder)).map(Path::to_owned));
        found.sort();
        found.dedup();
        found
    }
}

impl Server {
    /// Answers a request about a template; `None` for another method.
    pub(super) fn of_template(
        &mut self,
        method: &str,
        params: Value,
        out: &mut Vec<Message>,
    ) -> Option<Answer> {
        Some(match method {
            "textDocument/documentSymbol" => self.outlined(params, out),
            "textDocument/definition" => self.defined(params, out),
            "textDocument/references" => self.referenced(params, out),
            "textDocument/documentHighlight" => self.highlighted(params, out),
            "textDocument/prepareRename" => self.rename_prepared(params, out),
            "textDocument/rename" => self.renamed(params, out),
            "textDocument/signatureHelp" => self.signature(params, out),
            "textDocument/codeLens" => self.code_lenses(params, out),
            _ => return None,
        })
    }

    /// Gives the document and what is known around it to `answer`; `None` if it is not open or is left out.
    fn with<R>(
        &mut self,
        uri: &str,
        out: &mut Vec<Message>,
        answer: impl FnOnce(Setting<'_>, Capabilities) -> R,
    ) -> Option<R> {
        let options = self.checked(uri, out)?;
        let open = self.documents.get(uri)?;
        let mask = open.checked.as_ref()?.mask();
        let secrets = |document: &Document| secrets(document, &options);
        let files = Around(&self.documents);
        let setting =
            Setting { document: &open.document, is_open: true, files: &files, mask, secrets: &secrets };
        Some(answer(setting, self.capabilities))
    }

    fn outlined(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let uri = asked::<DocumentSymbolParams>(params)?.text_document.uri;
        let found = self.with(uri.as_str(), out, |setting, capabilities| {
            let calls = calls(setting.document);
            let views = View::all(setting.document.source(), &calls);
            let hide = |text: &str| setting.mask.hide(text).into_owned();
            let all: Vec<DocumentSymbol> =
                views.iter().flat_map(|view| outline(view, setting.document, &hide)).collect();
            if capabilities.outline_levels { json!(all) } else { json!(flat(&all, &uri)) }
        });
        Ok(found.unwrap_or_else(|| json!([])))
    }

    fn defined(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let it = asked::<GotoDefinitionParams>(params)?.text_document_position_params;
        let found = self.places(&it, out, definition);
        Ok(json!(found.map(GotoDefinitionResponse::Array)))
    }

    fn referenced(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let params = asked::<ReferenceParams>(params)?;
        let declared = params.context.include_declaration;
        let it = params.text_document_position;
        let found =
            self.places(&it, out, |view, setting, cursor| references(view, setting, cursor, declared));
        Ok(json!(found))
    }

    /// Asks `question` about a place in a template, or about the template of the parameters file that it is in.
    fn places(
        &mut self,
        at: &TextDocumentPositionParams,
        out: &mut Vec<Message>,
        question: impl FnOnce(&View<'_>, Setting<'_>, u32) -> Vec<Location>,
    ) -> Option<Vec<Location>> {
        let found = self.with(at.text_document.uri.as_str(), out, |setting, _| {
            let cursor = setting.document.offset(at.position);
            about(setting, cursor, question)
        });
        found.flatten().filter(|it| !it.is_empty())
    }

    fn highlighted(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let it = asked::<DocumentHighlightParams>(params)?.text_document_position_params;
        let found = self.with(it.text_document.uri.as_str(), out, |setting, _| {
            let cursor = setting.document.offset(it.position);
            with_view(setting.document, cursor, |view| highlights(view, setting.document, cursor))
        });
        Ok(json!(found.flatten()))
    }

    fn rename_prepared(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let it = asked::<TextDocumentPositionParams>(params)?;
        let found = self.with(it.text_document.uri.as_str(), out, |setting, _| {
            let document = setting.document;
            let cursor = document.offset(it.position);
            if let Some(entry) = entry_at(setting, cursor) {
                let found = entry.ask(|view, at| prepare_rename(view, &entry.template.document, at));
                let place = json!({ "range": entry.range(document), "placeholder": Shown::line(&entry.name).as_str() });
                return found.transpose().map(|found| found.flatten().map(|_| place));
            }
            let found = with_view(document, cursor, |view| prepare_rename(view, document, cursor));
            found.transpose().map(|found| found.flatten().map(|it| json!(it)))
        });
        match found {
            Some(Ok(found)) => Ok(json!(found)),
            Some(Err(why)) => Err((ErrorCode::RequestFailed, Shown::line(&why).into())),
            None => Ok(Value::Null),
        }
    }

    fn renamed(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let params = asked::<RenameParams>(params)?;
        let it = params.text_document_position;
        let new = params.new_name;
        let found = self.with(it.text_document.uri.as_str(), out, |setting, capabilities| {
            let cursor = setting.document.offset(it.position);
            let found = about(setting, cursor, |view, setting, at| rename(view, setting, at, &new));
            (found, capabilities)
        });
        match found {
            Some((Some(Ok(edits)), capabilities)) => Ok(json!(of_files(edits, capabilities))),
            Some((Some(Err(why)), _)) => Err((ErrorCode::RequestFailed, Shown::line(&why).into())),
            Some((None, _)) | None => Ok(Value::Null),
        }
    }

    fn signature(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let it = asked::<SignatureHelpParams>(params)?.text_document_position_params;
        if self.options(it.text_document.uri.as_str(), out).is_none() {
            return Ok(Value::Null);
        }
        let Some(open) = self.documents.get(it.text_document.uri.as_str()) else { return Ok(Value::Null) };
        let document = &open.document;
        let calls = calls(document);
        let bodies: Vec<_> = calls.iter().filter_map(|call| call.body.text()).collect();
        Ok(json!(help(document, &bodies, document.offset(it.position))))
    }

    fn code_lenses(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let uri = asked::<CodeLensParams>(params)?.text_document.uri;
        let found = self.with(uri.as_str(), out, |setting, _| {
            let calls = calls(setting.document);
            let views = View::all(setting.document.source(), &calls);
            views.iter().flat_map(|view| lenses(view, setting)).collect::<Vec<_>>()
        });
        Ok(json!(found.unwrap_or_default()))
    }

    /// What there is to say of a place in a template or in a parameters file; `None` where that is nothing.
    pub(super) fn hover_template(
        &mut self,
        uri: &str,
        position: Position,
        out: &mut Vec<Message>,
    ) -> Option<(Span, String)> {
        let found = self.with(uri, out, |setting, _| of_template(setting, setting.document.offset(position)));
        found.flatten()
    }

    /// What may stand at a place in an expression; `None` where none is.
    pub(super) fn complete_template(
        &mut self,
        uri: &str,
        position: Position,
        out: &mut Vec<Message>,
    ) -> Option<Vec<CompletionItem>> {
        let options = self.options(uri, out)?;
        let open = self.documents.get(uri)?;
        let document = &open.document;
        let nothing = Mask::default();
        let mask = open.checked.as_ref().map_or(&nothing, |it| it.mask());
        let secrets = |document: &Document| secrets(document, &options);
        let files = Around(&self.documents);
        let setting = Setting { document, is_open: true, files: &files, mask, secrets: &secrets };
        let calls = calls(document);
        let bodies: Vec<_> = calls.iter().filter_map(|call| call.body.text()).collect();
        let found = suggest(document, &bodies, setting, document.offset(position))?;
        // A name that is not what it looks like is not offered.
        let items = found.into_iter().filter(|it| !it.label.contains(is_hidden)).enumerate();
        Some(items.map(|(at, choice)| choice.item(document, self.capabilities, at)).collect())
    }

    /// What can be done for the parameters of a template or in a parameters file.
    pub(super) fn parameter_actions(
        &mut self,
        uri: &str,
        out: &mut Vec<Message>,
    ) -> Vec<CodeActionOrCommand> {
        let found = self.with(uri, out, |setting, capabilities| {
            let document = setting.document;
            if document.kind() != Some(Kind::Json) {
                return None;
            }
            if let Some((count, edit)) = missing(setting) {
                let plural = if count == 1 { "" } else { "s" };
                let edits = vec![FileEdits {
                    uri: document.uri().clone(),
                    version: Some(document.version()),
                    edits: vec![document.edit(&edit)],
                }];
                return Some(CodeAction {
                    title: format!("add {count} missing parameter{plural}"),
                    kind: Some(CodeActionKind::QUICKFIX),
                    edit: Some(of_files(edits, capabilities)),
                    ..CodeAction::default()
                });
            }
            if !capabilities.creates_files {
                return None;
            }
            let calls = calls(document);
            let views = View::all(document.source(), &calls);
            let new = new_file(views.first()?, setting)?;
            let text_document =
                OptionalVersionedTextDocumentIdentifier { uri: new.uri.clone(), version: None };
            let title = title(&new);
            let edit = TextEdit { range: Range::default(), new_text: new.text };
            let create = CreateFile {
                uri: new.uri,
                options: Some(CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) }),
                annotation_id: None,
            };
            let operations = vec![
                DocumentChangeOperation::Op(ResourceOp::Create(create)),
                DocumentChangeOperation::Edit(TextDocumentEdit {
                    text_document,
                    edits: vec![OneOf::Left(edit)],
                }),
            ];
            let edit = WorkspaceEdit {
                document_changes: Some(DocumentChanges::Operations(operations)),
                ..WorkspaceEdit::default()
            };
            Some(CodeAction {
                title,
                kind: Some(CodeActionKind::REFACTOR),
                edit: Some(edit),
                ..CodeAction::default()
            })
        });
        found.flatten().map(CodeActionOrCommand::CodeAction).into_iter().collect()
    }
}

/// Asks `question` about a place in a template, or about the template of the parameters file that it is in.
fn about<R>(
    setting: Setting<'_>,
    cursor: u32,
    question: impl FnOnce(&View<'_>, Setting<'_>, u32) -> R,
) -> Option<R> {
    if let Some(entry) = entry_at(setting, cursor) {
        let document = &entry.template.document;
        let mask = (setting.secrets)(document);
        let of = Setting { document, is_open: entry.template.is_open, mask: &mask, ..setting };
        return entry.ask(|view, at| question(view, of, at));
    }
    with_view(setting.document, cursor, |view| question(view, setting, cursor))
}

/// The edits of several files as the protocol has them.
fn of_files(all: Vec<FileEdits>, capabilities: Capabilities) -> WorkspaceEdit {
    if !capabilities.versioned_edits {
        // Of an interior that changes a URI has nothing that counts in comparisons.
        #[expect(clippy::mutable_key_type, reason = "the protocol's own type")]
        let changes: HashMap<Uri, Vec<TextEdit>> = all.into_iter().map(|it| (it.uri, it.edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edit = |it: FileEdits| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: it.uri, version: it.version },
        edits: it.edits.into_iter().map(OneOf::Left).collect(),
    };
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(all.into_iter().map(edit).collect())),
        ..WorkspaceEdit::default()
    }
}

/// An outline for clients that show no levels.
fn flat(all: &[DocumentSymbol], uri: &Uri) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    let mut open: Vec<(&DocumentSymbol, Option<&str>)> = all.iter().rev().map(|it| (it, None)).collect();
    while let Some((symbol, around)) = open.pop() {
        #[expect(deprecated, reason = "the field has to be there, and is not used")]
        found.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: Location { uri: uri.clone(), range: symbol.selection_range },
            container_name: around.map(str::to_owned),
        });
        let children = symbol.children.iter().flatten().rev();
        open.extend(children.map(|it| (it, Some(symbol.name.as_str()))));
    }
    found
}
