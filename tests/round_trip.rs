//! What is written is read back: the law that every notation keeps.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Method, Part, Request, RequestTarget, ResourceType, Text,
};
use armbody::container::{Kind, calls};
use armbody::notation::{Form, Layout, Templates, request, write};
use armbody::text::Source;
use proptest::prelude::*;

/// Text with whatever a shell, JSON or a URL might trip over.
fn hostile() -> impl Strategy<Value = String> {
    "([\"'\\\\$`!<>{}()\\[\\]&;|#%?*~=:@,. \n\t\r\u{0}\u{7f}\u{a0}é😀-]|\\$ADMIN_PASSWORD|\\$\\(id\\)|EOF|'\\\\''|\\PC){0,10}"
}

fn text() -> impl Strategy<Value = Text> {
    let blank = proptest::sample::select(Blank::all().collect::<Vec<_>>());
    let part = prop_oneof![3 => hostile().prop_map(Part::Literal), 1 => blank.prop_map(Part::Blank)];
    proptest::collection::vec(part, 0..4).prop_map(Text::from_parts)
}

/// A name as it may stand in a path: not empty, not dots alone.
fn name() -> impl Strategy<Value = Text> {
    text().prop_filter("a path has no such segment", |text| {
        let spelt = text.spell(BlankStyle::Angle);
        spelt.chars().any(|c| c != '.')
    })
}

fn value() -> impl Strategy<Value = BodyValue> {
    let leaf = prop_oneof![
        Just(BodyValue::Null),
        any::<bool>().prop_map(BodyValue::Bool),
        any::<i32>().prop_map(|number| BodyValue::Number(number.into())),
        text().prop_map(BodyValue::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..4).prop_map(BodyValue::Array), object(inner),]
    })
}

/// An object whose names differ, as JSON demands.
fn object(value: impl Strategy<Value = BodyValue>) -> impl Strategy<Value = BodyValue> {
    proptest::collection::vec((text(), value), 0..4).prop_map(|members| {
        let mut distinct: Vec<(Text, BodyValue)> = Vec::new();
        for (name, value) in members {
            if distinct.iter().all(|(known, _)| *known != name) {
                distinct.push((name, value));
            }
        }
        BodyValue::Object(distinct)
    })
}

fn any_request() -> impl Strategy<Value = Request> {
    let target = (
        proptest::sample::select(Cloud::ALL.to_vec()),
        name(),
        proptest::option::of(name()),
        proptest::sample::select(ResourceType::ALL.to_vec()),
        proptest::option::of(name()),
    );
    let method = proptest::sample::select(vec![Method::Get, Method::Put, Method::Patch, Method::Delete]);
    (target, method, proptest::option::of(object(value()))).prop_map(|(target, method, body)| {
        let (cloud, subscription, resource_group, resource_type, name) = target;
        let target = RequestTarget {
            cloud,
            scope: None,
            subscription,
            resource_group,
            resource_type: resource_type.into(),
            names: name.into_iter().collect(),
            api_version: "2024-07-01".parse().unwrap(),
        };
        // curl sends a body with GET only if it is told the method, which no request here needs.
        let body = body.filter(|_| matches!(method, Method::Put | Method::Patch));
        Request::new(method, target, body)
    })
}

fn read_back(text: &str, kind: Kind) -> Vec<Request> {
    let source = Source::new("snippet", text);
    calls(&source, kind).iter().map(|call| request(call).expect(text)).collect()
}

/// The style of blanks, and whether body and command stand on several lines.
fn any_layout() -> impl Strategy<Value = (BlankStyle, bool, bool)> {
    (proptest::sample::select(BlankStyle::ALL.to_vec()), any::<bool>(), any::<bool>())
}

/// What was written, if it is read back as something else: from a file of its kind, or from a document.
fn differs(form: Form, original: &Request, written: (BlankStyle, bool, bool)) -> Option<String> {
    let templates = Templates::embedded();
    let (blanks, pretty, multiline) = written;
    let layout = Layout { blanks, pretty, multiline, templates: &templates };
    let text = write(form, original, &layout).unwrap();
    let (kind, fence) = match form {
        Form::Http => (Kind::Http, "http"),
        Form::PowerShell => (Kind::PowerShell, "azurepowershell"),
        _ => (Kind::Shell, "bash"),
    };
    let indented = text.replace('\n', "\n   ");
    let fenced = format!("# Title\n\n1. Do:\n\n   ```{fence}\n   {indented}\n   ```\n");
    [(text, kind), (fenced, Kind::Markdown)].into_iter().find_map(|(text, kind)| {
        let read = read_back(&text, kind);
        (read != std::slice::from_ref(original)).then(|| format!("{text}\n{read:#?}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn curl_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Curl, &original, written), None);
    }

    #[test]
    fn az_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Az, &original, written), None);
    }

    #[test]
    fn http_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Http, &original, written), None);
    }

    #[test]
    fn powershell_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::PowerShell, &original, written), None);
    }

    #[test]
    fn a_body_alone_is_read_back(
        original in object(value()),
        pretty in any::<bool>(),
        style in proptest::sample::select(vec![BlankStyle::Angle, BlankStyle::Braces]),
    ) {
        let text = original.to_text(pretty).spell(style);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(BodyValue::from(value), original);
    }
}

/// As many as `PROPTEST_CASES` says, or ten thousand.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000)
}
