//! `armbody expand`: the requests that a deployment of a template makes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use armbody::command::{Beside, Expand, ExpandAs};
use armbody::config::Configs;
use armbody::report::Format;
use armbody::template::Target;
use armbody::text::{DEFAULT_MAX_SIZE, Source};

use super::common::{finish, read};
use super::lint::files;
use super::{Status, Terminal};

/// Write the requests that Azure Resource Manager would send for a deployment template.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The template; `-` is standard input.
    template: PathBuf,
    /// Files of parameters; a later one counts. Without any, a parameter without a default stays an expression.
    #[arg(long, short = 'p', value_name = "FILE")]
    parameters: Vec<PathBuf>,
    /// A parameter's value: JSON, or a text. Counts more than a file.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Where it is deployed to: the id of a resource group, a subscription or a management group, or `/`.
    #[arg(long, value_name = "ID")]
    scope: Option<Target>,
    /// The location of the resource group; above groups that of the deployment.
    #[arg(long, value_name = "REGION")]
    location: Option<String>,
    /// The tenant's id.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The deployment's name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The cloud whose addresses `environment()` gives: `AzureCloud`, `AzureUSGovernment` or `AzureChinaCloud`.
    #[arg(long, value_name = "NAME")]
    cloud: Option<String>,
    /// The time that `utcNow()` gives: 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// What to write: table, json (one array), or each request as a call (curl, az, http, powershell).
    #[arg(long = "as", value_name = "FORM", default_value = "table")]
    form: ExpandAs,
    /// Write the template's outputs instead of the requests.
    #[arg(long)]
    outputs: bool,
    /// Print findings alone: what Azure Resource Manager refuses, and what `lint` finds in the template.
    #[arg(long)]
    lint: bool,
    /// How findings are printed: text, concise, json, sarif, github, azure-pipelines, junit or gitlab.
    #[arg(long, value_name = "FORMAT", requires = "lint", default_value = "text")]
    format: Format,
    /// Keep nested deployments as requests of their own.
    #[arg(long)]
    nested: bool,
    /// Write a file for each request into a folder.
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
}

fn text(path: &Path, limit: u64) -> anyhow::Result<Source> {
    let source = read(path, "<stdin>", limit)?;
    if source.problem().is_some() {
        bail!("{}: is not a text in UTF-8 or UTF-16", source.name());
    }
    Ok(source)
}

/// The files beside a template: those that a walk of its folder finds, as `@file` in a call is followed.
fn beside(template: &Path, limit: u64) -> Beside {
    let folder = template.parent().unwrap_or(Path::new("")).to_owned();
    let configs = Arc::new(Configs::nearest(limit));
    Beside::new(move |path| {
        let wanted = PathBuf::from(path);
        let is_json = wanted
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("json") || it.eq_ignore_ascii_case("jsonc"));
        if !is_json || !folder.join(&wanted).is_file() {
            return None;
        }
        let found = files::found_in(&folder, &BTreeSet::from([wanted]), &configs);
        let source = Source::read(&folder.join(found.first()?), limit).ok()?;
        source.problem().is_none().then_some(source)
    })
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let template = text(&args.template, args.max_size)?;
    let parameters: Vec<Source> =
        args.parameters.iter().map(|path| text(path, args.max_size)).collect::<anyhow::Result<_>>()?;
    let expand = Expand {
        set: args.set.clone(),
        scope: args.scope.clone(),
        location: args.location.clone(),
        tenant: args.tenant.clone(),
        name: args.name.clone(),
        cloud: args.cloud.clone(),
        now: args.now.clone(),
        form: args.form,
        outputs: args.outputs,
        lint: args.lint,
        format: args.format,
        styled: terminal.styled(),
        nested: args.nested,
        to_files: args.folder.is_some(),
        beside: template.path().map(|path| beside(path, args.max_size)),
    };
    let mut outcome = expand.run(&template, &parameters)?;
    // What is left open is said before what it is left open in.
    for note in outcome.notes.drain(..) {
        terminal.say(&note);
    }
    finish(&outcome, args.folder.as_deref(), terminal)
}
