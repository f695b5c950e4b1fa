//! Snippets with variables, run as they are by a real bash and a real dash with a real curl: what arrives is the request.
//!
//! A server on the loopback interface takes the place of Azure. It speaks plain HTTP, so the first `curl` in the path is
//! a script that runs curl with its connections redirected and `https:` at the start of an argument (that is, in the
//! URL) turned into `http:`. The snippet itself is not touched.
#![cfg(unix)]

use crate::support::needs::installed;
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::loopback::{Arrived, Server, assert_same, fill, hostile_request, values};
use armbody::arm::versions::published;
use armbody::arm::{Blank, BlankStyle, Method, NameKind, Request, ResourceType, Text};
use armbody::notation::{self, BodyPlace, Form, Layout, Templates};
use armbody::scenario::{Image, Spec, find_scenario, scenarios};

/// Each call takes the other shell.
static TURN: AtomicUsize = AtomicUsize::new(0);

fn run(snippet: &str, server: &Server, values: &HashMap<Blank, String>) -> Output {
    let nowhere = tempfile::tempdir().expect("a folder");
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let real = std::env::split_paths(&paths).map(|path| path.join("curl")).find(|path| path.is_file());
    let redirect = format!(
        "#!/usr/bin/env bash\nexec '{}' --silent --show-error --noproxy '*' --connect-to '::127.0.0.1:{}' \
         \"${{@/#https:/http:}}\"\n",
        real.expect("curl is there").display(),
        server.port
    );
    let stand_in = nowhere.path().join("curl");
    std::fs::write(&stand_in, redirect).expect("a file");
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let path =
        std::env::join_paths(std::iter::once(nowhere.path().to_owned()).chain(std::env::split_paths(&paths)));
    let shell = if TURN.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { "bash" } else { "dash" };
    let mut bash = Command::new(shell);
    bash.args(["-c", &format!("{snippet}\n")])
        // No configuration of the user's is read.
        .env("CURL_HOME", nowhere.path())
        .env("HOME", nowhere.path())
        .env("PATH", path.expect("a path"))
        .env_remove("BASH_ENV")
        .env_remove("ENV")
        .stdin(Stdio::null());
    for blank in Blank::all() {
        match values.get(&blank) {
            Some(value) => bash.env(blank.variable(), value),
            None => bash.env_remove(blank.variable()),
        };
    }
    bash.output().expect("the shell runs")
}

fn assert_arrived(request: &Request, values: &HashMap<Blank, String>, arrived: &Arrived) {
    assert_same(request, values, arrived);
    assert_eq!(arrived.headers["host"], request.target.cloud.host());
    for (name, value) in &request.headers {
        assert_eq!(arrived.headers[&name.to_ascii_lowercase()], fill(value, values), "{name}");
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

#[test]
#[ignore = "needs dash and curl"]
fn every_snippet_sends_its_request() {
    installed(&["bash", "dash", "curl"]);
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
                        body: if at % 5 == 0 { BodyPlace::Apart } else { BodyPlace::Inline },
                        ..Layout::new(&templates)
                    };
                    assert_sent(request, &layout, &server, values);
                }
            });
        }
    });
}

/// A secret arrives as it is, or nothing is sent and the script fails.
#[test]
#[ignore = "needs dash and curl"]
fn hostile_secrets_arrive_intact_or_stop_the_script() {
    installed(&["bash", "dash", "curl"]);
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
            assert!(said.contains(secret.variable()), "{said}");
        }
    }
    // What is not part of a body takes any text that a header does.
    let request = find_scenario("list").expect("it is there").request(&Spec::default(), &templates);
    for hostile in ["\"", "\\", "$HOME", "'", "`id`", "a b", "é"] {
        let mut values = values();
        values.insert(Blank::AccessToken, hostile.to_owned());
        assert_sent(request.as_ref().expect("it can be made"), &layout, &server, &values);
    }
}

/// What bash makes of the quotes is what they are meant to be.
#[test]
#[ignore = "needs dash and curl"]
fn hostile_names_and_values_are_literal() {
    installed(&["bash", "dash", "curl"]);
    let (server, templates) = (Server::start(), Templates::embedded());
    let hostile = [
        "it's", "a\"b", "$HOME", "`id`", "$(id)", "\\", "\\'", "!!", "a\nb", "\t", "é😀", "\u{0}", "\u{7f}",
        "'\"'", "${X:?}", "EOF", "@x", "&amp;", "%41", "<b>", "#", "\r\n", "\u{2028}", "''", "*?[a]",
        "{a,b}", "\\\n",
    ];
    for style in BlankStyle::ALL {
        for (at, text) in hostile.iter().enumerate() {
            let mut request = hostile_request(text, style);
            if style != BlankStyle::Shell {
                request.headers[1].1 = Text::new("Bearer t");
            }
            let layout = Layout {
                blanks: style,
                pretty: at % 2 == 1,
                multiline: at % 3 == 1,
                ..Layout::new(&templates)
            };
            assert_sent(&request, &layout, &server, &values());
        }
    }
}

/// Names that Azure's rules let through, however odd.
#[test]
#[ignore = "needs dash and curl"]
fn odd_names_arrive() {
    installed(&["bash", "dash", "curl"]);
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
