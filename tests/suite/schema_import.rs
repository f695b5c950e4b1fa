//! The checked-in schemas are what an import of the published files makes, and say what the published facts say.
//!
//! `ARMBODY_UPDATE_SCHEMAS=1 cargo test --test suite schema_import::` writes them anew.

use crate::support::needs::shared;
use std::path::Path;

use armbody::schema::import::{embedded_types, import};

#[test]
#[ignore = "needs the shared cases"]
fn a_fresh_import_is_what_is_checked_in() {
    let specification = shared("specs/specification");
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let made = import(&specification, &embedded_types()).unwrap_or_else(|errors| panic!("{errors:#?}"));
    if std::env::var_os("ARMBODY_UPDATE_SCHEMAS").is_some() {
        made.write(&schemas).expect("schemas/ is writable");
    }
    for (name, text) in &made.files {
        let checked_in = std::fs::read_to_string(schemas.join(name)).unwrap_or_default();
        assert!(checked_in == *text, "schemas/{name} is not what an import makes");
    }
    let mut there = 0;
    for folder in std::fs::read_dir(&schemas).expect("schemas/ is readable") {
        let folder = folder.expect("schemas/ is readable").path();
        there += if folder.is_dir() { folder.read_dir().expect("it is readable").count() } else { 1 };
    }
    // The types that Bicep publishes are another import's (`types.pack`, `types.tsv`), and which of them take PATCH a
    // script's (`patch-types.py`, `patch-types.tsv`).
    assert_eq!(there, made.files.len() + 4, "a file under schemas/ comes from no import");
}

/// References go up and into other folders of the tree, wherever in it one starts.
#[test]
#[ignore = "needs the shared cases"]
fn a_folder_below_the_tree_will_do() {
    let compute = shared("specs/specification/compute/resource-manager");
    let made = import(&compute, &embedded_types()[..2]).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/Microsoft.Compute/2022-03-01.json");
    let checked_in = std::fs::read_to_string(checked_in).expect("it is checked in");
    assert!(made.files["Microsoft.Compute/2022-03-01.json"] == checked_in);
    let missing = import(&compute, &embedded_types()).expect_err("identities are elsewhere");
    assert_eq!(missing.len(), 1);
}
