//! Where a body comes from: the text of an option, a file, standard input, a variable.

use super::Payload;
use super::command::{Command, RedirectKind};
use crate::text::{Fragment, Span};

/// What the value of a body's option stands for: `@file`, `@-`, or the text itself. `input` is the command
/// whose output `command` reads.
pub(super) fn of_option<'s>(
    value: &Fragment<'s>,
    command: &Command<'s>,
    input: Option<&Command<'s>>,
) -> Payload<'s> {
    let text = value.text();
    match text.strip_prefix('@') {
        Some("-" | "/dev/stdin") => standard_input(value, command, input),
        Some(name) if !name.trim().is_empty() => Payload::File(value.slice(Span::new(1, text.len()))),
        _ => literal(value),
    }
}

/// What `command` reads from its standard input; `value` is the word that says so.
pub(super) fn standard_input<'s>(
    value: &Fragment<'s>,
    command: &Command<'s>,
    input: Option<&Command<'s>>,
) -> Payload<'s> {
    redirected(command).or_else(|| output(input?)).unwrap_or_else(|| Payload::Unknown(value.clone()))
}

/// What `command` writes, where its words say it: `cat <<EOF`, `echo '…'`.
pub(super) fn output<'s>(command: &Command<'s>) -> Option<Payload<'s>> {
    let words: Vec<&Fragment<'s>> =
        command.words.iter().skip(command.program().unwrap_or(0)).map(|word| &word.text).collect();
    let texts: Vec<&str> = words.iter().map(|text| text.text()).collect();
    match texts[..] {
        ["cat" | "tee"] | ["cat", "-"] | ["tee", _] => redirected(command),
        ["cat", _] => Some(Payload::File(words[1].clone())),
        ["echo", _] => Some(literal(words[1])),
        ["printf", text] if !text.contains('%') => Some(literal(words[1])),
        ["echo", "-n" | "-e" | "-ne" | "-en", _] | ["printf", "%s" | "%s\\n", _] => Some(literal(words[2])),
        _ => None,
    }
}

/// What a redirection gives the command to read.
pub(super) fn redirected<'s>(command: &Command<'s>) -> Option<Payload<'s>> {
    let redirect = command.redirects.iter().rfind(|redirect| redirect.kind != RedirectKind::Output)?;
    Some(match redirect.kind {
        RedirectKind::Input | RedirectKind::Output => Payload::File(redirect.text.clone()),
        RedirectKind::HereString | RedirectKind::HereDocument => literal(&redirect.text),
    })
}

/// A text that is sent as it stands, unless it is nothing but a variable or a command's output.
pub(super) fn literal<'s>(value: &Fragment<'s>) -> Payload<'s> {
    let trimmed = value.text().trim();
    let from = (value.text().len() - value.text().trim_start().len()) as u32;
    let whole = Span { start: from, end: from + trimmed.len() as u32 };
    let covered: usize = value
        .expansions()
        .map(|span| span.end.min(whole.end).saturating_sub(span.start.max(whole.start)) as usize)
        .sum();
    if whole.is_empty() || covered < whole.len() {
        return Payload::Text(value.clone());
    }
    let inner = trimmed.strip_prefix("$(").and_then(|text| text.strip_suffix(')')).map(str::trim);
    let file =
        inner.and_then(|inner| inner.strip_prefix("cat ").or_else(|| inner.strip_prefix('<'))).map(str::trim);
    match file {
        Some(file) if !file.is_empty() && !file.contains([' ', '|', ';', '<', '\n', '"', '\'']) => {
            let at = value.text().rfind(file).unwrap_or(0);
            Payload::File(value.slice(Span::new(at, at + file.len())))
        }
        _ => Payload::Unknown(value.clone()),
    }
}
