//! `path:line:column: severity rule: message`

use std::fmt::Write as _;

use super::Checked;

pub(super) fn render(file: Checked<'_>) -> String {
    let mut out = String::new();
    for finding in file.findings {
        let at = file.source.position(finding.span.start);
        let message = file.mask.hide(&finding.message).replace(['\n', '\r'], " ");
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}:{}:{}: {} {}: {message}",
            file.source.name(),
            at.line,
            at.column,
            finding.severity,
            finding.rule.name
        );
    }
    out
}
