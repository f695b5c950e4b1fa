//! Running the command in a folder of its own.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
pub(crate) const CLEAN: &str = r#"{"tags":{"team":"web"}}"#;
pub(crate) const URL: &str = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01";

/// A curl call with the mistake that the project is named for, and with no other.
pub(crate) fn curl() -> String {
    format!(
        "curl -X PATCH '{URL}' -d '{SPLIT}' -H 'Content-Type: application/json' -H 'Authorization: Bearer <ACCESS TOKEN>'"
    )
}

pub(crate) fn armbody(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armbody"));
    command.args(args).current_dir(folder).env("NO_COLOR", "1");
    command
}

pub(crate) fn armbody_with_input(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

#[track_caller]
pub(crate) fn expect(output: &Output, status: i32) -> (String, String) {
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "stdout: {out}\nstderr: {err}");
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}

/// `path:rule` of each line of a concise report.
#[track_caller]
pub(crate) fn found(folder: &Path, args: &[&str]) -> Vec<String> {
    let mut all = vec!["lint", "--format", "concise", "--exit-zero"];
    all.extend(args);
    let (out, _) = expect(&armbody(folder, &all), 0);
    out.lines()
        .map(|line| {
            let mut parts = line.splitn(4, ':');
            let path = parts.next().unwrap();
            let rule = parts.nth(2).unwrap().split_whitespace().nth(1).unwrap().trim_end_matches(':');
            format!("{path}:{rule}")
        })
        .collect()
}
