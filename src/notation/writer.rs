//! What a notation has to do to write requests.

use super::layout::{Layout, Shell};
use super::templates::TemplateError;
use crate::arm::{
    ApiVersion, Blank, BlankStyle, BodyValue, Identity, JSON_CONTENT_TYPE, Method, Part, Request, Text,
};

/// What a request makes of the identities of a resource, where that is known.
#[derive(Debug, Clone, Copy)]
pub struct IdentityChange<'i> {
    /// What the resource has before.
    pub before: &'i Identity,
    /// What it has afterwards.
    pub after: &'i Identity,
}

/// A role that an identity gets: what reads the identity, and what assigns the role.
#[derive(Debug, Clone, Copy)]
pub struct RoleStep<'p> {
    /// What reads the identity.
    pub read: &'p Request,
    /// The members that lead to the id of its principal, joined by dots.
    pub principal: &'static str,
    /// What assigns the role to that principal, which is left blank in it.
    pub put: &'p Request,
    /// A version of what the role is given for, where that is a resource of which one is known.
    pub scope_version: Option<ApiVersion>,
}

impl RoleStep<'_> {
    /// The name of the assignment, the GUID of the role's definition, and where it is given.
    pub(super) fn parts(&self) -> Option<(&Text, Text, &Text)> {
        let name = self.put.target.names.first()?;
        let properties = self.put.body.as_ref()?.member("properties")?;
        let Some(BodyValue::String(definition)) = properties.member("roleDefinitionId") else { return None };
        let definition = definition.spell(BlankStyle::Angle);
        let guid = definition.rsplit('/').next()?;
        Some((name, Text::new(guid), self.put.target.scope.as_ref()?))
    }
}

/// Writes requests in one form. What it writes is read back as the same request.
pub trait Writer: Sync {
    /// The request as text, without a line break at its end.
    ///
    /// # Errors
    /// [`WriteError`] when the form cannot say the request, or a template fails.
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError>;

    /// The request as text, where it is known what it makes of the identities that a resource has: some forms say the
    /// change, or what is there afterwards, and not the request.
    ///
    /// # Errors
    /// As [`Writer::write`].
    fn write_change(
        &self,
        request: &Request,
        _change: IdentityChange<'_>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        self.write(request, layout)
    }

    /// The request, if there is one, and roles that identities get when it is made, in one text: for forms in which one
    /// uses what the other makes. `None` if the form has no way of its own: each request stands by itself then.
    ///
    /// # Errors
    /// As [`Writer::write`].
    fn write_roles(
        &self,
        _request: Option<&Request>,
        _change: IdentityChange<'_>,
        _roles: &[RoleStep<'_>],
        _layout: &Layout<'_>,
    ) -> Result<Option<String>, WriteError> {
        Ok(None)
    }

    /// The extension of files that hold it, without the dot.
    fn extension(&self) -> &'static str;

    /// Whether it says more than the body: a request without a body can be written.
    fn writes_calls(&self) -> bool {
        true
    }

    /// The comment that goes before a request where several stand in one text: a shell's, unless the form has comments
    /// of its own or none.
    fn heading(&self, name: &str) -> Option<String> {
        Some(format!("# {name}"))
    }
}

/// A request that a form cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is no body to write.
    #[error("a {0} has no body, which is all that `--as json` writes; `--as curl` writes the call")]
    NoBody(Method),
    /// A deployment cannot make the request.
    #[error("a deployment creates resources, and this is a {0}; `--as curl` writes the call")]
    NotDeployed(Method),
    /// The form has no way to say a header.
    #[error("`--as {form}` cannot say the header `{name}`: {why}; `--as curl` can")]
    Header {
        /// The form's name on the command line.
        form: &'static str,
        /// The header's name.
        name: String,
        /// What stands in the way.
        why: &'static str,
    },
    /// The form has nothing that does what the request does.
    #[error("`--as {form}` has nothing for this request: {why}; `{instead}` writes the call")]
    NoEquivalent {
        /// The form's name on the command line.
        form: &'static str,
        /// What stands in the way.
        why: String,
        /// The flag that writes it.
        instead: &'static str,
    },
    /// There is no script for the shell.
    #[error("`--as script` is written for bash and powershell, not for {0}")]
    NoScript(Shell),
    /// A line that cmd does not read.
    #[error(
        "a line of {0} characters is longer than cmd takes (8,191): --body-file with -o DIR keeps the body in a file, and so does --shell powershell"
    )]
    LongLine(usize),
    /// A template fails.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Names and values, in the order in which they are written.
pub(super) type Headers = Vec<(String, Text)>;

/// The headers with those behind them that a client adds by itself where they are missing.
pub(super) fn with_own(mut headers: Headers, typed: bool, signs_in: bool) -> Headers {
    let own = [("Content-Type", typed), ("Authorization", signs_in)];
    for (name, _) in own.into_iter().filter(|(_, adds)| *adds) {
        if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = match name {
            "Content-Type" => Text::new(JSON_CONTENT_TYPE),
            _ => Text::from_parts([Part::Literal("Bearer ".to_owned()), Part::Blank(Blank::AccessToken)]),
        };
        headers.push((name.to_owned(), value));
    }
    headers
}

/// The headers that have to be written for a client that adds some by itself: the fewest of which
/// [`with_own`] makes those of the request. `None` if it would send others.
pub(super) fn to_write(request: &Request, signs_in: bool) -> Option<&[(String, Text)]> {
    let all = &request.headers;
    let typed = request.body.is_some();
    (0..=all.len()).map(|count| &all[..count]).find(|few| with_own(few.to_vec(), typed, signs_in) == *all)
}
