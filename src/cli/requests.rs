//! `armbody requests`: every ARM call in documents, scripts and templates, one a line.

use std::path::PathBuf;
use std::sync::Arc;

use armbody::config::Configs;
use armbody::container;
use armbody::fault::isolated;
use armbody::json::{Dialect, MistakeKind, Tree};
use armbody::lint::{Given, Options, Target, inspect, targets};
use armbody::notation::{Call, Notation, QuotingKind};
use armbody::report::Mask;
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, Shown, Source, Span, path_name};
use rayon::prelude::*;
use serde::Serialize;

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

/// A call, as `--format json` has it.
#[derive(Serialize)]
struct Row {
    path: String,
    line: u32,
    column: u32,
    notation: &'static str,
    method: Option<&'static str>,
    #[serde(rename = "type")]
    resource_type: Option<String>,
    api_version: Option<String>,
    url: Option<String>,
    action: Option<String>,
    body: Option<Body>,
    truncated: bool,
}

#[derive(Serialize)]
struct Body {
    start: Place,
    end: Place,
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
            Input::Path(path) | Input::Sent(path) => path_name(path),
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
    // Only what is printed has to be gone through for secrets: a URL can carry one.
    let shows_urls =
        args.format == Format::Json && calls.iter().any(|call| call.is_arm() && call.url.is_some());
    let mut secrets = if shows_urls { inspect(&source, kind, &Options::default()).1 } else { Vec::new() };
    // An inventory says which subscription.
    secrets.retain(|secret| !secret.is_subscription());
    let mask = Mask::new(&source, secrets);
    Ok(calls
        .iter()
        .filter(|call| call.is_arm())
        .flat_map(|call| {
            let requests = targets(&source, call, &Given::default());
            requests
                .into_iter()
                .map(|(span, target)| Row::new((&source, &mask), call, span, target))
                .collect::<Vec<_>>()
        })
        .collect())
}

impl Row {
    /// The request at `span`: the call, or a resource of the template that it is.
    fn new((source, mask): (&Source, &Mask), call: &Call<'_>, span: Span, target: Target) -> Self {
        let place = |offset: u32| {
            let at = source.position(offset);
            Place { line: at.line, column: at.column, offset: source.file_offset(offset) }
        };
        let at = source.position(span.start);
        let body = match call.body.text() {
            Some(_) if call.notation == Notation::Template => Some(span),
            body => body.map(|body| body.to_file(body.span())),
        };
        let is_template = call.notation == Notation::Template;
        Self {
            path: source.name().to_owned(),
            line: at.line,
            column: at.column,
            notation: call.notation.as_str(),
            method: target.method.map(armbody::arm::Method::as_str),
            resource_type: target.type_name.map(|name| name.as_str().to_owned()),
            api_version: target.api_version.map(|version| version.to_string()),
            url: call.url.as_ref().map(|url| mask.hide(url.text()).into_owned()),
            action: target.action,
            body: body.map(|Span { start, end }| Body { start: place(start), end: place(end) }),
            truncated: !is_template && is_truncated(call),
        }
    }

    fn line(&self) -> Shown {
        let or_dash = |text: Option<&str>| Shown::line(text.unwrap_or("-"));
        shown!(
            "{}:{}: {} {} {} {}\n",
            Shown::line(&self.path),
            self.line,
            self.notation,
            self.method.unwrap_or("-"),
            or_dash(self.resource_type.as_deref()),
            or_dash(self.api_version.as_deref()),
        )
    }
}

/// True if the text breaks off before the call does: a quote or bracket that is never closed, `...` in the body.
fn is_truncated(call: &Call<'_>) -> bool {
    let open = call.quoting.iter().any(|it| it.kind == QuotingKind::UnterminatedQuote);
    open || call.body.text().is_some_and(|body| {
        Tree::parse(body.text(), Dialect { bare_members: true, ..Dialect::STRICT })
            .mistakes()
            .iter()
            .any(|mistake| matches!(mistake.kind, MistakeKind::Ellipsis | MistakeKind::UnclosedBracket(_)))
    })
}
