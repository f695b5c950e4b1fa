//! Bicep and Terraform that was written, read by grammars that are not ours: what is declared is the request.

use crate::support::needs::answers;
use std::collections::HashMap;

use crate::support::loopback::{fill, fill_value, values};
use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Identity, Method, Request, RequestTarget, ResourceType, Text,
};
use armbody::notation::{Form, IdentityChange, Layout, Templates, write, write_change};
use armbody::scenario::{Image, Spec, scenarios};
use serde_json::{Value, json};

/// What is declared in texts, each with its form and the values of its parameters.
fn evaluate(cases: &[(Form, String, HashMap<Blank, String>)]) -> Vec<Value> {
    let case = |(form, text, values): &(Form, String, HashMap<Blank, String>)| {
        let values: HashMap<&str, &str> =
            values.iter().map(|(blank, value)| (blank.variable(), value.as_str())).collect();
        json!({"form": form.as_str(), "text": text, "environment": values})
    };
    let cases: Vec<Value> = cases.iter().map(case).collect();
    answers("hcl2, tree_sitter_bicep", "evaluate_declarations.py", &cases)
}

/// What stands for each blank: a parameter's value, or its spelling.
fn filled(style: BlankStyle) -> HashMap<Blank, String> {
    let mut filled = values();
    for (blank, value) in &mut filled {
        // A secret is a parameter in every style.
        if style != BlankStyle::Shell && !matches!(blank, Blank::AccessToken | Blank::AdminPassword) {
            blank.spelling(style).clone_into(value);
        }
    }
    filled
}

/// An id as it is written by hand: nothing in it is encoded.
fn path(target: &RequestTarget, values: &HashMap<Blank, String>, names: usize) -> String {
    let group =
        target.resource_group.as_ref().map(|group| format!("/resourceGroups/{}", fill(group, values)));
    let mut path =
        format!("/subscriptions/{}{}", fill(&target.subscription, values), group.unwrap_or_default());
    if names > 0 {
        path.push_str("/providers/");
        path.push_str(target.resource_type.namespace());
        for (kind, name) in target.resource_type.types().zip(&target.names).take(names) {
            path.extend(["/", kind, "/", &fill(name, values)]);
        }
    }
    path
}

/// The members of a body that a declaration has.
fn members(body: &BodyValue, values: &HashMap<Blank, String>) -> Value {
    let mut body = fill_value(body, values);
    for own in ["type", "apiVersion", "name", "id"] {
        body.as_object_mut().expect("an object").remove(own);
    }
    body
}

fn is_machine(request: &Request) -> bool {
    request.target.resource_type.known().is_some_and(ResourceType::has_identity)
}

/// Asserts that what was declared is the request, as far as the form can declare it.
fn assert_declares(form: Form, request: &Request, style: BlankStyle, text: &str, found: &Value) {
    let values = filled(style);
    let target = &request.target;
    let kind = format!("{}@{}", target.resource_type, target.api_version);
    let body = request.body.as_ref().map(|body| members(body, &values));
    let is_whole = request.method == Method::Put
        && (!is_machine(request) || body.as_ref().is_some_and(|body| body.get("properties").is_some()));
    let arguments = &found["arguments"];
    if form == Form::Bicep {
        assert_eq!(found["kind"], json!(kind), "{text}");
        assert_eq!(found["existing"], json!(!is_whole), "{text}");
        let mut wanted = if is_whole { body.expect("a body") } else { json!({}) };
        wanted["name"] =
            target.names.iter().map(|name| fill(name, &values)).collect::<Vec<_>>().join("/").into();
        assert_eq!(*arguments, wanted, "{text}");
        return;
    }
    assert_eq!(arguments["type"], json!(kind), "{text}");
    if !is_whole {
        if let Some(id) = arguments.get("resource_id") {
            assert_eq!(*id, json!(path(target, &values, target.names.len())), "{text}");
        } else {
            assert_eq!(arguments["parent_id"], json!(path(target, &values, 0)), "{text}");
        }
        let mut wanted = body.unwrap_or(Value::Null);
        if found["kind"] == "azapi_update_resource"
            && let Some(members) = wanted.as_object_mut()
        {
            members.remove("location");
        }
        assert_eq!(arguments.get("body").cloned().unwrap_or(Value::Null), wanted, "{text}");
        return;
    }
    assert_eq!(found["kind"], "azapi_resource", "{text}");
    let mut wanted = body.expect("a body");
    let mut declared = arguments.get("body").cloned().unwrap_or(json!({}));
    for name in ["location", "tags"] {
        if let Some(value) = arguments.get(name) {
            declared[name] = value.clone();
        }
    }
    if let Some(identity) = found["blocks"].get("identity") {
        let mut block = json!({"type": identity["type"]});
        if let Some(ids) = identity.get("identity_ids") {
            let ids = ids.as_array().expect("a list").iter();
            let map: serde_json::Map<String, Value> =
                ids.map(|id| (id.as_str().expect("a text").to_owned(), json!({}))).collect();
            block["userAssignedIdentities"] = map.into();
        }
        declared["identity"] = block;
    }
    // Of a map without ids nothing is left in a block.
    if wanted["identity"]["userAssignedIdentities"] == json!({}) {
        declared["identity"]["userAssignedIdentities"] = json!({});
    }
    if wanted.get("identity").is_some_and(Value::is_null) {
        wanted.as_object_mut().expect("an object").remove("identity");
    }
    assert_eq!(declared, wanted, "{text}");
    assert_eq!(arguments["name"], json!(fill(target.names.last().expect("a name"), &values)), "{text}");
    assert_eq!(arguments["parent_id"], json!(path(target, &values, target.names.len() - 1)), "{text}");
}

fn assert_all(made: &[(Form, Request, BlankStyle, String)]) {
    let cases: Vec<_> =
        made.iter().map(|(form, _, style, text)| (*form, text.clone(), filled(*style))).collect();
    let found = evaluate(&cases);
    assert_eq!(found.len(), made.len());
    for ((form, request, style, text), found) in made.iter().zip(&found) {
        assert_declares(*form, request, *style, text, found);
    }
    eprintln!("{} declarations were read", made.len());
}

#[test]
#[ignore = "needs hcl2 and tree-sitter-bicep"]
fn every_scenario_is_declared() {
    let templates = Templates::embedded();
    let mut made = Vec::new();
    for machine in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
        for style in BlankStyle::ALL {
            for image in [Image::Windows, Image::Linux] {
                let spec = Spec { image, machine, ..Spec::default() };
                let layout = Layout { blanks: style, ..Layout::new(&templates) };
                for scenario in scenarios().iter().filter(|scenario| scenario.method().is_some()) {
                    let request = scenario.request(&spec, &templates).expect("it can be made");
                    let states = scenario.states(&scenario.ids(&spec).expect("ids"));
                    for form in [Form::Bicep, Form::Terraform] {
                        let written = match &states {
                            Some((before, after)) => {
                                write_change(form, &request, IdentityChange { before, after }, &layout)
                            }
                            None => write(form, &request, &layout),
                        };
                        if let Ok(text) = written {
                            made.push((form, request.clone(), style, text));
                        }
                    }
                }
            }
        }
    }
    assert!(made.len() > 250, "{}", made.len());
    assert_all(&made);
}

#[test]
fn a_change_is_declared_as_what_is_there_afterwards() {
    let templates = Templates::embedded();
    let layout = Layout::new(&templates);
    let id = |name: &str| {
        format!(
            "/subscriptions/S/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    };
    let (before, after) =
        (Identity::new(true, [id("a"), id("b")]), Identity::new(false, [id("b"), id("it's")]));
    let body = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {id("a"): null}}});
    let target = RequestTarget {
        cloud: Cloud::Public,
        scope: None,
        subscription: Text::new("S"),
        resource_group: Some(Text::new("g")),
        resource_type: ResourceType::VirtualMachine.into(),
        names: vec![Text::new("vm")],
        api_version: "2024-07-01".parse().expect("a version"),
    };
    let request = Request::new(Method::Patch, target, Some(body.into()));
    let states = IdentityChange { before: &before, after: &after };
    let bicep = write_change(Form::Bicep, &request, states, &layout).expect("it can be written");
    for wanted in [
        "//     type: 'UserAssigned'\n".to_owned(),
        format!("//       '{}': {{}}\n", id("b")),
        format!("//       '{}': {{}}\n", id("it\\'s")),
    ] {
        assert!(bicep.contains(&wanted), "{bicep}");
    }
    assert!(!bicep.contains(&id("a")) && bicep.contains(" existing = {\n"), "{bicep}");
    let terraform = write_change(Form::Terraform, &request, states, &layout).expect("it can be written");
    assert!(terraform.contains("resource \"azapi_resource_action\" \"vm\" {\n"), "{terraform}");
    let more = Identity::new(true, [id("a"), id("b"), id("c")]);
    let states = IdentityChange { before: &before, after: &more };
    let terraform = write_change(Form::Terraform, &request, states, &layout).expect("it can be written");
    assert!(terraform.contains("resource \"azapi_update_resource\" \"vm\" {\n"), "{terraform}");
}

#[test]
#[ignore = "needs hcl2 and tree-sitter-bicep"]
fn hostile_names_and_secrets_are_literal() {
    let templates = Templates::embedded();
    let hostile = [
        "it's",
        "a\"b",
        "$HOME",
        "${x}",
        "$${x}",
        "$$${x}",
        "%{if}",
        "%%{x}%",
        "%",
        "$",
        "$$",
        "\\",
        "\\u{41}",
        "\\u0041",
        "'''",
        "a\nb\r\n",
        "\t",
        "é😀\u{1b}",
        "\u{0}",
        "\u{2028}",
        "<<EOF",
        "https://x // y # z",
        "json('1')",
        "{}",
        "]",
        " ",
    ];
    let mut made = Vec::new();
    for style in BlankStyle::ALL {
        for text in hostile {
            for blank in ["<VM NAME>", "<ADMIN PASSWORD>", "x"] {
                let target = RequestTarget {
                    cloud: Cloud::Public,
                    scope: None,
                    subscription: Text::new("<SUBSCRIPTION ID>"),
                    resource_group: Some(Text::new(text)),
                    resource_type: ResourceType::VirtualMachine.into(),
                    names: vec![Text::new(&format!("{text}{blank}{text}"))],
                    api_version: "2024-07-01".parse().expect("a version"),
                };
                let body = json!({
                    "location": text,
                    "identity": {
                        "type": "UserAssigned",
                        "userAssignedIdentities": {format!("/{text}{blank}"): {}, format!("{blank}{text}"): {}},
                    },
                    "tags": {text: format!("{blank}{text}"), "a b": "", "true": "null", "for": "x"},
                    "properties": {
                        "secret": blank,
                        "list": [text, format!("{text}{blank}"), format!("{blank}{blank}"), [], {}, [[1]]],
                        "numbers": [0, -1, 1.5, 9_007_199_254_740_993_i64, 18_446_744_073_709_551_615_u64, -2.5e-3],
                        "words": [true, false, null],
                        format!("{text}{blank}"): {text: null},
                    },
                });
                let request = Request::new(Method::Put, target, Some(BodyValue::from(body)));
                let layout = Layout { blanks: style, ..Layout::new(&templates) };
                for form in [Form::Bicep, Form::Terraform] {
                    let text = write(form, &request, &layout).expect("it can be written");
                    made.push((form, request.clone(), style, text));
                }
            }
        }
    }
    assert_all(&made);
}
