#![doc = include_str!("../../../../docs/rules/identity-id-case.md")]

use super::questions::{ids, is_verbatim};
use crate::arm::parse_user_assigned;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::{Edit, Span};

rule!(
    "identity-id-case",
    Identity,
    Note,
    Sometimes,
    "a segment of the id is right but for its case",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    for id in ids(subject, block) {
        let Ok(parsed) = parse_user_assigned(&id.text) else { continue };
        let Some(first) = parsed.case_deviations.first() else { continue };
        let written = &id.text[first.span.clone()];
        let message = format!("`{written}` is documented as `{}`", first.right);
        let help = "ARM does not care; whoever compares ids as text does";
        if !is_verbatim(&id) {
            sink.push(subject.at_node(&RULE, id.node, message).help(help));
            continue;
        }
        let place = |span: &std::ops::Range<usize>| {
            Span::from(span.clone()).shift(id.node.content_span().start as usize)
        };
        let edits: Vec<Edit> = parsed
            .case_deviations
            .iter()
            .map(|deviation| Edit::replace(place(&deviation.span), deviation.right))
            .collect();
        let mut draft = subject.at(&RULE, place(&first.span), message).help(help);
        for deviation in &parsed.case_deviations[1..] {
            draft = draft.label(place(&deviation.span), format!("`{}`", deviation.right));
        }
        sink.push(draft.fix("write the documented spelling", &edits));
    }
}
