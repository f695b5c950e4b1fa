//! Texts as words of a POSIX shell: literal, or with variables that the shell fills in.

use super::layout::{BodyPlace, Layout};
use crate::arm::{Blank, BlankStyle, Part, Text};

/// What the name of a variable ends with whose value is escaped for JSON.
pub(super) const ESCAPED: &str = "_JSON";

/// The quotes that a word is put in if it may have either.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Single,
    Double,
}

/// A text as one word of the shell: variables expand, everything else is literal.
pub(super) fn word(text: &Text, style: BlankStyle, quotes: Quotes) -> String {
    quote(text, style, quotes, |blank| blank.variable().to_owned())
}

/// A body as one word: what might break the JSON is escaped beforehand, and the command is not run without it.
pub(super) fn body_word(body: &Text, style: BlankStyle) -> String {
    quote(body, style, Quotes::Single, |blank| {
        let variable = blank.variable();
        if blank.is_free_text() { format!("{variable}{ESCAPED}:?") } else { variable.to_owned() }
    })
}

/// The body as an argument, and what stands behind the command for it: a here-document. What has to be run before the
/// command is put behind `before`.
pub(super) fn prepared_body(body: &Text, layout: &Layout<'_>, before: &mut Vec<String>) -> (String, String) {
    if !matches!(layout.body, BodyPlace::File(_)) {
        before.extend(preparations(body, layout.blanks));
    }
    let style = layout.blanks;
    match layout.body {
        BodyPlace::Inline => (body_word(body, style), String::new()),
        BodyPlace::File(name) => (single(&format!("@{name}")), String::new()),
        BodyPlace::Apart => {
            let expands = style == BlankStyle::Shell && body.blanks().next().is_some();
            let text = if expands { expanding(body) } else { body.spell(style) };
            // A body is an object: no line of it is this word.
            let end = if expands { "EOF" } else { "'EOF'" };
            ("@-".to_owned(), format!(" <<{end}\n{text}\nEOF"))
        }
    }
}

/// A text in a here-document in which variables expand.
fn expanding(body: &Text) -> String {
    let mut out = String::new();
    for part in body.parts() {
        match part {
            Part::Literal(literal) => {
                for c in literal.chars() {
                    if matches!(c, '\\' | '$' | '`') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            Part::Blank(blank) if blank.is_free_text() => {
                out.push_str(&expansion(&format!("{}{ESCAPED}:?", blank.variable()), true));
            }
            Part::Blank(blank) => out.push_str(&expansion(blank.variable(), true)),
        }
    }
    out
}

fn quote(text: &Text, style: BlankStyle, quotes: Quotes, variable: impl Fn(Blank) -> String) -> String {
    let expands = style == BlankStyle::Shell && text.blanks().next().is_some();
    if !expands {
        let literal = text.spell(style);
        return if quotes == Quotes::Double && fits_double_quotes(&literal) {
            format!("\"{literal}\"")
        } else {
            single(&literal)
        };
    }
    let mut word = String::new();
    if text.parts().iter().all(|part| matches!(part, Part::Blank(_)) || fits(part)) {
        let mut parts = text.parts().iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(literal) => word.push_str(literal),
                Part::Blank(blank) => {
                    let next = parts.peek().and_then(|part| match part {
                        Part::Literal(literal) => literal.bytes().next(),
                        Part::Blank(_) => None,
                    });
                    let joins = next.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                    word.push_str(&expansion(&variable(*blank), joins));
                }
            }
        }
        return format!("\"{word}\"");
    }
    for part in text.parts() {
        match part {
            Part::Literal(literal) => word.push_str(&single(literal)),
            Part::Blank(blank) => {
                word.push('"');
                word.push_str(&expansion(&variable(*blank), false));
                word.push('"');
            }
        }
    }
    word
}

fn fits(part: &Part) -> bool {
    matches!(part, Part::Literal(literal) if fits_double_quotes(literal))
}

/// `$NAME`, in braces where it has an operator or letters follow it.
fn expansion(variable: &str, braces: bool) -> String {
    if braces || variable.contains(':') { format!("${{{variable}}}") } else { format!("${variable}") }
}

/// Whether nothing in it means something between double quotes; `!` does in an interactive bash.
fn fits_double_quotes(literal: &str) -> bool {
    !literal.contains(['"', '$', '`', '\\', '!'])
}

fn single(literal: &str) -> String {
    format!("'{}'", literal.replace('\'', r"'\''"))
}

/// A line for each variable in what is written, which stops a script where it is not set.
pub(super) fn guards<'t>(texts: impl IntoIterator<Item = &'t Text>, style: BlankStyle) -> Vec<String> {
    each_blank(texts, style).into_iter().map(|blank| format!(": \"${{{}:?}}\"", blank.variable())).collect()
}

/// The variables in what is written, each once; none in another style.
pub(super) fn each_blank<'t>(texts: impl IntoIterator<Item = &'t Text>, style: BlankStyle) -> Vec<Blank> {
    let mut found: Vec<Blank> = Vec::new();
    if style == BlankStyle::Shell {
        for blank in texts.into_iter().flat_map(Text::blanks) {
            if !found.contains(&blank) {
                found.push(blank);
            }
        }
    }
    found
}

/// The lines that escape for JSON what may hold any character, in any POSIX shell. Control characters would take more
/// than that: with one, the result is empty, and the `:?` where it is used stops the command before anything is sent.
pub(super) fn preparations(body: &Text, style: BlankStyle) -> Vec<String> {
    let line = |blank: Blank| {
        let name = blank.variable();
        format!(
            r#"{name}{ESCAPED}=$(printf '%s' "${name}" | tr '\n' '\001' | sed -e '/[[:cntrl:]]/d' -e 's/[\\"]/\\&/g')"#
        )
    };
    each_blank([body], style).into_iter().filter(|blank| blank.is_free_text()).map(line).collect()
}
