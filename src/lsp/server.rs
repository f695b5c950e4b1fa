//! The language server: messages in, messages out, no input or output of its own.

mod templates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeLensOptions,
    CompletionOptions, CompletionParams, Diagnostic, DiagnosticSeverity, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, HoverParams, HoverProviderCapability, NumberOrString, OneOf, Position,
    PublishDiagnosticsParams, Range, RenameOptions, SaveOptions, ServerCapabilities, SignatureHelpOptions,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    Uri, WorkDoneProgressOptions,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client_capabilities::Capabilities;
use super::complete::complete;
use super::diagnostics::{Checked, FIX_ALL};
use super::document::Document;
use super::flags::Flag;
use super::hover::{answered, of_document};
use super::settings::{Problem, Settings};
use super::uri::{path_of, uri_of};
use crate::config::FILE_NAME;
use crate::fault::isolated;
use crate::lint::{Finding, Options, internal_error};
use crate::shown;
use crate::text::{Shown, path_name};

/// Whether a server goes on after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// It waits for more.
    Continue,
    /// It was told to go: with this exit status.
    Exit(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
}

/// A server and what its client has told it.
///
/// [`Server::receive`] answers a message at once, except that diagnostics wait: whoever runs the server calls
/// [`Server::check_one`] while [`Server::is_behind`] and no message is waiting, so that of ten changes in a row only
/// the last is checked.
#[derive(Debug)]
pub struct Server {
    flags: Vec<Flag>,
    stage: Stage,
    capabilities: Capabilities,
    settings: Settings,
    documents: BTreeMap<String, Open>,
    /// The configurations about which diagnostics are published.
    blamed: Vec<Uri>,
    /// What was said of configurations: once is enough.
    told: Vec<Shown>,
}

#[derive(Debug)]
struct Open {
    document: Document,
    /// `None` while the text is not checked yet.
    checked: Option<Checked>,
    /// The diagnostics of this state are published.
    is_told: bool,
}

type Answer = Result<Value, (ErrorCode, String)>;

impl Server {
    /// `flags`: the options that markers take. `max_size`: the size in bytes beyond which a text is not looked at.
    pub fn new(flags: Vec<Flag>, max_size: u64) -> Self {
        Self {
            flags,
            stage: Stage::New,
            capabilities: Capabilities::default(),
            settings: Settings::new(max_size),
            documents: BTreeMap::new(),
            blamed: Vec::new(),
            told: Vec::new(),
        }
    }

    /// The exit status of a server whose client is gone.
    pub fn status(&self) -> u8 {
        u8::from(self.stage != Stage::ShutDown)
    }

    /// Takes a message; what is to be sent goes to `out`.
    pub fn receive(&mut self, message: super::Message, out: &mut Vec<super::Message>) -> Flow {
        let mut sent = Vec::new();
        let flow = self.take(message.0, &mut sent);
        out.extend(sent.into_iter().map(super::Message));
        flow
    }

    pub(super) fn take(&mut self, message: Message, out: &mut Vec<Message>) -> Flow {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                let response = isolated(|| self.answer(request, out)).unwrap_or_else(|fault| {
                    Response::new_err(id, ErrorCode::InternalError as i32, fault.to_string())
                });
                out.push(Message::Response(response));
            }
            Message::Notification(notification) if notification.method == "exit" => {
                return Flow::Exit(self.status());
            }
            Message::Notification(notification) if self.stage == Stage::Running => {
                let method = notification.method.clone();
                let uri = notification.params["textDocument"]["uri"].as_str().map(str::to_owned);
                let noted = isolated(|| self.note(notification, out)).unwrap_or_else(|fault| {
                    // Half a change makes another text than the client has.
                    if let Some(uri) = &uri {
                        self.documents.remove(uri);
                    }
                    Err(fault.to_string())
                });
                if let Err(problem) = noted {
                    let (method, problem) = (Shown::line(&method), Shown::line(&problem));
                    tell(out, "window/logMessage", 2, &shown!("{}: {}", method, problem));
                }
            }
            // What the client answers is only that it has understood.
            Message::Notification(_) | Message::Response(_) => {}
        }
        Flow::Continue
    }

    /// True if a document is to be checked yet.
    pub fn is_behind(&self) -> bool {
        self.stage == Stage::Running && self.documents.values().any(|open| !open.is_told)
    }

    /// Checks one document that changed, and tells the client of what is found.
    pub fn check_one(&mut self, out: &mut Vec<super::Message>) {
        let mut sent = Vec::new();
        self.check_next(&mut sent);
        out.extend(sent.into_iter().map(super::Message));
    }

    pub(super) fn check_next(&mut self, out: &mut Vec<Message>) {
        let behind = self.documents.iter().find(|(_, open)| !open.is_told).map(|(uri, _)| uri.clone());
        let Some(uri) = behind else { return };
        let capabilities = self.capabilities;
        let diagnostics = isolated(|| {
            let _ = self.checked(&uri, out);
            let open = self.documents.get(&uri);
            let checked = open.and_then(|open| Some((open.checked.as_ref()?, &open.document)));
            checked.map_or_else(Vec::new, |(checked, document)| checked.diagnostics(document, capabilities))
        });
        let Some(open) = self.documents.get_mut(&uri) else { return };
        open.is_told = true;
        let document = &open.document;
        let diagnostics = diagnostics.unwrap_or_else(|_| vec![faulty()]);
        publish(out, document.uri().clone(), diagnostics, Some(document.version()));
    }

    fn answer(&mut self, request: Request, out: &mut Vec<Message>) -> Response {
        let Request { id, method, params } = request;
        let answer = match (self.stage, method.as_str()) {
            (Stage::New, "initialize") => Ok(self.initialize(&params)),
            (Stage::New, _) => Err((ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned())),
            (Stage::ShutDown, _) => Err((ErrorCode::InvalidRequest, "the server is shut down".to_owned())),
            (Stage::Running, "initialize") => {
                Err((ErrorCode::InvalidRequest, "`initialize` comes once".to_owned()))
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, "textDocument/codeAction") => self.code_actions(params, out),
            (Stage::Running, "textDocument/hover") => self.hover(params, out),
            (Stage::Running, "textDocument/completion") => self.completion(params, out),
            (Stage::Running, method) if let Some(answer) = self.of_template(method, params, out) => answer,
            (Stage::Running, _) => Err((ErrorCode::MethodNotFound, format!("`{method}` is not known here"))),
        };
        match answer {
            Ok(value) => Response { id, response_result: Ok(value) },
            Err((code, message)) => Response::new_err(id, code as i32, message),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.capabilities = Capabilities::read(params);
        // So that nothing is checked before they hold.
        if let Ok(told) = read::<Configurations>(params["initializationOptions"].clone()) {
            self.settings.tell(told.files());
        }
        self.stage = Stage::Running;
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        };
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.capabilities.columns.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(
                    ["\"", "=", " ", "-", ":", "[", "(", "'", ".", "/"].map(str::to_owned).to_vec(),
                ),
                ..CompletionOptions::default()
            }),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
                ..SignatureHelpOptions::default()
            }),
            document_symbol_provider: Some(OneOf::Left(true)),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            rename_provider: Some(if self.capabilities.prepares_renames {
                OneOf::Right(RenameOptions {
                    prepare_provider: Some(true),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })
            } else {
                OneOf::Left(true)
            }),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            code_action_provider: Some(
                CodeActionOptions {
                    code_action_kinds: Some(vec![
                        CodeActionKind::QUICKFIX,
                        CodeActionKind::REFACTOR,
                        CodeActionKind::new(FIX_ALL),
                    ]),
                    ..CodeActionOptions::default()
                }
                .into(),
            ),
            ..ServerCapabilities::default()
        };
        json!({
            "capabilities": capabilities,
            "serverInfo": { "name": "armbody", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn note(&mut self, notification: Notification, out: &mut Vec<Message>) -> Result<(), String> {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" if self.capabilities.watching => out.push(watch()),
            "textDocument/didOpen" => {
                let it = read::<DidOpenTextDocumentParams>(params)?.text_document;
                let key = it.uri.as_str().to_owned();
                let document =
                    Document::new(it.uri, &it.language_id, it.version, it.text, self.capabilities.columns);
                self.documents.insert(key, Open { document, checked: None, is_told: false });
            }
            "textDocument/didChange" => {
                let it: DidChangeTextDocumentParams = read(params)?;
                let uri = it.text_document.uri.as_str();
                let open = self.documents.get_mut(uri).ok_or_else(|| format!("{uri} is not open"))?;
                open.document.change(it.text_document.version, it.content_changes);
                (open.checked, open.is_told) = (None, false);
            }
            "textDocument/didClose" => {
                let uri = read::<DidCloseTextDocumentParams>(params)?.text_document.uri;
                if self.documents.remove(uri.as_str()).is_some() && !self.blamed.contains(&uri) {
                    publish(out, uri, Vec::new(), None);
                }
            }
            "textDocument/didSave" => {
                let uri = read::<DidSaveTextDocumentParams>(params)?.text_document.uri;
                // A client that does not watch files tells of no other moment at which one may have changed.
                if !self.capabilities.watching || is_setting(&uri) {
                    self.settings_changed(out);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                let changes = read::<DidChangeWatchedFilesParams>(params)?.changes;
                if changes.iter().any(|change| is_setting(&change.uri)) {
                    self.settings_changed(out);
                }
            }
            // Of this server's own: a client that has the files tells a server that cannot read them.
            "armbody/configurations" => {
                self.settings.tell(read::<Configurations>(params)?.files());
                self.settings_changed(out);
            }
            // Others are about what this server does not do.
            _ => {}
        }
        Ok(())
    }

    fn settings_changed(&mut self, out: &mut Vec<Message>) {
        self.settings.forget();
        self.told.clear();
        for uri in std::mem::take(&mut self.blamed) {
            publish(out, uri, Vec::new(), None);
        }
        for open in self.documents.values_mut() {
            (open.checked, open.is_told) = (None, false);
        }
    }

    /// The options of a document; `None` if it is not open, is left out, or its configuration is wrong.
    fn options(&mut self, uri: &str, out: &mut Vec<Message>) -> Option<Options> {
        let path = self.documents.get(uri)?.document.path().map(Path::to_owned);
        match self.settings.options(path.as_deref()) {
            Ok(options) => options,
            Err(problem) => {
                self.blame(&problem, out);
                None
            }
        }
    }

    /// Says what is wrong with a configuration: there, and once in words.
    fn blame(&mut self, problem: &Problem, out: &mut Vec<Message>) {
        let (line, column) = problem.place.unwrap_or((1, 1));
        let path = std::path::absolute(&problem.path).unwrap_or_else(|_| problem.path.clone());
        let message = Shown::line(&problem.message);
        let words = shown!("{}:{}:{}: {}", Shown::line(&path_name(&path)), line, column, message);
        if self.told.contains(&words) {
            return;
        }
        if let Some(uri) = uri_of(&path) {
            let at = Position { line: line - 1, character: column - 1 };
            let diagnostic = Diagnostic {
                range: Range { start: at, end: at },
                severity: Some(DiagnosticSeverity::ERROR),
                source: Some("armbody".to_owned()),
                message: message.into(),
                ..Diagnostic::default()
            };
            publish(out, uri.clone(), vec![diagnostic], None);
            self.blamed.push(uri);
        }
        tell(out, "window/showMessage", 1, &words);
        self.told.push(words);
    }

    /// What is found in a document, checked now if it was not yet, and its options.
    fn checked(&mut self, uri: &str, out: &mut Vec<Message>) -> Option<Options> {
        let options = self.options(uri, out);
        let open = self.documents.get_mut(uri)?;
        match &options {
            Some(options) if open.checked.is_none() => {
                open.checked = Some(Checked::new(&open.document, options));
            }
            Some(_) => {}
            None => open.checked = None,
        }
        options
    }

    fn code_actions(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let params: CodeActionParams = asked(params)?;
        let uri = params.text_document.uri.as_str().to_owned();
        let Some(options) = self.checked(&uri, out) else { return Ok(json!([])) };
        let Some(open) = self.documents.get_mut(&uri) else { return Ok(json!([])) };
        let Some(checked) = &mut open.checked else { return Ok(json!([])) };
        // Kinds are trees: who asks for `source` asks for `source.fixAll.armbody` too.
        let only = params.context.only;
        let wants = |kind: &str| {
            let holds = |it: &CodeActionKind| {
                kind.strip_prefix(it.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            only.as_ref().is_none_or(|only| only.iter().any(holds))
        };
        let mut actions = Vec::new();
        if wants("quickfix") {
            let span = open.document.span(params.range);
            actions = checked.quick_fixes(&open.document, span, self.capabilities);
            actions.extend(checked.ignores(&open.document, &options, span, self.capabilities));
        }
        let mut all = Vec::new();
        if wants(FIX_ALL) {
            all.extend(checked.fix_all(&open.document, &options, self.capabilities));
        }
        let of_parameters = self.parameter_actions(&uri, out).into_iter();
        actions.extend(of_parameters.filter(|action| match action {
            CodeActionOrCommand::CodeAction(action) => {
                action.kind.as_ref().is_none_or(|it| wants(it.as_str()))
            }
            CodeActionOrCommand::Command(_) => true,
        }));
        actions.extend(all);
        Ok(json!(actions))
    }

    fn hover(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let it = asked::<HoverParams>(params)?.text_document_position_params;
        let uri = it.text_document.uri.as_str();
        let Some(options) = self.options(uri, out) else { return Ok(Value::Null) };
        let of_template = self.hover_template(uri, it.position, out);
        let Some(Open { document, .. }) = self.documents.get(uri) else { return Ok(Value::Null) };
        let found = of_template
            .or_else(|| of_document(document, &options, &self.flags, document.offset(it.position)));
        Ok(json!(found.map(|found| answered(document, self.capabilities, found))))
    }

    fn completion(&mut self, params: Value, out: &mut Vec<Message>) -> Answer {
        let params: CompletionParams = asked(params)?;
        let it = params.text_document_position;
        let uri = it.text_document.uri.as_str();
        let Some(options) = self.options(uri, out) else { return Ok(json!([])) };
        let typed = params.context.and_then(|context| context.trigger_character);
        let only_comments = typed.is_some_and(|typed| typed == " " || typed == "-");
        if !only_comments && let Some(found) = self.complete_template(uri, it.position, out) {
            return Ok(json!(found));
        }
        let Some(open) = self.documents.get(uri) else { return Ok(json!([])) };
        let cursor = open.document.offset(it.position);
        Ok(json!(complete(&open.document, &options, &self.flags, self.capabilities, cursor, only_comments)))
    }
}

/// Every `armbody.toml` that the client knows of.
#[derive(Deserialize)]
struct Configurations {
    configurations: Vec<Configuration>,
}

impl Configurations {
    fn files(self) -> Vec<(PathBuf, String)> {
        self.configurations.into_iter().filter_map(|it| Some((path_of(&it.uri)?, it.text))).collect()
    }
}

#[derive(Deserialize)]
struct Configuration {
    uri: Uri,
    text: String,
}

/// What is said of a document in whose check the program failed.
fn faulty() -> Diagnostic {
    let Finding { rule, message, .. } = internal_error();
    Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(rule.name.to_owned())),
        source: Some("armbody".to_owned()),
        message,
        ..Diagnostic::default()
    }
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn asked<P: DeserializeOwned>(params: Value) -> Result<P, (ErrorCode, String)> {
    read(params).map_err(|error| (ErrorCode::InvalidParams, Shown::line(&error).into()))
}

fn send(out: &mut Vec<Message>, method: &str, params: Value) {
    out.push(Message::Notification(Notification { method: method.to_owned(), params }));
}

/// Tells people something; `kind` is how bad it is, 1 being an error.
fn tell(out: &mut Vec<Message>, method: &str, kind: u32, message: &Shown) {
    send(out, method, json!({ "type": kind, "message": shown!("armbody: {}", message).as_str() }));
}

fn publish(out: &mut Vec<Message>, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
    let params = PublishDiagnosticsParams { uri, diagnostics, version };
    send(out, "textDocument/publishDiagnostics", json!(params));
}

/// Asks the client to tell of configurations that change on disk.
fn watch() -> Message {
    let params = json!({ "registrations": [{
        "id": "armbody-settings",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": [{ "globPattern": format!("**/{FILE_NAME}") }] },
    }] });
    let id = RequestId::from("armbody-settings".to_owned());
    Message::Request(Request { id, method: "client/registerCapability".to_owned(), params })
}

fn is_setting(uri: &Uri) -> bool {
    path_of(uri).is_some_and(|path: PathBuf| path.file_name().is_some_and(|name| name == FILE_NAME))
}
