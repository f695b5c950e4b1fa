//! `path:line:column: severity rule: message`

use super::{Checked, Row, each, first_line, is_severity};
use crate::shown;
use crate::text::Shown;

pub(super) const ROW: Row = Row {
    name: "concise",
    is_for_reading: true,
    roots: None,
    begin: "",
    between: "",
    is_document: false,
    render: |page| render(page.file),
    end: |_, _| Shown::default(),
    is_begun_by: |text| {
        let word = first_line(text).split(": ").nth(1).and_then(|it| it.split(' ').next());
        word.is_some_and(is_severity)
    },
};

pub(super) fn render(file: Checked<'_>) -> Shown {
    let path = Shown::line(file.source.name());
    each(file, file.findings, "", |_, finding| {
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
