#![doc = include_str!("../../../../docs/rules/control-character.md")]

use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "control-character",
    Syntax,
    Error,
    Always,
    "a line break or another control character stands in a string",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::ControlCharacter {
        return;
    }
    let (what, escape) = match subject.written(mistake.span).chars().next() {
        Some('\n' | '\r') => ("a line break".to_owned(), "\\n"),
        Some('\t') => ("a tab".to_owned(), "\\t"),
        other => (format!("the control character U+{:04X}", other.map_or(0, u32::from)), "its escape"),
    };
    let escape = if escape.starts_with('\\') { format!("`{escape}`") } else { escape.to_owned() };
    let mut draft = subject
        .at(&RULE, mistake.span, format!("{what} stands inside a string"))
        .help(format!("write {escape}, or end the string before it"));
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "write the escapes", &repair.edits);
    }
    sink.push(draft);
}
