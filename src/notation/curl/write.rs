//! Writing a request as a `curl` command.

use minijinja::context;

use crate::arm::{BlankStyle, Part, Request, Text};
use crate::notation::shell::words::{Quotes, body_word, preparations, word};
use crate::notation::write::{Layout, WriteError, Writer};

/// Writes requests as `curl` commands for a POSIX shell; with variables, for bash.
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
        let url = word(&target, style, Quotes::Single);
        let header = |(name, value): &(String, Text)| {
            let name = Part::Literal(format!("{name}: "));
            let text = Text::from_parts(std::iter::once(name).chain(value.parts().iter().cloned()));
            word(&text, style, Quotes::Double)
        };
        let headers: Vec<String> = request.headers.iter().map(header).collect();
        let body = request.body.as_ref().map(|body| body.to_text(layout.pretty));
        let before = body.as_ref().map(|body| preparations(body, style)).unwrap_or_default();
        let values = context! {
            before => before,
            method => request.method.as_str(),
            literal_braces => literal_braces,
            url => url,
            headers => headers,
            joint => if layout.multiline { " \\\n  " } else { " " },
        };
        let values = match &body {
            Some(body) => context! { body => body_word(body, style), ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/curl.sh.j2", values)?)
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
