#![doc = include_str!("../../../../docs/rules/identity-value-not-empty.md")]

use super::questions::{Expansions, answered, denies_ids, ids_member, is_id_object, lack, method};
use crate::arm::{IdentityForm, Method, RefusalKind};
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::Edit;

rule!(
    "identity-value-not-empty",
    Identity,
    Error,
    Sometimes,
    "an id in `userAssignedIdentities` has another value than `{}`",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, map, IdentityForm::Map)) = ids_member(subject, block) else { return };
    if map.kind() != Kind::Object
        || is_id_object(map)
        || lack(subject, block).is_some()
        || denies_ids(subject, block)
    {
        return;
    }
    let mistakes = subject.tree.map_or(&[][..], |tree| tree.mistakes());
    let expansions = Expansions::of(subject);
    for (name, value) in map.members() {
        let disturbed = || mistakes.iter().any(|mistake| value.span().contains(mistake.span));
        if is_fine(value) || expansions.leave_open(subject, value) || disturbed() {
            continue;
        }
        report(subject, name, value, sink);
    }
}

/// True for `{}`, where members that are `null` count as absent, and for `null`, of which another rule says where it may stand.
fn is_fine(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Object => value.members().all(|(_, value)| value.kind() == Kind::Null),
        _ => false,
    }
}

fn report(subject: &Subject<'_>, name: Node<'_>, value: Node<'_>, sink: &mut Sink<'_>) {
    let returned = ["principalId", "clientId"].iter().any(|it| value.member(it).is_some());
    let message = match value.kind() {
        Kind::Object if returned => "the value of an id is what GET returned, where `{}` is due",
        Kind::Object => "the value of an id has members, where `{}` is due",
        _ => "the value of an id is not `{}`",
    };
    let help = match method(subject) {
        Some(Method::Patch) => "`{}` assigns the identity, `null` takes it away; nothing else is taken",
        _ => "`{}` assigns the identity; nothing else is taken",
    };
    let id = name.as_str().unwrap_or_default().into_owned();
    let draft = subject
        .at_node(&RULE, value, message)
        .help(help)
        .fix("write `{}`", &[Edit::replace(value.span(), "{}")]);
    sink.push(answered(draft, RefusalKind::ValueNotEmpty(id)));
}
