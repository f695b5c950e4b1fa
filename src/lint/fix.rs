//! Applying what the findings offer, until nothing changes.

use std::collections::{BTreeMap, HashSet};

use super::{Family, Finding, Options, Secret, Severity, check, inspect};
use crate::container::Kind;
use crate::text::{Edit, Source, Span, places_after};

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
    refused: Refused,
    checked: u64,
}

/// Fixes that were tried and left out: the rule and what they would have written.
type Refused = HashSet<(&'static str, Vec<Edit>)>;

impl Fixed {
    /// The bytes that were checked on the way: the work, which grows as the file does.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// Takes those fixes from `findings` of [`Fixed::source`] that were tried and left out: they are not offered.
    pub fn without_refused(&self, findings: &mut [Finding]) {
        take_refused(&self.refused, findings);
    }
}

/// Applies the safe fixes of `source`, and with `unsafe_too` the others, round by round until nothing
/// changes. A fix that would add an error is left out, and so is one after which the same is asked for again.
pub fn fix(source: Source, kind: Kind, options: &Options, unsafe_too: bool) -> Fixed {
    let mut source = source;
    let mut work = Work::on(&source);
    let (mut findings, secrets) = inspect(&source, kind, options);
    let mut applied = 0;
    let mut refused = Refused::new();
    let mut passes = 0;
    let mut since_refused = 0;
    while passes < MAX_PASSES {
        let mut chosen: Vec<&Finding> = Vec::new();
        let mut places = Places::default();
        for finding in &findings {
            let Some(fix) = &finding.fix else { continue };
            // The later of two fixes that want the same place waits for the next round.
            if (fix.safe || unsafe_too) && !is_refused(&refused, finding) && places.take(&fix.edits) {
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
        let is_broken = is_broken(&findings);
        let limit = errors(&findings, is_broken);
        let next = take(&source, &chosen, &mut taken, &mut work, |tried, next| {
            let left = check(next, kind, options);
            (errors(&left, is_broken) <= limit && !is_in_vain(&source, tried, &left)).then_some(left)
        });
        let is_taken: HashSet<*const Finding> =
            taken.iter().map(|finding| std::ptr::from_ref(*finding)).collect();
        for finding in chosen.iter().filter(|finding| !is_taken.contains(&std::ptr::from_ref(**finding))) {
            refused.extend(finding.fix.as_ref().map(|fix| (finding.rule.name, fix.edits.clone())));
        }
        let Some((next, left)) = next else {
            if work.is_done() {
                break;
            }
            continue;
        };
        passes += 1;
        applied += taken.len();
        since_refused = if refused.is_empty() { 0 } else { taken.len() };
        (source, findings) = (next, left);
        if work.is_done() {
            break;
        }
    }
    take_refused(&refused, &mut findings);
    Fixed { source, applied, findings, secrets, refused, checked: work.checked }
}

fn take_refused(refused: &Refused, findings: &mut [Finding]) {
    for finding in findings {
        if is_refused(refused, finding) {
            finding.fix = None;
        }
    }
}

fn is_refused(refused: &Refused, finding: &Finding) -> bool {
    // Nearly always none was.
    !refused.is_empty()
        && finding.fix.as_ref().is_some_and(|fix| refused.contains(&(finding.rule.name, fix.edits.clone())))
}

/// How much is checked to find out which of many fixes do harm: a small file is checked often, a large one some times,
/// over all rounds together, so that the work grows as the file does.
struct Work {
    checked: u64,
    limit: u64,
}

impl Work {
    /// Bytes that are checked of any file.
    const BYTES: u64 = 2 << 20;
    /// How often a file is checked at least.
    const CHECKS: u64 = 24;
    /// How often at most.
    const MOST: u64 = 128;

    fn on(source: &Source) -> Self {
        let len = source.bytes().len() as u64;
        let least = len.saturating_mul(Self::CHECKS);
        Self { checked: len, limit: least.max(Self::BYTES.min(len.saturating_mul(Self::MOST))) }
    }

    fn is_done(&self) -> bool {
        self.checked >= self.limit
    }
}

/// Adds those of `chosen` to `taken` that together are `good`: all, or the halves that are; gives the source after
/// them and what is left to say of it. What is not found out in reasonable time is left out.
fn take<'f>(
    source: &Source,
    chosen: &[&'f Finding],
    taken: &mut Vec<&'f Finding>,
    work: &mut Work,
    good: impl Fn(&[&Finding], &Source) -> Option<Vec<Finding>>,
) -> Option<(Source, Vec<Finding>)> {
    let mut best = None;
    let mut open = vec![chosen];
    while let Some(part) = open.pop().filter(|_| !work.is_done()) {
        let mut tried = taken.clone();
        tried.extend(part);
        let next = apply(source, &tried);
        work.checked += next.as_ref().map_or(0, |next| next.bytes().len() as u64);
        let good = next.and_then(|next| good(&tried, &next).map(|left| (next, left)));
        if good.is_some() {
            taken.extend(part);
            best = good;
        } else if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            open.push(second);
            open.push(first);
        }
    }
    best
}

fn apply(source: &Source, findings: &[&Finding]) -> Option<Source> {
    let edits: Vec<Edit> = findings.iter().flat_map(|finding| edits(finding)).cloned().collect();
    let bytes = source.edited(&edits).ok()?.into_owned();
    Some(source.with_bytes(bytes))
}

/// True if one of the `left` findings wants to write beside what a fix wrote for the same rule once more what that
/// fix wrote, which did not reach what it was for, or if it wants to undo what was done: two rules that do not agree
/// would do so for ever.
fn is_in_vain(source: &Source, tried: &[&Finding], left: &[Finding]) -> bool {
    let mut made: Vec<(&str, &Edit)> = tried
        .iter()
        .flat_map(|finding| edits(finding).iter().map(|edit| (finding.rule.name, edit)))
        .collect();
    made.sort_by_key(|(_, edit)| (edit.span.start, edit.span.end));
    let places: Vec<Span> = places_after(made.iter().map(|(_, edit)| *edit)).collect();
    let undoes = |again: &Edit| {
        let from = places.partition_point(|place| place.start < again.span.start);
        let there =
            places[from..].iter().zip(&made[from..]).take_while(|(place, _)| place.start == again.span.start);
        there.into_iter().any(|(place, (_, edit))| {
            *place == again.span && source.text().get(edit.span.range()) == Some(&again.text)
        })
    };
    let repeats = |again: &Edit, rule: &str| {
        let from = places.partition_point(|place| place.end < again.span.start);
        let beside =
            places[from..].iter().zip(&made[from..]).take_while(|(place, _)| place.start <= again.span.end);
        beside
            .into_iter()
            .any(|(_, (by, edit))| *by == rule && !edit.text.is_empty() && edit.text == again.text)
    };
    left.iter().any(|finding| {
        let edits = edits(finding);
        !edits.is_empty() && edits.iter().all(undoes)
            || edits.iter().any(|again| repeats(again, finding.rule.name))
    })
}

fn edits(finding: &Finding) -> &[Edit] {
    finding.fix.as_ref().map_or(&[], |fix| &fix.edits)
}

/// True if a text is not JSON as it stands.
fn is_broken(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error && finding.rule.family == Family::Syntax)
}

/// The number of errors. The language of templates is read of a text that is JSON only: what is wrong in it was there
/// before a mistake of syntax was fixed, though nobody looked.
fn errors(findings: &[Finding], was_broken: bool) -> usize {
    let counts = |finding: &&Finding| {
        finding.severity == Severity::Error && !(was_broken && finding.rule.family == Family::Template)
    };
    findings.iter().filter(counts).count()
}

/// Places that edits take, none of which overlap: the end of each by its start.
#[derive(Default)]
struct Places(BTreeMap<u32, u32>);

impl Places {
    /// Takes the places of `edits` if all of them are free.
    fn take(&mut self, edits: &[Edit]) -> bool {
        if !edits.iter().all(|edit| self.is_free(edit.span)) {
            return false;
        }
        for edit in edits {
            let end = self.0.entry(edit.span.start).or_default();
            *end = edit.span.end.max(*end);
        }
        true
    }

    /// True if nothing is changed within `span`, and nothing begins where it does.
    fn is_free(&self, span: Span) -> bool {
        let before = self.0.range(..=span.start).next_back();
        let behind = self.0.range(span.start + 1..).next();
        before.is_none_or(|(start, end)| *start < span.start && *end <= span.start)
            && behind.is_none_or(|(start, _)| *start >= span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_broken_template_hid_does_not_hold_up_a_fix() {
        let text = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.Compute/virtualMachines",
            "apiVersion":"2024-07-01","name":"[parameters('none')]","location":"w",
            "identity":{"type":"SystemAssigned","UserAssigned"}}]}"#;
        let fixed = fix(Source::new("main.json", text), Kind::Json, &Options::default(), false);
        assert_eq!(fixed.applied, 1);
        let named = |name: &str| fixed.findings.iter().any(|finding| finding.rule.name == name);
        assert!(named("undefined-parameter") && !named("identity-type-split"));
    }

    #[test]
    fn places_are_taken_once() {
        let mut places = Places::default();
        let mut take = |spans: &[(usize, usize)]| {
            let edits: Vec<Edit> =
                spans.iter().map(|(start, end)| Edit::delete(Span::new(*start, *end))).collect();
            places.take(&edits)
        };
        assert!(take(&[(3, 8), (10, 10)]));
        for wanted in [(3, 3), (3, 4), (5, 5), (7, 9), (2, 4), (0, 20), (10, 10), (10, 12), (9, 11)] {
            assert!(!take(&[wanted]), "{wanted:?}");
        }
        // All of a fix, or nothing of it.
        assert!(!take(&[(20, 21), (4, 5)]));
        for free in [(8, 9), (0, 3), (11, 12), (20, 21)] {
            assert!(take(&[free]), "{free:?}");
        }
    }
}
