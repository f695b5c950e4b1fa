//! What pipelines rely on: which files are looked at, what is written where, what is shown.

use std::fs;

use crate::support::cli::{CLEAN, SPLIT, armbody, armbody_with_input, command, curl, expect, folder, found};
use serde_json::Value;

#[test]
fn one_run_writes_any_number_of_reports() {
    let at = folder(&[("docs/a.json", SPLIT)]);
    let at = at.path();
    let args = [
        "lint",
        "--format",
        "github",
        "--output-file",
        "sarif=out/a.sarif",
        "--output-file=junit=out/junit.xml",
        "--output-file",
        "out/same.txt",
        "docs",
    ];
    fs::create_dir(at.join("out")).unwrap();
    let (out, _) = expect(&armbody(at, &args), 1);
    let read = |name: &str| fs::read_to_string(at.join(name)).unwrap();
    let sarif: Value = serde_json::from_str(&read("out/a.sarif")).unwrap();
    let found = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(found.iter().any(|it| it["ruleId"] == "identity-type-split"), "{sarif}");
    assert!(read("out/junit.xml").ends_with("</testsuites>\n"));
    assert_eq!(read("out/same.txt"), out);
    assert!(out.starts_with("::error title=identity-type-split,file=docs/a.json,"), "{out}");
    // Each is what a run in that format prints.
    for (format, name) in [("sarif", "out/a.sarif"), ("junit", "out/junit.xml")] {
        let (alone, _) = expect(&armbody(at, &["lint", "--format", format, "docs"]), 1);
        assert_eq!(alone, read(name));
    }
    // A report of an earlier run is replaced; a run that fails leaves all as they are.
    let before = read("out/a.sarif");
    let mut failing = args.to_vec();
    failing.push("gone.json");
    let (_, err) = expect(&armbody(at, &failing), 2);
    assert_eq!(err.matches("not written, for the run failed").count(), 3, "{err}");
    assert_eq!(read("out/a.sarif"), before);
    expect(&armbody(at, &args), 1);
}

#[test]
fn an_output_that_cannot_be_is_one_line() {
    let at = folder(&[("a.json", SPLIT), ("b=c.md", "# T\n")]);
    let at = at.path();
    for (args, says) in [
        (&["--output-file", "xml=a.txt"][..], "unknown format `xml`; there are text, "),
        (&["--output-file", "sarif="], "`sarif=` names no file"),
        (&["--output-file", "sarif=x", "--output-file", "json=./x"], "two --output-file name one file: "),
        (&["--output-file", "sarif=a.json"], "this run reads that file"),
        (&["--output-file", "sarif=x", "--write-baseline", "x"], "name one file: x"),
        (&["--diff", "--output-file", "sarif=x"], "--diff makes no report"),
        (&["--fail-on", "note"], "a note never fails a run"),
        (&["--min-severity", "bad"], "`bad` is not a severity"),
    ] {
        let mut all = vec!["lint"];
        all.extend(args);
        let (out, err) = expect(&armbody(at, &all), 2);
        assert!(err.contains(says) && err.lines().count() == 1 && out.is_empty(), "{args:?}: {err}");
    }
    // An equals sign behind a folder is part of a name.
    expect(&armbody(at, &["lint", "--output-file", "./d=e.txt", "b=c.md"]), 0);
    assert!(at.join("d=e.txt").exists());
    assert!(!at.join("x").exists());
}

#[test]
fn what_is_not_shown_is_counted() {
    let at = folder(&[("a.json", r#"{"identity":{"type":"None"}}"#), ("b.json", SPLIT)]);
    let at = at.path();
    let all = found(at, &[]);
    assert!(all.iter().any(|it| it.ends_with("identity-drops")), "{all:?}");
    let warnings = found(at, &["--min-severity", "warning"]);
    assert!(!warnings.iter().any(|it| it.ends_with("identity-drops")), "{warnings:?}");
    assert!(warnings.iter().any(|it| it.ends_with("identity-type-split")), "{warnings:?}");
    let (_, err) = expect(&armbody(at, &["lint", "--min-severity", "error", "a.json"]), 0);
    assert!(err.starts_with("nothing wrong in 1 file (") && err.contains("not shown)"), "{err}");
    // What fails the run is shown.
    let strict = ["--severity", "identity-drops=warning", "--fail-on", "warning", "--min-severity", "error"];
    let mut args = vec!["lint", "--format", "concise", "a.json"];
    args.extend(strict);
    let (out, _) = expect(&armbody(at, &args), 1);
    assert!(out.contains("warning identity-drops"), "{out}");
    // What is written down is all that there is.
    expect(&armbody(at, &["lint", "--min-severity", "error", "--write-baseline", "known.baseline"]), 0);
    assert!(fs::read_to_string(at.join("known.baseline")).unwrap().contains("identity-drops"));
    let (sarif, _) = expect(&armbody(at, &["lint", "--min-severity", "error", "--format", "sarif"]), 1);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert!(sarif["runs"][0]["properties"]["findingsNotShown"].as_u64().unwrap() > 0);
}

#[test]
fn the_configuration_says_what_the_command_line_does_not() {
    let at = folder(&[
        (
            "p/armbody.toml",
            "[lint]\nselect = [\"identity-drops\"]\nseverity = { identity-drops = \"warning\" }\nfail-on = \"warning\"\nformat = \"concise\"\n",
        ),
        ("p/a.json", r#"{"identity":{"type":"None"}}"#),
        ("p/b.json", SPLIT),
        ("q/armbody.toml", "[lint]\nmin-severity = \"error\"\n"),
        ("q/a.json", r#"{"identity":{"type":"None"}}"#),
    ]);
    let p = at.path().join("p");
    let (out, _) = expect(&armbody(&p, &["lint"]), 1);
    assert!(out.lines().count() == 1 && out.contains(": warning identity-drops: "), "{out}");
    expect(&armbody(&p, &["lint", "--fail-on", "error"]), 0);
    let (out, _) = expect(&armbody(&p, &["lint", "--select", "identity-type-split"]), 1);
    assert!(out.starts_with("b.json:"), "{out}");
    let (out, _) = expect(&armbody(&p, &["lint", "--format", "json"]), 1);
    assert!(out.starts_with('['), "{out}");
    // Each folder has its own, and a run from above its own form.
    let (out, err) = expect(&armbody(at.path(), &["lint", "p/a.json", "q"]), 1);
    assert!(out.contains("identity-drops") && out.contains("p/a.json") && !out.contains("q/a.json"), "{out}");
    assert!(err.contains("1 finding not shown"), "{err}");
    expect(&armbody(at.path(), &["lint", "q"]), 0);
}

#[test]
fn a_baseline_of_the_configuration_holds() {
    let at = folder(&[
        ("armbody.toml", "[lint]\nbaseline = \"known.json\"\n"),
        ("docs/a.json", SPLIT),
        ("docs/b.json", CLEAN),
    ]);
    let at = at.path();
    let (_, err) = expect(&armbody(at, &["lint"]), 2);
    assert!(err.contains("known.json"), "{err}");
    expect(&armbody(at, &["lint", "--write-baseline", "known.json"]), 0);
    expect(&armbody(at, &["lint"]), 0);
    expect(&armbody(&at.join("docs"), &["lint", "a.json"]), 0);
    fs::write(at.join("docs/b.json"), SPLIT).unwrap();
    assert!(found(at, &[]).iter().all(|it| it.starts_with("docs/b.json:")));
    expect(&armbody(at, &["lint", "--no-config"]), 1);
}

fn workflow() -> String {
    format!("jobs:\n  a:\n    steps:\n    - run: |\n        {}\n", curl())
}

#[test]
fn pipelines_are_looked_at_where_a_platform_finds_them() {
    let text = workflow();
    let files: Vec<(&str, &str)> = [
        ".github/workflows/a.yml",
        ".github/workflows/b.YAML",
        ".github/workflows/nested/no.yml",
        ".github/no.yml",
        ".github/ISSUE_TEMPLATE/no.md",
        "azure-pipelines.yml",
        "ci/azure-pipelines-release.yaml",
        "ci/no.yml",
        "project/.github/workflows/c.yml",
        ".hidden/azure-pipelines.yml",
        ".azure-pipelines.yml",
    ]
    .map(|name| (name, text.as_str()))
    .to_vec();
    let at = folder(&files);
    let at = at.path();
    let paths = |args: &[&str]| {
        let mut paths: Vec<String> = found(at, args)
            .iter()
            .filter(|it| it.ends_with(":identity-type-split"))
            .map(|it| it.split(':').next().unwrap().to_owned())
            .collect();
        paths.sort();
        paths
    };
    let usual = [
        ".github/workflows/a.yml",
        ".github/workflows/b.YAML",
        "azure-pipelines.yml",
        "ci/azure-pipelines-release.yaml",
        "project/.github/workflows/c.yml",
    ];
    assert_eq!(paths(&[]), usual);
    assert_eq!(paths(&["project"]), ["project/.github/workflows/c.yml"]);
    // Who names a hidden folder wants what a folder gives.
    assert_eq!(
        paths(&[".github"]),
        [".github/ISSUE_TEMPLATE/no.md", ".github/workflows/a.yml", ".github/workflows/b.YAML"]
    );
    assert_eq!(paths(&[".github/workflows", ".github/workflows/a.yml"]).len(), 2);
    let (_, err) = expect(&armbody(at, &["lint", "--exit-zero"]), 0);
    assert!(err.contains("1 .yml: checked if named"), "{err}");

    // What a configuration includes comes to it, hidden if it says so, and what it excludes goes.
    fs::write(
        at.join("armbody.toml"),
        "[lint]\ninclude = [\"ci/*.yml\", \".hidden/\"]\nexclude = [\"b.YAML\", \"project\"]\n",
    )
    .unwrap();
    assert_eq!(
        paths(&[]),
        [
            ".github/workflows/a.yml",
            ".hidden/azure-pipelines.yml",
            "azure-pipelines.yml",
            "ci/azure-pipelines-release.yaml",
            "ci/no.yml"
        ]
    );
    fs::write(at.join("armbody.toml"), "[lint]\ninclude = [\"**/*.yml\"]\n").unwrap();
    assert_eq!(paths(&[]).len(), usual.len() + 1, "`**` names nothing that is hidden");
    fs::write(at.join(".gitignore"), "ci/\n.github\n").unwrap();
    assert_eq!(paths(&[]), ["azure-pipelines.yml"]);
}

#[test]
fn a_file_is_checked_once_however_often_it_is_named() {
    let at = folder(&[("docs/a.json", SPLIT), ("docs/sub/b.json", SPLIT)]);
    let at = at.path();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("docs/a.json", at.join("link.json")).unwrap();
        std::os::unix::fs::symlink("docs", at.join("linked")).unwrap();
    }
    let absolute = at.join("docs/a.json");
    let ways: &[&[&str]] = &[
        &["docs", "docs"],
        &["docs/a.json", "docs/../docs/a.json", "docs/sub"],
        &["docs/sub", "docs", "."],
        &["docs", absolute.to_str().unwrap()],
        #[cfg(unix)]
        &["docs", "link.json", "linked"],
        #[cfg(unix)]
        &["linked", "linked/sub/b.json", "docs"],
    ];
    let once = found(at, &["docs"]).len();
    for way in ways {
        assert_eq!(found(at, way).len(), once, "{way:?}");
    }
    #[cfg(unix)]
    {
        let (_, err) = expect(&armbody(at, &["lint", "--exit-zero"]), 0);
        assert!(err.contains("2 links not followed"), "{err}");
    }
}

#[test]
fn what_is_excluded_is_so_for_files_that_are_named() {
    let at = folder(&[
        ("armbody.toml", "[lint]\nexclude = [\"old/\", \"*.tf\"]\n"),
        ("old/a.json", SPLIT),
        ("main.tf", "x"),
    ]);
    let at = at.path();
    let (_, err) = expect(&armbody(at, &["lint", "old/a.json", "main.tf"]), 0);
    assert!(err.contains("2 excluded"), "{err}");
    let args = ["lint", "-", "--stdin-filename", "old/b.json"];
    let (out, _) = expect(&armbody_with_input(at, &args, SPLIT), 0);
    assert!(out.is_empty(), "{out}");
    let args = ["lint", "-", "--fix", "--stdin-filename", "old/b.json"];
    let (out, _) = expect(&armbody_with_input(at, &args, SPLIT), 0);
    assert_eq!(out, SPLIT);
}

#[test]
fn paths_for_a_platform_begin_at_its_root() {
    let at = folder(&[("repo/docs/a.json", SPLIT), ("repo/.git/HEAD", "")]);
    let repo = at.path().join("repo");
    let docs = repo.join("docs");
    let outer = at.path().to_str().unwrap().to_owned();
    for (format, variable) in [
        ("github", "GITHUB_WORKSPACE"),
        ("gitlab", "CI_PROJECT_DIR"),
        ("azure-pipelines", "BUILD_SOURCESDIRECTORY"),
        ("sarif", "GITHUB_WORKSPACE"),
        ("sarif", "BUILD_SOURCESDIRECTORY"),
    ] {
        let run = |value: Option<&str>| {
            let mut command = command(&docs, &["lint", "--format", format, "a.json"]);
            for name in ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"] {
                command.env_remove(name);
            }
            if let Some(value) = value {
                command.env(variable, value);
            }
            expect(&command.output().unwrap(), 1).0
        };
        assert!(run(Some(&outer)).contains("repo/docs/a.json"), "{format}");
        let git = run(None);
        assert!(git.contains("docs/a.json") && !git.contains("repo/docs"), "{format}: {git}");
    }
}

#[test]
fn rules_are_told_as_data() {
    let at = folder(&[]);
    let run = |args: &[&str], status| {
        let mut all = vec!["rule"];
        all.extend(args);
        expect(&armbody(at.path(), &all), status)
    };
    let one: Value = serde_json::from_str(&run(&["identity-type-split", "--format", "json"], 0).0).unwrap();
    assert_eq!(one["name"], "identity-type-split");
    assert_eq!((&one["family"], &one["severity"]), (&Value::from("syntax"), &Value::from("error")));
    assert_eq!(one["since"], "0.1.0");
    assert_eq!(one["page"].as_str().unwrap(), run(&["identity-type-split"], 0).0);
    let all: Vec<Value> = serde_json::from_str(&run(&["--format", "json"], 0).0).unwrap();
    assert_eq!(all.len(), armbody::lint::rules().count());
    let later: Vec<Value> =
        serde_json::from_str(&run(&["--since", "0.1.0", "--format", "json"], 0).0).unwrap();
    assert!(later.iter().all(|rule| rule["since"] != "0.1.0") && later.len() < all.len());
    assert!(later.iter().any(|rule| rule["name"] == "expired-suppression"));
    let (text, _) = run(&["--since", "v0.1.0"], 0);
    assert_eq!(text.lines().filter(|line| line.starts_with("  ")).count(), later.len());
    assert_eq!(run(&["--since", "99.0.0"], 0).0, "");
    assert!(run(&["--since", "soon"], 2).1.contains("`soon` is not a version; write it as 0.1.0"));
    run(&["--since", "0.1.0", "extra-comma"], 2);
}

#[test]
fn statistics_are_told_as_data() {
    let at = folder(&[("a.json", SPLIT), ("b.json", SPLIT), ("c.json", CLEAN)]);
    let at = at.path();
    let args = ["lint", "--statistics", "--format", "json", "--output-file", "json=all.json"];
    let (out, _) = expect(&armbody(at, &args), 1);
    let rows: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0], serde_json::json!({"rule": "identity-type-split", "findings": 2, "fixable": 2}));
    let all: Vec<Value> = serde_json::from_str(&fs::read_to_string(at.join("all.json")).unwrap()).unwrap();
    let sum: u64 = rows.iter().map(|row| row["findings"].as_u64().unwrap()).sum();
    assert_eq!(sum, all.len() as u64);
    let (out, _) = expect(&armbody(at, &["lint", "--statistics", "--format", "json", "c.json"]), 0);
    assert_eq!(out, "[]\n");
}

#[test]
fn sync_tells_programs_what_is_not_current() {
    let text = "# T\n\n<!-- armbody: render list --as curl -->\n```bash\nold\n```\n<!-- armbody: end -->\n";
    let at = folder(&[("docs/a.md", text), ("docs/b,c.md", "<!-- armbody: render nothing -->\n")]);
    let at = at.path();
    let run = |args: &[&str], status| {
        let mut all = vec!["sync", "--quiet"];
        all.extend(args);
        let mut command = command(at, &all);
        command.env("GITHUB_WORKSPACE", at);
        expect(&command.output().unwrap(), status)
    };
    let (out, _) = run(&["--check", "--format", "github", "docs/a.md"], 1);
    assert_eq!(
        out,
        "::error title=armbody sync,file=docs/a.md,line=3::the snippet is not current; `armbody sync` writes it\n"
    );
    let (out, _) = run(&["--check", "--format", "json"], 2);
    let rows: Vec<Value> = serde_json::from_str(&out).unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row["path"].as_str().unwrap(), row["status"].as_str().unwrap())).collect();
    assert_eq!(told, [("docs/a.md", "would change"), ("docs/b,c.md", "problem")]);
    let (out, _) = run(&["--format", "json", "docs/a.md"], 0);
    let rows: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!((&rows[0]["status"], &rows[0]["line"]), (&Value::from("changed"), &Value::from(3)));
    let (out, _) = run(&["--check", "--format", "json", "docs/a.md"], 0);
    assert_eq!(out, "[]\n");
}

#[test]
fn a_category_tells_sarif_runs_apart() {
    let at = folder(&[("a.json", SPLIT)]);
    let mut command = command(at.path(), &["lint", "--format", "sarif"]);
    let (out, _) = expect(&command.env("ARMBODY_CATEGORY", "docs").output().unwrap(), 1);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "docs/");
}

#[test]
fn the_change_log_names_what_there_is() {
    let read = |name: &str| fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (log, page) = (read("CHANGELOG.md"), read("docs/upgrading.md"));
    assert!(log.contains("(docs/upgrading.md)") && log.contains("## 0.1.0"), "{log}");
    let at = folder(&[]);
    let help: String = ["lint", "rule", "sync", "requests", "plan", "render", "expand"]
        .map(|command| expect(&armbody(at.path(), &[command, "--help"]), 0).0)
        .concat();
    let words = regex::Regex::new("`(?:armbody [a-z]+ |[a-z]+ )?(--[a-z-]+)").unwrap();
    let mut flags = 0;
    for flag in words.captures_iter(&(log + &page)) {
        flags += 1;
        assert!(help.contains(&flag[1]), "{}", &flag[1]);
    }
    assert!(flags > 8, "{flags}");
    // Rules that came later are listed by the program, not by hand.
    assert!(page.contains("armbody rule --since 0.1.0"), "{page}");
}
