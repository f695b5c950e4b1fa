//! `az rest …`: its options and what they make of the request.

mod write;

use super::command::{Command, Word};
use super::pairs::pairs;
use super::{Call, Notation, Payload, payload};
use crate::text::{Builder, Encoding, Fragment, Span};

pub use write::AzRest;

/// Every long option of `az rest`, those of all `az` commands included, and what it stands for.
const OPTIONS: [(&str, Opt); 16] = [
    ("--method", Opt::Method),
    ("--url", Opt::Url),
    ("--uri", Opt::Url),
    ("--body", Opt::Body),
    ("--headers", Opt::Headers),
    ("--uri-parameters", Opt::Parameters),
    ("--url-parameters", Opt::Parameters),
    ("--resource", Opt::Other),
    ("--output-file", Opt::Other),
    ("--output", Opt::Other),
    ("--query", Opt::Other),
    ("--subscription", Opt::Other),
    ("--skip-authorization-header", Opt::SkipAuthorization),
    ("--debug", Opt::Flag),
    ("--verbose", Opt::Flag),
    ("--only-show-errors", Opt::Flag),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opt {
    Method,
    Url,
    Body,
    Headers,
    Parameters,
    /// One value that says nothing of the request.
    Other,
    /// No token is sent.
    SkipAuthorization,
    Flag,
}

impl Opt {
    /// The option that `word` is, or begins in one way only, and the value that it carries behind `=`.
    fn of(word: &str) -> Option<(Self, Option<usize>)> {
        let dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
        let bare = word.trim_start_matches(dash);
        if bare.len() == word.len() || bare.is_empty() {
            return None;
        }
        let dashes = word.len() - bare.len();
        let single = word[..dashes].chars().count() == 1 && word.starts_with('-');
        if single {
            let opt = match bare {
                "m" => Self::Method,
                "u" => Self::Url,
                "b" => Self::Body,
                "o" => Self::Other,
                "h" => Self::Flag,
                // One dash for two is written, and no option is a negative number.
                _ => Self::long(bare)?,
            };
            return Some((opt, None));
        }
        let name = bare.split('=').next().unwrap_or(bare);
        let value = (name.len() < bare.len()).then_some(dashes + name.len() + 1);
        Some((Self::long(name).unwrap_or(Self::Other), value))
    }

    fn long(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let exact = OPTIONS.iter().find(|(option, _)| option[2..] == name);
        if let Some((_, opt)) = exact {
            return Some(*opt);
        }
        let mut begun =
            OPTIONS.iter().filter(|(option, _)| option[2..].starts_with(&name)).map(|(_, opt)| *opt);
        let first = begun.next()?;
        begun.all(|other| other == first).then_some(first)
    }
}

/// True if `name`, without its hyphens, is an option of `az rest`.
pub(super) fn is_option(name: &str) -> bool {
    OPTIONS.iter().any(|(option, _)| option[2..] == *name)
}

/// The request that `command`, which runs `az rest`, makes: none if it names no part of one.
pub fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Option<Call<'s>> {
    let program = command.program()?;
    let words = &command.words[program..];
    // `[--body]` stands in a description of the options.
    if words.iter().any(Word::is_optional) {
        return None;
    }
    let span = words.first()?.span.cover(words.last()?.span);
    let mut call = Call::new(Notation::AzRest, span);
    call.quoting.clone_from(&command.quoting);
    let mut parameters = Vec::new();
    let mut headers = Vec::new();
    let mut at = 2;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some((opt, value)) = Opt::of(word.text.text()) else { continue };
        if opt == Opt::SkipAuthorization {
            call.signs_in = false;
        }
        if matches!(opt, Opt::SkipAuthorization | Opt::Flag) {
            continue;
        }
        let is_option =
            |index: &usize| words.get(*index).is_none_or(|word| Opt::of(word.text.text()).is_some());
        let mut values: Vec<Fragment<'s>> = Vec::new();
        if let Some(from) = value {
            values.push(word.text.slice(Span::new(from, word.text.text().len())));
        } else if !is_option(&at) {
            values.push(words[at].text.clone());
            at += 1;
        }
        if matches!(opt, Opt::Headers | Opt::Parameters) {
            while !is_option(&at) {
                values.push(words[at].text.clone());
                at += 1;
            }
        }
        let first = values.first().cloned();
        match opt {
            Opt::Method => call.method = first,
            Opt::Url => call.url = first,
            Opt::Body => {
                call.body = first.map_or(Payload::None, |value| payload::of_option(&value, command, input));
            }
            Opt::Headers => headers.extend(values),
            Opt::Parameters => parameters.extend(values),
            Opt::Other | Opt::SkipAuthorization | Opt::Flag => {}
        }
    }
    if call.url.is_none() && matches!(call.body, Payload::None) {
        return None;
    }
    let has_body = !matches!(call.body, Payload::None);
    call.default_method = call.client.default_method(has_body);
    call.default_content_type = call.client.default_content_type(None).filter(|_| has_body);
    call.headers = pairs(&headers, ": ");
    call.url = call.url.take().map(|url| with_parameters(&url, &pairs(&parameters, "=")));
    Some(call)
}

/// The URL with the parameters that stand in an option of their own.
fn with_parameters<'s>(url: &Fragment<'s>, parameters: &[Fragment<'s>]) -> Fragment<'s> {
    if parameters.is_empty() {
        return url.clone();
    }
    let mut builder = Builder::new(url);
    builder.append(url);
    let mut mark = if url.text().contains('?') { "&" } else { "?" };
    for parameter in parameters {
        builder.decoded(Span::at(url.text().len()), mark, Encoding::Plain);
        builder.append(parameter);
        mark = "&";
    }
    builder.finish(0, Encoding::Plain)
}
