//! Logging commands of Azure Pipelines: `##vso[task.logissue type=error;…]message`, and one that says how the
//! task ended.

use std::fmt::Write as _;

use super::place::ends;
use super::{Checked, Row, Summary, each, first_line};
use crate::lint::{Finding, Severity};
use crate::shown;
use crate::text::Shown;

pub(super) const ROW: Row = Row {
    name: "azure-pipelines",
    is_for_reading: false,
    roots: Some(&["BUILD_SOURCESDIRECTORY"]),
    begin: "",
    between: "",
    is_document: false,
    render: |page| render(page.file, page.path),
    end: |summary, _| end(summary),
    is_begun_by: |text| first_line(text).starts_with("##vso["),
};

pub(super) fn render(file: Checked<'_>, path: &str) -> Shown {
    each(file, file.findings, "", |_, finding| {
        let (start, _) = ends(file.source, finding.span);
        let message = file.mask.hide(&finding.message);
        match kind(finding) {
            Some(kind) => Shown::command(format!(
                "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{}\n",
                property(path),
                start.line,
                start.column,
                property(finding.rule.name),
                data(&message),
            )),
            // There is no issue below a warning: notes are lines of the log.
            None => shown!(
                "{}:{}:{}: note {}: {}\n",
                Shown::line(path),
                start.line,
                start.column,
                finding.rule.name,
                Shown::line(&message)
            ),
        }
    })
}

pub(super) fn end(summary: &Summary) -> Shown {
    let mut out = String::new();
    for problem in &summary.problems {
        let _ = writeln!(out, "##vso[task.logissue type=error]{}", data(problem));
    }
    if summary.fails {
        out.push_str("##vso[task.complete result=Failed;]\n");
    } else if summary.worst > Some(Severity::Note) {
        out.push_str("##vso[task.complete result=SucceededWithIssues;]\n");
    }
    Shown::command(out)
}

fn kind(finding: &Finding) -> Option<&'static str> {
    match finding.severity {
        Severity::Error => Some("error"),
        Severity::Warning => Some("warning"),
        Severity::Note => None,
    }
}

/// What stands behind a command, which the agent reads up to the end of the line.
fn data(text: &str) -> String {
    // The percent sign comes first: the others are written with it.
    Shown::lines(text).as_str().replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands between semicolons.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
