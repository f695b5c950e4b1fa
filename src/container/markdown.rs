//! Markdown: calls in fences, indented code, inline code, and the HTML that stands for them.
//!
//! pulldown-cmark says where the lines of code are and what marks stand before them; [`repair`] first gives it
//! the fences that were meant where they differ from those that `CommonMark` sees.

mod code;
mod html;
mod marker;
mod parts;
mod pieces;
mod prose;
mod repair;

pub(crate) use parts::{Part, parts};

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use self::code::{Block, Line};
use self::marker::Marked;
use self::prose::{Machines, Versions};
use crate::arm::RequestUrl;
use crate::notation::http::{self, Style};
use crate::notation::shell::Dialect;
use crate::notation::{
    Call, Language, Notation, Payload, Place, Scope, may_set, mentions_call, powershell, shell,
};
use crate::text::{Fragment, Source, Span};

/// A longer paragraph, in bytes, is prose.
const MAX_PARAGRAPH: usize = 8 << 10;
/// Calls that a block of JSON may be the file of: those before it, the last ones first.
const MAX_FILES: usize = 8;

/// The calls of every code block and code span, whatever language its author gave it.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    let text = &source.text()[source.bom_len()..];
    if !prose::may_hold_calls(text) {
        return Vec::new();
    }
    let root = source.fragment();
    let fixed = repair::repair(text);
    let mut reader = Reader {
        source,
        text,
        root: &root,
        machines: Machines::of(text),
        heading: None,
        section: 0,
        block: None,
        html_code: None,
        calls: Vec::new(),
        read_to: 0,
        scope: Scope::of(text.len()),
        awaiting: None,
        marked: Marked::default(),
        versions: Versions::default(),
        all_versions: Versions::default(),
    };
    // The parser's own front matter may stand anywhere, where two rules in prose look the same.
    let skipped = front_matter_len(&fixed.text);
    pieces::read(&fixed.text, skipped, |event, range| reader.event(event, fixed.original(range)));
    without_files(reader.calls)
}

/// The calls without the bodies that another call sends, which says more of them than they do themselves.
fn without_files(mut calls: Vec<Call<'_>>) -> Vec<Call<'_>> {
    if !calls.iter().any(|call| call.notation == Notation::Body) {
        return calls;
    }
    let place = |call: &Call<'_>| call.body.text().map(|body| body.to_file(body.span()));
    let says_type = |call: &Call<'_>| {
        call.url.as_ref().is_some_and(|url| RequestUrl::read(url.text()).resource_type().is_some())
    };
    let sent: HashSet<Span> = calls.iter().filter(|call| says_type(call)).filter_map(place).collect();
    if !sent.is_empty() {
        calls.retain(|call| {
            call.notation != Notation::Body || !place(call).is_some_and(|it| sent.contains(&it))
        });
    }
    calls
}

struct Reader<'r, 's> {
    source: &'s Source,
    /// The text behind the byte order mark, which all offsets speak of.
    text: &'s str,
    root: &'r Fragment<'s>,
    machines: Machines,
    heading: Option<&'s str>,
    section: usize,
    block: Option<Block>,
    /// Where the code of an inline `<code>` begins.
    html_code: Option<usize>,
    calls: Vec<Call<'s>>,
    /// The end of the last paragraph that was read as commands.
    read_to: usize,
    /// What the document's snippets have assigned so far.
    scope: Scope<'s>,
    /// The call whose body may stand in the next block of JSON.
    awaiting: Option<Awaiting>,
    /// What the marker above says of the snippets up to its end.
    marked: Marked<'s>,
    /// The API versions that the section and the document name.
    versions: Versions<'s>,
    all_versions: Versions<'s>,
}

/// A call without a body whose method sends one.
#[derive(Clone, Copy, Debug)]
struct Awaiting {
    call: usize,
    /// The text before the block must speak of a body.
    needs_word: bool,
}

impl<'s> Reader<'_, 's> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.section = range.start;
                self.versions = Versions::from(range.start);
                let heading = heading_text(&self.text[range]);
                self.heading = Some(heading);
                self.awaiting = self.awaiting.filter(|_| prose::speaks_of_request(heading));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.block = Some(match kind {
                    CodeBlockKind::Fenced(info) => Block {
                        language: language(info).to_owned(),
                        prefix: Some(self.prefix_at(range.start)),
                        start: range.start,
                        lines: Vec::new(),
                    },
                    CodeBlockKind::Indented => Block { start: range.start, ..Block::default() },
                });
            }
            Event::Text(_) => {
                if let Some(block) = &mut self.block {
                    block.push(self.text, range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(block) = self.block.take() {
                    self.code_block(&block);
                }
            }
            Event::Start(Tag::Paragraph) => self.paragraph(range),
            Event::Code(_) if range.start >= self.read_to && worth_reading(&self.text[range.clone()]) => {
                self.code_span(range);
            }
            Event::Start(Tag::HtmlBlock) => {
                self.marked = marker::last(&self.text[range.clone()]).unwrap_or(self.marked);
                for code in html::code_in(self.text, range) {
                    self.html(code);
                }
            }
            Event::InlineHtml(tag) if html::opens_code(tag) => self.html_code = Some(range.end),
            Event::InlineHtml(tag) if html::closes_code(tag) => {
                if let Some(start) = self.html_code.take() {
                    self.html(start..range.start);
                }
            }
            _ => {}
        }
    }

    fn code_block(&mut self, block: &Block) {
        // A fence that is too far in for `CommonMark` is a line of an indented block.
        let is_fence = |line: &Line| {
            block.prefix.is_none() && self.text[line.span.range()].trim_start().starts_with("```")
        };
        for lines in block.lines.split(is_fence) {
            let Some(first) = lines.first() else { continue };
            let prefix = block.prefix.clone().unwrap_or_else(|| self.prefix_at(first.span.start as usize));
            let code = code::build(self.root, self.text, lines, &prefix);
            let start = block.start.min(first.span.start as usize);
            self.snippet(&code, &block.language, start);
        }
    }

    /// A code span, or a fence that `CommonMark` takes for one because it is too far in.
    fn code_span(&mut self, range: Range<usize>) {
        let raw = &self.text[range.clone()];
        let ticks = raw.len() - raw.trim_start_matches('`').len();
        if ticks * 2 >= raw.len() {
            return;
        }
        // A fence on the next line ends the paragraph, and with it a span whose own marks never come.
        let closing = raw.len() - raw.trim_end_matches('`').len();
        let inner = range.start + ticks..range.end - closing.min(ticks);
        let first_break = self.text[inner.clone()].find('\n').filter(|_| ticks >= 3);
        let Some(info_len) = first_break else {
            let code = code::inline(self.root, self.text, inner);
            return self.brief(&code);
        };
        let language = language(&self.text[inner.start..inner.start + info_len]).to_owned();
        let block = self.raw_block(range.start, inner.start + info_len + 1..inner.end, language);
        self.code_block(&block);
    }

    fn html(&mut self, range: Range<usize>) {
        let code = html::decode(self.root, self.text, range);
        if worth_reading(code.text()) {
            self.brief(&code);
        }
    }

    /// A paragraph that is nothing but a request's line, or a command whose fence was forgotten.
    fn paragraph(&mut self, range: Range<usize>) {
        let text = self.text[range.clone()].trim_end();
        if text.len() > MAX_PARAGRAPH || !prose::mentions_arm(text) {
            return;
        }
        if !text.contains('\n') && http::begins(text, Style::Unknown) {
            let code = code::inline(self.root, self.text, range.start..range.start + text.len());
            let calls = http::calls(&code, Style::Unknown, &mut self.scope.beside());
            return self.take(calls, true);
        }
        let Some(line) = Some(text).filter(|text| mentions_call(text)).and_then(shell::first_request) else {
            return;
        };
        let start = range.start + line;
        let block = self.raw_block(start, start..range.start + text.len(), String::new());
        let code = code::build(self.root, self.text, &block.lines, block.prefix.as_deref().unwrap_or(""));
        let mut calls = shell::calls(&code, Dialect::of_block(""), &mut self.scope.beside());
        calls.retain(Call::looks_like_arm);
        if !calls.is_empty() {
            self.read_to = range.end;
        }
        self.take(calls, true);
    }

    /// The lines of code in `range`, which the parser takes for prose, of a block that begins at `start`.
    fn raw_block(&self, start: usize, range: Range<usize>, language: String) -> Block {
        let prefix = self.prefix_at(start);
        let mut block = Block { language, start, ..Block::default() };
        let mut at = range.start;
        for line in self.text[range].split_inclusive('\n') {
            let marks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
            block.push_raw(self.text, at + marks.min(prefix.len())..at + line.len());
            at += line.len();
        }
        block.prefix = Some(prefix);
        block
    }

    /// A block of code: requests as they go over the wire, commands, or JSON.
    fn snippet(&mut self, code: &Fragment<'s>, language: &str, start: usize) {
        let text = code.text();
        let is = |names: &[&str]| names.iter().any(|name| language.eq_ignore_ascii_case(name));
        let style =
            if is(&["http", "rest", "https", "http-interactive"]) { Style::Block } else { Style::Unknown };
        // A change is not a request: what its lines make is known to whoever applies it.
        let others =
            ["xml", "html", "csharp", "sql", "hcl", "terraform", "tf", "bicep", "kusto", "diff", "patch"];
        if is(&["output"]) || is(&others) {
            if is(&["output"]) {
                self.awaiting = None;
            }
            return;
        }
        if http::begins(text, style) {
            let calls = http::calls(code, style, &mut self.scope);
            return self.take(calls, false);
        }
        if let Some(call) = self.bare_url(code, start) {
            return self.take(vec![call], true);
        }
        let mentions = mentions_call(text);
        let named_json = is_json(language);
        if !mentions {
            let looks_like_json = prose::looks_like_json(text, named_json);
            let is_awaited = self.awaiting.is_some();
            let template = (named_json || looks_like_json)
                .then(|| super::template::call_in_block(code, is_awaited))
                .flatten();
            if template.is_some() || looks_like_json {
                return self.json(code, template, start, language);
            }
        }
        // The scripts of a template mention calls, and are its strings all the same.
        if mentions
            && text.trim_start().starts_with('{')
            && let Some(template) = super::template::call_in_block(code, false)
            && !super::template::script_calls(&template).is_empty()
        {
            return self.json(code, Some(template), start, language);
        }
        if is(&["json", "jsonc", "javascript", "js", "python", "text"]) && !mentions {
            return;
        }
        if mentions && is(&["yaml", "yml"]) {
            let calls = super::yaml::calls_in(code);
            if !calls.is_empty() {
                return self.take(calls, false);
            }
        }
        if !mentions && !may_set(text) {
            return;
        }
        let named = ["powershell", "pwsh", "ps1", "posh"]
            .iter()
            .any(|name| language.to_ascii_lowercase().contains(name));
        let is_powershell = powershell::is_likely(text)
            || (named && !text.lines().any(|line| line.trim_end().ends_with(" \\")));
        let calls = if is_powershell {
            powershell::calls(code, true, &mut self.scope)
        } else {
            shell::calls(code, Dialect::of_block(language), &mut self.scope)
        };
        self.take(calls, false);
    }

    /// A block that is nothing but a URL, if the sentence before it says the method: `Send a PATCH request to:`.
    fn bare_url(&self, code: &Fragment<'s>, start: usize) -> Option<Call<'s>> {
        let url = code.slice_trimmed(code.span());
        let text = url.text();
        let is_one = ["https://", "http://", "/subscriptions/"].iter().any(|it| text.starts_with(it))
            && prose::mentions_arm(text)
            && text.contains("api-version=")
            && !text.contains(['\n', '"']);
        if !is_one {
            return None;
        }
        let lead = prose::lead(&self.text[..start]);
        let lead_start = lead.as_ptr() as usize - self.text.as_ptr() as usize;
        let method = prose::method_in(lead)?;
        let mut call = Call::new(Notation::Http, url.to_file(url.span()));
        call.method = Some(self.root.slice(Span::new(lead_start + method.start, lead_start + method.end)));
        call.url = Some(url);
        Some(call)
    }

    /// Code within prose, where an example of an option is not a call.
    fn brief(&mut self, code: &Fragment<'s>) {
        let text = code.text();
        let mut calls = if http::begins(text, Style::Unknown) {
            http::calls(code, Style::Unknown, &mut self.scope.beside())
        } else if powershell::is_likely(text) {
            powershell::calls(code, true, &mut self.scope)
        } else {
            shell::calls(code, Dialect::of_block(""), &mut self.scope)
        };
        calls.retain(|call| {
            let bare = call.notation == Notation::Http && !call.looks_like_arm();
            // A command without options is spoken of.
            let is_named = call.made.as_ref().is_some_and(|made| !made.has_options);
            call.url.is_some() && !bare && !is_named
        });
        self.take(calls, true);
    }

    /// Takes over calls; those that are `brief` stand within prose.
    fn take(&mut self, calls: Vec<Call<'s>>, brief: bool) {
        for call in calls {
            let sends =
                matches!(call.sent_method().map(crate::arm::Method::as_str), Some("PUT" | "PATCH" | "POST"));
            let open = matches!(call.body, Payload::None | Payload::File(_)) && sends && call.made.is_none();
            let needs_word = brief || call.notation != Notation::Http;
            self.awaiting = open.then_some(Awaiting { call: self.calls.len(), needs_word });
            self.push(call);
        }
    }

    fn push(&mut self, mut call: Call<'s>) {
        let section = self.source.bom_len() + self.section;
        let after_last = self.calls.last().map_or(section, |last| section.max(last.span.end as usize));
        call.context.place = Place::Document;
        call.context.heading = self.heading;
        call.context.before = self.source.text().get(after_last..call.span.start as usize).unwrap_or("");
        // A document may hold a million calls, and most have a header or two.
        call.headers.shrink_to_fit();
        self.calls.push(call);
    }

    /// A block of JSON, which its author may have `named` so, that begins at `start`: a `template`, the body of the
    /// call before it, the file that a call sends, or a body of its own.
    fn json(&mut self, code: &Fragment<'s>, template: Option<Call<'s>>, start: usize, language: &str) {
        let named = is_json(language);
        if let Some(mut call) = template {
            self.awaiting = None;
            self.describe(&mut call, language);
            let scripts = super::template::script_calls(&call);
            self.push(call);
            return scripts.into_iter().for_each(|call| self.push(call));
        }
        let body = code.slice_trimmed(code.span());
        let lead = prose::lead(&self.text[..start]);
        let awaiting = self.awaiting.take();
        // What is called a request's body is one, even if it was copied from an answer.
        let called_body = awaiting.is_some() && prose::speaks_of_body(lead);
        let answers = prose::speaks_of_answer(lead) || (prose::is_answer(body.text()) && !called_body);
        if answers {
            return;
        }
        let whole = body.text().starts_with('{');
        if let Some(name) = prose::file_named(lead).filter(|_| whole) {
            let waits = |call: &&mut Call<'s>| matches!(&call.body, Payload::File(file) if prose::is_file(file.text(), name));
            let mut found = false;
            for call in self.calls.iter_mut().rev().take(MAX_FILES).filter(waits) {
                call.body = Payload::Text(body.clone());
                found = true;
            }
            self.scope.write_file(name, body.clone());
            if found {
                return;
            }
        }
        if let Some(Awaiting { call, needs_word }) = awaiting.filter(|_| whole) {
            let call = &mut self.calls[call];
            let is_file = matches!(call.body, Payload::File(_));
            if !(needs_word || is_file) || prose::speaks_of_body(lead) {
                call.body = Payload::Text(body);
                call.context.body_is_apart = true;
                return;
            }
        }
        let of_machine = self.marked.resource_type.is_some() || self.machines.any();
        if prose::is_machine_body(body.text(), of_machine, named) {
            let mut call = Call::new(Notation::Body, body.to_file(body.span()));
            call.body = Payload::Text(body);
            call.context.api_version = self.marked.api_version.or_else(|| self.version(start));
            self.describe(&mut call, language);
            self.push(call);
        }
    }

    /// Says of what stands alone what the document says of it.
    fn describe(&self, call: &mut Call<'s>, language: &str) {
        let marked = self.marked.resource_type;
        call.context.says_type = marked.is_some();
        call.context.resource_type =
            marked.or_else(|| self.machines.only()).or_else(|| Machines::in_words(self.heading).only());
        call.context.language =
            if language.is_empty() || is_json(language) { Language::Own } else { Language::Other };
    }

    /// The API version that the section names up to `offset`; else the document's.
    fn version(&mut self, offset: usize) -> Option<&'s str> {
        self.versions.read(self.text, offset);
        if !self.versions.is_empty() {
            return self.versions.only();
        }
        self.all_versions.read(self.text, self.text.len());
        self.all_versions.only()
    }

    /// What stands on the line before `offset`, with list markers blanked: what the following lines carry.
    fn prefix_at(&self, offset: usize) -> String {
        let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..offset]).map_or(0, |at| at + 1);
        let blank = |c: char| if matches!(c, '>' | '\t') { c } else { ' ' };
        self.text[line..offset].chars().map(blank).collect()
    }
}

/// True for a block that its author called JSON.
fn is_json(language: &str) -> bool {
    ["json", "jsonc", "json5", "json-nocopy", "json-interactive", "arm", "azurejson"]
        .iter()
        .any(|name| language.eq_ignore_ascii_case(name))
}

/// False only if [`Reader::brief`] finds nothing in `text`.
fn worth_reading(text: &str) -> bool {
    mentions_call(text) || prose::mentions_arm(text) || http::begins(text, Style::Unknown)
}

/// The length of the YAML between two `---` with which a document may begin.
fn front_matter_len(text: &str) -> usize {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return 0 };
    let mut len = first.len();
    for line in lines {
        len += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            return len;
        }
    }
    0
}

/// The first word of a fence's info string: `bash`, `{.bash}`, `bash {cmd=true}`.
fn language(info: &str) -> &str {
    let word = info.trim().trim_start_matches(['{', '.', ' ']);
    word.split([' ', '\t', '}', ',', '{', '\r']).next().unwrap_or(word)
}

/// A heading without its marks.
fn heading_text(raw: &str) -> &str {
    let raw = raw.trim();
    if raw.starts_with('#') { raw.trim_matches('#').trim() } else { raw.lines().next().unwrap_or(raw).trim() }
}
