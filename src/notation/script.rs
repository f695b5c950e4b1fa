//! Writing a change as a script: the whole procedure around its request.
//!
//! The script reads the machine, compares it with what was planned from, sends the request (with `If-Match` where the
//! API version has it), follows the operation to its end, reads again, and says what was before and after. When it
//! fails it says what the machine has, and how to go back.
//!
//! Sources: the asynchronous operations and etags of Azure Resource Manager's contract (`Azure-AsyncOperation`,
//! `Location`, `Retry-After`, terminal states); `If-Match` is in the `OpenAPI` files of virtual machines and scale sets
//! from 2023-09-01 on. `az rest` (azure-cli, `send_raw_request`) prints no headers, and of an error status its reason with
//! the body behind it in parentheses.

use minijinja::{Value, context};

use super::layout::{Layout, Shell};
use super::posix_text::{Quotes, body_word, guards, preparations, word};
use super::powershell_text as powershell;
use super::writer::{RoleStep, WriteError};
use crate::arm::{
    ApiVersion, Blank, BlankStyle, BodyValue, Identity, IdentityId, Part, Request, ResourceType, Text,
};

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
    /// The request that reads the machine.
    pub read: &'p Request,
    /// The request that makes the change; `None` if roles are all that is to be given.
    pub forth: Option<&'p Request>,
    /// The request that takes it back, if there is one.
    pub back: Option<&'p Request>,
    /// The roles that identities get when it is made.
    pub roles: Vec<RoleStep<'p>>,
}

/// The first version in which virtual machines and scale sets have etags.
const ETAGS: ApiVersion = ApiVersion::stable(2023, 9, 1);

/// Writes a procedure as a script for a shell: bash (any POSIX shell with curl and jq, or with az) or PowerShell.
///
/// # Errors
/// [`WriteError`] if there is no script for the shell, or a template fails.
pub fn script(procedure: &Procedure<'_>, layout: &Layout<'_>) -> Result<String, WriteError> {
    let style = layout.blanks;
    let target = &procedure.read.target;
    let text = |request: &Request| request.body.as_ref().map(|body| body.to_text(layout.pretty));
    let (forth, back) = (procedure.forth.and_then(text), procedure.back.and_then(text));
    let has_etag =
        target.resource_type.known().is_some_and(ResourceType::has_identity) && target.api_version >= ETAGS;
    let plain = |text: &str| text.replace(|c: char| c.is_control(), " ");
    let method = procedure.forth.or(procedure.back).map_or("PATCH", |request| request.method.as_str());
    let shared = context! {
        title => plain(&procedure.title),
        file => plain(&procedure.file),
        lost => lost(procedure),
        method => method,
        has_etag => has_etag,
    };
    let steps: Vec<Step> = procedure.roles.iter().map(|role| Step::new(role, layout)).collect();
    let bodies: Vec<&Text> = forth.iter().chain(&back).collect();
    let (name, own) = match layout.shell {
        Shell::Bash => {
            let (before, after) = (lines(procedure.before), lines(procedure.after));
            let path = target.path_and_query();
            let mut texts = vec![&path, &before, &after];
            texts.extend(bodies.iter().copied().chain(steps.iter().flat_map(Step::guarded)));
            let mut prepared = guards(texts, style);
            for line in bodies.iter().flat_map(|body| preparations(body, style)) {
                if !prepared.contains(&line) {
                    prepared.push(line);
                }
            }
            let single = |text: &Text| word(text, style, Quotes::Single);
            let body = |body: &Option<Text>| {
                body.as_ref().map_or_else(|| "''".to_owned(), |body| body_word(body, style))
            };
            let roles = steps.iter().map(|step| {
                context! {
                    read => single(&step.read),
                    principal => step.principal,
                    path => single(&step.path),
                    body => step.bash_body(style),
                    given => single(&step.given),
                    taken => single(&step.taken),
                }
            });
            let own = context! {
                guards => prepared,
                path => single(&path),
                base => single(&Text::new(&target.cloud.origin())),
                audience => single(&Text::new(&target.cloud.audience())),
                before => single(&before),
                after => single(&after),
                forth => body(&forth),
                back => body(&back),
                roles => roles.collect::<Vec<Value>>(),
            };
            ("notations/script.sh.j2", own)
        }
        Shell::PowerShell => {
            let (before, after) = (state(procedure.before), state(procedure.after));
            let url = target.url();
            let mut texts = vec![&url, &before, &after];
            texts.extend(bodies.iter().copied().chain(steps.iter().flat_map(Step::guarded)));
            let mut prepared = powershell::guards(texts, style);
            for line in bodies.iter().flat_map(|body| powershell::preparations(body, style)) {
                if !prepared.contains(&line) {
                    prepared.push(line);
                }
            }
            let word = |text: &Text| powershell::word(text, style);
            let body = |body: &Option<Text>| {
                body.as_ref().map_or_else(|| "''".to_owned(), |body| powershell::here_string(body, style))
            };
            let roles = steps.iter().map(|step| {
                context! {
                    read => word(&step.read),
                    principal => step.principal,
                    path => word(&step.path),
                    body => step.powershell_body(style),
                    given => powershell::literal(&step.given.spell(style)),
                    taken => powershell::literal(&step.taken.spell(style)),
                }
            });
            let own = context! {
                guards => prepared,
                url => word(&url),
                base => word(&Text::new(&target.cloud.origin())),
                audience => word(&Text::new(&target.cloud.audience())),
                before => powershell::here_string(&before, style),
                after => powershell::here_string(&after, style),
                forth => body(&forth),
                back => body(&back),
                roles => roles.collect::<Vec<Value>>(),
            };
            ("notations/script.ps1.j2", own)
        }
        Shell::Cmd => return Err(WriteError::NoScript(layout.shell)),
    };
    let written = layout.templates.render(name, context! { ..own, ..shared })?;
    Ok(written.trim_end().to_owned())
}

/// A role in the texts that a script takes.
struct Step {
    read: Text,
    principal: &'static str,
    path: Text,
    body: Text,
    given: Text,
    taken: Text,
}

impl Step {
    fn new(role: &RoleStep<'_>, layout: &Layout<'_>) -> Self {
        let body = role.put.body.as_ref().map(|body| body.to_text(layout.pretty)).unwrap_or_default();
        let says = |what: &str| {
            let what = Part::Literal(format!("{what}: "));
            Text::from_parts(std::iter::once(what).chain(role.put.target.path().parts().iter().cloned()))
        };
        Self {
            read: role.read.target.path_and_query(),
            principal: role.principal,
            path: role.put.target.path_and_query(),
            body,
            given: says("the role is assigned"),
            taken: says("the role assignment is gone"),
        }
    }

    /// The texts whose variables are to be set. The script itself sets the principal's, which only the body has besides.
    fn guarded(&self) -> [&Text; 2] {
        [&self.read, &self.path]
    }

    /// The body as a word: the id of the principal is a variable, whatever the style of other blanks.
    fn bash_body(&self, style: BlankStyle) -> String {
        let parts = self.body.parts();
        let pieces = parts.split(|part| *part == Part::Blank(Blank::PrincipalId)).map(|piece| {
            let piece = Text::from_parts(piece.iter().cloned());
            if piece.is_empty() { String::new() } else { body_word(&piece, style) }
        });
        pieces.collect::<Vec<_>>().join("\"$PRINCIPAL_ID\"")
    }

    fn powershell_body(&self, style: BlankStyle) -> String {
        if style != BlankStyle::Shell {
            let text = powershell::here_string(&self.body, style);
            return format!("{text}.Replace('{}', $principal)", Blank::PrincipalId.spelling(style));
        }
        let text = powershell::expandable(&self.body, |blank| match blank {
            Blank::PrincipalId => "principal".to_owned(),
            other => powershell::variable_in_body(other),
        });
        format!("@\"\n{}\n\"@", powershell::in_ascii(&text))
    }
}

/// A state as a POSIX shell compares it: a line for each identity.
fn lines(identity: &Identity) -> Text {
    let system = identity.system_assigned.then_some("#system");
    let all: Vec<&str> =
        system.into_iter().chain(identity.user_assigned.iter().map(IdentityId::as_str)).collect();
    Text::new(&all.join("\n"))
}

/// A state as PowerShell compares it.
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
    if procedure.back.is_none() && procedure.forth.is_some() {
        lines.push("not in this API version, which has no request for it");
    }
    if procedure.before.system_assigned && !procedure.after.system_assigned {
        lines
            .push("but for the principal of the system-assigned identity: the new one has none of its roles");
    }
    lines
}
