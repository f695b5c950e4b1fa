//! Every rule's page is its test: the bad example is found, the good one is clean, the fix makes one the other.

use armbody::container::Kind;
use armbody::lint::{Fixable, Options, Rule, Severity, check, find_rule, fix, rules};
use armbody::text::Source;

/// A fenced example: its language, the words behind it, its text.
struct Example<'p> {
    language: &'p str,
    words: Vec<(&'p str, &'p str)>,
    text: String,
}

/// The first example of the page's section `heading`.
fn example<'p>(rule: &Rule, page: &'p str, heading: &str) -> Example<'p> {
    let section = page
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("{}: the page has no `## {heading}`", rule.name))
        .1;
    let fence = section.find("```").unwrap_or_else(|| panic!("{}: no example", rule.name));
    let marks = section[fence..].len() - section[fence..].trim_start_matches('`').len();
    let marks = &section[fence..fence + marks];
    let (info, rest) = section[fence + marks.len()..].split_once('\n').unwrap();
    let text =
        rest.split_once(&format!("\n{marks}")).unwrap_or_else(|| panic!("{}: an open fence", rule.name)).0;
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default();
    Example {
        language,
        words: words.filter_map(|word| word.split_once('=')).collect(),
        text: format!("{text}\n"),
    }
}

fn word<'e>(example: &'e Example<'_>, name: &str) -> Option<&'e str> {
    example.words.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

/// The example as a file: JSON alone, or a document with it in a fence.
fn source(rule: &Rule, example: &Example<'_>) -> (Source, Kind, Options) {
    let mut options = Options::default();
    options.given.resource_type = word(example, "type").map(|it| it.parse().unwrap());
    options.given.method = word(example, "method").map(|it| it.parse().unwrap());
    options.given.api_version = word(example, "api-version").map(|it| it.parse().unwrap());
    options.max_size = word(example, "max-size").map(|it| it.parse().unwrap());
    options.is_sent = word(example, "sent").is_some();
    // What the example cannot do without: a weak password is a literal one.
    options.ignore = word(example, "ignore").map(|name| find_rule(name).unwrap()).into_iter().collect();
    let (text, kind) = match example.language {
        "json" => (example.text.clone(), Kind::Json),
        "markdown" => (example.text.clone(), Kind::Markdown),
        "sh" => (repeated(example), Kind::Shell),
        "powershell" => (example.text.clone(), Kind::PowerShell),
        "http" => (example.text.clone(), Kind::Http),
        "bash" | "azurecli" => (format!("```{}\n{}```\n", example.language, example.text), Kind::Markdown),
        other => panic!("{}: an example in `{other}`", rule.name),
    };
    (Source::new(format!("{}.{}", rule.name, example.language), text), kind, options)
}

/// The rules that an example can show: no text is known in which the program fails.
fn shown() -> impl Iterator<Item = &'static Rule> {
    rules().filter(|rule| rule.name != "internal-error")
}

/// The text, with its last line as often as the fence says.
fn repeated(example: &Example) -> String {
    let times = word(example, "repeat").map_or(1, |times| times.parse().unwrap());
    let last = example.text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
    let (before, line) = example.text.split_at(last);
    format!("{before}{}", line.repeat(times))
}

fn names(findings: &[armbody::lint::Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule.name).collect()
}

#[test]
fn every_bad_example_is_found_and_nothing_else_in_it() {
    let mut wrong = Vec::new();
    for rule in shown() {
        let bad = example(rule, rule.page(), "Bad");
        let (source, kind, options) = source(rule, &bad);
        let findings = check(&source, kind, &options);
        let found = findings.iter().any(|finding| finding.rule == rule);
        let alone = !findings.iter().any(|it| it.rule != rule && it.severity > Severity::Note);
        if !found || !alone {
            wrong.push((rule.name, names(&findings)));
        }
    }
    assert!(wrong.is_empty(), "a bad example must have its own mistake and no other: {wrong:#?}");
}

#[test]
fn every_good_example_is_clean() {
    let mut wrong = Vec::new();
    for rule in shown() {
        let good = example(rule, rule.page(), "Good");
        let (source, kind, options) = source(rule, &good);
        let mut findings = check(&source, kind, &options);
        findings.retain(|it| it.severity > Severity::Note || it.rule == rule);
        if !findings.is_empty() {
            wrong.push((rule.name, names(&findings)));
        }
    }
    assert!(wrong.is_empty(), "a good example must be clean: {wrong:#?}");
}

#[test]
fn every_fix_makes_the_good_example_of_the_bad_one() {
    for rule in shown() {
        let (bad, good) = (example(rule, rule.page(), "Bad"), example(rule, rule.page(), "Good"));
        let (source, kind, options) = source(rule, &bad);
        let offers = check(&source, kind, &options).iter().any(|it| it.rule == rule && it.fix.is_some());
        match rule.fixable {
            Fixable::Never => assert!(!offers, "{} says it never fixes", rule.name),
            Fixable::Always | Fixable::Sometimes => assert!(offers, "{} says it fixes", rule.name),
        }
        if !offers {
            continue;
        }
        let before = source.text().to_owned();
        let fixed = fix(source, kind, &options, true);
        let fence = if before.starts_with("```") { before.find('\n').unwrap() + 1 } else { 0 };
        let end = if fence > 0 { fixed.source.text().len() - 4 } else { fixed.source.text().len() };
        assert_eq!(&fixed.source.text()[fence..end], good.text, "{}", rule.name);
        let again = fix(fixed.source, kind, &options, true);
        assert_eq!(again.applied, 0, "{}: a second fix changes something", rule.name);
    }
}

#[test]
fn pages_have_their_headings_and_names() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.name), "{} twice", rule.name);
        assert!(rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.name);
        assert!(rule.page().starts_with(&format!("# {}\n", rule.name)), "{}: the page's title", rule.name);
        let examples: &[&str] = if rule.name == "internal-error" { &[] } else { &["Bad", "Good"] };
        for heading in ["What and why", "How to fix", "What ARM answers"].iter().chain(examples) {
            assert!(rule.page().contains(&format!("\n## {heading}\n")), "{}: no `## {heading}`", rule.name);
        }
        assert!(!rule.summary.ends_with('.') && rule.summary.len() <= 100, "{}: {}", rule.name, rule.summary);
    }
}

#[test]
fn every_page_belongs_to_a_rule() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules");
    for entry in std::fs::read_dir(pages).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix(".md").filter(|stem| *stem != "README") else { continue };
        assert!(find_rule(stem).is_some(), "docs/rules/{name} is not a rule's page");
    }
}
