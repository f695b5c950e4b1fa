//! One mistake, one problem.

use std::collections::HashSet;

use super::problem::{Problem, ProblemKind};

/// One mistake, one problem: what follows from another goes.
pub(super) fn drop_consequences(problems: &mut Vec<Problem<'_>>) {
    problems.sort_by_key(|it| it.node.index());
    let removed: Vec<(u32, u32)> = problems
        .iter()
        .filter(|it| it.kind == ProblemKind::ReadOnly)
        .map(|it| (it.node.index(), it.node.end()))
        .collect();
    // A property that stands in the wrong place is not missing in the right one.
    let misplaced: HashSet<String> = problems
        .iter()
        .flat_map(|it| match &it.kind {
            ProblemKind::UnknownProperty { places, near, .. } => {
                let parent = it.place.parent();
                near.iter().map(|name| parent.member(name).dotted()).chain(places.clone()).collect()
            }
            _ => Vec::new(),
        })
        .collect();
    let mut seen = HashSet::new();
    let mut under = 0;
    let mut at = 0;
    let mut wrong = HashSet::new();
    problems.retain(|it| {
        let index = it.node.index();
        while at < removed.len() && removed[at].0 < index {
            under = under.max(removed[at].1);
            at += 1;
        }
        let read_only = it.kind == ProblemKind::ReadOnly;
        if index < under || (!read_only && it.name_is_right() && removed.iter().any(|(own, _)| *own == index))
        {
            return false;
        }
        match &it.kind {
            ProblemKind::Missing { property } => !misplaced.contains(&it.place.member(property).dotted()),
            ProblemKind::WrongType { .. } => wrong.insert(index),
            // A property and the definition that it refers to may both say it.
            ProblemKind::ReadOnly => seen.insert(index),
            _ => true,
        }
    });
    // A value of the wrong type breaks every other rule for it too; of several broken rules one is enough.
    let mut judged = HashSet::new();
    problems.retain(|it| {
        !matches!(
            it.kind,
            ProblemKind::InvalidValue(_) | ProblemKind::ValueCase { .. } | ProblemKind::Unlisted { .. }
        ) || (!wrong.contains(&it.node.index()) && judged.insert(it.node.index()))
    });
}

impl Problem<'_> {
    /// True if the problem is not about the member's name.
    fn name_is_right(&self) -> bool {
        !matches!(
            self.kind,
            ProblemKind::NameCase { .. }
                | ProblemKind::UnknownProperty { .. }
                | ProblemKind::NotInVersion { .. }
        )
    }
}
