//! `armbody schema`: the embedded schemas, listed, shown, and made from Azure's API descriptions.
//!
//! Each function gives the text to print, or a line that says why not; the caller prints.

use std::fmt::Write;
use std::path::Path;

use armbody::arm::{ApiVersion, Method, ResourceType};
use armbody::schema::import::{self, ImportError};
use armbody::schema::{Entry, Schemas, pretty};
use armbody::text::path_name;

/// `schema list`: a line for each type and version, oldest first.
pub(crate) fn list(schemas: &Schemas) -> String {
    let header = ["TYPE", "VERSION", "STABILITY", "METHODS"].map(str::to_owned);
    let row = |entry: &Entry| {
        let stability = if entry.version.is_preview() { "preview" } else { "stable" };
        [entry.resource_type.clone(), entry.version.to_string(), stability.to_owned(), methods(entry)]
    };
    let rows: Vec<[String; 4]> = std::iter::once(header).chain(schemas.entries().iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (a, b, c) = (width(0), width(1), width(2));
    let mut out = String::new();
    for [resource_type, version, stability, methods] in &rows {
        let _ = writeln!(out, "{resource_type:a$}  {version:b$}  {stability:c$}  {methods}");
    }
    out
}

/// `schema show`: the schema of one body, complete in itself. Without a version it is that of the newest stable one.
///
/// # Errors
/// One line when the type, version or method is unknown, with what would have been right.
pub(crate) fn show(
    schemas: &Schemas,
    resource_type: &str,
    method: Method,
    version: Option<ApiVersion>,
) -> Result<String, String> {
    let resource_type = full_name(resource_type);
    let Some(newest) =
        schemas.newest_stable(resource_type).or_else(|| schemas.versions(resource_type).last())
    else {
        return Err(format!("no schema of {resource_type}: there are {}", schemas.types().join(", ")));
    };
    let version = version.unwrap_or(newest.version);
    let Some(entry) = schemas.entry(resource_type, version) else {
        let earlier = schemas.versions(resource_type).map(|e| e.version).rfind(|v| *v < version);
        let later = schemas.versions(resource_type).map(|e| e.version).find(|v| *v > version);
        let near: Vec<String> = earlier.into_iter().chain(later).map(|v| v.to_string()).collect();
        return Err(format!("no schema of {resource_type} {version}: the nearest is {}", near.join(" or ")));
    };
    match schemas.standalone(resource_type, method, version) {
        Ok(Some(schema)) => Ok(pretty(&schema)),
        Ok(None) => {
            let first = schemas.versions(resource_type).find(|e| e.methods.contains(&method));
            let since = first.map_or_else(String::new, |e| format!("; {method} from {} on", e.version));
            Err(format!("{resource_type} {version} has {} only{since}", methods(entry)))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// `schema import`: makes the schemas of `types` (all embedded ones when there are none) from `dir` below `out`.
/// Gives a line that says what was made.
///
/// # Errors
/// What went wrong, one line each; then nothing is written.
pub(crate) fn import(dir: &Path, types: &[String], out: &Path) -> Result<String, Vec<String>> {
    let embedded = import::embedded_types();
    let types: Vec<&str> = if types.is_empty() {
        embedded.to_vec()
    } else {
        types.iter().map(String::as_str).map(full_name).collect()
    };
    let lines = |errors: Vec<ImportError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let made = import::import(dir, &types).map_err(lines)?;
    made.write(out).map_err(|error| vec![error.to_string()])?;
    Ok(format!("{} files in {}\n", made.files.len(), path_name(out)))
}

/// `schema import --bicep-types`: makes the pack of all types in `dir` below `out`. Gives lines that say what was made,
/// and what of it is not as it should be.
///
/// # Errors
/// What went wrong, in one line; then nothing is written.
pub(crate) fn import_types(dir: &Path, out: &Path) -> Result<String, String> {
    let made = import::bicep::import(dir).map_err(|error| error.to_string())?;
    made.write(out).map_err(|error| error.to_string())?;
    let mut text = format!(
        "{} types in {} versions from {} files ({} different nodes): types.pack ({} bytes) and types.tsv in {}\n",
        made.types,
        made.versions,
        made.files,
        made.nodes,
        made.pack.len(),
        path_name(out)
    );
    for name in &made.repeated {
        let _ = writeln!(
            text,
            "{name} is defined a second time: the first definition, in the order of the paths, counts"
        );
    }
    for name in &made.left_out {
        let _ = writeln!(text, "{name} is left out: its version is not a date");
    }
    Ok(text)
}

/// `vm` and the like are short for an embedded type; any other name stands for itself.
fn full_name(resource_type: &str) -> &str {
    match resource_type.parse::<ResourceType>() {
        Ok(known) => known.full_name(),
        Err(_) => resource_type,
    }
}

fn methods(entry: &Entry) -> String {
    let methods: Vec<&str> = entry.methods.iter().map(|method| method.as_str()).collect();
    methods.join(", ")
}
