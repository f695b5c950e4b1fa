//! What the imported schemas say, row by row against tables that were drawn from the same files by other means.

use crate::support::needs::shared_text;
use std::collections::{BTreeMap, BTreeSet};

use armbody::arm::{ApiVersion, Method, ResourceType, published};
use armbody::schema::paths::{Property, paths, steps};
use armbody::schema::{Document, Schemas};

fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = shared_text(&format!("specs/facts/{name}"));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split('\t').collect();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), header.len(), "{line}");
        header.iter().zip(columns).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
    };
    lines.map(row).collect()
}

fn sorted(text: &str, separator: char) -> BTreeSet<&str> {
    text.split(separator).filter(|part| !part.is_empty()).collect()
}

fn version(text: &str) -> ApiVersion {
    text.parse().expect("a version")
}

fn yes(is: bool) -> String {
    (if is { "y" } else { "n" }).to_owned()
}

#[test]
fn what_the_program_says_of_versions_is_what_the_schemas_have() {
    let schemas = Schemas::embedded();
    for resource_type in ResourceType::ALL {
        let described: Vec<_> =
            schemas.versions(resource_type.full_name()).map(|e| (e.version, e.methods.clone())).collect();
        let published: Vec<_> = published(resource_type)
            .iter()
            .map(|p| {
                let methods = [Method::Put, Method::Patch].into_iter().filter(|method| p.supports(*method));
                (p.version, methods.collect())
            })
            .collect();
        assert_eq!(described, published, "{resource_type}");
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn versions_stability_and_methods() {
    let rows = table("api-versions.tsv");
    let schemas = Schemas::embedded();
    assert_eq!(schemas.entries().len(), rows.len());
    for row in rows {
        let (resource_type, version) = (&row["resource_type"], &row["api_version"]);
        let entry = schemas
            .entry(resource_type, self::version(version))
            .unwrap_or_else(|| panic!("no {resource_type} {version}"));
        assert_eq!(entry.resource_type, *resource_type);
        assert_eq!(entry.version.is_preview(), row["stability"] == "preview", "{resource_type} {version}");
        let methods: BTreeSet<&str> = entry.methods.iter().map(|m| m.as_str()).collect();
        assert_eq!(methods, sorted(&row["methods"], ','), "{resource_type} {version}");
    }
}

/// The columns of `identity-history.tsv` for one method, as the schema has them.
fn identity(document: &Document, resource_type: &str, method: Method) -> BTreeMap<&'static str, String> {
    let all = paths(document, resource_type, method);
    let find = |path: &str| all.iter().find(|p| p.path == path);
    let below = |path: &str| -> Vec<&Property<'_>> {
        let inside = |p: &&Property<'_>| {
            p.path
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|rest| !rest.contains(['.', '[', '{']))
        };
        all.iter().filter(inside).collect()
    };
    let mut out = BTreeMap::new();
    out.insert("identity", yes(find("identity").is_some()));
    if let Some(identity) = find("identity") {
        let name = identity.schema["$ref"].as_str().expect("identity is a definition");
        let name = name.strip_prefix("#/$defs/").expect("it is a definition here");
        out.insert("definition", name.trim_end_matches(".PATCH").to_owned());
        let kind = find("identity.type").expect("an identity has a type");
        let closed = kind.target["enum"].as_array();
        let values = closed
            .or_else(|| kind.target["x-armbody-known-values"].as_array())
            .expect("its values are listed");
        let values: BTreeSet<&str> = values.iter().filter_map(|v| v.as_str()).collect();
        out.insert("type_values", values.into_iter().collect::<Vec<_>>().join("|"));
        out.insert("type_modelAsString", yes(closed.is_none()));
        out.insert("identityIds", yes(find("identity.identityIds").is_some()));
        out.insert("userAssignedIdentities", yes(find("identity.userAssignedIdentities").is_some()));
        let marked = |p: &&Property<'_>| {
            format!("{}{}", p.name().expect("a name"), if p.read_only { ":readOnly" } else { "" })
        };
        let list = |properties: Vec<String>| properties.join(",");
        out.insert(
            "uai_value_properties",
            list(below("identity.userAssignedIdentities{}").iter().map(marked).collect()),
        );
        let known = ["type", "identityIds", "userAssignedIdentities"];
        let (read_only, other): (Vec<&Property<'_>>, Vec<_>) = below("identity")
            .into_iter()
            .filter(|p| !known.contains(&p.name().expect("a name")))
            .partition(|p| p.read_only);
        let names =
            |list: Vec<&Property<'_>>| list.iter().filter_map(|p| p.name()).collect::<Vec<_>>().join(",");
        out.insert("identity_readOnly", names(read_only));
        out.insert("identity_other", names(other));
    }
    let top: Vec<&str> =
        all.iter().map(|p| p.path.as_str()).filter(|p| !p.contains(['.', '[', '{'])).collect();
    for (column, name) in [
        ("has_identity", "identity"),
        ("has_tags", "tags"),
        ("has_zones", "zones"),
        ("has_plan", "plan"),
        ("has_sku", "sku"),
        ("has_location", "location"),
    ] {
        out.insert(column, yes(top.contains(&name)));
    }
    out.insert("top_level", top.join(","));
    out
}

#[test]
#[ignore = "needs the shared cases"]
fn identity_by_type_and_version() {
    let rows = table("identity-history.tsv");
    let schemas = Schemas::embedded();
    let mut compared = 0;
    for row in &rows {
        let (resource_type, version) = (&row["resource_type"], &row["api_version"]);
        let document =
            schemas.open(resource_type, self::version(version)).expect("it opens").expect("it is there");
        let has_patch = document.entry(resource_type, Method::Patch).is_some();
        assert_eq!(row["has_patch"], yes(has_patch), "{resource_type} {version}");
        for (prefix, method) in [("put_", Method::Put), ("patch_", Method::Patch)] {
            let there = document.entry(resource_type, method).is_some();
            let found = if there { identity(&document, resource_type, method) } else { BTreeMap::new() };
            for (column, expected) in row {
                let Some(name) = column.strip_prefix(prefix) else { continue };
                // Without the operation, or without an identity, the columns about it are empty.
                let got = found.get(name).map_or("", String::as_str);
                let lists = [
                    "type_values",
                    "uai_value_properties",
                    "identity_readOnly",
                    "identity_other",
                    "top_level",
                ];
                let separator = if name == "type_values" { '|' } else { ',' };
                if lists.contains(&name) {
                    assert_eq!(
                        sorted(got, separator),
                        sorted(expected, separator),
                        "{resource_type} {version} {column}"
                    );
                } else {
                    assert_eq!(got, expected, "{resource_type} {version} {column}");
                }
                compared += 1;
            }
        }
    }
    eprintln!("{} rows, {compared} values compared", rows.len());
}

#[derive(Default)]
struct Seen {
    versions: Vec<ApiVersion>,
    kinds: Vec<String>,
    read_only: bool,
    required: bool,
}

#[test]
#[ignore = "needs the shared cases"]
fn properties_over_time() {
    let rows = table("property-history.tsv");
    let schemas = Schemas::embedded();
    let mut seen: BTreeMap<(String, String), Seen> = BTreeMap::new();
    for entry in schemas.entries() {
        let document =
            schemas.open(&entry.resource_type, entry.version).expect("it opens").expect("it is there");
        for property in paths(&document, &entry.resource_type, Method::Put) {
            let at = seen.entry((entry.resource_type.clone(), property.path.clone())).or_default();
            at.versions.push(entry.version);
            let kind = property.kind().expect("every property has a type").to_owned();
            if at.kinds.last() != Some(&kind) {
                at.kinds.push(kind);
            }
            (at.read_only, at.required) = (property.read_only, property.required);
        }
    }
    for row in &rows {
        let (resource_type, path) = (&row["resource_type"], &row["path"]);
        let at = seen
            .get(&(resource_type.clone(), path.clone()))
            .unwrap_or_else(|| panic!("no {resource_type} {path}"));
        let all: Vec<ApiVersion> = schemas.versions(resource_type).map(|e| e.version).collect();
        let (first, last) = (at.versions[0], *at.versions.last().expect("one at least"));
        let between = all.iter().filter(|v| **v > first && **v < last && !at.versions.contains(v));
        let gaps: Vec<String> = between.map(ToString::to_string).collect();
        let gone = all.last() != Some(&last);
        let got = [
            ("first_api_version", first.to_string()),
            ("last_api_version", last.to_string()),
            ("versions", at.versions.len().to_string()),
            ("gaps", gaps.join(",")),
            ("types", at.kinds.join(">")),
            ("last_readOnly", yes(at.read_only)),
            ("last_required", yes(at.required)),
            ("gone", yes(gone)),
        ];
        for (column, value) in got {
            assert_eq!(value, row[column], "{resource_type} {path} {column}");
        }
        // The index that the program asks says the same; to it, names that differ in case are one.
        let same = |(other, at): (&(String, String), &Seen)| {
            (other.0 == *resource_type && other.1.eq_ignore_ascii_case(path)).then(|| at.versions.clone())
        };
        let versions: BTreeSet<ApiVersion> = seen.iter().filter_map(same).flatten().collect();
        let history = schemas.history(resource_type, Method::Put, &steps(path));
        let indexed = all.iter().copied().filter(|v| history.iter().any(|range| range.contains(*v)));
        assert_eq!(indexed.collect::<BTreeSet<_>>(), versions, "{resource_type} {path}");
    }
    let listed: BTreeSet<(&str, &str)> =
        rows.iter().map(|row| (row["resource_type"].as_str(), row["path"].as_str())).collect();
    let types: BTreeSet<&str> = listed.iter().map(|(resource_type, _)| *resource_type).collect();
    for (resource_type, path) in seen.keys().filter(|(t, _)| types.contains(t.as_str())) {
        assert!(
            listed.contains(&(resource_type.as_str(), path.as_str())),
            "not in the table: {resource_type} {path}"
        );
    }
    eprintln!("{} rows compared", rows.len());
}
