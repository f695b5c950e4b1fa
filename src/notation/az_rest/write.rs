//! Writing a request as an `az rest` command.

use minijinja::context;

use crate::arm::{Part, Request, Text};
use crate::notation::layout::{Layout, Shell};
use crate::notation::native::{Argument, Invocation};
use crate::notation::posix_text::{Quotes, guards, prepared_body, word};
use crate::notation::writer::{WriteError, Writer, to_write};

/// Writes requests as `az rest` commands for a POSIX shell, PowerShell or cmd. The host, the token and, for
/// a body, the content type are left to `az`.
#[derive(Debug)]
pub struct AzRest;

impl Writer for AzRest {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        let signed = to_write(request, true);
        let headers = signed.or_else(|| to_write(request, false)).ok_or(WriteError::Header {
            form: "az",
            name: "Content-Type".to_owned(),
            why: "a body goes with one of az's own",
        })?;
        let headers: Vec<Text> = headers
            .iter()
            .map(|(name, value)| {
                let name = Part::Literal(format!("{name}="));
                Text::from_parts(std::iter::once(name).chain(value.parts().iter().cloned()))
            })
            .collect();
        // `az` puts the host of the cloud that is signed in to before it.
        let url = request.target.path_and_query();
        let method = request.method.as_str().to_ascii_lowercase();
        let body = request.body.as_ref().map(|body| body.to_text(layout.pretty));
        if layout.shell != Shell::Bash {
            let plain = |word: &str| Argument::Plain(word.to_owned());
            let mut before = vec![plain("--method"), plain(&method), plain("--url"), Argument::Text(url)];
            before.extend(signed.is_none().then(|| plain("--skip-authorization-header")));
            before.extend((!headers.is_empty()).then(|| plain("--headers")));
            before.extend(headers.into_iter().map(Argument::Text));
            let body = body.as_ref().map(|body| ("--body", body));
            let call = Invocation { program: "az rest", is_batch: true, before, body, behind: Vec::new() };
            return match layout.shell {
                Shell::Cmd => call.for_cmd(layout),
                Shell::PowerShell | Shell::Bash => Ok(call.for_powershell(layout)),
            };
        }
        let mut before = guards(std::iter::once(&url).chain(&headers).chain(&body), style);
        let (body, behind) = body.as_ref().map(|body| prepared_body(body, layout, &mut before)).unzip();
        let values = context! {
            before => before,
            method => method,
            url => word(&url, style, Quotes::Double),
            skip_authorization => signed.is_none(),
            headers => headers.iter().map(|header| word(header, style, Quotes::Double)).collect::<Vec<_>>(),
            joint => if layout.multiline { " \\\n  " } else { " " },
        };
        let values = match body {
            Some(body) => context! { body => body, ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/az.sh.j2", values)? + &behind.unwrap_or_default())
    }

    fn extension(&self) -> &'static str {
        "sh"
    }
}
