//! What `armbody.toml` says of each open file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{ConfigError, Configs, relative};
use crate::lint::{Baseline, Options};
use crate::schema::{Schemas, Validators};
use crate::text::{DEFAULT_MAX_SIZE, path_name, read_text};

/// False in WebAssembly, where configurations come from the client and what they name cannot be read.
const HAS_FILES: bool = !cfg!(target_arch = "wasm32");

/// The configurations, and the schemas that they name.
#[derive(Debug)]
pub(super) struct Settings {
    given: Options,
    configs: Configs,
    /// The configurations that the client has read.
    told: Vec<(PathBuf, String)>,
    schemas: HashMap<Vec<PathBuf>, Result<Arc<Validators>, String>>,
    baselines: HashMap<PathBuf, Result<Arc<Baseline>, String>>,
}

/// A configuration that cannot be used.
#[derive(Debug)]
pub(super) struct Problem {
    /// The configuration's file.
    pub(super) path: PathBuf,
    /// The line and the column in characters, both from 1, where they are known.
    pub(super) place: Option<(u32, u32)>,
    /// What is wrong.
    pub(super) message: String,
}

impl Settings {
    /// `max_size`: the size in bytes beyond which a text is not looked at.
    pub(super) fn new(max_size: u64) -> Self {
        let given = Options { max_size: Some(max_size), ..Options::default() };
        Self {
            given,
            configs: Configs::nearest(DEFAULT_MAX_SIZE),
            told: Vec::new(),
            schemas: HashMap::new(),
            baselines: HashMap::new(),
        }
    }

    /// Forgets what was read: the files may say something else now.
    pub(super) fn forget(&mut self) {
        let configs = Configs::nearest(DEFAULT_MAX_SIZE);
        self.configs = self.told.iter().fold(configs, |configs, (path, text)| configs.with_text(path, text));
        self.schemas.clear();
        self.baselines.clear();
    }

    /// Takes the configurations that the client has read, in place of those that it told of before.
    pub(super) fn tell(&mut self, told: Vec<(PathBuf, String)>) {
        self.told = told;
        self.forget();
    }

    /// The options for a file; `None` if it is left out.
    pub(super) fn options(&mut self, path: Option<&Path>) -> Result<Option<Options>, Problem> {
        let Some(path) = path else { return Ok(Some(self.given.clone())) };
        let Some(config) = self.configs.of(path).map_err(|error| problem(&error))? else {
            return Ok(Some(self.given.clone()));
        };
        if config.excludes(path, false) {
            return Ok(None);
        }
        let mut options = config.options(path, &self.given);
        options.tell_what_fails(config.fail_on());
        let wrong =
            |message: &String| Problem { path: config.path.clone(), place: None, message: message.clone() };
        if !HAS_FILES {
            return Ok(Some(options));
        }
        if let Some(file) = &config.lint.baseline {
            let read = || read_baseline(file).map(Arc::new);
            let baseline = self.baselines.entry(file.clone()).or_insert_with(read).as_ref().map_err(wrong)?;
            let base = file.parent().unwrap_or(Path::new(""));
            options.known = baseline.of(&relative(path, base)).cloned();
        }
        if !config.schemas.is_empty() {
            let folders = &config.schemas;
            let loaded = self.schemas.entry(folders.clone()).or_insert_with(|| load(folders));
            options.schemas = Some(loaded.as_ref().map_err(wrong)?.clone());
        }
        Ok(Some(options))
    }
}

fn problem(error: &ConfigError) -> Problem {
    match error {
        ConfigError::Read { path, error } => {
            Problem { path: path.clone(), place: None, message: error.to_string() }
        }
        ConfigError::Meaning { path, line, column, message } => {
            Problem { path: path.clone(), place: Some((*line, *column)), message: message.clone() }
        }
    }
}

fn read_baseline(file: &Path) -> Result<Baseline, String> {
    let text = read_text(file, DEFAULT_MAX_SIZE).map_err(|error| error.to_string())?;
    Baseline::parse(&text).map_err(|error| format!("{}: {error}", path_name(file)))
}

fn load(folders: &[PathBuf]) -> Result<Arc<Validators>, String> {
    let mut schemas = Schemas::embedded();
    for folder in folders {
        let (more, errors) = schemas.with_folder(folder, DEFAULT_MAX_SIZE);
        // What is known without a pack serves all the same.
        if let Some(error) = errors.first().filter(|_| !folder.is_file()) {
            return Err(error.to_string());
        }
        schemas = more;
    }
    Ok(Arc::new(Validators::new(schemas)))
}
