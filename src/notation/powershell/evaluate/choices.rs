//! Values that are not the same behind each branch, and the calls that are made with them.
//!
//! A variable that `if`, `switch` or `? :` sets to one text or another is none of them for certain. What is made of
//! it, and the call that sends it, is looked at once for each branch; of two branchings that have nothing to do with
//! each other one is followed, so that nothing is put together that no run does.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Changed, Choices, Evaluator, Faults, Item, MIN_STEPS, Origin, Unknown, Value, same};
use crate::notation::alternatives::{MAX_CHOICES, listed};
use crate::notation::powershell::syntax::{Block, Statement};
use crate::text::{Builder, Encoding, Fragment, Span};

/// A branch that was read, and what it left behind.
pub(super) struct Branch<'s> {
    changed: Vec<Changed<'s>>,
    /// What it gives, if that is one thing.
    output: Option<Item<'s>>,
    /// Nothing behind the branching is run after it.
    leaves: bool,
}

/// The variables that a branch sets, by frame and name, and what they are behind it.
type Set<'s> = HashMap<(usize, String), Option<Item<'s>>>;

impl<'s> Evaluator<'_, 's> {
    /// Reads a branch that may not be taken.
    pub(super) fn branch_of(&mut self, block: &Block) -> Branch<'s> {
        let mut output = None;
        let changed = self.branch(|it| {
            let items = it.outputs(block);
            output = items.filter(|items| items.len() == 1).and_then(|mut items| items.pop());
        });
        let leaves = block
            .statements
            .iter()
            .any(|it| matches!(it, Statement::Jump { returns, value } if *returns || value.is_some()));
        Branch { changed, output, leaves }
    }

    /// Sets what the branches set of which one is run, or none unless they are `exhaustive`; gives what they give.
    pub(super) fn joined(&mut self, branches: Vec<Branch<'s>>, exhaustive: bool, span: Span) -> Item<'s> {
        let outputs: Vec<Option<Item<'s>>> =
            branches.iter().filter(|branch| !branch.leaves).map(|branch| branch.output.clone()).collect();
        if branches.len() > MAX_CHOICES {
            self.join(branches.into_iter().flat_map(|branch| branch.changed).collect());
            return self.unknown(span);
        }
        self.scope.powershell.forks += 1;
        let fork = self.scope.powershell.forks;
        let mut names = Vec::new();
        let mut others = Vec::new();
        let mut sets: Vec<Option<Set<'s>>> = Vec::new();
        for branch in branches {
            let mut set = Set::new();
            for change in branch.changed {
                match change {
                    Changed::Variable { frame, name, after } => {
                        names.push((frame, name.clone()));
                        // The last is undone first.
                        set.entry((frame, name)).or_insert(after);
                    }
                    object @ Changed::Object { .. } => others.push(object),
                }
            }
            sets.push((!branch.leaves).then_some(set));
        }
        names.sort_unstable();
        names.dedup();
        for key in names {
            let frame = self.scope.powershell.frames.get(key.0);
            let before = frame.and_then(|frame| frame.get(&key.1)).cloned();
            let mut items: Vec<Option<Item<'s>>> = sets
                .iter_mut()
                .map(|set| set.as_mut().and_then(|set| set.remove(&key).unwrap_or_else(|| before.clone())))
                .collect();
            if !exhaustive {
                items.push(before);
            }
            let at = items.iter().flatten().last().map_or(Span::at(0), |item| item.at);
            let mut builder = Builder::new(&self.unit.code);
            builder.placed(at, &format!("${}", key.1), true);
            let shown = builder.finish(0, Encoding::Plain);
            let item = self.either(items, fork, shown, at);
            self.scope.powershell.set_in(key.0, key.1, item);
        }
        self.join(others);
        if exhaustive && !outputs.is_empty() { self.one_of(outputs, span) } else { self.unknown(span) }
    }

    /// One of several values, which the expression at `span` gives.
    pub(super) fn one_of(&mut self, items: Vec<Option<Item<'s>>>, span: Span) -> Item<'s> {
        let shown = (*self.shown(span)).clone();
        let at = self.file(span);
        // The same whenever it is looked at.
        self.either(items, usize::MAX - at.start as usize, shown, at)
    }

    /// What is one of `items`, behind the branches `of`: the one that all are, else unknown.
    fn either(&mut self, items: Vec<Option<Item<'s>>>, of: usize, shown: Fragment<'s>, at: Span) -> Item<'s> {
        let mut present = items.iter().flatten();
        if let Some(first) = present.next()
            && items.iter().all(Option::is_some)
            && present.all(|item| same(first, item))
        {
            return first.clone();
        }
        let unknown = Unknown { shown: Rc::new(shown), faults: Faults::new(), origin: Origin::Nowhere };
        let mut item = Item::new(Value::Unknown(unknown), at);
        let is_nested = items.iter().flatten().any(|item| item.choices.is_some());
        let mut flat = Vec::new();
        for item in items {
            match item.as_ref().and_then(|item| item.choices.clone()) {
                Some(choices) => flat.extend(choices.items.iter().cloned()),
                None => flat.push(item),
            }
        }
        if flat.len() <= MAX_CHOICES && flat.iter().flatten().any(is_known) {
            let of = if is_nested {
                self.scope.powershell.forks += 1;
                self.scope.powershell.forks
            } else {
                of
            };
            item.choices = Some(Rc::new(Choices { of, items: flat }));
        }
        item
    }

    /// What `item` is behind the branch that is looked at; if there is none, others are noted.
    pub(super) fn in_branch(&mut self, item: Item<'s>) -> Item<'s> {
        let Some(choices) = &item.choices else { return item };
        match self.chosen {
            Some((of, branch)) if of == choices.of => {
                choices.items.get(branch).cloned().flatten().unwrap_or(Item { choices: None, ..item })
            }
            Some(_) => item,
            None => {
                choices.note_in(&mut self.met);
                item
            }
        }
    }

    /// A value that is put together of others: once, and again for each branch that it depends on.
    pub(super) fn by_branch(&mut self, read: impl Fn(&mut Self) -> Item<'s>) -> Item<'s> {
        let outer = std::mem::take(&mut self.met);
        let before = self.found.len();
        let mut item = read(self);
        let met = std::mem::replace(&mut self.met, outer);
        let Some(choices) = met.first() else { return item };
        // What makes calls is not read twice.
        if item.choices.is_some() || self.found.len() != before || self.chosen.is_some() {
            return item;
        }
        let mut items = Vec::new();
        for (branch, choice) in choices.items.iter().enumerate() {
            let mut one = None;
            if choice.as_ref().is_some_and(is_known) && self.steps > MIN_STEPS {
                self.choose((choices.of, branch), |it| one = Some(read(it)));
            }
            items.push(one);
        }
        // Nothing may have been made of it that anyone can read.
        if self.found.len() == before && items.iter().flatten().any(is_known) {
            item.choices = Some(Rc::new(Choices { of: choices.of, items }));
        }
        item
    }

    /// The calls of a command: one for each branch that what it sends depends on.
    pub(super) fn call_by_branch(&mut self, read: impl Fn(&mut Self) -> Vec<Item<'s>>) -> Vec<Item<'s>> {
        let outer = std::mem::take(&mut self.met);
        let before = self.found.len();
        let given = read(self);
        let met = std::mem::replace(&mut self.met, outer);
        if self.chosen.is_some() || self.found.len() != before + 1 {
            // What is given depends on them as well.
            for choices in met {
                choices.note_in(&mut self.met);
            }
            return given;
        }
        let mut groups = Vec::new();
        for choices in met {
            let from = self.found.len();
            for (branch, choice) in choices.items.iter().enumerate() {
                if choice.as_ref().is_some_and(is_known) && self.steps > MIN_STEPS {
                    self.choose((choices.of, branch), |it| {
                        read(it);
                    });
                }
            }
            groups.push(self.found.split_off(from));
        }
        if let Some(whole) = self.found.pop() {
            self.found.extend(listed(whole, groups));
        }
        given
    }

    /// Reads something as it is behind one branch; nothing that it sets stays.
    fn choose(&mut self, chosen: (usize, usize), read: impl FnOnce(&mut Self)) {
        self.chosen = Some(chosen);
        self.branch(read);
        self.chosen = None;
    }
}

/// True for what the script says.
fn is_known(item: &Item<'_>) -> bool {
    match &item.value {
        Value::Null | Value::Unknown(_) => false,
        Value::Text(text) => !text.as_str().is_empty(),
        _ => true,
    }
}
