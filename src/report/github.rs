//! Workflow commands, which GitHub Actions turns into annotations: `::error file=…,line=…::message`.

use std::fmt::Write as _;

use super::place::ends;
use super::{Checked, Row, Summary, each, first_line};
use crate::lint::{Finding, Severity};
use crate::text::Shown;

pub(super) const ROW: Row = Row {
    name: "github",
    is_for_reading: false,
    roots: Some(&["GITHUB_WORKSPACE"]),
    begin: "",
    between: "",
    is_document: false,
    render: |page| render(page.file, page.path),
    end: |summary, _| end(summary),
    is_begun_by: |text| first_line(text).starts_with("::"),
};

pub(super) fn render(file: Checked<'_>, path: &str) -> Shown {
    let path = property(path);
    each(file, file.findings, "", |_, finding| {
        let mut out = String::new();
        let (start, end) = ends(file.source, finding.span);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "::{} title={},file={path},line={},endLine={}",
            word(finding.severity),
            property(finding.rule.name),
            start.line,
            end.line,
        );
        // Columns are refused where the lines differ.
        if start.line == end.line {
            let _ = write!(out, ",col={},endColumn={}", start.column, end.column.max(start.column));
        }
        let _ = writeln!(out, "::{}", data(&message(file, finding)));
        Shown::command(out)
    })
}

pub(super) fn end(summary: &Summary) -> Shown {
    let mut out = String::new();
    for problem in &summary.problems {
        let _ = writeln!(out, "::error title=armbody::{}", data(problem));
    }
    Shown::command(out)
}

/// A workflow command about a line of a file: `kind` is `error`, `warning` or `notice`.
pub fn command(kind: &'static str, title: &str, path: &str, line: u32, message: &str) -> Shown {
    let (title, path, message) = (property(title), property(path), data(message));
    Shown::command(format!("::{kind} title={title},file={path},line={line}::{message}\n"))
}

fn message(file: Checked<'_>, finding: &Finding) -> String {
    let mut message = file.mask.hide(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(&file.mask.hide(help));
    }
    message
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// What stands behind a command, which the runner reads up to the end of the line.
fn data(text: &str) -> String {
    // The percent sign comes first: the others are written with it.
    Shown::lines(text).as_str().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
