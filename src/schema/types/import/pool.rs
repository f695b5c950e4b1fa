//! The nodes of all files of a namespace, each different one kept once: nodes are the same if everything that can be
//! reached from them is.

use std::collections::HashMap;
use std::hash::Hash;

use serde_json::Number;

use super::node::{Fault, Members, Property, Raw, Reference};

/// A node, its texts and the nodes that it leads to by their numbers in the pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Any,
    Boolean,
    Integer { least: Option<i64>, most: Option<i64> },
    Text { sensitive: bool, least: Option<i64>, most: Option<i64>, pattern: Option<u32> },
    Values { values: Vec<u32>, others: Option<u32> },
    List { item: u32, least: Option<i64>, most: Option<i64> },
    Object { properties: Vec<(u32, u8, u32)>, others: Option<u32>, sensitive: bool },
    Variants { discriminator: u32, properties: Vec<(u32, u8, u32)>, elements: Vec<(u32, u32)> },
}

impl Node {
    /// What it leads to, in the order in which it is written.
    pub(super) fn children(&mut self) -> Vec<&mut u32> {
        match self {
            Self::Any | Self::Boolean | Self::Integer { .. } | Self::Text { .. } => Vec::new(),
            Self::Values { others, .. } => others.iter_mut().collect(),
            Self::List { item, .. } => vec![item],
            Self::Object { properties, others, .. } => {
                properties.iter_mut().map(|(.., target)| target).chain(others).collect()
            }
            Self::Variants { properties, elements, .. } => {
                let elements = elements.iter_mut().map(|(_, target)| target);
                properties.iter_mut().map(|(.., target)| target).chain(elements).collect()
            }
        }
    }
}

/// Texts, each once.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) list: Vec<String>,
    known: HashMap<String, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(text.to_owned());
        self.known.insert(text.to_owned(), number);
        number
    }
}

/// The nodes of a namespace.
#[derive(Default)]
pub(super) struct Pool {
    pub(super) nodes: Vec<Node>,
    pub(super) texts: Texts,
}

impl Pool {
    /// For each node whether it is a secret or leads to one. Takes time linear in the pool.
    pub(super) fn leading_to_secrets(&mut self) -> Vec<bool> {
        let mut from: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let mut open = Vec::new();
        for (at, node) in self.nodes.iter_mut().enumerate() {
            if matches!(node, Node::Text { sensitive: true, .. } | Node::Object { sensitive: true, .. }) {
                open.push(at as u32);
            }
            for child in node.children() {
                from[*child as usize].push(at as u32);
            }
        }
        let mut found = vec![false; self.nodes.len()];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut found[node as usize], true) {
                open.extend(&from[node as usize]);
            }
        }
        found
    }

    /// Adds the nodes of a file, and gives the number of its first one.
    pub(super) fn add(&mut self, raws: &[Raw<'_>]) -> Result<u32, Fault> {
        let first = self.nodes.len() as u32;
        for (index, raw) in raws.iter().enumerate() {
            let node = self.node(raws, index, raw, first)?;
            self.nodes.push(node);
        }
        Ok(first)
    }

    fn node(&mut self, raws: &[Raw<'_>], index: usize, raw: &Raw<'_>, first: u32) -> Result<Node, Fault> {
        let target = |reference: Reference, member: &dyn Fn() -> String| {
            if (reference.0 as usize) < raws.len() {
                return Ok(first + reference.0);
            }
            let message =
                format!("the $ref \"#/{}\" leads nowhere: the file has {} nodes", reference.0, raws.len());
            Err((format!("/{index}/{}", member()), message))
        };
        let missing = |member: &str| {
            Err((format!("/{index}"), format!("not a types.json: a node of this kind has a `{member}`")))
        };
        let named = |member: &'static str| move || member.to_owned();
        let sensitive = raw.sensitive == Some(true);
        Ok(match raw.kind.as_ref() {
            "BooleanType" => Node::Boolean,
            "IntegerType" => {
                Node::Integer { least: least(raw.min_value.as_ref()), most: most(raw.max_value.as_ref()) }
            }
            "StringType" => Node::Text {
                sensitive,
                least: least(raw.min_length.as_ref()).filter(|least| *least > 0),
                most: most(raw.max_length.as_ref()),
                pattern: raw.pattern.as_deref().map(|pattern| self.texts.number(pattern)),
            },
            "StringLiteralType" => {
                let Some(value) = raw.value.0.as_deref() else { return missing("value") };
                Node::Values { values: vec![self.texts.number(value)], others: None }
            }
            "UnionType" => {
                let mut values = Vec::new();
                let mut others = None;
                for (at, (_, reference)) in raw.elements.0.iter().enumerate() {
                    let number = target(*reference, &|| format!("elements/{at}"))?;
                    let element = &raws[reference.0 as usize];
                    match (element.kind.as_ref(), element.value.0.as_deref()) {
                        ("StringLiteralType", Some(value)) => values.push(self.texts.number(value)),
                        ("StringType", _) if others.is_none() => others = Some(number),
                        // Of no published file: what it means would be a guess.
                        _ => return Ok(Node::Any),
                    }
                }
                let mut seen = std::collections::HashSet::new();
                values.retain(|value| seen.insert(*value));
                if values.is_empty() && others.is_none() {
                    return Ok(Node::Any);
                }
                Node::Values { values, others }
            }
            "ArrayType" => {
                let Some(item) = raw.item_type else { return missing("itemType") };
                Node::List {
                    item: target(item, &named("itemType"))?,
                    least: least(raw.min_length.as_ref()).filter(|least| *least > 0),
                    most: most(raw.max_length.as_ref()),
                }
            }
            "ObjectType" => {
                let others = raw.additional_properties;
                let others = others.map(|it| target(it, &named("additionalProperties"))).transpose()?;
                Node::Object {
                    properties: self.properties(&raw.properties, "properties", &target)?,
                    others,
                    sensitive,
                }
            }
            "DiscriminatedObjectType" => {
                let Some(discriminator) = raw.discriminator.as_deref() else {
                    return missing("discriminator");
                };
                let mut elements = Vec::new();
                for (key, reference) in &raw.elements.0 {
                    let key = key.as_deref().unwrap_or_default();
                    let member = || format!("elements/{}", crate::schema::pointer::escape(key));
                    elements.push((self.texts.number(key), target(*reference, &member)?));
                }
                let properties = self.properties(&raw.base_properties, "baseProperties", &target)?;
                Node::Variants { discriminator: self.texts.number(discriminator), properties, elements }
            }
            _ => Node::Any,
        })
    }

    fn properties(
        &mut self,
        members: &Members<'_, Property>,
        of: &str,
        target: &Resolve<'_>,
    ) -> Result<Vec<(u32, u8, u32)>, Fault> {
        let mut all: Vec<(&str, u8, u32)> = Vec::with_capacity(members.0.len());
        for (name, property) in &members.0 {
            let member = || format!("{of}/{}/type", crate::schema::pointer::escape(name));
            all.push((name, property.flags, target(property.target, &member)?));
        }
        all.sort_by(|a, b| by_name(a.0, b.0));
        all.dedup_by(|a, b| a.0 == b.0);
        Ok(all.into_iter().map(|(name, flags, target)| (self.texts.number(name), flags, target)).collect())
    }

    /// For each node the number of its class: nodes of one class cannot be told apart by what they hold. Gives the
    /// classes and how many there are.
    pub(super) fn classes(&mut self) -> (Vec<u32>, usize) {
        let mut heads = Numbers::default();
        let mut children: Vec<u32> = Vec::new();
        let mut ends: Vec<usize> = Vec::new();
        let mut own: Vec<u32> = Vec::new();
        for node in &mut self.nodes {
            let mut head = node.clone();
            for child in head.children() {
                *child = 0;
            }
            own.push(heads.number(head));
            children.extend(node.children().into_iter().map(|child| *child));
            ends.push(children.len());
        }
        let mut classes = own.clone();
        let mut count = heads.0.len();
        loop {
            let mut next: Numbers<Vec<u32>> = Numbers::default();
            let mut start = 0;
            let refined: Vec<u32> = (0..own.len())
                .map(|node| {
                    let targets = children[start..ends[node]].iter().map(|child| classes[*child as usize]);
                    start = ends[node];
                    next.number([own[node]].into_iter().chain(targets).collect())
                })
                .collect();
            let more = next.0.len();
            classes = refined;
            if more == count {
                return (classes, count);
            }
            count = more;
        }
    }
}

/// Numbers in the order in which they are asked for.
struct Numbers<K>(HashMap<K, u32>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Numbers<K> {
    fn number(&mut self, key: K) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(key).or_insert(next)
    }
}

/// From a reference, and the pointer of the member that it is, to the node's number in the pool.
type Resolve<'r> = dyn Fn(Reference, &dyn Fn() -> String) -> Result<u32, Fault> + 'r;

/// Names without case, and where that makes them the same, with it.
pub(super) fn by_name(a: &str, b: &str) -> std::cmp::Ordering {
    let lower = |text: &str| text.bytes().map(|byte| byte.to_ascii_lowercase()).collect::<Vec<u8>>();
    lower(a).cmp(&lower(b)).then_with(|| a.cmp(b))
}

/// A lower limit; what is no whole number limits from the next one on.
fn least(number: Option<&Number>) -> Option<i64> {
    let number = number?;
    number.as_i64().or_else(|| whole(number.as_f64()?.ceil()))
}

/// An upper limit.
fn most(number: Option<&Number>) -> Option<i64> {
    let number = number?;
    number.as_i64().or_else(|| whole(number.as_f64()?.floor()))
}

/// A limit that no integer reaches is none.
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9.0e18).then_some(number as i64)
}
