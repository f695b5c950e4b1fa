//! A fix comes to one text wherever it is shown: the frame, `--diff`, SARIF and `--fix`.

use std::fs;
use std::path::Path;

use crate::support::cli::{armbody, folder};
use armbody::container::Kind;
use armbody::lint::{Options, check, fix};
use armbody::text::{Edit, Source, Span, apply_edits};
use serde_json::Value;

/// The code blocks of the pages' bad examples, each a document of its own with lines that a frame shows whole.
fn documents() -> Vec<String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut paths: Vec<_> = fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\n```") {
            let block = &rest[at + 1..];
            let Some(end) = block[3..].find("\n```") else { break };
            documents.push(format!("# Virtual machines\n\nSend this:\n\n{}\n", &block[..3 + end + 4]));
            rest = &block[3 + end + 4..];
        }
    }
    documents
}

/// The text that the replacements of a result's fix come to.
fn by_sarif(source: &Source, fix: &Value) -> String {
    let text = source.text();
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let number = |region: &Value, name: &str| region[name].as_u64().map(|it| it as usize);
    let at = |line: usize, column: usize| {
        let start = starts[line - 1];
        let len: usize = text[start..].chars().take(column - 1).map(char::len_utf8).sum();
        start + len
    };
    let replacements = fix["artifactChanges"][0]["replacements"].as_array().unwrap();
    let edits: Vec<Edit> = replacements
        .iter()
        .map(|it| {
            let region = &it["deletedRegion"];
            let line = number(region, "startLine").unwrap();
            let column = number(region, "startColumn").unwrap_or(1);
            let end_line = number(region, "endLine").unwrap_or(line);
            let end_column = number(region, "endColumn").unwrap();
            let span = Span::new(at(line, column), at(end_line, end_column));
            Edit::replace(span, it["insertedContent"]["text"].as_str().unwrap_or(""))
        })
        .collect();
    apply_edits(text, &edits).unwrap()
}

/// The new lines that a frame or a diff shows.
fn shown(out: &str) -> Vec<String> {
    let line = |line: &str| {
        let (number, rest) = line.trim_start().split_once(' ')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
        let rest = rest.strip_prefix("+ ").or_else(|| rest.strip_prefix("~ "))?;
        Some(rest.to_owned())
    };
    out.lines().filter_map(line).collect()
}

#[test]
fn a_fix_is_the_same_wherever_it_is_shown() {
    let mut count = 0;
    let mut framed = 0;
    for text in documents() {
        let source = Source::new("x.md", text.clone());
        let mended = fix(Source::new("x.md", text.clone()), Kind::Markdown, &Options::default(), false);
        let found = check(&source, Kind::Markdown, &Options::default());
        let mut fixes: Vec<_> =
            found.iter().filter_map(|it| it.fix.as_ref().filter(|fix| fix.safe)).collect();
        fixes.dedup_by(|a, b| a.edits == b.edits);
        // One fix that leaves nothing to fix: all have to show the same.
        let [only] = fixes[..] else { continue };
        if mended.applied != 1 {
            continue;
        }
        let wanted = apply_edits(&text, &only.edits).unwrap();
        assert_eq!(mended.source.text(), wanted, "{text}");
        let place = folder(&[("x.md", &text)]);
        let run = |args: &[&str]| {
            let all: Vec<&str> =
                ["lint", "--no-config", "x.md"].into_iter().chain(args.iter().copied()).collect();
            String::from_utf8(armbody(place.path(), &all).stdout).unwrap()
        };
        let sarif: Value = serde_json::from_str(&run(&["--format", "sarif"])).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let fixes: Vec<&Value> = results
            .iter()
            .filter_map(|it| it["fixes"].as_array()?.first())
            .filter(|it| !it["description"]["text"].as_str().unwrap_or("").contains("to be looked at"))
            .collect();
        // What must not be shown is not passed on.
        if let [fix] = fixes[..] {
            assert_eq!(by_sarif(&source, fix), wanted, "{text}");
        }
        let secret = fixes.is_empty();
        let diff = run(&["--diff"]);
        let added: Vec<&str> = diff
            .lines()
            .filter(|line| line.starts_with('+') && !line.starts_with("+++"))
            .map(|line| &line[1..])
            .collect();
        let lines: Vec<&str> = wanted.lines().collect();
        for line in added.iter().filter(|_| !secret) {
            assert!(lines.contains(line), "--diff shows {line}\nof {wanted}");
        }
        for line in shown(&run(&[])).iter().filter(|line| !secret && !line.contains(['…', '\u{fffd}'])) {
            // Blanks at the end of a line are not seen.
            let is_there = lines.iter().any(|it| it.trim_end() == line.trim_end());
            assert!(is_there || line.contains("U+"), "the frame shows {line}\nof {wanted}");
            framed += 1;
        }
        run(&["--fix"]);
        assert_eq!(fs::read_to_string(place.path().join("x.md")).unwrap(), wanted, "--fix\n{text}");
        count += 1;
    }
    eprintln!("{count} fixes, {framed} whole lines of frames");
    assert!(count > 40 && framed > 10, "{count} fixes, {framed} lines");
}
