//! Literal hashtables: parameters for splatting, headers.

use super::data::Data;
use super::decode;
use super::lexer::{Bracket, Kind, Token};
use crate::notation::variables::Value;
use crate::text::{Builder, Encoding, Fragment};

/// Hashtables within a hashtable that are read: parameters, and the headers among them.
const MAX_DEPTH: u8 = 2;
/// One of more tokens than this is not looked into.
const MAX_TOKENS: usize = 4096;

/// A literal hashtable.
#[derive(Clone, Debug, Default)]
pub(in crate::notation) struct Table<'s> {
    entries: Vec<Entry<'s>>,
    /// What `ConvertTo-Json` makes of it, where that is known.
    json: Option<Fragment<'s>>,
}

/// An entry of a hashtable.
#[derive(Clone, Debug)]
pub(super) struct Entry<'s> {
    pub(super) name: String,
    pub(super) value: Value<'s>,
    /// The value's text, whatever it is.
    pub(super) text: Option<Fragment<'s>>,
    /// Name and value as a header has them.
    pub(super) header: Option<Fragment<'s>>,
}

impl<'s> Table<'s> {
    /// The text of the entry `name`, in any case.
    pub(in crate::notation) fn text(&self, name: &str) -> Option<&Fragment<'s>> {
        let entry = self.entries.iter().rev().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        match &entry.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What `ConvertTo-Json` makes of the table.
    pub(super) fn json(&self) -> Option<&Fragment<'s>> {
        self.json.as_ref()
    }

    /// Says that the table is no longer what it was written as.
    pub(super) fn changed(&mut self) {
        self.json = None;
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<'s>> {
        self.entries.iter()
    }

    /// `$table.name = value`
    pub(super) fn set(&mut self, name: &str, value: Value<'s>) {
        let text = match &value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        self.changed();
        self.entries.retain(|entry| !entry.name.eq_ignore_ascii_case(name));
        self.entries.push(Entry { name: name.to_owned(), value, text, header: None });
    }
}

/// The hashtable that begins at `open`.
pub(super) fn read<'s>(data: Data<'_, 's>, open: usize) -> Table<'s> {
    let end = data.list[open].partner.min(data.list.len());
    if end - open > MAX_TOKENS {
        return Table::default();
    }
    let mut table = read_nested(data, open, 0);
    table.json = data.object(open..end + 1);
    table
}

/// Recurses at most [`MAX_DEPTH`] deep.
fn read_nested<'s>(data: Data<'_, 's>, open: usize, depth: u8) -> Table<'s> {
    let list = data.list;
    let mut table = Table::default();
    let end = list[open].partner.min(list.len());
    let mut index = open + 1;
    while index < end {
        let is_entry = matches!(list[index].kind, Kind::Word | Kind::Text(_))
            && list.get(index + 1).is_some_and(|next| next.kind == Kind::Assign)
            && index + 1 < end;
        if !is_entry {
            index = skip(list, index) + 1;
            continue;
        }
        let value = index + 2;
        let mut stop = value;
        let mut piped = false;
        while stop < end && list[stop].kind != Kind::Separator {
            piped |= list[stop].kind == Kind::Pipe;
            stop = skip(list, stop) + 1;
        }
        let stop = stop.min(end);
        if value < stop {
            table.entries.push(entry(data, index, value..stop, piped, depth));
        }
        index = stop.max(value);
    }
    table
}

/// The last token of what begins at `index`.
fn skip(list: &[Token], index: usize) -> usize {
    match list[index].kind {
        Kind::Open(_) => list[index].partner.max(index),
        _ => index,
    }
}

fn entry<'s>(
    data: Data<'_, 's>,
    key: usize,
    range: std::ops::Range<usize>,
    piped: bool,
    depth: u8,
) -> Entry<'s> {
    let Data { code, list, .. } = data;
    let key_token = &list[key];
    let name = code.slice(key_token.content);
    let first = &list[range.start];
    let is_table = first.kind == Kind::Open(Bracket::Table) && first.partner + 1 >= range.end;
    let json = data.converted(range.clone());
    let text = (!is_table).then(|| {
        if let Some(json) = &json {
            return json.clone();
        }
        let joined = if piped { None } else { decode::joined(code, list, range.clone()) };
        joined.unwrap_or_else(|| decode::argument(code, list, range.clone()))
    });
    let known = !piped
        && list[range.clone()].iter().any(|token| matches!(token.kind, Kind::Text(_) | Kind::Word))
        && decode::joined(code, list, range.clone()).is_some();
    let value = match &text {
        None if depth + 1 < MAX_DEPTH => Value::Table(read_nested(data, range.start, depth + 1)),
        Some(text) if known || json.is_some() => Value::Text(text.clone()),
        _ => Value::Unknown,
    };
    let header = text.as_ref().map(|text| header(code, &name, key_token, first, text));
    Entry { name: name.text().to_owned(), value, text, header }
}

/// `Name: value` of what stands in two tokens.
pub(super) fn header<'s>(
    code: &Fragment<'s>,
    name: &Fragment<'s>,
    key: &Token,
    value: &Token,
    text: &Fragment<'s>,
) -> Fragment<'s> {
    let mut builder = Builder::new(code);
    builder.append(name);
    let gap = crate::text::Span { start: key.span.end, end: value.span.start.max(key.span.end) };
    builder.decoded(gap, ": ", Encoding::Plain);
    builder.append(text);
    builder.finish(key.content.start, Encoding::Plain)
}
