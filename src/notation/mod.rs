//! How one request is written: a notation is one file that both reads and writes.
//!
//! Reading gives a [`Call`]: the parts of the request as fragments, each of which knows its place in the file.
//! Nothing is judged here; what is wrong with a call is for the rules to say.

use crate::text::{Fragment, Span};

/// A way of writing a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notation {
    /// `curl …` in a POSIX shell.
    Curl,
    /// `az rest …`.
    AzRest,
    /// `armclient PATCH …`.
    ArmClient,
    /// `Invoke-AzRestMethod …` in PowerShell.
    InvokeAzRestMethod,
    /// `Invoke-RestMethod …` or `Invoke-WebRequest …` in PowerShell.
    InvokeRestMethod,
    /// A request line, headers, a body.
    Http,
    /// A body alone.
    Body,
    /// A resource of an ARM deployment template.
    Template,
}

/// A request as it stands in a text.
#[derive(Clone, Debug)]
pub struct Call<'s> {
    /// How it is written.
    pub notation: Notation,
    /// The bytes of the file from its first word to its last.
    pub span: Span,
    /// The method, where the text says one (`-X PATCH`).
    pub method: Option<Fragment<'s>>,
    /// The URL, without quotes.
    pub url: Option<Fragment<'s>>,
    /// `Name: value`, each without quotes.
    pub headers: Vec<Fragment<'s>>,
    /// The body.
    pub body: Payload<'s>,
    /// What is wrong with the way it is written.
    pub mistakes: Vec<CallMistake>,
    /// The text around it.
    pub context: Context<'s>,
}

/// What a call sends.
#[derive(Clone, Debug, Default)]
pub enum Payload<'s> {
    /// Nothing.
    #[default]
    None,
    /// This text.
    Text(Fragment<'s>),
    /// What a file holds (`-d @body.json`); the name as the text says it, without the `@`.
    File(Fragment<'s>),
    /// What only a run of the script knows: a variable, a command's output, a form's fields.
    Unknown(Fragment<'s>),
}

impl<'s> Payload<'s> {
    /// The text that is sent, where the document says it.
    pub fn text(&self) -> Option<&Fragment<'s>> {
        match self {
            Self::Text(text) => Some(text),
            Self::None | Self::File(_) | Self::Unknown(_) => None,
        }
    }
}

/// A mistake of the notation itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallMistake {
    /// A quote that is never closed; the span is the opening quote in the file. The word ends where its
    /// block ends.
    UnterminatedQuote(Span),
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'s> {
    /// What holds it.
    pub place: Place,
    /// The heading of its section, without marks.
    pub heading: Option<&'s str>,
    /// The raw text of its section from the heading, or from the last call before it, up to the call.
    pub before: &'s str,
}

/// What kind of text holds a call: placeholders belong in a document and not in a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Prose with snippets: Markdown.
    Document,
    /// A file that is sent or run as it is.
    #[default]
    File,
}
