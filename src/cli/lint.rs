//! `armbody lint`: read files, check them side by side, report in order, and fix what can be fixed.

mod beside;
mod copy;
pub(super) mod files;
mod followed;
mod job;
mod outputs;
mod progress;
mod setup;
mod stream;
mod total;
mod watch;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use armbody::arm::{ApiVersion, Method};
use armbody::lint::{Baseline, Known, Severity};
use armbody::report::{Format, Report, Root};
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, Shown, path_name, write_file};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use rayon::prelude::*;

use self::copy::{Copy, OutputFile};
use self::files::Passed;
use self::followed::Followed;
use self::job::{Done, Reports};
use self::outputs::Outputs;
use self::progress::Progress;
use self::setup::Setup;
use self::total::Total;
use super::{Status, Terminal};

/// Files that are read and rendered at a time: memory holds one batch, however many files there are.
const BATCH: usize = 512;
/// Paths that are held so that folders are walked once; where there are more, they are walked once more for what
/// documents send.
const LISTED: usize = 1 << 14;

/// Find what is wrong in bodies, documents, scripts and templates; --fix corrects it.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct Args {
    /// Files and folders; `-` is standard input. Default: the current folder.
    paths: Vec<PathBuf>,
    /// The name that stands for standard input; its extension says what it is.
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// Apply the safe fixes.
    #[arg(long)]
    fix: bool,
    /// Apply the fixes that need a look, too.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Print what --fix would do and write nothing.
    #[arg(long)]
    diff: bool,
    /// text (the default), concise, json, sarif, github, azure-pipelines, junit, gitlab or rdjson.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The severity from which findings make the exit status 1: error (the default) or warning.
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<Severity>,
    /// The severity from which findings are shown: note (the default), warning or error. What fails the run is shown in
    /// any case.
    #[arg(long, value_name = "LEVEL")]
    min_severity: Option<Severity>,
    /// Exit with 0 whatever is found.
    #[arg(long)]
    exit_zero: bool,
    /// Write the report to FILE, too, in another format if one is named; any number.
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = OsStringValueParser::new().try_map(OutputFile::read))]
    output_file: Vec<OutputFile>,
    /// Run these rules only.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Give a rule another severity.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',')]
    severity: Vec<String>,
    /// What bodies in JSON files are for: vm, vmss, identity or a full type name.
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,
    /// The method that bodies in JSON files are for.
    #[arg(long, value_name = "METHOD")]
    method: Option<Method>,
    /// The API version that bodies in JSON files are for.
    #[arg(long, value_name = "VERSION")]
    api_version: Option<ApiVersion>,
    /// Schemas beside those in the program: a folder that `schema import` wrote, or a pack of types.
    #[arg(long, value_name = "DIR|PACK")]
    schemas: Vec<PathBuf>,
    /// The configuration, instead of the nearest armbody.toml above each file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Look for no configuration.
    #[arg(long)]
    no_config: bool,
    /// Leave out the findings that FILE lists.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// List the findings in FILE, to be left out from now on.
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    write_baseline: Option<PathBuf>,
    /// Take out of the baseline what is no longer found.
    #[arg(long, conflicts_with_all = ["diff", "write_baseline", "stream"])]
    baseline_prune: bool,
    /// Count the findings by rule; with --format json, print the counts in place of the findings.
    #[arg(long)]
    statistics: bool,
    /// Check again whenever something changes.
    #[arg(long)]
    watch: bool,
    /// Answer each line of standard input, a JSON record with `path` and `text`, by a line with `path` and `findings`.
    #[arg(long, conflicts_with_all = [
        "paths", "stdin_filename", "fix", "unsafe_fixes", "diff", "watch", "format", "output_file", "write_baseline",
    ])]
    stream: bool,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
    /// Say nothing on standard error but what went wrong.
    #[arg(long, short)]
    quiet: bool,
}

impl Args {
    fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path == Path::new("-"))
    }

    fn fixes(&self) -> bool {
        self.fix || self.unsafe_fixes
    }
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    if args.fail_on == Some(Severity::Note) {
        anyhow::bail!("--fail-on takes error or warning; a note never fails a run");
    }
    if args.stream {
        return stream::run(args, terminal);
    }
    if args.watch {
        anyhow::ensure!(!args.reads_stdin(), "--watch needs files; standard input does not change");
        return watch::run(args, terminal);
    }
    once(args, terminal)
}

/// Checks everything once.
fn once(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let mut setup = Setup::new(args)?;
    let format = setup.format;
    let outputs = Outputs::new(args, format)?;
    if args.diff && args.output_file.iter().any(|output| output.format.is_some()) {
        anyhow::bail!("--diff makes no report; --output-file FILE, without a format, takes the diff");
    }
    let here = std::env::current_dir().context("the current folder")?;
    let root_of = |format| Root::of(format, &here, |name| std::env::var(name).ok());
    let root = root_of(format);
    let mut report = Report::new(format, terminal.styled()).below(root.as_ref());
    let formats = || args.output_file.iter().map(|output| output.format.unwrap_or(format));
    let roots: Vec<Option<Root>> = formats().map(root_of).collect();
    let in_files: Vec<Report<'_>> =
        formats().zip(&roots).map(|(format, root)| Report::new(format, false).below(root.as_ref())).collect();
    let reports = Reports { main: report, copies: &in_files };
    // A text that goes to standard output leaves no room there for a report.
    let mut beside = (args.reads_stdin() && args.fixes() && !args.diff).then(Shown::default);
    let is_beside = beside.is_some();
    // One array on standard output: the counts.
    let only_counts = args.statistics && format == Format::Json && !is_beside && !args.diff;
    let outputs_and_reports = args.output_file.iter().zip(&in_files);
    let mut copies = outputs_and_reports
        .map(|(output, report)| Copy::create(output, *report))
        .collect::<anyhow::Result<Vec<Copy<'_>>>>()?;
    if !args.quiet {
        say_what_is_empty(&args.paths, terminal);
    }
    let progress = Progress::new(args.quiet);
    let mut total = Total::default();
    let mut recorded: HashMap<PathBuf, Vec<(String, Known)>> = HashMap::new();
    let passed = Arc::default();
    let mut inputs =
        files::inputs(&args.paths, setup.configs(), &passed).filter(|input| outputs.admits(input));
    let listed: Vec<files::Input> = inputs.by_ref().take(LISTED).collect();
    outputs.check()?;
    setup.follow_renames(&listed, args);
    let setup = setup;
    let followed = if listed.len() < LISTED {
        Followed::by(listed.iter(), args.max_size, setup.configs())
    } else {
        let again = files::inputs(&args.paths, setup.configs(), &Arc::default());
        Followed::by(again, args.max_size, setup.configs())
    };
    let mut inputs: Box<dyn Iterator<Item = files::Input>> = Box::new(listed.into_iter().chain(inputs));
    let mut last = false;
    loop {
        let batch: Vec<files::Input> = inputs.by_ref().take(BATCH).collect();
        if batch.is_empty() && last {
            break;
        }
        if batch.is_empty() {
            // What calls send and nobody named is looked at, and not changed.
            last = true;
            let rest = if args.diff { Vec::new() } else { followed.unnamed() };
            inputs = Box::new(rest.into_iter().filter(|input| outputs.admits(input)));
            continue;
        }
        outputs.check()?;
        let work = |input: &files::Input| {
            let done = job::run(input, args, &setup, &followed, reports);
            progress.tick();
            done
        };
        // Threads cost more than a single file does.
        let done: Vec<Done> = if batch.len() == 1 {
            batch.iter().map(work).collect()
        } else {
            batch.par_iter().map(work).collect()
        };
        progress.clear();
        for mut done in done {
            if let Some(problem) = done.problem.as_deref().filter(|problem| !total.has_told(problem)) {
                terminal.say(&shown!("armbody: {}", Shown::line(problem)));
            }
            if let Some(notice) = &done.notice {
                terminal.say(notice);
            }
            if let Some(fixed) = &done.fixed {
                terminal.pass(fixed)?;
            }
            if args.diff {
                terminal.print(&done.rendered)?;
            } else if only_counts {
                // Files have the findings.
            } else if let Some(beside) = &mut beside {
                report.write(&done.rendered, &mut |text| {
                    beside.push(text);
                    Ok(())
                })?;
            } else {
                report.write(&done.rendered, &mut |text| terminal.print(text))?;
            }
            for (at, copy) in copies.iter_mut().enumerate() {
                let own = done.copies.get(at).and_then(Option::as_ref);
                let rendered = own.unwrap_or(&done.rendered);
                if args.diff {
                    copy.print(rendered);
                } else {
                    copy.write(rendered);
                }
            }
            if let Some((file, name, known)) = done.known.take() {
                recorded.entry(file).or_default().push((name, known));
            }
            total.add(done);
        }
    }
    progress.clear();
    total.stale += setup.gone();
    total.end(&passed, followed.number());
    if !args.diff {
        let summary = total.summary(args);
        if let Some(mut beside) = beside {
            report.end(&summary, &mut |text| {
                beside.push(text);
                Ok(())
            })?;
            terminal.say(&beside.trimmed());
        } else if !only_counts {
            report.end(&summary, &mut |text| terminal.print(text))?;
        }
        for copy in &mut copies {
            copy.end(&summary);
        }
    }
    let failed = total.status(args) == Status::Failed;
    let uncopied: Vec<String> = copies.into_iter().filter_map(|copy| copy.close(failed).err()).collect();
    if let Some(path) = args.write_baseline.as_ref().filter(|_| failed) {
        terminal.say(&shown!("armbody: {}: not written, for the run failed", Shown::line(&path_name(path))));
    } else if let Some(path) = &args.write_baseline {
        let mut baseline = Baseline::default();
        for (name, known) in recorded.remove(path).unwrap_or_default() {
            baseline.insert(name, known);
        }
        write_baseline(path, &baseline)?;
        if !args.quiet {
            let (count, path) = (total::count(baseline.len(), "finding"), Shown::line(&path_name(path)));
            terminal.say(&shown!("{} written to {}", count, path));
        }
    } else if args.baseline_prune {
        prune(&setup, recorded, failed, args, terminal)?;
    } else if !args.quiet {
        for path in setup.old_baselines() {
            let path = Shown::line(&path_name(&path));
            terminal.say(&shown!(
                "{}: a baseline of version 0.1.0; --baseline-prune writes it in today's form",
                path
            ));
        }
    }
    if only_counts {
        terminal.print(&total.statistics_as_data())?;
    }
    if args.statistics {
        let table = total.statistics();
        // A report for programs stays one.
        if format.is_for_reading() && !(args.reads_stdin() && args.fixes()) {
            terminal.print(&table)?;
        } else {
            terminal.say(&table.trimmed());
        }
    }
    // A report for programs that stands on standard error is all that stands there.
    if format.is_for_reading() || !is_beside {
        say_what_was_looked_at(&total, &passed, args, terminal);
    }
    for problem in &uncopied {
        terminal.say(&shown!("armbody: {}", Shown::line(problem)));
    }
    let bad_packs = setup.bad_packs();
    for problem in &bad_packs {
        terminal.say(&shown!("armbody: {}", Shown::line(problem)));
    }
    Ok(if uncopied.is_empty() && bad_packs.is_empty() { total.status(args) } else { Status::Failed })
}

/// Writes the baselines that were read without what is gone.
fn prune(
    setup: &Setup,
    seen: HashMap<PathBuf, Vec<(String, Known)>>,
    failed: bool,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let pruned = setup.pruned(seen);
    anyhow::ensure!(
        !pruned.is_empty(),
        "--baseline-prune has no baseline: name it with --baseline, or as `baseline` under [lint] in armbody.toml"
    );
    for (path, baseline, lost) in pruned {
        let name = Shown::line(&path_name(&path));
        if failed {
            terminal.say(&shown!("armbody: {}: not written, for the run failed", name));
            continue;
        }
        write_baseline(&path, &baseline)?;
        if !args.quiet {
            let (lost, left) = (total::count(lost, "finding"), baseline.len());
            terminal.say(&shown!("{} taken out of {}, which has {} now", lost, name, left));
        }
    }
    Ok(())
}

fn write_baseline(path: &Path, baseline: &Baseline) -> anyhow::Result<()> {
    write_whole(path, baseline.to_json().as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a file in one step, so that the one that was there is not lost half-way; a device or a pipe as it is.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if copy::is_special(path) {
        return Ok(std::fs::write(path, bytes)?);
    }
    // A baseline that has another name was kept by somebody who wants the old one.
    let _ = write_file(path, bytes)?;
    Ok(())
}

/// The last line, and the folders that had nothing for it. With `--quiet` only that nothing was checked, which is a
/// warning.
fn say_what_was_looked_at(total: &Total, passed: &Passed, args: &Args, terminal: &mut Terminal) {
    let line = total.line(args);
    if total.is_nothing() {
        terminal.say(&shown!("armbody: warning: {}", line));
        return;
    }
    for folder in passed.empty() {
        terminal.say(&shown!("armbody: warning: {}: nothing was checked", Shown::line(&path_name(&folder))));
    }
    if !args.quiet {
        terminal.say(&line);
    }
}

/// Whoever names a file expects something in it; one found in a folder may be empty.
fn say_what_is_empty(paths: &[PathBuf], terminal: &mut Terminal) {
    for path in paths {
        if std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0) {
            let path = Shown::line(&path_name(path));
            terminal.say(&shown!("armbody: {}: empty, nothing to check", path));
        }
    }
}
