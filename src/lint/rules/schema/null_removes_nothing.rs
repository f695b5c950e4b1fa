#![doc = include_str!("../../../../docs/rules/null-removes-nothing.md")]

use crate::arm::{Method, ResourceType};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "null-removes-nothing",
    Schema,
    Note,
    Never,
    "a `null` in a PATCH does not remove the property",
    Check::Body(check),
    after: [
        unknown_property, property_not_in_version, name_case, missing_property, wrong_type, invalid_value,
        value_case, value_not_in_version, unlisted_value, read_only_property
    ]
);

/// Places that one note points at.
const MAX_PLACES: usize = 20;

/// Compute reads PATCH into its own types, for which `null` and absence are one; only the identity's map was built to
/// tell them apart.
fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let is_machine = subject.target.resource_type.is_some_and(ResourceType::has_identity);
    let Some(root) = subject.resource.filter(|_| is_machine && subject.target.method == Some(Method::Patch))
    else {
        return;
    };
    let mut places: Vec<Node<'_>> = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        for (name, value) in node.members() {
            let is_identity = name.as_str().is_some_and(|it| it.eq_ignore_ascii_case("identity"));
            if is_identity || sink.explained(subject, name) || sink.explained(subject, value) {
                continue;
            }
            if value.kind() == Kind::Null {
                places.push(name);
            } else {
                open.push(value);
            }
        }
        open.extend(node.elements());
    }
    places.sort_by_key(|node| node.span().start);
    let Some((first, others)) = places.split_first() else { return };
    let name = first.as_str().unwrap_or_default();
    let noun = subject.target.resource_type.map_or("resource", ResourceType::noun);
    let mut draft = subject
        .at_node(&RULE, *first, format!("`{name}` is null: a PATCH does not remove it from the {noun}"))
        .help(
            "the service reads it as if it were left out; `null` removes only what the identity's map names",
        );
    for other in others.iter().take(MAX_PLACES) {
        draft = draft.label(subject.body.map_or(other.span(), |body| body.to_file(other.span())), "and this");
    }
    sink.push(draft);
}
