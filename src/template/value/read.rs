//! Values as a text writes them, nothing in them evaluated.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Data, Document, Member, Place, Value, number};
use crate::json::{self, Node};

/// Reads values, keeping once what is written again and again: the names of members, types, versions, locations.
pub(super) struct Reading {
    document: Document,
    texts: HashSet<Arc<str>>,
}

impl Reading {
    /// No more texts are remembered, and none longer, in bytes.
    const MAX_TEXTS: usize = 4096;
    const MAX_LEN: usize = 64;

    /// Of nodes of this text.
    pub(super) fn of(document: Document) -> Self {
        Self { document, texts: HashSet::new() }
    }

    /// The value that a node writes.
    pub(super) fn value(&mut self, node: Node<'_>) -> Value {
        let place = Some(Place { document: self.document, node: node.index() });
        let data = match node.kind() {
            json::Kind::Null | json::Kind::Placeholder | json::Kind::Unknown => Data::Null,
            json::Kind::True => Data::Bool(true),
            json::Kind::False => Data::Bool(false),
            json::Kind::Number => number(node.number().unwrap_or_default()),
            json::Kind::String => Data::Text(self.text(node)),
            json::Kind::Array => {
                return Value::array(node.elements().map(|it| self.value(it)).collect()).at(place);
            }
            json::Kind::Object => {
                let members = node.members().map(|(name, value)| Member {
                    name: self.text(name),
                    place: Some(Place { document: self.document, node: name.index() }),
                    value: self.value(value),
                });
                // Of two members with names that are equal for ARM the last counts.
                return Value::object(last_of_each(members.collect())).at(place);
            }
        };
        Value { data, place }
    }

    fn text(&mut self, node: Node<'_>) -> Arc<str> {
        let text = node.as_str().unwrap_or_default();
        if text.len() > Self::MAX_LEN {
            return text.into();
        }
        if let Some(known) = self.texts.get(&*text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        if self.texts.len() < Self::MAX_TEXTS {
            self.texts.insert(Arc::clone(&text));
        }
        text
    }
}

/// Members that are compared with each other sooner than a table of their names is made.
const FEW_MEMBERS: usize = 16;

/// As [`last_of_each`].
fn last_of_few(mut members: Vec<Member>) -> Vec<Member> {
    let is_same = |a: &Member, b: &Member| {
        a.name.eq_ignore_ascii_case(&b.name)
            || (!(a.name.is_ascii() && b.name.is_ascii()) && a.name.to_lowercase() == b.name.to_lowercase())
    };
    let mut at = 1;
    while at < members.len() {
        match members[..at].iter().position(|it| is_same(it, &members[at])) {
            Some(first) => members[first] = members.remove(at),
            None => at += 1,
        }
    }
    members.shrink_to_fit();
    members
}

/// Of members whose names are equal but for case, the last, at the place of the first.
fn last_of_each(members: Vec<Member>) -> Vec<Member> {
    if members.len() <= FEW_MEMBERS {
        return last_of_few(members);
    }
    let mut at: HashMap<String, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<Member> = Vec::with_capacity(members.len());
    for member in members {
        if let Some(&index) = at.get(&member.name.to_lowercase()) {
            kept[index] = member;
        } else {
            at.insert(member.name.to_lowercase(), kept.len());
            kept.push(member);
        }
    }
    kept
}
