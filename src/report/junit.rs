//! The XML of `JUnit`: a suite a file, a case a finding; a clean file is a suite with one case that passes.

use super::place::ends;
use super::{Checked, Coverage, Row, Summary, each};
use crate::lint::{Finding, Severity};
use crate::shown;
use crate::text::{Shown, is_hidden, visible};

const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"armbody\">\n";
const END: &str = "</testsuites>\n";

pub(super) const ROW: Row = Row {
    name: "junit",
    is_for_reading: false,
    roots: None,
    begin: BEGIN,
    between: "",
    is_document: true,
    render: |page| render(page.file, page.path, page.fail_on),
    end: |summary, _| end(summary),
    is_begun_by: |text| {
        let head = text.floor_char_boundary(512.min(text.len()));
        text[..head].contains("<testsuites")
    },
};

/// Findings below `fail_on` are cases that pass and say what they found: readers of this format fail a build
/// for any failure.
pub(super) fn render(file: Checked<'_>, name: &str, fail_on: Severity) -> Shown {
    let path = escaped(name);
    let fails = |finding: &Finding| finding.severity >= fail_on;
    let mut out = shown!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
        path,
        file.findings.len().max(1),
        file.findings.iter().filter(|finding| fails(finding)).count(),
    );
    if file.findings.is_empty() {
        out.push(&shown!("    <testcase name=\"armbody\" classname=\"{}\"/>\n", path));
    }
    out.push(&each(file, file.findings, "", |_, finding| {
        let (start, _) = ends(file.source, finding.span);
        let message = file.mask.hide(&finding.message);
        let mut text = format!("{name}:{}:{}: {message}", start.line, start.column);
        if let Some(help) = &finding.help {
            text.push_str("\nhelp: ");
            text.push_str(&file.mask.hide(help));
        }
        let mut case = shown!(
            "    <testcase name=\"{} (line {}, column {})\" classname=\"{}\">\n",
            finding.rule.name,
            start.line,
            start.column,
            path,
        );
        let severity = finding.severity.as_str();
        case.push(&if fails(finding) {
            shown!(
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                severity,
                escaped(&message),
                escaped(&text),
            )
        } else {
            shown!("      <system-out>{}: {}</system-out>\n", severity, escaped(&text))
        });
        case.push(&shown!("    </testcase>\n"));
        case
    }));
    out.push(&shown!("  </testsuite>\n"));
    out
}

pub(super) fn end(summary: &Summary) -> Shown {
    let count = summary.problems.len();
    // A suite of the run's own: what was looked at, and what went wrong.
    let mut out = shown!(
        "  <testsuite name=\"armbody\" tests=\"{}\" failures=\"0\" errors=\"{}\" skipped=\"0\">\n    <properties>\n",
        count,
        count
    );
    let Coverage { checked, skipped, in_baseline, below, unread_bodies } = &summary.coverage;
    let property =
        |name: Shown, count: usize| shown!("      <property name=\"{}\" value=\"{}\"/>\n", name, count);
    out.push(&property(shown!("checkedFiles"), *checked));
    for (why, count) in skipped {
        out.push(&property(shown!("notLookedAt.{}", why), *count));
    }
    out.push(&property(shown!("findingsInBaseline"), *in_baseline));
    out.push(&property(shown!("findingsNotShown"), *below));
    out.push(&property(shown!("unreadBodies"), *unread_bodies));
    out.push(&shown!("    </properties>\n"));
    for problem in &summary.problems {
        let problem = escaped(problem);
        out.push(&shown!(
            "    <testcase name=\"{}\" classname=\"armbody\">\n      <error type=\"error\" \
             message=\"{}\"/>\n    </testcase>\n",
            problem,
            problem
        ));
    }
    out.push(&shown!("  </testsuite>\n{}", END));
    out
}

/// Text for an attribute or between tags. XML has no way at all to write most control characters: they are shown as
/// everywhere else.
fn escaped(text: &str) -> Shown {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Writing to a String cannot fail.
        let _ = match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&apos;"),
            // As it is, it may begin a command to a runner.
            '#' if out.ends_with('#') => out.write_str("&#35;"),
            // As they are, a reader makes blanks of them in an attribute.
            '\n' | '\r' | '\t' => write!(out, "&#{};", c as u32),
            '\u{fffe}' | '\u{ffff}' => Ok(()),
            c if c.is_control() => write!(out, "{}", visible(c)),
            c if is_hidden(c) => write!(out, "&#x{:x};", c as u32),
            c => out.write_char(c),
        };
    }
    Shown::line(&out)
}
