//! A request as it goes over the wire: a line with method and URL, headers, a body. As `.http` and `.rest` files
//! have them, with their variables and separators, and as documents show them, with less.

mod write;

use super::variables::{Language, Value};
use super::{Assigned, Call, Notation, Payload};
use crate::text::{Builder, Encoding, Fragment, Span};

pub use write::Http;
pub(super) use write::with_blanks;

/// What the address of a request line begins with.
const TARGETS: [&str; 10] =
    ["http://", "https://", "/", "{", "<", "$", "[", "subscriptions/", "management.", "%"];

/// The methods of HTTP, and the word that documentation has for reading a collection.
const METHODS: [&str; 8] = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS", "LIST"];

/// What holds the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// A request file: comments, variables, `###` between requests, any text as a body.
    File,
    /// A block of a document that its author called HTTP.
    Block,
    /// A block or a line of a document that may hold anything.
    Unknown,
}

/// The requests of `code`, in the order in which they stand; `scope` is what was assigned before, and is added
/// to. Takes time linear in the text.
pub fn calls<'s>(code: &Fragment<'s>, style: Style, scope: &mut Assigned<'s>) -> Vec<Call<'s>> {
    Reader { code, lines: lines(code.text()), style, at: 0 }.run(scope)
}

/// True if the first line with anything on it is a request's.
pub fn begins(text: &str, style: Style) -> bool {
    // What is not a comment must begin with a method.
    let first = text.trim_start().bytes().next();
    if style == Style::Unknown
        && !matches!(first, Some(b'G' | b'P' | b'D' | b'H' | b'O' | b'L' | b'#' | b'/'))
    {
        return false;
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !is_comment(line));
    let Some(first) = lines.next() else { return false };
    request_line(first, style).is_some()
        || lines.next().is_some_and(|next| split(first, next, style).is_some())
}

/// The methods, as a document that may hold requests is looked through for them: in lower case.
pub(crate) fn marks() -> impl Iterator<Item = Vec<u8>> {
    METHODS.iter().map(|method| method.to_ascii_lowercase().into_bytes())
}

/// False only if [`begins`] does not hold for a block or span whose first method is the one at `at`, the `method`th of
/// [`marks`].
pub(crate) fn may_begin_at(text: &str, method: usize, at: usize) -> bool {
    let mut line = text.as_bytes()[..at].iter().rev().take_while(|byte| **byte != b'\n').take(MAX_MARKS);
    let len = METHODS.get(method).map_or(0, |method| method.len());
    let rest = text[at + len..].trim_start_matches(is_mark);
    // `PUT on '…'`
    let named = rest.get(..3).filter(|word| word.trim_end().eq_ignore_ascii_case("on"));
    let rest = named.map_or(rest, |word| rest[word.len()..].trim_start_matches(is_mark));
    let rest = rest.strip_prefix(QUOTES).filter(|_| named.is_some()).unwrap_or(rest);
    // `PUT/PATCH` is one too.
    line.all(|byte| !byte.is_ascii_alphabetic()) && TARGETS.iter().any(|it| rest.starts_with(it))
}

/// What may stand between a method and what it addresses: blanks, and the mark of a quoted line.
fn is_mark(c: char) -> bool {
    c.is_whitespace() || c == '>'
}

/// What a URL within a sentence stands in: `PUT on '/subscriptions/…'`.
const QUOTES: [char; 4] = ['\'', '"', '`', '‘'];

/// What stands before a block's line, in bytes: the marks of lists and quotes, blanks.
const MAX_MARKS: usize = 40;

fn lines(text: &str) -> Vec<Span> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.push(Span::new(start, start + line.trim_end_matches(['\n', '\r']).len()));
        start += line.len();
    }
    found
}

struct Reader<'f, 's> {
    code: &'f Fragment<'s>,
    lines: Vec<Span>,
    style: Style,
    at: usize,
}

impl<'s> Reader<'_, 's> {
    fn run(mut self, scope: &mut Assigned<'s>) -> Vec<Call<'s>> {
        let mut found = Vec::new();
        while self.at < self.lines.len() {
            let line = self.line(self.at);
            if let Some((name, value)) = self.variable(line) {
                scope.assign(Language::Http, name, Value::Text(value));
            } else if let Some(parts) = self.parts(self.at) {
                let mut call = self.request(&parts);
                scope.resolve(Language::Http, &mut call);
                found.push(call);
                continue;
            }
            self.at += 1;
        }
        found
    }

    fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", |span| &self.code.text()[span.range()])
    }

    /// The parts of the request that begins in line `index`.
    fn parts(&self, index: usize) -> Option<Parts> {
        request_line(self.line(index), self.style).or_else(|| self.split_parts(index))
    }

    /// The parts of a request whose URL stands in the line below its method.
    fn split_parts(&self, index: usize) -> Option<Parts> {
        let below = self.lines.get(index + 1)?.start - self.lines[index].start;
        let mut parts = split(self.line(index), self.line(index + 1), self.style)?;
        parts.url = parts.url.shift(below as usize);
        Some(parts)
    }

    /// The part of line `index` without the blanks around it.
    fn trimmed(&self, index: usize) -> Span {
        let span = self.lines[index];
        let line = self.line(index);
        let start = span.start as usize + (line.len() - line.trim_start().len());
        Span::new(start, start + line.trim().len())
    }

    /// `@name = value`
    fn variable<'t>(&self, line: &'t str) -> Option<(&'t str, Fragment<'s>)> {
        let (name, value) =
            line.trim().strip_prefix('@').filter(|_| self.style == Style::File)?.split_once('=')?;
        let name = name.trim();
        let named = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(named) {
            return None;
        }
        let end = self.trimmed(self.at).end as usize;
        Some((name, self.code.slice_trimmed(Span::new(end - value.len(), end))))
    }

    /// The request whose line stands here.
    fn request(&mut self, parts: &Parts) -> Call<'s> {
        let first = self.lines[self.at];
        let shift = |span: Span| span.shift(first.start as usize);
        let mut end = shift(parts.url).end;
        let indent = parts.indent;
        let mut pieces = vec![shift(parts.url)];
        self.at += parts.lines;
        while !parts.complete && self.url_goes_on(pieces.last().copied().unwrap_or_default(), indent) {
            let span = self.trimmed(self.at);
            let text = &self.code.text()[span.range()];
            let (len, complete) = without_protocol(text);
            pieces.push(Span::new(span.start as usize, span.start as usize + len));
            end = span.end;
            self.at += 1;
            if complete {
                break;
            }
        }
        let mut builder = Builder::new(self.code);
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                builder.glue();
            }
            builder.copy(*piece, Encoding::Plain);
        }
        let start = parts.method.map_or(parts.url, |method| method);
        let mut call = Call::new(Notation::Http, Span::default());
        call.url = Some(builder.finish(pieces[0].start, Encoding::Plain));
        call.method = parts.method.map(|method| self.code.slice(shift(method)));
        call.default_method = Some("GET");
        self.headers(&mut call, &mut end);
        self.body(&mut call, &mut end, indent);
        call.span = self.code.to_file(Span { start: shift(start).start, end });
        call
    }

    /// True if line `at` goes on with the URL whose last piece is `piece`.
    fn url_goes_on(&self, piece: Span, indent: usize) -> bool {
        let line = self.line(self.at);
        let text = line.trim();
        if text.is_empty() || text.starts_with("//") || is_header(text) {
            return false;
        }
        if text.starts_with(['?', '&']) {
            return true;
        }
        let deeper = line.len() - line.trim_start().len() > indent;
        let open = self.code.text()[piece.range()].ends_with(['/', '?', '&', '=']);
        let one_word = !text.contains([' ', '"', '<', ':']) && !text.starts_with(['{', '[', '#']);
        let variable = text.starts_with("{{") && text.ends_with("}}") && !text.contains(' ');
        (deeper && (text.starts_with('/') || variable)) || (open && one_word)
    }

    fn headers(&mut self, call: &mut Call<'s>, end: &mut u32) {
        while self.at < self.lines.len() {
            let text = self.line(self.at).trim();
            if is_header(text) || is_header_without_colon(text) {
                let span = self.trimmed(self.at);
                call.headers.push(self.code.slice(span));
                *end = span.end;
            } else if is_comment(text) && !is_separator(text) || text.starts_with('<') && text.ends_with('>')
            {
                // Neither ends the headers.
            } else {
                return;
            }
            self.at += 1;
        }
    }

    fn body(&mut self, call: &mut Call<'s>, end: &mut u32, indent: usize) {
        let mut index = self.at;
        loop {
            let text = self.line(index).trim();
            if index >= self.lines.len() || self.ends_request(index, indent) {
                self.at = index;
                return;
            }
            let label = self.style != Style::File && is_label(text);
            if !(text.is_empty() || label || (self.style == Style::File && is_comment(text))) {
                break;
            }
            index += 1;
        }
        self.at = index;
        let first = self.trimmed(index);
        let text = self.line(index).trim();
        if let Some(file) = text.strip_prefix("<@").or_else(|| text.strip_prefix("< ")) {
            let name =
                self.code.slice_trimmed(Span::new(first.end as usize - file.len(), first.end as usize));
            if !name.text().is_empty() {
                call.body = Payload::File(name);
                *end = first.end;
                self.at += 1;
                return;
            }
        }
        let json = text.starts_with(['{', '[', '"']) && !text.starts_with("{{");
        let reads = matches!(call.sent_method().map(crate::arm::Method::as_str), Some("GET" | "HEAD"));
        if self.style != Style::File && (!json || reads) {
            // What follows is an answer, or prose.
            return;
        }
        let mut stop = index;
        while stop < self.lines.len() && !self.ends_request(stop, indent) {
            stop += 1;
        }
        let mut last = self.trimmed(stop - 1).end;
        if let Some(close) = json_end(&self.code.text()[first.start as usize..last as usize]) {
            // What stands behind the body on lines of its own is prose, unless it goes on as JSON does.
            let close = first.start as usize + close;
            let rest = &self.code.text()[close..last as usize];
            let behind = rest.trim_start();
            let own_line = rest.len() > behind.len() && rest[..rest.len() - behind.len()].contains('\n');
            if behind.is_empty() || (own_line && !behind.starts_with(['}', ']', ',', '"', '{'])) {
                last = close as u32;
            }
        }
        let mut body = self.code.text()[first.start as usize..last as usize].trim_end();
        // Comments behind the body speak of what comes next.
        while let Some((before, comment)) =
            body.rsplit_once('\n').filter(|(_, line)| is_comment(line) || line.trim().is_empty())
        {
            debug_assert!(comment.len() <= body.len());
            body = before.trim_end();
        }
        let span = Span::new(first.start as usize, first.start as usize + body.len());
        call.body = Payload::Text(self.code.slice(span));
        *end = span.end;
        self.at = stop;
    }

    /// True if line `index` no longer belongs to a request whose line is indented by `indent`.
    fn ends_request(&self, index: usize, indent: usize) -> bool {
        let line = self.line(index);
        let text = line.trim_start();
        if is_separator(text) && self.style == Style::File || text.starts_with("HTTP/") {
            return true;
        }
        line.len() - text.len() <= indent + 3 && self.parts(index).is_some_and(|it| it.method.is_some())
    }
}

/// Where in a line the parts of a request stand.
struct Parts {
    method: Option<Span>,
    url: Span,
    /// The blanks before it, in bytes.
    indent: usize,
    /// The protocol's version ends it.
    complete: bool,
    /// The lines that they take.
    lines: usize,
}

/// The parts of the request line that `line` is.
fn request_line(line: &str, style: Style) -> Option<Parts> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let text = text.trim_end();
    let len = text.find([' ', '\t']).unwrap_or(text.len());
    let (mut method, mut rest) = text.split_at(len);
    // `GET GET https://…`
    let again = rest.trim_start();
    if let Some((second, behind)) = again.split_once([' ', '\t'])
        && second == method
        && is_target(behind.trim_start())
    {
        (method, rest) = text.split_at(text.len() - behind.len() - 1);
    }
    let first = &text[..len];
    let known = METHODS.iter().any(|it| match style {
        Style::Unknown => *it == first,
        Style::File | Style::Block => it.eq_ignore_ascii_case(first),
    });
    if !known {
        // In a request file a URL alone is read.
        let alone = style == Style::File && (text.starts_with("https://") || text.starts_with("http://"));
        let (len, complete) = without_protocol(text);
        let url = Span::new(indent, indent + len);
        return alone.then_some(Parts { method: None, url, indent, complete, lines: 1 });
    }
    let url = rest.trim_start();
    let plain = || {
        let (len, complete) = without_protocol(url);
        (url, len, complete)
    };
    let (url, len, complete) = quoted(url).map_or_else(plain, |(url, len)| (url, len, true));
    let start = indent + text.len() - url.len();
    is_target(&url[..len]).then(|| Parts {
        method: Some(Span::new(indent, indent + method.len())),
        url: Span::new(start, start + len),
        indent,
        complete,
        lines: 1,
    })
}

/// `on '/subscriptions/…'`, as some of Microsoft's pages write it: the text from the URL on, and the URL's length.
fn quoted(text: &str) -> Option<(&str, usize)> {
    let word = text.get(..2).filter(|word| word.eq_ignore_ascii_case("on"))?;
    let behind = text[word.len()..].trim_start();
    let url = behind.strip_prefix(QUOTES).filter(|_| behind.len() < text.len() - word.len())?;
    let len = url.find(['\'', '"', '`', '’']).unwrap_or(url.trim_end().len());
    Some((url, len))
}

/// The parts of a request whose method stands alone in a line, or with another that does as well (`PUT/PATCH`), and
/// whose whole URL stands in the `next` one; the URL's place is counted from there.
fn split(line: &str, next: &str, style: Style) -> Option<Parts> {
    let text = line.trim();
    let all_known = || text.split('/').all(|it| METHODS.contains(&it));
    if style == Style::File || text.len() > 20 || !all_known() {
        return None;
    }
    let url = next.trim();
    if !["https://", "http://", "/subscriptions/", "/providers/"].iter().any(|it| url.starts_with(it)) {
        return None;
    }
    let indent = line.len() - line.trim_start().len();
    let start = next.len() - next.trim_start().len();
    let (len, complete) = without_protocol(url);
    let method = text.split('/').next().unwrap_or(text);
    Some(Parts {
        method: Some(Span::new(indent, indent + method.len())),
        url: Span::new(start, start + len),
        indent,
        complete,
        lines: 2,
    })
}

/// The length of a URL without the `HTTP/1.1` behind it, and whether that is there.
fn without_protocol(text: &str) -> (usize, bool) {
    let Some((url, last)) = text.rsplit_once([' ', '\t']) else { return (text.len(), false) };
    if last.starts_with("HTTP/") { (url.trim_end().len(), true) } else { (text.trim_end().len(), false) }
}

/// True for what a request line may address.
fn is_target(url: &str) -> bool {
    TARGETS.iter().any(|it| url.starts_with(it)) && url.len() > 1
}

/// `Name: value`
fn is_header(text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    !name.is_empty()
        && name.len() < 60
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !value.starts_with("//")
}

/// `Authorization Bearer …`: nothing else begins so.
fn is_header_without_colon(text: &str) -> bool {
    const BEGINNINGS: [&str; 4] = [
        "authorization bearer ",
        "authorization=bearer ",
        "content-type application/",
        "content-type=application/",
    ];
    let begins = |start: &str| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    BEGINNINGS.iter().any(|start| begins(start))
}

fn is_comment(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with('#') || text.starts_with("//")
}

fn is_separator(line: &str) -> bool {
    line.trim_start().starts_with("###")
}

/// `Request body:` and the like, on a line of its own before the body.
fn is_label(text: &str) -> bool {
    text.len() < 60
        && !text.starts_with(['{', '[', '"', '<'])
        && !text.to_ascii_lowercase().contains("response")
        && (text.ends_with(':') || text.to_ascii_lowercase().contains("body"))
}

/// The offset behind the bracket that closes the JSON that `text` begins with.
fn json_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
