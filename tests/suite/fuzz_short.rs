//! The properties of the fuzz targets, asked for a while of mutated documents and of what grammars put together: the
//! same inputs in every run. `ARMBODY_THOROUGH` and `ARMBODY_FUZZ_SECONDS` ask for more and `ARMBODY_SEED` for others.

use crate::support::properties;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::alphabet::odd_words;
use crate::support::mutate::{Document, documents, excerpt, mutate};
use crate::support::random::Random;
use crate::support::thorough::cases;

type Property = fn(&[u8]);

/// Inputs of each property in a thorough run, unless a time is given.
const TIMES: usize = 30_000;

/// Of which others take one in so many.
const SHARE: usize = 10;

/// No input is longer: what holds for many small ones is asked, not how fast a large one is.
const MAX_LEN: usize = 3000;

const JSON: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\n",
    "\"type\"",
    "\"identity\"",
    "\"SystemAssigned\"",
    "\"UserAssigned\"",
    "\"SystemAssigned, UserAssigned\"",
    "\"userAssignedIdentities\"",
    "\"identityIds\"",
    "null",
    "true",
    "01",
    "-1.5e+3",
    "\\u00e9",
    "\\ud83d",
    "// c\n",
    "/* c */",
    "...",
    "\u{a0}",
    "\u{201c}",
    "\"properties\"",
    "\"osProfile\":{\"adminPassword\":\"",
    "<ID>",
    "$ID",
    "{{",
    "}}",
    "\"a\":",
    "\r\n",
    "\u{1a}",
    "\u{feff}",
    "\t",
    "é",
];
const SHELL: [&str; 36] = [
    "curl ",
    "-X PATCH ",
    "-d '",
    "-d \"",
    "'",
    "\"",
    "\\",
    "\\\n",
    "$",
    "$(",
    "`",
    ")",
    "${",
    "}",
    "<<EOF\n",
    "EOF\n",
    "<<<",
    "|",
    "&&",
    ";",
    "\n",
    "az rest --method put --url ",
    "--body @x.json",
    "-H 'Content-Type: application/json'",
    "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01",
    "$'",
    "# ",
    "X=",
    "export ",
    "bash -c '",
    "$ ",
    "!",
    "{\"identity\":{\"type\":\"SystemAssigned\"}}",
    "é",
    "\r\n",
    "> ",
];
const POWERSHELL: [&str; 28] = [
    "Invoke-RestMethod ",
    "Invoke-AzRestMethod ",
    "-Uri ",
    "-Body ",
    "-Method Patch ",
    "@{",
    "@(",
    "$(",
    "(",
    ")",
    "}",
    "{",
    "\"",
    "'",
    "@'\n",
    "\n'@",
    "@\"\n",
    "\n\"@",
    "`",
    "`\n",
    "$x = ",
    "$x",
    ";",
    "| ConvertTo-Json",
    "=",
    ",",
    "#",
    "<#",
];
const MARKDOWN: [&str; 30] = [
    "# T\n",
    "```bash\n",
    "```json\n",
    "```\n",
    "~~~\n",
    "    ",
    "> ",
    "1. ",
    "- ",
    "\n",
    "\n\n",
    "`",
    "<!--",
    "-->",
    "<!-- armbody-ignore identity-drops: x -->\n",
    "| a | b |\n|---|---|\n",
    "<pre>",
    "</pre>",
    "<details>",
    "[x](y)",
    "curl -X PATCH 'https://management.azure.com/subscriptions/s' -d '",
    "'\n",
    "{\"identity\":",
    "}",
    "***",
    "\t",
    "PATCH https://management.azure.com/subscriptions/s?api-version=2018-06-01 HTTP/1.1\n",
    "\r\n",
    "é",
    "\u{feff}",
];
const EXPRESSION: [&str; 24] = [
    "[",
    "]",
    "[[",
    "concat(",
    "parameters('",
    "')",
    "variables('x')",
    "(",
    ")",
    "'",
    "''",
    ",",
    ".",
    ".a",
    "[0]",
    "resourceId('Microsoft.Compute/virtualMachines', ",
    "1",
    "-1",
    "true",
    " ",
    "\n",
    "ns.f(",
    "é",
    "copyIndex()",
];

fn pool() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["examples", "docs", "tests/data"] {
        documents(&root.join(folder), &mut found);
    }
    assert!(found.len() > 20);
    found
}

/// Part of a document with mistakes, or words of a grammar in any order.
fn input(documents: &[Document], words: &[&str], odd: &[String], random: &mut Random) -> Vec<u8> {
    let mut text = match random.below(3) {
        0 => Vec::new(),
        _ => excerpt(random.pick(documents).unwrap(), MAX_LEN / 2, random),
    };
    if text.is_empty() {
        for _ in 0..random.below(40) {
            text.extend(random.pick(words).unwrap().bytes());
            if random.below(4) == 0 {
                text.extend(random.pick(odd).unwrap().bytes());
            }
        }
    }
    let other = random.pick(documents).unwrap();
    mutate(&mut text, &other.text, (words, odd), random);
    text.truncate(MAX_LEN);
    text
}

/// Names the input that does not end: the run would be killed without a word.
struct Watch(Arc<Mutex<Watched>>);

struct Watched {
    number: usize,
    text: Vec<u8>,
    since: Instant,
    is_over: bool,
}

impl Watch {
    /// An input takes milliseconds.
    const PATIENCE: Duration = Duration::from_mins(2);

    #[expect(clippy::disallowed_methods, reason = "a runner would keep what is printed until the test ends")]
    fn new(name: &'static str) -> Self {
        let first = Watched { number: 0, text: Vec::new(), since: Instant::now(), is_over: false };
        let watched = Arc::new(Mutex::new(first));
        let shared = Arc::clone(&watched);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let now = shared.lock().unwrap();
                if now.is_over {
                    return;
                }
                if now.since.elapsed() > Self::PATIENCE {
                    let text = String::from_utf8_lossy(&now.text).into_owned();
                    let _ =
                        writeln!(std::io::stderr(), "{name}, input {} does not end: {text:?}", now.number);
                    std::process::exit(101);
                }
            }
        });
        Self(watched)
    }

    fn begin(&self, number: usize, text: &[u8]) {
        let mut now = self.0.lock().unwrap();
        (now.number, now.since) = (number, Instant::now());
        now.text.clear();
        now.text.extend_from_slice(text);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.lock().unwrap().is_over = true;
    }
}

fn run(name: &'static str, property: Property, grammars: &[&[&str]], part: usize) {
    let documents = pool();
    let odd = odd_words();
    let seconds: Option<u64> =
        std::env::var("ARMBODY_FUZZ_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    let seed: u64 = std::env::var("ARMBODY_SEED").ok().map_or(0, |seed| seed.parse().unwrap());
    let mut random = Random(seed.wrapping_mul(1000) + name.len() as u64);
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let times = cases(TIMES / part, SHARE);
    let mut failures = 0;
    let watch = Watch::new(name);
    for number in 0.. {
        if end.map_or(number >= times, |end| Instant::now() >= end) {
            eprintln!("{name}: {number} inputs");
            break;
        }
        let words = random.pick(grammars).unwrap();
        let mut text = input(&documents, words, &odd, &mut random);
        text.insert(0, random.below(256) as u8);
        watch.begin(number, &text);
        if catch_unwind(AssertUnwindSafe(|| property(&text))).is_err() {
            eprintln!("{name}, input {number}: {:?}", String::from_utf8_lossy(&text));
            failures += 1;
        }
    }
    assert_eq!(failures, 0, "{name}");
}

#[test]
fn json() {
    run("json", properties::json, &[&JSON], 1);
}

#[test]
fn shell() {
    run("shell", properties::shell, &[&SHELL, &JSON], 1);
}

#[test]
fn powershell() {
    run("powershell", properties::powershell, &[&POWERSHELL, &JSON, &SHELL], 1);
}

#[test]
fn markdown() {
    run("markdown", properties::markdown, &[&MARKDOWN, &SHELL, &POWERSHELL], 1);
}

#[test]
fn expression() {
    run("expression", properties::expression, &[&EXPRESSION], 1);
}

#[test]
fn template() {
    run("template", properties::template, &[&EXPRESSION, &JSON], 3);
}

#[test]
fn fix() {
    run("fix", properties::fix, &[&JSON, &SHELL, &MARKDOWN, &POWERSHELL], 3);
}

/// Marks, and characters that people and programs write for them: none ends where the mark would end.
const LOOK_ALIKES: [(&str, &[&str]); 14] = [
    ("'", &["\u{2018}", "\u{2019}", "\u{201a}", "\u{201b}", "\u{2032}", "\u{ff07}"]),
    ("\"", &["\u{201c}", "\u{201d}", "\u{201e}", "\u{ab}", "\u{2033}", "\u{ff02}"]),
    ("{", &["\u{ff5b}"]),
    ("}", &["\u{ff5d}"]),
    ("[", &["\u{ff3b}"]),
    ("]", &["\u{ff3d}"]),
    (":", &["\u{ff1a}"]),
    (",", &["\u{ff0c}", "\u{3001}"]),
    ("-", &["\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}"]),
    ("$", &["\u{ff04}"]),
    ("`", &["\u{2035}", "\u{ff40}"]),
    (" ", &["\u{a0}", "\u{2003}", "\u{3000}"]),
    ("(", &["\u{ff08}"]),
    ("\\", &["\u{ff3c}"]),
];

/// Every document with one kind of mark written otherwise throughout, as editors and translators leave it.
#[test]
fn look_alikes_of_every_mark() {
    let documents = pool();
    let share = cases(4, 4);
    let (mut seen, mut failures) = (0, Vec::new());
    for (index, document) in documents.iter().enumerate() {
        let text = String::from_utf8_lossy(&document.text);
        let text = &text[..text.floor_char_boundary(4 * MAX_LEN)];
        for (number, (mark, others)) in LOOK_ALIKES.iter().enumerate() {
            let other = others[index % others.len()];
            if (index + number) % 4 >= share || !text.contains(mark) {
                continue;
            }
            let changed = text.replace(mark, other);
            // Each property takes its kind of file from the first byte.
            let with = |choice: u8| [&[choice], changed.as_bytes()].concat();
            let kind = u8::from(!changed.starts_with('#')) * 5;
            let asked: [(&str, Property, u8); 4] = [
                ("fix", properties::fix, kind),
                ("markdown", properties::markdown, 3),
                ("powershell", properties::powershell, 0),
                ("shell", properties::shell, (index % 4) as u8),
            ];
            for (name, property, choice) in asked {
                if catch_unwind(AssertUnwindSafe(|| property(&with(choice)))).is_err() {
                    let first = text.lines().next().unwrap_or_default();
                    failures.push(format!("{name}: {other:?} for {mark:?} in {first:?}"));
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(failures.is_empty(), "{failures:#?}");
}

/// The fuzz targets' words have every odd character, too.
#[test]
fn the_dictionary_is_current() {
    use std::fmt::Write as _;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/words.dict");
    let text = fs::read_to_string(&path).unwrap();
    let mark = "# Odd characters and escapes: `ARMBODY_WRITE=1 cargo test --test suite fuzz_short::dictionary` writes them.\n";
    let mut wanted = text.split(mark).next().unwrap().to_owned() + mark;
    for word in odd_words() {
        wanted.push('"');
        word.bytes().for_each(|byte| write!(wanted, "\\x{byte:02x}").unwrap());
        wanted.push_str("\"\n");
    }
    if std::env::var_os("ARMBODY_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == wanted,
        "fuzz/words.dict is not current: run with ARMBODY_WRITE=1"
    );
}

/// What fuzzing found, each a file under `tests/data/fuzz` named after its property.
#[test]
fn what_was_found_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let property = match name.split('-').next() {
            Some("json") => properties::json,
            Some("template") => properties::template,
            Some("shell") => properties::shell,
            Some("powershell") => properties::powershell,
            Some("markdown") => properties::markdown,
            Some("expression") => properties::expression,
            Some("fix") => properties::fix,
            _ => panic!("{name} names no property"),
        };
        eprintln!("{name}");
        property(&fs::read(&path).unwrap());
        seen += 1;
    }
    assert!(seen > 0);
}
