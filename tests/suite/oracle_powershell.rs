//! The PowerShell reader against what PowerShell's own parser says of the same texts.
//!
//! The recordings stand beside the repository and not in it; a test that does not find them says so.

use crate::support::needs::shared_rows;

use armbody::container::{self, Kind};
use armbody::lint::{Family, Options, Severity, check, inventory};
use armbody::notation::powershell::{OutlinedCommand, outline};
use armbody::text::Source;
use serde_json::Value;

/// The lines of a recording.
fn recorded(name: &str) -> Vec<Value> {
    shared_rows(&format!("oracles/powershell/{name}"))
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
#[ignore = "needs the shared cases"]
fn commands_are_those_of_powershells_parser() {
    let rows = recorded("syntax.jsonl");
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
    assert!(right[1] == count[1], "of {} texts {} are read the same", count[1], right[1]);
    assert_eq!(refused, rows.len(), "some are taken that PowerShell refuses, or the reverse");
}

/// Resource type and version of a URL that was sent, as far as it says them.
fn sent_target(url: &str) -> (Option<String>, Option<String>) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let lower = path.to_ascii_lowercase();
    let kind = lower.rsplit_once("/providers/").and_then(|(_, rest)| {
        let names: Vec<&str> = rest.split('/').collect();
        let kinds: Vec<&str> = names.iter().skip(1).step_by(2).copied().collect();
        (names.len() > 1).then(|| format!("{}/{}", names[0], kinds.join("/")))
    });
    let version = query.split('&').find_map(|part| part.strip_prefix("api-version=")).map(str::to_owned);
    (kind, version.filter(|it| !it.is_empty()))
}

/// What goes wrong with the scripts of a recording.
#[derive(Default, Debug)]
struct Faults {
    sent: usize,
    read: usize,
    silent: Vec<String>,
    blamed: Vec<String>,
    otherwise: Vec<String>,
}

/// Scripts that PowerShell ran: what it sent is what is read, what it refused or sent otherwise is reported, and what
/// is right is not blamed.
fn run(name: &str) -> Faults {
    let rows = recorded(name);
    let mut faults = Faults::default();
    for row in &rows {
        let id = row["id"].as_str().expect("an id").to_owned();
        let refused = row["errors"].as_array().is_some_and(|errors| !errors.is_empty());
        let ambiguous = |errors: &Vec<Value>| errors.iter().any(|it| it.to_string().contains("ambiguous"));
        if row["errors"].as_array().is_some_and(ambiguous) {
            continue;
        }
        let source = Source::new(format!("{id}.ps1"), row["text"].as_str().expect("a text"));
        let findings = check(&source, Kind::PowerShell, &Options::default());
        let loud = findings.iter().any(|finding| finding.severity > Severity::Note);
        let calls = container::calls(&source, Kind::PowerShell);
        let url_of =
            |sent: &Value| ["uri", "path"].iter().find_map(|name| sent[*name].as_str().map(str::to_owned));
        let sent = row["sent"].as_array().expect("a list").iter().rev().find(|sent| url_of(sent).is_some());
        let Some(sent) = sent else {
            if !loud {
                faults.silent.push(id);
            }
            continue;
        };
        faults.sent += 1;
        let (kind, version) = sent_target(&url_of(sent).expect("a URL"));
        let method = sent["method"].as_str().unwrap_or("GET").to_ascii_uppercase();
        let Some(listed) = calls.last().and_then(|call| inventory(&source, call).pop()) else {
            faults.silent.push(id);
            continue;
        };
        let mine = (
            listed.target.method.map(|it| it.as_str().to_owned()),
            listed.target.type_name.as_ref().map(|it| it.as_str().to_ascii_lowercase()),
            listed.target.api_version.map(|it| it.to_string()),
        );
        let same = mine == (Some(method), kind.clone(), version.clone());
        faults.read += usize::from(same || loud);
        if !same && !loud && mine.1.is_some() && mine.2.is_some() {
            faults.silent.push(id);
            continue;
        }
        let body = sent["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        let right = same && !refused && kind.is_some() && version.is_some() && row["warning"].is_null();
        if !right || body.is_none() || sent["body_kind"].is_string() {
            continue;
        }
        if listed
            .value
            .is_some_and(|value| Some(&value) != body.as_ref() && !equal_numbers(&value, body.as_ref()))
        {
            faults.otherwise.push(id.clone());
        }
        let wrong =
            findings.iter().find(|it| it.severity > Severity::Note && it.rule.family == Family::Quoting);
        // What is said of a URL whose type and version arrive all the same: another parameter, a name.
        let of_the_rest = ["variable-not-expanded", "odata-variable-eaten", "member-in-text"];
        if let Some(wrong) = wrong.filter(|it| !of_the_rest.contains(&it.rule.name)) {
            faults.blamed.push(format!("{id} {}", wrong.rule.name));
        }
    }
    eprintln!(
        "{name}: {} sent, {} read as sent or reported; silent {:?}; blamed {:?}; otherwise {:?}",
        faults.sent, faults.read, faults.silent, faults.blamed, faults.otherwise
    );
    faults
}

/// `1000.0` is `1e3`.
fn equal_numbers(a: &Value, b: Option<&Value>) -> bool {
    match (a, b) {
        (Value::Number(a), Some(Value::Number(b))) => a.as_f64() == b.as_f64(),
        (Value::Object(a), Some(Value::Object(b))) => {
            a.len() == b.len() && a.iter().all(|(name, value)| equal_numbers(value, b.get(name)))
        }
        (Value::Array(a), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal_numbers(a, Some(b)))
        }
        (a, b) => Some(a) == b,
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn what_powershell_sent_is_what_is_read() {
    for name in ["calls.jsonl", "mistakes.jsonl"] {
        let faults = run(name);
        let limit = faults.sent / 100;
        assert!(faults.read * 1000 >= faults.sent * 995, "{name}: {} of {}", faults.read, faults.sent);
        assert!(faults.silent.len() <= limit, "{name}: silent {:?}", faults.silent);
        assert!(faults.blamed.len() <= limit, "{name}: blamed {:?}", faults.blamed);
        assert!(faults.otherwise.len() <= limit, "{name}: otherwise {:?}", faults.otherwise);
    }
}
