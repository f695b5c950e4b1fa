//! One file: read, check, fix, render.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use armbody::container::Kind;
use armbody::fault::isolated;
use armbody::lint::{
    Finding, Inspection, Known, Options, Rule, Severity, examine, fix, internal_error, secrets_of, too_large,
};
use armbody::report::{Checked, Mask, Report, unified};
use armbody::text::{Shown, Source, path_name, replace_file};

use memchr::memmem;

use super::files::Skip;
use super::{Args, Followed, Setup, beside, files};
use crate::cli::common::other_names;

/// What became of one file.
#[derive(Default)]
pub(super) struct Done {
    pub(super) rendered: Shown,
    /// What stands in each copy of the report, where that differs.
    pub(super) copies: Vec<Option<Shown>>,
    pub(super) worst: Option<Severity>,
    /// A finding at or above the severity that fails a run.
    pub(super) fails: bool,
    pub(super) counts: [usize; 3],
    pub(super) fixable: usize,
    pub(super) applied: usize,
    pub(super) changes: bool,
    /// The rules of its findings, each with the number of those and of those that a safe fix fixes.
    pub(super) rules: Vec<(&'static Rule, [usize; 2])>,
    /// Known findings that are gone.
    pub(super) stale: usize,
    /// Known findings that are left out.
    pub(super) in_baseline: usize,
    /// Findings below the severity that is shown.
    pub(super) below: usize,
    /// Calls whose body is neither in the file nor in one that is read.
    pub(super) unread_bodies: usize,
    /// Why the file was not looked at, if it was not.
    pub(super) skipped: Option<Skip>,
    /// What is to be known from now on: the baseline, the file's name there, the findings.
    pub(super) known: Option<(PathBuf, String, Known)>,
    /// Standard input after its fixes.
    pub(super) fixed: Option<Vec<u8>>,
    pub(super) problem: Option<String>,
    /// What is to be known of the file's writing.
    pub(super) notice: Option<Shown>,
    /// A fault of the program ended the check.
    pub(super) faulty: bool,
}

/// What is written of each file: on standard output, and in files.
#[derive(Clone, Copy)]
pub(super) struct Reports<'r> {
    pub(super) main: Report<'r>,
    pub(super) copies: &'r [Report<'r>],
}

/// Checks one input. A fault of the program is a finding about it, and ends nothing else.
pub(super) fn run(
    input: &files::Input,
    args: &Args,
    setup: &Setup,
    followed: &Followed,
    reports: Reports<'_>,
) -> Done {
    isolated(|| checked(input, args, setup, followed, reports)).unwrap_or_else(|fault| {
        let name = name_of(input, args).map_or_else(|text| text, path_name);
        let mut done = if args.diff {
            // Standard output is a diff, which has no place for a finding.
            Done { problem: Some(format!("{name}: internal-error: {fault}")), ..Done::default() }
        } else {
            alone(name, &internal_error(), reports)
        };
        done.faulty = true;
        done.skipped = Some(Skip::Failed);
        done
    })
}

fn checked(
    input: &files::Input,
    args: &Args,
    setup: &Setup,
    followed: &Followed,
    reports: Reports<'_>,
) -> Done {
    let problem = |problem| Done { problem: Some(problem), skipped: Some(Skip::Failed), ..Done::default() };
    let name = match name_of(input, args) {
        Ok(name) => name,
        Err(text) => return problem(text),
    };
    let (options, fail_on) = match setup.holding(name) {
        Ok(Some(holding)) => holding,
        Ok(None) => return left_out(input, args).unwrap_or_else(problem),
        Err(text) => return problem(text),
    };
    let options = with_given(options, input, followed);
    match read(input, args) {
        Ok(Some((source, kind))) => {
            let options = with_beside(options, input, &source, kind, setup, args.max_size);
            Job {
                kind,
                args,
                options: &options,
                fail_on,
                reports,
                setup,
                is_stdin: matches!(input, files::Input::Stdin),
                only_checked: matches!(input, files::Input::Followed(_)),
            }
            .run(source)
        }
        Ok(None) => Done::default(),
        Err(files::Unread::Problem(text)) => problem(text),
        Err(files::Unread::TooLarge { name, limit }) => alone(name, &too_large(limit), reports),
    }
}

/// The path that an input is known by; the text of one that is none.
fn name_of<'i>(input: &'i files::Input, args: &'i Args) -> Result<&'i Path, String> {
    Ok(match input {
        files::Input::Stdin => args.stdin_filename.as_deref().unwrap_or("<stdin>").as_ref(),
        files::Input::Path(path) | files::Input::Followed(path) => path.as_path(),
        files::Input::Problem(text) => return Err(text.clone()),
    })
}

/// What is said of a file of which nothing is known but `finding`.
fn alone(name: String, finding: &Finding, reports: Reports<'_>) -> Done {
    let mut done = Done::default();
    let findings = std::slice::from_ref(finding);
    let (source, mask) = (Source::new(name, ""), Mask::default());
    done.render(Checked { source: &source, findings, mask: &mask }, &[], reports, Severity::Error);
    done.count(findings, Severity::Error);
    done
}

/// The options for a body that a call sends: the call says what it is for, unless the user does.
fn with_given<'o>(options: Cow<'o, Options>, input: &files::Input, followed: &Followed) -> Cow<'o, Options> {
    let given = match input {
        files::Input::Path(path) if Kind::of(path) == Some(Kind::Json) => followed.given(path),
        files::Input::Followed(path) => followed.given(path),
        _ => None,
    };
    match given {
        Some(given) if options.given.is_empty() && options.type_name.is_none() => {
            let mut options = options.into_owned();
            options.given = given;
            options.is_sent = true;
            Cow::Owned(options)
        }
        _ => options,
    }
}

/// The options for a template or a file of parameters, with what belongs to it.
fn with_beside<'o>(
    options: Cow<'o, Options>,
    input: &files::Input,
    source: &Source,
    kind: Kind,
    setup: &Setup,
    limit: u64,
) -> Cow<'o, Options> {
    if kind != Kind::Json || !matches!(input, files::Input::Path(_)) {
        return options;
    }
    let found = beside::of(source, setup.configs(), limit);
    if found.is_empty() {
        return options;
    }
    let mut options = options.into_owned();
    options.beside = found;
    Cow::Owned(options)
}

fn read(input: &files::Input, args: &Args) -> Result<Option<(Source, Kind)>, files::Unread> {
    files::read(input, args.stdin_filename.as_deref(), args.max_size)
}

/// A file that the configuration leaves out; standard input goes through as it is.
fn left_out(input: &files::Input, args: &Args) -> Result<Done, String> {
    let done = Done { skipped: Some(Skip::Excluded), ..Done::default() };
    if !matches!(input, files::Input::Stdin) || !args.fixes() || args.diff {
        return Ok(done);
    }
    let fixed =
        read(input, args).map_err(|unread| unread.to_string())?.map(|(source, _)| source.bytes().to_vec());
    Ok(Done { fixed, ..done })
}

/// A file that was read, and all that is needed to deal with it.
struct Job<'j> {
    kind: Kind,
    args: &'j Args,
    options: &'j Options,
    fail_on: Severity,
    reports: Reports<'j>,
    setup: &'j Setup,
    is_stdin: bool,
    only_checked: bool,
}

impl Job<'_> {
    fn run(&self, source: Source) -> Done {
        let mut done = Done::default();
        if self.only_checked || (!self.args.fixes() && !self.args.diff) {
            self.report(&source, examine(&source, self.kind, self.options), &Mask::default(), &mut done);
            return done;
        }
        let before = source.with_bytes(source.bytes().to_vec());
        let mut fixed = fix(source, self.kind, self.options, self.args.unsafe_fixes);
        let old = Mask::new(&before, std::mem::take(&mut fixed.secrets));
        let mut left = examine(&fixed.source, self.kind, self.options);
        fixed.without_refused(&mut left.findings);
        done.changes = fixed.applied > 0;
        done.look(&fixed.source, &left);
        if self.args.diff {
            if done.changes {
                let secrets = secrets_of(&fixed.source, self.kind, self.options);
                let new = Mask::after(&fixed.source, secrets, &old);
                done.rendered = unified((&before, &old), (&fixed.source, &new));
            }
            return done;
        }
        if self.is_stdin {
            // What was read from standard input goes to standard output, fixed or not.
            done.fixed = Some(fixed.source.bytes().to_vec());
        } else if let Some(path) = before.path().filter(|_| fixed.applied > 0) {
            match replace_file(path, before.bytes(), fixed.source.bytes()) {
                Ok(replaced) => done.notice = other_names(before.name(), replaced),
                Err(error) => {
                    self.report(&before, examine(&before, self.kind, self.options), &old, &mut done);
                    done.problem = Some(error.to_string());
                    return done;
                }
            }
            done.applied = fixed.applied;
        }
        self.report(&fixed.source, left, &old, &mut done);
        done
    }

    /// Reports on `source`, of which `before` was to be hidden before it was fixed.
    fn report(&self, source: &Source, found: Inspection, before: &Mask, done: &mut Done) {
        done.look(source, &found);
        let stand_in;
        let source = if found.is_private {
            stand_in = Source::new(source.name(), "");
            &stand_in
        } else {
            source
        };
        let Inspection { mut findings, secrets, known_findings, still_known, .. } = found;
        if let Some((file, name, is_all)) = self.setup.record(source.name()) {
            let known = if is_all {
                let known = Known::new(source, &findings, &secrets);
                findings.clear();
                known
            } else if still_known.is_empty() {
                still_known
            } else {
                still_known.with_likeness(source, &secrets)
            };
            done.known = Some((file, name, known));
        }
        for finding in &known_findings {
            // A report that tells of them has to know their rules.
            if !done.rules.iter().any(|(rule, _)| *rule == finding.rule) {
                done.rules.push((finding.rule, [0, 0]));
            }
        }
        let mask = Mask::after(source, secrets, before);
        let file = Checked { source, findings: &findings, mask: &mask };
        done.render(file, &known_findings, self.reports, self.fail_on);
        done.count(&findings, self.fail_on);
    }
}

impl Done {
    /// Counts what was looked at.
    fn look(&mut self, source: &Source, found: &Inspection) {
        self.stale = found.stale;
        self.in_baseline = found.known;
        self.below = found.below;
        self.unread_bodies = found.unread_bodies + found.body_files;
        let is_postman = || memmem::find(source.bytes(), b"schema.getpostman.com").is_some();
        self.skipped = match found.is_left_alone {
            true if is_postman() => Some(Skip::Postman),
            true => Some(Skip::OtherJson),
            false => None,
        };
    }

    /// Shows what was found, on the terminal and in each copy.
    fn render(&mut self, file: Checked<'_>, known: &[Finding], reports: Reports<'_>, fail_on: Severity) {
        let show = |report: Report<'_>| report.failing_on(fail_on).render_with(file, known);
        self.rendered = show(reports.main);
        let copy = |copy: &Report<'_>| (!copy.renders_as(reports.main)).then(|| show(*copy));
        self.copies = reports.copies.iter().map(copy).collect();
    }

    pub(super) fn count(&mut self, findings: &[Finding], fail_on: Severity) {
        self.fails |= findings.iter().any(|finding| finding.severity >= fail_on);
        self.worst = findings.iter().map(|finding| finding.severity).max();
        for finding in findings {
            let fixable = usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
            self.counts[finding.severity as usize] += 1;
            self.fixable += fixable;
            match self.rules.iter_mut().find(|(rule, _)| *rule == finding.rule) {
                Some((_, counts)) => {
                    counts[0] += 1;
                    counts[1] += fixable;
                }
                None => self.rules.push((finding.rule, [1, fixable])),
            }
        }
    }
}
