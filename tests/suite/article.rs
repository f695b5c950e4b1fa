//! The published article that the project starts from: what is found in it, and what `--fix` makes of it.

use crate::support::needs::shared_text;
use armbody::container::{Kind, calls};
use armbody::lint::{Finding, Options, Severity, check, fix};
use armbody::text::Source;
use serde_json::{Value, json};

fn article() -> String {
    shared_text("seed/how-to-configure-vm-identity-rest.md")
}

fn source(text: &str) -> Source {
    Source::new("article.md", text.to_owned())
}

fn lint(text: &str) -> Vec<Finding> {
    check(&source(text), Kind::Markdown, &Options::default())
}

fn line(text: &str, offset: u32) -> usize {
    text[..offset as usize].matches('\n').count() + 1
}

/// Lines of the findings of `rule`, and what they underline.
fn found<'t>(text: &'t str, findings: &[Finding], rule: &str) -> Vec<(usize, &'t str)> {
    findings
        .iter()
        .filter(|it| it.rule.name == rule)
        .map(|it| (line(text, it.span.start), &text[it.span.range()]))
        .collect()
}

#[test]
#[ignore = "needs the shared cases"]
fn the_five_mistakes_are_found_and_no_other() {
    let text = article();
    let findings = lint(&text);
    let split = "\"SystemAssigned\",\"UserAssigned\"";
    assert_eq!(found(&text, &findings, "identity-type-split"), [(101, split), (188, split), (210, split)]);
    assert_eq!(found(&text, &findings, "unnamed-object"), [(154, "{")]);
    assert_eq!(found(&text, &findings, "identity-type-spelling"), [(180, "\"userAssigned\"")]);
    assert_eq!(found(&text, &findings, "placeholder-doubled"), [(101, "<<SUBSCRIPTION ID>>")]);

    let errors: Vec<(usize, &str)> = findings
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .map(|it| (line(&text, it.span.start), it.rule.name))
        .collect();
    assert_eq!(errors.len(), 4, "{errors:?}");
    for right in [74, 93, 120, 216, 222] {
        let loud = findings.iter().filter(|it| {
            line(&text, it.span.start) == right
                && it.severity > Severity::Note
                && it.rule.family != armbody::lint::Family::Secret
        });
        let names: Vec<_> = loud.map(|it| it.rule.name).collect();
        assert!(names.is_empty(), "line {right}: {names:?}");
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn a_patch_that_takes_identities_away_is_noted() {
    let text = article();
    let lines: Vec<usize> =
        found(&text, &lint(&text), "identity-drops").into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [93, 120, 180, 216, 222]);
    assert_eq!(found(&text, &lint(&text), "identity-removes-nothing"), []);
}

/// What the prose says that the bodies say.
fn meant() -> Vec<(usize, Value)> {
    let id = |scope: &str, group: &str, name: &str| {
        format!(
            "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    };
    let (mine, literal) = ("<SUBSCRIPTION ID>", "80c696ff-5efa-4909-a64d-f1b616f423ca");
    let both = [id(mine, "myResourceGroup", "ID1"), id(mine, "myResourceGroup", "ID2")];
    vec![
        (74, json!({"type": "SystemAssigned"})),
        (93, json!({"type": "SystemAssigned"})),
        (101, json!({"type": "SystemAssigned, UserAssigned", "identityIds": both})),
        (120, json!({"type": "None"})),
        (154, json!({"type": "UserAssigned", "identityIds": [id(literal, "TestRG", "ID1")]})),
        (180, json!({"type": "UserAssigned", "identityIds": [id(mine, "TestRG", "ID1")]})),
        (188, json!({"type": "SystemAssigned, UserAssigned", "identityIds": both})),
        (210, json!({"type": "SystemAssigned, UserAssigned", "identityIds": [id(literal, "TestRG", "ID1")]})),
        (216, json!({"type": "SystemAssigned"})),
        (222, json!({"type": "None"})),
    ]
}

#[test]
#[ignore = "needs the shared cases"]
fn the_fixed_article_says_what_its_prose_says() {
    let text = article();
    let fixed = fix(source(&text), Kind::Markdown, &Options::default(), false);
    let mended = fixed.source.text();
    let bodies: Vec<(usize, Value)> = calls(&fixed.source, Kind::Markdown)
        .iter()
        .filter_map(|call| {
            let body = call.body.text()?;
            let at = line(mended, body.to_file(body.span()).start);
            Some((at, serde_json::from_str(body.text()).unwrap_or_else(|error| panic!("line {at}: {error}"))))
        })
        .collect();
    let identities: Vec<(usize, Value)> =
        bodies.iter().map(|(line, body)| (*line, body["identity"].clone())).collect();
    assert_eq!(identities, meant());
    let created = |wanted: usize| &bodies.iter().find(|(line, _)| *line == wanted).unwrap().1;
    assert_eq!(created(74)["properties"], created(154)["properties"]);
    for name in ["location", "name"] {
        assert_eq!(created(74)[name], created(154)[name]);
    }

    let errors = fixed.findings.iter().filter(|it| it.severity == Severity::Error);
    assert_eq!(errors.count(), 0);
    let again = fix(source(mended), Kind::Markdown, &Options::default(), false);
    assert_eq!((again.applied, again.source.text()), (0, mended));
}

#[test]
#[ignore = "needs the shared cases"]
fn nothing_but_the_mistakes_is_changed() {
    let text = article();
    let fixed = fix(source(&text), Kind::Markdown, &Options::default(), false);
    let expected: Vec<String> =
        text.split_inclusive('\n')
            .enumerate()
            .map(|(index, content)| {
                let content = match index + 1 {
                    101 | 188 | 210 => content
                        .replace("\"SystemAssigned\",\"UserAssigned\"", "\"SystemAssigned, UserAssigned\""),
                    154 => content
                        .replace("\"myVM\",{\"identity\"", "\"myVM\",\"identity\"")
                        .replace("ID1\"]}},\"properties\"", "ID1\"]},\"properties\""),
                    180 => content.replace("\"userAssigned\"", "\"UserAssigned\""),
                    _ => return content.to_owned(),
                };
                content
                    .replace("<<SUBSCRIPTION ID>>", "<SUBSCRIPTION ID>")
                    .replace("/resourcegroups/", "/resourceGroups/")
            })
            .collect();
    assert_eq!(fixed.source.text(), expected.concat());
}
