//! `--as script`, run by real shells with a real curl and jq against a server that answers as Azure Resource Manager
//! does: by PATCH and GET, with operations to follow, and with everything that goes wrong.
#![cfg(unix)]

use crate::support::needs::installed;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use crate::support::cli::{armbody, folder};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

fn id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/gr'üppe_(1)/providers/Microsoft.ManagedIdentity/\
         userAssignedIdentities/{name}"
    )
}

/// What the server does with a PATCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// 200, and it is done.
    Done,
    /// 200, an operation that is done at the third look, and the machine only then has what is wanted.
    Operation,
    /// 202 and a place to look, where it is done at the third look.
    Location,
    /// 200 without any header: the machine's own state tells.
    State,
    /// As `Operation`, and the second look gets no answer.
    LostPoll,
    Fails,
    Canceled,
    Never,
    /// The operation is at another host.
    Elsewhere,
    Conflict,
    Precondition,
    Busy,
    Broken,
    /// The connection ends without an answer; nothing is done.
    Dropped,
    /// The connection ends without an answer, and it is done.
    DroppedDone,
    /// 200, and something else is done.
    Other,
}

#[derive(Debug)]
struct World {
    identity: Value,
    etag: u32,
    deed: Deed,
    polls: u32,
    wanted: Option<Value>,
    /// Method, path, and the headers and body that were sent.
    seen: Vec<(String, String, String, String)>,
}

struct Server {
    port: u16,
    world: Arc<Mutex<World>>,
}

impl Server {
    fn start(identity: Value, deed: Deed) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let world =
            Arc::new(Mutex::new(World { identity, etag: 4, deed, polls: 0, wanted: None, seen: Vec::new() }));
        let shared = Arc::clone(&world);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &mut shared.lock().unwrap(), port);
            }
        });
        Self { port, world }
    }

    fn machine(&self) -> String {
        machine(&self.world.lock().unwrap().identity).to_string()
    }

    fn methods(&self) -> Vec<String> {
        self.world.lock().unwrap().seen.iter().map(|(method, ..)| method.clone()).collect()
    }
}

fn machine(identity: &Value) -> Value {
    let mut machine = json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/gr'üppe_(1)/providers/Microsoft.Compute/virtualMachines/web-1"),
        "name": "web-1", "type": "Microsoft.Compute/virtualMachines", "location": "westus",
        "properties": {"provisioningState": "Succeeded", "vmId": "x"},
    });
    if !identity.is_null() {
        machine["identity"] = identity.clone();
    }
    machine
}

/// What the machine has after a PATCH, as Azure Resource Manager merges it.
fn merged(identity: &Value, block: &Value) -> Value {
    let kind = block["type"].as_str().unwrap();
    if kind == "None" {
        return Value::Null;
    }
    let mut ids = identity["userAssignedIdentities"].as_object().cloned().unwrap_or_default();
    if !kind.contains("UserAssigned") {
        ids.clear();
    }
    for (id, change) in block["userAssignedIdentities"].as_object().into_iter().flatten() {
        ids.retain(|known, _| !known.eq_ignore_ascii_case(id));
        if !change.is_null() {
            ids.insert(
                id.replace("resourceGroups", "resourcegroups"),
                json!({"principalId": "p", "clientId": "c"}),
            );
        }
    }
    let mut after = json!({"type": kind});
    if !ids.is_empty() {
        after["userAssignedIdentities"] = ids.into();
    }
    after
}

fn answer(stream: TcpStream, world: &mut World, port: u16) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    world.seen.push((method.clone(), path.clone(), headers.clone(), body.clone()));
    let base = format!("http://127.0.0.1:{port}");
    let mut send = |status: &str, headers: &str, body: &Value| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
    };
    let fault = |code: &str, message: &str| json!({"error": {"code": code, "message": message}});
    if path.starts_with("/operations/") {
        world.polls += 1;
        let is_done = world.polls >= 3 && world.deed != Deed::Never;
        if is_done && let Some(wanted) = world.wanted.take() {
            world.identity = wanted;
        }
        let retry = "Retry-After: 1\r\n";
        match world.deed {
            Deed::LostPoll if world.polls == 2 => stream.shutdown(Shutdown::Both).unwrap(),
            Deed::Location if is_done => send("200 OK", "", &Value::Null),
            Deed::Location => send("202 Accepted", retry, &Value::Null),
            Deed::Fails if is_done => {
                let mut failed = fault("AllocationFailed", "no room");
                failed["status"] = "Failed".into();
                send("200 OK", "", &failed);
            }
            Deed::Canceled if is_done => send("200 OK", "", &json!({"status": "Canceled"})),
            _ if is_done => send("200 OK", "", &json!({"status": "Succeeded"})),
            _ => send("200 OK", retry, &json!({"status": "InProgress"})),
        }
        return;
    }
    if method == "GET" {
        let mut machine = machine(&world.identity);
        if world.deed == Deed::State && world.wanted.is_some() {
            world.polls += 1;
            machine["properties"]["provisioningState"] = "Updating".into();
            if world.polls >= 2 {
                world.identity = world.wanted.take().unwrap();
            }
        }
        return send("200 OK", &format!("ETag: \"{}\"\r\nRetry-After: 1\r\n", world.etag), &machine);
    }
    let block = serde_json::from_str::<Value>(&body).unwrap()["identity"].clone();
    let after = merged(&world.identity, &block);
    let operation =
        format!("Azure-AsyncOperation: {base}/operations/1?api-version=x&c=(1)\r\nRetry-After: 1\r\n");
    let updating = {
        let mut machine = machine(&after);
        machine["properties"]["provisioningState"] = "Updating".into();
        machine
    };
    match world.deed {
        Deed::Done => {
            world.identity = after;
            send("200 OK", "", &machine(&world.identity));
        }
        Deed::Other => send("200 OK", "", &machine(&world.identity)),
        Deed::Operation | Deed::LostPoll => {
            world.wanted = Some(after);
            send("200 OK", &operation, &updating);
        }
        Deed::Fails | Deed::Canceled | Deed::Never => send("200 OK", &operation, &updating),
        Deed::Elsewhere => {
            send("200 OK", "Azure-AsyncOperation: http://127.0.0.1.example.org/operations/1\r\n", &updating);
        }
        Deed::Location => {
            world.wanted = Some(after);
            send(
                "202 Accepted",
                &format!("Location: {base}/operations/1?monitor=true\r\nRetry-After: 1\r\n"),
                &Value::Null,
            );
        }
        Deed::State => {
            world.wanted = Some(after);
            send("200 OK", "Retry-After: 1\r\n", &updating);
        }
        Deed::Conflict => send("409 Conflict", "", &fault("Conflict", "a concurrent request")),
        Deed::Precondition => {
            send("412 Precondition Failed", "", &fault("PreconditionFailed", "Etag \"4\" does not match"));
        }
        Deed::Busy => {
            send("429 Too Many Requests", "Retry-After: 7\r\n", &fault("TooManyRequests", "slowly"));
        }
        Deed::Broken => send("403 Forbidden", "", &fault("LinkedAuthorizationFailed", "no right to assign")),
        Deed::Dropped => stream.shutdown(Shutdown::Both).unwrap(),
        Deed::DroppedDone => {
            world.identity = after;
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }
}

const SHELLS: [&str; 2] = ["bash", "dash"];

/// The script that `plan` writes for the machine of a server.
fn script(server: &Server, args: &[&str]) -> tempfile::TempDir {
    let files = folder(&[("answer.json", &server.machine())]);
    let cloud = format!("http://127.0.0.1:{}", server.port);
    let mut all = vec!["plan", "--current", "answer.json", "--as", "script", "-o", ".", "--cloud", &cloud];
    all.extend(args);
    let output = armbody(files.path(), &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    files
}

fn run(shell: &str, files: &Path, args: &[&str]) -> Output {
    Command::new(shell)
        .arg("plan.sh")
        .args(args)
        .current_dir(files)
        .env("ACCESS_TOKEN", "eyJ0.a-_b.c==")
        .env("POLL_SECONDS", "1")
        .env("TIMEOUT_SECONDS", "4")
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn both() -> Value {
    json!({"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {id("ID1"): {"principalId": "p"}, id("ID2"): {}}})
}

#[test]
#[ignore = "needs dash, curl and jq"]
fn a_change_is_made_followed_and_taken_back() {
    installed(&["bash", "dash", "curl", "jq"]);
    for shell in SHELLS {
        for deed in [Deed::Done, Deed::Operation, Deed::Location, Deed::State, Deed::LostPoll] {
            let server = Server::start(both(), deed);
            let files = script(&server, &["--system", "off", "--remove", "ID1", "--add", "ID3"]);
            let output = run(shell, files.path(), &[]);
            let words = said(&output);
            assert_eq!(output.status.code(), Some(0), "{shell} {deed:?}: {words}");
            assert!(
                words.contains("before: system-assigned, /subscriptions/")
                    && words.contains("after:  /subscriptions/"),
                "{words}"
            );
            let world = server.world.lock().unwrap();
            let (.., headers, _) = world.seen.iter().find(|(method, ..)| method == "PATCH").unwrap();
            assert!(headers.contains("If-Match: \"4\"\r\n"), "{headers}");
            assert!(headers.contains("Authorization: Bearer eyJ0.a-_b.c==\r\n"), "{headers}");
            assert!(headers.contains("Content-Type: application/json\r\n"), "{headers}");
            assert_eq!(world.identity["type"], "UserAssigned");
            drop(world);
            // Once more: nothing is to be done.
            let output = run(shell, files.path(), &[]);
            assert!(
                output.status.success() && said(&output).starts_with("nothing to do: it has /sub"),
                "{}",
                said(&output)
            );
            server.world.lock().unwrap().polls = 0;
            let output = run(shell, files.path(), &["--undo"]);
            assert_eq!(output.status.code(), Some(0), "{shell} {deed:?}: {}", said(&output));
            assert_eq!(server.world.lock().unwrap().identity["type"], "SystemAssigned, UserAssigned");
        }
    }
}

#[test]
#[ignore = "needs dash, curl and jq"]
fn what_goes_wrong_is_said_with_the_state_of_the_machine() {
    installed(&["bash", "dash", "curl", "jq"]);
    for (deed, words) in [
        (Deed::Conflict, &["refused: 409 Conflict: a concurrent request", "nothing was changed"][..]),
        (Deed::Precondition, &["refused: 412 PreconditionFailed: Etag", "somebody else changed the machine"]),
        (Deed::Busy, &["refused: 429 TooManyRequests", "try again in 7 seconds"]),
        (
            Deed::Broken,
            &["failed: 403 LinkedAuthorizationFailed: no right", "the machine is as it was before: system"],
        ),
        (
            Deed::Dropped,
            &["whether it arrived is not known", "the machine is as it was before: system-assigned"],
        ),
        (
            Deed::DroppedDone,
            &["not known", "has what was wanted all the same", "to go back: sh plan.sh --undo"],
        ),
        (Deed::Fails, &["ended as Failed: AllocationFailed: no room", "the machine is as it was before"]),
        (Deed::Canceled, &["ended as Canceled", "the machine is as it was before"]),
        (Deed::Never, &["not done after 4 seconds; the operation goes on: http://127.0.0.1:"]),
        (Deed::Elsewhere, &["at another host: http://127.0.0.1.example.org/"]),
        (Deed::Other, &["the machine does not have what was wanted (/subscriptions/", "as it was before"]),
    ] {
        for shell in SHELLS {
            let server = Server::start(both(), deed);
            let files = script(&server, &["--system", "off"]);
            let output = run(shell, files.path(), &[]);
            let all = said(&output);
            assert_eq!(output.status.code(), Some(1), "{shell} {deed:?}: {all}");
            for part in words {
                assert!(all.contains(part), "{shell} {deed:?}: {all}");
            }
        }
    }
}

#[test]
#[ignore = "needs dash, curl and jq"]
fn nothing_is_sent_where_the_machine_is_not_as_planned_from() {
    installed(&["bash", "dash", "curl", "jq"]);
    for shell in SHELLS {
        let server = Server::start(both(), Deed::Done);
        let files = script(&server, &["--system", "off"]);
        server.world.lock().unwrap().identity = json!({"type": "SystemAssigned"});
        let output = run(shell, files.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("it has system-assigned, not system-assigned, /sub"),
            "{}",
            said(&output)
        );
        assert_eq!(server.methods(), ["GET"]);
        let output = run(shell, files.path(), &["--what"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let output = Command::new(shell)
            .arg("plan.sh")
            .current_dir(files.path())
            .env_remove("ACCESS_TOKEN")
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
}
