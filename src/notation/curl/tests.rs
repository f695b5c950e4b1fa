use crate::arm::JSON_CONTENT_TYPE;
use crate::notation::programs::FORM_CONTENT_TYPE;
use crate::notation::shell::Dialect;
use crate::notation::{Call, Payload, shell_calls};
use crate::text::Source;

fn read<T>(text: &str, look: impl FnOnce(&[Call<'_>]) -> T) -> T {
    let source = Source::new("x.sh", text);
    look(&shell_calls(&source.fragment(), Dialect::of_block("bash")))
}

/// Method, URL, number of headers and body of the only call.
fn one(text: &str) -> (String, String, usize, String) {
    read(text, |calls| {
        assert_eq!(calls.len(), 1, "{text}: {calls:#?}");
        let call = &calls[0];
        let method = call.method.as_ref().map_or(call.default_method.unwrap(), |method| method.text());
        let url = call.url.as_ref().map_or("", |url| url.text());
        (method.to_owned(), url.to_owned(), call.headers.len(), body(call))
    })
}

fn body(call: &Call<'_>) -> String {
    match &call.body {
        Payload::None => String::new(),
        Payload::Text(text) => text.text().to_owned(),
        Payload::File(name) => format!("@{}", name.text()),
        Payload::Unknown(text) => format!("?{}", text.text()),
    }
}

fn check(text: &str, method: &str, url: &str, headers: usize, body: &str) {
    assert_eq!(one(text), (method.to_owned(), url.to_owned(), headers, body.to_owned()), "{text}");
}

#[test]
fn options_are_read_in_every_spelling() {
    for text in [
        "curl -X PATCH -H 'a: b' -d '{}' https://x",
        "curl https://x -XPATCH -H'a: b' -d'{}'",
        "curl -sSLX PATCH -H\"a: b\" -d '{}' https://x",
        "curl --request PATCH --header 'a: b' --data '{}' --url https://x",
        "curl --request=PATCH --header='a: b' --data='{}' --url=https://x",
        "curl --req PATCH --header 'a: b' --data-bin '{}' https://x",
        "curl –X PATCH —H 'a: b' –d '{}' https://x",
        "curl —request PATCH ––header 'a: b' –data '{}' https://x",
        "curl -o out.json --max-time 5 --retry 3 -u a:b -w '%{http_code}' -X PATCH -H 'a: b' -d '{}' https://x",
        "CURL -X PATCH -H 'a: b' -d '{}' -- https://x",
        "curl -X PATCH -H 'a: b' -d '{}' https://x > out.json 2>&1 | jq .",
    ] {
        check(text, "PATCH", "https://x", 1, "{}");
    }
}

#[test]
fn without_a_method_the_options_decide() {
    check("curl https://x", "GET", "https://x", 0, "");
    check("curl -d '{}' https://x", "POST", "https://x", 0, "{}");
    check("curl -G -d a=b https://x", "GET", "https://x", 0, "");
    check("curl -sI https://x", "HEAD", "https://x", 0, "");
    check("curl -T body.json https://x", "PUT", "https://x", 0, "@body.json");
    check("curl --json '{}' https://x", "POST", "https://x", 0, "{}");
    read("curl --json '{}' https://x; curl -d '{}' https://x; curl https://x", |calls| {
        let types: Vec<_> = calls.iter().map(|call| call.default_content_type).collect();
        assert_eq!(types, [Some(JSON_CONTENT_TYPE), Some(FORM_CONTENT_TYPE), None]);
    });
}

#[test]
fn a_url_may_be_relative_a_variable_or_a_placeholder() {
    for url in [
        "/subscriptions/x",
        "management.azure.com/x",
        "$URL",
        "<url>",
        "{url}",
        "localhost:8080",
        "https://x/{a b}/c",
    ] {
        check(&format!("curl -s {url}"), "GET", url, 0, "");
    }
}

#[test]
fn what_is_sent_is_followed() {
    let put = |rest: &str| one(&format!("curl -X PUT https://x {rest}")).3;
    assert_eq!(put("-d @body.json"), "@body.json");
    assert_eq!(put("--data-raw @body.json"), "@body.json".to_owned());
    assert_eq!(put("-d \"$body\""), "?$body");
    assert_eq!(put("-d \"$(cat body.json)\""), "@body.json");
    assert_eq!(put("-d \"{\\\"a\\\": \\\"$B\\\"}\""), "{\"a\": \"$B\"}");
    assert_eq!(put("-d @- <<EOF\n{}\nEOF"), "{}");
    assert_eq!(put("-d @- <<< '{}'"), "{}");
    assert_eq!(put("-d @- < body.json"), "@body.json");
    assert_eq!(put("-d a=b -d c=d"), "?a=b");
    assert_eq!(put("-F a=@b"), "?a=@b");
    check("echo '{}' | curl -X PUT https://x -d @-", "PUT", "https://x", 0, "{}");
    check("cat b.json | curl -X PUT https://x -d @-", "PUT", "https://x", 0, "@b.json");
    check("cat <<'EOF' | curl -X PUT https://x -d @-\n{}\nEOF", "PUT", "https://x", 0, "{}");
    check("jq . b.json | curl -X PUT https://x -d @-", "PUT", "https://x", 0, "?@-");
}

#[test]
fn next_begins_another_request() {
    read("curl -X PUT -d '{}' https://x --next -X DELETE https://y", |calls| {
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].method.as_ref().unwrap().text(), body(&calls[0]).as_str()), ("PUT", "{}"));
        assert_eq!(calls[1].url.as_ref().unwrap().text(), "https://y");
        assert!(calls[0].span.end < calls[1].span.start);
    });
}

#[test]
fn talk_of_curl_is_no_call() {
    for text in
        ["curl", "curl --version", "curl -h", "curl is a program", "Curl the hair", "echo curl https://x"]
    {
        read(text, |calls| assert!(calls.is_empty(), "{text}: {calls:?}"));
    }
}

#[test]
fn arm_is_told_by_the_url() {
    let arm = |url: &str| read(&format!("curl '{url}'"), |calls| calls[0].looks_like_arm());
    for url in [
        "https://management.azure.com/x",
        "https://Management.Azure.COM/x",
        "https://management.usgovcloudapi.net/x",
        "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/x",
        "{endpoint}/providers/Microsoft.Compute/operations",
        "$ARM/subscriptions/$SUB/resourcegroups/x?api-version=1",
    ] {
        assert!(arm(url), "{url}");
    }
    for url in
        ["https://x/y", "http://169.254.169.254/metadata/identity?resource=https://management.azure.com/"]
    {
        assert!(!arm(url), "{url}");
    }
}

#[test]
fn spans_reach_from_the_first_word_to_the_last() {
    let text = "sudo curl -d '{\"a\":1}' 'https://x' ; b";
    let source = Source::new("x", text);
    let calls = shell_calls(&source.fragment(), Dialect::default());
    let at = |span: crate::text::Span| &text[span.range()];
    assert_eq!(at(calls[0].span), "curl -d '{\"a\":1}' 'https://x'");
    let body = calls[0].body.text().unwrap();
    assert_eq!(at(body.to_file(body.span())), "{\"a\":1}");
    let url = calls[0].url.as_ref().unwrap();
    assert_eq!(at(url.to_file(url.span())), "https://x");
}
