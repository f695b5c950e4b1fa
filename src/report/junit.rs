//! The XML of `JUnit`: a suite a file, a case a finding; a clean file is a suite with one case that passes.

use std::fmt::Write as _;

use super::place::{ends, slashes};
use super::{Checked, Summary};
use crate::lint::{Finding, Severity};

pub(super) const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"armbody\">\n";
const END: &str = "</testsuites>\n";

/// Findings below `fail_on` are cases that pass and say what they found: readers of this format fail a build
/// for any failure.
pub(super) fn render(file: Checked<'_>, fail_on: Severity) -> String {
    let path = slashes(file.source.name());
    let fails = |finding: &&Finding| finding.severity >= fail_on;
    let failures = file.findings.iter().filter(fails).count();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
        escaped(&path),
        file.findings.len().max(1),
    );
    if file.findings.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"armbody\" classname=\"{}\"/>", escaped(&path));
    }
    for finding in file.findings {
        let (start, _) = ends(file.source, finding.span);
        let message = file.mask.hide(&finding.message);
        let place = format!("line {}, column {}", start.line, start.column);
        let mut text = format!("{}:{}:{}: {message}", path, start.line, start.column);
        if let Some(help) = &finding.help {
            let _ = write!(text, "\nhelp: {}", file.mask.hide(help));
        }
        let _ = writeln!(
            out,
            "    <testcase name=\"{} ({place})\" classname=\"{}\">",
            finding.rule.name,
            escaped(&path),
        );
        let _ = if fails(&finding) {
            writeln!(
                out,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                finding.severity,
                escaped(&message),
                escaped(&text),
            )
        } else {
            writeln!(out, "      <system-out>{}: {}</system-out>", finding.severity, escaped(&text))
        };
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
    out
}

pub(super) fn end(summary: &Summary) -> String {
    let mut out = String::new();
    if !summary.problems.is_empty() {
        let count = summary.problems.len();
        let _ = writeln!(
            out,
            "  <testsuite name=\"armbody\" tests=\"{count}\" failures=\"0\" errors=\"{count}\" skipped=\"0\">"
        );
        for problem in &summary.problems {
            let problem = escaped(problem);
            let _ = writeln!(
                out,
                "    <testcase name=\"{problem}\" classname=\"armbody\">\n      <error type=\"error\" \
                 message=\"{problem}\"/>\n    </testcase>"
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str(END);
    out
}

/// Text for an attribute or between tags. XML has no way at all to write most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // As they are, a reader makes blanks of them in an attribute.
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
