//! Findings for people and for programs: one file a format.
//!
//! A [`Report`] is written file by file, in the order in which they are given, so that memory holds one at a
//! time; each format says how a file's findings stand in it and what begins and ends the whole.

mod concise;
mod diff;
mod json;
mod mask;
mod text;
mod view;

pub use diff::unified;
pub use mask::Mask;

use std::io::{self, Write};
use std::str::FromStr;

use crate::lint::Finding;
use crate::text::Source;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Frames with the source line, for reading.
    #[default]
    Text,
    /// A line a finding.
    Concise,
    /// One JSON array.
    Json,
}

impl Format {
    /// The formats by name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("text", Self::Text), ("concise", Self::Concise), ("json", Self::Json)];
}

/// A word that is no format.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{0}`; there are {1}")]
pub struct UnknownFormat(String, String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, format)| *format)
            .ok_or_else(|| UnknownFormat(text.to_owned(), Self::NAMES.map(|(name, _)| name).join(", ")))
    }
}

/// A file and what was found in it.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// The file.
    pub source: &'a Source,
    /// Its findings, in the order of the text.
    pub findings: &'a [Finding],
    /// What must not be shown of it.
    pub mask: &'a Mask,
}

/// Writes findings in one format.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    format: Format,
    styled: bool,
    begun: bool,
}

impl Report {
    /// A report in `format`; `styled` puts colours where the format is for people.
    pub fn new(format: Format, styled: bool) -> Self {
        Self { format, styled, begun: false }
    }

    /// What stands for `file` in the report: made apart from the writing, so that files can be rendered side by
    /// side and written in order.
    pub fn render(self, file: Checked<'_>) -> String {
        match self.format {
            Format::Text => text::render(file, self.styled),
            Format::Concise => concise::render(file),
            Format::Json => json::render(file),
        }
    }

    /// Writes what [`Report::render`] made.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, rendered: &str, out: &mut dyn Write) -> io::Result<()> {
        if rendered.is_empty() {
            return Ok(());
        }
        if self.format == Format::Json {
            out.write_all(if self.begun { b",\n" } else { b"[\n" })?;
        }
        self.begun = true;
        out.write_all(rendered.as_bytes())
    }

    /// Writes what the format ends with.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self, out: &mut dyn Write) -> io::Result<()> {
        match (self.format, self.begun) {
            (Format::Json, true) => out.write_all(b"\n]\n"),
            (Format::Json, false) => out.write_all(b"[]\n"),
            _ => Ok(()),
        }
    }
}
