//! What the syntax family says of files as a whole, and what depends on where a body stands.

use armbody::arm::{Method, ResourceType};
use armbody::container::Kind;
use armbody::lint::{Finding, Options, Severity, check, rules, too_large};
use armbody::text::{Source, Span};

fn options(method: Method) -> Options {
    let mut options = Options::default();
    options.given.resource_type = Some(ResourceType::VirtualMachine);
    options.given.method = Some(method);
    options.given.api_version = Some("2018-06-01".parse().unwrap());
    options.select = rules().filter(|rule| rule.family == armbody::lint::Family::Syntax).collect();
    options
}

fn body(bytes: &[u8], method: Method) -> Vec<Finding> {
    check(&Source::from_bytes("body.json", bytes.to_vec()), Kind::Json, &options(method))
}

fn page(text: &str) -> Vec<Finding> {
    check(&Source::new("page.md", text), Kind::Markdown, &options(Method::Patch))
}

fn call(body: &str) -> String {
    format!(
        "# Title\n\n```bash\ncurl 'https://management.azure.com/subscriptions/$S/resourceGroups/g/providers/Microsoft.Compute/\
         virtualMachines/vm?api-version=2018-06-01' -X PATCH{body} -H 'Content-Type: application/json'\n```\n"
    )
}

fn names(findings: &[Finding]) -> Vec<(&'static str, Severity)> {
    findings.iter().map(|finding| (finding.rule.name, finding.severity)).collect()
}

#[test]
fn a_file_that_is_no_utf8_is_one_finding() {
    let found = body(b"{\"tags\":{\"a\":\"\xff\",\"b\":\"\xfe\"}}", Method::Patch);
    assert_eq!(names(&found), [("bad-encoding", Severity::Error)]);
    assert_eq!(found[0].span, Span::new(14, 15));
    // UTF-16 with half a unit, with half a pair; no text at all.
    for bytes in
        [&b"\xff\xfe{\0}\0}"[..], &b"\xfe\xff\0{\xd8\0\0}"[..], &b"\x7fELF\0\0\0"[..], &b"{\"a\":\0}"[..]]
    {
        assert_eq!(names(&body(bytes, Method::Patch)), [("bad-encoding", Severity::Error)], "{bytes:?}");
    }
}

#[test]
fn prose_in_an_old_encoding_is_only_noted() {
    let text = [b"Caf\xe9\n\n".to_vec(), call(" -d '{\"tags\":{\"a\":\"b\"}}'").into_bytes()].concat();
    let found = check(&Source::from_bytes("page.md", text), Kind::Markdown, &options(Method::Patch));
    assert_eq!(names(&found), [("bad-encoding", Severity::Note)]);
}

#[test]
fn a_character_that_stands_for_no_byte_is_itself() {
    assert_eq!(
        names(&body(b"{\"tags\":{\"a\":\"\x1a\"}}", Method::Patch)),
        [("control-character", Severity::Error)]
    );
    assert_eq!(names(&body(b"{\"tags\":\x1a{}}", Method::Patch)), [("bad-encoding", Severity::Error)]);
}

#[test]
fn nothing_is_a_mistake_where_something_is_due() {
    for method in [Method::Put, Method::Patch] {
        for text in ["", "\n", "\u{feff}", "  \r\n"] {
            assert_eq!(names(&body(text.as_bytes(), method)), [("empty-body", Severity::Error)], "{text:?}");
        }
    }
    assert_eq!(names(&body(b"", Method::Get)), []);
    for data in ["", " -d ''", " -d ' '", " --data-raw \"\""] {
        assert_eq!(names(&page(&call(data))), [("empty-body", Severity::Error)], "{data:?}");
    }
    for data in [" -d @body.json", " -d \"$BODY\"", " -d \"$(cat body.json)\""] {
        assert_eq!(names(&page(&call(data))), [], "{data}");
    }
    let get = call("").replace(" -X PATCH", "");
    assert_eq!(names(&page(&get)), []);
}

#[test]
fn a_file_past_the_limit_is_not_looked_at() {
    let mut options = options(Method::Patch);
    options.max_size = Some(10);
    let findings = check(&Source::new("body.json", "{\"tags\":{\"a\" 1}}"), Kind::Json, &options);
    assert_eq!(names(&findings), [("too-large", Severity::Error)]);
    assert_eq!(findings[0].message, too_large(10).message);
}

#[test]
fn an_ellipsis_is_a_note_where_people_read() {
    let body_text = "{\"tags\": {\"a\": \"b\"}, ...}";
    assert_eq!(names(&page(&call(&format!(" -d '{body_text}'")))), [("ellipsis", Severity::Note)]);
    assert_eq!(names(&body(body_text.as_bytes(), Method::Patch)), [("ellipsis", Severity::Error)]);
}

#[test]
fn a_list_of_types_is_one_wherever_an_identity_stands() {
    for text in [
        r#"{"identity":{"type":["SystemAssigned","UserAssigned"]}}"#,
        r#"{"identity":{"identity":{"type":["SystemAssigned","UserAssigned"]}}}"#,
        r#"{"properties":{"identity":{"type":["SystemAssigned"]}}}"#,
        r#"{"identity":{"Type":["UserAssigned", "SystemAssigned"]}}"#,
    ] {
        let found = body(text.as_bytes(), Method::Patch);
        assert_eq!(names(&found), [("identity-type-split", Severity::Error)], "{text}");
        assert!(found[0].fix.as_ref().is_some_and(|fix| fix.safe), "{text}");
    }
}

#[test]
fn a_bracket_with_two_places_is_not_fixed() {
    // `name` may be a tag or the resource's.
    let text = r#"{"location":"westus","tags":{"a":"b","name":"vm","identity":{"type":"None"}}"#;
    let found = body(text.as_bytes(), Method::Put);
    assert_eq!(names(&found), [("unclosed-bracket", Severity::Error)]);
    assert!(found[0].fix.is_none(), "{:?}", found[0].fix);
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("more than one place")));
}

#[test]
fn a_bracket_with_one_place_is_fixed_there() {
    let text = r#"{"location":"westus","properties":{"hardwareProfile":{"vmSize":"A1","storageProfile":{}}}"#;
    let found = body(text.as_bytes(), Method::Put);
    assert_eq!(names(&found), [("unclosed-bracket", Severity::Error)]);
    let fix = found[0].fix.as_ref().unwrap();
    assert!(fix.safe);
    let after = r#""vmSize":"A1""#;
    assert_eq!(fix.edits[0].span, Span::at(text.find(after).unwrap() + after.len()));
}
