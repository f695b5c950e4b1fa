//! Slips of the pen that are planted in right calls: each is told once, and bash makes of the fixed script the words
//! that it made of the right one, wherever the script stands.
#![cfg(unix)]

use std::collections::BTreeMap;

use crate::support::bash::{Dice, run};
use armbody::container::Kind;
use armbody::lint::{Family, Options, Severity, fix, rules};
use armbody::text::Source;

/// Calls of each kind of slip.
const EACH: usize = 60;

/// A script with a slip in it, and the one that was meant.
struct Planted {
    rule: &'static str,
    wrong: String,
    right: String,
}

/// A body: JSON on one line, with blanks or without.
fn body(dice: &mut Dice) -> String {
    let kind = dice.of(&["SystemAssigned", "None"]);
    let tags = dice.of(&[
        "",
        "\"owner\":\"me\"",
        "\"owner\":\"the team\",\"cost\":\"12\"",
        "\"a-b\":\"\",\"n\":\"1,2\"",
    ]);
    match dice.below(4) {
        0 => format!("{{\"identity\":{{\"type\":\"{kind}\"}}}}"),
        1 => format!("{{\"identity\": {{\"type\": \"{kind}\"}}, \"tags\": {{{tags}}}}}"),
        2 => format!("{{\"tags\":{{{tags}}},\"identity\":{{\"type\":\"{kind}\"}}}}"),
        _ => format!("{{ \"identity\": {{ \"type\": \"{kind}\" }} }}"),
    }
}

fn url(dice: &mut Dice) -> String {
    let host = dice.of(&["https://management.azure.com", "https://management.chinacloudapi.cn"]);
    let subscription = dice.of(&["$SUB", "${SUB}", "00000000-1111-2222-3333-444444444444"]);
    let group = dice.of(&["$RG", "myGroup", "${RG}"]);
    let name = dice.of(&["$VM", "vm-1", "${VM}"]);
    let version = dice.of(&["2024-07-01", "2018-06-01"]);
    format!(
        "{host}/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/\
         {name}?api-version={version}"
    )
}

/// A call in pieces, each of them right.
struct Call {
    program: &'static str,
    url: String,
    body: String,
    headers: Vec<String>,
}

impl Call {
    fn new(dice: &mut Dice) -> Self {
        let az = dice.below(3) == 0;
        let headers = if az {
            Vec::new()
        } else {
            let type_ =
                dice.of(&["-H \"Content-Type: application/json\"", "-H 'Content-Type: application/json'"]);
            vec![type_.to_owned(), "-H \"Authorization: Bearer $TOKEN\"".to_owned()]
        };
        Self { program: if az { "az rest" } else { "curl" }, url: url(dice), body: body(dice), headers }
    }

    /// The call with the URL and the body as they are given, quotes included.
    fn write(&self, url: &str, body: &str) -> String {
        if self.program == "curl" {
            format!("curl -X PATCH {url} {} -d {body}", self.headers.join(" "))
        } else {
            format!("az rest --method patch --url {url} --body {body}")
        }
    }

    fn quoted(&self) -> String {
        format!("\"{}\"", self.url)
    }

    fn single(&self) -> String {
        format!("'{}'", self.body)
    }
}

/// The kinds of slips.
const SLIPS: usize = 24;

fn plant(slip: usize, dice: &mut Dice) -> Planted {
    let mut call = Call::new(dice);
    if call.headers.is_empty() && matches!(slip, 10 | 11) {
        call.headers.push("-H 'A: b'".to_owned());
    }
    let (url, body) = (call.quoted(), call.single());
    let right = call.write(&url, &body);
    let escaped = call.body.replace('"', "\\\"");
    let planted = |rule, wrong: String| Planted { rule, wrong, right: right.clone() };
    match slip {
        0 => planted("quotes-eaten", call.write(&url, &format!("\"{}\"", call.body))),
        1 => planted("quotes-eaten", call.write(&url, &format!("'{}'", call.body.replace('"', "'")))),
        2 => planted("quotes-eaten", call.write(&url, &call.body)),
        3 => {
            let quotes: Vec<usize> = escaped.match_indices("\\\"").map(|(at, _)| at).collect();
            let at = quotes[dice.below(quotes.len() - 1) + 1];
            let mut wrong = escaped.clone();
            wrong.remove(at);
            planted("quotes-eaten", call.write(&url, &format!("\"{wrong}\"")))
        }
        4 => {
            let owner = dice.of(&["O'Brien", "it's mine", "the users' group", "O'Neil's"]);
            let json = format!("{{\"tags\":{{\"owner\":\"{owner}\"}}}}");
            let wrong = call.write(&url, &format!("'{json}'"));
            // Which of two apostrophes ends the text, and which does not, is no longer told by one.
            let right = call.write(&url, &format!("'{}'", json.replace('\'', "'\\''")));
            Planted { rule: "quotes-eaten", wrong, right }
        }
        5 => {
            let json = "{\\\"identity\\\":{\\\"type\\\":\\\"None\\\"},\\\"tags\\\":{}}";
            let right = call.write(&url, &format!("'{}'", json.replace('\\', "")));
            Planted { rule: "braces-expanded", wrong: call.write(&url, json), right }
        }
        6 | 7 => {
            let more = dice.of(&["&a=b", "&x=1&y=2", "&debug=true"]);
            let long = format!("{}{more}", call.url);
            let (rule, long) = if slip == 6 {
                ("unquoted-ampersand", long)
            } else {
                ("unquoted-operator", call.url.replace("?api", "(1)?api"))
            };
            Planted {
                rule,
                wrong: call.write(&long, &body),
                right: call.write(&format!("\"{long}\""), &body),
            }
        }
        8 | 9 => {
            let option = dice.of(&["-s", "--compressed", "-H 'If-Match: *'", "--max-time 5"]);
            if slip == 8 {
                let wrong = format!("curl -X PATCH {url} -d {body}{option} {}", call.headers.join(" "));
                let right = format!("curl -X PATCH {url} -d {body} {option} {}", call.headers.join(" "));
                let rule = "words-run-together";
                return Planted {
                    rule,
                    wrong: wrong.replace("}'-s ", "}'-H \"A: b\" "),
                    right: right.replace("}' -s ", "}' -H \"A: b\" "),
                };
            }
            let header =
                dice.of(&["Authorization: Bearer $TOKEN", "Content-Type: application/json", "If-Match: x"]);
            let wrong = format!("curl -X PATCH -H {header} {url} -d {body}");
            let right = format!("curl -X PATCH -H \"{header}\" {url} -d {body}");
            Planted { rule: "words-run-together", wrong, right }
        }
        10 | 11 => {
            let slip_of = |text: &str| {
                if slip == 10 { text.replacen(" \\\n", " \\ \n", 1) } else { text.replacen(" \\\n", "\n", 1) }
            };
            let right = format!("curl -X PATCH {url} \\\n  {} \\\n  -d {body}", call.headers.join(" \\\n  "));
            let rule = if slip == 10 { "blank-after-continuation" } else { "continuation-missing" };
            Planted { rule, wrong: slip_of(&right), right }
        }
        12 => {
            let long = call.url.replace("/virtualMachines/", "/virtualMachines/<VM_NAME>");
            Planted {
                rule: "placeholder-redirects",
                wrong: call.write(&long, &body),
                right: call.write(&format!("\"{long}\""), &body),
            }
        }
        13 => {
            let name = dice.of(&["$expand=instanceView", "$filter=x", "$top=5"]);
            let wrong = format!("curl \"{}&{name}\" -H \"Authorization: Bearer $TOKEN\"", call.url);
            Planted {
                rule: "odata-variable-eaten",
                right: wrong.replace(&format!("&{name}"), &format!("&\\{name}")),
                wrong,
            }
        }
        14 | 15 => {
            let form = dice.of(&["$VM", "${VM}", "$ID"]);
            let json = format!("{{\"tags\":{{\"vm\":\"{form}\"}}}}");
            let right = json.replace(form, &format!("'\"{form}\"'"));
            let before = if slip == 14 { "VM=myVM\nID=/subscriptions/s-1\n" } else { "" };
            let url = if slip == 14 {
                url.replace("$SUB", "a").replace("${SUB}", "a")
            } else {
                url.replace("00000000-1111-2222-3333-444444444444", "$SUB")
            };
            Planted {
                rule: "variable-not-expanded",
                wrong: format!("{before}{}", call.write(&url, &format!("'{json}'"))),
                right: format!("{before}{}", call.write(&url, &format!("'{right}'"))),
            }
        }
        16 => {
            let name = dice.of(&["body.json", "./b.json", "bodies/my-body.json"]);
            Planted {
                rule: "file-without-at",
                wrong: call.write(&url, name),
                right: call.write(&url, &format!("@{name}")),
            }
        }
        18 => {
            let text = |body: &str| format!("BODY={body}\n{}", call.write(&url, "\"$BODY\""));
            Planted { rule: "quotes-eaten", wrong: text(&format!("\"{}\"", call.body)), right: text(&body) }
        }
        19 => {
            let text = |body: &str| format!("curl -X PATCH {url} -d \"$(cat <<<{body})\"");
            let (wrong, right) = (format!("\"{}\"", call.body), body.clone());
            Planted { rule: "quotes-eaten", wrong: text(&wrong), right: text(&right) }
        }
        20 => planted("words-run-together", right.replacen(" \"https", "\u{a0}\"https", 1)),
        21 => {
            let text = |url: &str| call.write(url, "@b.json");
            let long = call.url.replace("/virtualMachines/", "/virtualMachines/{a,b}");
            // In quotes they are curl's to read, unless it is told to leave them.
            let right = text(&format!("\"{long}\"")).replacen("curl ", "curl -g ", 1);
            Planted { rule: "braces-expanded", wrong: text(&long), right }
        }
        22 => {
            let marks = dice.of(&["‘’", "’’", "“”", "„“"]);
            let (open, close) = marks.split_at(marks.chars().next().map_or(0, char::len_utf8));
            planted("wrong-quotes", call.write(&url, &format!("{open}{}{close}", call.body)))
        }
        23 => {
            let header =
                dice.of(&["Authorization: Bearer $TOKEN", "If-Match: x", "Content-Type: application/json"]);
            let wrong = format!("curl -X PATCH -H “{header}” {url} -d {body}");
            let right = format!("curl -X PATCH -H \"{header}\" {url} -d {body}");
            Planted { rule: "wrong-quotes", wrong, right }
        }
        _ => {
            let end = dice.of(&["  EOF", "EOF ", "\tEOF"]);
            let text = |end: &str| {
                format!(
                    "curl -X PATCH {url} {} -d \"$(cat <<EOF\n{}\n{end}\n)\"",
                    call.headers.join(" "),
                    call.body
                )
            };
            Planted { rule: "text-end-misplaced", wrong: text(end), right: text("EOF") }
        }
    }
}

/// Where a script stands: the file with it, and the script in the file.
struct Holder {
    name: &'static str,
    kind: Kind,
    prefix: &'static str,
    head: &'static str,
    tail: &'static str,
}

const HOLDERS: [Holder; 4] = [
    Holder { name: "x.sh", kind: Kind::Shell, prefix: "", head: "", tail: "" },
    Holder {
        name: "x.md",
        kind: Kind::Markdown,
        prefix: "",
        head: "# How to\n\nDo this:\n\n```bash\n",
        tail: "```\n\nThen that.\n",
    },
    Holder {
        name: "y.md",
        kind: Kind::Markdown,
        prefix: "   ",
        head: "1. First:\n\n   ```bash\n",
        tail: "   ```\n\n1. Then.\n",
    },
    Holder {
        name: "x.yml",
        kind: Kind::Yaml,
        prefix: "          ",
        head: "jobs:\n  - job: a\n    steps:\n      - bash: |\n",
        tail: "      - bash: echo done\n",
    },
];

impl Holder {
    fn wrap(&self, script: &str) -> String {
        let lines = script.lines().fold(String::new(), |out, line| out + self.prefix + line + "\n");
        format!("{}{lines}{}", self.head, self.tail)
    }

    /// The script, if nothing around it has changed.
    fn unwrap(&self, text: &str) -> Option<String> {
        let lines = text.strip_prefix(self.head)?.strip_suffix(self.tail)?;
        let script: Option<Vec<&str>> = lines.lines().map(|line| line.strip_prefix(self.prefix)).collect();
        Some(script?.join("\n"))
    }
}

#[test]
fn what_was_meant_is_restored() {
    let select =
        rules().filter(|rule| rule.family == Family::Quoting || rule.name == "wrong-quotes").collect();
    let options = {
        let mut options = Options::default();
        options.select = select;
        options
    };
    let mut dice = Dice(7);
    let mut scripts = Vec::new();
    let mut names = Vec::new();
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for slip in 0..SLIPS {
        for number in 0..EACH {
            let planted = plant(slip, &mut dice);
            let holder = &HOLDERS[number % HOLDERS.len()];
            if holder.kind == Kind::Markdown && planted.rule == "placeholder-redirects" {
                continue;
            }
            let text = holder.wrap(&planted.wrong);
            let source = Source::new(holder.name, text.clone());
            let found = armbody::lint::check(&source, holder.kind, &options);
            let said: Vec<&str> =
                found.iter().filter(|it| it.severity > Severity::Note).map(|it| it.rule.name).collect();
            let fixed = fix(source, holder.kind, &options, false);
            let after = fixed.source.text().to_owned();
            let script = holder.unwrap(&after);
            if said != [planted.rule]
                || script.is_none()
                || fixed.findings.iter().any(|it| it.severity > Severity::Note)
            {
                wrong.push(format!(
                    "--- {slip} {} {said:?}\n{text}\nright {}\nafter {after}",
                    planted.rule, planted.right
                ));
                continue;
            }
            *counts.entry(planted.rule).or_default() += 1;
            scripts.extend([script.unwrap(), planted.right]);
            names.push((slip, planted.rule, text));
        }
    }
    eprintln!("mended: {counts:?}");
    {
        let results = run(&scripts);
        for (index, (slip, rule, text)) in names.iter().enumerate() {
            let (after, right) = (&results[2 * index], &results[2 * index + 1]);
            if after != right || right.is_empty() {
                let script = &scripts[2 * index];
                wrong.push(format!("--- {slip} {rule}\n{text}\nafter {script}\n{after:?}\nmeant {right:?}"));
            }
        }
    }
    let shown: Vec<&String> = wrong.iter().take(12).collect();
    assert!(
        wrong.is_empty(),
        "{} are wrong\n{}",
        wrong.len(),
        shown.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("\n")
    );
}
