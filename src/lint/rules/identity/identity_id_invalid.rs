#![doc = include_str!("../../../../docs/rules/identity-id-invalid.md")]

use super::layout::smallest_edit;
use super::view::{Id, answered, ids, is_verbatim};
use crate::arm::{IdentityForm, RefusalKind, ResourceIdError, parse_user_assigned};
use crate::lint::rule::rule;
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
