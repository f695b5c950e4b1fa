//! The template language: laws, the rules of expansion on documents of our own, and the recorded answers of ARM's
//! library where they stand beside the repository.

use crate::support::needs::shared_text;

use armbody::json::{Dialect, Tree};
use armbody::template::{Cause, Expansion, Options, Value, expand};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const SCOPE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg";

fn value(json: &Json) -> Value {
    let text = json.to_string();
    let tree = Tree::parse(&text, Dialect::STRICT);
    Value::from_node(tree.root().expect("JSON"), 0)
}

fn deploy(template: &Json, options: &Options) -> Expansion {
    expand(value(template), options)
}

fn options() -> Options {
    let mut options = Options::default();
    options.target = SCOPE.parse().expect("a scope");
    options
}

fn template(members: Json) -> Json {
    let mut template = json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []});
    let (Some(all), Json::Object(members)) = (template.as_object_mut(), members) else { panic!("objects") };
    all.extend(members);
    template
}

/// What an expression gives as an output of any type; `Err` with the first message if it is refused.
fn evaluate(expression: &str, with: Json) -> Result<Json, String> {
    let mut whole = template(with);
    let resource =
        json!({"type": "A.B/c", "apiVersion": "2020-01-01", "name": "x", "properties": {"v": expression}});
    whole["resources"] = match whole.get("languageVersion") {
        Some(_) => json!({"x": resource}),
        None => json!([resource]),
    };
    let expansion = deploy(&whole, &options());
    match expansion.refusals.first() {
        Some(refusal) => Err(refusal.message.clone()),
        None => Ok(expansion.requests[0].body.to_json()["properties"]["v"].clone()),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn texts() -> impl Strategy<Value = String> {
    // No character that an expression cannot be written with in one line of JSON.
    "[ -~äß日😀]{0,12}"
}

proptest! {
    #[test]
    fn a_literal_is_itself(text in texts(), number in any::<i64>()) {
        prop_assert_eq!(evaluate(&format!("[{}]", literal(&text)), json!({})), Ok(json!(text)));
        prop_assert_eq!(evaluate(&format!("[{number}]"), json!({})), Ok(json!(number)));
    }

    /// `concat` is associative, its neutral element is the empty text, and `format` of as many holes is the same.
    #[test]
    fn concat_and_format_join(a in texts(), b in texts(), c in texts()) {
        let (a, b, c) = (literal(&a), literal(&b), literal(&c));
        let flat = evaluate(&format!("[concat({a}, {b}, {c})]"), json!({}));
        prop_assert_eq!(&flat, &evaluate(&format!("[concat(concat({a}, {b}), {c})]"), json!({})));
        prop_assert_eq!(&flat, &evaluate(&format!("[concat({a}, '', concat({b}, {c}))]"), json!({})));
        prop_assert_eq!(&flat, &evaluate(&format!("[format('{{0}}{{1}}{{2}}', {a}, {b}, {c})]"), json!({})));
        prop_assert_eq!(&flat, &evaluate(&format!("[join(createArray({a}, {b}, {c}), '')]"), json!({})));
    }

    /// `union` of arrays keeps each element once, and again changes nothing.
    #[test]
    fn union_is_idempotent(a in prop::collection::vec(0i64..5, 0..6), b in prop::collection::vec(0i64..5, 0..6)) {
        let with = json!({"variables": {"a": a, "b": b}});
        let once = evaluate("[union(variables('a'), variables('b'))]", with.clone());
        let twice = evaluate("[union(union(variables('a'), variables('b')), variables('b'))]", with.clone());
        prop_assert_eq!(&once, &twice);
        let mut wanted: Vec<i64> = Vec::new();
        for it in a.iter().chain(&b) {
            if !wanted.contains(it) {
                wanted.push(*it);
            }
        }
        prop_assert_eq!(once, Ok(json!(wanted)));
        let common = evaluate("[intersection(variables('a'), variables('b'))]", with);
        wanted.retain(|it| a.contains(it) && b.contains(it));
        prop_assert_eq!(common, Ok(json!(wanted)));
    }

    /// Texts go through their encodings and back.
    #[test]
    fn encodings_round_trip(text in texts()) {
        for pair in [("base64", "base64ToString"), ("uriComponent", "uriComponentToString"), ("dataUri", "dataUriToString")] {
            let expression = format!("[{}({}({}))]", pair.1, pair.0, literal(&text));
            prop_assert_eq!(evaluate(&expression, json!({})), Ok(json!(text)), "{}", pair.0);
        }
        let json_text = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(evaluate(&format!("[json({})]", literal(&json_text)), json!({})), Ok(json!(text)));
    }

    /// What only a deployment knows is left over as an expression that says the same with everything known in it.
    #[test]
    fn what_is_left_over_is_an_expression(a in texts()) {
        let left = evaluate(&format!("[concat({}, resourceGroup().location)]", literal(&a)), json!({})).unwrap();
        let wanted = format!("[concat({}, resourceGroup().location)]", literal(&a));
        prop_assert_eq!(left.as_str(), Some(wanted.as_str()));
        prop_assert_eq!(evaluate(&wanted, json!({})), Ok(json!(wanted)));
    }

    /// No text makes the evaluator fail in another way than by refusing.
    #[test]
    fn any_text_is_evaluated_or_refused(text in "[\\[\\](){}'a-z0-9.,@ -]{0,40}") {
        let _ = evaluate(&format!("[{text}]"), json!({}));
    }
}

fn ids(expansion: &Expansion) -> Vec<String> {
    assert!(expansion.refusals.is_empty(), "{:?}", expansion.refusals);
    let short = |it: &armbody::template::PlannedRequest| {
        it.id.as_str().map_or_else(|| it.url(), |id| id.rsplit('/').next().unwrap_or_default().to_owned())
    };
    expansion.requests.iter().map(short).collect()
}

fn thing(name: &str) -> Json {
    json!({"type": "A.B/c", "apiVersion": "2020-01-01", "name": name})
}

#[test]
fn loops_run_in_order_and_wait_for_each_other() {
    let mut first = thing("[concat('x', copyIndex())]");
    first["copy"] = json!({"name": "xs", "count": 3, "mode": "serial", "batchSize": 2});
    first["dependsOn"] = json!(["ys"]);
    let mut second = thing("[concat('y', copyIndex(1))]");
    second["copy"] = json!({"name": "ys", "count": 2});
    let expansion = deploy(&template(json!({"resources": [first, second]})), &options());
    assert_eq!(ids(&expansion), ["y1", "y2", "x0", "x1", "x2"]);
    assert_eq!(expansion.requests[4].after, [0, 1, 2, 3]);
    assert_eq!(expansion.requests[2].turn.as_ref().map(|it| it.1), Some(0));
}

#[test]
fn conditions_leave_out_and_evaluate_nothing_of_what_they_leave_out() {
    let mut out = thing("[parameters('nope')]");
    out["condition"] = json!("[equals(1, 2)]");
    let expansion = deploy(&template(json!({"resources": [out, thing("in")]})), &options());
    assert_eq!(ids(&expansion), ["in"]);
    assert_eq!(expansion.left_out.len(), 1);
}

/// The names of a nested template: its own if its scope is inner, the parent's if it is outer.
#[test]
fn nested_templates_read_the_names_of_their_scope() {
    for (scope, wanted) in [("inner", "nested"), ("outer", "parent")] {
        let nested = json!({"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n",
            "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": scope},
                "template": template(json!({"variables": {"v": "nested"}, "resources": [thing("[variables('v')]")]}))}});
        let whole = template(json!({"variables": {"v": "parent"}, "resources": [nested]}));
        let expansion = deploy(&whole, &options());
        assert_eq!(ids(&expansion), [wanted]);
        assert_eq!(expansion.requests[0].path.len(), 1);
    }
}

#[test]
fn outputs_of_a_nested_deployment_are_read_through() {
    let inner = template(json!({"outputs": {"o": {"type": "string", "value": "[toUpper('known')]"}}}));
    let nested = json!({"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n",
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": inner}});
    let mut reader = thing("x");
    reader["tags"] = json!({});
    reader["properties"] = json!({"v": "[reference('n').outputs.o.value]"});
    let expansion = deploy(&template(json!({"resources": [reader, nested]})), &options());
    assert_eq!(expansion.requests[0].body.to_json()["properties"]["v"], "KNOWN");
}

#[test]
fn children_have_the_names_of_their_parents() {
    let mut parent = thing("p");
    parent["resources"] = json!([{"type": "kids", "apiVersion": "2020-01-01", "name": "k"}]);
    let expansion = deploy(&template(json!({"resources": [parent]})), &options());
    let id = expansion.requests[1].id.as_str().unwrap();
    assert_eq!(id, format!("{SCOPE}/providers/A.B/c/p/kids/k"));
}

/// A value tells where it was written: the default that a parameter hands on, not the place that reads it.
#[test]
fn values_know_where_they_were_written() {
    let whole = template(json!({
        "parameters": {"p": {"type": "string", "defaultValue": "written"}},
        "resources": [{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "x", "properties": {"v": "[parameters('p')]"}}]
    }));
    let text = whole.to_string();
    let tree = Tree::parse(&text, Dialect::STRICT);
    let expansion = expand(Value::from_node(tree.root().unwrap(), 0), &options());
    let place = expansion.requests[0].body.get("properties").unwrap().get("v").unwrap().place.unwrap();
    assert_eq!(tree.node(place.node).unwrap().source(), r#""written""#);
}

#[test]
fn refusals_have_a_cause_a_code_and_a_place() {
    let cases: [(Json, Cause, &str); 6] = [
        (json!({"resources": [thing("[variables('v')]")]}), Cause::UndefinedVariable, "[variables('v')]"),
        (json!({"resources": [thing("a/b")]}), Cause::NameSegments, "a/b"),
        (
            json!({"variables": {"a": "[variables('b')]", "b": "[variables('a')]"}}),
            Cause::CircularDependency,
            "[",
        ),
        (json!({"outputs": {"o": {"type": "int", "value": "x"}}}), Cause::OutputKind, "x"),
        (json!({"resources": [thing("a"), thing("a")]}), Cause::DuplicateResource, "{"),
        (json!({"variables": {"v": "[reference('x').y]"}}), Cause::FunctionNotAllowedHere, "[reference"),
    ];
    for (members, cause, shown) in cases {
        let text = template(members).to_string();
        let tree = Tree::parse(&text, Dialect::STRICT);
        let expansion = expand(Value::from_node(tree.root().unwrap(), 0), &options());
        let refusal = expansion.refusals.first().unwrap_or_else(|| panic!("{cause:?}: not refused"));
        assert_eq!(refusal.cause, cause, "{}", refusal.message);
        let node = tree.node(refusal.place.expect("a place").node).unwrap();
        assert!(node.source().trim_start_matches('"').starts_with(shown), "{cause:?}: {}", node.source());
    }
}

/// What ARM's library answers to expressions: at most one in a hundred differs.
#[test]
#[ignore = "needs the shared cases"]
fn expressions_are_answered_as_the_library_answers() {
    for name in ["functions", "expressions"] {
        let text = shared_text(&format!("oracles/bicep/{name}.jsonl"));
        let (mut count, mut wrong) = (0, Vec::new());
        for line in text.lines() {
            let row: Json = serde_json::from_str(line).unwrap();
            let context = &row["context"];
            let known = |it: &str| ["parameters", "variables"].contains(&it);
            if row.get("unevaluated").is_some() || !context.as_object().unwrap().keys().all(|it| known(it)) {
                continue;
            }
            count += 1;
            let mut members = json!({"variables": context.get("variables").cloned().unwrap_or(json!({})), "parameters": {}});
            for (name, value) in context.get("parameters").and_then(Json::as_object).into_iter().flatten() {
                let kind = match value {
                    Json::Null | Json::String(_) => "string",
                    Json::Bool(_) => "bool",
                    Json::Number(_) => "int",
                    Json::Array(_) => "array",
                    Json::Object(_) => "object",
                };
                members["parameters"][name] = if value.is_null() {
                    members["languageVersion"] = json!("2.0");
                    json!({"type": kind, "nullable": true})
                } else {
                    json!({"type": kind, "defaultValue": value})
                };
            }
            let expression = row["expression"].as_str().unwrap();
            let found = evaluate(expression, members);
            let is_right = match (&found, row.get("value")) {
                (Ok(found), Some(wanted)) => found == wanted || row.get("ordinal") == Some(found),
                (Err(_), None) => true,
                _ => false,
            };
            if !is_right {
                wrong.push(format!("{expression}: {found:?}"));
            }
        }
        eprintln!("{name}: {} of {count} as the library", count - wrong.len());
        let most = if name == "functions" { 0 } else { count / 100 };
        assert!(count > 200 && wrong.len() <= most, "{wrong:#?}");
    }
}

/// The published cases of expansion, request by request.
#[test]
#[ignore = "needs the shared cases"]
fn the_cases_of_expansion_are_met() {
    let text = shared_text("templates/expand-cases.jsonl");
    let mut count = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let mut options = Options::default();
        let scope = &case["scope"];
        let id = match scope["resourceGroup"].as_str() {
            Some(group) => {
                format!("/subscriptions/{}/resourceGroups/{group}", scope["subscription"].as_str().unwrap())
            }
            None => format!("/subscriptions/{}", scope["subscription"].as_str().unwrap()),
        };
        options.target = id.parse().unwrap();
        options.location = scope["location"].as_str().map(str::to_owned);
        for (name, entry) in case["parameters"].as_object().unwrap() {
            options.give(name, value(&entry["value"]), None);
        }
        let expansion = deploy(&case["template"], &options);
        assert!(expansion.refusals.is_empty(), "{}: {:?}", case["name"], expansion.refusals);
        let requests: Vec<Json> = expansion
            .requests
            .iter()
            .map(|it| {
                let after: Vec<Json> =
                    it.after.iter().map(|at| expansion.requests[*at as usize].id.to_json()).collect();
                json!({"method": "PUT", "url": it.url(), "body": it.body.to_json(), "after": after})
            })
            .collect();
        assert_eq!(Json::Array(requests), case["requests"], "{}", case["name"]);
        if let Some(outputs) = case.get("outputs") {
            let found: serde_json::Map<String, Json> =
                expansion.outputs.iter().map(|it| (it.name.to_string(), it.value.to_json())).collect();
            assert_eq!(&Json::Object(found), outputs, "{}", case["name"]);
        }
        count += 1;
    }
    eprintln!("{count} cases of expansion");
    assert!(count > 0);
}

/// The table of functions has what the pages and ARM's library say, row by row.
#[test]
#[ignore = "needs the shared cases"]
fn the_table_of_functions_is_the_published_one() {
    use armbody::arm::expression::{FUNCTIONS, find_function};
    let text = shared_text("templates/functions.tsv");
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    for row in text.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let name = cells[0].trim_end_matches(['*', '…']);
        names.push(name.to_ascii_lowercase());
        let Some(function) = find_function(name) else {
            faults.push(format!("{name}: not there"));
            continue;
        };
        let wanted = (cells[1].parse().ok(), cells[2].parse::<u8>().ok());
        let found = (Some(function.arguments.least), function.arguments.most);
        if wanted != found {
            faults.push(format!("{name}: {found:?}, published {wanted:?}"));
        }
    }
    for function in FUNCTIONS {
        let lower = function.name.trim_end_matches('…').to_ascii_lowercase();
        if !names.contains(&lower) {
            faults.push(format!("{}: not published", function.name));
        }
    }
    eprintln!("{} functions", names.len());
    assert!(names.len() > 100 && faults.is_empty(), "{faults:#?}");
}
