//! What packagers take: completions that real shells read, pages that a real `man` typesets.

use crate::support::needs::installed;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::cli::{armbody, expect, folder};

fn completions(shell: &str) -> String {
    expect(&armbody(Path::new("."), &["completions", shell]), 0).0
}

/// What a program says of the arguments.
fn run(program: &str, args: &[&str], folder: &Path) -> Output {
    installed(&[program]);
    Command::new(program).args(args).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// What bash offers for the last of `words`.
fn offered(folder: &Path, words: &[&str]) -> Vec<String> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let last = words.len() - 1;
    // As bash calls it: the command, the word, the word before.
    let script = format!(
        "set -u; source ./armbody.bash; complete -p armbody | grep -q -e '-o default' || exit 9\n\
         COMP_WORDS=({}); COMP_CWORD={last}; COMP_LINE=\"${{COMP_WORDS[*]}}\"; COMP_POINT=${{#COMP_LINE}}; COMPREPLY=()\n\
         _armbody armbody {} {}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        quoted[last],
        quoted[last - 1],
    );
    let output = run("bash", &["--norc", "-c", &script], folder);
    let (out, err) = expect(&output, 0);
    assert_eq!(err, "");
    out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_with_the_script() {
    let folder = folder(&[("armbody.bash", &completions("bash")), ("article.md", "")]);
    for (words, wanted) in [
        (&["armbody", "sy"][..], &["sync"][..]),
        (&["armbody", "render", "add-"], &["add-user-assigned-keep"]),
        (&["armbody", "render", "--as", "m"], &["markdown"]),
        (&["armbody", "plan", "--as", "t"], &["template", "terraform"]),
        (&["armbody", "lint", "--format", "g"], &["github", "gitlab"]),
        (&["armbody", "rule", "identity-type-s"], &["identity-type-spelling", "identity-type-split"]),
        (&["armbody", "sync", "--ch"], &["--check"]),
        (&["armbody", "lint", "--config", "art"], &["article.md"]),
        (&["armbody", "schema", "im"], &["import"]),
        (&["armbody", "completions", "po"], &["powershell"]),
    ] {
        let mut found = offered(folder.path(), words);
        found.sort_unstable();
        assert_eq!(found, wanted, "{words:?}");
    }
}

#[test]
#[ignore = "needs zsh and fish"]
fn other_shells_read_their_scripts() {
    let zsh =
        "autoload -U compinit && compinit -u -D && source ./script && [[ $_comps[armbody] == _armbody ]]";
    let fish = "source ./script; complete -C 'armbody render --as mark' | string match -q 'markdown*'";
    for (shell, args) in [("zsh", ["-f", "-c", zsh]), ("fish", ["--no-config", "-c", fish])] {
        let folder = folder(&[("script", &completions(shell))]);
        expect(&run(shell, &["-n", "script"], folder.path()), 0);
        let (_, err) = expect(&run(shell, &args, folder.path()), 0);
        assert_eq!(err, "", "{shell}");
    }
    assert!(completions("elvish").contains("edit:completion:arg-completer[armbody]"));
    let (_, err) = expect(&armbody(Path::new("."), &["completions", "tcsh"]), 2);
    assert!(err.contains("possible values: bash, elvish, fish, powershell, zsh") && err.lines().count() == 1);
}

#[test]
#[ignore = "needs PowerShell"]
fn powershell_reads_its_script() {
    let folder = folder(&[("script.ps1", &completions("powershell"))]);
    let pwsh = "$e = $null; [void][System.Management.Automation.Language.Parser]::ParseFile(\"$PWD/script.ps1\", [ref]$null, [ref]$e); exit $e.Count";
    expect(&run("pwsh", &["-NoProfile", "-Command", pwsh], folder.path()), 0);
}

#[test]
#[ignore = "needs groff"]
fn pages_are_typeset_without_a_warning() {
    let folder = folder(&[("armbody.1", &expect(&armbody(Path::new("."), &["man"]), 0).0)]);
    expect(&armbody(folder.path(), &["man", "-o", "pages"]), 0);
    let mut pages = vec![folder.path().join("armbody.1")];
    pages.extend(fs::read_dir(folder.path().join("pages")).unwrap().map(|entry| entry.unwrap().path()));
    let named = |name: &str| pages.iter().any(|page| page.file_name().is_some_and(|file| file == name));
    for command in [
        "lint",
        "render",
        "plan",
        "sync",
        "rule",
        "requests",
        "expand",
        "schema",
        "schema-import",
        "completions",
        "man",
    ] {
        assert!(named(&format!("armbody-{command}.1")), "{command}");
    }
    assert!(!pages.iter().any(|page| page.to_string_lossy().contains("help")));
    for page in &pages {
        let page = page.to_str().unwrap();
        let output = run("groff", &["-Tascii", "-man", "-ww", "-z", page], folder.path());
        let (_, err) = expect(&output, 0);
        assert_eq!(err, "", "{page}");
    }
    let page = folder.path().join("armbody.1");
    let output = run("groff", &["-Tascii", "-man", "-P-c", page.to_str().unwrap()], folder.path());
    let (out, _) = expect(&output, 0);
    let plain = without_overstrikes(&out).split_whitespace().collect::<Vec<_>>().join(" ").replace("- ", "-");
    assert!(plain.contains("NAME armbody -Write and check"), "{plain}");
    assert!(plain.contains("armbody-sync(1)") && plain.contains("Exit status: 0 nothing found"), "{plain}");
}

/// The text of a page for a printer, which strikes letters twice to make them bold.
fn without_overstrikes(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c == '\u{8}' {
            out.pop();
        } else {
            out.push(c);
        }
    }
    out
}
