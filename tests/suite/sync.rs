//! `armbody sync` from outside: what it changes, what it says, and with which exit status.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::cli::{armbody, armbody_with_input, expect, folder};
use armbody::arm::versions::published;
use armbody::arm::{BlankStyle, ResourceType};
use armbody::notation::Form;
use armbody::scenario::scenarios;

const OLD: &str = "# Doc\n\n<!-- armbody: render remove-all -->\n```json\nold\n```\n<!-- armbody: end -->\n";
const NEW: &str = "# Doc\n\n<!-- armbody: render remove-all -->\n```json\n{\"identity\":{\"type\":\"None\"}}\n```\n<!-- armbody: end -->\n";

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A pair of markers and an empty fence.
fn marker(args: &str, language: &str) -> String {
    format!("<!-- armbody: render {args} -->\n```{language}\n```\n<!-- armbody: end -->\n")
}

#[test]
fn files_are_written_checked_and_compared() {
    let folder = folder(&[("a.md", OLD), ("b/c.markdown", NEW), ("d.json", "{}"), ("e.md", "nothing\n")]);
    let at = folder.path();
    let (out, err) = expect(&armbody(at, &["sync", "--check"]), 1);
    assert_eq!(
        (out.as_str(), err.as_str()),
        ("a.md:3: not current\n", "2 snippets, 1 would change in 1 file\n")
    );
    let (out, _) = expect(&armbody(at, &["sync", "--diff", "--quiet"]), 1);
    assert!(out.starts_with("--- a.md\n+++ a.md\n@@ -2,6 +2,6 @@\n"), "{out}");
    assert!(out.contains("\n-old\n+{\"identity\":{\"type\":\"None\"}}\n"), "{out}");
    assert_eq!(read(at, "a.md"), OLD);
    let (out, err) = expect(&armbody(at, &["sync"]), 0);
    assert_eq!((out.as_str(), err.as_str()), ("", "2 snippets, 1 changed in 1 file\n"));
    assert_eq!(read(at, "a.md"), NEW);
    for mode in ["--check", "--diff"] {
        let (out, err) = expect(&armbody(at, &["sync", mode, "a.md", "b"]), 0);
        assert_eq!((out.as_str(), err.as_str()), ("", "2 snippets, all current\n"));
    }
    let (_, err) = expect(&armbody(at, &["sync", "d.json", "missing.md"]), 2);
    assert!(err.contains("d.json: markers stand in Markdown") && err.contains("missing.md: "), "{err}");
    let (out, _) = expect(&armbody_with_input(at, &["sync", "-", "-q"], OLD), 0);
    assert_eq!(out, NEW);
    let (out, _) =
        expect(&armbody_with_input(at, &["sync", "-", "--check", "--stdin-filename", "x.md"], OLD), 1);
    assert_eq!(out, "x.md:3: not current\n");
}

#[test]
fn a_marker_takes_what_render_takes() {
    let calls = [
        "enable-system-assigned-keep --as curl --api-version 2018-06-01 --multiline",
        "add-user-assigned-keep --identity ID7 ID8 --vm web-1 -g prod --pretty",
        "create-both list --as curl --placeholders shell --type vmss --image linux",
        "--as template --vm web-1 create-user-assigned",
        "prerequisites --placeholders shell",
        "--all --as curl --type vm",
        "create-identity --as curl --subscription '<SUBSCRIPTION ID>' --location \"westeurope\"",
    ];
    let document: Vec<String> = calls.iter().map(|call| marker(call, "text")).collect();
    let folder = folder(&[("a.md", &document.join("\nand\n\n"))]);
    expect(&armbody(folder.path(), &["sync"]), 0);
    let text = read(folder.path(), "a.md");
    for call in calls {
        let call = call.replace(['\'', '"'], "\u{1}");
        let mut args = vec!["render"];
        let words: Vec<&str> = call.split('\u{1}').collect();
        for (at, part) in words.iter().enumerate() {
            if at % 2 == 1 { args.push(part) } else { args.extend(part.split_whitespace()) }
        }
        let (written, _) = expect(&armbody(folder.path(), &args), 0);
        assert!(text.contains(&format!("```text\n{written}```\n")), "{call}\n{written}\n{text}");
    }
}

#[test]
fn the_fence_says_what_the_marker_does_not() {
    let document = ["bash", "json", "azurecli-interactive", "http", "PowerShell", "text", ""]
        .map(|language| marker("remove-all --vm v", language))
        .join("\n");
    for (at, (language, form)) in [("bash", Form::Curl), ("json", Form::Json)].into_iter().enumerate() {
        let folder = folder(&[("a.md", &marker("remove-all --vm v", language))]);
        expect(&armbody(folder.path(), &["sync"]), 0);
        let args = ["render", "remove-all", "--vm", "v", "--as", form.as_str()];
        let (written, _) = expect(&armbody(folder.path(), &args), 0);
        let text = read(folder.path(), "a.md");
        assert!(text.contains(&format!("```{language}\n{written}```\n")), "{at} {text}");
    }
    let folder = folder(&[("a.md", &document)]);
    expect(&armbody(folder.path(), &["sync"]), 0);
    let text = read(folder.path(), "a.md");
    for begins in
        ["```azurecli-interactive\naz rest", "```http\nPATCH ", "```PowerShell\nInvoke-AzRestMethod"]
    {
        assert!(text.contains(begins), "{begins}: {text}");
    }
    let new = "<!-- armbody: render list --as curl -->\n<!-- armbody: end -->\n";
    let (out, _) = expect(&armbody_with_input(folder.path(), &["sync", "-"], new), 0);
    assert!(out.contains("-->\n```bash\ncurl '"), "{out}");
    let new = "<!-- armbody: render remove-all -->\n<!-- armbody: end -->\n";
    let (out, _) = expect(&armbody_with_input(folder.path(), &["sync", "-"], new), 0);
    assert!(out.contains("-->\n```json\n{"), "{out}");
}

#[test]
fn the_configuration_holds() {
    let config = "[lint]\nexclude = [\"old/\"]\n[render]\nplaceholders = \"braces\"\napi-version = \"2017-12-01\"\ntemplates = \"own\"\n";
    let document = [
        marker("enable-system-assigned-keep --as curl", "bash"),
        marker("enable-system-assigned-keep --as curl --api-version 2018-06-01 --placeholders angle", "bash"),
        // The version is one of machines: identities have their own.
        marker("create-identity", "json"),
        marker("create-identity --templates theirs", "json"),
    ]
    .join("\n");
    let folder = folder(&[
        ("armbody.toml", config),
        ("docs/a.md", &document),
        ("old/b.md", OLD),
        ("own/bodies/identity.json.j2", r#"{"location": {{ location }}, "tags": {"of": "project"}}"#),
        (
            "docs/theirs/bodies/identity.json.j2",
            r#"{"location": {{ location }}, "tags": {"of": "document"}}"#,
        ),
    ]);
    expect(&armbody(folder.path(), &["sync"]), 0);
    let text = read(folder.path(), "docs/a.md");
    assert!(text.contains("{subscriptionId}") && text.contains("identityIds"), "{text}");
    assert!(text.contains("<SUBSCRIPTION ID>") && text.contains("api-version=2018-06-01"), "{text}");
    assert!(text.contains(r#""of":"project""#) && text.contains(r#""of":"document""#), "{text}");
    assert_eq!(read(folder.path(), "old/b.md"), OLD);
    expect(&armbody(folder.path(), &["sync", "--check", "old/b.md"]), 0);
    expect(&armbody(folder.path(), &["sync", "--check", "--no-config"]), 1);
    fs::write(folder.path().join("armbody.toml"), "[rendr]\n").unwrap();
    let (_, err) = expect(&armbody(folder.path(), &["sync", "-q"]), 2);
    assert_eq!(err, "armbody: armbody.toml:1:2: there is no key `rendr` here; did you mean `render`?\n");
}

#[test]
fn what_is_wrong_is_told_with_file_and_line() {
    for (args, says) in [
        (
            "enable-sytem-assigned",
            "there is no scenario `enable-sytem-assigned`; did you mean `enable-system-assigned`?",
        ),
        ("frobnicate", "there is no scenario `frobnicate`; `armbody render --list` shows them"),
        ("", "no scenario is named: `armbody render --list` shows them, --all takes every one"),
        (
            "remove-all --pretti",
            "unexpected argument '--pretti' found; tip: a similar argument exists: '--pretty'",
        ),
        ("remove-all --help", "unexpected argument '--help' found"),
        ("remove-all --as yaml", "`yaml` is not a way to write a request"),
        ("remove-all -o there", "`-o` has no place in a marker"),
        ("--list", "`--list` has no place in a marker"),
        ("remove-all --vm 'a b", "the quote ' is never closed"),
        ("remove-all --vm 'a b'", "--vm: `a b` is not the name of a virtual machine"),
        ("remove-all --api-version 2017-03-30", "the first that can is 2017-12-01"),
        ("list --as json", "a GET has no body"),
        ("remove-all --templates nowhere", "nowhere: cannot be read"),
    ] {
        let broken = format!("# Doc\n\nText.\n\n{}", marker(args, "json"));
        let folder = folder(&[("a/broken.md", &broken), ("good.md", OLD)]);
        let (_, err) = expect(&armbody(folder.path(), &["sync", "-q"]), 2);
        assert!(err.starts_with("armbody: a/broken.md:5: ") && err.contains(says), "{args}: {err}");
        assert_eq!(err.lines().count(), 1, "{args}: {err}");
        assert_eq!(read(folder.path(), "a/broken.md"), broken, "{args}");
        // What is wrong with one file is no reason to leave another.
        assert_eq!(read(folder.path(), "good.md"), NEW);
    }
    let folder = folder(&[("a.md", "x\n<!-- armbody: render list -->\n")]);
    let (_, err) = expect(&armbody(folder.path(), &["sync", "-q", "--check"]), 2);
    assert_eq!(err, "armbody: a.md:2: no `<!-- armbody: end -->` follows this marker\n");
}

#[test]
fn a_secret_beside_a_snippet_is_not_shown() {
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw";
    let old = format!(
        "curl 'https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01' -H 'Authorization: Bearer {token}'"
    );
    let text = format!("<!-- armbody: render list -->\n```bash\n{old}\n```\n<!-- armbody: end -->\n");
    let folder = folder(&[("a.md", &text)]);
    let (out, _) = expect(&armbody(folder.path(), &["sync", "--diff"]), 1);
    assert!(out.contains("Bearer ***") && !out.contains(token), "{out}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("a.md", OLD), ("b.md", OLD)]);
    fs::set_permissions(folder.path().join("a.md"), fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().write(true).open(folder.path().join("a.md")).is_ok() {
        // Modes do not hold for root.
        expect(&armbody(folder.path(), &["sync", "-q"]), 0);
        assert_eq!(read(folder.path(), "a.md"), NEW);
        return;
    }
    let (_, err) = expect(&armbody(folder.path(), &["sync", "-q"]), 2);
    assert!(err.starts_with("armbody: a.md: cannot write: "), "{err}");
    assert_eq!((read(folder.path(), "a.md").as_str(), read(folder.path(), "b.md").as_str()), (OLD, NEW));
}

/// Every scenario in every form, for both types, old and new, in quotes and lists: the linter has nothing to say
/// about what is written, and a second run has nothing to write.
#[test]
fn what_is_written_is_clean_and_stays() {
    let types = [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet];
    let containers = ["", "> ", "- ", "1. > "];
    let mut count = 0;
    let mut documents: Vec<(String, String)> = Vec::new();
    for machine in types {
        for style in [BlankStyle::Angle, BlankStyle::Shell, BlankStyle::Braces] {
            let word = ["angle", "shell", "braces"][documents.len() % 3];
            let mut document = String::new();
            for form in Form::ALL {
                for scenario in scenarios() {
                    let Some(method) = scenario.method() else { continue };
                    let calls = form.writer().writes_calls();
                    let has_body = matches!(method.as_str(), "PUT" | "PATCH");
                    let creates_machine = method.as_str() == "PUT" && scenario.is_about_machines();
                    let has_equivalent = match form {
                        Form::Template => method.as_str() == "PUT",
                        Form::AzVm => !creates_machine,
                        Form::Bicep => method.as_str() != "DELETE" && scenario.name != "list-identities",
                        Form::Terraform => method.as_str() != "DELETE",
                        _ => true,
                    };
                    if !(calls || has_body) || !has_equivalent {
                        continue;
                    }
                    let Some(first) = scenario.first_version(machine, method) else { continue };
                    let newest = published(scenario.resource_type(machine)).last().unwrap().version;
                    for version in [first, newest] {
                        let container = containers[count % containers.len()];
                        let rest: String =
                            container.chars().map(|c| if c == '>' { '>' } else { ' ' }).collect();
                        let head = format!(
                            "<!-- armbody: render {} --as {form} --type {} --api-version {version} --placeholders {word}{} -->",
                            scenario.name,
                            if scenario.is_about_machines() { machine.short_name() } else { "identity" },
                            ["", " --pretty", " --multiline", " --pretty --multiline"][count % 4],
                        );
                        write!(
                            document,
                            "## Case {count}\n\n{container}{head}\n{rest}<!-- armbody: end -->\n\n"
                        )
                        .unwrap();
                        count += 1;
                    }
                }
            }
            let crlf = style == BlankStyle::Shell;
            let text = if crlf { document.replace('\n', "\r\n") } else { document };
            documents.push((format!("{}-{word}.md", machine.short_name()), text));
        }
    }
    let files: Vec<(&str, &str)> =
        documents.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let (_, err) = expect(&armbody(folder.path(), &["sync"]), 0);
    assert!(
        count > 300 && err.contains(&format!("{count} snippets, {count} changed in 6 files")),
        "{count} {err}"
    );
    expect(&armbody(folder.path(), &["sync", "--check"]), 0);
    let (out, _) = expect(
        &armbody(folder.path(), &["lint", "--format", "concise", "--fail-on", "warning", "--quiet"]),
        0,
    );
    let notes: Vec<&str> = out.lines().filter(|line| !line.contains(": note identity-drops: ")).collect();
    assert_eq!(notes, Vec::<&str>::new());
    for (name, _) in &documents {
        let text = read(folder.path(), name);
        let crlf = name.contains("shell");
        assert_eq!(text.matches("\r\n").count() == text.matches('\n').count(), crlf, "{name}");
    }
}
