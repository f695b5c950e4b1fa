//! Writing: from a [`Request`] to text.

use std::fmt;
use std::str::FromStr;

use super::layout::Layout;
use super::writer::{IdentityChange, RoleStep, WriteError, Writer};
use super::{az, az_rest, bicep, body, curl, http, powershell, template, terraform};
use crate::arm::Request;

/// Declares [`Form`]: a row is a form, its name on the command line, and what writes it.
macro_rules! forms {
    ($($(#[$doc:meta])* $form:ident = $name:literal, $writer:expr;)*) => {
        /// What a request can be written as.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum Form {
            $($(#[$doc])* $form,)*
        }

        impl Form {
            /// Every form.
            pub const ALL: [Self; [$(Self::$form),*].len()] = [$(Self::$form),*];

            /// The word that the command line uses.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$form => $name,)*
                }
            }

            /// The one that writes it.
            pub fn writer(self) -> &'static dyn Writer {
                match self {
                    $(Self::$form => &$writer,)*
                }
            }
        }
    };
}

forms! {
    /// The body alone, as JSON.
    #[default]
    Json = "json", body::Json;
    /// A `curl` command.
    Curl = "curl", curl::Curl;
    /// An `az rest` command.
    Az = "az", az_rest::AzRest;
    /// A request line, headers, a body.
    Http = "http", http::Http;
    /// `Invoke-AzRestMethod` in PowerShell.
    PowerShell = "powershell", powershell::InvokeAzRestMethod;
    /// An ARM deployment template.
    Template = "template", template::DeploymentTemplate;
    /// `az vm identity …`, `az vmss identity …`, `az identity …`.
    AzVm = "az-vm", az::AzVm;
    /// A declaration in Bicep.
    Bicep = "bicep", bicep::Bicep;
    /// A declaration of Terraform's azapi provider.
    Terraform = "terraform", terraform::Terraform;
}

/// A text that names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a way to write a request: expected {names}", names = names())]
pub struct UnknownForm(pub String);

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
