//! Which schemas there are, and the way to each: those in the program, and those of folders that users add.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use flate2::read::ZlibDecoder;
use serde_json::Value;

use super::Cache;
use super::document::Document;
use super::error::SchemaError;
use super::folder;
use super::history::{Table, VersionRange, ranges};
use super::paths::{Step, matches, paths};
use super::shape::Shape;
use super::types::{Described, InVersion, MarkPlace, Pack, document};
use crate::arm::{ApiVersion, ApiVersionError, Method};

mod embedded {
    //! Made by `build.rs` from `schemas/`.
    include!(concat!(env!("OUT_DIR"), "/embedded_schemas.rs"));
}

/// A resource type in one API version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The type with its namespace: `Microsoft.Compute/virtualMachines`.
    pub resource_type: String,
    /// The API version.
    pub version: ApiVersion,
    /// The methods that take a body: PUT, PATCH.
    pub methods: Vec<Method>,
    source: usize,
    /// Of the bodies, in the order of the methods; none for a schema of a folder.
    shapes: Vec<Shape>,
}

/// A schema file that has not been opened before somebody asks.
struct Source {
    provider: &'static str,
    version: &'static str,
    compressed: &'static [u8],
    document: OnceLock<Result<Arc<Document>, SchemaError>>,
}

enum Origin {
    Embedded(Source),
    Folder(Arc<Document>),
}

/// The schemas that are known: a catalogue at no cost, each schema when it is asked for.
pub struct Schemas {
    entries: Vec<Entry>,
    origins: Vec<Origin>,
    histories: BTreeMap<&'static str, (&'static [u8], OnceLock<Table>)>,
    /// Packs that users add; the one in the program comes behind them.
    packs: Vec<Arc<Pack>>,
    /// Schemas made of what a pack describes.
    made: Cache<Arc<Document>>,
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl Schemas {
    /// The schemas in the program. Nothing is opened yet.
    pub fn embedded() -> Self {
        let origins = embedded::SOURCES.iter().map(|&(provider, version, compressed)| {
            Origin::Embedded(Source { provider, version, compressed, document: OnceLock::new() })
        });
        let entries = embedded::ENTRIES.iter().filter_map(|&(resource_type, version, methods, source)| {
            Some(Entry {
                resource_type: resource_type.to_owned(),
                version: version.parse().ok()?,
                methods: methods.iter().filter_map(|(method, _)| method.parse().ok()).collect(),
                source,
                shapes: methods.iter().map(|(_, shape)| Shape(*shape)).collect(),
            })
        });
        let histories = embedded::HISTORIES
            .iter()
            .map(|&(provider, compressed)| (provider, (compressed, OnceLock::new())));
        let mut schemas = Self {
            entries: entries.collect(),
            origins: origins.collect(),
            histories: histories.collect(),
            packs: Vec::new(),
            made: Cache::new(),
        };
        schemas.sort();
        schemas
    }

    /// Adds the schemas of a folder laid out like `schemas/` (`<provider>/<version>.json`), as `schema import` writes
    /// it. A type and version that is known already is taken from the folder. A file is taken for a pack:
    /// [`Schemas::with_pack`].
    ///
    /// # Errors
    /// One error for each file that is not a schema of the expected dialect, or that cannot be read. The good ones are
    /// added all the same, and what was known before is still known.
    pub fn with_folder(mut self, path: &Path, limit: u64) -> (Self, Vec<SchemaError>) {
        if path.is_file() {
            let (schemas, error) = self.with_pack(path, limit);
            return (schemas, error.into_iter().collect());
        }
        let (documents, errors) = folder::read(path, limit);
        for document in documents {
            let source = self.origins.len();
            for (resource_type, methods) in document.operations() {
                self.entries.retain(|e| {
                    !(e.resource_type.eq_ignore_ascii_case(resource_type) && e.version == document.version())
                });
                self.entries.push(Entry {
                    resource_type: resource_type.to_owned(),
                    version: document.version(),
                    methods: methods.to_vec(),
                    source,
                    shapes: Vec::new(),
                });
            }
            self.origins.push(Origin::Folder(Arc::new(document)));
        }
        self.sort();
        (self, errors)
    }

    /// Adds a pack that `schema import --bicep-types` wrote: what it describes is taken from it, and not from the pack
    /// in the program.
    ///
    /// # Errors
    /// As [`Pack::read`]; then what was known before is still known.
    pub fn with_pack(mut self, path: &Path, limit: u64) -> (Self, Option<SchemaError>) {
        match Pack::read(path, limit) {
            Ok(pack) => {
                self.packs.push(Arc::new(pack));
                (self, None)
            }
            Err(error) => (self, Some(error)),
        }
    }

    /// The packs, the one that counts most first.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter().map(Arc::as_ref).chain(std::iter::once(Pack::embedded().as_ref()))
    }

    /// The type in the packs (its name compared without case), unless there is a schema of it: what
    /// [`Schemas::versions`] has is known better. Opens the index of the namespace, some 100 kB at most.
    pub fn described(&self, resource_type: &str) -> Option<Described<'_>> {
        if self.versions(resource_type).next().is_some() {
            return None;
        }
        self.packs().find_map(|pack| pack.find(resource_type))
    }

    /// The one type that a body with these members can be of: see [`Pack::recognise`].
    pub fn recognise(&self, members: &[(MarkPlace, &str)]) -> Option<Described<'_>> {
        let found = self.packs().find_map(|pack| pack.recognise(members))?;
        self.described(found.name())
    }

    /// The type in one version, as the packs have it: see [`Schemas::described`].
    pub fn described_in(&self, resource_type: &str, version: ApiVersion) -> Option<InVersion<'_>> {
        self.described(resource_type)?.version(version)
    }

    /// True if there is a schema of the type or a pack describes it (its name compared without case).
    pub fn knows(&self, resource_type: &str) -> bool {
        self.versions(resource_type).next().is_some() || self.described(resource_type).is_some()
    }

    /// Every version of a type that is known, wherever it is known from, oldest first.
    pub fn known_versions(&self, resource_type: &str) -> Vec<ApiVersion> {
        let own: Vec<ApiVersion> = self.versions(resource_type).map(|entry| entry.version).collect();
        if !own.is_empty() {
            return own;
        }
        self.described(resource_type)
            .map_or_else(Vec::new, |it| it.versions().map(InVersion::version).collect())
    }

    /// The name of a type that is known, as it was published.
    pub fn published_name(&self, resource_type: &str) -> Option<&str> {
        let own = self.versions(resource_type).next().map(|entry| entry.resource_type.as_str());
        own.or_else(|| self.described(resource_type).map(Described::name))
    }

    fn sort(&mut self) {
        let is_sorted = self.entries.is_sorted_by(|one, next| {
            order(&one.resource_type, &next.resource_type).then(one.version.cmp(&next.version)).is_le()
        });
        // Those in the program are, and every run would sort them anew.
        if is_sorted {
            return;
        }
        self.entries.sort_by_cached_key(|e| (e.resource_type.to_ascii_lowercase(), e.version));
    }

    /// Everything that is known, by type and then by version, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The types, sorted.
    pub fn types(&self) -> Vec<&str> {
        let mut types: Vec<&str> = self.entries.iter().map(|e| e.resource_type.as_str()).collect();
        types.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        types
    }

    /// The versions of a type (its name compared without case), oldest first; empty when the type is unknown.
    pub fn versions<'a>(&'a self, resource_type: &str) -> impl DoubleEndedIterator<Item = &'a Entry> + Clone {
        self.entries.iter().filter(move |e| e.resource_type.eq_ignore_ascii_case(resource_type))
    }

    /// The newest stable version of a type.
    pub fn newest_stable(&self, resource_type: &str) -> Option<&Entry> {
        self.versions(resource_type).rfind(|e| !e.version.is_preview())
    }

    /// What is known of a type (its name compared without case) in one version.
    pub fn entry(&self, resource_type: &str, version: ApiVersion) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|e| e.version == version && e.resource_type.eq_ignore_ascii_case(resource_type))
    }

    /// The shape of a type's body for a method in one version; `None` where none was compiled ahead of time.
    pub(super) fn shape(&self, resource_type: &str, method: Method, version: ApiVersion) -> Option<Shape> {
        let entry = self.entry(resource_type, version)?;
        let index = entry.methods.iter().position(|it| *it == method)?;
        entry.shapes.get(index).copied()
    }

    /// The schema file of a type in one version, inflated and read the first time; of a type that only a pack
    /// describes a schema of its PUT, made the first time. `None` when the type or version is unknown.
    ///
    /// # Errors
    /// When the embedded file is broken, which the project's tests rule out.
    pub fn open(
        &self,
        resource_type: &str,
        version: ApiVersion,
    ) -> Result<Option<Arc<Document>>, SchemaError> {
        let Some(entry) = self.entry(resource_type, version) else {
            return Ok(self.described_in(resource_type, version).map(|described| {
                let make = || Arc::new(document::document(described));
                Arc::clone(&*self.made.get(resource_type, Method::Put, version, make))
            }));
        };
        self.document(entry).map(Some)
    }

    fn document(&self, entry: &Entry) -> Result<Arc<Document>, SchemaError> {
        match &self.origins[entry.source] {
            Origin::Folder(document) => Ok(Arc::clone(document)),
            Origin::Embedded(source) => source.document.get_or_init(|| source.read().map(Arc::new)).clone(),
        }
    }

    /// A schema for one body by itself, with only the definitions that it reaches; `None` when the type, version or
    /// method is unknown.
    ///
    /// # Errors
    /// As [`Schemas::open`].
    pub fn standalone(
        &self,
        resource_type: &str,
        method: Method,
        version: ApiVersion,
    ) -> Result<Option<Value>, SchemaError> {
        Ok(self.open(resource_type, version)?.and_then(|d| d.standalone(resource_type, method)))
    }

    /// True if a type's body for a method has the property at this place in some version.
    pub fn ever_has(&self, resource_type: &str, method: Method, steps: &[Step<'_>]) -> bool {
        // The history is a table to be opened; what the newest version has needs none.
        let newest = self.versions(resource_type).next_back();
        let shape = newest.and_then(|newest| self.shape(resource_type, method, newest.version));
        let found = steps.iter().try_fold(shape, |shape, step| match step {
            Step::Name(name) => Some(shape?.property(name)),
            Step::Element => None,
        });
        found.flatten().is_some() || !self.history(resource_type, method, steps).is_empty()
    }

    /// The versions in which a type's body for a method has the property at this place, oldest first; empty when no
    /// version has.
    pub fn history(&self, resource_type: &str, method: Method, steps: &[Step<'_>]) -> Vec<VersionRange> {
        if let Some(described) = self.described(resource_type) {
            return described.history(steps);
        }
        let provider = resource_type.split('/').next().unwrap_or_default();
        let table = self.histories.iter().find(|(known, _)| known.eq_ignore_ascii_case(provider));
        let known = table.map_or_else(Vec::new, |(_, (compressed, table))| {
            let table = table.get_or_init(|| Table::new(inflate(compressed).unwrap_or_default()));
            table.look_up(resource_type, method, steps)
        });
        let mut versions = Vec::new();
        let mut has = BTreeSet::new();
        for entry in self.versions(resource_type).filter(|e| e.methods.contains(&method)) {
            versions.push(entry.version);
            let there = match &self.origins[entry.source] {
                Origin::Embedded(_) => known.iter().any(|range| range.contains(entry.version)),
                Origin::Folder(document) => {
                    paths(document, resource_type, method).iter().any(|p| matches(&p.path, steps))
                }
            };
            if there {
                has.insert(entry.version);
            }
        }
        ranges(&versions, |version| has.contains(&version))
    }

    /// The versions in which the property at this place lists a value that not all of them list, oldest first. Only of
    /// the schemas in the program.
    pub fn value_history(
        &self,
        resource_type: &str,
        method: Method,
        steps: &[Step<'_>],
        value: &str,
    ) -> Vec<VersionRange> {
        if let Some(described) = self.described(resource_type) {
            return described.value_history(steps, value);
        }
        // An element's value stands with its array.
        let named = steps.iter().rposition(|step| *step != Step::Element);
        let Some((at, Step::Name(name))) = named.and_then(|at| Some((at, steps.get(at)?))) else {
            return Vec::new();
        };
        let last = format!("{name}={value}");
        let steps: Vec<Step<'_>> = steps[..at].iter().copied().chain([Step::Name(&last)]).collect();
        self.history(resource_type, method, &steps)
    }

    /// Where in this version's body a property of this name (compared without case) lives: the paths, shortest first.
    ///
    /// # Errors
    /// As [`Schemas::open`].
    pub fn find_property(
        &self,
        resource_type: &str,
        method: Method,
        version: ApiVersion,
        name: &str,
    ) -> Result<Vec<String>, SchemaError> {
        let Some(document) = self.open(resource_type, version)? else { return Ok(Vec::new()) };
        let mut found: Vec<String> = paths(&document, resource_type, method)
            .into_iter()
            .filter(|p| p.name().is_some_and(|n| n.eq_ignore_ascii_case(name)))
            .map(|p| p.path)
            .collect();
        found.sort_by_key(|path| path.matches(['.', '[', '{']).count());
        Ok(found)
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self::embedded()
    }
}

impl Source {
    fn read(&self) -> Result<Document, SchemaError> {
        let error = |pointer: String, message: String| {
            let file = Path::new("schemas").join(self.provider).join(format!("{}.json", self.version));
            SchemaError { file, pointer, message }
        };
        let text = inflate(self.compressed).map_err(|e| error(String::new(), e.to_string()))?;
        let root = serde_json::from_str(&text).map_err(|e| error(String::new(), e.to_string()))?;
        let version =
            self.version.parse().map_err(|e: ApiVersionError| error(String::new(), e.to_string()))?;
        // Checked by the tests of the project, so not again on every run.
        Ok(Document::trusted(self.provider, version, root))
    }
}

/// How the names of two types compare, without case.
fn order(one: &str, other: &str) -> std::cmp::Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

fn inflate(compressed: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    ZlibDecoder::new(compressed).read_to_string(&mut text)?;
    Ok(text)
}
