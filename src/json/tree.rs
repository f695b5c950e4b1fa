//! The tree: an arena of spans.

use std::borrow::Cow;

use super::Mistake;
use super::decode::decode_string;
use crate::text::{Span, odd, steps};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Kind {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// A placeholder without quotes (`<ID>`, `$ID`): any value.
    Placeholder,
    /// A value that is missing or cannot be read: any value.
    Unknown,
}

/// One node. Containers come before what they hold; a member is its name's node and then its value's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    /// The first byte, with quotes and brackets.
    pub(super) start: u32,
    /// The byte after the last.
    pub(super) end: u32,
    /// Containers: the index behind the last node within. Others: index into `owned` if `OWNED` is set.
    pub(super) link: u32,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

/// The string has backslashes.
pub(super) const ESCAPED: u8 = 1;
/// The value was repaired: its text is in `Tree::owned`.
pub(super) const OWNED: u8 = 2;
/// The node does not stand in the text as it is in the tree.
pub(super) const REPAIRED: u8 = 4;

/// A parsed text: nodes, and what was wrong.
#[derive(Debug)]
pub struct Tree<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Data>,
    pub(super) owned: Vec<Box<str>>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) bare: bool,
    pub(super) steps: u64,
}

impl<'t> Tree<'t> {
    /// A tree that is one string and was never a text.
    pub(crate) fn of_string(text: &str) -> Tree<'static> {
        let node = Data { start: 0, end: 0, link: 0, kind: Kind::String, flags: OWNED };
        Tree {
            text: "",
            nodes: vec![node],
            owned: vec![text.into()],
            mistakes: Vec::new(),
            bare: false,
            steps: 0,
        }
    }

    /// The first node of a tree that has one: the root of what [`Tree::of_string`] makes.
    pub(crate) fn only(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// The node with this [`Node::index`].
    pub fn node(&self, index: u32) -> Option<Node<'_>> {
        ((index as usize) < self.nodes.len()).then_some(Node { tree: self, index })
    }

    /// The value, or `None` if the text has none.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, index: 0 })
    }

    /// What is wrong, in the order of the text as far as it is found in that order.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// The text that was parsed.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// True if the text is the members of an object without its braces.
    pub fn has_bare_members(&self) -> bool {
        self.bare
    }

    /// The number of bytes and tokens that were looked at: proportional to the text's length.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True if there is no value.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The name of the member whose value begins at `offset`.
    pub fn name_before(&self, offset: u32) -> Option<Node<'_>> {
        // Nodes lie in the order of the text; where a repair broke it, no name is better than a wrong one.
        let value = self.nodes.partition_point(|node| node.start < offset);
        let name = self.nodes.get(value.checked_sub(1)?)?;
        let between = self.text.get(name.end as usize..offset as usize)?;
        let names = name.kind == Kind::String
            && matches!(odd::trim(between), ":" | "：")
            && self.nodes.get(value)?.start == offset;
        names.then_some(Node { tree: self, index: value as u32 - 1 })
    }

    /// The node at `pointer` (RFC 6901), names compared as they are written.
    pub fn pointer(&self, pointer: &str) -> Option<Node<'_>> {
        let mut node = self.root()?;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            node = match node.kind() {
                Kind::Object => node.get(&token)?,
                Kind::Array => node.elements().nth(token.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

/// A place in a [`Tree`]. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl<'t> Node<'t> {
    fn data(self) -> &'t Data {
        &self.tree.nodes[self.index as usize]
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.data().kind
    }

    /// Its place in the arena: different for each node of a tree, smaller for what stands earlier.
    pub fn index(self) -> u32 {
        self.index
    }

    /// The index behind the last node within it: the node and all in it are `index()..end()`.
    pub(crate) fn end(self) -> u32 {
        after(self.tree, self.index)
    }

    /// The node and all within it, names included, in the order of the text.
    pub(crate) fn within(self) -> impl Iterator<Item = Node<'t>> {
        steps::count((self.end() - self.index) as usize);
        (self.index..self.end()).map(move |index| Node { tree: self.tree, index })
    }

    /// The members of all objects within it, its own included.
    pub(crate) fn members_within(self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> {
        self.within().filter(|node| node.kind() == Kind::Object).flat_map(Node::members)
    }

    /// The last four bytes of a string, letters in lower case; `None` where they are not as the text has them.
    pub(crate) fn tail(self) -> Option<[u8; 4]> {
        let data = self.data();
        let is_plain =
            data.kind == Kind::String && data.flags & (ESCAPED | OWNED) == 0 && data.end - data.start >= 6;
        let end = data.end as usize - 1;
        let bytes = is_plain.then(|| self.tree.text.as_bytes()[end - 4..end].try_into().ok()).flatten();
        bytes.map(|tail: [u8; 4]| tail.map(|byte| byte.to_ascii_lowercase()))
    }

    /// The tree it is part of.
    pub fn tree(self) -> &'t Tree<'t> {
        self.tree
    }

    /// The last of the node and those within it that begins at `offset` of the text or before.
    pub(crate) fn last_from(self, offset: u32) -> Option<Node<'t>> {
        let nodes = self.tree.nodes.get(self.index as usize..self.end() as usize)?;
        let behind = nodes.partition_point(|node| node.start <= offset);
        Some(Node { tree: self.tree, index: self.index + behind.checked_sub(1)? as u32 })
    }

    /// Its bytes in the text, with quotes and brackets.
    pub fn span(self) -> Span {
        let data = self.data();
        Span { start: data.start, end: data.end }
    }

    /// Its first character: of a container the bracket, full-width ones too.
    pub(crate) fn opening(self) -> Span {
        let start = self.span().start;
        let len = self.source().chars().next().map_or(0, char::len_utf8);
        Span { start, end: start + len as u32 }
    }

    /// Its last character.
    pub(crate) fn closing(self) -> Span {
        let end = self.span().end;
        let len = self.source().chars().next_back().map_or(0, char::len_utf8);
        Span { start: end - len as u32, end }
    }

    /// Its text as it is written.
    pub fn source(self) -> &'t str {
        &self.tree.text[self.span().range()]
    }

    /// The bytes of a string between its quotes; of anything else, all of it.
    pub fn content_span(self) -> Span {
        let span = self.span();
        if self.kind() != Kind::String || span.len() < 2 {
            return span;
        }
        let bytes = self.tree.text.as_bytes();
        let (first, last) = (bytes[span.start as usize], bytes[span.end as usize - 1]);
        let quoted = first == last && matches!(first, b'"' | b'\'');
        if quoted { Span { start: span.start + 1, end: span.end - 1 } } else { span }
    }

    /// True if the value is not what the text says but what it was taken to mean.
    pub fn is_repaired(self) -> bool {
        self.data().flags & REPAIRED != 0
    }

    /// True if nothing can be said of the value: it is missing, unreadable or a placeholder without quotes.
    pub fn is_unknown(self) -> bool {
        matches!(self.kind(), Kind::Unknown | Kind::Placeholder)
    }

    /// The characters of a string.
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        let data = self.data();
        if data.kind != Kind::String {
            return None;
        }
        if data.flags & OWNED != 0 {
            return Some(Cow::Borrowed(&self.tree.owned[data.link as usize]));
        }
        let content = &self.tree.text[data.start as usize + 1..data.end as usize - 1];
        Some(if data.flags & ESCAPED != 0 { decode_string(content) } else { Cow::Borrowed(content) })
    }

    /// A number as JSON writes it.
    pub fn number(self) -> Option<&'t str> {
        let data = self.data();
        match data.kind {
            Kind::Number if data.flags & OWNED != 0 => Some(&self.tree.owned[data.link as usize]),
            Kind::Number => Some(self.source()),
            _ => None,
        }
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// An object's members, each a name and a value; nothing for anything else.
    pub fn members(self) -> Members<'t> {
        let data = self.data();
        let next = self.index + 1;
        Members { tree: self.tree, next, end: if data.kind == Kind::Object { data.link } else { next } }
    }

    /// An array's elements; nothing for anything else.
    pub fn elements(self) -> Elements<'t> {
        let data = self.data();
        let next = self.index + 1;
        Elements { tree: self.tree, next, end: if data.kind == Kind::Array { data.link } else { next } }
    }

    /// The value of the member called `name`, letter for letter.
    pub fn get(self, name: &str) -> Option<Node<'t>> {
        self.members().find(|(key, _)| key.is_named(name)).map(|(_, value)| value)
    }

    /// The member called `name` as ARM compares names: without regard to ASCII case.
    pub fn member(self, name: &str) -> Option<(Node<'t>, Node<'t>)> {
        self.members().find(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)))
    }

    /// True if a name's node spells `name`.
    pub fn is_named(self, name: &str) -> bool {
        let data = self.data();
        if data.flags & (ESCAPED | OWNED) == 0 {
            // The common case without a decision about borrowing.
            data.end as usize - data.start as usize == name.len() + 2
                && self.tree.text.as_bytes()[data.start as usize + 1..data.end as usize - 1]
                    == *name.as_bytes()
        } else {
            self.as_str().is_some_and(|key| key == name)
        }
    }

    /// The value as `serde_json` has it; what is unknown is `null`. Of two members with one name the last
    /// counts. Not deeper than [`super::MAX_DEPTH`], as the tree is not.
    pub fn to_value(self) -> serde_json::Value {
        use serde_json::Value;
        match self.kind() {
            Kind::Null | Kind::Unknown | Kind::Placeholder => Value::Null,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Number => {
                self.number().and_then(|number| number.parse().ok()).map_or(Value::Null, Value::Number)
            }
            Kind::String => Value::String(self.as_str().unwrap_or_default().into_owned()),
            Kind::Array => Value::Array(self.elements().map(Node::to_value).collect()),
            Kind::Object => Value::Object(
                self.members()
                    .map(|(name, value)| (name.as_str().unwrap_or_default().into_owned(), value.to_value()))
                    .collect(),
            ),
        }
    }
}

fn after(tree: &Tree<'_>, index: u32) -> u32 {
    let data = &tree.nodes[index as usize];
    if matches!(data.kind, Kind::Array | Kind::Object) { data.link } else { index + 1 }
}

/// The members of an object in order.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    tree: &'t Tree<'t>,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Node<'t>, Node<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        steps::count(1);
        let name = Node { tree: self.tree, index: self.next };
        let value = Node { tree: self.tree, index: self.next + 1 };
        self.next = after(self.tree, value.index);
        Some((name, value))
    }
}

/// The elements of an array in order.
#[derive(Clone, Debug)]
pub struct Elements<'t> {
    tree: &'t Tree<'t>,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        self.next = after(self.tree, self.next);
        Some(node)
    }
}
