//! Where the published files stand that the schemas are compared with.

#[allow(dead_code, reason = "not every test needs every part")]
pub(crate) mod bodies;
#[allow(dead_code, reason = "not every test needs every part")]
pub(crate) mod mutate;

use std::path::{Path, PathBuf};

/// A path below the folder of published files; `None`, with a word about it, when it is not there.
pub(crate) fn specs(below: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("specs").join(below);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}
