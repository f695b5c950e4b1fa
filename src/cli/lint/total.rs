//! What all files come to.

use armbody::lint::{Severity, rules};
use armbody::report::{Coverage, Pipeline, Summary};
use armbody::shown;
use armbody::text::Shown;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::files::{Passed, Skip};
use super::{Args, Done};
use crate::cli::Status;

#[derive(Default)]
pub(super) struct Total {
    worst: Option<Severity>,
    fails: bool,
    counts: [usize; 3],
    fixable: usize,
    applied: usize,
    /// Files that fixes would change.
    changed: usize,
    faulty: bool,
    /// Known findings that are gone.
    pub(super) stale: usize,
    /// By a rule's name the number of its findings, and of those that a safe fix fixes.
    rules: HashMap<&'static str, [usize; 2]>,
    /// Files that were looked at.
    checked: usize,
    skipped: BTreeMap<Skip, usize>,
    in_baseline: usize,
    below: usize,
    unread_bodies: usize,
    problems: Vec<String>,
    told: HashSet<String>,
}

impl Total {
    pub(super) fn add(&mut self, done: Done) {
        self.worst = self.worst.max(done.worst);
        self.fails |= done.fails;
        for (sum, count) in self.counts.iter_mut().zip(done.counts) {
            *sum += count;
        }
        self.fixable += done.fixable;
        self.applied += done.applied;
        self.changed += usize::from(done.changes);
        self.faulty |= done.faulty;
        self.stale += done.stale;
        for (rule, [found, fixable]) in done.rules {
            let counts = self.rules.entry(rule.name).or_default();
            counts[0] += found;
            counts[1] += fixable;
        }
        match done.skipped {
            Some(why) => *self.skipped.entry(why).or_default() += 1,
            None => self.checked += usize::from(done.problem.is_none()),
        }
        self.in_baseline += done.in_baseline;
        self.below += done.below;
        self.unread_bodies += done.unread_bodies;
        // One configuration that is wrong is wrong for many files.
        if let Some(problem) = done.problem.filter(|problem| self.told.insert(problem.clone())) {
            self.problems.push(problem);
        }
    }

    /// What only the whole run knows: what it passed over, and how many calls' files were read.
    pub(super) fn end(&mut self, passed: &Passed, followed: usize) {
        for (why, count) in passed.skipped() {
            *self.skipped.entry(why).or_default() += count;
        }
        self.unread_bodies = self.unread_bodies.saturating_sub(followed);
    }

    /// True if nothing was looked at, and nothing went wrong either.
    pub(super) fn is_nothing(&self) -> bool {
        self.checked == 0 && self.problems.is_empty() && self.counts == [0; 3]
    }

    /// True if the problem was told before.
    pub(super) fn has_told(&self, problem: &str) -> bool {
        self.told.contains(problem)
    }

    pub(super) fn summary(&self, args: &Args) -> Summary {
        Summary {
            fails: self.status(args) != Status::Clean,
            worst: self.worst,
            rules: rules().filter(|rule| self.rules.contains_key(rule.name)).collect(),
            problems: self.problems.clone(),
            faulty: self.faulty,
            category: std::env::var("ARMBODY_CATEGORY").ok().filter(|category| !category.is_empty()),
            pipeline: Pipeline::of(|name| std::env::var(name).ok()),
            coverage: Coverage {
                checked: self.checked,
                skipped: self.skipped.iter().map(|(why, count)| (why.as_str(), *count)).collect(),
                in_baseline: self.in_baseline,
                below: self.below,
                unread_bodies: self.unread_bodies,
            },
        }
    }

    pub(super) fn status(&self, args: &Args) -> Status {
        if self.faulty || !self.problems.is_empty() {
            return Status::Failed;
        }
        let found = if args.diff { self.changed > 0 } else { self.fails };
        if found && !args.exit_zero { Status::Findings } else { Status::Clean }
    }

    /// The findings by rule, the most frequent first.
    pub(super) fn statistics(&self) -> Shown {
        let rows = self.ranked();
        let mut out = Shown::default();
        if !rows.is_empty() {
            out.push(&shown!("findings  fixable  rule\n"));
        }
        for ([found, fixable], name) in rows {
            out.push(&shown!("{:8}  {:7}  {}\n", found, fixable, name));
        }
        out
    }

    /// The same as data.
    pub(super) fn statistics_as_data(&self) -> Shown {
        #[derive(Serialize)]
        struct Row {
            rule: &'static str,
            findings: usize,
            fixable: usize,
        }
        let rows = self.ranked().into_iter();
        let rows: Vec<Row> =
            rows.map(|([findings, fixable], rule)| Row { rule, findings, fixable }).collect();
        shown!("{}\n", Shown::json(&rows))
    }

    /// The rules, the most frequent first, each with the number of its findings and of those that a safe fix fixes.
    fn ranked(&self) -> Vec<([usize; 2], &'static str)> {
        let mut rows: Vec<_> = self.rules.iter().map(|(name, counts)| (*counts, *name)).collect();
        rows.retain(|([found, _], _)| *found > 0);
        rows.sort_by(|(a, one), (b, other)| b[0].cmp(&a[0]).then(one.cmp(other)));
        rows
    }

    /// What was found, in one line.
    pub(super) fn line(&self, args: &Args) -> Shown {
        let mut line = Shown::default();
        if self.applied > 0 {
            let fixes = if self.applied == 1 { "fix" } else { "fixes" };
            line = shown!("{} {} applied; ", self.applied, fixes);
        }
        if args.diff {
            return match self.changed {
                0 => shown!("nothing to fix{}", self.coverage(" in ")),
                changed => shown!("--fix would change {}{}", changed, self.coverage(" of ")),
            };
        }
        let [notes, warnings, errors] = self.counts;
        if notes + warnings + errors == 0 {
            let verdict = if self.checked == 0 { "nothing was checked" } else { "nothing wrong" };
            line.push(&shown!("{}", verdict));
        } else {
            let counts = [count(errors, "error"), count(warnings, "warning"), count(notes, "note")];
            line.push(&Shown::joined(counts, ", "));
        }
        line.push(&self.coverage(" in "));
        if self.fixable > 0 {
            line.push(&shown!("; {} fixable with --fix", self.fixable));
        }
        if self.stale > 0 {
            line.push(&shown!("; {} of the baseline no longer found", count(self.stale, "entry")));
        }
        line
    }
}

impl Total {
    /// In how many files, and what was not looked at: ` in 12 files (1 not looked at: 1 excluded)`.
    fn coverage(&self, joint: &'static str) -> Shown {
        let mut more = Vec::new();
        if !self.skipped.is_empty() {
            let reasons = Shown::joined(self.skipped.iter().map(|(why, count)| why.words(*count)), ", ");
            more.push(shown!("{} not looked at: {}", self.skipped.values().sum::<usize>(), reasons));
        }
        match self.unread_bodies {
            0 => {}
            1 => more.push(shown!("1 call whose body could not be read")),
            count => more.push(shown!("{} calls whose bodies could not be read", count)),
        }
        if self.in_baseline > 0 {
            more.push(shown!("{} in the baseline", count(self.in_baseline, "finding")));
        }
        if self.below > 0 {
            more.push(shown!("{} not shown", count(self.below, "finding")));
        }
        let files = match self.checked {
            0 => Shown::default(),
            checked => shown!("{}{}", joint, count(checked, "file")),
        };
        if more.is_empty() { files } else { shown!("{} ({})", files, Shown::joined(more, "; ")) }
    }
}

/// `1 note`, `2 notes`.
pub(super) fn count(number: usize, noun: &'static str) -> Shown {
    match (number, noun.strip_suffix('y')) {
        (1, _) => shown!("1 {}", noun),
        (_, Some(stem)) => shown!("{} {}ies", number, stem),
        (_, None) => shown!("{} {}s", number, noun),
    }
}
