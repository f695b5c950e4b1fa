//! Snippets with variables, run as they are by a real bash with a real curl: what arrives is the request.
//!
//! A server on the loopback interface takes the place of Azure. It speaks plain HTTP, so the script defines a function
//! `curl` before the snippet, which runs curl with its connections redirected and `https:` at the start of an argument
//! (that is, in the URL) turned into `http:`. The snippet itself is not touched.
#![cfg(unix)]
#![allow(clippy::print_stderr)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use armbody::arm::versions::published;
use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Method, NameKind, Part, Request, RequestTarget, ResourceType, Text,
};
use armbody::notation::{self, Form, Layout, Templates};
use armbody::scenario::{Image, Spec, find_scenario, scenarios};

/// What a client sent.
#[derive(Debug)]
struct Arrived {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

struct Server {
    port: u16,
    arrived: Receiver<Arrived>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, arrived) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                take(stream, &sender);
            }
        });
        Self { port, arrived }
    }

    /// What has arrived by the time that the client is done; the client waits for the answer.
    fn one(&self) -> Option<Arrived> {
        self.arrived.try_recv().ok()
    }
}

/// Reads a request and passes it on, then answers: who has the answer may look for the request.
fn take(stream: TcpStream, sender: &Sender<Arrived>) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut answer = stream;
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request line");
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
    let mut headers = HashMap::new();
    loop {
        let mut bytes = Vec::new();
        reader.read_until(b'\n', &mut bytes).expect("a header");
        let line = String::from_utf8(bytes).expect("UTF-8");
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').expect("a colon");
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    if headers.contains_key("expect") {
        answer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").expect("an interim answer");
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    sender.send(Arrived { method, path, headers, body }).expect("the test is there");
    answer
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        .expect("an answer");
}

/// Whether bash and curl are there; says so if they are not.
fn clients_are_there() -> bool {
    let runs = |program: &str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let there = runs("bash") && runs("curl");
    if !there {
        eprintln!("skipped: bash or curl is not installed");
    }
    there
}

fn run(snippet: &str, server: &Server, values: &HashMap<Blank, String>) -> Output {
    let redirect = format!(
        "curl() {{ command curl --silent --show-error --noproxy '*' --connect-to '::127.0.0.1:{}' \
         \"${{@/#https:/http:}}\"; }}\n",
        server.port
    );
    let nowhere = tempfile::tempdir().expect("a folder");
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", &format!("{redirect}{snippet}\n")])
        // No configuration of the user's is read.
        .env("CURL_HOME", nowhere.path())
        .env("HOME", nowhere.path())
        .env_remove("BASH_ENV")
        .stdin(Stdio::null());
    for blank in Blank::all() {
        match values.get(&blank) {
            Some(value) => bash.env(blank.variable(), value),
            None => bash.env_remove(blank.variable()),
        };
    }
    bash.output().expect("bash runs")
}

fn fill(text: &Text, values: &HashMap<Blank, String>) -> String {
    let part = |part: &Part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Blank(blank) => values[blank].clone(),
    };
    text.parts().iter().map(part).collect()
}

fn fill_value(value: &BodyValue, values: &HashMap<Blank, String>) -> serde_json::Value {
    use serde_json::Value as V;
    match value {
        BodyValue::Null => V::Null,
        BodyValue::Bool(value) => V::Bool(*value),
        BodyValue::Number(number) => V::Number(number.clone()),
        BodyValue::String(text) => V::String(fill(text, values)),
        BodyValue::Array(elements) => elements.iter().map(|one| fill_value(one, values)).collect(),
        BodyValue::Object(members) => members
            .iter()
            .map(|(name, value)| (fill(name, values), fill_value(value, values)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn assert_arrived(request: &Request, values: &HashMap<Blank, String>, arrived: &Arrived) {
    assert_eq!(arrived.method, request.method.as_str());
    assert_eq!(arrived.headers["host"], request.target.cloud.host());
    let url = format!("https://{}{}", arrived.headers["host"], arrived.path);
    assert_eq!(url, fill(&request.target.url(), values));
    for (name, value) in &request.headers {
        assert_eq!(arrived.headers[&name.to_ascii_lowercase()], fill(value, values), "{name}");
    }
    match &request.body {
        None => assert!(arrived.body.is_empty() && !arrived.headers.contains_key("content-type")),
        Some(body) => {
            let sent: serde_json::Value = serde_json::from_slice(&arrived.body).expect("JSON");
            assert_eq!(sent, fill_value(body, values));
        }
    }
}

fn assert_sent(request: &Request, layout: &Layout<'_>, server: &Server, values: &HashMap<Blank, String>) {
    let snippet = notation::write(Form::Curl, request, layout).expect("it can be written");
    let output = run(&snippet, server, values);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{snippet}");
    let arrived = server.one().unwrap_or_else(|| panic!("nothing arrived\n{snippet}"));
    assert_arrived(request, values, &arrived);
    assert!(server.one().is_none(), "one request is one");
}

fn values() -> HashMap<Blank, String> {
    let value = |blank: Blank| match blank {
        Blank::SubscriptionId => "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
        Blank::AccessToken => "eyJ0.eyJh-_.c2ln==",
        Blank::AdminPassword => r#"p"a\s's $HOME `id` $(id) & é😀 \" \\"#,
        Blank::SshPublicKey => "ssh-rsa AAAAB3Nza+/= somebody's \"key\" at C:\\home",
        Blank::StorageAccount => "mystorage1",
        _ => "a-name",
    };
    Blank::all().map(|blank| (blank, value(blank).to_owned())).collect()
}

#[test]
fn every_snippet_sends_its_request() {
    if !clients_are_there() {
        return;
    }
    let mut requests = Vec::new();
    let templates = Templates::embedded();
    for scenario in scenarios().iter().filter(|scenario| scenario.method().is_some()) {
        for machine in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
            if machine == ResourceType::VirtualMachineScaleSet && !scenario.is_about_machines() {
                continue;
            }
            for row in published(scenario.resource_type(machine)) {
                for image in [Image::Windows, Image::Linux] {
                    if image == Image::Linux && scenario.method() != Some(Method::Put) {
                        continue;
                    }
                    let spec = Spec { machine, api_version: Some(row.version), image, ..Spec::default() };
                    requests.extend(scenario.request(&spec, &templates));
                }
            }
        }
    }
    assert!(requests.len() > 700, "{}", requests.len());
    // Several at a time, each with a server of its own.
    let values = values();
    std::thread::scope(|scope| {
        for share in requests.chunks(requests.len().div_ceil(4)) {
            let values = &values;
            scope.spawn(move || {
                let (server, templates) = (Server::start(), Templates::embedded());
                for (at, request) in share.iter().enumerate() {
                    let layout = Layout {
                        blanks: BlankStyle::Shell,
                        pretty: at % 3 == 1,
                        multiline: at % 2 == 1,
                        templates: &templates,
                    };
                    assert_sent(request, &layout, &server, values);
                }
            });
        }
    });
}

/// A secret arrives as it is, or nothing is sent and the script fails.
#[test]
fn hostile_secrets_arrive_intact_or_stop_the_script() {
    if !clients_are_there() {
        return;
    }
    let (server, templates) = (Server::start(), Templates::embedded());
    let layout = Layout { blanks: BlankStyle::Shell, ..Layout::new(&templates) };
    let scenario = find_scenario("create-system-assigned").expect("it is there");
    for (image, secret) in [(Image::Windows, Blank::AdminPassword), (Image::Linux, Blank::SshPublicKey)] {
        let spec = Spec { image, ..Spec::default() };
        let request = scenario.request(&spec, &templates).expect("it can be made");
        for hostile in [
            "\"",
            "\\",
            "\\\\\"\"",
            "$",
            "$HOME",
            "${HOME}",
            "'",
            "`id`",
            "$(id)",
            "&",
            "\\&",
            "a&b\\",
            "!",
            "*",
            "{}",
            "@/etc/hostname",
            "é😀\u{a0}",
            "%s%n",
            "\\u0041",
            "\\n",
            "-",
            " ",
            "  two  spaces  ",
            "#",
            "~",
            "</dev/null",
            "]}],\"x\":[{",
        ] {
            let mut values = values();
            values.insert(secret, hostile.to_owned());
            assert_sent(&request, &layout, &server, &values);
        }
        let snippet = notation::write(Form::Curl, &request, &layout).expect("it can be written");
        for broken in
            [Some("two\nlines"), Some("\n"), Some("tab\t"), Some("\u{1b}[0m"), Some("\r"), Some(""), None]
        {
            let mut values = values();
            match broken {
                Some(value) => values.insert(secret, value.to_owned()),
                None => values.remove(&secret),
            };
            let output = run(&snippet, &server, &values);
            assert!(!output.status.success() && server.one().is_none(), "{broken:?} was sent");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains(&format!("{}_JSON", secret.variable())), "{said}");
        }
    }
    // What is no part of a body takes any text that a header does.
    let request = find_scenario("list").expect("it is there").request(&Spec::default(), &templates);
    for hostile in ["\"", "\\", "$HOME", "'", "`id`", "a b", "é"] {
        let mut values = values();
        values.insert(Blank::AccessToken, hostile.to_owned());
        assert_sent(request.as_ref().expect("it can be made"), &layout, &server, &values);
    }
}

/// What bash makes of the quotes is what they are meant to be.
#[test]
fn hostile_names_and_values_are_literal() {
    if !clients_are_there() {
        return;
    }
    let (server, templates) = (Server::start(), Templates::embedded());
    let hostile = [
        "it's", "a\"b", "$HOME", "`id`", "$(id)", "\\", "\\'", "!!", "a\nb", "\t", "é😀", "\u{0}", "\u{7f}",
        "'\"'", "${X:?}", "EOF", "@x", "&amp;", "%41", "<b>", "#", "\r\n", "\u{2028}", "''", "*?[a]",
        "{a,b}", "\\\n",
    ];
    for style in BlankStyle::ALL {
        for (at, text) in hostile.iter().enumerate() {
            // Without blanks in it, any style must send the same.
            let blank = match style {
                BlankStyle::Shell => "<SUBSCRIPTION ID>",
                _ => "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
            };
            let target = RequestTarget {
                cloud: Cloud::Public,
                subscription: Text::new(blank),
                resource_group: Some(Text::new(text)),
                resource_type: ResourceType::VirtualMachine.into(),
                names: vec![Text::new(&format!("{text}{blank}{text}"))],
                api_version: "2024-07-01".parse().expect("a version"),
            };
            let body = serde_json::json!({*text: [format!("{text}{blank}"), blank, text]});
            let mut request = Request::new(Method::Patch, target, Some(BodyValue::from(body)));
            if style != BlankStyle::Shell {
                request.headers[1].1 = Text::new("Bearer t");
            }
            let layout =
                Layout { blanks: style, pretty: at % 2 == 1, multiline: at % 3 == 1, templates: &templates };
            assert_sent(&request, &layout, &server, &values());
        }
    }
}

/// Names that Azure's rules let through, however odd.
#[test]
fn odd_names_arrive() {
    if !clients_are_there() {
        return;
    }
    let (server, templates) = (Server::start(), Templates::embedded());
    let mut spec = Spec { identities: vec!["id_1-x".to_owned(), "ID2".to_owned()], ..Spec::default() };
    spec.names.set(NameKind::ResourceGroup, "grüppe_(1).x").expect("a name");
    spec.names.set(NameKind::VirtualMachine, "vm-名前").expect("a name");
    let layout = Layout { blanks: BlankStyle::Shell, ..Layout::new(&templates) };
    for scenario in scenarios().iter().filter(|scenario| scenario.method().is_some()) {
        let request = scenario.request(&spec, &templates).expect("it can be made");
        assert_sent(&request, &layout, &server, &values());
    }
}
