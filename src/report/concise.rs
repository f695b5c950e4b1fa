//! `path:line:column: severity rule: message`

use super::{Checked, each};
use crate::shown;
use crate::text::Shown;

pub(super) fn render(file: Checked<'_>) -> Shown {
    let path = Shown::line(file.source.name());
    each(file.findings, "", |_, finding| {
        let at = file.source.position(finding.span.start);
        shown!(
            "{}:{}:{}: {} {}: {}\n",
            path,
            at.line,
            at.column,
            finding.severity.as_str(),
            finding.rule.name,
            Shown::line(&file.mask.hide(&finding.message))
        )
    })
}
