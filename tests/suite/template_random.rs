//! Templates that are made of requests, with loops, conditions, variables, parameters and nesting: expanded they are
//! those requests again, and nothing else.

use armbody::json::{Dialect, Tree};
use armbody::template::{Options, Value, expand};
use serde_json::{Map, Value as Json, json};

use crate::support::random::Random;

const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const SCOPE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g";

/// A template in the making, and the requests that it stands for.
struct Maker {
    random: Random,
    parameters: Map<String, Json>,
    variables: Map<String, Json>,
    wanted: Vec<(String, Json)>,
    count: usize,
}

impl Maker {
    fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            parameters: Map::new(),
            variables: Map::new(),
            wanted: Vec::new(),
            count: 0,
        }
    }

    fn word(&mut self) -> String {
        self.count += 1;
        let tail: String =
            (0..=self.random.below(5)).map(|_| char::from(b'a' + self.random.below(26) as u8)).collect();
        format!("{tail}{}", self.count)
    }

    /// Something that evaluates to `text`.
    fn text(&mut self, text: &str) -> Json {
        let quoted = format!("'{}'", text.replace('\'', "''"));
        match self.random.below(9) {
            0 => {
                let name = self.word();
                self.variables.insert(name.clone(), literal(text));
                json!(format!("[variables('{name}')]"))
            }
            1 => {
                let name = self.word();
                self.parameters
                    .insert(name.clone(), json!({"type": "string", "defaultValue": literal(text)}));
                json!(format!("[parameters('{name}')]"))
            }
            2 => {
                let at = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
                let part = |it: &str| format!("'{}'", it.replace('\'', "''"));
                json!(format!("[concat({}, {})]", part(&text[..at]), part(&text[at..])))
            }
            3 => json!(format!("[format('{{0}}', {quoted})]")),
            4 => json!(format!("[if(equals(1, 1), {quoted}, 'other')]")),
            5 => json!(format!("[createObject('a', createArray(1, {quoted})).a[1]]")),
            6 => json!(format!("[base64ToString(base64({quoted}))]")),
            7 => {
                let name = self.word();
                self.variables.insert(name.clone(), json!({"list": [0, literal(text)], "other": true}));
                json!(format!("[last(variables('{name}').list)]"))
            }
            _ => literal(text),
        }
    }

    fn value(&mut self, depth: usize) -> (Json, Json) {
        match self.random.below(if depth == 0 { 4 } else { 7 }) {
            0 => {
                let number = i64::try_from(self.random.below(1000)).unwrap() - 500;
                let written = match self.random.below(3) {
                    0 => json!(format!("[add({}, 7)]", number - 7)),
                    1 => json!(format!("[int('{number}')]")),
                    _ => json!(number),
                };
                (json!(number), written)
            }
            1 => {
                let it = self.random.below(2) == 0;
                let written =
                    if self.random.below(2) == 0 { json!(it) } else { json!(format!("[not({}())]", !it)) };
                (json!(it), written)
            }
            2 | 3 => {
                let text = ["", "[x", "it's", "a b", "[is text]", "ü", "{0}"][self.random.below(7)]
                    .to_owned()
                    + &self.word();
                let written = self.text(&text);
                (json!(text), written)
            }
            4 => {
                let items: Vec<(Json, Json)> =
                    (0..self.random.below(4)).map(|_| self.value(depth - 1)).collect();
                (items.iter().map(|it| it.0.clone()).collect(), items.into_iter().map(|it| it.1).collect())
            }
            5 => {
                let count = 1 + self.random.below(4);
                let name = self.word();
                let wanted: Vec<Json> = (0..count).map(|it| json!(format!("{name}-{it}"))).collect();
                let copy = json!([{"name": "list", "count": count, "input": format!("[concat('{name}-', string(copyIndex('list')))]")}]);
                (json!({"list": wanted}), json!({"copy": copy}))
            }
            _ => {
                let mut both = (Map::new(), Map::new());
                for _ in 0..self.random.below(4) {
                    let name = self.word();
                    let (wanted, written) = self.value(depth - 1);
                    both.0.insert(name.clone(), wanted);
                    both.1.insert(name, written);
                }
                (Json::Object(both.0), Json::Object(both.1))
            }
        }
    }

    /// A resource, whose requests are noted.
    fn resource(&mut self) -> Json {
        let kind = self.word();
        let name = self.word();
        let (properties, written) = self.value(3);
        let mut body = json!({"location": "westeurope", "properties": {"it": properties}});
        let mut resource = json!({"type": format!("A.B/{kind}"), "apiVersion": "2020-01-01", "location": "westeurope", "properties": {"it": written}});
        let mut note = |name: &str, body: Json| {
            self.wanted.push((format!("{SCOPE}/providers/A.B/{kind}/{name}?api-version=2020-01-01"), body));
        };
        match self.random.below(4) {
            0 => {
                let count = self.random.below(5);
                resource["name"] = json!(format!("[concat('{name}', copyIndex(1))]"));
                resource["copy"] = json!({"name": name, "count": count});
                resource["properties"]["turn"] = json!("[copyIndex()]");
                for turn in 0..count {
                    body["properties"]["turn"] = json!(turn);
                    note(&format!("{name}{}", turn + 1), body.clone());
                }
            }
            1 => {
                resource["condition"] = json!("[equals('a', 'b')]");
                resource["name"] = json!(name);
                resource["properties"]["bad"] = json!("[div(1, 0)]");
            }
            _ => {
                note(&name, body);
                resource["name"] = self.text(&name);
            }
        }
        resource
    }

    /// A template of `count` resources, some of them in deployments of their own.
    fn template(&mut self, count: usize, depth: usize) -> Json {
        let (parameters, variables) =
            (std::mem::take(&mut self.parameters), std::mem::take(&mut self.variables));
        let mut resources = Vec::new();
        for _ in 0..count {
            if depth > 0 && self.random.below(4) == 0 {
                let inner = self.template(2, depth - 1);
                resources.push(json!({
                    "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": self.word(),
                    "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "Inner"}, "template": inner}
                }));
            } else {
                resources.push(self.resource());
            }
        }
        let parameters = std::mem::replace(&mut self.parameters, parameters);
        let variables = std::mem::replace(&mut self.variables, variables);
        json!({
            "$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "variables": variables,
            "resources": resources
        })
    }
}

/// A text as a template writes it.
fn literal(text: &str) -> Json {
    if text.starts_with('[') && text.ends_with(']') { json!(format!("[{text}")) } else { json!(text) }
}

#[test]
fn a_template_that_is_made_of_requests_expands_to_them() {
    let mut all = 0;
    for seed in 0..200 {
        let mut maker = Maker::new(seed);
        let template = maker.template(6, 2);
        let text = template.to_string();
        let tree = Tree::parse(&text, Dialect::STRICT);
        let mut options = Options::default();
        options.target = SCOPE.parse().unwrap();
        let expansion = expand(Value::from_node(tree.root().unwrap(), 0), &options);
        assert!(expansion.refusals.is_empty(), "{seed}: {:?}\n{text}", expansion.refusals);
        let found: Vec<(String, Json)> =
            expansion.requests.iter().map(|it| (it.url(), it.body.to_json())).collect();
        assert_eq!(found, maker.wanted, "{seed}: {text}");
        all += found.len();
    }
    assert!(all > 800, "{all}");
}
