//! What `render` writes, for a document: the arguments stand in a marker.

use std::path::Path;

use armbody::config;
use armbody::notation::Form;
use armbody::sync::{Marker, Snippet};
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use super::{Args, Headings, joined, page, rendered};
use crate::cli::common::As;
use crate::cli::in_one_line;

/// The arguments of a marker: those of `render`.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct MarkerArgs {
    #[command(flatten)]
    render: Args,
}

/// What is to stand below a marker, and notes on it. `folder` is that of the document, which folders in the marker
/// are relative to; `settings` are those of the configuration, which count less than the marker.
///
/// # Errors
/// What is wrong with the marker's words, in a line.
pub(crate) fn snippet(
    marker: &Marker,
    folder: &Path,
    settings: &config::Render,
) -> Result<(Snippet, Vec<String>), String> {
    let matches = MarkerArgs::command()
        .try_get_matches_from(&marker.words)
        .map_err(|error| in_one_line(&error.render().to_string()))?;
    let mut args = MarkerArgs::from_arg_matches(&matches)
        .map_err(|error| in_one_line(&error.render().to_string()))?
        .render;
    let output = &args.output;
    let misplaced = [
        (args.list, "--list"),
        (output.folder.is_some(), "-o"),
        (output.config.is_some(), "--config"),
        (output.no_config, "--no-config"),
    ];
    if let Some((_, flag)) = misplaced.iter().find(|(given, _)| *given) {
        return Err(format!("`{flag}` has no place in a marker"));
    }
    if matches.value_source("form") != Some(ValueSource::CommandLine) {
        args.form = As::Form(marker.language.as_deref().and_then(form_of).unwrap_or_default());
    }
    args.output.templates = args.output.templates.take().map(|templates| folder.join(templates));
    let told = |error: anyhow::Error| format!("{error:#}");
    args.output.check(args.form).map_err(told)?;
    let settings = args.output.settled(settings).map_err(told)?;
    let headings =
        Headings { form: args.form, shell: settings.shell, extension: settings.extension(args.form) };
    if args.form == As::Markdown {
        let (page, notes) = page(&args, &settings).map_err(told)?;
        return Ok((Snippet::Markdown(joined(&page, &headings)), notes));
    }
    let (rendered, notes) = rendered(&args, settings).map_err(told)?;
    let language = rendered.first().map_or("", |first| match (args.form, first.extension) {
        (As::Form(Form::Az | Form::AzVm), "sh") => "azurecli",
        (_, "tf") => "terraform",
        (_, "sh") => "bash",
        (_, "ps1") => "powershell",
        (_, other) => other,
    });
    Ok((Snippet::Code { text: joined(&rendered, &headings), language }, notes))
}

/// What is written in a fence of a language, where the marker does not say.
fn form_of(language: &str) -> Option<Form> {
    let language = language.to_ascii_lowercase();
    let language = language.strip_suffix("-interactive").unwrap_or(&language);
    Some(match language {
        "bash" | "sh" | "shell" | "console" | "curl" | "zsh" => Form::Curl,
        "azurecli" | "az" => Form::Az,
        "http" | "rest" => Form::Http,
        "powershell" | "azurepowershell" | "pwsh" | "ps1" | "posh" => Form::PowerShell,
        "json" | "jsonc" => Form::Json,
        "bicep" => Form::Bicep,
        "terraform" | "tf" | "hcl" => Form::Terraform,
        _ => return None,
    })
}
