//! `path:line:column: severity rule: message`

use std::fmt::Write as _;

use super::Checked;
use super::place::printable;

pub(super) fn render(file: Checked<'_>) -> String {
    let mut out = String::new();
    for finding in file.findings {
        let at = file.source.position(finding.span.start);
        let line = |text: &str| printable(text).replace(['\n', '\r'], " ");
        let message = line(&file.mask.hide(&finding.message));
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}:{}:{}: {} {}: {message}",
            line(file.source.name()),
            at.line,
            at.column,
            finding.severity,
            finding.rule.name
        );
    }
    out
}
