//! A POSIX shell script.

use crate::notation::shell::Dialect;
use crate::notation::{Call, mentions_curl, shell_calls};
use crate::text::Source;

/// The calls that the script's commands make.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    if !mentions_curl(source.text()) {
        return Vec::new();
    }
    let script = super::with_plain_line_breaks(&source.fragment());
    let mut calls = shell_calls(&script, Dialect::default());
    let mut done = source.bom_len();
    for call in &mut calls {
        let start = call.span.start as usize;
        call.context.before = source.text().get(done..start).unwrap_or("");
        done = call.span.end as usize;
    }
    calls
}
