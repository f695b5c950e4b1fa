//! The documents that are written by the program: they are what it writes today, and its linter is content with them.
//!
//! `ARMBODY_WRITE=1 cargo test --test suite how_to::` writes them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::cli::{armbody, expect, folder};
use armbody::arm::{ResourceType, newest_stable};
use armbody::lint::{Family, Fixable, rules};
use armbody::scenario::scenarios;

/// The version that the published articles were written for.
const OLD: &str = "2017-12-01";

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page(machine: ResourceType) -> String {
    let newest = newest_stable(machine).to_string();
    let versions = ["--api-version", OLD, "--api-version", &newest];
    let mut args = vec!["render", "--all", "--as", "markdown", "--type", machine.short_name()];
    args.extend(versions);
    expect(&armbody(Path::new(ROOT), &args), 0).0
}

#[track_caller]
fn is_current(name: &str, text: &str) {
    let path = Path::new(ROOT).join(name);
    if std::env::var_os("ARMBODY_WRITE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == text,
        "{name} is not current: ARMBODY_WRITE=1 cargo test --test suite how_to:: writes it"
    );
}

#[test]
fn the_how_to_is_current() {
    is_current("docs/how-to/virtual-machines.md", &page(ResourceType::VirtualMachine));
    is_current("docs/how-to/scale-sets.md", &page(ResourceType::VirtualMachineScaleSet));
}

#[test]
fn the_how_to_has_everything_twice_and_its_links_lead_somewhere() {
    for machine in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
        let page = page(machine);
        let newest = newest_stable(machine).to_string();
        let about_machines = scenarios().iter().filter(|scenario| scenario.is_about_machines()).count();
        for version in [OLD, &newest] {
            assert_eq!(page.matches(&format!("#### In API version {version}\n")).count(), about_machines);
            assert!(page.matches(&format!("?api-version={version}'")).count() >= about_machines, "{version}");
        }
        let sections = page.lines().filter(|line| line.starts_with("- **Needs**: the role")).count();
        assert_eq!(sections, scenarios().len() - 1, "every scenario but the prerequisites has a section");
        let anchor = |heading: &str| {
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
            kept.collect::<String>().replace(' ', "-").to_lowercase()
        };
        let headings: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches(['#', ' ']))
            .collect();
        let anchors: BTreeSet<String> = headings.iter().map(|heading| anchor(heading)).collect();
        for link in page.split("](#").skip(1) {
            let link = link.split(')').next().unwrap();
            assert!(anchors.contains(link), "#{link} leads nowhere");
        }
        assert!(!page.contains("\n\n\n") && !page.contains("{{") && page.ends_with("```\n"));
    }
}

#[test]
fn the_linter_is_content_with_the_how_to() {
    for (style, more) in [("angle", ""), ("shell", "--pretty"), ("braces", "--image")] {
        let mut files = Vec::new();
        for kind in ["vm", "vmss"] {
            for version in [OLD, "2018-06-01"] {
                let mut args = vec!["render", "--all", "--as", "markdown", "--type", kind];
                args.extend([
                    "--placeholders",
                    style,
                    "--api-version",
                    version,
                    "--api-version",
                    "2024-07-01",
                ]);
                args.extend((!more.is_empty()).then_some(more));
                args.extend((more == "--image").then_some("linux"));
                let (page, _) = expect(&armbody(Path::new(ROOT), &args), 0);
                files.push((format!("{kind}-{version}.md"), page));
            }
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let folder = folder(&files);
        let (out, _) = expect(
            &armbody(folder.path(), &["lint", "--format", "concise", "--fail-on", "warning", "-q"]),
            0,
        );
        // What a request takes away is the subject of the page.
        let rest: Vec<&str> = out.lines().filter(|line| !line.contains(": note identity-drops: ")).collect();
        assert_eq!(rest, Vec::<&str>::new(), "{style}");
    }
}

#[test]
fn parts_and_gaps_are_told() {
    let here = Path::new(ROOT);
    let (part, _) = expect(&armbody(here, &["render", "remove-all", "list", "--as", "markdown"]), 0);
    assert!(
        part.starts_with("## Remove all identities\n")
            && part.contains("\n## See which identities a VM has\n")
    );
    assert!(part.contains("\n### The call\n") && !part.contains("](#"), "{part}");
    let args = ["render", "create-both", "--as", "markdown", "--api-version", "2017-03-30", "--type", "vmss"];
    let (part, _) = expect(&armbody(here, &args), 0);
    assert!(part.contains(
        "Not possible: API version 2017-03-30 of Microsoft.Compute/virtualMachineScaleSets has no"
    ));
    let (part, _) = expect(&armbody(here, &["render", "prerequisites", "--as", "markdown"]), 0);
    assert!(part.starts_with("## Before you begin\n") && part.contains("\n### Roles\n"), "{part}");
    let folder = folder(&[]);
    expect(&armbody(folder.path(), &["render", "--all", "--as", "markdown", "-o", "."]), 0);
    let page = fs::read_to_string(folder.path().join("virtual-machines.md")).unwrap();
    assert!(page.starts_with("# Manage the identities of a virtual machine over REST\n"));
    for (args, says) in [
        (
            &["render", "list", "--as", "curl", "--api-version", OLD, "--api-version", "2018-06-01"][..],
            "side by side",
        ),
        (
            &["render", "--all", "--as", "markdown", "--api-version", "2018-05-01"],
            "no API version 2018-05-01",
        ),
        (&["plan", "--current", "x.json", "--as", "markdown"], "x.json"),
        (
            &["render", "list", "--as", "markdown", "--placeholders", "shell", "--vm", "<MY>"],
            "not a placeholder that a shell",
        ),
    ] {
        let (_, err) = expect(&armbody(folder.path(), args), 2);
        assert!(err.contains(says), "{err}");
    }
    fs::write(folder.path().join("x.json"), "{\"identity\":{\"type\":\"SystemAssigned\"}}").unwrap();
    let (_, err) =
        expect(&armbody(folder.path(), &["plan", "--current", "x.json", "--none", "--as", "markdown"]), 2);
    assert_eq!(err, "armbody: `--as markdown` is for `armbody render`\n");
}

#[test]
fn a_template_of_the_user_changes_the_words() {
    let words = "{% macro title(name, short) %}T {{ name }}{% endmacro %}{% macro text(name, short, whole) %}X{% endmacro %}\
                 {% macro note(section, form) %}{% endmacro %}";
    let folder = folder(&[("own/article/words.md.j2", words)]);
    let args = ["render", "list", "--as", "markdown", "--templates", "own"];
    let (part, _) = expect(&armbody(folder.path(), &args), 0);
    assert!(part.starts_with("## T list\n\nX\n"), "{part}");
}

/// What the families are about.
fn about(family: Family) -> &'static str {
    match family {
        Family::Syntax => "What is not JSON.",
        Family::Schema => "What is JSON, but not this resource.",
        Family::Identity => "What a body says of identities.",
        Family::Request => "The call around the body.",
        Family::Quoting => "What the shell and the client do to the call before it leaves.",
        Family::Secret => "What should not be published.",
        Family::Template => "Deployment templates.",
        Family::Run => "What was asked of the linter itself.",
        other => panic!("nothing says what `{other}` is about"),
    }
}

#[test]
fn the_index_of_rules_is_current() {
    let mut index = String::from(
        "# The rules\n\n`armbody rule` lists them, `armbody rule NAME` prints a page. An error is refused by Azure Resource Manager, or is no\n\
         JSON; a warning is accepted and probably not what was meant, or gives something away; a note is worth knowing and\n\
         never fails a run. `--fix` applies what is safe; a fix that needs a look takes `--unsafe-fixes`.\n",
    );
    let mut family = None;
    for rule in rules() {
        if family != Some(rule.family) {
            let title = format!("{:?}", rule.family);
            write!(
                index,
                "\n## {title}\n\n{}\n\n| rule | severity | fix | finds |\n|---|---|---|---|\n",
                about(rule.family)
            )
            .unwrap();
            family = Some(rule.family);
        }
        let fix = match rule.fixable {
            Fixable::Never => "–",
            Fixable::Sometimes => "sometimes",
            Fixable::Always => "always",
        };
        let summary = rule.summary.replace('|', "\\|");
        writeln!(index, "| [{0}]({0}.md) | {1} | {fix} | {summary} |", rule.name, rule.severity).unwrap();
    }
    is_current("docs/rules/README.md", &index);
}

/// A terminal, drawn: the command, and what it prints in colour.
#[test]
fn the_picture_is_what_a_terminal_shows() {
    let args = [
        "lint",
        "--quiet",
        "--select",
        "identity-type-split,unnamed-object",
        "examples/give-a-vm-an-identity.md",
    ];
    let mut colored = vec!["--color", "always"];
    colored.extend(args);
    let (out, _) = expect(&armbody(Path::new(ROOT), &colored), 1);
    let shown = format!("\u{1b}[1m$ armbody {}\u{1b}[0m\n\n{}", args.join(" "), out.trim_end());
    let picture = anstyle_svg::Term::new().min_width_px(1080).render_svg(&shown);
    is_current("docs/pictures/lint.svg", &(picture.trim_end().to_owned() + "\n"));
    assert!(picture.contains("identity-type-split") && picture.contains("fg-bright-red"));
}
