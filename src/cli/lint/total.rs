//! What all files come to.

use armbody::lint::{Severity, rules};
use armbody::report::Summary;
use armbody::shown;
use armbody::text::Shown;
use std::collections::{HashMap, HashSet};

use super::{Args, Done};
use crate::cli::Status;

#[derive(Default)]
pub(super) struct Total {
    worst: Option<Severity>,
    counts: [usize; 3],
    fixable: usize,
    applied: usize,
    changes: bool,
    faulty: bool,
    /// Known findings that are gone.
    pub(super) stale: usize,
    /// By a rule's name the number of its findings, and of those that a safe fix mends.
    rules: HashMap<&'static str, [usize; 2]>,
    /// Files that could be checked.
    checked: usize,
    problems: Vec<String>,
    told: HashSet<String>,
}

impl Total {
    pub(super) fn add(&mut self, done: Done) {
        self.worst = self.worst.max(done.worst);
        for (sum, count) in self.counts.iter_mut().zip(done.counts) {
            *sum += count;
        }
        self.fixable += done.fixable;
        self.applied += done.applied;
        self.changes |= done.changes;
        self.faulty |= done.faulty;
        self.stale += done.stale;
        for (rule, [found, fixable]) in done.rules {
            let counts = self.rules.entry(rule.name).or_default();
            counts[0] += found;
            counts[1] += fixable;
        }
        self.checked += usize::from(done.problem.is_none() && !done.faulty);
        // One configuration that is wrong is wrong for many files.
        if let Some(problem) = done.problem.filter(|problem| self.told.insert(problem.clone())) {
            self.problems.push(problem);
        }
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
        }
    }

    pub(super) fn status(&self, args: &Args) -> Status {
        if self.faulty || !self.problems.is_empty() {
            return Status::Failed;
        }
        let found =
            if args.diff { self.changes } else { self.worst.is_some_and(|worst| worst >= args.fail_on) };
        if found && !args.exit_zero { Status::Findings } else { Status::Clean }
    }

    /// The findings by rule, the most frequent first.
    pub(super) fn statistics(&self) -> Shown {
        let mut rows: Vec<_> = self.rules.iter().map(|(name, counts)| (*counts, *name)).collect();
        rows.sort_by(|(a, one), (b, other)| b[0].cmp(&a[0]).then(one.cmp(other)));
        let mut out = Shown::default();
        if !rows.is_empty() {
            out.push(&shown!("findings  fixable  rule\n"));
        }
        for ([found, fixable], name) in rows {
            out.push(&shown!("{:8}  {:7}  {}\n", found, fixable, name));
        }
        out
    }

    /// What was found, in one line.
    pub(super) fn line(&self, args: &Args) -> Shown {
        let mut line = Shown::default();
        if self.applied > 0 {
            let fixes = if self.applied == 1 { "fix" } else { "fixes" };
            line = shown!("{} {} applied; ", self.applied, fixes);
        }
        if args.diff {
            let verdict = if self.changes { "--fix would change something" } else { "nothing to fix" };
            return shown!("{}{}", line, verdict);
        }
        let [notes, warnings, errors] = self.counts;
        if notes + warnings + errors == 0 {
            // Of a file that could not be checked nobody knows.
            let verdict = if self.problems.is_empty() {
                "nothing wrong"
            } else if self.checked == 0 {
                "nothing was checked"
            } else {
                "nothing wrong in what was checked"
            };
            line.push(&shown!("{}", verdict));
        } else {
            let counts = [count(errors, "error"), count(warnings, "warning"), count(notes, "note")];
            line.push(&Shown::joined(counts, ", "));
        }
        if self.fixable > 0 {
            line.push(&shown!("; --fix mends {}", self.fixable));
        }
        if self.stale > 0 {
            line.push(&shown!("; {} of the baseline no longer found", count(self.stale, "entry")));
        }
        line
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
