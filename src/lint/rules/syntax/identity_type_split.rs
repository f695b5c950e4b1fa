#![doc = include_str!("../../../../docs/rules/identity-type-split.md")]

use crate::json::{Kind, Mistake, MistakeKind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::{Edit, Span};

rule!(
    "identity-type-split",
    Syntax,
    Error,
    Sometimes,
    "two strings stand where `identity.type` takes one",
    Check::MistakeOrIdentity(check, check_array)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if let MistakeKind::SplitValue { parts } = &mistake.kind {
        report(subject, parts, mistake.span, sink);
    }
}

/// The same mistake as an array, which is JSON and is not a string: `["SystemAssigned", "UserAssigned"]`.
fn check_array(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, value)) = block.kind else { return };
    let parts: Vec<Span> = value.elements().map(Node::span).collect();
    if !parts.is_empty() && value.elements().all(|part| part.kind() == Kind::String) {
        report(subject, &parts, value.span(), sink);
    }
}

fn report(subject: &Subject<'_>, parts: &[Span], whole: Span, sink: &mut Sink<'_>) {
    let Some(tree) = subject.tree else { return };
    let words: Vec<&str> = parts
        .iter()
        .map(|part| tree.text()[part.range()].trim().trim_matches(['"', '\'', '“', '”', ',']).trim())
        .flat_map(|part| part.split(',').map(str::trim))
        .filter(|word| !word.is_empty())
        .collect();
    let right = combined(&words);
    // Other types than machines have other spellings of both.
    let own = subject.identity_facts().and_then(|facts| facts.find(&right));
    let right = format!("\"{}\"", own.unwrap_or(&right));
    let message = match words.as_slice() {
        [_] => "a list stands where `type` takes one string".to_owned(),
        _ => format!("{} strings stand where `type` takes one", count(words.len())),
    };
    let first = parts[0];
    let mut draft = subject.at(&RULE, whole, message).help(format!("write them as one string: `{right}`"));
    if whole == first.cover(*parts.last().unwrap_or(&first)) {
        for part in &parts[1..] {
            draft = draft.label(*part, "belongs into the string before it");
        }
    }
    sink.push(draft.fix("write one string", &[Edit::replace(whole, right)]));
}

fn count(words: usize) -> String {
    match words {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        other => other.to_string(),
    }
}

/// The words as VM and VMSS spell them together; words that do not go together are kept as they are.
fn combined(words: &[&str]) -> String {
    let is = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    let known =
        |word: &&str| ["SystemAssigned", "UserAssigned"].iter().any(|it| it.eq_ignore_ascii_case(word));
    if words.iter().all(known) {
        match (is("SystemAssigned"), is("UserAssigned")) {
            (true, true) => return "SystemAssigned, UserAssigned".to_owned(),
            (true, false) => return "SystemAssigned".to_owned(),
            (false, true) => return "UserAssigned".to_owned(),
            (false, false) => {}
        }
    }
    words.join(", ")
}
