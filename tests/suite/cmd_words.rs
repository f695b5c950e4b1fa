//! The words that the reader of the Windows command prompt finds are those that the programs got, in recorded runs;
//! where they are not, the reader says so.

use crate::support::needs::shared_rows;
use armbody::notation::shell::{Dialect, Word, commands};
use armbody::text::Source;

const VARIABLES: [(&str, &str); 3] = [("SUB", "s-1"), ("RG", "rg-1"), ("BODY", "{\"b\":1}")];

fn rows() -> Vec<serde_json::Value> {
    shared_rows("oracles/cmd/words.jsonl")
}

/// Lines that Windows' own prompt reads otherwise than what was recorded, as far as its rules are documented
/// (<https://stackoverflow.com/a/4095133>), and the words that it gives the programs. The recorder is Wine's.
const OTHERWISE: [(&str, &[&[&str]]); 6] = [
    // What was put in the place of `%*` in the batch file that `az` is is not looked through for `%2` again.
    (
        "az rest --method patch --url \"https://management.azure.com/a%%20b?x=1\" --body %BODY%",
        &[&[
            "rest",
            "--method",
            "patch",
            "--url",
            "https://management.azure.com/a%20b?x=1",
            "--body",
            "{\"b\":1}",
        ]],
    ),
    (
        "az rest --method patch --url \"https://management.azure.com/a%%20b?x=1\" --body $BODY",
        &[&[
            "rest",
            "--method",
            "patch",
            "--url",
            "https://management.azure.com/a%20b?x=1",
            "--body",
            "$BODY",
        ]],
    ),
    (
        "az rest --method get --url \"https://management.azure.com/a%%20b?x=1\"",
        &[&["rest", "--method", "get", "--url", "https://management.azure.com/a%20b?x=1"]],
    ),
    // A caret outside of quotes goes, whatever stands behind it: a backslash too.
    (
        "curl -X PATCH -d \"{^\\\"a^\\\":1}\" \"https://management.azure.com/subscriptions/%SUB%/resourceGroups/%RG%/providers/Microsoft.Compute/virtualMachines/vm1?api-version=2023-03-01\"",
        &[&[
            "-X",
            "PATCH",
            "-d",
            "{^\"a\":1}",
            "https://management.azure.com/subscriptions/s-1/resourceGroups/rg-1/providers/Microsoft.Compute/virtualMachines/vm1?api-version=2023-03-01",
        ]],
    ),
    // Carriage returns go before anything is read; of the empty line its break is left.
    ("curl a ^\n\nb", &[&["a", "\nb"]]),
    // One branch was run. A reader that does not run it lists both.
    ("if 1==1 (curl a) else curl b", &[&["a"], &["b"]]),
];

/// The words that `text` gives to each program, with these variables, and what is said of them.
fn read(text: &str, variables: &[(String, String)]) -> (Vec<Vec<String>>, Vec<&'static str>) {
    let source = Source::new("x.cmd", text);
    let code = source.fragment();
    let mut variables = variables.to_vec();
    let (mut ours, mut said) = (Vec::new(), Vec::new());
    for command in commands(&code, Dialect { prompts: false, ..Dialect::of_block("bat") }) {
        for set in &command.assignments {
            // As the program reads it between its quotes.
            let value = set.value.text().replace("\\\"", "\"");
            variables.push((set.name.clone(), value));
        }
        let Some(program) = command.program() else { continue };
        let name = command.program_name().unwrap().into_owned();
        if !matches!(name.as_str(), "curl" | "az" | "armclient") {
            continue;
        }
        said.extend(command.quoting.iter().map(|it| it.kind.rule_name()));
        let words = command.words[program + 1..].iter().map(|word| value(word, &variables));
        ours.push(words.filter(|it| !it.is_empty() || text.contains("\"\"")).collect());
        // A batch file that is not called takes the rest of the one that runs it along.
        if name == "az" && !text.starts_with("call ") {
            break;
        }
    }
    (ours, said)
}

fn value(word: &Word<'_>, variables: &[(String, String)]) -> String {
    let text = word.text.text();
    let mut out = String::new();
    let mut done = 0;
    for span in word.text.expansions() {
        out.push_str(&text[done..span.start as usize]);
        let name = text[span.range()].trim_matches('%');
        let known = variables.iter().rev().find(|(it, _)| it == name);
        out.push_str(known.map_or("", |(_, value)| value));
        done = span.end as usize;
    }
    out.push_str(&text[done..]);
    out
}

/// The values of the variable of a loop, and what is run for each.
fn turns(text: &str) -> Vec<Vec<(String, String)>> {
    let known = VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let Some((name, rest)) = text.strip_prefix("for %%").and_then(|rest| rest.split_once(" in (")) else {
        return vec![known.to_vec()];
    };
    let items = rest.split_once(')').unwrap().0.split(' ');
    items.map(|item| [known.as_slice(), &[(name.to_owned(), item.to_owned())]].concat()).collect()
}

#[test]
#[ignore = "needs the shared cases"]
fn words_are_those_of_the_command_prompt() {
    let rows = rows();
    let (mut same, mut told, mut otherwise) = (0, 0, 0);
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["text"].as_str().unwrap();
        let known = OTHERWISE.iter().find(|(line, _)| *line == text);
        let wanted: Vec<Vec<String>> = match known {
            Some((_, words)) => {
                words.iter().map(|words| words.iter().map(|it| (*it).to_owned()).collect()).collect()
            }
            None => serde_json::from_value(row["batch"].clone()).unwrap(),
        };
        let (mut ours, mut said) = (Vec::new(), Vec::new());
        for variables in turns(text) {
            let (words, more) = read(text, &variables);
            ours.extend(words);
            said.extend(more);
        }
        match (ours == wanted, said.is_empty()) {
            (true, true) if known.is_some() => otherwise += 1,
            (true, true) => same += 1,
            (false, false) if known.is_none() => told += 1,
            (agrees, _) => wrong.push((text, ours, wanted, said, agrees)),
        }
    }
    eprintln!(
        "{} lines: {same} read alike, {told} told to differ, {otherwise} read as Windows' own prompt does",
        rows.len()
    );
    for (text, ours, wanted, said, agrees) in &wrong {
        let what = if *agrees { "a false alarm" } else { "not told" };
        eprintln!("--- {what} {said:?}\n{text}\nours {ours:?}\nthey {wanted:?}");
    }
    assert!(wrong.is_empty(), "{} of {} are wrong", wrong.len(), rows.len());
    assert_eq!((same + told + otherwise, otherwise), (rows.len(), OTHERWISE.len()));
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
fn slips_are_told_once_and_fixed() {
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
