//! What reading and writing files keeps: encodings, modes, owners, attributes, other names, and the files of others.

use std::fs;
use std::path::Path;

use crate::support::cli::{CLEAN, SPLIT, armbody, curl, expect, folder};

const FIXED: &str = r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#;

/// The text in UTF-16 with a byte order mark, as Windows PowerShell writes it.
fn wide(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn utf_16_is_checked_and_fixed_as_it_is_written() {
    for big in [false, true] {
        let at = folder(&[]);
        let file = |name: &str| at.path().join(name);
        let body = format!("{{\"tags\":{{\"é😀\":\"ü\"}},{}", &SPLIT[1..]);
        let page = format!("# Ünï 😀\r\n\r\n```bash\r\n{}\r\n```\r\n", curl());
        fs::write(file("a.json"), wide(&body, big)).unwrap();
        fs::write(file("p.md"), wide(&page, big)).unwrap();
        let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "concise"]), 1);
        let column = body[..body.find("\"SystemAssigned\"").unwrap()].chars().count() + 1;
        assert!(out.contains(&format!("a.json:1:{column}: error identity-type-split")), "{out}");
        assert!(out.contains("p.md:4:") && out.lines().count() == 2, "{out}");
        // Offsets are those of the file.
        let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "json", "a.json"]), 1);
        let found: serde_json::Value = serde_json::from_str(&out).unwrap();
        let units = body[..body.find("\"SystemAssigned\"").unwrap()].encode_utf16().count() + 1;
        assert_eq!(found[0]["start"]["offset"], 2 * units);
        let (out, _) = expect(&armbody(at.path(), &["requests", "--format", "json", "p.md"]), 0);
        let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
        let units = page[..page.find(SPLIT).unwrap()].encode_utf16().count() + 1;
        assert_eq!(rows[0]["body"]["start"]["offset"], 2 * units);

        expect(&armbody(at.path(), &["lint", "--fix", "--quiet"]), 0);
        let mended = |text: &str| text.replace(&SPLIT[1..], &FIXED[1..]);
        assert_eq!(fs::read(file("a.json")).unwrap(), wide(&mended(&body), big));
        assert_eq!(fs::read(file("p.md")).unwrap(), wide(&mended(&page), big));
    }
}

#[test]
fn utf_16_is_read_wherever_something_is_read() {
    let at = folder(&[("a.sh", &curl().replace(&format!("'{SPLIT}'"), "@sent/body.json"))]);
    let file = |name: &str| at.path().join(name);
    fs::create_dir(file("sent")).unwrap();
    fs::write(file("sent/body.json"), wide(SPLIT, false)).unwrap();
    let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "concise", "a.sh"]), 1);
    assert!(out.contains("sent/body.json:1:21: error identity-type-split"), "{out}");

    fs::write(file("armbody.toml"), wide("[lint]\nignore = [\"identity-type-split\"]\n", false)).unwrap();
    expect(&armbody(at.path(), &["lint"]), 0);
    fs::remove_file(file("armbody.toml")).unwrap();

    expect(&armbody(at.path(), &["lint", "--write-baseline", "known.json"]), 0);
    let known = text(&file("known.json"));
    fs::write(file("known.json"), wide(&known, true)).unwrap();
    expect(&armbody(at.path(), &["lint", "--baseline", "known.json"]), 0);

    let page =
        "<!-- armbody: render list --as curl -->\r\n```bash\r\n```\r\n<!-- armbody: end -->\r\nÜ 😀\r\n";
    fs::write(file("s.md"), wide(page, false)).unwrap();
    expect(&armbody(at.path(), &["sync", "s.md"]), 0);
    let bytes = fs::read(file("s.md")).unwrap();
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let synced = String::from_utf16(&units).unwrap();
    assert!(synced.contains("curl") && synced.ends_with("Ü 😀\r\n"), "{synced}");
    expect(&armbody(at.path(), &["sync", "--check", "s.md"]), 0);

    fs::write(file("vm.json"), wide(r#"{"identity":{"type":"SystemAssigned"},"properties":{}}"#, false))
        .unwrap();
    let plan = armbody(at.path(), &["plan", "--current", "vm.json", "--system", "off"]);
    let (out, _) = expect(&plan, 0);
    assert!(out.contains("\"None\""), "{out}");
}

#[test]
fn what_is_not_utf_16_is_said() {
    let at = folder(&[]);
    fs::write(at.path().join("a.json"), b"\xff\xfe{\0}\0x").unwrap();
    let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "concise"]), 1);
    assert!(out.contains("a.json:1:1: error bad-encoding: the file begins as UTF-16"), "{out}");
    let (_, err) = expect(&armbody(at.path(), &["plan", "--current", "a.json", "--none"]), 2);
    assert!(err.contains("a.json: neither UTF-8 nor UTF-16"), "{err}");
}

#[test]
fn every_file_that_is_read_has_a_limit() {
    let at = folder(&[("a.json", CLEAN), ("long.toml", &"#".repeat(300)), ("long.json", &" ".repeat(300))]);
    let limited: [&[&str]; 3] = [
        &["lint", "--max-size", "200", "--config", "long.toml", "a.json"],
        &["lint", "--max-size", "200", "--baseline", "long.json", "a.json"],
        &["plan", "--max-size", "200", "--current", "long.json", "--none"],
    ];
    for args in limited {
        let (_, err) = expect(&armbody(at.path(), args), 2);
        assert!(err.contains("larger than 200 bytes") && err.lines().count() == 1, "{args:?}: {err}");
    }
    fs::rename(at.path().join("long.toml"), at.path().join("armbody.toml")).unwrap();
    for args in [&["lint", "--max-size", "200"][..], &["render", "list", "--as", "curl", "--max-size", "200"]]
    {
        let (_, err) = expect(&armbody(at.path(), args), 2);
        assert!(err.contains("armbody.toml: larger than 200 bytes"), "{args:?}: {err}");
    }
    fs::create_dir_all(at.path().join("schemas/Microsoft.Compute")).unwrap();
    fs::write(at.path().join("schemas/Microsoft.Compute/2024-07-01.json"), " ".repeat(300)).unwrap();
    let args = ["lint", "--no-config", "--max-size", "200", "--schemas", "schemas", "a.json"];
    let (_, err) = expect(&armbody(at.path(), &args), 2);
    assert!(err.contains("larger than 200 bytes"), "{err}");
}

#[test]
fn a_report_is_never_written_over_what_is_read() {
    let at = folder(&[("a.json", SPLIT), ("docs/b.md", "# B\n"), ("armbody.toml", ""), ("known.json", "{}")]);
    expect(&armbody(at.path(), &["lint", "--write-baseline", "known.json"]), 2);
    assert_eq!(text(&at.path().join("known.json")), "{}");
    fs::write(at.path().join("known.json"), "{\"version\":1,\"findings\":{}}").unwrap();
    let refused: [&[&str]; 7] = [
        &["--output-file", "a.json", "a.json"],
        &["--output-file", "docs/../a.json"],
        &["--output-file", "docs/b.md"],
        &["--output-file", "armbody.toml"],
        &["--output-file", "known.json", "--baseline", "known.json"],
        &["--write-baseline", "docs/b.md"],
        &["--write-baseline", "new.json", "--output-file", "new.json"],
    ];
    let before = |name: &str| text(&at.path().join(name));
    let texts = ["a.json", "docs/b.md", "armbody.toml", "known.json"].map(before);
    for args in refused {
        let mut all = vec!["lint", "--format", "json"];
        all.extend(args);
        let (_, err) = expect(&armbody(at.path(), &all), 2);
        assert!(err.contains("this run reads that file") || err.contains("name one file"), "{args:?}: {err}");
        assert_eq!(["a.json", "docs/b.md", "armbody.toml", "known.json"].map(before), texts, "{args:?}");
    }
    assert!(!at.path().join("new.json").exists());
}

#[test]
fn a_report_of_an_earlier_run_is_replaced() {
    let at = folder(&[("a.json", SPLIT)]);
    for format in
        ["text", "concise", "json", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"]
    {
        let name = if matches!(format, "json" | "sarif" | "gitlab" | "rdjson") {
            "report.json"
        } else {
            "report.txt"
        };
        let args = ["lint", "--format", format, "--output-file", name];
        let (out, _) = expect(&armbody(at.path(), &args), 1);
        assert_eq!(text(&at.path().join(name)), out, "{format}");
        // It is nothing to check, either.
        let (again, _) = expect(&armbody(at.path(), &args), 1);
        assert_eq!(again, out, "{format}");
        fs::remove_file(at.path().join(name)).unwrap();
    }
    for _ in 0..2 {
        expect(&armbody(at.path(), &["lint", "--write-baseline", "known.json"]), 0);
    }
    assert_eq!(fs::read_dir(at.path()).unwrap().count(), 2);
}

#[test]
fn a_run_that_failed_writes_no_report() {
    let at = folder(&[("a.json", SPLIT), ("old.json", "[]")]);
    let args = ["lint", "--format", "json", "--output-file", "old.json", "a.json", "gone.json"];
    let (_, err) = expect(&armbody(at.path(), &args), 2);
    assert!(err.contains("old.json: not written, for the run failed"), "{err}");
    assert_eq!(text(&at.path().join("old.json")), "[]");
    let args = ["lint", "--write-baseline", "known.json", "a.json", "gone.json"];
    let (_, err) = expect(&armbody(at.path(), &args), 2);
    assert!(err.contains("known.json: not written, for the run failed"), "{err}");
    assert_eq!(fs::read_dir(at.path()).unwrap().count(), 2, "nothing is left beside");
}

#[test]
fn two_who_fix_the_same_are_both_done() {
    let at = folder(&[]);
    let path = at.path().join("a.json");
    for _ in 0..25 {
        fs::write(&path, SPLIT).unwrap();
        let runs: Vec<_> = std::thread::scope(|scope| {
            let fix = || armbody(at.path(), &["lint", "--fix", "--quiet", "a.json"]);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(fix)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for run in &runs {
            expect(run, 0);
        }
        assert_eq!(text(&path), FIXED);
        assert_eq!(fs::read_dir(at.path()).unwrap().count(), 1);
    }
}

#[cfg(unix)]
#[test]
fn other_names_of_a_fixed_file_are_said() {
    let at = folder(&[("a.json", SPLIT)]);
    fs::hard_link(at.path().join("a.json"), at.path().join("twin")).unwrap();
    let (_, err) = expect(&armbody(at.path(), &["lint", "--fix", "--quiet", "a.json"]), 0);
    assert!(
        err.contains("a.json: the file had 1 other name (hard links); only a.json has the new text"),
        "{err}"
    );
    assert_eq!(text(&at.path().join("a.json")), FIXED);
    assert_eq!(text(&at.path().join("twin")), SPLIT);
    // Nothing is fixed, nothing is said.
    let (_, err) = expect(&armbody(at.path(), &["lint", "--quiet", "twin", "a.json"]), 2);
    assert!(!err.contains("other name"), "{err}");
}

/// An access control list as Linux keeps it: user 12345 may read and write.
#[cfg(target_os = "linux")]
fn acl() -> Vec<u8> {
    let mut list = 2u32.to_le_bytes().to_vec();
    let all = u32::MAX;
    for (tag, permissions, id) in
        [(1u16, 6u16, all), (2, 6, 12345), (4, 4, all), (0x10, 6, all), (0x20, 0, all)]
    {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

#[cfg(target_os = "linux")]
#[test]
fn a_fix_keeps_bits_attributes_and_lists() {
    use std::os::unix::fs::PermissionsExt as _;
    let at = folder(&[("a.json", SPLIT), ("b.json", SPLIT)]);
    let path = |name: &str| at.path().join(name);
    fs::set_permissions(path("b.json"), fs::Permissions::from_mode(0o6755)).unwrap();
    let attributes = [("user.origin", b"here".to_vec()), ("system.posix_acl_access", acl())];
    let kept: Vec<_> =
        attributes.iter().filter(|(name, value)| xattr::set(path("a.json"), name, value).is_ok()).collect();
    eprintln!("{} of 2 kinds of attributes can be set here", kept.len());
    // What a folder gives to each new file is not what this one had.
    let inherits = xattr::set(at.path(), "system.posix_acl_default", &acl()).is_ok();
    expect(&armbody(at.path(), &["lint", "--fix", "--quiet"]), 0);
    for name in ["a.json", "b.json"] {
        assert_eq!(text(&path(name)), FIXED);
    }
    for (name, value) in kept {
        assert_eq!(xattr::get(path("a.json"), name).unwrap().as_ref(), Some(value), "{name}");
    }
    assert_eq!(fs::metadata(path("b.json")).unwrap().permissions().mode() & 0o7777, 0o6755);
    if inherits {
        assert_eq!(xattr::get(path("b.json"), "system.posix_acl_access").unwrap(), None);
    }
}

/// Somebody who may write the folder, but not give files away, would take the file over.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs root"]
fn a_fix_that_would_change_the_owner_is_refused() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let at = folder(&[("open/a.json", SPLIT)]);
    assert_eq!(fs::metadata(at.path()).unwrap().uid(), 0, "only root has a file of somebody else's");
    let mode = |path: &str, mode| {
        fs::set_permissions(at.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(".", 0o755);
    mode("open", 0o777);
    mode("open/a.json", 0o666);
    fs::copy(env!("CARGO_BIN_EXE_armbody"), at.path().join("armbody")).unwrap();
    let output = std::process::Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "./armbody", "lint", "--fix", "open"])
        .current_dir(at.path())
        .output()
        .expect("setpriv is installed");
    let (_, err) = expect(&output, 2);
    assert!(
        err.contains("open/a.json: cannot keep its owner: ") && err.contains("nothing was written"),
        "{err}"
    );
    assert_eq!(text(&at.path().join("open/a.json")), SPLIT);
    assert_eq!(fs::read_dir(at.path().join("open")).unwrap().count(), 1);
}
