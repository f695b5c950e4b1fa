//! The checked-in schemas are what an import of the published files makes, and say what the published facts say.
//!
//! `ARMBODY_UPDATE_SCHEMAS=1 cargo test --test schema_import` writes them anew.

use std::path::{Path, PathBuf};

use armbody::schema::import::{embedded_types, import};

fn shared() -> Option<PathBuf> {
    let found = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("skipped: {} is not there", found.display());
    None
}

#[test]
fn a_fresh_import_is_what_is_checked_in() {
    let Some(shared) = shared() else { return };
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let made =
        import(&shared.join("specs"), &embedded_types()).unwrap_or_else(|errors| panic!("{errors:#?}"));
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
    assert_eq!(there, made.files.len(), "a file under schemas/ comes from no import");
}
