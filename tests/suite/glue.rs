//! What hangs the program into other people's tools: hooks that the real pre-commit runs, an action and a template
//! whose files follow their schemas and whose scripts run.
//!
//! `ARMBODY_PYTHON` names the Python that has pre-commit and check-jsonschema; without it, `.ci/run`'s is looked for.
#![cfg(unix)]

use crate::support::needs::python;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::cli::{CLEAN, curl, expect, folder};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const ARMBODY: &str = env!("CARGO_BIN_EXE_armbody");

/// A program of the Python that has the clients.
fn client(name: &str) -> Command {
    let program = python("sys").with_file_name(name);
    assert!(program.is_file(), "{} is not there: .ci/run installs it", program.display());
    let mut command = Command::new(program);
    command.current_dir(ROOT).env("NO_COLOR", "1");
    command
}

/// A converter of SARIF reads from the report what the findings are: rule, level and place of each.
#[test]
#[ignore = "needs sarif-tools"]
fn sarif_is_converted() {
    let mut converter = client("sarif");
    let at = folder(&[]);
    let example = "examples/give-a-vm-an-identity.md";
    let report = |format| {
        let args = ["lint", "--no-config", "--exit-zero", "--format", format, example];
        Command::new(ARMBODY).current_dir(ROOT).args(args).output().unwrap().stdout
    };
    let sarif = at.path().join("report.sarif");
    fs::write(&sarif, report("sarif")).unwrap();
    let converted = at.path().join("issues.json");
    converter.args(["codeclimate", "--output"]).args([&converted, &sarif]);
    expect(&converter.output().unwrap(), 0);
    let issues: Vec<Value> = serde_json::from_str(&fs::read_to_string(converted).unwrap()).unwrap();
    let mut read: Vec<(String, String, u64)> = issues
        .iter()
        .map(|issue| {
            let place = &issue["location"];
            let line = place["lines"]["begin"].as_u64().unwrap();
            assert_eq!(place["path"], example);
            let level = match issue["severity"].as_str().unwrap() {
                "major" => "error",
                "minor" => "warning",
                _ => "note",
            };
            (issue["check_name"].as_str().unwrap().to_owned(), level.to_owned(), line)
        })
        .collect();
    let findings: Vec<Value> = serde_json::from_slice(&report("json")).unwrap();
    let mut found: Vec<(String, String, u64)> = findings
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap().to_owned();
            (text("rule"), text("severity"), finding["start"]["line"].as_u64().unwrap())
        })
        .collect();
    read.sort();
    found.sort();
    assert!(found.len() > 5);
    assert_eq!(read, found);
}

#[test]
#[ignore = "needs check-jsonschema"]
fn the_files_follow_their_schemas() {
    for (program, args) in [
        ("pre-commit", &["validate-manifest", ".pre-commit-hooks.yaml"][..]),
        (
            "check-jsonschema",
            &["--builtin-schema", "vendor.github-actions", "action.yml", "setup/action.yml"],
        ),
        (
            "check-jsonschema",
            &["--builtin-schema", "vendor.github-workflows", ".github/workflows/release.yml"],
        ),
        (
            "check-jsonschema",
            &[
                "--builtin-schema",
                "vendor.azure-pipelines",
                "--data-transform",
                "azure-pipelines",
                "azure-pipelines/armbody.yml",
            ],
        ),
    ] {
        let mut command = client(program);
        expect(&command.args(args).output().unwrap(), 0);
    }
}

/// A YAML file as JSON, read by a parser from elsewhere.
fn yaml(name: &str) -> Value {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let output = client("python").args(["-c", script, name]).output().unwrap();
    serde_json::from_str(&expect(&output, 0).0).unwrap()
}

/// Runs a script of a pipeline in a folder.
fn bash(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder);
    command.envs(variables.iter().copied()).output().unwrap()
}

/// A folder with a document that has findings, one whose snippet is not current, and one that is clean.
fn project() -> tempfile::TempDir {
    let dirty = format!("```bash\n{}\n```\n", curl());
    let old = "<!-- armbody: render remove-all -->\n```json\n```\n<!-- armbody: end -->\n";
    folder(&[("dirty docs/a.md", &dirty), ("old/b.md", old), ("clean/c.json", CLEAN), ("tmp/keep", "")])
}

#[test]
#[ignore = "needs the Python that .ci/run installs"]
fn the_action_s_scripts_run() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let script = |at: usize| steps[at]["run"].as_str().unwrap();
    for step in steps {
        // What a caller says goes through variables: put into a script, it would be run.
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
    }
    let project = project();
    let temp = project.path().join("tmp");
    let (temp, out) = (temp.to_str().unwrap(), temp.join("out"));
    let output = out.to_str().unwrap();
    let common = [("RUNNER_TEMP", temp), ("GITHUB_OUTPUT", output)];
    let install = [("ARMBODY_BINARY", ARMBODY), ("ARMBODY_VERSION", ""), ("ARMBODY_SOURCE", ".")];
    let (said, _) = expect(&bash(script(0), project.path(), &[&common[..], &install].concat()), 0);
    assert!(said.starts_with("armbody "), "{said}");
    assert_eq!(fs::read_to_string(&out).unwrap(), format!("binary={ARMBODY}\n"));
    let missing = [("ARMBODY_BINARY", "no-such-armbody"), ("ARMBODY_VERSION", ""), ("ARMBODY_SOURCE", ".")];
    let (said, _) = expect(&bash(script(0), project.path(), &[&common[..], &missing].concat()), 2);
    assert_eq!(said, "::error::there is no no-such-armbody\n");

    let check = |paths: &str, args: &str, sync: &str, sarif: &str, status: i32| {
        let variables = [
            ("ARMBODY", ARMBODY),
            ("ARMBODY_PATHS", paths),
            ("ARMBODY_ARGS", args),
            ("ARMBODY_SYNC", sync),
            ("ARMBODY_SARIF", sarif),
        ];
        expect(&bash(script(1), project.path(), &[&common[..], &variables].concat()), status).0
    };
    let said = check("  dirty docs \r\n\tclean\n\n", "", "false", "true", 1);
    assert!(said.starts_with("::error ") && said.contains(",file=dirty docs/a.md,line=2,"), "{said}");
    let sarif: Value = serde_json::from_slice(&fs::read(format!("{temp}/armbody.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "identity-type-split");
    assert!(fs::read_to_string(&out).unwrap().ends_with(&format!("sarif-file={temp}/armbody.sarif\n")));
    check("dirty docs", "--ignore identity-type-split", "false", "false", 0);
    check("clean\n", "", "true", "false", 0);
    assert!(
        check("old", "", "true", "false", 1).contains(",file=old/b.md,line=1::the snippet is not current")
    );
    // A run that failed leaves no report to upload.
    let before = fs::read_to_string(&out).unwrap();
    check("missing", "", "true", "true", 2);
    assert_eq!(fs::read_to_string(&out).unwrap(), before);

    // The summary counts what is found, and has what GitHub leaves out.
    let many = format!("```bash\n{}\n```\n\n", curl()).repeat(14);
    fs::create_dir(project.path().join("many")).unwrap();
    fs::write(project.path().join("many/<b>.md"), many).unwrap();
    let summary = project.path().join("tmp/summary");
    let variables = [
        ("ARMBODY", ARMBODY),
        ("ARMBODY_PATHS", "many"),
        ("ARMBODY_ARGS", "--min-severity error"),
        ("ARMBODY_SYNC", "false"),
        ("ARMBODY_SARIF", "false"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    expect(&bash(script(1), project.path(), &[&common[..], &variables].concat()), 1);
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.contains("| error | 14 | 10 | 4 |\n| warning | 0 | 0 | 0 |"), "{text}");
    assert!(text.contains("<summary>4 findings</summary>"), "{text}");
    assert_eq!(text.matches("many/&lt;b&gt;.md:").count(), 4, "{text}");
    assert!(!text.contains("<b>") && text.contains("<pre>14 errors"), "{text}");
}

#[test]
#[ignore = "needs the Python that .ci/run installs"]
fn the_template_s_scripts_run() {
    let template = yaml("azure-pipelines/armbody.yml");
    let script = |at: usize| template["steps"][at]["bash"].as_str().unwrap();
    let project = project();
    let temp = project.path().join("tmp");
    let temp = temp.to_str().unwrap();
    let install = [("AGENT_TEMPDIRECTORY", temp), ("ARMBODY_BINARY", ARMBODY), ("ARMBODY_VERSION", "")];
    let (said, _) = expect(&bash(script(0), project.path(), &install), 0);
    assert!(said.ends_with(&format!("##vso[task.setvariable variable=armbodyBinary]{ARMBODY}\n")), "{said}");
    let check = |paths: &str, args: &str, flag: &str, status: i32| {
        let variables = [
            ("AGENT_TEMPDIRECTORY", temp),
            ("ARMBODY", ARMBODY),
            ("ARMBODY_PATHS", paths),
            ("ARMBODY_ARGS", args),
            ("ARMBODY_SYNC", flag),
            ("ARMBODY_PUBLISH", flag),
        ];
        expect(&bash(script(1), project.path(), &variables), status).0
    };
    let said = check("dirty docs;clean", "", "True", 1);
    assert!(said.contains("##vso[task.logissue type=error;sourcepath=dirty docs/a.md;"), "{said}");
    assert!(fs::read_to_string(format!("{temp}/armbody.xml")).unwrap().contains("identity-type-split"));
    check("dirty docs", "--exit-zero", "False", 0);
    check("old", "", "True", 1);
    check("missing", "", "True", 2);
}

/// A git repository of the files of `folder`: its commit.
fn repository(folder: &Path) -> String {
    let git = |args: &[&str]| {
        let config =
            ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        Command::new("git").args(config).args(args).current_dir(folder).output()
    };
    expect(&git(&["init", "-q"]).expect("git is installed"), 0);
    expect(&git(&["add", "-A"]).unwrap(), 0);
    expect(&git(&["commit", "-q", "-m", "all"]).unwrap(), 0);
    expect(&git(&["rev-parse", "HEAD"]).unwrap(), 0).0.trim().to_owned()
}

/// The files of this repository in a repository of their own, as they are now.
fn own_repository(folder: &Path) -> String {
    let files = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "-z"])
        .current_dir(ROOT)
        .output()
        .expect("git is installed");
    assert!(files.status.success(), "this is not a git repository");
    for name in String::from_utf8(files.stdout).unwrap().split_terminator('\0') {
        let (from, to) = (Path::new(ROOT).join(name), folder.join(name));
        // Tests are not built.
        if name.starts_with("tests/") || !from.is_file() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    repository(folder)
}

/// A folder with a `cargo` that builds as the tests are built: what they have built is not built again, and nothing
/// is fetched. All else about the hooks is pre-commit's own doing.
fn quick_cargo(folder: &Path) -> OsString {
    let script =
        "#!/bin/sh\nsub=$1; shift\nexec \"$REAL_CARGO\" \"$sub\" --debug --locked --offline \"$@\"\n";
    let cargo = folder.join("cargo");
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).unwrap()
}

#[test]
#[ignore = "needs pre-commit"]
fn pre_commit_runs_the_hooks_from_a_clone() {
    let (hooks, bin, home, user) = (folder(&[]), folder(&[]), folder(&[]), project());
    let revision = own_repository(hooks.path());
    let config = format!(
        "default_language_version:\n  rust: system\nrepos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: armbody\n  - id: armbody-fix\n  - id: armbody-sync\n",
        hooks.path().display()
    );
    fs::write(user.path().join(".pre-commit-config.yaml"), config).unwrap();
    repository(user.path());
    let path = quick_cargo(bin.path());
    let run = |hook: &str, files: &[&str]| {
        let mut command = client("pre-commit");
        command.args(["run", hook, "--files"]).args(files).current_dir(user.path());
        command.env("PATH", &path).env("PRE_COMMIT_HOME", home.path());
        command.env("REAL_CARGO", env!("CARGO")).env("CARGO_TARGET_DIR", Path::new(ROOT).join("target"));
        command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
        command.output().unwrap()
    };
    let read = |name: &str| fs::read_to_string(user.path().join(name)).unwrap();
    let all = ["dirty docs/a.md", "old/b.md", "clean/c.json", "tmp/keep"];

    let (out, err) = expect(&run("armbody", &all), 1);
    assert!(out.contains("armbody lint") && out.contains("Failed"), "{out}{err}");
    assert!(out.contains("error[identity-type-split]") && out.contains("dirty docs/a.md:2:"), "{out}");
    let (out, _) = expect(&run("armbody", &["old/b.md", "clean/c.json"]), 0);
    assert!(out.contains("Passed"), "{out}");
    let (out, _) = expect(&run("armbody", &["tmp/keep"]), 0);
    assert!(out.contains("no files to check"), "{out}");

    let (out, _) = expect(&run("armbody-fix", &all), 1);
    assert!(out.contains("files were modified by this hook"), "{out}");
    assert!(read("dirty docs/a.md").contains("\"SystemAssigned, UserAssigned\""));
    expect(&run("armbody-fix", &all), 0);
    expect(&run("armbody", &all), 0);

    let (out, _) = expect(&run("armbody-sync", &all), 1);
    assert!(out.contains("files were modified by this hook"), "{out}");
    assert!(read("old/b.md").contains("{\"identity\":{\"type\":\"None\"}}"));
    expect(&run("armbody-sync", &all), 0);
}
