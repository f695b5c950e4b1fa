//! The words that the shell reader finds are the words that bash hands to a program; where they are not, the reader
//! says so, and it says so nowhere else.
//!
//! Thousands of generated commands are run by one real bash, in which `curl` and `az` are functions that write down
//! their arguments and nothing else can be run.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::bash::{Dice, VARIABLES, run};
use crate::support::thorough::cases;

use armbody::notation::shell::{Dialect, Word, commands};
use armbody::text::{Fragment, Source};

/// Commands that are generated in a thorough run, each kind by itself.
const CASES: usize = 10_500;

/// What the reader says of a text.
struct Reading {
    /// The arguments of every `curl` and `az`.
    calls: Vec<Vec<String>>,
    /// The rules that have something to say of the calls.
    of_calls: Vec<&'static str>,
    /// Those that have something to say of other commands.
    of_others: Vec<&'static str>,
}

fn read(script: &str) -> Reading {
    let source = Source::new("x.sh", script);
    let code = source.fragment();
    let mut reading = Reading { calls: Vec::new(), of_calls: Vec::new(), of_others: Vec::new() };
    let all = commands(&code, Dialect::default());
    let mut texts: Vec<String> = Vec::new();
    for command in all.iter().filter(|it| it.program_name().as_deref() == Some("cat")) {
        let text = command.redirects.first().map_or(String::new(), |it| expanded(&it.text, &mut Vec::new()));
        texts.push(text.trim_end_matches('\n').to_owned());
    }
    texts.reverse();
    for command in &all {
        let said = command.quoting.iter().map(|it| it.kind.rule_name());
        if matches!(command.program_name().as_deref(), Some("curl" | "az")) {
            reading.of_calls.extend(said);
            let program = command.program().unwrap();
            reading.calls.push(
                command.words[program + 1..]
                    .iter()
                    .filter_map(|word| value(word, script, &mut texts))
                    .collect::<Vec<_>>(),
            );
        } else {
            reading.of_others.extend(said);
        }
    }
    reading.calls.sort();
    reading
}

/// The word once its variables are replaced; none if nothing is left of it.
fn value(word: &Word<'_>, script: &str, texts: &mut Vec<String>) -> Option<String> {
    let out = expanded(&word.text, texts);
    let raw = &script[word.span.range()];
    (!out.is_empty() || raw.contains(['\'', '"'])).then_some(out)
}

/// A text with its variables replaced, and its substitutions by `echo`, or by `cat` of one of `texts`.
fn expanded(fragment: &Fragment<'_>, texts: &mut Vec<String>) -> String {
    let text = fragment.text();
    let mut out = String::new();
    let mut done = 0;
    for span in fragment.expansions() {
        out.push_str(&text[done..span.start as usize]);
        let part = &text[span.range()];
        let text = if part.contains("cat") && part.contains("<<") { texts.pop() } else { None };
        match text {
            Some(text) => out.push_str(&text),
            None => expand(part, &mut out),
        }
        done = span.end as usize;
    }
    out.push_str(&text[done..]);
    out
}

/// The value of variables and substitutions that stand one behind the other.
fn expand(mut text: &str, out: &mut String) {
    while !text.is_empty() {
        let (inner, rest) = if let Some(rest) = text.strip_prefix("$(").or_else(|| text.strip_prefix('`')) {
            let close = if text.starts_with('`') { '`' } else { ')' };
            let end = rest.rfind(close).unwrap_or(rest.len());
            let end = rest[..end]
                .find(&format!("{close}$"))
                .or_else(|| rest[..end].find(&format!("{close}`")))
                .unwrap_or(end);
            (
                rest[..end].strip_prefix("echo ").unwrap_or("").trim().replace(['\'', '"'], ""),
                &rest[(end + 1).min(rest.len())..],
            )
        } else {
            let braced = text.strip_prefix("${");
            let Some(name) = braced.or_else(|| text.strip_prefix('$')) else { return out.push_str(text) };
            let len = name.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
            let value = VARIABLES.iter().find(|(it, _)| *it == &name[..len]).map_or("", |(_, value)| *value);
            let rest = &name[len..];
            (
                value.to_owned(),
                if braced.is_some() { rest.split_once('}').map_or("", |it| it.1) } else { rest },
            )
        };
        out.push_str(&inner);
        text = rest;
    }
}

/// Holds the reader against bash for `scripts`, all of one kind.
fn hold(kind: &str, scripts: &[String]) {
    let results = run(scripts);
    let (mut same, mut told) = (0, 0);
    let mut wrong = Vec::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (script, bash) in scripts.iter().zip(results) {
        let Reading { calls: ours, of_calls, of_others } = read(script);
        for rule in &of_calls {
            *kinds.entry(rule).or_default() += 1;
        }
        let agrees = ours == bash;
        // It changes what is read from the standard input alone.
        let is_heredoc = of_calls.contains(&"text-end-misplaced");
        let is_said = !of_calls.is_empty() || !of_others.is_empty();
        if agrees && of_calls.is_empty() {
            same += 1;
        } else if (agrees && is_heredoc) || (!agrees && is_said) {
            told += 1;
        } else {
            wrong.push((script, ours, bash, of_calls, agrees));
        }
    }
    eprintln!("{kind}: {} commands, {same} read alike, {told} told to differ {kinds:?}", scripts.len());
    let mut report = String::new();
    wrong.sort_by_key(|it| it.0.len());
    for (script, ours, bash, said, agrees) in wrong.iter().take(25) {
        let what = if *agrees { "a false alarm" } else { "not told" };
        writeln!(report, "--- {what} {said:?}\n{script}\nours {ours:?}\nbash {bash:?}").unwrap();
    }
    assert!(wrong.is_empty(), "{kind}: {} of {} are wrong\n{report}", wrong.len(), scripts.len());
}

/// False if part of a text is known to the running shell alone: its process, its options, a file.
fn is_known(text: &str) -> bool {
    let special = |it: &str| {
        let it = it.strip_prefix('{').unwrap_or(it);
        let len = it.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
        it.starts_with(|c: char| "$!-?#@*".contains(c))
            || (len > 0 && VARIABLES.iter().all(|(name, _)| *name != &it[..len]))
    };
    !text.split('$').skip(1).any(special)
        && text.replace("<<<", "").replace("<<", "").replace("</dev/null", "").find('<').is_none()
        && ![
            "$$", "||", "${$", "${{", "curl\\ ", "/*", "$\\\n", "EOF')", "EOF)", "|$ ", "|\\ ", "curl'",
            "ech`", "\\at", "EOF'\\",
        ]
        .iter()
        .any(|it| text.contains(it))
}

/// A piece of a word as bash reads it without any slip.
fn piece(dice: &mut Dice) -> String {
    match dice.below(15) {
        0..=2 => dice
            .of(&[
                "a",
                "x1",
                "https://h/p",
                "api-version=1",
                "é",
                "-H",
                "a.b",
                "%20",
                "+",
                "@b",
                ":",
                ",",
                "^",
                "!",
                "]",
                "}",
            ])
            .into(),
        3 => format!(
            "\\{}",
            dice.of(&[
                "a", "\"", "'", "\\", "$", " ", "&", ";", "|", "<", ">", "(", ")", "{", "*", "?", "#", "`",
                "\n", "n"
            ])
        ),
        4 | 5 => format!(
            "'{}'",
            dice.of(&[
                "",
                "a",
                "a b",
                "$VM",
                "\"",
                "{\"a\":1}",
                "a\nb",
                "\\",
                "\\n",
                "`x`",
                "#",
                "&",
                "é",
                "a\\\nb"
            ])
        ),
        6..=8 => {
            let mut text = String::new();
            for _ in 0..dice.below(4) {
                text.push_str(dice.of(&[
                    "a",
                    " ",
                    "'",
                    "$VM",
                    "${RG}",
                    "\\\"",
                    "\\\\",
                    "\\$VM",
                    "\\`",
                    "\\n",
                    "$",
                    "$ ",
                    "{",
                    "}",
                    "#",
                    "&",
                    "\n",
                    "\\\n",
                    "$(echo x)",
                    "$(echo \"y\")",
                    "`echo z`",
                    "é",
                    "${VM}x",
                    "$VM-1",
                    "$VM?a",
                    "%",
                    "!",
                    "$(echo ')')",
                    "${SUB}",
                ]));
            }
            format!("\"{text}\"")
        }
        9 => {
            let mut text = String::new();
            for _ in 0..dice.below(4) {
                text.push_str(dice.of(&[
                    "a", "\\n", "\\t", "\\'", "\\\\", "\\\"", "\\x41", "\\x4", "\\u00e9", "\\101", "\\q",
                    "\"", "$VM", " ", "\\x", "\\e", "\\u41z", "\\0101", "\\c[", "\\?",
                ]));
            }
            format!("$'{text}'")
        }
        10 => format!("$\"{}\"", dice.of(&["a", "$VM b", "", "\\\"", "'"])),
        11 => dice.of(&["$VM", "${VM}", "$RG-x", "${SUB}/y", "$ID"]).into(),
        12 => dice.of(&["$(echo x)", "`echo y`", "$(echo 'z')", "$(echo \"(\")"]).into(),
        13 => dice.of(&["*", "?", "[a]", "[", "*x", "a?b=c", "{}", "{a}", "a#b", "{VM}", "a{b"]).into(),
        _ => dice.of(&["=", "a=b", "/", "\\\n", "~x~", "..", "--data=x", "-X"]).into(),
    }
}

fn word(dice: &mut Dice) -> String {
    (0..=dice.below(3)).map(|_| piece(dice)).collect()
}

/// A command without a slip.
fn command(dice: &mut Dice) -> String {
    let mut text =
        String::from(dice.of(&["curl", "az", "curl", "A=b curl", "VM=myVM curl", "cu\\rl", "'curl'"]));
    let mut heredocs = Vec::new();
    for _ in 0..dice.below(6) {
        text.push_str(dice.of(&[" ", " ", " ", "  ", "\t", " \\\n", " \\\n  "]));
        match dice.below(18) {
            0 => text.push_str(dice.of(&[
                ">/dev/null",
                "2>&1",
                ">&2",
                "</dev/null",
                "2>/dev/null",
                ">>/dev/null",
                "&>/dev/null",
            ])),
            1 => text.push_str(dice.of(&["<<<x", "<<<'a b'", "<<< \"$VM\""])),
            2 if heredocs.len() < 2 => {
                let (open, end) = [
                    ("<<EOF", "EOF"),
                    ("<<'EOF'", "EOF"),
                    ("<< \"E\"", "E"),
                    ("<<-X", "\tX"),
                    ("<<\\END", "END"),
                ][dice.below(5)];
                text.push_str(open);
                let body = dice.of(&[
                    "",
                    "{\"a\":1}\n",
                    "it's\n",
                    "\"\n",
                    "$VM\n",
                    "(\n",
                    "\\$x\n",
                    "a \\\nb\n",
                    " EOF\n",
                    "#\n",
                ]);
                heredocs.push(format!("{body}{end}\n"));
            }
            _ => text.push_str(&word(dice)),
        }
    }
    if dice.below(12) == 0 {
        text.push_str(dice.of(&[" # a comment", " # it's", " #\"", "\t#x \\"]));
    }
    if heredocs.is_empty() {
        return text;
    }
    text.push('\n');
    text.push_str(&heredocs.concat());
    text
}

/// A script of some commands without a slip.
fn script(dice: &mut Dice) -> String {
    let mut text = command(dice);
    for _ in 0..dice.below(3) {
        let before = text.ends_with('\n') || text.rfind('#').is_some_and(|at| !text[at..].contains('\n'));
        let between = if before {
            "\n"
        } else {
            dice.of(&["\n", ";", " ; ", " && ", " | ", " & ", "\n\n", " |\n", " &&\n", "; # it's\n"])
        };
        text.push_str(between);
        match dice.below(8) {
            0 => text = format!("{text}({}\n)", command(dice)),
            1 => text = format!("{text}{{ {}\n}}", command(dice)),
            2 => text = format!("{text}if true; then {}\nfi", command(dice)),
            3 => text = format!("{text}for x in 1; do {}\ndone", command(dice)),
            _ => text.push_str(&command(dice)),
        }
        if text.ends_with(')') && text.contains("<<") {
            text.push('\n');
        }
    }
    text
}

#[test]
fn words_are_those_of_bash() {
    let mut dice = Dice(1);
    let mut scripts = Vec::new();
    while scripts.len() < cases(CASES, 4) {
        let text = script(&mut dice);
        if is_known(&text) {
            scripts.push(text);
        }
    }
    hold("without a slip", &scripts);
}

/// Calls as people write them.
const CALLS: [&str; 12] = [
    "curl -X PATCH \"https://management.azure.com/subscriptions/$SUB/resourceGroups/$RG/x?api-version=1\" -H \"Authorization: Bearer $TOKEN\" -d '{\"identity\":{\"type\":\"None\"}}'",
    "curl -X PUT 'https://h/x?a=1&api-version=1' -H 'Content-Type: application/json' -d \"{\\\"a\\\":\\\"$VM\\\"}\"",
    "curl -d '{\"name\":\"'$VM'\"}' https://h/x",
    "curl -d '{\"name\":\"'\"$VM\"'\", \"b\": [1, 2]}' https://h/x",
    "az rest --method patch --url \"$ID?api-version=1\" --body '{\"identity\": {\"type\": \"SystemAssigned\"}}'",
    "az rest -m put -u https://h/x?api-version=1 -b @body.json --headers Content-Type=application/json",
    "curl -X PATCH \\\n  https://h/x \\\n  -H 'A: b' \\\n  -d '{\n  \"a\": 1\n}'",
    "curl -d @- https://h/x <<EOF\n{\"a\":\"$VM\"}\nEOF",
    "NAME=x\ncurl \"https://h/$VM\" | curl -d @- 'https://h/y'",
    "curl -X GET \"https://h/x?\\$filter=a\" -H \"Authorization: Bearer $(echo x)\"",
    "curl -d \"$(cat <<'EOF'\n{\"a\": 1}\nEOF\n)\" https://h",
    "curl -d $'{\\'a\\':1}' https://h",
];

#[test]
fn slips_of_the_pen_are_told() {
    let mut dice = Dice(2);
    let mut scripts = Vec::new();
    while scripts.len() < cases(CASES, 4) {
        let mut text = dice.of(&CALLS).to_owned();
        for _ in 0..=dice.below(2) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).filter(|at| *at > 3).collect();
            let at = places[dice.below(places.len())];
            let len = text[at..].chars().next().map_or(0, char::len_utf8);
            let slip = dice.of(&[
                "'", "\"", "\\", "&", ";", "|", "(", ")", "{", "}", "$", " ", "\n", ",", "`", "#", "a",
            ]);
            match dice.below(3) {
                0 => text.replace_range(at..at + len, ""),
                1 => text.replace_range(at..at + len, slip),
                _ => text.insert_str(at, slip),
            }
        }
        if is_known(&text) {
            scripts.push(text);
        }
    }
    hold("with a slip", &scripts);
}
