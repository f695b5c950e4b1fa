//! Plants each mistake of the syntax family in bodies that have none, and asks for three things: the rule that
//! names the mistake finds it where it is, it is the only finding, and a safe fix gives the body back.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::unnecessary_wraps,
    reason = "a test that cannot go on has failed, and says what it skips; plantings share a signature"
)]

mod bodies;
mod plant;
mod wrap;

use std::collections::BTreeMap;

use crate::support::random::Random;
use crate::support::thorough::cases;
use armbody::lint::{Family, Finding, Severity, check, fix, rules};
use bodies::Body;
use plant::{KINDS, Planted, Text};
use wrap::{WRAPS, Wrap, Wrapped, body_of};

/// Mistakes of each kind in each surrounding, in a thorough run.
const ALL_TIMES: usize = 24;

/// Bodies beyond this many bytes are left to the other tests.
const MAX_BODY: usize = 6000;

fn syntax(wrapped: &mut Wrapped) {
    wrapped.options.select = rules().filter(|rule| rule.family == Family::Syntax).collect();
}

#[derive(Default)]
struct Tally {
    planted: usize,
    unfound: usize,
    elsewhere: usize,
    misnamed: usize,
    several: usize,
    fixed: usize,
    spoilt: usize,
    unfixed: usize,
}

/// What is wrong with the findings about one planted mistake.
fn judge(tally: &mut Tally, rule: &str, body: &Body, wrap: Wrap, planted: &Planted) -> Vec<String> {
    let mut wrapped = Wrapped::new(wrap, body, &planted.text);
    syntax(&mut wrapped);
    let findings = check(&wrapped.source, wrapped.kind, &wrapped.options);
    let mut complaints = Vec::new();
    tally.planted += 1;
    let names: Vec<&str> = findings.iter().map(|finding| finding.rule.name).collect();
    let note = rule == "ellipsis" && wrap != Wrap::Raw;
    let loud = findings.iter().filter(|finding| note || finding.severity > Severity::Note).count();
    if loud == 0 {
        tally.unfound += 1;
        complaints.push("nothing found".to_owned());
        return complaints;
    }
    let own: Vec<&Finding> = findings.iter().filter(|finding| finding.rule.name == rule).collect();
    // Of a run of brackets with only white space between them none is the one.
    let text = planted.text.as_str();
    let filler = |c: char| c.is_whitespace() || matches!(c, '}' | ']' | '{' | '[');
    let bracket = matches!(rule, "unclosed-bracket" | "extra-bracket");
    let place = if bracket {
        let start = text[..planted.place.start].trim_end_matches(filler).len();
        let end = text.len() - text[planted.place.end..].trim_start_matches(filler).len();
        start..end
    } else {
        planted.place.clone()
    };
    let at_place = |finding: &&&Finding| {
        wrapped.touches(finding.span, &place)
            || finding.labels.iter().any(|label| wrapped.touches(label.span, &place))
    };
    if own.is_empty() {
        tally.misnamed += 1;
        complaints.push(format!("found as {names:?}"));
    } else if !own.iter().any(|finding| at_place(&finding)) {
        tally.elsewhere += 1;
        complaints.push("found elsewhere".to_owned());
    }
    if loud > 1 {
        tally.several += 1;
        complaints.push(format!("{loud} findings: {names:?}"));
    }
    if findings.iter().any(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe)) {
        let meant: serde_json::Value = serde_json::from_str(&planted.meant).unwrap();
        let fixed = fix(wrapped.source, wrapped.kind, &wrapped.options, false);
        let text = body_of(&fixed.source, wrapped.kind).unwrap_or_default();
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) if value == meant => tally.fixed += 1,
            Ok(_) => {
                tally.spoilt += 1;
                complaints.push(format!("mended to another body: {text}"));
            }
            Err(_) => tally.unfixed += 1,
        }
    }
    complaints
}

#[test]
fn planted_mistakes_are_found_named_and_fixed() {
    let mut bodies = bodies::own();
    bodies.extend(bodies::published());
    let bodies: Vec<Body> = bodies.into_iter().filter(|body| body.text.len() <= MAX_BODY).collect();
    // For the search after more: another seed, and what is wrong with each mistake of one kind, or of `all`.
    let verbose = std::env::var_os("ARMBODY_MUTATIONS");
    let seed: u64 = std::env::var("ARMBODY_SEED").ok().map_or(0, |seed| seed.parse().unwrap());
    let times = cases(ALL_TIMES, 4);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (number, kind) in KINDS.iter().enumerate() {
        let mut random = Random(seed * 1000 + number as u64);
        let tally = tallies.entry(kind.name).or_default();
        for wrap in WRAPS {
            let mut done = 0;
            for _ in 0..times * 40 {
                let Some(body) = random.pick(&bodies) else { break };
                let compact = random.below(2) == 0;
                let text = if compact {
                    body.value.to_string()
                } else {
                    serde_json::to_string_pretty(&body.value).unwrap()
                };
                let Some(planted) = (kind.plant)(&Text::new(text), &mut random) else { continue };
                let json = serde_json::from_str::<serde_json::Value>(&planted.text).is_ok();
                if json && !matches!(kind.name, "name twice" | "array for type") {
                    continue;
                }
                let complaints = judge(tally, kind.rule, body, wrap, &planted);
                if verbose.as_ref().is_some_and(|it| it == "all" || it == kind.name) && !complaints.is_empty()
                {
                    let from = planted.text.floor_char_boundary(planted.place.start.saturating_sub(60));
                    let to =
                        planted.text.ceil_char_boundary((planted.place.end + 60).min(planted.text.len()));
                    let here = &planted.text[from..to];
                    eprintln!("{} in {} ({wrap:?}): {complaints:#?}\n  …{here}…", kind.name, body.name);
                }
                done += 1;
                if done == times {
                    break;
                }
            }
            assert!(done == times || bodies.len() < 10, "{}: planted {done} times in {wrap:?}", kind.name);
        }
    }
    let mut total = Tally::default();
    let mut table = String::from("planted unfound misnamed elsewhere several fixed unfixed spoilt\n");
    for (name, tally) in &tallies {
        let Tally { planted, unfound, misnamed, elsewhere, several, fixed, unfixed, spoilt } = *tally;
        total.planted += planted;
        total.unfound += unfound;
        total.misnamed += misnamed;
        total.elsewhere += elsewhere;
        total.several += several;
        total.fixed += fixed;
        total.unfixed += unfixed;
        total.spoilt += spoilt;
        if unfound + misnamed + elsewhere + several + spoilt + unfixed > 0 || verbose.is_some() {
            table += &format!(
                "{planted:7} {unfound:7} {misnamed:8} {elsewhere:9} {several:7} {fixed:5} {unfixed:7} {spoilt:6}  {name}\n"
            );
        }
    }
    let Tally { planted, unfound, misnamed, elsewhere, several, fixed, unfixed, spoilt } = total;
    table += &format!(
        "{planted:7} {unfound:7} {misnamed:8} {elsewhere:9} {several:7} {fixed:5} {unfixed:7} {spoilt:6}  all\n"
    );
    eprintln!("{table}");
    assert_eq!(unfound, 0, "a mistake that nothing is said about\n{table}");
    assert_eq!(spoilt, 0, "a safe fix that changes the body\n{table}");
    assert!(
        (unfound + misnamed + elsewhere) * 20 <= planted,
        "fewer than 95 % are found by their rule\n{table}"
    );
    assert!(several * 20 <= planted, "more than 5 % are found more than once\n{table}");
}

#[test]
fn published_bodies_have_no_mistake() {
    let mut bodies = bodies::published();
    bodies.extend(bodies::own());
    for body in &bodies {
        let mut wrapped = Wrapped::new(Wrap::Raw, body, &body.text);
        syntax(&mut wrapped);
        let findings = check(&wrapped.source, wrapped.kind, &wrapped.options);
        let names: Vec<&str> = findings.iter().map(|finding| finding.rule.name).collect();
        assert!(names.is_empty(), "{}: {names:?}", body.name);
    }
}
