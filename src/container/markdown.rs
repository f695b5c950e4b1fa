//! Markdown: calls in fences, indented code, inline code, and the HTML that stands for them.
//!
//! pulldown-cmark says where the lines of code are and what marks stand before them; [`mend`] first gives it
//! the fences that were meant where they differ from those that `CommonMark` sees.

mod html;
mod mend;
mod parts;

pub(crate) use parts::{Part, parts};

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::template;
use crate::notation::shell::Dialect;
use crate::notation::template::may_hold_resources;
use crate::notation::{Call, Place, mentions_curl, shell_calls};
use crate::text::{Builder, Encoding, Fragment, Source, Span};

/// The calls of every code block and code span, whatever language its author gave it.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    let text = &source.text()[source.bom_len()..];
    if !may_hold_calls(text) {
        return Vec::new();
    }
    let root = source.fragment();
    let mended = mend::mend(text);
    let mut reader = Reader {
        source,
        text,
        root: &root,
        heading: None,
        section: 0,
        block: None,
        html_code: None,
        calls: Vec::new(),
    };
    // The parser's own front matter may stand anywhere, where two rules in prose look the same.
    let skipped = front_matter_len(&mended.text);
    let parser = Parser::new_ext(&mended.text[skipped..], Options::ENABLE_TABLES);
    for (event, range) in parser.into_offset_iter() {
        reader.event(&event, mended.original(skipped + range.start..skipped + range.end));
    }
    reader.calls
}

struct Reader<'r, 's> {
    source: &'s Source,
    /// The text behind the byte order mark, which all offsets speak of.
    text: &'s str,
    root: &'r Fragment<'s>,
    heading: Option<&'s str>,
    section: usize,
    block: Option<Block>,
    /// Where the code of an inline `<code>` begins.
    html_code: Option<usize>,
    calls: Vec<Call<'s>>,
}

/// A code block that is being read.
#[derive(Default)]
struct Block {
    language: String,
    /// What stands before each line of it.
    prefix: Option<String>,
    lines: Vec<Line>,
}

/// A line of code.
#[derive(Clone, Copy)]
struct Line {
    /// Its text, with its line break unless that is CR LF.
    span: Span,
    /// Its line break is CR LF and stands behind `span`.
    crlf: bool,
}

impl<'s> Reader<'_, 's> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.section = range.start;
                self.heading = Some(heading_text(&self.text[range]));
            }
            Event::Start(Tag::CodeBlock(kind)) if may_hold_calls(&self.text[range.clone()]) => {
                self.block = Some(match kind {
                    CodeBlockKind::Fenced(info) => Block {
                        language: language(info).to_owned(),
                        prefix: Some(self.prefix_at(range.start)),
                        lines: Vec::new(),
                    },
                    CodeBlockKind::Indented => Block::default(),
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
            Event::Code(_) if mentions_curl(&self.text[range.clone()]) => self.code_span(range),
            Event::Start(Tag::HtmlBlock) if mentions_curl(&self.text[range.clone()]) => {
                for code in html::code_in(self.text, range) {
                    self.html(code);
                }
            }
            Event::InlineHtml(tag) if html::opens_code(tag) => self.html_code = Some(range.end),
            Event::InlineHtml(tag) if html::closes_code(tag) => {
                let code = self.html_code.take().map(|start| start..range.start);
                if let Some(code) = code.filter(|code| mentions_curl(&self.text[code.clone()])) {
                    self.html(code);
                }
            }
            _ => {}
        }
    }

    fn code_block(&mut self, block: &Block) {
        let dialect = Dialect::of_block(&block.language);
        // A fence that is too far in for `CommonMark` is a line of an indented block.
        let is_fence = |line: &Line| {
            block.prefix.is_none() && self.text[line.span.range()].trim_start().starts_with("```")
        };
        for lines in block.lines.split(is_fence) {
            let Some(first) = lines.first() else { continue };
            let prefix = block.prefix.clone().unwrap_or_else(|| self.prefix_at(first.span.start as usize));
            let code = build(self.root, self.text, lines, &prefix);
            match template::call(&code) {
                Some(call) if is_json(&block.language, code.text()) => self.push(call),
                _ => self.code(&code, dialect, false),
            }
        }
    }

    /// A code span, or a fence that `CommonMark` takes for one because it is too far in.
    fn code_span(&mut self, range: Range<usize>) {
        let raw = &self.text[range.clone()];
        let ticks = raw.len() - raw.trim_start_matches('`').len();
        if ticks * 2 >= raw.len() {
            return;
        }
        let inner = range.start + ticks..range.end - ticks;
        let first_break = self.text[inner.clone()].find('\n').filter(|_| ticks >= 3);
        let Some(info_len) = first_break else {
            let code = inline(self.root, self.text, inner);
            return self.code(&code, Dialect::of_block(""), true);
        };
        let language = language(&self.text[inner.start..inner.start + info_len]).to_owned();
        let prefix = self.prefix_at(range.start);
        let mut block = Block { language, prefix: Some(prefix.clone()), lines: Vec::new() };
        let mut start = inner.start + info_len + 1;
        for line in self.text[start..inner.end].split_inclusive('\n') {
            let marks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
            block.push_raw(self.text, start + marks.min(prefix.len())..start + line.len());
            start += line.len();
        }
        self.code_block(&block);
    }

    fn html(&mut self, range: Range<usize>) {
        let code = html::decode(self.root, self.text, range);
        self.code(&code, Dialect::of_block(""), true);
    }

    /// Takes over the calls of `code`. What is `brief` stands within prose, where an example of an option is no
    /// call.
    fn code(&mut self, code: &Fragment<'s>, dialect: Dialect, brief: bool) {
        for call in shell_calls(code, dialect) {
            if brief && call.url.is_none() {
                continue;
            }
            self.push(call);
        }
    }

    fn push(&mut self, mut call: Call<'s>) {
        let section = self.source.bom_len() + self.section;
        let after_last = self.calls.last().map_or(section, |last| section.max(last.span.end as usize));
        call.context.place = Place::Document;
        call.context.heading = self.heading;
        call.context.before = self.source.text().get(after_last..call.span.start as usize).unwrap_or("");
        self.calls.push(call);
    }

    /// What stands on the line before `offset`, with list markers blanked: what the following lines carry.
    fn prefix_at(&self, offset: usize) -> String {
        let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..offset]).map_or(0, |at| at + 1);
        let blank = |c: char| if matches!(c, '>' | '\t') { c } else { ' ' };
        self.text[line..offset].chars().map(blank).collect()
    }
}

impl Block {
    /// Takes over text as the parser gives it: CR LF without the CR, and the line break together with the line
    /// that follows it.
    fn push(&mut self, text: &str, mut range: Range<usize>) {
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

    fn push_raw(&mut self, text: &str, range: Range<usize>) {
        let line = &text[range.clone()];
        let crlf = line.ends_with("\r\n");
        let end = if crlf { range.end - 2 } else { range.end };
        self.lines.push(Line { span: Span::new(range.start, end), crlf });
    }
}

/// True if a text may hold something that is read here: a cheap look at its words.
fn may_hold_calls(text: &str) -> bool {
    mentions_curl(text) || may_hold_resources(text)
}

/// True if a block's text is meant to be JSON, as its language says or, where that says nothing, its first
/// character.
fn is_json(language: &str, text: &str) -> bool {
    language.to_ascii_lowercase().contains("json") || text.trim_start().starts_with(['{', '[', '"', '/'])
}

/// The code that `lines` hold, without the last line's break: behind it the fence closes.
fn build<'s>(root: &Fragment<'s>, text: &str, lines: &[Line], prefix: &str) -> Fragment<'s> {
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
fn inline<'s>(root: &Fragment<'s>, text: &str, range: Range<usize>) -> Fragment<'s> {
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
