//! Writing: from a [`Request`] to text.

use std::fmt;
use std::str::FromStr;

use super::templates::{TemplateError, Templates};
use crate::arm::{ApiVersion, BlankStyle, BodyValue, Identity, Method, Request, Text};

/// What a request can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// The body alone, as JSON.
    #[default]
    Json,
    /// A `curl` command.
    Curl,
    /// An `az rest` command.
    Az,
    /// A request line, headers, a body.
    Http,
    /// `Invoke-AzRestMethod` in PowerShell.
    PowerShell,
    /// An ARM deployment template.
    Template,
    /// `az vm identity …`, `az vmss identity …`, `az identity …`.
    AzVm,
    /// A declaration in Bicep.
    Bicep,
    /// A declaration of Terraform's azapi provider.
    Terraform,
}

/// A text that names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a way to write a request: expected {names}", names = names())]
pub struct UnknownForm(pub String);

impl Form {
    /// Every form.
    pub const ALL: [Form; 9] = [
        Self::Json,
        Self::Curl,
        Self::Az,
        Self::Http,
        Self::PowerShell,
        Self::Template,
        Self::AzVm,
        Self::Bicep,
        Self::Terraform,
    ];

    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Curl => "curl",
            Self::Az => "az",
            Self::Http => "http",
            Self::PowerShell => "powershell",
            Self::Template => "template",
            Self::AzVm => "az-vm",
            Self::Bicep => "bicep",
            Self::Terraform => "terraform",
        }
    }

    /// The one that writes it.
    pub fn writer(self) -> &'static dyn Writer {
        match self {
            Self::Json => &super::body::Json,
            Self::Curl => &super::curl::Curl,
            Self::Az => &super::az_rest::AzRest,
            Self::Http => &super::http::Http,
            Self::PowerShell => &super::powershell::InvokeAzRestMethod,
            Self::Template => &super::template::DeploymentTemplate,
            Self::AzVm => &super::az::AzVm,
            Self::Bicep => &super::bicep::Bicep,
            Self::Terraform => &super::terraform::Terraform,
        }
    }
}

fn names() -> String {
    Form::ALL.map(Form::as_str).join(", ")
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|form| form.as_str().eq_ignore_ascii_case(text));
        known.ok_or_else(|| UnknownForm(text.chars().take(40).collect()))
    }
}

/// The shell that a command is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shell {
    /// A POSIX shell: bash, dash, zsh and others.
    #[default]
    Bash,
    /// PowerShell, Windows PowerShell included.
    PowerShell,
    /// `cmd.exe`: a batch file.
    Cmd,
}

/// A text that names no shell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a shell that is written for: expected bash, powershell or cmd", .0.escape_debug())]
pub struct UnknownShell(pub String);

impl Shell {
    /// Every shell.
    pub const ALL: [Self; 3] = [Self::Bash, Self::PowerShell, Self::Cmd];

    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
        }
    }

    /// The extension of its scripts, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bash => "sh",
            Self::PowerShell => "ps1",
            Self::Cmd => "cmd",
        }
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Shell {
    type Err = UnknownShell;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = match text.to_ascii_lowercase().as_str() {
            "bash" | "sh" => Self::Bash,
            "powershell" | "pwsh" => Self::PowerShell,
            "cmd" => Self::Cmd,
            _ => return Err(UnknownShell(text.chars().take(40).collect())),
        };
        Ok(known)
    }
}

/// Where the body of a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BodyPlace<'t> {
    /// In the command, where the shell's quotes carry it.
    #[default]
    Inline,
    /// In a here-document or a file that the script makes.
    Apart,
    /// In a file of this name beside it, which is not written here. Nothing in it is filled in.
    File(&'t str),
}

/// How a request is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'t> {
    /// How blanks are spelt.
    pub blanks: BlankStyle,
    /// The body on several lines.
    pub pretty: bool,
    /// A command on several lines.
    pub multiline: bool,
    /// The shell that commands are written for.
    pub shell: Shell,
    /// Where the body of a command stands.
    pub body: BodyPlace<'t>,
    /// The templates to write with.
    pub templates: &'t Templates,
}

impl<'t> Layout<'t> {
    /// One line, blanks in angle brackets.
    pub fn new(templates: &'t Templates) -> Self {
        Self {
            blanks: BlankStyle::Angle,
            pretty: false,
            multiline: false,
            shell: Shell::Bash,
            body: BodyPlace::Inline,
            templates,
        }
    }
}

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
    fn writes_calls(&self) -> bool;

    /// The comment that goes before a request where several stand in one text, if the form has comments.
    fn heading(&self, _name: &str) -> Option<String> {
        None
    }
}

/// A request that a form cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
        /// The form.
        form: Form,
        /// The header's name.
        name: String,
        /// What stands in the way.
        why: &'static str,
    },
    /// The form has nothing that does what the request does.
    #[error("`--as {form}` has nothing for this request: {why}; `{instead}` writes the call")]
    NoEquivalent {
        /// The form.
        form: Form,
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

/// Writes a request in a form.
///
/// # Errors
/// A line that says why not.
pub fn write(form: Form, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
    form.writer().write(request, layout)
}

/// [`write()`] for a request of which it is known what it makes of the identities that a resource has.
///
/// # Errors
/// A line that says why not.
pub fn write_change(
    form: Form,
    request: &Request,
    change: IdentityChange<'_>,
    layout: &Layout<'_>,
) -> Result<String, WriteError> {
    form.writer().write_change(request, change, layout)
}

/// [`write_change()`] with roles that identities get; `None` if the form has no way of its own to say them.
///
/// # Errors
/// A line that says why not.
pub fn write_roles(
    form: Form,
    request: Option<&Request>,
    change: IdentityChange<'_>,
    roles: &[RoleStep<'_>],
    layout: &Layout<'_>,
) -> Result<Option<String>, WriteError> {
    form.writer().write_roles(request, change, roles, layout)
}
