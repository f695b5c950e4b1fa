//! No command prints a secret, or how long it is where frames are drawn: not in any format, not in the copy of the
//! report, a diff, a baseline, a list of requests, statistics, or what is said when something goes wrong.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::cli::{armbody, armbody_with_input, folder};
use armbody::report::Format;

const PASSWORD: &str = "Tr0ub4dor&3-'q\"x";
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.bm90LWZvci15b3VyLWV5ZXM";
const SIGNATURE: &str = "Zm9yLW5vLWV5ZXMtYnV0LW91cnM-sig-77";
const KEY: &str = "fk-9d8c7b6a5f4e3d2c1b0a";

/// The secrets in every way in which the documents or a report may write them.
fn said(text: &str) -> Option<&'static str> {
    let escaped = serde_json::to_string(&PASSWORD).unwrap();
    let again = serde_json::to_string(&escaped).unwrap();
    let ways = [
        PASSWORD,
        escaped.trim_matches('"'),
        again.trim_matches('"'),
        "Tr0ub4dor",
        TOKEN,
        "bm90LWZvci15",
        SIGNATURE,
        "Zm9yLW5v",
        KEY,
        "9d8c7b6a",
    ];
    let found = ways.iter().position(|way| text.contains(way))?;
    Some(["password", "token", "signature", "key"][[0, 0, 0, 0, 1, 1, 2, 2, 3, 3][found]])
}

fn body() -> String {
    let password = serde_json::to_string(PASSWORD).unwrap();
    format!(
        r#"{{"location":"westus","identity":{{"type":"SystemAssigned","UserAssigned"}},"properties":{{"osProfile":{{"adminPassword":{password},"adminUsernam":"me"}},}}}}"#
    )
}

fn call() -> String {
    let single = body().replace('\'', "'\\''");
    format!(
        "curl -X PUT 'http://management.azure.com/subscriptions/<<SUBSCRIPTION ID>>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-02&sig={SIGNATURE}' \\\n  -H 'Authorization: Bearer {TOKEN}' -H 'x-functions-key: {KEY}' -d '{single}'\n"
    )
}

/// Files of each kind, all with secrets and with mistakes beside them.
fn files() -> Vec<(&'static str, String)> {
    let call = call();
    let indented = call.replace('\n', "\n   ");
    vec![
        (
            "a.md",
            format!(
                "# T\n\n1. Run\n\n   ```bash\n   {indented}\n   ```\n\nThe password is {PASSWORD}.\n\n```json\n{}\n```\n",
                body()
            ),
        ),
        ("b.sh", call),
        ("c.json", body()),
        (
            "d.http",
            format!(
                "PUT http://management.azure.com/subscriptions/x/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-02&sig={SIGNATURE} HTTP/1.1\nAuthorization: Bearer {TOKEN}\nx-functions-key: {KEY}\n\n{}\n",
                body()
            ),
        ),
        (
            "e.ps1",
            format!(
                "$body = @'\n{}\n'@\nInvoke-RestMethod -Method Put -Uri 'http://management.azure.com/subscriptions/x/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-02' -Headers @{{ Authorization = 'Bearer {TOKEN}' }} -Body $body\n",
                body()
            ),
        ),
    ]
}

fn assert_silent(what: &[&str], output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert_eq!(said(&text), None, "{what:?}:\n{text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

fn assert_file_silent(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.is_empty());
    assert_eq!(said(&text), None, "{}:\n{text}", path.display());
}

#[test]
fn no_command_prints_a_secret() {
    let files = files();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let at = folder(&borrowed);
    for (name, text) in &borrowed {
        assert!(said(text).is_some(), "{name}");
    }
    let out = at.path().join("out.txt");
    for (format, _) in Format::NAMES {
        for color in ["always", "never"] {
            let args =
                ["--color", color, "lint", "--format", format, "--statistics", "--output-file", "out.txt"];
            assert_silent(&args, &armbody(at.path(), &args));
            assert_file_silent(&out);
        }
        for (name, text) in &borrowed {
            let args = ["lint", "--format", format, "--stdin-filename", name, "-"];
            assert_silent(&args, &armbody_with_input(at.path(), &args, text));
        }
    }
    fs::remove_file(&out).unwrap();
    for args in [
        &["lint", "--diff"][..],
        &["lint", "--diff", "--unsafe-fixes"],
        &["lint", "--diff", "--select", "literal-password", "--unsafe-fixes"],
        &["lint", "--diff", "--select", "extra-comma"],
        &["lint", "--diff", "--select", "insecure-url"],
        &["lint", "--write-baseline", "known.json"],
        &["lint", "--baseline", "known.json"],
        &["lint", "--max-size", "10"],
        &["requests"],
        &["requests", "--format", "json"],
        &["lint", "--config", "c.json"],
        &["lint", "--baseline", "c.json"],
        &["plan", "--current", "c.json", "--system", "on"],
        &["schema", "show", "--api-version", "c.json"],
    ] {
        assert_silent(args, &armbody(at.path(), args));
    }
    assert_file_silent(&at.path().join("known.json"));
    let mut records = String::new();
    for (name, text) in &borrowed {
        let record = serde_json::json!({ "path": name, "text": text }).to_string();
        let lines = [&record, &record[..record.len() - 5], &serde_json::json!([record]).to_string()];
        records.extend(lines.iter().flat_map(|line| [*line, "\n"]));
    }
    let args = ["lint", "--stream", "--statistics"];
    let output = armbody_with_input(at.path(), &args, &records);
    assert_silent(&args, &output);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 3 * borrowed.len());
    // Last, for it changes the files.
    for args in [&["lint", "--fix"][..], &["lint", "--unsafe-fixes", "--format", "json"]] {
        assert_silent(args, &armbody(at.path(), args));
    }
}

/// Two documents that differ in nothing but the length of the password have the same frames.
#[test]
fn frames_do_not_tell_how_long_a_password_is() {
    let text = |password: &str| {
        let url = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";
        format!(
            "```bash\ncurl -X PUT '{url}' -d '{{\"location\":\"westus\",\"identity\":{{\"type\":\"systemAssigned\"}},\"properties\":{{\"osProfile\":{{\"adminPassword\":\"{password}\",\"adminUsernam\":\"me\"}},}}}}'\n```\n"
        )
    };
    let at = folder(&[("short/a.md", &text("aB3$efgh")), ("long/a.md", &text("aB3$efgh-ijkl-mnop-äöü"))]);
    for args in
        [&["lint", "a.md"][..], &["lint", "--diff", "a.md"], &["lint", "--diff", "--unsafe-fixes", "a.md"]]
    {
        let [short, long] = ["short", "long"].map(|folder| {
            let output = armbody(&at.path().join(folder), args);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            // Where something stands behind the password on its line says where it stands.
            let columns = |line: &str| !line.trim_start().starts_with("-->");
            text.lines().filter(|line| columns(line)).map(|line| line.to_owned() + "\n").collect::<String>()
        });
        assert!(short.contains("***"), "{short}");
        assert_eq!(short, long);
    }
    // The marks stand below what they mean.
    let frames = armbody(&at.path().join("long"), &["lint", "a.md"]);
    let frames = String::from_utf8_lossy(&frames.stdout).into_owned();
    let frame = frames.split_once("error[unknown-property]").unwrap().1;
    let (line, marks) = frame.lines().skip(2).zip(frame.lines().skip(3)).next().unwrap();
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    assert_eq!(column(line, "\"adminUsernam\""), column(marks, "^^^^^^^^^^^^^^"), "{frames}");
    assert!(marks.contains("^^^^^^^^^^^^^^") && !marks.contains("^^^^^^^^^^^^^^^"), "{frames}");
}
