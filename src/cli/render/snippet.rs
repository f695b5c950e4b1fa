//! What `render` writes, for a document: the arguments stand in a marker.

use std::path::Path;

use armbody::command::As;
use armbody::config;
use armbody::notation::Form;
use armbody::sync::{Marker, Snippet};
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use super::Args;
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
    let render = args.asked();
    render.output.check(render.form).map_err(told)?;
    let settings = render.output.with_config(settings).map_err(told)?;
    render.snippet(settings).map_err(told)
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
