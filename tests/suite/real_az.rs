//! Rendered `az rest` commands, run as they are by a real bash with the real Azure CLI: what arrives is the request.
//!
//! A server on the loopback interface takes the place of Azure. The script defines a function `az` before the
//! snippet, which runs the client with the server's address before an argument that begins a path (that is, the URL),
//! and without a token, which takes somebody who has signed in. The snippet itself is not touched.
#![cfg(unix)]

use crate::support::needs::{client, installed};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::loopback::{Server, assert_same, hostile_request, values};
use armbody::arm::{Blank, BlankStyle, NameKind, Request};
use armbody::notation::{self, Form, Layout, Templates};
use armbody::scenario::{Image, Spec, find_scenario, scenarios};

/// The Azure CLI, with a folder of its own for what it keeps.
struct Az {
    program: PathBuf,
    home: tempfile::TempDir,
}

impl Az {
    fn find() -> Self {
        installed(&["bash"]);
        Self { program: client("az/bin/az"), home: tempfile::tempdir().expect("a folder") }
    }

    fn run(&self, snippet: &str, server: &Server, values: &HashMap<Blank, String>) -> Output {
        let redirect = format!(
            "az() {{ '{}' \"${{@/#\\/subscriptions/http://127.0.0.1:{}/subscriptions}}\" \
             --skip-authorization-header --only-show-errors; }}\n",
            self.program.display(),
            server.port
        );
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", &format!("{redirect}{snippet}\n")])
            .env("HOME", self.home.path())
            .env("AZURE_CONFIG_DIR", self.home.path())
            .env("AZURE_CORE_COLLECT_TELEMETRY", "false")
            .env("NO_PROXY", "127.0.0.1")
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

    fn assert_sent(
        &self,
        request: &Request,
        layout: &Layout<'_>,
        server: &Server,
        values: &HashMap<Blank, String>,
    ) {
        let snippet = notation::write(Form::Az, request, layout).expect("it can be written");
        let output = self.run(&snippet, server, values);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}\n{snippet}");
        let arrived = server.one().unwrap_or_else(|| panic!("nothing arrived\n{snippet}"));
        assert_same(request, values, &arrived);
        let typed = arrived.headers.get("content-type").map(String::as_str);
        assert_eq!(typed, request.body.as_ref().map(|_| "application/json"), "{snippet}");
        assert!(server.one().is_none(), "one request is one");
    }
}

#[test]
#[ignore = "needs the Azure CLI"]
fn every_scenario_is_sent() {
    let az = Az::find();
    let (server, templates) = (Server::start(), Templates::embedded());
    let mut spec = Spec { identities: vec!["id_1-x".to_owned(), "ID2".to_owned()], ..Spec::default() };
    spec.names.set(NameKind::ResourceGroup, "grüppe_(1).x").expect("a name");
    spec.names.set(NameKind::VirtualMachine, "$VM_NAME").expect("a name");
    for (at, scenario) in scenarios().iter().filter(|scenario| scenario.method().is_some()).enumerate() {
        let image = if at % 2 == 0 { Image::Windows } else { Image::Linux };
        let version =
            if at % 3 == 0 && scenario.is_about_machines() { "2017-12-01".parse().ok() } else { None };
        let spec = Spec { image, api_version: version, ..spec.clone() };
        let request = scenario.request(&spec, &templates).expect("it can be made");
        let layout = Layout {
            blanks: BlankStyle::Shell,
            pretty: at % 3 == 1,
            multiline: at % 2 == 1,
            ..Layout::new(&templates)
        };
        az.assert_sent(&request, &layout, &server, &values());
    }
}

#[test]
#[ignore = "needs the Azure CLI"]
fn hostile_secrets_arrive_intact_or_stop_the_script() {
    let az = Az::find();
    let (server, templates) = (Server::start(), Templates::embedded());
    let layout = Layout { blanks: BlankStyle::Shell, ..Layout::new(&templates) };
    let scenario = find_scenario("create-system-assigned").expect("it is there");
    let request = scenario.request(&Spec::default(), &templates).expect("it can be made");
    for secret in ["\\\\\"\"'$HOME`id`$(id)", "@/etc/hostname", "é😀 &!*{}\\u0041%s~#", "]}],\"x\":[{"] {
        let mut values = values();
        values.insert(Blank::AdminPassword, secret.to_owned());
        az.assert_sent(&request, &layout, &server, &values);
    }
    let snippet = notation::write(Form::Az, &request, &layout).expect("it can be written");
    for broken in [Some("two\nlines"), None] {
        let mut values = values();
        match broken {
            Some(value) => values.insert(Blank::AdminPassword, value.to_owned()),
            None => values.remove(&Blank::AdminPassword),
        };
        let output = az.run(&snippet, &server, &values);
        assert!(!output.status.success() && server.one().is_none(), "{broken:?} was sent");
    }
}

#[test]
#[ignore = "needs the Azure CLI"]
fn hostile_names_and_values_are_literal() {
    let az = Az::find();
    let (server, templates) = (Server::start(), Templates::embedded());
    let hostile = [
        "it's \"b\" $HOME `id` $(id) \\ \\' !!",
        "a\nb\t\r\n\u{0}\u{7f}é😀\u{2028}",
        "'\"'${X:?}EOF@x&amp;%41<b#''*?[a]{a,b}\\\n",
    ];
    for style in BlankStyle::ALL {
        for (at, text) in hostile.iter().enumerate() {
            let request = hostile_request(text, style);
            let layout =
                Layout { blanks: style, pretty: at == 1, multiline: at == 2, ..Layout::new(&templates) };
            az.assert_sent(&request, &layout, &server, &values());
        }
    }
}

#[test]
#[ignore = "needs the Azure CLI"]
fn what_the_command_line_prints_is_what_runs() {
    let az = Az::find();
    let server = Server::start();
    let output = Command::new(env!("CARGO_BIN_EXE_armbody"))
        .args(["render", "remove-user-assigned-keep", "list", "--as", "az", "--placeholders", "shell"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("it runs");
    let script = String::from_utf8(output.stdout).expect("UTF-8");
    let output = az.run(&script, &server, &values());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let methods: Vec<String> = std::iter::from_fn(|| server.one()).map(|arrived| arrived.method).collect();
    assert_eq!(methods, ["PATCH", "GET"]);
}

/// A relative address goes to the Resource Manager of the cloud that the client is set to: its error names it where no proxy answers.
#[test]
#[ignore = "needs the Azure CLI"]
fn a_command_goes_where_the_cloud_of_the_client_is() {
    let az = Az::find();
    let rendered = |cloud: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_armbody"))
            .args(["render", "list", "--as", "az", "--placeholders", "shell", "--cloud", cloud])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .expect("it runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for (cloud, name, host) in [
        ("usgov", "AzureUSGovernment", "management.usgovcloudapi.net"),
        ("china", "AzureChinaCloud", "management.chinacloudapi.cn"),
        ("public", "AzureCloud", "management.azure.com"),
    ] {
        let script = format!(
            "az() {{ '{}' \"$@\" --skip-authorization-header --only-show-errors; }}\n\
             '{0}' cloud set --name {name} --only-show-errors\n{}\n",
            az.program.display(),
            rendered(cloud)
        );
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-c", &script])
            .env("HOME", az.home.path())
            .env("AZURE_CONFIG_DIR", az.home.path())
            .env("AZURE_CORE_COLLECT_TELEMETRY", "false")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("SUBSCRIPTION_ID", "00000000-0000-0000-0000-000000000000")
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        assert!(!output.status.success(), "the proxy lets nothing through");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("host='{host}', port=443")), "{said}");
    }
}
