#![doc = include_str!("../../../../docs/rules/unquoted-value.md")]

use std::borrow::Cow;

use super::{short, unreadable};
use crate::json::{Kind, Mistake, MistakeKind, Node, is_nothing};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Sink, Subject};
use crate::schema::Step;
use crate::schema::paths::property_at;
use crate::text::{Edit, Span};

rule!(
    "unquoted-value",
    Syntax,
    Error,
    Sometimes,
    "a word that is not a JSON value stands without quotes",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    match mistake.kind {
        MistakeKind::UnquotedValue => {}
        MistakeKind::ConflictMarker => {
            let draft = subject
                .at(&RULE, mistake.span, "the marks of an unfinished merge stand in the body")
                .help("keep one of the two versions and take the marks away");
            sink.push(unreadable(draft));
            return;
        }
        _ => return,
    }
    let written = subject.written(mistake.span);
    // A description for the reader whose `>` was forgotten.
    if written.starts_with('<') && written.contains(' ') && subject.in_document() {
        return;
    }
    // The whole body is one: `{the template and its parameters}`.
    if subject.in_document() && subject.tree.is_some_and(|tree| describes_itself(tree.text())) {
        return;
    }
    let owner = subject.member_of(mistake.span.start).map(|name| short(&name).into_owned());
    let whose = owner.map_or_else(|| "a value".to_owned(), |name| format!("the value of `{name}`"));
    let meant = if mistake.repair.is_none() { meant(subject, mistake.span, written) } else { None };
    let edits = match (&mistake.repair, meant) {
        (Some(repair), _) => repair.edits.clone(),
        (None, Some(meant)) => vec![Edit::replace(mistake.span, meant)],
        (None, None) => Vec::new(),
    };
    let edit = edits.first();
    let (message, help) = match edit {
        Some(edit) if edit.text == "\"" => {
            (format!("the opening quote of {whose} is missing"), "write `\"` before it".to_owned())
        }
        Some(edit) => {
            (format!("`{}` is not how JSON writes {whose}", short(written)), format!("write `{}`", edit.text))
        }
        None => (
            format!("{whose} has no quotes and is not a JSON value"),
            "write quotes around it if it is a string".to_owned(),
        ),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if !edits.is_empty() {
        let is_safe = mistake.repair.as_ref().is_none_or(|repair| repair.safe);
        draft = draft.fix_if(is_safe, "write it as JSON", &edits);
    }
    // For Python it is nothing at all, where the name of a kind of identity is meant.
    let kind = subject.identity().and_then(|block| block.kind);
    if kind.is_some_and(|(_, value)| value.span().contains(mistake.span)) {
        draft = draft.doubt(Doubt::ReadOtherwise);
    }
    sink.push(unreadable(draft));
}

/// True for a body that is nothing but words in braces: what belongs there, not what it is.
fn describes_itself(body: &str) -> bool {
    const LONGEST: usize = 400;
    let body = if body.len() > LONGEST { "" } else { body.trim() };
    let inner = body.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    inner.is_some_and(|inner| {
        let is_prose =
            |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_' | '\'' | '.' | '/');
        inner.split_whitespace().count() > 2 && inner.chars().all(is_prose)
    })
}

/// What `word` at `span` says in JSON where its place decides: one of the values that the place takes, in quotes, or
/// `null` where that is what a word for nothing means and the place takes it.
fn meant(subject: &Subject<'_>, span: Span, word: &str) -> Option<String> {
    let names = way_to(subject.resource?, span)?;
    let steps: Vec<Step<'_>> =
        names.iter().map(|name| name.as_deref().map_or(Step::Element, Step::Name)).collect();
    let is_identity_type = matches!(steps[..], [Step::Name(identity), Step::Name(kind)]
        if identity.eq_ignore_ascii_case("identity") && kind.eq_ignore_ascii_case("type"));
    if is_identity_type
        && let Some(kind) = ["None", "SystemAssigned", "UserAssigned"].into_iter().find(|kind| *kind == word)
    {
        return Some(format!("\"{kind}\""));
    }
    let (name, version) = (subject.target.type_name.as_ref()?, subject.standing?.serves());
    let document = subject.validators.schemas().open(name.as_str(), version).ok()??;
    let property = property_at(&document, name.as_str(), subject.target.method?, &steps)?;
    if let Some(value) = property.values().find(|value| *value == word) {
        return Some(format!("\"{value}\""));
    }
    (is_nothing(word) && property.takes_null()).then(|| "null".to_owned())
}

/// The names on the way from `root` to the value at `span`, `None` for an element of an array.
fn way_to(root: Node<'_>, span: Span) -> Option<Vec<Option<Cow<'_, str>>>> {
    let holds = |node: &Node<'_>| node.span().contains(span);
    let mut way = Vec::new();
    let mut node = root;
    while matches!(node.kind(), Kind::Object | Kind::Array) {
        if let Some((name, value)) = node.members().find(|(_, value)| holds(value)) {
            way.push(Some(name.as_str()?));
            node = value;
        } else {
            node = node.elements().find(holds)?;
            way.push(None);
        }
    }
    (!way.is_empty()).then_some(way)
}
