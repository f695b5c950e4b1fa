#![doc = include_str!("../../../../docs/rules/unknown-property.md")]

use super::moves::{is_there, move_to};
use super::{called, rename};
use crate::arm::Method;
use crate::json::{MistakeKind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Sink, Subject, either};
use crate::schema::{Problem, ProblemKind};

rule!(
    "unknown-property",
    Schema,
    Error,
    Sometimes,
    "the object has no property of this name",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::UnknownProperty { near, present, places, other_method } = &problem.kind else { return };
    let Some(name) = problem.name else { return };
    let places: Vec<&str> =
        places.iter().map(String::as_str).filter(|place| !is_there(subject, place)).collect();
    if sink.explained(subject, name) {
        return;
    }
    let text = name.as_str().unwrap_or_default();
    let message = format!("`{text}` is not a property of {}", called(subject, &problem.place.parent()));
    let mut found = subject.at(&RULE, name.span(), message);
    if !subject.evidence.is_described {
        found = found.arm(
            "InvalidRequestContent",
            format!(
                "The request content was invalid and could not be deserialized: 'Could not find member '{text}' on \
                 object of type '<type>'. Path '{}', line <line>, position <position>.'.",
                problem.place.dotted()
            ),
        );
    }
    if *present {
        found = found.help(format!("{} is there already", either(near.iter().map(String::as_str))));
    } else if !near.is_empty() {
        found = found.help(format!("did you mean {}?", either(near.iter().map(String::as_str))));
        if let [right] = near.as_slice() {
            found = found.fix(format!("write `{right}`"), &[rename(name, right)]);
        }
    } else if other_method.is_some() {
        found = found.doubt(Doubt::OtherMethod);
    } else if subject.evidence.is_described && places.is_empty() {
        found = found
            .doubt(Doubt::NotDescribed)
            .help("the published types do not describe it; the service may know it all the same");
    }
    if near.is_empty()
        && let Some(help) =
            where_it_belongs(&places, *other_method, subject.method(), problem.place.steps.len())
    {
        found = found.help(help);
        // What the types of Bicep say is never moved without a look: the policy has it.
        if let [place] = places.as_slice()
            && subject.evidence.is_described
            && let Some(edits) = move_to(subject, problem, place)
        {
            let title = match place.rsplit_once('.') {
                Some((parent, _)) => format!("move it into `{parent}`"),
                None => "move it to the top of the body".to_owned(),
            };
            found = found.fix(title, &edits);
        }
    }
    if is_behind_ellipsis(subject, name) {
        found = found.doubt(Doubt::LeftOut);
    }
    sink.push(found);
}

/// True if an ellipsis stands before the member `name` in its object: it may stand for what opens another.
fn is_behind_ellipsis(subject: &Subject<'_>, name: Node<'_>) -> bool {
    /// So far back it is looked for, and so many are looked at.
    const NEAR: usize = 4096;
    const MOST: usize = 8;
    let Some(tree) = subject.tree else { return false };
    let at = name.span().start as usize;
    let ends =
        tree.mistakes().iter().filter(|it| it.kind == MistakeKind::Ellipsis).map(|it| it.span.end as usize);
    let mut near = ends.filter(|end| *end <= at && at - end <= NEAR).take(MOST);
    near.any(|end| tree.text().get(end..at).is_some_and(is_level))
}

/// True for a piece of JSON that ends in the container in which it begins.
fn is_level(text: &str) -> bool {
    let (mut depth, mut is_quoted, mut is_escaped) = (0i32, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b'{' | b'[' if !is_quoted => depth += 1,
            b'}' | b']' if !is_quoted => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// `depth` is that of the place where it stands.
fn where_it_belongs(places: &[&str], other: Option<Method>, method: Method, depth: usize) -> Option<String> {
    let parents: Vec<&str> = places.iter().map(|path| path.rsplit_once('.').map_or("", |it| it.0)).collect();
    match (parents.as_slice(), other) {
        (_, Some(other)) => Some(format!("{other} takes it, {method} does not")),
        ([], None) => None,
        ([""], None) => Some("it belongs to the top of the body".to_owned()),
        // Objects within it have `properties` of their own.
        (["properties"], None) if depth > 2 => {
            Some("it belongs into `properties` of the resource itself".to_owned())
        }
        (parents, None) => {
            let inner = parents.iter().filter(|parent| !parent.is_empty()).copied();
            let top = if parents.contains(&"") { ", or to the top of the body" } else { "" };
            Some(format!("it belongs into {}{top}", either(inner)))
        }
    }
}
