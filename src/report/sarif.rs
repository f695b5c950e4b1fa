//! SARIF 2.1.0, the format of code scanning.
//!
//! Results are written as they come, what they need to know of their rules behind them: the order of an object's
//! members says nothing, and so the results of a thousand files need not be kept.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::place::{ends, page_of};
use super::{Checked, Coverage, Row, Summary, each};
use crate::fault::REPOSITORY;
use crate::lint::{Finding, Fingerprint, Fix, Fixable, Rule, Severity};
use crate::shown;
use crate::text::{Position, Shown, Span};

/// Everything up to the results.
const BEGIN: &str = concat!(
    r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"#,
    r#""columnKind":"unicodeCodePoints","#,
    r#""originalUriBaseIds":{"%SRCROOT%":{"description":{"text":"The root of the checkout, or the folder in which armbody ran."}}},"#,
    r#""results":["#
);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    level: &'a str,
    message: Message,
    locations: [Place<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place<'a>>,
    partial_fingerprints: Prints,
    #[serde(skip_serializing_if = "<[Suppression]>::is_empty")]
    suppressions: &'static [Suppression],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fixing<'a>>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

/// Why a result is not to be acted on.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: &'static str,
}

const IN_BASELINE: Suppression =
    Suppression { kind: "external", status: "accepted", justification: "the baseline has it" };

#[derive(Serialize)]
struct Prints {
    #[serde(rename = "armbody/v2")]
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: &'a Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// Lines and columns from 1, the end behind the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fixing<'a> {
    description: Message,
    artifact_changes: [Change<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: &'a Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

impl Region {
    fn new((start, end): (Position, Position)) -> Self {
        Self {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

pub(super) const ROW: Row = Row {
    name: "sarif",
    is_for_reading: false,
    roots: Some(&["GITHUB_WORKSPACE", "BUILD_SOURCESDIRECTORY", "CI_PROJECT_DIR"]),
    begin: BEGIN,
    between: ",\n",
    is_document: true,
    render: |page| render(page.file, page.known, page.path),
    end: |summary, _| end(summary),
    is_begun_by: |text| {
        let log = serde_json::from_str::<Value>(text);
        log.is_ok_and(|log| log["runs"][0]["tool"]["driver"]["name"] == "armbody")
    },
};

/// The results of one file.
pub(super) fn render(file: Checked<'_>, known: &[Finding], path: &str) -> Shown {
    let artifact = artifact(path);
    let mut all: Vec<(bool, &Finding)> = file.findings.iter().map(|finding| (false, finding)).collect();
    if !known.is_empty() {
        all.extend(known.iter().map(|finding| (true, finding)));
        all.sort_by(|(_, a), (_, b)| (a.span, a.rule.name).cmp(&(b.span, b.rule.name)));
    }
    let (flags, all): (Vec<bool>, Vec<&Finding>) = all.into_iter().unzip();
    // With those that are known among them, the numbers of those that look the same stay as they are.
    let prints = Fingerprint::of(file.source, &all, file.mask.spans());
    each(file, &all, ",\n", |at, finding| {
        Shown::json(&outcome(file, finding, prints[at], &artifact, flags[at]))
    })
}

fn outcome<'a>(
    file: Checked<'a>,
    finding: &'a Finding,
    print: Fingerprint,
    artifact: &'a Artifact,
    is_known: bool,
) -> Outcome<'a> {
    let hide = |text: &str| file.mask.hide(text).into_owned();
    let physical =
        |span: Span| Physical { artifact_location: artifact, region: Region::new(ends(file.source, span)) };
    let mut text = hide(&finding.message);
    for more in finding.help.iter().map(|help| hide(help)).chain(
        finding.arm.iter().map(|answer| format!("ARM answers {}: {}", answer.code, hide(&answer.message))),
    ) {
        text.push('\n');
        text.push_str(&more);
    }
    Outcome {
        rule_id: finding.rule.name,
        level: finding.severity.as_str(),
        message: Message { text },
        locations: [Place { id: None, physical_location: physical(finding.span), message: None }],
        related_locations: finding
            .labels
            .iter()
            .enumerate()
            .map(|(id, label)| Place {
                id: Some(id),
                physical_location: physical(label.span),
                message: Some(Message { text: hide(&label.message) }),
            })
            .collect(),
        partial_fingerprints: Prints { content: print.to_string() },
        suppressions: if is_known { &[IN_BASELINE] } else { &[] },
        fixes: finding.fix.iter().filter_map(|fix| fixing(file, fix, artifact)).collect(),
    }
}

/// A fix that writes what must not be shown is not passed on: applied without it, it would destroy it.
fn fixing<'a>(file: Checked<'_>, fix: &'a Fix, artifact: &'a Artifact) -> Option<Fixing<'a>> {
    let replacements = fix.edits.iter().map(|edit| {
        let shown = matches!(file.mask.hide(&edit.text), Cow::Borrowed(_));
        let place = |offset: u32| file.source.position(offset);
        shown.then(|| Replacement {
            deleted_region: Region::new((place(edit.span.start), place(edit.span.end))),
            inserted_content: (!edit.text.is_empty()).then_some(Content { text: &edit.text }),
        })
    });
    let note = if fix.safe { "" } else { " (to be looked at: it may change what ARM reads)" };
    Some(Fixing {
        description: Message { text: format!("{}{note}", fix.title) },
        artifact_changes: [Change {
            artifact_location: artifact,
            replacements: replacements.collect::<Option<_>>()?,
        }],
    })
}

/// What ends the results, and the rules that they speak of.
pub(super) fn end(summary: &Summary) -> Shown {
    let rules: Vec<Value> = summary.rules.iter().map(|rule| descriptor(rule)).collect();
    let driver = json!({
        "name": "armbody",
        "fullName": concat!("armbody ", env!("CARGO_PKG_VERSION")),
        "informationUri": REPOSITORY,
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let notifications: Vec<Value> = summary
        .problems
        .iter()
        .map(|problem| json!({ "level": "error", "message": { "text": problem } }))
        .collect();
    let invocation = json!({
        "executionSuccessful": notifications.is_empty() && !summary.faulty,
        "toolExecutionNotifications": notifications,
    });
    let Coverage { checked, skipped, in_baseline, below, unread_bodies } = &summary.coverage;
    let skipped: Map<String, Value> =
        skipped.iter().map(|(why, count)| ((*why).to_owned(), Value::from(*count))).collect();
    let properties = json!({
        "checkedFiles": checked,
        "notLookedAt": skipped,
        "findingsInBaseline": in_baseline,
        "findingsNotShown": below,
        "unreadBodies": unread_bodies,
    });
    let (category, pipeline) = (summary.category.as_deref(), summary.pipeline.as_ref());
    let id = match (category, pipeline) {
        (None, Some(pipeline)) => pipeline.id().to_owned(),
        // What stands behind the last slash would tell one run from the next.
        _ => format!("{}/", category.unwrap_or("armbody").trim_end_matches('/')),
    };
    let mut details = json!({ "id": id, "description": { "text": "Requests to Azure Resource Manager" } });
    if let Some(pipeline) = pipeline {
        details["properties"] = pipeline.properties().into();
    }
    shown!(
        "],\n\"automationDetails\":{},\n\"tool\":{},\n\"invocations\":[{}],\n\"properties\":{}}}]}}\n",
        Shown::json(&details),
        Shown::json(&json!({ "driver": driver })),
        Shown::json(&invocation),
        Shown::json(&properties)
    )
}

fn descriptor(rule: &Rule) -> Value {
    let mut tags = vec![rule.family.to_string()];
    if rule.fixable != Fixable::Never {
        tags.push("fixable".to_owned());
    }
    let mut descriptor = json!({
        "id": rule.name,
        "name": pascal(rule.name),
        "helpUri": page_of(rule),
        "shortDescription": { "text": plain(rule.summary) },
        "fullDescription": { "text": plain(why(rule.page())) },
        "help": { "text": plain(rule.page()), "markdown": rule.page() },
        "defaultConfiguration": { "level": rule.severity.as_str() },
        "properties": { "tags": tags, "problem.severity": severity(rule.severity) },
    });
    if !rule.former_names().is_empty() {
        descriptor["deprecatedIds"] = json!(rule.former_names());
    }
    descriptor
}

/// `identity-type-split` as `IdentityTypeSplit`.
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    };
    name.split('-').map(word).collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

/// The first paragraph of the page's section that says why.
fn why(page: &str) -> &str {
    let section = page.split_once("\n## What and why\n").map_or(page, |(_, section)| section);
    section.trim_start().split("\n\n").next().unwrap_or(section).trim()
}

/// Markdown without the marks of code, for readers that show text.
fn plain(markdown: &str) -> String {
    markdown.replace('`', "")
}

/// Where a file is: below the folder that the command ran in, or anywhere as a URL.
fn artifact(path: &str) -> Artifact {
    let drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    if path.starts_with('/') || drive {
        let root = if drive { "file:///" } else { "file://" };
        return Artifact { uri: root.to_owned() + &encoded(path), uri_base_id: None };
    }
    Artifact { uri: encoded(path), uri_base_id: Some("%SRCROOT%") }
}

/// A path as a URI has it. A colon is encoded too: before the first slash it would end a scheme.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(artifact("a b/c:ü.md").uri, "a%20b/c%3A%C3%BC.md");
        assert_eq!(artifact("<stdin>").uri, "%3Cstdin%3E");
        let absolute = artifact("/srv/a.md");
        assert_eq!((absolute.uri.as_str(), absolute.uri_base_id), ("file:///srv/a.md", None));
    }
}
