//! `armbody lint` as it is called: exit statuses, streams, bad input, and what --fix leaves behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
const CLEAN: &str = r#"{"identity":{"type":"SystemAssigned"}}"#;

fn armbody(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_armbody"))
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

#[track_caller]
fn expect(output: &Output, status: i32) -> (String, String) {
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "stdout: {out}\nstderr: {err}");
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}

#[test]
fn the_exit_status_says_what_was_found() {
    let folder = folder(&[
        ("split.json", SPLIT.as_bytes()),
        ("clean.json", CLEAN.as_bytes()),
        ("warned.json", br#"{"identity":{"type":"systemAssigned"}}"#),
    ]);
    let at = folder.path();
    let (out, _) = expect(&armbody(at, &["lint", "--format", "concise", "split.json"]), 1);
    assert_eq!(out, "split.json:1:21: error identity-type-split: two strings stand where `type` takes one\n");
    let (out, err) = expect(&armbody(at, &["lint", "clean.json", "--ignore", "identity-drops"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("", "nothing wrong in 1 file\n"));
    expect(&armbody(at, &["lint", "warned.json"]), 0);
    expect(&armbody(at, &["lint", "warned.json", "--fail-on", "warning"]), 1);
    expect(&armbody(at, &["lint", "split.json", "--exit-zero"]), 0);
    expect(&armbody(at, &["lint", "split.json", "--ignore", "identity-type-split"]), 0);
    expect(&armbody(at, &["lint", "split.json", "--severity", "identity-type-split=warning"]), 0);
    let (out, _) = expect(&armbody(at, &["lint", "--format", "concise"]), 1);
    let paths: Vec<&str> = out.lines().filter_map(|line| line.split(':').next()).collect();
    assert!(paths.is_sorted() && paths.contains(&"split.json") && paths.contains(&"warned.json"), "{out}");
}

#[test]
fn a_wrong_call_is_one_line_and_two() {
    let folder = folder(&[("a.json", CLEAN.as_bytes())]);
    for (args, says) in [
        (&["lint", "missing.json"][..], "missing.json"),
        (&["lint", "--select", "identity-type-splt"], "did you mean `identity-type-split`?"),
        (&["lint", "--severity", "identity-type-split"], "RULE=LEVEL"),
        (&["lint", "--severity", "identity-type-split=fatal"], "use error, warning or note"),
        (&["lint", "--fail-on", "note"], "never fails"),
        (&["lint", "--format", "yaml"], "there are text, concise"),
        (&["lint", "--api-version", "2018"], "2018"),
        (&["lint", "--type", "vmm", "a.json"], "vmm"),
        (&["rule", "unamed-object"], "did you mean `unnamed-object`?"),
        (&["lnt"], "lint"),
        (&["schema", "show", "--api-version", "2018-06-02"], "2018-06-01"),
    ] {
        let (out, err) = expect(&armbody(folder.path(), args), 2);
        assert!(err.contains(says), "{args:?}: {err}");
        assert_eq!(out, "", "{args:?}");
    }
}

#[test]
fn other_json_is_left_alone() {
    let folder = folder(&[
        ("package.json", br#"{"name":"x","version":"1.0.0",}"#),
        ("tsconfig.json", b"{ // options\n \"a\": 1, }"),
        ("list.json", b"[1,2,]"),
        ("eslint.json", br#"{"identity":{"name":"x"},}"#),
        ("answer.json", br#"{"id":"/x","location":"westus","identity":{"type":"SystemAssigned","principalId":"a"},"properties":{"vmId":"b","provisioningState":"Succeeded"}}"#),
    ]);
    let (out, _) = expect(&armbody(folder.path(), &["lint", "--format", "concise"]), 0);
    assert_eq!(out, "");
}

#[test]
fn input_that_is_no_text_is_told_in_a_line() {
    let folder = folder(&[
        ("empty.md", b""),
        ("empty.json", b""),
        ("binary.json", b"\0\x01\x02\xff{\"identity\":"),
        ("latin1.md", b"caf\xe9\n\n```bash\ncurl -X PATCH 'https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01' -d '{\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}'\n```\n"),
        ("utf16.json", b"\xff\xfe{\0}\0"),
        ("deep.json", format!("{{\"identity\":{{\"type\":\"SystemAssigned\",\"x\":{}}}}}", "[".repeat(100_000)).as_bytes()),
    ]);
    let at = folder.path();
    for name in ["empty.md", "empty.json"] {
        let (_, err) = expect(&armbody(at, &["lint", name]), 0);
        assert!(err.contains(&format!("{name}: empty")), "{err}");
    }
    let (out, _) = expect(&armbody(at, &["lint", "--format", "concise", "latin1.md"]), 1);
    assert!(out.contains("latin1.md:4:") && out.contains("identity-type-split"), "{out}");
    for name in ["binary.json", "utf16.json"] {
        let output = armbody(at, &["lint", "--format", "concise", name]);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.lines().count() <= 1, "{name}: {out}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
    let (out, _) = expect(&armbody(at, &["lint", "--format", "concise", "deep.json"]), 1);
    assert!(out.contains("too-deep"), "{out}");
}

#[test]
fn a_fix_keeps_everything_else() {
    let article = "\u{feff}# T\r\n\r\n1. x\r\n\r\n   ```bash\r\n   curl -X PATCH 'https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01' -d '{\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}' -H 'Content-Type: application/json' -H 'Authorization: Bearer $T'\r\n   ```\r\n";
    let folder = folder(&[("a.md", article.as_bytes())]);
    let at = folder.path();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(at.join("a.md"), fs::Permissions::from_mode(0o640)).unwrap();
    }
    let (diff, _) = expect(&armbody(at, &["lint", "--diff", "a.md"]), 1);
    assert!(diff.contains("-   curl") && diff.contains("+   curl"), "{diff}");
    assert_eq!(fs::read_to_string(at.join("a.md")).unwrap(), article, "--diff writes nothing");
    expect(&armbody(at, &["lint", "--fix", "a.md"]), 0);
    let fixed = fs::read_to_string(at.join("a.md")).unwrap();
    assert_eq!(
        fixed,
        article.replace(r#""SystemAssigned","UserAssigned""#, r#""SystemAssigned, UserAssigned""#)
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(at.join("a.md")).unwrap().permissions().mode() & 0o777, 0o640);
    }
    let written = fs::metadata(at.join("a.md")).unwrap().modified().unwrap();
    expect(&armbody(at, &["lint", "--fix", "a.md"]), 0);
    assert_eq!(
        fs::metadata(at.join("a.md")).unwrap().modified().unwrap(),
        written,
        "nothing to fix, nothing written"
    );
    expect(&armbody(at, &["lint", "--diff", "a.md"]), 0);
    assert_eq!(fs::read_dir(at).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn standard_input_is_a_file_without_a_place() {
    let run = |args: &[&str], text: &str| {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_armbody"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let (out, _) =
        expect(&run(&["lint", "-", "--format", "concise", "--stdin-filename", "x.json"], SPLIT), 1);
    assert!(out.starts_with("x.json:1:21: error"), "{out}");
    let (out, _) = expect(&run(&["lint", "-", "--format", "concise"], SPLIT), 1);
    assert!(out.starts_with("<stdin>:1:21: error"), "{out}");
    let (out, _) = expect(&run(&["lint", "-", "--fix", "--stdin-filename", "x.json"], SPLIT), 0);
    assert_eq!(out, r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#);
}

#[test]
fn ignore_files_and_hidden_files_are_honoured() {
    let folder = folder(&[
        ("a/split.json", SPLIT.as_bytes()),
        ("a/.gitignore", b"ignored.json\n"),
        ("a/ignored.json", SPLIT.as_bytes()),
        (".hidden/split.json", SPLIT.as_bytes()),
        ("a/split.png", SPLIT.as_bytes()),
        (".ignore", b"b/\n"),
        ("b/split.json", SPLIT.as_bytes()),
    ]);
    let (out, _) = expect(&armbody(folder.path(), &["lint", "--format", "concise"]), 1);
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.starts_with("a/split.json:"), "{out}");
}

#[test]
fn a_reader_who_has_seen_enough_ends_the_run_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("{SPLIT}\n");
    for index in 0..3000 {
        fs::write(folder.path().join(format!("{index}.json")), &body).unwrap();
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_armbody"))
        .args(["lint", "."])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn json_is_one_array_whatever_is_found() {
    let folder = folder(&[("a.json", SPLIT.as_bytes()), ("b.json", SPLIT.as_bytes()), ("c.md", b"# T\n")]);
    let at = folder.path();
    let (out, err) = expect(&armbody(at, &["lint", "--format", "json", "c.md"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("[]\n", "nothing wrong in 1 file\n"));
    let (out, _) = expect(&armbody(at, &["lint", "--format", "json", "--output-file", "copy.txt"]), 1);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    let row = &rows[0];
    assert_eq!(rows.as_array().unwrap().iter().filter(|row| row["rule"] == "identity-type-split").count(), 2);
    for field in
        ["path", "rule", "severity", "message", "start", "end", "labels", "help", "fix", "arm", "request"]
    {
        assert!(row.get(field).is_some(), "{field}");
    }
    assert_eq!(row["start"], serde_json::json!({"line": 1, "column": 21, "offset": 20}));
    assert_eq!(row["fix"]["safe"], true);
    assert_eq!(row["request"]["method"], "PATCH");
    assert_eq!(row["request"]["type"], "Microsoft.Compute/virtualMachines");
    assert_eq!(fs::read_to_string(at.join("copy.txt")).unwrap(), out);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_or_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("a.json", SPLIT.as_bytes()), ("b.json", SPLIT.as_bytes())]);
    let at = folder.path();
    std::os::unix::fs::symlink("nowhere.json", at.join("link.json")).unwrap();
    let (_, err) = expect(&armbody(at, &["lint", "link.json"]), 2);
    assert!(err.contains("link.json"), "{err}");
    fs::set_permissions(at.join("a.json"), fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().write(true).open(at.join("a.json")).is_ok() {
        // Modes do not hold for root: what the system lets it write is written, with its mode kept.
        expect(&armbody(at, &["lint", "--fix", "--quiet", "a.json", "b.json"]), 0);
        let mode = fs::metadata(at.join("a.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o444);
        return;
    }
    let (out, err) = expect(&armbody(at, &["lint", "--fix", "--format", "concise", "a.json", "b.json"]), 2);
    assert!(err.contains("a.json: cannot write"), "{err}");
    assert!(out.contains("a.json:1:21"), "what is left is reported: {out}");
    assert_eq!(fs::read_to_string(at.join("a.json")).unwrap(), SPLIT);
    assert!(fs::read_to_string(at.join("b.json")).unwrap().contains("SystemAssigned, UserAssigned"));
}
