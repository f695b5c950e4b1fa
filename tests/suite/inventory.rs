//! The inventory of templates is whole: a second reader, which knows nothing of the first, counts the same resources.

use crate::support::needs::shared;
use std::path::{Path, PathBuf};

use armbody::container::{self, Kind};
use armbody::lint::inventory;
use armbody::text::Source;
use serde_json::Value;

/// The resources of the templates in a value, by what Microsoft's reference of templates says of their places, as
/// `type version existing`.
fn walk(value: &Value, in_resources: bool, found: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| walk(value, in_resources, found)),
        Value::Object(members) => {
            let get = |wanted: &str| {
                members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|it| it.1)
            };
            let text = |name: &str| get(name).and_then(Value::as_str);
            let is_template = text("$schema")
                .is_some_and(|it| it.to_ascii_lowercase().contains("deploymenttemplate."))
                || get("contentVersion").is_some();
            if in_resources {
                found.push(format!(
                    "{} {}",
                    text("type").unwrap_or("-"),
                    get("existing") == Some(&Value::Bool(true))
                ));
            }
            for (name, value) in members {
                let is_list = name.eq_ignore_ascii_case("resources") && (is_template || in_resources);
                match value {
                    Value::Object(symbolic) if is_list => {
                        symbolic.values().for_each(|it| walk(it, true, found));
                    }
                    _ => walk(value, is_list, found),
                }
            }
        }
        _ => {}
    }
}

/// JSON without the comments and last commas that templates may have.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut in_string = false;
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\\' if in_string => {
                out.push(c);
                out.extend(rest.next());
            }
            // Strings of templates may run over lines.
            '\n' | '\r' | '\t' if in_string => out.push(' '),
            '/' if !in_string && rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            '/' if !in_string && rest.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in rest.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '}' | ']' if !in_string && out.trim_end().ends_with(',') => {
                out.truncate(out.trim_end().len() - 1);
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// The last part of a type, which a child of another resource says alone.
fn short(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    kind.rsplit('/').next().unwrap_or_default().to_owned()
}

fn by_ours(path: &Path) -> Vec<String> {
    let source = Source::read(path, 1 << 28).unwrap();
    let calls = container::calls(&source, Kind::Json);
    let listed = calls.iter().flat_map(|call| inventory(&source, call));
    listed
        .filter(|it| it.notation.as_str() == "template")
        .map(|it| {
            let kind = it.target.type_name.map_or("-".to_owned(), |name| name.as_str().to_owned());
            format!("{} {}", short(&kind), it.is_existing)
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn a_second_reader_counts_the_same() {
    let mut paths = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/templates")), &mut paths);
    for folder in ["templates/valid", "corpus/template", "corpus/other-type", "corpus/body"] {
        files(&shared(folder), &mut paths);
    }
    paths.sort();
    let (mut resources, mut unread) = (0, 0);
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let Ok(value) = serde_json::from_str::<Value>(&plain(&text)) else {
            unread += 1;
            continue;
        };
        let mut theirs = Vec::new();
        walk(&value, false, &mut theirs);
        let mut theirs: Vec<String> = theirs
            .iter()
            .map(|it| {
                let (kind, existing) = it.rsplit_once(' ').unwrap();
                // What only an expression tells is told by neither.
                let kind = if kind.starts_with('[') {
                    "-".to_owned()
                } else {
                    short(kind.split('@').next().unwrap())
                };
                format!("{kind} {existing}")
            })
            .collect();
        let mut ours = by_ours(path);
        theirs.sort();
        ours.sort();
        if theirs.iter().any(|it| it.starts_with("- ")) {
            // Variables that hold types are followed here, and not there.
            assert_eq!(ours.len(), theirs.len(), "{}", path.display());
        } else if !ours.is_empty() || !theirs.is_empty() {
            assert_eq!(ours, theirs, "{}", path.display());
        }
        resources += ours.len();
    }
    eprintln!("{resources} resources in {} files; {unread} files are not JSON", paths.len());
    assert!(resources > 0);
}
