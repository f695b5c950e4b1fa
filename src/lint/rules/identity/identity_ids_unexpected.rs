#![doc = include_str!("../../../../docs/rules/identity-ids-unexpected.md")]

use super::questions::{answered, has_no_map, is_open, lack, says, spelt};
use crate::arm::{IdentityForm, IdentityType, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::rules::layout::member_with_comma;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::Edit;

rule!(
    "identity-ids-unexpected",
    Identity,
    Error,
    Always,
    "ids stand beside a `type` that has no user-assigned identities",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let (Some(identity_type), Some((_, kind))) = (says(subject, block).identity_type(), block.kind) else {
        return;
    };
    if identity_type.has_user_assigned() || lack(subject, block).is_some() || has_no_map(subject) {
        return;
    }
    let members = [(block.map, IdentityForm::Map), (block.ids, IdentityForm::Ids)];
    let Some((name, value, property)) = members.into_iter().find_map(|(member, property)| {
        let (name, value) = member?;
        // `null` is the same as no member; what cannot be read may be `null`.
        (value.kind() != Kind::Null && !is_open(subject, value)).then_some((name, value, property))
    }) else {
        return;
    };
    let right = spelt(subject, IdentityType::of(identity_type.has_system_assigned(), true));
    let property_name = name.as_str().unwrap_or_default();
    let draft = subject
        .at_node(&RULE, name, format!("`{property_name}` stands beside the type `{identity_type}`"))
        .label(kind.span(), "this type has no user-assigned identities");
    let holds_ids = value.members().next().is_some() || value.elements().next().is_some();
    let is_empty = matches!(value.kind(), Kind::Object | Kind::Array) && !holds_ids && !value.is_repaired();
    let draft = match member_with_comma(block.value, name).filter(|_| is_empty) {
        // Without an id there is nothing that is lost, or that the longer type could speak of.
        Some(span) => draft
            .help(format!("take `{property_name}` away: it is empty"))
            .fix(format!("take `{property_name}` away"), &[Edit::delete(span)]),
        None => draft
            .help(format!("write `{right}` as the type, or take `{property_name}` away"))
            .unsafe_fix(format!("write `{right}` as the type"), &[Edit::replace(kind.content_span(), right)]),
    };
    sink.push(answered(
        draft,
        match property {
            IdentityForm::Ids => RefusalKind::IdentityIdsBesideType(identity_type),
            _ => RefusalKind::IdsUnsupported,
        },
    ));
}
