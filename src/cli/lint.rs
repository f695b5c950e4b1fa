//! `armbody lint`: read files, check them side by side, report in order, and mend what can be mended.

pub(super) mod files;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use armbody::arm::{ApiVersion, Method, ResourceType};
use armbody::container::Kind;
use armbody::lint::{Finding, Given, Options, Rule, Severity, fix, inspect, rules};
use armbody::report::{Checked, Format, Mask, Report, Summary, unified};
use armbody::text::{DEFAULT_MAX_SIZE, Source, replace_file};
use rayon::prelude::*;

use super::rule::lookup;
use super::{Status, Terminal};

/// Files that are read and rendered at a time: memory holds one batch, however many files there are.
const BATCH: usize = 128;

/// Find what is wrong in bodies, documents, scripts and templates; --fix mends it.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
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
    /// text, concise, json, sarif, github, azure-pipelines, junit or gitlab.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The severity from which findings make the exit status 1: error or warning.
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: Severity,
    /// Exit with 0 whatever is found.
    #[arg(long)]
    exit_zero: bool,
    /// Write the report to FILE, too.
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
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
    resource_type: Option<ResourceType>,
    /// The method that bodies in JSON files are for.
    #[arg(long, value_name = "METHOD")]
    method: Option<Method>,
    /// The API version that bodies in JSON files are for.
    #[arg(long, value_name = "VERSION")]
    api_version: Option<ApiVersion>,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
    /// Say nothing on standard error but what went wrong.
    #[arg(long, short)]
    quiet: bool,
}

/// What became of one file.
struct Done {
    rendered: String,
    plain: Option<String>,
    worst: Option<Severity>,
    counts: [usize; 3],
    fixable: usize,
    applied: usize,
    changes: bool,
    /// The rules of its findings.
    rules: Vec<&'static Rule>,
    /// Standard input after its fixes.
    mended: Option<Vec<u8>>,
    problem: Option<String>,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    if args.fail_on == Severity::Note {
        anyhow::bail!("--fail-on takes error or warning; a note never fails a run");
    }
    let options = options(args)?;
    let mut report = Report::new(args.format, terminal.styled()).failing_on(args.fail_on);
    // A text that goes to standard output leaves no room there for a report.
    let mut beside = (args.paths.iter().any(|path| path == Path::new("-"))
        && (args.fix || args.unsafe_fixes)
        && !args.diff)
        .then(Vec::new);
    let mut copy = match &args.output_file {
        Some(path) => Some((
            Report::new(args.format, false).failing_on(args.fail_on),
            std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        )),
        None => None,
    };
    let inputs = files::inputs(&args.paths);
    let mut total = Total::default();
    let mut inputs = inputs.into_iter();
    loop {
        let batch: Vec<files::Input> = inputs.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        // Threads cost more than a single file does.
        let done: Vec<Done> = if batch.len() == 1 {
            batch.iter().map(|input| file(input, args, &options, report)).collect()
        } else {
            batch.par_iter().map(|input| file(input, args, &options, report)).collect()
        };
        for done in done {
            if let Some(problem) = &done.problem {
                terminal.say(&format!("armbody: {problem}"));
            }
            if let Some(mended) = &done.mended {
                terminal.out().write_all(mended)?;
            }
            if args.diff {
                terminal.print(&done.rendered)?;
            } else if let Some(beside) = &mut beside {
                report.write(&done.rendered, beside)?;
            } else {
                report.write(&done.rendered, terminal.out())?;
            }
            if let Some((copy, file)) = &mut copy {
                let rendered = done.plain.as_deref().unwrap_or(&done.rendered);
                if args.diff {
                    file.write_all(rendered.as_bytes())?;
                } else {
                    copy.write(rendered, file)?;
                }
            }
            total.add(done);
        }
    }
    if !args.diff {
        let summary = total.summary(args);
        if let Some(mut beside) = beside {
            report.end(&summary, &mut beside)?;
            terminal.say(String::from_utf8_lossy(&beside).trim_end());
        } else {
            report.end(&summary, terminal.out())?;
        }
        if let Some((copy, file)) = &mut copy {
            copy.end(&summary, file)?;
        }
    }
    if !args.quiet && args.format == Format::Text {
        terminal.say(&total.line(args));
    }
    Ok(total.status(args))
}

fn options(args: &Args) -> anyhow::Result<Options> {
    let rules = |names: &[String]| names.iter().map(|name| lookup(name)).collect::<anyhow::Result<Vec<_>>>();
    let severity = args
        .severity
        .iter()
        .map(|pair| {
            let (rule, level) =
                pair.split_once('=').with_context(|| format!("--severity takes RULE=LEVEL, not `{pair}`"))?;
            Ok((lookup(rule)?, level.parse::<Severity>()?))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut options = Options::default();
    options.given =
        Given { resource_type: args.resource_type, method: args.method, api_version: args.api_version };
    options.select = rules(&args.select)?;
    options.ignore = rules(&args.ignore)?;
    options.severity = severity;
    Ok(options)
}

fn file(input: &files::Input, args: &Args, options: &Options, report: Report) -> Done {
    match files::read(input, args.stdin_filename.as_deref(), args.max_size) {
        Ok(Some((source, kind))) => checked(source, kind, input, args, options, report),
        Ok(None) => Done::nothing(),
        Err(problem) => Done { problem: Some(problem), ..Done::nothing() },
    }
}

fn checked(
    source: Source,
    kind: Kind,
    input: &files::Input,
    args: &Args,
    options: &Options,
    report: Report,
) -> Done {
    let mut done = Done::nothing();
    if !(args.fix || args.unsafe_fixes || args.diff) {
        let (findings, secrets) = inspect(&source, kind, options);
        let mask = Mask::new(&source, secrets);
        done.report(&source, &findings, &mask, args, report);
        return done;
    }
    let before = source.with_bytes(source.bytes().to_vec());
    let fixed = fix(source, kind, options, args.unsafe_fixes);
    let (_, secrets) = inspect(&fixed.source, kind, options);
    let mask = Mask::new(&fixed.source, secrets);
    done.changes = fixed.applied > 0;
    if args.diff {
        let (_, secrets) = inspect(&before, kind, options);
        done.rendered = unified((&before, &Mask::new(&before, secrets)), (&fixed.source, &mask));
        return done;
    }
    if let files::Input::Stdin = input {
        // What was read from standard input goes to standard output, mended or not.
        done.mended = Some(fixed.source.bytes().to_vec());
        done.report(&fixed.source, &fixed.findings, &mask, args, report);
        return done;
    }
    if let Some(path) = before.path().filter(|_| fixed.applied > 0) {
        if let Err(error) = replace_file(path, before.bytes(), fixed.source.bytes()) {
            let (findings, secrets) = inspect(&before, kind, options);
            done.report(&before, &findings, &Mask::new(&before, secrets), args, report);
            done.problem = Some(error.to_string());
            return done;
        }
        done.applied = fixed.applied;
    }
    done.report(&fixed.source, &fixed.findings, &mask, args, report);
    done
}

impl Done {
    fn nothing() -> Self {
        Self {
            rendered: String::new(),
            plain: None,
            worst: None,
            counts: [0; 3],
            fixable: 0,
            applied: 0,
            changes: false,
            rules: Vec::new(),
            mended: None,
            problem: None,
        }
    }

    fn report(&mut self, source: &Source, findings: &[Finding], mask: &Mask, args: &Args, report: Report) {
        let file = Checked { source, findings, mask };
        self.rendered = report.render(file);
        if args.output_file.is_some() && args.format == Format::Text {
            self.plain = Some(Report::new(args.format, false).render(file));
        }
        self.count(findings);
    }

    fn count(&mut self, findings: &[Finding]) {
        self.worst = findings.iter().map(|finding| finding.severity).max();
        for finding in findings {
            if !self.rules.contains(&finding.rule) {
                self.rules.push(finding.rule);
            }
            self.counts[finding.severity as usize] += 1;
            self.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
        }
    }
}

#[derive(Default)]
struct Total {
    worst: Option<Severity>,
    counts: [usize; 3],
    fixable: usize,
    applied: usize,
    changes: bool,
    rules: Vec<&'static Rule>,
    problems: Vec<String>,
}

impl Total {
    fn add(&mut self, done: Done) {
        self.worst = self.worst.max(done.worst);
        for (sum, count) in self.counts.iter_mut().zip(done.counts) {
            *sum += count;
        }
        self.fixable += done.fixable;
        self.applied += done.applied;
        self.changes |= done.changes;
        for rule in done.rules {
            if !self.rules.contains(&rule) {
                self.rules.push(rule);
            }
        }
        self.problems.extend(done.problem);
    }

    fn summary(&self, args: &Args) -> Summary {
        Summary {
            fails: self.status(args) != Status::Clean,
            worst: self.worst,
            rules: rules().filter(|rule| self.rules.contains(rule)).collect(),
            problems: self.problems.clone(),
        }
    }

    fn status(&self, args: &Args) -> Status {
        if !self.problems.is_empty() {
            return Status::Failed;
        }
        let found =
            if args.diff { self.changes } else { self.worst.is_some_and(|worst| worst >= args.fail_on) };
        if found && !args.exit_zero { Status::Findings } else { Status::Clean }
    }

    /// What was found, in one line.
    fn line(&self, args: &Args) -> String {
        let count =
            |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let mut line = String::new();
        if self.applied > 0 {
            line = format!("{} applied; ", count(self.applied, "fix").replace("fixs", "fixes"));
        }
        if args.diff {
            line.push_str(if self.changes { "--fix would change something" } else { "nothing to fix" });
            return line;
        }
        let [notes, warnings, errors] = self.counts;
        if notes + warnings + errors == 0 {
            return line + "nothing wrong";
        }
        line.push_str(&format!(
            "{}, {}, {}",
            count(errors, "error"),
            count(warnings, "warning"),
            count(notes, "note")
        ));
        if self.fixable > 0 {
            line.push_str(&format!("; --fix mends {}", self.fixable));
        }
        line
    }
}
