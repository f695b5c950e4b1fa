//! The schemas in the program, compiled ahead of time as far as it takes to see that a body has no mistake.
//!
//! Most bodies are right. To make a validator for one takes longer than to read it a hundred times over, so the
//! program carries each schema a second time as a table ([`layout`], some 100 kB for all versions). What surely fits its
//! shape has no problem; what does not is the validator's business, which alone says what is wrong.

use super::compile::{TAKEN, template_members};
use crate::arm::expression::is_computed;
use crate::arm::{contains_placeholder, is_placeholder};
use crate::json::{Kind, Node};

mod layout;

use layout::{
    ARRAY, BOOLEAN, CLOSED, ENUM, INTEGER, ITEMS, KNOWN, NULL, NUMBER, OBJECT, OPAQUE, OTHERS, PROPERTIES,
    RANGE, READ_ONLY, REFERENCE, REQUIRED, STRING, TYPES,
};

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));
static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/shapes.txt"));

/// `$ref`s that are followed from one place; Azure's schemas have no chain of more than two.
const MAX_REFERENCES: usize = 8;

/// The shape of a body: where its words begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape(pub(super) u32);

/// What is left to compare.
struct Task<'t> {
    node: Node<'t>,
    shape: Shape,
    /// The body itself, or what the service sets in it and ARM takes.
    top: bool,
}

impl Shape {
    /// True if a body (or a resource of a template) surely has no problem. Takes time linear in the body.
    pub(super) fn is_surely_valid(self, body: Node<'_>, template: bool) -> bool {
        let mut open = vec![Task { node: body, shape: self, top: true }];
        while let Some(task) = open.pop() {
            if !task.is_surely_valid(template, &mut open) {
                return false;
            }
        }
        true
    }

    /// The shape of the property called `name`, in these letters.
    pub(super) fn property(self, name: &str) -> Option<Self> {
        let mut shape = self;
        for _ in 0..MAX_REFERENCES {
            let mut words = Words(shape.0);
            let flags = words.next();
            if flags & PROPERTIES != 0
                && let Some(found) = words.table(3).find(name)
            {
                return Some(found);
            }
            for _ in 0..(flags & (OTHERS | ITEMS)).count_ones() {
                words.next();
            }
            for _ in 0..(flags & (REQUIRED | ENUM | KNOWN)).count_ones() {
                words.table(1);
            }
            if flags & RANGE != 0 {
                words.float();
                words.float();
            }
            if flags & REFERENCE == 0 {
                return None;
            }
            shape = Self(words.next());
        }
        None
    }
}

impl<'t> Task<'t> {
    fn is_surely_valid(&self, template: bool, open: &mut Vec<Task<'t>>) -> bool {
        // Few values are open, and to see that takes longer than to see that one is right.
        self.is_right(template, open) || self.is_open(template)
    }

    /// True if the text is not what it says, or stands for something else.
    fn is_open(&self, template: bool) -> bool {
        let node = self.node;
        node.is_repaired()
            || node.is_unknown()
            || node.as_str().is_some_and(|text| is_open_name(&text, template))
    }

    fn is_right(&self, template: bool, open: &mut Vec<Task<'t>>) -> bool {
        let node = self.node;
        let mut words = Words(self.shape.0);
        let flags = words.next();
        let is_root = self.top && node.kind() == Kind::Object;
        if flags & OPAQUE != 0 || flags & READ_ONLY != 0 && !self.top {
            return false;
        }
        let text = if flags & (ENUM | KNOWN) == 0 { None } else { node.as_str() };
        if flags & TYPES != 0 && flags & types(node) == 0 {
            return false;
        }
        let properties = if flags & PROPERTIES != 0 { words.table(3) } else { Words(0).none() };
        let others = (flags & OTHERS != 0).then(|| Shape(words.next()));
        let items = (flags & ITEMS != 0).then(|| Shape(words.next()));
        if node.kind() == Kind::Object {
            for (name, value) in node.members() {
                let Some(text) = name.as_str() else { return false };
                let shape = match properties.find(&text) {
                    Some(shape) => Some(shape),
                    None if is_root && template && template_members().any(|name| name == text) => continue,
                    None if flags & CLOSED == 0 => others,
                    None if name.is_repaired() || is_open_name(&text, template) => continue,
                    None => return false,
                };
                if is_root && template && text == "resources" {
                    continue;
                }
                // `null` is absence, and read as such wherever nothing has to be there.
                if let Some(shape) = shape.filter(|_| value.kind() != Kind::Null) {
                    let top = is_root && TAKEN.contains(&text.as_ref());
                    open.push(Task { node: value, shape, top });
                }
            }
        }
        if let (Some(shape), Kind::Array) = (items, node.kind()) {
            open.extend(node.elements().map(|node| Task { node, shape, top: false }));
        }
        if flags & REQUIRED != 0 {
            let required = words.table(1);
            let is_there =
                |at| node.get(required.text(at, 0)).is_some_and(|value| value.kind() != Kind::Null);
            if node.kind() == Kind::Object && !(0..required.len).all(is_there) {
                return false;
            }
        }
        let is_part = || text.as_ref().is_some_and(|it| contains_placeholder(it));
        for (flag, strings_only) in [(ENUM, false), (KNOWN, true)] {
            if flags & flag == 0 {
                continue;
            }
            let values = words.table(1);
            let Some(text) = &text else {
                if strings_only {
                    continue;
                }
                return false;
            };
            if !values.has(text) && !is_part() {
                return false;
            }
        }
        if flags & RANGE != 0 {
            let (least, most) = (words.float(), words.float());
            if let Some(number) = node.number() {
                // An integer beyond what a float holds exactly is looked at closer.
                let exact = number.parse::<f64>().ok().filter(|it| it.abs() <= 9e15);
                if !exact.is_some_and(|it| least <= it && it <= most) {
                    return false;
                }
            }
        }
        if flags & REFERENCE != 0 {
            open.push(Task { node, shape: Shape(words.next()), top: false });
        }
        true
    }
}

/// A name that somebody fills in, as `stands_for_any` of the closer look has it.
fn is_open_name(name: &str, template: bool) -> bool {
    is_placeholder(name) || template && is_computed(name)
}

fn types(node: Node<'_>) -> u32 {
    match node.kind() {
        Kind::Null => NULL,
        Kind::True | Kind::False => BOOLEAN,
        Kind::Number => {
            let digits = node.number().unwrap_or_default();
            let digits = digits.strip_prefix('-').unwrap_or(digits);
            if digits.bytes().all(|byte| byte.is_ascii_digit()) { INTEGER | NUMBER } else { NUMBER }
        }
        Kind::String => STRING,
        Kind::Array => ARRAY,
        Kind::Object => OBJECT,
        Kind::Placeholder | Kind::Unknown => TYPES,
    }
}

/// The words of a shape, read one by one.
struct Words(u32);

/// Rows of words.
struct Table {
    at: u32,
    width: u32,
    len: u32,
}

impl Words {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        word(self.0 - 1)
    }

    fn table(&mut self, width: u32) -> Table {
        let len = self.next();
        let at = self.0;
        self.0 += len * width;
        Table { at, width, len }
    }

    fn none(&self) -> Table {
        Table { at: self.0, width: 1, len: 0 }
    }

    fn float(&mut self) -> f64 {
        let low = u64::from(self.next());
        f64::from_bits(u64::from(self.next()) << 32 | low)
    }
}

impl Table {
    /// The shape of the property called `name`.
    fn find(&self, name: &str) -> Option<Shape> {
        let hash = layout::hash(name.as_bytes());
        let mut low = self.partition(|row| self.word(row, 0) < hash);
        while low < self.len && self.word(low, 0) == hash {
            if self.text(low, 1) == name {
                return Some(Shape(self.word(low, 2)));
            }
            low += 1;
        }
        None
    }

    /// True if `text` is in the first column, by which the rows are sorted.
    fn has(&self, text: &str) -> bool {
        let row = self.partition(|row| self.text(row, 0) < text);
        row < self.len && self.text(row, 0) == text
    }

    /// The first row that is not before what is looked for.
    fn partition(&self, is_before: impl Fn(u32) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn word(&self, row: u32, column: u32) -> u32 {
        word(self.at + row * self.width + column)
    }

    /// The text that the word in a column leads to: the upper 24 bits say where it begins, the others its length.
    fn text(&self, row: u32, column: u32) -> &'static str {
        let word = self.word(row, column);
        let start = (word >> 8) as usize;
        TEXTS.get(start..start + (word & 0xff) as usize).unwrap_or_default()
    }
}

/// A word of the table; what lies outside of it never fits.
fn word(at: u32) -> u32 {
    WORDS.get(at as usize).copied().unwrap_or(OPAQUE)
}

#[cfg(test)]
mod tests;
