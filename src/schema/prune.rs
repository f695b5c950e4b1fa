//! The part of a schema that one body can reach.
//!
//! To make a validator takes longer than to parse and check a small body. The first body of a type, version and
//! method, which is often the only one, is therefore looked at with the schemas of just those properties that it names.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::document::{DIALECT, Document};
use crate::arm::Method;
use crate::json::{Kind, Node};

/// Bodies with more nodes than this would name most of the properties.
const MAX_NODES: usize = 2_000;

/// Schemas within schemas that are copied; deeper ones are taken whole.
const MAX_DEPTH: usize = 64;

/// The names of all members of a body; `None` for a large one.
pub(super) fn names(body: Node<'_>) -> Option<HashSet<Cow<'_, str>>> {
    if body.tree().len() > MAX_NODES {
        return None;
    }
    let mut names = HashSet::new();
    let mut open = vec![body];
    while let Some(node) = open.pop() {
        let containers = |it: &Node<'_>| matches!(it.kind(), Kind::Object | Kind::Array);
        for (name, value) in node.members() {
            names.insert(name.as_str().unwrap_or_default());
            open.extend(Some(value).filter(containers));
        }
        open.extend(node.elements().filter(containers));
    }
    Some(names)
}

/// The schema of a body by itself, without the properties that are not among `names`: it allows a body with no
/// other names exactly if the whole schema does.
pub(super) fn pruned(
    document: &Document,
    resource_type: &str,
    method: Method,
    names: &HashSet<Cow<'_, str>>,
) -> Option<Value> {
    let mut pruning = Pruning { names, references: Vec::new() };
    let mut out = pruning.schema(document.entry(resource_type, method)?, 0).as_object()?.clone();
    let mut defs = Map::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(reference) = pruning.references.pop() {
        if seen.insert(reference) {
            let (name, definition) = document.named(reference)?;
            defs.insert(name, pruning.schema(definition, 0));
        }
    }
    out.insert("$schema".to_owned(), Value::from(DIALECT));
    out.insert("$defs".to_owned(), Value::Object(defs));
    Some(Value::Object(out))
}

struct Pruning<'n, 'd> {
    names: &'n HashSet<Cow<'n, str>>,
    references: Vec<&'d str>,
}

impl<'d> Pruning<'_, 'd> {
    fn schema(&mut self, schema: &'d Value, depth: usize) -> Value {
        let Value::Object(members) = schema else { return schema.clone() };
        let mut out = Map::with_capacity(members.len());
        for (keyword, value) in members {
            if keyword == "$ref" {
                self.references.extend(value.as_str());
            }
            let kept = match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    let named = properties.iter().filter(|(name, _)| self.names.contains(name.as_str()));
                    let named: Vec<_> = named.collect();
                    let mut kept = Map::with_capacity(named.len());
                    for (name, schema) in named {
                        kept.insert(name.clone(), self.schema(schema, depth + 1));
                    }
                    Value::Object(kept)
                }
                ("patternProperties" | "dependentSchemas" | "$defs", Value::Object(schemas)) => {
                    schemas.iter().map(|(name, it)| (name.clone(), self.schema(it, depth + 1))).collect()
                }
                ("enum" | "const" | "default" | "examples", _) => value.clone(),
                (_, Value::Object(_)) if depth < MAX_DEPTH => self.schema(value, depth + 1),
                (_, Value::Array(elements)) if depth < MAX_DEPTH => {
                    elements.iter().map(|it| self.schema(it, depth + 1)).collect()
                }
                _ => value.clone(),
            };
            out.insert(keyword.clone(), kept);
        }
        Value::Object(out)
    }
}
