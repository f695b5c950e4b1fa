//! `armbody sync`: snippets in documents, kept equal to what `render` writes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use armbody::config::{self, Config, Configs};
use armbody::container::Kind;
use armbody::fault::isolated;
use armbody::lint::{Options, secrets_of};
use armbody::report::{self, Mask, Root, github_command, unified};
use armbody::shown;
use armbody::sync::{Synced, sync};
use armbody::text::{DEFAULT_MAX_SIZE, Shown, Source, path_name, replace_file};

use super::common::other_names;
use super::lint::files;
use super::render::snippet::snippet;
use super::{Status, Terminal};

/// Keep snippets in documents equal to what render writes.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct Args {
    /// Files and folders; `-` is standard input, which goes to standard output. Default: the current folder.
    paths: Vec<PathBuf>,
    /// The name that stands for standard input.
    #[arg(long, value_name = "NAME", default_value = "<stdin>", hide_default_value = true)]
    stdin_filename: String,
    /// Write nothing; list what would change and exit with 1 if anything does.
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change and exit with 1 if anything does.
    #[arg(long)]
    diff: bool,
    /// text; github, workflow commands that make annotations; or json, one array. For what --check lists, and without it
    /// for what was changed.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "diff")]
    format: Format,
    /// The configuration, instead of the nearest armbody.toml above each file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Look for no configuration.
    #[arg(long)]
    no_config: bool,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
    /// Say nothing on standard error but what went wrong.
    #[arg(long, short)]
    quiet: bool,
}

/// How snippets that are not current are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For reading.
    Text,
    /// Workflow commands of GitHub Actions.
    #[value(name = "github")]
    GitHub,
    /// One array.
    Json,
}

/// A snippet that is not what its marker asks for, or a marker that cannot be followed.
#[derive(serde::Serialize)]
struct Row {
    path: String,
    line: u32,
    /// `changed`, `would change` or `problem`.
    status: &'static str,
    message: String,
}

impl Row {
    /// A workflow command, as `lint --format github` writes them.
    fn command(&self, root: Option<&Root>) -> Shown {
        let path = root.map_or_else(|| self.path.clone(), |root| root.path(&self.path).into_owned());
        let kind = if self.status == "changed" { "notice" } else { "error" };
        github_command(kind, "armbody sync", &path, self.line, &self.message)
    }
}

/// What goes to standard output.
enum Out {
    /// What is said of a document.
    Shown(Shown),
    /// The document that came from standard input.
    Document(Vec<u8>),
}

impl Default for Out {
    fn default() -> Self {
        Self::Shown(Shown::default())
    }
}

/// What was done so far.
#[derive(Default)]
struct Total {
    markers: usize,
    changed: usize,
    changed_files: usize,
    failed: bool,
    /// What has gone wrong last: a configuration that is broken is so for many files.
    last_problem: String,
    /// What is told to programs.
    rows: Vec<Row>,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let here = std::env::current_dir().context("the current folder")?;
    let configs = Arc::new(match &args.config {
        Some(path) => Configs::one(Config::read(path, &here, args.max_size)?),
        None if args.no_config => Configs::none(),
        None => Configs::nearest(args.max_size),
    });
    let mut total = Total::default();
    for input in files::inputs(&args.paths, &configs, &Arc::default()) {
        let done = isolated(|| one(&input, args, &configs, &mut total, terminal));
        match done.unwrap_or_else(|fault| Err(format!("{}: internal-error: {fault}", name_of(&input, args))))
        {
            Ok(Out::Shown(text)) => terminal.print(&text)?,
            Ok(Out::Document(bytes)) => terminal.pass(&bytes)?,
            Err(problem) => {
                total.failed = true;
                if problem != total.last_problem {
                    if args.format != Format::Text {
                        let (path, message) = (name_of(&input, args), problem.clone());
                        total.rows.push(Row { path, line: 1, status: "problem", message });
                    }
                    terminal.say(&shown!("armbody: {}", Shown::line(&problem)));
                    total.last_problem = problem;
                }
            }
        }
    }
    let is_document = args.paths.iter().any(|path| path == Path::new("-")) && !args.check;
    let rows = std::mem::take(&mut total.rows);
    let told = match args.format {
        Format::Text => Shown::default(),
        Format::GitHub => {
            let root = Root::of(report::Format::GitHub, &here, |name| std::env::var(name).ok());
            Shown::joined(rows.iter().map(|row| row.command(root.as_ref())), "")
        }
        Format::Json => {
            let rows = rows.iter().map(|row| shown!("\n{}", Shown::json(row)));
            let rows = Shown::joined(rows, ",");
            shown!("[{}{}]\n", rows, if rows.is_empty() { "" } else { "\n" })
        }
    };
    // The document that came from standard input has standard output.
    if is_document && args.format != Format::Text {
        terminal.say(&told.trimmed());
    } else {
        terminal.print(&told)?;
    }
    if !args.quiet {
        terminal.say(&total.line(args));
    }
    Ok(match total {
        Total { failed: true, .. } => Status::Failed,
        Total { changed: 1.., .. } if args.check || args.diff => Status::Findings,
        _ => Status::Clean,
    })
}

fn name_of(input: &files::Input, args: &Args) -> String {
    match input {
        files::Input::Stdin => args.stdin_filename.clone(),
        files::Input::Path(path) | files::Input::Followed(path) => path_name(path),
        files::Input::Problem(problem) => problem.clone(),
    }
}

/// Deals with one file; gives what standard output is to say of it.
///
/// # Errors
/// Why it could not be dealt with, in a line.
fn one(
    input: &files::Input,
    args: &Args,
    configs: &Configs,
    total: &mut Total,
    terminal: &mut Terminal,
) -> Result<Out, String> {
    let is_stdin = matches!(input, files::Input::Stdin);
    let path = match input {
        files::Input::Stdin => Path::new(&args.stdin_filename),
        files::Input::Path(path) | files::Input::Followed(path) => path,
        files::Input::Problem(problem) => return Err(problem.clone()),
    };
    if !is_stdin && Kind::of(path) != Some(Kind::Markdown) {
        return if args.paths.iter().any(|named| named == path) {
            Err(format!("{}: markers stand in Markdown: .md .markdown .mdx .txt", path_name(path)))
        } else {
            Ok(Out::default())
        };
    }
    let config = configs.of(path).map_err(|error| error.to_string())?;
    let is_left_out = config.as_ref().is_some_and(|config| config.excludes(path, false));
    if is_left_out && !is_stdin {
        return Ok(Out::default());
    }
    let read = files::read(input, Some(&args.stdin_filename), args.max_size);
    let Some((source, _)) = read.map_err(|unread| unread.to_string())? else { return Ok(Out::default()) };
    let settings = config.map(|config| config.render.clone()).unwrap_or_default();
    let synced = if is_left_out {
        Synced::default()
    } else {
        brought_up_to_date(&source, path, &settings, args, terminal)
    };
    for problem in &synced.problems {
        let line = source.position(problem.offset).line;
        let (name, message) = (Shown::line(source.name()), Shown::line(&problem.message));
        terminal.say(&shown!("armbody: {}:{}: {}", name, line, message));
        if args.format != Format::Text {
            let (path, message) = (source.name().to_owned(), problem.message.clone());
            total.rows.push(Row { path, line, status: "problem", message });
        }
    }
    if args.format != Format::Text {
        let status = if args.check { "would change" } else { "changed" };
        let verb = if args.check {
            "the snippet is not current; `armbody sync` writes it"
        } else {
            "the snippet was not current"
        };
        total.rows.extend(synced.changed.iter().map(|marker| Row {
            path: source.name().to_owned(),
            line: source.position(marker.start).line,
            status,
            message: verb.to_owned(),
        }));
    }
    total.failed |= !synced.problems.is_empty();
    total.markers += synced.markers;
    let new = source.edited(&synced.edits).map_err(|error| format!("{}: {error}", source.name()))?;
    let mut out = Shown::default();
    if args.check && args.format == Format::Text {
        for marker in &synced.changed {
            let line = source.position(marker.start).line;
            out.push(&shown!("{}:{}: not current\n", Shown::line(source.name()), line));
        }
    }
    if args.diff && !synced.changed.is_empty() {
        out.push(&diff(&source, &new));
    }
    if !args.check && !args.diff && !is_stdin && !synced.changed.is_empty() {
        let replaced = replace_file(path, source.bytes(), &new).map_err(|error| error.to_string())?;
        if let Some(notice) = other_names(source.name(), replaced) {
            terminal.say(&notice);
        }
    }
    total.changed += synced.changed.len();
    total.changed_files += usize::from(!synced.changed.is_empty());
    let is_document = is_stdin && !args.check && !args.diff;
    Ok(if is_document { Out::Document(new.into_owned()) } else { Out::Shown(out) })
}

fn brought_up_to_date(
    source: &Source,
    path: &Path,
    settings: &config::Render,
    args: &Args,
    terminal: &mut Terminal,
) -> Synced {
    let folder = path.parent().unwrap_or(Path::new(""));
    sync(source, |marker| {
        let (snippet, notes) = snippet(marker, folder, settings)?;
        if !args.quiet {
            let line = source.position(marker.span.start).line;
            for note in notes {
                terminal.say(&shown!("{}:{}: {}", Shown::line(source.name()), line, Shown::line(&note)));
            }
        }
        Ok(snippet)
    })
}

/// The unified diff; what a rule takes for a secret is masked in both.
fn diff(source: &Source, new: &[u8]) -> Shown {
    let options = Options::default();
    let mask = |source: &Source| Mask::new(source, secrets_of(source, Kind::Markdown, &options));
    let new = source.with_bytes(new.to_vec());
    unified((source, &mask(source)), (&new, &mask(&new)))
}

impl Total {
    fn line(&self, args: &Args) -> Shown {
        let count = |count: usize, what: &'static str| {
            shown!("{} {}{}", count, what, if count == 1 { "" } else { "s" })
        };
        let snippets = count(self.markers, "snippet");
        match self.changed {
            0 if self.failed => shown!("{}, none changed; not all could be brought up to date", snippets),
            0 => shown!("{}, all current", snippets),
            changed => {
                let verb = if args.check || args.diff { "would change" } else { "changed" };
                shown!("{}, {} {} in {}", snippets, changed, verb, count(self.changed_files, "file"))
            }
        }
    }
}
