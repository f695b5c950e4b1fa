//! What `render` writes, for a document: the arguments stand in a marker.

use std::path::Path;

use armbody::arm::ResourceType;
use armbody::arm::versions::is_published;
use armbody::config;
use armbody::notation::Form;
use armbody::scenario::find_scenario;
use armbody::sync::{Marker, Snippet};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};

use super::{Args, joined, page, rendered};
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
    let misplaced = [(args.list, "--list"), (args.output.folder.is_some(), "-o")];
    if let Some((_, flag)) = misplaced.iter().find(|(given, _)| *given) {
        return Err(format!("`{flag}` has no place in a marker"));
    }
    settle(&mut args, &matches, marker, folder, settings);
    if args.output.form == As::Markdown {
        let (page, notes) = page(&args).map_err(|error| format!("{error:#}"))?;
        return Ok((Snippet::Markdown(joined(&page)), notes));
    }
    let (rendered, notes) = rendered(&args).map_err(|error| format!("{error:#}"))?;
    let language = rendered.first().map_or("", |first| match (args.output.form, first.extension) {
        (As::Form(Form::Az), "sh") => "azurecli",
        (_, "sh") => "bash",
        (_, "ps1") => "powershell",
        (_, other) => other,
    });
    Ok((Snippet::Code { text: joined(&rendered), language }, notes))
}

/// Fills in what the marker leaves open.
fn settle(args: &mut Args, matches: &ArgMatches, marker: &Marker, folder: &Path, settings: &config::Render) {
    let given = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
    let output = &mut args.output;
    if !given("form") {
        output.form = As::Form(marker.language.as_deref().and_then(form_of).unwrap_or_default());
    }
    if !given("placeholders") {
        output.placeholders = settings.placeholders.unwrap_or(output.placeholders);
    }
    output.templates = match output.templates.take() {
        Some(templates) => Some(folder.join(templates)),
        None => settings.templates.clone(),
    };
    // The project's version is meant for the types that have it.
    let machine = args.target.resource_type.or(args.fill.machine()).unwrap_or(ResourceType::VirtualMachine);
    let fits = |version| {
        let has = |name: &String| {
            find_scenario(name).is_ok_and(|scenario| is_published(scenario.resource_type(machine), version))
        };
        args.all || args.scenarios.iter().any(has)
    };
    if args.target.api_version.is_empty() {
        args.target.api_version.extend(settings.api_version.filter(|version| fits(*version)));
    }
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
        _ => return None,
    })
}
