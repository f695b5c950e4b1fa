//! Files that requests sit in: from a [`crate::text::Source`] to the [`crate::notation::Call`]s that it holds.

/// What kind of file a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
