use crate::container::Kind;
use crate::lint::RENAMED;
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
    expect(&format!("{curl} {mark}\n"), Kind::Shell, &[]);
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

const RULE: &str = "identity-type-split";

/// A file with a comment before its call and one behind it, either of which may be empty.
type File = Box<dyn Fn(&str, &str) -> String>;

/// A notation: how its file looks with a marker before the call, behind it, and at the head of the file.
struct Notation {
    name: &'static str,
    kind: Kind,
    file: File,
    /// A marker as a comment of its own.
    comment: fn(&str) -> String,
    /// One behind other text, where there is such a thing.
    trailing: Option<fn(&str) -> String>,
}

fn notations() -> Vec<Notation> {
    fn hash(marker: &str) -> String {
        format!("# {marker}\n")
    }
    fn behind(marker: &str) -> String {
        format!(" # {marker}")
    }
    fn html(marker: &str) -> String {
        format!("<!-- {marker} -->\n")
    }
    fn html_behind(marker: &str) -> String {
        format!(" <!-- {marker} -->")
    }
    fn slashes(marker: &str) -> String {
        format!("// {marker}\n")
    }
    fn slashes_behind(marker: &str) -> String {
        format!(" // {marker}")
    }
    let long = || {
        format!("curl -X PATCH '{URL}' \\\n  -d '{}' \\\n  {REST}", SPLIT.replace("{\"type", "{\n \"type"))
    };
    let invoke = || format!("Invoke-AzRestMethod -Method PATCH -Uri '{URL}' -Payload '{SPLIT}'");
    let resource = |before: &str, behind: &str| {
        format!(
            "{{\n\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n\"contentVersion\": \"1.0.0.0\",\n\"resources\": [{{\n\"type\": \"Microsoft.Compute/virtualMachines\", \"apiVersion\": \"2018-06-01\", \"name\": \"vm\", \"location\": \"westus\",\n{before}\"identity\": {{ \"type\": \"SystemAssigned\", \"UserAssigned\" }},{behind}\n\"properties\": {{}}\n}}]\n}}\n"
        )
    };
    let yaml = |before: &str| before.replace('#', "    #");
    let notation =
        |name, kind, file: File, comment, trailing| Notation { name, kind, file, comment, trailing };
    vec![
        notation("sh", Kind::Shell, Box::new(|b, a| format!("{b}{}{a}\n", curl())), hash, Some(behind)),
        notation(
            "sh, long",
            Kind::Shell,
            Box::new(move |b, a| format!("{b}{}{a}\n", long())),
            hash,
            Some(behind),
        ),
        notation(
            "sh, assigned",
            Kind::Shell,
            Box::new(|b, a| {
                let body = SPLIT.replace("{\"type", "{\n\n  \"type").replace("\"}}", "\"\n}}");
                format!("{b}BODY='{}'{a}\n", body.replace("\n\n", "\n"))
                    + &format!("curl -X PATCH '{URL}' -d \"$BODY\" {REST}\n")
            }),
            hash,
            None,
        ),
        notation(
            "sh, piped",
            Kind::Shell,
            Box::new(|b, a| format!("{b}echo '{SPLIT}' |\n  curl -X PATCH '{URL}' -d @- {REST}{a}\n")),
            hash,
            Some(behind),
        ),
        notation(
            "ps1",
            Kind::PowerShell,
            Box::new(move |b, a| format!("{b}{}{a}\n", invoke())),
            hash,
            Some(behind),
        ),
        notation(
            "ps1, block",
            Kind::PowerShell,
            Box::new(move |b, a| format!("{b}{}{a}\n", invoke())),
            |marker| format!("<# {marker} #>\n"),
            Some(|marker| format!(" <# {marker} #>")),
        ),
        notation(
            "http",
            Kind::Http,
            Box::new(|b, _| format!("{b}PATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n")),
            hash,
            None,
        ),
        notation(
            "http, slashes",
            Kind::Http,
            Box::new(|b, _| format!("{b}PATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n")),
            slashes,
            None,
        ),
        notation(
            "yaml, within",
            Kind::Yaml,
            Box::new(move |b, a| format!("steps:\n- script: |\n{}    {}{a}\n", yaml(b), curl())),
            hash,
            Some(behind),
        ),
        notation(
            "yaml, before the step",
            Kind::Yaml,
            Box::new(|b, _| format!("steps:\n{b}- script: |\n    {}\n", curl())),
            hash,
            None,
        ),
        notation(
            "yaml, folded",
            Kind::Yaml,
            Box::new(|b, _| {
                format!("steps:\n- name: x\n{}  run: >-\n    {}\n", b.replace('#', "  #"), curl())
            }),
            hash,
            None,
        ),
        notation("template", Kind::Json, Box::new(resource), slashes, Some(slashes_behind)),
        notation(
            "template, block",
            Kind::Json,
            Box::new(resource),
            |marker| format!("/* {marker} */\n"),
            Some(|marker| format!(" /* {marker} */")),
        ),
        notation(
            "body with comments",
            Kind::Json,
            Box::new(|b, a| {
                format!("{{\n{b}\"identity\":{{\"type\":\"SystemAssigned\",\"UserAssigned\"}}{a}\n}}\n")
            }),
            slashes,
            Some(slashes_behind),
        ),
        notation(
            "md, before a fence",
            Kind::Markdown,
            Box::new(|b, _| format!("# T\n\n{b}```bash\n{}\n```\n", curl())),
            html,
            None,
        ),
        notation(
            "md, in a fence",
            Kind::Markdown,
            Box::new(|b, a| format!("# T\n\n```bash\n{b}{}{a}\n```\n", curl())),
            hash,
            Some(behind),
        ),
        notation(
            "md, indented",
            Kind::Markdown,
            Box::new(|b, _| format!("# T\n\n{b}\n    {}\n", curl())),
            html,
            None,
        ),
        notation(
            "md, a span",
            Kind::Markdown,
            Box::new(|b, a| format!("# T\n\n{b}Run `{}`{a}\n\nText.\n", curl())),
            html,
            Some(html_behind),
        ),
        notation(
            "md, http",
            Kind::Markdown,
            Box::new(|b, _| {
                format!("# T\n\n{b}```http\nPATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n```\n")
            }),
            html,
            None,
        ),
    ]
}

/// A rule that has another name now is still suppressed by the one that it had, in each form.
#[test]
fn a_former_name_suppresses() {
    RENAMED.set(Some((RULE, &["identity-kind-split", "identity-parted"])));
    let options = Options::default();
    for Notation { name, kind, file, comment, trailing } in notations() {
        for former in ["identity-kind-split", "identity-parted"] {
            let form = format!("armbody-ignore {former}: shown on purpose");
            let mut texts = vec![file(&comment(&form), "")];
            texts.extend(trailing.map(|trailing| file("", &trailing(&form))));
            if name != "md, in a fence" {
                let whole = comment(&format!("armbody-ignore-file {former}: a page of mistakes"));
                texts.push(format!("{whole}\n{}", file("", "")));
            }
            for text in texts {
                assert_eq!(found(&text, kind, &options), [], "{name}: {text}");
            }
        }
    }
    RENAMED.set(None);
}

/// The suppression matrix: each notation, each form of a marker, each place, with and without fixes.
#[test]
fn each_form_holds_in_each_notation_and_place() {
    let today = Options { today: Some("2027-01-31".parse().unwrap()), ..Options::default() };
    let forms: &[(&str, &[&str])] = &[
        ("armbody-ignore identity-type-split: shown on purpose", &[]),
        ("armbody-ignore identity-type-split", &[]),
        ("armbody-ignore  identity-type-split , identity-type-split", &[]),
        ("armbody-ignore identity-type-split until 2027-01-31: the last day counts", &[]),
        ("armbody-ignore identity-type-split until 2027-01-30: past", &[RULE, "expired-suppression"]),
        ("armbody-ignore identity-type-split until soon: no day", &[RULE, "suppression-not-read"]),
        ("armbody-ignore identity-type-split extra-comma: one does nothing", &["useless-suppression"]),
        ("armbody-ignore identity-type-splt: no rule", &[RULE, "unknown-rule-in-suppression"]),
        ("armbody-ignore: no rule", &[RULE, "useless-suppression"]),
    ];
    let names = |text: &str, kind| {
        let found = check(&Source::new("x", text), kind, &today);
        let of_marker = |name: &str| name == RULE || name.contains("suppression") || name == "comment";
        let mut names: Vec<_> = found.iter().map(|it| it.rule.name).filter(|name| of_marker(name)).collect();
        names.sort_unstable();
        names
    };
    for Notation { name, kind, file, comment, trailing } in notations() {
        assert_eq!(names(&file("", ""), kind), [RULE], "{name}: {}", file("", ""));
        for (form, expected) in forms {
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            let mut texts = vec![file(&comment(form), "")];
            texts.extend(trailing.map(|trailing| file("", &trailing(form))));
            for text in texts {
                for text in [text.replace('\n', "\r\n"), text] {
                    assert_eq!(names(&text, kind), expected, "{name}:\n{text}");
                    let fixed = fix(Source::new("x", text.clone()), kind, &today, true);
                    let fixed = fixed.source.text();
                    if expected.is_empty() {
                        assert_eq!(
                            check(&Source::new("x", fixed), kind, &today)
                                .iter()
                                .filter(|it| it.rule.name == RULE)
                                .count(),
                            0
                        );
                        assert!(
                            fixed.contains("\"SystemAssigned\"") && fixed.contains(form),
                            "{name}:\n{fixed}"
                        );
                    } else if !expected.contains(&"useless-suppression") {
                        assert!(fixed.contains(form), "{name}: no fix takes a marker away\n{fixed}");
                    }
                }
            }
        }
        // For the whole file, at its head and too late.
        let whole = comment("armbody-ignore-file identity-type-split: a page of mistakes");
        if name != "md, in a fence" {
            let text = format!("{whole}\n{}", file("", ""));
            assert_eq!(names(&text, kind), [""; 0], "{text}");
            let lines = if kind == Kind::Json { comment("x") } else { "\n".to_owned() };
            let late = format!("{}{whole}\n{}", lines.repeat(20), file("", ""));
            let found = names(&late, kind);
            assert!(
                found.contains(&RULE) && found.contains(&"suppression-not-read"),
                "{name}: {found:?}\n{late}"
            );
        }
    }
}

#[test]
fn a_file_s_marker_that_does_nothing_is_told() {
    let marker = "# armbody-ignore-file extra-comma: x\n";
    let text = format!("{marker}{}\n", curl());
    expect(&text, Kind::Shell, &[("useless-suppression", 1), (RULE, 2)]);
    let fixed = fix(Source::new("x.sh", text), Kind::Shell, &Options::default(), false);
    assert!(!fixed.source.text().contains("armbody-ignore"), "{}", fixed.source.text());
}

#[test]
fn what_is_written_as_none_is_told() {
    let curl = curl();
    let template = "{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n # armbody-ignore extra-comma: x\n  \"resources\": []\n}\n";
    for (text, kind) in [
        (format!("// armbody-ignore extra-comma: x\n{curl}\n"), Kind::Shell),
        (format!("<!-- armbody-ignore extra-comma: x -->\n{curl}\n"), Kind::Shell),
        (format!("# see armbody-ignore extra-comma: x\n{curl}\n"), Kind::Shell),
        (format!("REM armbody-ignore extra-comma: x\n{curl}\n"), Kind::Shell),
        (format!("PATCH {URL} # armbody-ignore extra-comma: x\n\n{{}}\n"), Kind::Http),
        (template.to_owned(), Kind::Json),
        (format!("{{/* armbody-ignore extra-comma: x */}}\n\n`{curl}`\n"), Kind::Markdown),
        (format!("[//]: # (armbody-ignore extra-comma: x)\n\n`{curl}`\n"), Kind::Markdown),
        (format!("<!-- hm: armbody-ignore extra-comma: x -->\n\n`{curl}`\n"), Kind::Markdown),
        (format!("```bash\nREM armbody-ignore extra-comma: x\n{curl}\n```\n"), Kind::Markdown),
    ] {
        let found = found(&text, kind, &Options::default());
        let told = found.iter().filter(|(rule, _)| *rule == "suppression-not-read").count();
        assert_eq!(told, 1, "{text}: {found:?}");
        let fixed = fix(Source::new("x", text.clone()), kind, &Options::default(), true);
        assert!(fixed.source.text().contains("armbody-ignore extra-comma: x"), "{}", fixed.source.text());
    }
    // Texts that speak of markers, and snippets that show one.
    for (text, kind) in [
        ("Write `# armbody-ignore extra-comma: reason` before it.\n".to_owned(), Kind::Markdown),
        ("| shell | `# armbody-ignore extra-comma: reason` | x |\n".to_owned(), Kind::Markdown),
        ("`<!-- armbody-ignore extra-comma: x -->` keeps it quiet.\n".to_owned(), Kind::Markdown),
        ("```bash\nREM armbody-ignore extra-comma: x\n```\n".to_owned(), Kind::Markdown),
        (format!("```markdown\n<!-- armbody-ignore extra-comma: x -->\n    {curl}\n```\n"), Kind::Markdown),
        (format!("# armbody-ignored\n# the armbody-ignore markers\n{curl}\n"), Kind::Shell),
    ] {
        let found = found(&text, kind, &Options::default());
        assert!(!found.iter().any(|(rule, _)| rule.contains("suppression")), "{text}: {found:?}");
    }
}
