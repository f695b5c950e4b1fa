//! What is found in a file stands in the file where it says it does, whatever the file holds.
use std::path::{Path, PathBuf};

use armbody::container::{Kind, calls};
use armbody::notation::{Call, CallMistake, Payload};
use armbody::text::{Fragment, Source};

fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into(), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no {}", folder.display());
    None
}

/// Every file below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The calls, however the file's kind would have it read.
fn all_calls(source: &Source) -> Vec<Call<'_>> {
    let kinds = [Kind::Markdown, Kind::Shell, Kind::Json];
    kinds.into_iter().flat_map(|kind| calls(source, kind)).collect()
}

/// The corpus's calls, a line a file; `cargo test --test provenance -- --nocapture survey` prints them.
#[test]
fn survey_of_the_corpus() {
    let Some(shared) = shared() else { return };
    for path in files(&shared.join("corpus")) {
        let Some(kind) = Kind::of(&path).filter(|&kind| kind != Kind::Json) else { continue };
        let source = Source::read(&path, 1 << 26).unwrap();
        let found = calls(&source, kind);
        if found.is_empty() {
            continue;
        }
        let bodies = found.iter().filter(|call| call.body.text().is_some()).count();
        let arm = found.iter().filter(|call| call.looks_like_arm()).count();
        println!(
            "{}: {} calls, {bodies} bodies, {arm} ARM",
            path.file_name().unwrap().to_string_lossy(),
            found.len()
        );
        for call in &found {
            let text = |fragment: Option<&Fragment<'_>>| {
                fragment.map_or("-".to_owned(), |f| f.text().chars().take(90).collect())
            };
            let body = match &call.body {
                Payload::None => "-".to_owned(),
                Payload::Text(body) => format!("{:?}", body.text().chars().take(50).collect::<String>()),
                Payload::File(name) => format!("@{}", name.text()),
                Payload::Unknown(text) => format!("? {}", text.text().chars().take(50).collect::<String>()),
            };
            let mistakes: Vec<_> = call
                .mistakes
                .iter()
                .map(|CallMistake::UnterminatedQuote(at)| source.position(at.start))
                .collect();
            println!(
                "  {} {} {} H{} {body} {mistakes:?}",
                source.position(call.span.start).line,
                text(call.method.as_ref()),
                text(call.url.as_ref()),
                call.headers.len(),
            );
        }
    }
}
