//! The requests that a deployment of a template makes.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use serde_json::json;

use super::masked::masked;
use super::{Outcome, Status};
use crate::arm::Cloud;
use crate::container::Kind;
use crate::json::{Dialect, Kind as JsonKind, Tree};
use crate::lint::{self, Finding, Severity, examine, given_secrets, refused};
use crate::notation::{self, Layout, Templates, template};
use crate::report::{Checked, Format, Mask, Report, Summary};
use crate::shown;
use crate::template::{
    Expansion, Files, Options, PlannedRequest, Reason, Refusal, Target, Value, Why, expand, shortened,
};
use crate::text::{Shown, Source, Span};

/// What is asked of `expand`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is there or not")]
#[derive(Clone, Debug, Default)]
pub struct Expand {
    /// Parameters as `NAME=VALUE`: JSON, or a text. They count more than files.
    pub set: Vec<String>,
    /// Where it is deployed to.
    pub scope: Option<Target>,
    /// The location of the resource group; above groups that of the deployment.
    pub location: Option<String>,
    /// The tenant's id.
    pub tenant: Option<String>,
    /// The deployment's name.
    pub name: Option<String>,
    /// The cloud whose addresses `environment()` gives.
    pub cloud: Option<String>,
    /// The time that `utcNow()` gives.
    pub now: Option<String>,
    /// What to write.
    pub form: ExpandAs,
    /// The template's outputs instead of the requests.
    pub outputs: bool,
    /// Findings alone.
    pub lint: bool,
    /// How findings are printed.
    pub format: Format,
    /// Findings are printed in colours, where the format is for people.
    pub styled: bool,
    /// Nested deployments stay requests of their own.
    pub nested: bool,
    /// A file for each request.
    pub to_files: bool,
    /// The files beside the template: linked templates are read from there.
    pub beside: Option<Beside>,
}

/// What a deployment's requests are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpandAs {
    /// A line for each request, and below them what is not sent.
    #[default]
    Table,
    /// One array.
    Json,
    /// A call each.
    Call(notation::Form),
}

impl FromStr for ExpandAs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("table") {
            return Ok(Self::Table);
        }
        match text.parse() {
            Ok(notation::Form::Json) => Ok(Self::Json),
            Ok(form) => Ok(Self::Call(form)),
            Err(notation::UnknownForm(text)) => Err(format!(
                "`{text}` is not a way to write requests: expected table, json, curl, az, http, powershell, template"
            )),
        }
    }
}

type Read = dyn Fn(&str) -> Option<Source> + Send + Sync;

/// Gives the files beside a template by their paths from its folder, if they may be read.
#[derive(Clone)]
pub struct Beside(Arc<Read>);

impl Beside {
    /// `read` gets a path with `/` between its parts and without `.` and `..`.
    pub fn new(read: impl Fn(&str) -> Option<Source> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Beside")
    }
}

/// Linked files that are read for one template.
const MAX_LINKED: usize = 256;

/// The linked files that were read so far.
#[derive(Default)]
struct Known {
    sources: Vec<Source>,
    values: HashMap<String, Option<Value>>,
}

/// They, as they are asked for.
#[derive(Clone, Default)]
struct Linked(Arc<Mutex<Known>>);

impl Linked {
    /// What reads them as they are asked for; the first gets the number `first` among the texts.
    fn files(&self, beside: Beside, first: usize) -> Files {
        let state = Arc::clone(&self.0);
        Files::new(move |path| {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let Known { sources, values } = &mut *state;
            if let Some(known) = values.get(path) {
                return known.clone();
            }
            let source = (sources.len() < MAX_LINKED).then(|| (beside.0)(path)).flatten();
            let number = u16::try_from(first + sources.len()).ok();
            let value = source.as_ref().zip(number).and_then(|(source, number)| {
                let tree = template::parse(source);
                let root = tree.root().filter(|_| template::is_read(&tree))?;
                Some(Value::from_node(root, number))
            });
            if value.is_some() {
                sources.extend(source);
            }
            values.insert(path.to_owned(), value.clone());
            value
        })
    }

    /// Their texts, by their numbers.
    fn sources(&self) -> Vec<Source> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).sources)
    }
}

impl Expand {
    /// The requests of a template, given files of parameters of which a later one counts, or what Azure Resource
    /// Manager refuses of it.
    ///
    /// # Errors
    /// A text is not JSON at all, or what is asked for cannot be.
    pub fn run(&self, template: &Source, parameters: &[Source]) -> anyhow::Result<Outcome> {
        let sources: Vec<&Source> = std::iter::once(template).chain(parameters).collect();
        run(self, sources)
    }
}

fn run(args: &Expand, given: Vec<&Source>) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut options = settings(args, given.len() > 1)?;
    for (at, source) in given.iter().enumerate().skip(1) {
        let tree = template::parse(source);
        let Some(root) = tree.root().filter(|_| template::is_read(&tree)) else {
            bail!("{}: is not JSON; see armbody lint", source.name());
        };
        let document = u16::try_from(at).context("too many files of parameters")?;
        let file = Value::from_node(root, document);
        options.give_file(&file, |_| true).with_context(|| source.name().to_owned())?;
    }
    for set in &args.set {
        let Some((name, value)) = set.split_once('=') else { bail!("--set {set}: write NAME=VALUE") };
        options.give(name, set_value(value), None);
    }
    let linked = Linked::default();
    options.files = args.beside.clone().map(|beside| linked.files(beside, given.len()));
    let (expansion, is_json) = {
        let tree = template::parse(given[0]);
        let Some(root) = tree.root() else { bail!("{}: holds no JSON", given[0].name()) };
        let is_json = template::is_read(&tree);
        (if is_json { expand(Value::from_node(root, 0), &options) } else { Expansion::default() }, is_json)
    };
    let linked = linked.sources();
    let parameters = 1..given.len();
    let sources: Vec<&Source> = given.into_iter().chain(&linked).collect();
    let is_refused = !expansion.refusals.is_empty() || !is_json;
    if args.lint || is_refused {
        let trees: Vec<Tree<'_>> = sources.iter().map(|source| template::parse(source)).collect();
        let files: Vec<File<'_>> = sources
            .iter()
            .zip(&trees)
            .enumerate()
            .map(|(at, (source, tree))| {
                let is_own = |it: &&Refusal| it.place.map_or(0, |place| usize::from(place.document)) == at;
                let refusals = expansion.refusals.iter().filter(is_own).map(|it| {
                    let finding = refused(source, tree, it);
                    // All of an expression, whichever part of it is to blame.
                    let node = it.place.and_then(|place| tree.node(place.node));
                    let text = node.filter(|node| node.kind() == JsonKind::String);
                    (text.map_or(finding.span, |node| source.fragment().to_file(node.span())), finding)
                });
                let role = match at {
                    0 => Role::Template,
                    at if parameters.contains(&at) => Role::Parameters,
                    _ => Role::Linked,
                };
                File { source, refusals: refusals.collect(), role }
            })
            .collect();
        let failed = report(args, files, !is_json, options, &mut outcome)?;
        if !is_json && !failed {
            outcome.notes.push(shown!(
                "armbody: {}: is not JSON that Azure Resource Manager reads",
                Shown::line(sources[0].name())
            ));
        }
        if failed || is_refused {
            outcome.status = Status::Findings;
        }
        return Ok(outcome);
    }
    if !expansion.missing.is_empty() {
        let names: Vec<String> = expansion.missing.iter().map(|it| format!("`{it}`")).collect();
        outcome.notes.push(shown!(
            "armbody: left as expressions for want of a value: {}; give them with --parameters or --set",
            Shown::line(&names.join(", "))
        ));
    }
    let hidden = Hidden::of(&sources, &expansion);
    for it in &expansion.uncounted {
        let line = format!(
            "the loop `{}` stands once, its index left over: its count depends on a value that is not given: {}",
            it.name,
            shortened(&it.count)
        );
        outcome.notes.push(shown!("armbody: {}", Shown::line(&hidden.hide(&line))));
    }
    write(args, &expansion, &hidden, &mut outcome)?;
    Ok(outcome)
}

/// What a text is in a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Template,
    /// A file of parameters for it.
    Parameters,
    /// What its deployments link to.
    Linked,
}

/// A text with what is refused of it.
struct File<'s> {
    source: &'s Source,
    /// Each with the text that it is about.
    refusals: Vec<(Span, Finding)>,
    role: Role,
}

/// Prints findings: on standard output with `--lint`, else on standard error. True if any is an error.
fn report(
    args: &Expand,
    files: Vec<File<'_>>,
    is_broken: bool,
    deployment: Options,
    outcome: &mut Outcome,
) -> anyhow::Result<bool> {
    let options = lint::Options { deployment: Some(Arc::new(deployment)), ..lint::Options::default() };
    let mut report =
        Report::new(if args.lint { args.format } else { Format::Text }, args.styled && args.lint);
    let mut summary = Summary::default();
    let template = files.iter().find(|it| it.role == Role::Template).map(|it| it.source);
    // What is said of the template may say values of the files of parameters.
    let secrets_of = |it: &File<'_>| template.map_or_else(Vec::new, |of| given_secrets(it.source, of));
    let given: Vec<Mask> = files
        .iter()
        .filter(|it| it.role == Role::Parameters)
        .map(|it| Mask::new(it.source, secrets_of(it)))
        .collect();
    let Outcome { out, notes, .. } = outcome;
    let mut print = |part: &Shown| {
        out.push(part.clone());
        Ok(())
    };
    for file in files {
        if file.role == Role::Linked && file.refusals.is_empty() {
            continue;
        }
        let mut all = Vec::new();
        let secrets = match file.role {
            Role::Template => {
                let mut inspection = examine(file.source, Kind::Json, &options);
                if args.lint || is_broken {
                    all = std::mem::take(&mut inspection.findings);
                }
                inspection.secrets
            }
            Role::Linked => lint::secrets_of(file.source, Kind::Json, &lint::Options::default()),
            Role::Parameters => secrets_of(&file),
        };
        for (about, refusal) in file.refusals {
            // What a rule of `lint` tells already is not told twice; where only the defaults are to blame it says less.
            let is_same = |known: &Finding| known.rule == refusal.rule && known.span.overlaps(about);
            if !all.iter().any(|known| is_same(known) && known.severity == Severity::Error) {
                all.retain(|known| !is_same(known));
                all.push(refusal);
            }
        }
        all.sort_by_key(|it| (it.span.start, it.span.end));
        let hide = |text: &mut String| {
            *text = given.iter().fold(std::mem::take(text), |it, mask| mask.hide(&it).into_owned());
        };
        for finding in all.iter_mut().filter(|_| file.role != Role::Parameters) {
            hide(&mut finding.message);
            finding.help.iter_mut().for_each(hide);
            finding.arm.iter_mut().for_each(|it| hide(&mut it.message));
        }
        summary.fails |= all.iter().any(|it| it.severity == Severity::Error);
        summary.worst = summary.worst.max(all.iter().map(|it| it.severity).max());
        for finding in &all {
            if !summary.rules.contains(&finding.rule) {
                summary.rules.push(finding.rule);
            }
        }
        summary.coverage.checked += 1;
        let mask = Mask::new(file.source, secrets);
        let rendered = report.render(Checked { source: file.source, findings: &all, mask: &mask });
        if args.lint {
            report.write(&rendered, &mut print)?;
        } else {
            notes.push(rendered.trimmed());
        }
    }
    if args.lint {
        report.end(&summary, &mut print)?;
    }
    Ok(summary.fails)
}

fn settings(args: &Expand, has_files: bool) -> anyhow::Result<Options> {
    let mut options = Options::default();
    options.target = args.scope.clone().unwrap_or_default();
    options.location.clone_from(&args.location);
    options.tenant.clone_from(&args.tenant);
    options.name.clone_from(&args.name);
    options.is_lenient = !has_files && args.set.is_empty();
    options.hides_secure = true;
    options.keeps_nested = args.nested;
    if let Some(now) = &args.now {
        options.set_now(now).context("--now")?;
    }
    if let Some(cloud) = args.cloud.as_ref().filter(|it| !options.set_cloud(it)) {
        bail!("--cloud {cloud}: write AzureCloud, AzureUSGovernment or AzureChinaCloud");
    }
    Ok(options)
}

/// JSON, or a text where it is none.
fn set_value(text: &str) -> Value {
    let tree = Tree::parse(text, Dialect::STRICT);
    match tree.root() {
        Some(root) if tree.mistakes().is_empty() && !root.is_unknown() => {
            Value::from_node(root, 0).unplaced()
        }
        _ => text.into(),
    }
}

/// A request as it is written: the words before it, the text, and the extension of a file with it.
struct Written {
    name: String,
    extension: &'static str,
    text: String,
}

/// What the template and the files of parameters say that is secret, and what stands in the places of secrets once the
/// expressions have their values, though no type of theirs says so.
struct Hidden(Vec<Mask>);

impl Hidden {
    fn of(sources: &[&Source], expansion: &Expansion) -> Self {
        let bodies = expansion.requests.iter().map(|it| it.body.to_json());
        let outputs = expansion.outputs.iter().map(|it| (it.name.to_string(), it.value.to_json())).collect();
        let made: Vec<serde_json::Value> =
            bodies.chain(std::iter::once(serde_json::Value::Object(outputs))).collect();
        let made = Source::new("expanded.json", serde_json::Value::Array(made).to_string());
        let options = lint::Options::default();
        // A part of a URL is a name: an expression in a secret's place has its names, types and versions as well.
        let urls: Vec<String> = expansion.requests.iter().map(PlannedRequest::url).collect();
        let parts: HashSet<&str> = urls.iter().flat_map(|url| url.split(['/', '?', '&', '='])).collect();
        let mask = |source: &Source| {
            let mut secrets = lint::secrets_of(source, Kind::Json, &options);
            secrets.retain(|secret| {
                let text = source.text().get(secret.span.range()).unwrap_or_default();
                !text.split('/').all(|part| parts.contains(part)) && !secret.is_subscription()
            });
            Mask::new(source, secrets)
        };
        let all = sources.iter().copied().chain(std::iter::once(&made)).map(mask);
        Self(all.filter(|mask| !mask.is_empty()).collect())
    }

    fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, mask| mask.hide(&text).into_owned())
    }

    fn value(&self, value: serde_json::Value) -> serde_json::Value {
        self.0.iter().fold(value, |value, mask| masked(mask, value))
    }
}

fn write(args: &Expand, expansion: &Expansion, hidden: &Hidden, outcome: &mut Outcome) -> anyhow::Result<()> {
    if args.outputs {
        let members =
            expansion.outputs.iter().map(|it| (it.name.to_string(), hidden.value(it.value.to_json())));
        let all = serde_json::Value::Object(members.collect());
        outcome.out.push(shown!("{}\n", Shown::json_text(&serde_json::to_string_pretty(&all)?)));
        return Ok(());
    }
    if !args.to_files {
        match args.form {
            ExpandAs::Table => {
                table(expansion, hidden, outcome);
                return Ok(());
            }
            ExpandAs::Json => {
                outcome.out.push(shown!("["));
                for (at, request) in expansion.requests.iter().enumerate() {
                    let before = if at == 0 { "\n" } else { ",\n" };
                    outcome.out.push(shown!("{}{}", before, Shown::json(&row(request, expansion, hidden))));
                }
                outcome.out.push(shown!("{}", if expansion.requests.is_empty() { "]\n" } else { "\n]\n" }));
                return Ok(());
            }
            ExpandAs::Call(_) => {}
        }
    }
    let written = written(args, expansion, hidden, outcome)?;
    if !args.to_files {
        let several = written.len() > 1;
        for (at, one) in written.iter().enumerate() {
            let heading = match args.form {
                ExpandAs::Call(form) if several => form.writer().heading(&one.name),
                _ => None,
            };
            let heading = heading.map(|it| format!("{it}\n")).unwrap_or_default();
            let blank = if at == 0 { "" } else { "\n" };
            outcome.out.push(Shown::lines(&format!("{blank}{heading}{}\n", one.text)));
        }
        return Ok(());
    }
    let width = written.len().to_string().len();
    let file = |(at, one): (usize, Written)| {
        (format!("{:0width$}-{}.{}", at + 1, one.name, one.extension), format!("{}\n", one.text))
    };
    outcome.files = Some(written.into_iter().enumerate().map(file).collect());
    Ok(())
}

/// Each request as a text of its own. What the notation cannot say is told on standard error.
fn written(
    args: &Expand,
    expansion: &Expansion,
    hidden: &Hidden,
    outcome: &mut Outcome,
) -> anyhow::Result<Vec<Written>> {
    let templates = Templates::embedded();
    let layout = Layout { multiline: true, ..Layout::new(&templates) };
    // What is none was refused.
    let cloud: Cloud = args.cloud.as_deref().and_then(|name| name.parse().ok()).unwrap_or_default();
    let mut all = Vec::new();
    for request in &expansion.requests {
        let name = request.resource_type.rsplit('/').next().unwrap_or_default().to_owned();
        let ExpandAs::Call(form) = args.form else {
            let text = serde_json::to_string_pretty(&row(request, expansion, hidden))?;
            all.push(Written { name, extension: "json", text });
            continue;
        };
        match request.to_request(cloud.clone()) {
            Some(whole) => {
                let writer = form.writer();
                all.push(Written {
                    name,
                    extension: writer.extension(),
                    text: hidden.hide(&writer.write(&whole, &layout)?),
                });
            }
            None => outcome.notes.push(shown!(
                "armbody: not written, for its URL is not known whole, or not that of a resource: {}",
                Shown::line(&hidden.hide(&request.url()))
            )),
        }
    }
    Ok(all)
}

fn row(request: &PlannedRequest, expansion: &Expansion, hidden: &Hidden) -> serde_json::Value {
    let after = request.after.iter().filter_map(|at| expansion.requests.get(*at as usize));
    let mut row = json!({
        "method": "PUT",
        "url": request.url(),
        "body": request.body.to_json(),
        "after": after.map(|it| it.id.to_json()).collect::<Vec<_>>(),
    });
    if let (Some(condition), Some(members)) = (&request.condition, row.as_object_mut()) {
        members.insert("condition".to_owned(), condition.to_json());
    }
    hidden.value(row)
}

fn plain(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn table(expansion: &Expansion, hidden: &Hidden, outcome: &mut Outcome) {
    let width = expansion.requests.len().to_string().len();
    for (at, request) in expansion.requests.iter().enumerate() {
        let mut line = format!(
            "{:>width$}  PUT  {}  {}  {}",
            at + 1,
            request.resource_type,
            plain(&request.name),
            plain(&request.api_version)
        );
        if !request.after.is_empty() {
            let after: Vec<String> = request.after.iter().map(|it| (it + 1).to_string()).collect();
            let _ = write!(line, "  after {}", after.join(", "));
        }
        if let Some((name, turn)) = &request.turn {
            let _ = write!(line, "  turn {turn} of {name}");
        }
        if !request.path.is_empty() {
            let _ = write!(line, "  in {}", request.path.join(" > "));
        }
        if let Some(condition) = &request.condition {
            let _ = write!(line, "  if {}", plain(condition));
        }
        outcome.out.push(shown!("{}\n", Shown::line(&hidden.hide(&line))));
    }
    if !expansion.left_out.is_empty() {
        outcome.out.push(shown!("\nnot sent:\n"));
    }
    for left in &expansion.left_out {
        let why = match &left.why {
            Why::Condition(text) => format!("its condition does not hold: {text}"),
            Why::Linked(link) => format!("its template stands elsewhere and is not fetched: {link}"),
            Why::Extension(name) => format!("it belongs to the extension {name}"),
            Why::Existing => "it is only read".to_owned(),
        };
        let place =
            if left.path.is_empty() { String::new() } else { format!("  in {}", left.path.join(" > ")) };
        let line = format!("  {}  {}{place}: {why}", left.resource_type, left.name);
        outcome.out.push(shown!("{}\n", Shown::line(&hidden.hide(&line))));
    }
    if !expansion.uncounted.is_empty() {
        outcome.out.push(shown!("\nnot repeated:\n"));
    }
    for it in &expansion.uncounted {
        let line = format!("  loop {}: how often is not known: {}", it.name, shortened(&it.count));
        outcome.out.push(shown!("{}\n", Shown::line(&hidden.hide(&line))));
    }
    let mut open: Vec<String> = Vec::new();
    for request in &expansion.requests {
        for value in [&request.id, &request.body] {
            value.each_open(&mut |it| {
                let text = format!("[{}]", it.text);
                if it.reason == Reason::Deployment && open.len() < MAX_OPEN && !open.contains(&text) {
                    open.push(text);
                }
            });
        }
    }
    if !open.is_empty() {
        outcome.out.push(shown!("\nknown to a deployment alone:\n"));
    }
    for text in open {
        outcome.out.push(shown!("  {}\n", Shown::line(&hidden.hide(&text))));
    }
}

/// Expressions that the table lists.
const MAX_OPEN: usize = 40;
