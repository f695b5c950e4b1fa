//! GitLab's Code Quality report: one JSON array.

use serde::Serialize;

use super::place::ends;
use super::{Checked, each};
use crate::lint::{Fingerprint, Severity};
use crate::text::Shown;

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
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn render(file: Checked<'_>, path: &str) -> Shown {
    let prints = Fingerprint::of(file.source, file.findings, file.mask.spans());
    each(file.findings, ",\n", |at, finding| {
        let (start, end) = ends(file.source, finding.span);
        let issue = Issue {
            description: &file.mask.hide(&finding.message),
            check_name: finding.rule.name,
            fingerprint: prints[at].within(path),
            severity: level(finding.severity),
            location: Location { path, lines: Lines { begin: start.line, end: end.line } },
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
