#![doc = include_str!("../../../../docs/rules/placeholder-left.md")]

use std::collections::BTreeMap;

use super::ids;
use crate::arm::{Placeholder, PlaceholderStyle, find_placeholders};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::programs::Variables;
use crate::text::{Marks, Span};

rule!("placeholder-left", Request, Note, Never, "a placeholder that nobody filled in", Check::Call(check));

/// What a client that fills it in puts the subscription that is signed in to in the place of.
const SIGNED_IN: &str = "{subscriptionId}";

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if !subject.is_arm() {
        return;
    }
    let mut places: BTreeMap<Span, String> = BTreeMap::new();
    let parts = subject.call.url.iter().chain(&subject.call.headers);
    for part in parts {
        for found in left(subject, part.text()) {
            let filled = fills(subject) && part.text()[found.range.clone()] == *SIGNED_IN;
            if filled || part.has_expansion(found.range.clone().into()) {
                continue;
            }
            places.insert(part.to_file(found.range.clone().into()), part.text()[found.range].to_owned());
        }
    }
    if let (Some(body), Some(root)) = (subject.body, subject.resource) {
        let strings = may_stand_in_strings(subject).then(|| ids::strings(root));
        for node in strings.into_iter().flatten() {
            let content = node.content_span();
            let text = &body.text()[content.range()];
            if text.len() > MAX_VALUE {
                continue;
            }
            for found in left(subject, text).filter(|found| stands_for_a_value(text, found)) {
                let span = Span::from(found.range.clone()).shift(content.start as usize);
                if body.has_expansion(span) {
                    continue;
                }
                places.insert(body.to_file(span), text[found.range].to_owned());
            }
        }
        for node in unquoted(root).filter(|node| !body.has_expansion(*node)) {
            places.insert(body.to_file(node), body.text()[node.range()].to_owned());
        }
    }
    let mut first: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (span, text) in &places {
        first.entry(text).or_default().push(*span);
    }
    for (text, spans) in first {
        let mut draft = subject
            .at_file(&RULE, spans[0], format!("`{text}` is still to be filled in"))
            .help("put the value in its place before this is sent");
        for span in &spans[1..] {
            draft = draft.label(*span, "and here");
        }
        sink.push(draft);
    }
}

/// False if no string of the body has a placeholder that [`left`] speaks of: seen sooner than string by string.
fn may_stand_in_strings(subject: &Subject<'_>) -> bool {
    static WORDS: Marks = Marks::without_case(&["xxx", "your"]);
    let (Some(body), Some(tree)) = (subject.body, subject.tree) else { return false };
    let text = &body.text()[subject.stretch().range()];
    let count = |byte: u8| memchr::memchr_iter(byte, text.as_bytes()).count();
    let root = subject.declared.and(subject.resource).or_else(|| tree.root());
    let nodes = |kind: Kind| root.map_or(0, |root| root.within().filter(|node| node.kind() == kind).count());
    // As many brackets as objects and arrays: none is left for a string.
    !tree.mistakes().is_empty()
        || memchr::memchr(b'<', text.as_bytes()).is_some()
        || count(b'{') != nodes(Kind::Object)
        || count(b'[') != nodes(Kind::Array)
        || WORDS.are_in(text)
}

fn fills(subject: &Subject<'_>) -> bool {
    subject.call.client.fills_subscription
}

/// The placeholders of a text that people fill in, not a run of the script.
fn left(subject: &Subject<'_>, text: &str) -> impl Iterator<Item = Placeholder> {
    use PlaceholderStyle as S;
    let braces = subject.call.client.variables == Variables::Braces;
    find_placeholders(text).filter(move |found| match found.style {
        S::Angle | S::DoubledAngle | S::Brace | S::Exes | S::Your => true,
        S::Bracket => !braces,
        // Variables of the shell, the command prompt, the pipeline, the request file.
        S::Variable
        | S::BracedVariable
        | S::Substitution
        | S::Percent
        | S::DoubledBrace
        | S::Ellipsis
        | S::ZeroGuid => false,
    })
}

/// A longer string is not a value that has a place to fill in.
const MAX_VALUE: usize = 512;

/// True if a placeholder is a string's value or a segment of its path: within other text, a script or a page
/// of HTML, it may be anything.
fn stands_for_a_value(text: &str, found: &Placeholder) -> bool {
    let before = text[..found.range.start].chars().next_back();
    let behind = text[found.range.end..].chars().next();
    let is_expression = text.starts_with('[') && found.range.len() < text.len() && text.ends_with(']');
    let is_edge = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '-' | '_' | '.' | ':' | ',' | '='));
    !is_expression && is_edge(before) && is_edge(behind)
}

/// Placeholders that stand for a value without quotes.
fn unquoted(root: crate::json::Node<'_>) -> impl Iterator<Item = Span> {
    root.within().filter(|node| node.kind() == Kind::Placeholder).map(crate::json::Node::span)
}
