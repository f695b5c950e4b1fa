//! A hundred thousand mutated files, the same in every run, through five commands of the program: no fault, no end but
//! its own. Documents are those of the repository and, if they are there, of the folders beside it. By hand:
//!
//! ```sh
//! cargo test --profile quick --test suite campaign:: -- --ignored --nocapture
//! ```
//!
//! `ARMBODY_FILES=5000` makes fewer, `ARMBODY_SEED=7` others. What fails is kept under `target/campaign`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::alphabet::odd_words;
use crate::support::mutate::{WORDS, documents, excerpt, mutate};
use crate::support::random::Random;
use serde_json::json;

/// Files of one run of a command.
const BATCH: usize = 1000;

/// No file is longer: what matters is how many kinds of mistakes meet.
const MAX_LEN: usize = 3000;

/// Runs a command in `folder`; what went wrong, if anything did.
fn run(folder: &Path, args: &[&str], names: &[String], input: Option<String>) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armbody"));
    command.args(args).args(names).current_dir(folder).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let writer = input.map(|input| {
        let mut stdin = child.stdin.take().unwrap();
        std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())))
    });
    let output = child.wait_with_output().unwrap();
    writer.map(std::thread::JoinHandle::join);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_fault = err.contains("a fault of the program") || err.contains("panicked");
    // Some files cannot be read, which is 2; an end by a signal is none.
    if is_fault || !matches!(output.status.code(), Some(0..=2)) {
        let first: Vec<&str> = err.lines().filter(|line| line.contains("fault")).take(5).collect();
        return Err(format!("{args:?}: {} {first:?}", output.status));
    }
    Ok(out)
}

#[test]
#[ignore = "takes minutes: a hundred thousand files"]
fn a_hundred_thousand_mutated_files() {
    let count: usize = std::env::var("ARMBODY_FILES").map_or(100_000, |count| count.parse().unwrap());
    let seed: u64 = std::env::var("ARMBODY_SEED").map_or(20_261_127, |seed| seed.parse().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pool = Vec::new();
    for folder in ["examples", "docs", "tests/data", "../shared/corpus", "../shared/field/cases"] {
        let before = pool.len();
        documents(&root.join(folder), &mut pool);
        eprintln!("{folder}: {} documents", pool.len() - before);
    }
    let odd = odd_words();
    let kept = root.join("target/campaign");
    let mut random = Random(seed);
    let (mut failures, mut done, start) = (Vec::new(), 0, Instant::now());
    while done < count {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (mut records, mut names) = (String::new(), Vec::new());
        for number in 0..BATCH.min(count - done) {
            let (document, other) = (random.pick(&pool).unwrap(), random.pick(&pool).unwrap());
            let mut text = excerpt(document, MAX_LEN, &mut random);
            mutate(&mut text, &other.text, (&WORDS, &odd), &mut random);
            text.truncate(2 * MAX_LEN);
            let extension = if random.below(20) == 0 { &other.extension } else { &document.extension };
            let name = format!("{number}.{extension}");
            records += &json!({ "path": name, "text": String::from_utf8_lossy(&text) }).to_string();
            records.push('\n');
            fs::write(at.join(&name), text).unwrap();
            names.push(name);
        }
        let lines = records.lines().count();
        let formats = ["text", "json", "sarif", "junit", "gitlab", "github", "concise"];
        let format = formats[done / BATCH % formats.len()];
        let mut wrong = Vec::new();
        for args in [
            &["lint", "--no-config", "--quiet", "--format", format][..],
            &["requests", "--format", "json"],
            &["lint", "--no-config", "--quiet", "--diff", "--unsafe-fixes"],
        ] {
            wrong.extend(run(at, args, &names, None).err());
        }
        match run(at, &["lint", "--no-config", "--stream"], &[], Some(records)) {
            Ok(out) if out.lines().count() == lines && !out.contains("\"internal-error\"") => {}
            Ok(out) => wrong.push(format!("--stream: {} answers to {lines} records", out.lines().count())),
            Err(problem) => wrong.push(problem),
        }
        // The last, for it changes them; what it leaves is read once more.
        if !wrong.is_empty() {
            let place = kept.join(done.to_string());
            fs::create_dir_all(&place).unwrap();
            for entry in fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                fs::copy(&path, place.join(path.file_name().unwrap())).unwrap();
            }
        }
        wrong.extend(run(at, &["lint", "--no-config", "--quiet", "--fix"], &names, None).err());
        done += BATCH.min(count - done);
        if !wrong.is_empty() {
            eprintln!("{done}: {wrong:#?}");
            failures.extend(wrong);
        }
        if done.is_multiple_of(10_000) {
            eprintln!("{done} files in {:.0?}, {} failures", start.elapsed(), failures.len());
        }
    }
    eprintln!("{done} files, five commands each, {:.0?}", start.elapsed());
    assert!(failures.is_empty(), "see {}: {failures:#?}", kept.display());
}
