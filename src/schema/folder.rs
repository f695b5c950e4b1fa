//! A folder of schemas that a user adds.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::error::SchemaError;
use crate::arm::{ApiVersion, ApiVersionError};
use crate::text::{ReadError, read_text};

/// The schema files of a folder laid out like `schemas/`, and what is wrong with the others.
pub(super) fn read(folder: &Path, limit: u64) -> (Vec<Document>, Vec<SchemaError>) {
    let mut documents = Vec::new();
    let mut errors = Vec::new();
    let providers = list(folder).unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    });
    for provider in providers.iter().filter(|path| path.is_dir()) {
        let files = list(provider).unwrap_or_else(|error| {
            errors.push(error);
            Vec::new()
        });
        for file in files.iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
            match document(provider, file, limit) {
                Ok(document) => documents.push(document),
                Err(error) => errors.push(error),
            }
        }
    }
    if documents.is_empty() && errors.is_empty() {
        errors.push(error(folder, "", "no PROVIDER/VERSION.json here"));
    }
    (documents, errors)
}

fn document(provider: &Path, file: &Path, limit: u64) -> Result<Document, SchemaError> {
    let text = read_text(file, limit).map_err(|unread| match unread {
        ReadError::Io { error: system, .. } => error(file, "", system.to_string()),
        ReadError::TooLarge { limit, .. } => error(file, "", format!("larger than {limit} bytes")),
        ReadError::NotText { .. } => error(file, "", "not text"),
    })?;
    let provider = provider.file_name().unwrap_or_default().to_string_lossy();
    let version = file.file_stem().unwrap_or_default().to_string_lossy();
    let version: ApiVersion = version.parse().map_err(|e: ApiVersionError| error(file, "", e.to_string()))?;
    Document::parse(&provider, version, &text).map_err(|(pointer, message)| error(file, &pointer, message))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, SchemaError> {
    let entries = std::fs::read_dir(folder).map_err(|e| error(folder, "", e.to_string()))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()
        .map_err(|e| error(folder, "", e.to_string()))?;
    paths.sort();
    Ok(paths)
}

fn error(file: &Path, pointer: &str, message: impl Into<String>) -> SchemaError {
    SchemaError { file: file.to_path_buf(), pointer: pointer.to_owned(), message: message.into() }
}
