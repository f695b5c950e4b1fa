#![doc = include_str!("../../../../docs/rules/identity-type-missing.md")]

use super::questions::{answered, lack, may_have, spelt};
use crate::arm::{IdentityType, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::rules::layout::{after_colon, insert_member};
use crate::lint::{Block, Check, Severity, Sink, Subject};
use crate::text::Edit;

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
    let null = block.kind.filter(|(name, kind)| kind.kind() == Kind::Null && !name.is_repaired());
    if block.kind.is_some() != null.is_some() || value.kind() != Kind::Object || value.is_repaired() {
        return;
    }
    let has_no_type = subject.identity_facts().is_some_and(|facts| !facts.has_type);
    if has_no_type || lack(subject, block).is_some() || may_have(subject, block, &["type"]) {
        return;
    }
    let (place, message) = match null {
        Some((_, kind)) => (kind, "`type` is null, which is the same as no `type`"),
        None => (block.name, "`identity` has no `type`"),
    };
    let draft = subject
        .at_node(&RULE, place, message)
        .help("ARM needs it in every request, also when only the user-assigned identities change");
    let mut draft = answered(draft, RefusalKind::MissingType);
    if let Some(facts) = subject.identity_facts() {
        draft = draft.severity(if facts.is_type_required { Severity::Warning } else { Severity::Note });
    }
    let inferred = match (value.member("principalId").is_some(), block.has_ids()) {
        (false, false) => None,
        (system_assigned, user_assigned) => {
            Some(spelt(subject, IdentityType::of(system_assigned, user_assigned)))
        }
    };
    if let (Some(inferred), Some((first, first_value)), Some(body)) =
        (inferred, value.members().next(), subject.body)
    {
        let edit = if let Some((_, kind)) = null {
            Edit::replace(kind.span(), format!("\"{inferred}\""))
        } else {
            let space = after_colon(body.text(), first, first_value);
            insert_member(body.text(), first, &format!("\"type\":{space}\"{inferred}\""))
        };
        draft = draft.unsafe_fix(format!("add the type that the ids speak of, `{inferred}`"), &[edit]);
    }
    sink.push(draft);
}
