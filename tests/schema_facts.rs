//! What the imported schemas say, row by row against tables that were drawn from the same files by other means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use armbody::schema::paths::{Property, paths};
use armbody::schema::{Document, Schemas};

fn table(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("specs/facts").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split('\t').collect();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), header.len(), "{line}");
        header.iter().zip(columns).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
    };
    Some(lines.map(row).collect())
}

fn sorted(text: &str, separator: char) -> BTreeSet<&str> {
    text.split(separator).filter(|part| !part.is_empty()).collect()
}

fn yes(is: bool) -> String {
    (if is { "y" } else { "n" }).to_owned()
}

#[test]
fn versions_stability_and_methods() {
    let Some(rows) = table("api-versions.tsv") else { return };
    let schemas = Schemas::embedded();
    assert_eq!(schemas.entries().len(), rows.len());
    for row in rows {
        let (resource_type, version) = (&row["resource_type"], &row["api_version"]);
        let entry =
            schemas.entry(resource_type, version).unwrap_or_else(|| panic!("no {resource_type} {version}"));
        assert_eq!(entry.resource_type, *resource_type);
        assert_eq!(entry.is_preview(), row["stability"] == "preview", "{resource_type} {version}");
        let methods: BTreeSet<&str> = entry.methods.iter().map(String::as_str).collect();
        assert_eq!(methods, sorted(&row["methods"], ','), "{resource_type} {version}");
    }
}

/// The columns of `identity-history.tsv` for one method, as the schema has them.
fn identity(document: &Document, resource_type: &str, method: &str) -> BTreeMap<&'static str, String> {
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
fn identity_by_type_and_version() {
    let Some(rows) = table("identity-history.tsv") else { return };
    let schemas = Schemas::embedded();
    let mut compared = 0;
    for row in &rows {
        let (resource_type, version) = (&row["resource_type"], &row["api_version"]);
        let document = schemas.open(resource_type, version).expect("it opens").expect("it is there");
        let has_patch = document.entry(resource_type, "PATCH").is_some();
        assert_eq!(row["has_patch"], yes(has_patch), "{resource_type} {version}");
        for (prefix, method) in [("put_", "PUT"), ("patch_", "PATCH")] {
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

#[test]
fn properties_over_time() {
    #[derive(Default)]
    struct Seen<'a> {
        versions: Vec<&'a str>,
        kinds: Vec<String>,
        read_only: bool,
        required: bool,
    }
    let Some(rows) = table("property-history.tsv") else { return };
    let schemas = Schemas::embedded();
    let mut expected_types: BTreeSet<&str> = BTreeSet::new();
    let mut seen: BTreeMap<(String, String), Seen<'_>> = BTreeMap::new();
    for entry in schemas.entries() {
        let document =
            schemas.open(&entry.resource_type, &entry.version).expect("it opens").expect("it is there");
        for property in paths(&document, &entry.resource_type, "PUT") {
            let at = seen.entry((entry.resource_type.clone(), property.path.clone())).or_default();
            at.versions.push(&entry.version);
            let kind = property.kind().expect("every property has a type").to_owned();
            if at.kinds.last() != Some(&kind) {
                at.kinds.push(kind);
            }
            (at.read_only, at.required) = (property.read_only, property.required);
        }
    }
    for row in &rows {
        let (resource_type, path) = (&row["resource_type"], &row["path"]);
        expected_types.insert(resource_type);
        let at = seen
            .remove(&(resource_type.clone(), path.clone()))
            .unwrap_or_else(|| panic!("no {resource_type} {path}"));
        let all: Vec<&str> = schemas.versions(resource_type).map(|e| e.version.as_str()).collect();
        let (first, last) = (at.versions[0], *at.versions.last().expect("one at least"));
        let gaps: Vec<&str> =
            all.iter().copied().filter(|v| *v > first && *v < last && !at.versions.contains(v)).collect();
        let got = [
            ("first_api_version", first.to_owned()),
            ("last_api_version", last.to_owned()),
            ("versions", at.versions.len().to_string()),
            ("gaps", gaps.join(",")),
            ("types", at.kinds.join(">")),
            ("last_readOnly", yes(at.read_only)),
            ("last_required", yes(at.required)),
            ("gone", yes(all.last() != Some(&last))),
        ];
        for (column, value) in got {
            assert_eq!(value, row[column], "{resource_type} {path} {column}");
        }
        // The index that the program asks must say the same as the schemas.
        let steps = armbody::schema::paths::steps(path);
        let history = schemas.history(resource_type, "PUT", &steps).expect("it opens").expect("it is known");
        assert_eq!(history.len(), 1, "{path}");
        assert_eq!(history[0].since, first, "{path}");
        assert_eq!(history[0].until.as_deref(), (all.last() != Some(&last)).then_some(last), "{path}");
    }
    seen.retain(|(resource_type, _), _| expected_types.contains(resource_type.as_str()));
    assert!(seen.is_empty(), "not in the table: {:?}", seen.keys().collect::<Vec<_>>());
    eprintln!("{} rows compared", rows.len());
}
