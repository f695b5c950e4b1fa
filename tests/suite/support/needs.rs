//! What a test needs beyond Rust. Such a test is ignored, with what it needs as the reason; run all the same it fails
//! where that is missing, so that nothing is green that did not run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The folder of shared cases: beside the checkout, or what `ARMBODY_SHARED` names; `None` where there is none. For
/// tests that have cases of their own and take these besides.
pub(crate) fn shared_if_there(below: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join(below);
    path.exists().then_some(path)
}

#[track_caller]
pub(crate) fn shared(below: &str) -> PathBuf {
    shared_if_there(below)
        .unwrap_or_else(|| panic!("no {below} in ../shared: ARMBODY_SHARED names the folder of shared cases"))
}

#[track_caller]
pub(crate) fn shared_text(below: &str) -> String {
    std::fs::read_to_string(shared(below)).expect("UTF-8")
}

/// The lines of a file of JSON texts.
#[track_caller]
pub(crate) fn shared_rows(below: &str) -> Vec<Value> {
    shared_text(below).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// What `.ci/run` installs below `target/clients`.
#[track_caller]
pub(crate) fn client(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients").join(path);
    assert!(path.exists(), "{} is not there: .ci/run installs it", path.display());
    path
}

/// A Python that has these modules.
#[track_caller]
pub(crate) fn python(modules: &str) -> PathBuf {
    let python = std::env::var_os("ARMBODY_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/python/bin/python"),
        PathBuf::from,
    );
    let has = Command::new(&python)
        .args(["-c", &format!("import {modules}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        has.is_ok_and(|status| status.success()),
        "{} has no {modules}: .ci/run installs it",
        python.display()
    );
    python
}

/// What a script of `tests/data/scripts` answers to each of `cases`; it is run by a Python that has these modules.
#[track_caller]
pub(crate) fn answers(modules: &str, script: &str, cases: &[Value]) -> Vec<Value> {
    let mut child = Command::new(python(modules))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scripts").join(script))
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(Value::from(cases).to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

pub(crate) fn is_installed(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|path| path.join(program).is_file())
}

#[track_caller]
pub(crate) fn installed(programs: &[&str]) {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !is_installed(program)).collect();
    assert!(missing.is_empty(), "{} is not installed", missing.join(", "));
}
