//! Which files are checked: those named, and in folders those of a known kind that no ignore file leaves out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use armbody::config::{Configs, FILE_NAME, absolute};
use armbody::container::Kind;
use armbody::shown;
use armbody::text::{ReadError, Shown, Source, odd, path_name};
use ignore::{DirEntry, Walk, WalkBuilder};

/// Something to check.
#[derive(Debug)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
    /// A body that a call sends and nobody named.
    Followed(PathBuf),
    /// A path that gives nothing to check, and why.
    Problem(String),
}

/// Why a file in a folder was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Skip {
    /// Its name says nothing that is known.
    UnknownKind,
    /// The configuration leaves it out.
    Excluded,
    /// The configuration leaves out a folder whole.
    ExcludedFolder,
    /// JSON in which no request is recognized.
    OtherJson,
    /// YAML, which is mostly other.
    Yaml,
    /// Bicep, which is compiled to a template.
    Bicep,
    /// Terraform's own language.
    Terraform,
    /// A collection of Postman's.
    Postman,
    /// A symbolic link, which is not followed.
    Link,
    /// A pipe, a socket or a device.
    Special,
    /// It could not be read, or the program failed.
    Failed,
}

impl Skip {
    /// `count` of them, for people.
    pub(super) fn words(self, count: usize) -> Shown {
        let plural = if count == 1 { "" } else { "s" };
        match self {
            Self::UnknownKind => shown!("{} of no known kind", count),
            Self::Excluded => shown!("{} excluded", count),
            Self::ExcludedFolder => shown!("{} excluded folder{}", count, plural),
            Self::OtherJson => shown!("{} .json without a request", count),
            Self::Yaml => shown!("{} .yml: checked if named", count),
            Self::Bicep => {
                shown!("{} .bicep: compile {} first", count, if count == 1 { "it" } else { "them" })
            }
            Self::Terraform => shown!("{} .tf: for Terraform's own tools", count),
            Self::Postman => {
                shown!("{} Postman collection{}: save the requests as .http or curl", count, plural)
            }
            Self::Link => shown!("{} link{} not followed", count, plural),
            Self::Special => shown!("{} not a file", count),
            Self::Failed => shown!("{} that could not be handled", count),
        }
    }

    /// The name for programs.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknownKind",
            Self::Excluded => "excluded",
            Self::ExcludedFolder => "excludedFolders",
            Self::OtherJson => "otherJson",
            Self::Yaml => "yaml",
            Self::Bicep => "bicep",
            Self::Terraform => "terraform",
            Self::Postman => "postman",
            Self::Link => "links",
            Self::Special => "notAFile",
            Self::Failed => "failed",
        }
    }
}

/// What a run has passed over, and which of its folders had nothing for it.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    skipped: Mutex<BTreeMap<Skip, usize>>,
    empty: Mutex<Vec<PathBuf>>,
}

impl Passed {
    /// Counts a file that is not looked at.
    pub(super) fn skip(&self, why: Skip) {
        *self.skipped.lock().unwrap_or_else(PoisonError::into_inner).entry(why).or_default() += 1;
    }

    /// The files that were not looked at, by reason.
    pub(super) fn skipped(&self) -> Vec<(Skip, usize)> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.iter().map(|(why, count)| (*why, *count)).collect()
    }

    /// The folders that were named and have nothing that is looked at.
    pub(crate) fn empty(&self) -> Vec<PathBuf> {
        self.empty.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What `paths` name, each file once, folders walked in the order of their names, those left out that a configuration
/// excludes whole. An iterator: a folder is never held whole.
pub(crate) fn inputs(
    paths: &[PathBuf],
    configs: &Arc<Configs>,
    passed: &Arc<Passed>,
) -> Box<dyn Iterator<Item = Input>> {
    let paths = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
    let keys: Vec<Option<PathBuf>> = paths.iter().map(|path| path.canonicalize().ok()).collect();
    // Only where one is within another can a file be found twice.
    let is_within = |(at, key): (usize, &Option<PathBuf>)| {
        let others = keys.iter().enumerate().filter(|(other, _)| *other != at);
        key.as_ref().is_some_and(|key| others.flat_map(|(_, it)| it).any(|other| key.starts_with(other)))
    };
    let overlap = keys.iter().enumerate().any(is_within);
    let is_stdin = |path: &PathBuf| path.as_path() == Path::new("-");
    let stdin = paths.iter().position(is_stdin);
    let mut known: HashSet<PathBuf> = HashSet::new();
    let (configs, passed) = (configs.clone(), passed.clone());
    let all = paths.into_iter().zip(keys).enumerate().flat_map(
        move |(at, (path, key))| -> Box<dyn Iterator<Item = (Input, Option<PathBuf>)>> {
            if is_stdin(&path) {
                let first = (stdin == Some(at)).then_some((Input::Stdin, None));
                return Box::new(first.into_iter());
            }
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    let key = key.filter(|_| overlap);
                    let root = path.clone();
                    Box::new(folder(path, &configs, &passed).map(move |input| {
                        let key = key.as_ref().and_then(|key| match &input {
                            // No link is followed below: what stands behind the root is the same.
                            Input::Path(path) => Some(key.join(path.strip_prefix(&root).unwrap_or(path))),
                            _ => None,
                        });
                        (input, key)
                    }))
                }
                Ok(_) => Box::new(std::iter::once((named(path, &configs), key.filter(|_| overlap)))),
                Err(error) => {
                    let problem = Input::Problem(format!("{}: {error}", path_name(&path)));
                    Box::new(std::iter::once((problem, None)))
                }
            }
        },
    );
    Box::new(all.filter_map(move |(input, key)| key.is_none_or(|key| known.insert(key)).then_some(input)))
}

/// A file that the user names is checked or refused, and passed over only if the configuration leaves it out.
fn named(path: PathBuf, configs: &Configs) -> Input {
    let is_excluded = || configs.of(&path).ok().flatten().is_some_and(|it| it.excludes(&path, false));
    if Kind::of(&path).is_some() || is_excluded() {
        return Input::Path(path);
    }
    if let Some(advice) = of_other_tool(&path).and_then(advice) {
        return Input::Problem(format!("{}: {advice}", path_name(&path)));
    }
    let known = ".md .json .sh .ps1 .http .yml and the like";
    Input::Problem(format!("{}: not a kind of file that is checked ({known})", path_name(&path)))
}

/// What is to be done with a file of another tool.
fn advice(of: Skip) -> Option<&'static str> {
    match of {
        Skip::Bicep => {
            Some("Bicep is checked as the template that it compiles to: `az bicep build --file` first")
        }
        Skip::Terraform => Some("Terraform's language is for its own tools; it is not checked"),
        _ => None,
    }
}

/// The tool that a file is for, where its name says so.
fn of_other_tool(path: &Path) -> Option<Skip> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name.ends_with(".postman_collection.json") {
        return Some(Skip::Postman);
    }
    match name.rsplit_once('.')?.1 {
        "bicep" | "bicepparam" => Some(Skip::Bicep),
        "tf" | "tfvars" => Some(Skip::Terraform),
        _ => None,
    }
}

/// A walk of a folder: nothing hidden but workflows and what a configuration includes, nothing that an ignore file
/// leaves out, no folder that a configuration does, no link followed. Only what `admits` lets through is looked at.
fn walk(
    path: &Path,
    configs: &Arc<Configs>,
    passed: &Arc<Passed>,
    admits: impl Fn(&Path) -> bool + Send + Sync + 'static,
) -> Walk {
    let (configs, passed, start) = (configs.clone(), passed.clone(), path.to_path_buf());
    WalkBuilder::new(path)
        // What is hidden is judged here, for some of it is looked at.
        .hidden(false)
        .require_git(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(move |entry| {
            if entry.depth() == 0 {
                return true;
            }
            if !admits(entry.path()) {
                return false;
            }
            // A configuration that is wrong is told of when a file asks for it.
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let below = entry.path().strip_prefix(&start).unwrap_or(entry.path());
            let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
            if below.iter().any(is_hidden) && !is_reached(entry.path(), is_folder, &configs) {
                return false;
            }
            let config = if is_folder { configs.of(entry.path()).ok().flatten() } else { None };
            let is_excluded = config.is_some_and(|config| config.excludes(entry.path(), true));
            if is_excluded {
                passed.skip(Skip::ExcludedFolder);
            }
            !is_excluded
        })
        .build()
}

fn folder(
    path: PathBuf,
    configs: &Arc<Configs>,
    passed: &Arc<Passed>,
) -> impl Iterator<Item = Input> + use<> {
    let strip = path == Path::new(".");
    let (configs, passed) = (configs.clone(), passed.clone());
    let mut walk = walk(&path, &configs, &passed, |_| true);
    let mut root = Some(path);
    std::iter::from_fn(move || {
        loop {
            let Some(entry) = walk.next() else {
                // Still here: nothing was found.
                let mut empty = passed.empty.lock().unwrap_or_else(PoisonError::into_inner);
                empty.extend(root.take());
                return None;
            };
            let path = match entry {
                Ok(entry) => match skip(&entry, &configs) {
                    Some(why) => {
                        passed.skip(why);
                        continue;
                    }
                    None if is_folder(&entry) || is_setting(entry.path()) => continue,
                    None => entry.into_path(),
                },
                Err(error) => {
                    root = None;
                    return Some(Input::Problem(error.to_string()));
                }
            };
            root = None;
            let path =
                if strip { path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path) } else { path };
            return Some(Input::Path(path));
        }
    })
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// The program's own configuration is not something to be checked.
fn is_setting(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE_NAME)
}

/// Why what was found in a folder is not looked at; `None` for what is, for folders and for the program's settings.
fn skip(entry: &DirEntry, configs: &Configs) -> Option<Skip> {
    let (kind, path) = (entry.file_type()?, entry.path());
    if kind.is_dir() || is_setting(path) {
        return None;
    }
    let is_known = in_folders(path, configs);
    if kind.is_symlink() && (is_known || path.is_dir()) {
        return Some(Skip::Link);
    }
    if let Some(other) = of_other_tool(path) {
        return Some(other);
    }
    match Kind::of(path) {
        Some(Kind::Yaml) if !is_known => Some(Skip::Yaml),
        None => Some(Skip::UnknownKind),
        Some(_) => (!kind.is_file()).then_some(Skip::Special),
    }
}

/// Those of `files`, which are relative to `folder`, that a walk of it finds.
pub(in crate::cli) fn found_in(
    folder: &Path,
    files: &BTreeSet<PathBuf>,
    configs: &Arc<Configs>,
) -> Vec<PathBuf> {
    let root = if folder == Path::new("") { Path::new(".") } else { folder };
    let wanted: BTreeSet<PathBuf> =
        files.iter().flat_map(|file| file.ancestors()).map(Path::to_path_buf).collect();
    let start = root.to_path_buf();
    let walk = walk(root, configs, &Arc::default(), move |path| {
        path.strip_prefix(&start).is_ok_and(|path| wanted.contains(path))
    });
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.path().strip_prefix(root).ok().map(Path::to_path_buf))
        .filter(|path| files.contains(path))
        .filter(|path| {
            let path = folder.join(path);
            !configs.of(&path).ok().flatten().is_some_and(|config| config.excludes(&path, false))
        })
        .collect()
}

/// What is looked for in folders. Pipelines hold calls too, but a repository's YAML is mostly other: those that a
/// platform finds by their place are looked at, and what the configuration includes.
fn in_folders(path: &Path, configs: &Configs) -> bool {
    Kind::of(path).is_some_and(|kind| kind != Kind::Yaml || is_pipeline(path) || is_included(path, configs))
}

/// The folder of GitHub's workflows.
const WORKFLOWS: &str = ".github/workflows";

/// `.github/workflows/*.yml`, `azure-pipelines*.yml`.
fn is_pipeline(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("azure-pipelines")) || is_workflow(path)
}

fn is_workflow(path: &Path) -> bool {
    Kind::of(path) == Some(Kind::Yaml)
        && absolute(path).parent().is_some_and(|folder| folder.ends_with(WORKFLOWS))
}

fn is_included(path: &Path, configs: &Configs) -> bool {
    configs.of(path).ok().flatten().is_some_and(|config| config.includes(path))
}

/// True if something hidden is looked at all the same: workflows, and what the configuration includes by name.
fn is_reached(path: &Path, is_folder: bool, configs: &Configs) -> bool {
    if !is_folder {
        return is_workflow(path) || is_included(path, configs);
    }
    let config = configs.of(path).ok().flatten();
    path.ends_with(".github")
        || path.ends_with(WORKFLOWS)
        || config.is_some_and(|config| config.includes_below(path))
}

/// The kind of a text without a name.
pub(crate) fn guess(text: &str) -> Kind {
    if odd::trim_start(text).starts_with(['{', '[']) { Kind::Json } else { Kind::Markdown }
}

/// Why an input gave no text.
#[derive(Debug)]
pub(in crate::cli) enum Unread {
    /// In a line for people.
    Problem(String),
    /// It has more bytes than are read.
    TooLarge {
        /// The input, as the user named it.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge { name, limit } => Self::TooLarge { name, limit },
            other => Self::Problem(other.to_string()),
        }
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Problem(problem) => f.write_str(problem),
            Self::TooLarge { name, limit } => write!(f, "{name}: larger than {limit} bytes"),
        }
    }
}

/// The input's text and kind; nothing if no kind of file that is known has its name.
pub(in crate::cli) fn read(
    input: &Input,
    stdin_filename: Option<&str>,
    limit: u64,
) -> Result<Option<(Source, Kind)>, Unread> {
    match input {
        Input::Stdin => {
            let name = stdin_filename.unwrap_or("<stdin>");
            let source = Source::read_from(name, std::io::stdin().lock(), limit)?;
            let kind = Kind::of(Path::new(name)).unwrap_or_else(|| guess(source.text()));
            Ok(Some((source, kind)))
        }
        Input::Path(path) | Input::Followed(path) => {
            let kind = if matches!(input, Input::Followed(_)) { Some(Kind::Json) } else { Kind::of(path) };
            let Some(kind) = kind else { return Ok(None) };
            Ok(Some((Source::read(path, limit)?, kind)))
        }
        Input::Problem(problem) => Err(Unread::Problem(problem.clone())),
    }
}
