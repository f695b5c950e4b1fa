//! The pages of the commands: what stands below their mark is made from what the program says of its arguments.
//! `ARMBODY_WRITE=1 cargo test --test suite commands::` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::cli::{armbody, expect};

const MARK: &str = "<!-- Below: made from the program's own help. -->\n";

fn help(command: &str) -> String {
    let mut args: Vec<&str> = command.split_whitespace().collect();
    args.push("--help");
    expect(&armbody(Path::new("."), &args), 0).0
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.take_while(|line| line.starts_with("  "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// What a terminal would take for a tag or a column is none in a page.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 0 {
            out.push_str(&part.replace('<', "&lt;").replace('*', "\\*"));
        } else {
            out.push_str(part);
        }
    }
    out
}

/// The help of a command as a page has it: usage, then each argument and option with what it takes.
fn page(help: &str, depth: usize) -> String {
    let mut out = String::new();
    let mut section = "";
    let mut after_blank = false;
    let mut in_values = false;
    for line in help.lines() {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if text.is_empty() {
            after_blank = true;
            continue;
        }
        if let Some(usage) = text.strip_prefix("Usage: ") {
            writeln!(out, "\n```text\n{usage}\n```").unwrap();
        } else if indent == 0 && text.ends_with(':') {
            section = text;
            writeln!(out, "\n{} {}\n", "#".repeat(depth), text.trim_end_matches(':')).unwrap();
        } else if section == "Commands:" && indent > 0 {
            let (name, about) = text.split_once("  ").unwrap_or((text, ""));
            if name != "help" {
                writeln!(out, "- `{name}`: {}", plain(about.trim())).unwrap();
            }
        } else if !section.is_empty() && (2..10).contains(&indent) {
            in_values = false;
            writeln!(out, "- `{text}`").unwrap();
        } else if !section.is_empty() && indent >= 10 {
            if text == "Possible values:" {
                in_values = true;
            } else if in_values && text.starts_with("- ") {
                let (name, about) = text[2..].split_once(':').unwrap_or((&text[2..], ""));
                match about.trim() {
                    "" => writeln!(out, "  - `{name}`").unwrap(),
                    about => writeln!(out, "  - `{name}`: {}", plain(about)).unwrap(),
                }
            } else {
                // A blank line in a description is a paragraph of its own.
                let gap = if after_blank && !text.starts_with('[') { "\n" } else { "" };
                writeln!(out, "{gap}  {}", plain(text)).unwrap();
            }
        } else if indent == 0 && !section.is_empty() {
            section = "";
            writeln!(out, "\n{}", plain(text)).unwrap();
        }
        after_blank = false;
    }
    out
}

#[test]
fn pages_have_every_option() {
    let write = std::env::var_os("ARMBODY_WRITE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands");
    let mut old = Vec::new();
    let mut commands = listed(&help(""));
    commands.sort();
    for command in &commands {
        let whole = help(command);
        let mut made = page(&whole, 2);
        for part in listed(&whole) {
            let name = format!("{command} {part}");
            let text = help(&name);
            write!(made, "\n## {name}\n\n{}\n{}", plain(text.lines().next().unwrap()), page(&text, 3))
                .unwrap();
        }
        let path = folder.join(format!("{command}.md"));
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let Some((words, below)) = kept.split_once(MARK) else {
            panic!("{} has no line {MARK}", path.display());
        };
        if below != made {
            if write {
                fs::write(&path, format!("{words}{MARK}{made}")).unwrap();
            } else {
                old.push(path);
            }
        }
    }
    assert!(
        old.is_empty(),
        "not current: {old:?}; ARMBODY_WRITE=1 cargo test --test suite commands:: writes them"
    );
    let pages = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<String> =
        pages.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    pages.sort();
    assert_eq!(pages, commands);
}

#[test]
fn a_description_is_as_a_page_has_it() {
    let help = "About\n\nUsage: a [OPTIONS] <B>\n\nOptions:\n      --color <WHEN>\n          When <b> `<c>`\n\n          \
                Possible values:\n          - auto: If so\n          - no\n          \n          [default: auto]\n\n  -h, --help\n          \
                Help\n\nAt the end.\n";
    let wanted = "\n```text\na [OPTIONS] <B>\n```\n\n## Options\n\n- `--color <WHEN>`\n  When &lt;b> `<c>`\n  \
                  - `auto`: If so\n  - `no`\n  [default: auto]\n- `-h, --help`\n  Help\n\nAt the end.\n";
    assert_eq!(page(help, 2), wanted);
}
