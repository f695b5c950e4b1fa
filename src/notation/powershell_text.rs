//! Texts as PowerShell has them: arguments, here-strings, variables that it fills in.

use std::fmt::Write as _;

use super::posix_text::{ESCAPED, each_blank};
use crate::arm::{Blank, BlankStyle, Part, Text};

/// A URL as an argument. Names in it are percent-encoded: nothing in it is a quote, a dollar sign or a backtick.
pub(super) fn word(url: &Text, style: BlankStyle) -> String {
    if style != BlankStyle::Shell {
        return format!("\"{}\"", url.spell(style));
    }
    format!("\"{}\"", expandable(url, |blank| format!("env:{}", blank.variable())))
}

/// A text in single quotes. PowerShell takes each of the quotes in [`SINGLE`] for the end of it; doubled, it is one.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        out.extend(std::iter::repeat_n(c, if SINGLE.contains(&c) { 2 } else { 1 }));
    }
    out + "'"
}

/// What PowerShell reads as a single quote: the typewriter's, and the typographic ones.
const SINGLE: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// A body between lines of its own, where quotes are literal.
pub(super) fn here_string(body: &Text, style: BlankStyle) -> String {
    let expands = style == BlankStyle::Shell && body.blanks().next().is_some();
    if !expands {
        return format!("@'\n{}\n'@", in_ascii(&body.spell(style)));
    }
    format!("@\"\n{}\n\"@", in_ascii(&expandable(body, variable_in_body)))
}

/// What a blank of a body is filled in from: the environment, or what [`preparations`] make of it.
pub(super) fn variable_in_body(blank: Blank) -> String {
    let name = blank.variable();
    if blank.is_free_text() { format!("{name}{ESCAPED}") } else { format!("env:{name}") }
}

/// A line for each variable in what is written, which stops a script where it is not set.
pub(super) fn guards<'t>(texts: impl IntoIterator<Item = &'t Text>, style: BlankStyle) -> Vec<String> {
    let line = |blank: Blank| {
        let name = blank.variable();
        format!("if (-not $env:{name}) {{ throw '{name} is not set' }}")
    };
    each_blank(texts, style).into_iter().map(line).collect()
}

/// The text with the variables that `variable` names, and everything else literal. Quotes are not escaped.
pub(super) fn expandable(text: &Text, variable: impl Fn(Blank) -> String) -> String {
    let mut out = String::new();
    let mut parts = text.parts().iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Literal(literal) => {
                for c in literal.chars() {
                    if matches!(c, '`' | '$') {
                        out.push('`');
                    }
                    out.push(c);
                }
            }
            Part::Blank(blank) => {
                let name = variable(*blank);
                // `?`, `:` and more would be taken for part of the name.
                let ends = match parts.peek() {
                    None => true,
                    Some(Part::Literal(next)) => next.starts_with(['/', '"']),
                    Some(Part::Blank(_)) => false,
                };
                let (open, close) = if ends { ("$", "") } else { ("${", "}") };
                out.extend([open, &name, close]);
            }
        }
    }
    out
}

/// JSON without characters beyond ASCII, which Windows PowerShell reads in a script as the machine's code page has
/// them, and some of which are quotes to it.
pub(super) fn in_ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// The lines that escape for JSON what may hold any character.
pub(super) fn preparations(body: &Text, style: BlankStyle) -> Vec<String> {
    let line = |blank: Blank| {
        let name = blank.variable();
        format!("${name}{ESCAPED} = (ConvertTo-Json \"$env:{name}\") -replace '^\"|\"$'")
    };
    each_blank([body], style).into_iter().filter(|blank| blank.is_free_text()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_are_variables() {
        let text = Text::new("\"<VM NAME>/<VM NAME>?<VM NAME><VM NAME>:$HOME `n $(id)");
        assert_eq!(
            expandable(&text, |blank| format!("env:{}", blank.variable())),
            "\"$env:VM_NAME/${env:VM_NAME}?${env:VM_NAME}${env:VM_NAME}:`$HOME ``n `$(id)"
        );
    }

    #[test]
    fn a_body_is_ascii() {
        assert_eq!(in_ascii("{\"é’\":\"😀\"}"), r#"{"\u00e9\u2019":"\ud83d\ude00"}"#);
    }
}
