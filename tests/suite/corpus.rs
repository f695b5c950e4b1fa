//! Real bodies and documents: what ARM accepted, and what only the published types describe.

use crate::support::needs::shared;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use armbody::container::Kind;
use armbody::lint::{Family, Finding, Options, Severity, inspect};
use armbody::text::Source;

/// The files of a class with their numbers.
fn class(name: &str) -> Vec<(String, PathBuf)> {
    let folder = shared(&format!("corpus/{name}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let number = path.file_name().unwrap().to_string_lossy().split('_').next().unwrap().to_owned();
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            files.push((number, path));
        }
    }
    files.sort();
    files
}

fn findings(path: &Path) -> (Source, Vec<Finding>) {
    let source = Source::read(path, 1 << 26).unwrap();
    let (found, _) = inspect(&source, Kind::of(path).unwrap(), &Options::default());
    (source, found)
}

/// What ARM accepted is not an error; what it refused may be.
#[test]
#[ignore = "needs the shared cases"]
fn accepted_bodies() {
    let files = class("body");
    let index = files[0].1.with_file_name("INDEX.tsv");
    let index = std::fs::read_to_string(index).unwrap();
    let accepted: BTreeSet<&str> = index
        .lines()
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            ["200", "201", "202"].contains(columns.get(4)?).then(|| columns[0].trim_start_matches("body/"))
        })
        .collect();
    let mut seen = 0;
    for (_, path) in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if accepted.contains(name.as_str()) {
            seen += 1;
            let errors: Vec<_> =
                findings(&path).1.into_iter().filter(|it| it.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
    assert!(seen >= 20, "{seen} accepted bodies");
}

/// Of resources that only the published types describe the text of requests is judged, and what the types say of their
/// bodies is never an error.
#[test]
#[ignore = "needs the shared cases"]
fn other_types() {
    let files = class("other-type");
    for (number, path) in files {
        for finding in findings(&path).1 {
            let family = finding.rule.family;
            let is_of_types = matches!(family, Family::Schema | Family::Identity);
            let is_described = is_of_types && finding.severity < Severity::Error;
            assert!(
                is_described
                    || matches!(
                        family,
                        Family::Request | Family::Quoting | Family::Secret | Family::Template
                    ),
                "{number}: {finding:?}"
            );
        }
    }
}
