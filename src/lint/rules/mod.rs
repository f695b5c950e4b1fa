//! The table of rules: one line a rule, in the order in which they are listed.

use std::sync::LazyLock;

use super::Rule;
use crate::text::suggest::did_you_mean;

pub(super) mod identity;
mod layout;
mod quoting;
pub(super) mod request;
mod run;
pub(super) mod schema;
pub(super) mod secret;
mod since;
pub(super) mod syntax;
pub(super) mod template;

pub(super) use request::ids::real_subscriptions;
pub(super) use request::{api_version_unknown, preview_superseded};
pub(super) use run::{
    expired_suppression, suppression_not_read, unknown_rule_in_suppression, useless_suppression,
};
pub(super) use schema::because;
pub(super) use schema::problems;
pub(super) use schema::type_guessed::draft as type_guessed;
pub(super) use schema::type_not_described::draft as type_not_described;
pub use since::since;
pub use syntax::internal_error::finding as internal_error;
pub use syntax::too_large::finding as too_large;
pub(super) use syntax::wrong_quotes::of_python;
pub(super) use syntax::{bad_encoding, body_file_not_json, expansion_too_large, too_many_findings};
pub(super) use template::{report as of_template, rule_of_cause};

/// Every rule, by family. What is found does not depend on their order.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().copied()
}

static ALL: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    syntax::RULES
        .iter()
        .chain(schema::RULES)
        .chain(identity::RULES)
        .chain(request::RULES)
        .chain(quoting::RULES)
        .chain(secret::RULES)
        .chain(template::RULES)
        .chain(run::RULES)
        .copied()
        .collect()
});

#[cfg(test)]
thread_local! {
    /// Another order of the table, which a test asks for.
    static ORDER: std::cell::Cell<Option<&'static [&'static Rule]>> = const { std::cell::Cell::new(None) };
}

/// The rules in the order in which they look: family by family, since what is not JSON is not judged as a resource, and
/// within a family those that others wait for first. Where the table has them is no part of it.
pub(super) fn in_order() -> &'static [&'static Rule] {
    static IN_ORDER: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| sorted(&ALL));
    #[cfg(test)]
    if let Some(rules) = ORDER.get() {
        return rules;
    }
    &IN_ORDER
}

fn sorted(table: &[&'static Rule]) -> Vec<&'static Rule> {
    fn add(rule: &'static Rule, sorted: &mut Vec<&'static Rule>) {
        if !sorted.contains(&rule) {
            for before in rule.after {
                add(before, sorted);
            }
            sorted.push(rule);
        }
    }
    let mut families = table.to_vec();
    families.sort_by_key(|rule| rule.family);
    let mut sorted = Vec::with_capacity(table.len());
    for rule in families {
        add(rule, &mut sorted);
    }
    sorted
}

/// The rules that tell of types and versions that are not described.
pub(super) fn of_what_is_not_described() -> [&'static Rule; 2] {
    [&schema::type_not_described::RULE, &request::api_version_unknown::RULE]
}

/// The rule called `name`, now or before.
pub fn find_rule(name: &str) -> Option<&'static Rule> {
    rules()
        .find(|rule| rule.name == name)
        .or_else(|| rules().find(|rule| rule.former_names().contains(&name)))
}

/// The rule that whoever wrote `name` most likely means.
pub fn nearest_rule(name: &str) -> Option<&'static Rule> {
    did_you_mean(name, rules().map(|rule| rule.name)).and_then(find_rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::Kind;
    use crate::lint::{Options, Severity, check};
    use crate::text::{Edit, Source, Span};

    type Found = (Span, &'static str, Severity, String, Option<Vec<Edit>>);

    /// The examples of all pages as files: bodies by themselves, with what their fences say, and blocks of documents.
    fn examples() -> Vec<(Source, Kind, Options)> {
        let mut found = Vec::new();
        for page in ALL.iter().map(|rule| rule.page()) {
            let mut rest = page;
            while let Some(open) = rest.find("\n```") {
                let fence = &rest[open + 1..];
                let marks = &fence[..fence.len() - fence.trim_start_matches('`').len()];
                let (info, inside) = fence[marks.len()..].split_once('\n').unwrap();
                let end = format!("\n{marks}\n");
                let Some((text, behind)) = inside.split_once(end.as_str()) else { break };
                rest = behind;
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                let word = |name: &str| {
                    let word = info.split_whitespace().find_map(|word| word.strip_prefix(name));
                    word.and_then(|word| word.strip_prefix('='))
                };
                let mut options = Options::default();
                options.given.resource_type = word("type").map(|it| it.parse().unwrap());
                options.given.method = word("method").map(|it| it.parse().unwrap());
                options.given.api_version = word("api-version").map(|it| it.parse().unwrap());
                let (kind, text) = match language {
                    "json" => (Kind::Json, text.to_owned()),
                    "sh" => (Kind::Shell, text.to_owned()),
                    "powershell" => (Kind::PowerShell, text.to_owned()),
                    "http" => (Kind::Http, text.to_owned()),
                    _ => (Kind::Markdown, format!("```{language}\n{text}\n```\n")),
                };
                // As what else it might be for: mistakes meet there that no page shows together.
                if kind == Kind::Json {
                    for (resource_type, method, version) in [
                        ("vm", "PUT", "2017-03-30"),
                        ("vmss", "PATCH", "2018-06-01"),
                        ("vm", "PATCH", "2017-12-01"),
                        ("identity", "PUT", "2023-01-31"),
                    ] {
                        let mut options = options.clone();
                        options.given.resource_type = resource_type.parse().ok();
                        options.given.method = method.parse().ok();
                        options.given.api_version = version.parse().ok();
                        found.push((Source::new("x", text.clone()), kind, options));
                    }
                }
                found.push((Source::new("x", text), kind, options));
            }
        }
        for body in [
            r#"{"identity":{"type":"systemassigned,UserAsigned","identityIds":["x","X",1]}}"#,
            r#"{"identity":{"type":"SystemAssigned","UserAssigned","userAssignedIdentities":{"a":{},"a":null,"A":1}}}"#,
            r#"{"Identity":{"Type":"None","identityids":[]},"properties":{"identity":{"type":""}},"locaton":1}"#,
        ] {
            let ids = "/subscriptions/{s}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
            let body =
                body.replace("\"a\"", &format!("\"{ids}/a\"")).replace("\"A\"", &format!("\"{ids}/A\""));
            for method in ["PUT", "PATCH", "GET", "DELETE"] {
                for version in ["2015-06-15", "2017-03-30", "2017-12-01", "2018-06-01", "2017-04-01"] {
                    let url = "https://management.azure.com/subscriptions/{s}/resourceGroups/g/providers/\
                               Microsoft.Compute/virtualMachines/vm";
                    let call = format!("curl -X {method} '{url}?api-version={version}' -d '{body}'\n");
                    found.push((Source::new("x", call), Kind::Shell, Options::default()));
                }
            }
        }
        found
    }

    #[test]
    fn a_name_means_one_rule() {
        let names: Vec<&str> =
            rules().flat_map(|rule| rule.former_names().iter().copied().chain([rule.name])).collect();
        let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), different.len(), "two rules of one name, or one that another had");
    }

    #[test]
    fn the_order_of_the_table_does_not_matter() {
        let examples = examples();
        let found = || -> Vec<Vec<Found>> {
            let check = |(source, kind, options): &(Source, Kind, Options)| {
                let all = check(source, *kind, options).into_iter();
                all.map(|it| (it.span, it.rule.name, it.severity, it.message, it.fix.map(|fix| fix.edits)))
                    .collect()
            };
            examples.iter().map(check).collect()
        };
        let expected = found();
        let raised: std::collections::BTreeSet<_> =
            expected.iter().flatten().map(|(_, rule, ..)| *rule).collect();
        assert!(raised.len() * 100 > ALL.len() * 85, "only {} of {} rules", raised.len(), ALL.len());
        assert!(ALL.iter().all(|rule| rule.after.iter().all(|before| before.family == rule.family)));
        let mut order = ALL.clone();
        order.reverse();
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        for round in 0..6 {
            ORDER.set(Some(Vec::leak(sorted(&order))));
            let shuffled = found();
            let wrong: Vec<String> = examples
                .iter()
                .zip(&expected)
                .zip(&shuffled)
                .filter(|((_, one), other)| one != other)
                .map(|((example, one), other)| {
                    let rules = |found: &[Found]| found.iter().map(|it| it.1).collect::<Vec<_>>().join(" ");
                    format!("{}\n  {}\n  {}", example.0.text(), rules(one), rules(other))
                })
                .collect();
            assert!(wrong.is_empty(), "round {round}:\n{}", wrong.join("\n"));
            for at in (1..order.len()).rev() {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(at, (random >> 33) as usize % (at + 1));
            }
        }
        ORDER.set(None);
    }
}
