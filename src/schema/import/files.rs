//! The API descriptions of an import: read once, found by path, addressed by JSON pointer.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{ImportError, Problem};
use crate::arm::decode_percent;
use crate::schema::pointer::escape;

/// A node of one of the files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// Index in [`Files`].
    pub(super) file: usize,
    /// JSON pointer (RFC 6901) within the file.
    pub(super) pointer: String,
}

impl Place {
    /// The member or element `token` of this node.
    pub(super) fn child(&self, token: &str) -> Self {
        Self { file: self.file, pointer: format!("{}/{}", self.pointer, escape(token)) }
    }

    /// The last token of the pointer, unescaped: the name of a definition.
    pub(super) fn name(&self) -> String {
        let token = self.pointer.rsplit('/').next().unwrap_or_default();
        token.replace("~1", "/").replace("~0", "~")
    }
}

struct File {
    path: PathBuf,
    json: Arc<Value>,
}

/// The files read so far.
pub(super) struct Files {
    /// References may not leave this folder: a specification never needs to, and a hostile one must not.
    root: PathBuf,
    list: Vec<File>,
    by_path: HashMap<PathBuf, usize>,
}

impl Files {
    /// No files yet; `dir` is the folder that is imported.
    pub(super) fn new(dir: &Path) -> Self {
        let components: Vec<_> = dir.components().collect();
        let specification = components.iter().position(|c| c.as_os_str() == "specification");
        let root = match specification {
            Some(at) => components[..=at].iter().collect(),
            None => dir.to_path_buf(),
        };
        Self { root, list: Vec::new(), by_path: HashMap::new() }
    }

    /// The index of the file at `path`, read unless it is known. The path must be normal (no `..`).
    pub(super) fn load(&mut self, path: &Path) -> Result<usize, ImportError> {
        if let Some(&index) = self.by_path.get(path) {
            return Ok(index);
        }
        let text = std::fs::read_to_string(path)
            .map_err(|e| ImportError::new(path, "", Problem::Unreadable(e.to_string())))?;
        let json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| ImportError::new(path, "", Problem::NotJson(e.to_string())))?;
        let index = self.list.len();
        self.list.push(File { path: path.to_path_buf(), json: Arc::new(json) });
        self.by_path.insert(path.to_path_buf(), index);
        Ok(index)
    }

    /// Where the file stands.
    pub(super) fn path(&self, file: usize) -> &Path {
        &self.list[file].path
    }

    /// The whole file.
    pub(super) fn json(&self, file: usize) -> Arc<Value> {
        Arc::clone(&self.list[file].json)
    }

    /// The place that the `$ref` at `place` (its own pointer, without `/$ref`) leads to.
    pub(super) fn resolve(&mut self, place: &Place, reference: &Value) -> Result<Place, ImportError> {
        let at = place.child("$ref");
        let Some(text) = reference.as_str() else {
            return Err(self.error(&at, Problem::NotAReference));
        };
        let dangling = |files: &Self| files.error(&at, Problem::Dangling(text.to_owned()));
        let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
        let file = if path.is_empty() {
            place.file
        } else {
            let folder = self.path(place.file).parent().unwrap_or(Path::new("")).to_path_buf();
            let Some(target) =
                normal(&folder.join(&*decode_percent(path))).filter(|p| p.starts_with(&self.root))
            else {
                return Err(dangling(self));
            };
            if !target.is_file() {
                return Err(dangling(self));
            }
            self.load(&target)?
        };
        let pointer = decode_percent(fragment).into_owned();
        if self.list[file].json.pointer(&pointer).is_none() {
            return Err(dangling(self));
        }
        Ok(Place { file, pointer })
    }

    /// An error that names this file and pointer.
    pub(super) fn error(&self, place: &Place, problem: Problem) -> ImportError {
        ImportError::new(self.path(place.file), &place.pointer, problem)
    }

    /// Checks that the file is a Swagger 2.0 description.
    pub(super) fn check_openapi(&self, file: usize) -> Result<(), ImportError> {
        let json = &self.list[file].json;
        let fault = match json.get("swagger") {
            Some(Value::String(version)) if version == "2.0" => return Ok(()),
            Some(other) => ("/swagger", format!("found {other}")),
            None if json.get("openapi").is_some() => ("/openapi", format!("found {}", json["openapi"])),
            None => ("", "it has no \"swagger\"".to_owned()),
        };
        Err(ImportError::new(self.path(file), fault.0, Problem::NotOpenApi(fault.1)))
    }
}

/// The node as an object, which every schema, operation and parameter is.
pub(super) fn object<'a>(
    files: &Files,
    place: &Place,
    json: &'a Value,
) -> Result<&'a Map<String, Value>, ImportError> {
    json.pointer(&place.pointer)
        .and_then(Value::as_object)
        .ok_or_else(|| files.error(place, Problem::NotAnObject))
}

/// `path` without `.` and `..`; `None` when it climbs above its start.
pub(super) fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            other => out.push(other),
        }
    }
    Some(out)
}
