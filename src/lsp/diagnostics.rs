//! Findings as the protocol has them, and the edits that fix them as code actions.

use std::collections::HashMap;
use std::fmt::Write as _;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic, DiagnosticRelatedInformation,
    DiagnosticSeverity, DocumentChanges, Location, NumberOrString, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use serde_json::json;
use similar::DiffTag;

use super::client_capabilities::Capabilities;
use super::document::Document;
use crate::lint::{Finding, Options, Severity, examine, fix, ignore_here};
use crate::report::{Mask, changes, lines};
use crate::shown;
use crate::text::{Edit, Shown, Span};

/// The kind of the action that fixes a whole file.
pub(super) const FIX_ALL: &str = "source.fixAll.armbody";

/// Findings at one place for which a marker is tried, and the size of a document, in bytes, in which it is: each is a
/// check of the whole.
const MAX_IGNORED: usize = 4;
const MAX_TRIED: usize = 1 << 18;

/// What was found in a state of a document.
#[derive(Debug, Default)]
pub(super) struct Checked {
    findings: Vec<Finding>,
    mask: Mask,
    /// What fixes all, once somebody has asked for it.
    fixed: Option<Vec<Edit>>,
}

impl Checked {
    /// Checks a document.
    pub(super) fn new(document: &Document, options: &Options) -> Self {
        let Some(kind) = document.kind() else { return Self::default() };
        let found = examine(document.source(), kind, options);
        let mask = Mask::new(document.source(), found.secrets);
        Self { findings: found.findings, mask, fixed: None }
    }

    /// What may not be shown of the text.
    pub(super) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Each finding as a diagnostic.
    pub(super) fn diagnostics(&self, document: &Document, capabilities: Capabilities) -> Vec<Diagnostic> {
        self.findings.iter().map(|finding| self.diagnostic(document, finding, capabilities)).collect()
    }

    fn diagnostic(&self, document: &Document, finding: &Finding, capabilities: Capabilities) -> Diagnostic {
        let hide = |text: &str| -> String {
            Shown::lines(&self.mask.hide_of(document.source(), finding, text)).into()
        };
        let mut message = hide(&finding.message);
        if let Some(help) = &finding.help {
            message.push('\n');
            message.push_str(&hide(help));
        }
        if let Some(arm) = &finding.arm {
            // Writing to a String cannot fail.
            let _ = write!(message, "\nARM answers {}: {}", arm.code, hide(&arm.message));
        }
        let related = finding.labels.iter().map(|label| DiagnosticRelatedInformation {
            location: Location { uri: document.uri().clone(), range: document.range(label.span) },
            message: hide(&label.message),
        });
        let related: Vec<_> = related.filter(|_| capabilities.related_places).collect();
        Diagnostic {
            range: document.range(finding.span),
            severity: Some(severity(finding.severity)),
            code: Some(NumberOrString::String(finding.rule.name.to_owned())),
            source: Some("armbody".to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            data: Some(data(finding)),
            ..Diagnostic::default()
        }
    }

    /// What fixes the findings that touch `span`, one action a finding, safe ones first.
    pub(super) fn quick_fixes(
        &self,
        document: &Document,
        span: Span,
        capabilities: Capabilities,
    ) -> Vec<CodeActionOrCommand> {
        let here = |finding: &&Finding| finding.span.start <= span.end && span.start <= finding.span.end;
        let mut found: Vec<_> = self
            .findings
            .iter()
            .filter(here)
            .filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
            .collect();
        found.sort_by_key(|(_, fix)| !fix.safe);
        let actions = found.into_iter().map(|(finding, fix)| {
            let note = if fix.safe { "" } else { " (unsafe: it may change what ARM reads)" };
            let edits = fix.edits.iter().map(|edit| document.edit(edit)).collect();
            CodeActionOrCommand::CodeAction(CodeAction {
                title: shown!(
                    "{}{}",
                    Shown::line(&self.mask.hide_of(document.source(), finding, &fix.title)),
                    note
                )
                .into(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![self.diagnostic(document, finding, capabilities)]),
                edit: Some(workspace_edit(document, edits, capabilities)),
                is_preferred: Some(fix.safe),
                ..CodeAction::default()
            })
        });
        actions.collect()
    }

    /// What keeps the findings that touch `span` quiet where they are, one action a rule, as far as a marker does.
    pub(super) fn ignores(
        &self,
        document: &Document,
        options: &Options,
        span: Span,
        capabilities: Capabilities,
    ) -> Vec<CodeActionOrCommand> {
        let (Some(kind), source) = (document.kind(), document.source()) else { return Vec::new() };
        if source.bytes().len() > MAX_TRIED {
            return Vec::new();
        }
        let here = |finding: &&Finding| finding.span.start <= span.end && span.start <= finding.span.end;
        let mut found: Vec<&Finding> = self.findings.iter().filter(here).collect();
        found.dedup_by_key(|finding| finding.rule.name);
        let action = |finding: &Finding| {
            let edit = ignore_here(source, kind, finding)?;
            // A marker that would do nothing there is not offered.
            let after = source.edited(std::slice::from_ref(&edit)).ok()?;
            let after = examine(&source.with_bytes(after.into_owned()), kind, options);
            let moved = finding.span.shift(edit.text.len());
            let is_same =
                |it: &Finding| it.rule == finding.rule && (it.span == moved || it.span == finding.span);
            let is_told = after.findings.len() >= self.findings.len() || after.findings.iter().any(is_same);
            (!is_told).then(|| {
                CodeActionOrCommand::CodeAction(CodeAction {
                    title: format!("ignore {} here, with a reason", finding.rule.name),
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![self.diagnostic(document, finding, capabilities)]),
                    edit: Some(workspace_edit(document, vec![document.edit(&edit)], capabilities)),
                    is_preferred: Some(false),
                    ..CodeAction::default()
                })
            })
        };
        found.into_iter().take(MAX_IGNORED).filter_map(action).collect()
    }

    /// True if a safe fix is on offer.
    pub(super) fn can_be_fixed(&self) -> bool {
        self.findings.iter().any(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe))
    }

    /// What `armbody lint --fix` would do; `None` if that is nothing.
    pub(super) fn fix_all(
        &mut self,
        document: &Document,
        options: &Options,
        capabilities: Capabilities,
    ) -> Option<CodeActionOrCommand> {
        if !self.can_be_fixed() {
            return None;
        }
        let edits = self.fixed.get_or_insert_with(|| fixed(document, options));
        let edits: Vec<_> = edits.iter().map(|edit| document.edit(edit)).collect();
        (!edits.is_empty()).then(|| {
            CodeActionOrCommand::CodeAction(CodeAction {
                title: "fix all that armbody can fix safely".to_owned(),
                kind: Some(CodeActionKind::new(FIX_ALL)),
                edit: Some(workspace_edit(document, edits, capabilities)),
                ..CodeAction::default()
            })
        })
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// What programs may want to know; a client hands it back.
fn data(finding: &Finding) -> serde_json::Value {
    json!({
        "rule": finding.rule.name,
        "family": finding.rule.family.to_string(),
        "fix": finding.fix.as_ref().map(|fix| if fix.safe { "safe" } else { "unsafe" }),
        "arm": finding.arm.as_ref().map(|arm| &arm.code),
        "request": finding.request.as_ref().map(|request| json!({
            "method": request.method.as_str(),
            "type": request.resource_type,
            "api_version": request.api_version.map(|version| version.to_string()),
        })),
    })
}

fn workspace_edit(document: &Document, edits: Vec<TextEdit>, capabilities: Capabilities) -> WorkspaceEdit {
    if !capabilities.versioned_edits {
        return WorkspaceEdit {
            changes: Some(HashMap::from([(document.uri().clone(), edits)])),
            ..WorkspaceEdit::default()
        };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier {
        uri: document.uri().clone(),
        version: Some(document.version()),
    };
    let edit = TextDocumentEdit { text_document, edits: edits.into_iter().map(OneOf::Left).collect() };
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(vec![edit])), ..WorkspaceEdit::default() }
}

/// The lines that the fixes change.
fn fixed(document: &Document, options: &Options) -> Vec<Edit> {
    let Some(kind) = document.kind() else { return Vec::new() };
    let before = document.source();
    let fixed = fix(before.with_bytes(before.bytes().to_vec()), kind, options, false);
    let (old, new) = (before.text(), fixed.source.text());
    let (old_lines, new_lines) = (lines(old), lines(new));
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let place = |starts: &[usize], line: usize, text: &str| starts.get(line).copied().unwrap_or(text.len());
    changes(&old_lines, &new_lines)
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| {
            let from = |line| place(&old_starts, line, old);
            let to = |line| place(&new_starts, line, new);
            let span = Span::new(from(op.old_range().start), from(op.old_range().end));
            Edit::replace(span, &new[to(op.new_range().start)..to(op.new_range().end)])
        })
        .collect()
}

fn starts(lines: &[&str]) -> Vec<usize> {
    let mut next = 0;
    let start = |line: &&str| {
        next += line.len();
        next - line.len()
    };
    lines.iter().map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::position::Columns;
    use crate::text::apply_edits;

    fn document(text: &str) -> Document {
        let uri = "file:///a.json".parse().expect("a URI");
        Document::new(uri, "", 7, text.to_owned(), Columns::Utf16)
    }

    #[test]
    fn a_finding_is_a_diagnostic_with_its_fix() {
        let it =
            document("{\"tags\":{\"ä\":\"😀\"},\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}");
        let options = Options::default();
        let mut checked = Checked::new(&it, &options);
        let all = checked.diagnostics(&it, Capabilities::default());
        let split = all
            .iter()
            .find(|it| it.code == Some(NumberOrString::String("identity-type-split".to_owned())))
            .expect("it is found");
        assert_eq!(split.range.start.character, 38);
        assert_eq!(split.severity, Some(DiagnosticSeverity::ERROR));
        assert_eq!(split.data.as_ref().map(|it| &it["fix"]), Some(&json!("safe")));
        let span = it.span(split.range);
        let capabilities = Capabilities { versioned_edits: true, ..Capabilities::default() };
        let fixes = checked.quick_fixes(&it, Span::at(span.start as usize + 3), capabilities);
        let Some(CodeActionOrCommand::CodeAction(first)) = fixes.first() else { panic!("{fixes:?}") };
        assert_eq!(first.is_preferred, Some(true));
        assert!(first.edit.as_ref().is_some_and(|it| it.document_changes.is_some()));
        assert!(checked.quick_fixes(&it, Span::at(0), capabilities).is_empty());
        assert!(checked.ignores(&it, &options, span, capabilities).is_empty(), "strict JSON has no comments");
        assert!(checked.fix_all(&it, &options, capabilities).is_some());
    }

    #[test]
    fn a_marker_is_offered_where_it_keeps_a_finding_quiet() {
        let url = "https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01";
        let split = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
        let curl = format!("curl -X PATCH '{url}' -d '{split}' -H 'Content-Type: application/json'");
        let long = curl.replace(" -d ", " \\\n    -d ");
        let powershell = format!("Invoke-AzRestMethod -Method PATCH -Uri '{url}' -Payload '{split}'");
        let template = "{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"resources\": [\n    {\n      \"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"2018-06-01\", \"name\": \"vm\", \"location\": \"westus\",\n      \"identity\": { \"type\": \"SystemAssigned\", \"UserAssigned\" },\n      \"properties\": {}\n    }\n  ]\n}\n";
        for (name, text) in [
            ("a.md", format!("# T\n\n```bash\n{curl}\n```\n")),
            ("b.md", format!("> Text.\n>\n> ```bash\n> {curl}\n> ```\n")),
            ("c.md", format!("Text.\n\n    {curl}\n\nMore.\n")),
            ("d.md", format!("# T\n\nRun `{curl}`.\n")),
            ("e.sh", format!("#!/bin/sh\nset -e\n  {long}\n")),
            ("f.sh", format!("true \\\n  && {curl}\r\n")),
            ("g.ps1", format!("if ($true) {{\n    {powershell}\n}}\n")),
            ("h.http", format!("### One\nPATCH {url}\nContent-Type: application/json\n\n{split}\n")),
            ("i.yml", format!("steps:\n- script: |\n    set -e\n    {curl}\n")),
            ("j.yml", format!("steps:\n- name: x\n  run: >-\n    {}\n", curl.replace(" -d ", "\n    -d "))),
            ("k.json", template.to_owned()),
        ] {
            let uri = format!("file:///{name}").parse().expect("a URI");
            let it = Document::new(uri, "", 1, text.clone(), Columns::Utf16);
            let options = Options::default();
            let checked = Checked::new(&it, &options);
            let split = checked.findings.iter().find(|it| it.rule.name == "identity-type-split");
            let span = split.unwrap_or_else(|| panic!("{name}: {text}")).span;
            let actions = checked.ignores(&it, &options, span, Capabilities::default());
            let titles: Vec<&str> = actions
                .iter()
                .filter_map(|it| match it {
                    CodeActionOrCommand::CodeAction(it) => Some(it.title.as_str()),
                    CodeActionOrCommand::Command(_) => None,
                })
                .collect();
            assert!(
                titles.contains(&"ignore identity-type-split here, with a reason"),
                "{name}: {titles:?}\n{text}"
            );
        }
    }

    #[test]
    fn the_lines_that_change_make_the_fixed_text() {
        let text = "{\r\n \"identity\": {\r\n  'type': \"SystemAssigned\", \"UserAssigned\",\r\n }\r\n}";
        let it = document(text);
        let edits = fixed(&it, &Options::default());
        let fixed = fix(
            it.source().with_bytes(text.as_bytes().to_vec()),
            crate::container::Kind::Json,
            &Options::default(),
            false,
        );
        assert!(fixed.applied > 0);
        assert_eq!(apply_edits(text, &edits).as_deref(), Ok(fixed.source.text()));
    }
}
