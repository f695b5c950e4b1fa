//! Every error and warning on what others wrote, as each was judged: documents and templates of the corpus, templates
//! that Bicep compiled, and the bodies that Azure publishes as examples.
//!
//! `tests/data/verdicts.tsv` has one row for each rule that speaks in a case, with the places and the verdict: `right`,
//! `overstated` (something is there, but less than is said) or `wrong`. A finding that no row has, and a row that
//! nothing finds, fail the test, which prints the rows that would be right with `?` for the verdict.

#![allow(clippy::cast_precision_loss, reason = "shares in per cent of some hundreds")]

use crate::support::needs::{shared, shared_rows};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use armbody::container::Kind;
use armbody::lint::{Options, Severity, inspect};
use armbody::text::Source;
use rayon::prelude::*;

const VERDICTS: &str = include_str!("../data/verdicts.tsv");

/// What is found, and where: `(source, case, severity, rule)` to places.
type Found = BTreeMap<[String; 4], Vec<String>>;

fn add(found: &mut Found, source: &str, case: &str, file: &Source, kind: Kind) {
    let (findings, _) = inspect(file, kind, &Options::default());
    for finding in findings.iter().filter(|it| it.severity > Severity::Note) {
        let at = file.position(finding.span.start);
        let key = [source, case, finding.severity.as_str(), finding.rule.name].map(str::to_owned);
        found.entry(key).or_default().push(format!("{}:{}", at.line, at.column));
    }
}

/// A body as the file of the request that sends it.
fn request(method: &str, url: &str, version: &str, body: &serde_json::Value) -> Source {
    let path = url.split('?').next().unwrap().trim_start_matches("https://management.azure.com");
    let body = serde_json::to_string_pretty(body).unwrap();
    Source::new(
        "body.http",
        format!(
            "{method} https://management.azure.com{path}?api-version={version}\nAuthorization: Bearer {{{{token}}}}\n\
             Content-Type: application/json\n\n{body}"
        ),
    )
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|it| it.is_file())
        .collect();
    files.sort();
    files
}

/// Cases are known by what stands before the first `_` or `-` of their names.
fn number(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let number = name.split(['_', '-']).next()?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.to_owned())
}

fn of_files() -> Found {
    let mut found = Found::new();
    for class in ["article", "article-sibling", "curl-docs", "template", "body", "other-type"] {
        for path in files(&shared(&format!("corpus/{class}"))) {
            if let (Some(number), Some(kind)) = (number(&path), Kind::of(&path)) {
                let file = Source::read(&path, 1 << 26).unwrap();
                add(&mut found, class, &number, &file, kind);
            }
        }
    }
    for path in files(&shared("templates/valid")) {
        if let (Some(number), Some(kind)) = (number(&path), Kind::of(&path)) {
            let file = Source::read(&path, 1 << 26).unwrap();
            add(&mut found, "compiled", &number, &file, kind);
        }
    }
    found
}

/// The bodies of machines, scale sets and identities.
fn of_curated() -> Found {
    let folder = shared("specs/examples");
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut found = Found::new();
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let text = std::fs::read_to_string(folder.join(cells[0])).unwrap();
        let body = serde_json::from_str(&text).unwrap();
        add(&mut found, "curated", cells[0], &request(cells[3], cells[4], cells[2], &body), Kind::Http);
    }
    found
}

/// Those of all other types.
fn of_described() -> Found {
    let rows = shared_rows("azure-types/examples.jsonl");
    let parts: Vec<Found> = rows
        .par_iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            let file = request(text("method"), text("url"), text("version"), &row["body"]);
            let mut found = Found::new();
            add(&mut found, "described", text("file").trim_end_matches(".json"), &file, Kind::Http);
            found
        })
        .collect();
    parts.into_iter().flatten().collect()
}

/// The rows that are wrong, and how many findings of each severity and verdict there are.
fn compare(found: &Found, sources: &[&str]) -> (Vec<String>, BTreeMap<(String, String), usize>) {
    let mut judged: BTreeMap<[String; 4], (String, String)> = BTreeMap::new();
    for line in VERDICTS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [source, case, severity, rule, places, verdict, reason] = cells[..] else { panic!("{line}") };
        assert!(["right", "overstated", "wrong"].contains(&verdict), "not judged: {line}");
        assert!(!reason.is_empty(), "no reason: {line}");
        if sources.contains(&source) {
            let key = [source, case, severity, rule].map(str::to_owned);
            let before = judged.insert(key, (places.to_owned(), verdict.to_owned()));
            assert!(before.is_none(), "twice: {line}");
        }
    }
    let mut complaints = Vec::new();
    let mut counts = BTreeMap::new();
    for (key, places) in found {
        let places_text = places.join(" ");
        match judged.remove(key) {
            Some((known, verdict)) if known == places_text => {
                *counts.entry((key[2].clone(), verdict)).or_default() += places.len();
            }
            other => {
                let what = if other.is_some() { "elsewhere" } else { "new" };
                complaints.push(format!("{what}\t{}\t{places_text}\t?\t", key.join("\t")));
            }
        }
    }
    complaints.extend(judged.keys().map(|key| format!("gone\t{}", key.join("\t"))));
    (complaints, counts)
}

fn hold(found: &Found, sources: &[&str]) {
    let (complaints, counts) = compare(found, sources);
    for ((severity, verdict), count) in &counts {
        println!("{sources:?}: {count:5} {severity} {verdict}");
    }
    assert!(complaints.is_empty(), "{} rows:\n{}", complaints.len(), complaints.join("\n"));
    for (severity, least) in [("error", 99), ("warning", 97)] {
        let all: usize = counts.iter().filter(|((it, _), _)| it == severity).map(|(_, count)| count).sum();
        let right = counts.get(&(severity.to_owned(), "right".to_owned())).copied().unwrap_or_default();
        assert!(right * 100 >= all * least, "{right} of {all} of the severity {severity} are right");
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn documents_and_templates() {
    let sources = ["article", "article-sibling", "curl-docs", "template", "body", "other-type", "compiled"];
    hold(&of_files(), &sources);
}

#[test]
#[ignore = "needs the shared cases"]
fn official_bodies() {
    let mut found = of_curated();
    found.extend(of_described());
    hold(&found, &["curated", "described"]);
}
