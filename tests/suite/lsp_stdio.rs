//! `armbody lsp` as a process: what the editor shows is what the command finds, and nothing that comes in ends it.

#![allow(clippy::needless_pass_by_value, reason = "`json!(…)` stands in the calls")]

use std::fs;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::support::cli::{SPLIT, armbody, command, expect, folder};
use lsp_server::Message;
use serde_json::{Value, json};

struct Editor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Editor {
    fn new(folder: &Path, args: &[&str], encodings: &[&str]) -> Self {
        let mut all = vec!["lsp"];
        all.extend(args);
        let mut child = command(folder, &all)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut editor = Self { child, input, output };
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        let answer = editor.ask("initialize", json!({ "capabilities": capabilities }));
        assert_eq!(answer["capabilities"]["positionEncoding"], *encodings.first().unwrap_or(&"utf-16"));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.input.write_all(frame.as_bytes()).expect("it reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn receive(&mut self) -> Message {
        Message::read(&mut self.output).expect("a message").expect("it lives")
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        loop {
            if let Message::Response(response) = self.receive() {
                return response.response_result.expect("an answer");
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": "", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": item }));
    }

    fn change(&mut self, uri: &str, version: i32, change: Value) {
        let document = json!({ "uri": uri, "version": version });
        let changes = json!([change]);
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The next diagnostics: the version, and what they are.
    fn diagnostics(&mut self) -> (Value, Vec<Value>) {
        loop {
            if let Message::Notification(mut it) = self.receive()
                && it.method == "textDocument/publishDiagnostics"
            {
                let all = it.params["diagnostics"].as_array_mut().map(std::mem::take);
                return (it.params["version"].take(), all.unwrap_or_default());
            }
        }
    }

    /// Ends it; the exit status and what stands on standard error.
    fn end(mut self, words: &[&str]) -> (Option<i32>, String) {
        for word in words {
            match *word {
                "shutdown" => {
                    self.ask("shutdown", Value::Null);
                }
                word => self.tell(word, Value::Null),
            }
        }
        drop(self.input);
        let output = self.child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn uri(folder: &Path, name: &str) -> String {
    let path = folder.join(name).to_str().expect("UTF-8").replace('\\', "/").replace(' ', "%20");
    format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
}

#[test]
fn an_editor_shows_what_the_command_finds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut editor = Editor::new(root, &[], &["utf-8"]);
    let mut files = vec![root.join("examples/give-a-vm-an-identity.md"), root.join("README.md")];
    files.extend(
        fs::read_dir(root.join("docs/rules")).expect("pages").map(|entry| entry.expect("a page").path()),
    );
    files.sort();
    let mut count = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("it is text");
        let name = file.strip_prefix(root).expect("below").to_str().expect("a name");
        editor.open(&uri(root, name), &text);
        let (_, shown) = editor.diagnostics();
        let (out, _) = expect(&armbody(root, &["lint", "--format", "json", "--exit-zero", name]), 0);
        let found: Vec<Value> = serde_json::from_str(&out).expect("JSON");
        assert_eq!(shown.len(), found.len(), "{name}");
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        for (shown, found) in shown.iter().zip(&found) {
            let at = |position: &Value| {
                let number = |name: &str| position[name].as_u64().expect("a number") as usize;
                starts[number("line")] + number("character")
            };
            assert_eq!(shown["code"], found["rule"], "{name}");
            assert_eq!(
                Value::from(at(&shown["range"]["start"])),
                found["start"]["offset"],
                "{name}: {shown}"
            );
            assert_eq!(Value::from(at(&shown["range"]["end"])), found["end"]["offset"], "{name}: {shown}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
    assert_eq!(editor.end(&["shutdown", "exit"]), (Some(0), String::new()));
}

#[test]
fn it_tells_of_what_is_no_message_and_lives_on() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path(), &[], &[]);
    for bad in ["{\"id\":", "[]", "{\"id\":7}", "\u{fffd}"] {
        let frame = format!("Content-Length: {}\r\n\r\n{bad}", bad.len());
        editor.input.write_all(frame.as_bytes()).expect("it reads");
    }
    editor.open(&uri(folder.path(), "a.json"), SPLIT);
    let mut answers = Vec::new();
    // What has no id is answered without one, which the reader of messages does not take.
    for _ in 0..4 {
        let mut line = String::new();
        while !line.ends_with("\r\n\r\n") {
            std::io::BufRead::read_line(&mut editor.output, &mut line).expect("a line");
        }
        let length = line.trim().rsplit(' ').next().and_then(|it| it.parse().ok()).expect("a length");
        let mut body = vec![0; length];
        std::io::Read::read_exact(&mut editor.output, &mut body).expect("a body");
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        answers.push((answer["id"].clone(), answer["error"]["code"].clone()));
    }
    let null = || Value::Null;
    let expected = [
        (null(), json!(-32700)),
        (null(), json!(-32600)),
        (json!(7), json!(-32600)),
        (null(), json!(-32700)),
    ];
    assert_eq!(answers, expected);
    assert_eq!(editor.diagnostics().1[0]["code"], "identity-type-split");
    let (status, told) = editor.end(&["exit"]);
    assert_eq!(status, Some(1));
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(told.lines().all(|line| line.starts_with("armbody lsp: a message is ")), "{told}");
}

#[test]
fn a_text_past_the_limit_is_not_looked_at() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path(), &["--max-size", "1000"], &[]);
    let uri = uri(folder.path(), "a.json");
    editor.open(&uri, &(" ".repeat(1000) + SPLIT));
    assert_eq!(editor.diagnostics().1[0]["code"], "too-large");
    editor.change(&uri, 2, json!({ "text": SPLIT }));
    assert_eq!(editor.diagnostics().1[0]["code"], "identity-type-split");
    editor.open("untitled:x", &"x".repeat(20 << 20));
    editor.change(&uri, 3, json!({ "text": "{}" }));
    // The message was passed over, and so is nothing to be told of.
    let mut line = String::new();
    std::io::BufRead::read_line(&mut editor.output, &mut line).expect("a line");
    let length: usize = line.trim().rsplit(' ').next().and_then(|it| it.parse().ok()).expect("a length");
    let mut body = vec![0; length + 2];
    std::io::Read::read_exact(&mut editor.output, &mut body).expect("a body");
    assert!(String::from_utf8_lossy(&body).contains("was passed over"));
    assert_eq!(editor.diagnostics(), (json!(3), vec![]));
    // A client that goes without a word.
    let (status, told) = editor.end(&[]);
    assert_eq!(status, Some(1));
    assert!(told.contains("larger than"), "{told}");
}

#[test]
fn of_a_burst_of_changes_few_are_checked() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path(), &[], &[]);
    let uri = uri(folder.path(), "a.md");
    let call = crate::support::cli::curl();
    let text = format!("# Ä 😀\n\n{}", format!("```bash\n{call}\n```\n\n").repeat(300));
    editor.open(&uri, &text);
    let start = json!({ "line": 0, "character": 4 });
    for version in 2..=500 {
        editor.change(&uri, version, json!({ "range": { "start": start, "end": start }, "text": "é" }));
    }
    let mut published = 0;
    loop {
        let (version, all) = editor.diagnostics();
        published += 1;
        if version == 500 {
            assert!(all.len() >= 300);
            break;
        }
    }
    assert!(published < 400, "{published}");
    assert_eq!(editor.end(&["shutdown", "exit"]).0, Some(0));
}

/// The edits of a code action, and what the document is after them.
fn edits_of(action: &Value) -> Vec<Value> {
    let changes = action["edit"]["changes"].as_object().expect("changes");
    changes.values().flat_map(|edits| edits.as_array().expect("edits").clone()).collect()
}

/// What a list of edits comes to whose columns count bytes.
fn applied(text: &str, edits: &[Value]) -> String {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let at = |position: &Value| {
        let number = |name: &str| position[name].as_u64().expect("a number") as usize;
        starts.get(number("line")).map_or(text.len(), |start| start + number("character"))
    };
    let edits: Vec<armbody::text::Edit> = edits
        .iter()
        .map(|edit| {
            let span = armbody::text::Span::new(at(&edit["range"]["start"]), at(&edit["range"]["end"]));
            armbody::text::Edit::replace(span, edit["newText"].as_str().expect("text"))
        })
        .collect();
    armbody::text::apply_edits(text, &edits).expect("they do not overlap")
}

/// Every list of edits that an editor gets comes to one text, in whatever order the editor makes them; fixing all
/// comes to what `--fix` writes.
#[test]
#[ignore = "needs node and vscode-languageserver-textdocument"]
fn edits_come_to_one_text_in_any_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("examples/give-a-vm-an-identity.md")];
    files.extend(
        fs::read_dir(root.join("docs/rules")).expect("pages").map(|entry| entry.expect("a page").path()),
    );
    files.sort();
    let place = folder(&[]);
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 100_000, "character": 0 } });
    let ask = |editor: &mut Editor, name: &str, text: &str| -> Vec<Value> {
        let uri = uri(place.path(), &name.replace('/', "-"));
        editor.open(&uri, text);
        let params = json!({ "textDocument": { "uri": uri }, "range": whole,
            "context": { "diagnostics": [] } });
        editor.ask("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    };
    let mut in_bytes = Editor::new(place.path(), &[], &["utf-8"]);
    let mut in_units = Editor::new(place.path(), &[], &["utf-16"]);
    let (mut cases, mut mended) = (Vec::new(), 0);
    for file in &files {
        let text = fs::read_to_string(file).expect("it is text");
        let name = file.strip_prefix(root).expect("below").to_str().expect("a name");
        let pairs = ask(&mut in_bytes, name, &text).into_iter().zip(ask(&mut in_units, name, &text));
        for (bytes, units) in pairs {
            let wanted = applied(&text, &edits_of(&bytes));
            if bytes["kind"] == "source.fixAll.armbody" {
                let copy = place.path().join("copy.md");
                fs::write(&copy, &text).expect("written");
                armbody(place.path(), &["lint", "--no-config", "--fix", "copy.md"]);
                assert_eq!(wanted, fs::read_to_string(&copy).expect("read"), "{name}");
                mended += 1;
            }
            let title = format!("{name}: {}", units["title"]);
            cases.push(json!({ "name": title, "text": text, "edits": edits_of(&units), "wanted": wanted }));
        }
    }
    assert!(cases.len() > 50 && mended > 20, "{} lists, {mended} mended", cases.len());
    let list = place.path().join("cases.json");
    fs::write(&list, Value::from(cases.clone()).to_string()).expect("written");
    let clients = std::env::var_os("NODE_PATH")
        .map_or_else(|| root.join("target/clients/node_modules"), std::path::PathBuf::from);
    let output = std::process::Command::new("node")
        .arg(root.join("tests/lsp/apply_edits.cjs"))
        .arg(&list)
        .env("NODE_PATH", clients)
        .output()
        .expect("node is installed");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    eprintln!("{told}{mended} pages mended as a whole");
}
