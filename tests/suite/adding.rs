//! What `CONTRIBUTING.md` says is all that it takes to add a rule, a notation, an API version and a resource type: in a
//! copy of the tree one of each is added in just that way, and the program that is built of it knows them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::cli::{self, SPLIT, curl};

/// A copy of what the program is built of.
fn copy_of_the_tree(to: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in
        ["Cargo.toml", "Cargo.lock", "README.md", "build", "docs", "schemas", "src", "templates", "benches"]
    {
        copy(&root.join(part), &to.join(part));
    }
    // A member of the workspace that is not copied is not missed.
    let manifest = fs::read_to_string(to.join("Cargo.toml")).unwrap();
    let lines: Vec<&str> = manifest.lines().filter(|line| !line.starts_with("members = ")).collect();
    fs::write(to.join("Cargo.toml"), lines.join("\n") + "\n").unwrap();
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.exists() {
        fs::copy(from, to).unwrap();
    }
}

/// Adds a row to a table: `row` before the first line that has `before` in it.
fn add_row(file: &Path, before: &str, row: &str) {
    let text = fs::read_to_string(file).unwrap();
    let at = text.find(before).unwrap_or_else(|| panic!("{}: no {before}", file.display()));
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    fs::write(file, format!("{}{row}\n{}", &text[..line], &text[line..])).unwrap();
}

const RULE: &str = r#"#![doc = include_str!("../../../../docs/rules/tag-of-nobody.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!("tag-of-nobody", Request, Warning, Never, "a tag `owner` that is empty", Check::Body(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let tags = subject.resource.and_then(|it| it.member("tags"));
    let Some((_, owner)) = tags.and_then(|(_, tags)| tags.member("owner")) else { return };
    if owner.as_str().is_some_and(|owner| owner.is_empty()) {
        sink.push(subject.at_node(&RULE, owner, "nobody owns this"));
    }
}
"#;

const PAGE: &str = "# tag-of-nobody

A tag `owner` that is empty.

## Bad

```json type=vm method=PATCH api-version=2018-06-01
{\"tags\":{\"owner\":\"\"}}
```
";

const NOTATION: &str = r#"//! `putarm URL BODY`.

use super::command::Command;
use super::layout::Layout;
use super::posix_text::{Quotes, body_word, word};
use super::writer::{WriteError, Writer};
use super::{Call, Notation, payload};
use crate::arm::Request;

/// The request that `command` makes.
pub(super) fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Vec<Call<'s>> {
    let Some(program) = command.program() else { return Vec::new() };
    let [name, url, body] = &command.words[program..] else { return Vec::new() };
    let mut call = Call::new(Notation::PutArm, name.span.cover(body.span));
    call.url = Some(url.text.clone());
    call.body = payload::of_option(&body.text, command, input);
    call.default_method = call.client.default_method(true);
    vec![call]
}

/// Writes requests so.
#[derive(Debug)]
pub(super) struct PutArm;

impl Writer for PutArm {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let body = request.body.as_ref().ok_or(WriteError::NoBody(request.method))?;
        let values = minijinja::context! {
            url => word(&request.target.url(), layout.blanks, Quotes::Single),
            body => body_word(&body.to_text(layout.pretty), layout.blanks),
        };
        Ok(layout.templates.render("notations/putarm.sh.j2", values)?)
    }

    fn extension(&self) -> &'static str {
        "sh"
    }
}
"#;

const PROGRAM: &str = r#"    /// `putarm URL BODY`.
    PutArm = "putarm" {
        names: &[("putarm", Languages::All)],
        subcommands: &[],
        begins_with_word: false,
        read: Some(super::putarm::read),
        client: Client { method_with_body: Some("PUT"), content_type: Some(JSON_CONTENT_TYPE), ..PLAIN },
    };"#;

/// An API description of a type that a request puts, as Azure publishes them.
fn description(version: &str, namespace: &str, kind: &str) -> String {
    let path = format!("/subscriptions/{{s}}/resourceGroups/{{g}}/providers/{namespace}/{kind}/{{name}}");
    let operation = serde_json::json!({
        "operationId": "CreateOrUpdate",
        "parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Thing"}}],
        "responses": {"200": {"description": "done"}}
    });
    let description = serde_json::json!({
        "swagger": "2.0",
        "info": {"version": version, "title": "things"},
        "paths": {path: {"put": operation, "patch": operation}},
        "definitions": {"Thing": {"type": "object", "properties": {
            "location": {"type": "string"},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "properties": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}
        }}}
    });
    description.to_string()
}

fn ran(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
#[ignore = "needs minutes: it builds the program from a copy of the tree"]
fn a_rule_a_notation_a_version_and_a_type_are_added_as_the_guide_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir(&tree).unwrap();
    copy_of_the_tree(&tree);

    // A rule: a page, a file, a row.
    fs::write(tree.join("docs/rules/tag-of-nobody.md"), PAGE).unwrap();
    fs::write(tree.join("src/lint/rules/request/tag_of_nobody.rs"), RULE).unwrap();
    let family = tree.join("src/lint/rules/request/mod.rs");
    add_row(&family, "mod url_invalid;", "pub(in crate::lint) mod tag_of_nobody;");
    add_row(&family, "&url_invalid::RULE,", "    &tag_of_nobody::RULE,");

    // A rule is renamed: its page and its name, and the name that it had.
    let (was, is) = ("identity-type-split", "identity-type-parted");
    let rule = tree.join("src/lint/rules/syntax/identity_type_split.rs");
    let file = fs::read_to_string(&rule).unwrap().replace(was, is);
    let (head, tail) = file.split_once("rule!(").unwrap();
    let (row, tail) = tail.split_once(");").unwrap();
    let row = row.trim_end().trim_end_matches(',');
    fs::write(rule, format!("{head}rule!({row}, former: [\"{was}\"]);{tail}")).unwrap();
    let pages = tree.join("docs/rules");
    fs::rename(pages.join(format!("{was}.md")), pages.join(format!("{is}.md"))).unwrap();

    // A notation: a file, a template, a row where it is read and one where it is written.
    fs::write(tree.join("src/notation/putarm.rs"), NOTATION).unwrap();
    fs::write(tree.join("templates/notations/putarm.sh.j2"), "putarm {{ url }} {{ body }}").unwrap();
    add_row(&tree.join("src/notation/mod.rs"), "mod quoting;", "mod putarm;");
    add_row(&tree.join("src/notation/programs.rs"), "    /// A request line, headers, a body.", PROGRAM);
    add_row(
        &tree.join("src/notation/write.rs"),
        "    /// A declaration in Bicep.",
        "    /// A `putarm` command.\n    PutArm = \"putarm\", super::putarm::PutArm;",
    );

    // A version, and a type: an import each.
    let specification = folder.path().join("specification");
    for (namespace, kind, version) in [
        ("Microsoft.ManagedIdentity", "userAssignedIdentities", "2031-02-03"),
        ("Contoso.Things", "widgets", "2031-01-01"),
    ] {
        let at = specification.join(namespace).join("stable").join(version);
        fs::create_dir_all(&at).unwrap();
        fs::write(at.join("things.json"), description(version, namespace, kind)).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_armbody"))
            .args(["schema", "import", "--type", &format!("{namespace}/{kind}")])
            .arg(specification.join(namespace))
            .arg("-o")
            .arg(tree.join("schemas"))
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", ran(&run));
    }

    // Kept between runs, as other builds are.
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let build = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--bin", "armbody", "--no-default-features", "--features", "cli"])
        .args(["--config", "profile.dev.package.\"*\".opt-level=0"])
        .current_dir(&tree)
        .env("CARGO_TARGET_DIR", target.join("adding"))
        .output()
        .unwrap();
    assert!(build.status.success(), "{}", ran(&build));
    let armbody = |args: &[&str]| {
        let program = target.join("adding/debug/armbody");
        Command::new(program).args(args).current_dir(folder.path()).output().unwrap()
    };

    assert!(ran(&armbody(&["rule", "tag-of-nobody"])).contains("A tag `owner` that is empty"));
    fs::write(folder.path().join("body.json"), "{\"tags\":{\"owner\":\"\"}}\n").unwrap();
    let found =
        ran(&armbody(&["lint", "--type", "vm", "--method", "PATCH", "--format", "concise", "body.json"]));
    assert!(found.contains("body.json:1:18: warning tag-of-nobody: nobody owns this"), "{found}");

    // Whatever names the rule as it was called still means it; the baseline is one of the program before.
    let page = ran(&armbody(&["rule", was]));
    assert!(page.contains(&format!("`{was}` is called `{is}` now")), "{page}");
    let at = folder.path();
    fs::write(at.join("split.json"), SPLIT).unwrap();
    let found = |args: &[&str], expected: bool| {
        let all = [&["lint", "--format", "concise"], args].concat();
        let out = String::from_utf8(armbody(&all).stdout).unwrap();
        assert_eq!(out.contains(is), expected, "{all:?}: {out}");
    };
    found(&["split.json"], true);
    found(&["--select", was, "split.json"], true);
    found(&["--ignore", was, "split.json"], false);
    fs::write(at.join("armbody.toml"), format!("[lint]\nignore = [\"{was}\"]\n")).unwrap();
    found(&["split.json"], false);
    fs::remove_file(at.join("armbody.toml")).unwrap();
    fs::write(at.join("split.sh"), format!("# armbody-ignore {was}: shown on purpose\n{}\n", curl()))
        .unwrap();
    found(&["split.sh"], false);
    fs::write(at.join("split.sh"), format!("{}\n", curl())).unwrap();
    found(&["split.sh"], true);
    let before = cli::armbody(at, &["lint", "--write-baseline", "known.json", "split.json", "split.sh"]);
    assert!(fs::read_to_string(at.join("known.json")).unwrap().contains(was), "{}", ran(&before));
    let left = armbody(&["lint", "--baseline", "known.json", "split.json", "split.sh"]);
    assert!(left.status.success() && !ran(&left).contains("no longer found"), "{}", ran(&left));

    let written = armbody(&["render", "enable-system-assigned", "--as", "putarm"]);
    assert!(written.status.success(), "{}", ran(&written));
    let call = String::from_utf8(written.stdout).unwrap();
    assert!(call.starts_with("putarm 'https://management.azure.com/subscriptions/"), "{call}");
    fs::write(folder.path().join("call.sh"), call).unwrap();
    let listed = ran(&armbody(&["requests", "call.sh"]));
    assert!(listed.contains("call.sh:1: putarm PUT Microsoft.Compute/virtualMachines "), "{listed}");

    let of_version = armbody(&["render", "create-identity", "--api-version", "2031-02-03"]);
    assert!(of_version.status.success(), "{}", ran(&of_version));
    let newest = ran(&armbody(&["render", "create-identity", "--as", "curl"]));
    assert!(newest.contains("api-version=2031-02-03"), "{newest}");
    let before = ran(&armbody(&["schema", "list", "--type", "identity"]));
    assert!(before.contains("2018-11-30") && before.contains("2031-02-03"), "{before}");

    fs::write(folder.path().join("widget.json"), "{\"properties\":{\"size\":12,\"height\":1}}\n").unwrap();
    let of_type = ["--type", "Contoso.Things/widgets", "--api-version", "2031-01-01", "--format", "concise"];
    let found = ran(&armbody(&[&["lint"], &of_type[..], &["widget.json"]].concat()));
    assert!(found.contains("error invalid-value") && found.contains("`height`"), "{found}");
}
