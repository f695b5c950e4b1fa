//! Texts as words of a POSIX shell: literal, or with variables that the shell fills in.

use crate::arm::{Blank, BlankStyle, Part, Text};

/// What the name of a variable ends with whose value is escaped for JSON.
pub(in crate::notation) const ESCAPED: &str = "_JSON";

/// The quotes that a word is put in if it may have either.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::notation) enum Quotes {
    Single,
    Double,
}

/// A text as one word of the shell: variables expand, everything else is literal.
pub(in crate::notation) fn word(text: &Text, style: BlankStyle, quotes: Quotes) -> String {
    quote(text, style, quotes, |blank| blank.variable().to_owned())
}

/// A body as one word: what might break the JSON is escaped beforehand, and the command is not run without it.
pub(in crate::notation) fn body_word(body: &Text, style: BlankStyle) -> String {
    quote(body, style, Quotes::Single, |blank| {
        let variable = blank.variable();
        if blank.is_free_text() { format!("{variable}{ESCAPED}:?") } else { variable.to_owned() }
    })
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

/// The lines that escape for JSON what may hold any character. Control characters would take more than that: with
/// one, the result is empty, and the `:?` where it is used stops the command before anything is sent.
pub(in crate::notation) fn preparations(body: &Text, style: BlankStyle) -> Vec<String> {
    if style != BlankStyle::Shell {
        return Vec::new();
    }
    let mut done: Vec<Blank> = Vec::new();
    for blank in body.blanks().filter(|blank| blank.is_free_text()) {
        if !done.contains(&blank) {
            done.push(blank);
        }
    }
    let lines = |blank: Blank| {
        let (name, escaped) = (blank.variable(), format!("{}{ESCAPED}", blank.variable()));
        [
            format!(r"{escaped}=${{{name}//\\/\\\\}}"),
            format!(r#"{escaped}=${{{escaped}//\"/\\\"}}"#),
            format!("{escaped}=${{{escaped}##*[[:cntrl:]]*}}"),
        ]
    };
    done.into_iter().flat_map(lines).collect()
}
