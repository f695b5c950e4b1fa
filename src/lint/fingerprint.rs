//! What tells one finding from another while the text around it changes: its rule, what it is about and its own text,
//! never its line.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;

use rayon::prelude::*;

use super::Finding;
use super::hash::Fnv;
use crate::text::{Source, Span};

/// Bytes of the finding's line that count on either side of it, and of the finding itself at either end: a body
/// that stands in one line of a megabyte is no reason to read it again for each finding.
const REACH: usize = 160;

/// Findings from which the trouble of handing them to another thread is worth it.
const PART: usize = 256;

/// A finding by its content: 128 bits of its rule, its call, its place in that and its own text, and which of those that
/// look the same it is.
///
/// White space does not count, nor do secrets: what a hash is made of can be guessed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// The hash of rule and text.
    pub content: u128,
    /// The number of findings before it in the file that have the same hash.
    pub ordinal: u32,
}

impl Fingerprint {
    /// The fingerprints of `findings`, which are all of the file's, in the order of the text; `secrets` are the
    /// sorted bytes that do not count.
    pub fn of<F: Borrow<Finding> + Sync>(source: &Source, findings: &[F], secrets: &[Span]) -> Vec<Self> {
        Self::by(findings, |finding| content(source, finding, secrets))
    }

    /// The fingerprints that version 0.1.0 made: of the rule and the text of the line.
    pub(super) fn of_lines(source: &Source, findings: &[Finding], secrets: &[Span]) -> Vec<Self> {
        Self::by(findings, |finding| of_line(source, finding, secrets))
    }

    fn by<F: Borrow<Finding> + Sync>(findings: &[F], content: impl Fn(&Finding) -> u128 + Sync) -> Vec<Self> {
        let content = |finding: &F| content(finding.borrow());
        let mut seen: HashMap<u128, u32> = HashMap::new();
        let contents: Vec<u128> = if findings.len() > PART {
            findings.par_iter().map(&content).collect()
        } else {
            findings.iter().map(&content).collect()
        };
        let number = |content| {
            let ordinal = seen.entry(content).and_modify(|count| *count += 1).or_default();
            Self { content, ordinal: *ordinal }
        };
        contents.into_iter().map(number).collect()
    }

    /// The fingerprint as one word, with the file's name in it: different for each finding of a run.
    pub fn within(self, path: &str) -> String {
        let mut hash = Fnv(self.content);
        hash.add(path.as_bytes());
        hash.add(&[0]);
        hash.add(&self.ordinal.to_le_bytes());
        format!("{:032x}", hash.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}:{}", self.content, self.ordinal)
    }
}

fn content(source: &Source, finding: &Finding, secrets: &[Span]) -> u128 {
    let mut hash = finding.anchor.place.clone();
    hash.add(finding.rule.first_name().as_bytes());
    hash.add(&[0]);
    hash.add(finding.subject.as_deref().unwrap_or_default().as_bytes());
    hash.add(&[0]);
    if !finding.anchor.is_whole {
        let text = source.text();
        let (start, end) = (finding.span.start as usize, finding.span.end as usize);
        let head = floor(text, end.min(start + REACH));
        let tail = floor(text, end.saturating_sub(REACH)).max(head);
        hash.add_text(source, start..head, secrets);
        hash.add_text(source, tail..end, secrets);
    }
    hash.0
}

fn of_line(source: &Source, finding: &Finding, secrets: &[Span]) -> u128 {
    let text = source.text();
    let (start, end) = (finding.span.start as usize, finding.span.end as usize);
    let before = floor(text, start.saturating_sub(REACH));
    let line_start =
        memchr::memrchr(b'\n', &text.as_bytes()[before..start]).map_or(before, |at| before + at + 1);
    let behind = floor(text, end + REACH);
    let line_end = memchr::memchr(b'\n', &text.as_bytes()[end..behind]).map_or(behind, |at| end + at);
    let head = floor(text, end.min(start + REACH));
    let tail = floor(text, end.saturating_sub(REACH)).max(head);

    let mut hash = Fnv::default();
    hash.add(finding.rule.first_name().as_bytes());
    hash.add(&[0]);
    hash.add_text(source, line_start..start, secrets);
    hash.add(&[0]);
    hash.add_text(source, start..head, secrets);
    hash.add_text(source, tail..end, secrets);
    hash.add(&[0]);
    hash.add_text(source, end..line_end, secrets);
    hash.0
}

/// The nearest character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

impl Fnv {
    /// The text without white space and with one star for each secret.
    fn add_text(&mut self, source: &Source, range: std::ops::Range<usize>, secrets: &[Span]) {
        let text = source.text();
        let mut at = range.start;
        let first = secrets.partition_point(|secret| secret.end as usize <= at);
        for secret in secrets[first..].iter().take_while(|secret| (secret.start as usize) < range.end) {
            let from = (secret.start as usize).max(at);
            self.add_words(&text[at..from]);
            self.add(b"*");
            at = (secret.end as usize).clamp(from, range.end);
        }
        self.add_words(&text[at..range.end]);
    }

    fn add_words(&mut self, text: &str) {
        text.split_whitespace().for_each(|word| self.add(word.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::Kind;
    use crate::lint::{Options, inspect};

    fn fingerprints(text: &str) -> Vec<(&'static str, Fingerprint)> {
        let source = Source::new("x.json", text);
        let (findings, _) = inspect(&source, Kind::Json, &Options::default());
        let prints = Fingerprint::of(&source, &findings, &[]);
        findings.iter().map(|finding| finding.rule.name).zip(prints).collect()
    }

    const BODY: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;

    #[test]
    fn lines_and_white_space_do_not_count() {
        let first = fingerprints(BODY);
        assert!(!first.is_empty());
        assert_eq!(first, fingerprints(&format!("\n\n  {BODY}\n\n")));
        assert_eq!(first, fingerprints(&BODY.replace(',', " , ")));
        assert_ne!(first, fingerprints(&BODY.replace("SystemAssigned\",", "None\",")));
        // Nor does what stands beside.
        let split = |text: &str| {
            let all = fingerprints(text);
            all.into_iter().find(|(rule, _)| *rule == "identity-type-split").map(|(_, print)| print)
        };
        let beside = BODY.replace("{\"identity", "{\"tags\":{\"a\":\"b\"},\"identity");
        assert_eq!(split(BODY), split(&beside));
        let elsewhere = format!("{{\"properties\":{BODY}}}");
        assert_ne!(split(BODY), split(&elsewhere));
    }

    #[test]
    fn findings_that_look_the_same_are_numbered() {
        let source = Source::new("x", format!("{BODY}\n{BODY}\n"));
        let (findings, _) = inspect(&Source::new("x", BODY), Kind::Json, &Options::default());
        let finding = findings[0].clone();
        let mut second = finding.clone();
        second.span = second.span.shift(BODY.len() + 1);
        let prints = Fingerprint::of(&source, &[finding, second], &[]);
        assert_eq!(prints[0].content, prints[1].content);
        assert_eq!((prints[0].ordinal, prints[1].ordinal), (0, 1));
        assert_ne!(prints[0].within("a"), prints[1].within("a"));
        assert_ne!(prints[0].within("a"), prints[0].within("b"));
    }

    #[test]
    fn secrets_do_not_count() {
        let (findings, _) = inspect(&Source::new("x", BODY), Kind::Json, &Options::default());
        let line = |secret: &str| {
            let source = Source::new("x", format!("{BODY} {secret} é"));
            let span = Span::new(BODY.len() + 1, BODY.len() + 1 + secret.len());
            Fingerprint::of(&source, &findings[..1], &[span])[0]
        };
        assert_eq!(line("geheim"), line("verschwiegen"));
    }

    #[test]
    fn long_lines_and_characters_of_many_bytes_are_cut_between_characters() {
        let long = "é".repeat(5_000);
        let source = Source::new("x", format!("{long}{BODY}{long}"));
        let (mut findings, _) = inspect(&Source::new("x", BODY), Kind::Json, &Options::default());
        for finding in &mut findings {
            finding.span = finding.span.shift(long.len());
        }
        findings[0].span = Span::new(0, source.text().len());
        assert_eq!(Fingerprint::of(&source, &findings, &[]).len(), findings.len());
    }
}
