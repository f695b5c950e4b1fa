//! `curl …`: its options and what they make of the request.

pub(super) mod options;
mod write;

use super::command::{Command, Word};
use super::{Call, Notation, Payload, payload};
use crate::arm::JSON_CONTENT_TYPE;
use crate::text::{Fragment, Span};

pub use write::Curl;

/// The requests that `command`, which runs curl, makes: none if it names neither a URL nor a request's
/// part, several if `--next` parts them. `input` is the command whose output it reads.
pub fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Vec<Call<'s>> {
    let Some(program) = command.program() else { return Vec::new() };
    if command.words.iter().any(|word| is_powershell_parameter(word.text.text())) {
        return Vec::new();
    }
    let mut calls = Vec::new();
    let mut reader = Reader::new(command, input, program);
    let mut first = program;
    loop {
        let next = reader.read_request();
        let last = if next.is_some() { reader.at.saturating_sub(2) } else { command.words.len() - 1 };
        let span = command.words[first].span.cover(command.words[last.max(first)].span);
        calls.extend(std::mem::take(&mut reader.request).into_call(span));
        match next {
            Some(next) => first = next.min(command.words.len() - 1),
            None => break,
        }
    }
    for quoting in &command.quoting {
        // The last request is the one that a quote swallowed.
        let own = calls.iter().position(|call| call.span.contains(quoting.span));
        let own = own.unwrap_or(calls.len().saturating_sub(1));
        if let Some(call) = calls.get_mut(own) {
            call.quoting.push(quoting.clone());
        }
    }
    calls
}

/// In Windows PowerShell `curl` is another name of `Invoke-WebRequest`, whose parameters are words.
pub(super) fn is_powershell_parameter(word: &str) -> bool {
    ["-Uri", "-Method", "-Body", "-Headers", "-ContentType", "-UseBasicParsing", "-OutFile", "-InFile"]
        .iter()
        .any(|parameter| word.eq_ignore_ascii_case(parameter))
}

/// What the options of one request say.
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is there or not")]
#[derive(Default)]
struct Request<'s> {
    method: Option<Fragment<'s>>,
    url: Option<Fragment<'s>>,
    others: Vec<Fragment<'s>>,
    headers: Vec<Fragment<'s>>,
    data: Vec<Payload<'s>>,
    credentials: Option<Fragment<'s>>,
    json: bool,
    get: bool,
    head: bool,
    upload: bool,
    form: bool,
}

struct Reader<'c, 's> {
    command: &'c Command<'s>,
    input: Option<&'c Command<'s>>,
    at: usize,
    only_positional: bool,
    request: Request<'s>,
}

impl<'c, 's> Reader<'c, 's> {
    fn new(command: &'c Command<'s>, input: Option<&'c Command<'s>>, program: usize) -> Self {
        Self { command, input, at: program + 1, only_positional: false, request: Request::default() }
    }

    /// Reads up to `--next` and gives the index of the word behind it, or up to the end.
    fn read_request(&mut self) -> Option<usize> {
        while let Some(word) = self.command.words.get(self.at) {
            self.at += 1;
            let text = word.text.text();
            let dashes = if self.only_positional { Dashes::None } else { Dashes::of(text) };
            match dashes {
                Dashes::None => self.positional(&word.text),
                Dashes::Long(2) if text.len() == 2 => self.only_positional = true,
                Dashes::Long(len) if &text[len..] == "next" => return Some(self.at),
                Dashes::Long(len) => self.long(word, len),
                Dashes::Short(len) if text[len..].starts_with(':') => return Some(self.at),
                Dashes::Short(len) => self.short(word, len),
            }
        }
        None
    }

    fn positional(&mut self, text: &Fragment<'s>) {
        if !text.text().is_empty() {
            self.request.others.push(text.clone());
        }
    }

    fn long(&mut self, word: &Word<'s>, dashes: usize) {
        let text = word.text.text();
        let name_end = text.find('=').unwrap_or(text.len());
        let (name, takes_value) = options::long(&text[dashes..name_end]);
        if !takes_value {
            return self.flag_of_long(name);
        }
        // curl knows no `--data=…`, but it is written.
        let value = if name_end < text.len() {
            Some(word.text.slice(Span::new(name_end + 1, text.len())))
        } else {
            self.next_value(name)
        };
        let Some(value) = value else { return };
        match name {
            "request" => self.request.method = Some(value),
            "url" => self.request.url = Some(value),
            "header" => self.request.headers.push(value),
            "data" | "data-ascii" | "data-binary" => self.data(&value, true),
            "data-raw" => self.data(&value, false),
            "json" => {
                self.request.json = true;
                self.data(&value, true);
            }
            "data-urlencode" | "url-query" => self.request.data.push(Payload::Unknown(value)),
            "form" | "form-string" => {
                self.request.form = true;
                self.request.data.push(Payload::Unknown(value));
            }
            "upload-file" => self.upload(value),
            "oauth2-bearer" | "user" => self.request.credentials = Some(value),
            _ => {}
        }
    }

    fn short(&mut self, word: &Word<'s>, dashes: usize) {
        let text = word.text.text();
        for (at, letter) in text[dashes..].char_indices() {
            let behind = dashes + at + letter.len_utf8();
            if !options::short_takes_value(letter) {
                match letter {
                    'G' => self.request.get = true,
                    'I' => self.request.head = true,
                    _ => {}
                }
                continue;
            }
            let value = if behind < text.len() {
                Some(word.text.slice(Span::new(behind, text.len())))
            } else {
                self.next_value("")
            };
            let Some(value) = value else { return };
            match letter {
                'X' => self.request.method = Some(value),
                'H' => self.request.headers.push(value),
                'd' => self.data(&value, true),
                'F' => {
                    self.request.form = true;
                    self.request.data.push(Payload::Unknown(value));
                }
                'T' => self.upload(value),
                'u' => self.request.credentials = Some(value),
                _ => {}
            }
            return;
        }
    }

    fn flag_of_long(&mut self, name: &str) {
        match name {
            "get" => self.request.get = true,
            "head" => self.request.head = true,
            _ => {}
        }
    }

    fn next_value(&mut self, option: &str) -> Option<Fragment<'s>> {
        let word = self.command.words.get(self.at)?;
        // `--help` may stand alone.
        if option == "help" {
            return None;
        }
        self.at += 1;
        Some(word.text.clone())
    }

    fn data(&mut self, value: &Fragment<'s>, files: bool) {
        let payload =
            if files { payload::of_option(value, self.command, self.input) } else { payload::literal(value) };
        self.request.data.push(payload);
    }

    fn upload(&mut self, value: Fragment<'s>) {
        self.request.upload = true;
        let payload = match value.text() {
            "-" | "." => payload::standard_input(&value, self.command, self.input),
            _ => Payload::File(value),
        };
        self.request.data.push(payload);
    }
}

impl<'s> Request<'s> {
    fn into_call(mut self, span: Span) -> Option<Call<'s>> {
        let url = self.url.take().or_else(|| {
            // A variable may hold options as well as a URL.
            let whole =
                |text: &Fragment<'_>| text.text().contains("://") || text.text().contains("/subscriptions/");
            let best = self.others.iter().position(whole);
            let best = best.or_else(|| self.others.iter().position(super::is_url_like)).unwrap_or(0);
            (!self.others.is_empty()).then(|| self.others.swap_remove(best))
        });
        // Without a URL and a body it is talk of curl, however many options it names.
        if self.data.is_empty() && !url.as_ref().is_some_and(super::is_url_like) {
            return None;
        }
        let sends = !self.data.is_empty() && !self.get;
        let call = Call::new(Notation::Curl, span);
        let default_method = match () {
            () if self.head => Some("HEAD"),
            () if self.upload => Some("PUT"),
            () => call.client.default_method(sends),
        };
        let default_content_type = match () {
            () if self.json => Some(JSON_CONTENT_TYPE),
            () if sends && !self.upload && !self.form => call.client.default_content_type(default_method),
            () => None,
        };
        let body = if sends { join(self.data) } else { Payload::None };
        Some(Call {
            method: self.method,
            url,
            headers: self.headers,
            body,
            credentials: self.credentials.map(Box::new),
            default_method,
            default_content_type,
            ..call
        })
    }
}

/// Several `-d` are sent with `&` between them: no text of the document is the body then.
fn join(mut data: Vec<Payload<'_>>) -> Payload<'_> {
    if data.len() > 1 {
        return match data.swap_remove(0) {
            Payload::Text(text) | Payload::File(text) | Payload::Unknown(text) => Payload::Unknown(text),
            Payload::None => Payload::None,
        };
    }
    data.pop().unwrap_or_default()
}

/// How an option begins.
enum Dashes {
    None,
    /// `-x`; the length of the dash in bytes.
    Short(usize),
    /// `--name`; the length of the dashes in bytes.
    Long(usize),
}

impl Dashes {
    /// Editors turn `-` and `--` into one longer dash.
    fn of(text: &str) -> Self {
        let is_dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}');
        let Some(first) = text.chars().next() else { return Self::None };
        let len = first.len_utf8();
        let rest = &text[len..];
        if first == '-' {
            return match rest.strip_prefix('-') {
                Some(_) => Self::Long(2),
                None if rest.is_empty() => Self::None,
                None => Self::Short(1),
            };
        }
        if !is_dash(first) || rest.is_empty() {
            return Self::None;
        }
        let second = rest.chars().next().filter(|&c| c == '-' || is_dash(c)).map_or(0, char::len_utf8);
        let name = rest[second..].split('=').next().unwrap_or(rest);
        if second > 0 || options::is_long(name) { Self::Long(len + second) } else { Self::Short(len) }
    }
}

#[cfg(test)]
mod tests;
