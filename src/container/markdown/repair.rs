//! Fences as they were meant. Authors indent an opener and its closer differently, let lines of code begin
//! left of their list item, forget a closer: `CommonMark` then ends the block early, or lets it swallow the rest
//! of the document. Here such lines are given the indentation that makes the block what it was meant to be,
//! in a copy of which every offset leads back to the original.

use std::borrow::Cow;
use std::ops::Range;

/// A document with its fences repaired, and the way back to its own offsets.
pub(super) struct Repaired<'t> {
    /// What a `CommonMark` parser should read.
    pub(super) text: Cow<'t, str>,
    /// The parts that were copied, in order; between them stands what was put in.
    runs: Vec<Run>,
}

struct Run {
    at: usize,
    from: usize,
    len: usize,
}

/// Replace the bytes of `range` by `text`.
struct Change {
    range: Range<usize>,
    text: String,
}

impl Repaired<'_> {
    /// The range of the original that `range` of the repaired text stands for.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        if self.runs.is_empty() {
            return range;
        }
        let start = self.offset(range.start, true);
        start..self.offset(range.end, false).max(start)
    }

    /// What was put in stands for the place before the next run if something starts there, and for the end
    /// of the one before if something ends there.
    fn offset(&self, offset: usize, is_start: bool) -> usize {
        let next = self.runs.partition_point(|run| if is_start { run.at <= offset } else { run.at < offset });
        let Some(run) = next.checked_sub(1).map(|index| &self.runs[index]) else { return 0 };
        let within = offset - run.at;
        match self.runs.get(next) {
            Some(next) if within > run.len || (is_start && within == run.len) => {
                if is_start {
                    next.from
                } else {
                    run.from + run.len
                }
            }
            _ => run.from + within.min(run.len),
        }
    }
}

/// Repairs the fences of `text`. Takes time linear in it, and copies it only if there is something to repair.
pub(super) fn repair(text: &str) -> Repaired<'_> {
    let changes = Scanner { text, changes: Vec::new(), pending: Vec::new() }.run();
    if changes.is_empty() {
        return Repaired { text: Cow::Borrowed(text), runs: Vec::new() };
    }
    let mut out = String::with_capacity(text.len() + 8 * changes.len());
    let mut runs = Vec::with_capacity(changes.len() + 1);
    let mut done = 0;
    for change in &changes {
        runs.push(Run { at: out.len(), from: done, len: change.range.start - done });
        out.push_str(&text[done..change.range.start]);
        out.push_str(&change.text);
        done = change.range.end;
    }
    runs.push(Run { at: out.len(), from: done, len: text.len() - done });
    out.push_str(&text[done..]);
    Repaired { text: Cow::Owned(out), runs }
}

/// The line that opens a fence.
struct Fence<'t> {
    /// What stands before the marks.
    prefix: &'t str,
    mark: u8,
    marks: usize,
}

struct Scanner<'t> {
    text: &'t str,
    changes: Vec<Change>,
    /// Changes of the lines of the open block, made if it turns out to be closed.
    pending: Vec<Change>,
}

impl<'t> Scanner<'t> {
    fn run(mut self) -> Vec<Change> {
        let mut at = 0;
        while let Some((line, fence)) = self.next_opener(at) {
            self.part_from_html(line);
            at = self.block(line + self.line_len(line), &fence);
        }
        self.changes
    }

    /// The next line from `at` on that opens a fence, and where it starts.
    fn next_opener(&self, at: usize) -> Option<(usize, Fence<'t>)> {
        let bytes = self.text.as_bytes();
        let mut from = at;
        loop {
            let tick = memchr::memchr2(b'`', b'~', &bytes[from..])? + from;
            let line = memchr::memrchr(b'\n', &bytes[at..tick]).map_or(at, |newline| at + newline + 1);
            let end = line + self.line_len(line);
            if let Some(fence) = opener(&self.text[line..end]) {
                return Some((line, fence));
            }
            from = end;
        }
    }

    fn line_len(&self, line: usize) -> usize {
        let rest = &self.text.as_bytes()[line..];
        memchr::memchr(b'\n', rest).map_or(rest.len(), |len| len + 1)
    }

    /// A fence right below a tag belongs to the HTML for `CommonMark`, not for the author.
    fn part_from_html(&mut self, line: usize) {
        let before = self.text[..line].trim_end_matches(['\n', '\r']);
        if line - before.len() > 2 || before.is_empty() {
            return;
        }
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        let above = before[start..].trim();
        if above.starts_with('<') && above.ends_with('>') && !above.starts_with("<!--") {
            self.changes.push(Change { range: line..line, text: "\n".to_owned() });
        }
    }

    /// Reads the lines of the block that `fence` opened, from the first one at `at` on; gives where to go on.
    fn block(&mut self, mut at: usize, fence: &Fence<'t>) -> usize {
        let quoted = fence.prefix.contains('>');
        let columns = columns(fence.prefix);
        let mut nested: Option<usize> = None;
        self.pending.clear();
        while at < self.text.len() {
            let end = at + self.line_len(at);
            let line = &self.text[at..end];
            let marked = line
                .bytes()
                .take_while(|byte| matches!(byte, b' ' | b'\t') || (quoted && *byte == b'>'))
                .count();
            let (prefix, content) = line.split_at(marked);
            let run = content.bytes().take_while(|&byte| byte == fence.mark).count();
            let long = run >= fence.marks;
            let behind = if long { content[run..].trim() } else { "" };
            let is_fence = long && !(fence.mark == b'`' && behind.contains('`'));
            let here = if prefix.is_empty() { 0 } else { self::columns(prefix) };
            if is_fence && !behind.is_empty() && run == fence.marks && looks_like_info(behind) {
                if here >= columns + 4 {
                    nested = Some(here);
                } else {
                    // The block above was never closed.
                    let close =
                        format!("{}{}\n", blanked(fence.prefix), mark(fence.mark).repeat(fence.marks));
                    self.changes.push(Change { range: at..at, text: close });
                    return at;
                }
            } else if is_fence && behind.is_empty() {
                if nested == Some(here) {
                    nested = None;
                } else {
                    self.changes.append(&mut self.pending);
                    let wanted = blanked(fence.prefix);
                    if prefix != wanted && (here != columns || quoted != prefix.contains('>')) {
                        self.changes.push(Change { range: at..at + marked, text: wanted });
                    }
                    return end;
                }
            } else if !content.trim().is_empty() {
                if quoted && !prefix.contains('>') {
                    // The quote ends here, and the block with it, unless its closer comes next.
                    return at;
                }
                if !quoted && here < columns {
                    self.pending.push(Change { range: at..at, text: " ".repeat(columns - here) });
                }
            }
            at = end;
        }
        at
    }
}

fn mark(byte: u8) -> &'static str {
    if byte == b'`' { "`" } else { "~" }
}

/// The fence that `line` opens, if it does.
fn opener(line: &str) -> Option<Fence<'_>> {
    let bytes = line.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' | b'>' => at += 1,
            mark @ (b'`' | b'~') => {
                let marks = bytes[at..].iter().take_while(|byte| *byte == mark).count();
                let info = line[at + marks..].trim();
                let opens = marks >= 3 && !(*mark == b'`' && info.contains('`'));
                return opens.then_some(Fence { prefix: &line[..at], mark: *mark, marks });
            }
            b'-' | b'*' | b'+' if matches!(bytes.get(at + 1), Some(b' ' | b'\t')) => at += 2,
            b'0'..=b'9' => {
                let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let dot = matches!(bytes.get(at + digits), Some(b'.' | b')'));
                let blank = matches!(bytes.get(at + digits + 1), Some(b' ' | b'\t'));
                if !dot || !blank || digits > 9 {
                    return None;
                }
                at += digits + 2;
            }
            _ => return None,
        }
    }
}

/// True for what authors write behind a fence's marks: a language, not a sentence.
fn looks_like_info(info: &str) -> bool {
    info.len() < 60 && info.starts_with(|c: char| c.is_ascii_alphabetic() || c == '{')
}

/// The column behind `prefix`, tabs going to the next multiple of four.
fn columns(prefix: &str) -> usize {
    prefix.chars().fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}

/// The prefix as the lines behind the opener carry it: with blanks for list markers.
fn blanked(prefix: &str) -> String {
    prefix.chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect()
}
