//! Where markers stand, and how far each reaches.

use std::ops::Range;

use memchr::memmem;

use super::brackets::Brackets;
use super::day::{Day, NotADay};
use crate::container::{Kind, MarkdownPart, markdown_parts};
use crate::lint::find_rule;
use crate::text::{Source, Span, cut, tail};

/// What makes a comment a marker.
pub(super) const MARK: &str = "armbody-ignore";
/// What follows that in a marker for the whole file.
const FILE: &str = "-file";
/// The lines at the beginning of a file that may hold one.
const HEAD: usize = 20;
/// The word before the last day of a marker.
const UNTIL: &str = "until";
/// Bytes before a mark that are looked at: what stands there is a comment's sign, or there is none.
const BEFORE: usize = 4096;

/// A marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// The comment.
    pub(super) span: Span,
    /// What goes when it goes: its line, if nothing else stands there.
    pub(super) line: Span,
    /// The rules that it names.
    pub(super) names: Vec<Span>,
    /// What it speaks of.
    pub(super) reach: Span,
    /// It is a line of a snippet in a document.
    pub(super) in_code: bool,
    /// It speaks of the whole file.
    pub(super) of_file: bool,
    /// Its last day.
    pub(super) until: Option<Until>,
}

/// `until 2027-01-31`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Until {
    /// Both words.
    pub(super) span: Span,
    /// Nothing, where the second is not a day.
    pub(super) day: Option<Day>,
}

/// A text that looks like a marker and is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// From its mark to the end of the line.
    pub(super) span: Span,
    /// What would be read.
    pub(super) help: &'static str,
}

/// The markers of a file, and what looks like one.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) markers: Vec<Marker>,
    pub(super) unread: Vec<Unread>,
}

/// The calls of a file, each with its findings.
pub(super) type Calls<'c> = &'c [(Span, Range<usize>)];

/// How comments are written.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a notation")]
struct Style {
    /// What a line that is a comment begins with.
    signs: &'static [&'static str],
    /// A comment may stand behind other text of its line.
    trails: bool,
    is_http: bool,
    is_yaml: bool,
    in_code: bool,
}

const SCRIPT: Style = Style { signs: &["#"], trails: true, is_http: false, is_yaml: false, in_code: false };
const POWERSHELL: Style = Style { signs: &["#", "<#"], ..SCRIPT };
const YAML: Style = Style { is_yaml: true, ..SCRIPT };
/// Behind a URL `#` is part of that.
const HTTP: Style = Style { signs: &["#", "//"], trails: false, is_http: true, ..SCRIPT };

/// The markers of a file whose calls stand at `calls`.
pub(super) fn find(source: &Source, kind: Kind, calls: Calls<'_>) -> Found {
    let whole = Span::new(source.bom_len(), source.text().len());
    let mut markers = match kind {
        Kind::Markdown => return markdown(source, calls),
        Kind::Json => json(source, whole, false),
        Kind::Http => script(source, whole, HTTP, calls),
        Kind::Shell => script(source, whole, SCRIPT, calls),
        Kind::PowerShell => script(source, whole, POWERSHELL, calls),
        Kind::Yaml => script(source, whole, YAML, calls),
    };
    reach_of_file_markers(source, &mut markers);
    let help = match kind {
        Kind::Json => "in JSON with comments a marker is `// armbody-ignore RULE: reason`",
        Kind::Http => {
            "here a marker is a line of its own, `# armbody-ignore RULE: reason`, before the request"
        }
        _ => "here a marker is `# armbody-ignore RULE: reason`, before the call or behind it on its line",
    };
    let unread = unread(source, whole, &markers, help);
    Found { markers, unread }
}

/// A marker for the whole file reaches over all of it if it stands at its beginning, else over nothing.
fn reach_of_file_markers(source: &Source, markers: &mut Vec<Marker>) {
    let text = source.text();
    let head = text.match_indices('\n').nth(HEAD - 1).map_or(text.len(), |(at, _)| at);
    markers.retain(|marker| !marker.of_file || !marker.in_code);
    for marker in markers.iter_mut().filter(|marker| marker.of_file) {
        let is_at_head = (marker.span.start as usize) < head;
        marker.reach =
            if is_at_head { Span::new(0, text.len() + 1) } else { Span::at(marker.span.start as usize) };
    }
}

fn markdown(source: &Source, calls: Calls<'_>) -> Found {
    let parts = markdown_parts(source, MARK);
    let text = source.text();
    let mut markers = Vec::new();
    let mut unread_in_code = Vec::new();
    let mut code = Vec::new();
    // Read from the end, what follows a comment is at hand.
    let mut next: Option<Span> = None;
    for part in parts.iter().rev() {
        match *part {
            MarkdownPart::Fence(span) | MarkdownPart::Code(span) => {
                next = Some(span);
                code.push(span);
                if memmem::find(&text.as_bytes()[span.range()], MARK.as_bytes()).is_some() {
                    let mut inner = script(source, span, Style { in_code: true, ..POWERSHELL }, calls);
                    inner.extend(json(source, span, true));
                    // Each kind of comment was looked for by itself.
                    inner.sort_by_key(|marker| marker.span.start);
                    // A snippet without a call shows markers to people.
                    if first_call(calls, span).is_some() && !shows_markdown(cut(text, span.range())) {
                        let help = "in code a marker is `# armbody-ignore RULE: reason`, in JSON `// …`; before the block, `<!-- … -->`";
                        unread_in_code.extend(unread(source, span, &inner, help));
                    }
                    markers.extend(inner.into_iter().rev());
                }
            }
            MarkdownPart::Other(span) => next = Some(span),
            MarkdownPart::Comment { span, rest } => {
                let following = next.filter(|next| next.start >= span.end);
                let line = line_start(text, span.start as usize);
                // Behind a call on its line, with nothing behind itself, it speaks of that.
                let before = Span::new(line, span.start as usize);
                let own = first_call(calls, before).filter(|_| rest.is_none()).map(|call| call.cover(before));
                let reach = own.or(rest).or(following).unwrap_or(Span::at(text.len()));
                let inner = Span { start: span.start + 4, end: span.end - 3 };
                markers.extend(marker(text, span, inner, reach, false));
            }
        }
    }
    markers.reverse();
    reach_of_file_markers(source, &mut markers);
    let mut unread = unread_in_prose(source, &markers, &code);
    unread.extend(unread_in_code);
    Found { markers, unread }
}

/// True for a fence that shows another document, with its own markers.
fn shows_markdown(block: &str) -> bool {
    let info = block.lines().next().unwrap_or_default().trim_start_matches(['`', '~', ' ']);
    let language = info.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["markdown", "md", "mdx", "html"].iter().any(|it| language.eq_ignore_ascii_case(it))
}

/// The first call that shares bytes with `span`.
fn first_call(calls: Calls<'_>, span: Span) -> Option<Span> {
    // Calls stand in order, and few within each other.
    let next = calls.partition_point(|(call, _)| call.end <= span.start);
    calls.get(next).map(|(call, _)| *call).filter(|call| call.overlaps(span))
}

/// Comments of a script.
fn script(source: &Source, within: Span, style: Style, calls: Calls<'_>) -> Vec<Marker> {
    let text = source.text();
    let mut markers = Vec::new();
    let mut next = None;
    for Comment { line, start, inner, trails } in
        comments(text, within, style.signs, style.trails).into_iter().rev()
    {
        let close = if tail(text, start as usize).starts_with("<#") { "#>" } else { "\n" };
        let inner = up_to(text, inner, close);
        let reach = if trails {
            let before = Span { start: line.start.max(within.start), end: start };
            let call = first_call(calls, before);
            // Behind the last word of a call it is no part of a text in quotes.
            let is_behind = call.is_some_and(|call| call.end <= start);
            if !is_behind && quote_after(cut(text, before.range()), None).is_some() {
                continue;
            }
            call.map_or(before, |call| call.cover(before))
        } else {
            let behind = Span { start: line.end, end: within.end };
            let reach = following_lines(text, behind, style, calls, next);
            next = Some((line, reach));
            reach
        };
        let end = if close == "#>" { (inner.end + 2).min(line.end) } else { inner.end };
        let span = Span { start: inner.start - MARK.len() as u32, end: inner.end };
        markers.extend(marker(text, Span { start, end }, span, reach, style.in_code));
    }
    markers.reverse();
    markers
}

/// Comments of a template or of JSON that has comments.
fn json(source: &Source, within: Span, in_code: bool) -> Vec<Marker> {
    let text = source.text();
    let found = comments(text, within, &["//", "/*"], true);
    if found.is_empty() {
        return Vec::new();
    }
    let brackets = Brackets::new(cut(text, within.range()), within.start as usize);
    let mut markers = Vec::new();
    let mut next = None;
    for Comment { line, start, inner, trails } in found.into_iter().rev() {
        let is_block = tail(text, start as usize).starts_with("/*");
        let inner = up_to(text, inner, if is_block { "*/" } else { "\n" });
        if trails
            && quote_after(cut(text, line.start.max(within.start) as usize..start as usize), None).is_some()
        {
            continue;
        }
        let reach = if trails {
            let from = line.start.max(within.start);
            let member = brackets.value_after(text, Span { start: from, end: within.end }, None);
            Span { start: from, end: start }.cover(member)
        } else {
            let reach = brackets.value_after(text, Span { start: line.end, end: within.end }, next);
            next = Some((line, reach));
            reach
        };
        let end = if is_block { (inner.end + 2).min(line.end) } else { inner.end };
        let span = Span { start: inner.start - MARK.len() as u32, end: inner.end };
        markers.extend(marker(text, Span { start, end }, span, reach, in_code));
    }
    markers.reverse();
    markers
}

/// `inner` up to the first `close` in it.
fn up_to(text: &str, inner: Span, close: &str) -> Span {
    let end = memmem::find(&text.as_bytes()[inner.range()], close.as_bytes());
    Span { start: inner.start, end: end.map_or(inner.end, |at| inner.start + at as u32) }
}

/// A comment that begins with the mark.
struct Comment {
    /// The line that it stands on.
    line: Span,
    /// Where it begins: its sign.
    start: u32,
    /// What follows the mark on the line.
    inner: Span,
    /// Other text stands before it.
    trails: bool,
}

/// The comments in `within` that begin with the mark, each on a line of its own or, if they may, behind other text.
fn comments(text: &str, within: Span, signs: &[&str], may_trail: bool) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(&bytes[within.range()], MARK.as_bytes()) {
        let at = within.start as usize + at;
        if at < done {
            continue;
        }
        let Some(start) = line_before(text, at) else { continue };
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |len| at + len);
        let whole = cut(text, start..at);
        // Quotes of Markdown may stand before the code.
        let indent = whole.len() - whole.trim_start_matches([' ', '\t', '>', '\u{feff}']).len();
        let before = whole.trim_end();
        let is_sign = |text: &str| {
            signs.iter().any(|sign| {
                text.strip_prefix(sign).is_some_and(|rest| rest.chars().all(|c| sign.contains(c) && c != '<'))
            })
        };
        let alone = before.get(indent..).is_some_and(is_sign);
        let sign = before.len() - before.trim_end_matches(['#', '/', '*', '<']).len();
        let (code, mark) = before.split_at(before.len() - sign);
        let parted = code.ends_with([' ', '\t', ',', '{', '[']);
        let trails = !alone && may_trail && parted && is_sign(mark);
        if alone || trails {
            let content = cut(text, 0..end).trim_end().len().max(at + MARK.len());
            // A mark in the reason is no other marker.
            done = end;
            found.push(Comment {
                line: Span::new(start, end),
                start: if alone { start + indent } else { start + code.len() } as u32,
                inner: Span::new(at + MARK.len(), content),
                trails,
            });
        }
    }
    found
}

/// Where the line of `at` begins; nothing if that is too far away.
fn line_before(text: &str, at: usize) -> Option<usize> {
    let floor = at.saturating_sub(BEFORE);
    match memchr::memrchr(b'\n', &text.as_bytes()[floor..at]) {
        Some(found) => Some(floor + found + 1),
        None => (floor == 0).then_some(0),
    }
}

/// The next line that is neither empty nor a comment, with the lines that it goes on in. `next` is the line of the
/// next marker and its reach: what that speaks of, this one does too if nothing stands between them.
fn following_lines(
    text: &str,
    behind: Span,
    style: Style,
    calls: Calls<'_>,
    next: Option<(Span, Span)>,
) -> Span {
    let mut at = behind.start as usize;
    let mut reach: Option<Span> = None;
    let mut quote = None;
    for line in cut(text, behind.range()).split_inclusive('\n') {
        let start = at;
        at += line.len();
        let is_marker = next.is_some_and(|(line, _)| line.start as usize == start);
        match next {
            Some((_, next)) if is_marker && reach.is_none() => return next,
            // It may stand in a quoted text; whoever wrote it wanted a part of that.
            _ if is_marker => break,
            _ => {}
        }
        let content = line.trim_start_matches([' ', '\t', '>']).trim_end();
        if reach.is_none() {
            let skipped = content.is_empty()
                || content.starts_with('#')
                || (style.is_http && (content.starts_with("//") || content.starts_with('@')));
            if skipped {
                continue;
            }
        }
        let span = Span::new(start, at);
        reach = Some(reach.map_or(span, |reach| reach.cover(span)));
        // A call is reached whole by its first line; a text that is assigned goes on as long as its quote is open.
        if !style.is_http && !content.is_empty() && first_call(calls, span).is_none() {
            quote = quote_after(content, quote);
        } else {
            quote = None;
        }
        let is_scalar = style.is_yaml && content.trim_end_matches(['-', '+']).ends_with(['|', '>']);
        if quote.is_none() && !is_scalar && !content.ends_with(['\\', '`', '|', '(', '{']) {
            break;
        }
    }
    reach.unwrap_or(Span::at(text.len()))
}

/// The quote that a line leaves open: `'…'`, or `"…"` in which a backslash or a backtick takes the next character's
/// meaning.
fn quote_after(line: &str, open: Option<char>) -> Option<char> {
    let mut open = open;
    let mut escaped = false;
    let mut last = ' ';
    for c in line.chars() {
        let before = std::mem::replace(&mut last, c);
        match (open, c) {
            // The rest is a comment.
            (None, '#') if before.is_whitespace() => break,
            _ if escaped => escaped = false,
            (Some('"') | None, '\\' | '`') => escaped = true,
            (None, '"' | '\'') => open = Some(c),
            (Some(quote), _) if quote == c => open = None,
            _ => {}
        }
    }
    open
}

/// Reads what stands in a comment; nothing if it is no marker but only begins like one.
fn marker(text: &str, span: Span, inner: Span, reach: Span, in_code: bool) -> Option<Marker> {
    let content = cut(text, inner.range());
    let rest = content.trim_start().strip_prefix(MARK)?;
    let (of_file, rest) = rest.strip_prefix(FILE).map_or((false, rest), |rest| (true, rest));
    if !rest.is_empty() && !rest.starts_with([':', ' ', '\t', '\r', '\n']) {
        return None;
    }
    let words = rest.split(':').next().unwrap_or(rest);
    let mut names: Vec<Span> = words
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            Span::new(start, start + word.len())
        })
        .collect();
    let until = names.iter().position(|name| cut(text, name.range()) == UNTIL).map(|at| {
        let words = names.split_off(at);
        let day = words.get(1).map(|word| cut(text, word.range()).parse::<Day>());
        let is_all = words.len() == 2;
        let span = words.iter().fold(words[0], |all, word| all.cover(*word));
        Until { span, day: day.and_then(|day: Result<Day, NotADay>| day.ok()).filter(|_| is_all) }
    });
    Some(Marker { span, line: whole_line(text, span), names, reach, in_code, of_file, until })
}

/// The line of `span` with its break if nothing else stands there, else `span` with the blanks before it.
fn whole_line(text: &str, span: Span) -> Span {
    let bytes = text.as_bytes();
    let start = line_start(text, span.start as usize);
    let end = memchr::memchr(b'\n', &bytes[span.end as usize..])
        .map_or(text.len(), |len| span.end as usize + len + 1);
    let before = cut(text, start..span.start as usize);
    let behind = cut(text, span.end as usize..end).trim().is_empty();
    if behind && before.trim().is_empty() {
        Span::new(start, end)
    } else if behind {
        Span::new(start + before.trim_end().len(), span.end as usize)
    } else {
        span
    }
}

fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |at| at + 1)
}

/// What stands before a word in a comment of some language.
const SIGNS: &[&str] =
    &["#", "//", "/*", "<!--", "<#", "{/*", "--", ";", "%", "'", "::", "rem", "[//]:", "(", "*"];

/// What looks like a marker in `within` and is not one of `markers`: a comment of some language that names a rule.
fn unread(source: &Source, within: Span, markers: &[Marker], help: &'static str) -> Vec<Unread> {
    let text = source.text();
    let mut found = Vec::new();
    for at in memmem::find_iter(&text.as_bytes()[within.range()], MARK.as_bytes()) {
        let at = within.start as usize + at;
        if is_in(markers, at) || !names_a_rule(tail(text, at)) {
            continue;
        }
        let Some(start) = line_before(text, at) else { continue };
        let is_comment = cut(text, start..at)
            .split_whitespace()
            .any(|word| SIGNS.iter().any(|sign| word.to_ascii_lowercase().starts_with(sign)));
        if is_comment {
            found.push(Unread { span: to_line_end(text, at), help });
        }
    }
    found
}

/// What looks like a marker outside a document's code: a comment that does not begin with the mark, or one of another
/// language alone on its line.
fn unread_in_prose(source: &Source, markers: &[Marker], code: &[Span]) -> Vec<Unread> {
    let text = source.text();
    let mut found = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), MARK.as_bytes()) {
        // The blocks stand from the last to the first.
        let next = code.partition_point(|span| span.start as usize > at);
        let is_code = code.get(next).is_some_and(|span| at < span.end as usize);
        if is_code || is_in(markers, at) || !names_a_rule(tail(text, at)) {
            continue;
        }
        let Some(start) = line_before(text, at) else { continue };
        let before = cut(text, start..at).trim_start_matches([' ', '\t', '>']);
        let foreign = ["{/*", "[//]:", "//", "#", "--", "%%"];
        let is_html = before.rfind("<!--").is_some_and(|open| {
            // Between backticks it is shown to people.
            before[..open].matches('`').count().is_multiple_of(2) && !before[open..].contains('`')
        });
        if is_html || foreign.iter().any(|sign| before.starts_with(sign) && !before.contains('`')) {
            let help = "in Markdown a marker is `<!-- armbody-ignore RULE: reason -->`, before the block or behind a call";
            found.push(Unread { span: to_line_end(text, at), help });
        }
    }
    found
}

fn to_line_end(text: &str, at: usize) -> Span {
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len);
    Span::new(at, cut(text, 0..end).trim_end().len().max(at))
}

/// True if one of the markers, which stand in order, holds `at`.
fn is_in(markers: &[Marker], at: usize) -> bool {
    let next = markers.partition_point(|marker| marker.span.end as usize <= at);
    markers.get(next).is_some_and(|marker| marker.span.start as usize <= at)
}

/// True for a mark that a rule's name follows.
fn names_a_rule(text: &str) -> bool {
    let rest = text.strip_prefix(MARK).unwrap_or(text);
    let rest = rest.strip_prefix(FILE).unwrap_or(rest);
    let word = rest.trim_start().split(|c: char| c == ',' || c == ':' || c.is_whitespace()).next();
    rest.starts_with([' ', '\t']) && word.is_some_and(|word| find_rule(word).is_some())
}
