//! `--as`: what is written.

use std::fmt;
use std::str::FromStr;

use crate::notation::{Form, Shell, UnknownForm};
use crate::text::Shown;

/// `--as`: a request in some form, or a page about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum As {
    /// Requests.
    Form(Form),
    /// The whole procedure: read, compare, send, wait, verify.
    Script,
    /// A page for readers, in Markdown.
    Markdown,
}

impl Default for As {
    fn default() -> Self {
        Self::Form(Form::default())
    }
}

impl FromStr for As {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("markdown") {
            return Ok(Self::Markdown);
        }
        if text.eq_ignore_ascii_case("script") {
            return Ok(Self::Script);
        }
        text.parse().map(Self::Form).map_err(|error: UnknownForm| format!("{error}, script, markdown"))
    }
}

impl fmt::Display for As {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(form) => form.fmt(f),
            Self::Script => f.pad("script"),
            Self::Markdown => f.pad("markdown"),
        }
    }
}

impl As {
    /// True if several cannot stand in one text: they would declare the same names.
    pub(super) fn stands_alone(self) -> bool {
        matches!(self, Self::Form(Form::Template | Form::Bicep | Form::Terraform))
    }

    /// What is written in this form, as standard output shows it: JSON keeps its values.
    pub(super) fn shown(self, text: &str) -> Shown {
        if self == Self::Form(Form::Json) { Shown::json_text(text) } else { Shown::lines(text) }
    }
}

/// The comment that goes before one of several texts for a shell; `None` where a form has no comments.
pub(super) fn heading(form: As, shell: Shell, name: &str) -> Option<String> {
    match form {
        As::Form(Form::Curl | Form::Az) if shell == Shell::Cmd => Some(format!("@rem {name}")),
        As::Form(form) => form.writer().heading(name),
        As::Script => Some(format!("# {name}")),
        As::Markdown => None,
    }
}
