//! The PowerShell reader against what PowerShell's own parser says of the same texts.
//!
//! The recordings stand beside the repository and not in it; a test that does not find them says so.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test says what it skips, and fails when it cannot go on"
)]

use std::path::PathBuf;

use armbody::notation::powershell::{OutlinedCommand, outline};
use serde_json::Value;

/// The lines of a recording; `None`, and a line that says so, where it is not there.
fn recorded(name: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let path = shared.join("oracles/powershell").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

/// What the recording says of a command, with places in bytes.
fn wanted(command: &Value, bytes: &[usize]) -> (usize, usize, Vec<String>) {
    let at = |value: &Value, end: usize| bytes[value["at"][end].as_u64().expect("a place") as usize];
    let elements = command["elements"].as_array().expect("a list").iter().map(|element| {
        let kind = element["kind"].as_str().expect("a kind");
        let value = ["value", "template", "parameter", "variable"].iter().find_map(|name| element.get(name));
        let value = match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
            None => None,
        };
        line(at(element, 0), at(element, 1), kind, value.as_deref())
    });
    (at(command, 0), at(command, 1), elements.collect())
}

fn line(start: usize, end: usize, kind: &str, value: Option<&str>) -> String {
    format!("{start}..{end} {kind} {}", value.unwrap_or("-"))
}

fn read(command: &OutlinedCommand) -> (usize, usize, Vec<String>) {
    let elements = command.elements.iter().map(|element| {
        line(element.span.start as usize, element.span.end as usize, element.kind, element.value.as_deref())
    });
    (command.span.start as usize, command.span.end as usize, elements.collect())
}

/// Texts that PowerShell takes must be read as it reads them; of those that it refuses, where its reading goes on
/// behind the mistake is its own affair.
#[test]
fn commands_are_those_of_powershells_parser() {
    let Some(rows) = recorded("syntax.jsonl") else { return };
    let mut right = [0, 0];
    let mut count = [0, 0];
    let mut refused = 0;
    let mut shown = 0;
    for row in &rows {
        let text = row["text"].as_str().expect("a text");
        let mut bytes = Vec::new();
        for (at, c) in text.char_indices() {
            bytes.extend(std::iter::repeat_n(at, c.len_utf16()));
        }
        bytes.push(text.len());
        let mut commands: Vec<_> =
            row["commands"].as_array().expect("a list").iter().map(|it| wanted(it, &bytes)).collect();
        commands.sort();
        let (found, errors) = outline(text);
        let accepted = errors.is_empty();
        let mut found: Vec<_> = found.iter().map(read).collect();
        found.sort();
        let taken = row["errors"].as_array().expect("a list").is_empty();
        refused += usize::from(accepted == taken);
        if accepted != taken && shown < 12 {
            shown += 1;
            eprintln!("{}: taken {taken}, read {accepted}: {}", row["id"], row["errors"]);
        }
        count[usize::from(taken)] += 1;
        right[usize::from(taken)] += usize::from(commands == found);
        if taken && commands != found && shown < 12 {
            shown += 1;
            let differs = commands.iter().find(|it| !found.contains(it));
            let extra = found.iter().find(|it| !commands.contains(it));
            eprintln!("{}: {differs:#?} is read as {extra:#?}", row["id"]);
        }
    }
    eprintln!(
        "{} texts: of {} that are taken {} read the same, of {} refused {}; {refused} told apart",
        rows.len(),
        count[1],
        right[1],
        count[0],
        right[0]
    );
    assert!(right[1] * 1000 >= count[1] * 990, "of {} texts {} are read the same", count[1], right[1]);
    assert!(refused * 1000 >= rows.len() * 990);
}
