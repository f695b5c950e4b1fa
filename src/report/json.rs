//! One JSON array of findings; the fields are those that CLI documentation lists.

use serde::Serialize;

use super::{Checked, Mask, Row as Of, each, is_array_of};
use crate::lint::Finding;
use crate::shown;
use crate::text::{Shown, Source, Span};

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    rule: &'a str,
    severity: &'a str,
    message: String,
    start: Place,
    end: Place,
    labels: Vec<Label>,
    help: Option<String>,
    fix: Option<Fix<'a>>,
    arm: Option<Answer<'a>>,
    request: Option<Request<'a>>,
}

/// Line and column from 1, the column in characters; the offset in bytes from 0.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Label {
    message: String,
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Edit>,
}

#[derive(Serialize)]
struct Edit {
    start: Place,
    end: Place,
    text: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    code: &'a str,
    message: String,
}

#[derive(Serialize)]
struct Request<'a> {
    method: &'static str,
    #[serde(rename = "type")]
    resource_type: Option<&'a str>,
    api_version: Option<String>,
    url: Option<String>,
}

/// The findings of a file as an array in one line: the objects that [`super::Format::Json`] has a line each.
pub fn findings_in_a_line(file: Checked<'_>) -> Shown {
    shown!("[{}]", joined(file, ","))
}

pub(super) const ROW: Of = Of {
    name: "json",
    is_for_reading: false,
    roots: None,
    begin: "[\n",
    between: ",\n",
    is_document: false,
    render: |page| render(page.file),
    end: |_, begun| shown!("{}", if begun { "\n]\n" } else { "[]\n" }),
    is_begun_by: |text| is_array_of(text, "rule"),
};

pub(super) fn render(file: Checked<'_>) -> Shown {
    joined(file, ",\n")
}

fn joined(file: Checked<'_>, separator: &'static str) -> Shown {
    each(file, file.findings, separator, |_, finding| Shown::json(&row(file.source, file.mask, finding)))
}

fn row<'a>(source: &'a Source, mask: &Mask, finding: &'a Finding) -> Row<'a> {
    let place = |offset: u32| {
        let at = source.position(offset);
        Place { line: at.line, column: at.column, offset: source.file_offset(offset) }
    };
    let ends = |span: Span| (place(span.start), place(span.end));
    let (start, end) = ends(finding.span);
    Row {
        path: source.name(),
        rule: finding.rule.name,
        severity: finding.severity.as_str(),
        message: mask.hide(&finding.message).into_owned(),
        start,
        end,
        labels: finding
            .labels
            .iter()
            .map(|label| {
                let (start, end) = ends(label.span);
                Label { message: mask.hide(&label.message).into_owned(), start, end }
            })
            .collect(),
        help: finding.help.as_deref().map(|help| mask.hide(help).into_owned()),
        fix: finding.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            safe: fix.safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (start, end) = ends(edit.span);
                    Edit { start, end, text: mask.hide(&edit.text).into_owned() }
                })
                .collect(),
        }),
        arm: finding
            .arm
            .as_ref()
            .map(|answer| Answer { code: &answer.code, message: mask.hide(&answer.message).into_owned() }),
        request: finding.request.as_ref().map(|request| Request {
            method: request.method.as_str(),
            resource_type: request.resource_type.as_deref(),
            api_version: request.api_version.map(|version| version.to_string()),
            url: request.url.as_deref().map(|url| mask.hide(url).into_owned()),
        }),
    }
}
