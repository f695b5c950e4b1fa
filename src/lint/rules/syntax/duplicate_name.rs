#![doc = include_str!("../../../../docs/rules/duplicate-name.md")]

use super::short;
use crate::arm::is_placeholder;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "duplicate-name",
    Syntax,
    Warning,
    Never,
    "a name stands twice in one object: the last one counts",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::DuplicateName {
        return;
    }
    let name = subject.written(mistake.span).trim_matches('"');
    let first = mistake.related.map(|span| subject.written(span).trim_matches('"'));
    // Two `<name of a variable>` are two names.
    if first == Some(name) && is_placeholder(name) {
        return;
    }
    // One slip, however often it was pasted.
    let mistakes = subject.tree.map(crate::json::Tree::mistakes).unwrap_or_default();
    let mut same = mistakes.iter().filter(|it| it.kind == mistake.kind && it.related == mistake.related);
    if same.next().is_some_and(|it| it.span != mistake.span) {
        return;
    }
    let message = match first {
        Some(first) if first != name => {
            format!("`{}` is `{}` again: ARM does not tell them apart", short(name), short(first))
        }
        _ => match same.count() {
            0 => format!("`{}` stands twice in one object", short(name)),
            more => format!("`{}` stands {} times in one object", short(name), more + 2),
        },
    };
    let mut draft = subject
        .at(&RULE, mistake.span, message)
        .help("the last one counts; keep one, or put both values into one");
    if let Some(first) = mistake.related {
        draft = draft.label(first, "the first one");
    }
    sink.push(draft);
}
