#![doc = include_str!("../../../../docs/rules/resource-mismatch.md")]

use std::borrow::Cow;

use super::ids::{self, Subscription};
use crate::arm::{contains_placeholder, find_placeholders, is_placeholder};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "resource-mismatch",
    Request,
    Warning,
    Never,
    "an id in the body is in another subscription than the URL",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(root), Some(body)) = (subject.url, subject.resource, subject.body) else { return };
    let Some(own) = url.subscription.filter(|_| subject.is_arm()) else {
        return;
    };
    let has_expansion = |one: &Subscription<'_>| one.part.has_expansion(one.span);
    let is_variable = contains_placeholder(own.text);
    // What a script's variable holds may be what another variable of it, in the URL, holds as well.
    let is_of_script =
        |one: &Subscription<'_>| is_variable && !subject.call.span.contains(one.part.to_file(one.span));
    let strangers = linked(root)
        .into_iter()
        .filter_map(|node| ids::in_string(body, node))
        .filter(|one| !has_expansion(one) && !is_of_script(one) && differ(own.text, one.text));
    for group in ids::by_text(strangers) {
        let Some((first, others)) = group.split_first() else { continue };
        let message = if is_placeholder(first.text) {
            format!("`{}` stands here and `{}` in the URL", first.text, own.text)
        } else {
            format!("the resource is in the subscription `{}`, the URL says `{}`", first.text, own.text)
        };
        let mut draft = subject
            .at(&RULE, first.span, message)
            .help(format!("if it is in the same subscription, write `{}` here as well", own.text));
        for other in others {
            draft = draft.label(other.span, "and here");
        }
        sink.push(draft);
    }
}

/// Whether two subscriptions are not the same, as far as can be told: a literal beside a placeholder, or
/// literals that differ. Two placeholders may be filled in with one value.
fn differ(url: &str, body: &str) -> bool {
    let (url, body) = (&*without_percent(url), &*without_percent(body));
    let is_literal = |text: &str| !contains_placeholder(text);
    match (is_literal(url), is_literal(body)) {
        (true, true) => !url.eq_ignore_ascii_case(body),
        (true, false) | (false, true) => true,
        (false, false) => letters(url) != letters(body) && is_same_style(url, body),
    }
}

/// The brackets of a placeholder as they were before the URL was encoded.
fn without_percent(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let signs = [("%7B", "{"), ("%7D", "}"), ("%3C", "<"), ("%3E", ">"), ("%20", " ")];
    let plain = |text: String, (code, sign): (&str, &str)| {
        text.replace(code, sign).replace(&code.to_ascii_lowercase(), sign)
    };
    Cow::Owned(signs.into_iter().fold(text.to_owned(), plain))
}

/// The letters and digits of a placeholder: `<SUBSCRIPTION ID>` and `{subscriptionId}` are one.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_same_style(left: &str, right: &str) -> bool {
    let style = |text| find_placeholders(text).next().map(|found| found.style);
    style(left) == style(right)
}

/// The ids that link a machine to what it needs: network interfaces and subnets, and identities.
fn linked(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Block::of(root).map(|block| block.id_nodes()).unwrap_or_default();
    let mut open: Vec<Node<'_>> = network_profile(root).into_iter().collect();
    while let Some(node) = open.pop() {
        for (name, value) in node.members() {
            let is_id = name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("id"));
            if is_id && value.kind() == Kind::String {
                found.push(value);
            }
            open.push(value);
        }
        open.extend(node.elements());
    }
    found.sort_by_key(|node| node.index());
    found
}

fn network_profile(root: Node<'_>) -> Option<Node<'_>> {
    let (_, properties) = root.member("properties")?;
    let machine = properties.member("virtualMachineProfile").map_or(properties, |(_, value)| value);
    machine.member("networkProfile").map(|(_, value)| value)
}
