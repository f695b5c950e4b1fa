//! From an array of ids to a map of them and back: edits that touch brackets, colons and values, and leave
//! the ids themselves and the layout alone.

use super::questions::{inner_id, is_id_object, is_open};
use crate::arm::{IdentityForm, parse_user_assigned};
use crate::json::{Kind, Node};
use crate::lint::Subject;
use crate::lint::rules::layout::after_colon;
use crate::text::{Edit, Span};

/// The edits that give `value`, the value of `name`, the shape of `form`; none if it has that shape. `None` if
/// that cannot be done without a guess.
pub(super) fn convert(
    subject: &Subject<'_>,
    text: &str,
    name: Node<'_>,
    value: Node<'_>,
    form: IdentityForm,
) -> Option<Vec<Edit>> {
    if value.is_repaired() || value.is_unknown() {
        return None;
    }
    let assigned = format!(":{}{{}}", after_colon(text, name, value));
    let mut edits = Vec::new();
    match (form, value.kind()) {
        (_, Kind::Null) => {}
        (IdentityForm::Map, Kind::Object) if !is_id_object(value) => {}
        (IdentityForm::Map, Kind::Array) => {
            edits.extend(brackets(value, "{", "}")?);
            for element in value.elements() {
                bare_id(element, &mut edits)?;
                // A map's entry around the id is one already.
                if !is_single_entry(element) {
                    edits.push(Edit::insert(element.span().end, assigned.clone()));
                }
            }
        }
        (IdentityForm::Map, Kind::String | Kind::Object) => {
            edits.push(Edit::insert(value.span().start, "{"));
            lone_id(subject, value, &mut edits)?;
            edits.push(Edit::insert(value.span().end, format!("{assigned}}}")));
        }
        (_, Kind::Array) => {
            for element in value.elements() {
                bare_id(element, &mut edits)?;
                if is_single_entry(element) {
                    let (id, entry) = element.members().next()?;
                    edits.push(drop_entry(id, entry)?);
                }
            }
        }
        (_, Kind::Object) if !is_id_object(value) => {
            edits.extend(brackets(value, "[", "]")?);
            for (id, entry) in value.members() {
                if id.kind() != Kind::String || id.is_repaired() {
                    return None;
                }
                edits.push(drop_entry(id, entry)?);
            }
        }
        (_, Kind::String | Kind::Object) => {
            edits.push(Edit::insert(value.span().start, "["));
            lone_id(subject, value, &mut edits)?;
            edits.push(Edit::insert(value.span().end, "]"));
        }
        _ => return None,
    }
    Some(edits)
}

/// Takes the object around an id away, `{"id": "…"}` or `{"…": {}}`, up to the id and what a map says of it.
fn bare_id(element: Node<'_>, edits: &mut Vec<Edit>) -> Option<()> {
    let (start, end) = match element.kind() {
        Kind::String if !element.is_repaired() => return Some(()),
        Kind::Object if is_single_entry(element) => {
            let (name, value) = element.members().next()?;
            (name.span().start, value.span().end)
        }
        Kind::Object => {
            let id = inner_id(element).filter(|id| !id.is_repaired())?;
            (id.span().start, id.span().end)
        }
        _ => return None,
    };
    edits.push(Edit::delete(Span { start: element.span().start, end: start }));
    edits.push(Edit::delete(Span { start: end, end: element.span().end }));
    Some(())
}

/// A value that is one id: a text that holds several, or may, is left to its author.
fn lone_id(subject: &Subject<'_>, value: Node<'_>, edits: &mut Vec<Edit>) -> Option<()> {
    let id = if value.kind() == Kind::String { value } else { inner_id(value)? };
    let text = id.as_str()?;
    if is_open(subject, id) || parse_user_assigned(&text).is_err() {
        return None;
    }
    bare_id(value, edits)
}

/// True for `{"…/userAssignedIdentities/ID1": {}}`: an array of maps of one.
fn is_single_entry(element: Node<'_>) -> bool {
    let mut members = element.members();
    let (Some((name, value)), None) = (members.next(), members.next()) else { return false };
    value.kind() == Kind::Object && name.as_str().is_some_and(|id| parse_user_assigned(&id).is_ok())
}

/// Takes away what a map says of an id. An id that is to be removed has no counterpart in an array.
fn drop_entry(id: Node<'_>, entry: Node<'_>) -> Option<Edit> {
    (entry.kind() == Kind::Object).then(|| Edit::delete(Span { start: id.span().end, end: entry.span().end }))
}

/// The edits that put other brackets around a container; `None` if one of its own is not there.
fn brackets(node: Node<'_>, open: &str, close: &str) -> Option<[Edit; 2]> {
    let text = node.source();
    if text.len() < 2 || !text.starts_with(['[', '{']) || !text.ends_with([']', '}']) {
        return None;
    }
    let span = node.span();
    Some([
        Edit::replace(Span { start: span.start, end: span.start + 1 }, open),
        Edit::replace(Span { start: span.end - 1, end: span.end }, close),
    ])
}
