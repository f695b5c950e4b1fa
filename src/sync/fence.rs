//! The edits that put a text between two markers.

use super::marker::Region;
use crate::text::{Edit, Source, Span};

/// How a fence that is made stands to its markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Right between them.
    Close,
    /// With blank lines around.
    Apart,
}

/// The marks of a fence that is made have at least this length.
const MARKS: usize = 3;

/// The edits after which `code` stands in the fence of `region`.
///
/// # Errors
/// What stands there instead of one fence, in a line.
pub(super) fn code(
    source: &Source,
    region: &Region,
    code: &str,
    language: &str,
    lines: Lines,
) -> Result<Vec<Edit>, String> {
    let text = source.text();
    let code = code.trim_end_matches('\n');
    match &region.fences[..] {
        [fence] => replace(source, *fence, code),
        [] => {
            let between = &text[region.inner.range()];
            if between.chars().any(|c| !(c.is_whitespace() || c == '>')) {
                return Err(
                    "text but no fence stands between this marker and its end; nothing is written over it"
                        .to_owned(),
                );
            }
            Ok(make(source, region, code, language, lines))
        }
        [_, second, ..] => {
            let line = source.position(second.start).line;
            Err(format!("several fences stand below this marker, the second in line {line}; one is written"))
        }
    }
}

/// The edits after which `markdown` is all that stands in `region`, with a blank line before and behind it.
pub(super) fn markdown(source: &Source, region: &Region, markdown: &str) -> Vec<Edit> {
    let prefix = prefix_of(source.text(), region.marker.span.start as usize);
    let eol = eol_at(source.text(), region.marker.span.end as usize);
    let mut new = String::with_capacity(markdown.len() + 16);
    push_line(&mut new, &prefix, "", eol);
    for line in markdown.trim_end_matches('\n').lines() {
        push_line(&mut new, &prefix, line, eol);
    }
    push_line(&mut new, &prefix, "", eol);
    changed(source.text(), region.inner, new)
}

/// A new fence between markers that have nothing between them.
fn make(source: &Source, region: &Region, code: &str, language: &str, lines: Lines) -> Vec<Edit> {
    let text = source.text();
    let prefix = prefix_of(text, region.marker.span.start as usize);
    let eol = eol_at(text, region.marker.span.end as usize);
    let marks = "`".repeat(needed(code, b'`').max(MARKS));
    let mut new = String::with_capacity(code.len() + 64);
    if lines == Lines::Apart {
        push_line(&mut new, &prefix, "", eol);
    }
    push_line(&mut new, &prefix, &format!("{marks}{language}"), eol);
    for line in code.lines() {
        push_line(&mut new, &prefix, line, eol);
    }
    push_line(&mut new, &prefix, &marks, eol);
    if lines == Lines::Apart {
        push_line(&mut new, &prefix, "", eol);
    }
    changed(text, region.inner, new)
}

/// New code in a fence that stays.
fn replace(source: &Source, fence: Span, code: &str) -> Result<Vec<Edit>, String> {
    let text = source.text();
    let start = fence.start as usize;
    let line = || source.position(fence.start).line;
    let mark = text.as_bytes().get(start).copied().filter(|byte| matches!(byte, b'`' | b'~'));
    let mark = mark.ok_or_else(|| format!("the fence of line {} cannot be read", line()))?;
    let marks = run(&text[start..], mark);
    let closer = closer(text, fence, mark, marks)
        .ok_or_else(|| format!("the fence of line {} is not closed before the marker's end", line()))?;
    let needed = needed(code, mark).max(marks);
    let mut edits = Vec::new();
    if needed > marks {
        let more = char::from(mark).to_string().repeat(needed - marks);
        edits.push(Edit::insert(fence.start, more));
    }
    let prefix = prefix_of(text, start);
    let eol = eol_at(text, start);
    let body = Span::new(end_of_line(text, start), closer.line);
    let mut new = String::with_capacity(code.len() + 64);
    for line in code.lines() {
        push_line(&mut new, &prefix, line, eol);
    }
    edits.extend(changed(text, body, new));
    if needed > closer.marks {
        let more = char::from(mark).to_string().repeat(needed - closer.marks);
        edits.push(Edit::insert(closer.at as u32, more));
    }
    Ok(edits)
}

struct Closer {
    /// Where its line begins.
    line: usize,
    /// Where its marks begin.
    at: usize,
    marks: usize,
}

/// The last line of a fence, if it closes it.
fn closer(text: &str, fence: Span, mark: u8, marks: usize) -> Option<Closer> {
    let block = text[fence.range()].trim_end_matches(['\n', '\r']);
    let line = fence.start as usize + block.rfind('\n')? + 1;
    let content = text[line..fence.start as usize + block.len()].trim_end();
    let trimmed = content.trim_start_matches([' ', '\t', '>']);
    let found = run(trimmed, mark);
    let closes = found >= marks && found == trimmed.len();
    closes.then_some(Closer { line, at: line + content.len() - trimmed.len(), marks: found })
}

/// How many marks a fence needs so that no line of `code` closes it; 0 if any number does.
fn needed(code: &str, mark: u8) -> usize {
    let longest = code.lines().map(|line| run(line.trim_start(), mark)).max().unwrap_or_default();
    if longest >= MARKS { longest + 1 } else { 0 }
}

fn run(text: &str, mark: u8) -> usize {
    text.bytes().take_while(|byte| *byte == mark).count()
}

/// What stands before `offset` on its line, as the lines below carry it: with blanks for the marks of list items.
fn prefix_of(text: &str, offset: usize) -> String {
    let line = memchr::memrchr(b'\n', &text.as_bytes()[..offset]).map_or(0, |at| at + 1);
    let before = text[line..offset].trim_start_matches('\u{feff}');
    before.chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect()
}

/// The line break behind `offset`; the file's own where its last line has none.
fn eol_at(text: &str, offset: usize) -> &'static str {
    let end = memchr::memchr(b'\n', &text.as_bytes()[offset..]).map(|len| offset + len);
    if end.is_some_and(|end| end > 0 && text.as_bytes()[end - 1] == b'\r') { "\r\n" } else { "\n" }
}

fn end_of_line(text: &str, offset: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[offset..]).map_or(text.len(), |len| offset + len + 1)
}

fn push_line(out: &mut String, prefix: &str, line: &str, eol: &str) {
    if line.is_empty() {
        out.push_str(prefix.trim_end());
    } else {
        out.push_str(prefix);
        out.push_str(line);
    }
    out.push_str(eol);
}

fn changed(text: &str, span: Span, new: String) -> Vec<Edit> {
    if text[span.range()] == new { Vec::new() } else { vec![Edit::replace(span, new)] }
}
