//! Edits of members and elements that leave the layout around them as it is.

use crate::json::Node;
use crate::text::{Edit, Span};

/// The bytes that go with the child at `span`: the comma before it, or the one after it if it is the first.
pub(in crate::lint::rules) fn child_with_comma(
    before: Option<Span>,
    span: Span,
    after: Option<Span>,
) -> Span {
    match (before, after) {
        (Some(before), _) => Span { start: before.end, end: span.end },
        (None, Some(after)) => Span { start: span.start, end: after.start },
        (None, None) => span,
    }
}

/// The bytes of a member, name and value.
pub(in crate::lint::rules) fn member_span((name, value): (Node<'_>, Node<'_>)) -> Span {
    name.span().cover(value.span())
}

/// The bytes of the member of `object` whose name is `name`, with the comma that goes with it.
pub(in crate::lint::rules) fn member_with_comma(object: Node<'_>, name: Node<'_>) -> Option<Span> {
    let mut before = None;
    let mut members = object.members();
    while let Some(member) = members.next() {
        if member.0 == name {
            let after = members.next().map(member_span);
            return Some(child_with_comma(before, member_span(member), after));
        }
        before = Some(member_span(member));
    }
    None
}

/// What the author writes between a colon and a value: a blank or nothing.
pub(in crate::lint::rules) fn after_colon(text: &str, name: Node<'_>, value: Node<'_>) -> &'static str {
    let between = text.get(name.span().end as usize..value.span().start as usize).unwrap_or_default();
    if between.ends_with(char::is_whitespace) { " " } else { "" }
}

/// The white space right before `offset`.
pub(in crate::lint::rules) fn space_before(text: &str, offset: u32) -> &str {
    let before = &text[..offset as usize];
    &before[before.trim_end_matches([' ', '\t', '\n', '\r']).len()..]
}

/// What stands before `offset` on its line, if that is nothing but white space.
pub(in crate::lint::rules) fn indentation(text: &str, offset: u32) -> Option<&str> {
    let space = space_before(text, offset);
    space.rfind('\n').map(|at| &space[at + 1..])
}

/// An edit that puts `member` before the member whose name is `name`, on a line of its own if that one has one.
pub(in crate::lint::rules) fn insert_member(text: &str, name: Node<'_>, member: &str) -> Edit {
    let start = name.span().start;
    Edit::insert(start, format!("{member},{}", space_before(text, start)))
}

/// The smallest edit that makes `right` of the text at `span`, which is `found`.
pub(in crate::lint::rules) fn smallest_edit(span: Span, found: &str, right: &str) -> Edit {
    let prefix: usize =
        found.chars().zip(right.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (found_rest, right_rest) = (&found[prefix..], &right[prefix..]);
    let suffix: usize = found_rest
        .chars()
        .rev()
        .zip(right_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let gone = Span { start: span.start + prefix as u32, end: span.end - suffix as u32 };
    Edit::replace(gone, &right_rest[..right_rest.len() - suffix])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_replaced() {
        let edit = |found: &str, right: &str| {
            let edit = smallest_edit(Span::new(10, 10 + found.len()), found, right);
            (edit.span.start - 10, edit.span.end - 10, edit.text)
        };
        assert_eq!(edit("abc", "abbc"), (2, 2, "b".to_owned()));
        assert_eq!(edit("Micrososft", "Microsoft"), (7, 8, String::new()));
        assert_eq!(edit("aa", "aaa"), (2, 2, "a".to_owned()));
        assert_eq!(edit("é/x", "é/y"), (3, 4, "y".to_owned()));
    }
}
