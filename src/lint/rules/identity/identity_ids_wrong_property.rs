#![doc = include_str!("../../../../docs/rules/identity-ids-wrong-property.md")]

use std::collections::HashSet;

use super::questions::{answered, lack, version, wrong_property};
use super::shape;
use crate::arm::{IdentityForm, RefusalKind};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::rules::layout::member_with_comma;
use crate::lint::rules::syntax::short;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::Edit;

rule!(
    "identity-ids-wrong-property",
    Identity,
    Error,
    Sometimes,
    "the user-assigned identities stand under the name of another API version, or of another tool",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some((name, value, form)), Some(version)) = (wrong_property(subject, block), version(subject))
    else {
        return;
    };
    let (None, Some(right)) = (lack(subject, block), form.ids_property()) else { return };
    let form_in_words = match form {
        IdentityForm::Map => "a map from each id to `{}`",
        _ => "an array of ids",
    };
    let is_foreign = block.foreign.is_some_and(|(foreign, _)| foreign == name);
    let wrong = name.as_str().unwrap_or_default();
    let message = if is_foreign {
        format!("`{}` is another tool's name for the ids", short(&wrong))
    } else {
        format!("API version {version} has no `{wrong}`")
    };
    let draft = subject.at_node(&RULE, name, message).help(format!("it takes `{right}`, {form_in_words}"));
    let draft = match form {
        _ if is_foreign => draft,
        IdentityForm::Map => answered(draft, RefusalKind::IdentityIdsDeprecated),
        _ => answered(draft, RefusalKind::MapNotInVersion(version)),
    };
    let other = if form == IdentityForm::Map { block.map } else { block.ids };
    let draft = match other {
        // Both are there: what says nothing new can go, the rest is for the author to merge.
        Some((_, other)) => match member_with_comma(block.value, name) {
            Some(span) if says_nothing_new(value, other) => {
                draft.fix(format!("take `{wrong}` away"), &[Edit::delete(span)])
            }
            _ => draft,
        },
        None => match subject.body.and_then(|body| shape::convert(subject, body.text(), name, value, form)) {
            Some(mut edits) => {
                edits.insert(0, Edit::replace(name.content_span(), right));
                draft.fix(format!("write `{right}`, {form_in_words}"), &edits)
            }
            None => draft,
        },
    };
    sink.push(draft);
}

/// True if every id of one member stands in the other as well.
fn says_nothing_new(value: Node<'_>, other: Node<'_>) -> bool {
    let ids = |holder: Node<'_>| -> Option<HashSet<String>> {
        let of_array = holder.elements().map(|node| node.as_str().map(|id| id.to_ascii_lowercase()));
        let of_map = holder.members().map(|(name, value)| {
            let assigns = value.kind() == Kind::Object;
            name.as_str().filter(|_| assigns).map(|id| id.to_ascii_lowercase())
        });
        of_array.chain(of_map).collect()
    };
    matches!((ids(value), ids(other)), (Some(value), Some(other)) if value.is_subset(&other))
}
