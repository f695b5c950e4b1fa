//! Logging commands of Azure Pipelines: `##vso[task.logissue type=error;…]message`, and one that says how the
//! task ended.

use std::fmt::Write as _;

use super::place::{ends, printable, slashes};
use super::{Checked, Summary};
use crate::lint::{Finding, Severity};

pub(super) fn render(file: Checked<'_>) -> String {
    let mut out = String::new();
    for finding in file.findings {
        let (start, _) = ends(file.source, finding.span);
        let path = slashes(file.source.name());
        let message = file.mask.hide(&finding.message);
        let _ = match kind(finding) {
            Some(kind) => writeln!(
                out,
                "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{}",
                property(&path),
                start.line,
                start.column,
                property(finding.rule.name),
                data(&message),
            ),
            // There is no issue below a warning: notes are lines of the log.
            None => writeln!(
                out,
                "{}",
                line(&format!(
                    "{path}:{}:{}: note {}: {message}",
                    start.line, start.column, finding.rule.name
                ))
            ),
        };
    }
    out
}

pub(super) fn end(summary: &Summary) -> String {
    let mut out = String::new();
    for problem in &summary.problems {
        let _ = writeln!(out, "##vso[task.logissue type=error]{}", data(problem));
    }
    if summary.fails {
        out.push_str("##vso[task.complete result=Failed;]\n");
    } else if summary.worst > Some(Severity::Note) {
        out.push_str("##vso[task.complete result=SucceededWithIssues;]\n");
    }
    out
}

fn kind(finding: &Finding) -> Option<&'static str> {
    match finding.severity {
        Severity::Error => Some("error"),
        Severity::Warning => Some("warning"),
        Severity::Note => None,
    }
}

fn data(text: &str) -> String {
    // The percent sign comes first: the others are written with it.
    printable(text).replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

/// A line that holds no command: an agent takes one wherever in a line it begins.
fn line(text: &str) -> String {
    printable(text).replace(['\r', '\n'], " ").replace("##", "# #")
}
