//! Plants each mistake of the call around a body many times, in calls written as documents write them: it is
//! found by the rule that names it, nothing else of its family is found, and a safe fix gives the call back.

use crate::support::needs::{shared, shared_if_there};
use std::sync::OnceLock;

use armbody::arm::{Method, ResourceType};
use armbody::container::{Kind, calls};
use armbody::lint::{Family, Finding, Options, Severity, check, fix};
use armbody::text::{Encoding, Source};
use serde_json::{Value, json};

/// How often each mistake is planted in each way of writing a call.
const TIMES: usize = 20;

/// A small generator (splitmix64), so that every run plants the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[usize::try_from(self.next() % all.len() as u64).unwrap()]
    }
}

/// A call in parts.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    url: String,
    method: Option<String>,
    headers: Vec<String>,
    body: Option<String>,
}

/// A right call.
#[derive(Clone, Debug)]
struct Base {
    resource_type: ResourceType,
    version: String,
    method: Method,
    body: Value,
}

const SUBSCRIPTION: &str = "{subscription-id}";

impl Base {
    fn path(&self) -> String {
        let name = self.resource_type.full_name();
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/myResourceGroup/providers/{name}/myName")
    }

    fn parts(&self) -> Parts {
        Parts {
            url: format!("https://management.azure.com{}?api-version={}", self.path(), self.version),
            method: Some(self.method.to_string()),
            headers: vec![
                "Content-Type: application/json".to_owned(),
                "Authorization: Bearer <ACCESS TOKEN>".to_owned(),
            ],
            body: Some(self.body.to_string()),
        }
    }
}

/// How the call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    SingleQuoted,
    DoubleQuoted,
    Continued,
    InList,
}

const FORMS: [Form; 4] = [Form::SingleQuoted, Form::DoubleQuoted, Form::Continued, Form::InList];

impl Form {
    fn write(self, parts: &Parts) -> String {
        let quote = |text: &str| match self {
            Self::DoubleQuoted => format!("\"{}\"", Encoding::ShellDouble.encode(text, "")),
            _ => format!("'{}'", Encoding::ShellSingle.encode(text, "")),
        };
        let mut words = vec![format!("curl {}", quote(&parts.url))];
        words.extend(parts.method.iter().map(|method| format!("-X {method}")));
        words.extend(parts.body.iter().map(|body| format!("-d {}", quote(body))));
        words.extend(parts.headers.iter().map(|header| format!("-H {}", quote(header))));
        match self {
            Self::SingleQuoted | Self::DoubleQuoted => format!("# T\n\n```bash\n{}\n```\n", words.join(" ")),
            Self::Continued => format!("# T\n\n```sh\n{}\n```\n", words.join(" \\\n  ")),
            Self::InList => format!("1. Do:\n\n   ```bash\n   {}\n   ```\n", words.join(" \\\n     ")),
        }
    }

    fn read(text: &str) -> Parts {
        let source = Source::new("x.md", text);
        let calls = calls(&source, Kind::Markdown);
        assert_eq!(calls.len(), 1, "{text}");
        let call = &calls[0];
        let mut headers: Vec<String> = call.headers.iter().map(|it| it.text().to_owned()).collect();
        headers.sort_unstable();
        headers.reverse();
        Parts {
            url: call.url.as_ref().unwrap().text().to_owned(),
            method: call.method.as_ref().map(|it| it.text().to_owned()),
            headers,
            body: call.body.text().map(|it| it.text().to_owned()),
        }
    }
}

fn sorted(mut parts: Parts) -> Parts {
    parts.headers.sort_unstable();
    parts.headers.reverse();
    parts
}

/// The official examples as calls.
fn examples() -> Vec<Base> {
    let Some(folder) = shared_if_there("specs/examples") else { return Vec::new() };
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let read = |line: &str| {
        let row: Vec<&str> = line.split('\t').collect();
        let text = std::fs::read_to_string(folder.join(row[0])).unwrap();
        Base {
            resource_type: row[1].parse().unwrap(),
            version: row[2].to_owned(),
            method: row[3].parse().unwrap(),
            body: serde_json::from_str(&text).unwrap(),
        }
    };
    index.lines().skip(1).map(read).collect()
}

fn own() -> Vec<Base> {
    let id = |name: &str| {
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/myResourceGroup/providers/\
             Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    };
    let identity = json!({"type": "UserAssigned", "userAssignedIdentities": {id("ID1"): {}}});
    let bodies = [
        (Method::Patch, json!({"identity": {"type": "SystemAssigned"}})),
        (Method::Patch, json!({"identity": identity})),
        (Method::Patch, json!({"tags": {"cost": "it's 5 $"}})),
        (Method::Put, json!({"location": "westus", "identity": identity})),
        (Method::Put, json!({"location": "westus", "properties": {"licenseType": "Windows_Server"}})),
    ];
    let mut bases = Vec::new();
    for resource_type in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
        for version in ["2018-06-01", "2020-06-01", "2024-07-01"] {
            for (method, body) in bodies.clone() {
                bases.push(Base { resource_type, version: version.to_owned(), method, body });
            }
        }
    }
    bases
}

fn lint(text: &str, kind: Kind) -> Vec<Finding> {
    check(&Source::new("x", text), kind, &Options::default())
}

/// The names of what the families that look at the call have to say.
fn said(findings: &[Finding]) -> Vec<&'static str> {
    let ours = |it: &&Finding| matches!(it.rule.family, Family::Request | Family::Quoting | Family::Secret);
    findings.iter().filter(ours).map(|it| it.rule.name).collect()
}

/// The bases on which nothing is to be said: official examples with a password or a subscription of somebody's
/// are right calls with something else to find.
fn silent() -> &'static [Base] {
    static SILENT: OnceLock<Vec<Base>> = OnceLock::new();
    SILENT.get_or_init(all_silent)
}

fn all_silent() -> Vec<Base> {
    let quiet =
        |base: &Base| said(&lint(&Form::SingleQuoted.write(&base.parts()), Kind::Markdown)).is_empty();
    let own = own();
    assert!(own.iter().all(quiet));
    own.into_iter().chain(examples().into_iter().filter(quiet)).collect()
}

/// Plants a mistake in right calls of every form: `plant` gives the damaged call, or nothing where it does not fit.
fn found(rule: &str, fixed: bool, plant: impl Fn(&mut Random, &Base, &mut Parts) -> bool) {
    let bases = silent();
    for (number, form) in FORMS.into_iter().enumerate() {
        let mut random = Random(number as u64 + 1);
        let mut planted = 0;
        let mut tried = 0;
        while planted < TIMES {
            tried += 1;
            assert!(tried < 500 * TIMES, "{rule} fits nowhere");
            let base = random.of(bases).clone();
            let right = base.parts();
            let mut parts = right.clone();
            if !plant(&mut random, &base, &mut parts) {
                continue;
            }
            planted += 1;
            let text = form.write(&parts);
            let findings = lint(&text, Kind::Markdown);
            assert_eq!(said(&findings), [rule], "{form:?}: {text}");
            if !fixed {
                assert!(!findings.iter().any(|it| it.rule.name == rule && it.fix.is_some()), "{text}");
                continue;
            }
            let mended = fix(Source::new("x.md", text.clone()), Kind::Markdown, &only(rule), false);
            let again = Form::read(mended.source.text());
            assert_eq!(again, sorted(parts_with(&right, rule)), "{form:?}: {text}");
            assert_eq!(said(&lint(mended.source.text(), Kind::Markdown)), [""; 0], "{text}");
        }
    }
}

fn only(rule: &str) -> Options {
    {
        let mut options = Options::default();
        options.select = vec![armbody::lint::find_rule(rule).unwrap()];
        options
    }
}

/// What the fix is to give back: the right call, with the document's own word for what was taken out.
fn parts_with(right: &Parts, rule: &str) -> Parts {
    let mut parts = right.clone();
    if rule == "authorization-missing" {
        // Nothing else in the document says how it writes tokens; its placeholders are in braces.
        parts.headers.retain(|header| !header.starts_with("Authorization"));
        parts.headers.push("Authorization: Bearer {accessToken}".to_owned());
    }
    parts
}

#[test]
fn right_calls_are_silent() {
    for base in silent() {
        for form in FORMS {
            let text = form.write(&base.parts());
            assert_eq!(said(&lint(&text, Kind::Markdown)), [""; 0], "{form:?}: {text}");
            assert_eq!(Form::read(&text), sorted(base.parts()));
        }
    }
}

#[test]
fn api_version_missing() {
    found("api-version-missing", false, |random, base, parts| {
        let query = format!("?api-version={}", base.version);
        let wrong = match random.next() % 5 {
            0 => String::new(),
            1 => format!("?{}", base.version),
            2 => format!("?apiversion={}", base.version),
            3 => "?api-version=".to_owned(),
            _ => "?$expand=instanceView".to_owned(),
        };
        parts.url = parts.url.replace(&query, &wrong);
        true
    });
}

#[test]
fn method_not_supported() {
    found("method-not-supported", false, |random, base, parts| match random.next() % 3 {
        0 => {
            parts.method = Some("POST".to_owned());
            true
        }
        1 => {
            parts.url = parts.url.replace("/myName?", "?");
            true
        }
        _ => {
            parts.method = Some("PATCH".to_owned());
            parts.body = Some(json!({"tags": {"a": "b"}}).to_string());
            parts.url = parts.url.replace(&base.version, "2015-06-15");
            base.resource_type != ResourceType::UserAssignedIdentity
        }
    });
}

#[test]
fn url_invalid_with_one_reading() {
    found("url-invalid", true, |random, _, parts| {
        let (from, to) = *random.of(&[
            ("https://", "https://https://"),
            ("https://", "htps://"),
            ("/resourceGroups/", "/resourceGroup/"),
            ("/subscriptions/", "/ subscriptions/"),
            ("/resourceGroups/", "/resource\nGroups/"),
            ("?api-version", "&api-version"),
            ("/providers/Microsoft", "/provider/Microsoft"),
            ("/providers/Microsoft", "/Microsoft"),
            ("Microsoft.Compute", "Micorsoft.Compute"),
        ]);
        let wrong = parts.url.replace(from, to);
        let fits = wrong != parts.url;
        parts.url = wrong;
        fits
    });
}

#[test]
fn url_invalid_with_several_readings() {
    found("url-invalid", false, |random, base, parts| {
        let (from, to) = *random.of(&[
            ("/resourceGroups/", "//resourceGroups/"),
            ("/myName", "/my Name"),
            ("?api-version", "?$filter=name eq 'x' and tag ne 'y'&api-version"),
            ("?api-version", "?api-version=2024-07-01&api-version"),
        ]);
        parts.url = parts.url.replace(from, to);
        // The version that stands first counts.
        !to.contains("2024") || base.version == "2024-07-01"
    });
}

#[test]
fn insecure_url() {
    found("insecure-url", true, |_, _, parts| {
        parts.url = parts.url.replace("https:", "http:");
        true
    });
}

#[test]
fn content_type_missing() {
    found("content-type-missing", true, |_, _, parts| {
        parts.headers.remove(0);
        true
    });
}

#[test]
fn authorization_missing() {
    found("authorization-missing", true, |_, _, parts| {
        parts.headers.remove(1);
        true
    });
}

#[test]
fn name_mismatch() {
    found("name-mismatch", false, |random, base, parts| {
        let name = *random.of(&["testVM", "myName2", "other's", "x/otherName"]);
        let mut body = base.body.clone();
        body["name"] = json!(name);
        parts.body = Some(body.to_string());
        true
    });
}

#[test]
fn resource_mismatch() {
    found("resource-mismatch", false, |random, base, parts| {
        let other = *random.of(&["11111111-2222-3333-4444-555555555555", "subid", "{other-subscription-id}"]);
        let body = base.body.to_string();
        let identity = base.body.get("identity").map(Value::to_string).unwrap_or_default();
        let from = format!("/subscriptions/{SUBSCRIPTION}/");
        parts.body = Some(body.replace(&from, &format!("/subscriptions/{other}/")));
        identity.contains(&from)
    });
}

#[test]
fn body_without_method() {
    found("body-without-method", false, |_, _, parts| {
        parts.method = None;
        true
    });
}

#[test]
fn body_with_get() {
    found("body-with-get", false, |random, _, parts| {
        parts.method = Some((*random.of(&["GET", "get", "HEAD"])).to_owned());
        true
    });
}

/// The quote behind the body or the URL is left out: the words are then anything, and this is all that is said.
#[test]
fn unterminated_quote() {
    let bases = silent();
    for (number, form) in FORMS.into_iter().enumerate() {
        let mut random = Random(number as u64 + 100);
        for _ in 0..TIMES {
            let base = random.of(bases);
            // Without another quote behind it the word never ends.
            let parts = Parts { headers: Vec::new(), ..base.parts() };
            let text = form.write(&parts);
            let quote = if form == Form::DoubleQuoted { "\"" } else { "'" };
            let at = text.rfind(quote).unwrap();
            let text = format!("{}{}", &text[..at], &text[at + 1..]);
            let findings = lint(&text, Kind::Markdown);
            assert_eq!(said(&findings), ["unterminated-quote"], "{text}");
        }
    }
}

#[test]
fn placeholder_left() {
    let mut random = Random(7);
    for _ in 0..TIMES {
        let name =
            *random.of(&["<SUBSCRIPTION ID>", "{subscriptionId}", "YOUR_SUBSCRIPTION_ID", "xxxx-xxxx"]);
        let id = format!(
            "/subscriptions/{name}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1"
        );
        let body =
            json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {id: {}}}}).to_string();
        let findings = lint(&body, Kind::Json);
        assert_eq!(said(&findings), ["placeholder-left"], "{body}");
        let at = findings.iter().find(|it| it.rule.name == "placeholder-left").unwrap().span;
        assert_eq!(&body[at.range()], name);
        let script = format!(
            "curl -g 'https://management.azure.com/subscriptions/{name}/resourceGroups?api-version=2021-04-01' \
             -H \"Authorization: Bearer $TOKEN\"\n"
        );
        assert_eq!(said(&lint(&script, Kind::Shell)), ["placeholder-left"], "{script}");
        let document = format!("```bash\n{script}```\n");
        assert_eq!(said(&lint(&document, Kind::Markdown)), [""; 0], "{document}");
    }
}

/// The official examples are right calls: no error, and every warning is about a secret or a subscription that
/// differs from the URL's.
#[test]
#[ignore = "needs the shared cases"]
fn official_examples_have_no_wrong_call() {
    shared("specs/examples");
    for base in examples() {
        let mut right = base.parts();
        // Their ids name the subscription in their own ways.
        let body = right.body.clone().unwrap();
        if let Some(at) = body.find("/subscriptions/") {
            let rest = &body[at + 15..];
            right.url = right.url.replace(SUBSCRIPTION, &rest[..rest.find('/').unwrap_or(rest.len())]);
        }
        let text = Form::SingleQuoted.write(&right);
        let findings = lint(&text, Kind::Markdown);
        let loud = |it: &&Finding| it.rule.family == Family::Request && it.severity > Severity::Note;
        let loud: Vec<_> = findings.iter().filter(loud).map(|it| (it.rule.name, &it.message)).collect();
        assert!(
            loud.iter().all(|(name, _)| *name == "name-mismatch" || *name == "resource-mismatch"),
            "{loud:?}"
        );
    }
}
