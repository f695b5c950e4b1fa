//! The types that packs describe, held against official bodies and against mutations of them: how often a right body
//! gets a warning, and how often a wrong one is told where it is wrong.
//!
//! The bodies are not part of the repository: they are looked for in `../shared`, and where they are not the tests say so.

#![allow(clippy::cast_precision_loss, reason = "shares in per cent of some thousands")]

use crate::support::needs::shared_rows;
use std::collections::{BTreeMap, HashMap};

use armbody::container::Kind;
use armbody::json::{Dialect, Node, Tree};
use armbody::lint::{Family, Finding, Options, Severity, check};
use armbody::text::{Source, Span};
use rayon::prelude::*;
use serde_json::Value;

/// One row in five, unless `ARMBODY_WHOLE` is set: that takes minutes in a build for debugging.
fn sample(rows: &[Value]) -> Vec<&Value> {
    let step = if std::env::var_os("ARMBODY_WHOLE").is_some() { 1 } else { 5 };
    rows.iter().step_by(step).collect()
}

/// A body as the file of a request, and where the body begins in it.
fn request(method: &str, url: &str, version: &str, body: &str) -> (Source, usize) {
    let url = url.split('?').next().unwrap();
    let head = format!(
        "{method} https://management.azure.com{url}?api-version={version}\nAuthorization: Bearer {{{{token}}}}\nContent-Type: application/json\n\n"
    );
    let start = head.len();
    (Source::new("body.http", head + body), start)
}

fn findings(source: &Source) -> Vec<Finding> {
    check(source, Kind::Http, &Options::default())
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap()
}

/// At most three official bodies in a thousand get a warning of the schema family, and none an error.
#[test]
#[ignore = "needs the shared cases"]
fn official_bodies_are_left_in_peace() {
    let rows = shared_rows("azure-types/examples.jsonl");
    let judged: Vec<(&Value, Vec<Finding>)> = sample(&rows)
        .into_par_iter()
        .map(|row| {
            let body = serde_json::to_string_pretty(&row["body"]).unwrap();
            let (source, _) = request(text(row, "method"), text(row, "url"), text(row, "version"), &body);
            (row, findings(&source))
        })
        .collect();
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let (mut touched, mut errors) = (0, 0);
    let mut others = Vec::new();
    for (row, found) in &judged {
        for finding in found {
            *counts.entry((finding.severity.to_string(), finding.rule.name)).or_default() += 1;
            let is_loud = finding.severity > Severity::Note;
            if is_loud {
                others.push(format!(
                    "{} {} {}: {}",
                    text(row, "file"),
                    finding.severity,
                    finding.rule.name,
                    finding.message
                ));
            }
        }
        let loud =
            |least: Severity| found.iter().any(|it| it.rule.family == Family::Schema && it.severity >= least);
        touched += usize::from(loud(Severity::Warning));
        errors += usize::from(loud(Severity::Error));
    }
    println!(
        "{} bodies: {touched} with a warning of the schema family, {errors} with an error",
        judged.len()
    );
    for ((severity, rule), count) in &counts {
        println!("{count:6} {severity} {rule}");
    }
    println!("{}", others.join("\n"));
    assert_eq!(errors, 0);
    assert!(touched * 1000 <= judged.len() * 3, "{touched} of {}", judged.len());
}

/// The node that a JSON pointer leads to, or the last one on the way; and the name of it.
fn at<'t>(root: Node<'t>, pointer: &str) -> (Option<Node<'t>>, Node<'t>, bool) {
    let (mut name, mut node) = (None, root);
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let next = match node.members().find(|(name, _)| name.as_str().is_some_and(|it| it == token)) {
            Some((name, value)) => Some((Some(name), value)),
            None => {
                token.parse().ok().and_then(|at: usize| node.elements().nth(at)).map(|value| (None, value))
            }
        };
        match next {
            Some((its_name, value)) => (name, node) = (its_name, value),
            None => return (name, node, false),
        }
    }
    (name, node, true)
}

/// Whether a finding stands at the place of a mutation: at the member, or for what is missing at the object.
fn is_there(finding: &Finding, body: &str, start: usize, pointer: &str) -> bool {
    let tree = Tree::parse(body, Dialect::STRICT);
    let root = tree.root().unwrap();
    let shifted = |span: Span| Span::new(span.start as usize + start, span.end as usize + start);
    let meets = |span: Span| finding.span.start < span.end && span.start < finding.span.end;
    let (name, node, is_whole) = at(root, pointer);
    let own = Span::new(name.map_or(node.span(), Node::span).start as usize, node.span().end as usize);
    if is_whole && meets(shifted(own)) {
        return true;
    }
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let (name, node, _) = at(root, if is_whole { parent } else { pointer });
    let head = name.map_or(Span::new(node.span().start as usize, node.span().start as usize + 1), Node::span);
    meets(shifted(head))
}

/// Every kind of mistake is told at its place, and the certain ones as warnings.
#[test]
#[ignore = "needs the shared cases"]
fn mutations_are_told_where_they_are() {
    let (rows, examples) =
        (shared_rows("oracles/bicep/mutants.jsonl"), shared_rows("azure-types/examples.jsonl"));
    let bases: HashMap<&str, &Value> = examples.iter().map(|row| (text(row, "file"), row)).collect();
    let judged: Vec<(&Value, bool, bool, String)> = sample(&rows)
        .into_par_iter()
        .map(|row| {
            let base = bases[text(row, "base")];
            let judge = |body: &Value| {
                let body = serde_json::to_string(body).unwrap();
                let (source, start) =
                    request(text(row, "method"), text(base, "url"), text(row, "version"), &body);
                (findings(&source), body, start)
            };
            let known: Vec<String> =
                judge(&base["body"]).0.into_iter().map(|it| it.rule.name.to_owned() + &it.message).collect();
            let (found, body, start) = judge(&row["body"]);
            let new: Vec<&Finding> = found
                .iter()
                .filter(|it| {
                    let key = it.rule.name.to_owned() + &it.message;
                    known.iter().filter(|known| **known == key).count()
                        < found.iter().filter(|it| it.rule.name.to_owned() + &it.message == key).count()
                })
                .filter(|it| is_there(it, &body, start, text(row, "pointer")))
                .collect();
            let lines = found.iter().map(|it| format!("[{} {} {}]", it.severity, it.rule.name, it.message));
            let all = lines.collect::<Vec<_>>().concat();
            (row, !new.is_empty(), new.iter().any(|it| it.severity > Severity::Note), all)
        })
        .collect();
    let mut table: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (row, shown, warned, all) in &judged {
        let counts = table.entry(text(row, "kind")).or_default();
        counts.0 += 1;
        counts.1 += usize::from(*shown);
        counts.2 += usize::from(*warned);
        if !shown || (!warned && WARNED.contains(&text(row, "kind"))) {
            let what = if *shown { "only noted" } else { "missed" };
            println!(
                "{what}: {} {} {} {} {all}",
                text(row, "kind"),
                text(row, "base"),
                text(row, "pointer"),
                row["note"]
            );
        }
    }
    println!("{:20} {:>5} {:>7} {:>7}", "kind", "n", "shown", "warned");
    let share = |count: usize, all: usize| 100.0 * count as f64 / all as f64;
    for (kind, (all, shown, warned)) in &table {
        println!("{kind:20} {all:5} {:6.1}% {:6.1}%", share(*shown, *all), share(*warned, *all));
    }
    // Of a sample every row is a per cent or more.
    let slack = if std::env::var_os("ARMBODY_WHOLE").is_some() { 0.0 } else { 4.0 };
    for (kind, (all, shown, warned)) in &table {
        let least = match *kind {
            "required-removed" => 96.0,
            "null-for-required" => 94.0,
            _ => 97.0,
        };
        assert!(share(*shown, *all) >= least - slack, "{kind}: {shown} of {all} shown");
        if WARNED.contains(kind) {
            assert!(share(*warned, *all) >= 99.0 - slack, "{kind}: {warned} of {all} warned");
        }
    }
}

/// The kinds of which the policy gives warnings.
const WARNED: [&str; 8] = [
    "typo",
    "string-for-number",
    "bool-as-string",
    "array-for-object",
    "object-for-array",
    "scalar-for-array",
    "enum-value-closed",
    "limit-broken",
];
