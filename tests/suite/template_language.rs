//! The template language: laws, the rules of expansion on documents of our own, and the recorded answers of ARM's
//! library where they stand beside the repository.

use crate::support::needs::{shared_rows, shared_text};

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

/// A loop that runs not once has its name: what waits for it waits for nothing.
#[test]
fn an_empty_loop_is_waited_for() {
    let mut none = thing("[format('a{0}', copyIndex())]");
    none["copy"] = json!({"name": "loop", "count": "[length(createArray())]"});
    let mut waits = thing("x");
    waits["dependsOn"] = json!(["loop"]);
    let list = template(json!({"resources": [none, waits]}));
    assert_eq!(ids(&deploy(&list, &options())), ["x"]);
    waits["dependsOn"] = json!(["none"]);
    let outputs = json!({"all": {"type": "array", "value": "[references('none')]"}});
    let named =
        json!({"languageVersion": "2.0", "resources": {"none": none, "x": waits}, "outputs": outputs});
    let expansion = deploy(&template(named), &options());
    assert_eq!(ids(&expansion), ["x"]);
    assert_eq!(expansion.outputs[0].value.to_json(), json!([]));
}

/// A member's name that is left over within a nested template of outer scope is not evaluated again with its names.
#[test]
fn a_name_that_is_left_over_stays_so() {
    let mut inner = thing("x");
    inner["properties"] = json!({"[parameters('id')]": {}, "[[concat('a', 'b')]": 1});
    let deployment = json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "d",
        "properties": {"mode": "Incremental", "template": template(json!({"resources": [inner]}))},
    });
    let whole = template(json!({"parameters": {"id": {"type": "string"}}, "resources": [deployment]}));
    let mut options = options();
    options.is_lenient = true;
    let expansion = deploy(&whole, &options);
    assert_eq!(ids(&expansion), ["x"]);
    let found = expansion.requests[0].body.to_json()["properties"].clone();
    assert_eq!(found, json!({"[parameters('id')]": {}, "ab": 1}));
}

/// What a template leaves to the service by a null is not known.
#[test]
fn a_null_that_is_referred_to_is_not_known() {
    let mut first = thing("x");
    first["properties"] = json!({"list": null, "set": 1});
    let outputs = json!({
        "list": {"type": "string", "value": "[reference('x').list[0].id]"},
        "set": {"type": "int", "value": "[reference('x').set]"},
    });
    let expansion = deploy(&template(json!({"resources": [first], "outputs": outputs})), &options());
    assert_eq!(ids(&expansion), ["x"]);
    assert!(expansion.outputs[0].value.is_open());
    assert_eq!(expansion.outputs[1].value.to_json(), json!(1));
}

/// A loop whose count is to be given stands once; one whose count only the runtime knows is refused.
#[test]
fn a_loop_without_a_count_stands_once() {
    let mut many = thing("[concat('x', copyIndex())]");
    many["copy"] = json!({"name": "loop", "count": "[parameters('n')]"});
    let given = json!({"n": {"type": "int"}});
    let mut options = options();
    options.is_lenient = true;
    let expansion = deploy(&template(json!({"parameters": given, "resources": [many]})), &options);
    assert_eq!(expansion.requests.len(), 1);
    assert_eq!(expansion.requests[0].name.to_json(), json!("[concat('x', copyIndex('loop'))]"));
    let [it] = expansion.uncounted.as_slice() else { panic!("{:?}", expansion.uncounted) };
    assert_eq!((it.name.as_str(), it.count.as_str()), ("loop", "[parameters('n')]"));
    many["copy"]["count"] = json!("[length(reference('y', '2020-01-01').list)]");
    let expansion = deploy(&template(json!({"resources": [many]})), &options);
    assert!(expansion.requests.is_empty() && expansion.uncounted.is_empty());
    assert_eq!(expansion.refusals.len(), 1);
}

/// Linked templates are read where they are given, each from where it stands itself.
#[test]
fn linked_templates_are_read_from_beside() {
    let link = |name: &str, link: Json| {
        json!({
            "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": name,
            "properties": {"mode": "Incremental", "templateLink": link, "parameters": {"n": {"value": name}}},
        })
    };
    let of_itself =
        |path: &str| json!({"uri": format!("[uri(deployment().properties.templateLink.uri, '{path}')]")});
    let resources = json!([
        link("a", json!({"relativePath": "nested/a.json"})),
        link("b", of_itself("nested/b.json")),
        link("c", json!({"uri": "https://example.com/c.json"})),
    ]);
    let parameters = json!({"n": {"type": "string"}});
    let a = template(
        json!({"parameters": parameters, "resources": [thing("[parameters('n')]"), link("inner", json!({"relativePath": "b.json"}))]}),
    );
    let b =
        template(json!({"parameters": parameters, "resources": [thing("[concat('b-', parameters('n'))]")]}));
    let mut options = options();
    options.files = Some(armbody::template::Files::new(move |path| match path {
        "nested/a.json" => Some(value(&a)),
        "nested/b.json" => Some(value(&b)),
        _ => None,
    }));
    let expansion = deploy(&template(json!({"resources": resources})), &options);
    assert_eq!(ids(&expansion), ["a", "b-inner", "b-b"]);
    assert_eq!(expansion.left_out.len(), 1);
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

/// The table of functions has what the pages and ARM's library say, row by row: names, how many arguments, their kinds,
/// what is given, and where each may stand.
#[test]
#[ignore = "needs the shared cases"]
fn the_table_of_functions_is_the_published_one() {
    use armbody::arm::expression::{FUNCTIONS, find_function};
    let text = shared_text("templates/functions.tsv");
    let signatures = include_str!("../../src/lsp/template/signatures.tsv");
    let signatures: Vec<Vec<&str>> = signatures.lines().map(|it| it.split('\t').collect()).collect();
    let (mut names, mut faults, mut stands) = (Vec::new(), Vec::new(), 0);
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
        let Some(own) = signatures.iter().find(|it| it[0].trim_end_matches('…') == name) else {
            faults.push(format!("{name}: has no signature"));
            continue;
        };
        let (taken, given) = (kinds(own[1]), own[2]);
        if taken != kinds(cells[3]) || given != cells[4].split('(').next().unwrap_or_default() {
            faults.push(format!("{name}: {taken:?} to {given}, published {} to {}", cells[3], cells[4]));
        }
        stands += check_stands(name, &cells, &mut faults);
    }
    for function in FUNCTIONS {
        let lower = function.name.trim_end_matches('…').to_ascii_lowercase();
        if !names.contains(&lower) {
            faults.push(format!("{}: not published", function.name));
        }
    }
    eprintln!("{} functions, {stands} places", names.len());
    assert!(names.len() > 100 && stands > 60 && faults.is_empty(), "{faults:#?}");
}

/// The kinds that arguments may have, in any position: `string|array of, int count`, `string,int · array,any`.
fn kinds(arguments: &str) -> std::collections::BTreeSet<String> {
    let mut depth = 0;
    // What stands in parentheses says more of a kind, unless it stands for the kind.
    let mut plain = String::new();
    for c in arguments.chars() {
        match c {
            '(' if plain.ends_with(|c: char| c.is_alphabetic() || c == '?') => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let words = plain.split([',', '·']).flat_map(|it| {
        // In our own table the argument's name follows.
        let it = it.trim().split(" or ").collect::<Vec<_>>();
        if it.len() == 1 { it[0].split(' ').take(1).collect() } else { it }
    });
    words
        .flat_map(|it| it.split('|'))
        .map(|it| it.trim_matches(|c: char| !c.is_alphabetic()))
        .filter(|it| !it.is_empty())
        .map(|it| if it == "expression" { "any" } else { it }.to_owned())
        .collect()
}

/// The refusal of an expression at a place of a template, if there is one for where it stands.
fn refused_at(place: &str, expression: &str, is_symbolic: bool) -> bool {
    let mut resource = thing("x");
    let mut whole = template(json!({}));
    match place {
        "variable" => whole["variables"] = json!({"v": expression}),
        "parameter" => whole["parameters"] = json!({"p": {"type": "string", "defaultValue": expression}}),
        "output" => whole["outputs"] = json!({"o": {"type": "object", "value": expression}}),
        "name" => resource["name"] = json!(expression),
        "location" => resource["location"] = json!(expression),
        "condition" => resource["condition"] = json!(expression),
        "count" => resource["copy"] = json!({"name": "loop", "count": expression}),
        "loop" => {
            resource["copy"] = json!({"name": "loop", "count": 1});
            resource["properties"] = json!({"v": expression});
        }
        "function" => {
            let function = json!({"parameters": [], "output": {"type": "string", "value": expression}});
            whole["functions"] = json!([{"namespace": "n", "members": {"f": function}}]);
            resource["properties"] = json!({"v": "[n.f()]"});
        }
        _ => resource["properties"] = json!({"v": expression}),
    }
    whole["resources"] = json!([resource]);
    if is_symbolic {
        whole["languageVersion"] = json!("2.0");
        whole["resources"] = json!({"x": resource});
    }
    if let Some(level) = place.strip_prefix("schema:") {
        whole["$schema"] =
            json!(SCHEMA.replace("/deploymentTemplate", &format!("/{level}DeploymentTemplate")));
        whole["resources"] = json!([]);
        whole["outputs"] = json!({"o": {"type": "object", "value": expression}});
    }
    let mut options = options();
    if place.starts_with("schema:") {
        options.target = "/".parse().expect("a scope");
    }
    deploy(&whole, &options).refusals.iter().any(|it| {
        let causes = [
            Cause::FunctionNotAllowedHere,
            Cause::CopyIndexOutside,
            Cause::UndefinedFunction,
            Cause::UserFunction,
            Cause::UndefinedVariable,
        ];
        causes.contains(&it.cause)
            || it.message.contains("is not expected at this location")
            || it.message.contains("lambda")
            || it.message.contains("not found in the template or does not match")
    })
}

/// Holds the places where a function may not stand against what is refused.
fn check_stands(name: &str, cells: &[&str], faults: &mut Vec<String>) -> usize {
    const ANY: [&str; 8] =
        ["variable", "parameter", "output", "name", "location", "condition", "count", "property"];
    const RUNTIME: [&str; 7] =
        ["variable", "parameter", "name", "location", "condition", "count", "function"];
    let not_in = cells[6];
    if not_in.is_empty() {
        return 0;
    }
    let call = match name {
        "reference" => "[reference('x', '2020-01-01')]",
        "references" => "[references('x')]",
        "list" => "[listKeys('x', '2020-01-01')]",
        "lambda" => "[lambda('a', 1)]",
        "lambdaVariables" | "variables" | "externalInput" | "externalInputs" => &format!("[{name}('a')]"),
        // That it may name others is tried elsewhere.
        "parameters" => return 0,
        _ => &format!("[{name}()]"),
    };
    let (refused, admitted): (Vec<&str>, Vec<&str>) = match not_in {
        it if it.starts_with("variables; parameters; name") => {
            let mut refused = RUNTIME.to_vec();
            refused.extend(it.ends_with("copy loop").then_some("loop"));
            (refused, vec!["property", "output"])
        }
        it if it.starts_with("everything but parameters") => {
            let but = |it: &&str| *it != "parameter";
            (ANY.into_iter().filter(but).chain(["function"]).collect(), vec!["parameter"])
        }
        it if it.starts_with("parameters.*.defaultValue; user functions") => {
            (vec!["parameter", "function"], vec![])
        }
        it if it.starts_with("outside a lambda") || it.starts_with("everywhere but as argument") => {
            (ANY.to_vec(), vec![])
        }
        it if it.starts_with("outside the properties of a resource") => (RUNTIME.to_vec(), vec!["property"]),
        it if it.starts_with("outside copy") => (ANY.to_vec(), vec!["loop"]),
        it if it.starts_with("templates:") => (ANY.to_vec(), vec![]),
        "any schema but resource group" => {
            (vec!["schema:subscription", "schema:managementGroup", "schema:tenant"], vec!["property"])
        }
        "management group and tenant schemas" => {
            (vec!["schema:managementGroup", "schema:tenant"], vec!["property", "schema:subscription"])
        }
        "any schema but management group" => {
            (vec!["property", "schema:subscription", "schema:tenant"], vec!["schema:managementGroup"])
        }
        other => {
            faults.push(format!("{name}: nothing tries `{other}`"));
            return 0;
        }
    };
    let is_symbolic = cells[7].starts_with("2.0");
    for (places, wanted) in [(&refused, true), (&admitted, false)] {
        for place in places {
            if refused_at(place, call, is_symbolic) != wanted {
                let what = if wanted { "is taken" } else { "is refused" };
                faults.push(format!("{name}: {what} at {place}"));
            }
        }
    }
    refused.len() + admitted.len()
}

/// What stays unknown is spelt as ARM's library spells it, nine times of ten; and without parameters no template that it
/// takes fails for want of a value.
#[test]
#[ignore = "needs the shared cases"]
fn what_is_left_over_is_spelt_as_the_library_spells_it() {
    let (mut same, mut others) = (0, Vec::new());
    for file in ["templates", "generated", "experiments"] {
        for row in shared_rows(&format!("oracles/bicep/{file}.jsonl")) {
            if row.get("error").is_some()
                || row.get("offline").is_some()
                || row["predictedResources"].is_null()
            {
                continue;
            }
            let text = match row["file"].as_str() {
                Some(file) => shared_text(&format!("templates/valid/{file}")),
                None => row["template"].to_string(),
            };
            let mut options = Options::default();
            target(&row["scope"], &mut options);
            for (name, given) in row["parameters"].as_object().into_iter().flatten() {
                let is_entry = row.get("file").is_none() || given.get("reference").is_some();
                let given = if is_entry { given.clone() } else { json!({"value": given}) };
                if let Some(it) = armbody::template::given_value(&value(&given)) {
                    options.give(name, it, None);
                }
            }
            let expansion = expand(read(&text), &options);
            let found: Vec<(String, Json)> =
                expansion.requests.iter().map(|it| (it.url().to_lowercase(), it.body.to_json())).collect();
            for wanted in row["predictedResources"].as_array().into_iter().flatten() {
                let (Some(id), Some(version)) = (wanted["id"].as_str(), wanted["apiVersion"].as_str()) else {
                    continue;
                };
                let url = format!("{id}?api-version={version}").to_lowercase();
                let Some((_, body)) = found.iter().find(|(it, _)| it.ends_with(&url)) else { continue };
                compare(body, wanted, &mut same, &mut others);
            }
        }
    }
    let all = same + others.len();
    eprintln!("{same} of {all} expressions are spelt as ARM's library spells them");
    for (found, wanted) in others.iter().take(40) {
        eprintln!("  {found}\n  {wanted}\n");
    }
    assert!(all > 400 && same * 10 >= all * 9, "{same} of {all}");
}

fn read(text: &str) -> Value {
    let source = armbody::text::Source::new("t.json", text);
    let tree = armbody::notation::template::parse(&source);
    assert!(armbody::notation::template::is_read(&tree));
    Value::from_node(tree.root().expect("JSON"), 0)
}

fn target(scope: &Json, options: &mut Options) {
    let text = |name: &str| scope[name].as_str().map(str::to_owned);
    options.target.subscription = text("subscriptionId");
    options.target.resource_group = text("resourceGroup");
    options.target.management_group = text("managementGroupId");
    options.location = text("location");
    options.tenant = text("tenantId");
    options.name = text("deploymentName");
}

/// Counts the expressions that are left over in both.
fn compare(found: &Json, wanted: &Json, same: &mut usize, others: &mut Vec<(String, String)>) {
    match (found, wanted) {
        (Json::String(found), Json::String(wanted)) => {
            let is_left = |it: &str| it.starts_with('[') && it.ends_with(']') && !it.starts_with("[[");
            if is_left(found) && is_left(wanted) {
                if found == wanted {
                    *same += 1;
                } else {
                    others.push((found.clone(), wanted.clone()));
                }
            }
        }
        (Json::Array(found), Json::Array(wanted)) => {
            found.iter().zip(wanted).for_each(|(found, wanted)| compare(found, wanted, same, others));
        }
        (Json::Object(found), Json::Object(wanted)) => {
            for (name, wanted) in wanted {
                if let Some(found) = found.get(name) {
                    compare(found, wanted, same, others);
                }
            }
        }
        _ => {}
    }
}

/// Without any parameters no template that ARM's library takes fails for want of a value: expressions are left over, and
/// a loop whose count is one stands once and is told.
#[test]
#[ignore = "needs the shared cases"]
fn no_valid_template_fails_for_want_of_a_value() {
    let index = shared_text("templates/valid/INDEX.tsv");
    let mut rows = index.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = rows.next().expect("a heading");
    let column = head.iter().position(|it| *it == "library").expect("what the library said");
    // Their defaults are refused, whatever else is given: a subnet's name without its network's, an id for a GUID.
    let of_defaults = [
        "114-user-submitted-101-deployment-script-with-storage-main.json",
        "138-user-submitted-101-sqlmi-new-vnet-main.json",
    ];
    let (mut count, mut missing, mut once, mut faults) = (0, 0, 0, Vec::new());
    for row in rows {
        let text = shared_text(&format!("templates/valid/{}", row[0]));
        let mut options = Options::default();
        (options.is_lenient, options.hides_secure) = (true, true);
        target(
            &json!({"subscriptionId": "00000000-0000-0000-0000-000000000000", "resourceGroup": "myRg"}),
            &mut options,
        );
        let level = text.split("eploymentTemplate.json").next().unwrap_or_default().to_lowercase();
        if level.ends_with("/subscriptiond") {
            options.target.resource_group = None;
        } else if level.ends_with("/managementgroupd") {
            options.target = "/providers/Microsoft.Management/managementGroups/mg".parse().expect("a scope");
        } else if level.ends_with("/tenantd") {
            options.target = "/".parse().expect("a scope");
        }
        let expansion = expand(read(&text), &options);
        count += 1;
        missing += usize::from(!expansion.missing.is_empty());
        once += expansion.uncounted.len();
        for it in &expansion.uncounted {
            assert!(it.count.contains("parameters('"), "{}: {}", row[0], it.count);
        }
        for refusal in &expansion.refusals {
            let is_runtime = refusal.cause == Cause::CopyCount && !refusal.message.contains("parameters('");
            let is_judged = row[column] == "expanded" && !of_defaults.contains(&row[0]);
            if is_judged && refusal.cause != Cause::DuplicateResource && !is_runtime {
                faults.push(format!("{}: {:?}: {}", row[0], refusal.cause, refusal.message));
            }
            assert_ne!(refusal.cause, Cause::MissingParameterValue, "{}: {}", row[0], refusal.message);
        }
    }
    eprintln!(
        "{count} templates, {missing} without a value for some parameter, {once} loops that stand once"
    );
    assert!(count == 254 && missing > 50 && faults.is_empty(), "{faults:#?}");
}
