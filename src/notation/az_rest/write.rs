//! Writing a request as an `az rest` command.

use minijinja::context;

use crate::arm::{Part, Request, Text};
use crate::notation::request::to_write;
use crate::notation::shell::words::{Quotes, body_word, preparations, word};
use crate::notation::write::{Form, Layout, WriteError, Writer};

/// Writes requests as `az rest` commands for a POSIX shell; with variables, for bash. The token and, for a body,
/// the content type are left to `az`.
#[derive(Debug)]
pub struct AzRest;

impl Writer for AzRest {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        let signed = to_write(request, true);
        let headers = signed.or_else(|| to_write(request, false)).ok_or(WriteError::Header {
            form: Form::Az,
            name: "Content-Type".to_owned(),
            why: "a body goes with one of az's own",
        })?;
        let header = |(name, value): &(String, Text)| {
            let name = Part::Literal(format!("{name}="));
            let text = Text::from_parts(std::iter::once(name).chain(value.parts().iter().cloned()));
            word(&text, style, Quotes::Double)
        };
        let body = request.body.as_ref().map(|body| body.to_text(layout.pretty));
        let before = body.as_ref().map(|body| preparations(body, style)).unwrap_or_default();
        let values = context! {
            before => before,
            method => request.method.as_str().to_ascii_lowercase(),
            url => word(&request.target.url(), style, Quotes::Double),
            skip_authorization => signed.is_none(),
            headers => headers.iter().map(header).collect::<Vec<_>>(),
            joint => if layout.multiline { " \\\n  " } else { " " },
        };
        let values = match &body {
            Some(body) => context! { body => body_word(body, style), ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/az.sh.j2", values)?)
    }

    fn extension(&self) -> &'static str {
        "sh"
    }

    fn writes_calls(&self) -> bool {
        true
    }

    fn heading(&self, name: &str) -> Option<String> {
        Some(format!("# {name}"))
    }
}
