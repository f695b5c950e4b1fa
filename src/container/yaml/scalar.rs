//! The text of a YAML value: block, quoted or plain.

use crate::text::{Builder, Encoding, Fragment, Span};

/// The value that begins at `start` of line `index`, as the value of a key at `column`; and the line behind it.
pub(super) fn read<'s>(
    text: &Fragment<'s>,
    lines: &[Span],
    index: usize,
    start: usize,
    column: usize,
) -> (Fragment<'s>, usize) {
    let value = text.text()[start..lines[index].end as usize].trim_end();
    match value.as_bytes().first() {
        Some(b'|' | b'>') if is_header(value) => block(text, lines, index, value, column),
        Some(quote @ (b'"' | b'\'')) => quoted(text, lines, index, start, *quote, column),
        _ => plain(text, lines, index, start, column),
    }
}

/// `|`, `>-`, `|2+`
fn is_header(value: &str) -> bool {
    let head = value[1..].split(" #").next().unwrap_or("").trim();
    head.len() <= 2 && head.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9'))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// The first line from `index` on that is not part of a block under a key at `column`.
pub(super) fn block_end(text: &Fragment<'_>, lines: &[Span], index: usize, column: usize) -> usize {
    let line = |index: usize| &text.text()[lines[index].range()];
    let mut end = index;
    for at in index..lines.len() {
        if is_blank(line(at)) {
            continue;
        }
        if indent(line(at)) <= column {
            break;
        }
        end = at + 1;
    }
    end
}

fn block<'s>(
    text: &Fragment<'s>,
    lines: &[Span],
    index: usize,
    header: &str,
    column: usize,
) -> (Fragment<'s>, usize) {
    let line = |index: usize| &text.text()[lines[index].range()];
    let first = (index + 1..lines.len()).find(|&at| !is_blank(line(at)));
    let explicit = header.bytes().find(u8::is_ascii_digit).map(|digit| column + usize::from(digit - b'0'));
    let depth = explicit.or(first.map(|at| indent(line(at)))).unwrap_or(column + 1).max(column + 1);
    let mut end = block_end(text, lines, index + 1, column);
    // A line that is less deep than the first is not part of it, whatever its author thought.
    if let Some(stop) = (index + 1..end).find(|&at| !is_blank(line(at)) && indent(line(at)) < depth) {
        end = stop;
    }
    let folded = header.starts_with('>');
    let mut builder = Builder::new(text);
    builder.set_prefix(&" ".repeat(depth));
    let anchor = lines[index].end;
    let last = (index + 1..end).rfind(|&at| !is_blank(line(at)));
    for at in index + 1..end {
        let content = line(at);
        let span = lines[at];
        let from = span.start as usize + depth.min(indent(content));
        let has_break = content.ends_with('\n');
        let stop = span.end as usize - usize::from(has_break);
        if Some(at) == last {
            push(&mut builder, from, stop);
            break;
        }
        let deeper = |at: usize| line(at)[depth.min(line(at).len())..].starts_with([' ', '\t']);
        let next_blank = at + 1 < end && is_blank(line(at + 1));
        if folded
            && has_break
            && !is_blank(content)
            && !deeper(at)
            && !next_blank
            && at + 1 < end
            && !deeper(at + 1)
        {
            push(&mut builder, from, stop);
            let next = lines[at + 1].start as usize + depth;
            builder.decoded(Span::new(stop, next), " ", Encoding::Lines);
        } else if folded && has_break && !is_blank(content) && next_blank {
            // The blank lines that follow stand for the breaks.
            push(&mut builder, from, stop);
        } else {
            push(&mut builder, from, span.end as usize);
            builder.glue();
        }
    }
    (builder.finish(anchor.min(text.span().end), Encoding::Lines), end.max(index + 1))
}

fn push(builder: &mut Builder<'_, '_>, from: usize, to: usize) {
    if from < to {
        builder.copy(Span::new(from, to), Encoding::Lines);
    }
}

/// A text without quotes, up to a comment; lines that are deeper than the key go on with it.
fn plain<'s>(
    text: &Fragment<'s>,
    lines: &[Span],
    index: usize,
    start: usize,
    column: usize,
) -> (Fragment<'s>, usize) {
    let end = block_end(text, lines, index + 1, column);
    let mut builder = Builder::new(text);
    let mut gap = None;
    for (at, line) in lines.iter().enumerate().take(end).skip(index) {
        let from = if at == index { start } else { line.start as usize };
        let raw = &text.text()[from..line.end as usize];
        let from = from + raw.len() - raw.trim_start().len();
        let content = raw.trim();
        let comment = if content.starts_with('#') { Some(0) } else { content.find(" #") };
        let content = content[..comment.unwrap_or(content.len())].trim_end();
        if content.is_empty() {
            continue;
        }
        if let Some(gap) = gap {
            builder.decoded(Span::new(gap, from), " ", Encoding::Plain);
        }
        builder.copy(Span::new(from, from + content.len()), Encoding::Plain);
        gap = Some(from + content.len());
        if comment.is_some() {
            break;
        }
    }
    (builder.finish(start as u32, Encoding::Plain), end)
}

fn quoted<'s>(
    text: &Fragment<'s>,
    lines: &[Span],
    index: usize,
    start: usize,
    quote: u8,
    column: usize,
) -> (Fragment<'s>, usize) {
    let end_line = block_end(text, lines, index + 1, column);
    let end = lines[end_line - 1].end as usize;
    let bytes = &text.text().as_bytes()[..end];
    let encoding = if quote == b'"' { Encoding::YamlDouble } else { Encoding::YamlSingle };
    let mut builder = Builder::new(text);
    let (mut run, mut at) = (start + 1, start + 1);
    while at < end {
        let (len, decoded) = match bytes[at] {
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => (2, "'"),
            byte if byte == quote => break,
            b'\\' if quote == b'"' => escape(&bytes[at..]),
            b'\n' => {
                let blank = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                (1 + blank, " ")
            }
            _ => {
                at += 1;
                continue;
            }
        };
        if run < at {
            builder.copy(Span::new(run, at), encoding);
        }
        builder.decoded(Span::new(at, at + len), decoded, encoding);
        at += len;
        run = at;
    }
    let at = at.min(end);
    if run < at {
        builder.copy(Span::new(run, at), encoding);
    }
    let behind = lines.partition_point(|line| (line.start as usize) <= at).max(index + 1);
    (builder.finish(start as u32 + 1, encoding), behind)
}

/// The length of the escape and what it stands for.
fn escape(bytes: &[u8]) -> (usize, &'static str) {
    match bytes.get(1) {
        Some(b'n') => (2, "\n"),
        Some(b't') => (2, "\t"),
        Some(b'"') => (2, "\""),
        Some(b'/') => (2, "/"),
        Some(b' ') => (2, " "),
        Some(b'\n') => {
            let blank = bytes[2..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            (2 + blank, "")
        }
        Some(b'\\') => (2, "\\"),
        // Of the others only the backslash is kept: they are not part of a request.
        _ => (1, "\\"),
    }
}
