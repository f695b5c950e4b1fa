//! Which configuration holds for a file: the nearest one above it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Config, ConfigError, FILE_NAME};
use crate::text::{DEFAULT_MAX_SIZE, path_name};

type Found = Result<Option<Arc<Config>>, Arc<ConfigError>>;

/// The configurations of a run, each read once.
#[derive(Debug)]
pub struct Configs {
    choice: Choice,
    /// The largest that is read, in bytes.
    limit: u64,
    by_folder: Mutex<HashMap<PathBuf, Found>>,
}

#[derive(Debug)]
enum Choice {
    None,
    One(Arc<Config>),
    Nearest,
}

impl Configs {
    /// No configuration, whatever there is.
    pub fn none() -> Self {
        Self::new(Choice::None)
    }

    fn new(choice: Choice) -> Self {
        Self { choice, limit: DEFAULT_MAX_SIZE, by_folder: Mutex::default() }
    }

    /// One configuration for all files.
    pub fn one(config: Config) -> Self {
        Self::new(Choice::One(Arc::new(config)))
    }

    /// For all files the nearest `armbody.toml` in `folder` or above, of at most `limit` bytes.
    ///
    /// # Errors
    /// What is wrong with it, if it can be neither read nor understood.
    pub fn above(folder: &Path, limit: u64) -> Result<Self, Arc<ConfigError>> {
        let found = Self::nearest(limit).of_folder(&absolute(folder))?;
        Ok(Self::new(found.map_or(Choice::None, Choice::One)))
    }

    /// For each file the nearest `armbody.toml` in its folder or above, of at most `limit` bytes.
    pub fn nearest(limit: u64) -> Self {
        Self { limit, ..Self::new(Choice::Nearest) }
    }

    /// Takes the text of the configuration at `path`, where it cannot be read or is another on disk. It holds for what is
    /// asked about from now on.
    #[must_use]
    pub fn with_text(self, path: &Path, text: &str) -> Self {
        let path = absolute(path);
        if let Some(folder) = path.parent() {
            let found = Config::parse(text, &path, folder).map(|config| Some(Arc::new(config)));
            let mut known = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(folder.to_owned(), found.map_err(Arc::new));
        }
        self
    }

    /// What holds for the file at `path`.
    ///
    /// # Errors
    /// What is wrong with the configuration that holds, if that can be neither read nor understood.
    pub fn of(&self, path: &Path) -> Found {
        match &self.choice {
            Choice::None => Ok(None),
            Choice::One(config) => Ok(Some(config.clone())),
            Choice::Nearest => {
                let path = absolute(path);
                path.parent().map_or(Ok(None), |folder| self.of_folder(folder))
            }
        }
    }

    /// What holds for `folder` itself, and so for a run that begins there.
    ///
    /// # Errors
    /// What is wrong with the configuration that holds, if that can be neither read nor understood.
    pub fn of_run(&self, folder: &Path) -> Found {
        match &self.choice {
            Choice::None => Ok(None),
            Choice::One(config) => Ok(Some(config.clone())),
            Choice::Nearest => self.of_folder(&absolute(folder)),
        }
    }

    fn of_folder(&self, folder: &Path) -> Found {
        let mut known = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passed = Vec::new();
        let mut found = Ok(None);
        for folder in folder.ancestors() {
            if let Some(known) = known.get(folder) {
                found.clone_from(known);
                break;
            }
            passed.push(folder);
            let path = folder.join(FILE_NAME);
            if path.is_file() {
                // In messages the path is the one that people see: from where they are.
                let here = std::env::current_dir().unwrap_or_default();
                let shown = path.strip_prefix(here).unwrap_or(&path);
                found = Config::read(shown, folder, self.limit)
                    .map(|config| Some(Arc::new(config)))
                    .map_err(Arc::new);
                break;
            }
        }
        for folder in passed {
            known.insert(folder.to_owned(), found.clone());
        }
        found
    }
}

/// The path from the root, without `.` and `..`. Links are not followed: patterns speak of names as they are given.
pub fn absolute(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` as seen from `base`, with slashes; from the root if it is not below.
pub fn relative(path: &Path, base: &Path) -> String {
    let path = absolute(path);
    let below = path.strip_prefix(base).unwrap_or(&path);
    let text = path_name(below);
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}
