//! Nothing that is read steers what reads the output: a terminal, or the runner of a pipeline. Hostile names, values,
//! headings, configuration keys, rule names and arguments go through every command and format; what comes out is read
//! as the runners read it.
//!
//! The grammars are those of `ActionCommand.cs` and `ActionCommandManager.cs` in `actions/runner` and of `Command.cs` in
//! `microsoft/azure-pipelines-agent`, taken a little wider: a prefix is enough, in any case.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::LazyLock;

use crate::support::cli::{SPLIT, URL, armbody, armbody_with_input, command};
use crate::support::thorough::is_thorough;
use regex::Regex;
use serde_json::json;

/// What somebody may write who wants to be obeyed. No slash in them: they are names of files as well.
const HOSTILE: [&str; 14] = [
    "::error file=a,line=1::owned",
    "x\n::error::owned",
    "x\r\n::add-mask::owned",
    "x\r::stop-commands::owned",
    " \u{a0}\u{3000}::warning::owned",
    "##[error]owned",
    "###[command]owned",
    "x ##vso[task.setvariable variable=x]owned",
    "##VSO[task.complete result=Failed]owned",
    "x\n##vso[task.complete result=Failed]owned",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{ad}f\u{2060}g",
    "a\u{2028}::error::owned\u{2029}b\u{85}c\u{9b}31m",
    "\u{e0041}\u{e0042}owned\u{8}\u{7f}",
];

/// All of them in a thorough run, every third elsewhere.
fn hostile() -> impl Iterator<Item = &'static str> {
    HOSTILE.into_iter().step_by(if is_thorough() { 1 } else { 3 })
}

/// Which commands are ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// None.
    People,
    GitHub,
    Azure,
}

/// What a runner, or a terminal, would make of `text`; empty if that is nothing.
fn taken(text: &str, reader: Reader) -> Vec<String> {
    static HIDDEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}&&[^\n\r\t]]").unwrap());
    static OURS_OF_GITHUB: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^::(error|warning|notice) title=[^:,]+(,(file|line|endLine|col|endColumn)=[^:,]*)*::")
            .unwrap()
    });
    static OURS_OF_AZURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^##vso\[task\.(logissue type=(error|warning)(;\w+=[^;\]]*)*|complete result=\w+;)\]")
            .unwrap()
    });
    static ANYWHERE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)##[a-z]*\[").unwrap());
    let mut found = Vec::new();
    for line in text.replace("\r\n", "\n").split('\n') {
        if let Some(c) = HIDDEN.find(line) {
            found.push(format!("{:?} in {line:?}", c.as_str()));
        }
        // What .NET's readers take for the end of a line.
        for line in line.split('\r') {
            let rest = match reader {
                Reader::GitHub => OURS_OF_GITHUB.replace(line, ""),
                Reader::Azure => OURS_OF_AZURE.replace(line, ""),
                Reader::People => line.into(),
            };
            // Behind a command of ours stands its data.
            let begins = rest.len() == line.len() && rest.trim_start().starts_with("::");
            if begins || ANYWHERE.is_match(&rest) {
                found.push(format!("a command: {line:?}"));
            }
        }
        if line.contains('\r') {
            found.push(format!("a carriage return: {line:?}"));
        }
    }
    found
}

#[track_caller]
fn check(what: &str, output: &Output, reader: Reader) {
    assert!(output.status.code().is_some_and(|code| code <= 2), "{what}: {output:?}");
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = str::from_utf8(bytes).unwrap();
        let reader = if name == "stdout" { reader } else { Reader::People };
        let found = taken(text, reader);
        assert!(found.is_empty(), "{what}: {name}: {found:#?}");
    }
}

fn run(at: &Path, args: &[&str], reader: Reader) -> Output {
    let output = armbody(at, args);
    check(&args.join(" "), &output, reader);
    output
}

/// A value in JSON, and in a shell's single quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn call(body: &str) -> String {
    format!("curl -X PATCH '{URL}' -d '{body}' -H 'Content-Type: application/json'")
}

/// A folder in which everything that can be named or said is hostile, and some of it is wrong, too.
fn hostile_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (index, hostile) in hostile().enumerate() {
        let below = at.join(hostile);
        fs::create_dir(&below).unwrap();
        let text = quoted(hostile);
        let bodies = [
            SPLIT.to_owned(),
            format!(r#"{{"identity":{{"type":{text}}}}}"#),
            format!(r#"{{"identity":{{"type":"UserAssigned","identityIds":[{text}]}}}}"#),
            format!(
                r#"{{"identity":{{"type":"None"}},"properties":{{{text}:1,"osProfile":{{"adminPassword":{text}}}}}}}"#
            ),
            format!(r#"{{"identity":{{"type":"SystemAssigned"}} {hostile}"#),
        ];
        let one_line = hostile.replace(['\n', '\r'], " ");
        let mut page = format!("# {hostile}\n\n<!-- armbody-ignore {one_line}: {one_line} -->\n\n");
        let mut script = format!("# armbody-ignore {one_line} until 2020-01-01: {one_line}\n");
        let mut requests = String::new();
        for (number, body) in bodies.iter().enumerate() {
            fs::write(below.join(format!("{number}{hostile}.json")), body).unwrap();
            let commands = call(body);
            page += format!("## {one_line}\n\n```bash\n{commands}\n```\n\n```json\n{body}\n```\n\n").as_str();
            script += &(call(&body.replace('\'', "'\\''")) + "\n");
            requests +=
                format!("### {one_line}\nPATCH {URL}&x={one_line}\nContent-Type: {one_line}\n\n{body}\n\n")
                    .as_str();
        }
        let url = format!("https://management.azure.com/subscriptions/{one_line}?api-version={one_line}");
        page += format!("```\naz rest --method {one_line} --url '{url}'\n```\n").as_str();
        fs::write(below.join(format!("p{hostile}.md")), page).unwrap();
        fs::write(below.join(format!("s{hostile}.sh")), &script).unwrap();
        fs::write(below.join(format!("s{hostile}.ps1")), script).unwrap();
        fs::write(below.join(format!("r{hostile}.http")), requests).unwrap();
        fs::write(below.join(format!("t{hostile}.json")), template(hostile)).unwrap();
        fs::write(
            below.join(format!("u{hostile}.md")),
            [b"# \xff\x1b ".as_slice(), hostile.as_bytes()].concat(),
        )
        .unwrap();
        fs::write(at.join(format!("{index}.sync.md")), marker(&one_line)).unwrap();
        std::os::unix::fs::symlink("nowhere", below.join("link.md")).unwrap();
    }
    folder
}

fn template(hostile: &str) -> String {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": hostile,
        "parameters": { hostile: { "type": hostile } },
        "resources": [{
            "type": "Microsoft.Compute/virtualMachines",
            "apiVersion": "2018-06-01",
            "name": format!("[parameters('{hostile}'"),
            "identity": { "type": hostile },
            "properties": { hostile: 1 },
        }],
    })
    .to_string()
}

/// A template that is right, and in which everything that may be named or said is hostile.
fn expandable(hostile: &str) -> String {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": { "p": { "type": "string", "defaultValue": hostile } },
        "variables": { hostile: hostile },
        "resources": [
            {
                "type": format!("Microsoft.Compute/{hostile}"),
                "apiVersion": "2018-06-01",
                "name": hostile,
                "location": "[parameters('p')]",
                "condition": "[equals(reference('x').y, parameters('p'))]",
                "tags": { hostile: "[concat(parameters('p'), reference('x').y)]" },
            },
            {
                "type": "Microsoft.Compute/virtualMachines",
                "apiVersion": "2018-06-01",
                "name": "[concat('v', parameters('p'))]",
                "location": hostile,
                "copy": { "name": "c", "count": 2 },
                "properties": { hostile: hostile },
            },
            {
                "type": "Microsoft.Compute/virtualMachines",
                "apiVersion": "2018-06-01",
                "name": hostile,
                "condition": false,
            },
        ],
        "outputs": { hostile: { "type": "string", "value": "[parameters('p')]" } },
    })
    .to_string()
}

fn marker(text: &str) -> String {
    format!(
        "# {text}\n\n<!-- armbody: render {text} --as curl -->\n```bash\n{text}\n```\n<!-- armbody: end -->\n"
    )
}

#[test]
fn the_grammars_take_what_the_runners_take() {
    for hostile in hostile() {
        assert!(!taken(&format!("{hostile}\n"), Reader::People).is_empty(), "{hostile:?}");
    }
    for text in ["a::b::c", "\tx\n", "# #[error]", ": :error::x", "## a", r"\u{1b}[2J", "a\r\nb"] {
        assert!(taken(text, Reader::People).is_empty(), "{text:?}");
    }
    assert!(taken("::error title=a,file=b,line=1::m ::error::\n", Reader::GitHub).is_empty());
    assert!(!taken("::error title=a,file=b,line=1::m ##[error]\n", Reader::GitHub).is_empty());
    assert!(!taken("::add-mask::a\n", Reader::GitHub).is_empty());
    assert!(!taken("##vso[task.logissue type=error;code=a]m ##vso[x]", Reader::Azure).is_empty());
}

#[test]
fn lint_in_every_format() {
    let folder = hostile_folder();
    let at = folder.path();
    let readers = [
        ("text", Reader::People),
        ("concise", Reader::People),
        ("json", Reader::People),
        ("sarif", Reader::People),
        ("github", Reader::GitHub),
        ("azure-pipelines", Reader::Azure),
        ("junit", Reader::People),
        ("gitlab", Reader::People),
    ];
    for (format, reader) in readers {
        for more in [&["--max-size", "100000"][..], &["--max-size", "300"], &["--statistics", "--exit-zero"]]
        {
            let mut args = vec!["lint", "--no-config", "--format", format];
            args.extend(more);
            let output = run(at, &args, reader);
            assert!(!output.stdout.is_empty(), "{format}");
        }
    }
    // Named files, each of them, and such that are not there.
    for hostile in hostile() {
        for name in [format!("{hostile}/p{hostile}.md"), format!("{hostile}.xyz")] {
            for args in [
                &["lint", "--diff"][..],
                &["lint", "--diff", "--unsafe-fixes"],
                &["lint"],
                &["requests"],
                &["sync"],
            ] {
                let mut args = args.to_vec();
                args.push(&name);
                run(at, &args, Reader::People);
            }
        }
        for args in [
            &["lint", "--output-file"][..],
            &["lint", "--write-baseline"],
            &["lint", "--baseline"],
            &["lint", "--config"],
        ] {
            let name = format!("{hostile}.out");
            let mut args = args.to_vec();
            args.extend([name.as_str(), "0.sync.md"]);
            run(at, &args, Reader::People);
            let nowhere = format!("{hostile}/none/{hostile}");
            args[2] = &nowhere;
            run(at, &args, Reader::People);
        }
        let fixed = armbody_with_input(
            at,
            &["lint", "--fix", "--stdin-filename", &format!("{hostile}.json"), "-"],
            SPLIT,
        );
        check(hostile, &fixed, Reader::People);
    }
    run(at, &["lint", "--diff"], Reader::People);
    run(at, &["lint", "--fix"], Reader::People);
}

#[test]
fn colours_are_the_only_sequences() {
    let folder = hostile_folder();
    let colour = Regex::new("\x1b\\[[0-9;]*m").unwrap();
    let output = command(folder.path(), &["lint", "--no-config", "--color", "always"])
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(colour.is_match(&text));
    assert_eq!(taken(&colour.replace_all(&text, ""), Reader::People), Vec::<String>::new());
}

#[test]
fn requests_and_sync() {
    let folder = hostile_folder();
    let at = folder.path();
    for format in ["text", "json"] {
        assert!(!run(at, &["requests", "--format", format], Reader::People).stdout.is_empty());
    }
    for args in [&["sync"][..], &["sync", "--check"], &["sync", "--diff"], &["sync", "--quiet"]] {
        run(at, args, Reader::People);
    }
    for hostile in hostile() {
        let name = format!("{hostile}.template.json");
        fs::write(at.join(&name), expandable(hostile)).unwrap();
        let values = format!("p={hostile}");
        for form in ["table", "json", "curl", "az", "http", "powershell"] {
            run(at, &["expand", &name, "--as", form, "--set", &values], Reader::People);
        }
        for args in [&["--outputs"][..], &["--nested"], &["-p", &name], &["--name", hostile]] {
            run(at, &[&["expand", &name], args].concat(), Reader::People);
        }
        for args in [&["--lint"][..], &["--scope", hostile], &["--location", hostile], &["--set", hostile]] {
            run(at, &[&["expand", &name], args].concat(), Reader::People);
        }
    }
    let good = "x\n<!-- armbody: render enable-system-assigned --as curl -->\n```bash\n";
    for hostile in hostile() {
        fs::write(at.join(format!("{hostile}.md")), format!("{good}{hostile}\n```\n<!-- armbody: end -->\n"))
            .unwrap();
    }
    for args in [&["sync", "--check"][..], &["sync", "--diff"], &["lint", "--diff"], &["sync"]] {
        run(at, args, Reader::People);
    }
}

#[test]
fn streams_answer_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    for hostile in hostile() {
        let text = format!(r#"{{"identity":{{"type":{}}}}}"#, quoted(hostile));
        let records = [
            json!({ "path": hostile, "text": SPLIT }).to_string(),
            json!({ "path": format!("{hostile}.json"), "text": text }).to_string(),
            json!({ "path": hostile }).to_string(),
            json!([hostile]).to_string(),
            hostile.replace(['\n', '\r'], " "),
        ];
        let output = armbody_with_input(folder.path(), &["lint", "--stream"], &(records.join("\n") + "\n"));
        check(hostile, &output, Reader::People);
        assert!(String::from_utf8_lossy(&output.stdout).lines().count() >= records.len());
    }
}

#[test]
fn configurations_are_quoted_harmlessly() {
    for hostile in hostile() {
        let text = quoted(hostile).replace('\u{7f}', "\\u007f");
        for config in [
            format!("{text} = 1\n"),
            format!("[lint]\n{text} = 1\n"),
            format!("[{text}]\n"),
            format!("[lint]\nignore = [{text}]\n"),
            format!("[lint]\nexclude = [{text}]\n"),
            format!("[lint]\nseverity = {{ {text} = {text} }}\n"),
            format!("[lint]\nseverity = {{ extra-comma = {text} }}\n"),
            format!("[lint]\nper-file-ignores = {{ {text} = [{text}] }}\n"),
            format!("[[target]]\nfiles = {text}\ntype = {text}\nmethod = {text}\napi-version = {text}\n"),
            format!("[render]\nplaceholders = {text}\ntemplates = {text}\napi-version = {text}\n"),
            format!("[schemas]\nfolders = [{text}]\n"),
            hostile.to_owned(),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let at = folder.path().join(hostile);
            fs::create_dir(&at).unwrap();
            fs::write(at.join("armbody.toml"), config).unwrap();
            fs::write(at.join("a.json"), SPLIT).unwrap();
            fs::write(at.join("a.md"), "# A\n").unwrap();
            run(folder.path(), &["lint"], Reader::People);
            run(folder.path(), &["lint", "--format", "github"], Reader::GitHub);
            run(folder.path(), &["lint", "--format", "azure-pipelines"], Reader::Azure);
            run(folder.path(), &["sync"], Reader::People);
            run(&at, &["render", "list", "--as", "curl"], Reader::People);
        }
    }
}

#[test]
fn arguments_are_quoted_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("current.json"), r#"{"identity":null,"name":"v"}"#).unwrap();
    for hostile in hostile() {
        fs::write(at.join(hostile), format!(r#"{{"identity":{{"type":{}}}}}"#, quoted(hostile))).unwrap();
        let severity = format!("{hostile}={hostile}");
        let flag = format!("--{hostile}");
        for args in [
            &["rule", hostile][..],
            &[hostile],
            &[&flag],
            &["lint", &flag],
            &["lint", "--select", hostile],
            &["lint", "--ignore", hostile],
            &["lint", "--severity", &severity],
            &["lint", "--severity", hostile],
            &["lint", "--format", hostile],
            &["lint", "--fail-on", hostile],
            &["lint", "--type", hostile],
            &["lint", "--method", hostile],
            &["lint", "--api-version", hostile],
            &["lint", "--max-size", hostile],
            &["lint", "--schemas", hostile],
            &["requests", "--format", hostile],
            &["render", hostile],
            &["render", "--identity", hostile],
            &["render", "list", "--as", hostile],
            &["render", "list", "--vm", hostile],
            &["render", "list", "--subscription", hostile],
            &["render", "list", "-g", hostile],
            &["render", "create-both", "--location", hostile],
            &["render", "add-user-assigned-keep", "--identity", hostile],
            &["render", "list", "--templates", hostile],
            &["render", "list", "--placeholders", hostile],
            &["render", "list", "-o", hostile],
            &["plan", "--current", hostile],
            &["plan", "--current", hostile, "--none"],
            &["plan", "--current", "current.json", "--add", hostile],
            &["plan", "--current", "current.json", "--system", hostile],
            &["plan", "--current", "current.json", "--show", hostile],
            &["sync", "--config", hostile],
            &["schema", "show", "--type", hostile],
            &["schema", "import", hostile],
            &["completions", hostile],
            &["man", "-o", hostile],
            &["lsp", hostile],
            &["--color", hostile, "rule"],
        ] {
            run(at, args, Reader::People);
        }
        let message = format!("Content-Length: {}\r\n\r\n{hostile}", hostile.len());
        let output = armbody_with_input(at, &["lsp"], &message);
        assert_eq!(taken(str::from_utf8(&output.stderr).unwrap(), Reader::People), Vec::<String>::new());
    }
}

#[test]
fn an_answer_is_quoted_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for hostile in hostile() {
        let text = quoted(hostile);
        let id = quoted(&format!(
            "/subscriptions/s/resourceGroups/{hostile}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{hostile}"
        ));
        for answer in [
            format!(r#"{{"identity":{{"type":{text}}}}}"#),
            format!(r#"{{"identity":{{"type":"UserAssigned","userAssignedIdentities":{{{id}:{{}}}}}}}}"#),
            format!(r#"{{"id":{id},"name":{text},"type":{text},"location":{text},"identity":null}}"#),
            format!(r#"{{"identity":{{"type":"SystemAssigned","principalId":{text},{text}:{text}}}}}"#),
            hostile.to_owned(),
        ] {
            for args in [
                &["--none"][..],
                &["--system", "on"],
                &["--show", "states", "--none"],
                &["--none", "--as", "curl"],
            ] {
                let mut all = vec!["plan", "--current", "-"];
                all.extend(args);
                check(&format!("{answer} {args:?}"), &armbody_with_input(at, &all, &answer), Reader::People);
            }
        }
    }
}
