//! `armbody expand`: the requests that a deployment of a template makes.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use armbody::json::{Dialect, Tree};
use armbody::shown;
use armbody::template::{
    Cause, Expansion, Options, Place, PlannedRequest, Target, Value, Why, expand, given_value,
};
use armbody::text::{DEFAULT_MAX_SIZE, Shown, Source};
use serde_json::json;

use super::common::write_files;
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
    /// What to write: table or json.
    #[arg(long = "as", value_name = "FORM", default_value = "table")]
    form: Form,
    /// Write the template's outputs instead of the requests.
    #[arg(long)]
    outputs: bool,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A line for each request, and what stands behind it.
    Table,
    /// One array.
    Json,
}

/// The texts that a run reads: the template first, then files of parameters.
struct Texts {
    sources: Vec<Source>,
}

impl Texts {
    fn read(&mut self, path: &Path, limit: u64) -> anyhow::Result<usize> {
        let source = if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(limit).read_to_end(&mut bytes).context("standard input")?;
            Source::from_bytes("<stdin>", bytes)
        } else {
            Source::read(path, limit)?
        };
        if source.problem().is_some() {
            bail!("{}: is not a text in UTF-8 or UTF-16", source.name());
        }
        self.sources.push(source);
        Ok(self.sources.len() - 1)
    }
}

/// What ARM's own reader takes.
const DIALECT: Dialect = Dialect {
    comments: true,
    trailing_commas: true,
    multiline_strings: true,
    single_quotes: true,
    ..Dialect::STRICT
};

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let mut texts = Texts { sources: Vec::new() };
    texts.read(&args.template, args.max_size)?;
    for path in &args.parameters {
        texts.read(path, args.max_size)?;
    }
    let trees: Vec<Tree<'_>> =
        texts.sources.iter().map(|source| Tree::parse(source.text(), DIALECT)).collect();
    if let Some(mistake) = trees[0].mistakes().first() {
        let place = position(&texts.sources[0], mistake.span.start);
        terminal.say(&shown!(
            "{}: error: the template is not JSON that Azure Resource Manager reads; see armbody lint",
            Shown::line(&place)
        ));
        return Ok(Status::Findings);
    }
    let mut options = settings(args)?;
    for (at, tree) in trees.iter().enumerate().skip(1) {
        let Some(root) = tree.root().filter(|_| tree.mistakes().is_empty()) else {
            bail!("{}: is not JSON", texts.sources[at].name());
        };
        read_parameters(&Value::from_node(root, at as u16), texts.sources[at].name(), &mut options)?;
    }
    for set in &args.set {
        let Some((name, value)) = set.split_once('=') else {
            bail!("--set {set}: write NAME=VALUE");
        };
        options.give(name, set_value(value), None);
    }
    let Some(root) = trees[0].root() else { bail!("{}: is empty", texts.sources[0].name()) };
    let expansion = expand(Value::from_node(root, 0), &options);
    for refusal in &expansion.refusals {
        let place = place_of(&texts, &trees, refusal.place, refusal.span.map_or(0, |it| it.start));
        let what =
            if refusal.cause == Cause::Budget { String::new() } else { format!(" ({})", refusal.code) };
        let line = format!("{place}: error: {}{what}", refusal.full_message());
        terminal.say(&Shown::line(&line));
    }
    if !expansion.refusals.is_empty() {
        return Ok(Status::Findings);
    }
    if !expansion.missing.is_empty() {
        let names: Vec<String> = expansion.missing.iter().map(|it| format!("`{it}`")).collect();
        terminal.say(&shown!(
            "armbody: without a value, left as expressions: {}; give them with --parameters or --set",
            Shown::line(&names.join(", "))
        ));
    }
    write(args, &expansion, terminal)?;
    Ok(Status::Clean)
}

fn settings(args: &Args) -> anyhow::Result<Options> {
    let mut options = Options::default();
    options.target = args.scope.clone().unwrap_or_default();
    options.location.clone_from(&args.location);
    options.tenant.clone_from(&args.tenant);
    options.name.clone_from(&args.name);
    options.is_lenient = args.parameters.is_empty() && args.set.is_empty();
    options.keeps_nested = args.nested;
    if let Some(now) = &args.now {
        options.set_now(now).context("--now")?;
    }
    if let Some(cloud) = &args.cloud
        && !options.set_cloud(cloud)
    {
        bail!("--cloud {cloud}: write AzureCloud, AzureUSGovernment or AzureChinaCloud");
    }
    Ok(options)
}

/// A parameters file: within its frame, or bare as the clients take it.
fn read_parameters(file: &Value, name: &str, options: &mut Options) -> anyhow::Result<()> {
    let framed = file.get("parameters").filter(|it| it.as_object().is_some());
    let entries = framed.unwrap_or(file);
    let Some(entries) = entries.as_object() else { bail!("{name}: holds no parameters") };
    for entry in entries.members() {
        if framed.is_none() && entry.name.starts_with('$') {
            continue;
        }
        match given_value(&entry.value) {
            Some(value) => options.give(&entry.name, value, entry.place),
            None => bail!("{name}: the parameter `{}` has neither `value` nor `reference`", entry.name),
        }
    }
    Ok(())
}

/// JSON, or a text where it is none.
fn set_value(text: &str) -> Value {
    let tree = Tree::parse(text, Dialect::STRICT);
    match tree.root() {
        Some(root) if tree.mistakes().is_empty() && !root.is_unknown() => {
            let mut value = Value::from_node(root, 0);
            value.place = None;
            value
        }
        _ => text.into(),
    }
}

fn position(source: &Source, offset: u32) -> String {
    let position = source.position(offset);
    format!("{}:{}:{}", source.name(), position.line, position.column)
}

/// Where a value is written, for people.
fn place_of(texts: &Texts, trees: &[Tree<'_>], place: Option<Place>, _: u32) -> String {
    let found = place.and_then(|place| {
        let source = texts.sources.get(usize::from(place.document))?;
        let node = trees.get(usize::from(place.document))?.node(place.node)?;
        Some(position(source, node.span().start))
    });
    found.unwrap_or_else(|| texts.sources[0].name().to_owned())
}

fn url(request: &PlannedRequest) -> String {
    let text = |value: &Value| match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    format!("{}?api-version={}", text(&request.id), text(&request.api_version))
}

fn write(args: &Args, expansion: &Expansion, terminal: &mut Terminal) -> anyhow::Result<()> {
    if args.outputs {
        let members = expansion.outputs.iter().map(|it| (it.name.to_string(), it.value.to_json()));
        let all = serde_json::Value::Object(members.collect());
        terminal.print(&shown!("{}\n", Shown::json_text(&serde_json::to_string_pretty(&all)?)))?;
        return Ok(());
    }
    let rows: Vec<serde_json::Value> = expansion.requests.iter().map(|it| row(it, expansion)).collect();
    if let Some(folder) = &args.folder {
        let width = rows.len().to_string().len();
        let files: Vec<(String, String)> = expansion
            .requests
            .iter()
            .zip(&rows)
            .enumerate()
            .map(|(at, (request, row))| {
                let name = request.resource_type.rsplit('/').next().unwrap_or_default();
                Ok((format!("{:0width$}-{name}.json", at + 1), serde_json::to_string_pretty(row)? + "\n"))
            })
            .collect::<anyhow::Result<_>>()?;
        return write_files(folder, &files, terminal);
    }
    match args.form {
        Form::Json => {
            terminal.print(&shown!("["))?;
            for (at, row) in rows.iter().enumerate() {
                let before = if at == 0 { "\n" } else { ",\n" };
                terminal.print(&shown!("{}{}", before, Shown::json(row)))?;
            }
            terminal.print(&shown!("{}", if rows.is_empty() { "]\n" } else { "\n]\n" }))?;
        }
        Form::Table => table(expansion, terminal)?,
    }
    Ok(())
}

fn row(request: &PlannedRequest, expansion: &Expansion) -> serde_json::Value {
    let after = request.after.iter().filter_map(|at| expansion.requests.get(*at as usize));
    let mut row = json!({
        "method": "PUT",
        "url": url(request),
        "body": request.body.to_json(),
        "after": after.map(|it| it.id.to_json()).collect::<Vec<_>>(),
    });
    if let (Some(condition), Some(members)) = (&request.condition, row.as_object_mut()) {
        members.insert("condition".to_owned(), condition.to_json());
    }
    row
}

fn table(expansion: &Expansion, terminal: &mut Terminal) -> anyhow::Result<()> {
    let text = |value: &Value| match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    for (at, request) in expansion.requests.iter().enumerate() {
        let mut line = format!(
            "{:>3} PUT {} {} {}",
            at + 1,
            request.resource_type,
            text(&request.name),
            text(&request.api_version)
        );
        if !request.after.is_empty() {
            let after: Vec<String> = request.after.iter().map(|it| (it + 1).to_string()).collect();
            let _ = write!(line, "  after {}", after.join(", "));
        }
        if !request.path.is_empty() {
            let _ = write!(line, "  in {}", request.path.join(" > "));
        }
        if let Some((name, turn)) = &request.turn {
            let _ = write!(line, "  {name}[{turn}]");
        }
        terminal.print(&shown!("{}\n", Shown::line(&line)))?;
    }
    for left in &expansion.left_out {
        let why = match &left.why {
            Why::Condition(text) => format!("its condition is false: {text}"),
            Why::Linked(link) => format!("its template stands elsewhere: {link}"),
            Why::Extension(name) => format!("it belongs to the extension {name}"),
            Why::Existing => "it is only read".to_owned(),
        };
        let line = format!("not sent: {} {} ({why})", left.resource_type, left.name);
        terminal.print(&shown!("{}\n", Shown::line(&line)))?;
    }
    Ok(())
}
