//! What may stand at the cursor.

use lsp_types::{CompletionItem, CompletionItemKind};

use super::body::{Body, calls, validators};
use super::choice::{Choice, single, word_edit};
use super::client_capabilities::Capabilities;
use super::comment::{Comment, CommentWords, comment_at};
use super::declaration;
use super::document::Document;
use super::facts;
use super::flags::{Flag, machine_of, values_of};
use super::hover::of_scenario;
use super::spot::Role;
use super::versions::{choices, version_at};
use crate::arm::{IdentityType, Method, ResourceType};
use crate::lint::{Options, rules};
use crate::scenario::{find_scenario, scenarios};
use crate::schema::Validators;
use crate::text::{Edit, Span};

/// What a template's resource has beside the members of its body.
const DECLARATION: [(&str, &str); 9] = [
    ("type", "the resource type"),
    ("apiVersion", "the API version"),
    ("name", "the resource's name"),
    ("dependsOn", "resources that are deployed before"),
    ("condition", "whether it is deployed"),
    ("copy", "how many times it is deployed"),
    ("scope", "the resource that it extends"),
    ("comments", "a remark"),
    ("resources", "child resources"),
];

/// What may stand at the byte at `cursor`. `only_comments`: the client asks because of a character that says little
/// elsewhere, such as a space.
pub(super) fn complete(
    document: &Document,
    options: &Options,
    flags: &[Flag],
    capabilities: Capabilities,
    cursor: u32,
    only_comments: bool,
) -> Vec<CompletionItem> {
    let text = document.source().text();
    let found = match comment_at(text, cursor) {
        Some(Comment::Suppression(words)) => of_rules(&words),
        Some(Comment::Marker(words)) => of_marker(&words, flags),
        None if only_comments => Vec::new(),
        None => of_text(document, options, cursor),
    };
    found.into_iter().enumerate().map(|(at, choice)| choice.item(document, capabilities, at)).collect()
}

fn of_rules(words: &CommentWords<'_>) -> Vec<Choice> {
    let named: Vec<&str> = words.before.iter().chain(&words.after).copied().collect();
    rules()
        .filter(|rule| !named.contains(&rule.name))
        .map(|rule| Choice::word(rule.name, CompletionItemKind::ENUM_MEMBER, rule.summary, words.span))
        .collect()
}

fn of_marker(words: &CommentWords<'_>, flags: &[Flag]) -> Vec<Choice> {
    let keyword = |label, says| Choice::word(label, CompletionItemKind::KEYWORD, says, words.span);
    let Some((first, rest)) = words.before.split_first() else {
        return vec![
            keyword("render", "the snippet below is written by armbody"),
            keyword("end", "the snippet ends here"),
        ];
    };
    if *first != "render" {
        return Vec::new();
    }
    let machine = machine_of(words.all());
    let scenario = words.all().find_map(|word| find_scenario(word).ok());
    if let Some(flag) = rest.last().and_then(|last| flags.iter().find(|flag| flag.name == **last))
        && flag.takes_value
        && !words.typed.starts_with('-')
    {
        if flag.name == "--api-version" {
            let type_name = scenario.map_or(machine, |it| it.resource_type(machine));
            return of_versions(&Validators::embedded(), type_name.full_name(), words.span);
        }
        let kind = CompletionItemKind::ENUM_MEMBER;
        return values_of(&flag.name).map(|value| Choice::word(value, kind, "", words.span)).collect();
    }
    let mut found = Vec::new();
    let is_named = words.before.iter().chain(&words.after).any(|word| find_scenario(word).is_ok());
    if !is_named && !words.typed.starts_with('-') {
        found.extend(scenarios().iter().map(|scenario| {
            let says = scenario.says(machine);
            let choice = Choice::word(scenario.name, CompletionItemKind::EVENT, says, words.span);
            Choice { documentation: Some(of_scenario(scenario, machine)), ..choice }
        }));
    }
    let absent = flags.iter().filter(|flag| !words.all().any(|word| word == flag.name && word != words.word));
    found.extend(
        absent.map(|flag| {
            Choice::word(&flag.name, CompletionItemKind::PROPERTY, flag.help.as_str(), words.span)
        }),
    );
    found
}

fn of_versions(validators: &Validators, type_name: &str, span: Span) -> Vec<Choice> {
    let all = choices(validators.schemas(), type_name).into_iter();
    all.map(|(version, says)| {
        let label = version.to_string();
        Choice::word(&label, CompletionItemKind::CONSTANT, says, span)
    })
    .collect()
}

fn of_text(document: &Document, options: &Options, cursor: u32) -> Vec<Choice> {
    let validators = validators(options);
    let calls = calls(document);
    if let Some(place) = version_at(document.source().text(), cursor) {
        let type_name = place.type_name.or_else(|| {
            let call = calls.iter().find(|call| call.span.start <= cursor && cursor <= call.span.end)?;
            crate::lint::target(document.source(), call, options)?.type_name
        });
        return type_name.map_or_else(Vec::new, |it| of_versions(&validators, it.as_str(), place.span));
    }
    if let Some(found) = declaration::complete(document, &calls, validators.schemas(), cursor) {
        return found;
    }
    let Some(body) = Body::at(document, &calls, options, &validators, cursor) else {
        return Vec::new();
    };
    match body.spot.role {
        Role::Name => of_names(&body),
        Role::Value(_) | Role::Element => of_values(&body, &validators),
        Role::Nothing => Vec::new(),
    }
}

/// The properties that the object around the cursor has not yet.
fn of_names(body: &Body<'_>) -> Vec<Choice> {
    let present: Vec<String> = body.spot.siblings().map(|name| name.to_ascii_lowercase()).collect();
    let is_absent = |name: &str| !present.contains(&name.to_ascii_lowercase());
    let mut found = Vec::new();
    let mut properties = body.properties();
    properties.retain(|property| !property.read_only && property.name().is_some_and(is_absent));
    properties.sort_by_key(|property| !property.required);
    let known: Vec<String> = properties.iter().filter_map(|it| it.name().map(str::to_owned)).collect();
    for property in properties {
        let Some(name) = property.name() else { continue };
        let Some((edit, filter)) = name_edit(body, name) else { continue };
        let required = if property.required { "required" } else { "" };
        let detail = format!("{} {required}", property.kind().unwrap_or_default());
        let lines: Vec<String> = facts::lines(&property).iter().map(|line| format!("- {line}")).collect();
        found.push(Choice {
            label: name.to_owned(),
            kind: CompletionItemKind::PROPERTY,
            detail: detail.trim().to_owned(),
            documentation: (!lines.is_empty()).then(|| lines.join("\n")),
            edit,
            filter,
        });
    }
    if body.is_in_declaration() {
        for (name, says) in DECLARATION.into_iter().filter(|(name, _)| is_absent(name)) {
            if known.iter().any(|it| it == name) {
                continue;
            }
            let Some((edit, filter)) = name_edit(body, name) else { continue };
            let choice = Choice::word(name, CompletionItemKind::PROPERTY, says, Span::default());
            found.push(Choice { edit, filter, ..choice });
        }
    }
    found
}

fn of_values(body: &Body<'_>, validators: &Validators) -> Vec<Choice> {
    if body.is_in_declaration() {
        if body.is_at(&["apiVersion"]) {
            let all = choices(validators.schemas(), body.request.type_name.as_str());
            let written = all.iter().map(|(version, says)| (version.to_string(), *says));
            return written
                .filter_map(|(version, says)| value(body, &version, true, says.to_owned()))
                .collect();
        }
        if body.is_at(&["type"]) {
            let known = ResourceType::ALL.iter().map(|known| known.full_name());
            return known.filter_map(|name| value(body, name, true, String::new())).collect();
        }
    }
    let Some(property) = body.property_here() else { return Vec::new() };
    let identity = body.is_identity_type().then(|| body.known_type()).flatten();
    let mut found: Vec<Choice> = Vec::new();
    for text in property.values() {
        let named = IdentityType::ALL.into_iter().find(|it| it.as_str() == text);
        let meaning = identity.zip(named);
        let detail = meaning.map(|(machine, it)| facts::does(it, machine.noun())).unwrap_or_default();
        let documentation = meaning.map(|(machine, it)| {
            facts::of_identity_type(it, machine, body.request.version, body.request.method)
        });
        found.extend(value(body, text, true, detail).map(|choice| Choice { documentation, ..choice }));
    }
    match property.kind() {
        Some("boolean") => {
            found.extend(["true", "false"].iter().filter_map(|text| value(body, text, false, String::new())));
        }
        Some("object") if property.path.ends_with("userAssignedIdentities{}") => {
            found.extend(value(body, "{}", false, "the identity is assigned".to_owned()));
            if body.request.method == Method::Patch {
                found.extend(value(body, "null", false, "the identity is taken away".to_owned()));
            }
        }
        _ => {}
    }
    found
}

/// A value in the place of the word at the cursor.
fn value(body: &Body<'_>, text: &str, is_string: bool, detail: String) -> Option<Choice> {
    let word = body.spot.word;
    let quote = char::from(word.quote.unwrap_or(b'"'));
    let written = if is_string { format!("{quote}{text}{quote}") } else { text.to_owned() };
    let (edit, filter) = word_edit(body.text, word, &written, text).or_else(|| {
        let edit = single(body.text, word.content, text).filter(|_| is_string && word.is_closed)?;
        Some((edit, None))
    })?;
    let kind = CompletionItemKind::VALUE;
    Some(Choice { label: text.to_owned(), kind, detail, documentation: None, edit, filter })
}

/// The edit that writes a name, with its colon unless that is there.
fn name_edit(body: &Body<'_>, name: &str) -> Option<(Edit, Option<String>)> {
    let word = body.spot.word;
    let quote = char::from(word.quote.unwrap_or(b'"'));
    let colon = if word.has_colon { "" } else { ": " };
    word_edit(body.text, word, &format!("{quote}{name}{quote}{colon}"), name).or_else(|| {
        let edit = single(body.text, word.content, name).filter(|_| word.is_closed && word.has_colon)?;
        Some((edit, None))
    })
}
