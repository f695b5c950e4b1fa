//! Applying what the findings offer, until nothing changes.

use super::{Finding, Options, Severity, check};
use crate::container::Kind;
use crate::text::{Edit, Source};

/// Rounds of checking and fixing; fixes that still change something then would do so for ever.
const MAX_PASSES: usize = 10;

/// A source after its fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The source as it is now.
    pub source: Source,
    /// How many fixes were applied.
    pub applied: usize,
    /// What is left.
    pub findings: Vec<Finding>,
}

/// Applies the safe fixes of `source`, and with `unsafe_too` the others, round by round until nothing
/// changes. A fix that would add an error is left out.
pub fn fix(source: Source, kind: Kind, options: &Options, unsafe_too: bool) -> Fixed {
    let mut source = source;
    let mut findings = check(&source, kind, options);
    let mut applied = 0;
    // What was tried and refused: the rule and the text it would have written.
    let mut refused: Vec<(&'static str, Vec<Edit>)> = Vec::new();
    for _ in 0..MAX_PASSES {
        let mut chosen: Vec<&Finding> = Vec::new();
        for finding in &findings {
            let Some(fix) = &finding.fix else { continue };
            let known = refused.iter().any(|(rule, edits)| *rule == finding.rule.name && *edits == fix.edits);
            if (fix.safe || unsafe_too) && !known && !chosen.iter().any(|other| conflict(other, finding)) {
                chosen.push(finding);
            }
        }
        if chosen.is_empty() {
            break;
        }
        let mut taken: Vec<&Finding> = Vec::new();
        take(&source, kind, options, errors(&findings), &chosen, &mut taken);
        for finding in
            chosen.iter().filter(|finding| !taken.iter().any(|other| std::ptr::eq(*other, **finding)))
        {
            refused.extend(finding.fix.as_ref().map(|fix| (finding.rule.name, fix.edits.clone())));
        }
        if taken.is_empty() {
            continue;
        }
        let Some(next) = apply(&source, &taken) else { break };
        applied += taken.len();
        findings = check(&next, kind, options);
        source = next;
    }
    Fixed { source, applied, findings }
}

/// Adds those of `chosen` to `taken` that together add no error: all, or the halves that do not.
fn take<'f>(
    source: &Source,
    kind: Kind,
    options: &Options,
    limit: usize,
    chosen: &[&'f Finding],
    taken: &mut Vec<&'f Finding>,
) {
    let mut open = vec![chosen];
    while let Some(part) = open.pop() {
        let mut tried = taken.clone();
        tried.extend(part);
        let harmless =
            apply(source, &tried).is_some_and(|next| errors(&check(&next, kind, options)) <= limit);
        if harmless {
            taken.extend(part);
        } else if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            open.push(second);
            open.push(first);
        }
    }
}

fn apply(source: &Source, findings: &[&Finding]) -> Option<Source> {
    let edits: Vec<Edit> = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .flat_map(|fix| fix.edits.iter().cloned())
        .collect();
    let bytes = source.edited(&edits).ok()?.into_owned();
    Some(source.with_bytes(bytes))
}

fn errors(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

/// Two fixes want the same place; the later one waits for the next round.
fn conflict(a: &Finding, b: &Finding) -> bool {
    let (Some(a), Some(b)) = (&a.fix, &b.fix) else { return false };
    a.edits.iter().any(|a| b.edits.iter().any(|b| a.span.overlaps(b.span) || a.span.start == b.span.start))
}
