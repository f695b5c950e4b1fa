//! Findings that are known and not to be told again: a project with old documents starts with those, and hears
//! only of what is new.
//!
//! Known findings are recognised by their [`Fingerprint`], not by their line, and in a file that has another name now
//! if most of its text is what it was.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::likeness::Likeness;
use super::{Finding, Fingerprint, Options, Secret, find_rule};
use crate::text::{Source, Span};

/// The version of the file's form.
const VERSION: u64 = 2;

/// The form that version 0.1.0 wrote: findings are known by the text of their line.
const BY_LINES: u64 = 1;

/// How much of a file has to be the same, in sixteenths, for it to be one that has another name now.
const RENAMED: usize = 8;

/// Pairs of files that are compared to find those that have another name now.
const MAX_PAIRS: usize = 1 << 22;

/// Why a text is not a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not JSON, or not what is expected.
    #[error("not a baseline: {0}; `--write-baseline` writes one")]
    Form(serde_json::Error),
    /// It is one of another version of this program.
    #[error(
        "a baseline of version {0}, and this program reads versions {BY_LINES} and {VERSION}; write it anew with `--write-baseline`"
    )]
    Version(u64),
    /// A hash is none.
    #[error("not a baseline: `{0}` is not a hash; `--write-baseline` writes one")]
    Hash(String),
}

/// Known findings by file.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    files: BTreeMap<String, Arc<Known>>,
    is_old: bool,
}

/// The known findings of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// By content: the rule, and how many look the same.
    counts: Counts,
    /// Likewise, by the text of their line.
    by_lines: Counts,
    /// What the file is like, to be known by another name.
    likeness: Likeness,
}

type Counts = HashMap<u128, (String, u32)>;

/// What is left when the known findings are taken out.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// The known ones that are gone.
    pub(super) stale: usize,
    /// The known ones that are there, in the order of the text.
    pub(super) found: Vec<Finding>,
    /// What is known still.
    pub(super) known: Known,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "read before the rest is")]
    version: u64,
    findings: BTreeMap<String, Vec<Row>>,
    #[serde(default)]
    likeness: BTreeMap<String, String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// In place of the content, for what was written by version 0.1.0 and not looked at since.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u32,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_one(count: &u32) -> bool {
    *count == 1
}

fn number(counts: &Counts) -> usize {
    counts.values().map(|(_, count)| *count as usize).sum()
}

fn add(counts: &mut Counts, content: u128, rule: &str, more: u32) {
    let count = &mut counts.entry(content).or_insert_with(|| (rule.to_owned(), 0)).1;
    *count = count.saturating_add(more);
}

impl Baseline {
    /// Reads what [`Baseline::to_json`] wrote, in this version or in 0.1.0.
    ///
    /// # Errors
    /// [`BaselineError`] if it is something else, or of another version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let head: Head = serde_json::from_str(text).map_err(BaselineError::Form)?;
        if head.version != VERSION && head.version != BY_LINES {
            return Err(BaselineError::Version(head.version));
        }
        let is_old = head.version == BY_LINES;
        let file: File = serde_json::from_str(text).map_err(BaselineError::Form)?;
        let mut files = BTreeMap::new();
        for (path, rows) in file.findings {
            let mut known = Known::default();
            for row in rows {
                let (is_line, text) = match (row.content, row.line) {
                    (Some(text), None) => (is_old, text),
                    (None, Some(text)) => (true, text),
                    _ => return Err(BaselineError::Hash(String::new())),
                };
                let content = u128::from_str_radix(&text, 16).map_err(|_| BaselineError::Hash(text))?;
                let counts = if is_line { &mut known.by_lines } else { &mut known.counts };
                add(counts, content, &row.rule, row.count);
            }
            if let Some(text) = file.likeness.get(&path) {
                known.likeness = Likeness::parse(text).ok_or_else(|| BaselineError::Hash(text.clone()))?;
            }
            files.insert(path, Arc::new(known));
        }
        Ok(Self { files, is_old })
    }

    /// True if it is in the form of version 0.1.0.
    pub fn is_old(&self) -> bool {
        self.is_old
    }

    /// The baseline as it is kept: JSON with one finding a line, in an order that does not depend on the run.
    pub fn to_json(&self) -> String {
        let files = self.files.iter().map(|(path, known)| {
            let mut rows: Vec<Row> = Vec::new();
            for (counts, is_line) in [(&known.counts, false), (&known.by_lines, true)] {
                rows.extend(counts.iter().map(|(content, (rule, count))| {
                    let hash = Some(format!("{content:032x}"));
                    let (content, line) = if is_line { (None, hash) } else { (hash, None) };
                    Row { rule: rule.clone(), content, line, count: *count }
                }));
            }
            rows.sort_unstable();
            // No map has keys that are not strings: nothing can fail.
            let rows: Vec<String> = rows
                .iter()
                .map(|row| format!("\n      {}", serde_json::to_string(row).unwrap_or_default()))
                .collect();
            format!("\n    {}: [{}\n    ]", quoted(path), rows.join(","))
        });
        let likeness = self.files.iter().filter(|(_, known)| !known.likeness.is_empty());
        let likeness =
            likeness.map(|(path, known)| format!("\n    {}: \"{}\"", quoted(path), known.likeness.to_text()));
        let object = |rows: Vec<String>| {
            if rows.is_empty() { "{}".to_owned() } else { format!("{{{}\n  }}", rows.join(",")) }
        };
        format!(
            "{{\n  \"version\": {VERSION},\n  \"findings\": {},\n  \"likeness\": {}\n}}\n",
            object(files.collect()),
            object(likeness.collect()),
        )
    }

    /// Takes the findings of the file at `path` up.
    pub fn insert(&mut self, path: impl Into<String>, known: Known) {
        if !known.is_empty() {
            self.files.insert(path.into(), Arc::new(known));
        }
    }

    /// Forgets the file at `path`.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
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

    /// By the name that a file has now, the one that it is known by: those of `gone` whose text is most like that of one
    /// of `new`, which are known by no name and whose texts are likes of [`Known::like`].
    pub fn renamed(&self, gone: &[&str], new: &[(String, Known)]) -> HashMap<String, String> {
        let likes = |known: &Known| !known.likeness.is_empty();
        let gone: Vec<(&str, &Arc<Known>)> = gone
            .iter()
            .filter_map(|path| Some((*path, self.files.get(*path)?)))
            .filter(|(_, known)| likes(known))
            .collect();
        let room = MAX_PAIRS / gone.len().max(1);
        let mut pairs = Vec::new();
        for (name, known) in new.iter().take(room).filter(|(_, known)| likes(known)) {
            for (path, was) in &gone {
                let like = was.likeness.with(&known.likeness);
                if like >= RENAMED {
                    pairs.push((std::cmp::Reverse(like), *path, name.as_str()));
                }
            }
        }
        // The most alike first, each file once; among equals the order of the names decides.
        pairs.sort_unstable();
        let mut renamed = HashMap::new();
        let mut taken = HashSet::new();
        for (_, path, name) in pairs {
            if !renamed.contains_key(name) && taken.insert(path) {
                renamed.insert(name.to_owned(), path.to_owned());
            }
        }
        renamed
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Known {
    /// The findings of a file, all of them, in the order of the text.
    pub fn new(source: &Source, findings: &[Finding], secrets: &[Secret]) -> Self {
        let mut known = Self::default();
        let secrets = sorted(secrets);
        let prints = Fingerprint::of(source, findings, &secrets);
        for (finding, print) in findings.iter().zip(prints) {
            add(&mut known.counts, print.content, finding.rule.name, 1);
        }
        if !findings.is_empty() {
            known.likeness = Likeness::of(source, &secrets);
        }
        known
    }

    /// Of no finding, with what the file is like.
    pub fn like(source: &Source, secrets: &[Secret]) -> Self {
        Self { likeness: Likeness::of(source, &sorted(secrets)), ..Self::default() }
    }

    /// With what the file is like now.
    #[must_use]
    pub fn with_likeness(mut self, source: &Source, secrets: &[Secret]) -> Self {
        self.likeness = Likeness::of(source, &sorted(secrets));
        self
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        number(&self.counts) + number(&self.by_lines)
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.by_lines.is_empty()
    }

    /// Takes what is known out of `findings`. Rules that do not run are not expected to find anything.
    pub(super) fn leave_out(
        &self,
        source: &Source,
        secrets: &[Secret],
        options: &Options,
        findings: &mut Vec<Finding>,
    ) -> Left {
        let secrets = sorted(secrets);
        let prints = Fingerprint::of(source, findings, &secrets);
        let lines = if self.by_lines.is_empty() {
            Vec::new()
        } else {
            Fingerprint::of_lines(source, findings, &secrets)
        };
        let expected = |rule: &str| find_rule(rule).is_none_or(|rule| options.admits(rule));
        let mut left = Left::default();
        for (counts, kept) in
            [(&self.counts, &mut left.known.counts), (&self.by_lines, &mut left.known.by_lines)]
        {
            for (content, (rule, count)) in counts {
                if expected(rule) {
                    left.stale += *count as usize;
                } else {
                    add(kept, *content, rule, *count);
                }
            }
        }
        let has = |counts: &Counts, print: &Fingerprint| {
            counts.get(&print.content).is_some_and(|(_, count)| print.ordinal < *count)
        };
        let mut new = Vec::with_capacity(findings.len());
        for (at, finding) in findings.drain(..).enumerate() {
            let is_known = prints.get(at).is_some_and(|print| has(&self.counts, print))
                || lines.get(at).is_some_and(|print| has(&self.by_lines, print));
            match prints.get(at).filter(|_| is_known) {
                Some(print) => {
                    left.stale = left.stale.saturating_sub(1);
                    add(&mut left.known.counts, print.content, finding.rule.name, 1);
                    left.found.push(finding);
                }
                None => new.push(finding),
            }
        }
        *findings = new;
        left
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
    use crate::lint::RENAMED;
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

    /// What a rule found under the name that it had is known under the one that it has now.
    #[test]
    fn a_former_name_is_known() {
        let before = known(BODY).to_json();
        RENAMED.set(Some(("identity-type-split", &["identity-parted"])));
        let after = known(BODY).to_json();
        let prints = |json: &str| -> Vec<String> {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            let rows = value["findings"]["x.json"].as_array().unwrap();
            let of_rule = rows.iter().filter(|row| row["rule"] == "identity-type-split");
            of_rule.map(|row| row["content"].as_str().unwrap().to_owned()).collect()
        };
        assert_ne!(prints(&before), prints(&after), "the first name is what counts");
        let old = Baseline::parse(&after.replace("identity-type-split", "identity-parted")).unwrap();
        assert_eq!(left(BODY, &old), (vec![], 0));
        let known = old.of("x.json").cloned();
        let ignore = vec![find_rule("identity-parted").unwrap()];
        let options = Options { ignore, known, ..Options::default() };
        let found = examine(&Source::new("x.json", "{}"), Kind::Json, &options);
        assert_eq!(found.stale, 0, "nobody looked for it");
        RENAMED.set(None);
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        assert!(matches!(Baseline::parse("nonsense"), Err(BaselineError::Form(_))));
        assert!(matches!(Baseline::parse("{\"version\":3,\"x\":[]}"), Err(BaselineError::Version(3))));
        let text = r#"{"version":1,"findings":{"a":[{"rule":"x","content":"g"}]}}"#;
        assert!(matches!(Baseline::parse(text), Err(BaselineError::Hash(_))));
    }
}
