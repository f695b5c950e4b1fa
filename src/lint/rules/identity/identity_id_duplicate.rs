#![doc = include_str!("../../../../docs/rules/identity-id-duplicate.md")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};

use super::questions::{Id, answered, ids};
use crate::arm::{IdentityForm, RefusalKind, contains_placeholder, parse_user_assigned};
use crate::json::Node;
use crate::lint::rule::rule;
use crate::lint::rules::layout::child_with_comma;
use crate::lint::rules::syntax::duplicate_name;
use crate::lint::{Block, Check, Sink, Subject};
use crate::text::{Edit, Span};

rule!(
    "identity-id-duplicate",
    Identity,
    Error,
    Sometimes,
    "the same identity is named twice",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    for (member, property) in [(block.ids, IdentityForm::Ids), (block.map, IdentityForm::Map)] {
        let Some((_, holder)) = member else { continue };
        let own = ids(subject, block).filter(|id| id.property == property && names_one(&id.text));
        let mut seen = Seen::default();
        let mut repeated = Vec::new();
        for id in own {
            if let Some(first) = seen.first(&id) {
                repeated.push((first, id));
            }
        }
        if repeated.is_empty() {
            continue;
        }
        // JSON's own complaint about the name says less.
        let names: Vec<Span> = repeated.iter().map(|(_, later)| later.node.span()).collect();
        sink.withdraw(subject, &duplicate_name::RULE, &names);
        let spans = spans_with_commas(holder);
        for (first, later) in repeated {
            report(subject, &first, &later, &spans, sink);
        }
    }
}

/// The ids that came so far: for a hash of each text the index of its node, for a map may have very many.
#[derive(Default)]
struct Seen {
    hashes: RandomState,
    first: HashMap<u64, u32>,
}

impl Seen {
    /// The id that came first of those that ARM takes for the same as `id`, if it is not the first.
    fn first<'a>(&mut self, id: &Id<'a>) -> Option<Id<'a>> {
        let hash = self.hashes.hash_one(id.text.to_ascii_lowercase());
        let index = match self.first.entry(hash) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert(id.node.index());
                return None;
            }
        };
        let node = id.node.tree().node(index)?;
        let text = node.as_str().filter(|text| text.eq_ignore_ascii_case(&id.text))?;
        // A map's value comes after its name.
        let value = id.value.and_then(|_| id.node.tree().node(index + 1));
        Some(Id { node, text, value, ..id.clone() })
    }
}

/// True if the text means one identity: what stands for a name may be filled in differently each time.
fn names_one(text: &str) -> bool {
    match parse_user_assigned(text) {
        Ok(id) => id.name.is_some_and(|name| !contains_placeholder(name.text)),
        Err(_) => !contains_placeholder(text),
    }
}

/// What goes with each child of `holder`, by the place at which the child begins.
fn spans_with_commas(holder: Node<'_>) -> HashMap<u32, Span> {
    let elements = holder.elements().map(Node::span);
    let members = holder.members().map(|(name, value)| name.span().cover(value.span()));
    let children: Vec<Span> = elements.chain(members).collect();
    let with_comma = |at: usize| {
        let before = at.checked_sub(1).map(|before| children[before]);
        (children[at].start, child_with_comma(before, children[at], children.get(at + 1).copied()))
    };
    (0..children.len()).map(with_comma).collect()
}

fn report(
    subject: &Subject<'_>,
    first: &Id<'_>,
    later: &Id<'_>,
    spans: &HashMap<u32, Span>,
    sink: &mut Sink<'_>,
) {
    let mut draft = subject
        .at_node(&RULE, later.node, "the same identity is named twice")
        .label(first.node.span(), "here first");
    if first.text != later.text {
        draft = draft.help("ARM compares ids without regard to case");
    }
    // One entry that assigns and one that removes contradict each other.
    let agree = match (first.value, later.value) {
        (Some(first), Some(later)) => first.kind() == later.kind(),
        _ => true,
    };
    if let Some(span) = spans.get(&later.node.span().start).filter(|_| agree) {
        draft = draft.fix("take the later one away", &[Edit::delete(*span)]);
    } else if !agree {
        draft = draft.help("one entry assigns it, the other takes it away: keep the one that is meant");
    }
    let text = later.text.clone().into_owned();
    sink.push(answered(
        draft,
        match later.property {
            IdentityForm::Ids => RefusalKind::DuplicatedInIdentityIds(text),
            _ => RefusalKind::DuplicateIds(vec![text]),
        },
    ));
}
