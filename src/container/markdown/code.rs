//! The text of a code block or code span.

use std::ops::Range;

use crate::text::{Builder, Encoding, Fragment, Span};

/// A code block that is being read.
#[derive(Default)]
pub(super) struct Block {
    pub(super) language: String,
    /// What stands before each line of it.
    pub(super) prefix: Option<String>,
    /// Where it begins, its fence included.
    pub(super) start: usize,
    pub(super) lines: Vec<Line>,
}

/// A line of code.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Its text, with its line break unless that is CR LF.
    pub(super) span: Span,
    /// Its line break is CR LF and stands behind `span`.
    crlf: bool,
}

impl Block {
    /// Takes over text as the parser gives it: CR LF without the CR, and the line break together with the line
    /// that follows it.
    pub(super) fn push(&mut self, text: &str, mut range: Range<usize>) {
        let bytes = text.as_bytes();
        if bytes[range.clone()].first() == Some(&b'\n') && bytes[..range.start].last() == Some(&b'\r') {
            match self.lines.last_mut() {
                Some(last) if last.span.end as usize + 1 == range.start => last.crlf = true,
                _ => self.lines.push(Line { span: Span::at(range.start - 1), crlf: true }),
            }
            range.start += 1;
        }
        // The blanks of a tab that is cut in two stand for no bytes of their own.
        if !range.is_empty() {
            self.lines.push(Line { span: range.into(), crlf: false });
        }
    }

    pub(super) fn push_raw(&mut self, text: &str, range: Range<usize>) {
        let line = &text[range.clone()];
        let crlf = line.ends_with("\r\n");
        let end = if crlf { range.end - 2 } else { range.end };
        self.lines.push(Line { span: Span::new(range.start, end), crlf });
    }
}

/// The code that `lines` hold, without the last line's break: behind it the fence closes.
pub(super) fn build<'s>(root: &Fragment<'s>, text: &str, lines: &[Line], prefix: &str) -> Fragment<'s> {
    let mut builder = Builder::new(root);
    builder.set_prefix(prefix);
    let mut run: Option<Span> = None;
    for (index, line) in lines.iter().enumerate() {
        let is_last = index + 1 == lines.len();
        let mut span = line.span;
        if is_last && text[span.range()].ends_with('\n') {
            span.end -= 1;
        }
        // Lines that follow each other without a mark between are one run.
        match &mut run {
            Some(run) if run.end == span.start => run.end = span.end,
            _ => {
                flush(&mut builder, run.replace(span));
                builder.glue();
            }
        }
        if line.crlf && !is_last {
            flush(&mut builder, run.take());
            builder.decoded(Span { start: span.end, end: span.end + 2 }, "\n", Encoding::Lines);
        }
    }
    flush(&mut builder, run);
    builder.finish(lines.first().map_or(0, |line| line.span.start), Encoding::Lines)
}

fn flush(builder: &mut Builder<'_, '_>, run: Option<Span>) {
    if let Some(run) = run.filter(|run| !run.is_empty()) {
        builder.copy(run, Encoding::Lines);
    }
}

/// A code span's text: a line break, and the marks of the line that follows, are one blank.
pub(super) fn inline<'s>(root: &Fragment<'s>, text: &str, range: Range<usize>) -> Fragment<'s> {
    let mut builder = Builder::new(root);
    let mut run = range.start;
    for at in memchr::memchr_iter(b'\n', text[range.clone()].as_bytes()).map(|at| range.start + at) {
        let end = at - usize::from(at > run && text.as_bytes()[at - 1] == b'\r');
        if run < end {
            builder.copy(Span::new(run, end), Encoding::Plain);
        }
        let rest = &text[at + 1..range.end];
        run = range.end - rest.trim_start_matches([' ', '\t', '>']).len();
        builder.decoded(Span::new(end, run), " ", Encoding::Plain);
    }
    if run < range.end {
        builder.copy(Span::new(run, range.end), Encoding::Plain);
    }
    builder.finish(range.start as u32, Encoding::Plain)
}
