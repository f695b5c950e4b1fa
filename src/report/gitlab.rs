//! GitLab's Code Quality report: one JSON array.

use serde::Serialize;

use super::place::ends;
use super::{Checked, Row, each, is_array_of};
use crate::lint::{Fingerprint, Severity};
use crate::shown;
use crate::text::{Position, Shown};

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
    /// The same in another way, with columns: readers take either.
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: At,
    end: At,
}

/// From 1, the column in characters.
#[derive(Serialize)]
struct At {
    line: u32,
    column: u32,
}

impl From<Position> for At {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) const ROW: Row = Row {
    name: "gitlab",
    is_for_reading: false,
    roots: Some(&["CI_PROJECT_DIR"]),
    begin: "[\n",
    between: ",\n",
    is_document: false,
    render: |page| render(page.file, page.path),
    end: |_, begun| shown!("{}", if begun { "\n]\n" } else { "[]\n" }),
    is_begun_by: |text| is_array_of(text, "check_name"),
};

pub(super) fn render(file: Checked<'_>, path: &str) -> Shown {
    let prints = Fingerprint::of(file.source, file.findings, file.mask.spans());
    each(file, file.findings, ",\n", |at, finding| {
        let (start, end) = ends(file.source, finding.span);
        let issue = Issue {
            description: &file.mask.hide(&finding.message),
            check_name: finding.rule.name,
            fingerprint: prints[at].within(path),
            severity: level(finding.severity),
            location: Location {
                path,
                lines: Lines { begin: start.line, end: end.line },
                positions: Positions { begin: start.into(), end: end.into() },
            },
        };
        Shown::json(&issue)
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}
