//! Where findings go, and which of them are kept.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{Draft, Subject};
use crate::json::Node;
use crate::lint::{Finding, Rule, Severity};
use crate::text::{Span, steps};

/// Findings that are kept of one file. Those behind are counted.
pub const MAX_FINDINGS: usize = 10_000;

/// Findings, of which no more than [`MAX_FINDINGS`] are kept.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Those that are kept.
    pub(in crate::lint) list: Vec<Finding>,
    /// By severity the number of the others.
    pub(in crate::lint) dropped: [usize; 3],
    /// One of each kind of those that were found since the policy judged last, and how many there are of the kind.
    beyond: Vec<(Finding, usize)>,
    /// Kept elsewhere of the same file.
    before: usize,
    wanted: Arc<Wanted>,
}

/// What is asked for: nothing else counts among the findings that are not kept.
#[derive(Debug, Default)]
pub(in crate::lint) struct Wanted {
    pub(in crate::lint) select: Vec<&'static Rule>,
    pub(in crate::lint) ignore: Vec<&'static Rule>,
    pub(in crate::lint) severity: Vec<(&'static Rule, Severity)>,
}

impl Wanted {
    /// How severe a finding is, if it is asked for.
    fn severity(&self, finding: &Finding) -> Option<Severity> {
        let rule = finding.rule;
        let admits = (self.select.is_empty() || self.select.contains(&rule)) && !self.ignore.contains(&rule);
        let said = self.severity.iter().find(|(it, _)| *it == rule).map(|(_, severity)| *severity);
        admits.then_some(said.map_or(finding.severity, |said| said.min(finding.ceiling)))
    }
}

impl Findings {
    /// For findings beside `before` others of the same file.
    pub(in crate::lint) fn new(before: usize, wanted: Arc<Wanted>) -> Self {
        Self { before, wanted, ..Self::default() }
    }

    /// None yet, of the same file.
    pub(in crate::lint) fn beside(&self) -> Self {
        Self::new(self.kept(), Arc::clone(&self.wanted))
    }

    pub(in crate::lint) fn push(&mut self, finding: Finding) {
        if self.kept() < MAX_FINDINGS {
            self.list.push(finding);
            return;
        }
        let is_like = |it: &Finding| {
            (it.rule.name, it.severity, &it.doubt) == (finding.rule.name, finding.severity, &finding.doubt)
        };
        match self.beyond.iter_mut().find(|(it, _)| is_like(it)) {
            Some((_, count)) => *count += 1,
            None => self.beyond.push((finding, 1)),
        }
    }

    /// Those that are not kept and that nothing judged yet, each kind with its number.
    pub(in crate::lint) fn take_beyond(&mut self) -> Vec<(Finding, usize)> {
        std::mem::take(&mut self.beyond)
    }

    /// Counts what is not kept.
    pub(in crate::lint) fn drop_all<'f>(&mut self, beyond: impl IntoIterator<Item = (&'f Finding, usize)>) {
        for (finding, count) in beyond {
            if let Some(severity) = self.wanted.severity(finding) {
                self.dropped[severity as usize] += count;
            }
        }
    }

    /// Takes what was found elsewhere of the same file.
    pub(in crate::lint) fn append(&mut self, more: Findings) {
        let room = MAX_FINDINGS.saturating_sub(self.kept()).min(more.list.len());
        let mut list = more.list;
        self.drop_all(list[room..].iter().map(|finding| (finding, 1)));
        list.truncate(room);
        self.list.append(&mut list);
        self.drop_all(more.beyond.iter().map(|(finding, count)| (finding, *count)));
        for (sum, count) in self.dropped.iter_mut().zip(more.dropped) {
            *sum += count;
        }
    }

    /// The number of all that are kept.
    pub(in crate::lint) fn kept(&self) -> usize {
        self.before + self.list.len()
    }
}

/// Where findings go.
#[derive(Debug)]
pub(crate) struct Sink<'f> {
    findings: &'f mut Findings,
    from: usize,
    explained: Cover,
}

impl<'f> Sink<'f> {
    /// Adds to `findings`; what is in it already belongs to other calls.
    pub(crate) fn new(findings: &'f mut Findings) -> Self {
        let from = findings.list.len();
        Self { findings, from, explained: Cover::default() }
    }

    /// Takes a finding.
    pub(crate) fn push(&mut self, draft: Draft<'_>) {
        steps::count(draft.finding.message.len());
        self.explain(&draft.finding);
        self.findings.push(draft.finding);
    }

    /// Takes note of what was said elsewhere of the same text.
    pub(in crate::lint) fn explain(&mut self, finding: &Finding) {
        if finding.severity > Severity::Note {
            self.explained.add(finding.span);
        }
    }

    /// True if something is known of the bytes of `node` already: what is wrong there has been said, and a
    /// second finding would be about the same mistake.
    pub(crate) fn explained(&self, subject: &Subject<'_>, node: Node<'_>) -> bool {
        let Some(body) = subject.body else { return false };
        let span = body.to_file(node.span());
        self.explained_at(span)
    }

    /// True if an error or warning of this call shares bytes with `span` of the file.
    pub(crate) fn explained_at(&self, span: Span) -> bool {
        self.explained.meets(span)
    }

    /// Takes back this call's findings of a rule at one of `spans` of the body: another rule says more of the same
    /// mistake.
    pub(crate) fn withdraw(&mut self, subject: &Subject<'_>, rule: &Rule, spans: &[Span]) {
        let Some(body) = subject.body else { return };
        let spans: HashSet<Span> = spans.iter().map(|span| body.to_file(*span)).collect();
        let from = self.from;
        let mut at = 0;
        self.findings.list.retain(|finding| {
            at += 1;
            at <= from || finding.rule != rule || !spans.contains(&finding.span)
        });
        self.explained = Cover::default();
        for finding in &self.findings.list[from..] {
            if finding.severity > Severity::Note {
                self.explained.add(finding.span);
            }
        }
    }

    /// True if this call has a finding of the rule.
    pub(crate) fn has(&self, rule: &Rule) -> bool {
        self.findings.list[self.from..].iter().any(|finding| finding.rule == rule)
    }
}

/// Bytes that spans cover, which is asked for each of many nodes.
#[derive(Debug, Default)]
struct Cover {
    /// The end of each stretch by its start; none overlaps another.
    stretches: BTreeMap<u32, u32>,
    /// Places without bytes.
    places: BTreeSet<u32>,
}

impl Cover {
    fn add(&mut self, span: Span) {
        if span.is_empty() {
            self.places.insert(span.start);
            return;
        }
        let Span { mut start, mut end } = span;
        while let Some((&from, &to)) = self.stretches.range(..end).next_back().filter(|(_, to)| **to > start)
        {
            self.stretches.remove(&from);
            start = start.min(from);
            end = end.max(to);
        }
        self.stretches.insert(start, end);
    }

    /// True if a span that was added overlaps this one.
    fn meets(&self, span: Span) -> bool {
        let Span { start, end } = span;
        self.stretches.range(..end).next_back().is_some_and(|(_, to)| *to > start)
            || (start < end && self.places.range(start + 1..end).next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cover_meets_what_one_of_its_spans_overlaps(
            spans in prop::collection::vec((0u32..30, 0u32..6), 0..12),
            asked in (0u32..30, 0u32..6),
        ) {
            let span = |(start, len): (u32, u32)| Span { start, end: start + len };
            let mut cover = Cover::default();
            for one in &spans {
                cover.add(span(*one));
            }
            let wanted = spans.iter().any(|one| span(*one).overlaps(span(asked)));
            prop_assert_eq!(cover.meets(span(asked)), wanted);
        }
    }
}
