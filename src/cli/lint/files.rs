//! Which files are checked: those named, and in folders those of a known kind that no ignore file leaves out.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use armbody::config::Configs;
use armbody::container::Kind;
use armbody::text::{ReadError, Source, odd, path_name};
use ignore::WalkBuilder;

/// Something to check.
#[derive(Debug)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
    /// A body that a call sends and nobody named.
    Sent(PathBuf),
    /// A path that gives nothing to check, and why.
    Problem(String),
}

/// What `paths` name, folders walked in the order of their names, those left out that a configuration excludes whole.
/// An iterator: a folder is never held whole.
pub(crate) fn inputs(paths: &[PathBuf], configs: &Arc<Configs>) -> Box<dyn Iterator<Item = Input>> {
    let paths = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
    let configs = configs.clone();
    Box::new(paths.into_iter().flat_map(move |path| -> Box<dyn Iterator<Item = Input>> {
        if path == Path::new("-") {
            return Box::new(std::iter::once(Input::Stdin));
        }
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Box::new(folder(&path, &configs)),
            Ok(_) => Box::new(std::iter::once(named(path))),
            Err(error) => Box::new(std::iter::once(Input::Problem(format!("{}: {error}", path_name(&path))))),
        }
    }))
}

/// A file that the user names is checked or refused, never passed over.
fn named(path: PathBuf) -> Input {
    if Kind::of(&path).is_some() {
        return Input::Path(path);
    }
    let known = ".md .json .sh .ps1 .http .yml and the like";
    Input::Problem(format!("{}: not a kind of file that is checked ({known})", path_name(&path)))
}

fn folder(path: &Path, configs: &Arc<Configs>) -> impl Iterator<Item = Input> + use<> {
    let strip = path == Path::new(".");
    let configs = configs.clone();
    let walk = WalkBuilder::new(path)
        .require_git(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(move |entry| {
            // A configuration that is wrong is told of when a file asks for it.
            let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
            let config = if is_folder { configs.of(entry.path()).ok().flatten() } else { None };
            !config.is_some_and(|config| config.excludes(entry.path(), true))
        })
        .build();
    walk.filter_map(move |entry| match entry {
        Ok(entry) => {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if !is_file || !in_folders(entry.path()) {
                return None;
            }
            let path = entry.into_path();
            let path =
                if strip { path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path) } else { path };
            Some(Input::Path(path))
        }
        Err(error) => Some(Input::Problem(error.to_string())),
    })
}

/// Kinds that are looked for in folders. Pipelines hold calls too, but a repository's YAML is mostly other.
fn in_folders(path: &Path) -> bool {
    Kind::of(path).is_some_and(|kind| kind != Kind::Yaml)
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
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .take(limit + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| Unread::Problem(format!("{name}: {error}")))?;
            if bytes.len() as u64 > limit {
                return Err(Unread::TooLarge { name: name.to_owned(), limit });
            }
            let source = Source::from_bytes(name, bytes);
            let kind = Kind::of(Path::new(name)).unwrap_or_else(|| guess(source.text()));
            Ok(Some((source, kind)))
        }
        Input::Path(path) | Input::Sent(path) => {
            let kind = if matches!(input, Input::Sent(_)) { Some(Kind::Json) } else { Kind::of(path) };
            let Some(kind) = kind else { return Ok(None) };
            match Source::read(path, limit) {
                Ok(source) => Ok(Some((source, kind))),
                Err(ReadError::TooLarge { name, limit }) => Err(Unread::TooLarge { name, limit }),
                Err(error) => Err(Unread::Problem(error.to_string())),
            }
        }
        Input::Problem(problem) => Err(Unread::Problem(problem.clone())),
    }
}
