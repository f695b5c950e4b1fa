//! `ConvertTo-Json` and `ConvertFrom-Json`.
//!
//! The JSON is shown where PowerShell says it, and only the characters of its strings can be edited: everything else
//! is written otherwise here. Members that its depth would cut are written as they are meant.

use std::rc::Rc;

use super::{Entry, Evaluator, Faults, Item, Object, ObjectKind, Text, Value};
use crate::json::{Dialect, Kind, Node, Tree};
use crate::text::{Builder, Encoding, Fragment, Span};

/// Containers within each other that are followed; `ConvertTo-Json` itself stops at 100.
const MAX_DEPTH: usize = 24;
/// JSON longer than this, in bytes, is not made.
const MAX_LEN: usize = 256 << 10;
/// What stands for a value that only a run knows.
const VALUE: &str = "$value";

/// JSON that was made of a value.
pub(in crate::notation::powershell) struct Made<'s> {
    pub(in crate::notation::powershell) text: Text<'s>,
    /// Where the first container stands that lies deeper than the depth that was said.
    pub(in crate::notation::powershell) lost: Option<Span>,
}

struct Writer<'w, 'f, 's> {
    objects: &'w [Object<'s>],
    out: Builder<'f, 's>,
    /// Bytes of memory that it may take.
    limit: usize,
    /// There was no room for all of it.
    is_full: bool,
    faults: Faults,
    depth: Option<usize>,
    lost: Option<Span>,
}

impl<'s> Evaluator<'_, 's> {
    /// The JSON of an object or a list; `None` of anything else, or where it is not known what there is to write.
    pub(in crate::notation::powershell) fn json(
        &mut self,
        item: &Item<'s>,
        depth: Option<usize>,
    ) -> Option<Made<'s>> {
        let unit = Rc::clone(&self.unit);
        let limit = self.bytes;
        let mut writer = Writer {
            objects: &self.scope.powershell.objects,
            out: Builder::new(&unit.code),
            limit,
            is_full: false,
            faults: Faults::new(),
            depth,
            lost: None,
        };
        let written = writer.value(item, 0);
        let Writer { out, faults, lost, is_full, .. } = writer;
        let (len, weight) = (out.len(), out.weight());
        // What was written for nothing was written too.
        self.bytes = self.bytes.saturating_sub(weight);
        if is_full || len > MAX_LEN || weight >= limit {
            self.scope.refuse();
            return None;
        }
        written?;
        let fragment = out.finish(0, Encoding::Plain);
        Some(Made { text: Text { fragment: Rc::new(fragment), faults }, lost })
    }

    /// The value that a JSON text is read as.
    pub(super) fn read_json(&mut self, text: &Text<'s>, at: Span) -> Option<Item<'s>> {
        // Each few bytes become a value.
        if !text.is_known() || !self.spend(text.as_str().len()) || !self.room(16 * text.as_str().len()) {
            return None;
        }
        let fragment = Rc::clone(&text.fragment);
        let tree = Tree::parse(fragment.text(), Dialect::STRICT);
        if !tree.mistakes().is_empty() {
            return None;
        }
        self.read_node(&fragment, tree.root()?, at, 0)
    }

    fn read_node(&mut self, text: &Fragment<'s>, node: Node<'_>, at: Span, depth: usize) -> Option<Item<'s>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let at = if node.span().is_empty() { at } else { text.to_file(node.span()) };
        let value = match node.kind() {
            Kind::Null => Value::Null,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Placeholder | Kind::Unknown => return None,
            Kind::Number => Value::Number(node.number()?.into()),
            Kind::String => Value::Text(self.string_of(text, node)?),
            Kind::Array => {
                let mut items = Vec::new();
                for element in node.elements() {
                    items.push(self.read_node(text, element, at, depth + 1)?);
                }
                Value::List(items.into())
            }
            Kind::Object => {
                let mut entries = Vec::new();
                for (name, value) in node.members() {
                    let name_at = text.to_file(name.span());
                    let name = self.string_of(text, name)?;
                    let item = self.read_node(text, value, at, depth + 1)?;
                    entries.push(Entry { name, name_at, item });
                }
                self.scope.powershell.add(Object::new(ObjectKind::Custom, entries))
            }
        };
        Some(Item::new(value, at))
    }

    fn string_of(&self, text: &Fragment<'s>, node: Node<'_>) -> Option<Text<'s>> {
        let value = node.as_str()?;
        let content = node.content_span();
        if text.text().get(content.range()) == Some(&*value) {
            return Some(Text::new(text.slice(content)));
        }
        let mut builder = Builder::new(&self.unit.code);
        builder.placed(text.to_file(content), &value, false);
        Some(Text::new(builder.finish(0, Encoding::Plain)))
    }
}

impl<'s> Writer<'_, '_, 's> {
    /// True if so much more may be written.
    fn has_room(&mut self, len: usize, weight: usize) -> bool {
        self.is_full |= self.out.len() + len > MAX_LEN || self.out.weight() + weight >= self.limit;
        !self.is_full
    }

    fn add_faults(&mut self, faults: &Faults) {
        self.faults.extend(faults.iter().take(super::MAX_FAULTS - self.faults.len()).cloned());
    }

    fn at_start(&mut self, at: Span, text: &str) {
        self.out.placed(Span { start: at.start, end: at.start }, text, false);
    }

    fn at_end(&mut self, at: Span, text: &str) {
        self.out.placed(Span { start: at.end, end: at.end }, text, false);
    }

    /// Writes a value that lies at `level`.
    fn value(&mut self, item: &Item<'s>, level: usize) -> Option<()> {
        if level > MAX_DEPTH || !self.has_room(0, 0) {
            return None;
        }
        let at = item.at;
        let container = matches!(item.value, Value::Object(_) | Value::List(_));
        if container && self.depth.is_some_and(|depth| level > depth) && self.lost.is_none() {
            self.lost = Some(at);
        }
        match &item.value {
            Value::Null => self.out.placed(at, "null", false),
            Value::Bool(value) => self.out.placed(at, if *value { "true" } else { "false" }, false),
            Value::Number(value) => self.out.placed(at, value, false),
            Value::Text(text) => {
                self.add_faults(&text.faults);
                self.string(text, at)?;
            }
            Value::List(items) => {
                self.at_start(at, "[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.at_start(item.at, ",");
                    }
                    self.value(item, level + 1)?;
                }
                self.at_end(at, "]");
            }
            Value::Object(index) => {
                let object = self.objects.get(*index)?;
                if object.open && object.entries.is_empty() {
                    self.out.placed(at, VALUE, true);
                    return if level == 0 { None } else { Some(()) };
                }
                if object.open && level == 0 {
                    return None;
                }
                let entries = Rc::clone(&object.entries);
                self.at_start(at, "{");
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        self.at_start(entry.name_at, ",");
                    }
                    self.name(entry)?;
                    self.at_end(entry.name_at, ":");
                    self.value(&entry.item, level + 1)?;
                }
                self.at_end(at, "}");
            }
            Value::Unknown(unknown) => {
                self.add_faults(&unknown.faults);
                self.out.placed(at, VALUE, true);
            }
            Value::File(_) | Value::Bytes(_) | Value::Block(..) | Value::Secure => {
                self.out.placed(at, VALUE, true);
            }
        }
        Some(())
    }

    /// A member's name: one that a run makes as it stands, or if that cannot be, unlike any other.
    fn name(&mut self, entry: &Entry<'s>) -> Option<()> {
        let name = &entry.name;
        self.add_faults(&name.faults);
        let text = name.as_str();
        let open: usize = name.fragment.expansions().map(Span::len).sum();
        if open < text.len() || text.is_empty() {
            return self.string(name, entry.name_at);
        }
        let plain = text.len() < 100 && !text.contains(|c: char| c < ' ' || matches!(c, '"' | '\\'));
        let shown = if plain { format!("\"{text}\"") } else { format!("\"$name{}\"", entry.name_at.start) };
        self.out.placed(entry.name_at, &shown, true);
        Some(())
    }

    /// `text` in JSON's quotes; `at` is where it stands with its own.
    fn string(&mut self, text: &Text<'s>, at: Span) -> Option<()> {
        self.at_start(at, "\"");
        let text = &text.fragment;
        let mut inner = Builder::new(text);
        let mut run = 0;
        for (at, c) in text.text().char_indices() {
            if c >= ' ' && !matches!(c, '"' | '\\') {
                continue;
            }
            // What is in quotes grows each time that it is put in quotes again.
            if !self.has_room(inner.len(), inner.weight()) {
                return None;
            }
            if run < at {
                inner.copy(Span::new(run, at), Encoding::Unescaped);
            }
            let escaped = Encoding::JsonString.encode(&text.text()[at..at + c.len_utf8()], "").into_owned();
            inner.translated(Span::new(at, at + c.len_utf8()), &escaped);
            run = at + c.len_utf8();
        }
        if run < text.text().len() {
            inner.copy(Span::new(run, text.text().len()), Encoding::Unescaped);
        }
        if !inner.is_empty() {
            self.out.append(&inner.finish(0, Encoding::Unescaped));
        }
        self.at_end(at, "\"");
        Some(())
    }
}
