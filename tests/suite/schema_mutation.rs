//! Planted mistakes are found, each once, by the right rule, at the exact name or value; bodies that are right
//! are passed without a word.

use std::collections::BTreeMap;

use crate::support::specs::bodies::{self, Body};
use crate::support::specs::mutate::{Facts, Mutant, Mutation, Random, mutate};
use armbody::arm::Method;
use armbody::container::Kind;
use armbody::json::{Dialect, Node, Tree};
use armbody::lint::{Family, Finding, Options, Severity, check};
use armbody::schema::{Request, Schemas, Validators};
use armbody::text::{Source, Span};

const SEED: u64 = 0x5eed_0003;
const EACH: usize = 60;
const LEAST: usize = 20;

fn options(body: &Body) -> Options {
    let mut options = Options::default();
    options.given.resource_type = Some(body.resource_type.parse().expect("a known type"));
    options.given.method = Some(body.method);
    options.given.api_version = Some(body.version);
    options
}

/// Errors and warnings of the schema family, and what is right but for case.
fn loud(body: &Body, text: &str) -> Vec<Finding> {
    let source = Source::new("body.json".to_owned(), text.to_owned());
    let mut findings = check(&source, Kind::Json, &options(body));
    let is_loud = |it: &Finding| it.severity > Severity::Note || it.rule.name.ends_with("-case");
    findings.retain(|it| it.rule.family == Family::Schema && is_loud(it));
    findings
}

/// The place where a mistake is to be shown.
fn place(mutant: &Mutant, text: &str) -> Span {
    let tree = Tree::parse(text, Dialect::STRICT);
    let root = tree.root().expect("a value");
    let mut name: Option<Node<'_>> = None;
    let mut node = root;
    for token in mutant.pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let member = node.members().find(|(name, _)| name.as_str().is_some_and(|it| it == token));
        (name, node) = if let Some((key, value)) = member {
            (Some(key), value)
        } else {
            let index = token.parse().unwrap_or_else(|_| panic!("{} in {text}", mutant.pointer));
            (None, node.elements().nth(index).expect("an element"))
        };
    }
    match name {
        Some(name) if mutant.at_name => name.span(),
        None if mutant.at_name => Span::new(node.span().start as usize, node.span().start as usize + 1),
        _ => node.span(),
    }
}

fn all_bodies() -> Vec<Body> {
    let mut all = bodies::own();
    all.extend(bodies::official());
    all
}

#[test]
fn every_planted_mistake_is_found_once_where_it_is() {
    let bodies = all_bodies();
    let schemas = Schemas::embedded();
    let mut facts: BTreeMap<usize, Facts> = BTreeMap::new();
    let mut random = Random::new(SEED);
    for mutation in Mutation::ALL {
        let (mut tried, mut right_names, mut faults) = (0, 0, Vec::new());
        for _ in 0..EACH * 60 {
            let index = random.below(bodies.len());
            let body = &bodies[index];
            let facts = facts.entry(index).or_insert_with(|| Facts::of(&schemas, body));
            let Some(mutant) = mutate(mutation, body, &schemas, facts, &mut random) else { continue };
            let text = serde_json::to_string_pretty(&mutant.value).expect("it is JSON");
            let findings = loud(body, &text);
            tried += 1;
            let found: Vec<_> = findings.iter().map(|it| (it.rule.name, it.span)).collect();
            if found != [(mutation.rule(), place(&mutant, &text))] {
                faults.push(format!(
                    "{} {} {} {}: {found:?}",
                    body.name, body.version, mutant.pointer, mutant.meant
                ));
            }
            let help = findings.first().and_then(|it| it.help.as_deref()).unwrap_or_default();
            if mutation == Mutation::Misspelt && help == format!("did you mean `{}`?", mutant.meant) {
                right_names += 1;
            } else if mutation == Mutation::Misspelt {
                eprintln!("{} meant {}: {help}", mutant.pointer, mutant.meant);
            }
            if tried == EACH {
                break;
            }
        }
        eprintln!("{mutation:?}: {tried} planted, {} not found as wanted", faults.len());
        assert!(tried >= LEAST, "{mutation:?}: only {tried}");
        if mutation == Mutation::Misspelt {
            eprintln!("did you mean: {right_names} of {tried} right");
            assert!(right_names * 100 >= tried * 95, "{right_names} of {tried}");
            // A slip may make another word of a short name.
            assert!(faults.len() * 100 <= tried * 2, "{faults:#?}");
        } else {
            assert!(faults.is_empty(), "{mutation:?}: {faults:#?}");
        }
    }
}

#[test]
fn bodies_that_are_right_are_passed_without_a_word() {
    let mut faults = Vec::new();
    for body in all_bodies() {
        let text = serde_json::to_string_pretty(&body.value).expect("it is JSON");
        let findings = loud(&body, &text);
        faults.extend(findings.iter().map(|it| format!("{}: {} {}", body.name, it.rule.name, it.message)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Under every later version too, unless it has lost a property that the body uses.
#[test]
fn later_versions_find_nothing_but_what_was_removed() {
    let schemas = Schemas::embedded();
    let (mut checked, mut removed) = (0, 0);
    for body in all_bodies() {
        let text = serde_json::to_string(&body.value).expect("it is JSON");
        for entry in schemas.versions(&body.resource_type) {
            if entry.version <= body.version || !entry.methods.contains(&body.method) {
                continue;
            }
            checked += 1;
            for finding in loud(&Body { version: entry.version, ..body.clone() }, &text) {
                assert_eq!(
                    finding.rule.name, "property-not-in-version",
                    "{}: {}",
                    body.name, finding.message
                );
                let help = finding.help.unwrap_or_default();
                assert!(help.contains("until") || help.contains("to"), "{}: {help}", body.name);
                removed += 1;
            }
        }
    }
    eprintln!("{checked} checks, {removed} findings of removed properties");
}

#[test]
fn reads_and_deletes_have_no_body_to_validate() {
    let body = &bodies::own()[0];
    let mut options = options(body);
    for method in [Method::Get, Method::Delete] {
        options.given.method = Some(method);
        let source = Source::new("body.json".to_owned(), r#"{"nonsense": 1}"#.to_owned());
        let findings = check(&source, Kind::Json, &options);
        assert!(findings.iter().all(|it| it.rule.family != Family::Schema), "{findings:?}");
    }
}

/// The first body of a request is looked at with a part of the schema: it is judged as the ones after it are.
#[test]
fn the_first_body_is_judged_as_the_next() {
    let bodies = all_bodies();
    let schemas = Schemas::embedded();
    let mut random = Random::new(SEED);
    let mut tried = 0;
    while tried < 60 {
        let body = &bodies[random.below(bodies.len())];
        let mutation = Mutation::ALL[random.below(Mutation::ALL.len())];
        let facts = Facts::of(&schemas, body);
        let Some(mutant) = mutate(mutation, body, &schemas, &facts, &mut random) else { continue };
        tried += 1;
        for value in [&mutant.value, &body.value] {
            let text = value.to_string();
            let tree = Tree::parse(&text, Dialect::STRICT);
            let root = tree.root().expect("a value");
            let validators = Validators::new(Schemas::embedded());
            for template in [false, true] {
                let request = Request {
                    resource_type: &body.resource_type,
                    method: body.method,
                    version: body.version,
                    template,
                    name: None,
                };
                let problems = || {
                    format!(
                        "{:?}",
                        validators.problems(request, root).iter().map(|it| &it.kind).collect::<Vec<_>>()
                    )
                };
                assert_eq!(problems(), problems(), "{} {mutation:?}", body.name);
            }
        }
    }
}

#[test]
fn validators_are_shared_between_threads() {
    let validators = Validators::embedded();
    assert!(std::sync::Arc::ptr_eq(&validators, &Validators::embedded()));
    let bodies = bodies::own();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for body in &bodies {
                    assert!(loud(body, &body.value.to_string()).is_empty());
                }
            });
        }
    });
}
