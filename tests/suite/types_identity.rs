//! The `identity` block of types that packs describe: what the pack says of it, held against an independent reading of
//! the published types, and blocks of 28 kinds, held against what Bicep says of them.
//!
//! Neither is part of the repository: they are looked for in `../shared`, and where they are not the tests say so.

use crate::support::needs::shared_text;
use std::collections::BTreeMap;

use armbody::container::Kind;
use armbody::lint::{Finding, Options, Severity, check};
use armbody::schema::types::{IdentityIdsForm, Pack};
use armbody::text::Source;
use rayon::prelude::*;
use serde_json::{Value, json};

#[test]
#[ignore = "needs the shared cases"]
fn the_pack_says_of_every_block_what_the_types_say() {
    let table = shared_text("azure-types/identity.tsv");
    let mut rows = 0;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, version, values, open, _, required, _, read_only, ids] = columns[..9] else {
            panic!("{line}");
        };
        let described = Pack::embedded().find(name).unwrap_or_else(|| panic!("{name} is not in the pack"));
        let described = described.version(version.parse().unwrap()).expect("the version is described");
        let facts = described.identity().unwrap_or_else(|| panic!("{name} {version} has a block"));
        let spelt = facts.values.join("|");
        let sorted = |text: &str| {
            let mut words: Vec<&str> = text.split('|').filter(|word| !word.is_empty()).collect();
            words.sort_unstable();
            words.join("|")
        };
        assert_eq!(sorted(&spelt), sorted(values), "{name} {version}");
        assert_eq!(facts.is_open && facts.has_type, open == "y", "{name} {version}: open");
        assert_eq!(facts.is_type_required, required == "y", "{name} {version}: type required");
        assert_eq!(facts.is_read_only, read_only == "y", "{name} {version}: read-only");
        let form = match ids {
            "map" => IdentityIdsForm::Map,
            "absent" => IdentityIdsForm::None,
            _ => IdentityIdsForm::Other,
        };
        assert_eq!(facts.ids, form, "{name} {version}: ids");
        rows += 1;
    }
    println!("{rows} blocks are what the types say");
}

fn findings(row: &Value) -> Vec<Finding> {
    let resource_type = row["type"].as_str().unwrap();
    let names = vec!["a"; resource_type.matches('/').count()].join("/");
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": resource_type,
            "apiVersion": row["version"],
            "name": names,
            "location": "westus",
            "identity": row["identity"],
        }],
    });
    let source = Source::new("main.json", template.to_string());
    let start = source.text().find("\"identity\"").unwrap() as u32;
    let mut findings = check(&source, Kind::Json, &Options::default());
    // What the resource lacks besides is not asked here.
    findings.retain(|it| it.span.start >= start && it.rule.name != "missing-property");
    findings
}

/// Kinds of blocks that Bicep never names and that are wrong wherever ids are a map.
const WRONG_ALL_THE_SAME: [&str; 4] =
    ["UserAssigned-without-map", "SystemAssigned-with-map", "None-with-map", "map-key-not-an-id"];

#[test]
#[ignore = "needs the shared cases"]
fn every_mistake_in_a_block_is_named_and_right_ones_are_quiet() {
    let text = shared_text("oracles/bicep/identity.jsonl");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let judged: Vec<(String, Option<String>)> = rows
        .par_iter()
        .map(|row| {
            let case = row["case"].as_str().unwrap();
            let traits = &row["traits"];
            let named_by_bicep = !row["bicep"].as_array().unwrap().is_empty();
            let has_map = traits["userAssignedIdentities"] == "map" && traits["identity_readOnly"] == "n";
            let values: Vec<&str> = traits["type_values"].as_str().unwrap().split('|').collect();
            let is_wrong = named_by_bicep
                || has_map && WRONG_ALL_THE_SAME.contains(&case)
                || case == "unknown-type-value" && values != [""];
            let found = findings(row);
            let loud = found.iter().any(|it| it.severity > Severity::Note);
            // In its own spelling, with what goes with it.
            let said = row["identity"]["type"].as_str().unwrap_or_default();
            let is_plain = matches!(
                case,
                "SystemAssigned" | "UserAssigned+map" | "both-with-space" | "both-no-space" | "None"
            );
            let is_right = is_plain && !named_by_bicep && values.contains(&said);
            let fault = if is_wrong && found.is_empty() {
                Some("not named")
            } else if is_right && !found.is_empty() {
                Some("not quiet")
            } else if !is_wrong && loud && is_plain {
                Some("too loud")
            } else {
                None
            };
            let fault = fault.map(|fault| format!("{} {}: {fault}", row["type"], row["version"]));
            (case.to_owned(), fault)
        })
        .collect();
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (case, fault) in &judged {
        faults.entry(case.clone()).or_default().extend(fault.clone());
    }
    faults.retain(|_, faults| !faults.is_empty());
    assert!(faults.is_empty(), "{faults:#?}");
    println!("{} blocks", judged.len());
}
