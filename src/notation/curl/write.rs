//! Writing a request as a `curl` command.

use minijinja::context;

use crate::arm::{BlankStyle, Method, Part, Request, Text};
use crate::notation::layout::{Layout, Shell};
use crate::notation::native::{Argument, Invocation};
use crate::notation::posix_text::{Quotes, guards, prepared_body, word};
use crate::notation::writer::{WriteError, Writer};

/// Writes requests as `curl` commands for a POSIX shell, PowerShell or cmd.
#[derive(Debug)]
pub struct Curl;

impl Writer for Curl {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        let target = request.target.url();
        // curl takes braces and brackets in a URL for lists, unless `-g` says otherwise.
        let literal_braces = target.parts().iter().any(|part| match part {
            Part::Literal(text) => text.contains(['{', '[']),
            Part::Blank(_) => style == BlankStyle::Braces,
        });
        // What runs as it is fails on an error status, and says what the service answered.
        let fails = style == BlankStyle::Shell;
        let headers: Vec<Text> = request
            .headers
            .iter()
            .map(|(name, value)| {
                let name = Part::Literal(format!("{name}: "));
                Text::from_parts(std::iter::once(name).chain(value.parts().iter().cloned()))
            })
            .collect();
        let body = request.body.as_ref().map(|body| body.to_text(layout.pretty));
        if layout.shell != Shell::Bash {
            let plain = |word: &str| Argument::Plain(word.to_owned());
            let mut before = Vec::new();
            before.extend(fails.then(|| plain("--fail-with-body")));
            before.extend(literal_braces.then(|| plain("-g")));
            before.push(Argument::Text(target));
            if request.method != Method::Get {
                before.extend([plain("-X"), plain(request.method.as_str())]);
            }
            let behind =
                headers.into_iter().flat_map(|header| [plain("-H"), Argument::Text(header)]).collect();
            let body = body.as_ref().map(|body| ("-d", body));
            let call = Invocation { program: "curl", is_batch: false, before, body, behind };
            return match layout.shell {
                Shell::Cmd => call.for_cmd(layout),
                Shell::PowerShell | Shell::Bash => Ok(call.for_powershell(layout)),
            };
        }
        let mut before = guards(std::iter::once(&target).chain(&headers).chain(&body), style);
        let (body, behind) = body.as_ref().map(|body| prepared_body(body, layout, &mut before)).unzip();
        let values = context! {
            before => before,
            method => request.method.as_str(),
            fails => fails,
            literal_braces => literal_braces,
            url => word(&target, style, Quotes::Single),
            headers => headers.iter().map(|header| word(header, style, Quotes::Double)).collect::<Vec<_>>(),
            joint => if layout.multiline { " \\\n  " } else { " " },
        };
        let values = match body {
            Some(body) => context! { body => body, ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/curl.sh.j2", values)? + &behind.unwrap_or_default())
    }

    fn extension(&self) -> &'static str {
        "sh"
    }
}
