//! A PowerShell script.

use crate::notation::{Call, Scope, mentions_call, powershell};
use crate::text::Source;

/// The calls that the script makes.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    if !mentions_call(source.text()) {
        return Vec::new();
    }
    let script = super::with_plain_line_breaks(&source.fragment());
    let mut scope = Scope::of(script.text().len());
    super::with_context(source, powershell::calls(&script, false, &mut scope))
}
