//! What happens when something goes wrong around the program: the table of `docs/reliability.md`.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::cli::{CLEAN, SPLIT, armbody, command, curl, expect, folder, found};
use crate::support::random::Random;
use crate::support::thorough::cases;

const FIXED: &str = r#"{"identity":{"type":"SystemAssigned, UserAssigned"}}"#;

/// A line of bash in which `$A` is the program.
fn bash(folder: &Path, script: &str) -> Output {
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", script]).current_dir(folder).stdin(Stdio::null());
    bash.env("A", env!("CARGO_BIN_EXE_armbody")).env("NO_COLOR", "1").output().unwrap()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_behind_standard_output() {
    let at = folder(&[("a.json", SPLIT), ("b.json", SPLIT)]);
    for args in ["lint", "lint --format json", "lint --diff", "requests", "rule", "render --list"] {
        let output = bash(at.path(), &format!("$A {args} > /dev/full"));
        let (_, err) = expect(&output, 2);
        assert!(err.contains("standard output: No space left on device"), "{args}: {err}");
    }
    let (_, err) = expect(&bash(at.path(), "echo '{}' | $A lint --stream > /dev/full"), 2);
    assert!(err.contains("standard output: No space left"), "{err}");
}

#[test]
fn a_full_disk_behind_the_report_s_copy() {
    let at = folder(&[("a.json", SPLIT), ("b.json", SPLIT)]);
    let (out, err) =
        expect(&armbody(at.path(), &["lint", "--format", "concise", "--output-file", "/dev/full"]), 2);
    assert_eq!(out.lines().count(), 2, "the report on standard output is whole: {out}");
    assert!(err.contains("cannot write /dev/full: No space left on device"), "{err}");
    let (_, err) = expect(&armbody(at.path(), &["lint", "--write-baseline", "/dev/full"]), 2);
    assert!(err.contains("cannot write /dev/full"), "{err}");
}

/// A file system of a few pages, for as long as it is in scope.
struct Full(tempfile::TempDir);

impl Full {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=32k", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        assert!(mounted.is_ok_and(|status| status.success()), "no right to mount a file system to be filled");
        let full = Self(folder);
        for (name, content) in files {
            fs::write(full.0.path().join(name), content).unwrap();
        }
        // To the last page.
        let filled = fs::write(full.0.path().join("filling"), vec![b'x'; 1 << 16]);
        assert!(filled.is_err());
        full
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
#[ignore = "needs root"]
fn a_full_disk_below_the_files() {
    let full = Full::new(&[("a.json", SPLIT), ("known.json", "{\"old\":1}")]);
    let at = full.0.path();
    let (out, err) = expect(&armbody(at, &["lint", "--fix", "--format", "concise", "a.json"]), 2);
    assert!(
        out.contains("identity-type-split") && err.contains("a.json: cannot write a temporary file"),
        "{err}"
    );
    assert!(err.contains("No space left"), "{err}");
    let (_, err) = expect(&armbody(at, &["lint", "--write-baseline", "known.json", "a.json"]), 2);
    assert!(err.contains("known.json") && err.contains("No space left"), "{err}");
    let report = ["lint", "--format", "concise", "--output-file", "report.xml", "a.json"];
    fs::write(at.join("report.xml"), "").unwrap();
    let (out, err) = expect(&armbody(at, &report), 2);
    assert!(out.contains("identity-type-split") && err.contains("cannot write report.xml: "), "{err}");
    assert_eq!(fs::read_to_string(at.join("report.xml")).unwrap(), "");
    expect(&armbody(at, &["render", "create-both", "-o", "bodies"]), 2);
    assert_eq!(fs::read_to_string(at.join("a.json")).unwrap(), SPLIT);
    assert_eq!(fs::read_to_string(at.join("known.json")).unwrap(), "{\"old\":1}");
    let left: Vec<String> = names(at).into_iter().filter(|name| name.starts_with(".armbody")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_limit_on_the_size_of_files_kills_and_harms_nothing() {
    let at = folder(&[("a.json", SPLIT)]);
    let output = bash(at.path(), "ulimit -f 0; $A lint --fix --quiet a.json");
    assert_ne!(output.status.code(), Some(0));
    assert_eq!(fs::read_to_string(at.path().join("a.json")).unwrap(), SPLIT);
    expect(&armbody(at.path(), &["lint", "--fix", "--quiet"]), 0);
    assert_eq!(fs::read_to_string(at.path().join("a.json")).unwrap(), FIXED);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let at = folder(&[("locked/a.json", SPLIT), ("open/b.json", SPLIT), ("open/mine.json", SPLIT)]);
    let mode = |path: &str, mode| {
        fs::set_permissions(at.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(".", 0o755);
    mode("locked", 0o555);
    mode("open/mine.json", 0o444);
    let program = at.path().join("armbody");
    let script = if is_root() {
        // Modes do not hold for root.
        mode("open", 0o777);
        for mine in ["locked/a.json", "open/b.json"] {
            std::os::unix::fs::chown(at.path().join(mine), Some(65534), Some(65534)).unwrap();
        }
        fs::copy(env!("CARGO_BIN_EXE_armbody"), &program).unwrap();
        "setpriv --reuid=65534 --regid=65534 --clear-groups ./armbody lint --fix --format concise locked open"
    } else {
        "$A lint --fix --format concise locked open"
    };
    let output = bash(at.path(), script);
    mode("locked", 0o755);
    assert_ne!(output.status.code(), Some(127), "setpriv is not installed");
    let (out, err) = expect(&output, 2);
    assert!(
        err.contains("locked/a.json: cannot write a temporary file beside it: Permission denied"),
        "{err}"
    );
    assert!(err.contains("open/mine.json: cannot write"), "{err}");
    assert!(out.contains("locked/a.json:1:21: error") && !out.contains("open/b.json:1:21: error"), "{out}");
    let text = |path: &str| fs::read_to_string(at.path().join(path)).unwrap();
    assert_eq!(text("locked/a.json"), SPLIT);
    assert_eq!(text("open/mine.json"), SPLIT);
    assert_eq!(text("open/b.json"), FIXED);
    assert_eq!(names(&at.path().join("open")), ["b.json", "mine.json"]);
}

#[test]
#[ignore = "needs root"]
fn a_folder_that_nobody_may_change() {
    let at = folder(&[("locked/a.json", SPLIT)]);
    let locked = at.path().join("locked");
    let change = |flag: &str| {
        let status = Command::new("chattr").arg(flag).arg(&locked).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    assert!(change("+i"), "no right, or no file system, to make folders immutable");
    let output = armbody(at.path(), &["lint", "--fix", "--format", "concise"]);
    assert!(change("-i"));
    let (_, err) = expect(&output, 2);
    assert!(err.contains("locked/a.json: cannot write a temporary file beside it"), "{err}");
    assert_eq!(fs::read_to_string(locked.join("a.json")).unwrap(), SPLIT);
    assert_eq!(names(&locked), ["a.json"]);
}

/// Somebody else writes the file again and again: what is there in the end is one of the texts, whole.
#[test]
fn a_file_that_is_replaced_meanwhile() {
    let at = folder(&[("a.json", SPLIT)]);
    let path = at.path().join("a.json");
    let others: Vec<String> = (0..4)
        .map(|number| {
            SPLIT.replace("{\"identity\"", &format!("{{\"tags\":{{\"a\":\"{number}\"}},\"identity\""))
        })
        .collect();
    let fixed: Vec<String> = others
        .iter()
        .map(|text| text.replace("\"SystemAssigned\",\"UserAssigned\"", "\"SystemAssigned, UserAssigned\""))
        .collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let spare = at.path().join("spare");
            for text in others.iter().cycle() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                fs::write(&spare, text).unwrap();
                fs::rename(&spare, &path).unwrap();
                std::thread::sleep(Duration::from_micros(300));
            }
        });
        for _ in 0..60 {
            let output = armbody(at.path(), &["lint", "--fix", "--format", "concise", "a.json"]);
            let err = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => {}
                Some(2) => assert!(err.contains("changed since it was read; nothing was written"), "{err}"),
                status => panic!("{status:?}: {err}"),
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(text == SPLIT || others.contains(&text) || fixed.contains(&text), "{text}");
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(names(at.path()).iter().filter(|name| name.starts_with('.')).count(), 0);
}

#[test]
fn links_that_go_round_or_out() {
    let outside = folder(&[("secret.json", SPLIT), ("sub/b.json", SPLIT)]);
    let at = folder(&[("a.json", SPLIT), ("deep/down/c.json", CLEAN)]);
    let link = |target: &Path, name: &str| symlink(target, at.path().join(name)).unwrap();
    link(Path::new("."), "loop");
    link(Path::new("../.."), "deep/down/up");
    link(Path::new("self.json"), "self.json");
    link(Path::new("nowhere.json"), "dangling.json");
    link(&outside.path().join("secret.json"), "out.json");
    link(&outside.path().join("sub"), "away");
    let errors = |paths: &[&str]| -> Vec<String> {
        let mut found = found(at.path(), paths);
        found.retain(|line| line.ends_with(":identity-type-split"));
        found
    };
    // In folders no link is followed; one that is named is.
    assert_eq!(errors(&[]), ["a.json:identity-type-split"]);
    assert_eq!(errors(&["out.json"]), ["out.json:identity-type-split"]);
    assert_eq!(errors(&["loop/loop/loop/a.json"]).len(), 1);
    for name in ["self.json", "dangling.json"] {
        let (_, err) = expect(&armbody(at.path(), &["lint", name]), 2);
        assert!(err.starts_with(&format!("armbody: {name}: ")), "{err}");
    }
    // What is not followed is not fixed either.
    expect(&armbody(at.path(), &["lint", "--fix", "--quiet"]), 0);
    assert_eq!(fs::read_to_string(outside.path().join("secret.json")).unwrap(), SPLIT);
    assert_eq!(fs::read_to_string(outside.path().join("sub/b.json")).unwrap(), SPLIT);
    // A link that is named stays one.
    expect(&armbody(at.path(), &["lint", "--fix", "--quiet", "out.json"]), 0);
    assert!(fs::symlink_metadata(at.path().join("out.json")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(outside.path().join("secret.json")).unwrap(), FIXED);
    // What a call sends is looked for beside it only.
    let script = curl().replace(&format!("'{SPLIT}'"), "@link.json");
    fs::write(at.path().join("call.sh"), script).unwrap();
    fs::write(outside.path().join("secret.json"), SPLIT).unwrap();
    link(&outside.path().join("secret.json"), "link.json");
    assert_eq!(errors(&["call.sh"]), [""; 0]);
}

/// `ARMBODY_KILLS` says how many, 1,000 in a thorough run and 200 elsewhere if it does not.
#[test]
fn killed_in_the_middle_of_fixing() {
    const FILES: usize = 6;
    let kills: usize =
        std::env::var("ARMBODY_KILLS").ok().map_or(cases(1000, 5), |kills| kills.parse().unwrap());
    let workers = 4;
    let tallies: Vec<[usize; 4]> = std::thread::scope(|scope| {
        let work = |worker: usize| move || kill_again_and_again(worker as u64, kills / workers, FILES);
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sum = |index: usize| tallies.iter().map(|tally| tally[index]).sum::<usize>();
    eprintln!(
        "{kills} kills: {} before anything was mended, {} in the middle, {} after all was; {} temporary files left",
        sum(0),
        sum(1),
        sum(2),
        sum(3)
    );
    assert!(sum(1) > kills / 50, "the kills come in the middle: {tallies:?}");
}

fn kill_again_and_again(seed: u64, kills: usize, files: usize) -> [usize; 4] {
    let at = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    let paths: Vec<_> = (0..files).map(|number| at.path().join(format!("{number}.json"))).collect();
    let lay = || paths.iter().for_each(|path| fs::write(path, SPLIT).unwrap());
    let start = || {
        let mut fix = command(at.path(), &["lint", "--fix", "--quiet", "--no-config"]);
        fix.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    lay();
    let begun = Instant::now();
    start().wait().unwrap();
    let mut whole_run = begun.elapsed();
    let mut tally = [0; 4];
    for number in 0..kills {
        lay();
        let mut child = start();
        let moment = whole_run * u32::try_from(random.below(1200)).unwrap() / 1000;
        let begun = Instant::now();
        std::thread::sleep(moment);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        if status.success() {
            // The machine may be busier now than when it was measured.
            whole_run = (whole_run * 7 + begun.elapsed().min(moment)) / 8;
        } else {
            whole_run = whole_run * 101 / 100;
        }
        let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        assert!(texts.iter().all(|text| text == SPLIT || text == FIXED), "{texts:?}");
        let mended = texts.iter().filter(|text| *text == FIXED).count();
        tally[if mended == 0 { 0 } else { 1 + usize::from(mended == files) }] += 1;
        let left: Vec<String> = names(at.path()).into_iter().filter(|name| name.starts_with('.')).collect();
        assert_eq!(names(at.path()).len(), files + left.len());
        assert!(left.iter().all(|name| name.starts_with(".armbody-")), "{left:?}");
        if left.len() > tally[3] && number % 8 == 0 {
            // Whatever is left of a run is not looked at by the next one.
            let seen = found(at.path(), &["--no-config"]);
            assert!(
                seen.iter().all(|line| paths
                    .iter()
                    .any(|path| line.starts_with(path.file_name().unwrap().to_str().unwrap()))),
                "{seen:?}"
            );
        }
        tally[3] = left.len();
    }
    tally
}

#[test]
fn a_reader_that_has_seen_enough() {
    let files: Vec<(String, &str)> = (0..400).map(|number| (format!("{number}.json"), SPLIT)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let at = folder(&files);
    for args in
        [&["lint"][..], &["lint", "--format", "sarif"], &["lint", "--diff"], &["rule"], &["render", "--all"]]
    {
        let mut child = command(at.path(), args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked") && !err.contains("Broken pipe"), "{args:?}: {err}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {:?} {err}", output.status);
    }
}

#[test]
fn streams_that_are_closed() {
    let at = folder(&[("a.json", SPLIT)]);
    for (script, status) in [
        ("$A lint a.json <&-", 1),
        ("$A lint a.json >&-", 1),
        ("$A lint a.json 2>&-", 1),
        ("$A lint a.json <&- >&- 2>&-", 1),
        ("$A lint - <&-", 0),
        ("$A lint --stream <&-", 0),
        ("$A lint no.json 2>&-", 2),
        ("$A lint a.json 2>/dev/full", 1),
        ("$A lint --nonsense 2>&-", 2),
        ("$A --help >&-", 0),
    ] {
        let (out, _) = expect(&bash(at.path(), script), status);
        assert_eq!(
            out.is_empty(),
            script.contains(">&- 2") || !script.contains("a.json") || script.contains(" >&-"),
            "{script}: {out}"
        );
    }
    assert_eq!(fs::read_to_string(at.path().join("a.json")).unwrap(), SPLIT);
}

#[test]
fn paths_of_64_kib() {
    let at = folder(&[("a.json", SPLIT)]);
    let long = "folder/".repeat(9362) + "a.json";
    assert!(long.len() > 65_000);
    let (_, err) = expect(&armbody(at.path(), &["lint", "--quiet", &long]), 2);
    assert!(err.contains("File name too long") && err.lines().count() == 1);
    let output =
        crate::support::cli::armbody_with_input(at.path(), &["lint", "--stdin-filename", &long, "-"], SPLIT);
    let (out, _) = expect(&output, 1);
    assert!(out.contains("identity-type-split"));
    let record = serde_json::json!({ "path": long, "text": SPLIT }).to_string();
    let (out, _) =
        expect(&crate::support::cli::armbody_with_input(at.path(), &["lint", "--stream"], &record), 1);
    assert!(out.contains("identity-type-split") && out.len() > long.len());
    // A tree deeper than the system takes paths: what can be reached is checked, the rest is told.
    let name = "d".repeat(200);
    let script = format!(
        "for i in $(seq 40); do mkdir {name} && cd {name}; done; cp $OLDPWD/a.json . 2>/dev/null || echo '{SPLIT}' > deep.json; $A lint deep.json --format concise"
    );
    let output = bash(at.path(), &script);
    assert!(matches!(output.status.code(), Some(1 | 2)), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    let (out, err) = expect(&armbody(at.path(), &["lint", "--format", "concise", "--quiet"]), 2);
    assert!(out.contains("a.json:1:21: error identity-type-split"), "{out}");
    assert!(err.contains("File name too long"), "{}", err.len());
    // Too deep for whoever removes it by name.
    assert!(bash(at.path(), &format!("rm -rf {name}")).status.success());
}

#[test]
fn names_that_are_no_utf8() {
    let at = folder(&[]);
    let files: [&[u8]; 2] = [b"caf\xe9.json", b"caf\xea.json"];
    for name in files {
        fs::write(at.path().join(OsStr::from_bytes(name)), SPLIT).unwrap();
    }
    let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "json"]), 1);
    let found: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    let paths: Vec<&str> = found.iter().map(|finding| finding["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["caf\\xE9.json", "caf\\xEA.json"], "two files keep two names");
    for format in ["text", "concise", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"] {
        expect(&armbody(at.path(), &["lint", "--format", format]), 1);
    }
    expect(&armbody(at.path(), &["requests"]), 0);
    expect(&armbody(at.path(), &["lint", "--write-baseline", "known.json"]), 0);
    expect(&armbody(at.path(), &["lint", "--baseline", "known.json"]), 0);
    expect(
        &command(at.path(), &["lint", "--fix", "--quiet"]).arg(OsStr::from_bytes(files[0])).output().unwrap(),
        0,
    );
    let text = |name: &[u8]| fs::read_to_string(at.path().join(OsStr::from_bytes(name))).unwrap();
    assert_eq!((text(files[0]).as_str(), text(files[1]).as_str()), (FIXED, SPLIT));
}

#[test]
fn folders_that_go_away_meanwhile() {
    let at = folder(&[]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for number in 0..20 {
                    let folder = at.path().join(format!("f{number}/g"));
                    fs::create_dir_all(&folder).unwrap();
                    for file in 0..5 {
                        fs::write(folder.join(format!("{file}.json")), SPLIT).unwrap();
                    }
                }
                for number in 0..20 {
                    fs::remove_dir_all(at.path().join(format!("f{number}"))).unwrap();
                }
            }
        });
        for number in 0..40 {
            let args: &[&str] = if number % 2 == 0 { &["lint"] } else { &["requests"] };
            let output = armbody(at.path(), args);
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(0..=2)), "{output:?}");
            assert!(!err.contains("panicked"), "{err}");
            if output.status.code() == Some(2) {
                assert!(err.contains("No such file or directory"), "{err}");
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}
