//! What a body, or a value within one, may hold.

use std::cmp::Ordering;
use std::fmt;

use super::block::{Block, Node};

/// What a value may be, in one version of one type.
#[derive(Clone, Copy)]
pub struct Shape<'p> {
    block: &'p Block,
    node: u32,
}

impl PartialEq for Shape<'_> {
    /// The same node of the same namespace: what is the same is kept once.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.block, other.block) && self.node == other.node
    }
}

impl Eq for Shape<'_> {}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shape").field(&self.node).finish()
    }
}

/// The kinds of values.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Form<'p> {
    /// Anything.
    Any,
    /// A boolean.
    Boolean,
    /// A number. The types call it an integer; where the service takes fractions they do not say so.
    Integer {
        /// The least that is taken.
        least: Option<i64>,
        /// The most that is taken.
        most: Option<i64>,
    },
    /// A text.
    Text {
        /// It is a secret.
        sensitive: bool,
        /// The least number of characters.
        least: Option<i64>,
        /// The most characters.
        most: Option<i64>,
        /// A regular expression, as `OpenAPI` has them (ECMA 262).
        pattern: Option<&'p str>,
    },
    /// One of some texts.
    Values(Values<'p>),
    /// A list.
    List {
        /// What each element is.
        item: Shape<'p>,
        /// The least number of elements.
        least: Option<i64>,
        /// The most elements.
        most: Option<i64>,
    },
    /// An object.
    Object(Object<'p>),
    /// An object of which one property says what else it holds.
    Variants(Variants<'p>),
}

impl<'p> Shape<'p> {
    pub(super) fn new(block: &'p Block, node: u32) -> Self {
        Self { block, node }
    }

    /// A number for the node: within a namespace the same for the same node, whichever version leads to it.
    pub fn id(self) -> u32 {
        self.node
    }

    /// What it is.
    pub fn form(self) -> Form<'p> {
        let to = |node: u32| Self { block: self.block, node };
        match self.block.node(self.node) {
            Node::Any => Form::Any,
            Node::Boolean => Form::Boolean,
            Node::Integer { least, most } => Form::Integer { least, most },
            Node::Text { sensitive, least, most, pattern } => {
                Form::Text { sensitive, least, most, pattern: pattern.map(|it| self.block.text(it)) }
            }
            Node::Values { first, count, others } => {
                let numbers = self.block.values(first, count);
                Form::Values(Values { block: self.block, numbers, others: others.map(to) })
            }
            Node::List { item, least, most } => Form::List { item: to(item), least, most },
            Node::Object { list, targets, others, sensitive } => {
                Form::Object(self.object(list, targets, others, sensitive))
            }
            Node::Variants { discriminator, list, targets, keys, count, elements } => {
                Form::Variants(Variants {
                    discriminator: self.block.text(discriminator),
                    base: self.object(list, targets, None, false),
                    keys: Values { block: self.block, numbers: self.block.values(keys, count), others: None },
                    elements: self.block.targets(elements, count as usize),
                })
            }
        }
    }

    fn object(self, list: u32, targets: u32, others: Option<u32>, sensitive: bool) -> Object<'p> {
        let list = self.block.list(list);
        Object {
            block: self.block,
            list,
            targets: self.block.targets(targets, list.len()),
            others: others.map(|node| Self { block: self.block, node }),
            sensitive,
        }
    }

    /// True if the value is a secret.
    pub fn is_sensitive(self) -> bool {
        match self.form() {
            Form::Text { sensitive, .. } => sensitive,
            Form::Object(object) => object.sensitive,
            Form::Values(values) => values
                .others
                .is_some_and(|others| matches!(others.form(), Form::Text { sensitive: true, .. })),
            _ => false,
        }
    }

    /// The property called `name` (compared without case) of an object; of an object with variants what all of them
    /// have in common. [`Shape::properties`] has those of each variant.
    pub fn property(self, name: &str) -> Option<Property<'p>> {
        match self.form() {
            Form::Object(object) => object.property(name),
            Form::Variants(variants) => variants.base().property(name),
            _ => None,
        }
    }

    /// Every property that an object may have, with those of all its variants; a name may come more than once.
    pub fn properties(self) -> Vec<Property<'p>> {
        self.objects().into_iter().flat_map(Object::properties).collect()
    }

    /// The object that it is; with variants what they have in common, and each of them.
    pub fn objects(self) -> Vec<Object<'p>> {
        match self.form() {
            Form::Object(object) => vec![object],
            Form::Variants(variants) => {
                let elements = variants.elements().filter_map(|(_, shape)| match shape.form() {
                    Form::Object(object) => Some(object),
                    _ => None,
                });
                std::iter::once(variants.base()).chain(elements).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The texts that a value may be.
#[derive(Clone, Copy)]
pub struct Values<'p> {
    block: &'p Block,
    numbers: &'p [u32],
    others: Option<Shape<'p>>,
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'p> Values<'p> {
    /// The values, in the order in which they were published.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'p str> + DoubleEndedIterator {
        self.numbers.iter().map(move |number| self.block.text(*number))
    }

    /// How many there are; an open list may have none.
    pub fn len(self) -> usize {
        self.numbers.len()
    }

    /// True for an open list without values.
    pub fn is_empty(self) -> bool {
        self.numbers.is_empty()
    }

    /// True if the service takes other texts as well.
    pub fn is_open(self) -> bool {
        self.others.is_some()
    }

    /// What the other texts are, in an open list.
    pub fn others(self) -> Option<Shape<'p>> {
        self.others
    }

    /// The value that `text` is, but for case.
    pub fn find(self, text: &str) -> Option<&'p str> {
        let mut best = None;
        for value in self.iter() {
            if value == text {
                return Some(value);
            }
            if value.eq_ignore_ascii_case(text) {
                best = best.or(Some(value));
            }
        }
        best
    }
}

/// An object's properties.
#[derive(Clone, Copy)]
pub struct Object<'p> {
    block: &'p Block,
    list: &'p [(u32, u8)],
    targets: &'p [u32],
    others: Option<Shape<'p>>,
    sensitive: bool,
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.properties().map(Property::name)).finish()
    }
}

impl<'p> Object<'p> {
    /// Its properties, sorted by name.
    pub fn properties(self) -> impl ExactSizeIterator<Item = Property<'p>> + DoubleEndedIterator {
        (0..self.list.len()).map(move |at| self.at(at))
    }

    fn at(self, at: usize) -> Property<'p> {
        let (name, flags) = self.list[at];
        let node = self.targets.get(at).copied().unwrap_or_default();
        Property { block: self.block, name, flags, shape: Shape { block: self.block, node } }
    }

    /// The property called `name`, compared without case; the one of this spelling if there are two.
    pub fn property(self, name: &str) -> Option<Property<'p>> {
        let first =
            self.list.partition_point(|(own, _)| without_case(self.block.name(*own), name) == Ordering::Less);
        let same = (first..self.list.len())
            .map(|at| self.at(at))
            .take_while(|property| property.name().eq_ignore_ascii_case(name));
        let mut best = None;
        for property in same {
            if property.name() == name {
                return Some(property);
            }
            best = best.or(Some(property));
        }
        best
    }

    /// What a member of any other name is; `None` if there can be none.
    pub fn others(self) -> Option<Shape<'p>> {
        self.others
    }

    /// True if all of it is a secret.
    pub fn is_sensitive(self) -> bool {
        self.sensitive
    }
}

fn without_case(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

/// A property of an object.
#[derive(Clone, Copy)]
pub struct Property<'p> {
    block: &'p Block,
    name: u32,
    flags: u8,
    shape: Shape<'p>,
}

impl fmt::Debug for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Property").field(&self.name()).field(&self.flags).finish()
    }
}

impl<'p> Property<'p> {
    /// Its name, as it was published.
    pub fn name(self) -> &'p str {
        self.block.name(self.name)
    }

    /// What it holds.
    pub fn shape(self) -> Shape<'p> {
        self.shape
    }

    /// A PUT has to have it.
    pub fn is_required(self) -> bool {
        self.flags & 1 != 0
    }

    /// The service sets it.
    pub fn is_read_only(self) -> bool {
        self.flags & 2 != 0
    }

    /// It is sent, and never answered.
    pub fn is_write_only(self) -> bool {
        self.flags & 4 != 0
    }

    /// The flags as they were published: 1 required, 2 read-only, 4 write-only, 8 known when a deployment starts,
    /// 16 an identifier.
    pub fn flags(self) -> u8 {
        self.flags
    }
}

/// An object of which one property says what else it holds.
#[derive(Clone, Copy)]
pub struct Variants<'p> {
    discriminator: &'p str,
    base: Object<'p>,
    keys: Values<'p>,
    elements: &'p [u32],
}

impl fmt::Debug for Variants<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variants")
            .field("discriminator", &self.discriminator)
            .field("keys", &self.keys)
            .finish()
    }
}

impl<'p> Variants<'p> {
    /// The name of the property that decides.
    pub fn discriminator(self) -> &'p str {
        self.discriminator
    }

    /// What all variants have in common. Where a variant has a property of the same name, the variant's counts.
    pub fn base(self) -> Object<'p> {
        self.base
    }

    /// The values that the discriminator has. There may be none: then only what is common is known.
    pub fn keys(self) -> Values<'p> {
        self.keys
    }

    /// Each variant with the value that chooses it.
    pub fn elements(self) -> impl ExactSizeIterator<Item = (&'p str, Shape<'p>)> + DoubleEndedIterator {
        let block = self.base.block;
        self.keys.iter().zip(self.elements.iter().map(move |node| Shape { block, node: *node }))
    }

    /// The variant that `value` (compared without case) chooses, with the value as it was published.
    pub fn variant(self, value: &str) -> Option<(&'p str, Shape<'p>)> {
        let right = self.keys.find(value)?;
        self.elements().find(|(key, _)| *key == right)
    }
}
