//! Every format through the same set of files, each read back by a reader that is not ours or by a strict parser
//! of its documented grammar.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use armbody::container::Kind;
use armbody::lint::{Finding, Fix, Label, Options, Severity, inspect};
use armbody::report::{Checked, Format, Mask, Report, Summary};
use armbody::text::{Edit, Shown, Source, Span};
use serde_json::Value;

/// What a format's own marks would have to be escaped for.
const HOSTILE: &str = "a\nb\r\nc%0A %25 %AZP25 ::error file=x::y ##vso[task.complete result=Failed;]z ##[error] \
                       ]]> ; ] , = \" ' < > & \u{1b}[2J\u{7} \u{202e} é 𝒳";

pub(super) struct File {
    source: Source,
    findings: Vec<Finding>,
    mask: Mask,
}

fn read(name: &str, text: &str, kind: Kind) -> File {
    let source = Source::new(name, text);
    let (findings, secrets) = inspect(&source, kind, &Options::default());
    let mask = Mask::new(&source, secrets);
    File { source, findings, mask }
}

const CURL: &str = "curl -X PATCH 'https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01' -H 'Content-Type: application/json' -d";

/// The set: a clean file, a syntax mistake, non-ASCII, CR LF, spans of several lines and at the end, hostile texts.
pub(super) fn files() -> Vec<File> {
    let split = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
    let article = format!("# é𝒳\n\n```bash\n: 𝒳é; {CURL} '{split}'\n```\n");
    let mut files = vec![
        read("clean.json", r#"{"tags":{}}"#, Kind::Json),
        read("split.json", split, Kind::Json),
        read("docs/é ü.md", &article, Kind::Markdown),
        read("crlf.md", &format!("\u{feff}{}", article.replace('\n', "\r\n")), Kind::Markdown),
        read(
            "lines.json",
            "{\"identity\":{\"type\":\"SystemAssigned\",\n\n   \"UserAssigned\"}}\n",
            Kind::Json,
        ),
    ];
    let rows = files[1].findings.len();
    assert!(rows > 0 && !files[2].findings.is_empty() && files[3].findings.len() >= files[2].findings.len());
    assert!(files[4].findings.iter().any(|it| it.span.len() > 20), "a span of several lines");

    let mut hostile = read(&format!("x,y:z;]/{HOSTILE}.json"), &format!("{split}\n"), Kind::Json);
    let end = hostile.source.text().len();
    let mut finding = hostile.findings[0].clone();
    HOSTILE.clone_into(&mut finding.message);
    finding.help = Some(HOSTILE.to_owned());
    finding.labels = vec![Label { message: HOSTILE.to_owned(), span: Span::at(end) }];
    finding.fix = Some(Box::new(Fix {
        title: HOSTILE.to_owned(),
        safe: false,
        edits: vec![Edit::replace(finding.span, HOSTILE), Edit::insert(end as u32, HOSTILE)],
    }));
    let mut at_end = finding.clone();
    at_end.span = Span::at(end);
    let mut note = finding.clone();
    note.severity = Severity::Note;
    let mut warning = finding.clone();
    warning.severity = Severity::Warning;
    hostile.findings = vec![finding, warning, note, at_end];
    files.push(hostile);
    files
}

pub(super) fn write(format: Format, files: &[File], problems: &[&str]) -> String {
    let mut report = Report::new(format, false);
    let mut out = String::new();
    let mut add = |text: &Shown| {
        out.push_str(text.as_str());
        Ok(())
    };
    for file in files {
        let text =
            report.render(Checked { source: &file.source, findings: &file.findings, mask: &file.mask });
        report.write(&text, &mut add).unwrap();
    }
    let found = || files.iter().flat_map(|file| &file.findings);
    let worst = found().map(|it| it.severity).max();
    let mut rules = Vec::new();
    for finding in found() {
        if !rules.contains(&finding.rule) {
            rules.push(finding.rule);
        }
    }
    let summary = Summary {
        fails: worst == Some(Severity::Error) || !problems.is_empty(),
        worst,
        rules,
        problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
        ..Summary::default()
    };
    report.end(&summary, &mut add).unwrap();
    out
}

/// What a reader has to find: path, rule, severity, start and end as lines and columns, message.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Row {
    path: String,
    rule: String,
    severity: String,
    start: (u32, u32),
    end: (u32, u32),
    message: String,
}

fn expected(files: &[File]) -> Vec<Row> {
    let place = |source: &Source, offset: u32| {
        // A file has no line behind its last line break.
        let text = source.text();
        let last = text.len()
            - text.strip_suffix('\n').map_or(0, |rest| text.len() - rest.trim_end_matches('\r').len());
        let at = source.position(if offset as usize == text.len() { last as u32 } else { offset });
        (at.line, at.column)
    };
    files
        .iter()
        .flat_map(|file| {
            file.findings.iter().map(|finding| Row {
                path: file.source.name().to_owned(),
                rule: finding.rule.name.to_owned(),
                severity: finding.severity.to_string(),
                start: place(&file.source, finding.span.start),
                end: place(&file.source, finding.span.end),
                message: finding.message.clone(),
            })
        })
        .collect()
}

/// As formats show a text that nobody may be steered by.
fn shown(text: &str) -> String {
    let text = text.replace("##vso[", "# #vso[").replace("##[", "# #[");
    without_control(&text).replace('\u{202e}', "\\u{202e}")
}

/// What no format can write.
fn without_control(text: &str) -> String {
    text.replace('\u{1b}', "\\u{1b}").replace('\u{7}', "\\u{7}")
}

// ---- SARIF ----------------------------------------------------------------------------------------------------

/// The schema that OASIS publishes, as the crate of typed SARIF carries it.
fn sarif_schema() -> Value {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Without the platform, packages that only others need would have to be there.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = std::path::Path::new(package["manifest_path"].as_str().unwrap());
    let schema = std::fs::read(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // Its pattern has a bracket too many, which strict readers of patterns refuse; no report names a language.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    schema
}

#[track_caller]
fn valid_sarif(validator: &jsonschema::Validator, text: &str) -> serde_sarif::sarif::Sarif {
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    serde_json::from_str(text).unwrap()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            assert!(byte.is_ascii_graphic(), "{uri}");
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn sarif_is_valid_and_says_what_was_found() {
    let schema = sarif_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let files = files();

    let empty = valid_sarif(&validator, &write(Format::Sarif, &[], &[]));
    assert_eq!(empty.runs[0].results.as_ref().unwrap().len(), 0);
    let failed = valid_sarif(&validator, &write(Format::Sarif, &[], &[HOSTILE]));
    let invocation = &failed.runs[0].invocations.as_ref().unwrap()[0];
    assert!(!invocation.execution_successful);
    let notes = invocation.tool_execution_notifications.as_ref().unwrap();
    assert_eq!(notes[0].message.text.as_deref(), Some(HOSTILE));

    let text = write(Format::Sarif, &files, &[]);
    let log = valid_sarif(&validator, &text);
    let run = &log.runs[0];
    assert!(text.contains(r#""columnKind":"unicodeCodePoints""#));
    let results = run.results.as_ref().unwrap();
    let rows: Vec<Row> = results
        .iter()
        .map(|result| {
            let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
            let artifact = place.artifact_location.as_ref().unwrap();
            assert_eq!(artifact.uri_base_id.as_deref(), Some("%SRCROOT%"));
            let region = place.region.as_ref().unwrap();
            let number = |number: Option<i64>| u32::try_from(number.unwrap()).unwrap();
            let message = result.message.text.clone().unwrap();
            Row {
                path: decoded(artifact.uri.as_deref().unwrap()),
                rule: result.rule_id.clone().unwrap(),
                severity: serde_json::to_value(result.level).unwrap().as_str().unwrap().to_owned(),
                start: (number(region.start_line), number(region.start_column)),
                end: (number(region.end_line), number(region.end_column)),
                message,
            }
        })
        .collect();
    for (row, expected) in rows.iter().zip(expected(&files)) {
        assert!(row.message.starts_with(&expected.message));
        assert_eq!(Row { message: expected.message.clone(), ..row.clone() }, expected);
    }
    assert_eq!(rows.len(), expected(&files).len());

    let rules = run.tool.driver.rules.as_ref().unwrap();
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert!(rows.iter().all(|row| known.contains(row.rule.as_str())) && known.len() == rules.len());
    for rule in rules {
        let help = rule.help.as_ref().unwrap();
        assert!(help.markdown.as_ref().unwrap().starts_with(&format!("# {}\n", rule.id)));
        assert!(rule.full_description.as_ref().unwrap().text.len() > 20);
        assert!(rule.default_configuration.as_ref().unwrap().level.is_some());
    }
}

#[test]
fn a_fix_in_sarif_is_the_fix() {
    let files = files();
    let log: Value = serde_json::from_str(&write(Format::Sarif, &files, &[])).unwrap();
    let mut results = log["runs"][0]["results"].as_array().unwrap().iter();
    let mut fixes = 0;
    for file in &files {
        for finding in &file.findings {
            let result = results.next().unwrap();
            let Some(fix) = &finding.fix else {
                assert!(result.get("fixes").is_none());
                continue;
            };
            fixes += 1;
            let offset = |line: &Value, column: &Value| {
                let (line, column) = (line.as_u64().unwrap() as usize, column.as_u64().unwrap() as usize);
                let text = file.source.text();
                let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
                let skipped = text[start..].trim_start_matches('\u{feff}');
                let start = text.len() - skipped.len();
                start + skipped.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
            };
            let replacements = result["fixes"][0]["artifactChanges"][0]["replacements"].as_array().unwrap();
            let edits: Vec<Edit> = replacements
                .iter()
                .map(|replacement| {
                    let region = &replacement["deletedRegion"];
                    let start = offset(&region["startLine"], &region["startColumn"]);
                    let end = offset(&region["endLine"], &region["endColumn"]);
                    let text = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
                    Edit::replace(Span::new(start, end), text)
                })
                .collect();
            assert_eq!(edits, fix.edits);
        }
    }
    assert!(fixes >= 5);
}

#[test]
fn fingerprints_survive_moved_lines() {
    let prints = |before: &str| -> Vec<String> {
        let body = "{\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}";
        let file = read("a.json", &format!("{before}{body}"), Kind::Json);
        let log: Value = serde_json::from_str(&write(Format::Sarif, &[file], &[])).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|result| result["partialFingerprints"]["armbody/v2"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(prints(""), prints("\n\n  "));
}

// ---- GitHub ---------------------------------------------------------------------------------------------------

/// `::name key=value,key=value::data`, decoded; anything else is not a command.
fn github_command(line: &str) -> (String, BTreeMap<String, String>, String) {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, data) = rest.split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    assert!(["error", "warning", "notice"].contains(&name), "{name}");
    let decode = |text: &str, property: bool| {
        assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
        text.replace("%25", "%")
    };
    let properties: BTreeMap<String, String> = properties
        .split(',')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), decode(value, true)))
        .collect();
    for key in properties.keys() {
        assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&key.as_str()), "{key}");
    }
    (name.to_owned(), properties, decode(data, false))
}

#[test]
fn github_reads_every_annotation() {
    assert_eq!(write(Format::GitHub, &[], &[]), "");
    let (_, _, problem) = github_command(write(Format::GitHub, &[], &[HOSTILE]).trim_end_matches('\n'));
    assert_eq!(problem, shown(HOSTILE));
    let files = files();
    let text = write(Format::GitHub, &files, &[]);
    let expected = expected(&files);
    assert_eq!(text.lines().count(), expected.len());
    for (line, row) in text.lines().zip(expected) {
        let (name, properties, message) = github_command(line);
        let get = |key: &str| properties.get(key).map(String::as_str);
        assert_eq!(name, if row.severity == "note" { "notice" } else { row.severity.as_str() });
        assert_eq!(get("file"), Some(shown(&row.path).as_str()));
        assert_eq!(get("title"), Some(row.rule.as_str()));
        assert_eq!(get("line"), Some(row.start.0.to_string().as_str()));
        assert_eq!(get("endLine"), Some(row.end.0.to_string().as_str()));
        let column = (row.start.0 == row.end.0).then(|| row.start.1.to_string());
        assert_eq!(get("col"), column.as_deref(), "columns only within one line");
        assert_eq!(get("endColumn").is_some(), column.is_some());
        assert!(message.starts_with(&shown(&row.message)), "{message}");
    }
}

// ---- Azure Pipelines ------------------------------------------------------------------------------------------

/// What an agent takes of a line: the command from `##vso[` to the first `]`, wherever it stands.
fn azure_command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let from = line.find("##vso[")?;
    assert_eq!(from, 0, "a command within a line: {line}");
    let (head, data) = line["##vso[".len()..].split_once(']').unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let decode = |text: &str, property: bool| {
        assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = if property { text.replace("%3B", ";").replace("%5D", "]") } else { text };
        text.replace("%AZP25", "%")
    };
    let properties = properties
        .split(';')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), decode(value, true)))
        .collect();
    Some((name.to_owned(), properties, decode(data, false)))
}

#[test]
fn azure_pipelines_reads_every_issue() {
    assert_eq!(write(Format::AzurePipelines, &[], &[]), "");
    let text = write(Format::AzurePipelines, &[], &[HOSTILE]);
    let lines: Vec<_> = text.lines().map(|line| azure_command(line).unwrap()).collect();
    assert_eq!(lines[0].2, shown(HOSTILE));
    assert_eq!((lines[1].0.as_str(), lines[1].1["result"].as_str()), ("task.complete", "Failed"));

    let mut files = files();
    let text = write(Format::AzurePipelines, &files, &[]);
    let expected = expected(&files);
    let mut lines = text.lines();
    for row in &expected {
        let line = lines.next().unwrap();
        if row.severity == "note" {
            assert!(azure_command(line).is_none() && !line.contains("##["), "{line}");
            assert!(line.contains(&format!("note {}:", row.rule)));
            continue;
        }
        let (name, properties, message) = azure_command(line).unwrap();
        assert_eq!(name, "task.logissue");
        assert_eq!(properties["type"], row.severity);
        assert_eq!(properties["sourcepath"], shown(&row.path));
        assert_eq!(properties["linenumber"], row.start.0.to_string());
        assert_eq!(properties["columnnumber"], row.start.1.to_string());
        assert_eq!(properties["code"], row.rule);
        assert_eq!(message, shown(&row.message));
    }
    assert_eq!(lines.next(), Some("##vso[task.complete result=Failed;]"));
    assert_eq!(lines.next(), None);

    for file in &mut files {
        file.findings.retain(|finding| finding.severity < Severity::Error);
    }
    let text = write(Format::AzurePipelines, &files, &[]);
    assert_eq!(text.lines().last(), Some("##vso[task.complete result=SucceededWithIssues;]"));
    for file in &mut files {
        file.findings.retain(|finding| finding.severity == Severity::Note);
    }
    assert!(!write(Format::AzurePipelines, &files, &[]).contains("##vso["));
}

// ---- JUnit ----------------------------------------------------------------------------------------------------

/// The suites: name, the numbers it states, its cases with what is in them.
#[derive(Debug, Default)]
struct Suite {
    name: String,
    stated: [usize; 3],
    cases: usize,
    failures: Vec<String>,
    errors: usize,
    outputs: usize,
}

fn junit(text: &str) -> Vec<Suite> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut suites: Vec<Suite> = Vec::new();
    let mut depth = 0;
    loop {
        let event = reader.read_event().unwrap();
        let (tag, is_start) = match &event {
            Event::Start(tag) => (tag.clone(), true),
            Event::Empty(tag) => (tag.clone(), false),
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        depth += i32::from(is_start);
        let mut attributes = BTreeMap::new();
        for attribute in tag.attributes() {
            let attribute = attribute.unwrap();
            let key = attribute.key.as_ref().to_owned();
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned();
            assert!(!value.contains(|c: char| c.is_control() && !"\n\r\t".contains(c)), "{value:?}");
            attributes.insert(key, value);
        }
        match tag.name().as_ref() {
            "testsuites" => assert_eq!(attributes["name"], "armbody"),
            "testsuite" => suites.push(Suite {
                name: attributes["name"].clone(),
                stated: ["tests", "failures", "errors"].map(|key| attributes[key].parse().unwrap()),
                ..Suite::default()
            }),
            "testcase" => suites.last_mut().unwrap().cases += 1,
            "failure" => suites.last_mut().unwrap().failures.push(attributes["message"].clone()),
            "error" => suites.last_mut().unwrap().errors += 1,
            "properties" | "property" => {}
            "system-out" => suites.last_mut().unwrap().outputs += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(depth, 0);
    suites
}

#[test]
fn an_xml_parser_reads_junit() {
    let empty = junit(&write(Format::JUnit, &[], &[]));
    assert_eq!((empty.len(), empty[0].stated), (1, [0, 0, 0]), "the run's own suite");
    let failed = junit(&write(Format::JUnit, &[], &[HOSTILE]));
    assert_eq!((failed[0].errors, failed[0].stated), (1, [1, 0, 1]));
    let files = files();
    let suites = junit(&write(Format::JUnit, &files, &[]));
    assert_eq!(suites.len(), files.len() + 1, "a suite a file, clean ones too, and the run's own");
    for (suite, file) in suites.iter().zip(&files) {
        assert_eq!(suite.name, without_control(file.source.name()));
        assert_eq!(suite.stated, [suite.cases, suite.failures.len(), 0]);
        assert_eq!(suite.cases, file.findings.len().max(1));
        assert_eq!(suite.failures.len() + suite.outputs, file.findings.len());
        let messages = file.findings.iter().filter(|it| it.severity == Severity::Error);
        let messages: Vec<String> = messages.map(|it| without_control(&it.message)).collect();
        assert_eq!(suite.failures, messages);
    }
}

// ---- GitLab, JSON, concise ------------------------------------------------------------------------------------

#[test]
fn gitlab_has_what_code_quality_asks_for() {
    assert_eq!(write(Format::GitLab, &[], &[]), "[]\n");
    let files = files();
    let issues: Vec<Value> = serde_json::from_str(&write(Format::GitLab, &files, &[])).unwrap();
    let mut prints = BTreeSet::new();
    for (issue, row) in issues.iter().zip(expected(&files)) {
        assert_eq!(issue["description"], row.message);
        assert_eq!(issue["check_name"], row.rule);
        assert_eq!(issue["location"]["path"], row.path);
        assert_eq!(issue["location"]["lines"]["begin"], row.start.0);
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
        );
        assert!(prints.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "fingerprints are unique");
    }
    assert_eq!(issues.len(), expected(&files).len());
}

#[test]
fn json_and_concise_keep_their_shape() {
    let files = files();
    let rows: Vec<Value> = serde_json::from_str(&write(Format::Json, &files, &[])).unwrap();
    assert_eq!(rows.len(), expected(&files).len());
    let concise = write(Format::Concise, &files, &[]);
    assert_eq!(concise.lines().count(), rows.len(), "{concise}");
    assert!(!concise.contains('\u{1b}'));
}

#[test]
fn no_format_shows_a_secret() {
    let text = format!(
        "```bash\n{CURL} '{{\"properties\":{{\"osProfile\":{{\"adminPassword\":\"Gehe1mnis!\"}}}},\"identity\":{{\"type\":\"SystemAssigned\",\"UserAssigned\"}}}}'\n```\n"
    );
    let file = read("a.md", &text, Kind::Markdown);
    assert!(!file.mask.is_empty() && !file.findings.is_empty());
    let files = [file];
    for (name, format) in Format::NAMES {
        let text = write(format, &files, &[]);
        assert!(!text.contains("Gehe1mnis"), "{name}: {text}");
    }
}

// ---- Reviewdog ------------------------------------------------------------------------------------------------

/// The fields of reviewdog's schema that are written, with their types: anything else fails.
mod rdjson {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Log {
        pub(super) source: Source,
        pub(super) diagnostics: Vec<Diagnostic>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Source {
        pub(super) name: String,
        pub(super) url: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Diagnostic {
        pub(super) message: String,
        pub(super) location: Location,
        pub(super) severity: String,
        pub(super) code: Code,
        #[serde(default)]
        pub(super) suggestions: Vec<Suggestion>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Code {
        pub(super) value: String,
        pub(super) url: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Location {
        pub(super) path: String,
        pub(super) range: Range,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Range {
        pub(super) start: Position,
        pub(super) end: Position,
    }

    #[derive(Deserialize, Clone, Copy)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Position {
        pub(super) line: usize,
        pub(super) column: usize,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Suggestion {
        pub(super) range: Range,
        pub(super) text: String,
    }
}

#[test]
fn reviewdog_reads_every_diagnostic() {
    let read = |text: &str| serde_json::from_str::<rdjson::Log>(text).unwrap();
    assert!(read(&write(Format::RdJson, &[], &[])).diagnostics.is_empty());
    let files = files();
    let text = write(Format::RdJson, &files, &[HOSTILE]);
    assert!(Format::RdJson.is_begun_by(&text));
    let log = read(&text);
    assert_eq!(log.source.name, "armbody");
    assert!(log.source.url.starts_with("https://"));
    let rows = expected(&files);
    assert_eq!(log.diagnostics.len(), rows.len());
    let mut suggested = 0;
    let findings = files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
    for ((diagnostic, row), (file, finding)) in log.diagnostics.iter().zip(&rows).zip(findings) {
        assert_eq!(diagnostic.location.path, row.path);
        assert_eq!(diagnostic.code.value, row.rule);
        assert!(
            diagnostic.code.url.ends_with(&format!("/docs/rules/{}.md", row.rule)),
            "{}",
            diagnostic.code.url
        );
        assert!(diagnostic.message.starts_with(&row.message), "{}", diagnostic.message);
        let severity = match row.severity.as_str() {
            "error" => "ERROR",
            "warning" => "WARNING",
            _ => "INFO",
        };
        assert_eq!(diagnostic.severity, severity);
        let text = file.source.text();
        // Columns are bytes: what they name is cut out of the line.
        let offset = |at: rdjson::Position| {
            let start: usize = text.split_inclusive('\n').take(at.line - 1).map(str::len).sum();
            let mark = if at.line == 1 && text.starts_with('\u{feff}') { 3 } else { 0 };
            start + mark + at.column - 1
        };
        let range = &diagnostic.location.range;
        if (finding.span.end as usize) < text.len() {
            assert_eq!(
                (offset(range.start), offset(range.end)),
                (finding.span.start as usize, finding.span.end as usize)
            );
        }
        for suggestion in &diagnostic.suggestions {
            suggested += 1;
            let edits = &finding.fix.as_ref().unwrap().edits;
            let fixed = armbody::text::apply_edits(text, edits).unwrap();
            let mut by_hand = text.to_owned();
            if edits.iter().all(|edit| (edit.span.end as usize) < text.len()) {
                by_hand.replace_range(
                    offset(suggestion.range.start)..offset(suggestion.range.end),
                    &suggestion.text,
                );
                if !finding.message.contains('\n') {
                    assert_eq!(by_hand, fixed);
                }
            }
        }
    }
    assert!(suggested >= 3, "{suggested}");
}

// ---- the problem matcher --------------------------------------------------------------------------------------

#[test]
fn the_problem_matcher_reads_the_concise_format() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/problem-matchers/armbody.json");
    let matcher: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let pattern = &matcher["problemMatcher"][0]["pattern"][0];
    let regexp = regex::Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let files = files();
    let text = write(Format::Concise, &files, &[]);
    let group = |captures: &regex::Captures<'_>, name: &str| {
        captures[usize::try_from(pattern[name].as_u64().unwrap()).unwrap()].to_owned()
    };
    let rows = expected(&files);
    assert_eq!(text.lines().count(), rows.len());
    let places = files
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| file.source.position(finding.span.start)));
    for ((line, row), place) in text.lines().zip(rows).zip(places) {
        let Some(captures) = regexp.captures(line) else {
            assert_eq!(row.severity, "note", "{line}");
            continue;
        };
        assert_eq!(group(&captures, "severity"), row.severity);
        assert_eq!(group(&captures, "code"), row.rule);
        assert_eq!(group(&captures, "line"), place.line.to_string());
        assert_eq!(group(&captures, "column"), place.column.to_string());
        let path = shown(&row.path).replace('\n', "\\n").replace('\r', "\\r");
        assert_eq!(group(&captures, "file"), path);
    }
}

#[test]
fn sarif_has_what_code_scanning_and_advanced_security_ask_for() {
    let log: Value = serde_json::from_str(&write(Format::Sarif, &files(), &[])).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "armbody/");
    let driver = &run["tool"]["driver"];
    for name in ["name", "fullName", "version", "semanticVersion", "informationUri"] {
        assert!(driver[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    for rule in driver["rules"].as_array().unwrap() {
        let name = rule["name"].as_str().unwrap();
        assert!(name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric), "{name}");
        assert_eq!(name.to_lowercase(), rule["id"].as_str().unwrap().replace('-', ""));
        assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty());
        }
    }
    for result in run["results"].as_array().unwrap() {
        assert!(result["partialFingerprints"]["armbody/v2"].is_string());
        let physical = &result["locations"][0]["physicalLocation"];
        assert!(physical["region"]["startLine"].as_u64() > Some(0));
        assert!(!physical["artifactLocation"]["uri"].as_str().unwrap().starts_with('/'));
    }
}
