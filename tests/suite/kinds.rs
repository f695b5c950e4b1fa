//! Documents of the kinds that reports from the field were about: what is found in them, what is not, and what fixing
//! makes of them. `tests/data/kinds.txt` has them, with the conditions.

use std::collections::BTreeMap;

use armbody::container::{Kind, calls};
use armbody::lint::{Finding, Listed, Options, Severity, check, fix, inventory};
use armbody::text::Source;

use crate::support::cli;

const KINDS: &str = include_str!("../data/kinds.txt");

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// Documents of each kind, at least.
const LEAST: usize = 3;

struct Document {
    kind: &'static str,
    conditions: Vec<&'static str>,
    file: Kind,
    text: String,
}

fn documents() -> Vec<Document> {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers");
    let path = format!("{group}/Microsoft.Compute/virtualMachines/v");
    let head = r#""$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","#;
    let parts = KINDS.split("\n=== ").skip(1);
    parts
        .map(|part| {
            let (line, text) = part.split_once('\n').unwrap();
            let mut words = line.split(' ');
            let (kind, file) = (words.next().unwrap(), words.next().unwrap());
            let text = text
                .replace("%U", &format!("https://management.azure.com{path}"))
                .replace("%P", &path)
                .replace("%A", &format!("{group}/Microsoft.ManagedIdentity/userAssignedIdentities/i"))
                .replace("%0", SUBSCRIPTION)
                .replace("%T", head);
            let file = Kind::of(std::path::Path::new(&format!("a.{file}"))).unwrap();
            Document { kind, conditions: words.collect(), file, text: text + "\n" }
        })
        .collect()
}

/// What is asked of a document, and what is found in it.
struct Case<'d> {
    document: &'d Document,
    source: Source,
    found: Vec<Finding>,
}

impl Case<'_> {
    fn of<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Finding> {
        let (rule, line) = name.split_once('@').map_or((name, None), |(rule, line)| (rule, Some(line)));
        let line: Option<u32> = line.map(|it| it.parse().unwrap());
        let is_there = move |it: &&Finding| {
            it.rule.name == rule && line.is_none_or(|line| self.source.position(it.span.start).line == line)
        };
        self.found.iter().filter(is_there)
    }

    /// The types of the requests of the document, a line each.
    fn requests(&self) -> Vec<String> {
        let calls = calls(&self.source, self.document.file);
        let listed = calls.iter().filter(|it| it.is_arm()).flat_map(|call| inventory(&self.source, call));
        let type_of = |it: &Listed| it.target.type_name.as_ref().map_or("?", |it| it.as_str()).to_owned();
        listed.map(|it| format!("\"{}\"", type_of(&it))).collect()
    }

    fn holds(&self, condition: &str) -> bool {
        let (what, value) = condition.split_once(':').unwrap();
        let text = value.replace('_', " ");
        let contains = |all: &str| match text.split_once('=') {
            Some(("has", part)) => all.contains(part),
            Some(("not", part)) => !all.contains(part),
            _ => panic!("{condition}"),
        };
        match what {
            "err" => self.of(value).any(|it| it.severity == Severity::Error),
            "warn" => self.of(value).any(|it| it.severity == Severity::Warning),
            "note" => self.of(value).any(|it| it.severity == Severity::Note),
            "no" => self.of(value).next().is_none(),
            "one" => self.of(value).count() == 1,
            "max" => {
                let most = value.parse().unwrap();
                self.found.iter().all(|it| it.severity <= most)
            }
            "req" => match value.parse::<usize>() {
                Ok(count) => self.requests().len() == count,
                Err(_) => contains(&self.requests().join("\n")),
            },
            "fix" => {
                let source = Source::new("a", self.document.text.clone());
                let fixed = fix(source, self.document.file, &Options::default(), false);
                if value == "same" {
                    fixed.source.text() == self.document.text
                } else {
                    contains(fixed.source.text())
                }
            }
            _ => panic!("{condition}"),
        }
    }
}

#[test]
fn kinds_of_reports_are_met_in_other_words() {
    let documents = documents();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut complaints = Vec::new();
    for document in &documents {
        *counts.entry(document.kind).or_default() += 1;
        let source = Source::new("a", document.text.clone());
        let found = check(&source, document.file, &Options::default());
        let case = Case { document, source, found };
        let failed: Vec<&&str> = document.conditions.iter().filter(|it| !case.holds(it)).collect();
        if !failed.is_empty() {
            let found: Vec<_> = case.found.iter().map(|it| (it.severity, it.rule.name)).collect();
            complaints.push(format!("{} {failed:?}: {found:?}\n{}", document.kind, document.text));
        }
    }
    println!("{} documents of {} kinds", documents.len(), counts.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for (kind, count) in counts {
        assert!(count >= LEAST, "{count} documents of the kind {kind}");
    }
}

const COMMANDS: &str = include_str!("../data/kinds-of-commands.txt");

/// The files of a command's folder by name, and the command.
fn command_of(text: &str) -> (Vec<&str>, Vec<(&str, &str)>) {
    let (line, files) = text.split_once('\n').unwrap_or((text, ""));
    let command = line.strip_prefix("$ ").unwrap().split(' ').collect();
    let files = files.split("--- ").skip(1).map(|file| file.split_once('\n').unwrap()).collect();
    (command, files)
}

#[test]
fn kinds_of_reports_on_commands_are_met_in_other_words() {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut complaints = Vec::new();
    for part in COMMANDS.split("\n=== ").skip(1) {
        let (head, text) = part.split_once('\n').unwrap();
        let (kind, conditions) = head.split_once(' ').unwrap();
        *counts.entry(kind).or_default() += 1;
        let text = text
            .replace("%P", &format!("{group}/Microsoft.Compute/virtualMachines/v"))
            .replace("%A", &format!("{group}/Microsoft.ManagedIdentity/userAssignedIdentities"));
        let (command, files) = command_of(&text);
        let folder = cli::folder(&files);
        let output = cli::armbody(folder.path(), &command);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let holds = |condition: &&str| {
            let (what, value) = condition.split_once(':').unwrap();
            let all = if what == "out" { &out } else { &err };
            let value = value.replace('_', " ");
            match (what, value.split_once('=')) {
                ("rc", _) => output.status.code() == value.parse().ok(),
                (_, Some(("has", part))) => all.contains(part),
                (_, Some(("not", part))) => !all.contains(part),
                _ => panic!("{condition}"),
            }
        };
        let failed: Vec<&str> = conditions.split(' ').filter(|it| !holds(it)).collect();
        if !failed.is_empty() {
            complaints.push(format!("{kind} {failed:?}: {:?}\n{text}\n{out}\n{err}", output.status.code()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for (kind, count) in counts {
        assert!(count >= LEAST, "{count} commands of the kind {kind}");
    }
}
