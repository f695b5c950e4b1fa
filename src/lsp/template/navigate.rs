//! Where a name is declared and used, and another name for it.

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Location, PrepareRenameResponse, Range, TextEdit};

use super::files::{Sheet, entries, parsed, template_of};
use super::index::What;
use super::values::{Given, Setting, asked, call_at, outermost, template_place};
use super::view::{Hit, View};
use crate::container;
use crate::json::{Node, string_fragment};
use crate::lsp::document::Document;
use crate::template::{Answers, Value};
use crate::text::{Fragment, Shown, Span};

/// The edits of one file.
#[derive(Debug)]
pub(crate) struct FileEdits {
    pub(crate) uri: lsp_types::Uri,
    /// The state of the text that they are for, if it is open in the editor.
    pub(crate) version: Option<i32>,
    pub(crate) edits: Vec<TextEdit>,
}

fn location(document: &Document, span: Span) -> Location {
    Location { uri: document.uri().clone(), range: document.range(span) }
}

/// Where what stands at `cursor` is declared.
pub(crate) fn definition(view: &View<'_>, setting: Setting<'_>, cursor: u32) -> Vec<Location> {
    let document = setting.document;
    if let Some(symbol) = view.symbol_at(cursor) {
        let place = view.index.symbols.get(symbol).and_then(|it| view.name_place(it.node));
        return place.map(|span| location(document, span)).into_iter().collect();
    }
    resources_at(view, setting, cursor)
        .into_iter()
        .filter_map(|node| {
            let resource = view.tree.node(node)?;
            let name = resource.member("name").map_or(resource, |(_, name)| name);
            Some(location(document, view.name_place(name.index())?))
        })
        .collect()
}

/// The resources that an id or a name at `cursor` is of.
fn resources_at(view: &View<'_>, setting: Setting<'_>, cursor: u32) -> Vec<u32> {
    let found = || {
        let (node, at) = view.string_at(cursor)?;
        let text = view.text_of(node)?;
        let characters = view.tree.node(node)?.as_str()?.into_owned();
        let whole = if text.is_dependency {
            characters
        } else {
            let call = call_at(&characters, at)?;
            // Of `reference(id, …)` the id.
            let first = call.split_once('(').filter(|(name, _)| {
                name.eq_ignore_ascii_case("reference") || name.eq_ignore_ascii_case("resourceInfo")
            });
            match first {
                Some((_, rest)) => format!("[{}]", first_argument(rest)),
                None => format!("[{call}]"),
            }
        };
        let given = Given::beside(setting, view);
        let options = given.options((!given.sheets.is_empty()).then_some(0));
        let mut answers = Answers::new(Value::from_node(outermost(view, node)?, 0), &options);
        let mut question = asked(view, text, &whole)?;
        let places = answers.named(question);
        if !places.is_empty() || text.own == text.names {
            return Some(places);
        }
        question.template = template_place(view, text.own)?;
        question.resource = None;
        Some(answers.named(question))
    };
    found().unwrap_or_default().into_iter().filter(|it| it.document == 0).map(|it| it.node).collect()
}

/// The text up to the comma or parenthesis that ends the first argument.
fn first_argument(rest: &str) -> &str {
    let (mut depth, mut in_text) = (0_usize, false);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\'' => in_text = !in_text,
            _ if in_text => {}
            b'(' | b'[' => depth += 1,
            b')' | b']' | b',' if depth == 0 => return &rest[..at],
            b')' | b']' => depth -= 1,
            _ => {}
        }
    }
    rest
}

/// Every place where what stands at `cursor` is used, in the parameters files of the template too.
pub(crate) fn references(
    view: &View<'_>,
    setting: Setting<'_>,
    cursor: u32,
    with_declaration: bool,
) -> Vec<Location> {
    let Some(symbol) = view.symbol_at(cursor) else { return Vec::new() };
    let mut found: Vec<Location> = own_places(view, symbol, with_declaration)
        .into_iter()
        .map(|it| location(setting.document, it))
        .collect();
    for sheet in sheets(view, setting, symbol) {
        let name = view.index.symbols[symbol].name.as_str();
        let spans =
            sheet.read(|tree| entry_names(entries(tree), name).map(Node::content_span).collect::<Vec<_>>());
        found.extend(spans.into_iter().map(|span| location(&sheet.document, span)));
    }
    found
}

/// The places of a symbol in the text itself.
pub(crate) fn highlights(view: &View<'_>, document: &Document, cursor: u32) -> Vec<DocumentHighlight> {
    let Some(symbol) = view.symbol_at(cursor) else { return Vec::new() };
    let declared = view.index.symbols.get(symbol).and_then(|it| view.name_place(it.node));
    let places = own_places(view, symbol, true).into_iter();
    places
        .map(|span| DocumentHighlight {
            range: document.range(span),
            kind: Some(if Some(span) == declared {
                DocumentHighlightKind::WRITE
            } else {
                DocumentHighlightKind::READ
            }),
        })
        .collect()
}

fn own_places(view: &View<'_>, symbol: usize, with_declaration: bool) -> Vec<Span> {
    let declared = view.index.symbols.get(symbol).filter(|_| with_declaration);
    let declared = declared.and_then(|it| view.name_place(it.node));
    let used = view.index.uses_of(symbol).filter_map(|it| view.place(it.node, it.span));
    let mut all: Vec<Span> = declared.into_iter().chain(used).collect();
    all.sort_by_key(|span| (span.start, span.end));
    all.dedup();
    all
}

/// The parameters files that give a symbol its value.
fn sheets(view: &View<'_>, setting: Setting<'_>, symbol: usize) -> Vec<Sheet> {
    let is_parameter = view.index.symbols.get(symbol).is_some_and(|it| {
        let scope = view.index.scopes.get(it.scope as usize);
        it.what == What::Parameter && scope.is_some_and(|it| it.is_outermost)
    });
    if is_parameter { Given::beside(setting, view).sheets } else { Vec::new() }
}

fn entry_names<'t>(entries: Option<Node<'t>>, name: &str) -> impl Iterator<Item = Node<'t>> {
    let names = entries.into_iter().flat_map(Node::members).map(|(name, _)| name);
    let name = name.to_lowercase();
    names.filter(move |it| it.as_str().is_some_and(|it| it.to_lowercase() == name))
}

/// What would be renamed at `cursor`: its range and its name.
///
/// # Errors
///
/// In words, why it cannot be.
pub(crate) fn prepare_rename(
    view: &View<'_>,
    document: &Document,
    cursor: u32,
) -> Result<Option<PrepareRenameResponse>, String> {
    let Some(hit) = view.hit(cursor) else { return Ok(None) };
    let Some(symbol) = view.symbol_at(cursor) else { return Ok(None) };
    may_rename(view, symbol)?;
    let span = match hit {
        Hit::Declared(_) => view.name_place(view.index.symbols[symbol].node),
        Hit::Used(at) => view.index.uses.get(at).and_then(|it| view.place(it.node, it.span)),
    };
    Ok(span.map(|span| PrepareRenameResponse::RangeWithPlaceholder {
        range: document.range(span),
        placeholder: Shown::line(last_part(&view.index.symbols[symbol].name)).into(),
    }))
}

/// A name without its namespace.
fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn may_rename(view: &View<'_>, symbol: usize) -> Result<(), String> {
    let Some(symbol) = view.index.symbols.get(symbol) else { return Ok(()) };
    let computes = view.index.scopes.get(symbol.scope as usize).map_or([false; 2], |it| it.computes);
    let is_computed = match symbol.what {
        What::Parameter => computes[0],
        What::Variable => computes[1],
        _ => false,
    };
    if is_computed {
        return Err(format!(
            "the template computes the name of a {}: which ones it means cannot be said",
            symbol.what.word()
        ));
    }
    if symbol.what == What::Output {
        return Err("the name of an output is used by whoever reads the deployment".to_owned());
    }
    Ok(())
}

/// Another name for what stands at `cursor`, everywhere.
///
/// # Errors
///
/// In words, why that cannot be.
pub(crate) fn rename(
    view: &View<'_>,
    setting: Setting<'_>,
    cursor: u32,
    new: &str,
) -> Result<Vec<FileEdits>, String> {
    let Some(symbol) = view.symbol_at(cursor) else {
        return Err("there is no name of the template here".to_owned());
    };
    may_rename(view, symbol)?;
    let all = &view.index.symbols;
    let own = &all[symbol];
    check_name(view, symbol, new)?;
    let document = setting.document;
    let mut edits = Vec::new();
    for at in all.iter().enumerate().filter(|(at, it)| {
        // Of two of one name both are meant.
        *at == symbol || (it.what, it.scope) == (own.what, own.scope) && same(own.what, &it.name, &own.name)
    }) {
        let whole = view.tree.node(at.1.node).and_then(|node| string_fragment(view.body, node));
        edits.extend(edit(whole.as_ref(), None, new)?);
    }
    for used in view.index.uses_of(symbol) {
        let whole = view.tree.node(used.node).and_then(|node| string_fragment(view.body, node));
        edits.extend(edit(whole.as_ref(), Some(used.span), new)?);
    }
    edits.sort_by_key(|it| it.span.start);
    edits.dedup();
    let mut found = vec![FileEdits {
        uri: document.uri().clone(),
        version: setting.is_open.then(|| document.version()),
        edits: edits.iter().map(|it| document.edit(it)).collect(),
    }];
    for sheet in sheets(view, setting, symbol) {
        let fragment = sheet.document.source().fragment();
        let edits = sheet.read(|tree| {
            let mut edits = Vec::new();
            for name in entry_names(entries(tree), &own.name) {
                edits.extend(edit(string_fragment(&fragment, name).as_ref(), None, new)?);
            }
            Ok::<_, String>(edits)
        })?;
        if !edits.is_empty() {
            found.push(FileEdits {
                uri: sheet.document.uri().clone(),
                version: sheet.is_open.then(|| sheet.document.version()),
                edits: edits.iter().map(|it| sheet.document.edit(it)).collect(),
            });
        }
    }
    Ok(found)
}

fn edit(
    string: Option<&Fragment<'_>>,
    span: Option<Span>,
    new: &str,
) -> Result<Vec<crate::text::Edit>, String> {
    let edits = string.and_then(|it| it.edit(span.unwrap_or_else(|| it.span()), new));
    edits.ok_or_else(|| "one of the places cannot be written".to_owned())
}

fn same(what: What, a: &str, b: &str) -> bool {
    if what == What::Resource { a == b } else { a.to_lowercase() == b.to_lowercase() }
}

/// That `new` is a name, and free.
fn check_name(view: &View<'_>, symbol: usize, new: &str) -> Result<(), String> {
    let own = &view.index.symbols[symbol];
    let marks: &[char] = match own.what {
        What::Function => &['_'],
        What::Resource => &['_', '-'],
        _ => &['_', '-', '.', '$'],
    };
    let is_name = new.chars().all(|c| c.is_alphanumeric() || marks.contains(&c))
        && new.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !is_name || new.len() > 255 {
        return Err(format!("`{new}` is not a name: write letters, digits and `_`, a letter first"));
    }
    let whole = match own.name.rsplit_once('.').filter(|_| own.what == What::Function) {
        Some((space, _)) => format!("{space}.{new}"),
        None => new.to_owned(),
    };
    if own.what == What::Variable && new.eq_ignore_ascii_case("copy") {
        return Err("`copy` among variables is a list of loops".to_owned());
    }
    let taken = view.index.find(own.what, own.scope, &whole).and_then(|at| view.index.symbols.get(at));
    match taken {
        Some(taken) if !same(own.what, &taken.name, &own.name) => {
            Err(format!("there is a {} `{}` already", own.what.word(), taken.name))
        }
        _ => Ok(()),
    }
}

/// A name of a parameters file with its template: what the cursor in the file is on.
pub(crate) struct Entry {
    /// The bytes of the name in the parameters file.
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) template: Sheet,
}

/// The name of a parameters file at `cursor`, and the template of the file.
pub(crate) fn entry_at(setting: Setting<'_>, cursor: u32) -> Option<Entry> {
    let document = setting.document;
    let tree = parsed(document.source().text());
    let entries = entries(&tree)?;
    let name = entries.members().map(|(name, _)| name).find(|name| {
        let span = name.content_span();
        span.start <= cursor && cursor <= span.end
    })?;
    let template = template_of(setting.files, document.path()?, document.columns())?;
    Some(Entry { span: name.content_span(), name: name.as_str()?.into_owned(), template })
}

impl Entry {
    /// Asks `question` about the parameter in the template, with the byte at which it is declared.
    pub(crate) fn ask<R>(&self, question: impl FnOnce(&View<'_>, u32) -> R) -> Option<R> {
        let document = &self.template.document;
        let calls = container::calls(document.source(), document.kind()?);
        let views = View::all(document.source(), &calls);
        let view = views.first()?;
        let scope = view.index.scopes.iter().position(|it| it.is_outermost)? as u32;
        let symbol = view.index.find(What::Parameter, scope, &self.name)?;
        let at = view.name_place(view.index.symbols.get(symbol)?.node)?.start;
        Some(question(view, at))
    }

    /// The range of the name.
    pub(crate) fn range(&self, document: &Document) -> Range {
        document.range(self.span)
    }
}
