//! Real templates, whole and damaged: never a panic, and what is said of each is what was looked at.

use crate::support::needs::shared;
use std::path::PathBuf;

use armbody::container::Kind;
use armbody::lint::{Options, Severity, check};
use armbody::text::Source;
use rayon::prelude::*;

/// The class of templates.
fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(shared("corpus/template")).unwrap();
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Bytes that mean something to JSON or to an expression.
const ODD: &[u8] = b"{}[]\",:'\\/()\n#x0 \xc2\xa0";

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

fn lint(name: &str, bytes: &[u8]) {
    let source = Source::new(name, String::from_utf8_lossy(bytes));
    for finding in check(&source, Kind::Json, &Options::default()) {
        assert!(finding.span.end as usize <= source.text().len(), "{name}: {finding:?}");
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn no_damage_makes_it_panic() {
    files().par_iter().enumerate().for_each(|(index, path)| {
        let mut numbers = Numbers(index as u64);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        for point in 0..50 {
            lint(&name, &bytes[..bytes.len() * point / 50]);
        }
        for _ in 0..50 {
            let mut edited = bytes.clone();
            let at = numbers.below(edited.len());
            let byte = ODD[numbers.below(ODD.len())];
            match numbers.below(3) {
                0 => edited[at] = byte,
                1 => edited.insert(at, byte),
                _ => drop(edited.remove(at)),
            }
            lint(&name, &edited);
        }
    });
}

/// What is found in text that ARM does not take as JSON or as an expression, by the number that the file's name
/// begins with. Each was looked at.
#[test]
#[ignore = "needs the shared cases"]
fn syntax_and_expressions_are_as_they_were_looked_at() {
    let expected = [
        "099 262 bad-escape",        // "C:\Users"
        "102 35 expression-invalid", // a shell's command in brackets
        "102 168 unclosed-bracket",  // members in a list, without braces
        "105 52 bad-escape",         // a quote within the text
        "109 2 unquoted-value",      // the marks of a merge
    ];
    let mut found = Vec::new();
    for path in files() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = Source::new(name.as_str(), std::fs::read_to_string(&path).unwrap());
        for finding in check(&source, Kind::Json, &Options::default()) {
            // What else is wrong with a template is in the snapshot of all errors and warnings.
            let is_asked =
                finding.rule.family.to_string() == "syntax" || finding.rule.name == "expression-invalid";
            if finding.severity > Severity::Note && is_asked {
                let line = source.position(finding.span.start).line;
                found.push(format!("{} {line} {}", &name[..3], finding.rule.name));
            }
        }
    }
    if !found.is_empty() {
        assert_eq!(found, expected);
    }
}
