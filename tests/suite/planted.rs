//! Mistakes of the call, planted as authors make them, in every place where authors write calls: each is found once, at
//! its place, by the rule that names it, and nothing else is said as loudly.

use crate::support::random::Random;
use std::collections::BTreeMap;

use armbody::container::Kind;
use armbody::lint::{Options, Severity, check};
use armbody::text::Source;

const PLANTED: &str = include_str!("../data/planted.txt");

/// How often each rule's mistakes are planted in each surrounding.
const TIMES: usize = 20;

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

struct Mistake {
    rule: &'static str,
    shell: &'static str,
    ways: Vec<&'static str>,
}

fn mistakes() -> Vec<Mistake> {
    let parts = PLANTED.split("\n=== ").skip(1);
    parts
        .map(|part| {
            let (head, body) = part.split_once('\n').unwrap();
            let (rule, shell) = head.split_once(' ').unwrap();
            Mistake { rule, shell, ways: body.split("---\n").collect() }
        })
        .collect()
}

/// The text with names in it, and the bytes of the mistake's place.
fn filled(way: &str, random: &mut Random) -> (String, usize, usize) {
    let word = |random: &mut Random, list: &[&str]| (*random.pick(list).unwrap()).to_owned();
    let vm = word(random, &["web-1", "db2", "build-agent", "api"]) + &random.below(90).to_string();
    let group = word(random, &["rg-1", "shop", "team_a", "core"]) + &random.below(90).to_string();
    let tag = word(random, &["alpha", "beta", "owner", "stage", "tier"]);
    let of = |kind: &str, name: &str| {
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}")
    };
    let path = of("Microsoft.Compute/virtualMachines", &vm);
    let host = "https://management.azure.com";
    let text = way
        .replace("%S", &format!("{host}{}", of("Microsoft.Compute/virtualMachineScaleSets", &vm)))
        .replace("%I", &format!("{host}{}", of("Microsoft.ManagedIdentity/userAssignedIdentities", &vm)))
        .replace("%A", &of("Microsoft.ManagedIdentity/userAssignedIdentities", "id-1"))
        .replace("%U", &format!("{host}{path}"))
        .replace("%P", &path)
        .replace("%Q", &format!("{path}-2"))
        .replace("%V", &vm)
        .replace("%G", &group)
        .replace("%N", &tag);
    let start = text.find('⟦').unwrap();
    let end = text.find('⟧').unwrap() - '⟦'.len_utf8();
    (text.replace(['⟦', '⟧'], "").trim_end_matches('\n').to_owned() + "\n", start, end)
}

/// A text in a surrounding that indents its lines, and where a byte of it stands there.
fn surrounded(head: &str, indent: &str, text: &str, tail: &str, at: usize) -> (String, usize) {
    let before = text[..at].matches('\n').count() + 1;
    let lines: String = text
        .split_inclusive('\n')
        .map(|line| if line == "\n" { "\n".to_owned() } else { format!("{indent}{line}") })
        .collect();
    let blank = text[..at].split_inclusive('\n').filter(|line| *line == "\n").count();
    (format!("{head}{lines}{tail}"), head.len() + at + indent.len() * (before - blank))
}

/// The surroundings of a shell's text: name, kind, what stands before it, its indent, what stands behind it.
fn surroundings(shell: &str) -> Vec<(&'static str, Kind, String, &'static str, String)> {
    let language = shell.split('-').next().unwrap_or(shell);
    let fence = |mark: &str| format!("{mark}```{language}\n");
    let mut all = vec![
        ("a fence", Kind::Markdown, format!("# T\n\n{}", fence("")), "", "```\n".to_owned()),
        ("a list", Kind::Markdown, format!("1. Do:\n\n{}", fence("   ")), "   ", "   ```\n".to_owned()),
        ("a quotation", Kind::Markdown, fence("> "), "> ", "> ```\n".to_owned()),
    ];
    let job = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n";
    match shell {
        "bash" => all.extend([
            ("a script", Kind::Shell, "#!/bin/bash\n".to_owned(), "", String::new()),
            ("a workflow", Kind::Yaml, job.to_owned(), "          ", String::new()),
        ]),
        "cmd" => all.extend([
            ("a batch file", Kind::Markdown, "# T\n\n```bat\n@echo off\n".to_owned(), "", "```\n".to_owned()),
            (
                "a script by steps",
                Kind::Markdown,
                "# T\n\n```batch\nsetlocal\n".to_owned(),
                "",
                "\n```\n".to_owned(),
            ),
        ]),
        "powershell" => all.extend([
            ("a script", Kind::PowerShell, String::new(), "", String::new()),
            ("a pipeline", Kind::Yaml, "steps:\n  - pwsh: |\n".to_owned(), "      ", String::new()),
        ]),
        _ => {}
    }
    all
}

#[test]
fn mistakes_of_the_call_are_found_once_and_at_their_places() {
    let mut random = Random(14);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut complaints = Vec::new();
    for mistake in mistakes() {
        for (name, kind, head, indent, tail) in surroundings(mistake.shell) {
            for turn in 0..TIMES {
                let way = mistake.ways[turn % mistake.ways.len()];
                let (text, start, end) = filled(way, &mut random);
                let (whole, at) = surrounded(&head, indent, &text, &tail, start);
                let place = at..at + (end - start);
                let source = Source::new("planted", whole.clone());
                let found = check(&source, kind, &Options::default());
                let own: Vec<_> = found.iter().filter(|it| it.rule.name == mistake.rule).collect();
                let others: Vec<&str> = found
                    .iter()
                    .filter(|it| it.severity > Severity::Note && it.rule.name != mistake.rule)
                    .map(|it| it.rule.name)
                    .collect();
                let is_there = own.first().is_some_and(|it| {
                    let span = it.span.range();
                    span.start <= place.end && place.start <= span.end
                });
                if own.len() != 1 || !is_there || !others.is_empty() {
                    complaints.push(format!(
                        "{} in {name}: found {} times, at its place: {is_there}, others: {others:?}\n{whole}",
                        mistake.rule,
                        own.len()
                    ));
                }
                *counts.entry(mistake.rule).or_default() += 1;
            }
        }
    }
    for (rule, count) in &counts {
        println!("{count:5} {rule}");
    }
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        counts.values().sum::<usize>(),
        one_of_each(&complaints)
    );
}

/// The first complaint about each rule.
fn one_of_each(complaints: &[String]) -> String {
    let rule = |it: &String| it.split(' ').next().unwrap_or_default().to_owned();
    let mut first: BTreeMap<String, &String> = BTreeMap::new();
    for complaint in complaints {
        first.entry(rule(complaint)).or_insert(complaint);
    }
    first.into_values().cloned().collect::<Vec<_>>().join("\n")
}
