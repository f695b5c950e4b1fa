//! `armbody.toml`: what a project says once, so that nobody has to say it on each command line.
//!
//! [`Configs`] finds the file that holds for a path; a [`Config`] says which files are left out, and what the
//! [`Options`] for one file are. What the command line says counts more.

mod find;
mod globs;
mod read;
mod schema;

pub use find::{Configs, absolute, relative};
pub use globs::{GlobError, Globs};
pub use read::ConfigError;
pub use schema::json_schema;

use std::path::{Path, PathBuf};

use crate::arm::{ApiVersion, BlankStyle, Method, ResourceTypeName};
use crate::lint::{IgnoredPlace, Options, Rule, Severity};
use crate::notation::PowerShell;
use crate::report::Format;

/// The name of the file.
pub const FILE_NAME: &str = "armbody.toml";

/// What a configuration says.
#[derive(Debug, Default)]
pub struct Config {
    /// The file, for messages.
    pub path: PathBuf,
    /// The folder that its patterns and folders are relative to.
    pub base: PathBuf,
    /// `[lint]`
    pub lint: Lint,
    /// `[[target]]`, in the order in which they stand.
    pub targets: Vec<Target>,
    /// `[render]`
    pub render: Render,
    /// `[schemas] folders` and `packs`, below `base`.
    pub schemas: Vec<PathBuf>,
}

/// What is checked and how.
#[derive(Debug, Default)]
pub struct Lint {
    /// Files that are looked at in folders beside those of a known kind.
    pub include: Vec<Globs>,
    /// Files and folders that are left out.
    pub exclude: Vec<Globs>,
    /// The rules that run; all if empty.
    pub select: Vec<&'static Rule>,
    /// Rules that are left out.
    pub ignore: Vec<&'static Rule>,
    /// Severities other than the rules' own.
    pub severity: Vec<(&'static Rule, Severity)>,
    /// The severity from which a finding fails the run.
    pub fail_on: Option<Severity>,
    /// The severity below which findings are not shown.
    pub min_severity: Option<Severity>,
    /// The known findings.
    pub baseline: Option<PathBuf>,
    /// The PowerShell that scripts are for.
    pub powershell: Option<PowerShell>,
    /// The form of the report.
    pub format: Option<Format>,
    /// Rules that are left out in some files.
    pub per_file_ignores: Vec<PerFile>,
}

/// Rules that are left out in some files, or in one place of them.
#[derive(Debug)]
pub struct PerFile {
    /// The files.
    pub files: Globs,
    /// A JSON pointer: only what it points at is meant.
    pub pointer: Option<String>,
    /// The rules.
    pub rules: Vec<&'static Rule>,
}

/// What bodies that stand alone in some files are for.
#[derive(Debug)]
pub struct Target {
    /// The files.
    pub files: Globs,
    /// Their resource type.
    pub resource_type: Option<ResourceTypeName>,
    /// Their method.
    pub method: Option<Method>,
    /// Their API version.
    pub api_version: Option<ApiVersion>,
}

/// How requests are written.
#[derive(Clone, Debug, Default)]
pub struct Render {
    /// How blanks are spelt.
    pub placeholders: Option<BlankStyle>,
    /// The API version.
    pub api_version: Option<ApiVersion>,
    /// The folder with the project's own templates.
    pub templates: Option<PathBuf>,
}

impl Config {
    /// True if a file is left out; for a folder, if all that may be in it is.
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        if self.lint.exclude.is_empty() {
            return false;
        }
        let path = find::relative(path, &self.base);
        self.lint.exclude.iter().any(|globs| globs.matches(&path, is_folder))
    }

    /// True if a file that a folder holds is looked at because `include` says so, wherever it is hidden.
    pub fn includes(&self, path: &Path) -> bool {
        if self.lint.include.is_empty() {
            return false;
        }
        let path = find::relative(path, &self.base);
        self.lint.include.iter().any(|globs| globs.names(&path))
    }

    /// True if `include` may name something below the folder at `path`, which is hidden or in one that is.
    pub fn includes_below(&self, path: &Path) -> bool {
        if self.lint.include.is_empty() {
            return false;
        }
        let path = find::relative(path, &self.base);
        self.lint.include.iter().any(|globs| globs.leads_to(&path))
    }

    /// The severity from which a finding fails a run.
    pub fn fail_on(&self) -> Severity {
        self.lint.fail_on.unwrap_or(Severity::Error)
    }

    /// The options for one file: `given` is what the command line says, which counts more.
    #[must_use]
    pub fn options(&self, path: &Path, given: &Options) -> Options {
        let mut options = given.clone();
        let path = find::relative(path, &self.base);
        if options.select.is_empty() {
            options.select.clone_from(&self.lint.select);
        }
        options.min_severity = given.min_severity.or(self.lint.min_severity);
        options.powershell = given.powershell.or(self.lint.powershell);
        // A rule that is asked for by name is not left out because the project does without it.
        options.ignore.extend(self.lint.ignore.iter().filter(|rule| !given.select.contains(rule)));
        // The first one that speaks of a rule counts.
        options.severity.extend(&self.lint.severity);
        for entry in self.lint.per_file_ignores.iter().filter(|entry| entry.files.matches(&path, false)) {
            match &entry.pointer {
                None => options.ignore.extend(&entry.rules),
                Some(pointer) => options
                    .ignored_places
                    .push(IgnoredPlace { pointer: pointer.clone(), rules: entry.rules.clone() }),
            }
        }
        // Of two that speak of a file, the later one counts.
        let is_typed = given.given.resource_type.is_some() || given.type_name.is_some();
        for target in self.targets.iter().rev().filter(|target| target.files.matches(&path, false)) {
            let it = &mut options.given;
            let is_open = !is_typed && it.resource_type.is_none() && options.type_name.is_none();
            if let Some(name) = target.resource_type.as_ref().filter(|_| is_open) {
                it.resource_type = name.known();
                options.type_name = Some(name.clone()).filter(|name| name.known().is_none());
            }
            it.method = it.method.or(target.method);
            it.api_version = it.api_version.or(target.api_version);
        }
        options
    }
}
