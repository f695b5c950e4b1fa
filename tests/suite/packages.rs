//! What a release is made of: names that agree wherever they stand, the script that installs one, the owner's name in
//! one place. The packages themselves are made, installed and run by `packaging/test`.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::cli::{expect, folder};
use crate::support::needs::installed;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap()
}

/// A row of `packaging/targets.tsv`.
struct Target {
    triple: String,
    os: String,
    cpu: String,
    runner: String,
}

impl Target {
    fn archive(&self) -> String {
        let suffix = if self.os == "win32" { "zip" } else { "tar.gz" };
        format!("armbody-{}.{suffix}", self.triple)
    }
}

fn targets() -> Vec<Target> {
    let table = text("packaging/targets.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let [triple, _, os, cpu, _, _, runner] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let [triple, os, cpu, runner] = [triple, os, cpu, runner].map(str::to_owned);
        Target { triple, os, cpu, runner }
    });
    let rows: Vec<Target> = rows.collect();
    assert!(rows.len() >= 8);
    rows
}

#[test]
fn the_workflow_builds_what_the_table_says() {
    let workflow = text(".github/workflows/release.yml");
    let row = regex::Regex::new(r"\{ target: (\S+), runner: (\S+) \}").unwrap();
    let built: BTreeSet<(String, String)> =
        row.captures_iter(&workflow).map(|it| (it[1].to_owned(), it[2].to_owned())).collect();
    assert_eq!(built, targets().into_iter().map(|it| (it.triple, it.runner)).collect());
}

#[test]
fn binstall_looks_for_the_archives_that_are_made() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let package = manifest["package"].as_table().unwrap();
    let metadata = package["metadata"]["binstall"].as_table().unwrap();
    for target in targets() {
        let own = metadata["overrides"].get(&target.triple);
        let value = |name: &str| own.and_then(|it| it.get(name)).unwrap_or_else(|| &metadata[name]);
        let filled = |name: &str| {
            let exe = if target.os == "win32" { ".exe" } else { "" };
            let pairs = [
                ("{ repo }", package["repository"].as_str().unwrap()),
                ("{ version }", package["version"].as_str().unwrap()),
                ("{ target }", &target.triple),
                ("{ bin }", "armbody"),
                ("{ binary-ext }", exe),
            ];
            let text = value(name).as_str().unwrap().to_owned();
            pairs.iter().fold(text, |text, (variable, value)| text.replace(variable, value))
        };
        let release =
            format!("{}/releases/download/v{}", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
        assert_eq!(filled("pkg-url"), format!("{release}/{}", target.archive()));
        let exe = if target.os == "win32" { "armbody.exe" } else { "armbody" };
        assert_eq!(filled("bin-dir"), format!("armbody-{}/{exe}", target.triple));
        assert_eq!(value("pkg-fmt").as_str(), Some(if target.os == "win32" { "zip" } else { "tgz" }));
    }
}

#[test]
fn the_image_is_built_from_all_that_the_program_is_made_of() {
    let ignore = text(".dockerignore");
    let sent: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let mut needed: Vec<String> = ["Cargo.toml", "Cargo.lock"].map(str::to_owned).into();
    // Targets of the manifest have to be there, the folders that the build script reads, and what texts are taken from.
    let target = regex::Regex::new(r#"(?m)^(?:path|build) = "([^"]+)""#).unwrap();
    needed.extend(target.captures_iter(&text("Cargo.toml")).map(|it| it[1].to_owned()));
    let folder = regex::Regex::new(r#"\b(?:root|folder)\.join\("([^"]+)"\)"#).unwrap();
    needed.extend(folder.captures_iter(&text("build/main.rs")).map(|it| it[1].to_owned()));
    let included = regex::Regex::new(r#"include_(?:str|bytes)!\(\s*"([^"]+)""#).unwrap();
    let mut open = vec![Path::new(ROOT).join("src")];
    while let Some(at) = open.pop() {
        if at.is_dir() {
            open.extend(fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let taken = fs::read_to_string(&at).unwrap_or_default();
        // Tests take texts that the program does not.
        let taken = taken.split("#[cfg(test)]").next().unwrap_or_default();
        if at.ends_with("tests.rs") {
            continue;
        }
        for it in included.captures_iter(taken) {
            let file = at.parent().unwrap().join(&it[1]).canonicalize().unwrap();
            needed.push(file.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned());
        }
    }
    let mut files = 0;
    for file in needed {
        files += 1;
        let is_sent =
            |it: &str| file.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        assert!(sent.iter().any(|it| is_sent(it)), "the image is built without {file}");
    }
    assert!(files > 100, "{files}");
    for name in sent {
        assert!(name.contains('*') || Path::new(ROOT).join(name).exists(), "{name}");
    }
}

/// The commands of the manual that make packages, as they stand there, with a program that is there already.
#[test]
#[ignore = "needs the program that ARMBODY_RELEASE names"]
fn the_manual_s_commands_make_the_packages() {
    installed(&["python3", "dpkg-deb", "readelf"]);
    let release = std::env::var("ARMBODY_RELEASE").expect("ARMBODY_RELEASE names a program");
    let page = text("docs/install.md");
    let out = folder(&[]);
    let mut made = 0;
    for line in page.lines().filter(|line| line.starts_with("packaging/make-")) {
        let line = line.replace("target/release/armbody", &release);
        let command = format!("{line} --out '{}'", out.path().display());
        let output = Command::new("sh").args(["-c", &command]).current_dir(ROOT).output().unwrap();
        let (said, _) = expect(&output, 0);
        assert!(Path::new(said.trim()).is_file(), "{command}: {said}");
        made += 1;
    }
    assert_eq!(made, 4);
    let tested = page.lines().find(|line| line.starts_with("packaging/test ")).unwrap();
    assert!(text(".ci/run").contains(tested), "{tested}");
}

// ---- setup/install --------------------------------------------------------------------------------------------

fn program(path: &Path, says: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{says}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A host of releases and a runner: version 9.9.9, whose programs say what they were built for.
struct Runner {
    at: TempDir,
}

impl Runner {
    fn new() -> Self {
        let at = folder(&[("temp/keep", ""), ("tools/keep", "")]);
        // It builds nothing, and says what it was asked.
        let cargo = "root=; for word in \"$@\"; do [ \"$last\" != --root ] || root=$word; last=$word; done\n\
                     printf '%s\\n' \"$*\" >\"$RUNNER_TEMP/cargo\"\n\
                     printf '#!/bin/sh\\necho armbody built\\n' >\"$root/bin/armbody\"; chmod +x \"$root/bin/armbody\"";
        program(&at.path().join("tools/cargo"), cargo);
        let runner = Self { at };
        runner.has_glibc("glibc 2.36");
        runner
    }

    fn path(&self, below: &str) -> PathBuf {
        self.at.path().join(below)
    }

    fn has_glibc(&self, says: &str) {
        program(&self.path("tools/getconf"), &format!("echo {says}"));
    }

    fn release(&self, target: &Target) -> PathBuf {
        let host = self.path("releases/download/v9.9.9");
        fs::create_dir_all(&host).unwrap();
        let folder = format!("armbody-{}", target.triple);
        let exe = if target.os == "win32" { "armbody.exe" } else { "armbody" };
        program(&self.path(&folder).join(exe), &format!("echo armbody 9.9.9 {}", target.triple));
        let archive = host.join(target.archive());
        let mut pack = if target.os == "win32" { Command::new("zip") } else { Command::new("tar") };
        pack.args(if target.os == "win32" { ["-qr"] } else { ["-czf"] });
        expect(&pack.arg(&archive).arg(&folder).current_dir(self.at.path()).output().unwrap(), 0);
        archive
    }

    fn sums(&self) {
        let host = self.path("releases/download/v9.9.9");
        let script = "sha256sum -- armbody-* > SHA256SUMS && mkdir -p ../../latest && ln -sfn ../download/v9.9.9 ../../latest/download";
        expect(&Command::new("sh").args(["-c", script]).current_dir(host).output().unwrap(), 0);
    }

    fn install(&self, version: &str, os: &str, arch: &str) -> Output {
        let tools = std::env::join_paths(
            std::iter::once(self.path("tools"))
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let mut command = Command::new(Path::new(ROOT).join("setup/install"));
        command
            .env("PATH", tools.unwrap())
            .env("ARMBODY_RELEASES", format!("file://{}", self.path("releases").display()))
            .env("ARMBODY_VERSION", version)
            .env("RUNNER_OS", os)
            .env("RUNNER_ARCH", arch)
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_PATH", self.path("temp/path"));
        command.output().unwrap()
    }

    /// What the program says that was installed, and put on the path.
    #[track_caller]
    fn installed(&self, output: &Output) -> String {
        let (out, _) = expect(output, 0);
        let binary = out.lines().last().unwrap();
        let path = fs::read_to_string(self.path("temp/path")).unwrap();
        assert_eq!(path.lines().last().unwrap(), Path::new(binary).parent().unwrap().to_str().unwrap());
        let said = Command::new(binary).arg("--version").output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }
}

fn runner_words(target: &Target) -> (&'static str, &'static str) {
    let os = match target.os.as_str() {
        "linux" => "Linux",
        "darwin" => "macOS",
        _ => "Windows",
    };
    (os, if target.cpu == "x64" { "X64" } else { "ARM64" })
}

fn each_is_installed(targets: &[Target]) {
    installed(&["curl", "tar", "sha256sum"]);
    let runner = Runner::new();
    for target in targets {
        runner.release(target);
    }
    runner.sums();
    for target in targets {
        let (os, arch) = runner_words(target);
        // Ubuntu 22.04 has 2.35, on which the release is built; Alpine has no such word.
        for (glibc, suffix) in [("glibc 2.35", "-gnu"), ("glibc 2.31", "-musl"), ("", "-musl")] {
            if os == "Linux" && !target.triple.ends_with(suffix) {
                continue;
            }
            runner.has_glibc(glibc);
            for version in ["9.9.9", "v9.9.9", "latest"] {
                let output = runner.install(version, os, arch);
                assert_eq!(runner.installed(&output), format!("armbody 9.9.9 {}", target.triple));
            }
        }
    }
    assert!(!runner.path("temp/cargo").exists(), "nothing was built");
}

#[test]
fn a_release_is_installed_on_every_platform() {
    each_is_installed(&targets().into_iter().filter(|it| it.os != "win32").collect::<Vec<_>>());
}

#[test]
#[ignore = "needs zip and unzip"]
fn a_release_is_installed_on_windows() {
    installed(&["zip", "unzip"]);
    each_is_installed(&targets().into_iter().filter(|it| it.os == "win32").collect::<Vec<_>>());
}

#[test]
fn an_archive_that_is_not_the_release_s_is_refused() {
    installed(&["curl", "tar", "sha256sum"]);
    let linux = || targets().swap_remove(0);
    for (spoil, says) in [
        ("printf x >> armbody-x86_64-unknown-linux-gnu.tar.gz", "is not what SHA256SUMS says"),
        ("sed -i 's/^./z/' SHA256SUMS", "is not what SHA256SUMS says"),
        ("sed -i 's/  armbody/  other/' SHA256SUMS", "does not name armbody-x86_64-unknown-linux-gnu.tar.gz"),
        (": > SHA256SUMS", "does not name armbody-x86_64-unknown-linux-gnu.tar.gz"),
    ] {
        let runner = Runner::new();
        runner.release(&linux());
        runner.sums();
        let host = runner.path("releases/download/v9.9.9");
        expect(&Command::new("sh").args(["-c", spoil]).current_dir(host).output().unwrap(), 0);
        let (out, err) = expect(&runner.install("9.9.9", "Linux", "X64"), 2);
        assert!(out.is_empty() && err.contains("::error::") && err.contains(says), "{spoil}: {err}");
        for none in ["temp/armbody/bin/armbody", "temp/path", "temp/cargo"] {
            assert!(!runner.path(none).exists(), "{spoil}: {none}");
        }
    }
}

#[test]
fn without_a_release_it_is_built() {
    installed(&["curl"]);
    let own = env!("CARGO_PKG_VERSION");
    for (version, os, asks) in [
        ("", "Linux", format!("--path {ROOT}")),
        (own, "Linux", format!("--path {ROOT}")),
        ("source", "macOS", format!("--path {ROOT}")),
        ("v7.0.0", "Linux", format!("--git {} --tag v7.0.0", env!("CARGO_PKG_REPOSITORY"))),
        ("latest", "Linux", format!("--git {}", env!("CARGO_PKG_REPOSITORY"))),
        ("", "FreeBSD", format!("--path {ROOT}")),
    ] {
        let runner = Runner::new();
        let output = runner.install(version, os, "X64");
        assert_eq!(runner.installed(&output), "armbody built", "{version}");
        let asked = fs::read_to_string(runner.path("temp/cargo")).unwrap();
        assert!(asked.starts_with("install ") && asked.contains("--locked"), "{asked}");
        assert!(asked.trim_end().ends_with(&format!("{asks} armbody")), "{asked}");
    }
}

#[test]
fn what_is_not_a_version_is_refused() {
    let runner = Runner::new();
    for version in ["1", "1.2", "../1.2.3", "1.2.3/..", "1.2.3 --git x", "$(id)", "main"] {
        let (out, err) = expect(&runner.install(version, "Linux", "X64"), 2);
        assert!(out.is_empty() && err.starts_with("::error::`version` is "), "{version}: {err}");
    }
}

// ---- the owner ------------------------------------------------------------------------------------------------

/// Every file of the repository.
fn tracked() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "-z"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    names.split_terminator('\0').filter(|it| Path::new(ROOT).join(it).is_file()).map(str::to_owned).collect()
}

#[test]
fn a_script_says_whose_repository_it_is() {
    let at = folder(&[]);
    let mut names = tracked();
    // Nothing names the owner but what is written for people, and Cargo.toml.
    names.retain(|name| !name.starts_with("schemas/") && !name.starts_with("tests/data/"));
    assert!(names.len() > 500);
    let address = env!("CARGO_PKG_REPOSITORY").strip_prefix("https://github.com/").unwrap();
    let owner = address.strip_suffix("/armbody").unwrap();
    let mut naming = BTreeSet::new();
    for name in &names {
        let (from, to) = (Path::new(ROOT).join(name), at.path().join(name));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&from, &to).unwrap();
        if fs::read_to_string(&from).is_ok_and(|text| text.contains(address)) {
            assert!(
                Path::new(name).extension().is_none_or(|it| it != "rs"),
                "{name}: CARGO_PKG_REPOSITORY is the address"
            );
            naming.insert(name.clone());
        }
    }
    assert!(
        naming.contains("Cargo.toml") && naming.contains("docs/ci.md") && naming.len() >= 6,
        "{naming:?}"
    );
    let git = Command::new("git").args(["init", "-q"]).current_dir(at.path()).output().unwrap();
    expect(&git, 0);
    expect(&Command::new("git").args(["add", "-A"]).current_dir(at.path()).output().unwrap(), 0);
    let set = |name: &str, status| {
        let script = at.path().join("packaging/set-owner");
        expect(&Command::new(script).arg(name).output().unwrap(), status)
    };
    for wrong in ["", "a/b", "-a", "a b", "a|b", &"a".repeat(40)] {
        assert!(set(wrong, 2).1.contains("is not a name that GitHub gives"), "{wrong}");
    }
    // Again with another name, which is what a move is.
    for name in ["Some-Body9", "x1", owner] {
        set(name, 0);
        let mut said = BTreeSet::new();
        for file in &names {
            let Ok(text) = fs::read_to_string(at.path().join(file)) else { continue };
            if text.contains(&format!("{name}/armbody")) {
                said.insert(file.clone());
            }
            let left = name != owner && text.contains(address);
            assert!(!left, "{file} names {owner}");
        }
        assert_eq!(said, naming, "{name}");
    }
    let page = fs::read_to_string(at.path().join("docs/install.md")).unwrap();
    assert!(!page.contains("stands for the owner"), "{page}");
}
