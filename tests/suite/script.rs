//! `--as script`, run by real shells with a real curl and jq, and with a real Azure CLI and nothing else, against a
//! server that answers as Azure Resource Manager does: by PATCH and GET, with operations to follow, and with everything
//! that goes wrong.
#![cfg(unix)]

use crate::support::needs::{client, installed};
use std::collections::BTreeMap;
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
    /// 200, and it is done; no role is assigned.
    NoRole,
}

#[derive(Debug)]
struct World {
    identity: Value,
    etag: u32,
    deed: Deed,
    polls: u32,
    wanted: Option<Value>,
    /// A change was asked for.
    is_asked: bool,
    /// Roles that were assigned, by the path of the assignment.
    roles: BTreeMap<String, Value>,
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
        let world = Arc::new(Mutex::new(World {
            identity,
            etag: 4,
            deed,
            polls: 0,
            wanted: None,
            is_asked: false,
            roles: BTreeMap::new(),
            seen: Vec::new(),
        }));
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
        "properties": {"provisioningState": "Succeeded", "vmId": "x"}, "etag": "\"4\"",
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
            world.is_asked = false;
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
    if path.contains("/roleAssignments/") {
        let before = if method == "DELETE" { world.roles.remove(&path) } else { None };
        if method == "PUT" {
            let body: Value = serde_json::from_str(&body).unwrap();
            if world.deed == Deed::NoRole {
                return send("403 Forbidden", "", &fault("AuthorizationFailed", "no right to assign roles"));
            }
            world.roles.insert(path, body.clone());
            return send("201 Created", "", &body);
        }
        return send(if before.is_some() { "200 OK" } else { "204 No Content" }, "", &Value::Null);
    }
    if path.contains("/userAssignedIdentities/") {
        let identity =
            json!({"id": path, "properties": {"principalId": "11111111-2222-3333-4444-555555555555"}});
        return send("200 OK", "", &identity);
    }
    if method == "GET" {
        let mut machine = machine(&world.identity);
        if world.is_asked {
            world.polls += 1;
            let is_done = world.polls >= 4 && world.deed != Deed::Never;
            let has_begun = world.deed != Deed::Location || world.polls > 1;
            let ends = match world.deed {
                Deed::Fails => "Failed",
                Deed::Canceled => "Canceled",
                _ => "Succeeded",
            };
            let state = if is_done || !has_begun { ends } else { "Updating" };
            if is_done && let Some(wanted) = world.wanted.take() {
                world.identity = wanted;
                world.is_asked = false;
                machine = self::machine(&world.identity);
            }
            machine["properties"]["provisioningState"] = state.into();
            if world.deed == Deed::LostPoll && world.polls == 2 {
                return stream.shutdown(Shutdown::Both).unwrap();
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
    world.is_asked = matches!(
        world.deed,
        Deed::Operation
            | Deed::LostPoll
            | Deed::Location
            | Deed::State
            | Deed::Fails
            | Deed::Canceled
            | Deed::Never
    );
    match world.deed {
        Deed::Done | Deed::NoRole => {
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

/// How long an operation is followed.
const TIMEOUT: &str = "30";

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

/// The Azure CLI and nothing else: without a token, which takes somebody who has signed in, and with the server's
/// address before an argument that begins a path.
fn az(port: u16) -> tempfile::TempDir {
    let real = client("az/bin/az");
    let tools = tempfile::tempdir().unwrap();
    let wrapper = format!(
        "#!/bin/sh\nfor word; do shift; case $word in /subscriptions/*) word=http://127.0.0.1:{port}$word ;; esac; \
         set -- \"$@\" \"$word\"; done\nexec '{}' \"$@\" --skip-authorization-header\n",
        real.display()
    );
    let path = tools.path().join("az");
    std::fs::write(&path, wrapper).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    // Neither curl nor jq.
    let used = ["sh", "cat", "cut", "date", "mktemp", "rm", "sed", "sleep", "sort", "tr"];
    for name in used.into_iter().chain(SHELLS) {
        let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(name));
        let there = found.iter().find(|path| path.exists()).unwrap();
        std::os::unix::fs::symlink(there, tools.path().join(name)).unwrap();
    }
    tools
}

fn run(shell: &str, files: &Path, args: &[&str]) -> Output {
    command(shell, files, args).env("ACCESS_TOKEN", "eyJ0.a-_b.c==").output().unwrap()
}

/// The script where there is no other tool than these.
fn run_with(tools: &tempfile::TempDir, shell: &str, files: &Path, args: &[&str]) -> Output {
    run_for("90", tools, shell, files, args)
}

fn run_for(timeout: &str, tools: &tempfile::TempDir, shell: &str, files: &Path, args: &[&str]) -> Output {
    command(shell, files, args)
        .env("PATH", tools.path())
        // A call takes seconds on a machine that is busy.
        .env("TIMEOUT_SECONDS", timeout)
        .env("HOME", tools.path())
        .env("AZURE_CONFIG_DIR", tools.path())
        .env("AZURE_CORE_COLLECT_TELEMETRY", "false")
        .env_remove("ACCESS_TOKEN")
        .output()
        .unwrap()
}

fn command(shell: &str, files: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(shell);
    command
        .arg("plan.sh")
        .args(args)
        .current_dir(files)
        .env("POLL_SECONDS", "1")
        .env("TIMEOUT_SECONDS", TIMEOUT)
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null());
    command
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
            let mut command = command(shell, files.path(), &[]);
            if deed == Deed::Never {
                command.env("TIMEOUT_SECONDS", "4");
            }
            let output = command.env("ACCESS_TOKEN", "eyJ0.a-_b.c==").output().unwrap();
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

/// Waiting for the end takes seconds, and starting the Azure CLI more: a shell for each second one.
#[test]
#[ignore = "needs the Azure CLI and dash, and a minute"]
fn with_the_azure_cli_alone_a_change_is_made_followed_and_taken_back() {
    let mut shells = SHELLS.into_iter().cycle();
    // An operation and a state that tells are one to it.
    for deed in [Deed::Done, Deed::Location, Deed::State, Deed::LostPoll] {
        let server = Server::start(both(), deed);
        let tools = az(server.port);
        let shell = shells.next().unwrap();
        let files = script(&server, &["--system", "off", "--remove", "ID1", "--add", "ID3"]);
        let output = run_with(&tools, shell, files.path(), &[]);
        let words = said(&output);
        assert_eq!(output.status.code(), Some(0), "{shell} {deed:?}: {words}");
        assert!(
            words.contains("before: system-assigned, /subscriptions/")
                && words.contains("after:  /subscriptions/"),
            "{words}"
        );
        {
            let world = server.world.lock().unwrap();
            let (_, path, headers, body) = world.seen.iter().find(|(method, ..)| method == "PATCH").unwrap();
            assert!(headers.contains("If-Match: \"4\"\r\n"), "{headers}");
            assert!(headers.contains("Content-Type: application/json\r\n"), "{headers}");
            assert!(path.ends_with("/virtualMachines/web-1?api-version=2026-04-01"), "{path}");
            assert!(serde_json::from_str::<Value>(body).unwrap()["identity"].is_object(), "{body}");
            assert_eq!(world.identity["type"], "UserAssigned");
        }
        let shell = shells.next().unwrap();
        let output = run_with(&tools, shell, files.path(), &[]);
        assert!(
            output.status.success() && said(&output).starts_with("nothing to do: it has /sub"),
            "{}",
            said(&output)
        );
        server.world.lock().unwrap().polls = 0;
        let output = run_with(&tools, shell, files.path(), &["--undo"]);
        assert_eq!(output.status.code(), Some(0), "{shell} {deed:?}: {}", said(&output));
        assert_eq!(server.world.lock().unwrap().identity["type"], "SystemAssigned, UserAssigned");
        let sent = server.methods().iter().filter(|method| *method == "PATCH").count();
        assert_eq!(sent, 2, "each change is sent once");
    }
}

#[test]
#[ignore = "needs the Azure CLI and dash, and a minute"]
fn with_the_azure_cli_alone_what_goes_wrong_is_said_with_the_state_of_the_machine() {
    let mut shells = SHELLS.into_iter().cycle();
    for (deed, words) in [
        (Deed::Conflict, &["refused: Conflict({", "a concurrent request", "nothing was changed"][..]),
        (Deed::Precondition, &["refused: Precondition Failed({", "somebody else changed the machine"]),
        (Deed::Busy, &["refused: Too Many Requests({", "try again later"]),
        (
            Deed::Broken,
            &["failed: Forbidden({", "no right to assign", "the machine is as it was before: system"],
        ),
        (
            Deed::Dropped,
            &["whether it arrived is not known", "the machine is as it was before: system-assigned"],
        ),
        (
            Deed::DroppedDone,
            &["not known", "has what was wanted all the same", "to go back: sh plan.sh --undo"],
        ),
        (Deed::Fails, &["the machine's state is Failed", "the machine is as it was before"]),
        (Deed::Never, &["not done after 8 seconds; the machine's state is Updating"]),
        (Deed::Other, &["as it was before: system-assigned"]),
    ] {
        let server = Server::start(both(), deed);
        let tools = az(server.port);
        let shell = shells.next().unwrap();
        let files = script(&server, &["--system", "off"]);
        let timeout = if matches!(deed, Deed::Never | Deed::Other) { "8" } else { "90" };
        let output = run_for(timeout, &tools, shell, files.path(), &[]);
        let all = said(&output);
        assert_eq!(output.status.code(), Some(1), "{shell} {deed:?}: {all}");
        for part in words {
            assert!(all.contains(part), "{shell} {deed:?}: {all}");
        }
        let sent = server.methods().iter().filter(|method| *method == "PATCH").count();
        assert_eq!(sent, 1, "{deed:?}");
    }
}

#[test]
#[ignore = "needs the Azure CLI and dash, and a minute"]
fn with_the_azure_cli_alone_nothing_is_sent_where_the_machine_is_not_as_planned_from() {
    for shell in SHELLS {
        let server = Server::start(both(), Deed::Done);
        let tools = az(server.port);
        let files = script(&server, &["--system", "off"]);
        server.world.lock().unwrap().identity = json!({"type": "SystemAssigned"});
        let output = run_with(&tools, shell, files.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("it has system-assigned, not system-assigned, /sub"),
            "{}",
            said(&output)
        );
        assert_eq!(server.methods(), ["GET"]);
        std::fs::remove_file(tools.path().join("az")).unwrap();
        let output = run_with(&tools, shell, files.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("curl and jq, or the Azure CLI"), "{}", said(&output));
    }
}

const ROLE: [&str; 4] = ["--role", "Contributor", "--scope", "/subscriptions/s/resourceGroups/gr'u$p"];

/// A role is assigned once the machine has the identity, with the id of the principal that was read, and goes first
/// when the change is taken back.
#[test]
#[ignore = "needs the Azure CLI, dash, curl and jq"]
fn a_role_is_assigned_and_taken_back() {
    for with_az in [false, true] {
        let server = Server::start(json!({"type": "SystemAssigned", "principalId": "p-1"}), Deed::Done);
        let tools = az(server.port);
        let mut args = vec!["--add", "ID3"];
        args.extend(ROLE);
        let files = script(&server, &args);
        let run = |shell: &str, args: &[&str]| {
            if with_az { run_with(&tools, shell, files.path(), args) } else { run(shell, files.path(), args) }
        };
        // Starting the Azure CLI takes long.
        for shell in SHELLS.into_iter().take(if with_az { 1 } else { 2 }) {
            let output = run(shell, &[]);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            {
                let world = server.world.lock().unwrap();
                let (path, body) = world.roles.first_key_value().unwrap();
                assert!(
                    path.contains("/resourceGroups/gr%27u%24p/providers/Microsoft.Authorization/"),
                    "{path}"
                );
                assert_eq!(body["properties"]["principalId"], "11111111-2222-3333-4444-555555555555");
                assert_eq!(world.roles.len(), 1);
            }
            // Once more: the same assignment.
            let output = run(shell, &[]);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            assert!(said(&output).contains("no identity is to be changed"), "{}", said(&output));
            assert_eq!(server.world.lock().unwrap().roles.len(), 1);
            let output = run(shell, &["--undo"]);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            assert!(server.world.lock().unwrap().roles.is_empty());
        }
        server.world.lock().unwrap().deed = Deed::NoRole;
        let output = run("dash", &[]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(
            said(&output).contains("the role assignment was not made")
                && said(&output).contains("run it again"),
            "{}",
            said(&output)
        );
    }
}
