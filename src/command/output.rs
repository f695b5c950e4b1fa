//! How a request is written.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::form::{As, heading};
use crate::arm::versions::is_published;
use crate::arm::{ApiVersion, BlankStyle, Cloud, Request, ResourceType};
use crate::config;
use crate::notation::{self, BodyPlace, Form, IdentityChange, Layout, Shell, Templates, WriteError};

/// How something is asked to be written.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is there or not")]
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// How blanks are spelt.
    pub placeholders: Option<BlankStyle>,
    /// The body on several lines.
    pub pretty: bool,
    /// The command on several lines.
    pub multiline: bool,
    /// The shell that a command or script is for.
    pub shell: Option<Shell>,
    /// The body is kept out of the command.
    pub body_file: bool,
    /// Files are written instead of one text.
    pub to_files: bool,
    /// The folder of templates that replace the embedded ones.
    pub templates: Option<PathBuf>,
    /// The cloud.
    pub cloud: Cloud,
}

impl Output {
    /// What is asked for, and where nothing is, what the configuration says.
    ///
    /// # Errors
    /// The templates cannot be read.
    pub fn with_config(&self, config: &config::Render) -> anyhow::Result<Settings> {
        let templates = match self.templates.as_ref().or(config.templates.as_ref()) {
            Some(folder) => Templates::with_folder(folder)?,
            None => Templates::embedded(),
        };
        Ok(Settings {
            placeholders: self.placeholders.or(config.placeholders).unwrap_or_default(),
            api_version: config.api_version,
            templates,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: self.shell.unwrap_or_default(),
            body_file: self.body_file,
        })
    }

    /// Refuses flags that mean nothing to what is written.
    ///
    /// # Errors
    /// The first of them, by its name.
    pub fn check(&self, form: As) -> anyhow::Result<()> {
        let is_command = matches!(form, As::Form(Form::Curl | Form::Az));
        if self.body_file && !is_command {
            anyhow::bail!(
                "--body-file is for --as curl and az, whose bodies are arguments; not for --as {form}"
            );
        }
        match (self.shell, form) {
            (None, _)
            | (Some(_), As::Form(Form::Curl | Form::Az))
            | (Some(Shell::Bash | Shell::PowerShell), As::Script)
            | (Some(Shell::PowerShell), As::Form(Form::PowerShell)) => Ok(()),
            (Some(shell), As::Script) => {
                anyhow::bail!("--as script is written for bash and powershell, not for {shell}")
            }
            (Some(_), _) => anyhow::bail!("--shell is for --as curl, az and script, not for --as {form}"),
        }
    }
}

/// How to write, as was asked and configured.
#[derive(Debug)]
pub struct Settings {
    /// How blanks are spelt.
    pub(super) placeholders: BlankStyle,
    /// The API version that the configuration names.
    pub(super) api_version: Option<ApiVersion>,
    /// The templates to write with.
    pub(super) templates: Templates,
    pretty: bool,
    multiline: bool,
    /// The shell that commands are written for.
    pub(super) shell: Shell,
    body_file: bool,
}

/// A request as text, and its body where that is a file of its own.
pub(super) struct Written {
    /// The text, without a line break at its end.
    pub(super) text: String,
    /// The name and the text of the body's file.
    pub(super) body: Option<(String, String)>,
}

impl Settings {
    /// Writes a request; `name` is that of its file, if it gets one.
    ///
    /// # Errors
    /// As [`notation::write`].
    pub(super) fn write(
        &self,
        form: Form,
        request: &Request,
        states: Option<IdentityChange<'_>>,
        name: Option<&str>,
    ) -> Result<Written, WriteError> {
        let mut layout = self.layout();
        let mut body = None;
        if let (true, Some(value)) = (self.body_file, &request.body) {
            let text = value.to_text(self.pretty);
            // A file cannot have variables in it: those are filled in where the script says the body.
            let is_whole = self.placeholders != BlankStyle::Shell || text.blanks().next().is_none();
            body = name
                .filter(|_| is_whole)
                .map(|name| (format!("{name}.body.json"), text.spell(self.placeholders) + "\n"));
            layout.body = BodyPlace::Apart;
        }
        if let Some((name, _)) = &body {
            layout.body = BodyPlace::File(name);
        }
        let text = match states {
            Some(states) => notation::write_change(form, request, states, &layout)?,
            None => notation::write(form, request, &layout)?,
        };
        Ok(Written { text, body })
    }

    /// The extension of the files that hold a form.
    pub(super) fn extension(&self, form: As) -> &'static str {
        match form {
            As::Form(Form::Curl | Form::Az) | As::Script => self.shell.extension(),
            As::Form(form) => form.writer().extension(),
            As::Markdown => "md",
        }
    }

    /// The comment that goes before one of several texts; `None` where a form has no comments.
    pub(super) fn heading(&self, form: As, name: &str) -> Option<String> {
        heading(form, self.shell, name)
    }

    pub(super) fn layout(&self) -> Layout<'_> {
        Layout {
            blanks: self.placeholders,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: self.shell,
            ..Layout::new(&self.templates)
        }
    }

    /// The version that the configuration names, for requests of a type. One that another type has is meant for
    /// that one.
    pub(super) fn api_version(&self, resource_type: ResourceType) -> Option<ApiVersion> {
        let is_for_others = |version: &ApiVersion| {
            !is_published(resource_type, *version)
                && ResourceType::ALL.into_iter().any(|other| is_published(other, *version))
        };
        self.api_version.filter(|version| !is_for_others(version))
    }
}

/// Rows of cells, in columns.
pub(super) fn in_columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
