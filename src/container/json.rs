//! A body alone in a file.

use crate::notation::{Call, Notation, Payload};
use crate::text::Source;

/// One call, of which the body is all that is known; behind a template those that its scripts make.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    let text = source.fragment();
    if let Some(call) = super::template::call(&text) {
        let mut calls = super::template::script_calls(&call);
        calls.insert(0, call);
        return calls;
    }
    let body = text.slice_trimmed(text.span());
    let mut call = Call::new(Notation::Body, body.to_file(body.span()));
    call.body = Payload::Text(body);
    vec![call]
}
