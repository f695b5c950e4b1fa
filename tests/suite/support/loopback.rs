//! A server on the loopback interface that takes the place of Azure, and what a request is with its blanks filled in.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Method, Part, Request, RequestTarget, ResourceType, Text,
};

/// What a client sent.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// By name in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    arrived: Receiver<Arrived>,
}

impl Server {
    pub(crate) fn start() -> Self {
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
    pub(crate) fn one(&self) -> Option<Arrived> {
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

pub(crate) fn fill(text: &Text, values: &HashMap<Blank, String>) -> String {
    let part = |part: &Part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Blank(blank) => values[blank].clone(),
    };
    text.parts().iter().map(part).collect()
}

pub(crate) fn fill_value(value: &BodyValue, values: &HashMap<Blank, String>) -> serde_json::Value {
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

/// A value for each blank; those of free text have whatever a shell or JSON might trip over.
pub(crate) fn values() -> HashMap<Blank, String> {
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

/// Whether a program is there.
pub(crate) fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Asserts that what arrived is the request but for its headers.
#[track_caller]
pub(crate) fn assert_same(request: &Request, values: &HashMap<Blank, String>, arrived: &Arrived) {
    assert_eq!(arrived.method, request.method.as_str());
    assert_eq!(arrived.path, fill(&request.target.path_and_query(), values));
    match &request.body {
        None => assert!(arrived.body.is_empty() && !arrived.headers.contains_key("content-type")),
        Some(body) => {
            let sent: serde_json::Value = serde_json::from_slice(&arrived.body).expect("JSON");
            assert_eq!(sent, fill_value(body, values));
        }
    }
}

/// A request with a hostile text in its path, names and values. With blanks in it for a shell alone: any other style
/// must send the same.
pub(crate) fn hostile_request(text: &str, style: BlankStyle) -> Request {
    let blank = match style {
        BlankStyle::Shell => "<SUBSCRIPTION ID>",
        _ => "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
    };
    let target = RequestTarget {
        cloud: Cloud::Public,
        scope: None,
        subscription: Text::new(blank),
        resource_group: Some(Text::new(text)),
        resource_type: ResourceType::VirtualMachine.into(),
        names: vec![Text::new(&format!("{text}{blank}{text}"))],
        api_version: "2024-07-01".parse().expect("a version"),
    };
    let body = serde_json::json!({text: [format!("{text}{blank}"), blank, text]});
    Request::new(Method::Patch, target, Some(BodyValue::from(body)))
}
