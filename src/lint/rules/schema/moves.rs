//! Moving a member to where it belongs.

use crate::json::{Kind, Node};
use crate::lint::Subject;
use crate::lint::rules::layout::{indentation, insert_member, member_span, member_with_comma};
use crate::schema::Problem;
use crate::text::Edit;

/// The edits that move the member of `problem` into the object whose member it is at `place` (`properties.sku`): one
/// beside it, or one around it. `None` where there is no such object, where it has the member already, or where
/// something cannot be written anew as it is.
pub(super) fn move_to(subject: &Subject<'_>, problem: &Problem<'_>, place: &str) -> Option<Vec<Edit>> {
    let text = subject.body?.text();
    let root = subject.resource?;
    let own_name = problem.name?;
    let here = problem.place.parent();
    let here: Vec<&str> = here.steps.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let mut wanted: Vec<&str> = place.split('.').collect();
    wanted.pop()?;
    let from = walk(root, &here)?;
    let object = from.last().map_or(root, |(_, value)| *value);
    let member = object.members().find(|(name, _)| *name == own_name)?;
    let to = walk(root, &wanted)?;
    let target = to.last().map_or(root, |(_, value)| *value);
    let name = own_name.as_str()?;
    let is_fixed = |node: Node<'_>| {
        node.is_repaired() || subject.body.is_some_and(|body| body.has_expansion(node.span()))
    };
    if target.kind() != Kind::Object
        || target.member(&name).is_some()
        || is_fixed(member.0)
        || is_fixed(member.1)
        || target.is_repaired()
        || object.is_repaired()
    {
        return None;
    }
    let gone = member_with_comma(object, own_name)?;
    let span = member_span(member);
    let mut moved = text.get(span.range())?.to_owned();
    // Before the member that leads to where it was; in an object beside it, before the first one.
    let is_up = here.len() > wanted.len();
    let before = if is_up {
        from.get(wanted.len()).map(|(name, _)| *name)
    } else {
        target.members().next().map(|(name, _)| name)
    };
    let at = before.map_or(target.span().start, |name| name.span().start);
    if let Some((from, to)) =
        indentation(text, span.start).zip(indentation(text, at)).filter(|(from, _)| !from.is_empty())
    {
        moved = moved.replace(&format!("\n{from}"), &format!("\n{to}"));
    }
    let insert = match before {
        Some(before) => insert_member(text, before, &moved),
        None => Edit::insert(target.opening().end, moved),
    };
    Some(vec![Edit::delete(gone), insert])
}

/// True if the body has a member at `place` (`properties.sku`): what stands elsewhere under its name is something else.
pub(super) fn is_there(subject: &Subject<'_>, place: &str) -> bool {
    let names: Vec<&str> = place.split('.').collect();
    subject.resource.is_some_and(|root| walk(root, &names).is_some())
}

/// The members on the way to a place, compared without case; `None` if there is no such place.
fn walk<'a>(root: Node<'a>, names: &[&str]) -> Option<Vec<(Node<'a>, Node<'a>)>> {
    let mut node = root;
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let member = node.member(name)?;
        node = member.1;
        out.push(member);
    }
    Some(out)
}
