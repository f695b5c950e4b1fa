//! The words that the reader of the Windows command prompt finds are those that the programs got, in recorded runs;
//! where they are not, the reader says so.

use crate::support::needs::shared_rows;
use armbody::notation::shell::{Dialect, Word, commands};
use armbody::text::Source;

const VARIABLES: [(&str, &str); 3] = [("SUB", "s-1"), ("RG", "rg-1"), ("BODY", "{\"b\":1}")];

fn rows() -> Vec<serde_json::Value> {
    shared_rows("oracles/cmd/words.jsonl")
}

fn value(word: &Word<'_>) -> String {
    let text = word.text.text();
    let mut out = String::new();
    let mut done = 0;
    for span in word.text.expansions() {
        out.push_str(&text[done..span.start as usize]);
        let name = text[span.range()].trim_matches('%');
        out.push_str(VARIABLES.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| value));
        done = span.end as usize;
    }
    out.push_str(&text[done..]);
    out
}

#[test]
#[ignore = "needs the shared cases"]
fn words_are_those_of_the_command_prompt() {
    let rows = rows();
    let (mut same, mut told, mut apart_from) = (0, 0, 0);
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["text"].as_str().unwrap();
        let recorded: Vec<Vec<String>> = serde_json::from_value(row["batch"].clone()).unwrap();
        // What is run in a loop or not at all, variables within variables, and what the second reading of a batch file
        // puts in the place of `%2` are not in the line. The recorder keeps the caret of `^\`, which is not Windows'.
        let apart = ["for %%", "if 1==", "||", "%X%", "set BODY", "^\n\n", "100%", "^\\"];
        if apart.iter().any(|it| text.contains(it)) || (text.contains("%%2") && text.contains("az rest")) {
            apart_from += 1;
            continue;
        }
        let source = Source::new("x.cmd", text);
        let code = source.fragment();
        let mut said = Vec::new();
        let mut ours: Vec<Vec<String>> = Vec::new();
        for command in commands(&code, Dialect { prompts: false, ..Dialect::of_block("bat") }) {
            let Some(program) = command.program() else { continue };
            let name = command.program_name().unwrap().into_owned();
            if !matches!(name.as_str(), "curl" | "az" | "armclient") {
                continue;
            }
            said.extend(command.quoting.iter().map(|it| it.kind.rule_name()));
            ours.push(
                command.words[program + 1..]
                    .iter()
                    .map(value)
                    .filter(|it| !it.is_empty() || text.contains("\"\""))
                    .collect(),
            );
            // A batch file that is not called takes the rest of the one that runs it along.
            if name == "az" && !text.starts_with("call ") {
                break;
            }
        }
        match (ours == recorded, said.is_empty()) {
            (true, true) => same += 1,
            (false, false) => told += 1,
            (agrees, _) => wrong.push((text, ours, recorded, said, agrees)),
        }
    }
    eprintln!("{} lines: {same} read alike, {told} told to differ, {apart_from} left out", rows.len());
    for (text, ours, recorded, said, agrees) in &wrong {
        let what = if *agrees { "a false alarm" } else { "not told" };
        eprintln!("--- {what} {said:?}\n{text}\nours {ours:?}\nthey {recorded:?}");
    }
    assert!(wrong.is_empty(), "{} of {} are wrong", wrong.len(), rows.len());
}

/// What is wrong, which rule says so, and what the fix makes of it; `U` stands for a URL.
const SLIPS: [(&str, &str, &str); 12] = [
    (
        r#"az rest -m patch -u "U" -b '{"identity":{"type":"None"}}'"#,
        "quotes-eaten",
        r#"az rest -m patch -u "U" -b "{\"identity\":{\"type\":\"None\"}}""#,
    ),
    (
        r#"az rest -m patch -u "U" -b "{"identity":{"type":"None"}}""#,
        "quotes-eaten",
        r#"az rest -m patch -u "U" -b "{\"identity\":{\"type\":\"None\"}}""#,
    ),
    (
        r#"az rest -m patch -u "U" -b {"identity":{"type":"None"}}"#,
        "quotes-eaten",
        r#"az rest -m patch -u "U" -b "{\"identity\":{\"type\":\"None\"}}""#,
    ),
    (
        r#"curl -X PATCH 'U' -H 'If-Match: x' -d "{\"a\":1}""#,
        "quotes-eaten",
        r#"curl -X PATCH "U" -H "If-Match: x" -d "{\"a\":1}""#,
    ),
    (r#"curl -X PATCH "U" -d {\"a\": 1}"#, "words-run-together", r#"curl -X PATCH "U" -d "{\"a\": 1}""#),
    ("curl -X PATCH U&x=1 -d @b.json", "unquoted-ampersand", "curl -X PATCH \"U&x=1\" -d @b.json"),
    ("call az rest -m get -u U&x=1", "unquoted-ampersand", "call az rest -m get -u \"U&x=1\""),
    (
        "curl -X PATCH \"U\" ^ \n  -d @b.json",
        "blank-after-continuation",
        "curl -X PATCH \"U\" ^\n  -d @b.json",
    ),
    ("curl -X PATCH \"U\" \\\n  -d @b.json", "continuation-missing", "curl -X PATCH \"U\" ^\n  -d @b.json"),
    ("curl -X PATCH \"U\"\n  -d @b.json", "continuation-missing", "curl -X PATCH \"U\" ^\n  -d @b.json"),
    ("az rest -m get -u U^&x=1", "unquoted-ampersand", ""),
    (r#"az rest -m patch -u "U" -b '{"a":"b&c"}'"#, "quotes-eaten", ""),
];

#[test]
fn slips_are_told_once_and_mended() {
    use armbody::container::Kind;
    use armbody::lint::{Family, Options, Severity, check, fix, rules};
    const URL: &str = "https://management.azure.com/subscriptions/%SUB%/resourceGroups/g/providers/\
                       Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";
    let options = {
        let mut options = Options::default();
        options.select = rules().filter(|rule| rule.family == Family::Quoting).collect();
        options
    };
    for (wrong, rule, right) in SLIPS {
        for language in ["cmd", "bat", "batch", "dos"] {
            let document =
                |script: &str| format!("# T\n\n```{language}\n{}\n```\n", script.replace('U', URL));
            let source = Source::new("x.md", document(wrong));
            let found = check(&source, Kind::Markdown, &options);
            let said: Vec<&str> =
                found.iter().filter(|it| it.severity > Severity::Note).map(|it| it.rule.name).collect();
            assert_eq!(said, [rule], "{wrong}");
            let fixed = fix(source, Kind::Markdown, &options, false);
            let wanted = if right.is_empty() { wrong } else { right };
            assert_eq!(fixed.source.text(), document(wanted), "{wrong}");
            assert!(
                right.is_empty() || fixed.findings.iter().all(|it| it.severity == Severity::Note),
                "{wrong}"
            );
        }
    }
}
