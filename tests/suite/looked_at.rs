//! What a run looks at, what it does not, and that it says so: files that calls send, folders, kinds, baselines.

use std::fs;
use std::path::Path;

use crate::support::cli::{CLEAN, SPLIT, URL, armbody, armbody_with_input, curl, expect, folder};
use serde_json::Value;

/// What nobody may see.
const PLANT: &str = "AZURE_CLIENT_KEY=plant-7f3a";

/// A document whose call sends `name`.
fn sends(name: &str) -> String {
    format!(
        "# How to\n\n```bash\ncurl -X PATCH '{URL}' -d '@{name}' -H 'Content-Type: application/json' \
         -H 'Authorization: Bearer <ACCESS TOKEN>'\n```\n"
    )
}

/// Stdout and stderr of a run over the one document.
fn lint(at: &Path, args: &[&str]) -> String {
    let mut all = vec!["lint", "--exit-zero"];
    all.extend(args);
    let output = armbody(at, &all);
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_document_chooses_no_file_that_a_walk_would_not_come_to() {
    let long = "x".repeat(300);
    for name in [
        ".env",
        ".git/config",
        ".hidden.json",
        ".hidden/body.json",
        "./.hidden/body.json",
        "../outside.json",
        "inner/../../outside.json",
        "ignored.json",
        "ignored/body.json",
        "excluded.json",
        "excluded/body.json",
        "link.json",
        "linked/body.json",
        "folder.json",
        "pipe.json",
        "body.txt",
        "body",
        "/dev/stdin",
        "none.json",
        long.as_str(),
    ] {
        let at = folder(&[
            ("docs/.env", PLANT),
            ("docs/.git/config", PLANT),
            ("docs/.hidden.json", SPLIT),
            ("docs/.hidden/body.json", SPLIT),
            ("outside.json", SPLIT),
            ("docs/inner/README", ""),
            ("docs/ignored.json", SPLIT),
            ("docs/ignored/body.json", SPLIT),
            (".gitignore", "ignored.json\nignored/\n"),
            ("docs/excluded.json", SPLIT),
            ("docs/excluded/body.json", SPLIT),
            ("armbody.toml", "[lint]\nexclude = [\"docs/excluded.json\", \"docs/excluded/\"]\n"),
            ("docs/folder.json/a", PLANT),
            ("docs/body.txt", SPLIT),
            ("docs/body", SPLIT),
            ("elsewhere/body.json", SPLIT),
            ("docs/page.md", &sends(name)),
        ]);
        #[cfg(unix)]
        {
            let docs = at.path().join("docs");
            std::os::unix::fs::symlink(at.path().join("outside.json"), docs.join("link.json")).unwrap();
            std::os::unix::fs::symlink(at.path().join("elsewhere"), docs.join("linked")).unwrap();
            let made = std::process::Command::new("mkfifo").arg(docs.join("pipe.json")).status();
            assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        }
        let text = lint(at.path(), &["docs/page.md"]);
        assert!(!text.contains("plant-7f3a"), "{name}: {text}");
        assert!(!text.contains("identity-type-split"), "{name}: {text}");
        assert!(text.contains("1 call whose body could not be read"), "{name}: {text}");
        // An absolute path is one that only this machine has.
        let absolute = at.path().join("docs/body.json");
        fs::write(&absolute, SPLIT).unwrap();
        fs::write(at.path().join("docs/page.md"), sends(absolute.to_str().unwrap())).unwrap();
        assert!(!lint(at.path(), &["docs/page.md"]).contains("identity-type-split"), "{name}");
    }
}

#[test]
fn a_file_that_a_walk_comes_to_is_checked() {
    for name in ["body.json", "./body.json", "inner/body.jsonc", "inner/Body.JSON"] {
        let at = folder(&[
            ("docs/body.json", SPLIT),
            ("docs/inner/body.jsonc", &format!("// a body\n{SPLIT}")),
            ("docs/inner/Body.JSON", SPLIT),
            ("docs/page.md", &sends(name)),
        ]);
        for path in ["docs/page.md", "docs"] {
            let text = lint(at.path(), &[path]);
            assert!(text.contains("identity-type-split"), "{name}: {text}");
            assert!(!text.contains("could not be read"), "{name}: {text}");
        }
    }
}

#[test]
fn a_file_that_is_not_json_is_not_shown() {
    let at = folder(&[
        ("docs/settings.json", &format!("{PLANT}\nB=2\n")),
        ("docs/page.md", &sends("settings.json")),
    ]);
    for paths in [&["docs/page.md"][..], &["docs"], &["docs/settings.json", "docs/page.md"]] {
        for format in
            ["text", "concise", "json", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"]
        {
            let mut args = vec!["--format", format];
            args.extend(paths);
            let text = lint(at.path(), &args);
            assert!(!text.contains("plant-7f3a") && !text.contains("CLIENT_KEY"), "{format}: {text}");
            assert!(text.contains("it is not JSON; it was not looked at"), "{format}: {text}");
        }
        for args in [&["--fix"][..], &["--unsafe-fixes"], &["--diff"]] {
            let mut args = args.to_vec();
            args.extend(paths);
            let text = lint(at.path(), &args);
            assert!(!text.contains("plant-7f3a") && !text.contains("CLIENT_KEY"), "{text}");
        }
    }
    assert_eq!(fs::read_to_string(at.path().join("docs/settings.json")).unwrap(), format!("{PLANT}\nB=2\n"));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let body = format!("{}{SPLIT}", " ".repeat(5000));
    let at = folder(&[("body.json", &body), ("page.md", &sends("body.json"))]);
    let text = lint(at.path(), &["--max-size", "4000", "page.md"]);
    assert!(text.contains("too-large") && !text.contains("identity-type-split"), "{text}");
}

/// The last line of a run.
fn last(at: &Path, args: &[&str]) -> String {
    let mut all = vec!["lint", "--exit-zero", "--select", "identity-type-split"];
    all.extend(args);
    let (_, err) = expect(&armbody(at, &all), 0);
    err.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_last_line_says_what_was_checked_and_what_was_not() {
    let at = folder(&[
        ("a.md", "# A\n"),
        ("b.sh", &curl()),
        ("c.json", CLEAN),
        ("package.json", r#"{"name":"x","version":"1.0.0"}"#),
        ("x.bin", ""),
        ("LICENSE", ""),
        ("old/z.md", ""),
        ("y.md", ""),
        ("main.bicep", ""),
        ("more.bicep", ""),
        ("main.tf", ""),
        ("calls.postman_collection.json", "{}"),
        (
            "other.json",
            r#"{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/"},"item":[]}"#,
        ),
        ("ci.yml", ""),
        ("armbody.toml", "[lint]\nexclude = [\"old/\", \"y.md\"]\n"),
    ]);
    let line = last(at.path(), &["."]);
    assert_eq!(
        line,
        "1 error, 0 warnings, 0 notes in 2 files (12 not looked at: 2 of no known kind, 1 excluded, 1 excluded folder, \
         2 .json without a request, 1 .yml: checked if named, 2 .bicep: compile them first, 1 .tf: for Terraform's own \
         tools, 2 Postman collections: save the requests as .http or curl); 1 fixable with --fix"
    );
    for format in ["concise", "json", "sarif", "github", "azure-pipelines", "junit", "gitlab", "rdjson"] {
        assert_eq!(last(at.path(), &["--format", format, "."]), line, "{format}");
    }
    assert_eq!(last(at.path(), &["--quiet", "."]), "");
    assert!(last(at.path(), &["--diff", "."]).starts_with("--fix would change 1 of 2 files (12 not"));
}

#[test]
fn machine_formats_have_the_counts() {
    let at = folder(&[("a.md", "# A\n"), ("b.sh", "echo\n"), ("x.bin", "")]);
    fs::write(at.path().join("c.sh"), format!("az rest --method patch --url '{URL}' --body \"$BODY\"\n"))
        .unwrap();
    let (out, _) = expect(&armbody(at.path(), &["lint", "--format", "sarif"]), 0);
    let log: Value = serde_json::from_str(&out).unwrap();
    let properties = &log["runs"][0]["properties"];
    assert_eq!(properties["checkedFiles"], 3);
    assert_eq!(properties["notLookedAt"]["unknownKind"], 1);
    assert_eq!(properties["unreadBodies"], 1);
    let (out, err) = expect(&armbody(at.path(), &["lint", "--format", "junit"]), 0);
    for (name, value) in [("checkedFiles", 3), ("notLookedAt.unknownKind", 1), ("unreadBodies", 1)] {
        assert!(out.contains(&format!("<property name=\"{name}\" value=\"{value}\"/>")), "{out}");
    }
    assert_eq!(
        err,
        "0 errors, 0 warnings, 1 note in 3 files (1 not looked at: 1 of no known kind; 1 call whose body could not be read)\n"
    );
}

#[test]
fn findings_in_the_baseline_are_counted() {
    let at = folder(&[("b.sh", &curl())]);
    expect(
        &armbody(at.path(), &["lint", "--select", "identity-type-split", "--write-baseline", "known.json"]),
        0,
    );
    assert_eq!(
        last(at.path(), &["--baseline", "known.json", "b.sh"]),
        "nothing wrong in 1 file (1 finding in the baseline)"
    );
    let (out, _) = expect(
        &armbody(
            at.path(),
            &[
                "lint",
                "--select",
                "identity-type-split",
                "--baseline",
                "known.json",
                "--format",
                "sarif",
                "b.sh",
            ],
        ),
        0,
    );
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["runs"][0]["properties"]["findingsInBaseline"], 1);
}

#[test]
fn a_folder_with_nothing_to_check_is_told_of() {
    let at = folder(&[("empty/x.bin", ""), ("docs/a.md", ""), (".hidden/a.md", "")]);
    let warning = "armbody: warning: nothing was checked (1 not looked at: 1 of no known kind)\n";
    for format in ["text", "json", "sarif", "github"] {
        let (_, err) = expect(&armbody(at.path(), &["lint", "--format", format, "empty"]), 0);
        assert_eq!(err, warning, "{format}");
    }
    let (_, err) = expect(&armbody(at.path(), &["lint", "empty", "docs"]), 0);
    assert_eq!(
        err,
        "armbody: warning: empty: nothing was checked\nnothing wrong in 1 file (1 not looked at: 1 of no known kind)\n"
    );
    let (_, err) = expect(&armbody(at.path(), &["requests", "empty"]), 0);
    assert_eq!(err, "armbody: warning: empty: nothing was looked at\n");
}

#[test]
fn a_path_is_checked_once_however_often_it_is_named() {
    let at = folder(&[("docs/a.sh", &curl()), ("docs/inner/b.sh", &curl()), ("other/c.sh", &curl())]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("docs", at.path().join("link")).unwrap();
        std::os::unix::fs::symlink("a.sh", at.path().join("docs/d.sh")).unwrap();
    }
    let absolute = at.path().join("docs/a.sh");
    for (paths, count) in [
        (&["docs/a.sh", "docs/a.sh", "./docs/a.sh", "docs/../docs/a.sh", absolute.to_str().unwrap()][..], 1),
        (&["docs", "docs/inner", "docs/inner/b.sh", "."], 3),
        (&["docs/inner", "docs"], 2),
        (&["docs", "other"], 3),
        #[cfg(unix)]
        (&["link", "docs", "docs/d.sh"], 2),
        #[cfg(unix)]
        (&["docs/d.sh", "docs/a.sh"], 1),
    ] {
        let mut args = vec!["lint", "--format", "concise", "--exit-zero", "--select", "identity-type-split"];
        args.extend(paths);
        let (out, err) = expect(&armbody(at.path(), &args), 0);
        assert_eq!(out.lines().count(), count, "{paths:?}: {out}{err}");
        let mut args = vec!["requests"];
        args.extend(paths);
        let (out, _) = expect(&armbody(at.path(), &args), 0);
        assert_eq!(out.lines().count(), count, "{paths:?}: {out}");
    }
    let output = armbody_with_input(
        at.path(),
        &["lint", "--format", "concise", "--select", "identity-type-split", "-", "-"],
        &curl(),
    );
    assert_eq!(expect(&output, 1).0.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn links_that_are_not_followed_are_said() {
    let at = folder(&[("docs/a.md", ""), ("other/b.md", "")]);
    std::os::unix::fs::symlink("../other/b.md", at.path().join("docs/b.md")).unwrap();
    std::os::unix::fs::symlink("../other", at.path().join("docs/other")).unwrap();
    assert_eq!(last(at.path(), &["docs"]), "nothing wrong in 1 file (2 not looked at: 2 links not followed)");
}

#[test]
fn files_of_other_tools_are_refused_by_name() {
    let at = folder(&[("main.bicep", ""), ("main.tf", "")]);
    let (_, err) = expect(&armbody(at.path(), &["lint", "main.bicep"]), 2);
    assert!(err.contains("main.bicep: Bicep is checked as the template that it compiles to"), "{err}");
    let (_, err) = expect(&armbody(at.path(), &["lint", "main.tf"]), 2);
    assert!(err.contains("main.tf: Terraform's language is for its own tools"), "{err}");
}

#[test]
fn a_platform_s_paths_begin_at_its_root() {
    let at = folder(&[("top/inner/docs/b.sh", &curl()), ("top/.git/HEAD", "")]);
    let top = at.path().join("top");
    let here = top.join("inner");
    let shown = |format: &str, variable: &str, value: &Path| {
        let mut command =
            crate::support::cli::command(&here, &["lint", "--exit-zero", "--format", format, "docs"]);
        for name in ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"] {
            command.env_remove(name);
        }
        let output = command.env(variable, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for (format, variable, mark) in [
        ("github", "GITHUB_WORKSPACE", "file="),
        ("sarif", "GITHUB_WORKSPACE", "\"uri\":\""),
        ("azure-pipelines", "BUILD_SOURCESDIRECTORY", "sourcepath="),
        ("gitlab", "CI_PROJECT_DIR", "\"path\":\""),
    ] {
        let at_root = |value: &Path, path: &str| {
            let text = shown(format, variable, value);
            assert!(text.contains(&format!("{mark}{path}")), "{format} {value:?}: {text}");
        };
        at_root(&here, "docs/b.sh");
        at_root(&top, "inner/docs/b.sh");
        at_root(at.path(), "top/inner/docs/b.sh");
        // No root of ours: Git's.
        at_root(&here.join("docs"), "inner/docs/b.sh");
        at_root(Path::new(""), "inner/docs/b.sh");
    }
    for format in ["json", "concise"] {
        assert!(shown(format, "GITHUB_WORKSPACE", at.path()).contains("docs/b.sh"));
        assert!(!shown(format, "GITHUB_WORKSPACE", at.path()).contains("inner/"));
    }
}
