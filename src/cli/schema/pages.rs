//! `armbody schema`: the embedded schemas, listed, shown, and made from Azure's API descriptions.
//!
//! Each function gives the text to print, or a line that says why not; the caller prints.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use armbody::arm::{ApiVersion, IdentityForm, IdentityType, Method, ResourceType, ResourceTypeName};
use armbody::schema::import::{self, ImportError};
use armbody::schema::types::{self, Described, InVersion};
use armbody::schema::{Contracts, Entry, Schemas, pretty};
use armbody::text::path_name;
use armbody::text::suggest::did_you_mean;

/// `schema list`: a line for each type and version, oldest first; for each type that only a pack describes one with its
/// newest version.
pub(crate) fn list(schemas: &Schemas) -> String {
    let own = schemas.entries().iter().map(of_entry);
    let newest = described(schemas).filter_map(Described::newest).map(of_described);
    table(own.chain(newest))
}

/// `schema list --type`: a line for each version of a type, or of each type of a namespace.
///
/// # Errors
/// One line when nothing is known of it, with what would have been right.
pub(crate) fn list_type(schemas: &Schemas, name: &str) -> Result<String, String> {
    let (own, described) = of_name(schemas, name)?;
    Ok(table(
        own.into_iter()
            .map(of_entry)
            .chain(described.into_iter().flat_map(Described::versions).map(of_described)),
    ))
}

/// `schema list --count`: how many types and versions there are, and where they are from.
///
/// # Errors
/// As [`list_type`].
pub(crate) fn count(schemas: &Schemas, name: Option<&str>) -> Result<String, String> {
    let (own, described) = match name {
        Some(name) => of_name(schemas, name)?,
        None => (schemas.entries().iter().collect(), described(schemas).collect()),
    };
    let mut types: Vec<&str> = own.iter().map(|entry| entry.resource_type.as_str()).collect();
    types.dedup();
    let versions: usize = described.iter().map(|it| it.versions().len()).sum();
    let commit = schemas.packs().next().and_then(types::Pack::commit).unwrap_or("unknown");
    Ok(format!(
        "{} types in {} versions\n{} in {} from azure-rest-api-specs\n{} in {versions} from bicep-types-az, commit {commit}\n",
        types.len() + described.len(),
        own.len() + versions,
        types.len(),
        own.len(),
        described.len(),
    ))
}

/// `schema list --markdown`: a page of every type, by namespace, with its versions and what the newest one takes in
/// `identity`.
pub(crate) fn markdown(schemas: &Schemas) -> String {
    let commit = schemas.packs().next().and_then(types::Pack::commit).unwrap_or("unknown");
    let mut rows: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut add = |name: &str, versions: &[ApiVersion]| {
        let Some((namespace, kind)) = name.split_once('/') else { return };
        let range = match versions {
            [] => String::new(),
            [one] => format!("{one}"),
            [first, .., last] => format!("{first} to {last} ({})", versions.len()),
        };
        let row = format!("| {kind} | {range} | {} |", takes(name));
        let key = kind.to_ascii_lowercase();
        rows.entry(namespace.to_ascii_lowercase()).or_default().push((key, format!("{namespace}\n{row}")));
    };
    for name in schemas.types() {
        add(name, &schemas.known_versions(name));
    }
    for described in described(schemas) {
        let versions: Vec<ApiVersion> = described.versions().map(InVersion::version).collect();
        add(described.name(), &versions);
    }
    let mut out = String::from("# Resource types\n\n");
    let _ = writeln!(
        out,
        "Made by `armbody schema list --markdown` from the types in the program: Azure/bicep-types-az, commit {commit}, and \
         azure-rest-api-specs. [Every resource type](resource-types.md) says how far they are trusted.\n"
    );
    let _ = writeln!(
        out,
        "The last column is what `identity` takes in the newest stable version, or in the newest preview where there is no \
         other: the identities, and how the value for both is spelt. Types with \"PATCH\" are known to take it.\n"
    );
    for types in rows.values_mut() {
        types.sort();
        let namespace = types.first().and_then(|(_, text)| text.split('\n').next()).unwrap_or_default();
        let _ = writeln!(out, "## {namespace}\n\n| type | API versions | identity |\n| --- | --- | --- |");
        for (_, text) in types.iter() {
            let _ = writeln!(out, "{}", text.split('\n').nth(1).unwrap_or_default());
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What a type takes in `identity`, in a few words.
fn takes(name: &str) -> String {
    let contracts = ResourceTypeName::parse(name).and_then(|name| Contracts::of(&name).ok());
    let contract = contracts.and_then(|it| Some(it.contract(it.newest_stable()?)));
    let Some(contract) = contract.filter(|contract| contract.form != IdentityForm::None) else {
        return String::new();
    };
    let both = IdentityType::SystemAssignedUserAssigned;
    let has_user = contract.form.has_user_assigned();
    let mut words: Vec<String> = Vec::new();
    if contract.takes(IdentityType::SystemAssigned) {
        words.push("system".to_owned());
    }
    if has_user {
        words.push("user".to_owned());
    }
    if has_user && contract.takes(both) {
        words.push(format!("`{}`", contract.spelling(both)));
    }
    if contract.patch == Some(true) {
        words.push("PATCH".to_owned());
    }
    words.join(", ")
}

/// The types that only a pack describes.
fn described(schemas: &Schemas) -> impl Iterator<Item = Described<'_>> {
    schemas.packs().flat_map(types::Pack::types).filter(|it| schemas.versions(it.name()).next().is_none())
}

/// What is known of a type, or of the types of a namespace.
fn of_name<'s>(schemas: &'s Schemas, name: &str) -> Result<(Vec<&'s Entry>, Vec<Described<'s>>), String> {
    let name = full_name(name);
    if name.contains('/') {
        let own: Vec<&Entry> = schemas.versions(name).collect();
        let described: Vec<Described<'_>> = schemas.described(name).into_iter().collect();
        return if own.is_empty() && described.is_empty() {
            Err(unknown(schemas, name))
        } else {
            Ok((own, described))
        };
    }
    let is_in = |resource_type: &str| {
        resource_type.split('/').next().is_some_and(|namespace| namespace.eq_ignore_ascii_case(name))
    };
    let own: Vec<&Entry> = schemas.entries().iter().filter(|entry| is_in(&entry.resource_type)).collect();
    let in_packs = schemas.packs().flat_map(|pack| pack.types_in(name));
    let described: Vec<Described<'_>> =
        in_packs.filter(|it| schemas.versions(it.name()).next().is_none()).collect();
    if own.is_empty() && described.is_empty() {
        return Err(unknown(schemas, name));
    }
    Ok((own, described))
}

/// Nothing is known of a type: what comes nearest.
fn unknown(schemas: &Schemas, name: &str) -> String {
    let namespace = name.split('/').next().unwrap_or_default();
    let in_namespace: Vec<&str> =
        schemas.packs().flat_map(|pack| pack.types_in(namespace)).map(Described::name).collect();
    let near = if name.contains('/') && !in_namespace.is_empty() {
        did_you_mean(name, in_namespace).map(ToOwned::to_owned)
    } else {
        let namespaces = schemas.packs().flat_map(types::Pack::namespaces);
        did_you_mean(namespace, namespaces).map(ToOwned::to_owned)
    };
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let near = if near.is_empty() { ":".to_owned() } else { near };
    format!("nothing is known of {name}{near} `armbody schema list` has every type")
}

const HEADER: [&str; 4] = ["TYPE", "VERSION", "STABILITY", "METHODS"];

fn of_entry(entry: &Entry) -> [String; 4] {
    [
        entry.resource_type.clone(),
        entry.version.to_string(),
        stability(entry.version).to_owned(),
        methods(entry),
    ]
}

fn of_described(it: InVersion<'_>) -> [String; 4] {
    // Nothing says whether it takes PATCH.
    let methods = if it.writable().is_empty() { "-" } else { "PUT" };
    let version = it.version();
    [it.described().name().to_owned(), version.to_string(), stability(version).to_owned(), methods.to_owned()]
}

fn stability(version: ApiVersion) -> &'static str {
    if version.is_preview() { "preview" } else { "stable" }
}

fn table(rows: impl Iterator<Item = [String; 4]>) -> String {
    let rows: Vec<[String; 4]> = std::iter::once(HEADER.map(str::to_owned)).chain(rows).collect();
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
    if let Some(described) = schemas.described(resource_type) {
        return show_described(schemas, described, method, version);
    }
    let Some(newest) =
        schemas.newest_stable(resource_type).or_else(|| schemas.versions(resource_type).last())
    else {
        return Err(unknown(schemas, resource_type));
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

fn show_described(
    schemas: &Schemas,
    described: Described<'_>,
    method: Method,
    version: Option<ApiVersion>,
) -> Result<String, String> {
    let name = described.name();
    let version = version.or_else(|| described.newest().map(InVersion::version));
    let Some(version) = version else { return Err(format!("{name} has no version")) };
    if described.version(version).is_none() {
        let around = described.around(version);
        let near: Vec<String> =
            around.earlier.into_iter().chain(around.later).map(|it| it.to_string()).collect();
        return Err(format!("no schema of {name} {version}: the nearest is {}", near.join(" or ")));
    }
    match schemas.standalone(name, method, version) {
        Ok(Some(schema)) => Ok(pretty(&schema)),
        Ok(None) => {
            Err(format!("only the PUT of {name} {version} is described: a PATCH is checked as a part of it"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// `schema import`: makes the schemas of `types` (all embedded ones when there are none) from `dir` below `out`, with
/// the catalogue and the histories of all that is there then. Gives a line that says what was made.
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
    let made = import::import_into(dir, &types, out).map_err(lines)?;
    made.write(out).map_err(|error| vec![error.to_string()])?;
    Ok(format!("{} files in {}\n", made.files.len(), path_name(out)))
}

/// `schema import --bicep-types`: makes the pack of all types in `dir` below `out`. Gives lines that say what was made,
/// and what of it is not as it should be.
///
/// # Errors
/// What went wrong, in one line; then nothing is written.
pub(crate) fn import_types(dir: &Path, out: &Path) -> Result<String, String> {
    let made = types::import::import(dir).map_err(|error| error.to_string())?;
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
