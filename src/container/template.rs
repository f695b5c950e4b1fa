//! ARM templates, as files and in the code blocks of documents.

use crate::json::{Dialect, Node, Tree};
use crate::notation::template::{may_hold_resources, read, seems_to_hold_resources};
use crate::notation::{Call, Notation, Payload};
use crate::text::Fragment;

/// The template that `text` may be: one call, which stands for those of all its resources. Whether it is one
/// is seen when it is parsed.
pub(super) fn call<'s>(text: &Fragment<'s>) -> Option<Call<'s>> {
    if !may_hold_resources(text.text()) {
        return None;
    }
    let body = text.slice_trimmed(text.span());
    let mut call = Call::new(Notation::Template, body.to_file(body.span()));
    call.body = Payload::Text(body);
    Some(call)
}

/// The template that a block of a document is. What only holds one is left to the call before it that waits for a
/// body, if there `is_awaited` one: the body of a deployment has its template within it.
pub(super) fn call_in_block<'s>(text: &Fragment<'s>, is_awaited: bool) -> Option<Call<'s>> {
    let call = call(text)?;
    let body = call.body.text()?.text();
    let dialect = Dialect {
        comments: true,
        trailing_commas: true,
        multiline_strings: true,
        bare_members: true,
        ..Dialect::STRICT
    };
    let tree = Tree::parse(body, dialect);
    let template = read(&tree);
    let is_one = if is_awaited {
        let is_whole = |node: &Node<'_>| tree.root().is_some_and(|whole| whole.index() == node.index());
        template.roots.iter().any(is_whole)
    } else {
        !template.roots.is_empty()
            || !template.resources.is_empty()
            || (!tree.mistakes().is_empty() && seems_to_hold_resources(body))
    };
    is_one.then_some(call)
}
