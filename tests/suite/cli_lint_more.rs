//! `armbody lint` in pipelines: formats through the binary, statistics, what goes where, watching.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::support::cli::{CLEAN, SPLIT, armbody, armbody_with_input, command, expect, folder};

#[test]
fn every_format_is_whole_whatever_happens() {
    let folder = folder(&[("a.json", SPLIT), ("b.json", CLEAN), ("c.md", "")]);
    let at = folder.path();
    for format in
        ["text", "concise", "json", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"]
    {
        let run = |args: &[&str], status: i32| {
            let mut all = vec!["lint", "--format", format];
            all.extend(args);
            let (out, err) = expect(&armbody(at, &all), status);
            match format {
                "json" | "sarif" | "gitlab" | "rdjson" => {
                    serde_json::from_str::<serde_json::Value>(&out)
                        .unwrap_or_else(|error| panic!("{error}: {out}"));
                }
                "junit" => assert!(out.starts_with("<?xml") && out.ends_with("</testsuites>\n"), "{out}"),
                _ => {}
            }
            (out, err)
        };
        run(&["c.md"], 0);
        run(&["b.json", "c.md", "--quiet"], 0);
        let (out, _) = run(&[], 1);
        assert!(out.contains("identity-type-split"), "{format}: {out}");
        let (out, err) = run(&["a.json", "missing.json"], 2);
        assert!(
            out.contains("identity-type-split") && err.contains("missing.json"),
            "{format}: {out}\n{err}"
        );
        if ["sarif", "github", "azure-pipelines", "junit"].contains(&format) {
            assert!(out.contains("missing.json"), "{format} tells of files that cannot be read: {out}");
        }
        run(&["--output-file", "copy.out"], 1);
        let copy = fs::read_to_string(at.join("copy.out")).unwrap();
        assert_eq!(copy, run(&[], 1).0, "{format}");
        // A text that is fixed takes standard output; the report, whole, goes beside.
        let name = ["-", "--fix", "--stdin-filename", "x.json", "--severity", "identity-drops=error"];
        let mut all = vec!["lint", "--format", format];
        all.extend(name);
        let output = armbody_with_input(at, &all, SPLIT);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#
        );
        if ["json", "sarif", "gitlab", "rdjson"].contains(&format) {
            serde_json::from_slice::<serde_json::Value>(&output.stderr).unwrap();
        }
    }
}

#[test]
fn azure_pipelines_ends_as_the_command_does() {
    let folder = folder(&[("a.json", SPLIT), ("warned.json", r#"{"identity":{"type":"systemAssigned"}}"#)]);
    let at = folder.path();
    let last = |args: &[&str], status: i32| {
        let mut all = vec!["lint", "--format", "azure-pipelines"];
        all.extend(args);
        let (out, _) = expect(&armbody(at, &all), status);
        out.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(last(&["a.json"], 1), "##vso[task.complete result=Failed;]");
    assert_eq!(last(&["a.json", "--exit-zero"], 0), "##vso[task.complete result=SucceededWithIssues;]");
    assert_eq!(last(&["warned.json"], 0), "##vso[task.complete result=SucceededWithIssues;]");
    assert_eq!(last(&["warned.json", "--fail-on", "warning"], 1), "##vso[task.complete result=Failed;]");
    assert_eq!(last(&["no.json"], 2), "##vso[task.complete result=Failed;]");
}

#[test]
fn a_warning_is_a_failure_in_junit_if_it_fails_the_run() {
    let folder = folder(&[("warned.json", r#"{"identity":{"type":"systemAssigned"}}"#)]);
    let run = |args: &[&str], status| {
        let mut all = vec!["lint", "--format", "junit"];
        all.extend(args);
        expect(&armbody(folder.path(), &all), status).0
    };
    assert!(run(&[], 0).contains("failures=\"0\""));
    assert!(run(&["--fail-on", "warning"], 1).contains("failures=\"1\""));
}

#[test]
fn statistics_count_by_rule() {
    let folder = folder(&[("a.json", SPLIT), ("b.json", SPLIT)]);
    let rule = ["lint", "--select", "identity-type-split", "--statistics"];
    let table = "findings  fixable  rule\n       2        2  identity-type-split\n";
    let (out, _) = expect(&armbody(folder.path(), &rule), 1);
    assert!(out.ends_with(table), "{out}");
    let mut json = rule.to_vec();
    json.extend(["--format", "json"]);
    let (out, err) = expect(&armbody(folder.path(), &json), 1);
    serde_json::from_str::<serde_json::Value>(&out).unwrap();
    assert_eq!(err, format!("{table}2 errors, 0 warnings, 0 notes in 2 files; 2 fixable with --fix\n"));
    let (out, err) = expect(&armbody(folder.path(), &["lint", "--select", "extra-comma", "--statistics"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("", "nothing wrong in 2 files\n"));
}

#[test]
fn nothing_but_the_report_on_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..3000 {
        fs::write(folder.path().join(format!("{index}.md")), "# Text\n").unwrap();
    }
    let (out, err) = expect(&armbody(folder.path(), &["lint", "--format", "json"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("[]\n", "nothing wrong in 3000 files\n"));
    let (out, err) = expect(&armbody(folder.path(), &["lint", "--quiet"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("", ""));
}

#[test]
fn watching_checks_again_when_something_changes() {
    let folder = folder(&[("a.json", SPLIT)]);
    let at = folder.path();
    let mut child =
        command(at, &["lint", "--watch", "--format", "concise", "--select", "identity-type-split"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let (sender, lines) = mpsc::channel();
    for stream in [
        Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
        Box::new(child.stderr.take().unwrap()),
    ] {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    // Whatever happens, the process ends with the test.
    let result = std::panic::catch_unwind(|| {
        // The two streams come in any order beside each other: what came early is kept.
        let early = std::cell::RefCell::new(Vec::<String>::new());
        let wait = |wanted: &str| loop {
            let kept = early.borrow().iter().position(|line| line.contains(wanted));
            if let Some(at) = kept {
                early.borrow_mut().remove(at);
                break;
            }
            let line = lines.recv_timeout(Duration::from_mins(1)).expect(wanted);
            early.borrow_mut().push(line);
        };
        wait("a.json:1:21: error identity-type-split");
        wait("watching for changes");
        fs::write(at.join("b.json"), SPLIT).unwrap();
        wait("b.json:1:21: error identity-type-split");
        wait("watching for changes");
        fs::write(at.join("armbody.toml"), "[lint]\nexclud = []\n").unwrap();
        wait("did you mean `exclude`?");
        wait("watching for changes");
        fs::write(at.join("armbody.toml"), "").unwrap();
        wait("a.json:1:21: error identity-type-split");
    });
    child.kill().unwrap();
    child.wait().unwrap();
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
    expect(&armbody(at, &["lint", "--watch", "-"]), 2);
}
