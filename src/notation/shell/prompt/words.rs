//! What the prompt leaves of a line, parted into words as Microsoft's C library does it.

use super::super::Word;
use super::super::meant::body_at;
use super::super::starts::is_known;
use super::{Item, MAX_NAME, Reader};
use crate::notation::command::program_name;
use crate::notation::{Quoting, QuotingKind as K};
use crate::text::{Builder, Encoding, Fragment, Span};

impl<'s> Reader<'_, 's> {
    /// Parts the line into words as a program does.
    pub(super) fn split(&mut self, items: &[Item]) -> Vec<Word<'s>> {
        let mut words: Vec<Word<'s>> = Vec::new();
        let mut at = 0;
        let mut is_argument = false;
        while at < items.len() {
            if is_blank(&items[at]) {
                at += 1;
                continue;
            }
            if is_argument && let Some((word, next)) = self.body(items, at) {
                words.push(word);
                at = next;
                continue;
            }
            let start = at;
            let mut quoted = false;
            let mut writer = Writer::new(self.code);
            while at < items.len() && (quoted || !is_blank(&items[at])) {
                at = argument_step(items, at, &mut quoted, &mut writer);
            }
            let (from, to) = (items[start].from(), items[at - 1].to());
            // `@curl`, and brackets that were not closed.
            let text = writer.finish(from);
            let text = match text.text().strip_prefix('@').filter(|_| words.is_empty()) {
                Some(_) => text.slice(Span::new(1, text.text().len())),
                None => text,
            };
            is_argument |= words.len() < 8 && is_known(&program(text.text()));
            words.push(Word { text, span: self.code.to_file(Span::new(from, to.max(from))) });
        }
        if words.first().is_some_and(|word| word.text.text().eq_ignore_ascii_case("call")) {
            words.remove(0);
        }
        words
    }

    /// The body that begins at the item `at`, if its quotes get lost on the way.
    fn body(&mut self, items: &[Item], at: usize) -> Option<(Word<'s>, usize)> {
        let first = items[at];
        let quoted = match first.char? {
            '"' => true,
            '{' | '[' => false,
            _ => return None,
        };
        let from = if quoted { items.get(at + 1)?.from() } else { first.from() };
        if !self.text[from..self.end].starts_with(['{', '[']) {
            return None;
        }
        let last = items.last().map_or(from, Item::to);
        let limit = last.min(from + self.budget);
        let (meant, used) = body_at(self.bytes.get(..limit)?, from, quoted.then_some(b'"'));
        self.budget = self.budget.saturating_sub(used);
        let meant = meant?;
        let torn = !quoted && meant.escaped && meant.blank.is_some();
        if meant.apostrophes || (meant.eaten.is_empty() && !torn) {
            return None;
        }
        let raw = &self.text[meant.json.range()];
        let (kind, place, message) = match meant.eaten.first() {
            Some(first) => (
                K::QuotesEaten,
                *first,
                "the program that is run takes JSON's own quotes off: what it gets is not JSON",
            ),
            None => (
                K::WordsRunTogether,
                meant.blank?,
                "the blank ends the argument: the rest of the body becomes other words",
            ),
        };
        let quoting = Quoting::new(kind, self.code.to_file(Span::new(place, place + 1)), message).help(
            "put the body in double quotes, with `\\\"` for each of its own, or in a file: `@body.json`",
        );
        let lone = raw.contains(['%', '!', '^', '&', '|', '<', '>', '\n']);
        let escapes = raw.matches('\\').count();
        let mut edits = Vec::new();
        if !quoted {
            edits.push((Span::at(from), "\"".to_owned()));
        }
        edits.extend(meant.eaten.iter().map(|&it| (Span::at(it), "\\".to_owned())));
        if !quoted {
            edits.push((Span::at(meant.json.end as usize), "\"".to_owned()));
        }
        let mixed = !meant.escaped && escapes > 0;
        let quoting =
            self.with_edits(quoting, "write `\\\"` within double quotes", (!lone && !mixed).then_some(edits));
        self.quoting.push(quoting);
        let text = self.code.slice(meant.json);
        let span = self.code.to_file(Span::new(first.from(), meant.end));
        let next = items.partition_point(|item| item.from() < meant.end);
        Some((Word { text, span }, next.max(at + 1)))
    }

    /// The text of `items` as it stands.
    pub(super) fn whole(&self, items: &[Item]) -> Fragment<'s> {
        let mut writer = Writer::new(self.code);
        for item in items {
            writer.item(item, Encoding::CommandDouble);
        }
        writer.finish(items.first().map_or(self.at.min(self.end), Item::from))
    }
}

/// True for a line that `call` begins.
pub(super) fn is_call(items: &[Item]) -> bool {
    let word = items.iter().skip_while(|item| is_blank(item) || item.char == Some('@'));
    let word: String = word.map_while(|item| item.char).take(5).collect();
    word.get(..4).is_some_and(|call| call.eq_ignore_ascii_case("call"))
        && word[4..].chars().all(|c| c == ' ' || c == '\t')
}

/// What `call` makes of the percent signs of its line, which it reads once more: `%%` is one, `%NAME%` the value of a
/// variable.
pub(super) fn read_again(items: &[Item]) -> Vec<Item> {
    let mut out = Vec::with_capacity(items.len());
    let mut at = 0;
    while let Some(item) = items.get(at) {
        at += 1;
        if item.char != Some('%') {
            out.push(*item);
            continue;
        }
        let rest = &items[at..];
        let name = rest.iter().take(MAX_NAME);
        let name =
            name.take_while(|it| it.char.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')).count();
        let end = rest.get(name).filter(|it| it.char == Some('%'));
        match end {
            Some(end) => {
                let char = (name == 0).then_some('%');
                out.push(Item { to: end.to, char, ..*item });
                at += name + 1;
            }
            None => out.push(*item),
        }
    }
    out
}

/// Steps over one character of a word, or over backslashes and the quote behind them.
fn argument_step(items: &[Item], at: usize, quoted: &mut bool, writer: &mut Writer<'_, '_>) -> usize {
    let encoding = if *quoted { Encoding::CommandDouble } else { Encoding::Plain };
    let backslashes = items[at..].iter().take_while(|item| item.char == Some('\\')).count();
    let quote = items.get(at + backslashes).filter(|item| item.char == Some('"'));
    let Some(quote) = quote else {
        let count = backslashes.max(1);
        for item in &items[at..at + count] {
            writer.item(item, encoding);
        }
        return at + count;
    };
    for pair in items[at..at + backslashes].chunks_exact(2) {
        writer.decoded(pair[0].from(), pair[1].to(), '\\', encoding);
    }
    let behind = at + backslashes + 1;
    if backslashes % 2 == 1 {
        let from = items[at + backslashes - 1].from();
        writer.decoded(from, quote.to(), '"', encoding);
        return behind;
    }
    if *quoted && items.get(behind).is_some_and(|item| item.char == Some('"')) {
        writer.decoded(quote.from(), items[behind].to(), '"', encoding);
        return behind + 1;
    }
    *quoted = !*quoted;
    writer.touch(quote.to());
    behind
}

pub(super) fn is_blank(item: &Item) -> bool {
    matches!(item.char, Some(' ' | '\t'))
}

/// The name of a program as the table has it.
pub(super) fn program(word: &str) -> String {
    program_name(word.trim_start_matches('@')).into_owned()
}

/// The variable that `set NAME=value` or `set "NAME=value"` sets, and where its value begins.
pub(super) fn assignment(items: &[Item]) -> Option<(String, usize)> {
    let text: String = items.iter().take(4).filter_map(|item| item.char).collect();
    if !text.to_ascii_lowercase().starts_with("set ") {
        return None;
    }
    let equals = items.iter().take(MAX_NAME).position(|item| item.char == Some('='))?;
    let name: String =
        items[4..equals.max(4)].iter().filter_map(|item| item.char).filter(|c| *c != '"').collect();
    let name = name.trim().to_owned();
    (!name.is_empty() && !name.starts_with('/')).then_some((name, equals + 1))
}

/// The value of `set "NAME=value"` without the quote that ends it.
pub(super) fn trim_quote(mut value: Vec<Item>, quoted: bool) -> Vec<Item> {
    if quoted && let Some(last) = value.iter().rposition(|item| item.char == Some('"')) {
        value.truncate(last);
    }
    value
}

/// Writes a word, copying what stands together in one piece.
struct Writer<'f, 's> {
    builder: Builder<'f, 's>,
    run: Option<(usize, usize, Encoding)>,
    anchor: Option<usize>,
    encoding: Encoding,
}

impl<'f, 's> Writer<'f, 's> {
    fn new(code: &'f Fragment<'s>) -> Self {
        Self { builder: Builder::new(code), run: None, anchor: None, encoding: Encoding::Plain }
    }

    fn item(&mut self, item: &Item, encoding: Encoding) {
        match item.char {
            Some(c) if item.to() - item.from() == c.len_utf8() => match &mut self.run {
                Some((_, to, of)) if *to == item.from() && *of == encoding => *to = item.to(),
                _ => {
                    self.flush();
                    self.run = Some((item.from(), item.to(), encoding));
                }
            },
            Some(c) => self.decoded(item.from(), item.to(), c, encoding),
            None => {
                self.flush();
                self.builder.expansion(Span::new(item.from(), item.to()), encoding);
            }
        }
    }

    fn decoded(&mut self, from: usize, to: usize, c: char, encoding: Encoding) {
        self.flush();
        self.builder.decoded(Span::new(from, to), c.encode_utf8(&mut [0; 4]), encoding);
    }

    /// A quote that stands for nothing.
    fn touch(&mut self, behind: usize) {
        self.anchor.get_or_insert(behind);
        self.encoding = Encoding::CommandDouble;
    }

    fn flush(&mut self) {
        if let Some((from, to, encoding)) = self.run.take() {
            self.builder.copy(Span::new(from, to), encoding);
        }
    }

    fn finish(mut self, from: usize) -> Fragment<'s> {
        self.flush();
        self.builder.finish(self.anchor.unwrap_or(from) as u32, self.encoding)
    }
}
