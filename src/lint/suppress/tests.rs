use crate::container::Kind;
use crate::lint::suppress::IgnoredPlace;
use crate::lint::{MAX_FINDINGS, Options, check, find_rule, fix};
use crate::text::Source;

const URL: &str = "https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01";
const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
const REST: &str = "-H 'Content-Type: application/json' -H 'Authorization: Bearer $T'";

fn curl() -> String {
    format!("curl -X PATCH '{URL}' -d '{SPLIT}' {REST}")
}

fn found(text: &str, kind: Kind, options: &Options) -> Vec<(&'static str, u32)> {
    let source = Source::new("x", text);
    let interesting = |name: &str| name == "identity-type-split" || name.contains("suppression");
    check(&source, kind, options)
        .iter()
        .filter(|finding| interesting(finding.rule.name))
        .map(|finding| (finding.rule.name, source.position(finding.span.start).line))
        .collect()
}

#[track_caller]
fn expect(text: &str, kind: Kind, expected: &[(&'static str, u32)]) {
    assert_eq!(found(text, kind, &Options::default()), expected, "{text}");
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(found(&crlf, kind, &Options::default()), expected, "with CR LF: {text}");
}

const MARK: &str = "<!-- armbody-ignore identity-type-split: shown on purpose -->";

#[test]
fn a_comment_in_markdown_reaches_over_the_next_block() {
    let curl = curl();
    let block = format!("```bash\n{curl}\n```\n");
    expect(&format!("{MARK}\n{block}\n{block}"), Kind::Markdown, &[("identity-type-split", 7)]);
    expect(&format!("{MARK}\n\n<!-- else -->\n\n{block}"), Kind::Markdown, &[]);
    expect(&format!("{MARK}\n\n    {curl}\n"), Kind::Markdown, &[]);
    expect(&format!("1. x\n\n   {MARK}\n   ```bash\n   {curl}\n   ```\n"), Kind::Markdown, &[]);
    expect(&format!("> {MARK}\n>\n> ```bash\n> {curl}\n> ```\n"), Kind::Markdown, &[]);
    expect(
        &format!("{MARK}\nRun `{curl}` or\n`{curl}`.\n\n`{curl}`\n"),
        Kind::Markdown,
        &[("identity-type-split", 5)],
    );
    expect(&format!("`{curl}` {MARK} `{curl}`\n"), Kind::Markdown, &[("identity-type-split", 1)]);
    expect(&format!("{MARK}\n{MARK}\n{block}"), Kind::Markdown, &[]);
    expect(&format!("\u{feff}é\n\n{MARK}\n{block}"), Kind::Markdown, &[]);
}

#[test]
fn a_marker_that_does_nothing_is_told() {
    let curl = curl();
    let block = format!("```bash\n{curl}\n```\n");
    expect(
        &format!("{block}\n{MARK}\n"),
        Kind::Markdown,
        &[("identity-type-split", 2), ("useless-suppression", 5)],
    );
    expect(
        &format!("<!-- armbody-ignore identity-type-splt: x -->\n{block}"),
        Kind::Markdown,
        &[("unknown-rule-in-suppression", 1), ("identity-type-split", 3)],
    );
    expect(
        &format!("<!-- armbody-ignore: x -->\n{block}"),
        Kind::Markdown,
        &[("useless-suppression", 1), ("identity-type-split", 3)],
    );
    expect(
        &format!("<!-- armbody-ignore identity-type-split, extra-comma: x -->\n{block}"),
        Kind::Markdown,
        &[("useless-suppression", 1)],
    );
    expect("<!-- armbody-ignored x -->\n`<!-- armbody-ignore x -->`\n", Kind::Markdown, &[]);
    expect("```html\n<!-- armbody-ignore x: y -->\n```\n", Kind::Markdown, &[]);
    // A rule that does not run cannot find anything.
    let options = Options { select: vec![find_rule("extra-comma").unwrap()], ..Options::default() };
    assert_eq!(found(&format!("{MARK}\n"), Kind::Markdown, &options), []);
}

#[test]
fn a_comment_in_a_script_reaches_over_the_next_call() {
    let curl = curl();
    let mark = "# armbody-ignore identity-type-split: shown on purpose";
    expect(&format!("{mark}\n{curl}\n{curl}\n"), Kind::Shell, &[("identity-type-split", 3)]);
    expect(&format!("  {mark}\n\n# more\n{curl}\n"), Kind::Shell, &[]);
    expect(&format!("{mark}\necho '{SPLIT}' \\\n | {curl}\n"), Kind::Shell, &[]);
    expect(
        &format!("{mark}\ntrue\n{curl}\n"),
        Kind::Shell,
        &[("useless-suppression", 1), ("identity-type-split", 3)],
    );
    expect(&format!("{curl} {mark}\n"), Kind::Shell, &[("identity-type-split", 1)]);
    expect(&format!("a\n\n```bash\n{mark}\n{curl}\n```\n"), Kind::Markdown, &[]);
    expect(&format!("```bash\n{mark}\n```\n"), Kind::Markdown, &[]);
}

#[test]
fn a_comment_in_json_reaches_over_the_next_member() {
    let template = |before: &str| {
        format!(
            "{{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"resources\": [\n{before}    {{\n      \"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"2018-06-01\", \"name\": \"vm\", \"location\": \"westus\",\n      \"identity\": {{ \"type\": \"SystemAssigned\", \"UserAssigned\" }},\n      \"properties\": {{}}\n    }}\n  ]\n}}\n"
        )
    };
    expect(&template(""), Kind::Json, &[("identity-type-split", 7)]);
    expect(&template("    // armbody-ignore identity-type-split: shown\n"), Kind::Json, &[]);
    expect(&template("    /* armbody-ignore identity-type-split: shown */\n"), Kind::Json, &[]);
    let inner = template("").replace(
        "      \"identity\"",
        "      // armbody-ignore identity-type-split: shown\n      \"identity\"",
    );
    expect(&inner, Kind::Json, &[]);
    let late = template("").replace(
        "      \"properties\"",
        "      // armbody-ignore identity-type-split: shown\n      \"properties\"",
    );
    expect(&late, Kind::Json, &[("identity-type-split", 7), ("useless-suppression", 8)]);
}

#[test]
fn a_pointer_reaches_over_its_member() {
    let rule = find_rule("identity-type-split").unwrap();
    let at = |pointer: &str| Options {
        ignored_places: vec![IgnoredPlace { pointer: pointer.to_owned(), rules: vec![rule] }],
        ..Options::default()
    };
    for pointer in ["/identity/type", "/identity", ""] {
        assert_eq!(found(SPLIT, Kind::Json, &at(pointer)), [], "{pointer}");
    }
    for pointer in ["/tags", "/identity/type/0"] {
        let expected = [("useless-suppression", 1), ("identity-type-split", 1)];
        assert_eq!(found(SPLIT, Kind::Json, &at(pointer)), expected, "{pointer}");
    }
}

#[test]
fn a_suppressed_finding_is_not_fixed() {
    let text = format!("{MARK}\n```bash\n{}\n```\n", curl());
    let fixed = fix(Source::new("x.md", text.clone()), Kind::Markdown, &Options::default(), true);
    assert_eq!(fixed.source.text(), text);
}

#[test]
fn a_useless_marker_goes_with_its_line() {
    let block = format!("```bash\n{}\n```\n", curl());
    for (before, after) in [
        ("<!-- armbody-ignore extra-comma: x -->\nText.\n".to_owned(), "Text.\n".to_owned()),
        ("a <!-- armbody-ignore extra-comma: x --> b\n".to_owned(), "a  b\n".to_owned()),
        (
            format!("<!-- armbody-ignore identity-type-split, extra-comma: x -->\n{block}"),
            format!("<!-- armbody-ignore identity-type-split: x -->\n{block}"),
        ),
        (
            format!("<!-- armbody-ignore extra-comma identity-type-split: x -->\n{block}"),
            format!("<!-- armbody-ignore identity-type-split: x -->\n{block}"),
        ),
    ] {
        let fixed = fix(Source::new("x.md", before.clone()), Kind::Markdown, &Options::default(), false);
        assert_eq!(fixed.source.text(), after, "{before}");
    }
}

#[test]
fn many_markers_take_no_more_than_their_time() {
    let started = std::time::Instant::now();
    let text = "# armbody-ignore extra-comma: x\n".repeat(20_000);
    let source = Source::new("x.sh", text);
    assert_eq!(check(&source, Kind::Shell, &Options::default()).len(), MAX_FINDINGS + 1);
    let nested = "[// armbody-ignore extra-comma: x\n".repeat(20_000);
    check(&Source::new("x.json", nested), Kind::Json, &Options::default());
    let inline = format!("{}\n", "<!-- armbody-ignore extra-comma: x -->".repeat(20_000));
    check(&Source::new("x.md", format!("a {inline}")), Kind::Markdown, &Options::default());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
