//! `armbody requests`: every ARM call in documents, scripts and templates, one a line.

mod template;

use std::path::PathBuf;
use std::sync::Arc;

use armbody::arm::Method;
use armbody::command::masked;
use armbody::config::Configs;
use armbody::container;
use armbody::fault::isolated;
use armbody::lint::{Listed, Options, inventory, secrets_of};
use armbody::notation::Call;
use armbody::report::Mask;
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, Fragment, Shown, Source, Span, path_name};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::lint::files::{self, Input, Passed};
use super::{Status, Terminal};

/// Files that are read at a time: memory holds one batch, however many files there are.
const BATCH: usize = 128;

/// List every ARM call found in documents, scripts and templates.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and folders; `-` is standard input. Default: the current folder.
    paths: Vec<PathBuf>,
    /// The name that stands for standard input; its extension says what it is.
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// text or json.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write one deployment template of all calls that put a resource; what cannot be part of it is told on standard
    /// error.
    #[arg(long = "as", value_name = "FORM", conflicts_with = "format")]
    form: Option<Form>,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// `path:line: notation METHOD type api-version`
    Text,
    /// One array.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One deployment template.
    Template,
}

/// A call, as `--format json` has it.
#[derive(Serialize)]
struct Row {
    path: String,
    line: u32,
    column: u32,
    notation: &'static str,
    method: Option<String>,
    #[serde(rename = "type")]
    resource_type: Option<String>,
    api_version: Option<String>,
    url: Option<String>,
    action: Option<String>,
    existing: bool,
    known: bool,
    body: Option<Body>,
    reason: Option<String>,
    truncated: bool,
}

#[derive(Serialize)]
struct Body {
    start: Place,
    end: Place,
    value: Option<Value>,
}

/// Line and column from 1, the column in characters; the offset in bytes from 0.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    offset: u32,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let passed: Arc<Passed> = Arc::default();
    let mut inputs = files::inputs(&args.paths, &Arc::new(Configs::nearest(args.max_size)), &passed);
    if args.form == Some(Form::Template) {
        return template::run(inputs, args, terminal);
    }
    let mut failed = false;
    let mut first = true;
    if args.format == Format::Json {
        terminal.print(&shown!("["))?;
    }
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let done: Vec<Result<Vec<Row>, String>> =
            batch.par_iter().map(|input| whole_rows(input, args)).collect();
        for rows in done {
            let rows = match rows {
                Ok(rows) => rows,
                Err(problem) => {
                    terminal.say(&shown!("armbody: {}", Shown::line(&problem)));
                    failed = true;
                    continue;
                }
            };
            for row in rows {
                if args.format == Format::Text {
                    terminal.print(&row.line())?;
                    continue;
                }
                let before = if std::mem::take(&mut first) { "\n" } else { ",\n" };
                terminal.print(&shown!("{}{}", before, Shown::json(&row)))?;
            }
        }
    }
    if args.format == Format::Json {
        terminal.print(&shown!("{}", if first { "]\n" } else { "\n]\n" }))?;
    }
    for folder in passed.empty() {
        terminal
            .say(&shown!("armbody: warning: {}: nothing was looked at", Shown::line(&path_name(&folder))));
    }
    Ok(if failed { Status::Failed } else { Status::Clean })
}

/// [`rows`]; a fault of the program is a problem with this input and ends nothing else.
fn whole_rows(input: &Input, args: &Args) -> Result<Vec<Row>, String> {
    isolated(|| rows(input, args)).unwrap_or_else(|fault| {
        let name = match input {
            Input::Stdin => args.stdin_filename.clone().unwrap_or_else(|| "<stdin>".to_owned()),
            Input::Path(path) | Input::Followed(path) => path_name(path),
            Input::Problem(problem) => problem.clone(),
        };
        Err(format!("{name}: internal-error: {fault}"))
    })
}

/// The calls of one input that go to Azure Resource Manager.
fn rows(input: &Input, args: &Args) -> Result<Vec<Row>, String> {
    let read = files::read(input, args.stdin_filename.as_deref(), args.max_size)
        .map_err(|unread| unread.to_string())?;
    let Some((source, kind)) = read else { return Ok(Vec::new()) };
    let calls = container::calls(&source, kind);
    let calls: Vec<Call<'_>> = calls.into_iter().filter(Call::is_arm).collect();
    // Only what is printed has to be gone through for secrets: URLs and bodies can carry one.
    let shows_text = args.format == Format::Json && !calls.is_empty();
    let mut secrets = if shows_text { secrets_of(&source, kind, &Options::default()) } else { Vec::new() };
    // An inventory says which subscription.
    secrets.retain(|secret| !secret.is_subscription());
    let mask = Mask::new(&source, secrets);
    let rows = |call| {
        let listed = inventory(&source, call).into_iter();
        listed.map(move |request| (call, request))
    };
    Ok(calls.iter().flat_map(rows).map(|(call, request)| Row::new((&source, &mask), call, request)).collect())
}

impl Row {
    fn new((source, mask): (&Source, &Mask), call: &Call<'_>, request: Listed) -> Self {
        let place = |offset: u32| {
            let at = source.position(offset);
            Place { line: at.line, column: at.column, offset: source.file_offset(offset) }
        };
        let at = source.position(request.span.start);
        let hide = |text: &str| mask.hide(text).into_owned();
        let target = request.target;
        // A word that is not a method of HTTP is shown as it stands.
        let word = || call.method.as_ref().map(|method| method.text().trim()).filter(|word| is_word(word));
        let value = request.value.map(|value| masked(mask, value));
        let is_call = request.span == call.span;
        Self {
            path: source.name().to_owned(),
            line: at.line,
            column: at.column,
            notation: request.notation.as_str(),
            method: target.method.map(Method::as_str).or_else(word).map(hide),
            resource_type: target.type_name.map(|name| hide(name.as_str())),
            api_version: target
                .api_version
                .map(|version| version.to_string())
                .or_else(|| call.url.as_ref().filter(|_| is_call).and_then(written_version))
                .map(|version| hide(&version)),
            url: call.url.as_ref().filter(|_| is_call).map(|url| hide(url.text())),
            action: target.action.map(|action| hide(&action)),
            existing: request.is_existing,
            known: request.is_known,
            body: request.body.map(|Span { start, end }| Body {
                start: place(start),
                end: place(end),
                value,
            }),
            reason: request.reason.map(|reason| hide(&reason)),
            truncated: request.is_truncated,
        }
    }

    fn line(&self) -> Shown {
        let or_dash = |text: Option<&str>| Shown::line(text.unwrap_or("-"));
        shown!(
            "{}:{}: {} {} {} {}\n",
            Shown::line(&self.path),
            self.line,
            self.notation,
            or_dash(self.method.as_deref()),
            or_dash(self.resource_type.as_deref()),
            or_dash(self.api_version.as_deref()),
        )
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The version that a URL names, whatever its form: nobody takes `2024-7-01`, but it is what is sent.
fn written_version(url: &Fragment<'_>) -> Option<String> {
    let (path, query) = url.text().split_once('?')?;
    let mut at = path.len() + 1;
    for part in query.split('&') {
        let value = part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("api-version"));
        if let Some((name, value)) = value {
            let from = at + name.len() + 1;
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            let is_said = !value.is_empty()
                && value.chars().all(plain)
                && !url.has_expansion(Span::new(from, from + value.len()));
            return is_said.then(|| value.to_owned());
        }
        at += part.len() + 1;
    }
    None
}
