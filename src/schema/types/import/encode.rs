//! Writes a namespace as the columns that `schema::types` reads.

use std::collections::{BTreeMap, HashMap};

use super::pool::{Node, Pool, by_name};
use crate::schema::types::block::{ANY, BOOLEAN, COLUMNS, Column, INTEGER, PLAIN, TEXT, code, kind};
use crate::schema::types::code::Writer;

/// A namespace's nodes as they are written, and the number of each type's body.
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    pub(super) roots: Vec<u32>,
    /// How many nodes there are.
    pub(super) nodes: u32,
}

/// Writes what the bodies `roots` (numbers in the pool) hold, in this order.
pub(super) fn encode(pool: &mut Pool, roots: &[u32]) -> Encoded {
    let (classes, count) = pool.classes();
    let mut of_class: Vec<u32> = vec![u32::MAX; count];
    for (node, class) in classes.iter().enumerate().rev() {
        of_class[*class as usize] = node as u32;
    }
    let mut names: Vec<&str> = Vec::new();
    for node in &pool.nodes {
        if let Node::Object { properties, .. } | Node::Variants { properties, .. } = node {
            names.extend(properties.iter().map(|(name, ..)| pool.texts.list[*name as usize].as_str()));
        }
    }
    names.sort_unstable_by(|a, b| by_name(a, b));
    names.dedup();
    let mut encoder = Encoder {
        pool,
        classes,
        columns: Default::default(),
        ids: vec![None; count],
        order: Vec::new(),
        next: PLAIN,
        names: names.iter().enumerate().map(|(at, name)| (*name, at as u32)).collect(),
        texts: HashMap::new(),
        lists: HashMap::new(),
        by_list: Vec::new(),
        by_name: vec![ANY; names.len() + 2],
    };
    encoder.write_names(&names);
    for (plain, id) in [
        (Node::Any, ANY),
        (Node::Boolean, BOOLEAN),
        (Node::Integer { least: None, most: None }, INTEGER),
        (Node::Text { sensitive: false, least: None, most: None, pattern: None }, TEXT),
    ] {
        if let Some(node) = encoder.pool.nodes.iter().position(|node| *node == plain) {
            encoder.ids[encoder.classes[node] as usize] = Some(id);
        }
    }
    let mut done = 0;
    let mut root_ids = Vec::new();
    for root in roots {
        let class = encoder.classes[*root as usize] as usize;
        let id = encoder.ids[class].unwrap_or_else(|| encoder.assign(class));
        root_ids.push(id);
        while let Some(class) = encoder.order.get(done).copied() {
            done += 1;
            let node = encoder.pool.nodes[of_class[class] as usize].clone();
            encoder.node(&node);
        }
    }
    let nodes = encoder.next;
    let mut bytes = Writer::default();
    for column in &encoder.columns {
        bytes.bytes(&column.0);
    }
    Encoded { bytes: bytes.0, roots: root_ids, nodes }
}

struct Encoder<'p> {
    pool: &'p Pool,
    classes: Vec<u32>,
    columns: [Writer; COLUMNS],
    /// By class the number of its node in the block.
    ids: Vec<Option<u32>>,
    /// The classes in the order of their numbers.
    order: Vec<usize>,
    next: u32,
    names: BTreeMap<&'p str, u32>,
    /// Texts of the pool by their numbers in the block.
    texts: HashMap<u32, u32>,
    lists: HashMap<Vec<(u32, u8)>, u32>,
    by_list: Vec<Option<Vec<u32>>>,
    by_name: Vec<u32>,
}

impl Encoder<'_> {
    fn column(&mut self, column: Column) -> &mut Writer {
        &mut self.columns[column as usize]
    }

    fn write_names(&mut self, names: &[&str]) {
        let mut before = "";
        for name in names {
            let mut shared = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
            while !name.is_char_boundary(shared) {
                shared -= 1;
            }
            self.column(Column::NameShared).number(shared as u64);
            self.column(Column::NameRest).number((name.len() - shared) as u64);
            self.column(Column::NameText).0.extend_from_slice(&name.as_bytes()[shared..]);
            before = name;
        }
    }

    fn assign(&mut self, class: usize) -> u32 {
        let id = self.next;
        self.ids[class] = Some(id);
        self.order.push(class);
        self.next += 1;
        id
    }

    fn node(&mut self, node: &Node) {
        let limits = |least: &Option<i64>, most: &Option<i64>| {
            (if least.is_some() { kind::LEAST } else { 0 }) | (if most.is_some() { kind::MOST } else { 0 })
        };
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        match node {
            // They have their numbers from the start.
            Node::Any | Node::Boolean => {}
            Node::Integer { least, most } => {
                self.kind(kind::INTEGER | limits(least, most));
                self.limits(*least, *most);
            }
            Node::Text { sensitive, least, most, pattern } => {
                let more = flag(*sensitive, kind::SENSITIVE) | flag(pattern.is_some(), kind::MORE);
                self.kind(kind::TEXT | limits(least, most) | more);
                self.limits(*least, *most);
                if let Some(pattern) = pattern {
                    let pattern = self.text(*pattern);
                    self.column(Column::Values).number(pattern.into());
                }
            }
            Node::Values { values, others } => {
                self.kind(kind::VALUES | flag(others.is_some(), kind::MORE));
                self.values(values);
                if let Some(others) = others {
                    self.reference(*others, None, None);
                }
            }
            Node::List { item, least, most } => {
                self.kind(kind::LIST | limits(least, most));
                self.limits(*least, *most);
                let name = self.by_name.len() - 1;
                self.reference(*item, Some(name), None);
            }
            Node::Object { properties, others, sensitive } => {
                self.kind(
                    kind::OBJECT | flag(*sensitive, kind::SENSITIVE) | flag(others.is_some(), kind::MORE),
                );
                self.object(properties);
                if let Some(others) = others {
                    let name = self.by_name.len() - 2;
                    self.reference(*others, Some(name), None);
                }
            }
            Node::Variants { discriminator, properties, elements } => {
                self.kind(kind::VARIANTS);
                let discriminator = self.text(*discriminator);
                self.column(Column::Values).number(discriminator.into());
                self.object(properties);
                let keys: Vec<u32> = elements.iter().map(|(key, _)| *key).collect();
                self.values(&keys);
                for (_, target) in elements {
                    self.reference(*target, None, None);
                }
            }
        }
    }

    fn kind(&mut self, kind: u8) {
        self.column(Column::Kinds).0.push(kind);
    }

    fn limits(&mut self, least: Option<i64>, most: Option<i64>) {
        for limit in [least, most].into_iter().flatten() {
            self.column(Column::Limits).signed(limit);
        }
    }

    fn text(&mut self, text: u32) -> u32 {
        if let Some(known) = self.texts.get(&text) {
            return *known;
        }
        let number = self.texts.len() as u32;
        self.texts.insert(text, number);
        let text = &self.pool.texts.list[text as usize];
        self.columns[Column::TextLength as usize].number(text.len() as u64);
        self.columns[Column::Text as usize].0.extend_from_slice(text.as_bytes());
        number
    }

    fn values(&mut self, values: &[u32]) {
        self.column(Column::ValueCounts).number(values.len() as u64);
        let mut expected = 0;
        for value in values {
            let value = i64::from(self.text(*value));
            self.column(Column::Values).signed(value - expected);
            expected = value + 1;
        }
    }

    fn object(&mut self, properties: &[(u32, u8, u32)]) {
        let named: Vec<(u32, u8)> = properties
            .iter()
            .map(|(name, flags, _)| (self.names[self.pool.texts.list[*name as usize].as_str()], *flags))
            .collect();
        let count = self.by_list.len();
        let list = if let Some(list) = self.lists.get(&named) {
            let back = count as u64 - u64::from(*list);
            let list = *list;
            self.column(Column::Lists).number(back);
            list
        } else {
            self.column(Column::Lists).number(0);
            self.column(Column::ListLengths).number(named.len() as u64);
            let mut before = 0;
            for (name, flags) in &named {
                self.column(Column::ListNames).number(u64::from(name - before));
                self.column(Column::ListFlags).0.push(*flags);
                before = *name;
            }
            self.lists.insert(named.clone(), count as u32);
            self.by_list.push(None);
            count as u32
        };
        let before = self.by_list[list as usize].take();
        let mut targets = Vec::with_capacity(properties.len());
        for (at, ((name, _), (.., target))) in named.iter().zip(properties).enumerate() {
            let as_list = before.as_ref().map(|before| before[at]);
            targets.push(self.reference(*target, Some(*name as usize), as_list));
        }
        self.by_list[list as usize] = Some(targets);
    }

    fn reference(&mut self, node: u32, name: Option<usize>, as_list: Option<u32>) -> u32 {
        let class = self.classes[node as usize] as usize;
        let last = name.map(|name| self.by_name[name]);
        let (code, target) = match self.ids[class] {
            None => (code::NEXT, self.assign(class)),
            Some(id) if as_list == Some(id) => (code::AS_LIST, id),
            Some(id) if id < PLAIN => (code::PLAIN + u64::from(id), id),
            Some(id) if last == Some(id) => (code::AS_NAME, id),
            Some(id) => (code::FURTHER + u64::from(self.next - 1 - id), id),
        };
        self.column(Column::References).number(code);
        if let Some(name) = name {
            self.by_name[name] = target;
        }
        target
    }
}
