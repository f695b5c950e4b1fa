//! Requests that a client writes itself, out of the options of a command (`az vm identity assign`,
//! `New-AzResource`): what the text says of them, and what it does not.
//!
//! The URL and the body of such a call are put together of the words of the text and of what the client is known to
//! add. What the client adds stands nowhere in the file: its spans are empty, and no rule speaks of it.

use super::{Call, Payload};
use crate::arm::ResourceTypeName;
use crate::json::{Dialect, Tree};
use crate::text::{Builder, Encoding, Fragment, Span};

/// What is known of a request that a client writes itself.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The resource type, which the command says where the URL may not.
    pub resource_type: Option<ResourceTypeName>,
    /// The URL is an id that an option gives, and not put together of names.
    pub by_id: bool,
    /// What the body lacks of what is sent, as a clause; `None` if the text says all of it.
    pub lacks: Option<String>,
    /// The bytes of the file within which nothing is lacking.
    pub whole: Vec<Span>,
    /// The JSON in the body is the text's, but what the client makes of it is not known.
    pub is_opaque: bool,
    /// What the command asks for, where what is sent depends on the identities that are there.
    pub asks: Option<Asked>,
    /// The command has options: it is more than spoken of.
    pub has_options: bool,
    /// What the client puts around the body.
    pub(super) around: Option<Around>,
}

/// Identities that a command is to assign or take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// They are taken away.
    pub removes: bool,
    /// The system-assigned one is among them.
    pub system: bool,
    /// The ids of the others, as far as the text says them.
    pub ids: Vec<String>,
}

/// What a client puts around the JSON that an option gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// What stands before it.
    pub(super) before: &'static str,
    /// What stands behind it.
    pub(super) behind: &'static str,
}

/// `{"properties": …}`
pub(super) const PROPERTIES: Around = Around { before: "{\"properties\":", behind: "}" };
/// The parameters of a deployment.
pub(super) const PARAMETERS: Around = Around { before: "{\"properties\":{\"parameters\":", behind: "}}" };

/// Puts around the body of a call what its client puts around it. Whatever the body's option named has been looked
/// up by now.
pub(super) fn wrap_body(call: &mut Call<'_>) {
    // A variable that holds more than one id.
    if call.made.as_ref().is_some_and(|made| made.by_id) && call.url.as_ref().is_some_and(has_blanks) {
        call.url = None;
    }
    let reads_python = call.client.reads_python;
    let anchor = call.span.start;
    let Some(made) = call.made.as_mut() else { return };
    let Some(around) = made.around.take() else { return };
    match &call.body {
        Payload::Text(text) => {
            let dialect = Dialect { single_quotes: reads_python, ..Dialect::STRICT };
            // In a broken text, the brackets around it would be taken for its own.
            if !Tree::parse(text.text(), dialect).mistakes().is_empty() {
                made.is_opaque = true;
                return;
            }
            let mut body = Assembly::new(text, anchor);
            body.own(around.before);
            body.part(text);
            body.own(around.behind);
            let body = body.finish();
            call.body = Payload::Text(body);
        }
        Payload::File(name) => {
            let lacks = format!("a part of it is in the file {}", name.text());
            made.lacks.get_or_insert(lacks);
            call.body = Payload::Unknown(name.clone());
        }
        Payload::Unknown(_) | Payload::None => {}
    }
}

/// True if blanks part the text, those of a command's own words in it aside.
fn has_blanks(text: &Fragment<'_>) -> bool {
    let blanks = text.text().match_indices(char::is_whitespace);
    blanks.into_iter().any(|(at, blank)| !text.has_expansion(Span::new(at, at + blank.len())))
}

/// A text that is put together of what the file says and what a client adds.
pub(super) struct Assembly<'f, 's> {
    builder: Builder<'f, 's>,
    anchor: u32,
}

impl<'f, 's> Assembly<'f, 's> {
    /// An empty text of a call that begins at `anchor` of the file; `outer` is any part of it.
    pub(super) fn new(outer: &'f Fragment<'s>, anchor: u32) -> Self {
        Self { builder: Builder::new(outer), anchor }
    }

    /// Adds what the client adds by itself.
    pub(super) fn own(&mut self, text: &str) {
        self.at(Span { start: self.anchor, end: self.anchor }, text);
    }

    /// Adds what the words at `place` of the file stand for.
    pub(super) fn at(&mut self, place: Span, text: &str) {
        self.builder.placed(place, text, false);
    }

    /// Adds a part of the text as it stands.
    pub(super) fn part(&mut self, part: &Fragment<'s>) {
        if !part.text().is_empty() {
            self.builder.append(part);
        }
    }

    /// Adds a part of the text as a string of JSON; `place` is where it stands, quotes included.
    pub(super) fn string(&mut self, part: &Fragment<'s>, place: Span) {
        self.at(Span { start: place.start, end: place.start }, "\"");
        let text = part.text();
        let mut inner = Builder::new(part);
        let mut run = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| *c < ' ' || matches!(c, '"' | '\\')) {
            if run < at {
                inner.copy(Span::new(run, at), Encoding::Unescaped);
            }
            let end = at + c.len_utf8();
            let escaped = Encoding::JsonString.encode(&text[at..end], "").into_owned();
            inner.translated(Span::new(at, end), &escaped);
            run = end;
        }
        if run < text.len() {
            inner.copy(Span::new(run, text.len()), Encoding::Unescaped);
        }
        if !inner.is_empty() {
            self.builder.append(&inner.finish(0, Encoding::Unescaped));
        }
        self.at(Span { start: place.end, end: place.end }, "\"");
    }

    pub(super) fn finish(self) -> Fragment<'s> {
        self.builder.finish(0, Encoding::Plain)
    }
}
