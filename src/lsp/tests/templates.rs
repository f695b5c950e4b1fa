//! Deployment templates and their parameters files, as their editor meets them.

#![expect(clippy::needless_pass_by_value, reason = "`json!(…)` stands in the calls")]

mod laws;

use std::path::Path;

use serde_json::{Value, json};

use super::{CURL, Client, flags};
use crate::container::Kind;
use crate::json::{Dialect, Tree};
use crate::lint::Options;
use crate::lsp::hover;
use crate::lsp::position::{Columns, Lines};
use crate::lsp::uri::uri_of;
use crate::template::{self};
use crate::text::Source;

/// Everything that has a name: parameters at two levels, loops, functions with parameters, a nested template of each
/// scope, children, dependencies, outputs.
const WHOLE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "vmName": { "type": "string", "defaultValue": "web-ü😀", "metadata": { "description": "The machine." } },
    "count": { "type": "int", "defaultValue": 2, "minValue": 1 },
    "password": { "type": "securestring" },
    "tier": { "type": "string", "allowedValues": ["a", "b"] },
    "settings": { "type": "object", "defaultValue": { "size": "Standard_B1s", "zone": 2 } }
  },
  "variables": {
    "nic": "[concat(parameters('vmName'), '-nic')]",
    "copy": [{ "name": "names", "count": "[parameters('count')]", "input": "[format('{0}-{1}', variables('nic'), copyIndex('names'))]" }],
    "quoted": "[concat('a\"b', parameters('tier'), '\u0041', parameters('vmName'))]"
  },
  "functions": [{ "namespace": "my", "members": { "join": {
    "parameters": [{ "name": "a", "type": "string" }, { "name": "vmName", "type": "string" }],
    "output": { "type": "string", "value": "[concat(parameters('a'), parameters('vmName'))]" } } } }],
  "resources": [
    { "type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-09-01", "name": "[variables('nic')]", "location": "westus", "properties": {} },
    { "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "[my.join(parameters('vmName'), string(copyIndex()))]",
      "copy": { "name": "machines", "count": "[parameters('count')]" },
      "location": "westus", "dependsOn": ["[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]"],
      "properties": { "osProfile": { "adminPassword": "[parameters('password')]", "computerName": "[parameters('settings').size]" } } },
    { "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner", "dependsOn": ["machines"],
      "properties": { "mode": "Incremental", "expressionEvaluationOptions": { "scope": "inner" },
        "parameters": { "vmName": { "value": "[parameters('vmName')]" } },
        "template": { "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
          "parameters": { "vmName": { "type": "string" } },
          "resources": [{ "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "[toLower(parameters('vmName'))]", "location": "westus", "sku": { "name": "Standard_LRS" }, "kind": "StorageV2", "properties": {} }] } } },
    { "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "outer",
      "properties": { "mode": "Incremental",
        "template": { "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
          "resources": [{ "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "[variables('nic')]", "location": "westus", "sku": { "name": "Standard_LRS" }, "kind": "StorageV2", "properties": {} }] } } }
  ],
  "outputs": { "nicName": { "type": "string", "value": "[variables('nic')]" } }
}
"#;

/// Language version 2.0: symbolic names and definitions.
const SYMBOLIC: &str = r##"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "languageVersion": "2.0",
  "contentVersion": "1.0.0.0",
  "definitions": { "shop": { "type": "object", "properties": { "id": { "type": "string" } } } },
  "parameters": { "shop": { "$ref": "#/definitions/shop" } },
  "resources": {
    "store": { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "[parameters('shop').id]", "location": "westus", "sku": { "name": "Standard_LRS" }, "kind": "StorageV2", "properties": {} },
    "site": { "type": "Microsoft.Web/sites", "apiVersion": "2023-01-01", "name": "web", "location": "westus", "dependsOn": ["store"], "properties": { "clientAffinityEnabled": "[equals(reference('store').sku.name, 'x')]" } }
  },
  "outputs": { "end": { "type": "object", "value": "[reference('store').primaryEndpoints]" } }
}
"##;

const FILE: &str = "file:///t/azuredeploy.json";

/// A client with a folder of files, `azuredeploy.json` open.
struct Desk {
    client: Client,
    folder: tempfile::TempDir,
    text: String,
}

impl Desk {
    fn new(text: &str, beside: &[(&str, &str)]) -> Self {
        Self::with(
            text,
            beside,
            &json!({
                "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } },
                "textDocument": {
                    "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                    "hover": { "contentFormat": ["markdown"] },
                    "rename": { "prepareSupport": true },
                },
            }),
        )
    }

    fn with(text: &str, beside: &[(&str, &str)], capabilities: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in beside {
            std::fs::write(folder.path().join(name), text).expect("it is written");
        }
        let (mut client, _) = Client::new(capabilities);
        let uri = uri_in(folder.path(), "azuredeploy.json");
        client.open(&uri, text);
        Self { client, folder, text: text.to_owned() }
    }

    fn uri(&self, name: &str) -> String {
        uri_in(self.folder.path(), name)
    }

    fn at(&self, mark: &str) -> Value {
        place(&self.text, mark)
    }

    fn ask(&mut self, method: &str, mark: &str, more: Value) -> Value {
        let at = self.at(mark);
        let uri = self.uri("azuredeploy.json");
        self.ask_at(method, &uri, &at, more)
    }

    fn ask_at(&mut self, method: &str, uri: &str, at: &Value, more: Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": uri }, "position": at });
        if let (Some(params), Some(more)) = (params.as_object_mut(), more.as_object()) {
            params.extend(more.clone());
        }
        self.client.ask(method, params)
    }

    fn hover(&mut self, mark: &str) -> String {
        let found = self.ask("textDocument/hover", mark, json!({}));
        found["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The lines, and what stands at the places, of an answer with locations.
    fn places(&self, found: &Value, text: &str) -> Vec<(u64, String)> {
        let _ = self;
        let all = found.as_array().cloned().unwrap_or_default();
        let said =
            |it: &Value| (it["range"]["start"]["line"].as_u64().unwrap_or_default(), cut(text, &it["range"]));
        all.iter().map(said).collect()
    }

    fn definition(&mut self, mark: &str) -> Vec<(u64, String)> {
        let found = self.ask("textDocument/definition", mark, json!({}));
        self.places(&found, &self.text.clone())
    }

    fn labels(&mut self, mark: &str) -> Vec<String> {
        let found = self.ask("textDocument/completion", mark, json!({}));
        let all = found.as_array().cloned().unwrap_or_default();
        all.iter().map(|it| it["label"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The text after the item of this label was chosen.
    fn chosen(&mut self, mark: &str, label: &str) -> String {
        let found = self.ask("textDocument/completion", mark, json!({}));
        let all = found.as_array().cloned().unwrap_or_default();
        let item =
            all.iter().find(|it| it["label"] == label).unwrap_or_else(|| panic!("no {label} in {all:?}"));
        edited(&self.text, &[item["textEdit"].clone()])
    }
}

fn uri_in(folder: &Path, name: &str) -> String {
    uri_of(&folder.join(name)).expect("a URI").as_str().to_owned()
}

/// The position at `|` of a mark that stands once in a text.
#[track_caller]
fn place(text: &str, mark: &str) -> Value {
    let inner = mark.find('|').expect("a cursor");
    let plain = mark.replacen('|', "", 1);
    let at = text.find(&plain).unwrap_or_else(|| panic!("no {plain}")) + inner;
    position(text, at)
}

/// A position in units of UTF-16, counted on the client's side.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}

fn offset(text: &str, at: &Value) -> usize {
    let line = at["line"].as_u64().expect("a line") as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let units = at["character"].as_u64().expect("a column") as usize;
    let mut seen = 0;
    for (index, c) in text[start..].char_indices() {
        if seen >= units {
            return start + index;
        }
        seen += c.len_utf16();
    }
    text.len()
}

fn cut(text: &str, range: &Value) -> String {
    text[offset(text, &range["start"])..offset(text, &range["end"])].to_owned()
}

fn edited(text: &str, edits: &[Value]) -> String {
    let mut all: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|it| {
            let new = it["newText"].as_str().expect("a text");
            (offset(text, &it["range"]["start"]), offset(text, &it["range"]["end"]), new)
        })
        .collect();
    all.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in all.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

fn line_of(mark: &str) -> u64 {
    WHOLE[..WHOLE.find(mark).expect("it is there")].matches('\n').count() as u64
}

#[test]
fn names_lead_to_their_declarations() {
    let mut desk = Desk::new(WHOLE, &[]);
    let outer = line_of("\"vmName\": { \"type\"");
    let name = |line: u64, name: &str| vec![(line, name.to_owned())];
    assert_eq!(desk.definition("[concat(parameters('vm|Name'), '-nic'"), name(outer, "vmName"));
    assert_eq!(desk.definition("'\\u0041', parameters('|vmName')"), name(outer, "vmName"));
    assert_eq!(desk.definition("a\\\"b', parameters('tier|')"), name(line_of("\"tier\""), "tier"));
    assert_eq!(desk.definition("\"value\": \"[parameters('|vmName')]\" }"), name(outer, "vmName"));
    // A function and an inner template have parameters of their own.
    let of_function = line_of("\"parameters\": [{ \"name\": \"a\"");
    assert_eq!(
        desk.definition("[concat(parameters('a'), parameters('vm|Name'))]"),
        name(of_function, "vmName")
    );
    let inner = line_of("\"parameters\": { \"vmName\": { \"type\"");
    assert_eq!(desk.definition("[toLower(parameters('v|mName'))]"), name(inner, "vmName"));
    assert_eq!(desk.definition("\"parameters\": { \"vm|Name\": { \"value\""), name(inner, "vmName"));
    // A template of outer scope has those around it.
    assert_eq!(
        desk.definition("\"name\": \"[variables('ni|c')]\", \"location\": \"westus\", \"sku\""),
        name(line_of("\"nic\""), "nic")
    );
    assert_eq!(desk.definition("[my.jo|in("), name(line_of("\"join\""), "join"));
    assert_eq!(desk.definition("copyIndex('na|mes')"), Vec::new(), "loops of variables are not renamed");
    assert_eq!(
        desk.definition("\"dependsOn\": [\"mach|ines\"]"),
        name(line_of("\"name\": \"machines\""), "machines")
    );
    // An id leads to the resource that has it.
    assert_eq!(
        desk.definition("[resource|Id('Microsoft.Network/networkInterfaces'"),
        name(line_of("Microsoft.Network/networkInterfaces\", \"apiVersion\""), "[variables('nic')]")
    );
    assert_eq!(desk.definition("\"loc|ation\": \"westus\", \"dependsOn\""), Vec::new());
}

#[test]
fn a_name_knows_where_it_is_used() {
    let mut desk = Desk::new(
        WHOLE,
        &[(
            "azuredeploy.parameters.json",
            r#"{"contentVersion":"1.0.0.0","parameters":{"VMNAME":{"value":"x"}}}"#,
        )],
    );
    let context = json!({ "context": { "includeDeclaration": true } });
    let found =
        desk.ask("textDocument/references", "\"vmN|ame\": { \"type\": \"string\", \"defaultValue\"", context);
    let all = found.as_array().expect("places").clone();
    let own = desk.uri("azuredeploy.json");
    let here: Vec<Value> = all.iter().filter(|it| it["uri"] == own.as_str()).cloned().collect();
    assert_eq!(
        desk.places(&json!(here), WHOLE).iter().filter(|(_, it)| it == "vmName").count(),
        5,
        "{here:?}"
    );
    assert_eq!(here.len(), 5);
    assert_eq!(all.len(), 6, "the parameters file gives it");
    let context = json!({ "context": { "includeDeclaration": false } });
    let found = desk.ask(
        "textDocument/references",
        "\"name\": \"[variables('ni|c')]\", \"location\": \"westus\", \"properties\"",
        context,
    );
    assert_eq!(found.as_array().map(Vec::len), Some(5));
    let marked = desk.ask("textDocument/documentHighlight", "\"join|\": {", json!({}));
    assert_eq!(marked.as_array().map(Vec::len), Some(2));
}

#[test]
fn hover_shows_what_an_expression_gives() {
    let mut desk = Desk::new(WHOLE, &[]);
    let says = desk.hover("[concat(parameters('vm|Name'), '-nic'");
    assert!(says.starts_with("**`vmName`**: parameter, string\n\n- The machine.\n- default: `\"web-ü😀\"`\n- value: `\"web-ü😀\"`"), "{says}");
    assert!(says.ends_with("- value: `\"web-ü😀-nic\"`"), "{says}");
    let says = desk.hover("\"name\": \"[variables('n|ic')]\", \"location\": \"westus\", \"properties\"");
    assert!(says.starts_with("**`nic`**: variable\n\n- value: `\"web-ü😀-nic\"`"), "{says}");
    let says = desk.hover("parameters('ti|er')");
    assert!(says.contains("- one of: `\"a\"`, `\"b\"`"), "{says}");
    assert!(says.contains("as far as it is known without a parameter's value: `\"[concat('a\\\"b', parameters('tier'), 'A', 'web-ü😀')]\"`"), "{says}");
    let says = desk.hover("\"adminPassword\": \"[parameters('pass|word')]\"");
    assert!(says.ends_with("- a secret: its value is not shown"), "{says}");
    let says = desk.hover("[for|mat('{0}-{1}'");
    assert!(says.starts_with("`format(pattern: string, value…: any): string`"), "{says}");
    let says = desk.hover("[my.jo|in(");
    assert!(says.starts_with("`my.join(a: string, vmName: string): string`"), "{says}");
    assert!(says.contains("`\"web-ü😀0\"`") && says.contains("first of 2 turns"), "{says}");
    let says = desk.hover("[toLower(parameters('v|mName'))]");
    assert!(says.contains("- value: `\"web-ü😀\"`"), "an inner template has what it is given: {says}");
    let says = desk.hover("parameters('settings').si|ze]");
    assert!(says.contains("- value: `\"Standard_B1s\"`"), "{says}");
    // What the text around it is about is told as before.
    let says = desk.hover("\"admin|Password\"");
    assert!(says.contains("osProfile.adminPassword"), "{says}");

    let values = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#","contentVersion":"1.0.0.0","parameters":{"vmName":{"value":"db"},"password":{"value":"S3cr3t-Xy!"},"tier":{"value":"b"}}}"#;
    let mut desk = Desk::new(WHOLE, &[("azuredeploy.parameters.json", values)]);
    let says = desk.hover("parameters('ti|er')");
    assert!(says.contains("- value with azuredeploy.parameters.json: `\"a\\\"bbAdb\"`"), "{says}");
    let says = desk.hover("\"adminPassword\": \"[parameters('pass|word')]\"");
    assert!(!says.contains("S3cr3t"), "{says}");
}

#[test]
fn a_text_alone_is_told_what_an_editor_is_told() {
    let capabilities = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "textDocument": { "hover": { "contentFormat": ["markdown"] } },
    });
    let page = format!("# ü\n\n```sh\n{CURL}{{\"identity\":{{\"type\":\"SystemAssigned\"}}}}'\n```\n");
    for (language, kind, text) in [("json", Kind::Json, WHOLE), ("markdown", Kind::Markdown, &page)] {
        let (mut client, _) = Client::new(&capabilities);
        let item = json!({ "uri": "untitled:1", "languageId": language, "version": 1, "text": text });
        client.tell("textDocument/didOpen", json!({ "textDocument": item }));
        let lines = Lines::new(text, Columns::Utf8);
        let mut told = 0;
        for (at, _) in text.char_indices().step_by(7) {
            let position = lines.position(text, at as u32);
            let params = json!({ "textDocument": { "uri": "untitled:1" }, "position": position });
            let answer = client.ask("textDocument/hover", params);
            let source = Source::new("text", text);
            let alone = hover(source, kind, &Options::default(), &flags(), at as u32);
            assert_eq!(answer["contents"]["value"].as_str(), alone.as_ref().map(|it| it.markdown.as_str()));
            let range = alone.as_ref().map(|it| json!(lines.range(text, it.span)));
            assert_eq!(answer.get("range"), range.as_ref(), "{at}");
            told += usize::from(alone.is_some());
        }
        assert!(told > 5, "{language}: {told}");
    }
}

#[test]
fn names_functions_and_members_are_completed() {
    let typed = |from: &str, to: &str| WHOLE.replacen(from, to, 1);
    let with = |text: &str| Desk::new(text, &[]);
    let text = typed("\"value\": \"[variables('nic')]\"", "\"value\": \"[variables('\"");
    let mut desk = with(&text);
    assert_eq!(desk.labels("\"value\": \"[variables('|\""), ["nic", "names", "quoted"]);
    assert!(
        desk.chosen("\"value\": \"[variables('|\"", "names").contains("\"value\": \"[variables('names')\"")
    );
    let text = typed("\"value\": \"[variables('nic')]\"", "\"value\": \"[variables('n')]\"");
    assert!(
        with(&text)
            .chosen("\"value\": \"[variables('n|')]\"", "nic")
            .contains("\"value\": \"[variables('nic')]\"")
    );
    // Names are those of the scope.
    let text = typed("[toLower(parameters('vmName'))]", "[toLower(parameters(''))]");
    assert_eq!(with(&text).labels("[toLower(parameters('|'))]"), ["vmName"]);
    let text = typed(
        "[concat(parameters('a'), parameters('vmName'))]",
        "[concat(parameters('a'), parameters('v'))]",
    );
    assert_eq!(with(&text).labels("parameters('v|'))]"), ["a", "vmName"]);
    // Functions, the template's own first.
    let text = typed("\"value\": \"[variables('nic')]\"", "\"value\": \"[con\"");
    let mut desk = with(&text);
    let found = desk.labels("\"value\": \"[con|\"");
    for label in ["parameters('tier')", "variables('nic')", "my.join", "concat", "contains"] {
        assert!(found.contains(&label.to_owned()), "{label}: {found:?}");
    }
    assert!(desk.chosen("\"value\": \"[con|\"", "concat").contains("\"value\": \"[concat(\""));
    // Members of a value, known or not.
    let text = typed("parameters('settings').size]", "parameters('settings').]");
    assert_eq!(with(&text).labels("parameters('settings').|]"), ["size", "zone"]);
    let text = typed("\"value\": \"[variables('nic')]\"", "\"value\": \"[resourceGroup().lo\"");
    assert!(with(&text).labels("[resourceGroup().lo|").contains(&"location".to_owned()));
    let text = typed("\"value\": \"[variables('nic')]\"", "\"value\": \"[my.\"");
    assert_eq!(with(&text).labels("\"value\": \"[my.|"), ["join"]);
    // What a resource may wait for.
    let text = typed("\"dependsOn\": [\"machines\"]", "\"dependsOn\": [\"\"]");
    let mut desk = with(&text);
    let found = desk.labels("\"dependsOn\": [\"|\"]");
    assert!(found.contains(&"machines".to_owned()), "{found:?}");
    let id = "[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]";
    assert!(desk.chosen("\"dependsOn\": [\"|\"]", id).contains(&format!("\"dependsOn\": [\"{id}\"]")));
    let text =
        typed("[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]", "[resourceId('')]");
    assert!(
        with(&text).labels("[resourceId('|')]").contains(&"Microsoft.Network/networkInterfaces".to_owned())
    );

    let text = SYMBOLIC.replacen("\"dependsOn\": [\"store\"]", "\"dependsOn\": [\"\"]", 1);
    assert_eq!(with(&text).labels("\"dependsOn\": [\"|\"]"), ["store"]);
    let text = SYMBOLIC.replacen("[reference('store').primaryEndpoints]", "[reference('", 1);
    assert_eq!(with(&text).labels("[reference('|"), ["store", "site"]);
    let text = SYMBOLIC.replacen("#/definitions/shop\"", "\"", 1);
    assert_eq!(with(&text).labels("\"$ref\": \"|\""), ["#/definitions/shop"]);
}

#[test]
fn a_call_is_helped_with() {
    let text = WHOLE.replacen("\"value\": \"[variables('nic')]\"", "\"value\": \"[concat(my.join('x', \"", 1);
    let mut desk = Desk::new(&text, &[]);
    let found = desk.ask("textDocument/signatureHelp", "[concat(my.join('x', |\"", json!({}));
    assert_eq!(found["signatures"][0]["label"], "my.join(a: string, vmName: string): string");
    assert_eq!(found["activeParameter"], 1);
    let found = desk.ask(
        "textDocument/signatureHelp",
        "[format('{0}-{1}', variables('nic'), copy|Index('names'",
        json!({}),
    );
    assert_eq!(
        (&found["signatures"][0]["label"], &found["activeParameter"]),
        (&json!("format(pattern: string, value…: any): string"), &json!(1))
    );
    assert_eq!(desk.ask("textDocument/signatureHelp", "\"conte|ntVersion\"", json!({})), Value::Null);
}

/// The requests that a template makes, with other names in it.
fn expanded(text: &str) -> Vec<Value> {
    let tree = Tree::parse(text, Dialect::STRICT);
    assert!(tree.mistakes().is_empty(), "{text}");
    let mut options = template::Options::default();
    options.is_lenient = true;
    let root = tree.root().expect("a value");
    let found = template::expand(template::Value::from_node(root, 0), &options);
    assert!(found.refusals.is_empty(), "{:?} {text}", found.refusals);
    found.requests.iter().map(|it| json!([it.url(), it.body.to_json(), it.after])).collect()
}

#[test]
fn renaming_changes_no_request() {
    let values = "{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": { \"vmname\": { \"value\": \"x\" } }\n}\n";
    let before = expanded(WHOLE);
    for (mark, count) in [
        ("\"vmN|ame\": { \"type\": \"string\", \"defaultValue\"", 5),
        ("parameters('|count')]\", \"input\"", 3),
        ("\"name\": \"[variables('ni|c')]\", \"location\": \"westus\", \"properties\"", 6),
        ("\"nam|es\", \"count\"", 1),
        ("[my.jo|in(", 2),
        ("[concat(parameters('a'), parameters('vm|Name'))]", 2),
        ("[toLower(parameters('v|mName'))]", 3),
        ("\"dependsOn\": [\"mach|ines\"]", 2),
    ] {
        let mut desk = Desk::new(WHOLE, &[("azuredeploy.parameters.json", values)]);
        let prepared = desk.ask("textDocument/prepareRename", mark, json!({}));
        assert!(prepared["placeholder"].is_string(), "{mark}: {prepared}");
        let found = desk.ask("textDocument/rename", mark, json!({ "newName": "brandNew" }));
        let own = desk.uri("azuredeploy.json");
        let changes =
            found["documentChanges"].as_array().unwrap_or_else(|| panic!("{mark}: {found}")).clone();
        let of = |uri: &str| changes.iter().find(|it| it["textDocument"]["uri"] == uri);
        let edits = of(&own).expect("edits")["edits"].as_array().expect("a list").clone();
        assert_eq!(edits.len(), count, "{mark}: {edits:?}");
        let text = edited(WHOLE, &edits);
        let json = |it: &[Value]| serde_json::to_string(it).expect("JSON");
        let loops = mark.contains("mach");
        if !loops && !mark.contains("nam|es") {
            assert_eq!(json(&expanded(&text)), json(&before), "{mark}");
        }
        let beside = of(&desk.uri("azuredeploy.parameters.json"));
        assert_eq!(beside.is_some(), mark.contains("defaultValue"), "{mark}");
        if let Some(beside) = beside {
            let text = edited(values, beside["edits"].as_array().expect("a list"));
            assert!(text.contains("\"brandNew\": { \"value\""), "{text}");
        }
    }
}

#[test]
fn what_cannot_be_renamed_is_refused_in_words() {
    let mut desk = Desk::new(WHOLE, &[]);
    let mark = "\"vmN|ame\": { \"type\": \"string\", \"defaultValue\"";
    for wrong in ["count", "a'b", "", "1a", "a b", "x\"y"] {
        let found = desk.ask("textDocument/rename", mark, json!({ "newName": wrong }));
        assert_eq!(found["code"], -32803, "{wrong}: {found}");
    }
    // Its own name in another case is none that is taken.
    assert!(
        desk.ask("textDocument/rename", mark, json!({ "newName": "VMName" }))["documentChanges"].is_array()
    );
    let computed = WHOLE.replacen("[variables('nic')]\" } }", "[parameters(concat('vm', 'Name'))]\" } }", 1);
    let mut desk = Desk::new(&computed, &[]);
    assert_eq!(desk.ask("textDocument/prepareRename", mark, json!({}))["code"], -32803);
    assert_eq!(
        desk.ask(
            "textDocument/rename",
            "\"loc|ation\": \"westus\", \"dependsOn\"",
            json!({ "newName": "x" })
        )["code"],
        -32803
    );
}

#[test]
fn a_parameters_file_and_its_template_know_each_other() {
    let values = "{\r\n  \"contentVersion\": \"1.0.0.0\",\r\n  \"parameters\": {\r\n    \"vmName\": { \"value\": \"x\" }\r\n  }\r\n}\r\n";
    let mut desk = Desk::new(WHOLE, &[("azuredeploy.parameters.json", values)]);
    let sheet = desk.uri("azuredeploy.parameters.json");
    desk.client.open(&sheet, values);
    let at = place(values, "\"vmN|ame\"");
    let found = desk.ask_at("textDocument/definition", &sheet, &at, json!({}));
    assert_eq!(found[0]["uri"], desk.uri("azuredeploy.json").as_str());
    assert_eq!(cut(WHOLE, &found[0]["range"]), "vmName");
    let found = desk.ask_at("textDocument/hover", &sheet, &at, json!({}));
    assert!(found["contents"]["value"].as_str().is_some_and(|it| it.contains("The machine.")), "{found}");
    let found = desk.ask_at("textDocument/rename", &sheet, &at, json!({ "newName": "host" }));
    assert_eq!(found["documentChanges"].as_array().map(Vec::len), Some(2), "{found}");
    let range = json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [] } });
    let found = desk.ask_at("textDocument/codeAction", &sheet, &at, range);
    let add = found.as_array().expect("actions").iter().find(|it| it["title"] == "add 2 missing parameters");
    let edits =
        add.expect("the action")["edit"]["documentChanges"][0]["edits"].as_array().expect("edits").clone();
    let text = edited(values, &edits);
    assert_eq!(
        text,
        "{\r\n  \"contentVersion\": \"1.0.0.0\",\r\n  \"parameters\": {\r\n    \"vmName\": { \"value\": \"x\" },\r\n    \"password\": {\r\n      \"value\": \"\"\r\n    },\r\n    \"tier\": {\r\n      \"value\": \"a\"\r\n    }\r\n  }\r\n}\r\n"
    );
}

#[test]
fn a_parameters_file_is_made() {
    let mut desk = Desk::new(WHOLE, &[]);
    let at = desk.at("\"paramet|ers\": {\n");
    let range = json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [], "only": ["refactor"] } });
    let found = desk.ask("textDocument/codeAction", "\"paramet|ers\": {\n", range.clone());
    assert_eq!(found[0]["title"], "make a parameters file: azuredeploy.parameters.json", "{found}");
    let changes = &found[0]["edit"]["documentChanges"];
    assert_eq!(
        (&changes[0]["kind"], &changes[0]["uri"]),
        (&json!("create"), &json!(desk.uri("azuredeploy.parameters.json")))
    );
    let text = changes[1]["edits"][0]["newText"].as_str().expect("a text");
    let made: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(made["parameters"], json!({ "password": { "value": "" }, "tier": { "value": "a" } }));
    // Whoever cannot be told to make a file is not offered it.
    let mut desk = Desk::with(WHOLE, &[], &json!({}));
    assert_eq!(desk.ask("textDocument/codeAction", "\"paramet|ers\": {\n", range), json!([]));
}

#[test]
fn a_lens_shows_what_each_parameter_has() {
    let titles = |desk: &mut Desk| {
        let uri = desk.uri("azuredeploy.json");
        let found = desk.client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
        let all = found.as_array().expect("lenses").clone();
        all.iter()
            .map(|it| it["command"]["title"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        titles(&mut Desk::new(WHOLE, &[])),
        [
            "default: \"web-ü😀\"",
            "default: 2",
            "no value",
            "no value",
            "default: {\"size\":\"Standard_B1s\",\"zone\":2}"
        ]
    );
    let dev =
        r#"{"contentVersion":"1","parameters":{"vmName":{"value":"db"},"password":{"value":"S3cr3t-Xy!"}}}"#;
    let live = r#"{"contentVersion":"1","parameters":{"password":{"reference":{"keyVault":{"id":"x"},"secretName":"s"}},"tier":{"value":"b"}}}"#;
    let mut desk = Desk::new(
        WHOLE,
        &[
            ("azuredeploy.parameters.dev.json", dev),
            ("azuredeploy.parameters.live.json", live),
            ("other.parameters.json", dev),
        ],
    );
    let found = titles(&mut desk);
    assert_eq!(found[0], "azuredeploy.parameters.dev.json: \"db\"");
    assert_eq!(found[1], "azuredeploy.parameters.live.json: default: \"web-ü😀\"");
    assert_eq!(found[4], "azuredeploy.parameters.dev.json: (secret)");
    assert_eq!(found[5], "azuredeploy.parameters.live.json: a secret of a key vault");
    assert_eq!((found[6].as_str(), found.len()), ("azuredeploy.parameters.dev.json: no value", 10));
}

#[test]
fn an_outline_has_all_that_is_declared() {
    fn lines(all: &Value, depth: usize, out: &mut Vec<String>) {
        for it in all.as_array().into_iter().flatten() {
            out.push(format!("{}{}", "  ".repeat(depth), it["name"].as_str().unwrap_or_default()));
            lines(&it["children"], depth + 1, out);
        }
    }
    let mut desk = Desk::new(WHOLE, &[]);
    let params = json!({ "textDocument": { "uri": desk.uri("azuredeploy.json") } });
    let found = desk.client.ask("textDocument/documentSymbol", params.clone());
    let mut all = Vec::new();
    lines(&found, 0, &mut all);
    assert_eq!(
        all,
        [
            "parameters",
            "  vmName",
            "  count",
            "  password",
            "  tier",
            "  settings",
            "variables",
            "  nic",
            "  names",
            "  quoted",
            "functions",
            "  my.join",
            "resources",
            "  web-ü😀-nic",
            "  web-ü😀0",
            "  inner",
            "    parameters",
            "      vmName",
            "    resources",
            "      web-ü😀",
            "  outer",
            "    resources",
            "      web-ü😀-nic",
            "outputs",
            "  nicName",
        ]
    );
    let mut desk = Desk::with(WHOLE, &[], &json!({}));
    let params = json!({ "textDocument": { "uri": desk.uri("azuredeploy.json") } });
    let found = desk.client.ask("textDocument/documentSymbol", params);
    assert!(
        found[0]["location"]["range"].is_object() && found.as_array().is_some_and(|it| it.len() == 25),
        "{found}"
    );
}

#[test]
fn symbolic_names_and_definitions_are_names() {
    let mut desk = Desk::new(SYMBOLIC, &[]);
    let store = SYMBOLIC[..SYMBOLIC.find("\"store\"").expect("it is there")].matches('\n').count() as u64;
    for mark in [
        "\"dependsOn\": [\"st|ore\"]",
        "[reference('|store').primaryEndpoints]",
        "[equals(reference('store|')",
    ] {
        assert_eq!(desk.definition(mark), [(store, "store".to_owned())], "{mark}");
    }
    assert_eq!(desk.definition("#/definitions/sh|op")[0].1, "shop");
    let found = desk.ask("textDocument/rename", "\"st|ore\": {", json!({ "newName": "shelf" }));
    let text = edited(SYMBOLIC, found["documentChanges"][0]["edits"].as_array().expect("edits"));
    assert_eq!(text.matches("shelf").count(), 4, "{text}");
    expanded(&text);
}

/// A template in a document's code block is one too; the columns are those of the document.
#[test]
fn a_template_in_a_document_is_one() {
    let text = format!("# A page\n\n> ```json\n> {}\n> ```\n", WHOLE.trim_end().replace('\n', "\n> "));
    let (mut client, _) = Client::new(&json!({}));
    client.open("file:///t/page.md", &text);
    let at = place(&text, "[concat(parameters('vm|Name'), '-nic'");
    let params = json!({ "textDocument": { "uri": "file:///t/page.md" }, "position": at });
    let found = client.ask("textDocument/definition", params);
    assert_eq!(cut(&text, &found[0]["range"]), "vmName", "{found}");
}
