#![doc = include_str!("../../../../docs/rules/identity-type-missing.md")]

use super::layout::{after_colon, insert_member};
use super::view::{answered, lack, may_have};
use crate::arm::{IdentityType, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};

rule!(
    "identity-type-missing",
    Identity,
    Error,
    Sometimes,
    "`identity` has no `type`",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let value = block.value;
    if block.kind.is_some() || value.kind() != Kind::Object || value.is_repaired() {
        return;
    }
    if lack(subject, block).is_some() || may_have(subject, block, &["type"]) {
        return;
    }
    let draft = subject
        .at_node(&RULE, block.name, "`identity` has no `type`")
        .help("ARM needs it in every request, also when only the user-assigned identities change");
    let mut draft = answered(draft, RefusalKind::MissingType);
    let inferred = match (value.member("principalId").is_some(), block.has_ids()) {
        (false, false) => None,
        (system_assigned, user_assigned) => Some(IdentityType::of(system_assigned, user_assigned)),
    };
    if let (Some(inferred), Some((first, first_value)), Some(body)) =
        (inferred, value.members().next(), subject.body)
    {
        let space = after_colon(body.text(), first, first_value);
        let edit = insert_member(body.text(), first, &format!("\"type\":{space}\"{inferred}\""));
        draft = draft.unsafe_fix(format!("add the type that the ids speak of, `{inferred}`"), &[edit]);
    }
    sink.push(draft);
}
