//! Hover and completion in texts with a cursor, and the server as its client meets it.

mod templates;

use lsp_server::{Message, Notification, Request, RequestId};
use lsp_types::{CompletionItem, CompletionTextEdit};
use serde_json::{Value, json};

use super::client_capabilities::Capabilities;
use super::complete::complete;
use super::document::Document;
use super::hover::of_document;
use super::position::Columns;
use super::uri::uri_of;
use super::{Flag, Flow, Server};
use crate::lint::Options;
use crate::text::{DEFAULT_MAX_SIZE, Edit, apply_edits};

fn flags() -> Vec<Flag> {
    let flag =
        |name: &str, takes_value| Flag { name: name.to_owned(), help: "a flag".to_owned(), takes_value };
    vec![flag("--as", true), flag("--api-version", true), flag("--pretty", false), flag("--vmss", true)]
}

const MARKDOWN: Capabilities = Capabilities {
    columns: Columns::Utf16,
    versioned_edits: false,
    related_places: false,
    markdown_hover: true,
    markdown_completion: true,
    watching: false,
    outline_levels: true,
    prepares_renames: true,
    creates_files: true,
};

/// A document without the `|` in `text`, and where that was.
fn document(name: &str, text: &str) -> (Document, u32) {
    let cursor = text.find('|').expect("a cursor");
    let uri = format!("file:///{name}").parse().expect("a URI");
    (Document::new(uri, "", 1, text.replacen('|', "", 1), Columns::Utf16), cursor as u32)
}

fn hovered(name: &str, text: &str) -> String {
    let (document, cursor) = document(name, text);
    of_document(&document, &Options::default(), &flags(), cursor).map(|(_, said)| said).unwrap_or_default()
}

fn completions(name: &str, text: &str) -> (Document, Vec<CompletionItem>) {
    let (document, cursor) = document(name, text);
    let found = complete(&document, &Options::default(), &flags(), MARKDOWN, cursor, false);
    (document, found)
}

fn labels(name: &str, text: &str) -> Vec<String> {
    completions(name, text).1.into_iter().map(|item| item.label).collect()
}

/// The text after the item of this label was chosen.
#[track_caller]
fn chosen(name: &str, text: &str, label: &str) -> String {
    let (document, found) = completions(name, text);
    let item =
        found.iter().find(|item| item.label == label).unwrap_or_else(|| panic!("no {label} in {found:?}"));
    let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { panic!("an edit") };
    let span = document.span(edit.range);
    if let Some(filter) = &item.filter_text {
        let typed = &document.source().text()[span.range()];
        assert_eq!(filter.chars().next(), typed.chars().next(), "clients compare {filter} with {typed}");
    }
    apply_edits(document.source().text(), &[Edit::replace(span, &edit.new_text)]).expect("one edit")
}

const CURL: &str = "curl -X PATCH 'https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01' -H 'Content-Type: application/json' -d '";

#[test]
fn a_property_is_explained() {
    let says = hovered("a.json", r#"{"identity":{"type":"None","user|AssignedIdentities":{}}}"#);
    assert!(says.starts_with("**`identity.userAssignedIdentities`**: object"), "{says}");
    assert!(says.contains("in PATCH of `Microsoft.Compute/virtualMachines` since 2018-06-01"), "{says}");
    let says = hovered("a.json", r#"{"identity":{"type":"None","princ|ipalId":"x"}}"#);
    assert!(says.contains("set by the service"), "{says}");
    let says = hovered("a.json", r#"{"location":"x","properties":{"hardwareProfile":{"vm|Size":"x"}}}"#);
    assert!(says.contains("ARM may take others: `Basic_A0`") && says.contains("more"), "{says}");
    let says = hovered("a.json", r#"{"lo|cation":"x","properties":{"hardwareProfile":{}}}"#);
    assert!(says.contains("required") && says.contains("in PUT"), "{says}");
    assert_eq!(hovered("a.json", r#"{"identity":{"type":"None"},"no|thing":1}"#), "");
    assert!(!hovered("a.json", r#"{"identity":{"type":"None"}, |"tags":{}, "x": [ ]}"#).is_empty());
}

#[test]
fn a_property_of_another_version_says_which() {
    let says = hovered(
        "a.sh",
        &format!("{CURL}{{\"identity\":{{\"type\":\"UserAssigned\",\"identity|Ids\":[]}}}}'"),
    );
    assert!(says.contains("not in 2018-06-01") && says.contains("from 2017-12-01 to 2018-04-01"), "{says}");
}

#[test]
fn an_identity_type_says_what_it_takes_away() {
    let of = |kind: &str| hovered("a.sh", &format!("{CURL}{{\"identity\":{{\"type\":\"|{kind}\"}}}}'"));
    assert!(of("SystemAssigned").contains("a PATCH with 2018-06-01 takes every user-assigned identity"));
    assert!(of("UserAssigned").contains("takes the system-assigned identity from the virtual machine"));
    assert!(of("SystemAssigned,UserAssigned").contains("takes nothing away"));
    assert!(of("None").contains("the system-assigned identity and every user-assigned identity"));
    assert!(of("Both").starts_with("**`identity.type`**"));
}

#[test]
fn an_api_version_is_explained() {
    let says = hovered("a.sh", &format!("{}{{}}'", CURL.replace("2018-06", "2018|-06")));
    assert!(says.contains("- stable") && says.contains("newest stable version is"), "{says}");
    let says = hovered(
        "a.json",
        r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2017-1|2-01","name":"v"}]}"#,
    );
    assert!(says.contains("`identityIds`"), "{says}");
}

#[test]
fn comments_are_explained() {
    let says = hovered("a.md", "<!-- armbody: render remove-|all --as curl -->\n");
    assert!(says.starts_with("**remove-all** (PATCH)") && says.contains("- before:"), "{says}");
    assert!(hovered("a.md", "<!-- armbody: render remove-all --a|s curl -->\n").contains("`curl`"));
    assert!(
        hovered("a.md", "<!-- armbody: render remove-all --api-version 2018|-06-01 -->").contains("stable")
    );
    assert!(hovered("a.md", "<!-- armbody-ignore extra-|comma: why -->").starts_with("# extra-comma"));
    assert_eq!(hovered("a.md", "<!-- armbody-ignore extra-comm|: why -->"), "");
}

#[test]
fn properties_that_are_not_there_yet_are_offered() {
    let found = labels("a.json", r#"{"identity":{"type":"UserAssigned",|}}"#);
    assert_eq!(found, ["userAssignedIdentities"], "present and read-only ones are left out");
    let found = labels("a.json", "{\"identity\":{\"type\":\"None\"},\n|}");
    assert!(found.contains(&"properties".to_owned()) && !found.contains(&"identity".to_owned()), "{found:?}");
    let found = labels(
        "a.json",
        "{\n  \"location\": \"westus\",\n  \"properties\": {\n    \"storageProfile\": {\n      \"osDisk\": {\n        \"|\n      }\n    }\n  }\n}",
    );
    assert_eq!(found[0], "createOption", "what is required comes first");
    let v2017 = CURL.replace("2018-06-01", "2017-12-01");
    assert!(
        labels("a.sh", &format!("{v2017}{{\"identity\":{{\"|\"}}}}'")).contains(&"identityIds".to_owned())
    );
}

#[test]
fn a_name_is_written_with_what_it_lacks() {
    let text = r#"{"identity":{"type":"UserAssigned","us|}}"#;
    let name = "userAssignedIdentities";
    assert_eq!(
        chosen("a.json", text, name),
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities": }}"#
    );
    let text = r#"{"identity":{"type":"UserAssigned","us|":{}}}"#;
    assert_eq!(
        chosen("a.json", text, name),
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities":{}}}"#
    );
    let text = r#"{"identity":{"type":"UserAssigned",us|}}"#;
    assert_eq!(
        chosen("a.json", text, name),
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities": }}"#
    );
}

#[test]
fn what_is_chosen_is_written_in_the_quotes_of_its_place() {
    let call = CURL.replace("-d '", "-d \"") + "{\\\"identity\\\":{\\\"type\\\":\\\"Sys|\\\"}}\"";
    let after = chosen("a.sh", &call, "SystemAssigned");
    assert!(after.ends_with(r#"{\"identity\":{\"type\":\"SystemAssigned\"}}""#), "{after}");
}

#[test]
fn values_are_offered() {
    let all = ["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"];
    assert_eq!(labels("a.json", r#"{"identity":{"type":"|"}}"#), all);
    assert_eq!(labels("a.json", "{\n  \"identity\": {\n    \"type\": \"|\n  }\n}"), all);
    assert_eq!(labels("a.json", "{\"identity\":{|}}"), ["type", "userAssignedIdentities"]);
    assert_eq!(
        labels("a.md", "PATCH to /virtualMachines/v:\n\n```json\n{\"identity\":{\"type\": \"|\"}}\n```\n"),
        all
    );
    assert_eq!(
        labels(
            "a.md",
            "- PATCH to /virtualMachines/v\n\n  ```json\n  {\n    \"identity\": {\n      \"type\":|\n  ```\n"
        ),
        all
    );
    let v2016 = CURL.replace("2018-06-01", "2016-03-30").replace("PATCH", "PUT");
    let body = "{\"location\":\"x\",\"identity\":{\"type\":|}}'";
    assert_eq!(labels("a.sh", &format!("{v2016}{body}")), ["SystemAssigned"]);
    let map = r#"{"identity":{"type":"UserAssigned","userAssignedIdentities":{"/subscriptions/a":|}}}"#;
    assert_eq!(labels("a.json", map), ["{}", "null"]);
    let disk = r#"{"location":"x","properties":{"securityProfile":{"encryptionAtHost":t|}}}"#;
    assert_eq!(labels("a.json", disk), ["true", "false"]);
    assert!(labels("a.json", r#"{"identity":{"type":"None"|}}"#).is_empty());
}

#[test]
fn api_versions_are_offered() {
    let url = CURL.replace("2018-06-01", "|");
    let found = labels("a.sh", &format!("{url}{{}}'"));
    assert!(found.len() > 20 && found.last().is_some_and(|it| it.ends_with("preview")), "{found:?}");
    assert!(labels("a.md", "see /providers/Microsoft.Compute/virtualMachines/v?api-version=20|.").len() > 20);
    let template = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.ManagedIdentity/userAssignedIdentities","name":"v","apiVersion":"|"}]}"#;
    assert_eq!(labels("a.json", template).len(), 9);
    let found = labels("a.json", &template.replace(r#""apiVersion":"|""#, r#""|"#));
    assert!(found.contains(&"apiVersion".to_owned()) && found.contains(&"location".to_owned()), "{found:?}");
}

#[test]
fn comments_are_completed() {
    assert_eq!(labels("a.md", "<!-- armbody: | -->"), ["render", "end"]);
    let found = labels("a.md", "<!-- armbody: render | -->");
    assert!(found.contains(&"remove-all".to_owned()) && found.contains(&"--as".to_owned()));
    assert_eq!(labels("a.md", "<!-- armbody: render list --as | -->").len(), 9);
    assert_eq!(
        labels("a.md", "<!-- armbody: render list --as curl --|"),
        ["--api-version", "--pretty", "--vmss"]
    );
    assert!(labels("a.md", "<!-- armbody: render list --api-version 20|").len() > 20);
    let rule = "identity-type-split";
    assert!(labels("a.sh", "# armbody-ignore |").contains(&rule.to_owned()));
    assert!(!labels("a.sh", &format!("# armbody-ignore {rule}, |")).contains(&rule.to_owned()));
    assert_eq!(
        chosen("a.sh", "# armbody-ignore identity-ty|: x", rule),
        format!("# armbody-ignore {rule}: x")
    );
}

const TEMPLATE: &str = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":["#;

/// Types, versions, properties and values are those of every type that is known, not of machines alone.
#[test]
fn every_described_type_is_offered_in_templates() {
    let at = |resource: &str| labels("t.json", &format!("{TEMPLATE}{resource}]}}"));
    let found = at(r#"{"type":"|"}"#);
    assert!(found.contains(&"Microsoft.Web/".to_owned()) && found.len() > 200, "{}", found.len());
    let found = at(r#"{"type":"Microsoft.Web/|","name":"x"}"#);
    assert!(
        found.contains(&"Microsoft.Web/sites".to_owned())
            && found.iter().all(|it| it.starts_with("Microsoft.Web/"))
    );
    let found = at(r#"{"type":"Microsoft.Compute/|"}"#);
    for name in ["Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks"] {
        assert_eq!(found.iter().filter(|it| *it == name).count(), 1, "{name}");
    }
    let child = r#"{"type":"Microsoft.Network/virtualNetworks","apiVersion":"2023-09-01","name":"n","resources":[{"type":"sub|"}]}"#;
    assert!(at(child).contains(&"subnets".to_owned()), "{:?}", at(child));
    let found = at(r#"{"type":"Microsoft.Web/sites","apiVersion":"|"}"#);
    assert!(found.len() > 10 && found.contains(&"2022-03-01".to_owned()), "{found:?}");
    let child = child.replace(r#""type":"sub|""#, r#""type":"subnets","apiVersion":"|""#);
    assert!(at(&child).contains(&"2023-09-01".to_owned()));
    let store = r#"{"type":"Microsoft.Storage/storageAccounts","apiVersion":"2023-01-01","name":"x","location":"w","kind":"StorageV2","sku":{"name":"Standard_LRS"},"properties":{"#;
    let found = at(&format!("{store}\"|\"}}}}"));
    assert!(found.contains(&"minimumTlsVersion".to_owned()), "{found:?}");
    let found = at(&format!("{store}\"minimumTlsVersion\":\"|\"}}}}"));
    assert!(found.contains(&"TLS1_2".to_owned()), "{found:?}");
    let found = at(&format!("{store}\"allowBlobPublicAccess\":|}}}}"));
    assert_eq!(found, ["true", "false"]);
    let chosen = chosen(
        "t.json",
        &format!("{TEMPLATE}{{\"type\":\"Microsoft.We|b/x\",\"name\":\"x\"}}]}}"),
        "Microsoft.Web/",
    );
    assert!(chosen.contains(r#"{"type":"Microsoft.Web/","name":"x"}"#), "{chosen}");
}

#[test]
fn every_described_type_is_offered_in_calls() {
    let call = "curl -X PUT 'https://management.azure.com/subscriptions/<S>/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/x?api-version=2023-01-01' -H 'Content-Type: application/json' -d '";
    let found = labels("a.sh", &format!("{call}{{\"properties\":{{\"|\"}}}}'"));
    assert!(found.contains(&"minimumTlsVersion".to_owned()), "{found:?}");
    let found = labels("a.sh", &call.replace("2023-01-01", "2023-|"));
    assert!(found.contains(&"2023-01-01".to_owned()), "{found:?}");
    let says = hovered("a.sh", &format!("{call}{{\"properties\":{{\"minimum|TlsVersion\":\"TLS1_2\"}}}}'"));
    assert!(
        says.starts_with("**`properties.minimumTlsVersion`**: string") && says.contains("`TLS1_2`"),
        "{says}"
    );
}

#[test]
fn every_described_type_is_explained() {
    let at = |resource: &str| hovered("t.json", &format!("{TEMPLATE}{resource}]}}"));
    let says = at(r#"{"type":"microsoft.web/si|tes","apiVersion":"2022-03-01","name":"x"}"#);
    assert!(
        says.starts_with("**`Microsoft.Web/sites`**: ") && says.contains("newest stable version"),
        "{says}"
    );
    let says = at(r#"{"type":"Microsoft.Web/sites","apiVersion":"2022-0|3-01","name":"x"}"#);
    assert!(
        says.starts_with("**2022-03-01** of `Microsoft.Web/sites`") && says.contains("- stable"),
        "{says}"
    );
    let says = at(
        r#"{"type":"Microsoft.Web/sites","apiVersion":"2022-03-01","name":"x","properties":{"https|Only":true}}"#,
    );
    assert!(says.starts_with("**`properties.httpsOnly`**: boolean"), "{says}");
}

/// An object with variants offers those of the one that it is.
#[test]
fn a_variant_has_its_own_properties() {
    let of = |kind: &str| {
        let factory = format!(
            r#"{{"type":"Microsoft.DataFactory/factories/linkedservices","apiVersion":"2018-06-01","name":"a/b","properties":{{{kind}"typeProperties":{{"|"}}}}}}"#
        );
        labels("t.json", &format!("{TEMPLATE}{factory}]}}"))
    };
    let (all, one) = (of(""), of(r#""type":"AzureKeyVault","#));
    assert!(
        one.contains(&"baseUrl".to_owned()) && one.len() < all.len(),
        "{} of {}: {one:?}",
        one.len(),
        all.len()
    );
    assert!(!one.contains(&"servicePrincipalId".to_owned()), "{one:?}");
}

/// A client, and the server that it talks to.
struct Client {
    server: Server,
    number: i32,
    sent: Vec<Message>,
}

impl Client {
    fn new(capabilities: &Value) -> (Self, Value) {
        let mut client = Self::silent();
        let answer = client.ask("initialize", json!({ "capabilities": capabilities }));
        client.tell("initialized", json!({}));
        (client, answer)
    }

    fn silent() -> Self {
        Self { server: Server::new(flags(), DEFAULT_MAX_SIZE), number: 0, sent: Vec::new() }
    }

    /// The result, or the error.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let id = RequestId::from(self.number);
        let mut out = Vec::new();
        let request = Request { id: id.clone(), method: method.to_owned(), params };
        assert_eq!(self.server.take(Message::Request(request), &mut out), Flow::Continue);
        let Some(Message::Response(response)) = out.pop() else { panic!("an answer to {method}") };
        assert_eq!(response.id, id);
        self.sent.append(&mut out);
        response.response_result.unwrap_or_else(|error| json!({ "code": error.code }))
    }

    fn tell(&mut self, method: &str, params: Value) -> Flow {
        let notification = Notification { method: method.to_owned(), params };
        self.server.take(Message::Notification(notification), &mut self.sent)
    }

    fn open(&mut self, uri: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": "", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// The rules that are published for each file, once nothing is left to check.
    fn published(&mut self) -> Vec<(String, Vec<String>)> {
        while self.server.is_behind() {
            self.server.check_next(&mut self.sent);
        }
        let found = self.sent.drain(..).filter_map(|message| match message {
            Message::Notification(it) if it.method == "textDocument/publishDiagnostics" => {
                let uri = it.params["uri"].as_str().unwrap_or_default().to_owned();
                let all = it.params["diagnostics"].as_array().cloned().unwrap_or_default();
                let says = |it: &Value| {
                    it["code"].as_str().or(it["message"].as_str()).unwrap_or_default().to_owned()
                };
                Some((uri, all.iter().map(says).collect()))
            }
            _ => None,
        });
        found.collect()
    }
}

const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;

#[test]
fn a_server_lives_by_the_protocol() {
    let mut client = Client::silent();
    assert_eq!(client.ask("textDocument/hover", json!({}))["code"], -32002);
    assert_eq!(client.server.status(), 1);
    let (mut client, answer) = Client::new(&json!({}));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(answer["capabilities"]["textDocumentSync"]["change"], 2);
    assert_eq!(client.ask("textDocument/moniker", json!({}))["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", json!({ "x": 1 }))["code"], -32602);
    assert_eq!(client.ask("initialize", json!({}))["code"], -32600);
    assert_eq!(client.tell("$/cancelRequest", json!({ "id": 1 })), Flow::Continue);
    assert_eq!(client.tell("textDocument/didChange", json!(3)), Flow::Continue);
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["code"], -32600);
    assert_eq!(client.tell("exit", Value::Null), Flow::Exit(0));
    let (mut client, answer) =
        Client::new(&json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } }));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
    assert_eq!(client.tell("exit", Value::Null), Flow::Exit(1));
}

#[test]
fn of_many_changes_the_last_is_checked() {
    let (mut client, _) = Client::new(&json!({}));
    let uri = "untitled:ä.json".replace('ä', "%C3%A4");
    let item = json!({ "uri": uri, "languageId": "json", "version": 1, "text": SPLIT });
    client.tell("textDocument/didOpen", json!({ "textDocument": item }));
    for version in 2..20 {
        let change = json!({ "textDocument": { "uri": uri, "version": version },
            "contentChanges": [{ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": " " }] });
        client.tell("textDocument/didChange", change);
    }
    let published = client.published();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].1, ["identity-type-split"]);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(client.published(), [(uri, Vec::<String>::new())]);
}

#[test]
fn a_configuration_holds_and_may_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("armbody.toml");
    let write = |text: &str| std::fs::write(&settings, text).expect("it is written");
    let uri = |name: &str| uri_of(&folder.path().join(name)).expect("a URI").as_str().to_owned();
    let (mut client, _) =
        Client::new(&json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }));
    assert!(matches!(&client.sent[..], [Message::Request(it)] if it.method == "client/registerCapability"));
    write("[lint]\nignore = [\"identity-type-split\"]\nexclude = [\"old/**\"]\n");
    client.open(&uri("a.json"), SPLIT);
    client.open(&uri("old/a.json"), SPLIT);
    assert_eq!(client.published(), [(uri("a.json"), vec![]), (uri("old/a.json"), vec![])]);

    write("[lint]\nignored = []\n");
    let changed = json!({ "changes": [{ "uri": uri("armbody.toml"), "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changed.clone());
    let published = client.published();
    let blamed: Vec<_> = published.iter().filter(|(of, _)| *of == uri("armbody.toml")).collect();
    assert!(blamed.len() == 1 && blamed[0].1[0].contains("ignored"), "{published:?}");

    write("");
    client.tell("workspace/didChangeWatchedFiles", changed.clone());
    let published = client.published();
    assert!(published.contains(&(uri("armbody.toml"), vec![])), "{published:?}");
    let split = vec!["identity-type-split".to_owned()];
    assert!(
        published.contains(&(uri("a.json"), split.clone()))
            && published.contains(&(uri("old/a.json"), split))
    );

    // What fails a run is told in an editor too.
    let severe = "severity = { identity-type-split = \"warning\" }\nmin-severity = \"error\"\n";
    for (more, told) in [("", false), ("fail-on = \"warning\"\n", true)] {
        write(&format!("[lint]\nexclude = [\"old/**\"]\n{severe}{more}"));
        client.tell("workspace/didChangeWatchedFiles", changed.clone());
        let found = vec!["identity-type-split".to_owned(); usize::from(told)];
        assert!(client.published().contains(&(uri("a.json"), found)), "{more}");
    }
}

#[test]
fn kinds_of_actions_are_trees() {
    let (mut client, _) = Client::new(&json!({}));
    client.open("file:///a.json", SPLIT);
    let mut titles =
        |only: Value| -> Vec<String> {
            let all = client.ask("textDocument/codeAction", json!({
            "textDocument": { "uri": "file:///a.json" },
            "range": { "start": { "line": 0, "character": 22 }, "end": { "line": 0, "character": 22 } },
            "context": { "diagnostics": [], "only": only },
        }));
            let kind = |it: &Value| it["kind"].as_str().unwrap_or_default().to_owned();
            all.as_array().map(|all| all.iter().map(kind).collect()).unwrap_or_default()
        };
    assert_eq!(titles(json!(null)), ["quickfix", "source.fixAll.armbody"]);
    assert_eq!(titles(json!(["quickfix"])), ["quickfix"]);
    for only in ["source", "source.fixAll", "source.fixAll.armbody"] {
        assert_eq!(titles(json!([only])), ["source.fixAll.armbody"]);
    }
    assert!(titles(json!(["source.fix", "refactor"])).is_empty());
}

#[test]
fn a_client_tells_of_configurations_that_the_server_cannot_read() {
    let (mut client, _) = Client::new(&json!({}));
    client.open("file:///nowhere/a.json", SPLIT);
    client.open("file:///nowhere/old/a.json", SPLIT);
    let split = vec!["identity-type-split".to_owned()];
    let files =
        |text: &str| json!({ "configurations": [{ "uri": "file:///nowhere/armbody.toml", "text": text }] });
    for (text, told) in [
        ("[lint]\nexclude = [\"old/\"]", (split.clone(), vec![])),
        ("[lint]\nignore = [\"identity-type-split\"]", (vec![], vec![])),
        ("", (split.clone(), split)),
    ] {
        client.tell("armbody/configurations", files(text));
        let published = client.published();
        assert!(published.contains(&("file:///nowhere/a.json".to_owned(), told.0)), "{text} {published:?}");
        assert!(
            published.contains(&("file:///nowhere/old/a.json".to_owned(), told.1)),
            "{text} {published:?}"
        );
    }
    client.tell("armbody/configurations", files("[lint]\nignored = []"));
    let published = client.published();
    let blamed = published.iter().find(|(uri, _)| uri == "file:///nowhere/armbody.toml");
    assert!(blamed.is_some_and(|(_, said)| said.len() == 1 && said[0].contains("ignored")), "{published:?}");

    let mut client = Client::silent();
    let more = files("[lint]\nignore = [\"identity-type-split\"]");
    client.ask("initialize", json!({ "capabilities": {}, "initializationOptions": more }));
    client.open("file:///nowhere/a.json", SPLIT);
    assert_eq!(client.published(), [("file:///nowhere/a.json".to_owned(), vec![])]);
}

#[test]
fn a_body_is_for_what_it_is_said_to_be() {
    let (document, cursor) = document("site.json", r#"{"properties": {"https|Only": true}}"#);
    let mut options = Options::default();
    let said = |options: &Options| of_document(&document, options, &flags(), cursor);
    assert_eq!(said(&options), None);
    options.type_name = "Microsoft.Web/sites".parse().ok();
    options.given.method = Some(crate::arm::Method::Put);
    assert!(said(&options).is_some_and(|(_, said)| said.contains("httpsOnly")));
    let (typed, cursor) = self::document("site.json", "{\"properties\": {\"httpsOnly\": true,\n|}}");
    let offered = complete(&typed, &options, &flags(), MARKDOWN, cursor, false);
    assert!(
        offered.iter().any(|item| item.label == "clientAffinityEnabled"),
        "{:?} {offered:?}",
        said(&options)
    );
}

/// Texts cut off anywhere, and the cursor at their end: what an editor shows while somebody types.
#[test]
fn any_cut_of_a_real_text_can_be_asked_about() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["examples/give-a-vm-an-identity.md", "docs/rules/identity-drops.md", "README.md"];
    let mut offered = 0;
    for file in files {
        let text = std::fs::read_to_string(root.join(file)).expect("it is there");
        for (at, _) in text.char_indices().skip(40).step_by(23) {
            let uri = "file:///a.md".parse().expect("a URI");
            let typed = Document::new(uri, "", 1, text[..at].to_owned(), Columns::Utf16);
            let options = Options::default();
            offered += complete(&typed, &options, &flags(), MARKDOWN, at as u32, false).len();
            let uri = "file:///a.md".parse().expect("a URI");
            let whole = Document::new(uri, "", 1, text.clone(), Columns::Utf16);
            offered += complete(&whole, &options, &flags(), MARKDOWN, at as u32, false).len();
            let _ = of_document(&whole, &options, &flags(), at as u32);
        }
    }
    assert!(offered > 100, "{offered}");
}

/// Every string in a message but the edits, which are written as they are.
fn words(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| words(value, out)),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| *name != "newText").for_each(|(_, value)| words(value, out));
        }
        _ => {}
    }
}

#[test]
fn what_an_editor_shows_has_no_hidden_character() {
    let folder = tempfile::tempdir().expect("a folder");
    let hostile = "a\u{202e}b\u{200b}c\u{1b}[2J##vso[x]";
    let key = serde_json::to_string(hostile).expect("a string");
    std::fs::write(folder.path().join("armbody.toml"), format!("{key} = 1\n")).expect("a file");
    for (name, text) in [
        (
            "none/a.json",
            format!("{{\"identity\":{{\"type\":{key},\"x{hostile}\":1}},\"properties\":{{{key}:1}}}}"),
        ),
        ("a.json", "{}".to_owned()),
    ] {
        let uri = format!("file://{}/{name}", folder.path().display());
        let mut server = Server::new(flags(), DEFAULT_MAX_SIZE);
        let mut out = Vec::new();
        let initialize = json!({ "capabilities": {}, "processId": null });
        let id = RequestId::from(1);
        let request = Request { id, method: "initialize".to_owned(), params: initialize };
        server.take(Message::Request(request), &mut out);
        for (method, params) in [
            ("initialized", json!({})),
            (
                "textDocument/didOpen",
                json!({ "textDocument": { "uri": uri, "languageId": "json", "version": 1, "text": text } }),
            ),
            ("textDocument/didChange", json!({ "textDocument": hostile })),
        ] {
            let notification = Notification { method: method.to_owned(), params };
            server.take(Message::Notification(notification), &mut out);
        }
        while server.is_behind() {
            server.check_next(&mut out);
        }
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
        let params =
            json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
        let id = RequestId::from(2);
        let request = Request { id, method: "textDocument/codeAction".to_owned(), params };
        server.take(Message::Request(request), &mut out);
        let mut all = Vec::new();
        words(&json!(out), &mut all);
        assert!(all.iter().any(|text| text.contains("\\u{202e}")), "{name}: {all:?}");
        for text in all {
            assert!(!text.contains(|c| c != '\n' && crate::text::is_hidden(c)), "{text:?}");
            assert!(!text.contains("##vso["), "{text:?}");
        }
    }
}
