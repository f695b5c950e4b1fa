//! Azure's API descriptions (Swagger 2.0), made into JSON Schemas of request bodies.
//!
//! [`import`] reads a tree laid out like azure-rest-api-specs and gives one file per provider and version.
//! `files` reads and resolves, `operations` finds the bodies, `shape` (with `discriminator`) turns one definition into a
//! schema, `names` finds a name for it.

mod discriminator;
mod files;
mod names;
mod operations;
mod shape;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use files::Files;
use operations::Operation;
use shape::Shaper;

use super::document::{DIALECT, Document, OPERATIONS, entry_name, reference_to};
use super::error::SchemaError;
use super::paths::paths;
use super::{folder, history, write};
use crate::arm::{ApiVersion, ApiVersionError, Method, ResourceType};
use crate::text::DEFAULT_MAX_SIZE;

/// The resource types that are embedded, in the spelling of their namespaces.
pub fn embedded_types() -> [&'static str; 3] {
    ResourceType::ALL.map(ResourceType::full_name)
}

/// Why an import failed: one line, naming the file and the JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The file (or folder) at fault.
    pub file: PathBuf,
    /// JSON pointer of the node at fault; empty for the file as a whole.
    pub pointer: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a file of an import.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file or folder cannot be read or written.
    #[error("{0}")]
    Unreadable(String),
    /// The file is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The file is JSON, but no Swagger 2.0 description.
    #[error("not an OpenAPI 2.0 (Swagger) file: {0}")]
    NotOpenApi(String),
    /// `info.version` is missing or no API version.
    #[error("{0}")]
    NotAVersion(ApiVersionError),
    /// A `$ref` is not a string.
    #[error("a $ref must be a string")]
    NotAReference,
    /// A `$ref` leads nowhere, or out of the tree.
    #[error("the $ref {0:?} leads nowhere")]
    Dangling(String),
    /// A definition that is, or extends, itself.
    #[error("the definition leads back to itself through {0}")]
    Cycle(&'static str),
    /// An object is due here.
    #[error("an object is expected here")]
    NotAnObject,
    /// A `type` that JSON has not.
    #[error("unknown type {0}")]
    UnknownType(String),
    /// Nested too deep to be written down without a name.
    #[error("nested deeper than {} schemas", shape::MAX_DEPTH)]
    TooDeep,
    /// The same operation of the same version stands in two places.
    #[error("{0} is described a second time; first in {1}")]
    Twice(String, String),
    /// No file describes the type.
    #[error("no PUT or PATCH of {0} here")]
    NothingFound(String),
    /// A file that should hold types for Bicep does not.
    #[error("{0}")]
    NotTypes(String),
    /// A type name without a namespace.
    #[error("{0:?} is not a resource type: NAMESPACE/TYPE is expected")]
    NotAType(String),
}

impl ImportError {
    pub(in crate::schema) fn new(file: &Path, pointer: &str, problem: Problem) -> Self {
        Self { file: file.to_path_buf(), pointer: pointer.to_owned(), problem }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if !self.pointer.is_empty() {
            write!(f, "#{}", self.pointer)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ImportError {}

/// What an import made: the text of each file by its path below the folder of schemas.
#[derive(Debug, Default)]
pub struct Import {
    /// `Microsoft.Compute/2017-12-01.json` and so on, with `catalogue.tsv` and a `history.tsv` per provider.
    pub files: BTreeMap<String, String>,
}

impl Import {
    /// Writes the files below `out`, and leaves alone what else is there.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), ImportError> {
        for (name, text) in &self.files {
            let path = out.join(name);
            let failed = |e: std::io::Error| ImportError::new(&path, "", Problem::Unreadable(e.to_string()));
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            std::fs::write(&path, text).map_err(failed)?;
        }
        Ok(())
    }
}

/// Makes the schemas of `types` from `dir`, as [`import`], for the folder `into`: what is in it and not imported anew
/// stays, and stands in the catalogue and the histories with what is.
///
/// # Errors
/// As [`import`]; and one error for each file of the folder that is not a schema.
pub fn import_into<S: AsRef<str>>(dir: &Path, types: &[S], into: &Path) -> Result<Import, Vec<ImportError>> {
    let made = documents(dir, types)?;
    if !into.join("catalogue.tsv").is_file() {
        return Ok(files_of(&made, &made));
    }
    let (mut all, errors) = folder::read(into, DEFAULT_MAX_SIZE);
    if !errors.is_empty() {
        let unreadable = |error: SchemaError| {
            ImportError::new(&error.file, &error.pointer, Problem::Unreadable(error.message))
        };
        return Err(errors.into_iter().map(unreadable).collect());
    }
    let is_made = |kept: &Document| {
        made.iter().any(|it| it.provider() == kept.provider() && it.version() == kept.version())
    };
    all.retain(|kept| !is_made(kept));
    all.extend(made.iter().cloned());
    all.sort_by(|a, b| (a.provider(), a.version()).cmp(&(b.provider(), b.version())));
    Ok(files_of(&made, &all))
}

/// Makes the schemas of `types` (`Microsoft.Compute/virtualMachines`, `Namespace/type/subtype`, …) from `dir`: a
/// checkout of azure-rest-api-specs, its folder `specification`, or a folder below that.
///
/// # Errors
/// One error for each version that cannot be made, and for each type that no file describes.
pub fn import<S: AsRef<str>>(dir: &Path, types: &[S]) -> Result<Import, Vec<ImportError>> {
    let made = documents(dir, types)?;
    Ok(files_of(&made, &made))
}

/// The documents that an import makes.
fn documents<S: AsRef<str>>(dir: &Path, types: &[S]) -> Result<Vec<Document>, Vec<ImportError>> {
    let dir = std::path::absolute(dir)
        .map_err(|e| vec![ImportError::new(dir, "", Problem::Unreadable(e.to_string()))])?;
    let dir = files::normal(&dir).unwrap_or(dir);
    let specification = dir.join("specification");
    let start = if specification.is_dir() { specification } else { dir };
    let types: Vec<&str> = types.iter().map(AsRef::as_ref).collect();

    let mut files = Files::new(&start);
    let found = operations::find(&mut files, &start, &types)?;
    let mut errors: Vec<ImportError> = types
        .iter()
        .filter(|wanted| !found.values().flatten().any(|o| o.resource_type == **wanted))
        .map(|wanted| ImportError::new(&start, "", Problem::NothingFound((*wanted).to_owned())))
        .collect();

    let mut documents = Vec::new();
    for ((provider, version), operations) in &found {
        match document(&mut files, provider, *version, operations) {
            Ok(value) => documents.push(Document::trusted(provider, *version, value)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(documents) } else { Err(errors) }
}

/// The files of some documents, with the catalogue and the histories of all.
fn files_of(made: &[Document], all: &[Document]) -> Import {
    let mut out = Import::default();
    out.files.insert("catalogue.tsv".to_owned(), catalogue(all));
    for document in made {
        let name = format!("{}/{}.json", document.provider(), document.version());
        out.files.insert(name, write::pretty(document.root()));
    }
    for (provider, text) in history::tables(all) {
        out.files.insert(format!("{provider}/history.tsv"), text);
    }
    out
}

/// One provider and version as a JSON Schema document.
fn document(
    files: &mut Files,
    provider: &str,
    version: ApiVersion,
    operations: &[Operation],
) -> Result<Value, ImportError> {
    let mut shaper = Shaper::new(files, operations);
    let mut entries = Vec::new();
    let mut methods: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    for operation in operations {
        let schema = shaper.entry(&operation.body, operation.method)?;
        let name = operation.resource_type.split_once('/').map_or("", |(_, name)| name);
        methods.entry(name).or_default().push(operation.method);
        entries.push((entry_name(name, operation.method), schema));
    }
    let definitions = shaper.finish()?;

    let taken: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    let names = names::name(&definitions, &taken, |file| files.path(file).to_path_buf());
    let mut defs: BTreeMap<String, Value> = BTreeMap::new();
    for (index, (_, schema)) in definitions.into_iter().enumerate() {
        defs.entry(names[index].clone()).or_insert(schema);
    }
    defs.extend(entries);
    let mut defs: Map<String, Value> = defs.into_iter().collect();
    for schema in defs.values_mut() {
        names::replace(schema, &mut |index| reference_to(&names[index]));
    }
    let methods: BTreeMap<&str, Vec<&str>> = methods
        .into_iter()
        .map(|(name, methods)| (name, methods.into_iter().map(Method::as_str).collect()))
        .collect();
    Ok(json!({
        "$schema": DIALECT,
        "$id": format!("urn:armbody:{provider}:{version}"),
        "title": format!("{provider} {version}"),
        OPERATIONS: methods,
        "$defs": defs,
    }))
}

/// `catalogue.tsv`: what the files describe, so that it is known before any of them is opened.
fn catalogue(documents: &[Document]) -> String {
    let mut rows: Vec<String> = documents
        .iter()
        .flat_map(|d| {
            d.operations().map(move |(resource_type, methods)| {
                let identity = identity(d, resource_type);
                let methods: Vec<&str> = methods.iter().map(|m| m.as_str()).collect();
                format!("{resource_type}\t{}\t{}\t{identity}\n", d.version(), methods.join(","))
            })
        })
        .collect();
    rows.sort();
    format!("resource_type\tapi_version\tmethods\tidentity\n{}", rows.concat())
}

/// What a request can say in the `identity` of a type, in the catalogue's word for it.
fn identity(document: &Document, resource_type: &str) -> &'static str {
    let paths = paths(document, resource_type, Method::Put);
    let has = |path: &str| paths.iter().any(|it| !it.read_only && it.path == path);
    match () {
        () if has("identity.userAssignedIdentities") => "map",
        () if has("identity.identityIds") => "ids",
        () if has("identity.type") => "system",
        () => "none",
    }
}
