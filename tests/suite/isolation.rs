//! A fault of the program stays with the file, record or message that it happened in, and shows nothing of it. The
//! faults are planted: a build with debug assertions, as tests are, panics at a text that `ARMBODY_PLANTED_FAULT`
//! names, with a message that quotes the whole file.
#![cfg(debug_assertions)]

use std::fs;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::support::cli::{SPLIT, command, curl, folder};
use lsp_server::Message;
use serde_json::{Value, json};

const MARK: &str = "planted-here";
/// Nothing of a file in which the program fails is shown, whatever it is.
const SECRETS: [&str; 3] = [MARK, "qK7~harmless-word", "hunter2Hunter2"];
const FIXED: &str = r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#;

fn planted() -> String {
    let [mark, word, password] = SECRETS;
    let body = format!(
        r#"{{"tags":{{"{mark}":"{word}"}},"properties":{{"osProfile":{{"adminPassword":"{password}"}}}},}}"#
    );
    assert!(serde_json::from_str::<Value>(&body).is_err());
    body
}

fn planted_script() -> String {
    curl().replace(SPLIT, &planted())
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).env("ARMBODY_PLANTED_FAULT", MARK).stdin(Stdio::null()).output().unwrap()
}

/// Standard output and standard error, of which neither shows anything, and the latter names the fault once.
#[track_caller]
fn expect(output: &Output, status: i32) -> (String, String) {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let err = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(status), "{out}\n{err}");
    for text in [&out, &err] {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!text.contains("panicked"), "{text}");
    }
    let faults: Vec<&str> = err.lines().filter(|line| line.contains("a fault of the program at")).collect();
    let [fault] = faults[..] else { panic!("{faults:?}") };
    assert!(fault.starts_with("armbody: a fault of the program at src/fault.rs:"), "{fault}");
    assert!(
        fault.ends_with(concat!("please report it at ", env!("CARGO_PKG_REPOSITORY"), "/issues")),
        "{fault}"
    );
    (out, err)
}

fn files() -> tempfile::TempDir {
    folder(&[
        ("a.json", SPLIT),
        ("b.json", &planted()),
        ("c.json", SPLIT),
        ("d.sh", &planted_script()),
        ("e.sh", &curl()),
    ])
}

#[test]
fn one_file_s_fault_is_its_finding() {
    let at = files();
    let (out, _) = expect(&run(at.path(), &["lint", "--format", "json", "--no-config"]), 2);
    let findings: Vec<Value> = serde_json::from_str(&out).unwrap();
    let found = |path: &str| -> Vec<&str> {
        let of = findings.iter().filter(|it| it["path"] == path);
        of.map(|it| it["rule"].as_str().unwrap()).collect()
    };
    for path in ["b.json", "d.sh"] {
        assert_eq!(found(path), ["internal-error"], "{path}");
    }
    for path in ["a.json", "c.json", "e.sh"] {
        assert!(found(path).contains(&"identity-type-split"), "{path}: {out}");
    }
    let fault = findings.iter().find(|it| it["rule"] == "internal-error").unwrap();
    assert_eq!((&fault["severity"], &fault["fix"]), (&json!("error"), &Value::Null));
    for format in ["text", "concise", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"] {
        let (out, _) = expect(&run(at.path(), &["lint", "--format", format]), 2);
        assert!(out.contains("internal-error"), "{format}: {out}");
        assert!(format != "sarif" || out.contains("\"executionSuccessful\":false"), "{out}");
    }
    // Neither what is selected nor what fails a run changes what is not known.
    for more in
        ["--select=comment", "--ignore=internal-error", "--severity=internal-error=note", "--exit-zero"]
    {
        let (out, _) = expect(&run(at.path(), &["lint", "--format", "concise", more]), 2);
        assert!(out.contains("b.json:1:1: error internal-error: "), "{more}: {out}");
    }
    let (out, _) = expect(&run(at.path(), &["lint", "b.json"]), 2);
    assert!(out.contains("internal-error") && !out.contains("nothing wrong"), "{out}");
}

#[test]
fn a_file_is_left_as_it_is_and_the_others_are_fixed() {
    let at = files();
    let (out, err) = expect(&run(at.path(), &["lint", "--diff"]), 2);
    assert!(out.contains("+++ c.json") && !out.contains("b.json"), "{out}");
    assert!(err.contains("armbody: b.json: internal-error: "), "{err}");
    let (out, _) = expect(&run(at.path(), &["lint", "--fix", "--format", "concise"]), 2);
    assert!(out.contains("b.json:1:1: error internal-error: "), "{out}");
    let read = |name: &str| fs::read_to_string(at.path().join(name)).unwrap();
    assert_eq!([read("a.json"), read("c.json")], [FIXED, FIXED]);
    assert_eq!([read("b.json"), read("d.sh")], [planted(), planted_script()]);
    assert!(read("e.sh").contains(FIXED));
    assert_eq!(fs::read_dir(at.path()).unwrap().count(), 5);
}

#[test]
fn the_inventory_goes_on() {
    let at = files();
    for format in ["text", "json"] {
        let (out, err) = expect(&run(at.path(), &["requests", "--format", format]), 2);
        assert!(out.contains("e.sh") && !out.contains("d.sh"), "{out}");
        assert!(err.contains("armbody: d.sh: internal-error: "), "{err}");
        assert!(format != "json" || serde_json::from_str::<Vec<Value>>(&out).is_ok(), "{out}");
    }
}

#[test]
fn the_record_answers_and_the_next_is_served() {
    let at = folder(&[]);
    let mut child = command(at.path(), &["lint", "--stream"])
        .env("ARMBODY_PLANTED_FAULT", MARK)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for (path, text) in [("a.json", SPLIT), ("b.json", &planted()), ("c.json", SPLIT)] {
        writeln!(input, "{}", json!({ "path": path, "text": text })).unwrap();
    }
    writeln!(input, "{}", json!({ "text": planted() })).unwrap();
    drop(input);
    let (out, _) = expect(&child.wait_with_output().unwrap(), 2);
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&Value, &str)> =
        answers.iter().map(|it| (&it["path"], it["findings"][0]["rule"].as_str().unwrap())).collect();
    let (a, b, c, none) = (json!("a.json"), json!("b.json"), json!("c.json"), Value::Null);
    assert_eq!(
        told,
        [
            (&a, "identity-type-split"),
            (&b, "internal-error"),
            (&c, "identity-type-split"),
            (&none, "internal-error"),
        ]
    );
}

struct Editor {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Editor {
    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.child.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, id: i32, method: &str, params: &Value) -> Result<Value, (i32, String)> {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            if let Message::Response(response) = self.receive() {
                assert_eq!(response.id, id.into());
                return response.response_result.map_err(|error| (error.code, error.message));
            }
        }
    }

    fn receive(&mut self) -> Message {
        Message::read(&mut self.output).unwrap().unwrap()
    }

    /// The rules in the next diagnostics.
    fn diagnostics(&mut self) -> (String, Vec<String>) {
        loop {
            if let Message::Notification(it) = self.receive()
                && it.method == "textDocument/publishDiagnostics"
            {
                for secret in SECRETS {
                    assert!(!it.params.to_string().contains(secret), "{}", it.params);
                }
                let rules = it.params["diagnostics"].as_array().unwrap().iter();
                let rules = rules.map(|it| it["code"].as_str().unwrap().to_owned()).collect();
                return (it.params["uri"].as_str().unwrap().to_owned(), rules);
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "json", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }
}

#[test]
fn the_request_is_answered_and_the_next_message_is_served() {
    let at = folder(&[]);
    let mut child = command(at.path(), &["lsp"])
        .env("ARMBODY_PLANTED_FAULT", MARK)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut editor = Editor { child, output };
    editor.ask(1, "initialize", &json!({ "capabilities": {} })).unwrap();
    let split = |rules: &[String]| rules.contains(&"identity-type-split".to_owned());

    editor.open("file:///w/b.json", &planted());
    assert_eq!(editor.diagnostics(), ("file:///w/b.json".to_owned(), vec!["internal-error".to_owned()]));
    let place = json!({ "line": 0, "character": 12 });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 90 } });
    let document = json!({ "uri": "file:///w/b.json" });
    let actions = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
    let at_place = json!({ "textDocument": document, "position": place });
    for (id, method, params) in [
        (2, "textDocument/codeAction", &actions),
        (3, "textDocument/hover", &at_place),
        (4, "textDocument/completion", &at_place),
    ] {
        let (code, message) = editor.ask(id, method, params).unwrap_err();
        assert_eq!(code, -32603, "{method}: {message}");
        assert!(message.contains("a fault of the program"), "{message}");
        assert!(!SECRETS.iter().any(|secret| message.contains(secret)), "{message}");
    }

    // The next document, and the same one once what it is about is gone.
    editor.open("file:///w/a.json", SPLIT);
    let (uri, rules) = editor.diagnostics();
    assert!(uri.ends_with("/a.json") && split(&rules), "{uri} {rules:?}");
    editor.tell(
        "textDocument/didChange",
        &json!({
            "textDocument": { "uri": "file:///w/b.json", "version": 2 },
            "contentChanges": [{ "text": SPLIT }],
        }),
    );
    let (uri, rules) = editor.diagnostics();
    assert!(uri.ends_with("/b.json") && split(&rules), "{uri} {rules:?}");
    assert!(editor.ask(5, "textDocument/codeAction", &actions).unwrap().as_array().is_some());
    editor.ask(6, "shutdown", &Value::Null).unwrap();
    editor.tell("exit", &Value::Null);
    expect(&editor.child.wait_with_output().unwrap(), 0);
}

#[test]
fn a_fault_elsewhere_ends_the_run_as_any_failure_does() {
    // No text is planted: nothing happens, and a build for use has no such variable at all.
    let at = folder(&[("a.json", &planted())]);
    let output = command(at.path(), &["lint", "a.json"]).env("ARMBODY_PLANTED_FAULT", "").output().unwrap();
    assert_ne!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("internal-error"));
}
