//! What names and expressions of a template give, and how that is shown.

use std::fmt::Write as _;

use super::files::{Files, Sheet, sheets_of};
use super::index::{Symbol, Text, What, member, text};
use super::signature::{described, of_function, own, signature};
use super::tokens::{Kind as TokenKind, before, is_part, tokens};
use super::view::{Hit, View};
use crate::arm::is_secure_type;
use crate::json::{Kind, Node};
use crate::lsp::document::Document;
use crate::report::Mask;
use crate::template::{Answers, Asked, Options, Place, Reason, Value};
use crate::text::{Shown, Span, code};

/// The longest value that is shown, in characters.
const MAX_SHOWN: usize = 300;

/// The elements of a list of values that are shown.
const MAX_VALUES: usize = 20;

/// The parameters files of a template, and what they give.
pub(crate) struct Given {
    pub(crate) sheets: Vec<Sheet>,
    masks: Vec<Mask>,
}

/// The text with a template that the cursor is in, and what it needs to be evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) document: &'a Document,
    /// The editor has it open.
    pub(crate) is_open: bool,
    pub(crate) files: &'a dyn Files,
    /// What may not be shown of the document.
    pub(crate) mask: &'a Mask,
    /// The secrets of another text.
    pub(crate) secrets: &'a dyn Fn(&Document) -> Mask,
}

impl Given {
    /// The parameters files beside a document.
    pub(crate) fn beside(setting: Setting<'_>, view: &View<'_>) -> Self {
        let document = setting.document;
        // A template within another text has no file of its own.
        let is_whole = view.tree.root().is_some_and(|root| {
            view.index.scopes.first().is_some_and(|scope| scope.is_outermost && scope.node == root.index())
        });
        let path =
            document.path().filter(|_| is_whole && document.kind() == Some(crate::container::Kind::Json));
        let sheets = path.map_or_else(Vec::new, |path| sheets_of(setting.files, path, document.columns()));
        let masks = sheets.iter().map(|sheet| (setting.secrets)(&sheet.document)).collect();
        Self { sheets, masks }
    }

    /// Options with what one of the files gives; with nothing for `None`.
    pub(crate) fn options(&self, sheet: Option<usize>) -> Options {
        let mut options = Options::default();
        options.is_lenient = true;
        options.finds_all = true;
        options.hides_secure = true;
        if let Some(sheet) = sheet.and_then(|at| self.sheets.get(at)) {
            sheet.give(&mut options, 1);
        }
        options
    }

    /// `text` without the secrets of the document and of its parameters files.
    pub(crate) fn hide(&self, mask: &Mask, text: &str) -> String {
        let mut text = mask.hide(text).into_owned();
        for mask in &self.masks {
            text = mask.hide(&text).into_owned();
        }
        Shown::lines(&text).into()
    }
}

/// The template at the outermost level that a node is part of.
pub(crate) fn outermost<'v>(view: &'v View<'_>, node: u32) -> Option<Node<'v>> {
    let scopes = view.index.scopes.iter().filter(|it| it.is_outermost && it.node <= node);
    view.tree.node(scopes.max_by_key(|it| it.node)?.node)
}

/// A place of the template in the tree.
pub(crate) fn place(node: u32) -> Place {
    Place { document: 0, node }
}

/// The place of a scope's template.
pub(crate) fn template_place(view: &View<'_>, scope: u32) -> Option<Place> {
    view.index.scopes.get(scope as usize).filter(|it| it.around.is_none()).map(|it| place(it.node))
}

/// A value on one line: JSON, or the expression that is left; cut where it is long.
pub(crate) fn shown(value: &Value) -> String {
    cut(&value.to_json().to_string())
}

pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// What is said of a value, as a line of a list; `None` where nothing is known beyond its text.
fn line(value: &Value, written: &str, from: &str) -> Option<String> {
    let json = shown(value);
    if value.as_open().is_some() && json.contains(&cut(written)) && from.is_empty() {
        return None;
    }
    let word = match value.reason() {
        None => "value",
        Some(Reason::Secure) => "secret, not shown",
        Some(Reason::Parameter) => "as far as it is known without a parameter's value",
        Some(Reason::Index) => "for each turn of a loop",
        Some(Reason::Deployment) => "as far as it is known before the deployment",
    };
    Some(format!("- {word}{from}: {}", code(&json)))
}

/// What there is to say of the byte at `cursor`: the bytes of the file that it is about, and Markdown.
pub(crate) fn hover(view: &View<'_>, setting: Setting<'_>, cursor: u32) -> Option<(Span, String)> {
    let (node, at) = view.string_at(cursor)?;
    let hit = view.hit(cursor);
    if hit.is_none() && view.text_of(node).is_none() {
        return None;
    }
    let given = Given::beside(setting, view);
    let sheet = (!given.sheets.is_empty()).then_some(0);
    let options = given.options(sheet);
    let root = outermost(view, node)?;
    let mut answers = Answers::new(Value::from_node(root, 0), &options);
    let from = sheet.and_then(|at| given.sheets.get(at)).map(|it| format!(" with {}", it.name()));
    let from = from.unwrap_or_default();
    let mut out = String::new();
    let mut span = view.name_place(node)?;
    match hit {
        Some(Hit::Declared(symbol)) => out = of_symbol(view, &mut answers, symbol, &from)?,
        Some(Hit::Used(used)) => {
            let used = view.index.uses.get(used)?;
            span = view.place(used.node, used.span)?;
            if let Some(symbol) = view.index.symbol_of(used) {
                out = of_symbol(view, &mut answers, symbol, &from)?;
            }
        }
        None => {}
    }
    if let Some(text) = view.text_of(node) {
        let characters = view.tree.node(node)?.as_str()?;
        if hit.is_none()
            && let Some((place, about)) = of_function_at(view, text, &characters, at)
        {
            span = view.place(node, place)?;
            out = about;
        }
        if characters.starts_with('[') {
            let value = value_of(view, &mut answers, text, &characters);
            let line = value.and_then(|value| line(&value, &characters, &from));
            if let Some(line) = line {
                if out.is_empty() {
                    out = code(&cut(&characters));
                    out.push_str("\n\n");
                } else {
                    out = format!("{}\n\n{}\n\n", out.trim_end(), code(&cut(&characters)));
                }
                out.push_str(&line);
                let turns = text.resource.zip(template_place(view, text.names));
                let turns = turns.map_or(0, |(it, template)| answers.turns(template, place(it)));
                if turns > 1 && characters.to_ascii_lowercase().contains("copyindex") {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\n- in the first of {turns} turns of its loop");
                }
            }
        }
    }
    let out = out.trim_end();
    (!out.is_empty()).then(|| (span, given.hide(setting.mask, out)))
}

/// What an evaluated string gives.
pub(crate) fn value_of(
    view: &View<'_>,
    answers: &mut Answers<'_>,
    text: &Text,
    characters: &str,
) -> Option<Value> {
    answers.value(asked(view, text, characters)?)
}

/// A question about an expression that stands where `text` does.
pub(crate) fn asked<'a>(view: &View<'_>, text: &'a Text, characters: &'a str) -> Option<Asked<'a>> {
    Some(Asked {
        template: template_place(view, text.names)?,
        resource: text.resource.map(place),
        loops: &text.loops,
        is_default: text.is_default,
        text: characters,
    })
}

/// What a function's name at a byte of an expression means.
fn of_function_at(view: &View<'_>, text: &Text, characters: &str, at: u32) -> Option<(Span, String)> {
    let all = tokens(characters);
    let index =
        all.iter().position(|it| it.kind == TokenKind::Name && it.span.start <= at && at <= it.span.end)?;
    if all.get(index + 1)?.kind != TokenKind::Sign(b'(') {
        return None;
    }
    let span = all.get(index)?.span;
    let name = characters.get(span.range())?;
    let signature = signature(name).or_else(|| own(view, text.names, name))?;
    Some((span, format!("{}\n\n{}", code(&signature.line()), signature.says)))
}

/// What a symbol is and has.
fn of_symbol(view: &View<'_>, answers: &mut Answers<'_>, symbol: usize, from: &str) -> Option<String> {
    let symbol = view.index.symbols.get(symbol)?;
    let declaration = view.tree.node(symbol.value)?;
    if symbol.what == What::Function {
        let signature = of_function(symbol.name.clone(), declaration);
        return Some(format!("{}\n\n{}", code(&signature.line()), signature.says));
    }
    let mut out = format!("**{}**: {}", code(&symbol.name), heading(symbol, declaration));
    if matches!(symbol.what, What::Parameter | What::Output | What::Definition) {
        out.push_str(&facts(declaration));
    }
    let template = template_place(view, symbol.scope);
    let line = match symbol.what {
        What::Parameter => {
            let value = template.and_then(|template| answers.parameter(template, &symbol.name));
            let is_outermost = view.index.scopes.get(symbol.scope as usize).is_some_and(|it| it.is_outermost);
            let from = if is_outermost { from } else { "" };
            value.and_then(|value| line(&value, &format!("[parameters('{}')]", symbol.name), from))
        }
        What::Variable => {
            let value = template.and_then(|template| answers.variable(template, &symbol.name));
            value.and_then(|value| line(&value, "", from))
        }
        What::Resource => template.and_then(|template| {
            let (_, name) = answers.resource(template, place(symbol.value))?;
            line(&name, "", "").map(|it| it.replacen("- value", "- name", 1))
        }),
        What::Output => {
            let value = member(declaration, "value");
            let text = value.and_then(|it| view.text_of(it.index()));
            text.and_then(|text| {
                let characters = value?.as_str()?.into_owned();
                let value = value_of(view, answers, text, &characters)?;
                line(&value, &characters, from)
            })
        }
        What::Function | What::Definition | What::Loop => None,
    };
    if let Some(line) = line {
        out.push_str(if out.contains("\n- ") { "\n" } else { "\n\n" });
        out.push_str(&line);
    }
    Some(out)
}

/// What kind of thing a symbol is.
pub(crate) fn heading(symbol: &Symbol, declaration: Node<'_>) -> String {
    match symbol.what {
        What::Parameter | What::Output | What::Definition | What::Resource => {
            heading_of(symbol.what.word(), declaration)
        }
        _ => symbol.what.word().to_owned(),
    }
}

/// A word with the type of a declaration.
pub(crate) fn heading_of(word: &str, declaration: Node<'_>) -> String {
    let kind = text(declaration, "type").or_else(|| text(declaration, "$ref"));
    kind.map_or_else(|| word.to_owned(), |kind| format!("{word}, {kind}"))
}

/// What a declaration says of its values, as lines of a list.
fn facts(declaration: Node<'_>) -> String {
    let mut lines: Vec<String> = described(declaration).into_iter().collect();
    let allowed = member(declaration, "allowedValues").into_iter().flat_map(Node::elements);
    let allowed: Vec<String> = allowed.map(|it| code(&cut(it.source()))).collect();
    if !allowed.is_empty() {
        let shown = allowed.iter().take(MAX_VALUES).cloned().collect::<Vec<_>>().join(", ");
        let more = allowed.len().saturating_sub(MAX_VALUES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("one of: {shown}{more}"));
    }
    for (name, words) in [
        ("minValue", "at least"),
        ("maxValue", "at most"),
        ("minLength", "length at least"),
        ("maxLength", "length at most"),
    ] {
        if let Some(limit) = member(declaration, name) {
            lines.push(format!("{words} {}", code(&cut(limit.source()))));
        }
    }
    if let Some(default) = member(declaration, "defaultValue").filter(|_| !is_secure(declaration)) {
        lines.push(format!("default: {}", code(&cut(&one_line(default)))));
    }
    if is_secure(declaration) {
        lines.push("a secret: its value is not shown".to_owned());
    }
    if lines.is_empty() { String::new() } else { format!("\n\n- {}", lines.join("\n- ")) }
}

/// A node's JSON on one line.
pub(crate) fn one_line(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Object | Kind::Array => node.to_value().to_string(),
        _ => node.source().to_owned(),
    }
}

/// True for a parameter or output that is secret.
pub(crate) fn is_secure(declaration: Node<'_>) -> bool {
    text(declaration, "type").is_some_and(|it| is_secure_type(&it))
}

/// What the parameter that is declared at a byte of a template says of itself.
pub(crate) fn hover_entry(view: &View<'_>, at: u32) -> Option<String> {
    let symbol = view.index.symbols.get(view.symbol_at(at)?)?;
    let declaration = view.tree.node(symbol.value)?;
    Some(format!("**{}**: {}{}", code(&symbol.name), heading(symbol, declaration), facts(declaration)))
}

/// The part of an expression around a byte that is one call: `resourceId(…)`, from its name to its parenthesis.
pub(crate) fn call_at(characters: &str, at: u32) -> Option<&str> {
    const IDS: [&str; 7] = [
        "resourceid",
        "subscriptionresourceid",
        "tenantresourceid",
        "extensionresourceid",
        "managementgroupresourceid",
        "reference",
        "resourceinfo",
    ];
    // The end of the word under the cursor counts as within it.
    let bytes = characters.as_bytes();
    let mut end = at as usize;
    while bytes.get(end).is_some_and(|byte| is_part(*byte)) {
        end += 1;
    }
    let all = tokens(characters);
    let on_name = all.iter().find(|it| it.kind == TokenKind::Name && it.span.end as usize == end);
    let within = before(characters, at).calls.into_iter().map(|it| it.span);
    let name = on_name.map(|it| it.span).into_iter().chain(within.rev()).find(|span| {
        characters.get(span.range()).is_some_and(|it| IDS.contains(&it.to_ascii_lowercase().as_str()))
    })?;
    let mut depth = 0_usize;
    for token in all.iter().filter(|it| it.span.start >= name.end) {
        match token.kind {
            TokenKind::Sign(b'(') => depth += 1,
            TokenKind::Sign(b')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return characters.get(name.start as usize..token.span.end as usize);
                }
            }
            _ => {}
        }
    }
    None
}
