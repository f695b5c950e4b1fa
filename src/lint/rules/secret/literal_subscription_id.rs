#![doc = include_str!("../../../../docs/rules/literal-subscription-id.md")]

use crate::lint::rule::rule;
use crate::lint::rules::request::ids;
use crate::lint::rules::request::style::{self, Stands};
use crate::lint::{Check, Sink, Subject};

rule!(
    "literal-subscription-id",
    Secret,
    Warning,
    Sometimes,
    "somebody's subscription is named",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if !subject.is_arm() {
        return;
    }
    // What a variable holds is told where it is written, if that is part of a call.
    let found = ids::real_subscriptions(subject).filter(|one| !one.part.is_derived(one.span));
    for group in ids::by_text(found) {
        let Some((first, others)) = group.split_first() else { continue };
        let mut draft = subject
            .at_file(&RULE, first.in_file(), "the subscription looks like somebody's own")
            .help("write a placeholder, so that nobody works on it by mistake");
        for other in others {
            draft = draft.label(other.in_file(), "and here");
        }
        let fills = group.iter().map(|one| style::fill(subject, one.part, one.span, Stands::Subscription));
        sink.push(match fills.collect::<Option<Vec<_>>>() {
            Some(edits) => draft.unsafe_fix("write a placeholder", &edits.concat()),
            None => draft,
        });
    }
}
