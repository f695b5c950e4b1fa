//! A request file: `.http`, `.rest`.

use crate::notation::http::{self, Style};
use crate::notation::{Call, Scope};
use crate::text::Source;

/// The requests of the file.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    let text = super::with_plain_line_breaks(&source.fragment());
    let calls = http::calls(&text, Style::File, &mut Scope::of(text.text().len()));
    super::with_context(source, calls)
}
