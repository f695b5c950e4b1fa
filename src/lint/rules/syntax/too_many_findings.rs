#![doc = include_str!("../../../../docs/rules/too-many-findings.md")]

use crate::lint::rule::rule;
use crate::lint::subject::MAX_FINDINGS;
use crate::lint::{Check, Finding, Severity};
use crate::text::{Source, Span};

rule!("too-many-findings", Syntax, Note, Never, "the file has more findings than are kept", Check::Engine);

/// What stands for the findings that were not kept: as bad as the worst of them. `dropped` are their numbers by
/// severity.
pub(in crate::lint) fn finding(source: &Source, dropped: [usize; 3]) -> Option<Finding> {
    let levels = [Severity::Note, Severity::Warning, Severity::Error];
    let worst = levels.into_iter().rev().find(|level| dropped[*level as usize] > 0)?;
    let [notes, warnings, errors] = dropped;
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let rest = [count(errors, "error"), count(warnings, "warning"), count(notes, "note")].join(", ");
    Some(Finding::of_file(
        &RULE,
        worst,
        Span::at(source.text().len()),
        format!("the file has more than {MAX_FINDINGS} findings; not shown are {rest}"),
        "fix what is shown, or leave the file out, and run again",
    ))
}
