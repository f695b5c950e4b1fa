//! What is written for the Windows command prompt, run as batch files by a command prompt: the words that the programs
//! get, the bodies that they find in files, and the exit status.
//!
//! Wine's command prompt takes the place of Windows', and a program that writes down what it gets that of curl and of az,
//! which is called by a batch file as the real one is.
#![cfg(unix)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::loopback::{fill, fill_value, values};
use crate::support::needs::installed;
use armbody::arm::{Blank, BlankStyle, BodyValue, Cloud, Method, Request, RequestTarget, ResourceType, Text};
use armbody::container::{Kind, calls};
use armbody::notation::{self, Form, Layout, Shell, Templates, request};
use armbody::text::Source;

/// Writes its words, each with a zero behind it, and the file that a word with `@` names.
const RECORDER: &str = r#"
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
int wmain(int argc, wchar_t **argv) {
  FILE *words = fopen("words.out", "ab");
  for (int i = 1; i < argc; i++) {
    int length = WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, NULL, 0, NULL, NULL);
    char *text = malloc(length);
    WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, text, length, NULL, NULL);
    fwrite(text, 1, length, words);
    if (argv[i][0] == '@') {
      FILE *body = _wfopen(argv[i] + 1, L"rb"), *copy = fopen("body.out", "wb");
      for (int c; body && (c = fgetc(body)) != EOF;) fputc(c, copy);
      if (body) fclose(body);
      fclose(copy);
    }
  }
  fclose(words);
  wchar_t *status = _wgetenv(L"RECORDER_STATUS");
  return status ? _wtoi(status) : 0;
}
"#;

/// The batch file that the Azure CLI's installer makes, around the recorder.
const AZ: &str = "@IF EXIST \"%~dp0recorder.exe\" (\r\n  SET AZ_INSTALLER=MSI\r\n  \"%~dp0recorder.exe\" %*\r\n) ELSE (\r\n  \
                  exit /b 1\r\n)\r\n";

struct Prompt {
    tools: PathBuf,
    prefix: PathBuf,
}

impl Prompt {
    fn find() -> Self {
        let compiler = "x86_64-w64-mingw32-gcc";
        installed(&["wine", compiler]);
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prompt");
        let tools = home.join("tools");
        std::fs::create_dir_all(&tools).unwrap();
        let source = tools.join("recorder.c");
        std::fs::write(&source, RECORDER).unwrap();
        for name in ["curl.exe", "recorder.exe"] {
            let built =
                Command::new(compiler).args(["-municode", "-o"]).arg(tools.join(name)).arg(&source).status();
            assert!(built.unwrap().success());
        }
        std::fs::write(tools.join("az.cmd"), AZ).unwrap();
        Self { tools, prefix: home.join("prefix") }
    }

    /// The status, the words of all programs that ran, and the last body.
    fn run(&self, script: &str, env: &[(String, String)]) -> (Option<i32>, Vec<String>, Vec<u8>, String) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.cmd"), script.replace('\n', "\r\n")).unwrap();
        let output = Command::new("wine")
            .args(["cmd", "/d", "/c", "t.cmd"])
            .current_dir(folder.path())
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env("WINEPATH", format!("Z:{}", self.tools.display()).replace('/', "\\"))
            .env("LC_ALL", "C.UTF-8")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
        let words = String::from_utf8(read("words.out")).unwrap();
        let words = words.split_terminator('\0').map(str::to_owned).collect();
        (output.status.code(), words, read("body.out"), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Values of secrets that a shell, a batch file or JSON might trip over.
const SECRETS: [&str; 4] = [
    r#"p"a\s's %PATH% !X! & <é’😀> | ^^ \" \\" ) ("#,
    "\t! a !b! %1 %%A %~dp0 & echo x > y",
    r#"""""&"&&"^"#,
    "plain",
];

fn a_request(at: usize, hostile: &str) -> Request {
    let target = RequestTarget {
        cloud: Cloud::Public,
        scope: None,
        subscription: Text::new("<SUBSCRIPTION ID>"),
        resource_group: Some(Text::new(hostile)),
        resource_type: ResourceType::VirtualMachine.into(),
        names: vec![Text::new(&format!("{hostile}<VM NAME>{hostile}"))],
        api_version: "2024-07-01".parse().unwrap(),
    };
    let body = (at != 3).then(|| {
        let members = serde_json::json!({
            "tags": {hostile: [hostile, "<ADMIN PASSWORD>", format!("{hostile}<SUBSCRIPTION ID>")]},
            "key": "<SSH PUBLIC KEY>", "long": vec![hostile; 60],
        });
        BodyValue::from(members)
    });
    let method = if body.is_some() { Method::Patch } else { Method::Get };
    let mut request = Request::new(method, target, body);
    if at == 2 {
        request.headers.push(("If-Match".to_owned(), Text::new("W/\"4\"")));
    }
    request
}

const HOSTILE: [&str; 4] = [
    "a&b %PATH% !X! ^ \"q\" (1)",
    "it's <b> | c%20d \\\" \\\\ é’😀",
    "tab\t; , = ~ ` $HOME @x /? %",
    "plain (2)",
];

#[test]
#[ignore = "needs wine and mingw-w64's compiler, and a minute"]
fn words_and_bodies_are_as_meant() {
    let prompt = Prompt::find();
    let templates = Templates::embedded();
    let layout = Layout { blanks: BlankStyle::Shell, shell: Shell::Cmd, ..Layout::new(&templates) };
    for (at, (secret, hostile)) in SECRETS.into_iter().zip(HOSTILE).enumerate() {
        let mut values = values();
        values.insert(Blank::AdminPassword, secret.to_owned());
        values.insert(Blank::SshPublicKey, format!("{secret} {secret}"));
        let mut env: Vec<(String, String)> =
            values.iter().map(|(blank, value)| (blank.variable().to_owned(), value.clone())).collect();
        env.push(("RECORDER_STATUS".to_owned(), at.to_string()));
        for form in [Form::Curl, Form::Az] {
            let request = a_request(at, hostile);
            let script = notation::write(form, &request, &layout).unwrap();
            let (status, words, body, shown) = prompt.run(&(script.clone() + "\n"), &env);
            // Of a batch file that is called, Wine's prompt says only whether it failed.
            let wanted = if form == Form::Az { at.min(1) } else { at };
            assert_eq!(status, i32::try_from(wanted).ok(), "{script}");
            assert_eq!(shown, "", "{script}");
            assert_eq!(words, expected(form, &request, &values, &words), "{script}");
            if let Some(wanted) = &request.body {
                let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(body, fill_value(wanted, &values), "{script}");
            }
        }
    }
}

/// The words of a call; the name of the body's file is that which came.
fn expected(form: Form, request: &Request, values: &HashMap<Blank, String>, came: &[String]) -> Vec<String> {
    let file = came.iter().find(|word| word.starts_with('@')).cloned().unwrap_or_default();
    let method = request.method.as_str();
    let path = fill(&request.target.path_and_query(), values);
    let mut words: Vec<String> = Vec::new();
    let headers = request.headers.iter().map(|(name, value)| (name.clone(), fill(value, values)));
    if form == Form::Curl {
        words.push("--fail-with-body".to_owned());
        words.push(format!("https://management.azure.com{path}"));
        if method != "GET" {
            words.extend(["-X".to_owned(), method.to_owned()]);
        }
        if request.body.is_some() {
            words.extend(["-d".to_owned(), file]);
        }
        words.extend(headers.flat_map(|(name, value)| ["-H".to_owned(), format!("{name}: {value}")]));
        return words;
    }
    // The batch file reads parentheses.
    let path = path.replace('(', "%28").replace(')', "%29");
    words.extend(["rest", "--method", &method.to_ascii_lowercase(), "--url", &path].map(str::to_owned));
    // Beside others, those that az has of its own are said as well.
    let own = |name: &str| ["Authorization", "Content-Type"].contains(&name);
    let others = request.headers.iter().any(|(name, _)| !own(name));
    let own: Vec<String> =
        headers.filter(|_| others).map(|(name, value)| format!("{name}={value}")).collect();
    if !own.is_empty() {
        words.push("--headers".to_owned());
        words.extend(own);
    }
    if request.body.is_some() {
        words.extend(["--body".to_owned(), file]);
    }
    words
}

/// Calls follow each other under their headings, of which nothing is shown; the first that fails ends the file.
#[test]
#[ignore = "needs wine and mingw-w64's compiler, and a minute"]
fn several_calls_are_one_batch_file() {
    let prompt = Prompt::find();
    for form in ["curl", "az"] {
        let output = Command::new(env!("CARGO_BIN_EXE_armbody"))
            .args(["render", "list", "remove-all", "create-system-assigned", "--as", form, "--shell", "cmd"])
            .args(["--placeholders", "shell"])
            .output()
            .unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        let mut env: Vec<(String, String)> =
            values().iter().map(|(blank, value)| (blank.variable().to_owned(), value.clone())).collect();
        let (status, words, _, shown) = prompt.run(&script, &env);
        assert_eq!((status, shown.as_str()), (Some(0), ""), "{script}");
        assert_eq!(words.iter().filter(|word| word.contains("/virtualMachines/")).count(), 3, "{words:?}");
        env.push(("RECORDER_STATUS".to_owned(), "22".to_owned()));
        let (status, words, ..) = prompt.run(&script, &env);
        assert_eq!(status, Some(if form == "az" { 1 } else { 22 }), "{script}");
        assert_eq!(words.iter().filter(|word| word.contains("/virtualMachines/")).count(), 1, "{words:?}");
        // What is not set is said, and nothing runs.
        let (status, words, ..) = prompt.run(&script, &[]);
        assert_eq!((status, words.len()), (Some(1), 0), "{script}");
    }
}

/// What is written is read: not the body, which is put together line by line.
#[test]
fn the_calls_are_read() {
    let templates = Templates::embedded();
    let layout = Layout { shell: Shell::Cmd, ..Layout::new(&templates) };
    for form in [Form::Curl, Form::Az] {
        let written = a_request(3, "plain (2)");
        let source = Source::new(
            "x.md",
            format!("```cmd\n{}\n```\n", notation::write(form, &written, &layout).unwrap()),
        );
        let found = calls(&source, Kind::Markdown);
        assert_eq!(found.len(), 1, "{}", source.text());
        let read = request(&found[0]).unwrap();
        let path = |request: &armbody::arm::Request| {
            let path = request.target.path_and_query().spell(BlankStyle::Angle);
            path.replace("%28", "(").replace("%29", ")")
        };
        assert_eq!(path(&read), path(&written));
    }
}

/// cmd reads lines of up to 8,191 characters.
#[test]
fn a_string_that_no_line_holds_is_refused() {
    let templates = Templates::embedded();
    let layout = Layout { shell: Shell::Cmd, ..Layout::new(&templates) };
    let body = BodyValue::from(serde_json::json!({"properties": {"customData": "x".repeat(9000)}}));
    let request = Request::new(Method::Patch, a_request(0, "g").target, Some(body));
    for form in [Form::Curl, Form::Az] {
        let error = notation::write(form, &request, &layout).unwrap_err().to_string();
        assert!(error.contains("longer than cmd takes (8,191): --body-file with -o DIR"), "{error}");
        let apart = Layout { body: notation::BodyPlace::File("b.json"), ..layout };
        assert!(notation::write(form, &request, &apart).is_ok());
    }
}
