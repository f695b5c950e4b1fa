#![doc = include_str!("../../../../docs/rules/identity-misplaced.md")]

use super::questions::has_expansion;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::rules::layout::{indentation, insert_member, member_span, member_with_comma};
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::{Edit, Span};

rule!(
    "identity-misplaced",
    Identity,
    Error,
    Sometimes,
    "`identity` stands inside `properties`, or inside `identity`",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some(resource) = subject.resource else { return };
    let top = resource.member("identity");
    if let Some((_, outer)) = top.filter(|(_, outer)| holds(*outer, block)) {
        let draft = subject
            .at_node(&RULE, block.name, "`identity` stands inside `identity`")
            .help("its members belong to the `identity` around it")
            .arm("InvalidRequestContent", unknown_member("identity.identity"));
        sink.push(match unwrap(subject, outer, block) {
            Some(edits) => {
                draft.fix("take the inner `identity` away, what a request says in it stays", &edits)
            }
            None => draft,
        });
        return;
    }
    let Some(properties) = resource.member("properties").filter(|(_, it)| holds(*it, block)) else { return };
    let draft = subject
        .at_node(&RULE, block.name, "`identity` stands inside `properties`")
        .label(properties.0.span(), "it belongs beside this")
        .help("`identity` is a member of the resource itself, as `location` and `tags` are")
        .arm("InvalidRequestContent", unknown_member("properties.identity"));
    let edits = if top.is_none() { move_up(subject, properties, block) } else { None };
    sink.push(match edits {
        Some(edits) => draft.fix("move it out of `properties`", &edits),
        None => draft,
    });
}

fn holds(object: Node<'_>, block: &Block<'_>) -> bool {
    object.members().any(|(name, _)| name == block.name)
}

/// ARM's words as far as they are known: the type's name in them differs from type to type.
fn unknown_member(path: &str) -> String {
    format!(
        "The request content was invalid and could not be deserialized: 'Could not find member 'identity' on \
         object of type '…'. Path '{path}', line …, position ….'."
    )
}

/// Members of an identity that no request sets.
const SET_BY_SERVICE: [&str; 3] = ["principalId", "tenantId", "clientId"];

/// The edits that make the inner block's members the outer one's; `None` if a name would then stand twice.
fn unwrap(subject: &Subject<'_>, outer: Node<'_>, block: &Block<'_>) -> Option<Vec<Edit>> {
    let text = subject.body?.text();
    if block.value.kind() != Kind::Object || block.value.is_repaired() || block.name.is_repaired() {
        return None;
    }
    // What the service sets was copied from an answer: one level up ARM would refuse it.
    let is_set = |name: Node<'_>| {
        name.as_str().is_some_and(|name| SET_BY_SERVICE.iter().any(|it| it.eq_ignore_ascii_case(&name)))
    };
    // Blocks that hold nothing but another are taken away together.
    let mut inner = block.value;
    loop {
        let mut kept = inner.members().filter(|(name, _)| !is_set(*name));
        let (Some((name, next)), None) = (kept.next(), kept.next()) else { break };
        let is_block = name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("identity"));
        if !is_block || next.kind() != Kind::Object || next.is_repaired() || name.is_repaired() {
            break;
        }
        inner = next;
    }
    let kept: Vec<Span> = inner.members().filter(|(name, _)| !is_set(*name)).map(member_span).collect();
    let (first, last) = (*kept.first()?, *kept.last()?);
    let clashes = inner.members().filter(|(name, _)| !is_set(*name)).any(|(name, _)| {
        let name = name.as_str().unwrap_or_default();
        outer.member(&name).is_some_and(|(other, _)| other != block.name)
    });
    if clashes {
        return None;
    }
    let mut edits = vec![Edit::delete(Span { start: block.name.span().start, end: first.start })];
    let (from, to) = (indentation(text, first.start), indentation(text, block.name.span().start));
    if let Some(extra) = from.zip(to).and_then(|(from, to)| from.strip_prefix(to)) {
        // What follows on lines of its own goes one level up.
        let mut at = first.start as usize;
        while let Some(line) = memchr::memchr(b'\n', &text.as_bytes()[at..last.end as usize]) {
            at += line + 1;
            if text[at..].starts_with(extra) && !extra.is_empty() {
                edits.push(Edit::delete(Span::new(at, at + extra.len())));
            }
        }
    }
    let mut members = inner.members().peekable();
    let mut end = None;
    while let Some((name, value)) = members.next() {
        if !is_set(name) {
            end = Some(value.span().end);
        } else if let Some(start) = end
            && value.span().end < last.end
            && members.peek().is_none_or(|(next, _)| !is_set(*next))
        {
            edits.push(Edit::delete(Span { start, end: value.span().end }));
        }
    }
    edits.push(Edit::delete(Span { start: last.end, end: block.value.span().end }));
    Some(edits)
}

/// The edits that put the block before `properties`. `None` if it cannot be written anew as it is.
fn move_up(subject: &Subject<'_>, properties: (Node<'_>, Node<'_>), block: &Block<'_>) -> Option<Vec<Edit>> {
    let text = subject.body?.text();
    let span = member_span((block.name, block.value));
    if block.value.is_repaired()
        || block.name.is_repaired()
        || properties.1.is_repaired()
        || properties.0.is_repaired()
        || has_expansion(subject, block.value)
    {
        return None;
    }
    let gone = member_with_comma(properties.1, block.name)?;
    let mut member = text[span.range()].to_owned();
    let (from, to) = (indentation(text, span.start), indentation(text, properties.0.span().start));
    if let Some((from, to)) = from.zip(to).filter(|(from, _)| !from.is_empty()) {
        member = member.replace(&format!("\n{from}"), &format!("\n{to}"));
    }
    Some(vec![insert_member(text, properties.0, &member), Edit::delete(gone)])
}
