//! Templates of every kind, each with what is found in it: lines and rules.

use std::path::{Path, PathBuf};

use armbody::container::Kind;
use armbody::lint::{Options, Severity, check};
use armbody::text::Source;

const CASES: &[(&str, &[(u32, &str)])] = &[
    // Comments, trailing commas, strings over lines, property copies, expressions wherever a value may stand.
    ("clean.json", &[]),
    // One mistake, one finding, however much of the text it spoils.
    ("broken-merge.json", &[(7, "unquoted-value")]),
    ("broken-quote.json", &[(8, "bad-escape")]),
    ("broken-quotes.json", &[(7, "bad-escape")]),
    ("broken-spaces.json", &[(2, "bad-encoding")]),
    // No resource of a type with a schema: the text is looked at all the same.
    ("broken-other.json", &[(5, "missing-comma"), (5, "unclosed-bracket")]),
    ("deployment.parameters.json", &[]),
    (
        "expressions.json",
        &[
            (8, "expression-invalid"),
            (9, "undefined-function"),
            (10, "wrong-argument-count"),
            (11, "expression-invalid"),
            (12, "expression-invalid"),
            (13, "expression-invalid"),
            (14, "expression-invalid"),
            (22, "expression-invalid"),
        ],
    ),
    // The first deployment's `api` is its own, the second's that of the template around it.
    ("nested.json", &[(26, "identity-ids-wrong-property")]),
    // Escaped expressions are those of the deployment that the policy makes.
    ("policy.json", &[(36, "identity-ids-missing")]),
    // What exists already is not deployed, and has no members of its own.
    ("symbolic.json", &[(11, "template-structure"), (20, "identity-null-in-put")]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/templates")
}

fn found(name: &str, text: String, kind: Kind) -> Vec<(u32, &'static str)> {
    let source = Source::new(name, text);
    let mut found: Vec<(u32, &str)> = check(&source, kind, &Options::default())
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .map(|finding| (source.position(finding.span.start).line, finding.rule.name))
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn each_template_has_what_is_wrong_with_it() {
    for (name, expected) in CASES {
        let text = std::fs::read_to_string(folder().join(name)).unwrap();
        assert_eq!(found(name, text, Kind::Json), *expected, "{name}");
    }
}

#[test]
fn every_template_is_a_case() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(CASES.iter().any(|(case, _)| *case == name), "{name}");
    }
}

#[test]
fn a_template_in_a_document_is_found_as_in_a_file() {
    for (name, expected) in CASES {
        let text = std::fs::read_to_string(folder().join(name)).unwrap();
        let document = format!("# Title\n\n```json\n{text}```\n");
        let expected: Vec<(u32, &str)> = expected
            .iter()
            // A word in brackets is the reader's to fill in there.
            .filter(|(line, _)| *name != "expressions.json" || *line != 13)
            // A document need not show every part of a template.
            .filter(|(_, rule)| *rule != "template-structure")
            .map(|(line, rule)| (line + 3, *rule))
            .collect();
        assert_eq!(found("guide.md", document, Kind::Markdown), expected, "{name}");
    }
}

#[test]
fn a_document_shows_a_resource_alone() {
    let snippet =
        |text: &str| found("guide.md", format!("Add this:\n\n```json\n{text}\n```\n"), Kind::Markdown);
    let vm = r#""type": "Microsoft.Compute/virtualMachines", "apiVersion": "2018-06-01", "name": "[variables('vmName')]""#;
    assert_eq!(snippet(&format!("{{ {vm}, \"identity\": {{ \"type\": \"SystemAssigned\" }} }}")), []);
    assert_eq!(
        snippet(&format!("{{ {vm},\n\"identity\": {{ \"type\": \"UserAssigned\", \"identityIds\": [] }} }}")),
        [(5, "identity-ids-wrong-property")]
    );
    let parts = format!(
        "\"resources\": [\n  {{ // and so on\n {vm}, \"identity\": {{ \"type\": \"userAssigned\" }} }}\n]"
    );
    assert_eq!(snippet(&parts), [(6, "identity-ids-missing"), (6, "identity-type-spelling")]);
    let typeless = "{ \"apiVersion\": \"2018-06-01\", \"name\": \"[parameters(Name')]\", \
                    \"identity\": { \"type\": \"SystemAssigned\" } }";
    assert_eq!(snippet(typeless), [(4, "expression-invalid")]);
}
