//! Records through Spark, as `docs/at-scale.md` puts them: the answers are those of one process.

use crate::support::needs::{installed, python, shared_if_there};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::cli::{command, expect};
use serde_json::json;

/// Every file of a folder whose name ends with one of these.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if armbody::container::Kind::of(&path).is_some() {
                found.push(path);
            }
        }
    }
    found.sort();
}

/// The corpus if it is there, else the repository's own documents.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    if let Some(corpus) = shared_if_there("corpus") {
        files(&corpus, &mut found);
    } else {
        for folder in ["docs", "examples", "tests/data"] {
            files(&root.join(folder), &mut found);
        }
    }
    found
}

#[test]
#[ignore = "needs pyspark and java"]
fn spark_says_what_one_process_says() {
    installed(&["java"]);
    let python = python("pyspark");
    let folder = tempfile::tempdir().unwrap();
    let (records, answers) = (folder.path().join("records.jsonl"), folder.path().join("answers.jsonl"));
    let mut lines = String::new();
    for path in documents() {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        lines += &(json!({ "path": path.to_string_lossy(), "text": text }).to_string() + "\n");
    }
    lines += "this is not a record\n";
    fs::write(&records, &lines).unwrap();

    let args = ["lint", "--stream", "--no-config", "--exit-zero"];
    let output = command(folder.path(), &args).stdin(fs::File::open(&records).unwrap()).output().unwrap();
    let (one, _) = expect(&output, 0);
    assert_eq!(one.lines().count(), lines.lines().count());
    assert!(one.contains("\"rule\":\"identity-type-split\"") && one.contains("\"error\":\"not JSON"));

    let output = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/scripts/at_scale.py"))
        .args([Path::new(env!("CARGO_BIN_EXE_armbody")), &records, &answers])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let (out, _) = expect(&output, 0);
    eprintln!("{} records in {}", lines.lines().count(), out.trim());
    let many = fs::read_to_string(&answers).unwrap();
    // A line's number is that of its own stream.
    let numberless = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| {
                let mut answer: serde_json::Value = serde_json::from_str(line).unwrap();
                answer.as_object_mut().unwrap().remove("line");
                answer.to_string()
            })
            .collect()
    };
    let (one, many) = (numberless(&one), numberless(&many));
    assert_eq!(many.len(), one.len());
    for (many, one) in many.iter().zip(&one) {
        assert_eq!(many, one);
    }
}
