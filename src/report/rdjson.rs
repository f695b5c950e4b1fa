//! Reviewdog's diagnostic format: one object with all findings, which reviewdog makes comments of a review.
//!
//! Its schema is `proto/rdf/jsonschema/DiagnosticResult.json` in reviewdog's repository: columns count bytes of UTF-8
//! from 1, the end is behind the last one.

use std::borrow::Cow;

use serde::Serialize;

use super::{Checked, Page, Row, each, place};
use crate::fault::repository;
use crate::lint::{Finding, Fix, Severity};
use crate::shown;
use crate::text::{Shown, Source, Span};

pub(super) const ROW: Row = Row {
    name: "rdjson",
    is_for_reading: false,
    roots: Some(&["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"]),
    begin: concat!("{\"source\":{\"name\":\"armbody\",\"url\":\"", repository!(), "\"},\"diagnostics\":[\n"),
    between: ",\n",
    is_document: true,
    render,
    end: |_, begun| shown!("{}]}}\n", if begun { "\n" } else { "" }),
    is_begun_by: |text| {
        let log = serde_json::from_str::<serde_json::Value>(text);
        log.is_ok_and(|log| log["source"]["name"] == "armbody" && log["diagnostics"].is_array())
    },
};

/// Bytes of the text that one suggestion replaces.
const MAX_SUGGESTED: usize = 4096;

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'a str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

fn render(page: &Page<'_>) -> Shown {
    let file = page.file;
    each(file, file.findings, ",\n", |_, finding| {
        let mut message = file.mask.hide(&finding.message).into_owned();
        if let Some(help) = &finding.help {
            message.push('\n');
            message.push_str(&file.mask.hide(help));
        }
        Shown::json(&Diagnostic {
            message,
            location: Location { path: page.path, range: range(file.source, finding.span) },
            severity: severity(finding.severity),
            code: Code { value: finding.rule.name, url: place::page_of(finding.rule) },
            suggestions: finding.fix.iter().filter_map(|fix| suggestion(file, finding, fix)).collect(),
        })
    })
}

/// The fix as one replacement: each suggestion is taken by itself. One that would have to show what is masked is not
/// passed on.
fn suggestion(file: Checked<'_>, finding: &Finding, fix: &Fix) -> Option<Suggestion> {
    let text = file.source.text();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let span = edits
        .iter()
        .fold(None, |all: Option<Span>, edit| Some(all.map_or(edit.span, |all| all.cover(edit.span))))?;
    if span.len() > MAX_SUGGESTED || finding.span.len() > MAX_SUGGESTED {
        return None;
    }
    let mut new = String::new();
    let mut at = span.start as usize;
    for edit in edits {
        new.push_str(text.get(at..edit.span.start as usize)?);
        new.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    let is_shown = matches!(file.mask.hide(&new), Cow::Borrowed(_))
        && !file.mask.spans().iter().any(|secret| secret.overlaps(span));
    is_shown.then(|| Suggestion { range: range(file.source, span), text: new })
}

fn range(source: &Source, span: Span) -> Range {
    let at = |offset: u32| {
        let offset = place::within(source, offset);
        Position { line: source.position(offset).line, column: source.byte_column(offset) }
    };
    Range { start: at(span.start), end: at(span.end) }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}
