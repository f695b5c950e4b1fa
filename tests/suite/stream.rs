//! `lint --stream`: an answer a record, in order, whatever the record is.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::support::cli::{CLEAN, SPLIT, armbody, command, curl, expect, folder};
use serde_json::{Value, json};

fn line(path: &str, text: &str) -> String {
    json!({ "path": path, "text": text }).to_string() + "\n"
}

/// Runs the command and reads its answers while `input` is written.
fn streamed(folder: &Path, args: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // A command that refuses its arguments reads nothing.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn answers(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_findings_are_those_of_the_format_json() {
    let markdown = format!("# Give it\n\n1. Run\n\n   ```bash\n   {}\n   ```\n", curl());
    let files = [
        ("a.md", markdown.as_str()),
        ("b.json", SPLIT),
        ("c.json", CLEAN),
        ("d é.sh", &curl()),
        (
            "e.json",
            "{\"tags\":{\"a\":\"\u{2028}\u{1f600}\"},\"properties\":{\"osProfile\":{\"adminPassword\":\"pässwörd9X\"}}}",
        ),
    ];
    let at = folder(&files);
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let args = [&["lint", "--format", "json", "--exit-zero"], &names[..]].concat();
    let (out, _) = expect(&armbody(at.path(), &args), 0);
    let expected: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert!(expected.len() > 3);
    let input: String = files.iter().map(|(name, text)| line(name, text)).collect();
    let (out, err) = expect(&streamed(at.path(), &["lint", "--stream"], &input), 1);
    assert!(!out.contains("pässwörd9X"), "{out}");
    assert_eq!(err, "");
    let answers = answers(&out);
    let paths: Vec<&str> = answers.iter().map(|answer| answer["path"].as_str().unwrap()).collect();
    assert_eq!(paths, names);
    let findings: Vec<Value> =
        answers.iter().flat_map(|answer| answer["findings"].as_array().unwrap().clone()).collect();
    assert_eq!(findings, expected);
    for answer in &answers {
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["path", "findings"]);
    }
}

#[test]
fn the_order_is_that_of_the_records() {
    let at = folder(&[]);
    // Long and short ones in turn: those that take long are overtaken, and wait.
    let text = |number: usize| if number.is_multiple_of(7) { SPLIT.repeat(200) } else { SPLIT.to_owned() };
    let input: String = (0..3000).map(|number| line(&format!("{number}.json"), &text(number))).collect();
    let (out, _) = expect(&streamed(at.path(), &["lint", "--stream"], &input), 1);
    let answers = answers(&out);
    assert_eq!(answers.len(), 3000);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["path"], format!("{number}.json"));
        assert!(!answer["findings"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_record_is_answered_whatever_its_size() {
    let at = folder(&[]);
    // Around what a pipe holds, what is read ahead and what makes a batch; the text stands in the record once.
    let sizes = [1 << 16, 1 << 20, (1 << 20) + (1 << 16), 1 << 22];
    let sizes = sizes.iter().flat_map(|size| [size - 20, size - 1, *size, size + 1]);
    let texts: Vec<String> = sizes.map(|size| format!("{SPLIT}{}", " ".repeat(size))).collect();
    for ending in ["\n", "\r\n"] {
        let records: Vec<String> =
            (0..).zip(&texts).map(|(n, text)| line(&format!("{n}.json"), text)).collect();
        let input: String = records.iter().flat_map(|record| [record.trim_end(), ending]).collect();
        for input in [&*input, input.trim_end()] {
            let (out, err) = expect(&streamed(at.path(), &["lint", "--stream"], input), 1);
            assert_eq!(err, "");
            let answers = answers(&out);
            assert_eq!(answers.len(), texts.len());
            for (number, answer) in answers.iter().enumerate() {
                assert_eq!(answer["path"], format!("{number}.json"));
                assert_eq!(answer["findings"][0]["rule"], "identity-type-split", "{number}");
            }
        }
    }
}

#[test]
fn a_record_past_the_limit_says_so_and_the_next_is_served() {
    let at = folder(&[]);
    let input = [
        line("a.json", SPLIT),
        line("b.json", &" ".repeat(10_000_000)),
        line("c.json", &" ".repeat(70_000)),
        "\n".to_owned(),
        line("d.json", SPLIT),
        line("e.json", &" ".repeat(10_000_000)).trim_end().to_owned(),
    ];
    let output = streamed(at.path(), &["lint", "--stream", "--max-size", "65536"], input.concat());
    let (out, _) = expect(&output, 2);
    let answers = answers(&out);
    assert_eq!(answers.len(), 6, "{out}");
    for (number, answer) in answers.iter().enumerate() {
        if number == 0 || number == 4 {
            assert_eq!(answer["findings"][0]["rule"], "identity-type-split");
        } else if number != 3 {
            assert_eq!(answer["error"], "too-large: larger than 65536 bytes");
            assert_eq!(answer["line"], number + 1);
        }
    }
    assert_eq!(answers[2]["path"], "c.json");
}

#[test]
fn a_writer_that_sends_a_byte_at_a_time_is_answered() {
    let at = folder(&[]);
    let mut child = command(at.path(), &["lint", "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for byte in [line("a.json", SPLIT), line("b.json", CLEAN)].concat().bytes() {
            input.write_all(&[byte]).unwrap();
            input.flush().unwrap();
            std::thread::sleep(Duration::from_micros(200));
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, _) = expect(&output, 1);
    assert_eq!(answers(&out).len(), 2, "{out}");
}

#[test]
fn a_record_that_cannot_be_read_is_answered() {
    let at = folder(&[]);
    let secret = "s3cret-that-is-not-shown";
    let long = line("long.json", &"x".repeat(5000));
    // Longer than any escaped text of the largest size: it is not held.
    let endless = line("endless.json", &"x".repeat(400_000));
    let clean = line("a.json", CLEAN);
    let cases: [(&[u8], Value, &str); 13] = [
        (clean.as_bytes(), json!("a.json"), ""),
        (b"\n", json!(null), "not JSON: the line ends too early"),
        (b"{\"path\":\n", json!(null), "not JSON: the line ends too early"),
        (b"{'path':1}\n", json!(null), "not JSON: column 2"),
        (b"\"s3cret-that-is-not-shown\"\n", json!(null), "a record is an object"),
        (b"[\"a.json\",\"{}\"]\n", json!(null), "a record is an object"),
        (b"{\"path\":\"b.json\"}\n", json!("b.json"), "a record is an object"),
        (b"{\"path\":\"c.json\",\"text\":5}\n", json!("c.json"), "a record is an object"),
        (b"{\"path\":{},\"text\":\"s3cret-that-is-not-shown\"}\n", json!(null), "a record is an object"),
        (b"{\"path\":\"d.json\",\"text\":\"\xff\xfe\"}\n", json!("d.json"), "not JSON: column"),
        (long.as_bytes(), json!("long.json"), "larger than 4096 bytes"),
        (endless.as_bytes(), json!(null), "larger than 4096 bytes"),
        (b"{\"text\":\"{}\",\"more\":[1],\"path\":null}", json!(null), ""),
    ];
    let input: Vec<u8> = cases.iter().flat_map(|(line, ..)| line.iter().copied()).collect();
    let output = streamed(at.path(), &["lint", "--stream", "--max-size", "4096"], &input);
    let (out, _) = expect(&output, 2);
    assert!(!out.contains(secret), "{out}");
    let answers = answers(&out);
    assert_eq!(answers.len(), cases.len(), "{out}");
    for (number, (answer, (_, path, error))) in answers.iter().zip(&cases).enumerate() {
        assert_eq!(&answer["path"], path, "{answer}");
        if error.is_empty() {
            assert!(answer["findings"].is_array() && answer.get("error").is_none(), "{answer}");
        } else {
            assert!(answer["error"].as_str().unwrap().contains(error), "{answer}");
            assert_eq!(answer["line"], number + 1);
            assert!(answer.get("findings").is_none());
        }
    }
}

#[test]
fn the_exit_status_is_that_of_the_whole_stream() {
    let at = folder(&[]);
    let warned = r#"{"identity":{"type":"systemAssigned"}}"#;
    for (args, input, status) in [
        (&[][..], String::new(), 0),
        (&[], line("a.json", CLEAN), 0),
        (&[], line("a.json", SPLIT) + &line("b.json", CLEAN), 1),
        (&[], line("a.json", warned), 0),
        (&["--fail-on", "warning"], line("a.json", warned), 1),
        (&["--ignore", "identity-type-split"], line("a.json", SPLIT), 0),
        (&["--type", "identity"], line("a.json", r#"{"location":"westus","identity":{}}"#), 1),
        (&[], "?\n".to_owned() + &line("b.json", SPLIT), 2),
        (&["--exit-zero"], "?\n".to_owned() + &line("b.json", SPLIT), 0),
    ] {
        let args = [&["lint", "--stream"], args].concat();
        let (out, _) = expect(&streamed(at.path(), &args, &input), status);
        assert_eq!(out.lines().count(), input.lines().count());
    }
    let args = ["lint", "--stream", "--statistics"];
    let (out, err) = expect(&streamed(at.path(), &args, line("a.json", SPLIT)), 1);
    assert_eq!(out.lines().count(), 1);
    assert!(err.contains("identity-type-split"), "{err}");
}

#[test]
fn what_has_no_meaning_for_a_stream_is_refused() {
    let at = folder(&[("a.json", CLEAN)]);
    for args in [
        &["a.json"][..],
        &["-"],
        &["--fix"],
        &["--unsafe-fixes"],
        &["--diff"],
        &["--watch"],
        &["--format", "json"],
        &["--output-file", "out"],
        &["--write-baseline", "out"],
        &["--stdin-filename", "a.md"],
    ] {
        let (out, err) = expect(&armbody(at.path(), &[&["lint", "--stream"], args].concat()), 2);
        assert_eq!(out, "");
        assert!(
            err.starts_with("armbody: ") && err.contains("--stream") && err.lines().count() == 1,
            "{err}"
        );
    }
    assert!(!at.path().join("out").exists());
}

#[test]
fn a_text_without_a_known_name_is_guessed_at() {
    let at = folder(&[]);
    let markdown = format!("```bash\n{}\n```\n", curl());
    let input = line("a.unknown", SPLIT) + &line("b", &markdown);
    let (out, _) = expect(&streamed(at.path(), &["lint", "--stream"], &input), 1);
    for answer in answers(&out) {
        assert_eq!(answer["findings"][0]["rule"], "identity-type-split");
    }
}

#[test]
fn the_configuration_is_that_of_the_current_folder() {
    let config = "[lint]\nexclude = [\"old/b*\"]\nignore = [\"identity-type-split\"]\n";
    let at = folder(&[("armbody.toml", config), ("sub/armbody.toml", "[lint]\nwrong = 1\n"), ("here/x", "")]);
    let input = line("sub/a.json", SPLIT)
        + &line("old/b.json", r#"{"identity":{"type":"systemAssigned"}}"#)
        + &line("c.json", SPLIT);
    for (folder, left_out) in [(at.path().to_owned(), true), (at.path().join("here"), false)] {
        let (out, _) = expect(&streamed(&folder, &["lint", "--stream"], &input), 0);
        let all = answers(&out);
        assert!(all[0]["findings"].as_array().unwrap().is_empty(), "{out}");
        assert_eq!(all[1]["findings"].as_array().unwrap().is_empty(), left_out, "{out}");
    }
    let (_, err) = expect(&streamed(&at.path().join("sub"), &["lint", "--stream"], &input), 2);
    assert!(err.contains("armbody.toml"), "{err}");
    let known = json!({});
    fs::write(at.path().join("known.json"), known.to_string()).unwrap();
    let args = ["lint", "--no-config", "--write-baseline", "known.json", "d.json"];
    fs::write(at.path().join("d.json"), SPLIT).unwrap();
    expect(&armbody(at.path(), &args), 0);
    let args = ["lint", "--no-config", "--stream", "--baseline", "known.json"];
    let input = line("d.json", SPLIT) + &line("e.json", SPLIT);
    let (out, _) = expect(&streamed(at.path(), &args, &input), 1);
    let counts: Vec<usize> =
        answers(&out).iter().map(|answer| answer["findings"].as_array().unwrap().len()).collect();
    assert!(counts[0] == 0 && counts[1] > 0, "{counts:?}");
}

/// Whoever waits for an answer before the next record is given it.
#[test]
fn an_answer_does_not_wait_for_the_next_record() {
    let at = folder(&[]);
    let mut child = command(at.path(), &["lint", "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let stdout = child.stdout.take().unwrap();
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            sender.send(line.unwrap()).unwrap();
        }
    });
    let next = || received.recv_timeout(Duration::from_mins(1)).expect("an answer");
    for number in 0..20 {
        stdin.write_all(line(&format!("{number}.json"), SPLIT).as_bytes()).unwrap();
        let answer: Value = serde_json::from_str(&next()).unwrap();
        assert_eq!(answer["path"], format!("{number}.json"));
    }
    // Half a record keeps nobody waiting who sent a whole one before it, and is a record when its other half is there.
    let record = line("half.json", SPLIT);
    let (half, rest) = record.split_at(20);
    stdin.write_all((line("whole.json", CLEAN) + half).as_bytes()).unwrap();
    assert!(next().contains("whole.json"));
    stdin.write_all(rest.as_bytes()).unwrap();
    assert!(next().contains("half.json"));
    stdin.write_all(line("last.json", CLEAN).trim_end().as_bytes()).unwrap();
    drop(stdin);
    assert!(next().contains("last.json"));
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_reader_that_goes_away_ends_the_stream() {
    let at = folder(&[]);
    let mut child = command(at.path(), &["lint", "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let writer = std::thread::spawn(move || {
        let record = line("a.json", SPLIT);
        while stdin.write_all(record.as_bytes()).is_ok() {}
    });
    stdout.read_exact(&mut [0; 1000]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &[][..]));
}
