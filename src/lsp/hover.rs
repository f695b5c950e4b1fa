//! What the thing under the cursor is.

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::body::{Body, calls, secrets, validators};
use super::client_capabilities::{Capabilities, plain};
use super::comment::{Comment, CommentWords, comment_at};
use super::document::Document;
use super::facts;
use super::flags::{Flag, machine_of, values_of};
use super::spot::Role;
use super::template::{self, NoFiles, Setting, entry_at, hover_entry, with_view};
use super::versions::{describe, of_type, version_at};
use crate::arm::{Identity, IdentityId, ResourceType, parse_identity_type};
use crate::container::Kind;
use crate::lint::{Options, find_rule};
use crate::scenario::{Scenario, find_scenario};
use crate::schema::Validators;
use crate::text::{Shown, Source, Span, previous_boundary};

/// What the language server says of a place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hovered {
    /// The bytes of the text that it is about.
    pub span: Span,
    /// What there is to say of them, as Markdown.
    pub markdown: String,
}

/// What the language server says of the byte at `cursor` of a text that is no file, and so has none beside it: what a
/// property, a value or a version means, what an expression of a template gives. `None` where there is nothing to say.
///
/// `flags`: the options that markers take.
pub fn hover(source: Source, kind: Kind, options: &Options, flags: &[Flag], cursor: u32) -> Option<Hovered> {
    let document = Document::alone(source, kind)?;
    let cursor = previous_boundary(document.source().text(), cursor as usize) as u32;
    let mask = secrets(&document, options);
    let secrets = |document: &Document| secrets(document, options);
    let setting =
        Setting { document: &document, is_open: true, files: &NoFiles, mask: &mask, secrets: &secrets };
    let found = of_template(setting, cursor).or_else(|| of_document(&document, options, flags, cursor));
    found.map(|(span, markdown)| Hovered { span, markdown })
}

/// What there is to say of the byte at `cursor` in a template or in a parameters file.
pub(super) fn of_template(setting: Setting<'_>, cursor: u32) -> Option<(Span, String)> {
    let found = with_view(setting.document, cursor, |view| template::hover(view, setting, cursor)).flatten();
    found.or_else(|| {
        let entry = entry_at(setting, cursor)?;
        let said = entry.ask(hover_entry).flatten()?;
        let mask = (setting.secrets)(&entry.template.document);
        Some((entry.span, Shown::lines(&mask.hide(&said)).into()))
    })
}

/// What there is to say of the byte at `cursor` beside expressions.
pub(super) fn of_document(
    document: &Document,
    options: &Options,
    flags: &[Flag],
    cursor: u32,
) -> Option<(Span, String)> {
    match comment_at(document.source().text(), cursor) {
        Some(Comment::Suppression(words)) => {
            Some((words.span, find_rule(words.word)?.page().trim_end().to_owned()))
        }
        Some(Comment::Marker(words)) => of_marker(&words, flags),
        None => of_text(document, options, cursor),
    }
}

/// It as the protocol has it.
pub(super) fn answered(
    document: &Document,
    capabilities: Capabilities,
    (span, value): (Span, String),
) -> Hover {
    let content = if capabilities.markdown_hover {
        MarkupContent { kind: MarkupKind::Markdown, value }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&value) }
    };
    Hover { contents: HoverContents::Markup(content), range: Some(document.range(span)) }
}

fn of_marker(words: &CommentWords<'_>, flags: &[Flag]) -> Option<(Span, String)> {
    let machine = machine_of(words.all());
    if let Some(flag) = flags.iter().find(|flag| flag.name == words.word) {
        let mut value = format!("**`{}`**: {}", flag.name, flag.help);
        let values: Vec<String> = values_of(&flag.name).map(|value| format!("`{value}`")).collect();
        if !values.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(value, "\n\n- {}", values.join(", "));
        }
        return Some((words.span, value));
    }
    let is_version = words.before.last() == Some(&"--api-version");
    if is_version && let Some(value) = describe(&Validators::embedded(), machine.full_name(), words.word) {
        return Some((words.span, value));
    }
    let scenario = words.all().find_map(|word| find_scenario(word).ok())?;
    Some((words.span, of_scenario(scenario, machine)))
}

/// What a scenario does, needs and takes.
pub(super) fn of_scenario(scenario: &Scenario, machine: ResourceType) -> String {
    let mut out = format!("**{}**", scenario.name);
    if let Some(method) = scenario.method() {
        let _ = write!(out, " ({method})");
    }
    let _ = writeln!(out, ": {}", scenario.says(machine));
    let ids: Vec<String> = scenario.default_identities().iter().map(|id| (*id).to_owned()).collect();
    if let Some((before, after)) = scenario.states(&ids) {
        let _ = write!(out, "\n- before: {}\n- after: {}", state(&before), state(&after));
    }
    if let Some(first) = scenario.method().and_then(|method| scenario.first_version(machine, method)) {
        let _ = write!(out, "\n- since {first}");
    }
    let roles: Vec<&str> = scenario.roles().iter().map(|role| role.name()).collect();
    if !roles.is_empty() {
        let _ = write!(out, "\n- needs the role {}", roles.join(", "));
    }
    out
}

fn state(identity: &Identity) -> String {
    let system = identity.system_assigned.then_some("system-assigned");
    let words: Vec<&str> =
        system.into_iter().chain(identity.user_assigned.iter().map(IdentityId::as_str)).collect();
    if words.is_empty() { "no identity".to_owned() } else { words.join(", ") }
}

fn of_text(document: &Document, options: &Options, cursor: u32) -> Option<(Span, String)> {
    let validators = validators(options);
    let text = document.source().text();
    let calls = calls(document);
    if let Some(place) = version_at(text, cursor) {
        let type_name = place.type_name.or_else(|| {
            let call = calls.iter().find(|call| call.span.contains(place.span))?;
            crate::lint::target(document.source(), call, options)?.type_name
        })?;
        return Some((place.span, describe(&validators, type_name.as_str(), place.text)?));
    }
    let schemas = validators.schemas();
    let body = Body::at(document, &calls, options, &validators, cursor)?;
    if body.spot.word.span.is_empty() {
        return None;
    }
    let value = if body.is_identity_type() {
        let request = &body.request;
        let accepted = parse_identity_type(&body.spot.typed()).accepted();
        accepted
            .zip(body.known_type())
            .map(|(it, machine)| facts::of_identity_type(it, machine, request.version, request.method))
    } else if body.is_in_declaration() && body.is_at(&["type"]) && matches!(body.spot.role, Role::Value(_)) {
        Some(of_type(schemas, body.request.type_name.as_str()))
    } else if body.is_in_declaration() && body.is_at(&["apiVersion"]) {
        match body.spot.role {
            Role::Value(_) => describe(&validators, body.request.type_name.as_str(), &body.spot.typed()),
            _ => None,
        }
    } else {
        None
    };
    let value = value.or_else(|| facts::of_property(&body, schemas))?;
    Some((body.text.to_file(body.spot.word.span), value))
}
