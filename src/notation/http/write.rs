//! Writing a request as it goes over the wire, for `.http` and `.rest` files.
//!
//! In these files a variable stands in two pairs of braces: `{{subscriptionId}}` is one of the file or of the
//! client's settings, `{{$processEnv SUBSCRIPTION_ID}}` one of the environment.

use std::fmt::Write as _;

use minijinja::context;

use crate::arm::{Blank, BlankStyle, Part, Request, Text};
use crate::notation::layout::Layout;
use crate::notation::writer::{WriteError, Writer};

/// Writes requests as `.http` files have them.
#[derive(Debug)]
pub struct Http;

impl Writer for Http {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        let mut headers = Vec::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            let value = spell(value, style);
            if value.contains(char::is_control) {
                let why = "its value has control characters";
                return Err(WriteError::Header { form: "http", name: name.clone(), why });
            }
            headers.push(format!("{name}: {value}"));
        }
        let values = context! {
            method => request.method.as_str(),
            url => spell(&request.target.url(), style),
            headers => headers,
        };
        let values = match &request.body {
            Some(body) => context! { body => spell_body(&body.to_text(layout.pretty), style), ..values },
            None => values,
        };
        Ok(layout.templates.render("notations/request.http.j2", values)?)
    }

    fn extension(&self) -> &'static str {
        "http"
    }

    /// It parts the requests of a file, too.
    fn heading(&self, name: &str) -> Option<String> {
        Some(format!("### {name}"))
    }
}

fn spell(text: &Text, style: BlankStyle) -> String {
    let spelt = text.parts().iter().map(|part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Blank(blank) => spelling(*blank, style),
    });
    spelt.collect()
}

fn spelling(blank: Blank, style: BlankStyle) -> String {
    match style {
        BlankStyle::Angle => blank.spelling(style).to_owned(),
        BlankStyle::Shell => format!("{{{{$processEnv {}}}}}", blank.variable()),
        BlankStyle::Braces => format!("{{{}}}", blank.spelling(style)),
    }
}

/// A body in which no two braces in a string touch but those around a variable: clients would fill in what stands
/// between them.
fn spell_body(body: &Text, style: BlankStyle) -> String {
    let mut out = String::new();
    let (mut in_string, mut escaped) = (false, false);
    for part in body.parts() {
        let literal = match part {
            Part::Literal(literal) => literal,
            Part::Blank(blank) => {
                out.push_str(&spelling(*blank, style));
                continue;
            }
        };
        let mut before = None;
        let mut rest = literal.chars();
        while let Some(c) = rest.next() {
            let behind = rest.clone().next();
            // At either end of a literal within a string stands a variable.
            let touches = match c {
                '{' => matches!(behind, None | Some('{')),
                '}' => matches!(before, None | Some('}')),
                _ => false,
            };
            if in_string && touches {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            } else {
                out.push(c);
            }
            match c {
                _ if escaped => escaped = false,
                '\\' if in_string => escaped = true,
                '"' => in_string = !in_string,
                _ => {}
            }
            before = Some(c);
        }
    }
    out
}

/// The text with the variables in it that are known blanks in angle brackets.
pub(in crate::notation) fn with_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, spelt) = match variable(rest) {
            Some((length, blank)) => (length, blank.spelling(BlankStyle::Angle)),
            None => (1, "{"),
        };
        out.push_str(spelt);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The length of the variable that a text begins with, and the blank that it fills in.
fn variable(text: &str) -> Option<(usize, Blank)> {
    const ENVIRONMENT: &str = "$processEnv ";
    let window = text.as_bytes();
    let window = &window[..window.len().min(64)];
    let close = window.windows(2).position(|pair| pair == b"}}")?;
    let name = text.get(2..close)?.trim();
    let blank = match name.strip_prefix(ENVIRONMENT) {
        Some(name) => Blank::of_variable(name.trim_start().trim_start_matches('%')),
        None => {
            Blank::all().find(|blank| blank.spelling(BlankStyle::Braces).trim_matches(['{', '}']) == name)
        }
    };
    Some((close + 2, blank?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::BodyValue;

    #[test]
    fn variables_are_read() {
        for (text, wanted) in [
            ("/{{subscriptionId}}/{{ vmName }}/{{other}}", "/<SUBSCRIPTION ID>/<VM NAME>/{{other}}"),
            ("{{$processEnv VM_NAME}}{{$processEnv %VM_NAME}}", "<VM NAME><VM NAME>"),
            ("{{{vmName}}}{{", "{<VM NAME>}{{"),
            ("{{$processEnv OTHER}}{{$dotenv VM_NAME}}", "{{$processEnv OTHER}}{{$dotenv VM_NAME}}"),
        ] {
            assert_eq!(with_blanks(text), wanted);
        }
    }

    #[test]
    fn braces_in_strings_are_no_variables() {
        let value = BodyValue::from(serde_json::json!({"{{a}}": {"b": "{<VM NAME>}", "c": "\\{{", "d": {}}}));
        let text = value.to_text(false);
        assert_eq!(
            spell_body(&text, BlankStyle::Braces),
            r#"{"\u007b{a}\u007d":{"b":"\u007b{{vmName}}\u007d","c":"\\\u007b{","d":{}}}"#
        );
        let read: serde_json::Value =
            serde_json::from_str(&with_blanks(&spell_body(&text, BlankStyle::Shell))).unwrap();
        assert_eq!(BodyValue::from(read), value);
    }
}
