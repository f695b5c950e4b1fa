//! Which operations a tree of API descriptions has, and where their bodies stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::{Files, Place, object};
use super::{ImportError, Problem};
use crate::arm::{ApiVersion, Method};

/// PUT or PATCH of a resource type in one version.
#[derive(Debug)]
pub(super) struct Operation {
    /// As it was asked for: `Microsoft.Compute/virtualMachines`.
    pub(super) resource_type: String,
    /// PUT or PATCH.
    pub(super) method: Method,
    /// The schema of the body.
    pub(super) body: Place,
}

/// Operations by provider and version, sorted by type and method.
pub(super) type Found = BTreeMap<(String, ApiVersion), Vec<Operation>>;

/// All PUT and PATCH operations of `types` in the version folders below `start`.
pub(super) fn find(files: &mut Files, start: &Path, types: &[&str]) -> Result<Found, Vec<ImportError>> {
    let mut found = Found::new();
    let mut errors = Vec::new();
    let mut wanted = Vec::new();
    for resource_type in types {
        match resource_type.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
                wanted.push((*resource_type, namespace, name));
            }
            _ => {
                errors.push(ImportError::new(start, "", Problem::NotAType((*resource_type).to_owned())));
            }
        }
    }
    let namespaces: Vec<&str> = wanted.iter().map(|w| w.1).collect();
    let paths = match version_files(start, &namespaces) {
        Ok(paths) => paths,
        Err(error) => {
            errors.push(error);
            Vec::new()
        }
    };
    for path in paths {
        if let Err(error) = read(files, &path, &wanted, &mut found) {
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for operations in found.values_mut() {
        operations.sort_by(|a, b| (&a.resource_type, a.method).cmp(&(&b.resource_type, b.method)));
    }
    Ok(found)
}

/// The JSON files of version folders (`stable/2017-12-01`) of the namespaces, sorted; examples left out.
fn version_files(start: &Path, namespaces: &[&str]) -> Result<Vec<PathBuf>, ImportError> {
    let mut out = Vec::new();
    let mut folders = vec![start.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failed = |e: std::io::Error| ImportError::new(&folder, "", Problem::Unreadable(e.to_string()));
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                let name = entry.file_name();
                if name != "examples" && name != ".git" && name != "data-plane" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "json") && in_version_folder(&folder, namespaces)
            {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Whether `folder` is `…/<namespace>/…/{stable,preview}/<version>`.
fn in_version_folder(folder: &Path, namespaces: &[&str]) -> bool {
    let stability = folder.parent().and_then(Path::file_name);
    stability.is_some_and(|s| s == "stable" || s == "preview")
        && folder.components().any(|c| namespaces.iter().any(|n| c.as_os_str().eq_ignore_ascii_case(n)))
}

/// Adds the operations that one file describes.
fn read(
    files: &mut Files,
    path: &Path,
    wanted: &[(&str, &str, &str)],
    found: &mut Found,
) -> Result<(), ImportError> {
    let file = files.load(path)?;
    files.check_openapi(file)?;
    let json = files.json(file);
    let Some(paths) = json.get("paths").and_then(Value::as_object) else { return Ok(()) };
    for (url, item) in paths {
        let Some((resource_type, namespace, _)) =
            wanted.iter().find(|(_, namespace, name)| is_instance(url, namespace, name))
        else {
            continue;
        };
        let place = Place { file, pointer: "/paths".to_owned() }.child(url);
        for (key, method) in [("put", Method::Put), ("patch", Method::Patch)] {
            if item.get(key).is_none() {
                continue;
            }
            let Some(body) = body(files, &place, key)? else { continue };
            let version = version(files, file, &json)?;
            let operations = found.entry(((*namespace).to_owned(), version)).or_default();
            let same = |o: &&Operation| o.resource_type == *resource_type && o.method == method;
            // One resource at several scopes (subscription, management group) stands under several
            // URLs of one file; its body is the same.
            match operations.iter().find(same) {
                Some(first) if first.body.file != file => {
                    let what = format!("{method} of {resource_type} {version}");
                    let first = files.path(first.body.file).display().to_string();
                    return Err(files.error(&place.child(key), Problem::Twice(what, first)));
                }
                Some(_) => {}
                None => {
                    operations.push(Operation { resource_type: (*resource_type).to_owned(), method, body });
                }
            }
        }
    }
    Ok(())
}

/// Whether `url` is that of one resource of this type: `…/providers/<namespace>/<type>/{name}`, with a name after
/// each part of the type, compared without case as ARM does.
fn is_instance(url: &str, namespace: &str, name: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let Some(at) = lower.rfind("/providers/") else { return false };
    let mut segments = url[at + "/providers/".len()..].trim_end_matches('/').split('/');
    if !segments.next().is_some_and(|s| s.eq_ignore_ascii_case(namespace)) {
        return false;
    }
    for part in name.split('/') {
        if !segments.next().is_some_and(|s| s.eq_ignore_ascii_case(part)) || segments.next().is_none() {
            return false;
        }
    }
    segments.next().is_none()
}

/// The schema of the body parameter of an operation, which may be shared by the whole path, or referred to.
fn body(files: &mut Files, path: &Place, key: &str) -> Result<Option<Place>, ImportError> {
    for list in [path.child(key).child("parameters"), path.child("parameters")] {
        let json = files.json(list.file);
        let Some(parameters) = json.pointer(&list.pointer).and_then(Value::as_array) else { continue };
        for index in 0..parameters.len() {
            let mut parameter = list.child(&index.to_string());
            let mut json = files.json(parameter.file);
            if let Some(reference) = object(files, &parameter, &json)?.get("$ref") {
                parameter = files.resolve(&parameter, reference)?;
                json = files.json(parameter.file);
            }
            if object(files, &parameter, &json)?.get("in").is_some_and(|i| i == "body") {
                let schema = parameter.child("schema");
                object(files, &schema, &json)?;
                return Ok(Some(schema));
            }
        }
    }
    Ok(None)
}

/// `info.version`, which is what callers put into `api-version`.
fn version(files: &Files, file: usize, json: &Value) -> Result<ApiVersion, ImportError> {
    let place = Place { file, pointer: "/info/version".to_owned() };
    let text = json.pointer(&place.pointer).and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error| files.error(&place, Problem::NotAVersion(error)))
}

#[cfg(test)]
mod tests {
    use super::is_instance;

    #[test]
    fn urls_of_one_resource_are_told_from_lists_and_actions() {
        let ns = "Microsoft.Compute";
        let vm = "/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Compute/virtualMachines/{vmName}";
        assert!(is_instance(vm, ns, "virtualMachines"));
        assert!(is_instance(&vm.replace("Compute/v", "compute/V"), ns, "virtualMachines"));
        assert!(!is_instance(&vm.replace("/{vmName}", ""), ns, "virtualMachines"));
        assert!(!is_instance(&format!("{vm}/start"), ns, "virtualMachines"));
        assert!(!is_instance(&format!("{vm}/extensions/{{e}}"), ns, "virtualMachines"));
        assert!(is_instance(&format!("{vm}/extensions/{{e}}"), ns, "virtualMachines/extensions"));
        assert!(is_instance(
            &format!("{vm}/providers/Microsoft.Insights/settings/x"),
            "Microsoft.Insights",
            "settings"
        ));
        assert!(!is_instance(
            &format!("{vm}/providers/Microsoft.Insights/settings/x"),
            ns,
            "virtualMachines"
        ));
    }
}
