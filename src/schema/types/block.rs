//! The descriptions of one namespace's types, opened: each different node once, whichever version has it.
//!
//! On disk a block is a row of columns, each a run of numbers of one kind, deflated together: that packs three times
//! better than nodes one after the other. `import::encode` writes what is read here.

use super::code::{PackError, Reader};

/// Nodes that are in every block, so that they need no place in it.
pub(in crate::schema) const PLAIN: u32 = 4;
/// Any value.
pub(in crate::schema) const ANY: u32 = 0;
/// A boolean.
pub(in crate::schema) const BOOLEAN: u32 = 1;
/// A whole number without limits.
pub(in crate::schema) const INTEGER: u32 = 2;
/// A text without limits.
pub(in crate::schema) const TEXT: u32 = 3;

/// The columns of a block, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum Column {
    /// How many letters a name shares with the one before, how many follow, and the letters.
    NameShared,
    NameRest,
    NameText,
    /// The lengths of the other texts, and the texts.
    TextLength,
    Text,
    /// One for each node: [`kind`] and what it has.
    Kinds,
    /// Limits of numbers, texts and arrays.
    Limits,
    /// For objects: 0 for a new list of properties, else how far back the same one was made.
    Lists,
    /// For each new list: how many properties, then the steps from name to name, then the flags.
    ListLengths,
    ListNames,
    ListFlags,
    /// The nodes that nodes lead to.
    References,
    /// For each list of values: how many, and which.
    ValueCounts,
    Values,
}

/// How many columns there are.
pub(in crate::schema) const COLUMNS: usize = 14;

/// The lower four bits of a kind; the others say what the node has.
pub(in crate::schema) mod kind {
    pub(in crate::schema) const INTEGER: u8 = 0;
    pub(in crate::schema) const TEXT: u8 = 1;
    pub(in crate::schema) const VALUES: u8 = 2;
    pub(in crate::schema) const LIST: u8 = 3;
    pub(in crate::schema) const OBJECT: u8 = 4;
    pub(in crate::schema) const VARIANTS: u8 = 5;
    /// It has a lower limit.
    pub(in crate::schema) const LEAST: u8 = 0x10;
    /// It has an upper limit.
    pub(in crate::schema) const MOST: u8 = 0x20;
    /// It is a secret.
    pub(in crate::schema) const SENSITIVE: u8 = 0x40;
    /// A text: it has a pattern. Values: others are taken. An object: it is a map as well.
    pub(in crate::schema) const MORE: u8 = 0x80;
}

/// A node as it is kept: what it refers to are ranges of the block's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum Node {
    Any,
    Boolean,
    Integer {
        least: Option<i64>,
        most: Option<i64>,
    },
    Text {
        sensitive: bool,
        least: Option<i64>,
        most: Option<i64>,
        pattern: Option<u32>,
    },
    /// `others`: the text that is taken beside the values.
    Values {
        first: u32,
        count: u32,
        others: Option<u32>,
    },
    List {
        item: u32,
        least: Option<i64>,
        most: Option<i64>,
    },
    Object {
        list: u32,
        targets: u32,
        others: Option<u32>,
        sensitive: bool,
    },
    /// `list` and `targets` are of what all variants have; `keys` are values, their nodes follow at `elements`.
    Variants {
        discriminator: u32,
        list: u32,
        targets: u32,
        keys: u32,
        count: u32,
        elements: u32,
    },
}

/// A namespace's nodes.
#[derive(Debug, Default)]
pub(in crate::schema) struct Block {
    names: Texts,
    texts: Texts,
    pub(in crate::schema) nodes: Vec<Node>,
    /// Where the list of properties begins in `properties`, one more than there are lists.
    lists: Vec<u32>,
    /// Name and flags.
    properties: Vec<(u32, u8)>,
    targets: Vec<u32>,
    values: Vec<u32>,
}

#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    fn get(&self, index: u32) -> &str {
        let index = index as usize;
        let start =
            index.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or_default());
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

impl Block {
    /// The name of a property, by its number.
    pub(in crate::schema) fn name(&self, name: u32) -> &str {
        self.names.get(name)
    }

    /// Any other text, by its number.
    pub(in crate::schema) fn text(&self, text: u32) -> &str {
        self.texts.get(text)
    }

    /// A node; what is not there is open to anything.
    pub(in crate::schema) fn node(&self, node: u32) -> Node {
        self.nodes.get(node as usize).copied().unwrap_or(Node::Any)
    }

    /// The properties of a list: names and flags, sorted by name without case.
    pub(in crate::schema) fn list(&self, list: u32) -> &[(u32, u8)] {
        let at = |index: usize| self.lists.get(index).copied().unwrap_or_default() as usize;
        self.properties.get(at(list as usize)..at(list as usize + 1)).unwrap_or_default()
    }

    /// A stretch of the nodes that nodes lead to.
    pub(in crate::schema) fn targets(&self, from: u32, count: usize) -> &[u32] {
        self.targets.get(from as usize..from as usize + count).unwrap_or_default()
    }

    /// A stretch of the values.
    pub(in crate::schema) fn values(&self, from: u32, count: u32) -> &[u32] {
        self.values.get(from as usize..(from + count) as usize).unwrap_or_default()
    }

    /// Reads the columns of an opened block.
    pub(in crate::schema) fn read(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader(bytes);
        let mut columns = [Reader(&[]); COLUMNS];
        for column in &mut columns {
            *column = Reader(reader.bytes()?);
        }
        if !reader.0.is_empty() {
            return Err(PackError::Damaged("a block goes on behind its end"));
        }
        let mut decoder = Decoder {
            columns,
            block: Self::default(),
            next: PLAIN,
            by_list: Vec::new(),
            by_name: Vec::new(),
        };
        decoder.names()?;
        decoder.texts()?;
        decoder.nodes()?;
        Ok(decoder.block)
    }
}

/// What a reference is, in the order of its codes; from [`FURTHER`] on it is how far back the node stands.
pub(in crate::schema) mod code {
    /// The node that the last object with this list of properties has there.
    pub(in crate::schema) const AS_LIST: u64 = 0;
    /// The next node that nothing has led to.
    pub(in crate::schema) const NEXT: u64 = 1;
    /// The node that the last property of this name leads to.
    pub(in crate::schema) const AS_NAME: u64 = 2;
    /// One of the plain nodes.
    pub(in crate::schema) const PLAIN: u64 = 3;
    pub(in crate::schema) const FURTHER: u64 = PLAIN + super::PLAIN as u64;
}

struct Decoder<'b> {
    columns: [Reader<'b>; COLUMNS],
    block: Block,
    /// The number of the next node that something leads to for the first time.
    next: u32,
    /// For each list of properties where the targets of its last object begin.
    by_list: Vec<Option<u32>>,
    /// For each name the last node that it led to.
    by_name: Vec<u32>,
}

impl<'b> Decoder<'b> {
    fn column(&mut self, column: Column) -> &mut Reader<'b> {
        &mut self.columns[column as usize]
    }

    fn names(&mut self) -> Result<(), PackError> {
        let mut text = String::with_capacity(2 * self.column(Column::NameText).0.len());
        let mut ends = Vec::with_capacity(self.column(Column::NameRest).0.len());
        let mut before = 0..0_usize;
        while !self.column(Column::NameShared).0.is_empty() {
            let shared = self.column(Column::NameShared).small()? as usize;
            let rest = self.column(Column::NameRest).small()? as usize;
            let letters = self.column(Column::NameText).take(rest)?;
            let letters =
                std::str::from_utf8(letters).map_err(|_| PackError::Damaged("a name is not UTF-8"))?;
            let start = text.len();
            let same = before.start..before.start.saturating_add(shared);
            if same.end > before.end || !text.is_char_boundary(same.end) {
                return Err(PackError::Damaged("a name shares too much"));
            }
            text.extend_from_within(same);
            text.push_str(letters);
            before = start..text.len();
            ends.push(text.len() as u32);
        }
        self.by_name = vec![ANY; ends.len() + 2];
        self.block.names = Texts { text, ends };
        Ok(())
    }

    fn texts(&mut self) -> Result<(), PackError> {
        let all = std::str::from_utf8(self.column(Column::Text).0)
            .map_err(|_| PackError::Damaged("a text is not UTF-8"))?;
        let mut ends = Vec::with_capacity(self.column(Column::TextLength).0.len());
        let mut end = 0_usize;
        while !self.column(Column::TextLength).0.is_empty() {
            end = end.saturating_add(self.column(Column::TextLength).small()? as usize);
            if !all.is_char_boundary(end) {
                return Err(PackError::Damaged("a text is cut"));
            }
            ends.push(end as u32);
        }
        self.block.texts = Texts { text: all.to_owned(), ends };
        Ok(())
    }

    fn nodes(&mut self) -> Result<(), PackError> {
        // What is read takes a byte of its column at least.
        let room = |column: Column| self.columns[column as usize].0.len();
        let block = &mut self.block;
        block.nodes.reserve_exact(PLAIN as usize + room(Column::Kinds));
        block.lists.reserve_exact(1 + room(Column::ListLengths));
        block.properties.reserve_exact(room(Column::ListFlags));
        block.targets.reserve_exact(room(Column::References));
        block.values.reserve_exact(room(Column::Values));
        self.by_list.reserve_exact(room(Column::ListLengths));
        block.lists.push(0);
        block.nodes.extend([
            Node::Any,
            Node::Boolean,
            Node::Integer { least: None, most: None },
            Node::Text { sensitive: false, least: None, most: None, pattern: None },
        ]);
        while !self.column(Column::Kinds).0.is_empty() {
            let own = self.block.nodes.len() as u32;
            // A node that nothing leads to is the body of the next type.
            if own == self.next {
                self.next += 1;
            }
            let kind = self.column(Column::Kinds).byte()?;
            let node = self.node(kind)?;
            self.block.nodes.push(node);
        }
        // What refers to a node refers to one that is there.
        let count = self.block.nodes.len() as u32;
        if self.next > count {
            return Err(PackError::Damaged("a node is missing"));
        }
        Ok(())
    }

    fn node(&mut self, kind: u8) -> Result<Node, PackError> {
        let more = kind & kind::MORE != 0;
        let sensitive = kind & kind::SENSITIVE != 0;
        let mut limit =
            |flag: u8| (kind & flag != 0).then(|| self.column(Column::Limits).signed()).transpose();
        let (least, most) = (limit(kind::LEAST)?, limit(kind::MOST)?);
        Ok(match kind & 0xf {
            kind::INTEGER => Node::Integer { least, most },
            kind::TEXT => {
                let pattern = more.then(|| self.column(Column::Values).small()).transpose()?;
                if pattern.is_some_and(|it| it as usize >= self.block.texts.ends.len()) {
                    return Err(PackError::Damaged("a pattern is missing"));
                }
                Node::Text { sensitive, least, most, pattern }
            }
            kind::VALUES => {
                let (first, count) = self.values()?;
                let others = more.then(|| self.reference(None)).transpose()?;
                Node::Values { first, count, others }
            }
            kind::LIST => {
                let name = self.by_name.len() - 1;
                let item = self.reference(Some(name))?;
                Node::List { item, least, most }
            }
            kind::OBJECT => {
                let (list, targets) = self.object()?;
                let name = self.by_name.len() - 2;
                let others = more.then(|| self.reference(Some(name))).transpose()?;
                Node::Object { list, targets, others, sensitive }
            }
            kind::VARIANTS => {
                let discriminator = self.column(Column::Values).small()?;
                if discriminator as usize >= self.block.texts.ends.len() {
                    return Err(PackError::Damaged("a discriminator is missing"));
                }
                let (list, targets) = self.object()?;
                let (keys, count) = self.values()?;
                let elements = self.block.targets.len() as u32;
                for _ in 0..count {
                    let target = self.reference(None)?;
                    self.block.targets.push(target);
                }
                Node::Variants { discriminator, list, targets, keys, count, elements }
            }
            _ => return Err(PackError::Damaged("a node of an unknown kind")),
        })
    }

    /// A list of properties and where the nodes begin that they lead to.
    fn object(&mut self) -> Result<(u32, u32), PackError> {
        let lists = self.block.lists.len() as u32 - 1;
        let back = self.column(Column::Lists).small()?;
        let list = match back {
            0 => {
                self.list()?;
                lists
            }
            back => lists.checked_sub(back).ok_or(PackError::Damaged("a list is missing"))?,
        };
        let targets = self.block.targets.len() as u32;
        let before = self.by_list.get(list as usize).copied().flatten();
        let (from, to) = (self.block.lists[list as usize], self.block.lists[list as usize + 1]);
        for (at, property) in (from..to).enumerate() {
            let (name, _) = self.block.properties[property as usize];
            let as_list = before.and_then(|before| self.block.targets.get(before as usize + at).copied());
            let target = self.reference_of(Some(name as usize), as_list)?;
            self.block.targets.push(target);
        }
        if let Some(last) = self.by_list.get_mut(list as usize) {
            *last = Some(targets);
        }
        Ok((list, targets))
    }

    fn list(&mut self) -> Result<(), PackError> {
        let within = self.column(Column::ListFlags).0.len();
        let count = self.column(Column::ListLengths).count(within)?;
        let mut name = 0_u32;
        for at in 0..count {
            let step = self.column(Column::ListNames).small()?;
            name = if at == 0 { step } else { name.saturating_add(step) };
            if name as usize >= self.block.names.ends.len() {
                return Err(PackError::Damaged("a name is missing"));
            }
            let flags = self.column(Column::ListFlags).byte()?;
            self.block.properties.push((name, flags));
        }
        self.block.lists.push(self.block.properties.len() as u32);
        self.by_list.push(None);
        Ok(())
    }

    fn reference(&mut self, name: Option<usize>) -> Result<u32, PackError> {
        self.reference_of(name, None)
    }

    fn reference_of(&mut self, name: Option<usize>, as_list: Option<u32>) -> Result<u32, PackError> {
        let last = name.and_then(|name| self.by_name.get(name).copied()).unwrap_or(ANY);
        let code = self.column(Column::References).number()?;
        let target = match code {
            code::AS_LIST => as_list.unwrap_or(ANY),
            code::NEXT => {
                self.next = self.next.saturating_add(1);
                self.next - 1
            }
            code::AS_NAME => last,
            code if code < code::FURTHER => (code - code::PLAIN) as u32,
            code => {
                let back = u32::try_from(code - code::FURTHER).ok();
                let target = back.and_then(|back| self.next.checked_sub(back.checked_add(1)?));
                target.ok_or(PackError::Damaged("a node is missing"))?
            }
        };
        if let Some(last) = name.and_then(|name| self.by_name.get_mut(name)) {
            *last = target;
        }
        Ok(target)
    }

    /// Where a list of values begins, and how many there are.
    fn values(&mut self) -> Result<(u32, u32), PackError> {
        let within = self.column(Column::Values).0.len();
        let count = self.column(Column::ValueCounts).count(within)?;
        let first = self.block.values.len() as u32;
        let mut expected = 0_i64;
        for _ in 0..count {
            let value = expected.saturating_add(self.column(Column::Values).signed()?);
            let known = u32::try_from(value).ok().filter(|it| (*it as usize) < self.block.texts.ends.len());
            self.block.values.push(known.ok_or(PackError::Damaged("a value is missing"))?);
            expected = value + 1;
        }
        Ok((first, count as u32))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::types::{Pack, Shape};

    /// A block as it is once it is opened.
    fn opened() -> Vec<u8> {
        let pack = Pack::embedded();
        let namespace =
            pack.namespaces.iter().find(|it| it.name == "microsoft.servicebus").expect("it is there");
        pack.opened(namespace.nodes).expect("it can be opened")
    }

    #[test]
    fn a_block_is_read_to_its_end() {
        let block = Block::read(&opened()).expect("it is whole");
        assert!(block.nodes.len() > 100 && block.lists.len() > 20);
    }

    proptest! {
        /// What the check sum would have kept out: any bytes are refused, or nodes that can be walked.
        #[test]
        fn changed_bytes_are_refused_or_can_be_walked(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut bytes = opened();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(block) = Block::read(&bytes) {
                for node in 0..block.nodes.len() as u32 {
                    let shape = Shape::new(&block, node);
                    let _ = (shape.form(), shape.is_sensitive(), shape.properties().len());
                }
            }
        }
    }
}
