//! Files that requests sit in: from a [`crate::text::Source`] to the [`crate::notation::Call`]s that it holds.

mod http;
mod json;
mod markdown;
mod powershell;
mod prose;
mod shell;
mod template;
mod vocabulary;
mod yaml;

pub(crate) use markdown::{Part as MarkdownPart, parts as markdown_parts};
pub(crate) use prose::{Removal, removal};

use std::path::Path;

use crate::notation::Call;
use crate::text::{Builder, Encoding, Fragment, Source, Span};

/// What kind of file a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Markdown: `.md`, `.markdown`, `.mdx`, and `.txt`, whose snippets stand the same way.
    Markdown,
    /// JSON: `.json`, `.jsonc`.
    Json,
    /// A POSIX shell script: `.sh`, `.bash`, `.azcli`.
    Shell,
    /// A PowerShell script: `.ps1`, `.psm1`.
    PowerShell,
    /// A request file: `.http`, `.rest`.
    Http,
    /// A pipeline or workflow: `.yml`, `.yaml`.
    Yaml,
}

impl Kind {
    /// The kind of the file that `path` names, by its extension in any case.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "md" | "markdown" | "mdx" | "txt" => Self::Markdown,
            "json" | "jsonc" => Self::Json,
            "sh" | "bash" | "azcli" => Self::Shell,
            "ps1" | "psm1" => Self::PowerShell,
            "http" | "rest" => Self::Http,
            "yml" | "yaml" => Self::Yaml,
            _ => return None,
        })
    }
}

/// The calls that a file holds, in the order in which they stand.
pub fn calls(source: &Source, kind: Kind) -> Vec<Call<'_>> {
    crate::fault::planted(source.text());
    match kind {
        Kind::Markdown => markdown::calls(source),
        Kind::Json => json::calls(source),
        Kind::Shell => shell::calls(source),
        Kind::PowerShell => powershell::calls(source),
        Kind::Http => http::calls(source),
        Kind::Yaml => yaml::calls(source),
    }
}

/// The calls of a script, each with the text since the last one.
fn with_context<'s>(source: &'s Source, mut calls: Vec<Call<'s>>) -> Vec<Call<'s>> {
    let mut done = source.bom_len();
    for call in &mut calls {
        let start = call.span.start as usize;
        call.context.before = source.text().get(done..start).unwrap_or("");
        done = done.max(call.span.end as usize);
    }
    calls
}

/// The text with each CR LF read as one line break, so that what is inserted reads back as it was meant.
fn with_plain_line_breaks<'s>(text: &Fragment<'s>) -> Fragment<'s> {
    let mut builder = Builder::new(text);
    let mut run = 0;
    for at in memchr::memmem::find_iter(text.text().as_bytes(), b"\r\n") {
        if run < at {
            builder.copy(Span::new(run, at), Encoding::Plain);
        }
        builder.decoded(Span::new(at, at + 2), "\n", Encoding::Plain);
        run = at + 2;
    }
    if run < text.text().len() {
        builder.copy(Span::new(run, text.text().len()), Encoding::Plain);
    }
    builder.finish(0, Encoding::Plain)
}

#[cfg(test)]
mod tests;
