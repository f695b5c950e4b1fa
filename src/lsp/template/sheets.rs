//! A template and its parameters files: what each parameter is given, and what is missing.

use lsp_types::{CodeLens, Command};
use serde_json::{Map, Value as Json, json};

use super::files::{Sheet, entries, new_sheet, parsed, template_of};
use super::index::{What, member, text};
use super::values::{Given, Setting, cut, is_secure, one_line};
use super::view::View;
use crate::container;
use crate::json::{Kind, Node, Tree};
use crate::lsp::document::Document;
use crate::lsp::uri::uri_of;
use crate::text::{Edit, Shown};

/// What stands above each parameter: the value that it has.
pub(crate) fn lenses(view: &View<'_>, setting: Setting<'_>) -> Vec<CodeLens> {
    let given = Given::beside(setting, view);
    let mut found = Vec::new();
    let outermost = |scope: u32| view.index.scopes.get(scope as usize).is_some_and(|it| it.is_outermost);
    for symbol in view.index.symbols.iter().filter(|it| it.what == What::Parameter && outermost(it.scope)) {
        let (Some(place), Some(declaration)) = (view.name_place(symbol.node), view.tree.node(symbol.value))
        else {
            continue;
        };
        let range = setting.document.range(place);
        let mut lens = |title: String| {
            let title = Shown::line(&given.hide(setting.mask, &title)).into();
            let command = Command { title, command: String::new(), arguments: None };
            found.push(CodeLens { range, command: Some(command), data: None });
        };
        let default = member(declaration, "defaultValue");
        let or_default = || match default {
            Some(_) if is_secure(declaration) => "default (secret)".to_owned(),
            Some(default) => format!("default: {}", short(&one_line(default))),
            None if member(declaration, "nullable").and_then(Node::as_bool) == Some(true) => {
                "null".to_owned()
            }
            None => "no value".to_owned(),
        };
        if given.sheets.is_empty() {
            lens(or_default());
        }
        for sheet in &given.sheets {
            let value = sheet.read(|tree| {
                let entry = entry(tree, &symbol.name)?;
                if member(entry, "reference").is_some() {
                    return Some("a secret of a key vault".to_owned());
                }
                let value = member(entry, "value")?;
                Some(if is_secure(declaration) { "(secret)".to_owned() } else { short(&one_line(value)) })
            });
            lens(format!("{}: {}", sheet.name(), value.unwrap_or_else(or_default)));
        }
    }
    found
}

/// A value as it fits above a line.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn entry<'t>(tree: &'t Tree<'t>, name: &str) -> Option<Node<'t>> {
    let name = name.to_lowercase();
    let mut all = entries(tree)?.members();
    all.find(|(it, _)| it.as_str().is_some_and(|it| it.to_lowercase() == name)).map(|(_, value)| value)
}

/// A parameter that has to be given a value.
struct Wanted {
    name: String,
    value: Json,
}

/// The parameters of a template that have no value of their own.
fn wanted(view: &View<'_>) -> Vec<Wanted> {
    let Some(scope) = view.index.scopes.iter().position(|it| it.is_outermost) else { return Vec::new() };
    let all = view.index.visible(What::Parameter, scope as u32);
    let is_needed = |declaration: &Node<'_>| {
        member(*declaration, "defaultValue").is_none()
            && member(*declaration, "nullable").and_then(Node::as_bool) != Some(true)
    };
    all.filter_map(|symbol| {
        let declaration = view.tree.node(symbol.value).filter(is_needed)?;
        Some(Wanted { name: symbol.name.clone(), value: sample(declaration) })
    })
    .collect()
}

/// A value that a parameter takes: the first that is allowed, else an empty one of its type.
fn sample(declaration: Node<'_>) -> Json {
    let allowed = member(declaration, "allowedValues").and_then(|it| it.elements().next());
    if let Some(first) = allowed.filter(|_| !is_secure(declaration)) {
        return first.to_value();
    }
    match text(declaration, "type").map(|it| it.to_ascii_lowercase()).as_deref() {
        Some("int") => {
            let least = member(declaration, "minValue").map(Node::to_value);
            least.filter(Json::is_number).unwrap_or_else(|| json!(0))
        }
        Some("bool") => json!(false),
        Some("array") => json!([]),
        Some("object" | "secureobject") => json!({}),
        _ => json!(""),
    }
}

/// The parameters that a parameters file lacks, and the edit that adds them. `None` if it lacks none, or is not one.
pub(crate) fn missing(setting: Setting<'_>) -> Option<(usize, Edit)> {
    let document = setting.document;
    let tree = parsed(document.source().text());
    let entries = entries(&tree)?;
    let template = template_of(setting.files, document.path()?, document.columns())?;
    let wanted = of_template(&template, wanted)?;
    let present: Vec<String> =
        entries.members().filter_map(|(name, _)| Some(name.as_str()?.to_lowercase())).collect();
    let lacking: Vec<Wanted> =
        wanted.into_iter().filter(|it| !present.contains(&it.name.to_lowercase())).collect();
    (!lacking.is_empty()).then(|| (lacking.len(), added(document, entries, &lacking)))
}

fn of_template<R>(template: &Sheet, question: impl FnOnce(&View<'_>) -> R) -> Option<R> {
    let document = &template.document;
    let calls = container::calls(document.source(), document.kind()?);
    let views = View::all(document.source(), &calls);
    views.first().map(question)
}

/// Writes entries behind those that there are, indented as they are.
fn added(document: &Document, entries: Node<'_>, lacking: &[Wanted]) -> Edit {
    let text = document.source().text();
    let line_end = if document.source().is_crlf() { "\r\n" } else { "\n" };
    let indent_at = |at: u32| {
        let before = &text[..at as usize];
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        line.trim().is_empty().then(|| line.to_owned())
    };
    let own = || {
        let before = &text[..entries.span().start as usize];
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        line[..line.len() - line.trim_start().len()].to_owned()
    };
    let own = own();
    let step = if own.starts_with('\t') { "\t".to_owned() } else { "  ".to_owned() };
    let first = entries.members().next().and_then(|(name, _)| indent_at(name.span().start));
    let indent = first.unwrap_or_else(|| format!("{own}{step}"));
    let step = indent.strip_prefix(own.as_str()).filter(|it| !it.is_empty()).map_or(step, str::to_owned);
    let written: Vec<String> = lacking
        .iter()
        .map(|it| {
            let value = serde_json::to_string(&it.value).unwrap_or_default();
            let name = serde_json::to_string(&it.name).unwrap_or_default();
            format!("{indent}{name}: {{{line_end}{indent}{step}\"value\": {value}{line_end}{indent}}}")
        })
        .collect();
    let written = written.join(&format!(",{line_end}"));
    if let Some((_, last)) = entries.members().last() {
        return Edit::insert(last.span().end, format!(",{line_end}{written}"));
    }
    Edit::replace(entries.span(), format!("{{{line_end}{written}{line_end}{own}}}"))
}

/// A new parameters file for a template.
pub(crate) struct NewSheet {
    pub(crate) uri: lsp_types::Uri,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The parameters file that a template has not yet.
pub(crate) fn new_file(view: &View<'_>, setting: Setting<'_>) -> Option<NewSheet> {
    let document = setting.document;
    let root = view.tree.root()?;
    let scope = view.index.scopes.first().filter(|it| it.is_outermost && it.node == root.index())?;
    let path = document.path().filter(|_| document.kind() == Some(container::Kind::Json))?;
    let new = new_sheet(path)?;
    if !Given::beside(setting, view).sheets.is_empty() || setting.files.read(&new).is_some() {
        return None;
    }
    let template = view.tree.node(scope.node)?;
    let has_parameters = member(template, "parameters")
        .is_some_and(|it| it.kind() == Kind::Object && it.members().next().is_some());
    if !has_parameters {
        return None;
    }
    let mut entries = Map::new();
    for wanted in wanted(view) {
        entries.insert(wanted.name, json!({ "value": wanted.value }));
    }
    // Members in the order in which people write them.
    let body = serde_json::to_string_pretty(&Json::Object(entries)).unwrap_or_default().replace('\n', "\n  ");
    let text = format!(
        "{{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\",\n  \
         \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": {body}\n}}\n"
    );
    let name = new.file_name()?.to_string_lossy().into_owned();
    Some(NewSheet { uri: uri_of(&new)?, name, text })
}

/// What a new parameters file would hold, in words.
pub(crate) fn title(new: &NewSheet) -> String {
    format!("make a parameters file: {}", Shown::line(&cut(&new.name)))
}
