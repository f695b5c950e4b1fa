//! What holds for each file: the command line, then its configuration, then the baseline.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use armbody::arm::{ResourceType, ResourceTypeName};
use armbody::config::{Config, Configs, absolute, relative};
use armbody::lint::{Baseline, Given, Options, Severity};
use armbody::schema::{Schemas, Validators};

use armbody::report::Format;
use armbody::text::{path_name, read_text};

use super::Args;
use crate::cli::rule::lookup;

/// A baseline, and the folder that its paths begin at.
type Read = Result<Arc<(Baseline, PathBuf)>, String>;
type Loaded = Result<Arc<Validators>, String>;

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
    /// The folder of the baseline that is written.
    recording: Option<PathBuf>,
    /// The validators by the folders that configurations name.
    schemas: Mutex<HashMap<Vec<PathBuf>, Loaded>>,
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
        let setup = Self {
            given: given(args)?,
            configs: Arc::new(configs),
            format,
            fail_on: args.fail_on,
            baseline: args.baseline.clone(),
            reads_baselines: args.write_baseline.is_none(),
            baselines: Mutex::default(),
            recording: args.write_baseline.as_deref().map(folder),
            schemas: Mutex::default(),
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
        let baseline = self.baseline.clone().or(config.as_ref().and_then(|it| it.lint.baseline.clone()));
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
        if let Some(file) = baseline.filter(|_| self.reads_baselines) {
            let read = self.read(&file)?;
            let (baseline, base) = &*read;
            if let Some(known) = baseline.of(&name(path, base)) {
                options.to_mut().known = Some(known.clone());
            }
        }
        // What fails the run is shown in any case, and what is written down is all that there is.
        if let Some(min) = options.min_severity {
            let min = if self.recording.is_some() { Severity::Note } else { min.min(fail_on) };
            options.to_mut().min_severity = Some(min);
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

    /// The name under which the findings of the file called `path` are written down, if they are.
    pub(super) fn recorded_name(&self, path: &str) -> Option<String> {
        self.recording.as_ref().map(|base| name(Path::new(path), base))
    }

    /// The number of known findings whose files are not there any more.
    pub(super) fn gone(&self) -> usize {
        let read = self.baselines.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = |(baseline, base): &(Baseline, PathBuf)| -> usize {
            let is_gone = |path: &str| path != STDIN && !base.join(path).exists();
            baseline.files().filter(|(path, _)| is_gone(path)).map(|(_, count)| count).sum()
        };
        read.values().filter_map(|read| read.as_ref().ok()).map(|read| gone(read)).sum()
    }

    fn validators(&self, folders: &[PathBuf]) -> Loaded {
        let mut known = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(folders.to_vec()).or_insert_with(|| load(folders, self.max_size)).clone()
    }
}

/// What stands for standard input.
const STDIN: &str = "<stdin>";

fn name(path: &Path, base: &Path) -> String {
    if path == Path::new(STDIN) { STDIN.to_owned() } else { relative(path, base) }
}

fn folder(file: &Path) -> PathBuf {
    absolute(file).parent().map_or_else(PathBuf::new, Path::to_owned)
}

fn load(folders: &[PathBuf], max_size: u64) -> Loaded {
    let mut schemas = Schemas::embedded();
    for folder in folders {
        let (more, errors) = schemas.with_folder(folder, max_size);
        if let Some(error) = errors.first() {
            return Err(error.to_string());
        }
        schemas = more;
    }
    Ok(Arc::new(Validators::new(schemas)))
}

/// What the command line says.
fn given(args: &Args) -> anyhow::Result<Options> {
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
        options.schemas = Some(load(&args.schemas, args.max_size).map_err(|error| anyhow::anyhow!(error))?);
    }
    if let Some(text) = &args.resource_type {
        match text.parse::<ResourceType>() {
            Ok(known) => options.given.resource_type = Some(known),
            Err(error) => {
                let (namespace, types) = text.split_once('/').unwrap_or((text, ""));
                let name = ResourceTypeName::from_parts(namespace, types.split('/'));
                let has_schema = |name: &ResourceTypeName| {
                    options.schemas.as_ref().is_some_and(|schemas| schemas.knows(name.as_str()))
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
    Ok(options)
}
