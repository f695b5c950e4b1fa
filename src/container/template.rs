//! ARM templates, as files and in the code blocks of documents.

use crate::notation::template::may_hold_resources;
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
