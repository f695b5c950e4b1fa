//! The table of versions against the published facts, row by row.

use crate::support::needs::shared_text;
use std::collections::BTreeMap;

use armbody::arm::{ApiVersion, IdentityForm, Method, PublishedVersion, RequestUrl, ResourceType, published};

/// The rows of a table of facts as maps from column to value.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = shared_text(&format!("specs/facts/{name}"));
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    let row = |line: &str| names.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect();
    lines.map(row).collect()
}

fn ours(row: &BTreeMap<String, String>) -> (ResourceType, ApiVersion, &'static PublishedVersion) {
    let resource_type: ResourceType = row["resource_type"].parse().unwrap();
    let version: ApiVersion = row["api_version"].parse().unwrap();
    let ours = published(resource_type).iter().find(|ours| ours.version == version);
    (resource_type, version, ours.unwrap_or_else(|| panic!("{resource_type} {version} is missing")))
}

#[test]
#[ignore = "needs the shared cases"]
fn every_published_version_is_there_with_its_methods() {
    let facts = rows("api-versions.tsv");
    for row in &facts {
        let (resource_type, version, ours) = ours(row);
        assert_eq!(version.to_string(), row["api_version"]);
        assert_eq!(version.is_preview(), row["stability"] == "preview", "{resource_type} {version}");
        let methods: Vec<Method> = row["methods"].split(',').map(|method| method.parse().unwrap()).collect();
        for method in [Method::Put, Method::Patch] {
            assert_eq!(
                ours.supports(method),
                methods.contains(&method),
                "{resource_type} {version} {method}"
            );
        }
    }
    for resource_type in ResourceType::ALL {
        let known = facts.iter().filter(|row| row["resource_type"] == resource_type.full_name()).count();
        assert_eq!(
            published(resource_type).len(),
            known,
            "{resource_type}: versions that were never published"
        );
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn every_version_has_the_identity_form_of_the_history() {
    let facts = rows("identity-history.tsv");
    let mut checked = 0;
    for row in &facts {
        let (resource_type, version, ours) = ours(row);
        let form = |operation: &str| {
            let has = |column: &str| row[&format!("{operation}_{column}")] == "y";
            match (has("identity"), has("identityIds"), has("userAssignedIdentities")) {
                (false, ..) => IdentityForm::None,
                (true, false, false) => IdentityForm::SystemOnly,
                (true, true, false) => IdentityForm::Ids,
                (true, false, true) => IdentityForm::Map,
                (true, true, true) => panic!("{resource_type} {version} has both"),
            }
        };
        let place = format!("{resource_type} {version}");
        assert_eq!(ours.identity, form("put"), "{place}");
        assert_eq!(ours.patch, row["has_patch"] == "y", "{place}");
        if ours.patch {
            assert_eq!(ours.identity, form("patch"), "{place}");
        }
        let types = match ours.identity {
            IdentityForm::None => "",
            IdentityForm::SystemOnly => "SystemAssigned",
            IdentityForm::Ids | IdentityForm::Map => {
                "None|SystemAssigned|SystemAssigned, UserAssigned|UserAssigned"
            }
        };
        assert_eq!(row["put_type_values"], types, "{place}");
        checked += 1;
    }
    assert!(checked >= 60, "{checked} rows");
}

/// The rows of a table beside `specs`, as [`rows`] has them.
fn rows_of_facts(name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&format!("../../facts/{name}"))
}

#[test]
#[ignore = "needs the shared cases"]
fn every_action_and_view_is_no_type() {
    let (actions, views) = (rows_of_facts("actions.tsv"), rows_of_facts("actions-other-methods.tsv"));
    // A path that has a resource of the type, or one that ends with the type.
    let path = |row: &BTreeMap<String, String>, named: bool, last: &str| {
        let mut path =
            format!("/subscriptions/s/resourceGroups/g/providers/{}", row["provider"].replace('*', "A.B"));
        let types: Vec<&str> = row["type"].split('/').filter(|it| *it != "-").collect();
        for (index, name) in types.iter().enumerate() {
            path.push('/');
            path.push_str(name);
            if named || index + 1 < types.len() {
                path.push_str("/x");
            }
        }
        (format!("{path}/{last}?api-version=2020-01-01"), types.len())
    };
    let of = |path: &str, method: &str| {
        let url = RequestUrl::read_with(path, method.parse().ok());
        let types = url.resource_type().map_or(0, |name| name.types().count());
        (url.action().map(str::to_owned), types)
    };
    let mut count = 0;
    for row in actions.iter().filter(|row| !row["type"].contains('{')) {
        let action = &row["action"];
        for shape in row["shape"].split(',') {
            let (path, types) = path(row, shape != "collection", action);
            assert_eq!(of(&path, "POST"), (Some(action.clone()), types), "{path}");
            count += 1;
        }
    }
    for row in views.iter().filter(|row| row["type"] != "-" && !row["type"].contains('{')) {
        let (path, types) = path(row, true, &row["last_segment"]);
        let is_action = actions.iter().any(|it| {
            let is = |name: &str, other: &str| row[name].eq_ignore_ascii_case(&it[other]);
            is("provider", "provider") && is("type", "type") && is("last_segment", "action")
        });
        if !is_action {
            assert_eq!(of(&path, "GET"), (Some(row["last_segment"].clone()), types), "{path}");
            count += 1;
        }
    }
    eprintln!("{count} actions and views");
}
