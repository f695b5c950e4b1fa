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

use armbody::text::read_text;

use super::Args;
use crate::cli::rule::lookup;

type Loaded = Result<Arc<Validators>, String>;

/// The run's settings.
pub(super) struct Setup {
    given: Options,
    configs: Arc<Configs>,
    /// The known findings, and the folder that its paths begin at.
    baseline: Option<(Baseline, PathBuf)>,
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
        let baseline = match &args.baseline {
            // What is written anew is all that is found.
            Some(_) if args.write_baseline.is_some() => None,
            Some(path) => {
                let text = read_text(path, args.max_size)?;
                let baseline = Baseline::parse(&text).with_context(|| path.display().to_string())?;
                Some((baseline, folder(path)))
            }
            None => None,
        };
        Ok(Self {
            given: given(args)?,
            configs: Arc::new(configs),
            baseline,
            recording: args.write_baseline.as_deref().map(folder),
            schemas: Mutex::default(),
            max_size: args.max_size,
        })
    }

    pub(super) fn configs(&self) -> &Arc<Configs> {
        &self.configs
    }

    /// The options for the file called `path`; `None` if it is left out.
    ///
    /// # Errors
    /// What is wrong with its configuration, in a line.
    pub(super) fn options(&self, path: &Path) -> Result<Option<Cow<'_, Options>>, String> {
        let config = self.configs.of(path).map_err(|error| error.to_string())?;
        let mut options = Cow::Borrowed(&self.given);
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
        let known = self.baseline.as_ref().and_then(|(baseline, base)| baseline.of(&name(path, base)));
        if let Some(known) = known {
            options.to_mut().known = Some(known.clone());
        }
        Ok(Some(options))
    }

    /// The name under which the findings of the file called `path` are written down, if they are.
    pub(super) fn recorded_name(&self, path: &str) -> Option<String> {
        self.recording.as_ref().map(|base| name(Path::new(path), base))
    }

    /// The number of known findings whose files are not there any more.
    pub(super) fn gone(&self) -> usize {
        let Some((baseline, base)) = &self.baseline else { return 0 };
        let is_gone = |path: &str| path != STDIN && !base.join(path).exists();
        baseline.files().filter(|(path, _)| is_gone(path)).map(|(_, count)| count).sum()
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
    Ok(options)
}
