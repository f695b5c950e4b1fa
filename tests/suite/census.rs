//! What is found in real documents, request files, bodies and templates: counted by the tool and by hand.

use crate::support::needs::shared;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use armbody::container::{Kind, calls};
use armbody::lint::{Options, inspect, targets};
use armbody::notation::Payload;
use armbody::text::Source;

/// The files, by class and number.
fn corpus() -> Vec<(String, PathBuf)> {
    let corpus = shared("corpus");
    let mut files = Vec::new();
    for class in ["article", "article-sibling", "curl-docs", "other-type", "template", "body"] {
        for entry in std::fs::read_dir(corpus.join(class)).unwrap() {
            let path = entry.unwrap().path();
            let number = path.file_name().unwrap().to_string_lossy().split('_').next().unwrap().to_owned();
            if number.bytes().all(|byte| byte.is_ascii_digit()) {
                files.push((format!("{class}/{number}"), path));
            }
        }
    }
    files.sort();
    files
}

/// What one file holds.
#[derive(Debug, Default)]
struct Count {
    calls: BTreeMap<&'static str, usize>,
    bodies: usize,
    types: BTreeMap<String, usize>,
    versions: BTreeMap<String, usize>,
}

impl Count {
    fn of(source: &Source, kind: Kind) -> Self {
        let mut count = Self::default();
        for call in calls(source, kind).iter().filter(|call| call.is_arm()) {
            let requests = targets(source, call, &Options::default());
            let alone = matches!(call.notation.as_str(), "json" | "template");
            count.bodies +=
                usize::from(!alone && matches!(call.body, Payload::Text(_)) && call.made.is_none());
            for (_, target) in requests {
                *count.calls.entry(call.notation.as_str()).or_default() += 1;
                let name = target.type_name.map(|name| name.as_str().to_ascii_lowercase());
                *count.types.entry(name.unwrap_or_else(|| "-".to_owned())).or_default() += 1;
                let version = target.api_version.map(|version| version.to_string());
                *count.versions.entry(version.unwrap_or_else(|| "-".to_owned())).or_default() += 1;
            }
        }
        count
    }

    fn line(&self) -> String {
        let list = |map: &BTreeMap<String, usize>| {
            map.iter().map(|(name, count)| format!("{name}×{count}")).collect::<Vec<_>>().join(" ")
        };
        let calls: Vec<String> = self.calls.iter().map(|(name, count)| format!("{name} {count}")).collect();
        format!(
            "{}; bodies {}; {}; {}",
            calls.join(", "),
            self.bodies,
            list(&self.versions),
            list(&self.types)
        )
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn every_file() {
    let files = corpus();
    let mut census = String::new();
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bodies = 0;
    for (name, path) in &files {
        let kind = Kind::of(path).unwrap();
        let count = Count::of(&Source::read(path, 1 << 26).unwrap(), kind);
        for (notation, number) in &count.calls {
            *totals.entry(notation).or_default() += number;
        }
        bodies += count.bodies;
        // A template is one call, a body another: they are counted, and not listed one by one.
        if !name.starts_with("template/") && !name.starts_with("body/") && !count.calls.is_empty() {
            writeln!(census, "{name}: {}", count.line()).unwrap();
        }
    }
    let totals: Vec<String> = totals.iter().map(|(name, count)| format!("{name} {count}")).collect();
    writeln!(census, "{} files: {}; bodies {bodies}", files.len(), totals.join(", ")).unwrap();
    insta::assert_snapshot!(census);
}

/// Forty documents and request files, chosen at random once, read from the first line to the last: the calls of
/// each notation that go to Azure Resource Manager, and how many of them have a body whose text the document
/// gives. A file without any stands here as well.
const BY_HAND: [(&str, &str, usize, usize); 41] = [
    ("article/001", "curl", 14, 10),
    ("article/010", "curl", 19, 15),
    ("article-sibling/001", "", 0, 0),
    ("article-sibling/002", "curl", 1, 0),
    ("article-sibling/006", "", 0, 0),
    ("article-sibling/010", "curl", 1, 0),
    ("article-sibling/014", "", 0, 0),
    ("article-sibling/015", "curl", 1, 1),
    ("article-sibling/020", "curl", 1, 0),
    ("article-sibling/032", "curl", 1, 0),
    ("curl-docs/008", "armclient", 1, 1),
    ("curl-docs/016", "http", 2, 1),
    ("curl-docs/023", "http", 3, 2),
    ("curl-docs/029", "http", 1, 1),
    ("curl-docs/041", "http", 1, 0),
    ("curl-docs/044", "armclient", 12, 2),
    ("curl-docs/054", "http", 1, 1),
    ("curl-docs/066", "armclient", 5, 4),
    ("curl-docs/087", "http", 1, 0),
    ("curl-docs/091", "armclient", 2, 1),
    ("curl-docs/099", "http", 1, 1),
    ("curl-docs/101", "armclient", 5, 4),
    ("curl-docs/109", "http", 1, 1),
    ("curl-docs/112", "http", 2, 1),
    ("curl-docs/117", "http", 4, 3),
    ("curl-docs/119", "http", 4, 1),
    ("curl-docs/123", "http", 6, 3),
    ("curl-docs/130", "az", 6, 6),
    ("curl-docs/131", "http", 2, 0),
    ("curl-docs/131", "az", 1, 0),
    ("curl-docs/140", "powershell", 1, 1),
    ("curl-docs/145", "powershell", 1, 1),
    ("curl-docs/147", "az", 2, 1),
    ("curl-docs/153", "az", 9, 4),
    ("curl-docs/160", "az", 9, 2),
    ("curl-docs/164", "az", 7, 4),
    ("curl-docs/194", "", 0, 0),
    ("curl-docs/205", "http", 2, 0),
    ("curl-docs/222", "http", 1, 1),
    ("curl-docs/225", "http", 5, 0),
    ("curl-docs/229", "http", 2, 0),
];

#[test]
#[ignore = "needs the shared cases"]
fn the_count_by_hand() {
    let files = corpus();
    let mut found: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    let (mut calls, mut bodies, mut hand_calls, mut hand_bodies) = (0, 0, 0, 0);
    for (name, notation, by_hand, bodies_by_hand) in BY_HAND {
        let path = &files.iter().find(|(file, _)| file == name).unwrap().1;
        let count = Count::of(&Source::read(path, 1 << 26).unwrap(), Kind::of(path).unwrap());
        let number = count.calls.get(notation).copied().unwrap_or(0);
        hand_calls += by_hand;
        hand_bodies += bodies_by_hand;
        // What is found too often counts for nothing.
        calls += number.min(by_hand);
        if notation != "http" || !BY_HAND.iter().any(|(file, other, ..)| *file == name && *other != notation)
        {
            bodies += count.bodies.min(bodies_by_hand);
            assert!(count.bodies <= bodies_by_hand, "{name}: {} bodies", count.bodies);
        }
        found.insert((name, notation), (number, count.bodies));
        let listed: usize =
            BY_HAND.iter().filter(|(file, ..)| *file == name).map(|(.., calls, _)| calls).sum();
        let all: usize = count
            .calls
            .iter()
            // What az and cmdlets make of names and options was not counted.
            .filter(|(name, _)| !matches!(**name, "json" | "template" | "cmdlet") && !name.starts_with("az-"))
            .map(|(_, n)| n)
            .sum();
        assert!(all <= listed, "{name}: {all} calls, {listed} by hand");
    }
    assert!(calls * 100 >= hand_calls * 95, "{calls} of {hand_calls}: {found:?}");
    assert!(bodies * 100 >= hand_bodies * 95, "{bodies} of {hand_bodies}: {found:?}");
}

/// A generator that gives the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// Cut off and damaged, no file makes the reader panic, whatever kind of file it is taken for.
#[test]
#[ignore = "needs the shared cases"]
fn damaged_files_are_read() {
    let files = corpus();
    let mut random = Random(7);
    for (name, path) in &files {
        let bytes = std::fs::read(path).unwrap();
        let kind = Kind::of(path).unwrap();
        let is_document = !matches!(kind, Kind::Json);
        for round in 0..100 {
            let mut damaged = bytes.clone();
            if round < 50 {
                damaged.truncate(bytes.len() * (round + 1) / 51);
            } else {
                let at = random.below(damaged.len());
                let byte = b"\"'`{}[]()$@<>|\\\n\r#:;=- \xff\xc2"[random.below(24)];
                match random.below(3) {
                    0 => damaged[at] = byte,
                    1 => damaged.insert(at, byte),
                    _ => drop(damaged.remove(at)),
                }
            }
            let source = Source::from_bytes(name.as_str(), damaged);
            let kinds = [Kind::Shell, Kind::PowerShell, Kind::Http, Kind::Yaml];
            calls(&source, kind);
            if is_document {
                calls(&source, kinds[round % kinds.len()]);
            }
            if round % 25 == 0 {
                inspect(&source, kind, &Options::default());
            }
        }
    }
}
