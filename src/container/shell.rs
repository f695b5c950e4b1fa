//! A POSIX shell script.

use crate::notation::shell::Dialect;
use crate::notation::{Call, Scope, mentions_call, powershell, shell};
use crate::text::Source;

/// The calls that the script's commands make. Scratch files of commands (`.azcli`) may be PowerShell's.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    if !mentions_call(source.text()) {
        return Vec::new();
    }
    let script = super::with_plain_line_breaks(&source.fragment());
    let mut scope = Scope::of(script.text().len());
    let calls = if !source.text().starts_with("#!") && powershell::is_likely(script.text()) {
        powershell::calls(&script, false, &mut scope)
    } else {
        shell::calls(&script, Dialect::default(), &mut scope)
    };
    super::with_context(source, calls)
}
