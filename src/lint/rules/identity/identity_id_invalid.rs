#![doc = include_str!("../../../../docs/rules/identity-id-invalid.md")]

use super::questions::{Id, answered, denies_ids, ids, is_verbatim};
use crate::arm::expression::{IdSlip, is_computed};
use crate::arm::{
    Expression, IdentityForm, RefusalKind, ResourceIdError, is_expression, parse_user_assigned,
};
use crate::json::{Node, string_fragment};
use crate::lint::rule::rule;
use crate::lint::rules::layout::smallest_edit;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::Span;

rule!(
    "identity-id-invalid",
    Identity,
    Error,
    Sometimes,
    "the id is not the resource id of a user-assigned identity",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    for id in ids(subject, block) {
        if let Err(error) = parse_user_assigned(&id.text) {
            report(subject, &id, &error, sink);
        }
    }
    if subject.in_template() && !denies_ids(subject, block) {
        block.id_nodes().into_iter().for_each(|node| look_into(subject, node, sink));
    }
}

/// Looks at an id that an expression computes.
fn look_into(subject: &Subject<'_>, node: Node<'_>, sink: &mut Sink<'_>) {
    let Some(text) = node.as_str().filter(|text| is_computed(text) && !node.is_repaired()) else { return };
    // In the template of a policy the first bracket is escaped.
    let start = usize::from(!is_expression(&text));
    let Ok(expression) = Expression::parse(&text[start..]) else { return };
    let (Some(slip), Some(body)) = (expression.identity_slip(), subject.body) else { return };
    let Some(fragment) = string_fragment(body, node) else { return };
    let place = |span: Span| fragment.to_file(span.shift(start));
    let draft = match slip {
        IdSlip::Guid { span } => {
            let name = text.get(span.shift(start).range()).unwrap_or_default();
            subject
                .at_file(&RULE, place(span), format!("`{name}` is a GUID, where the resource id of an identity is due"))
                .help("an identity is named by its resource id: `resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', …)`")
        }
        IdSlip::Literal { kind, span, right } => {
            let draft = subject.at_file(&RULE, place(span), kind.to_string()).help(
                "the id of an identity is `resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', '{name}')`",
            );
            match right.and_then(|right| Some((right, fragment.edit(span.shift(start), right)?))) {
                Some((right, edits)) => draft.fix(format!("write `{right}`"), &edits),
                None => draft,
            }
        }
    };
    sink.push(draft.arm(
        "InvalidIdentityId",
        "The identity ids '<id>' are invalid. It must be of the following format: \
         '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/\
         Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}'.",
    ));
}

fn report(subject: &Subject<'_>, id: &Id<'_>, error: &ResourceIdError, sink: &mut Sink<'_>) {
    // What a run fills in may bring the slashes and segments that seem to be missing.
    if id.has_expansion && error.suggestion.is_none() {
        return;
    }
    let whole = id.node.content_span();
    // Without escapes the text's offsets are the string's own.
    let verbatim = is_verbatim(id);
    let place = if error.span.is_empty() || !verbatim {
        id.node.span()
    } else {
        Span::from(error.span.clone()).shift(whole.start as usize)
    };
    let mut draft = subject.at(&RULE, place, error.to_string()).help(
        "an id is `/subscriptions/{subscription}/resourceGroups/{resource group}/providers/\
         Microsoft.ManagedIdentity/userAssignedIdentities/{name}`",
    );
    if let Some(right) = error.suggestion.as_deref().filter(|_| verbatim) {
        draft = draft.fix(format!("write `{right}`"), &[smallest_edit(whole, &id.text, right)]);
    }
    let text = id.text.clone().into_owned();
    let refusal = if text.trim_start().starts_with('/') {
        RefusalKind::InvalidIds(vec![text])
    } else {
        let path = match id.property {
            IdentityForm::Ids => "identity.identityIds",
            _ => "identity.userAssignedIdentities",
        };
        RefusalKind::NotFullyQualified { id: text, path }
    };
    sink.push(answered(draft, refusal));
}
