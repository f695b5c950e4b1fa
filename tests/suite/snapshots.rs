//! What people read, kept so that a change of wording is seen: the report of the example article and of the
//! published one, and of every rule's bad example.

use crate::support::needs::shared_text;

use armbody::container::Kind;
use armbody::lint::{Options, find_rule, inspect, rules};
use armbody::report::{Checked, Format, Mask, Report};
use armbody::text::Source;

fn report(source: &Source, kind: Kind, options: &Options) -> String {
    let (findings, secrets) = inspect(source, kind, options);
    let mask = Mask::new(source, secrets);
    Report::new(Format::Text, false).render(Checked { source, findings: &findings, mask: &mask }).into()
}

#[test]
fn the_example_article() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/give-a-vm-an-identity.md"))
            .unwrap();
    let source = Source::new("examples/give-a-vm-an-identity.md", text);
    insta::assert_snapshot!(report(&source, Kind::Markdown, &Options::default()));
}

#[test]
#[ignore = "needs the shared cases"]
fn the_published_article() {
    let text = shared_text("seed/how-to-configure-vm-identity-rest.md");
    let source = Source::new("article.md", text);
    insta::assert_snapshot!(report(&source, Kind::Markdown, &Options::default()));
}

/// The bad example of a page: the words of its fence and its text.
fn bad_example(page: &str) -> Option<(&str, &str)> {
    let section = page.split_once("\n## Bad\n")?.1;
    let from = section.find("```")?;
    let marks = &section[from..from + section[from..].bytes().take_while(|&byte| byte == b'`').count()];
    let (info, rest) = section[from + marks.len()..].split_once('\n')?;
    Some((info, rest.split_once(&format!("\n{marks}"))?.0))
}

#[test]
fn every_page() {
    let mut all = String::new();
    // No text is known in which the program fails.
    for rule in rules().filter(|rule| rule.name != "internal-error") {
        let Some((info, text)) = bad_example(rule.page()) else { panic!("{} has no bad example", rule.name) };
        if info.contains("repeat=") {
            // What is found of ten thousand lines is no picture.
            continue;
        }
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let mut options = Options::default();
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            match key {
                "type" => options.given.resource_type = Some(value.parse().unwrap()),
                "method" => options.given.method = Some(value.parse().unwrap()),
                "api-version" => options.given.api_version = Some(value.parse().unwrap()),
                "sent" => options.is_sent = true,
                "max-size" => options.max_size = Some(value.parse().unwrap()),
                "ignore" => options.ignore.extend(find_rule(value)),
                other => panic!("{}: {other}", rule.name),
            }
        }
        let (text, kind) = match language {
            "json" => (format!("{text}\n"), Kind::Json),
            "markdown" => (format!("{text}\n"), Kind::Markdown),
            "sh" => (format!("{text}\n"), Kind::Shell),
            "powershell" => (format!("{text}\n"), Kind::PowerShell),
            "http" => (format!("{text}\n"), Kind::Http),
            _ => (format!("```{language}\n{text}\n```\n"), Kind::Markdown),
        };
        let source = Source::new(rule.name, text);
        all.push_str(&report(&source, kind, &options));
    }
    insta::assert_snapshot!(all);
}
