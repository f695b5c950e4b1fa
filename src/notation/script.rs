//! Writing a change as a script: the whole procedure around its request.
//!
//! The script reads the machine, compares it with what was planned from, sends the request (with `If-Match` where the
//! API version has it), follows the operation to its end, reads again, and says what was before and after. When it
//! fails it says what the machine has, and how to go back.
//!
//! Sources: the asynchronous operations and etags of Azure Resource Manager's contract (`Azure-AsyncOperation`,
//! `Location`, `Retry-After`, terminal states); `If-Match` is in the `OpenAPI` files of virtual machines and scale sets
//! from 2023-09-01 on.

use minijinja::{Value, context};

use super::powershell::write as powershell;
use super::shell::words::{Quotes, body_word, guards, preparations, word};
use super::write::{Layout, Shell, WriteError};
use crate::arm::{ApiVersion, BodyValue, Identity, IdentityId, Request, ResourceType, Text};

/// A change as a procedure.
#[derive(Debug, Clone)]
pub struct Procedure<'p> {
    /// What it does, in a line.
    pub title: String,
    /// The name of the script's file.
    pub file: String,
    /// What the machine has before.
    pub before: &'p Identity,
    /// What it has afterwards.
    pub after: &'p Identity,
    /// The request that makes the change.
    pub forth: &'p Request,
    /// The request that takes it back, if there is one.
    pub back: Option<&'p Request>,
}

/// The first version in which virtual machines and scale sets have etags.
const ETAGS: ApiVersion = ApiVersion::stable(2023, 9, 1);

/// Writes a procedure as a script for a shell: bash (any POSIX shell with curl and jq) or PowerShell.
///
/// # Errors
/// [`WriteError`] if there is no script for the shell, or a template fails.
pub fn script(procedure: &Procedure<'_>, layout: &Layout<'_>) -> Result<String, WriteError> {
    let style = layout.blanks;
    let target = &procedure.forth.target;
    let (before, after) = (state(procedure.before), state(procedure.after));
    let text = |request: &Request| request.body.as_ref().map(|body| body.to_text(layout.pretty));
    let (forth, back) = (text(procedure.forth).unwrap_or_default(), procedure.back.and_then(text));
    let url = target.url();
    let mut texts = vec![&url, &before, &after, &forth];
    texts.extend(&back);
    let has_etag =
        target.resource_type.known().is_some_and(ResourceType::has_identity) && target.api_version >= ETAGS;
    let plain = |text: &str| text.replace(|c: char| c.is_control(), " ");
    let shared = context! {
        title => plain(&procedure.title),
        file => plain(&procedure.file),
        lost => lost(procedure),
        method => procedure.forth.method.as_str(),
        has_etag => has_etag,
    };
    let origin = Text::new(&target.cloud.origin());
    let audience = Text::new(&target.cloud.audience());
    let (name, own): (&str, Value) = match layout.shell {
        Shell::Bash => {
            let mut lines = guards(texts.iter().copied(), style);
            for body in std::iter::once(&forth).chain(&back) {
                for line in preparations(body, style) {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
            let own = context! {
                guards => lines,
                url => word(&url, style, Quotes::Single),
                base => word(&origin, style, Quotes::Single),
                audience => word(&audience, style, Quotes::Single),
                before => body_word(&before, style),
                after => body_word(&after, style),
                forth => body_word(&forth, style),
                back => back.as_ref().map_or_else(|| "''".to_owned(), |back| body_word(back, style)),
            };
            ("notations/script.sh.j2", own)
        }
        Shell::PowerShell => {
            let mut lines = powershell::guards(texts.iter().copied(), style);
            for body in std::iter::once(&forth).chain(&back) {
                for line in powershell::preparations(body, style) {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
            let own = context! {
                guards => lines,
                url => powershell::word(&url, style),
                base => powershell::word(&origin, style),
                audience => powershell::word(&audience, style),
                before => powershell::here_string(&before, style),
                after => powershell::here_string(&after, style),
                forth => powershell::here_string(&forth, style),
                back => back.as_ref().map_or_else(|| "''".to_owned(), |back| powershell::here_string(back, style)),
            };
            ("notations/script.ps1.j2", own)
        }
        Shell::Cmd => return Err(WriteError::NoScript(layout.shell)),
    };
    let written = layout.templates.render(name, context! { ..own, ..shared })?;
    Ok(written.trim_end().to_owned())
}

/// A state as the scripts compare it.
fn state(identity: &Identity) -> Text {
    let ids = identity.user_assigned.iter().map(IdentityId::as_str);
    let ids = ids.map(|id| BodyValue::String(Text::new(id))).collect();
    let state = BodyValue::Object(vec![
        (Text::new("system"), BodyValue::Bool(identity.system_assigned)),
        (Text::new("ids"), BodyValue::Array(ids)),
    ]);
    state.to_text(false)
}

/// What does not come back on the way back.
fn lost(procedure: &Procedure<'_>) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if procedure.back.is_none() {
        lines.push("not in this API version, which has no request for it");
    }
    if procedure.before.system_assigned && !procedure.after.system_assigned {
        lines
            .push("but for the principal of the system-assigned identity: the new one has none of its roles");
    }
    lines
}
