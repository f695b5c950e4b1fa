//! The marker that keeps one finding quiet: what an editor writes for whoever asks.

use super::markers::MARK;
use crate::container::{Kind, MarkdownPart, markdown_parts};
use crate::lint::{Family, Finding};
use crate::notation::template::seems_to_hold_resources;
use crate::text::{Edit, Source, cut, tail};

/// What stands where the reason is to be written.
const REASON: &str = "why it is meant";

/// The edit that puts a marker for `finding` where one of its kind of file stands; `None` where none can stand: in
/// strict JSON, or in the middle of a list's item.
pub fn ignore_here(source: &Source, kind: Kind, finding: &Finding) -> Option<Edit> {
    let call = finding.call.filter(|_| finding.rule.family != Family::Run)?;
    let text = source.text();
    let marker = format!("{MARK} {}: {REASON}", finding.rule.name);
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let at = call.start as usize;
    let (line, marker) = match kind {
        Kind::Markdown => {
            let holds = |part: &&MarkdownPart| match part {
                MarkdownPart::Fence(span) | MarkdownPart::Code(span) | MarkdownPart::Other(span) => {
                    span.range().contains(&at)
                }
                MarkdownPart::Comment { .. } => false,
            };
            let parts = markdown_parts(source, MARK);
            let (MarkdownPart::Fence(span) | MarkdownPart::Code(span) | MarkdownPart::Other(span)) =
                parts.iter().rev().find(holds)?
            else {
                return None;
            };
            let line = line_start(text, span.start as usize);
            let prefix = cut(text, line..span.start as usize);
            let is_code = matches!(parts.iter().rev().find(holds), Some(MarkdownPart::Code(_)));
            let prefix = if is_code { prefix.trim_end_matches([' ', '\t']) } else { prefix };
            prefix.chars().all(|c| matches!(c, ' ' | '\t' | '>')).then_some(())?;
            (line, format!("{prefix}<!-- {marker} -->"))
        }
        Kind::Json => {
            let takes_comments =
                seems_to_hold_resources(text) || source.name().to_ascii_lowercase().ends_with("jsonc");
            takes_comments.then_some(())?;
            let line = line_start(text, finding.span.start as usize);
            (line, format!("{}// {marker}", indent(tail(text, line))))
        }
        Kind::Shell | Kind::PowerShell | Kind::Http | Kind::Yaml => {
            let mut line = line_start(text, at);
            // A comment between the lines of a command would end it.
            while let Some(before) = line.checked_sub(1) {
                let start = line_start(text, before);
                let content = cut(text, start..before).trim_end();
                let goes_on = kind != Kind::Http && content.ends_with(['\\', '`', '|', '&']);
                let is_folded = kind == Kind::Yaml && is_in_folded(text, line);
                if !goes_on && !is_folded {
                    break;
                }
                line = start;
            }
            (line, format!("{}# {marker}", indent(tail(text, line))))
        }
    };
    Some(Edit::insert(line as u32, format!("{marker}{ending}")))
}

/// True for a line of a YAML scalar whose lines become one, in which a comment would swallow the rest.
fn is_in_folded(text: &str, line: usize) -> bool {
    let own = indent(tail(text, line)).len();
    let above = cut(text, 0..line).lines().rev().take(64).find(|above| {
        let is_blank = above.trim().is_empty();
        !is_blank && indent(above).len() < own
    });
    above.is_some_and(|above| above.trim_end().trim_end_matches(['-', '+']).ends_with('>'))
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |at| at + 1)
}
