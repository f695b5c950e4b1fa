//! What holds for each file: the command line, then its configuration, then the baseline.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use armbody::arm::{ResourceType, ResourceTypeName};
use armbody::config::{Config, Configs, absolute, relative};
use armbody::fault::isolated;
use armbody::lint::{Baseline, Day, Given, Known, Options, Severity, secrets_of};
use armbody::schema::{Schemas, Validators};

use armbody::report::Format;
use armbody::text::{path_name, read_text};

use rayon::prelude::*;

use super::Args;
use super::files::{self, Input};
use crate::cli::rule::lookup;

/// A baseline, and the folder that its paths begin at.
type Read = Result<Arc<(Baseline, PathBuf)>, String>;
type Loaded = Result<Arc<Validators>, String>;

/// What is written to a baseline.
#[derive(Debug, PartialEq, Eq)]
enum Recording {
    Nothing,
    /// Every finding, to this file.
    All(PathBuf),
    /// What is known still, to the baselines that were read.
    Known,
}

/// The run's settings.
pub(super) struct Setup {
    given: Options,
    configs: Arc<Configs>,
    /// The form of the report.
    pub(super) format: Format,
    /// The severity that fails a run, where the command line says it.
    fail_on: Option<Severity>,
    /// The baseline that the command line names.
    baseline: Option<PathBuf>,
    /// False if no baseline is read: what is written anew is all that is found.
    reads_baselines: bool,
    /// The baselines that were read.
    baselines: Mutex<HashMap<PathBuf, Read>>,
    /// What is written down, and where.
    recording: Recording,
    /// By baseline and name there: the name that a file was known by, where it has another now.
    renamed: HashMap<(PathBuf, String), String>,
    /// The validators by the folders that configurations name.
    schemas: Mutex<HashMap<Vec<PathBuf>, Loaded>>,
    /// What is wrong with packs of types: what was known without them serves all the same.
    bad_packs: Mutex<Vec<String>>,
    /// The largest file that is read, in bytes.
    max_size: u64,
}

impl Setup {
    pub(super) fn new(args: &Args) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder")?;
        let configs = match &args.config {
            Some(path) => Configs::one(Config::read(path, &here, args.max_size)?),
            None if args.no_config => Configs::none(),
            // The paths of a stream need not be files here, and there may be any number of folders among them.
            None if args.stream => Configs::above(&here, args.max_size)?,
            None => Configs::nearest(args.max_size),
        };
        // What is wrong with a configuration is told when a file asks for it.
        let of_run = configs.of_run(&here).ok().flatten();
        let format = args.format.or(of_run.and_then(|config| config.lint.format)).unwrap_or_default();
        let mut bad_packs = Vec::new();
        let setup = Self {
            given: given(args, &mut bad_packs)?,
            configs: Arc::new(configs),
            format,
            fail_on: args.fail_on,
            baseline: args.baseline.clone(),
            reads_baselines: args.write_baseline.is_none(),
            baselines: Mutex::default(),
            recording: match &args.write_baseline {
                Some(path) => Recording::All(path.clone()),
                None if args.baseline_prune => Recording::Known,
                None => Recording::Nothing,
            },
            renamed: HashMap::new(),
            schemas: Mutex::default(),
            bad_packs: Mutex::new(bad_packs),
            max_size: args.max_size,
        };
        if let Some(path) = setup.baseline.as_ref().filter(|_| setup.reads_baselines) {
            setup.read(path).map_err(|error| anyhow::anyhow!(error))?;
        }
        Ok(setup)
    }

    pub(super) fn configs(&self) -> &Arc<Configs> {
        &self.configs
    }

    /// The options for the file called `path`, and the severity from which a finding in it fails the run; `None` if it
    /// is left out.
    ///
    /// # Errors
    /// What is wrong with its configuration, in a line.
    pub(super) fn holding(&self, path: &Path) -> Result<Option<(Cow<'_, Options>, Severity)>, String> {
        let config = self.configs.of(path).map_err(|error| error.to_string())?;
        let mut options = Cow::Borrowed(&self.given);
        let said = config.as_ref().and_then(|config| config.lint.fail_on);
        let fail_on = self.fail_on.or(said).unwrap_or(Severity::Error);
        let baseline = self.baseline_of(config.as_deref());
        if let Some(config) = config {
            if config.excludes(path, false) {
                return Ok(None);
            }
            let mut own = config.options(path, &self.given);
            if own.schemas.is_none() && !config.schemas.is_empty() {
                own.schemas = Some(self.validators(&config.schemas)?);
            }
            options = Cow::Owned(own);
        }
        if let Some(file) = baseline {
            let read = self.read(&file)?;
            let (baseline, base) = &*read;
            let key = (file, name(path, base));
            let name = self.renamed.get(&key).unwrap_or(&key.1);
            if let Some(known) = baseline.of(name) {
                options.to_mut().known = Some(known.clone());
            }
        }
        // What fails the run is shown in any case, and what is written down is all that there is.
        if options.min_severity.is_some() {
            let is_all = matches!(self.recording, Recording::All(_));
            options.to_mut().tell_what_fails(if is_all { Severity::Note } else { fail_on });
        }
        Ok(Some((options, fail_on)))
    }

    /// The baseline in `file`, read once.
    fn read(&self, file: &Path) -> Read {
        let mut known = self.baselines.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let text = read_text(file, self.max_size).map_err(|error| error.to_string())?;
            let baseline = Baseline::parse(&text).map_err(|error| format!("{}: {error}", path_name(file)))?;
            Ok(Arc::new((baseline, folder(file))))
        };
        known.entry(file.to_owned()).or_insert_with(read).clone()
    }

    /// The baseline that holds for files under `config`.
    fn baseline_of(&self, config: Option<&Config>) -> Option<PathBuf> {
        if !self.reads_baselines {
            return None;
        }
        self.baseline.clone().or_else(|| config.and_then(|config| config.lint.baseline.clone()))
    }

    /// The baseline to which the findings of the file called `path` are written, and the file's name there; whether all
    /// are, or what is known.
    pub(super) fn record(&self, path: &str) -> Option<(PathBuf, String, bool)> {
        let path = Path::new(path);
        match &self.recording {
            Recording::Nothing => None,
            Recording::All(file) => Some((file.clone(), name(path, &folder(file)), true)),
            Recording::Known => {
                let config = self.configs.of(path).ok().flatten();
                let file = self.baseline_of(config.as_deref())?;
                let name = name(path, &folder(&file));
                Some((file, name, false))
            }
        }
    }

    /// The baselines that were read.
    fn read_baselines(&self) -> Vec<(PathBuf, Arc<(Baseline, PathBuf)>)> {
        let read = self.baselines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = read
            .iter()
            .filter_map(|(path, read)| Some((path.clone(), read.as_ref().ok()?.clone())))
            .collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// Those that are in the form of version 0.1.0.
    pub(super) fn old_baselines(&self) -> Vec<PathBuf> {
        let all = self.read_baselines().into_iter();
        all.filter(|(_, read)| read.0.is_old()).map(|(path, _)| path).collect()
    }

    /// Finds out which of `inputs` have another name than the one that they are known by.
    pub(super) fn follow_renames(&mut self, inputs: &[Input], args: &Args) {
        let mut new: BTreeMap<PathBuf, Vec<(String, &Path)>> = BTreeMap::new();
        for input in inputs {
            let Input::Path(path) = input else { continue };
            let Ok(config) = self.configs.of(path) else { continue };
            let Some(file) = self.baseline_of(config.as_deref()) else { continue };
            let Ok(read) = self.read(&file) else { continue };
            let name = name(path, &read.1);
            if read.0.of(&name).is_none() {
                new.entry(file).or_default().push((name, path));
            }
        }
        for (file, paths) in new {
            let Ok(read) = self.read(&file) else { continue };
            let gone: Vec<&str> = gone(&read).map(|(path, _)| path).collect();
            if gone.is_empty() {
                continue;
            }
            let like = |(name, path): (String, &Path)| {
                let read = || files::read(&Input::Path(path.to_owned()), None, args.max_size).ok().flatten();
                // Whoever checks the file tells of a fault in it.
                let known = isolated(|| {
                    let (source, kind) = read()?;
                    let (options, _) = self.holding(path).ok().flatten()?;
                    Some(Known::like(&source, &secrets_of(&source, kind, &options)))
                });
                Some((name, known.ok().flatten()?))
            };
            let likes: Vec<(String, Known)> = paths.into_par_iter().filter_map(like).collect();
            let found = read.0.renamed(&gone, &likes);
            self.renamed.extend(found.into_iter().map(|(name, was)| ((file.clone(), name), was)));
        }
    }

    /// The number of known findings whose files are not there any more.
    pub(super) fn gone(&self) -> usize {
        let known_by: HashSet<&String> = self.renamed.values().collect();
        let count = |read: &(Baseline, PathBuf)| -> usize {
            gone(read)
                .filter(|(path, _)| !known_by.contains(&(*path).to_owned()))
                .map(|(_, count)| count)
                .sum()
        };
        self.read_baselines().iter().map(|(_, read)| count(read)).sum()
    }

    /// The baselines that were read without what is gone, each with the number of findings that it lost; `seen` is what is
    /// known still of the files that were looked at.
    pub(super) fn pruned(
        &self,
        seen: HashMap<PathBuf, Vec<(String, Known)>>,
    ) -> Vec<(PathBuf, Baseline, usize)> {
        let mut seen = seen;
        let prune = |(file, read): (PathBuf, Arc<(Baseline, PathBuf)>)| {
            let mut baseline = read.0.clone();
            let before = baseline.len();
            for (path, _) in gone(&read) {
                baseline.remove(path);
            }
            for (name, known) in seen.remove(&file).unwrap_or_default() {
                baseline.remove(&name);
                baseline.insert(name, known);
            }
            let lost = before.saturating_sub(baseline.len());
            (file, baseline, lost)
        };
        self.read_baselines().into_iter().map(prune).collect()
    }

    fn validators(&self, folders: &[PathBuf]) -> Loaded {
        let mut known = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bad_packs = self.bad_packs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut load = || load(folders, self.max_size, &mut bad_packs);
        known.entry(folders.to_vec()).or_insert_with(&mut load).clone()
    }

    /// What is wrong with packs of types, each in a line.
    pub(super) fn bad_packs(&self) -> Vec<String> {
        self.bad_packs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What stands for standard input.
const STDIN: &str = "<stdin>";

fn name(path: &Path, base: &Path) -> String {
    if path == Path::new(STDIN) { STDIN.to_owned() } else { relative(path, base) }
}

/// The files of a baseline that are not there any more, each with the number of its findings.
fn gone((baseline, base): &(Baseline, PathBuf)) -> impl Iterator<Item = (&str, usize)> {
    baseline.files().filter(|(path, _)| *path != STDIN && !base.join(path).exists())
}

fn folder(file: &Path) -> PathBuf {
    absolute(file).parent().map_or_else(PathBuf::new, Path::to_owned)
}

fn load(folders: &[PathBuf], max_size: u64, bad_packs: &mut Vec<String>) -> Loaded {
    let mut schemas = Schemas::embedded();
    for folder in folders {
        let (more, errors) = schemas.with_folder(folder, max_size);
        match errors.first() {
            Some(error) if folder.is_file() => bad_packs.push(error.to_string()),
            Some(error) => return Err(error.to_string()),
            None => {}
        }
        schemas = more;
    }
    Ok(Arc::new(Validators::new(schemas)))
}

/// The day that `SOURCE_DATE_EPOCH` says, for runs that are to give the same result on any day.
///
/// # Errors
/// It is not a number of seconds.
fn today() -> anyhow::Result<Option<Day>> {
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let day = value.to_str().and_then(|text| Day::of_seconds(text.parse().ok()?));
    day.map(Some).context("SOURCE_DATE_EPOCH takes seconds since 1970-01-01")
}

/// What the command line says.
fn given(args: &Args, bad_packs: &mut Vec<String>) -> anyhow::Result<Options> {
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
    if !args.schemas.is_empty() {
        options.schemas =
            Some(load(&args.schemas, args.max_size, bad_packs).map_err(|error| anyhow::anyhow!(error))?);
    }
    if let Some(text) = &args.resource_type {
        match text.parse::<ResourceType>() {
            Ok(known) => options.given.resource_type = Some(known),
            Err(error) => {
                let (namespace, types) = text.split_once('/').unwrap_or((text, ""));
                let name = ResourceTypeName::from_parts(namespace, types.split('/'));
                let has_schema = |name: &ResourceTypeName| {
                    let schemas = options.schemas.clone().unwrap_or_else(Validators::embedded);
                    schemas.knows(name.as_str())
                };
                options.type_name = name.filter(has_schema);
                anyhow::ensure!(options.type_name.is_some(), "--type: {error}");
            }
        }
    }
    options.given = Given { method: args.method, api_version: args.api_version, ..options.given };
    options.select = rules(&args.select)?;
    options.ignore = rules(&args.ignore)?;
    options.severity = severity;
    options.min_severity = args.min_severity;
    options.today = today()?;
    Ok(options)
}
