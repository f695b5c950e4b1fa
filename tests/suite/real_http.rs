//! Rendered `.http` files, sent by a real client of such files: what arrives are their requests.
//!
//! A server on the loopback interface takes the place of Azure: the host of the URLs is turned into the server's, and
//! nothing else of the text is touched. The client is httpyac, which fills in variables as the editors' clients do.

use crate::support::needs::{client, installed};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::loopback::{Server, assert_same, fill, values};
use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Method, NameKind, Request, RequestTarget, ResourceType, Text,
};
use armbody::notation::{self, Form, Layout, Templates};
use armbody::scenario::{Image, Spec, scenarios};

/// The values, with secrets that JSON takes as they are: in a request file nothing escapes them.
fn plain_values() -> HashMap<Blank, String> {
    let mut values = values();
    values.insert(Blank::AdminPassword, "p'a$s $HOME `id` & é😀 {}".to_owned());
    values.insert(Blank::SshPublicKey, "ssh-rsa AAAAB3Nza+/= somebody@home".to_owned());
    values
}

/// Sends every request of a text, variables from the environment or from a file of settings.
fn send(program: &PathBuf, text: &str, server: &Server, values: &HashMap<Blank, String>) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let there = format!("http://127.0.0.1:{}/", server.port);
    let text = text.replace("https://management.azure.com/", &there);
    std::fs::write(folder.path().join("calls.http"), text).expect("written");
    let settings: HashMap<&str, &str> = values
        .iter()
        .map(|(blank, value)| (blank.spelling(BlankStyle::Braces).trim_matches(['{', '}']), value.as_str()))
        .collect();
    let settings = serde_json::json!({ "test": settings }).to_string();
    std::fs::write(folder.path().join("http-client.env.json"), settings).expect("written");
    let mut httpyac = Command::new(program);
    httpyac.args(["send", "calls.http", "--all", "--no-color", "--env", "test"]);
    httpyac.current_dir(folder.path()).env("HOME", folder.path()).env("NO_PROXY", "127.0.0.1");
    for blank in Blank::all() {
        httpyac.env(blank.variable(), &values[&blank]);
    }
    httpyac.stdin(Stdio::null()).output().expect("it runs")
}

fn assert_sent(requests: &[Request], layout: &Layout<'_>) {
    installed(&["node"]);
    let program = client("node_modules/.bin/httpyac");
    let (server, values) = (Server::start(), plain_values());
    let writer = Form::Http.writer();
    let mut text = String::new();
    for (at, request) in requests.iter().enumerate() {
        let heading = writer.heading(&format!("number-{at}")).expect("the form has comments");
        let request = notation::write(Form::Http, request, layout).expect("it can be written");
        text.extend([heading.as_str(), "\n", &request, "\n\n"]);
    }
    let output = send(&program, &text, &server, &values);
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    for request in requests {
        let arrived = server.one().unwrap_or_else(|| panic!("nothing arrived: {said}\n{text}"));
        assert_same(request, &values, &arrived);
        for (name, value) in &request.headers {
            assert_eq!(arrived.headers[&name.to_ascii_lowercase()], fill(value, &values), "{name}");
        }
    }
    assert!(server.one().is_none(), "each request is one");
}

#[test]
#[ignore = "needs node and httpyac"]
fn every_scenario_is_sent_with_variables() {
    let templates = Templates::embedded();
    for style in [BlankStyle::Shell, BlankStyle::Braces] {
        for pretty in [false, true] {
            let mut spec =
                Spec { identities: vec!["id_1-x".to_owned(), "ID2".to_owned()], ..Spec::default() };
            spec.names.set(NameKind::ResourceGroup, "grüppe_(1).x").expect("a name");
            spec.names.set(NameKind::VirtualMachine, "$VM_NAME").expect("a name");
            spec.image = if pretty { Image::Windows } else { Image::Linux };
            let made = scenarios().iter().filter(|scenario| scenario.method().is_some());
            let requests: Vec<Request> =
                made.map(|scenario| scenario.request(&spec, &templates).expect("it can be made")).collect();
            let layout = Layout { blanks: style, pretty, multiline: pretty, ..Layout::new(&templates) };
            assert_sent(&requests, &layout);
        }
    }
}

#[test]
#[ignore = "needs node and httpyac"]
fn hostile_names_and_values_are_literal() {
    let templates = Templates::embedded();
    let hostile = [
        "it's",
        "a\"b",
        "$HOME",
        "{{x}}",
        "{{$processEnv HOME}}",
        "{{{x}}}",
        "\\",
        "a\nb",
        "\t",
        "é😀",
        "\u{0}",
        "\u{7f}",
        "###",
        "// x",
        "# x",
        "EOF",
        "@x",
        "< ./x",
        "%41",
        "#",
        "\r\n",
        "\u{2028}",
        "''",
        "*?[a]",
        "{a,b}",
        "> {% x %}",
        "\\\n",
        "}}",
        "{{",
    ];
    for style in BlankStyle::ALL {
        let requests = hostile.iter().map(|text| {
            let blank = match style {
                BlankStyle::Angle => "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
                _ => "<SUBSCRIPTION ID>",
            };
            // In a URL, what stands in braces is somebody's own variable.
            let name = text.replace(['{', '}'], "-");
            let target = RequestTarget {
                cloud: Cloud::Public,
                scope: None,
                subscription: Text::new(blank),
                resource_group: Some(Text::new(&name)),
                resource_type: ResourceType::VirtualMachine.into(),
                names: vec![Text::new(&format!("{name}{blank}{name}"))],
                api_version: "2024-07-01".parse().expect("a version"),
            };
            let body = serde_json::json!({*text: [format!("{text}{blank}"), format!("{blank}{text}"), text]});
            let mut request = Request::new(Method::Patch, target, Some(BodyValue::from(body)));
            if style == BlankStyle::Angle {
                request.headers[1].1 = Text::new("Bearer t");
            }
            request
        });
        let requests: Vec<Request> = requests.collect();
        for pretty in [false, true] {
            assert_sent(&requests, &Layout { blanks: style, pretty, ..Layout::new(&templates) });
        }
    }
}
