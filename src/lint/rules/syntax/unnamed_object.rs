#![doc = include_str!("../../../../docs/rules/unnamed-object.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "unnamed-object",
    Syntax,
    Error,
    Sometimes,
    "an object stands where a member's name is due",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::UnnamedObject {
        return;
    }
    let mut draft = subject
        .at(&RULE, mistake.span, "an object without a name stands among members")
        .help("take its braces away: its members belong to the object around it");
    if let Some(closer) = mistake.related {
        draft = draft.label(closer, "its closing brace");
    }
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "take the braces away", &repair.edits);
    }
    sink.push(draft);
}
