//! Applying what the findings offer, until nothing changes.

use super::{Finding, Options, Secret, Severity, check, inspect};
use crate::container::Kind;
use crate::text::{Edit, Source, Span};

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
    /// What must not be shown of the source as it was.
    pub secrets: Vec<Secret>,
    /// The fixes of what is left that were tried and left out: the rule and what they would have written.
    refused: Vec<(&'static str, Vec<Edit>)>,
}

impl Fixed {
    /// Takes those fixes from `findings` of [`Fixed::source`] that were tried and left out: they are no offer.
    pub fn without_refused(&self, findings: &mut [Finding]) {
        take_refused(&self.refused, findings);
    }
}

/// Applies the safe fixes of `source`, and with `unsafe_too` the others, round by round until nothing
/// changes. A fix that would add an error is left out, and so is one after which the same is asked for again.
pub fn fix(source: Source, kind: Kind, options: &Options, unsafe_too: bool) -> Fixed {
    let mut source = source;
    let (mut findings, secrets) = inspect(&source, kind, options);
    let mut applied = 0;
    // What was tried and refused: the rule and the text it would have written.
    let mut refused: Vec<(&'static str, Vec<Edit>)> = Vec::new();
    let mut passes = 0;
    let mut since_refused = 0;
    while passes < MAX_PASSES {
        let mut chosen: Vec<&Finding> = Vec::new();
        for finding in &findings {
            let Some(fix) = &finding.fix else { continue };
            let known = refused.iter().any(|(rule, edits)| *rule == finding.rule.name && *edits == fix.edits);
            if (fix.safe || unsafe_too) && !known && !chosen.iter().any(|other| conflict(other, finding)) {
                chosen.push(finding);
            }
        }
        if chosen.is_empty() {
            if since_refused == 0 {
                break;
            }
            // What did harm before others were made may do none now.
            refused.clear();
            since_refused = 0;
            continue;
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
        passes += 1;
        applied += taken.len();
        since_refused = if refused.is_empty() { 0 } else { taken.len() };
        findings = check(&next, kind, options);
        source = next;
    }
    take_refused(&refused, &mut findings);
    Fixed { source, applied, findings, secrets, refused }
}

fn take_refused(refused: &[(&'static str, Vec<Edit>)], findings: &mut [Finding]) {
    for finding in findings {
        finding.fix.take_if(|fix| {
            refused.iter().any(|(rule, edits)| *rule == finding.rule.name && *edits == fix.edits)
        });
    }
}

/// Adds those of `chosen` to `taken` that together add no error and do what they are for: all, or the halves that do.
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
        let good = apply(source, &tried).is_some_and(|next| {
            let left = check(&next, kind, options);
            errors(&left) <= limit && !asks_again(&tried, &left)
        });
        if good {
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

/// True if one of the `left` findings wants to write beside what a fix wrote for the same rule once more what that
/// fix wrote: it did not reach what it was for.
fn asks_again(tried: &[&Finding], left: &[Finding]) -> bool {
    let edits_of = |finding: &Finding| finding.fix.as_ref().map_or_else(Vec::new, |fix| fix.edits.clone());
    let mut edits: Vec<(&str, Edit)> = tried
        .iter()
        .flat_map(|finding| edits_of(finding).into_iter().map(|edit| (finding.rule.name, edit)))
        .collect();
    edits.sort_by_key(|(_, edit)| (edit.span.start, edit.span.end));
    // Where each stands afterwards.
    let (mut added, mut taken) = (0, 0);
    for (_, edit) in &mut edits {
        let start = edit.span.start as usize + added - taken;
        taken += edit.span.len();
        added += edit.text.len();
        edit.span = Span::new(start, start + edit.text.len());
    }
    edits.retain(|(_, edit)| !edit.text.is_empty());
    left.iter().any(|finding| {
        edits_of(finding).iter().any(|again| {
            let from = edits.partition_point(|(_, edit)| edit.span.end < again.span.start);
            let beside = edits[from..].iter().take_while(|(_, edit)| edit.span.start <= again.span.end);
            beside.into_iter().any(|(rule, edit)| *rule == finding.rule.name && edit.text == again.text)
        })
    })
}

fn errors(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

/// Two fixes want the same place; the later one waits for the next round.
fn conflict(a: &Finding, b: &Finding) -> bool {
    let (Some(a), Some(b)) = (&a.fix, &b.fix) else { return false };
    a.edits.iter().any(|a| b.edits.iter().any(|b| a.span.overlaps(b.span) || a.span.start == b.span.start))
}
