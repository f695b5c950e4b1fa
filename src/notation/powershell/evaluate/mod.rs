//! What a script's expressions come to, as far as the script says it: nothing is run.
//!
//! Statements are gone through in order. A branch that may not be taken leaves what it sets unknown; a loop over a
//! list that is spelt out is gone through item by item, others once; a function is read where it is called, or with
//! unknown parameters if it never is. The work is bounded by the length of the text.

mod choices;
mod cmdlet;
mod command;
mod json;
mod member;
mod operator;
mod request;
mod statement;
mod text;

use std::rc::Rc;

use super::fault;
use super::syntax::{Expression, ExpressionKind, Flaw, Statement};
use super::value::{
    Choices, Entry, Faults, Item, Object, ObjectKind, Origin, Text, Undo, Unit, Unknown, Value,
};
use crate::notation::powershell::Scope;
use crate::notation::{Call, Quoting};
use crate::text::{Builder, Encoding, Fragment, Span, next_boundary};

pub(super) use text::segments;

/// A text that is put together is not longer than this, in bytes.
const MAX_TEXT: usize = 256 << 10;
/// What an expression that is longer than this, in bytes, stands for is shown by its first word.
const MAX_SHOWN: usize = 2000;
/// Expressions within each other are followed so far, functions and all.
const MAX_DEPTH: u8 = 60;
/// What is lighter is gone through as often as it is used.
const MIN_WEIGHT: usize = 64;
/// Faults of one text that are kept; a call shows as many.
pub(super) const MAX_FAULTS: usize = 64;
/// Functions that call each other are followed so far.
const MAX_CALLS: u8 = 8;

/// No loop and no function is gone into with less than this left to do.
pub(super) const MIN_STEPS: usize = 1000;

/// Functions of a text are kept so far, in bytes, to be read where they are called.
pub(super) const MAX_FUNCTIONS: usize = 256 << 10;

/// Goes through the statements of one text.
pub(super) struct Evaluator<'r, 's> {
    pub(super) unit: Rc<Unit<'s>>,
    pub(super) scope: &'r mut Scope<'s>,
    pub(super) found: &'r mut Vec<Call<'s>>,
    /// How many expressions may still be evaluated.
    pub(super) steps: usize,
    /// How many bytes the texts may still take that are made.
    pub(super) bytes: usize,
    /// How much of long values may still be gone through again.
    pub(super) looks: usize,
    /// Functions that are being run.
    pub(super) calls: u8,
    /// `return` was met: what follows gives nothing.
    pub(super) returned: bool,
    /// What may not have been returned.
    pub(super) uncertain: bool,
    /// How deep the expression lies that is looked at.
    pub(super) depth: u8,
    /// The branch that is looked at, of branches of which one was run.
    pub(super) chosen: Option<(usize, usize)>,
    /// The branches on which a value depends that was used.
    pub(super) met: Vec<Rc<Choices<'s>>>,
    /// The functions that were met.
    pub(super) defined: Vec<Rc<super::syntax::Function>>,
    /// Bytes of functions that may still be kept.
    pub(super) functions: usize,
}

impl<'s> Evaluator<'_, 's> {
    pub(super) fn file(&self, span: Span) -> Span {
        self.unit.code.to_file(span)
    }

    pub(super) fn source(&self, span: Span) -> &str {
        &self.unit.code.text()[span.range()]
    }

    /// What stands at `span`, as a value that only a run knows.
    pub(super) fn shown(&self, span: Span) -> Rc<Fragment<'s>> {
        let text = self.source(span);
        let mut len = text.len();
        if len > MAX_SHOWN {
            len = text
                .find(|c: char| c.is_whitespace() || matches!(c, '(' | '{'))
                .unwrap_or(0)
                .clamp(1, MAX_SHOWN);
            len = next_boundary(text, len);
        }
        let mut builder = Builder::new(&self.unit.code);
        let start = span.start as usize;
        if len > 0 {
            builder.expansion(Span::new(start, start + len), Encoding::Plain);
        }
        Rc::new(builder.finish(span.start, Encoding::Plain))
    }

    pub(super) fn unknown(&self, span: Span) -> Item<'s> {
        self.unknown_from(span, Origin::Nowhere)
    }

    pub(super) fn unknown_from(&self, span: Span, origin: Origin) -> Item<'s> {
        let unknown = Unknown { shown: self.shown(span), faults: Faults::new(), origin };
        Item::new(Value::Unknown(unknown), self.file(span))
    }

    /// [`Self::unknown`] with what quoting did to the parts.
    pub(super) fn unknown_with(&self, span: Span, faults: Faults) -> Item<'s> {
        let unknown = Unknown { shown: self.shown(span), faults, origin: Origin::Nowhere };
        Item::new(Value::Unknown(unknown), self.file(span))
    }

    pub(super) fn null(&self, span: Span) -> Item<'s> {
        Item::new(Value::Null, self.file(span))
    }

    pub(super) fn text_item(&self, fragment: Fragment<'s>, faults: Faults, span: Span) -> Item<'s> {
        Item::new(Value::Text(Text { fragment: Rc::new(fragment), faults }), self.file(span))
    }

    /// True if there is room for a text of `len` bytes more. If not, the next call says so.
    pub(super) fn spend(&mut self, len: usize) -> bool {
        len <= MAX_TEXT && self.room(len) || self.refuse()
    }

    /// True if there is room for texts that take `bytes` of memory, however long they are.
    pub(super) fn room(&mut self, bytes: usize) -> bool {
        match self.bytes.checked_sub(bytes) {
            Some(left) => {
                self.bytes = left;
                true
            }
            None => self.refuse(),
        }
    }

    /// True if so much of a long value may be gone through once more: a text of many uses is read for each.
    pub(super) fn look(&mut self, weight: usize) -> bool {
        if weight < MIN_WEIGHT {
            return true;
        }
        match self.looks.checked_sub(weight) {
            Some(left) => {
                self.looks = left;
                true
            }
            None => self.refuse(),
        }
    }

    fn refuse(&self) -> bool {
        self.scope.refuse();
        false
    }

    /// True if a value may be used once more.
    pub(super) fn may_use(&mut self, value: &Value<'s>) -> bool {
        let weight = match value {
            Value::Text(text) | Value::File(text) | Value::Bytes(text) => text.fragment.weight() / 8,
            Value::List(items) => 2 * items.len(),
            _ => 0,
        };
        self.look(weight)
    }

    /// What the reader found wrong within `span`.
    pub(super) fn flaws_in(&self, span: Span) -> Vec<Flaw> {
        let flaws = &self.unit.flaws;
        let from = flaws.partition_point(|flaw| flaw.span.start < span.start);
        flaws[from..]
            .iter()
            .take_while(|flaw| flaw.span.start < span.end.max(span.start + 1))
            .copied()
            .collect()
    }

    pub(super) fn expression(&mut self, expression: &Expression) -> Item<'s> {
        let span = expression.span;
        if self.steps == 0 {
            self.refuse();
            return self.unknown(span);
        }
        self.steps -= 1;
        if self.depth >= MAX_DEPTH {
            return self.unknown(span);
        }
        self.depth += 1;
        let item = self.expression_of(expression);
        self.depth -= 1;
        self.in_branch(item)
    }

    fn expression_of(&mut self, expression: &Expression) -> Item<'s> {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Text(text) => self.text(span, text),
            ExpressionKind::Number(value) => Item::new(Value::Number(value.as_str().into()), self.file(span)),
            ExpressionKind::Variable(variable) => self.variable(span, &variable.name),
            ExpressionKind::Member { object, name, is_static, arguments } => {
                self.member(span, object, name, *is_static, arguments.as_deref())
            }
            ExpressionKind::Index { object, index } => self.index(span, object, index),
            ExpressionKind::Sum(operands) => self.sum(span, operands),
            ExpressionKind::Binary { operator, left, right } => self.binary(span, *operator, left, right),
            ExpressionKind::Unary { operator, operand } => self.unary(span, *operator, operand),
            ExpressionKind::Cast { name, operand } => self.cast(span, name, operand),
            ExpressionKind::Type(_) | ExpressionKind::Missing => self.unknown(span),
            ExpressionKind::Table(entries) => {
                let value = self.table(entries, ObjectKind::Hashtable);
                Item::new(value, self.file(span))
            }
            ExpressionKind::Array(block) => {
                let items = self.outputs(block);
                match items {
                    Some(items) => Item::new(Value::List(items.into()), self.file(span)),
                    None => self.unknown(span),
                }
            }
            ExpressionKind::Substitution(block) => match self.outputs(block) {
                Some(items) => self.collected(items, span),
                None => self.unknown(span),
            },
            ExpressionKind::Paren(statement) => {
                let mut item = self.value_of(statement, span);
                // Its own place is that of what stands inside.
                if let Value::Unknown(unknown) = &mut item.value {
                    unknown.shown = self.shown(span);
                }
                item
            }
            ExpressionKind::List(items) => {
                let items: Vec<Item<'s>> = items.iter().map(|item| self.expression(item)).collect();
                Item::new(Value::List(items.into()), self.file(span))
            }
            ExpressionKind::ScriptBlock(block) => {
                Item::new(Value::Block(Rc::clone(&self.unit), Rc::clone(block)), self.file(span))
            }
            ExpressionKind::Ternary { condition, then, otherwise } => {
                let condition = self.expression(condition);
                match truth(&condition) {
                    Some(true) => self.expression(then),
                    Some(false) => self.expression(otherwise),
                    None => {
                        let items = vec![Some(self.expression(then)), Some(self.expression(otherwise))];
                        self.one_of(items, span)
                    }
                }
            }
        }
    }

    /// What a statement gives as a value.
    pub(super) fn value_of(&mut self, statement: &Statement, span: Span) -> Item<'s> {
        let mut out = Vec::new();
        self.statement(statement, &mut out);
        if out.len() == 1 {
            return out.remove(0);
        }
        match flatten(out) {
            Some(items) => self.collected(items, span),
            None => self.unknown(span),
        }
    }

    /// What a block gives; `None` if that is not known.
    pub(super) fn outputs(&mut self, block: &super::syntax::Block) -> Option<Vec<Item<'s>>> {
        let mut out = Vec::new();
        for statement in &block.statements {
            self.statement(statement, &mut out);
        }
        flatten(out)
    }

    /// One item is itself, none is null, several are a list.
    pub(super) fn collected(&self, mut items: Vec<Item<'s>>, span: Span) -> Item<'s> {
        match items.len() {
            0 => self.null(span),
            1 => items.remove(0),
            _ => Item::new(Value::List(items.into()), self.file(span)),
        }
    }

    pub(super) fn variable(&mut self, span: Span, name: &str) -> Item<'s> {
        let value = match name.to_ascii_lowercase().as_str() {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match self.scope.powershell.get(name).cloned().map(|item| self.in_branch(item)) {
                Some(item) if !self.may_use(&item.value) => return self.unknown(span),
                Some(item) => match &item.value {
                    Value::Unknown(unknown) => {
                        let value = Value::Unknown(Unknown { shown: self.shown(span), ..unknown.clone() });
                        return Item { choices: item.choices.clone(), ..Item::new(value, self.file(span)) };
                    }
                    value => {
                        let (value, at) = (value.clone(), item.at);
                        // An object is where it was written, everything else where it is used.
                        let at = if matches!(value, Value::Object(_) | Value::List(_)) {
                            at
                        } else {
                            self.file(span)
                        };
                        return Item { choices: item.choices.clone(), ..Item::new(value, at) };
                    }
                },
                None => match self.swallowed(span, name) {
                    Some(item) => return item,
                    None => return self.unknown(span),
                },
            },
        };
        Item::new(value, self.file(span))
    }

    /// A variable alone whose name takes characters along that were not meant to be part of it.
    fn swallowed(&mut self, span: Span, name: &str) -> Option<Item<'s>> {
        let base = fault::swallowing(name, |name| self.scope.powershell.get(name).is_some())?;
        let quoting = fault::swallows(self.file(span), self.source(span), name, base);
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        let known = self.scope.powershell.get(&name[..base]).cloned();
        let from = span.end as usize - (name.len() - base);
        self.interpolate(
            &mut builder,
            known.as_ref(),
            Span::new(span.start as usize, from),
            Encoding::Plain,
            &name[..base],
        );
        builder.copy(Span::new(from, span.end as usize), Encoding::Plain);
        let mut faults: Faults = vec![Rc::new(quoting)];
        faults.extend(known.iter().flat_map(|item| item.faults().iter().cloned()));
        Some(self.text_item(builder.finish(span.start, Encoding::Plain), faults, span))
    }

    /// The entries of a table that is spelt out.
    pub(super) fn table(&mut self, entries: &[super::syntax::Entry], kind: ObjectKind) -> Value<'s> {
        let mut object = Object::new(kind, Vec::new());
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            if matches!(entry.key.kind, ExpressionKind::Missing) {
                object.open = true;
                continue;
            }
            let name_at = self.file(entry.key.span);
            let name = self.expression(&entry.key);
            let name = match name.value {
                Value::Text(text) => text,
                Value::Unknown(unknown) => Text { fragment: unknown.shown, faults: unknown.faults },
                ref value => {
                    let mut builder = Builder::new(&self.unit.code);
                    for (text, open) in segments(value, &self.scope.powershell) {
                        builder.placed(name_at, &text, open);
                    }
                    Text::new(builder.finish(entry.key.span.start, Encoding::Plain))
                }
            };
            let item = self.value_of(&entry.value, value_span(&entry.value, entry.equals));
            let item = self.entry_value(entry, item);
            read.push(Entry { name, name_at, item });
        }
        object.entries = Rc::new(read.into());
        self.scope.powershell.add(object)
    }

    /// An entry's value where the statement is a text that was run as a command: a URL without quotes.
    fn entry_value(&mut self, entry: &super::syntax::Entry, item: Item<'s>) -> Item<'s> {
        let Statement::Pipeline(pipeline) = &entry.value else { return item };
        let [super::syntax::Element::Command(command)] = pipeline.elements.as_slice() else { return item };
        let Some(first) = command.words.first() else { return item };
        let text = self.source(first.span);
        if !(text.contains("://") || text.starts_with('/')) {
            return item;
        }
        let span = first.span;
        let super::syntax::WordKind::Argument(name) = &first.kind else { return item };
        let read = self.expression(name);
        let Value::Text(mut text) = read.value else { return item };
        if !text.faults.iter().any(|fault| fault.cuts()) {
            text.faults.push(Rc::new(fault::run_as_command(self.file(span), self.source(span))));
        }
        Item::new(Value::Text(text), self.file(span))
    }

    // -- Branches ---------------------------------------------------------------------------------------

    /// Reads what may not be run. What it sets is taken back; gives what that was.
    pub(super) fn branch(&mut self, read: impl FnOnce(&mut Self)) -> Vec<Changed<'s>> {
        let mark = self.scope.powershell.undo.len();
        let outer = std::mem::replace(&mut self.scope.powershell.mark, mark);
        self.scope.powershell.branches += 1;
        let returned = self.returned;
        read(self);
        self.uncertain |= self.returned && !returned;
        self.returned = returned;
        let world = &mut self.scope.powershell;
        world.branches -= 1;
        world.mark = outer;
        let mut changed = Vec::new();
        while world.undo.len() > mark {
            match world.undo.pop() {
                Some(Undo::Variable { frame, name, before }) => {
                    let Some(frame_of) = world.frames.get_mut(frame) else { continue };
                    let after = match before.clone() {
                        Some(before) => frame_of.insert(name.clone(), before),
                        None => frame_of.remove(&name),
                    };
                    changed.push(Changed::Variable { frame, name, after });
                }
                Some(Undo::Object { index, before }) => {
                    let after = std::mem::replace(&mut world.objects[index], before);
                    changed.push(Changed::Object { index, after });
                }
                None => break,
            }
        }
        changed
    }

    /// Leaves unknown what some of the branches set and others do not, or set otherwise.
    pub(super) fn join(&mut self, changes: Vec<Changed<'s>>) {
        for change in changes {
            let world = &mut self.scope.powershell;
            match change {
                Changed::Variable { frame, name, after } => {
                    let same = match (world.frames.get(frame).and_then(|it| it.get(&name)), &after) {
                        (Some(before), Some(after)) => same(before, after),
                        _ => false,
                    };
                    if !same {
                        let at = after.map_or(Span::at(0), |item| item.at);
                        let mut builder = Builder::new(&self.unit.code);
                        builder.placed(at, &format!("${name}"), true);
                        let shown = Rc::new(builder.finish(0, Encoding::Plain));
                        let unknown = Unknown { shown, faults: Faults::new(), origin: Origin::Nowhere };
                        let item = Item::new(Value::Unknown(unknown), at);
                        world.set_in(frame, name, item);
                    }
                }
                Changed::Object { index, after } => {
                    let unit = Rc::clone(&self.unit);
                    let may_look = self.look(2 * after.entries.len());
                    self.scope.powershell.change(index, |object| {
                        object.open = true;
                        if !may_look {
                            object.lose();
                        }
                        let entries = Rc::make_mut(&mut object.entries);
                        for entry in after.entries.iter() {
                            if let Some(place) = entries.get_mut(entry.name.as_str())
                                && !same(&place.item, &entry.item)
                            {
                                let mut builder = Builder::new(&unit.code);
                                builder.placed(entry.item.at, "$value", true);
                                let shown = Rc::new(builder.finish(0, Encoding::Plain));
                                let unknown =
                                    Unknown { shown, faults: Faults::new(), origin: Origin::Nowhere };
                                place.item = Item::new(Value::Unknown(unknown), entry.item.at);
                            }
                        }
                    });
                }
            }
        }
    }
}

/// What a branch left behind.
pub(super) enum Changed<'s> {
    Variable { frame: usize, name: String, after: Option<Item<'s>> },
    Object { index: usize, after: Object<'s> },
}

/// The place of a value in a table.
fn value_span(statement: &Statement, equals: Span) -> Span {
    match statement {
        Statement::Pipeline(pipeline) => pipeline.span,
        _ => equals,
    }
}

/// Lists among what several statements give are one list; `None` if it is not known how many.
fn flatten(out: Vec<Item<'_>>) -> Option<Vec<Item<'_>>> {
    let single = out.len() == 1;
    let mut items = Vec::with_capacity(out.len());
    for item in out {
        match &item.value {
            Value::List(inner) => items.extend(inner.iter().cloned()),
            Value::Unknown(_) if !single => return None,
            _ => items.push(item),
        }
    }
    Some(items)
}

/// The items that a value makes in a pipeline.
pub(super) fn unrolled(item: Item<'_>) -> Vec<Item<'_>> {
    match item.value {
        Value::List(items) => items.to_vec(),
        Value::Null => Vec::new(),
        _ => vec![item],
    }
}

/// What quoting did to several texts: each fault once.
pub(super) fn gathered(faults: impl IntoIterator<Item = Rc<Quoting>>) -> Faults {
    let mut gathered = Faults::new();
    for fault in faults {
        if gathered.len() == MAX_FAULTS {
            break;
        }
        if !gathered.iter().any(|it| Rc::ptr_eq(it, &fault)) {
            gathered.push(fault);
        }
    }
    gathered
}

/// What a condition comes to, if that is known.
pub(super) fn truth(item: &Item<'_>) -> Option<bool> {
    match &item.value {
        Value::Null => Some(false),
        Value::Bool(value) => Some(*value),
        Value::Number(value) => Some(!value.trim_matches(['0', '.', '-']).is_empty()),
        Value::Text(text) if text.is_known() => Some(!text.as_str().is_empty()),
        Value::Object(_) => Some(true),
        Value::List(items) if items.is_empty() => Some(false),
        _ => None,
    }
}

/// True if two values certainly are the same.
fn same(a: &Item<'_>, b: &Item<'_>) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a.is_known() && b.is_known() && a.as_str() == b.as_str(),
        (Value::Object(a), Value::Object(b)) => a == b,
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}
