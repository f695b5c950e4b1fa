//! Writing a request as an `Invoke-AzRestMethod` command.

use minijinja::context;

use crate::arm::Request;
use crate::notation::layout::Layout;
use crate::notation::powershell_text::{guards, here_string, preparations, word};
use crate::notation::writer::{WriteError, Writer, to_write};

/// Writes requests as `Invoke-AzRestMethod` commands, for PowerShell 5.1 and later. The token and the content type
/// are left to the cmdlet, and so is the host.
#[derive(Debug)]
pub struct InvokeAzRestMethod;

impl Writer for InvokeAzRestMethod {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        if !to_write(request, true).is_some_and(<[_]>::is_empty) {
            let name = request.headers.first().map_or("Authorization", |(name, _)| name).to_owned();
            let why = "the cmdlet sends headers of its own and no others";
            return Err(WriteError::Header { form: "powershell", name, why });
        }
        // The cmdlet knows the host of the cloud that is signed in to.
        let (parameter, url) = ("Path", request.target.path_and_query());
        let body = request.body.as_ref().map(|body| body.to_text(layout.pretty));
        let mut before = guards(std::iter::once(&url).chain(&body), style);
        before.extend(body.as_ref().map(|body| preparations(body, style)).unwrap_or_default());
        let before = before;
        let values = context! {
            before => before,
            method => request.method.as_str(),
            parameter => parameter,
            url => word(&url, style),
            joint => if layout.multiline { " `\n  " } else { " " },
        };
        let values = match &body {
            Some(body) => context! { body => here_string(body, style), ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/powershell.ps1.j2", values)?)
    }

    fn extension(&self) -> &'static str {
        "ps1"
    }
}
