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
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::alphabet::odd_words;
use crate::support::random::Random;
use serde_json::json;

/// Files of one run of a command.
const BATCH: usize = 1000;

/// No file is longer: what matters is how many kinds of mistakes meet.
const MAX_LEN: usize = 3000;

/// Words of every notation that a mutation puts between two tokens.
const WORDS: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\\\"",
    "`",
    "\n",
    "\r\n",
    "\t",
    " ",
    "...",
    "…",
    "//",
    "/*",
    "*/",
    "#",
    "<!--",
    "-->",
    "```",
    "```json\n",
    "```bash\n",
    "```powershell\n",
    "~~~\n",
    "> ",
    "1. ",
    "$",
    "$(",
    "${",
    "@",
    "@{",
    "@'\n",
    "\n'@",
    "@\"\n",
    "\n\"@",
    "<<EOF\n",
    "\nEOF\n",
    "&&",
    "|",
    ";",
    "=",
    "-d ",
    "-d '",
    "--body ",
    "-H ",
    "-Body ",
    "curl -X PATCH ",
    "az rest --method put --url ",
    "Invoke-AzRestMethod ",
    "\"type\":",
    "\"identity\":{",
    "\"SystemAssigned\"",
    "None",
    "True",
    "01",
    "[parameters('",
    "')]",
    "[[",
    "<ID>",
    "armbody-ignore comment",
];

struct Document {
    extension: String,
    text: Vec<u8>,
}

/// The documents under `folder`, in the order of their names.
fn documents(folder: &Path, found: &mut Vec<Document>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            documents(&path, found);
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let known = ["md", "json", "sh", "ps1", "http", "yml", "yaml", "txt"].contains(&extension.as_str());
        if known && let Ok(text) = fs::read(&path) {
            found.push(Document { extension, text });
        }
    }
}

fn excerpt(document: &Document, random: &mut Random) -> Vec<u8> {
    let text = &document.text;
    if text.len() <= MAX_LEN && random.below(3) > 0 {
        return text.clone();
    }
    let start = random.below(text.len().max(1)).min(text.len());
    let start = text[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text[start..(start + 100 + random.below(MAX_LEN - 100)).min(text.len())].to_vec()
}

/// A place between two tokens from `at` on, or `at` itself.
fn between(text: &[u8], at: usize) -> usize {
    let edge = |pair: &[u8]| pair[0].is_ascii_alphanumeric() != pair[1].is_ascii_alphanumeric();
    text[at..].windows(2).position(edge).map_or(at, |len| at + len + 1)
}

fn mutate(text: &mut Vec<u8>, other: &[u8], odd: &[String], random: &mut Random) {
    for _ in 0..=random.below(5) {
        let at = random.below(text.len() + 1);
        let to = (at + random.below(20)).min(text.len());
        match random.below(14) {
            0 => drop(text.drain(at..to)),
            1 => {
                let copied = text[at..to].to_vec();
                let place = random.below(text.len() + 1);
                text.splice(place..place, copied);
            }
            2 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            3 => text.truncate(at.max(text.len() / 2)),
            4 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(300)).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
            5 => {
                let count = 1 << random.below(9);
                let word = random.pick(&WORDS).unwrap().repeat(count);
                text.splice(at..at, word.bytes());
            }
            6 => {
                // Every white space, or every one of a punctuation mark, as another.
                let from = *random.pick(b" \n,:\"'{}").unwrap();
                let word = random.pick(odd).unwrap();
                let replaced = text
                    .iter()
                    .flat_map(|&byte| if byte == from { word.as_bytes().to_vec() } else { vec![byte] });
                *text = replaced.collect();
            }
            7 => text.make_ascii_uppercase(),
            8 => {
                let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
                *text = lines.join(&b"\r\n"[..]);
            }
            9 | 10 => {
                let place = between(text, at);
                let word = random.pick(&WORDS).unwrap();
                text.splice(place..place, word.bytes());
            }
            _ => {
                let place = if random.below(3) == 0 { at } else { between(text, at) };
                let end = (place + random.below(2)).min(text.len());
                let word = random.pick(odd).unwrap().repeat(1 + random.below(2));
                text.splice(place..end, word.bytes());
            }
        }
        text.truncate(2 * MAX_LEN);
    }
}

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
            let mut text = excerpt(document, &mut random);
            mutate(&mut text, &other.text, &odd, &mut random);
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
