//! The resources of a deployment, and what is known of each.

use std::collections::HashSet;
use std::sync::Arc;

use crate::template::refusal::Outcome;
use crate::template::value::Value;

/// A turn of a loop.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The loop's name; outputs have none.
    pub(super) name: Option<Arc<str>>,
    /// The turn from 0; open if the count is.
    pub(super) index: Value,
    /// `copyIndex()` without a name means it.
    pub(super) is_default: bool,
}

/// A resource of a deployment: one turn of its loop.
pub(super) struct Instance {
    pub(super) resource: Value,
    pub(super) symbol: Option<Arc<str>>,
    pub(super) turn: Option<(Arc<str>, i64)>,
    pub(super) turns: Vec<Turn>,
    pub(super) parent: Option<u32>,
    pub(super) kind: Kind,
    pub(super) included: Included,
    pub(super) identity: Memo<Arc<Identity>>,
    pub(super) body: Memo<Value>,
    pub(super) waits: Vec<u32>,
    pub(super) child: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Resource,
    Existing,
    Extension,
}

#[derive(Clone)]
pub(super) enum Included {
    Yes,
    No,
    Open(Value),
}

pub(super) enum Memo<T> {
    New,
    Busy,
    Done(Outcome<T>),
}

/// What a resource is.
pub(super) struct Identity {
    pub(super) type_name: Arc<str>,
    pub(super) name: Value,
    pub(super) api_version: Value,
    pub(super) id: Value,
}

/// What the resources of a template are, all together: each `dependsOn` asks.
#[derive(Debug, Default)]
pub(super) struct Identified {
    pub(super) has_unknown_names: bool,
    /// One is not known.
    pub(super) has_unknown_types: bool,
    /// In lower case.
    pub(super) types: HashSet<String>,
    /// Those behind the last `/providers/`, for types that extend another.
    pub(super) tails: HashSet<String>,
}
