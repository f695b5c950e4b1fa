//! Files that calls send: `-d @body.json` beside the document says what the file is for.
//!
//! Who writes a document chooses the names in it, and what is found in a file may be shown: a name is followed only to
//! JSON files that a walk of the document's folder would have come to, and what such a file holds is shown only if it
//! is JSON.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use armbody::config::Configs;
use armbody::container::{self, Kind};
use armbody::fault::isolated;
use armbody::lint::{Given, Options, target};
use armbody::notation::Payload;
use armbody::text::Source;
use memchr::memmem;
use rayon::prelude::*;

use super::files::{self, Input};

/// Files that are read at a time.
const BATCH: usize = 128;

/// The files that the calls of a run's documents and scripts send, and what each is for.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// By the path without links; the path for people, and what the first call that sends it says.
    files: BTreeMap<PathBuf, (PathBuf, Given)>,
    /// The calls whose file is there.
    calls: usize,
    /// Those that the user named as well.
    named: Mutex<HashSet<PathBuf>>,
}

/// A file that a call of a document sends.
struct Reference {
    document: PathBuf,
    /// From the document's folder.
    name: PathBuf,
    given: Given,
}

impl Followed {
    /// What the documents and scripts among `inputs` send. Files that cannot be read are left to whoever checks
    /// them.
    pub(super) fn by(
        inputs: impl Iterator<Item = impl Borrow<Input>>,
        limit: u64,
        configs: &Arc<Configs>,
    ) -> Self {
        let mut inputs = inputs.filter_map(|input| match input.borrow() {
            Input::Path(path) if Kind::of(path).is_some_and(|kind| kind != Kind::Json) => Some(path.clone()),
            _ => None,
        });
        let mut references = Vec::new();
        loop {
            let batch: Vec<PathBuf> = inputs.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            references.par_extend(batch.par_iter().flat_map_iter(|path| {
                // What is wrong with a configuration is told when the document is checked.
                let config = configs.of(path).ok().flatten();
                let is_excluded = config.is_some_and(|config| config.excludes(path, false));
                // Whoever checks the document tells of a fault in it.
                let read = || if is_excluded { Vec::new() } else { of_document(path, limit) };
                isolated(read).unwrap_or_default()
            }));
        }
        Self::found(&references, configs)
    }

    /// The files that are there. Each folder is walked once, whatever its documents name.
    fn found(references: &[Reference], configs: &Arc<Configs>) -> Self {
        let mut names: BTreeMap<&Path, BTreeSet<PathBuf>> = BTreeMap::new();
        for reference in references {
            names.entry(folder_of(&reference.document)).or_default().insert(reference.name.clone());
        }
        let names: Vec<(&Path, BTreeSet<PathBuf>)> = names.into_iter().collect();
        let found: BTreeMap<&Path, BTreeSet<PathBuf>> = names
            .par_iter()
            .map(|(folder, names)| (*folder, files::found_in(folder, names, configs).into_iter().collect()))
            .collect();
        let mut all = Self::default();
        for reference in references {
            let folder = folder_of(&reference.document);
            let is_found = found.get(folder).is_some_and(|found| found.contains(&reference.name));
            let file = folder.join(&reference.name);
            if let Some(key) = file.canonicalize().ok().filter(|_| is_found) {
                all.calls += 1;
                all.files.entry(key).or_insert((file, reference.given));
            }
        }
        all
    }

    /// What `path` is for, if a call sends it.
    pub(super) fn given(&self, path: &Path) -> Option<Given> {
        if self.files.is_empty() {
            return None;
        }
        let key = path.canonicalize().ok()?;
        let (_, given) = self.files.get(&key)?;
        self.named.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Some(*given)
    }

    /// The number of calls whose body is a file that is read.
    pub(super) fn number(&self) -> usize {
        self.calls
    }

    /// The files that nobody named.
    pub(super) fn unnamed(&self) -> Vec<Input> {
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = self.files.iter().filter(|(key, _)| !named.contains(*key));
        rest.map(|(_, (path, _))| Input::Followed(path.clone())).collect()
    }
}

fn folder_of(document: &Path) -> &Path {
    document.parent().unwrap_or(Path::new(""))
}

/// The files that the calls in a document send whose resource type is known.
fn of_document(path: &Path, limit: u64) -> Vec<Reference> {
    let Some(kind) = Kind::of(path) else { return Vec::new() };
    let Ok(source) = Source::read(path, limit) else { return Vec::new() };
    let mut words = memmem::find_iter(source.bytes(), b".").map(|at| &source.bytes()[at + 1..]);
    if !words.any(|word| word.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"json"))) {
        return Vec::new();
    }
    let calls = container::calls(&source, kind);
    let sent = calls.iter().filter_map(|call| {
        let Payload::File(name) = &call.body else { return None };
        if name.expansions().next().is_some() {
            return None;
        }
        let name = followed(name.text())?;
        let target = target(&source, call, &Options::default())?;
        let given = Given {
            resource_type: Some(target.resource_type?),
            method: target.method,
            api_version: target.api_version,
        };
        Some(Reference { document: path.to_owned(), name, given })
    });
    sent.collect()
}

/// The path that a name in a document stands for: to a JSON file in the document's folder or below.
fn followed(name: &str) -> Option<PathBuf> {
    let name = Path::new(name.trim());
    if Kind::of(name) != Some(Kind::Json) {
        return None;
    }
    let mut path = PathBuf::new();
    for part in name.components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}
