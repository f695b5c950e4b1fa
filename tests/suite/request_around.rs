//! Mistakes in the line around a body, in every wrapping that people write calls in: found once, at the place, and
//! fixed where one reading is possible.

use armbody::container::Kind;
use armbody::lint::{Options, check, find_rule, fix};
use armbody::text::Source;

const PATH: &str = "subscriptions/$SUB/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2024-07-01";
const BODY: &str = r#"{"identity":{"type":"SystemAssigned"}}"#;

/// The parts of a call.
#[derive(Clone, Copy)]
struct Parts {
    method: &'static str,
    host: &'static str,
    authorization: &'static str,
    content_type: &'static str,
}

const RIGHT: Parts = Parts {
    method: "PATCH",
    host: "management.azure.com",
    authorization: "Authorization: Bearer <ACCESS TOKEN>",
    content_type: "Content-Type: application/json",
};

/// One call in every wrapping: the name of the file, and what stands in it.
fn wrappings(it: Parts) -> Vec<(&'static str, String)> {
    let Parts { method, host, authorization, content_type } = it;
    let url = format!("https://{host}/{PATH}");
    let curl =
        format!("curl -X '{method}' \"{url}\" -H '{authorization}' -H \"{content_type}\" -d '{BODY}'\n");
    let continued = curl.replace(" -H", " \\\n  -H");
    let http = format!(
        "{method} {}\n{authorization}\n{content_type}\n\n{BODY}\n",
        url.replace("$SUB", "<SUBSCRIPTION ID>")
    );
    vec![
        ("a.sh", curl.clone()),
        ("b.sh", continued.clone()),
        ("c.md", format!("# T\n\n```bash\n{curl}```\n")),
        (
            "d.md",
            format!(
                "1. Run\n\n   ```bash\n   {}   ```\n",
                continued.replace('\n', "\n   ").trim_end_matches(' ')
            ),
        ),
        ("e.md", format!("> ```bash\n> {curl}> ```\n")),
        ("f.yml", format!("steps:\n  - run: |\n      {}", continued.replace('\n', "\n      ").trim_end())),
        ("g.http", http.clone()),
        ("h.md", format!("# T\n\n```http\n{http}```\n")),
    ]
}

fn powershell(it: Parts) -> Vec<(&'static str, String)> {
    let value =
        |header: &str| header.split_once(": ").map_or_else(String::new, |(_, value)| value.to_owned());
    let call = format!(
        "Invoke-RestMethod -Method '{}' -Uri 'https://{}/{}' -Headers @{{ Authorization = '{}' }} -ContentType '{}' -Body '{BODY}'\n",
        it.method,
        it.host,
        PATH.replace("$SUB", "<SUBSCRIPTION ID>"),
        value(it.authorization),
        value(it.content_type),
    );
    vec![("a.ps1", call.clone()), ("b.md", format!("# T\n\n```powershell\n{call}```\n"))]
}

#[track_caller]
fn assert_found(rule: &str, files: Vec<(&'static str, String)>, at: &str, mended: Option<&str>) {
    let select = vec![find_rule(rule).expect("a rule")];
    let options = {
        let mut options = Options::default();
        options.select = select;
        options
    };
    for (name, text) in files {
        let kind = Kind::of(name.as_ref()).expect("a kind");
        let found = check(&Source::new(name, text.clone()), kind, &options);
        let places: Vec<&str> = found.iter().map(|it| &text[it.span.range()]).collect();
        assert_eq!(places, [at], "{rule} in {name}:\n{text}");
        let fixed = fix(Source::new(name, text.clone()), kind, &options, false);
        let after = fixed.source.text();
        match mended {
            Some(right) => {
                assert_eq!(after, text.replacen(at, right, 1), "{name}");
                assert!(check(&fixed.source, kind, &options).is_empty(), "{name}:\n{after}");
            }
            None => assert_eq!(after, text, "{name}"),
        }
    }
}

#[track_caller]
fn assert_silent(files: Vec<(&'static str, String)>) {
    let rules =
        ["host-misspelt", "method-unknown", "header-malformed", "content-type-wrong", "placeholder-doubled"];
    let select = rules.iter().map(|rule| find_rule(rule).expect("a rule")).collect();
    let options = {
        let mut options = Options::default();
        options.select = select;
        options
    };
    for (name, text) in files {
        let found =
            check(&Source::new(name, text.clone()), Kind::of(name.as_ref()).expect("a kind"), &options);
        let found: Vec<_> = found.iter().map(|it| (it.rule.name, &it.message)).collect();
        assert!(found.is_empty(), "{name}: {found:?}\n{text}");
    }
}

#[test]
fn a_host_that_is_a_letter_away() {
    for (host, right) in [
        ("managment.azure.com", "management.azure.com"),
        ("management.azrue.com", "management.azure.com"),
        ("management.azure.co", "management.azure.com"),
        ("mangement.chinacloudapi.cn", "management.chinacloudapi.cn"),
        ("management.usgovclouddapi.net", "management.usgovcloudapi.net"),
    ] {
        let parts = Parts { host, ..RIGHT };
        assert_found("host-misspelt", wrappings(parts), host, Some(right));
        assert_found("host-misspelt", powershell(parts), host, Some(right));
    }
}

#[test]
fn a_method_that_http_has_not() {
    for method in ["PTACH", "UPDATE", "CREATE"] {
        let parts = Parts { method, ..RIGHT };
        let shells = wrappings(parts).into_iter().filter(|(name, _)| !matches!(*name, "g.http" | "h.md"));
        assert_found("method-unknown", shells.collect(), method, None);
        assert_found("method-unknown", powershell(parts), method, None);
    }
    for method in ["LIST", "GET GET"] {
        let parts = Parts { method, ..RIGHT };
        assert_found("method-unknown", wrappings(parts), method, None);
    }
}

#[test]
fn a_header_without_its_colon() {
    for (authorization, right) in [
        ("Authorization Bearer <ACCESS TOKEN>", "Authorization: Bearer <ACCESS TOKEN>"),
        ("Authorization = Bearer <ACCESS TOKEN>", "Authorization: Bearer <ACCESS TOKEN>"),
    ] {
        let files = wrappings(Parts { authorization, ..RIGHT }).into_iter();
        // A line of a request is a header only if nothing else can be meant.
        let is_shell = |name: &str| !matches!(name, "g.http" | "h.md");
        let files = files.filter(|(name, _)| is_shell(name) || !authorization.contains('='));
        assert_found("header-malformed", files.collect(), authorization, Some(right));
    }
    let shells = wrappings(Parts { authorization: "X-Mine 1", ..RIGHT });
    let shells = shells.into_iter().filter(|(name, _)| !matches!(*name, "g.http" | "h.md"));
    assert_found("header-malformed", shells.collect(), "X-Mine 1", None);
}

#[test]
fn a_content_type_that_is_not_json() {
    for (content_type, at) in [
        ("Content-Type: text/plain", "text/plain"),
        ("Content-Type: application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("Content-Type: applicaton/json", "applicaton/json"),
    ] {
        let parts = Parts { content_type, ..RIGHT };
        assert_found("content-type-wrong", wrappings(parts), at, Some("application/json"));
        assert_found("content-type-wrong", powershell(parts), at, Some("application/json"));
    }
}

#[test]
fn doubled_brackets_in_a_header() {
    let authorization = "Authorization: Bearer <<ACCESS TOKEN>>";
    let parts = Parts { authorization, ..RIGHT };
    assert_found("placeholder-doubled", wrappings(parts), "<<ACCESS TOKEN>>", Some("<ACCESS TOKEN>"));
    assert_found("placeholder-doubled", powershell(parts), "<<ACCESS TOKEN>>", Some("<ACCESS TOKEN>"));
}

#[test]
fn what_is_right_or_not_known_is_left_alone() {
    assert_silent(wrappings(RIGHT));
    assert_silent(powershell(RIGHT));
    for parts in [
        Parts { host: "westus.management.azure.com", ..RIGHT },
        Parts { host: "Management.Azure.com:443", ..RIGHT },
        Parts { host: "management.local.azurestack.external", ..RIGHT },
        Parts { host: "localhost:8080", ..RIGHT },
        Parts { host: "$HOST", ..RIGHT },
        Parts { method: "patch", ..RIGHT },
        Parts { authorization: "Authorization: Bearer $TOKEN", ..RIGHT },
        Parts { authorization: "X-Empty;", ..RIGHT },
        Parts { authorization: "@headers.txt", ..RIGHT },
        Parts { content_type: "Content-Type: application/json; charset=utf-8", ..RIGHT },
        Parts { content_type: "Content-Type: application/merge-patch+json", ..RIGHT },
        Parts { content_type: "Content-Type: $TYPE", ..RIGHT },
    ] {
        assert_silent(wrappings(parts));
    }
    // Another service's call is none of ours.
    for text in [
        "curl -X LIST 'https://vault.example.com/v1/x' -H 'X Y' -H 'Content-Type: text/plain' -d 'a'\n",
        "curl 'https://management.core.windows.net/x/services' -H 'x-ms-version 2014-09-01'\n",
    ] {
        assert_silent(vec![("a.sh", text.to_owned())]);
    }
}
