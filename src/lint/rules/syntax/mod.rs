//! The text is not JSON: the parser names the mistake, these rules report it.

use std::borrow::Cow;

use crate::lint::subject::Draft;
use crate::lint::{Rule, Subject};
use crate::text::Span;

pub(in crate::lint) mod bad_encoding;
pub(in crate::lint) mod bad_escape;
pub(in crate::lint) mod bad_number;
pub(in crate::lint) mod body_file_not_json;
pub(in crate::lint) mod comment;
pub(in crate::lint) mod control_character;
pub(in crate::lint) mod duplicate_name;
pub(in crate::lint) mod ellipsis;
pub(in crate::lint) mod empty_body;
pub(in crate::lint) mod expansion_too_large;
pub(in crate::lint) mod extra_bracket;
pub(in crate::lint) mod extra_comma;
pub(in crate::lint) mod identity_type_split;
pub(in crate::lint) mod internal_error;
pub(in crate::lint) mod missing_colon;
pub(in crate::lint) mod missing_comma;
pub(in crate::lint) mod name_without_value;
pub(in crate::lint) mod text_after_body;
pub(in crate::lint) mod too_deep;
pub(in crate::lint) mod too_large;
pub(in crate::lint) mod too_many_findings;
pub(in crate::lint) mod unclosed_bracket;
pub(in crate::lint) mod unnamed_object;
pub(in crate::lint) mod unquoted_name;
pub(in crate::lint) mod unquoted_value;
pub(in crate::lint) mod value_without_name;
pub(in crate::lint) mod wrong_quotes;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &identity_type_split::RULE,
    &unnamed_object::RULE,
    &value_without_name::RULE,
    &name_without_value::RULE,
    &missing_comma::RULE,
    &missing_colon::RULE,
    &extra_comma::RULE,
    &unclosed_bracket::RULE,
    &extra_bracket::RULE,
    &wrong_quotes::RULE,
    &unquoted_name::RULE,
    &unquoted_value::RULE,
    &comment::RULE,
    &ellipsis::RULE,
    &duplicate_name::RULE,
    &bad_escape::RULE,
    &bad_number::RULE,
    &control_character::RULE,
    &bad_encoding::RULE,
    &text_after_body::RULE,
    &empty_body::RULE,
    &too_deep::RULE,
    &too_large::RULE,
    &internal_error::RULE,
    &body_file_not_json::RULE,
    &expansion_too_large::RULE,
    &too_many_findings::RULE,
];

/// With what ARM answers to a body that is not JSON. Its reader adds what tripped it up, which depends on the
/// reader. Not for what some of its readers let pass: other quotes, comments, a comma too many.
fn unreadable(draft: Draft<'_>) -> Draft<'_> {
    draft.arm("InvalidRequestContent", "The request content was invalid and could not be deserialized")
}

/// Longest piece of the text that a message repeats, in characters.
const SHOWN: usize = 40;

/// A piece of the text for a message: its first line, and no more of it than a message bears.
pub(in crate::lint) fn short(text: &str) -> Cow<'_, str> {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(SHOWN) {
        Some((at, _)) => Cow::Owned(format!("{}…", &line[..at])),
        None if line.len() < text.trim_end().len() => Cow::Owned(format!("{line}…")),
        None => Cow::Borrowed(line),
    }
}

/// The token that `text` begins with, behind white space: a string with its quotes, a word, a bracket.
fn token_from(text: &str) -> &str {
    let text = text.trim_start();
    let end = match text.chars().next() {
        Some('"') => text[1..].find(['"', '\n']).map_or(text.len(), |at| at + 2),
        Some(c @ ('{' | '[' | '}' | ']')) => c.len_utf8(),
        _ => text.find([' ', '\n', ',', ':', '}', ']']).unwrap_or(text.len()),
    };
    text.get(..end).unwrap_or(text).trim_end()
}

impl<'a> Subject<'a> {
    /// The body's text at `span`.
    fn written(&self, span: Span) -> &'a str {
        self.tree.and_then(|tree| tree.text().get(span.range())).unwrap_or_default()
    }

    /// The body's text before `offset`.
    fn text_to(&self, offset: u32) -> &'a str {
        self.tree.and_then(|tree| tree.text().get(..offset as usize)).unwrap_or_default()
    }

    /// The body's text from `offset` on.
    fn text_from(&self, offset: u32) -> &'a str {
        self.tree.and_then(|tree| tree.text().get(offset as usize..)).unwrap_or_default()
    }

    /// The name of the member whose value begins at `offset`.
    fn member_of(&self, offset: u32) -> Option<Cow<'a, str>> {
        self.tree?.name_before(offset)?.as_str()
    }
}
