use super::*;
use crate::text::{Source, apply_edits};

fn read<T>(text: &str, style: Style, look: impl FnOnce(&Source, Vec<Call<'_>>) -> T) -> T {
    let source = Source::new("x.http", text);
    let code = source.fragment();
    look(&source, calls(&code, style, &mut Assigned::default()))
}

fn lines(text: &str, style: Style) -> Vec<String> {
    read(text, style, |_, calls| {
        calls
            .iter()
            .map(|call| {
                let text =
                    |part: &Option<Fragment<'_>>| part.as_ref().map_or("-".into(), |it| it.text().to_owned());
                let headers: Vec<&str> = call.headers.iter().map(Fragment::text).collect();
                let body = match &call.body {
                    Payload::Text(body) => body.text().to_owned(),
                    Payload::File(name) => format!("@{}", name.text()),
                    _ => "-".to_owned(),
                };
                format!("{} {} [{}] {body}", text(&call.method), text(&call.url), headers.join("|"))
            })
            .collect()
    })
}

#[test]
fn a_method_in_a_line_of_its_own() {
    let text = "PUT  \nhttps://h/x?api-version=1\nA: b\n\n{}\n\n  PUT/PATCH\n  https://h/y\n{\"a\": 1}\n";
    let found = lines(text, Style::Block);
    assert_eq!(found[0], "PUT https://h/x?api-version=1 [A: b] {}");
    assert!(found[1].starts_with("PUT https://h/y [] {\"a\": 1}"), "{found:?}");
    assert_eq!(found.len(), 2);
    assert!(begins(text, Style::Unknown));
    assert!(!begins("GET\nout of here\n", Style::Block));
    assert_eq!(lines("GET\nPUT\nhttps://h/x", Style::Block), ["PUT https://h/x [] -"]);
}

#[test]
fn what_a_method_is_used_on_may_stand_in_quotes() {
    for (line, wanted) in [
        ("PUT on '/subscriptions/s/x?api-version=1'", "PUT /subscriptions/s/x?api-version=1 [] -"),
        ("PATCH on \"https://h/x?api-version=1\":", "PATCH https://h/x?api-version=1 [] -"),
        ("GET On `/providers/x`", "GET /providers/x [] -"),
        ("DELETE on ‘/subscriptions/s/x’", "DELETE /subscriptions/s/x [] -"),
        ("LIST https://h/x", "LIST https://h/x [] -"),
    ] {
        assert_eq!(lines(line, Style::Unknown), [wanted]);
        assert!(begins(line, Style::Unknown) && may_begin(line), "{line}");
    }
    for line in ["PUT on the table", "PUT on ' x'", "PUT on", "GET only 'x'", "LIST of things"] {
        assert_eq!(lines(line, Style::Block), [""; 0], "{line}");
    }
}

#[test]
fn requests_are_read() {
    let cases = [
        (
            "PUT https://h/x?api-version=1 HTTP/1.1\nHost: h\nA-B: c\n\n{\"a\": 1}\n",
            "PUT https://h/x?api-version=1 [Host: h|A-B: c] {\"a\": 1}",
        ),
        (
            "PUT https://h/x\n    /y\n    ?api-version=1\n    &a=b HTTP/1.1\nA: b\n\n{}",
            "PUT https://h/x/y?api-version=1&a=b [A: b] {}",
        ),
        ("PUT https://h/x?\napi-version=1\n\n{}", "PUT https://h/x?api-version=1 [] {}"),
        (
            "  PATCH /subscriptions/{Sub Id}/x?api-version=1\n    <common headers>\n    {\n      \"a\": 1\n    }",
            "PATCH /subscriptions/{Sub Id}/x?api-version=1 [] {\n      \"a\": 1\n    }",
        ),
        ("PUT https://h/x\n\nRequest body:\n{}\n\nResponse:\n{}", "PUT https://h/x [] {}"),
        ("PUT https://h/x\n\n{\"a\": {}}}\n", "PUT https://h/x [] {\"a\": {}}}"),
        ("PUT https://h/x\n\n{\"a\": 1\n\nHTTP/1.1 200 OK\n\n{}", "PUT https://h/x [] {\"a\": 1"),
        ("GET https://h/x\n\n{\"value\": []}", "GET https://h/x [] -"),
        ("DELETE {{base}}/x", "DELETE {{base}}/x [] -"),
    ];
    for (text, wanted) in cases {
        for style in [Style::Unknown, Style::Block] {
            assert_eq!(lines(text, style), [wanted], "{text}");
        }
    }
    for text in ["PUT the VM", "Put https://h", "GET", "PUT/GET /x", "// PUT https://h"] {
        assert_eq!(lines(text, Style::Unknown), [""; 0], "{text}");
    }
    assert_eq!(lines("get https://h", Style::Block), ["get https://h [] -"]);
}

#[test]
fn a_file_has_many_with_variables() {
    let text = "@base = https://management.azure.com\n@v=2023-07-01\n@params = ?api-version={{v}}\n@name = vm1\n\n### one\n# @name one\n\
                GET {{base}}/{{name}}{{params}}\nAuthorization: Bearer {{token}}\n\n### two\nPUT {{base}}/x\n  {{params}}\n// note\nContent-Type: application/json\n\n\
                {\"a\": \"{{name}}\"}\n\n# ----\n# next\n###\nPUT {{base}}/y\n\n<@ ./body.json\n\n###\nhttps://h/z\n";
    assert_eq!(
        lines(text, Style::File),
        [
            "GET https://management.azure.com/{{name}}?api-version=2023-07-01 [Authorization: Bearer {{token}}] -",
            "PUT https://management.azure.com/x?api-version=2023-07-01 [Content-Type: application/json] {\"a\": \"{{name}}\"}",
            "PUT https://management.azure.com/y [] @./body.json",
            "- https://h/z [] -",
        ]
    );
    read(text, Style::File, |source, calls| {
        let url = calls[0].url.as_ref().unwrap();
        let at = url.text().find("2023").unwrap();
        assert_eq!(&source.text()[url.to_file(Span::new(at, at + 10)).range()], "{{params}}");
        let body = calls[1].body.text().unwrap();
        let edits = body.edit(Span::new(1, 4), "\"b\"").unwrap();
        assert!(apply_edits(source.text(), &edits).unwrap().contains("\n{\"b\": \"{{name}}\"}\n"));
        assert!(source.text()[calls[1].span.range()].starts_with("PUT {{base}}/x"));
        assert!(source.text()[calls[1].span.range()].ends_with('}'));
    });
}

/// Whether a document that is nothing but `line` is looked into.
fn may_begin(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    METHODS.iter().enumerate().any(|(index, method)| {
        lower.match_indices(&method.to_ascii_lowercase()).any(|(at, _)| may_begin_at(line, index, at))
    })
}
