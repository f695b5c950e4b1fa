//! Files that calls send: `-d @body.json` beside the document says what the file is for.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use armbody::container::{self, Kind};
use armbody::fault::isolated;
use armbody::lint::{Given, target};
use armbody::notation::Payload;
use armbody::text::Source;
use memchr::memmem;
use rayon::prelude::*;

use super::files::Input;

/// Files that are read at a time.
const BATCH: usize = 128;

/// The files that the calls of a run's documents and scripts send, and what each is for.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// By the path without links; the path for people, and what the first call that sends it says.
    files: BTreeMap<PathBuf, (PathBuf, Given)>,
    /// Those that the user named as well.
    named: Mutex<HashSet<PathBuf>>,
}

impl Sent {
    /// What the documents and scripts among `inputs` send. Files that cannot be read are left to whoever checks
    /// them.
    pub(super) fn by(inputs: impl Iterator<Item = impl Borrow<Input>>, limit: u64) -> Self {
        let mut sent = Self::default();
        let mut inputs = inputs.filter_map(|input| match input.borrow() {
            Input::Path(path) if Kind::of(path).is_some_and(|kind| kind != Kind::Json) => Some(path.clone()),
            _ => None,
        });
        loop {
            let batch: Vec<PathBuf> = inputs.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return sent;
            }
            // Whoever checks the document tells of a fault in it.
            let read = |path: &PathBuf| isolated(|| of_document(path, limit)).unwrap_or_default();
            let found: Vec<_> = batch.par_iter().flat_map_iter(read).collect();
            for (key, path, given) in found {
                sent.files.entry(key).or_insert((path, given));
            }
        }
    }

    /// What `path` is for, if a call sends it.
    pub(super) fn given(&self, path: &Path) -> Option<Given> {
        if self.files.is_empty() {
            return None;
        }
        let key = path.canonicalize().ok()?;
        let (_, given) = self.files.get(&key)?;
        if let Ok(mut named) = self.named.lock() {
            named.insert(key);
        }
        Some(*given)
    }

    /// The files that nobody named.
    pub(super) fn unnamed(&self) -> Vec<Input> {
        let named = self.named.lock().map(|named| named.clone()).unwrap_or_default();
        let rest = self.files.iter().filter(|(key, _)| !named.contains(*key));
        rest.map(|(_, (path, _))| Input::Sent(path.clone())).collect()
    }
}

/// The files that the calls in a document send whose resource type is known.
fn of_document(path: &Path, limit: u64) -> Vec<(PathBuf, PathBuf, Given)> {
    let Some(kind) = Kind::of(path) else { return Vec::new() };
    let Ok(source) = Source::read(path, limit) else { return Vec::new() };
    if memmem::find(source.bytes(), b".json").is_none() {
        return Vec::new();
    }
    let calls = container::calls(&source, kind);
    let sent = calls.iter().filter_map(|call| {
        let Payload::File(name) = &call.body else { return None };
        if name.expansions().next().is_some() {
            return None;
        }
        let (key, file) = beside(path, name.text())?;
        let target = target(&source, call, &Given::default())?;
        let given = Given {
            resource_type: Some(target.resource_type?),
            method: target.method,
            api_version: target.api_version,
        };
        Some((key, file, given))
    });
    sent.collect()
}

/// The file `name` in the folder of `document` or below it, and its path without links. Nothing outside of that
/// folder is looked at, and no link is followed out of it.
fn beside(document: &Path, name: &str) -> Option<(PathBuf, PathBuf)> {
    let name = Path::new(name.trim());
    let within = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !name.components().all(within) {
        return None;
    }
    let parts = name.components().filter(|part| *part != Component::CurDir);
    let folder = document.parent().unwrap_or(Path::new(""));
    let file = folder.join(parts.collect::<PathBuf>());
    if !std::fs::symlink_metadata(&file).ok()?.is_file() {
        return None;
    }
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let key = file.canonicalize().ok()?;
    key.starts_with(folder.canonicalize().ok()?).then_some((key, file))
}
