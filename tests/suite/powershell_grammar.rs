//! Rendered PowerShell, read by a grammar of PowerShell that is not ours: what the cmdlet would be called with is the
//! request.

use crate::support::needs::answers;
use std::collections::HashMap;

use crate::support::loopback::{fill, fill_value, values};
use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Method, NameKind, Request, RequestTarget, ResourceType, Text,
};
use armbody::notation::{self, Form, Layout, Templates};
use armbody::scenario::{Image, Spec, scenarios};
use serde_json::{Value, json};

/// What the commands of these texts would be called with.
fn evaluate(texts: &[String], values: &HashMap<Blank, String>) -> Vec<Value> {
    let environment: HashMap<&str, &str> =
        values.iter().map(|(blank, value)| (blank.variable(), value.as_str())).collect();
    let cases: Vec<Value> =
        texts.iter().map(|text| json!({"text": text, "environment": environment})).collect();
    answers("tree_sitter_powershell", "evaluate_powershell.py", &cases)
}

fn assert_called(requests: &[(Request, Layout<'_>)]) {
    let values = values();
    let write = |(request, layout): &(Request, Layout<'_>)| {
        notation::write(Form::PowerShell, request, layout).expect("it can be written")
    };
    let texts: Vec<String> = requests.iter().map(write).collect();
    let calls = evaluate(&texts, &values);
    assert_eq!(calls.len(), requests.len());
    for (((request, _), call), text) in requests.iter().zip(calls).zip(texts) {
        let mut wanted = json!({"-Method": request.method.as_str()});
        // The host is that of the cloud that is signed in to.
        wanted["-Path"] = fill(&request.target.path_and_query(), &values).into();
        let mut call = call;
        if let Some(body) = &request.body {
            wanted["-Payload"] = fill_value(body, &values);
            let payload = call["-Payload"].as_str().expect("a text");
            call["-Payload"] = serde_json::from_str(payload).expect("JSON");
        }
        assert_eq!(call, wanted, "{text}");
    }
}

#[test]
#[ignore = "needs tree-sitter-powershell"]
fn every_scenario_is_what_the_cmdlet_is_called_with() {
    let templates = Templates::embedded();
    let mut made = Vec::new();
    for (at, scenario) in scenarios().iter().filter(|scenario| scenario.method().is_some()).enumerate() {
        for image in [Image::Windows, Image::Linux] {
            let mut spec = Spec { image, ..Spec::default() };
            spec.names.set(NameKind::VirtualMachine, "$VM_NAME").expect("a name");
            spec.names.set(NameKind::ResourceGroup, "grüppe_(1)-$RESOURCE_GROUP.x").expect("a name");
            let request = scenario.request(&spec, &templates).expect("it can be made");
            let layout = Layout {
                blanks: BlankStyle::Shell,
                pretty: at % 2 == 0,
                multiline: at % 3 == 0,
                ..Layout::new(&templates)
            };
            made.push((request, layout));
        }
    }
    assert_called(&made);
}

#[test]
#[ignore = "needs tree-sitter-powershell"]
fn hostile_names_and_values_are_literal() {
    let templates = Templates::embedded();
    // Without `#`, which that grammar takes for a comment within a here-string.
    let hostile = [
        "it's",
        "a\"b",
        "$HOME",
        "`n",
        "$(id)",
        "${x}",
        "’‘“”„",
        "'@",
        "\"@",
        "a\nb",
        "\t",
        "é😀",
        "\u{0}",
        "\\",
        "@{}",
        "%41",
        "`",
        "``$`",
        "$",
        "$env:HOME",
        "\u{2028}",
    ];
    let mut made = Vec::new();
    for style in BlankStyle::ALL {
        for (at, text) in hostile.iter().enumerate() {
            let blank = match style {
                BlankStyle::Shell => "<SUBSCRIPTION ID>",
                _ => "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
            };
            let target = RequestTarget {
                cloud: Cloud::ALL[at % Cloud::ALL.len()].clone(),
                scope: None,
                subscription: Text::new(blank),
                resource_group: Some(Text::new(text)),
                resource_type: ResourceType::VirtualMachine.into(),
                names: vec![Text::new(&format!("{text}{blank}{text}"))],
                api_version: "2024-07-01".parse().expect("a version"),
            };
            let body =
                json!({*text: [format!("{text}{blank}"), format!("{blank}{text}{blank}{blank}"), text]});
            let request = Request::new(Method::Patch, target, Some(BodyValue::from(body)));
            made.push((request, Layout { blanks: style, pretty: at % 2 == 0, ..Layout::new(&templates) }));
        }
    }
    assert_called(&made);
}
