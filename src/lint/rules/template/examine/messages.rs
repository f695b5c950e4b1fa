//! Azure Resource Manager's messages: what they name, and what of them is said.

use crate::template::Cause;
use crate::text::Span;

/// ARM's sentences as one clause of ours: without where to read on, and without a full stop.
pub(super) fn clause(message: &str) -> String {
    let text = message.split(" Please see http").next().unwrap_or(message);
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(chars).collect::<String>().replace(". ", "; ")
}

pub(super) fn refused_of_secret(cause: Cause) -> String {
    match cause {
        Cause::DefaultNotAllowed => "the value is not among `allowedValues`".to_owned(),
        Cause::ValueOutOfBounds => "the value is outside the limits of its parameter".to_owned(),
        Cause::DefaultValueKind | Cause::ParameterFile => {
            "the value is of another kind than its parameter".to_owned()
        }
        _ => "ARM refuses this value of a secure parameter".to_owned(),
    }
}

/// What a function takes, of ARM's message.
pub(super) fn taken(message: &str, given: usize) -> String {
    let between = |start: &str, end: &str| {
        let rest = message.split_once(start)?.1;
        Some(rest.split_once(end)?.0.trim().replace('\'', ""))
    };
    let wanted = between("requires ", " while")
        .map(|it| it.replace("argument(s)", "").trim().to_owned())
        .or_else(|| between("expects exactly ", " parameters"))
        .or_else(|| between("At least ", " parameter").map(|it| format!("at least {it}")));
    let plural = |count: &str| if count == "1" || count == "at least one" { "argument" } else { "arguments" };
    match wanted {
        Some(wanted) if wanted == "0" => format!("no arguments, not {given}"),
        Some(wanted) => format!("{wanted} {}, not {given}", plural(&wanted)),
        None => format!("another number of arguments than {given}"),
    }
}

/// The first text in quotes of a message.
pub(super) fn quoted(message: &str) -> Option<String> {
    let rest = message.split_once('\'')?.1;
    Some(rest.split_once('\'')?.0.to_owned())
}

pub(super) fn listed(message: &str, before: &str) -> Vec<String> {
    let rest = message.split_once(before).map(|it| it.1).unwrap_or_default();
    let list = rest.split_once('\'').map(|it| it.0).unwrap_or_default();
    list.split(", ").filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

pub(super) fn ends_with(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|at| text.get(at..)).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

/// Where a name stands in a string: all of it, or in quotes within it.
pub(super) fn part_of(text: &str, name: &str) -> Option<Span> {
    if text == name {
        return Some(Span::new(0, text.len()));
    }
    let at = text.find(&format!("'{name}'"))? + 1;
    Some(Span::new(at, at + name.len()))
}
