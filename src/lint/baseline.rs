//! Findings that are known and not to be told again: a project with old documents starts with those, and hears
//! only of what is new.
//!
//! Known findings are recognised by their [`Fingerprint`], not by their line.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Finding, Fingerprint, Options, Secret, find_rule};
use crate::text::{Source, Span};

/// The version of the file's form.
const VERSION: u64 = 1;

/// Why a text is not a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON, or not what is expected.
    #[error("no baseline: {0}; `--write-baseline` writes one")]
    Form(serde_json::Error),
    /// It is one of another version of this program.
    #[error(
        "a baseline of version {0}, and this program reads version {VERSION}; write it anew with `--write-baseline`"
    )]
    Version(u64),
    /// A hash is none.
    #[error("no baseline: `{0}` is not a hash; `--write-baseline` writes one")]
    Hash(String),
}

/// Known findings by file.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    files: BTreeMap<String, Arc<Known>>,
}

/// The known findings of one file.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By content: the rule, and how many look the same.
    counts: HashMap<u128, (String, u32)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u64,
    findings: BTreeMap<String, Vec<Row>>,
}

/// Only this much is read of a file whose version is not known yet.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    content: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u32,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_one(count: &u32) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads what [`Baseline::to_json`] wrote.
    ///
    /// # Errors
    /// [`BaselineError`] if it is something else, or of another version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let head: Head = serde_json::from_str(text).map_err(BaselineError::Form)?;
        if head.version != VERSION {
            return Err(BaselineError::Version(head.version));
        }
        let file: File = serde_json::from_str(text).map_err(BaselineError::Form)?;
        let mut files = BTreeMap::new();
        for (path, rows) in file.findings {
            let mut known = Known::default();
            for row in rows {
                let hash = u128::from_str_radix(&row.content, 16);
                let content = hash.map_err(|_| BaselineError::Hash(row.content))?;
                let count = &mut known.counts.entry(content).or_insert((row.rule, 0)).1;
                *count = count.saturating_add(row.count);
            }
            files.insert(path, Arc::new(known));
        }
        Ok(Self { files })
    }

    /// The baseline as it is kept: JSON with one finding a line, in an order that does not depend on the run.
    pub fn to_json(&self) -> String {
        let findings = self.files.iter().map(|(path, known)| {
            let mut rows: Vec<Row> = known
                .counts
                .iter()
                .map(|(content, (rule, count))| Row {
                    rule: rule.clone(),
                    content: format!("{content:032x}"),
                    count: *count,
                })
                .collect();
            rows.sort_unstable();
            (path.clone(), rows)
        });
        let file = File { version: VERSION, findings: findings.collect() };
        // No map has keys that are not strings: nothing can fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// Takes the findings of the file at `path` up.
    pub fn insert(&mut self, path: impl Into<String>, known: Known) {
        if !known.counts.is_empty() {
            self.files.insert(path.into(), Arc::new(known));
        }
    }

    /// The known findings of the file at `path`.
    pub fn of(&self, path: &str) -> Option<&Arc<Known>> {
        self.files.get(path)
    }

    /// The files that have known findings, each with their number.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, known)| (path.as_str(), known.len()))
    }

    /// The number of known findings.
    pub fn len(&self) -> usize {
        self.files.values().map(|known| known.len()).sum()
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Known {
    /// The findings of a file, all of them, in the order of the text.
    pub fn new(source: &Source, findings: &[Finding], secrets: &[Secret]) -> Self {
        let mut known = Self::default();
        let prints = Fingerprint::of(source, findings, &sorted(secrets));
        for (finding, print) in findings.iter().zip(prints) {
            known.counts.entry(print.content).or_insert_with(|| (finding.rule.name.to_owned(), 0)).1 += 1;
        }
        known
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        self.counts.values().map(|(_, count)| *count as usize).sum()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Takes what is known out of `findings`; returns the number of those known that are gone. Rules that do not
    /// run are not expected to find anything.
    pub(super) fn leave_out(
        &self,
        source: &Source,
        secrets: &[Secret],
        options: &Options,
        findings: &mut Vec<Finding>,
    ) -> usize {
        let prints = Fingerprint::of(source, findings, &sorted(secrets));
        let expected = |rule: &str| find_rule(rule).is_none_or(|rule| options.admits(rule));
        let mut stale: usize =
            self.counts.values().filter(|(rule, _)| expected(rule)).map(|(_, count)| *count as usize).sum();
        let mut prints = prints.into_iter();
        findings.retain(|_| {
            let Some(print) = prints.next() else { return true };
            let known = self.counts.get(&print.content).is_some_and(|(_, count)| print.ordinal < *count);
            stale = stale.saturating_sub(usize::from(known));
            !known
        });
        stale
    }
}

/// The bytes of the secrets in order, none overlapping another.
fn sorted(secrets: &[Secret]) -> Vec<Span> {
    let mut spans: Vec<Span> = secrets.iter().map(|secret| secret.span).collect();
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            *last = last.cover(*next);
        }
        touches
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::Kind;
    use crate::lint::{examine, inspect};

    const BODY: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;

    fn known(text: &str) -> Baseline {
        let source = Source::new("x.json", text);
        let (findings, secrets) = inspect(&source, Kind::Json, &Options::default());
        let mut baseline = Baseline::default();
        baseline.insert("x.json", Known::new(&source, &findings, &secrets));
        Baseline::parse(&baseline.to_json()).unwrap()
    }

    fn left(text: &str, baseline: &Baseline) -> (Vec<&'static str>, usize) {
        let options = Options { known: baseline.of("x.json").cloned(), ..Options::default() };
        let found = examine(&Source::new("x.json", text), Kind::Json, &options);
        (found.findings.iter().map(|finding| finding.rule.name).collect(), found.stale)
    }

    #[test]
    fn what_is_known_is_not_told_again() {
        let baseline = known(BODY);
        let number = baseline.len();
        assert!(number > 0);
        assert_eq!(left(BODY, &baseline), (vec![], 0));
        assert_eq!(left(&format!("\n\n {BODY}"), &baseline), (vec![], 0));
        let (new, stale) = left(&BODY.replace("System", "system"), &baseline);
        assert!(new.contains(&"identity-type-split") && stale > 0, "{new:?}");
        assert_eq!(left("{}", &baseline).1, number);
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        assert!(matches!(Baseline::parse("nonsense"), Err(BaselineError::Form(_))));
        assert!(matches!(Baseline::parse("{\"version\":2,\"x\":[]}"), Err(BaselineError::Version(2))));
        let text = r#"{"version":1,"findings":{"a":[{"rule":"x","content":"g"}]}}"#;
        assert!(matches!(Baseline::parse(text), Err(BaselineError::Hash(_))));
    }
}
